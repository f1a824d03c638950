"""The folder of this server that its operator opens to users: what lies in it, and nothing beside it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from pydantic import Field

from core.data.formats import ENDINGS
from core.data.options import ReadOptions
from core.data.sources.source import Acquired, Origin, Reach
from core.errors import DataError, InputError, LimitError
from core.limits import FOLDER_FILES, LARGE_BYTES, MB

VISITED: Final = 20_000
"""Entries of the folder that are gone through."""


class FolderOrigin(Origin):
    """A file in the operator's folder.

    Parameters
    ----------
    name : str
        Within the folder, its parts joined by ``/``.
    options : dict
        How it is read, as :meth:`core.data.options.ReadOptions.to_dict` writes it.
    """

    kind: Literal["folder"] = "folder"
    name: str
    options: dict[str, Any] = Field(default_factory=dict)

    def words(self) -> str:
        """Say where the file came from."""
        return f"{PurePosixPath(self.name).name} from the folder of this server"


def acquire(origin: FolderOrigin, reach: Reach) -> Acquired:
    """Give a file of the folder to the reader; it is read where it lies.

    Parameters
    ----------
    origin : FolderOrigin
    reach : Reach
        Its ``local_files`` is the folder.

    Returns
    -------
    Acquired

    Raises
    ------
    InputError, DataError, LimitError
        There is no such file in the folder, or it is larger than Fairway takes.
    """
    reach.report(0.0, "Looking for the file")
    path = table_in(reach.local_files, origin.name)
    size = path.stat().st_size
    if size > LARGE_BYTES:
        raise LimitError(
            f"The file is larger than {LARGE_BYTES // MB:,} MB.", next_step="Bring a random part of its rows."
        )
    if size == 0:
        raise DataError("The file is empty: it has 0 bytes.", next_step="Choose another file.")
    return Acquired(path, path.name, ReadOptions.from_dict(origin.options))


def table_in(folder: Path | None, name: str) -> Path:
    """Return the file of that name with a table in it.

    Parameters
    ----------
    folder : Path or None
        The operator's.
    name : str
        Within the folder; never a path that begins at the root.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        There is no such folder or file, a link is on the way, or its ending is none of a table.
    """
    if folder is None:
        raise InputError(
            "This server opens no files of its own.",
            next_step="Ask whoever runs it to name a folder for them (FAIRWAY_FILES).",
        )
    path = None if Path(name).is_absolute() else inside(folder, name)
    if path is None or not _is_table(path):
        raise InputError("There is no such file.", next_step="Choose a file in the folder of this server.")
    return path


def tables_in(folder: Path | None) -> dict[str, int]:
    """Return the names of the files with tables in the folder and below it, each with its bytes.

    Parameters
    ----------
    folder : Path or None

    Returns
    -------
    dict of str to int
        The first ``FOLDER_FILES`` by name; without links, and without what is hidden.
    """
    return {name: path.stat().st_size for name, path in files_below(folder, _is_table, FOLDER_FILES)}


def inside(folder: Path, name: str) -> Path | None:
    """Return the file of that name in a folder; ``None`` where there is none, or a link leads to it.

    Parameters
    ----------
    folder : Path
    name : str
        Within the folder, or with the folder's own path before it.

    Returns
    -------
    Path or None
    """
    root = folder.resolve()
    if not name or "\0" in name or ".." in Path(name).parts:
        return None
    path = root / name
    try:
        found = path.resolve() == path and path.is_relative_to(root) and path.is_file()
    except OSError:
        return None
    return path if found else None


def files_below(folder: Path | None, fits: Callable[[Path], bool], most: int) -> Iterator[tuple[str, Path]]:
    """Give the files in a folder and below it, by name, without links.

    Parameters
    ----------
    folder : Path or None
    fits : callable
        Whether a file is one of those that are wanted.
    most : int

    Yields
    ------
    (str, Path)
        The name within the folder, and where it is.
    """
    if folder is None or not folder.is_dir():
        return
    root, given, visited = folder.resolve(), 0, 0
    for here, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path, visited = Path(here) / name, visited + 1
            if given == most or visited > VISITED:
                return
            if not path.is_symlink() and path.is_file() and fits(path):
                given += 1
                yield path.relative_to(root).as_posix(), path


def _is_table(path: Path) -> bool:
    return path.suffix.lower().lstrip(".") in ENDINGS and not path.name.startswith(".")
