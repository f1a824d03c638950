"""Reading an Arrow or Feather file: measured by the heads of its messages first, then as a Parquet file is."""

import struct
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.data.arrow_guard import check_arrow
from core.data.notes import Notes
from core.data.parquet import to_frame
from core.data.table import Table
from core.errors import DataError, LimitError
from core.limits import TABLE_COLUMNS


def read_arrow(path: Path, *, rows: int | None = None) -> Table:
    """Read an Arrow file or stream; a Feather file of the second version is one.

    Parameters
    ----------
    path : Path
    rows : int, optional
        How many of its first rows at least; all by default.

    Returns
    -------
    Table

    Raises
    ------
    DataError
        If the file is cut off, damaged or empty.
    LimitError
        If it unpacks to more than the limits.
    """
    notes = Notes()
    try:
        with pa.memory_map(str(path)) as source, _reader(source) as reader:
            columns = len(reader.schema)
            if columns > TABLE_COLUMNS:
                raise LimitError(
                    f"The table has {columns:,} columns; Fairway takes at most {TABLE_COLUMNS:,}.",
                    next_step="Keep the columns that matter for the question.",
                )
            if not check_arrow(path, columns) or not columns:
                raise DataError("The file holds no rows.", next_step="Bring a file with at least one row.")
            table = _rows(reader, rows)
            table.validate(full=True)
        return Table(to_frame(table, notes), notes.sentences, {"format": "arrow"})
    except (pa.ArrowException, OSError, ValueError, struct.error, IndexError, KeyError, OverflowError) as error:
        raise DataError(
            "This Arrow file is cut off or damaged.", next_step="Write it again and bring the new copy."
        ) from error


def _reader(source: Any) -> Any:
    begins = source.read(6)
    source.seek(0)
    return pa.ipc.open_file(source) if begins == b"ARROW1" else pa.ipc.open_stream(source)


def _rows(reader: Any, rows: int | None) -> pa.Table:
    if rows is None:
        return reader.read_all()
    batches, held = [], 0
    count = getattr(reader, "num_record_batches", None)
    found = reader if count is None else (reader.get_batch(number) for number in range(count))
    for batch in found:
        batches.append(batch)
        held += batch.num_rows
        if held >= rows:
            break
    return pa.Table.from_batches(batches, schema=reader.schema).slice(0, rows)
