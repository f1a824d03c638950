"""The delimiter of a text table, and whether its first line holds names, from its first lines."""

import csv
import io
import re
from itertools import pairwise

DELIMITERS = (",", "\t", ";", "|", ":", "^", "~", "\x01", "\x1f", " ")
"""Delimiters that are tried, the likelier first."""
LOOSE = (":", " ")
"""Characters that are common inside values: taken only where every line agrees on three columns or more."""
NOT_USED = "\x1e"
"""Stands for the delimiter of a table of one column."""
SNIFFED_ROWS = 300
FEWEST_BELOW = 5
"""Rows below the first that are needed to hold it against them."""

WORDS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars", " ": "spaces", ":": "colons"}

_NUMBER = re.compile(r"\s*[+\-\u2212]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?\s*")
_DATE = re.compile(r"\s*(\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})([ T]\d{2}:\d{2}(:\d{2})?)?\s*")


def sniff_delimiter(sample: str, quote: str = '"') -> str:
    """Find the delimiter under which most lines have as many values as the first.

    Parameters
    ----------
    sample : str
        The beginning of the file, whole lines.
    quote : str
        The quotation mark.

    Returns
    -------
    str
        ``NOT_USED`` where the first line is one value under every delimiter: a table of one column.
    """
    best: tuple[float, str] | None = None
    for delimiter in DELIMITERS:
        widths = row_widths(sample, delimiter, quote)
        first, body = (widths[0], widths[1:]) if widths else (0, [])
        if first < 2:
            continue
        agreeing = max(body.count(first), body.count(first + 1)) / len(body) if body else 0.5
        if delimiter in LOOSE and (agreeing < 1 or first < 3):
            continue
        if best is None or agreeing > best[0]:
            best = (agreeing, delimiter)
    return NOT_USED if best is None else best[1]


def row_widths(sample: str, delimiter: str, quote: str = '"') -> list[int]:
    """Return the number of values of the first rows that are not blank."""
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote):
            if len(row) > 1 or "".join(row).strip():
                widths.append(len(row))
            if len(widths) > SNIFFED_ROWS:
                break
    except csv.Error:
        # A value beyond the limit: the scan of the whole file tells where.
        return widths
    return widths


def is_value(text: str) -> bool:
    """Whether a cell holds a number or a date in digits, and not a name."""
    return _NUMBER.fullmatch(text) is not None or _DATE.fullmatch(text) is not None


def looks_like_values(first_row: list[str]) -> bool:
    """Whether the first row is data: numbers only, and not the column numbers 0, 1, 2 … or 1, 2, 3 …, nor years."""
    if not first_row or not all(_NUMBER.fullmatch(value) for value in first_row):
        return False
    if not all(value.strip().isdigit() for value in first_row):
        return True
    numbers = [int(value) for value in first_row]
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    return steps != {1}


def repeats_below(first_row: list[str], below: list[list[str]]) -> bool:
    """Whether the first row is data though it holds words: each word is a value of its column below, too.

    Parameters
    ----------
    first_row : list of str
        Words and values; without a word nothing is told.
    below : list of list of str
        The rows below it.
    """
    words = [at for at, cell in enumerate(first_row) if cell.strip() and not is_value(cell)]
    if not words or len(below) < FEWEST_BELOW:
        return False
    return all(any(len(row) > at and row[at].strip() == first_row[at].strip() for row in below) for at in words)
