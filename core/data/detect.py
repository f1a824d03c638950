"""What a file is, judged by its content; its name only says what the user thinks it is."""

import pickletools
import re
import struct
import zipfile
from pathlib import Path

from core.data.formats import SIGNATURES
from core.errors import DataError, LimitError

HEAD = 65_536
DIRECTORY_BYTES = 8 * 1024 * 1024
"""Largest zip directory that is read; a workbook's is a few kilobytes."""

OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"PARE", "an encrypted Parquet file"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"FEA1", "a Feather file of the first version"),
    (b"ORC\x08", "an ORC file"),
    (b"ORC\x0a", "an ORC file"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"{\\rtf", "an RTF document"),
)
"""First bytes of what is no table by itself, and what they mean; a table's stand in ``core/data/formats.py``."""

_OLD_STATA = re.compile(rb"[\x69\x6c\x6e-\x73][\x01\x02]\x01\x00")
_HTML = re.compile(rb"\s*<(!doctype\s+html|html)\b[^>]*>|\s*<(!--|head|body|meta|title|table)\b[^>]*>.*</", re.I | re.S)
_XML = re.compile(rb"\s*<\?xml\b", re.I)
_JSON = re.compile(rb'\s*(\{\s*"[^"]*"\s*:|\[\s*[\[{])')
_PICKLE = re.compile(rb"\x80[\x02-\x05]")


def look_at(path: Path) -> str:
    """Say what a file is.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
        The key of a format or of a packing (``core/data/formats.py``), ``"empty"``, ``"locked"`` (a workbook with a
        password), or words for something Fairway does not read, such as ``"a PDF document"``. Nothing is loaded.

    Raises
    ------
    LimitError
        If a zip directory is larger than any workbook's.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        return "empty"
    for signature, kind in (*SIGNATURES, *OTHERS):
        if head.startswith(signature):
            if kind == "zip":
                return _look_into_zip(path)
            return _look_into_ole(path) if kind == "ole" else kind
    if _OLD_STATA.match(head):
        return "stata"
    if _PICKLE.match(head) or _is_text_pickle(head):
        return "a Python pickle"
    text = head[3:] if head.startswith(b"\xef\xbb\xbf") else head
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = text.replace(b"\x00", b"")[2:]
    if _HTML.match(text):
        return "a web page (HTML)"
    if _XML.match(text):
        return "an XML document"
    if _JSON.match(text):
        return "json"
    return "text"


def _is_text_pickle(head: bytes) -> bool:
    """Whether all of a small file is a pickle of protocol 0; its opcodes are named, never executed."""
    if not head.rstrip().endswith(b".") or len(head) == HEAD:
        return False
    try:
        opcodes = [opcode.name for opcode, _, _ in pickletools.genops(head.rstrip())]
    except (ValueError, UnicodeDecodeError, IndexError, OverflowError):
        return False
    return len(opcodes) > 1


def _look_into_ole(path: Path) -> str:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "locked"
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "locked" if _has_password(content) else "xls"
    return "an Office document of another kind"


def _has_password(content: bytes) -> bool:
    """Whether one of the first records of an ``.xls`` stream is FILEPASS, after which all is encrypted."""
    begin = re.search(rb"\x09\x08[\x08\x10]\x00\x00[\x05\x06]\x05\x00", content)
    place = begin.start() if begin else len(content)
    for _ in range(20):
        if place + 4 > len(content):
            break
        kind, size = struct.unpack("<HH", content[place : place + 4])
        if kind == 0x002F:
            return True
        place += 4 + size
    return False


def _look_into_zip(path: Path) -> str:
    check_zip_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and b"spreadsheet" in archive.open("mimetype").read(100):
                return "ods"
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise DataError(
            "This file is cut off or damaged: it begins like a workbook or an archive, and its end is missing.",
            next_step="Save it again where it came from, and bring the new copy.",
        ) from error
    if any(name.lower() == "xl/workbook.xml" for name in names):
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("word/") for name in names):
        return "a Word document"
    if any(name.startswith("ppt/") for name in names):
        return "a presentation"
    if any(name.endswith((".pkl", ".pickle")) for name in names):
        return "an archive with a Python pickle"
    return "zip"


def check_zip_directory(path: Path) -> None:
    """Refuse a zip whose directory alone would fill memory.

    Parameters
    ----------
    path : Path

    Raises
    ------
    LimitError
        If the directory is larger than 8 MB.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - HEAD - 22))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end >= 0 and len(tail) >= end + 16:
        (directory,) = struct.unpack("<I", tail[end + 12 : end + 16])
        if directory > DIRECTORY_BYTES:
            raise LimitError(
                "The list of parts of this file is larger than 8 MB, which no workbook needs.",
                next_step="Save the table as CSV or as a new workbook.",
            )
