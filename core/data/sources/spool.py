"""Rows on their way from a source: a column for each field, spooled to disk, written as Parquet in batches."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import pyarrow as pa

BATCH = 1_000
"""Rows held in memory while they are written as Parquet."""
REMEMBERED = 10
"""Fields beyond the last column are counted up to so many times the columns."""

FieldPath = tuple[str, ...]


class Columns:
    """The columns that fields become, the same in every row.

    Parameters
    ----------
    most : int
        Columns there is room for.
    reserved : sequence of str
        Names that are taken.
    """

    def __init__(self, most: int, reserved: Sequence[str] = ()) -> None:
        self.most = most
        self.kinds: dict[str, set[str]] = {}
        """By column the kinds of its values."""
        self._reserved = frozenset(reserved)
        self._names: dict[FieldPath, str] = {}
        self._dropped: set[FieldPath] = set()

    @property
    def dropped(self) -> int:
        """Fields there was no room for."""
        return len(self._dropped)

    def name(self, path: FieldPath) -> str | None:
        """Return the column of a field; ``None`` where there is no room for it."""
        if path in self._names:
            return self._names[path]
        if len(self._names) >= self.most:
            if len(self._dropped) < self.most * REMEMBERED:
                self._dropped.add(path)
            return None
        wanted = ".".join(path).strip() or "unnamed"
        name, number = wanted, 2
        while name in self.kinds or name in self._reserved:
            name, number = f"{wanted}_{number}", number + 1
        self._names[path] = name
        self.kinds[name] = set()
        return name

    def saw(self, name: str, kind: str) -> None:
        """Remember the kind of a value; an empty one says nothing."""
        if kind:
            self.kinds[name].add(kind)


class RowSpool:
    """Rows on disk, each a line of JSON.

    Parameters
    ----------
    folder : Path
    stem : str
        Of the files' names.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self._lines = folder / f"{stem}.jsonl"
        self._target = folder / f"{stem}.parquet"
        self._file: TextIO | None = None

    def __enter__(self) -> "RowSpool":
        self._file = self._lines.open("w", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._file is not None:
                self._file.close()
        finally:
            if error is not None:
                self.discard()

    def add(self, row: Mapping[str, Any]) -> int:
        """Take a row, and return how long its line is."""
        assert self._file is not None
        return self._file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def discard(self) -> None:
        """Forget the rows."""
        self._lines.unlink(missing_ok=True)

    def to_parquet(self, schema: pa.Schema, typed: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
        """Write the rows as Parquet, batch by batch, and return where; the spool is gone then.

        Parameters
        ----------
        schema : Schema
        typed : callable
            Makes of a row as it was spooled one that fits the schema.
        """
        import pyarrow.parquet as pq

        with pq.ParquetWriter(self._target, schema, compression="zstd") as writer:
            for rows in self._batches():
                writer.write_table(pa.Table.from_pylist([typed(row) for row in rows], schema=schema))
        self.discard()
        return self._target

    def _batches(self) -> Iterator[list[dict[str, Any]]]:
        with self._lines.open(encoding="utf-8") as lines:
            batch: list[dict[str, Any]] = []
            for line in lines:
                batch.append(json.loads(line))
                if len(batch) == BATCH:
                    yield batch
                    batch = []
            if batch:
                yield batch


def plain_type(kinds: set[str]) -> pa.DataType:
    """Return the type of a column whose values are flags, whole numbers, numbers or texts."""
    if kinds == {"flag"}:
        return pa.bool_()
    if kinds == {"whole"}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {"whole", "number"} else pa.string()
