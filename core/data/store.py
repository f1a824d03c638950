"""Tables as Fairway keeps them: Parquet, named by a hash of their content."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

ROWS_HASHED = 65_536
"""Rows whose values are fed to the hash at a time."""


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet.

    Parameters
    ----------
    frame : DataFrame
        Numbers, flags, dates, and text of ``str`` dtype; unique names.
    path : Path
    """
    import pyarrow.parquet as pq

    pq.write_table(as_stored(frame), path, compression="zstd")


def as_stored(frame: pd.DataFrame) -> pa.Table:
    """Return a table as it is stored: text as text, dates in nanoseconds, rows counted from 0."""
    return pa.Table.from_pandas(_plain(frame), preserve_index=False)


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table that :func:`write_parquet` wrote.

    Parameters
    ----------
    path : Path
    columns : sequence of str, optional
        Names of the columns wanted, in the order wanted. Default: all.

    Returns
    -------
    DataFrame
        With the dtypes that were written, and a plain row index.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        table = file.read(columns=None if columns is None else list(columns))
    if columns is not None:
        table = table.select(list(columns))
    return from_stored(table)


def from_stored(table: pa.Table) -> pd.DataFrame:
    """Return the frame a stored table was made from."""
    return _plain(table.to_pandas())


def content_hash(frame: pd.DataFrame) -> str:
    """Name a table by what it holds: names, types and values in their order, whatever file they came from.

    Parameters
    ----------
    frame : DataFrame
        As for :func:`write_parquet`.

    Returns
    -------
    str
        64 hex digits (SHA-256). Numbers count by their value and kind (whole or not), every missing value alike.
    """
    digest = hashlib.sha256(f"fairway table 1|{len(frame)}|{frame.shape[1]}".encode())
    plain = _plain(frame)
    for position, name in enumerate(plain.columns):
        column = plain.iloc[:, position]
        kind = _kind(column)
        digest.update(f"|{len(str(name).encode())}|{name}|{kind}|".encode())
        for start in range(0, len(column), ROWS_HASHED):
            part = column.iloc[start : start + ROWS_HASHED]
            if kind == "text":
                _add_text(digest, part)
            else:
                _add_numbers(digest, part, kind)
    return digest.hexdigest()


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with text as ``str``, dates as nanoseconds, and rows counted from 0."""
    changed = {
        position: column.astype("str") if kind == "text" else column.astype("datetime64[ns]")
        for position, column in ((position, frame.iloc[:, position]) for position in range(frame.shape[1]))
        if (kind := _kind(column)) in ("text", "date") and str(column.dtype) not in ("str", "datetime64[ns]")
    }
    columns = {name: changed.get(position, frame.iloc[:, position]) for position, name in enumerate(frame.columns)}
    return pd.DataFrame(columns, columns=frame.columns).reset_index(drop=True)


def _kind(column: pd.Series) -> str:
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return "flag"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date"
    if pd.api.types.is_integer_dtype(dtype):
        return "whole"
    return "number" if pd.api.types.is_float_dtype(dtype) else "text"


def _add_text(digest: "hashlib._Hash", part: pd.Series) -> None:
    values = [None if value is None or value != value else str(value).encode() for value in part.to_numpy(dtype=object)]
    # Lengths first: ("ab", "c") and ("a", "bc") must not agree. A missing value has length -1.
    digest.update(np.array([-1 if value is None else len(value) for value in values], dtype="<i8").tobytes())
    digest.update(b"".join(value for value in values if value is not None))


def _add_numbers(digest: "hashlib._Hash", part: pd.Series, kind: str) -> None:
    if kind == "flag":
        digest.update(part.to_numpy(dtype="u1").tobytes())
    elif kind == "whole":
        digest.update(part.to_numpy(dtype="<i8").tobytes())
    elif kind == "date":
        digest.update(part.to_numpy(dtype="datetime64[ns]").astype("<i8").tobytes())
    else:
        # Adding zero makes -0.0 and 0.0 one value; NaN has many bit patterns and is written as one.
        values = part.to_numpy(dtype="<f8") + 0.0
        values[np.isnan(values)] = np.nan
        digest.update(values.tobytes())
