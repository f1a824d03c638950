"""One streaming pass over a text table: how many values every row has, before anything is loaded."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from core.errors import DataError, LimitError
from core.limits import CELL_CHARACTERS, TABLE_CELLS, TABLE_COLUMNS, TABLE_ROWS

KEPT_LINES = 100_000
"""Most places of ragged rows that are remembered."""


class OpenQuoteError(DataError):
    """A quotation mark that is not closed where its value ends.

    Parameters
    ----------
    what, where, next_step : str
        As in ``FairwayError``.
    line : int
        The line in which it was opened, from 1.
    """

    def __init__(self, what: str, *, where: str = "", next_step: str = "", line: int = 0) -> None:
        self.line = line
        super().__init__(what, where=where, next_step=next_step)


@dataclass
class Scan:
    """What one pass over the rows found.

    Parameters
    ----------
    header : list of str
        The first row that is not blank.
    header_lines : int
        Lines of the file up to and with the header.
    rows : int
        Rows after it, too long ones included.
    short, padded, long : int
        Rows with too few values, with blank values too many, and with values too many.
    one_more : int
        Rows that have exactly one value more than the header.
    long_rows, long_lines : list of int
        Positions among the rows after the header, from 0, and line numbers in the file, from 1, of the long ones.
    stray_quotes : list of int
        Line numbers where a quotation mark stands inside a quoted value.
    """

    header: list[str] = field(default_factory=list)
    header_lines: int = 0
    rows: int = 0
    short: int = 0
    padded: int = 0
    long: int = 0
    one_more: int = 0
    long_rows: list[int] = field(default_factory=list)
    long_lines: list[int] = field(default_factory=list)
    stray_quotes: list[int] = field(default_factory=list)


class _Lines:
    """The lines of a file; the last one stays at hand."""

    def __init__(self, text: TextIO) -> None:
        self.last = ""
        self._text = text

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.last = line
            yield line


def scan_rows(
    text: TextIO,
    delimiter: str,
    *,
    quotes: bool = True,
    quote: str = '"',
    skipped_lines: int = 0,
    most: tuple[int, int] | None = None,
) -> Scan:
    """Read all rows once, keeping none of them.

    Parameters
    ----------
    text : TextIO
        Opened with ``newline=""``.
    delimiter : str
    quotes : bool
        Whether a quotation mark encloses a value.
    quote : str
        The quotation mark.
    skipped_lines : int
        Lines of the file that were read before.
    most : (int, int), optional
        Most rows and most cells; by default those of a table held in memory.

    Returns
    -------
    Scan

    Raises
    ------
    DataError
        If a quotation mark is never closed.
    LimitError
        If the table has more rows, columns or cells than the limits, or one value is too long.
    """
    scan = Scan()
    lines = _Lines(text)
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote,
        strict=True,
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
    )
    most = most or (TABLE_ROWS, TABLE_CELLS)
    width, before, limit = 0, 0, most[0]
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return scan
        except csv.Error as error:
            line = skipped_lines + before + 1
            _refuse_if_swallowing(str(error), line, spans=reader.line_num - before > 1)
            scan.stray_quotes.append(line)
            row = next(csv.reader([lines.last], delimiter=delimiter, quotechar=quote))
        here, before = before, reader.line_num
        if len(row) == width and width > 1:
            scan.rows += 1
        elif len(row) < 2 and not "".join(row).strip():
            continue
        elif not width:
            scan.header, width = row, len(row)
            scan.header_lines = skipped_lines + before
            limit = min(most[0], most[1] // width)
            if width > TABLE_COLUMNS:
                raise LimitError(
                    f"The table has {width:,} columns; Fairway takes at most {TABLE_COLUMNS:,}.",
                    next_step="Keep the columns that matter for the question.",
                )
        else:
            _count_ragged(scan, row, width, skipped_lines + here + 1)
        if scan.rows > limit:
            raise LimitError(
                f"The table has more than {limit:,} rows of {width:,} columns, which is the most Fairway takes.",
                next_step="Bring a random part of the rows, or fewer columns.",
            )


def _count_ragged(scan: Scan, row: list[str], width: int, line: int) -> None:
    scan.rows += 1
    if len(row) <= width:
        scan.short += len(row) < width
        return
    scan.one_more += len(row) == width + 1
    if not "".join(row[width:]).strip():
        scan.padded += 1
        return
    scan.long += 1
    if len(scan.long_lines) < KEPT_LINES:
        scan.long_rows.append(scan.rows - 1)
        scan.long_lines.append(line)


def _refuse_if_swallowing(message: str, line: int, *, spans: bool) -> None:
    """Raise for a quotation mark that swallows lines; a stray one within its line is let pass."""
    if "field larger" in message and not spans:
        raise LimitError(
            f"A value in line {line:,} is longer than {CELL_CHARACTERS:,} characters.",
            next_step="Shorten it, or check that the quotation marks of that line are closed.",
        )
    if spans or "unexpected end" in message:
        raise OpenQuoteError(
            f"A quotation mark opened in line {line:,} is not closed where its value ends.",
            next_step="Mend that line, or read the file without giving quotation marks a meaning.",
            line=line,
        )
