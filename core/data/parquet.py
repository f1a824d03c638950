"""Reading a Parquet file a user brings: judged by its footer first, each column brought to a plain type."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.convert import as_str, drop_empty_tail
from core.data.names import unique_names
from core.data.notes import Notes
from core.data.numbers import LARGEST_EXACT
from core.data.table import Table
from core.data.written_out import refuse_many, written_out
from core.errors import DataError, LimitError
from core.limits import MB, TABLE_CELLS, TABLE_COLUMNS, TABLE_ROWS, UNPACKED_BYTES
from core.runtime.values import FIRST_DATE, LAST_DATE

NESTED_ROWS = 1_000
"""Lists or records that are written as text at a time."""


def read_foreign_parquet(path: Path, *, rows: int | None = None) -> Table:
    """Read a Parquet file.

    Parameters
    ----------
    path : Path
    rows : int, optional
        How many of its first rows; all by default.

    Returns
    -------
    Table

    Raises
    ------
    DataError
        If the file is cut off, damaged, encrypted or empty.
    LimitError
        If its footer, or its texts, promise more than the limits.
    """
    import pyarrow.parquet as pq

    notes = Notes()
    try:
        with pq.ParquetFile(path) as file:
            _check_footer(file.metadata, len(file.schema_arrow))
            texts = _texts(file.schema)
        # Kept as codes: one long text repeated in each of a million rows must not be written out unseen.
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            table = file.read(use_threads=False) if rows is None else _first_rows(file, rows)
        if not table.num_columns or not table.num_rows:
            raise DataError("The file holds no rows.", next_step="Bring a file with at least one row.")
        return Table(to_frame(table, notes), notes.sentences, {"format": "parquet"})
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise DataError(
            "This Parquet file is cut off, damaged or encrypted.", next_step="Write it again and bring the new copy."
        ) from error


def _check_footer(metadata: Any, columns: int) -> None:
    rows = metadata.num_rows
    if rows > TABLE_ROWS or rows * columns > TABLE_CELLS:
        raise LimitError(
            f"The table has {rows:,} rows and {columns:,} columns; Fairway takes at most {TABLE_ROWS:,} rows and "
            f"{TABLE_CELLS:,} cells.",
            next_step="Bring a random part of its rows.",
        )
    if columns > TABLE_COLUMNS:
        raise LimitError(
            f"The table has {columns:,} columns; Fairway takes at most {TABLE_COLUMNS:,}.",
            next_step="Keep the columns that matter for the question.",
        )
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    if sum(group.total_byte_size for group in groups) > UNPACKED_BYTES:
        raise _too_large()
    for leaf in range(metadata.num_columns):
        # Missing values of a list weigh nothing in the file.
        if metadata.schema.column(leaf).max_repetition_level:
            refuse_many(sum(group.column(leaf).num_values for group in groups))


def _texts(schema: Any) -> list[str]:
    """Return the paths of all texts, those within lists and records too."""
    leaves = [schema.column(leaf) for leaf in range(len(schema))]
    return [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY" and leaf.logical_type.type != "DECIMAL"]


def _repeats(kind: pa.DataType) -> bool:
    """Whether values of a column may stand there many times and weigh once."""
    types = pa.types
    if isinstance(kind, pa.BaseExtensionType) or types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return True
    return bool(types.is_nested(kind) or types.is_string_view(kind))


def _is_binary(kind: pa.DataType) -> bool:
    """Whether a column holds bytes, which are left out."""
    if pa.types.is_dictionary(kind):
        return _is_binary(kind.value_type)
    if pa.types.is_binary_view(kind) or pa.types.is_fixed_size_binary(kind):
        return True
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _first_rows(file: Any, rows: int) -> pa.Table:
    for batch in file.iter_batches(batch_size=rows, use_threads=False):
        return pa.Table.from_batches([batch])
    return file.schema_arrow.empty_table()


def to_frame(table: pa.Table, notes: Notes) -> pd.DataFrame:
    """Bring an Arrow table to columns of numbers, true/false, dates and text.

    Parameters
    ----------
    table : Table
        Text may be kept as codes.
    notes : Notes

    Returns
    -------
    DataFrame

    Raises
    ------
    DataError
        If no column can be used.
    LimitError
        If its texts, written out, are larger than the limit.
    """
    names, warnings = unique_names([str(name) for name in table.column_names])
    for warning in warnings:
        notes.say(warning)
    columns: dict[str, pd.Series] = {}
    room = UNPACKED_BYTES
    for position, name in enumerate(names):
        values = table.column(position)
        if _repeats(values.type) and not _is_binary(values.type):
            room -= written_out(values)
        if room < 0:
            raise _too_large()
        column = plain_column(name, values, notes)
        if column is not None:
            columns[name] = column.reset_index(drop=True)
    if not columns:
        raise DataError("The file holds no column that can be used.", next_step="Bring another file.")
    return drop_empty_tail(pd.DataFrame(columns), notes)


def plain_column(name: str, values: pa.ChunkedArray, notes: Notes) -> pd.Series | None:
    """Bring a column to numbers, true/false, dates or text; ``None`` where it is left out."""
    if isinstance(values.type, pa.BaseExtensionType):
        values = pa.chunked_array([chunk.storage for chunk in values.chunks], type=values.type.storage_type)
    if _is_binary(values.type):
        notes.note("binary", name)
        return None
    if pa.types.is_run_end_encoded(values.type):
        values = pa.chunked_array([pc.run_end_decode(chunk) for chunk in values.chunks], type=values.type.value_type)
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    kind = values.type
    types = pa.types
    if types.is_null(kind):
        return pd.Series(np.full(len(values), np.nan))
    if types.is_boolean(kind):
        if values.null_count:
            return as_str(pc.if_else(values, "True", "False").combine_chunks())
        return pd.Series(values.to_numpy())
    if types.is_integer(kind):
        return _integers(name, values, notes)
    if types.is_floating(kind) or types.is_decimal(kind):
        return _floats(name, values, notes)
    if types.is_timestamp(kind) or types.is_date(kind):
        return _dates(name, values, notes)
    if types.is_nested(kind):
        notes.note("nested", name)
        return pd.Series(_lines(values), dtype="str")
    if types.is_time(kind) or types.is_duration(kind) or types.is_interval(kind):
        return pd.Series([None if value is None else str(value) for value in values.to_pylist()], dtype="str")
    text = pc.utf8_trim_whitespace(values.cast(pa.large_string()))
    return as_str(pc.if_else(pc.equal(text, ""), None, text))


def _lines(values: pa.ChunkedArray) -> list[str | None]:
    """Write lists and records as text, a few rows at a time: as Python's objects they take many times their size."""
    written_out(values)
    parts = (values.slice(begin, NESTED_ROWS).to_pylist() for begin in range(0, len(values), NESTED_ROWS))
    return [
        None if value is None else json.dumps(value, default=str, ensure_ascii=False)
        for part in parts
        for value in part
    ]


def _integers(name: str, values: pa.ChunkedArray, notes: Notes) -> pd.Series:
    limits = pc.min_max(values).as_py()
    largest = max(abs(limit or 0) for limit in limits.values())
    if largest > LARGEST_EXACT:
        notes.note("big_integer", name, str(limits["max"]))
        return as_str(values.cast(pa.large_string()))
    if values.null_count:
        return pd.Series(values.cast(pa.int64()).cast(pa.float64()).to_numpy())
    return pd.Series(values.cast(pa.int64()).to_numpy())


def _floats(name: str, values: pa.ChunkedArray, notes: Notes) -> pd.Series:
    if pa.types.is_decimal(values.type):
        limits = pc.min_max(values).as_py()
        if values.type.scale <= 0 and max(abs(limit or 0) for limit in limits.values()) > LARGEST_EXACT:
            notes.note("big_integer", name, str(limits["max"]))
            return as_str(values.cast(pa.large_string()))
        if values.type.precision > 15:
            notes.note("narrowed", name)
    numbers = np.array(values.cast(pa.float64()).to_numpy(), dtype="float64")
    infinite = np.isinf(numbers)
    if infinite.any():
        notes.note("infinite", name, f"{int(infinite.sum()):,} cell" + ("s" if infinite.sum() > 1 else ""))
        numbers[infinite] = np.nan
    return pd.Series(numbers)


def _dates(name: str, values: pa.ChunkedArray, notes: Notes) -> pd.Series:
    zone = getattr(values.type, "tz", None)
    if zone:
        notes.note("zone", name)
    # Nanoseconds overflow outside these years, so that dates of another unit are judged as microseconds.
    unit = "ns" if getattr(values.type, "unit", "") == "ns" else "us"
    plain = pa.timestamp(unit)
    moments = values.cast(pa.timestamp(unit, "UTC"), safe=False) if zone else values
    moments = moments.cast(plain, safe=False)
    near = pc.and_(
        pc.greater_equal(moments, pa.scalar(FIRST_DATE.to_pydatetime(), plain)),
        pc.less_equal(moments, pa.scalar(LAST_DATE.to_pydatetime(), plain)),
    )
    far = pc.filter(moments, pc.fill_null(pc.invert(near), False))
    if len(far):
        notes.note("far_dates", name, "year " + str(pc.year(far)[0].as_py()))
    return pd.Series(pc.if_else(near, moments, None).cast(pa.timestamp("ns"), safe=False).to_pandas()).astype(
        "datetime64[ns]"
    )


def _too_large() -> LimitError:
    return LimitError(
        f"This table unpacks to more than {UNPACKED_BYTES // MB:,} MB.", next_step="Bring a random part of its rows."
    )
