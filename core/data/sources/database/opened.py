"""An open database: a transaction that may only read, with a time limit the database itself knows."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection
from sqlalchemy.pool import NullPool

from core.data.sources.addresses import dial
from core.data.sources.database.address import Engine, checked, engine_of
from core.data.sources.database.dialling import CONNECT_SECONDS, dial_for_mysql, hosts_of, judge
from core.data.sources.database.local import DUCKDB_CONFIG, file_in, sqlite_opener
from core.data.sources.database.words import in_words, unknown_kind

logger = logging.getLogger("core.data.sources")

GRACE_SECONDS = 3
"""How much later than Fairway the database itself ends a statement."""
LOOKS_EVERY = 0.2
"""Seconds between two looks at the clock and at whether the user asked to stop."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A connection within its transaction.

    Parameters
    ----------
    connection : Connection
    engine : Engine
    driver : Any
        The driver's own connection.
    interrupt : callable
        Ends the statement that runs, from another thread.
    """

    connection: Connection
    engine: Engine
    driver: Any
    interrupt: Callable[[], None]


@contextmanager
def opened(
    address: str, secret: str, *, files: Path | None, seconds: int, private: bool | None = None
) -> Iterator[Opened]:
    """Open a database for reading.

    Parameters
    ----------
    address : str
        Without a password.
    secret : str
    files : Path or None
        The only folder database files are opened in.
    seconds : int
        Longest time one statement may run.
    private : bool or None
        Whether servers of this machine and of private networks may be reached; as :class:`Reach` says it.

    Yields
    ------
    Opened

    Raises
    ------
    DataError
        In plain words: it cannot be reached, refuses the user, or refused what was asked within the block.
    """
    url = sqlalchemy.make_url(checked(sqlalchemy.make_url(address)))
    kind = engine_of(url)
    with in_words(kind, url, secret):
        pool = _engine(url, kind, secret, files, seconds, private)
        try:
            connection = pool.connect()
            try:
                driver = connection.connection.driver_connection
                _read_only(connection, kind, driver, seconds)
                yield Opened(connection, kind, driver, _interrupt(kind, driver, url, secret, private))
            finally:
                # Rows that nobody wants any more must not be waited for: the connection goes, whatever it still sends.
                with suppress(Exception):
                    connection.invalidate()
                with suppress(Exception):
                    connection.close()
        finally:
            pool.dispose()


def _engine(
    url: sqlalchemy.URL, kind: Engine, secret: str, files: Path | None, seconds: int, private: bool | None
) -> sqlalchemy.Engine:
    if kind.key == "sqlite":
        opener = sqlite_opener(file_in(files, url.database, "sqlite"))
        return sqlalchemy.create_engine("sqlite://", creator=opener, poolclass=NullPool)
    if kind.key == "duckdb":
        path = file_in(files, url.database, "duckdb")
        given: dict[str, Any] = {"read_only": True, "config": dict(DUCKDB_CONFIG)}
        return sqlalchemy.create_engine(
            sqlalchemy.URL.create("duckdb", database=str(path)), connect_args=given, poolclass=NullPool
        )
    sslmode = str(url.query.get("sslmode", "prefer"))
    if kind.key == "postgresql":
        # Empty, not left out: otherwise the driver would offer the password, file or ticket of the server's own user.
        given = {
            "password": secret,
            "passfile": f"{os.devnull}/none",
            "gssencmode": "disable",
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "fairway",
            **hosts_of(url, private),
        }
        return sqlalchemy.create_engine(url, connect_args=given, poolclass=NullPool)
    if kind.key == "mysql":
        given = {
            # As bytes: the driver would write a text in Latin-1.
            "password": secret.encode(),
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": seconds + CONNECT_SECONDS,
            "local_infile": False,
            "charset": "utf8mb4",
            **_encryption(sslmode),
        }
        plain = url.difference_update_query(["sslmode"])
        engine = sqlalchemy.create_engine(plain, connect_args=given, poolclass=NullPool)
        dial_for_mysql(engine, private)
        return engine
    try:
        engine = sqlalchemy.create_engine(url.set(password=secret or None), poolclass=NullPool)
    except (sqlalchemy.exc.ArgumentError, sqlalchemy.exc.NoSuchModuleError, ImportError) as error:
        raise unknown_kind(kind.key) from error
    judge(url, private)
    return engine


def _encryption(sslmode: str) -> dict[str, Any]:
    import ssl

    if sslmode == "disable":
        return {"ssl_disabled": True}
    if sslmode == "verify-full":
        return {"ssl": ssl.create_default_context()}
    if sslmode == "require":
        unchecked = ssl.create_default_context()
        unchecked.check_hostname = False
        unchecked.verify_mode = ssl.CERT_NONE
        return {"ssl": unchecked}
    return {}


def _read_only(connection: Connection, kind: Engine, driver: Any, seconds: int) -> None:
    if kind.key == "postgresql":
        from core.data.sources.database.postgres import prepare

        prepare(driver)
        for statement in (
            "SET TRANSACTION READ ONLY",
            f"SET LOCAL statement_timeout = {(seconds + GRACE_SECONDS) * 1000}",
            f"SET LOCAL idle_in_transaction_session_timeout = {(seconds + 60) * 1000}",
            "SET LOCAL timezone = 'UTC'",
            "SET LOCAL datestyle = 'ISO, YMD'",
            "SET LOCAL cursor_tuple_fraction = 1.0",
        ):
            connection.exec_driver_sql(statement)
    elif kind.key == "mysql":
        maria = bool(getattr(connection.dialect, "is_mariadb", False))
        most = seconds + GRACE_SECONDS
        limit = f"max_statement_time = {most}" if maria else f"max_execution_time = {most * 1000}"
        connection.exec_driver_sql(f"SET SESSION {limit}")
        connection.exec_driver_sql("SET SESSION time_zone = '+00:00'")
        connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        connection.exec_driver_sql("START TRANSACTION READ ONLY")
    elif kind.key == "oracle":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _interrupt(kind: Engine, driver: Any, url: sqlalchemy.URL, secret: str, private: bool | None) -> Callable[[], None]:
    if kind.is_file:
        return lambda: driver.interrupt()
    if kind.key == "postgresql":
        return lambda: driver.cancel_safe(timeout=CONNECT_SECONDS)
    if kind.key == "mysql":
        return lambda: _kill(driver.thread_id(), url, secret, private)
    return lambda: None


def _kill(number: int, url: sqlalchemy.URL, secret: str, private: bool | None) -> None:
    import pymysql

    second = pymysql.connect(
        host=url.host,
        port=url.port or 3306,
        user=url.username,
        password=secret.encode(),
        read_timeout=CONNECT_SECONDS,
        defer_connect=True,
        **_encryption(str(url.query.get("sslmode", "prefer"))),
    )
    second.connect(dial(str(url.host), url.port or 3306, private=private, seconds=CONNECT_SECONDS))
    with closing(second), second.cursor() as cursor:
        cursor.execute("KILL QUERY %s", (number,))


class Watch:
    """Looks at the clock and at the user while a statement runs, and ends it when it is time.

    Parameters
    ----------
    interrupt : callable
        Ends the statement.
    seconds : float
        After which it is late.
    should_stop : callable
        Whether the user asked to stop.
    """

    def __init__(self, interrupt: Callable[[], None], seconds: float, should_stop: Callable[[], bool]) -> None:
        self._interrupt = interrupt
        self._until = time.monotonic() + seconds
        self._should_stop = should_stop
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.why = ""
        """Empty while all is well; then ``late`` or ``stopped``."""

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def ask(self) -> bool:
        """Whether to end now."""
        if not self.why:
            self.why = "stopped" if self._should_stop() else "late" if time.monotonic() > self._until else ""
        return bool(self.why)

    def _look(self) -> None:
        while not self._done.wait(LOOKS_EVERY):
            if self.ask():
                try:
                    self._interrupt()
                except Exception:  # the statement ends by the database's own limit then
                    logger.info("a statement could not be interrupted", exc_info=True)
                if not self._done.wait(1.0):
                    continue
                return
