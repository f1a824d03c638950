"""The beginning of a text table, read as the whole would be: what a preview shows of a file of any size."""

import dataclasses
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from core.data.convert import convert_columns
from core.data.delimited import load_text, plan_text
from core.data.notes import Notes
from core.data.options import ReadOptions
from core.data.scan import OpenQuoteError
from core.data.table import Table
from core.errors import DataError
from core.limits import PREVIEW_BYTES

_ENDS = ((b"\n\0\0\0", 4), (b"\0\0\0\n", 4), (b"\n\0", 2), (b"\0\n", 2))
"""Line ends in encodings of two and four bytes a character."""


def read_head(path: Path, options: ReadOptions, extension: str) -> Table:
    """Read the beginning of a text table.

    Parameters
    ----------
    path : Path
    options : ReadOptions
    extension : str
        What the user's file name ends with.

    Returns
    -------
    Table
        ``read_as`` says of every sign how it was read; ``rows`` says ``"first"`` where the file goes on.

    Raises
    ------
    DataError, LimitError
        As :func:`core.data.delimited.read_delimited`.
    """
    with _beginning(path) as (head, whole):
        try:
            table = _read(head, options, extension)
        except OpenQuoteError as error:
            if whole or error.line < 3:
                raise
            table = _read_above(head, error.line, options, extension)
    return table if whole else dataclasses.replace(table, read_as={**table.read_as, "rows": "first"})


def _read(head: Path, options: ReadOptions, extension: str) -> Table:
    notes = Notes()
    plan = plan_text(head, options, extension, notes)
    frame = convert_columns(load_text(head, plan), options, notes, comma_likely=plan.delimiter == ";")
    signs = {"header": "yes" if plan.named else "no", "skip_lines": str(plan.above), "quote": plan.quote}
    return Table(frame, notes.sentences, {**plan.read_as(options), **signs, **notes.signs_of_the_file()})


def _read_above(head: Path, line: int, options: ReadOptions, extension: str) -> Table:
    """Read the lines above one in which a value begins that does not end within the beginning."""
    with head.open("rb") as file:
        kept = b"".join(islice(file, line - 1))
    with tempfile.NamedTemporaryFile(prefix="fairway-") as shorter:
        shorter.write(kept)
        shorter.flush()
        table = _read(Path(shorter.name), options, extension)
    told = f"A value that begins in line {line:,} does not end within the beginning that was looked at."
    return dataclasses.replace(table, warnings=[*table.warnings, told])


@contextmanager
def _beginning(path: Path) -> Iterator[tuple[Path, bool]]:
    if path.stat().st_size <= PREVIEW_BYTES:
        yield path, True
        return
    with path.open("rb") as file:
        head = whole_lines(file.read(PREVIEW_BYTES))
    if not head:
        raise DataError("The first line is too long to be looked at.", next_step="Check that the file is a table.")
    with tempfile.NamedTemporaryFile(prefix="fairway-") as target:
        target.write(head)
        target.flush()
        yield Path(target.name), False


def whole_lines(head: bytes) -> bytes:
    """Cut text after the last line that is whole; nothing is left of one that has no end."""
    if b"\0" in head[:100]:
        for mark, size in _ENDS:
            end = head.rfind(mark)
            while end >= 0 and end % size:
                end = head.rfind(mark, 0, end)
            if end > 0:
                return head[: end + size]
    end = max(head.rfind(b"\n"), -1)
    return head[: end + 1] if end >= 0 else head[: head.rfind(b"\r") + 1]
