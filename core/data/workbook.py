"""Reading Excel workbooks: one sheet, its first used row as names, each column brought to one type."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data.convert import convert_columns
from core.data.names import unique_names
from core.data.notes import Notes, name_columns
from core.data.numbers import LARGEST_EXACT
from core.data.old_workbook_guard import check_old_workbook
from core.data.options import ReadOptions
from core.data.table import Table
from core.data.workbook_guard import check_workbook
from core.errors import DataError, LimitError
from core.limits import MB, TABLE_COLUMNS, UNPACKED_BYTES
from core.runtime.values import FIRST_DATE, LAST_DATE


def read_workbook(path: Path, kind: str, options: ReadOptions) -> Table:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : Path
    kind : {"xlsx", "xls"}
    options : ReadOptions
        ``sheet`` names the sheet; without it the first one that is not empty is taken, and the others are named in a
        warning.

    Returns
    -------
    Table

    Raises
    ------
    DataError
        If the workbook is locked, damaged or empty, or has no such sheet.
    LimitError
        If it would fill memory.
    """
    import python_calamine as calamine

    if kind == "xlsx":
        check_workbook(path)
    else:
        check_old_workbook(path)
    notes = Notes()
    try:
        with path.open("rb") as file:
            workbook = calamine.CalamineWorkbook.from_filelike(file)
            sheet = _choose_sheet(workbook, options, notes)
            header, columns, first = _columns(sheet.iter_rows())
            title = str(sheet.name)
    except calamine.PasswordError as error:
        raise DataError(
            "This workbook is protected with a password.", next_step="Save a copy without a password and bring that."
        ) from error
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise _unreadable() from error
    except BaseException as error:
        # A damaged file can make the library panic; its exception stands outside of Exception and has no public name.
        if type(error).__name__ == "PanicException":
            raise _unreadable() from error
        raise
    if not columns or not columns[0]:
        raise DataError(
            f"The sheet “{title}” holds column names and no rows below them.", next_step="Choose another sheet."
        )
    if first > 1:
        notes.say(f"The table was found to begin in row {first:,} of the sheet.")
    names, warnings = unique_names(header)
    for warning in warnings:
        notes.say(warning)
    typed = {name: _typed(name, columns.pop(0), notes) for name in names}
    frame = convert_columns(pd.DataFrame(typed), options, notes)
    return Table(frame, notes.sentences, {"format": "excel", "sheet": title})


def _unreadable() -> DataError:
    return DataError(
        "This workbook cannot be read: it is cut off, damaged, or of an unusual kind.",
        next_step="Save it again in Excel as .xlsx, or save the sheet as CSV.",
    )


def _choose_sheet(workbook: Any, options: ReadOptions, notes: Notes) -> Any:
    names = list(workbook.sheet_names)
    if options.sheet is not None:
        if options.sheet not in names:
            raise DataError(
                f"There is no sheet “{options.sheet}”.", next_step=f"The sheets are: {name_columns(names)}."
            )
        return workbook.get_sheet_by_name(options.sheet)
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is not None:
            others = [other for other in names if other != name]
            if others:
                notes.say(
                    f"The workbook has {len(names):,} sheets; the first that is not empty, `{name}`, was read. "
                    f"Left aside: {name_columns(others)}."
                )
            return sheet
    raise DataError("The workbook is empty: no sheet holds a value.", next_step="Bring another file.")


def _columns(rows: Iterator[list[Any]]) -> tuple[list[str], list[list[Any]], int]:
    """Return the names, the cells of each column below them, and the row of the sheet that held the names."""
    header: list[str] = []
    columns: list[list[Any]] = []
    kept: dict[str, str] = {}
    size, first = 0, 0
    for number, row in enumerate(rows, start=1):
        if not header:
            used = [position for position, cell in enumerate(row) if cell != ""]
            if used:
                left, first = used[0], number
                right = len(row)
                header = [_as_text(cell) or "" for cell in row[left:right]]
                columns = [[] for _ in header]
                if len(header) > TABLE_COLUMNS:
                    raise LimitError(
                        f"The sheet has {len(header):,} columns; Fairway takes at most {TABLE_COLUMNS:,}.",
                        next_step="Keep the columns that matter for the question.",
                    )
            continue
        for column, cell in zip(columns, row[left:right], strict=False):
            if isinstance(cell, str):
                # One text in a million cells is stored once; its copies would fill memory.
                size += len(cell)
                cell = kept.setdefault(cell, cell)
                if size > UNPACKED_BYTES:
                    raise LimitError(
                        f"The texts of this sheet unpack to more than {UNPACKED_BYTES // MB:,} MB.",
                        next_step="Leave out columns with long texts.",
                    )
            column.append(cell)
    while header and not header[-1].strip() and all(cell == "" for cell in columns[-1]):
        header.pop()
        columns.pop()
    return header, columns, first


def _typed(name: str, cells: list[Any], notes: Notes) -> pd.Series:
    """Bring a column's cells to one type: numbers, true/false, dates, or text that is then looked at again."""
    kinds = {type(cell) for cell in cells if cell != ""}
    if kinds and kinds <= {int, float}:
        numbers = np.array([np.nan if cell == "" else cell for cell in cells], dtype="float64")
        large = np.abs(numbers[np.isfinite(numbers)]) >= LARGEST_EXACT
        if large.any():
            notes.note("rounded_integer", name, f"{numbers[np.isfinite(numbers)][large][0]:.0f}")
        elif not np.isnan(numbers).any() and (numbers == np.floor(numbers)).all():
            return pd.Series(numbers.astype("int64"))
        return pd.Series(numbers)
    if kinds == {bool} and "" not in cells:
        return pd.Series(cells, dtype="bool")
    if kinds and kinds <= {dt.datetime, dt.date}:
        return _dates(name, cells, notes)
    return pd.Series([_as_text(cell) for cell in cells], dtype="str")


def _dates(name: str, cells: list[Any], notes: Notes) -> pd.Series:
    dates: list[dt.datetime | None] = []
    for cell in cells:
        date = None if cell == "" else cell if isinstance(cell, dt.datetime) else dt.datetime(*cell.timetuple()[:3])
        if date is not None and not FIRST_DATE <= date <= LAST_DATE:
            notes.note("far_dates", name, str(date.date()))
            date = None
        dates.append(date)
    return pd.Series(dates, dtype="datetime64[ns]")


def _as_text(cell: Any) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, (int, float)):
        whole = float(cell).is_integer() and abs(cell) < LARGEST_EXACT
        return str(int(cell)) if whole else repr(float(cell))
    if isinstance(cell, (dt.datetime, dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)
