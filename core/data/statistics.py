"""Reading files of statistics programs (Stata, SAS, SPSS), whose codes may have labels or be declared missing."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data.cells import as_cell_text
from core.data.convert import drop_empty_tail
from core.data.names import unique_names
from core.data.notes import Notes
from core.data.numbers import LARGEST_EXACT
from core.data.options import ReadOptions
from core.data.table import Table
from core.errors import DataError, LimitError
from core.limits import COMPRESSION_RATIO, MB, TABLE_CELLS, TABLE_COLUMNS, TABLE_ROWS
from core.runtime.values import FIRST_DATE, LAST_DATE

WORDS = {"stata": "Stata", "sas": "SAS", "xport": "SAS transport", "spss": "SPSS"}
FALLBACK = "cp1252"
"""Old files say nothing of their encoding; nearly all were written on Windows."""


def read_statistics(path: Path, kind: str, options: ReadOptions, *, rows: int | None = None) -> Table:
    """Read a file of a statistics program.

    Parameters
    ----------
    path : Path
    kind : {"stata", "sas", "xport", "spss"}
    options : ReadOptions
    rows : int, optional
        How many of its first rows; all by default.

    Returns
    -------
    Table
        A column of which every value has a label holds the labels.

    Raises
    ------
    DataError
        If the file is damaged or holds no rows.
    LimitError
        If it holds more rows, columns or cells than the limits.
    """
    import pyreadstat

    reader: Any = {
        "stata": pyreadstat.read_dta,
        "sas": pyreadstat.read_sas7bdat,
        "xport": pyreadstat.read_xport,
        "spss": pyreadstat.read_sav,
    }[kind]
    notes = Notes()
    read = _with_encoding(reader, path, kind, options, notes)
    # What a file declares missing is told only where it is asked for as values; the rows are read without.
    declares = {} if kind == "xport" else {"user_missing": True}
    head = read(metadataonly=True, **declares)[1]
    columns = len(head.column_names)
    most = _most_rows(head.number_rows, columns, path.stat().st_size)
    frame, meta = read(row_limit=min(most + 1, rows or most + 1))
    if len(frame) > most:
        raise LimitError(
            f"The table has more than {most:,} rows of {columns:,} columns, which is the most Fairway takes of a file "
            "of this size.",
            next_step="Bring a random part of its rows.",
        )
    if not columns or not len(frame):
        raise DataError("The file holds no rows.", next_step="Bring a file with at least one row.")
    names, warnings = unique_names([str(name) for name in frame.columns])
    for warning in warnings:
        notes.say(warning)
    meta.missing_ranges = head.missing_ranges
    ready = {
        name: _column(name, frame.iloc[:, at], meta, str(frame.columns[at]), notes) for at, name in enumerate(names)
    }
    table = drop_empty_tail(pd.DataFrame(ready), notes)
    return Table(table, notes.sentences, {"format": kind})


def _with_encoding(
    reader: Callable[..., Any], path: Path, kind: str, options: ReadOptions, notes: Notes
) -> Callable[..., Any]:
    """Return the reader, with an encoding under which the texts of this file can be read."""
    import pyreadstat

    encodings = (options.encoding,) if options.encoding else (None, FALLBACK)

    def read(**asked: Any) -> Any:
        for encoding in encodings:
            try:
                found = reader(str(path), encoding=encoding, **asked)
            except (UnicodeDecodeError, pyreadstat.ReadstatError) as error:
                told = isinstance(error, UnicodeDecodeError) or "convert" in str(error) or "encoding" in str(error)
                if encoding == encodings[-1] or not told:
                    raise DataError(
                        f"This {WORDS[kind]} file cannot be read: it is cut off, damaged, or of an unusual kind.",
                        next_step="Write it again where it came from, or export it as CSV or Parquet.",
                    ) from error
                continue
            except (ValueError, OverflowError, TypeError, LookupError, pyreadstat.PyreadstatError) as error:
                raise DataError(
                    f"This {WORDS[kind]} file is damaged: it holds a value that cannot be.",
                    next_step="Write it again where it came from, or export it as CSV or Parquet.",
                ) from error
            if encoding == FALLBACK and options.encoding is None and "metadataonly" not in asked:
                notes.say("The encoding was guessed: Windows-1252 (Western European). If letters look wrong, choose.")
            return found
        raise AssertionError("one of the encodings answers")

    return read


def _most_rows(stated: int | None, columns: int, size: int) -> int:
    """Return how many rows may be read, having refused a file that states more."""
    if columns > TABLE_COLUMNS:
        raise LimitError(
            f"The table has {columns:,} columns; Fairway takes at most {TABLE_COLUMNS:,}.",
            next_step="Keep the columns that matter for the question.",
        )
    # What is stated need not be true: a packed file may unpack to anything.
    room = max(64 * MB, COMPRESSION_RATIO * size) // (8 * max(1, columns))
    most = min(TABLE_ROWS, TABLE_CELLS // max(1, columns), room)
    if stated is not None and stated > most:
        raise LimitError(
            f"The table has {stated:,} rows and {columns:,} columns; Fairway takes at most {TABLE_ROWS:,} rows and "
            f"{TABLE_CELLS:,} cells, and {most:,} rows of a file of this size.",
            next_step="Bring a random part of its rows.",
        )
    return most


def _column(name: str, values: pd.Series, meta: Any, raw: str, notes: Notes) -> pd.Series:
    declared = _declared(meta, raw)
    if declared:
        notes.note("declared_missing", name, declared)
    labels = meta.variable_value_labels.get(raw) or {}
    if labels:
        labelled = _labelled(name, values, labels, notes)
        if labelled is not None:
            return labelled
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _dates(name, values, notes)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return _numbers(name, values, notes)
    known = values.dropna()
    if len(known) and known.map(lambda cell: isinstance(cell, (dt.datetime, dt.date, pd.Timestamp))).all():
        return _dates(name, values, notes)
    if len(known) and known.map(lambda cell: isinstance(cell, (int, float))).all():
        return _numbers(name, values.astype("float64"), notes)
    texts = [None if cell is None or cell != cell else as_cell_text(cell) for cell in values.tolist()]
    stripped = [text.strip() or None if text else None for text in texts]
    return pd.Series(stripped, dtype="str") if any(stripped) else pd.Series(np.full(len(values), np.nan))


def _declared(meta: Any, raw: str) -> str:
    """Return the values the file declares missing, in words."""
    ranges = (meta.missing_ranges or {}).get(raw, [])
    told = []
    for one in ranges:
        low, high = (as_cell_text(one[end]) or "" for end in ("lo", "hi"))
        told.append(low if low == high else f"{low} to {high}")
    told += [str(word) for word in (meta.missing_user_values or {}).get(raw, [])]
    return ", ".join(told)


def _labelled(name: str, values: pd.Series, labels: dict[Any, str], notes: Notes) -> pd.Series | None:
    """Put labels in the place of codes, where every code has one of its own."""
    seen = [value for value in values.dropna().unique() if value != ""]
    told = next(iter(labels.items()))
    example = f"“{told[1]}” for {as_cell_text(told[0])}"
    whole = all(value in labels for value in seen)
    distinct = len({labels[value] for value in seen}) == len(seen) if whole else False
    if not seen or not whole or not distinct:
        if seen:
            notes.note("some_labels", name, example)
        return None
    notes.note("labels", name, example)
    return pd.Series([labels.get(value) or None for value in values.tolist()], dtype="str")


def _numbers(name: str, values: pd.Series, notes: Notes) -> pd.Series:
    numbers = values.to_numpy(dtype="float64", copy=True)
    infinite = np.isinf(numbers)
    if infinite.any():
        notes.note("infinite", name, f"{int(infinite.sum()):,} cell" + ("s" if infinite.sum() > 1 else ""))
        numbers[infinite] = np.nan
    known = numbers[~np.isnan(numbers)]
    if len(known) and np.abs(known).max() > LARGEST_EXACT:
        notes.note("rounded_integer", name, f"{np.abs(known).max():.0f}")
        return pd.Series(numbers)
    whole = len(known) == len(numbers) and bool((numbers == np.floor(numbers)).all())
    return pd.Series(numbers.astype("int64") if whole else numbers)


def _dates(name: str, values: pd.Series, notes: Notes) -> pd.Series:
    read: list[dt.datetime | None] = []
    for cell in values.tolist():
        date = (
            None
            if cell is None or cell is pd.NaT
            else pd.Timestamp(cell).to_pydatetime()
            if isinstance(cell, pd.Timestamp)
            else cell
            if isinstance(cell, dt.datetime)
            else dt.datetime(*cell.timetuple()[:3])
        )
        if date is not None and not FIRST_DATE <= date <= LAST_DATE:
            notes.note("far_dates", name, str(date.date()))
            date = None
        read.append(date)
    return pd.Series(read, dtype="datetime64[ns]")
