"""What stands above a text table: comments, a title, a line that names the delimiter; and its quotation mark."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from core.data.options import ReadOptions
from core.data.sniff import DELIMITERS, LOOSE, NOT_USED, SNIFFED_ROWS, is_value, sniff_delimiter

COMMENT = "#"
MOST_LINES = 100
"""Lines above a table that are looked for; a longer preamble is skipped by saying how long it is."""
AGREEING = 0.8
"""Share of the rows that must have one width for the lines above them to be no part of the table."""


@dataclass(frozen=True)
class Layout:
    """Where a text table begins and how its values are separated.

    Parameters
    ----------
    delimiter : str
        ``NOT_USED`` for a table of one column.
    skip : int
        Lines before the header.
    told : bool
        Whether the first line names the delimiter (``sep=;``).
    """

    delimiter: str
    skip: int
    told: bool = False


def find_layout(sample: str, options: ReadOptions, quote: str) -> Layout:
    """Find the delimiter and the first line of a table.

    Parameters
    ----------
    sample : str
        The beginning of the file, whole lines.
    options : ReadOptions
    quote : str
        The quotation mark.

    Returns
    -------
    Layout
    """
    first = sample.partition("\n")[0].strip()
    told = first.lower().startswith("sep=") and len(first) <= 5
    if options.skip_lines is not None:
        rest = from_line(sample, options.skip_lines)
        return Layout(options.delimiter or sniff_delimiter(rest, quote), options.skip_lines)
    if told:
        return Layout(options.delimiter or first[4:] or "\t", 1, told=True)
    delimiters = (options.delimiter,) if options.delimiter else DELIMITERS
    comments = _comments(sample, delimiters, quote)
    rest = from_line(sample, comments)
    delimiter = options.delimiter or sniff_delimiter(rest, quote)
    titled = _title(rest, delimiters if delimiter == NOT_USED else (delimiter,), quote)
    if titled is not None:
        return Layout(titled[0], comments + titled[1])
    return Layout(delimiter, comments)


def find_quote(sample: str, options: ReadOptions) -> str:
    """Return the quotation mark: a double one, unless most lines have values between single ones and none a double."""
    if options.quote:
        return options.quote
    if '"' in sample or "'" not in sample:
        return '"'
    lines = [line for line in sample.splitlines()[:SNIFFED_ROWS] if line.strip()]
    inside = re.compile(r"(?:^|[,;\t|])'[^']*'(?=$|[,;\t|])")
    return "'" if sum(bool(inside.search(line)) for line in lines) > 0.5 * len(lines) else '"'


def rows_of(sample: str, delimiter: str, quote: str) -> list[tuple[int, list[str]]]:
    """Return the first rows that are not blank, each with the number of lines before it."""
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote)
    before = 0
    try:
        for row in reader:
            if len(row) > 1 or "".join(row).strip():
                rows.append((before, row))
            before = reader.line_num
            if len(rows) > SNIFFED_ROWS:
                break
    except csv.Error:
        return rows
    return rows


def from_line(sample: str, lines: int) -> str:
    """Return a text without so many lines at its top."""
    text = io.StringIO(sample, newline="")
    for _ in range(lines):
        text.readline()
    return text.read()


def _comments(sample: str, delimiters: tuple[str, ...], quote: str) -> int:
    """Count the lines at the top that begin with ``#``; the last is the header where it is as wide as the rows."""
    lines = list(islice(io.StringIO(sample, newline=""), MOST_LINES + 2))
    count = next((at for at, line in enumerate(lines) if not line.startswith(COMMENT)), 0)
    if not count or count > MOST_LINES:
        return 0
    rest = from_line(sample, count)
    delimiter = delimiters[0] if len(delimiters) == 1 else sniff_delimiter(rest, quote)
    below = rows_of(rest, delimiter, quote)
    if not below:
        return 0
    last = rows_of(lines[count - 1], delimiter, quote)
    wide = len(below[0][1])
    is_header = len(last[0][1]) == wide and (wide > 1 or not lines[count - 1].startswith(COMMENT + " "))
    return count - 1 if is_header else count


def _title(sample: str, delimiters: tuple[str, ...], quote: str) -> tuple[str, int] | None:
    """Return the delimiter and the lines above a table, where its first rows are narrower than nearly all others."""
    for delimiter in delimiters:
        rows = rows_of(sample, delimiter, quote)
        widths = [len(row) for _, row in rows]
        usual, _ = Counter(widths).most_common(1)[0] if widths else (0, 0)
        padded = _padded([row for _, row in rows], usual)
        if padded:
            return delimiter, rows[padded][0]
        if usual < 2 or widths[0] >= usual or delimiter in LOOSE:
            continue
        at = widths.index(usual)
        body = widths[at:]
        if len(body) < 4 or at > MOST_LINES or body.count(usual) < AGREEING * len(body):
            continue
        # One value more than names in every row is a column of row names, not a title.
        if at == 1 and widths[0] == usual - 1 and widths[0] > 1:
            continue
        if max(widths[:at]) == 1 and usual == 2 and not _names_numbers([row for _, row in rows[at:] if len(row) == 2]):
            continue
        return delimiter, rows[at][0]
    return None


def _padded(rows: list[list[str]], width: int) -> int:
    """Count the rows at the top of which all but one value are blank, above a row of words: a title of a sheet."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows[: MOST_LINES + 1]]
    at = next((place for place, count in enumerate(filled) if count > 1), 0)
    if width < 3 or not at or len(rows) - at < 3 or any(len(row) != width for row in rows[: at + 1]):
        return 0
    return at if filled[at] == width and not any(map(is_value, rows[at])) else 0


def _names_numbers(rows: list[list[str]]) -> bool:
    """Whether the first row holds words and a column below it values: two texts a line may be one with a comma."""
    header, body = rows[0], rows[1:]
    return not any(map(is_value, header)) and any(all(is_value(row[at]) for row in body) for at in range(len(header)))
