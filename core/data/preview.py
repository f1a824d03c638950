"""A look at a file before it is read: what was detected, its first rows, and the cells that would not parse."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.data.formats import BY_ENDING
from core.data.guess import guess_schema
from core.data.options import ReadOptions
from core.data.read import OpenedFile, opened
from core.data.records import record_places
from core.data.schema import ColumnSpec
from core.data.sheet_layout import LOOKED_AT
from core.data.table import Table
from core.data.unread import unread_cells
from core.data.workbook import sheet_names, stated_sheet_names
from core.data.workbook_head import workbook_head
from core.errors import DataError
from core.limits import PREVIEW_BYTES, PREVIEW_ROWS, PREVIEW_WHOLE_BYTES

LOOKED_AT_ROWS = 2_000
"""Rows of a typed file that are looked at."""


@dataclass(frozen=True)
class ColumnPreview:
    """One column as it would be read.

    Parameters
    ----------
    name, type : str
        ``type`` in the words of the screens.
    reason : str
        Why it gets this type.
    unread : int
        Cells among the rows looked at that would not parse as what most others are.
    unread_as : str
        What they are not, such as ``"a number"``; empty where all parse.
    examples : tuple of str
        Some of those cells.
    """

    name: str
    type: str
    reason: str
    unread: int = 0
    unread_as: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Preview:
    """What a file would give.

    Parameters
    ----------
    name : str
        The user's name for the file.
    format : str
        Key of its format.
    words : str
        How a sentence names the format.
    choices : tuple of str
        The fields of ``ReadOptions`` that mean something for it.
    found : ReadOptions
        How it is read now, chosen or guessed; ``None`` where a sign does not occur.
    frame : DataFrame
        The first 100 rows.
    columns : tuple of ColumnPreview
    looked_at : int
        Rows that were looked at.
    whole : bool
        Whether these are all rows.
    sheets, members, places : tuple of str
        What can be chosen: sheets, tables of an archive, lists of records.
    warnings : tuple of str
    """

    name: str
    format: str
    words: str
    choices: tuple[str, ...]
    found: ReadOptions
    frame: pd.DataFrame
    columns: tuple[ColumnPreview, ...]
    looked_at: int
    whole: bool
    sheets: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def unread(self) -> int:
        """Cells among the rows looked at that would not parse."""
        return sum(column.unread for column in self.columns)


def preview(path: str | Path, options: ReadOptions | None = None, *, name: str | None = None) -> Preview:
    """Look at the beginning of a file.

    Parameters
    ----------
    path : str or Path
    options : ReadOptions, optional
    name : str, optional
        The user's name for the file.

    Returns
    -------
    Preview
        Of an old, binary or OpenDocument workbook or a JSON object that is too large to look into, no rows but a
        warning.

    Raises
    ------
    DataError, LimitError
        As :func:`core.data.read_table`.
    """
    chosen = options or ReadOptions()
    shown = Path(name or Path(path).name).name
    with opened(path, chosen, name=name, most=_most) as file:
        sheets, places = _choices(file)
        large = file.path.stat().st_size > PREVIEW_WHOLE_BYTES
        try:
            if large and file.format.family == "workbook":
                table, cut = _head(file, chosen)
            else:
                table, cut = file.format.read(file.path, chosen, file.ending, LOOKED_AT_ROWS), False
        except DataError:
            if large and file.format.key in ("json", "xlsx"):
                return _unseen(file, chosen, shown, sheets)
            raise
        if table is None:
            return _unseen(file, chosen, shown, sheets)
        table = file.told(table, chosen)
    schema = guess_schema(table.frame, table.read_as)
    columns = tuple(_column(table.frame[spec.name], spec, chosen) for spec in schema.columns)
    rows = len(table.frame)
    typed_cut = file.format.key != "text" and rows >= LOOKED_AT_ROWS
    cut = cut or typed_cut or table.read_as.get("rows") == "first"
    whole = not cut and (file.inside is None or file.inside.whole)
    return Preview(
        shown,
        file.format.key,
        file.format.words,
        (*file.format.choices, *(("member",) if file.inside and file.inside.members else ())),
        _found(table, chosen, [spec.date_format for spec in schema.columns]),
        table.frame.head(PREVIEW_ROWS),
        columns,
        rows,
        whole,
        sheets,
        file.inside.members if file.inside else (),
        places,
        tuple(table.warnings),
    )


def _most(inside: str) -> int | None:
    promised = BY_ENDING.get(inside.lower().rpartition(".")[2])
    return 2 * PREVIEW_BYTES if promised is not None and promised.key == "text" else None


def _head(file: OpenedFile, chosen: ReadOptions) -> tuple[Table | None, bool]:
    """Return the beginning of a large workbook, and whether more follows; ``None`` where it cannot be cut out."""
    if file.format.key != "xlsx":
        return None, True
    with workbook_head(file.path, chosen.sheet, LOOKED_AT_ROWS + LOOKED_AT) as found:
        if found is None:
            return None, True
        path, whole = found
        return file.format.read(path, chosen, file.ending, LOOKED_AT_ROWS), not whole


def _choices(file: OpenedFile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sheets of a workbook and the places of records in JSON."""
    small = file.path.stat().st_size <= PREVIEW_WHOLE_BYTES
    if file.format.family == "workbook":
        return sheet_names(file.path, file.format.key) if small else stated_sheet_names(file.path), ()
    if file.format.key == "json" and small:
        try:
            places = record_places(json.loads(file.path.read_bytes()))
        except (ValueError, RecursionError):
            return (), ()
        return (), tuple(sorted(places, key=lambda place: -places[place]))
    return (), ()


def _unseen(file: OpenedFile, chosen: ReadOptions, shown: str, sheets: tuple[str, ...]) -> Preview:
    size = f"{PREVIEW_WHOLE_BYTES // 1024 // 1024} MB"
    told = f"This file is larger than {size} and cannot be looked at in part: its rows are shown once it is read."
    return Preview(
        shown, file.format.key, file.format.words, file.format.choices, chosen, pd.DataFrame(), (), 0, False, sheets,
        file.inside.members if file.inside else (), (), (told,),
    )  # fmt: skip


def _column(values: pd.Series, spec: ColumnSpec, options: ReadOptions) -> ColumnPreview:
    kind, count, examples = unread_cells(values, spec, options)
    return ColumnPreview(spec.name, spec.type.words, spec.reason, count, kind, examples)


def _found(table: Table, chosen: ReadOptions, formats: list[str]) -> ReadOptions:
    signs = table.read_as
    orders = {f"{'day' if one.startswith('%d') else 'month'} first" for one in formats if one[:2] in ("%d", "%m")}
    order = orders.pop() if len(orders) == 1 else None
    return ReadOptions(
        encoding=signs.get("encoding", chosen.encoding),
        delimiter=signs.get("delimiter"),
        header=signs["header"] == "yes" if "header" in signs else None,
        quotes=chosen.quotes,
        decimal=signs.get("decimal", chosen.decimal),
        thousands=signs.get("thousands", chosen.thousands),
        sheet=signs.get("sheet"),
        keep_na_text=chosen.keep_na_text,
        quote=signs.get("quote"),
        skip_lines=int(signs["skip_lines"]) if "skip_lines" in signs else None,
        date_order=chosen.date_order or order,
        missing=chosen.missing,
        member=signs.get("member"),
        records=signs.get("records"),
    )
