"""Reading a zip that somebody brought: nothing in it is believed before it was checked."""

import hashlib
import json
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from core import limits
from core.errors import InputError, LimitError

MANIFEST, PROJECT = "manifest.json", "project.json"
"""The two entries every project file has."""
LABELS = "labels.json"
"""Labels given by hand; missing where there are none."""
_NAME = r"[A-Za-z0-9_-][A-Za-z0-9_-]{0,79}"
ENTRIES = re.compile(
    rf"{re.escape(MANIFEST)}|{re.escape(PROJECT)}|{re.escape(LABELS)}|tables/{_NAME}\.parquet"
    rf"|training/{_NAME}/(board\.json|runs/{_NAME}/(run\.json|outcomes\.npz|model\.skops))"
)
"""All that may lie in a project file."""
PICKLES = (".pkl", ".pickle", ".joblib", ".dill", ".pt", ".npy")
"""Endings of files that run code when they are loaded."""
JSON_BYTES = 64 * limits.MB
"""Longest text that is read whole."""
DIRECTORY_BYTES = limits.ARCHIVE_ENTRIES * 1_000
"""Longest table of contents."""
_AGAIN = "Use a file made by “Export project”."


def _refuse(what: str) -> InputError:
    return InputError(what, next_step=f"{_AGAIN} Nothing of this one was opened.")


@dataclass(frozen=True)
class Archive:
    """An opened project file of which every entry's name, kind and size was checked.

    Parameters
    ----------
    zip : ZipFile
    names : frozenset of str
        The entries, all of which match ``ENTRIES``.
    hashes : dict of str to str
        SHA-256 that the manifest gives for each entry but itself.
    """

    zip: zipfile.ZipFile
    names: frozenset[str]
    hashes: dict[str, str] = field(default_factory=dict)

    def under(self, folder: str) -> list[str]:
        """Return the entries of a folder, sorted."""
        return sorted(name for name in self.names if name.startswith(folder))

    def read(self, name: str) -> bytes:
        """Return a short entry whole; raises ``InputError`` where it is missing, too long or was changed."""
        if name not in self.names:
            raise _refuse("This is no project file: a part that each one has is missing.")
        if self.zip.getinfo(name).file_size > JSON_BYTES:
            raise LimitError(
                f"A part of the project file is longer than {JSON_BYTES // limits.MB} MB.", next_step=_AGAIN
            )
        with self.stream(name) as stream:
            content: bytes = stream.read()
        return content

    @contextmanager
    def stream(self, name: str) -> Iterator["_Checked"]:
        """Give an entry's content; where it was cut off or changed, ``InputError`` is raised at its end."""
        try:
            with self.zip.open(name) as stream:
                yield _Checked(stream, self.zip.getinfo(name).file_size, self.hashes.get(name))
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise _refuse("The project file is damaged.") from error
        except Exception as error:
            if type(error).__module__ == "zlib":
                raise _refuse("The project file is damaged.") from error
            raise


class _Checked:
    """A stream that counts and hashes what passes through."""

    def __init__(self, stream: IO[bytes], size: int, expected: str | None) -> None:
        self._stream, self._size, self._expected = stream, size, expected
        self._seen, self._hash = 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        part = self._stream.read(size)
        self._seen += len(part)
        self._hash.update(part)
        if self._seen > self._size:
            raise _refuse("The project file holds more than it says.")
        ended = size < 0 or not part
        if ended and self._expected is not None and self._hash.hexdigest() != self._expected:
            raise _refuse("The project file was changed since it was made, or was cut off.")
        return part


@contextmanager
def open_archive(path: Path, *, newest_format: int) -> Iterator[Archive]:
    """Open a project file.

    Parameters
    ----------
    path : Path
    newest_format : int
        The newest format that can be read.

    Yields
    ------
    Archive

    Raises
    ------
    InputError
        It is no project file, or an entry is a path out of it, a link, a pickle, encrypted, twice there or unknown.
    LimitError
        It has too many entries or unpacks past ``limits.ARCHIVE_BYTES``.
    """
    _check_directory(path)
    try:
        opened = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _refuse("This is no project file.") from error
    with opened:
        entries = opened.infolist()
        _check_entries(entries)
        archive = Archive(opened, frozenset(entry.filename for entry in entries))
        manifest = _manifest(archive, newest_format)
        if set(manifest) != archive.names - {MANIFEST}:
            raise _refuse("The project file was changed since it was made: its list of parts does not fit.")
        yield Archive(opened, archive.names, manifest)


def _check_directory(path: Path) -> None:
    # Python reads a zip's table of contents whole, so its length is looked at first. A project file is below the sizes
    # for which the longer form of that table exists, and has no comment behind it.
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 42))
        end = file.read()
    if len(end) < 22 or end[-22:-18] != b"PK\x05\x06":
        raise _refuse("This is no project file.")
    count, length = int.from_bytes(end[-12:-10], "little"), int.from_bytes(end[-10:-6], "little")
    if count > limits.ARCHIVE_ENTRIES or length > DIRECTORY_BYTES or end[:4] == b"PK\x06\x07":
        raise LimitError(f"The project file has more than {limits.ARCHIVE_ENTRIES:,} parts.", next_step=_AGAIN)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if sum(entry.file_size for entry in entries) > limits.ARCHIVE_BYTES:
        raise LimitError(
            f"The project file unpacks to more than {limits.ARCHIVE_BYTES // limits.MB:,} MB.", next_step=_AGAIN
        )
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _refuse("The project file holds a link to another place.")
        if name.startswith(("/", "\\")) or ".." in name or "\\" in name or ":" in name:
            raise _refuse("The project file names a place outside itself.")
        if name.lower().endswith(PICKLES):
            raise _refuse("The project file holds a pickle, which could run code.")
        if entry.flag_bits & 0x1:
            raise _refuse("The project file is locked with a password.")
        if not ENTRIES.fullmatch(name):
            raise _refuse("The project file holds a part that does not belong there.")
        if name in seen:
            raise _refuse("The project file holds the same part twice.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refuse("The project file is packed in a way Fairway does not use.")
        seen.add(name)


def _manifest(archive: Archive, newest_format: int) -> dict[str, str]:
    try:
        found: Any = json.loads(archive.read(MANIFEST))
        made_with, hashes = int(found["format"]), dict(found["entries"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _refuse("This is no project file: its list of parts cannot be read.") from error
    if made_with > newest_format:
        raise InputError(
            f"The project file was made by a newer version of Fairway (format {made_with}; this one reads up to "
            f"{newest_format}).",
            next_step="Open it with the newer version.",
        )
    return hashes
