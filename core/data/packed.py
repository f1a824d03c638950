"""Packed tables: gzip, bzip2, xz, Zstandard and zip, unpacked in pieces up to the limit."""

import bz2
import gzip
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.data.notes import name_columns
from core.errors import DataError, LimitError
from core.limits import COMPRESSION_RATIO, FORESEEN_BYTES, MB, UNPACKED_BYTES

ARCHIVE_MEMBERS = 1_000
"""Files of an archive that are looked at; a larger one is no table."""
XZ_MEMORY = 128 * MB
"""Most memory that unpacking xz may take: what its strongest usual setting needs is half of it."""
FORESEEN_ROOM = 0.1
"""Share of the limit by which the whole must at first be foreseen beyond it, since the rest may be packed less; it
shrinks as more is known."""


Most = Callable[[str], int | None]


@dataclass(frozen=True)
class Room:
    """Where a packed file is unpacked, and how much of it.

    Parameters
    ----------
    most : int or None
        Largest size in bytes; ``UNPACKED_BYTES`` by default.
    folder : Path or None
        The folder that takes it; by default the system's for temporary files.
    """

    most: int | None = None
    folder: Path | None = None


USUAL = Room()


@dataclass(frozen=True)
class Unpacked:
    """What stood in a packed file.

    Parameters
    ----------
    path : Path
        Where it lies until the ``with`` block ends.
    name : str
        How it is called inside, or the packed file's name without its last ending.
    members : tuple of str
        The tables of an archive among which can be chosen; empty for a single packed file.
    whole : bool
        Whether all of it was unpacked.
    """

    path: Path
    name: str
    members: tuple[str, ...] = ()
    whole: bool = True


def _open_zstd(file: IO[bytes]) -> IO[bytes]:
    import pyarrow as pa

    stream: IO[bytes] = pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")
    return stream


class _Xz:
    """An xz file read in pieces: Python's own reader sets no bound to the memory a file may ask for."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY)

    def __enter__(self) -> "_Xz":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def read(self, size: int) -> bytes:
        while True:
            given = b""
            if self._decoder.eof:
                given = self._decoder.unused_data or self._file.read(MB // 16)
                if not given.strip(b"\0"):
                    return b""
                self._decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
            elif self._decoder.needs_input:
                given = self._file.read(MB // 16)
                if not given:
                    raise EOFError
            piece = self._decoder.decompress(given, max_length=size)
            if piece:
                return piece


_OPENERS: dict[str, Callable[[IO[bytes]], Any]] = {"gzip": gzip.open, "bzip2": bz2.open, "xz": _Xz, "zstd": _open_zstd}


@contextmanager
def unpacked(
    path: Path,
    kind: str,
    name: str,
    *,
    endings: Sequence[str],
    member: str | None = None,
    most: Most | None = None,
    room: Room = USUAL,
) -> Iterator[Unpacked]:
    """Unpack a file to a temporary one.

    Parameters
    ----------
    path : Path
    kind : {"gzip", "bzip2", "xz", "zstd", "zip"}
        As :func:`core.data.detect.look_at` says it.
    name : str
        The user's name of the packed file.
    endings : sequence of str
        How the tables inside an archive may end.
    member : str, optional
        The table of an archive that is wanted; by default the first.
    most : callable, optional
        Takes the name inside and gives the bytes after which unpacking ends, for a look at the beginning.
    room : Room

    Yields
    ------
    Unpacked

    Raises
    ------
    LimitError
        If it unpacks past the limit or is foreseen to by far, or above 64 MB to more than 200 times its size.
    DataError
        If it is damaged, protected, or holds no table of that name.
    """
    with tempfile.TemporaryDirectory(prefix="fairway-", dir=room.folder) as folder:
        target, limit = Path(folder) / "table", room.most or UNPACKED_BYTES
        try:
            if kind == "zip":
                found = _from_zip(path, target, endings, member, most, limit)
            else:
                found = _from_stream(path, target, kind, name, most, limit)
        except lzma.LZMAError as error:
            if "emory" in str(error):
                raise LimitError(
                    f"This xz file asks for more than {XZ_MEMORY // MB} MB of memory to be unpacked.",
                    next_step="Pack it again by a usual setting, or bring the table uncompressed.",
                ) from error
            raise _damaged() from error
        except (EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise _damaged() from error
        except OSError as error:
            # The libraries tell of damage by the same class as the system of a full disk, which has a number.
            if error.errno is not None:
                raise
            raise _damaged() from error
        yield found


def members_of(path: Path, endings: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the tables in a zip archive, in its order."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if len(parts) > ARCHIVE_MEMBERS:
        raise LimitError(
            f"This archive holds {len(parts):,} files; Fairway looks at {ARCHIVE_MEMBERS:,}.",
            next_step="Bring the one table that is needed.",
        )
    return tuple(
        part.filename
        for part in parts
        if not part.is_dir()
        and not part.filename.startswith("__MACOSX/")
        and not part.filename.rpartition("/")[2].startswith(".")
        and part.filename.lower().rpartition(".")[2] in endings
    )


def _from_stream(path: Path, target: Path, kind: str, name: str, most: Most | None, limit: int) -> Unpacked:
    packed = path.stat().st_size
    inside = name.rpartition(".")[0]
    with path.open("rb") as file, _OPENERS[kind](file) as source:
        whole = _copy(source, target, packed, most and most(inside), limit, file.tell)
    return Unpacked(target, inside, whole=whole)


def _from_zip(
    path: Path, target: Path, endings: Sequence[str], member: str | None, most: Most | None, limit: int
) -> Unpacked:
    members = members_of(path, endings)
    if not members:
        raise DataError("This archive holds no table.", next_step="Pack a CSV, Excel, Parquet or JSON file into it.")
    chosen = members[0] if member is None else member
    if chosen not in members:
        raise DataError(
            f"There is no table “{chosen}” in this archive.", next_step=f"It holds {name_columns(members)}."
        )
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        part = archive.getinfo(chosen)
        if part.flag_bits & 0x1:
            raise DataError(
                "This archive is protected with a password.", next_step="Unpack it and bring the table itself."
            )
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DataError("This archive is packed in an unusual way.", next_step="Pack it again as a usual zip file.")
        _check_stated(part.file_size, part.compress_size, limit)
        with archive.open(part) as source:
            start = file.tell()
            whole = _copy(source, target, part.compress_size, most and most(chosen), limit, lambda: file.tell() - start)
    return Unpacked(target, chosen.rpartition("/")[2], members, whole)


def _copy(source: IO[bytes], target: Path, packed: int, most: int | None, limit: int, taken: Callable[[], int]) -> bool:
    """Write what a packed file holds; return whether that was all. ``taken`` tells how much of it was read so far."""
    size = 0
    with target.open("wb") as file:
        while chunk := source.read(MB):
            size += len(chunk)
            _check_stated(size, packed, limit)
            if size > FORESEEN_BYTES:
                _check_foreseen(size, packed / max(1, taken()), limit)
            file.write(chunk)
            if most is not None and size >= most:
                return False
    return True


def _check_stated(size: int, packed: int, limit: int) -> None:
    if size > limit or (size > 64 * MB and size > COMPRESSION_RATIO * packed):
        raise LimitError(
            f"This compressed file unpacks to more than {min(size, limit) // MB:,} MB, beyond the limit of "
            f"{limit // MB:,} MB or {COMPRESSION_RATIO} times its own size.",
            next_step="Bring the table uncompressed, or a part of it.",
        )


def _check_foreseen(size: int, times: float, limit: int) -> None:
    if size * times > limit * (1 + FORESEEN_ROOM * FORESEEN_BYTES / size):
        raise LimitError(
            f"By what its beginning does, this compressed file would unpack to about {size * times / MB:,.0f} MB, "
            f"beyond the limit of {limit // MB:,} MB.",
            next_step="Bring the table uncompressed, or a part of it.",
        )


def _damaged() -> DataError:
    return DataError("This compressed file is cut off or damaged.", next_step="Bring a new copy of it.")
