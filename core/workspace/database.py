"""The database: one engine, short transactions, and its refusals in plain words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from core.errors import StorageError

BUSY_SECONDS = 15
"""How long a writer waits for another one before it gives up (SQLite)."""


class Database:
    """Metadata in SQLite or PostgreSQL.

    Parameters
    ----------
    url : str
        An SQLAlchemy URL. Its password is never shown.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = sqlalchemy.make_url(url)
            if parsed.drivername in ("postgres", "postgresql"):
                parsed = parsed.set(drivername="postgresql+psycopg")
            # A server may have closed an idle connection; a file has not.
            is_server = not parsed.drivername.startswith("sqlite")
            self.engine: Engine = sqlalchemy.create_engine(parsed, pool_pre_ping=is_server)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise StorageError(
                "The database named in FAIRWAY_DATABASE_URL is of no kind Fairway knows.",
                next_step="Give an address that begins with postgresql:// or sqlite:///, or leave it out.",
            ) from error
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @property
    def is_sqlite(self) -> bool:
        """Whether the metadata is one file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading: one consistent view, no lock."""
        with _plain_words(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, lock: str = "") -> Iterator[Connection]:
        """Give a connection for writing; all of it is kept, or nothing where an exception leaves the block.

        Parameters
        ----------
        lock : str
            A table nobody else may write until the end. SQLite knows one writer at a time anyway.

        Yields
        ------
        Connection

        Raises
        ------
        StorageError
            The database refused; what it held before is unharmed.
        """
        writer = self.engine.execution_options(fairway_writes=True)
        with _plain_words(), writer.begin() as connection:
            if lock and not self.is_sqlite:
                connection.execute(sqlalchemy.text(f"LOCK TABLE {lock} IN SHARE ROW EXCLUSIVE MODE"))
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Transactions are begun by _begin_sqlite: the driver's own way begins too late to read and then write safely.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("fairway_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _plain_words() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        # A row that is there already is an answer, not a fault: the caller knows what it means.
        raise
    except SQLAlchemyError as error:
        raise _refused(error) from error


def _refused(error: SQLAlchemyError) -> StorageError:
    text = str(error.orig).lower() if isinstance(error, DBAPIError) else ""
    unharmed = "What was saved before is unharmed."
    if "full" in text or "no space" in text:
        return StorageError(
            "The disk is full, so this was not saved.", next_step=f"{unharmed} Free some space, then try again."
        )
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return StorageError(
            "Fairway may not write to its database, so this was not saved.",
            next_step=f"{unharmed} Ask whoever runs this server to allow it, then try again.",
        )
    if "locked" in text or "busy" in text:
        return StorageError(
            f"The database was busy for {BUSY_SECONDS} seconds, so this was not saved.",
            next_step=f"{unharmed} Try again.",
        )
    if "malformed" in text or "not a database" in text:
        return StorageError(
            "The database file is damaged.",
            next_step="Ask whoever runs this server to put back its last backup.",
        )
    return StorageError(
        "The database cannot be reached or refused this.",
        next_step=f"{unharmed} Try again; if it happens again, ask whoever runs this server.",
    )
