"""Files that are written whole or not at all, under names that cannot leave their folder."""

import errno
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core.errors import DamagedProjectError, NotFoundError, StorageError

PROJECT_ID = re.compile(r"[A-Za-z0-9_-]{16,32}")
"""A project's id: unguessable text that means the same in a URL and as a folder."""
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}")
"""A fingerprint, a kind of artefact, the key of a run or the name of a file."""
TEMPORARY = ".part-"
"""How the name of a file begins while it is written."""


def new_project_id() -> str:
    """Return an id of 128 random bits, none of which a command line takes for an option."""
    while (made := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return made


def checked_project_id(given: str) -> str:
    """Return the id unchanged; raises ``NotFoundError`` where it cannot be one."""
    if not isinstance(given, str) or not PROJECT_ID.fullmatch(given):
        raise no_such_project()
    return given


def no_such_project() -> NotFoundError:
    """Return the one answer to an id that is unknown, malformed, deleted or another user's."""
    return NotFoundError(
        "There is no such project.", next_step="Check the address, or choose a project under All projects."
    )


def checked_name(given: str) -> str:
    """Return a fingerprint, kind, key or file name unchanged; raises ``NotFoundError`` where it could be a path."""
    if not isinstance(given, str) or not NAME.fullmatch(given) or given.startswith(TEMPORARY) or ".." in given:
        raise NotFoundError("There is no such result.", next_step="Open the project again from All projects.")
    return given


def inside(root: Path, *parts: str) -> Path:
    """Join names to a folder.

    Parameters
    ----------
    root : Path
        A resolved folder.
    *parts : str
        Names, each checked.

    Returns
    -------
    Path

    Raises
    ------
    NotFoundError
        A part is no plain name, or a link on the way leads out of the folder.
    """
    path = root.joinpath(*(checked_name(part) for part in parts))
    if path.resolve() != path:
        raise NotFoundError("There is no such result.", next_step="Open the project again from All projects.")
    return path


def refused(error: OSError) -> StorageError:
    """Tell a refused write in plain words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(
            "The disk is full, so this was not saved.",
            next_step="What was saved before is unharmed. Free some space, then try again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageError(
            "Fairway may not write to its folder, so this was not saved.",
            next_step="What was saved before is unharmed. Ask whoever runs this server to allow it, then try again.",
        )
    return StorageError(
        "The disk refused to write, so this was not saved.",
        next_step="What was saved before is unharmed. Try again; if it happens again, ask whoever runs this server.",
    )


@contextmanager
def plain_words() -> Iterator[None]:
    """Turn an operating system's refusal to write into a ``StorageError``."""
    try:
        yield
    except OSError as error:
        raise refused(error) from error


def make_folder(path: Path) -> Path:
    """Make a folder, and those above it, readable to this user of the machine alone."""
    with plain_words():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _sync(path: Path) -> None:
    # Windows cannot open a folder to sync it; there the rename alone has to do.
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to, which takes the place of ``path`` when all went well.

    The new content is on the disk before it gets its name, so a reader, a kill or a power cut meets the old file or
    the new one. The folder is made where it is missing.

    Parameters
    ----------
    path : Path

    Yields
    ------
    Path
        In the same folder and with the same suffix, not yet existing.

    Raises
    ------
    StorageError
        The disk is full or may not be written; the old file is untouched.
    """
    make_folder(path.parent)
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(6)}{path.suffix}")
    try:
        with plain_words():
            yield temporary
            _sync(temporary)
            os.replace(temporary, path)
            _sync(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; raises ``StorageError``."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON value whole or not at all; raises ``StorageError``."""
    write_bytes(path, json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "replace"))


def read_json(path: Path) -> Any:
    """Read a JSON value.

    Returns
    -------
    Any
        ``None`` where there is no such file.

    Raises
    ------
    DamagedProjectError
        The file is there and holds no JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedProjectError(
            "A stored result of this project cannot be read.", next_step="Make it again; your decisions are unharmed."
        ) from error


def remove_tree(path: Path) -> None:
    """Remove a folder, or what of it can be removed; links are removed, not followed."""
    import shutil

    shutil.rmtree(path, ignore_errors=True)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the disk knows no links.

    Files here are replaced, never changed in place, so two names of one file cannot disturb each other.
    """
    import shutil

    with plain_words():
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
