"""The beginning of a large Excel workbook as a small workbook of its own, cut without unpacking the rest.

The copy goes the way of every workbook, so what a look at it shows is what reading all of it gives.
"""

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from core.data.workbook_guard import unpack_part
from core.limits import MB

HEAD_BYTES: Final = 16 * MB
"""Most that is unpacked of the rows, and most of the texts they point to."""
SMALL_BYTES: Final = MB
"""Parts beside the sheets up to this size, styles among them, are kept."""

_TAG: Final = rb"(?:[\w.-]+:)?"
_ROW_END: Final = re.compile(rb"</(%s)row\s*>|<(%s)row\b[^<>]*/>" % (_TAG, _TAG))
_TEXT_END: Final = re.compile(rb"</(%s)si\s*>|<(%s)si\s*/>" % (_TAG, _TAG))
_CELL: Final = re.compile(rb"<%sc(\s[^<>]*)>\s*<%sv\s*>\s*(\d+)" % (_TAG, _TAG))
_IS_SHARED: Final = re.compile(rb"\st\s*=\s*[\"']s[\"']")
_VALUE: Final = re.compile(rb"<%s(?:v|is)[\s>]" % _TAG)
_SHEET: Final = re.compile(rb"<%ssheet\b[^<>]*>" % _TAG)
_RELATION: Final = re.compile(rb"<%sRelationship\b[^<>]*>" % _TAG)
_EMPTY: Final = b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData/></worksheet>"
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_TEXTS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"


@contextmanager
def workbook_head(path: Path, sheet: str | None, rows: int) -> Iterator[tuple[Path, bool] | None]:
    """Give the first rows of one sheet of an ``.xlsx`` file as a workbook.

    Parameters
    ----------
    path : Path
    sheet : str or None
        Its name; the first that holds a value by default.
    rows : int
        How many rows of the sheet.

    Yields
    ------
    path : Path
        A workbook in which the other sheets are empty; it is gone after the ``with`` block.
    whole : bool
        Whether these are all rows.
        ``None`` in the place of both where its beginning cannot be cut out.

    Raises
    ------
    DataError
        If a part is damaged or locked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {part.filename: part for part in archive.infolist()}
        with path.open("rb") as file:
            found = _cut(file, parts, sheet, rows)
    except (zipfile.BadZipFile, zlib.error, ValueError):
        # Reading it whole says best what is wrong with it.
        found = None
    if found is None:
        yield None
        return
    contents, whole = found
    with TemporaryDirectory(prefix="fairway-") as folder:
        head = Path(folder) / "head.xlsx"
        with zipfile.ZipFile(head, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in contents.items():
                archive.writestr(name, content)
        yield head, whole


def _cut(
    file: BinaryIO, parts: dict[str, zipfile.ZipInfo], sheet: str | None, rows: int
) -> tuple[dict[str, bytes], bool] | None:
    kept = {name: _all(file, part) for name, part in parts.items() if part.file_size <= SMALL_BYTES}
    places = _places(kept)
    if not places or not all(place in parts for place in places.values()):
        return None
    if _STYLES in parts and _STYLES not in kept:
        # Without them a date is a number.
        return None
    wanted = [place for name, place in places.items() if sheet in (None, name)]
    for place in wanted:
        content, _, whole = _head(unpack_part(file, parts[place]), _ROW_END, rows, b"</%ssheetData></%sworksheet>")
        if sheet is not None or _VALUE.search(content):
            break
    else:
        return None
    kept |= dict.fromkeys(places.values(), _EMPTY) | {place: content}
    highest = max((int(number) for cell, number in _CELL.findall(content) if _IS_SHARED.search(cell)), default=-1)
    if highest >= 0:
        if _TEXTS not in parts:
            return None
        texts, seen, _ = _head(unpack_part(file, parts[_TEXTS]), _TEXT_END, highest + 1, b"</%ssst>")
        if seen <= highest:
            return None
        kept[_TEXTS] = texts
    return kept, whole


def _all(file: BinaryIO, part: zipfile.ZipInfo) -> bytes:
    content = b""
    for piece in unpack_part(file, part):
        content += piece
        if len(content) > SMALL_BYTES:
            return b""
    return content


def _places(parts: dict[str, bytes]) -> dict[str, str]:
    """Return the part of each sheet, by its name."""
    targets = {
        _attribute(tag, b"Id"): _attribute(tag, b"Target") for tag in _RELATION.findall(parts.get(_RELATIONS, b""))
    }
    places = {}
    for tag in _SHEET.findall(parts.get(_WORKBOOK, b"")):
        target = targets.get(_attribute(tag, rb"(?:[\w.-]+:)?id"), "")
        place = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        places[_attribute(tag, b"name")] = place
    return places


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s%s\s*=\s*(?:\"([^\"]*)\"|'([^']*)')" % name, tag)
    return "" if found is None else html.unescape((found[1] or found[2] or b"").decode("utf-8", "replace"))


def _head(pieces: Iterator[bytes], end: re.Pattern[bytes], most: int, closing: bytes) -> tuple[bytes, int, bool]:
    """Return the beginning of a part up to so many ends of a tag, how many there were, and whether it is all."""
    content, seen, last, prefix = b"", 0, 0, b""
    for piece in pieces:
        # A tag may be cut by the end of a piece; none of those looked for is longer than this.
        begin = max(last, len(content) - 4_096)
        content += piece
        for match in end.finditer(content, begin):
            seen, last, prefix = seen + 1, match.end(), match[1] or match[2] or b""
            if seen == most:
                break
        if seen == most or len(content) > HEAD_BYTES:
            return content[:last] + closing.replace(b"%s", prefix), seen, False
    return content, seen, True
