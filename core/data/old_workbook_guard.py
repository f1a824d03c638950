"""How far the sheets of an old Excel workbook (.xls) reach, found by walking its records before it is loaded.

As in a new workbook, one value far out would make the library that loads it end the process. The container is the
compound file of [MS-CFB], the records are those of [MS-XLS] 2.3 and of the versions before.
"""

import struct
from pathlib import Path

from core.data.workbook_guard import Extent, refuse_far_cells
from core.errors import DataError
from core.limits import WORKBOOK_CELLS

_BEGIN, _DIMENSIONS, _MANY_VALUES = 0x0809, 0x0200, 0x00BD
_CELLS = frozenset((0x0006, 0x0206, 0x0406, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E))
_NO_SECTOR = 0xFFFFFFFA
"""Sector numbers from here on are marks, not places."""
_VERSION_8 = 0x0600
_MOST_EMPTY = 1_000_000
"""Records without content; more of them take time and say nothing."""


def check_old_workbook(path: Path) -> None:
    """Refuse an ``.xls`` file that would fill memory, before it is loaded.

    Parameters
    ----------
    path : Path

    Raises
    ------
    LimitError
        If a cell, or the size a sheet states, lies too far out.
    DataError
        If the file is damaged.
    """
    try:
        stream = _workbook_stream(path.read_bytes())
        _walk(stream)
    except (struct.error, IndexError, ValueError) as error:
        raise DataError(
            "This workbook is cut off or damaged.", next_step="Save it again in Excel as .xlsx and bring the new copy."
        ) from error


def _workbook_stream(content: bytes) -> bytes:
    """Return the stream that holds the sheets."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    if size not in (512, 4096):
        raise ValueError("sector size")
    first_entry, cutoff, first_small = struct.unpack_from("<I4xII", content, 48)
    (table_start,) = struct.unpack_from("<I", content, 68)
    sectors = [number for number in struct.unpack_from("<109I", content, 76) if number < _NO_SECTOR]
    while table_start < _NO_SECTOR and len(sectors) <= len(content) // size:
        *more, table_start = struct.unpack_from(f"<{size // 4}I", content, (table_start + 1) * size)
        sectors += [number for number in more if number < _NO_SECTOR]
    table: list[int] = []
    for number in sectors[: len(content) // size + 1]:
        table += struct.unpack_from(f"<{size // 4}I", content, (number + 1) * size)
    entries = _chain(content, first_entry, table, size, size)
    root, found = b"", None
    for place in range(0, len(entries) - 127, 128):
        (length,) = struct.unpack_from("<H", entries, place + 64)
        name = entries[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        start, stated = struct.unpack_from("<II", entries, place + 116)
        if entries[place + 66] == 5:
            root = _chain(content, start, table, size, size)
        elif name in ("Workbook", "Book") and (found is None or name == "Workbook"):
            found = (start, stated)
    if found is None:
        raise ValueError("no workbook")
    start, stated = found
    if stated >= cutoff:
        return _chain(content, start, table, size, size)[:stated]
    small_table = _chain(content, first_small, table, size, size)
    links = list(struct.unpack(f"<{len(small_table) // 4}I", small_table[: len(small_table) // 4 * 4]))
    return _chain(root, start, links, 64, 0)[:stated]


def _chain(content: bytes, start: int, table: list[int], size: int, offset: int) -> bytes:
    """Join the sectors of a chain; a chain that runs in a circle is damage."""
    parts: list[bytes] = []
    while start < _NO_SECTOR:
        parts.append(content[offset + start * size : offset + (start + 1) * size])
        start = table[start]
        if len(parts) > len(table):
            raise ValueError("circle")
    return b"".join(parts)


def _walk(stream: bytes) -> None:
    place, version, rows, columns, empty = 0, _VERSION_8, 0, 0, 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        place += 4
        if kind in _CELLS and size >= 4:
            row, column = struct.unpack_from("<HH", stream, place)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == _MANY_VALUES and size >= 6:
            (row,) = struct.unpack_from("<H", stream, place)
            (column,) = struct.unpack_from("<H", stream, place + size - 2)
            rows, columns = max(rows, row + 1), max(columns, column + 1, size // 6)
        elif kind == _BEGIN:
            version, rows, columns = struct.unpack_from("<H", stream, place)[0], 0, 0
        elif kind == _DIMENSIONS and size >= 10:
            layout = "<IIHH" if version == _VERSION_8 and size >= 12 else "<HHHH"
            _, rows, _, columns = struct.unpack_from(layout, stream, place)
        elif not size:
            empty += 1
            if empty > _MOST_EMPTY:
                raise ValueError("empty records")
        if rows * columns > WORKBOOK_CELLS:
            refuse_far_cells(Extent(rows=rows, columns=columns))
        place += size
