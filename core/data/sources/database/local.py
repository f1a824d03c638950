"""Database files of this server: only those in the operator's folder, only for reading, and nothing beside them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core.data.sources.folder import files_below, inside
from core.errors import InputError
from core.limits import MB

HEADS: dict[str, tuple[int, bytes]] = {"sqlite": (0, b"SQLite format 3\0"), "duckdb": (8, b"DUCK")}
"""How the files begin: where, and with what."""
ENDINGS = (".db", ".db3", ".duckdb", ".ddb", ".s3db", ".sqlite", ".sqlite3")
SHOWN = 200
"""Most files a form lists."""
DUCKDB_MEMORY = 512 * MB

DUCKDB_CONFIG: dict[str, str] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "lock_configuration": "true",
    "memory_limit": f"{DUCKDB_MEMORY // MB}MB",
    "threads": "2",
}
"""No other file, no extension, and no way for a statement to change that."""

_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
_PRAGMAS = {"table_info", "table_xinfo", "table_list", "read_uncommitted", "data_version"}
_FILE_FUNCTIONS = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}


def file_in(folder: Path | None, name: str | None, engine: str) -> Path:
    """Return the database file of that name.

    Parameters
    ----------
    folder : Path or None
        The only folder database files are opened in.
    name : str or None
        As the address names it: within the folder, or with the folder's own path before it.
    engine : {"sqlite", "duckdb"}

    Returns
    -------
    Path

    Raises
    ------
    InputError
        There is no such folder or file, a link is on the way, or it is no database of that kind.
    """
    if folder is None:
        raise InputError(
            "This server opens no database files.",
            next_step="Ask whoever runs it to name a folder for them (FAIRWAY_FILES).",
        )
    path = None if "?" in (name or "") else inside(folder, name or "")
    if path is None:
        raise InputError(
            "There is no such database file.", next_step="Name a file in the folder of database files of this server."
        )
    if not _begins_as(path, engine):
        raise InputError(
            f"This file is no {'SQLite' if engine == 'sqlite' else 'DuckDB'} database.",
            next_step="Choose another file.",
        )
    return path


def files_in(folder: Path | None, engine: str) -> tuple[str, ...]:
    """Return the names of the database files of a kind, within the folder, the first ``SHOWN`` of them."""

    def fits(path: Path) -> bool:
        return path.suffix.lower() in ENDINGS and _begins_as(path, engine)

    return tuple(name for name, _ in files_below(folder, fits, SHOWN))


def _begins_as(path: Path, engine: str) -> bool:
    start, mark = HEADS[engine]
    try:
        with path.open("rb") as file:
            return file.read(start + len(mark))[start:] == mark
    except OSError:
        return False


def sqlite_opener(path: Path) -> Callable[[], Any]:
    """Return what opens an SQLite file for reading alone; it can attach no file and call nothing that opens one."""

    def connect() -> Any:
        # check_same_thread: another thread may only interrupt it.
        opened = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5, check_same_thread=False)
        opened.text_factory = lambda text: text.decode("utf-8", "replace")
        opened.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        opened.execute("PRAGMA query_only=ON")
        opened.execute("PRAGMA trusted_schema=OFF")
        opened.set_authorizer(_allow)
        return opened

    return connect


def _allow(action: int, first: str | None, second: str | None, _database: str | None, _source: str | None) -> int:
    if action in _READING:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_TRANSACTION:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
        # So it is asked when a virtual table is looked at; the file is open for reading, and cannot be changed.
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _FILE_FUNCTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in _PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY
