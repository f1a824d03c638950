"""How far the sheets of binary (.xlsb) and OpenDocument (.ods) workbooks reach, found before they are loaded.

The records of a binary sheet are those of [MS-XLSB] 2.1.4 and 2.3.2; the cells of an OpenDocument sheet are those of
ODF 1.3, 9.1: a cell or a row may be repeated, which a few bytes can do a million times.
"""

import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from core.data.workbook_guard import Extent, check_workbook, damaged, refuse_far_cells, unpack_part
from core.errors import DataError
from core.limits import MB

_ROW = 0
_CELLS = range(1, 12)
_DIMENSION = 148
_ROW_BYTES, _CELL_BYTES = 17, 8
"""Smallest content of such a record."""
_MOST_OTHERS = 500_000
"""Records of a sheet that are no row and no cell."""
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384


def check_binary_workbook(path: Path) -> None:
    """Refuse an ``.xlsb`` file that would fill memory, before it is loaded.

    Parameters
    ----------
    path : Path

    Raises
    ------
    LimitError
        If it unpacks to too much, or a cell lies too far out.
    DataError
        If it is damaged or locked.
    """
    _check_parts(path, _check_binary_part)


def check_open_document(path: Path) -> None:
    """Refuse an ``.ods`` file that would fill memory, before it is loaded.

    Parameters
    ----------
    path : Path

    Raises
    ------
    LimitError
        If it unpacks to too much, or a cell lies too far out.
    DataError
        If it is damaged or locked.
    """
    _check_parts(path, _check_open_part)


def _check_parts(path: Path, check: Callable[[str, Iterator[bytes]], None]) -> None:
    """Show each part, by its name, to a check that knows the format; nothing is unpacked that it does not ask for."""
    check_workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = sorted(archive.infolist(), key=lambda part: part.filename)
    try:
        with path.open("rb") as file:
            for part in parts:
                check(part.filename, unpack_part(file, part))
    except (struct.error, IndexError, expat.ExpatError) as error:
        raise damaged() from error


def _check_binary_part(name: str, pieces: Iterator[bytes]) -> None:
    if name.lower().startswith("xl/worksheets/") and name.lower().endswith(".bin"):
        _walk(pieces)


def _check_open_part(name: str, pieces: Iterator[bytes]) -> None:
    if name == "META-INF/manifest.xml" and b"encryption-data" in b"".join(pieces):
        raise DataError(
            "This workbook is protected with a password.", next_step="Save a copy without a password and bring that."
        )
    if name == "content.xml":
        _measure_open_document(pieces)


def _walk(pieces: Iterator[bytes]) -> None:
    extent, row, others = Extent(), 0, 0
    held, place = b"", 0
    for piece in pieces:
        held, place = held[place:] + piece, 0
        while True:
            found = _record(held, place)
            if found is None:
                break
            kind, begin, end = found
            if kind == _ROW:
                if end - begin < _ROW_BYTES:
                    raise damaged()
                (row,) = struct.unpack_from("<I", held, begin)
            elif kind in _CELLS:
                if end - begin < _CELL_BYTES:
                    raise damaged()
                (column,) = struct.unpack_from("<I", held, begin)
                extent.rows, extent.columns = max(extent.rows, row + 1), max(extent.columns, column + 1)
            elif kind == _DIMENSION and end - begin >= 16:
                _, last_row, _, last_column = struct.unpack_from("<IIII", held, begin)
                stated = Extent(rows=last_row + 1, columns=last_column + 1)
                refuse_far_cells(stated)
            else:
                # A million empty records weigh little, and each takes time.
                others += 1
                if others > _MOST_OTHERS:
                    raise damaged()
            refuse_far_cells(extent)
            place = end
        if len(held) - place > 64 * MB:
            raise damaged()


def _record(held: bytes, place: int) -> tuple[int, int, int] | None:
    """Return a record's kind and where its content begins and ends; ``None`` where more is needed."""
    if place + 6 > len(held):
        more = place + 2 <= len(held) and held[place] < 0x80 and held[place + 1] == 0
        return (held[place], place + 2, place + 2) if more else None
    kind = held[place]
    place += 1
    if kind & 0x80:
        kind = kind & 0x7F | (held[place] & 0x7F) << 7
        place += 1
    size = 0
    for shift in (0, 7, 14, 21):
        byte = held[place]
        place += 1
        size |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return (kind, place, place + size) if place + size <= len(held) else None


def _measure_open_document(pieces: Iterator[bytes]) -> None:
    extent = Extent()
    row, column, in_row = 0, 0, 1
    reached = 0
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, in_row, reached
        if tag == "table:table":
            row = 0
            extent.rows = extent.columns = 0
        elif tag == "table:table-row":
            in_row = _times(attributes.get("table:number-rows-repeated"), _MOST_ROWS)
            column, reached = 0, 0
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            column += _times(attributes.get("table:number-columns-repeated"), _MOST_COLUMNS)
            if column > _MOST_COLUMNS + 1:
                raise damaged()
            if "office:value-type" in attributes or "calcext:value-type" in attributes:
                reached = column
        elif tag == "text:p":
            reached = max(reached, column)

    def end(tag: str) -> None:
        nonlocal row
        if tag != "table:table-row":
            return
        row += in_row
        if row > _MOST_ROWS + 1:
            raise damaged()
        if reached:
            extent.rows, extent.columns = row, max(extent.columns, reached)
            refuse_far_cells(extent)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for piece in pieces:
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _times(stated: str | None, most: int) -> int:
    if stated is None:
        return 1
    if not stated.isdigit() or int(stated) > most:
        raise damaged()
    return int(stated)
