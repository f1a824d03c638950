"""Reading Excel workbooks: one sheet, its first used row as names, each column brought to one type."""

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pandas as pd

from core.data.cells import typed_column
from core.data.convert import convert_columns
from core.data.names import unique_names
from core.data.notes import Notes, name_columns
from core.data.old_workbook_guard import check_old_workbook
from core.data.options import ReadOptions
from core.data.sheet_guards import check_binary_workbook, check_open_document
from core.data.sheet_layout import LOOKED_AT, SheetLayout, sheet_layout
from core.data.table import Table
from core.data.workbook_guard import check_workbook
from core.errors import DataError, LimitError
from core.limits import MB, UNPACKED_BYTES


def read_workbook(path: Path, kind: str, options: ReadOptions, *, rows: int | None = None) -> Table:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : Path
    kind : {"xlsx", "xls", "xlsb", "ods"}
    options : ReadOptions
        ``sheet`` names the sheet; without it the first one that is not empty is taken, and the others are named in a
        warning.
    rows : int, optional
        How many of its first rows; all by default.

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
    notes = Notes()
    with _workbook(path, kind) as workbook:
        sheet = _choose_sheet(workbook, options, notes)
        cells, title = sheet.iter_rows(), str(sheet.name)
        layout = sheet_layout(list(islice(cells, LOOKED_AT)), options, notes)
        columns = _columns(layout, cells, rows)
    if not columns or not columns[0]:
        raise DataError(
            f"The sheet “{title}” holds column names and no rows below them.", next_step="Choose another sheet."
        )
    names, warnings = unique_names(layout.names[: len(columns)])
    for warning in warnings:
        notes.say(warning)
    typed = {name: typed_column(name, columns.pop(0), notes) for name in names}
    frame = convert_columns(pd.DataFrame(typed), options, notes)
    # Only a look at the first rows tells every sign: what is remembered are those that differ from the usual.
    signs = {} if rows is None else layout.signs
    told = {"format": "excel", "sheet": title, **signs, **layout.read_as(options), **notes.signs_of_the_file()}
    return Table(frame, notes.sentences, told)


def sheet_names(path: Path, kind: str) -> tuple[str, ...]:
    """Return the names of a workbook's sheets, in its order.

    Raises
    ------
    DataError, LimitError
        As :func:`read_workbook`.
    """
    with _workbook(path, kind) as workbook:
        return tuple(workbook.sheet_names)


def stated_sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names a new workbook states for its sheets, without unpacking any; empty where it states none."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as part:
            text = part.read(MB).decode("utf-8", "replace")
    except (KeyError, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError):
        return ()
    return tuple(html.unescape(name) for name in re.findall(r'<(?:\w+:)?sheet\b[^<>]*?\bname="([^"]*)"', text))


@contextmanager
def _workbook(path: Path, kind: str) -> Iterator[Any]:
    import python_calamine as calamine

    {"xlsx": check_workbook, "xlsb": check_binary_workbook, "ods": check_open_document}.get(kind, check_old_workbook)(
        path
    )
    try:
        with path.open("rb") as file:
            yield calamine.CalamineWorkbook.from_filelike(file)
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


def _columns(layout: SheetLayout, cells: Iterator[list[Any]], rows: int | None) -> list[list[Any]]:
    """Return the cells of each column below the names; columns at the right without a name or a value are left out."""
    columns: list[list[Any]] = [[] for _ in layout.names]
    kept: dict[str, str] = {}
    size = 0
    for row in chain(layout.body, cells) if rows is None else islice(chain(layout.body, cells), rows):
        for column, cell in zip(columns, row[layout.left : layout.left + len(columns)], strict=False):
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
    while columns and not layout.names[len(columns) - 1].strip() and all(cell == "" for cell in columns[-1]):
        columns.pop()
    return columns
