"""Where the table of a sheet begins: titles above it, its names, its first column."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from core.data.cells import as_cell_text
from core.data.notes import Notes
from core.data.options import ReadOptions
from core.data.sniff import looks_like_values
from core.errors import DataError, LimitError
from core.limits import TABLE_COLUMNS

LOOKED_AT = 200
"""Rows among which the names are looked for."""


@dataclass(frozen=True)
class SheetLayout:
    """The beginning of a sheet's table.

    Parameters
    ----------
    names : list of str
        As they stand there; blank where a column has none.
    left : int
        The first column used, from 0.
    above : int
        Rows of the sheet above the first of the table.
    title : bool
        Whether any of them holds a value.
    body : list of list
        The rows below the names that were looked at.
    named : bool
        Whether a row held the names.
    """

    names: list[str]
    left: int
    above: int
    title: bool
    body: list[list[Any]]
    named: bool = True

    @property
    def signs(self) -> dict[str, str]:
        """How every sign was read, guessed or chosen."""
        return {"skip_lines": str(self.above if self.title else 0), "header": "yes" if self.named else "no"}

    def read_as(self, options: ReadOptions) -> dict[str, str]:
        """Return what a table remembers of it."""
        found = {"skip_lines": str(self.above)} if self.title or options.skip_lines is not None else {}
        if options.header is not None:
            found["header"] = "yes" if options.header else "no"
        return found


def sheet_layout(rows: list[list[Any]], options: ReadOptions, notes: Notes) -> SheetLayout:
    """Find the names of a sheet's columns.

    Parameters
    ----------
    rows : list of list
        The first rows of the sheet; empty text in empty cells.
    options : ReadOptions
        ``skip_lines`` and ``header`` decide where they are given.
    notes : Notes
        Takes up what was guessed.

    Returns
    -------
    SheetLayout

    Raises
    ------
    DataError
        If no row below those to skip holds a value.
    LimitError
        If it has too many columns.
    """
    filled = [sum(cell != "" for cell in row) for row in rows]
    used = [at for at, count in enumerate(filled) if count and at >= (options.skip_lines or 0)]
    if not used:
        raise DataError("The sheet holds nothing below the rows to skip.", next_step="Skip fewer rows.")
    first = used[0] if options.skip_lines is not None else _below_titles(used, filled)
    left = next(at for at, cell in enumerate(rows[first]) if cell != "")
    header = [as_cell_text(cell) or "" for cell in rows[first][left:]]
    if len(header) > TABLE_COLUMNS:
        raise LimitError(
            f"The sheet has {len(header):,} columns; Fairway takes at most {TABLE_COLUMNS:,}.",
            next_step="Keep the columns that matter for the question.",
        )
    title = first > used[0]
    if first and options.skip_lines is None:
        what = "Titles above it were left out." if title else ""
        notes.say(f"The table was found to begin in row {first + 1:,} of the sheet. {what}".strip())
    named = options.header
    if named is None:
        named = not (len(header) > 1 and looks_like_values(header))
        if not named:
            notes.say("The first row holds numbers only and was read as a row; the columns were numbered.")
    if named:
        return SheetLayout(header, left, first, title, rows[first + 1 :])
    numbered = [f"column {number}" for number in range(1, len(header) + 1)]
    return SheetLayout(numbered, left, first, title, rows[first:], named=False)


def _below_titles(used: list[int], filled: list[int]) -> int:
    """Return the first row that is no title: titles hold one value where nearly all rows hold three or more."""
    counts = [filled[at] for at in used]
    usual, times = Counter(count for count in counts if count > 1).most_common(1)[0] if max(counts) > 1 else (0, 0)
    at = next((place for place, count in enumerate(counts) if count > 1), 0)
    return used[at] if usual >= 3 and times >= 3 and at < len(counts) - 2 else used[0]
