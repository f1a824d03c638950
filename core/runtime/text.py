"""The rows of a delimited text file, told apart by the rules by which the training table was read.

The bundle travels without the application, so the few rules it shares with the application's reader stand here a second
time. A file on which they cannot agree for certain is refused in words.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from core.runtime.errors import RuntimeFault

DELIMITERS = (",", "\t", ";", "|", ":", "^", "~", "\x01", "\x1f", " ")
LOOSE = (":", " ")
"""Common inside values: taken only where every line agrees on three columns or more."""
NOT_USED = "\x1e"
"""Stands for the delimiter of a table of one column."""
SAMPLE_CHARACTERS = 262_144
SNIFFED_ROWS = 300
PREAMBLE_LINES = 200
LONG_ROW_SHARE = 0.01
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SEVEN_BITS = ("utf-7", "utf_7", "hz", "iso2022", "iso-2022")
"""Encodings that write every letter in ASCII."""
_NUMBER = re.compile(r"\s*[+\-\u2212]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?\s*")


@dataclass(frozen=True)
class TextRows:
    """Rows as text.

    Parameters
    ----------
    names : list of str
        Unique and not empty.
    rows : list of list of str
        Each as long as ``names``.
    delimiter : str
        ``NOT_USED`` for a table of one column.
    """

    names: list[str]
    rows: list[list[str]]
    delimiter: str


def read_rows(path: Path, read_as: Mapping[str, str], wanted: Collection[str], *, skip_long: bool) -> TextRows:
    """Read a text file into rows.

    Parameters
    ----------
    path : Path
    read_as : mapping of str to str
        How the training table was read: ``delimiter``, ``encoding``, ``header``, ``quotes``, ``quote``, ``row_names``,
        and ``skip_lines`` where lines stood above it.
    wanted : collection of str
        Columns that are looked for; the delimiter of the training table is taken where it gives them.
    skip_long : bool
        Whether up to one row in a hundred with more values than columns is left out, as in training. Otherwise such a
        row refuses the file: the answers would no longer stand beside their rows.

    Returns
    -------
    TextRows

    Raises
    ------
    RuntimeFault
        The file is empty or cannot be told apart into rows for certain.
    """
    text = _decoded(path, read_as.get("encoding", ""))
    if not text.strip():
        raise _refused(path, "is empty. Name a file of rows.")
    first = text.partition("\n")[0].strip()
    told = first.lower().startswith("sep=") and len(first) <= len("sep=") + 1
    if told:
        text = text.partition("\n")[2]
    quoted = read_as.get("quote", '"')
    if "skip_lines" in read_as:
        text = _below(text, read_as, wanted, quoted)
    sample = text if len(text) < SAMPLE_CHARACTERS else text[:SAMPLE_CHARACTERS].rpartition("\n")[0] or text
    quoting = csv.QUOTE_NONE if read_as.get("quotes") == "no" else csv.QUOTE_MINIMAL
    trained = read_as.get("delimiter", "")
    if told:
        delimiter = first[4:] or "\t"
    elif trained and set(wanted) <= set(unique_names(next(iter(_sampled(sample, trained, quoted)), []))):
        delimiter = trained
    else:
        delimiter = _sniffed(path, sample, quoted)
    rows = _parsed(path, text, delimiter, quoting, quoted)
    if not rows:
        raise _refused(path, "is empty. Name a file of rows.")
    header = rows[0]
    named = read_as.get("header") == "yes" or (read_as.get("header") != "no" and not _looks_like_values(header))
    # Names that are looked for are names, though the training file had none.
    named = named or bool(wanted and set(wanted) <= set(unique_names(header)))
    body = rows[1:] if named else rows
    if not body:
        raise _refused(path, "holds column names and no rows below them. Name a file with at least one row.")
    raw = [*header] if named else [f"column {number}" for number in range(1, len(header) + 1)]
    if named and all(len(row) == len(header) + 1 for row in body):
        blank = not any(row[-1].strip() for row in body)
        if read_as.get("row_names") == "yes" or not blank:
            raw = ["row name", *raw]
    return TextRows(unique_names(raw), _even(path, body, len(raw), skip_long=skip_long), delimiter)


def unique_names(raw: Sequence[str]) -> list[str]:
    """Strip names, name the blank ones by their place, and number those that are taken, as the training table's were.

    Parameters
    ----------
    raw : sequence of str

    Returns
    -------
    list of str
    """
    stripped = [name.strip().strip("\ufeff") for name in raw]
    taken = {name for name in stripped if name}
    names: list[str] = []
    seen: set[str] = set()
    for position, name in enumerate(stripped, start=1):
        wanted = name or f"column {position}"
        final, number = wanted, 2
        while final in seen or (final != name and final in taken):
            final, number = f"{wanted}_{number}", number + 1
        seen.add(final)
        names.append(final)
    return names


def _refused(path: Path, words: str) -> RuntimeFault:
    return RuntimeFault(f"{path.name} {words}")


def _even(path: Path, body: list[list[str]], width: int, *, skip_long: bool) -> list[list[str]]:
    long = [number for number, row in enumerate(body) if any(cell.strip() for cell in row[width:])]
    if long and (not skip_long or len(long) > LONG_ROW_SHARE * len(body)):
        raise _refused(
            path,
            f"cannot be read as a table: row {long[0] + 1:,} below the names holds more values than the {width:,} "
            "columns. Put values that contain the separator between quotation marks.",
        )
    left_out = set(long)
    return [
        [*row[:width], *[""] * (width - len(row))] if len(row) != width else row
        for number, row in enumerate(body)
        if number not in left_out
    ]


def _below(text: str, read_as: Mapping[str, str], wanted: Collection[str], quote: str) -> str:
    """Leave out the lines above the table: those before the names that are looked for, or as many as in training."""
    trained = read_as.get("delimiter", "") or NOT_USED
    lines = io.StringIO(text, newline="").readlines()
    named = read_as.get("header") != "no"
    for at, line in enumerate(lines[:PREAMBLE_LINES] if named else ()):
        cells = next(csv.reader([line], delimiter=trained, quotechar=quote), [])
        if wanted and set(wanted) <= {cell.strip() for cell in cells}:
            return "".join(lines[at:])
    return "".join(lines[int(read_as["skip_lines"]) :])


def _parsed(path: Path, text: str, delimiter: str, quoting: int, quote: str) -> list[list[str]]:
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=delimiter, quotechar=quote, strict=True, quoting=quoting)  # type: ignore[arg-type]
    rows: list[list[str]] = []
    try:
        rows.extend(row for row in reader if len(row) > 1 or "".join(row).strip())
    except csv.Error:
        raise _refused(
            path,
            f"cannot be read for certain near line {reader.line_num:,}: a quotation mark is not closed where its value "
            "ends. Mend that line.",
        ) from None
    return rows


def _decoded(path: Path, trained: str) -> str:
    data = path.read_bytes()
    for mark, name in BOMS:
        if data.startswith(mark):
            return _strict(path, data, name)
    head = data[: 1 << 16]
    if b"\0" in head:
        even, odd = head[0::2], head[1::2]
        if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.05 * len(even):
            return _strict(path, data, "utf-16-le")
        if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.05 * len(odd):
            return _strict(path, data, "utf-16-be")
    if trained.startswith(SEVEN_BITS):
        # Such bytes are valid UTF-8 as well, and would be read without a word as other letters.
        return _strict(path, data, trained)
    if b"\0" in data:
        raise _refused(path, "cannot be read as a table: it looks like binary data. Save it as CSV, one row a line.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        near = data[max(0, fault.start - (1 << 14)) : fault.start + (1 << 16)]
    if trained and not trained.startswith("utf"):
        try:
            return data.decode(trained)
        except (UnicodeDecodeError, LookupError):
            pass
    replaced = near.decode("utf-8", "replace")
    if sum(letter > "\x7f" for letter in replaced) > 10 * replaced.count("\ufffd"):
        return data.decode("utf-8", "replace")
    beyond = sum(byte > 127 for byte in near)
    if sum(len(run) for run in re.findall(rb"[\x80-\xff]{3,}", near)) >= 0.5 * beyond:
        raise _refused(path, "is not UTF-8, and its alphabet cannot be told for certain. Save it as UTF-8.")
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _strict(path: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise _refused(path, "is damaged: it is no text in the encoding it names. Save it as UTF-8.") from None


def _sniffed(path: Path, sample: str, quote: str) -> str:
    """Return the delimiter under which most lines have as many values as the first."""
    best: tuple[float, str] | None = None
    titled = False
    for delimiter in DELIMITERS:
        widths = [len(row) for row in _sampled(sample, delimiter, quote)]
        first, body = (widths[0], widths[1:]) if widths else (0, [])
        if first < 2:
            usual, count = Counter(body).most_common(1)[0] if body else (0, 0)
            titled |= usual >= 3 and len(body) >= 3 and count >= 0.8 * len(body) and delimiter not in LOOSE
            continue
        agreeing = max(body.count(first), body.count(first + 1)) / len(body) if body else 0.5
        if delimiter in LOOSE and (agreeing < 1 or first < 3):
            continue
        if best is None or agreeing > best[0]:
            best = (agreeing, delimiter)
    if best is None and titled:
        raise _refused(path, "has a title above the column names. Remove the lines above them.")
    return NOT_USED if best is None else best[1]


def _sampled(sample: str, delimiter: str, quote: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote):
            if len(row) > 1 or "".join(row).strip():
                rows.append(row)
            if len(rows) > SNIFFED_ROWS:
                break
    except csv.Error:
        return rows
    return rows


def _looks_like_values(first_row: list[str]) -> bool:
    """Whether the first row is data: numbers only, and not the column numbers 0, 1, 2 … or 1, 2, 3 …, nor years."""
    if not all(_NUMBER.fullmatch(value) for value in first_row):
        return False
    if not all(value.strip().isdigit() for value in first_row):
        return True
    return {later - earlier for earlier, later in pairwise([int(value) for value in first_row])} != {1}
