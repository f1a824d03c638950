"""Reading delimited text: sniffed, scanned once for ragged rows and open quotes, then loaded by pandas."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pandas as pd

from core.data.convert import convert_columns
from core.data.encoding import Encoding, find_encoding
from core.data.names import unique_names
from core.data.notes import Notes
from core.data.options import ReadOptions
from core.data.preamble import Layout, find_layout, find_quote, from_line, rows_of
from core.data.scan import Scan, scan_rows
from core.data.sniff import NOT_USED, WORDS, is_value, looks_like_values, repeats_below
from core.data.table import Table
from core.errors import DataError, LimitError
from core.limits import LONG_ROW_SHARE, MB, UNPACKED_BYTES

SAMPLE_CHARACTERS = 262_144
TOLD_LINES = 5
SHOWN_CHARACTERS = 60


def read_delimited(path: Path, options: ReadOptions, *, extension: str = "csv") -> Table:
    """Read a text table.

    Parameters
    ----------
    path : Path
    options : ReadOptions
    extension : str
        What the user's file name ends with; decides which delimiter goes without saying.

    Returns
    -------
    Table

    Raises
    ------
    DataError
        If nothing usable is there, a quote is never closed, or more than 1% of the rows have values too many.
    LimitError
        If the file or the table is larger than the limits.
    """
    if path.stat().st_size > UNPACKED_BYTES:
        raise LimitError(
            f"The file is larger than {UNPACKED_BYTES // MB:,} MB.", next_step="Bring a random part of its rows."
        )
    notes = Notes()
    plan = plan_text(path, options, extension, notes)
    frame = convert_columns(load_text(path, plan), options, notes, comma_likely=plan.delimiter == ";")
    return Table(frame, notes.sentences, {**plan.read_as(options), **notes.signs_of_the_file()})


@dataclass(frozen=True)
class TextPlan:
    """How a text table is loaded, decided before a value is kept.

    Parameters
    ----------
    encoding : Encoding
    delimiter : str
        ``NOT_USED`` for a table of one column.
    skip : int
        Lines before the first row of values.
    names : list of str
        Of the columns, unique.
    named : bool
        Whether the first row held them.
    row_names : bool
        Whether the first column has no name in the file.
    quotes : bool
    scan : Scan
        What one pass over all rows found.
    quote : str
        The quotation mark.
    above : int
        Lines above the table; one that names the delimiter is not counted.
    """

    encoding: Encoding
    delimiter: str
    skip: int
    names: list[str]
    named: bool
    row_names: bool
    quotes: bool
    scan: Scan
    quote: str = '"'
    above: int = 0

    @property
    def rows(self) -> int:
        """Rows of values in the file, those that are left out included."""
        return self.scan.rows if self.named else self.scan.rows + 1

    def read_as(self, options: ReadOptions) -> dict[str, str]:
        """Return what a table remembers of it."""
        told = "" if self.delimiter == NOT_USED else self.delimiter
        found = {"format": "text", "encoding": self.encoding.name, "delimiter": told}
        if self.row_names:
            found["row_names"] = "yes"
        if options.header is not None:
            found["header"] = "yes" if options.header else "no"
        elif not self.named and not looks_like_values(self.scan.header):
            # Told by the rows below; a later file may be too short to tell it again.
            found["header"] = "no"
        if not options.quotes:
            found["quotes"] = "no"
        elif self.quote != '"':
            found["quote"] = self.quote
        if self.above:
            found["skip_lines"] = str(self.above)
        return found


def plan_text(
    path: Path, options: ReadOptions, extension: str, notes: Notes, *, most: tuple[int, int] | None = None
) -> TextPlan:
    """Find out how a text table is written, in one pass that keeps no row.

    Parameters
    ----------
    path : Path
    options : ReadOptions
    extension : str
        What the user's file name ends with.
    notes : Notes
        Takes up what was guessed.
    most : (int, int), optional
        Most rows and most cells; by default those of a table held in memory.

    Returns
    -------
    TextPlan

    Raises
    ------
    DataError, LimitError
        As :func:`read_delimited`.
    """
    encoding = find_encoding(path, options.encoding)
    if encoding.warning:
        notes.say(encoding.warning)
    with open_text(path, encoding) as text:
        sample = text.read(SAMPLE_CHARACTERS)
    if not sample.strip():
        raise DataError("The file is empty: it holds blank lines only.", next_step="Bring another file.")
    quote = find_quote(sample, options)
    layout = _layout(sample, options, extension, quote, notes)
    delimiter, skipped = layout.delimiter, layout.skip
    with open_text(path, encoding) as text:
        _skip(text, skipped)
        scan = scan_rows(text, delimiter, quotes=options.quotes, quote=quote, skipped_lines=skipped, most=most)
    if not scan.header:
        raise DataError("The file holds nothing below the lines to skip.", next_step="Skip fewer lines.")
    below = [row for _, row in rows_of(from_line(sample, skipped), delimiter, quote)[1:]]
    names, named = _names(scan, options, notes, below)
    if len(names) == 1 and _is_lined_up(sample):
        notes.say(
            "Each line was read as one value. Columns that are lined up by spaces are not read apart: "
            "export the table with commas, semicolons or tabs between its values."
        )
    _judge_ragged(scan, len(names), delimiter, notes)
    plan = TextPlan(
        encoding,
        delimiter,
        scan.header_lines if named else skipped,
        names,
        named,
        named and len(names) > len(scan.header),
        options.quotes,
        scan,
        quote,
        0 if layout.told else skipped,
    )
    if plan.rows == 0:
        raise _header_only()
    return plan


def _is_lined_up(sample: str) -> bool:
    """Whether nearly all lines hold wide gaps, as columns of fixed width do."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]
    return len(lines) > 1 and sum(bool(re.search(r"\S {2,}\S", line)) for line in lines) >= 0.9 * len(lines)


@contextmanager
def open_text(path: Path, encoding: Encoding) -> Iterator[TextIO]:
    """Open a text table with its line ends as they are."""
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as text:
        yield text


def _skip(text: TextIO, lines: int) -> None:
    for _ in range(lines):
        text.readline()


def _layout(sample: str, options: ReadOptions, extension: str, quote: str, notes: Notes) -> Layout:
    """Find the delimiter and the lines above the table, and say what goes not without saying."""
    # The last line of the sample may be cut: it would count as a ragged row.
    whole = sample if len(sample) < SAMPLE_CHARACTERS else sample.rpartition("\n")[0] or sample
    found = find_layout(whole, options, quote)
    if quote != options.quote and quote != '"':
        notes.say("Values were found to stand between single quotation marks.")
    expected = {"tsv": "\t", "tab": "\t"}.get(extension, ",")
    if not options.delimiter and not found.told and found.delimiter not in (NOT_USED, expected):
        words = WORDS.get(found.delimiter, f"the character {found.delimiter!r}")
        notes.say(f"The values of a line were found to be separated by {words}.")
    if options.skip_lines is None and not found.told and found.skip:
        first = sample.lstrip("\r\n").splitlines()[0].strip()[:SHOWN_CHARACTERS]
        notes.say(
            f"The first {f'{found.skip:,} lines, which begin' if found.skip > 1 else 'line, which begins'} with "
            f"“{first}”, {'stand' if found.skip > 1 else 'stands'} above the table and "
            f"{'were' if found.skip > 1 else 'was'} left out."
        )
    return found


def _names(scan: Scan, options: ReadOptions, notes: Notes, below: list[list[str]]) -> tuple[list[str], bool]:
    """Return the column names and whether the first row held them."""
    named = options.header
    if named is None:
        named = not looks_like_values(scan.header)
        if not named:
            notes.say("The first line holds numbers only and was read as a row; the columns were numbered.")
        elif any(map(_is_odd_name, scan.header)) and repeats_below(scan.header, below):
            named = False
            notes.say("The first line looks like the lines below it and was read as a row; the columns were numbered.")
        elif any(map(_is_odd_name, scan.header)):
            odd = next(filter(_is_odd_name, scan.header)).strip()
            notes.say(f"The first line was read as names, though “{odd}” looks like a value. Say if it is a row.")
    raw = [*scan.header] if named else [f"column {number}" for number in range(1, len(scan.header) + 1)]
    if named and scan.rows and scan.one_more == scan.rows and scan.padded < scan.rows:
        raw = ["row name", *raw]
        scan.long, scan.long_rows, scan.padded = 0, [], 0
        notes.say("Every row has one value more than there are names: the first column was taken as row names.")
    names, warnings = unique_names(raw)
    for warning in warnings:
        notes.say(warning)
    return names, named


def _is_odd_name(name: str) -> bool:
    """Whether a name looks like a value; a year or a small whole number is a usual name of a column."""
    text = name.strip()
    return is_value(text) and not (text.isdigit() and len(text) <= 4)


def _judge_ragged(scan: Scan, width: int, delimiter: str, notes: Notes) -> None:
    if scan.long:
        lines = ", ".join(f"{line:,}" for line in scan.long_lines[:TOLD_LINES])
        more = f" and {scan.long - TOLD_LINES:,} more" if scan.long > TOLD_LINES else ""
        where = f"{'Line' if scan.long == 1 else 'Lines'} {lines}{more}"
        if scan.long > LONG_ROW_SHARE * scan.rows or scan.long > len(scan.long_rows):
            raise DataError(
                f"{where} of the file {'holds' if scan.long == 1 else 'hold'} more values than the "
                f"{'one column' if width == 1 else f'{width:,} columns'}.",
                next_step="Put values that contain the separator between quotation marks, or choose the separator.",
            )
        notes.say(f"{where}: more values than columns. {_rows(scan.long, 'was', 'were')} left out.")
    if scan.short:
        notes.say(f"{_rows(scan.short, 'has', 'have')} fewer values than columns; the rest is missing there.")
    if scan.stray_quotes:
        count = len(scan.stray_quotes)
        notes.say(
            f"{count:,} line{'s' if count > 1 else ''} (the first is line {scan.stray_quotes[0]:,}) "
            "with a quotation mark inside a quoted value: check what was read there."
        )


def _rows(count: int, singular: str, plural: str) -> str:
    return f"{count:,} row {singular}" if count == 1 else f"{count:,} rows {plural}"


def load_text(path: Path, plan: TextPlan) -> pd.DataFrame:
    """Load every value as text; long rows are left out, short ones padded."""
    names, scan = plan.names, plan.scan
    with open_text(path, plan.encoding) as text:
        _skip(text, plan.skip)
        try:
            frame = pd.read_csv(
                text,
                sep=plan.delimiter,
                header=None,
                names=range(len(names)),
                usecols=range(len(names)),
                index_col=False,
                dtype=str,
                na_filter=False,
                engine="c",
                quoting=csv.QUOTE_MINIMAL if plan.quotes else csv.QUOTE_NONE,
                quotechar=plan.quote,
            )
        except pd.errors.EmptyDataError as error:
            raise _header_only() from error
        except pd.errors.ParserError as error:
            raise unfaithful(scan) from error
    if len(names) > 1 and len(frame) != plan.rows:
        raise unfaithful(scan)
    frame.columns = pd.Index(names, dtype=object)
    if scan.long_rows:
        shift = 0 if plan.named else 1
        frame = frame.drop(index=[row + shift for row in scan.long_rows]).reset_index(drop=True)
    return frame


def _header_only() -> DataError:
    return DataError(
        "The file holds column names and no rows below them.", next_step="Bring a file with at least one row."
    )


def unfaithful(scan: Scan) -> DataError:
    """Return the refusal of a file whose rows two readers tell apart differently."""
    where = f"near line {scan.stray_quotes[0]:,}" if scan.stray_quotes else ""
    return DataError(
        "The rows of this file cannot be told apart for certain" + (f", {where}." if where else "."),
        next_step="Check its quotation marks, or read the file without giving them a meaning.",
    )
