"""What a database refuses, in plain words: no class name, no path, no password."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from socket import gaierror

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from core.data.sources.database.address import ENGINES, Engine, secrets_in
from core.errors import DataError, FairwayError

LONGEST = 240
"""Longest part of a database's own message that is told."""

_CODES: dict[str, str] = {
    "28P01": "password", "28000": "password", "3D000": "database", "42P01": "table", "42703": "column",
    "42501": "rights", "57014": "time", "25006": "changes", "53300": "busy", "57P01": "lost", "57P02": "lost",
    "08000": "lost", "08003": "lost", "08006": "lost", "55P03": "busy", "3F000": "table",
    "1045": "password", "1698": "password", "1044": "database", "1142": "rights", "1143": "rights", "1227": "rights",
    "1370": "rights", "1049": "database", "1146": "table", "1054": "column", "1792": "changes", "1969": "time",
    "3024": "time", "1317": "time", "1040": "busy", "1203": "busy", "2006": "lost", "2013": "lost", "1927": "lost",
    "1053": "lost",
}  # fmt: skip
"""SQLSTATEs and MySQL's numbers, by what they mean to a person."""

_TEXTS: tuple[tuple[str, str], ...] = (
    (r"password authentication failed|no password supplied|access denied for user|authentication failed", "password"),
    (r"role .* does not exist|no pg_hba\.conf entry", "password"),
    (r"translate host|name or service|nodename nor|getaddrinfo|name resolution|no address associated|resolve host",
     "host"),
    (r"connection refused|errno 111|actively refused", "refused"),
    (r"no route to host|network is unreachable|errno 113|errno 101", "unreachable"),
    (r"certificate|ssl|tls", "encryption"),
    (r"timeout|timed out", "silent"),
    (r"database .* does not exist|unknown database", "database"),
    (r"server closed the connection|connection (is|was|has been) (lost|closed)|lost connection|gone away|reset by peer|"
     r"broken pipe|eof detected|terminating connection|bad connection|the connection is closed", "lost"),
    (r"no such table|table .* does not exist|relation .* does not exist", "table"),
    (r"no such column|column .* (does not exist|not found)|referenced column", "column"),
    (r"not authorized|prohibited|authorization denied|permission error|permission denied|disabled by configuration",
     "rights"),
    (r"readonly|read-only|read only", "changes"),
    (r"interrupt", "time"),
    (r"locked", "busy"),
    (r"malformed|not a database|corrupt", "damaged"),
)  # fmt: skip


_DRIVERS = {"psycopg", "pymysql", "sqlite3", "duckdb", "_duckdb"}


@contextmanager
def in_words(engine: Engine, url: URL, secret: str) -> Iterator[None]:
    """Turn whatever a database or its driver raises within the block into a ``DataError``."""
    try:
        yield
    except FairwayError:
        raise
    except Exception as error:
        if not _is_drivers(error, engine):
            raise
        told = refused(error, engine, url, secret)
        # A traceback that names the password must not reach the log.
        raise told from (None if secrets_in(_all_of(error), secret) else error)


def _is_drivers(error: Exception, engine: Engine) -> bool:
    if isinstance(error, SQLAlchemyError | ModuleNotFoundError | ConnectionError | TimeoutError | gaierror):
        return True
    roots = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    if engine.key not in ENGINES or roots & _DRIVERS:
        return True
    # Drivers also raise Python's own errors, from within.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return place is not None and str(place.tb_frame.f_globals.get("__name__", "")).partition(".")[0] in _DRIVERS


def refused(error: BaseException, engine: Engine, url: URL, secret: str) -> DataError:
    """Return what a database's refusal means.

    Parameters
    ----------
    error : BaseException
    engine : Engine
    url : URL
        Where it was; names the host, the user and the database in the message.
    secret : str
        Never told, even where the driver's own message holds it.
    """
    if isinstance(error, ModuleNotFoundError | NoSuchModuleError):
        return unknown_kind(engine.key)
    text = _own_words(error)
    meaning = _meaning(error, text)
    host = f"{url.host}:{url.port or engine.port}" if url.host else "the file"
    user, database = url.username or "", url.database or ""
    told: dict[str, tuple[str, str]] = {
        "password": (
            f"{engine.title} at {host} does not let {user} in with this password.",
            "Check the user name and the password.",
        ),
        "host": (f"There is no machine named {url.host}.", "Check the host's name."),
        "refused": (f"Nothing answers at {host}.", "Check the host and the port, and that the database is running."),
        "unreachable": (f"{host} cannot be reached from this server.", "Check the host, and any firewall between."),
        "silent": (f"{host} does not answer in time.", "Check the host and the port, and any firewall between."),
        "encryption": (
            f"An encrypted connection to {host} could not be made.",
            "Check its certificate, or choose another way of encryption.",
        ),
        "database": (f"There is no database named {database} at {host} that {user} may open.", "Check its name."),
        "table": ("There is no such table.", "Choose one of the list, or check its name and schema."),
        "column": ("There is no such column.", "Choose one of the list, or check its name."),
        "rights": ("The database does not allow this.", "Read tables that your user may read."),
        "time": ("The database took longer than the time allowed.", "Allow more time, or ask for less."),
        "changes": ("This would change data, and Fairway only reads.", "Write a SELECT that changes nothing."),
        "busy": ("The database is busy.", "Try again in a while."),
        "lost": ("The connection to the database was cut.", "Nothing was kept. Try again when it is back."),
        "damaged": ("The database file is damaged.", "Put back a sound copy of it."),
    }  # fmt: skip
    what, next_step = told.get(meaning, ("The database refused this.", "Mend it, then try again."))
    said = ""
    if meaning in ("table", "column", "rights", "changes", ""):
        said = quoted(text, url, secret)
    return DataError(what, where=said, next_step=next_step)


def unknown_kind(name: str) -> DataError:
    """Return the refusal of a database no driver is installed for."""
    return DataError(
        f"Fairway has no driver for databases of the kind {name}.",
        next_step="Use PostgreSQL, MySQL, MariaDB, SQLite or DuckDB, or ask whoever runs this server to install it.",
    )


def quoted(text: str, url: URL, secret: str) -> str:
    """Return the first line of a database's own message as it may be shown; empty where it names the password."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if not line or secrets_in(line, secret):
        return ""
    # Paths of the server, the file's own among them, are no business of the reader.
    line = re.sub(r"(?<![\w/])/(?:[\w.\-~]+/)+[\w.\-~]*", "(a file)", line)
    line = re.sub(r"^(?:[A-Z][\w ]*Error|ERROR):\s*", "", line)
    line = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return f"It says: “{line}”."


def _own_words(error: BaseException) -> str:
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(error, SQLAlchemyError) and not isinstance(error, DBAPIError):
        return str(error).partition("(Background on")[0]
    parts = origin.args
    # MySQL's drivers give a number and a text.
    if len(parts) > 1 and isinstance(parts[0], int):
        return str(parts[1])
    return str(origin)


def _meaning(error: BaseException, text: str) -> str:
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lowered = text.lower()
    codes = [str(code) for code in (*origin.args[:1], getattr(origin, "sqlstate", "")) if str(code) in _CODES]
    # MySQL has one number for a server that was lost and one that did not answer in time.
    if codes and not (codes[0] == "2013" and "timed out" in lowered):
        return _CODES[codes[0]]
    return next((meaning for pattern, meaning in _TEXTS if re.search(pattern, lowered)), "")


def _all_of(error: BaseException | None) -> str:
    told = []
    while error is not None:
        told.append(str(error))
        error = error.__cause__ or error.__context__
    return "\n".join(told)
