"""The delimiter of a text table, and whether its first line holds names, from its first lines."""

import csv
import io
import re
from collections import Counter
from itertools import pairwise

from core.errors import DataError

DELIMITERS = (",", "\t", ";", "|", ":", "^", "~", "\x01", "\x1f", " ")
"""Delimiters that are tried, the likelier first."""
LOOSE = (":", " ")
"""Characters that are common inside values: taken only where every line agrees on three columns or more."""
NOT_USED = "\x1e"
"""Stands for the delimiter of a table of one column."""
SNIFFED_ROWS = 300

WORDS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars", " ": "spaces", ":": "colons"}

_NUMBER = re.compile(r"\s*[+\-\u2212]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?\s*")


def sniff_delimiter(sample: str) -> str:
    """Find the delimiter under which most lines have as many values as the first.

    Parameters
    ----------
    sample : str
        The beginning of the file, whole lines.

    Returns
    -------
    str
        ``NOT_USED`` where the first line is one value under every delimiter: a table of one column.

    Raises
    ------
    DataError
        If the first line is one value and the lines below agree on three values or more: a title above the table.
    """
    best: tuple[float, str] | None = None
    titled: tuple[int, str] | None = None
    for delimiter in DELIMITERS:
        widths = row_widths(sample, delimiter)
        first, body = (widths[0], widths[1:]) if widths else (0, [])
        if first < 2:
            usual, count = Counter(body).most_common(1)[0] if body else (0, 0)
            if usual >= 3 and len(body) >= 3 and count >= 0.8 * len(body) and delimiter not in LOOSE:
                titled = titled or (usual, delimiter)
            continue
        agreeing = max(body.count(first), body.count(first + 1)) / len(body) if body else 0.5
        if delimiter in LOOSE and (agreeing < 1 or first < 3):
            continue
        if best is None or agreeing > best[0]:
            best = (agreeing, delimiter)
    if best is None and titled is not None:
        raise DataError(
            f"The first line holds one value, but the lines below it hold {titled[0]:,}.",
            next_step="Remove the lines above the column names and bring the file again.",
        )
    return NOT_USED if best is None else best[1]


def row_widths(sample: str, delimiter: str) -> list[int]:
    """Return the number of values of the first rows that are not blank."""
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if len(row) > 1 or "".join(row).strip():
                widths.append(len(row))
            if len(widths) > SNIFFED_ROWS:
                break
    except csv.Error:
        # A value beyond the limit: the scan of the whole file tells where.
        return widths
    return widths


def looks_like_values(first_row: list[str]) -> bool:
    """Whether the first row is data: numbers only, and not the column numbers 0, 1, 2 … or 1, 2, 3 …, nor years."""
    if not first_row or not all(_NUMBER.fullmatch(value) for value in first_row):
        return False
    if not all(value.strip().isdigit() for value in first_row):
        return True
    numbers = [int(value) for value in first_row]
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    return steps != {1}
