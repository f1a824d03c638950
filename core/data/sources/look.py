"""A look at what a source brought, whole or its beginning, before anything is kept."""

from pathlib import Path
from typing import Final

from core.data.detect import look_at
from core.data.formats import FORMATS, PACKED_ENDINGS
from core.data.head import whole_lines
from core.data.preview import Preview, preview
from core.data.sources.source import Acquired
from core.errors import DataError, FairwayError, LimitError
from core.limits import MB, PREVIEW_WHOLE_BYTES

_LINES: Final = ("text", "json")
"""What is read line by line, so that a beginning is a table too."""


def begin_of(path: Path) -> str:
    """Cut the beginning of a file after its last whole line, where it has lines.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
        What it is, in the words of :func:`core.data.detect.look_at`; ``"cut"`` where only a whole file tells.
    """
    try:
        looks = look_at(path)
    except FairwayError:
        return "cut"
    if looks in _LINES:
        head = path.read_bytes()
        path.write_bytes(whole_lines(head) or head)
    return looks


def looked_at(found: Acquired) -> Preview:
    """Look at what was brought.

    Parameters
    ----------
    found : Acquired
        By a reach that asked for a look.

    Returns
    -------
    Preview

    Raises
    ------
    LimitError
        It is large, and of a kind that shows nothing by its beginning.
    DataError
        It cannot be read.
    """
    if found.whole:
        return preview(found.path, found.options, name=found.name)
    ending = found.name.lower().rpartition(".")[2]
    looks = begin_of(found.path)
    if looks not in (*_LINES, *PACKED_ENDINGS.values()) or PACKED_ENDINGS.get(ending) == "zip":
        raise _only_whole(looks)
    try:
        seen = preview(found.path, found.options, name=found.name)
    except DataError as error:
        if looks == "text":
            raise
        raise _only_whole(looks) from error
    if not seen.columns:
        raise _only_whole(looks)
    return seen


def _only_whole(looks: str) -> LimitError:
    what = FORMATS[looks].words if looks in FORMATS else "a file of its kind"
    return LimitError(
        f"This file is larger than {PREVIEW_WHOLE_BYTES // MB} MB, and {what} cannot be looked at in part.",
        next_step="Read the table: its rows are shown then.",
    )
