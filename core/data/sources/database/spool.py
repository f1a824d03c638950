"""Batches on their way to one Parquet file: kept on disk until every column's type is known, never all in memory."""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pyarrow as pa

from core.data.names import unique_names
from core.data.notes import Notes, name_columns
from core.data.sources.database.values import Kind, Seen, brought, type_of
from core.errors import DataError

GROUP_ROWS = 65_536
"""Rows of one group of the Parquet file, about."""
_LENGTH = struct.Struct("<Q")


class Spool:
    """Takes batches and writes them as one table.

    Parameters
    ----------
    path : Path
        Where the batches are kept meanwhile.
    names : sequence of str
        Of the columns; made unique.
    computed : sequence of bool
        Which columns' decimals come out of a division or a mean.
    """

    def __init__(self, path: Path, names: Sequence[str], computed: Sequence[bool]) -> None:
        self.names, self._told = unique_names(names)
        self.seen = [Seen() for _ in self.names]
        self._computed = computed
        self._path = path
        self._file: IO[bytes] = path.open("wb")
        self.rows = 0
        self.size = 0
        """Bytes of all batches, unpacked."""

    def add(self, columns: Sequence[pa.Array]) -> int:
        """Keep one batch; returns its size in bytes."""
        batch = pa.RecordBatch.from_arrays(list(columns), names=[str(place) for place in range(len(columns))])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream:
            stream.write_batch(batch)
        packed = sink.getvalue()
        self._file.write(_LENGTH.pack(packed.size))
        self._file.write(packed)
        self.rows += batch.num_rows
        self.size += batch.nbytes
        return int(batch.nbytes)

    def close(self) -> None:
        """Close and remove what was kept meanwhile."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, path: Path) -> list[str]:
        """Write the table.

        Parameters
        ----------
        path : Path

        Returns
        -------
        list of str
            What was changed on the way, in plain words.

        Raises
        ------
        DataError
            No column can be used.
        """
        import pyarrow.parquet as pq

        self._file.flush()
        types = [type_of(seen, computed=computed) for seen, computed in zip(self.seen, self._computed, strict=True)]
        kept = [place for place, kind in enumerate(types) if not pa.types.is_binary(kind)]
        if not kept:
            raise DataError(
                "Every column holds binary content, which no model can use.", next_step="Choose other columns."
            )
        schema = pa.schema([(self.names[place], types[place]) for place in kept])
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            waiting: list[pa.RecordBatch] = []
            for batch in self._batches():
                arrays = [brought(batch.column(place), types[place]) for place in kept]
                waiting.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
                if sum(one.num_rows for one in waiting) >= GROUP_ROWS:
                    writer.write_table(pa.Table.from_batches(waiting))
                    waiting = []
            if waiting:
                writer.write_table(pa.Table.from_batches(waiting))
        return self._notes(types)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        with self._path.open("rb") as file:
            while head := file.read(_LENGTH.size):
                packed = file.read(_LENGTH.unpack(head)[0])
                with pa.ipc.open_stream(packed) as stream:
                    yield from stream

    def _notes(self, types: Sequence[pa.DataType]) -> list[str]:
        notes = Notes()
        for sentence in self._told:
            notes.say(sentence)
        mixed: list[str] = []
        exact: list[str] = []
        dates: list[str] = []
        far: list[str] = []
        for name, seen, kind, computed in zip(self.names, self.seen, types, self._computed, strict=True):
            if pa.types.is_binary(kind):
                notes.note("binary", name)
            if seen.far:
                far.append(name)
            if pa.types.is_large_string(kind) and not seen.kinds <= {Kind.TEXT, Kind.ISO_DATE, Kind.ISO_MOMENT}:
                (exact if seen.kinds <= {Kind.WHOLE, Kind.NUMBER, Kind.DECIMAL} else mixed).append(name)
            if pa.types.is_floating(kind) and seen.many_digits and computed:
                notes.note("narrowed", name)
            if seen.kinds & {Kind.ISO_DATE, Kind.ISO_MOMENT} and not pa.types.is_large_string(kind):
                dates.append(name)
        told = notes.sentences
        if exact:
            told.append(f"{name_columns(exact)}: numbers with more than 15 digits were kept as text, every digit.")
        if mixed:
            told.append(f"{name_columns(mixed)}: values of several kinds stand in one column and were kept as text.")
        if far:
            told.append(f"{name_columns(far)}: dates without a year from 1 to 9999 were read as missing.")
        if dates:
            told.append(f"{name_columns(dates)}: dates stored as text were read as dates.")
        return told
