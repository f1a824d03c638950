"""How many rows and bytes an Arrow file unpacks to, read from the heads of its messages before any is unpacked.

A message is a FlatBuffers table, laid out as in the Arrow format's ``Message.fbs``; only a few numbers of it are read.
"""

import struct
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.errors import LimitError
from core.limits import MB, TABLE_CELLS, TABLE_ROWS, UNPACKED_BYTES

_MAGIC = b"ARROW1\0\0"
_RECORD_BATCH, _DICTIONARY_BATCH = 3, 2
_VERSION, _KIND, _HEADER = 0, 1, 2
_LENGTH, _BUFFERS, _COMPRESSION = 0, 2, 3


def check_arrow(path: Path, columns: int) -> int:
    """Refuse an Arrow file that would fill memory; return its rows.

    Parameters
    ----------
    path : Path
    columns : int

    Raises
    ------
    LimitError
        If it holds more rows, cells or bytes than the limits.
    ValueError, struct.error
        If its messages are damaged.
    """
    rows, size = 0, 0
    with pa.memory_map(str(path)) as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            file.seek(0)
        try:
            for message in pa.ipc.MessageReader.open_stream(file):
                found, unpacked = _measure(message)
                rows, size = rows + found, size + unpacked
                if rows > TABLE_ROWS or rows * columns > TABLE_CELLS:
                    raise LimitError(
                        f"The table has {rows:,} rows or more and {columns:,} columns; Fairway takes at most "
                        f"{TABLE_ROWS:,} rows and {TABLE_CELLS:,} cells.",
                        next_step="Bring a random part of its rows.",
                    )
                if size > UNPACKED_BYTES:
                    raise LimitError(
                        f"This table unpacks to more than {UNPACKED_BYTES // MB:,} MB.",
                        next_step="Bring a random part of its rows.",
                    )
        except StopIteration:
            return rows
    return rows


def _measure(message: Any) -> tuple[int, int]:
    """Return the rows of a message and the bytes its buffers unpack to."""
    head, body = message.metadata.to_pybytes(), message.body
    root = struct.unpack_from("<I", head, 0)[0]
    kind_at = _field(head, root, _KIND)
    kind = head[kind_at] if kind_at else 0
    if kind not in (_RECORD_BATCH, _DICTIONARY_BATCH):
        return 0, 0
    batch = _follow(head, _field(head, root, _HEADER))
    rows = kind == _RECORD_BATCH
    if not rows:
        batch = _follow(head, _field(head, batch, 1))
    length_at = _field(head, batch, _LENGTH)
    length = struct.unpack_from("<q", head, length_at)[0] if length_at else 0
    if length < 0:
        raise ValueError("negative length")
    if not _field(head, batch, _COMPRESSION):
        return (length if rows else 0), 0 if body is None else body.size
    buffers = _follow(head, _field(head, batch, _BUFFERS))
    (count,) = struct.unpack_from("<I", head, buffers)
    size = 0
    for number in range(count):
        offset, packed = struct.unpack_from("<qq", head, buffers + 4 + 16 * number)
        if packed >= 8:
            (unpacked,) = struct.unpack("<q", body.slice(offset, 8).to_pybytes())
            # Minus one says that this buffer was left as it is.
            size += packed if unpacked < 0 else unpacked
    return (length if rows else 0), size


def _field(head: bytes, table: int, number: int) -> int:
    """Return where a field of a FlatBuffers table stands; 0 where it is left out."""
    layout = table - struct.unpack_from("<i", head, table)[0]
    (size,) = struct.unpack_from("<H", head, layout)
    if 4 + 2 * number + 2 > size:
        return 0
    (offset,) = struct.unpack_from("<H", head, layout + 4 + 2 * number)
    return table + offset if offset else 0


def _follow(head: bytes, place: int) -> int:
    if not place:
        raise ValueError("no such part")
    return int(place + struct.unpack_from("<I", head, place)[0])
