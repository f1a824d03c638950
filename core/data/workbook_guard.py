"""What is inside a workbook, found by streaming through its parts before any of it is loaded.

The library that loads a sheet reserves memory for every cell between the first and the last used one, and ends the
whole process where it cannot: one value in the far corner of a small file would be enough.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from core.errors import DataError, LimitError
from core.limits import COMPRESSION_RATIO, MB, UNPACKED_BYTES, WORKBOOK_CELLS

_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]*)(\d*)""")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s>/]")
_FORBIDDEN = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I)
_LOCAL_HEADER = 30


@dataclass
class Extent:
    """The part of a sheet that its references span, and how many cells name their place."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    placed: int = 0

    @property
    def area(self) -> int:
        """Cells between the first and the last."""
        return self.rows * self.columns


def check_workbook(path: Path) -> None:
    """Refuse a workbook that would fill memory, before it is loaded.

    Every part is unpacked in pieces that are thrown away at once; sizes stated in the archive are not trusted.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` file.

    Raises
    ------
    LimitError
        If it unpacks to too much, or a used cell lies too far out.
    DataError
        If it is damaged, locked, or declares XML entities.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
        stated = sum(part.file_size for part in parts)
        if stated > UNPACKED_BYTES:
            raise _too_large()
        total = 0
        with path.open("rb") as file:
            for part in parts:
                total += _check_part(file, part, UNPACKED_BYTES - total)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, expat.ExpatError) as error:
        raise damaged() from error


def _check_part(file: BinaryIO, part: zipfile.ZipInfo, left: int) -> int:
    """Stream through one part; return its true size in bytes."""
    name = part.filename.lower()
    is_xml = name.endswith((".xml", ".rels"))
    is_sheet = is_xml and name.startswith("xl/worksheets/") and "/_rels/" not in name
    size, carried, extent = 0, b"", Extent()
    for piece in unpack_part(file, part):
        size += len(piece)
        if size > left or size > max(64 * MB, COMPRESSION_RATIO * part.compress_size):
            raise _too_large()
        if size > part.file_size:
            raise damaged()
        if not is_xml:
            continue
        if size == len(piece) and piece.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise damaged()
        # A tag is never cut: the piece goes on from the last one that was opened.
        text = carried + piece
        if _FORBIDDEN.search(text):
            raise DataError(
                "This workbook declares XML entities, which no spreadsheet program writes.",
                next_step="Open it in a spreadsheet program and save it as a new file.",
            )
        opened = text.rfind(b"<")
        carried = text[opened:] if opened >= 0 else b""
        if len(carried) > 4 * MB:
            raise damaged()
        if is_sheet:
            _measure(text[:opened] if opened >= 0 else text, extent)
    if is_sheet:
        _measure(carried, extent)
        if extent.area > WORKBOOK_CELLS or extent.placed < extent.cells:
            refuse_far_cells(_used_extent(file, part))
    return size


def unpack_part(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack one part in pieces of a megabyte at most.

    Parameters
    ----------
    file : BinaryIO
        The archive.
    part : ZipInfo

    Yields
    ------
    bytes

    Raises
    ------
    DataError
        If it is damaged or locked.
    """
    if part.flag_bits & 0x1:
        raise DataError(
            "This workbook is protected with a password.", next_step="Save a copy without a password and bring that."
        )
    file.seek(part.header_offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
        raise damaged()
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    file.seek(part.header_offset + _LOCAL_HEADER + names)
    left = part.compress_size
    inflate = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    if inflate is None and part.compress_type != zipfile.ZIP_STORED:
        raise damaged()
    while left > 0:
        packed = file.read(min(left, MB // 4))
        if not packed:
            raise damaged()
        left -= len(packed)
        if inflate is None:
            yield packed
            continue
        while packed:
            yield inflate.decompress(packed, MB)
            packed = inflate.unconsumed_tail
    if inflate is not None and not inflate.eof:
        raise damaged()


def _measure(text: bytes, extent: Extent) -> None:
    extent.cells += len(_CELL.findall(text))
    references = _REFERENCE.findall(text)
    letters = {column for column, _ in references if column}
    extent.placed += sum(1 for column, _ in references if column)
    extent.columns = max([extent.columns, *(_column_number(column) for column in letters)])
    extent.rows = max([extent.rows, *(int(row) for _, row in references if row)])


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - 64
    return number


def _used_extent(file: BinaryIO, part: zipfile.ZipInfo) -> Extent:
    """Measure exactly, cell by cell: only cells that hold something count, and a cell may leave its place unsaid."""
    extent = Extent()
    row, column = 0, 0
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        kind = tag.rpartition(":")[2]
        place = attributes.get("r", "").strip()
        if kind == "row":
            row, column = (int(place) if place.isdigit() else row + 1), 0
        elif kind == "c":
            letters = place.rstrip("0123456789")
            column = _column_number(letters.encode()) if letters else column + 1
            row = int(place[len(letters) :] or row)
        elif kind in ("v", "is", "f"):
            extent.rows, extent.columns = max(extent.rows, row), max(extent.columns, column)
            refuse_far_cells(extent)

    parser.StartElementHandler = start
    for piece in unpack_part(file, part):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    return extent


def refuse_far_cells(extent: Extent) -> None:
    """Refuse a sheet that spans more cells than the limit."""
    if extent.area > WORKBOOK_CELLS:
        raise LimitError(
            f"A sheet reaches to row {extent.rows:,} and column {extent.columns:,}, which spans {extent.area:,} cells; "
            f"Fairway takes at most {WORKBOOK_CELLS:,}.",
            next_step="Delete stray cells far from the table, or save the table as CSV.",
        )


def _too_large() -> LimitError:
    return LimitError(
        f"This workbook unpacks to more than the limit of {UNPACKED_BYTES // MB:,} MB, or a part of it to more than "
        f"{COMPRESSION_RATIO} times its size.",
        next_step="Save the table as CSV or Parquet, or bring a part of it.",
    )


def damaged() -> DataError:
    """Return the refusal of a workbook that is not whole."""
    return DataError("This workbook is cut off or damaged.", next_step="Save it again in Excel and bring the new copy.")
