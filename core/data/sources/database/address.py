"""Where a database is: an address without a secret, made from a form or read from a URL."""

import re
from dataclasses import dataclass

import sqlalchemy
from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError

from core.errors import InputError


@dataclass(frozen=True)
class Engine:
    """A kind of database.

    Parameters
    ----------
    key, title : str
        As kept, and as the screens name it.
    driver : str
        What SQLAlchemy calls it; empty where the address says it.
    port : int or None
        The usual one; ``None`` for a file.
    options : tuple of str
        What may follow the question mark of an address.
    """

    key: str
    title: str
    driver: str
    port: int | None
    options: tuple[str, ...] = ()

    @property
    def is_file(self) -> bool:
        """Whether the database is one file."""
        return self.key in ("sqlite", "duckdb")


ENGINES: dict[str, Engine] = {
    "postgresql": Engine("postgresql", "PostgreSQL", "postgresql+psycopg", 5432, ("sslmode",)),
    "mysql": Engine("mysql", "MySQL or MariaDB", "mysql+pymysql", 3306, ("sslmode",)),
    "sqlite": Engine("sqlite", "SQLite file", "sqlite", None),
    "duckdb": Engine("duckdb", "DuckDB file", "duckdb", None),
}
"""The kinds a form offers; any other installed dialect is reached by its URL."""

ENCRYPTION: dict[str, str] = {
    "prefer": "Where the server offers it",
    "require": "Required",
    "verify-full": "Required, and its certificate checked",
    "disable": "Off",
}
"""What ``sslmode`` may say, for PostgreSQL and MySQL alike."""

_ALIASES = {"postgres": "postgresql", "mariadb": "mysql"}
_UNSAFE_OPTION = re.compile(r"pass|pwd|secret|token|key|cred|cert|plugin|file|wallet|dsn|connect|config|service$|user")


def engine_of(url: URL) -> Engine:
    """Return the kind of database an address names."""
    name = url.get_backend_name()
    name = _ALIASES.get(name, name)
    return ENGINES.get(name) or Engine(name, name, url.drivername, None)


def read_address(text: str) -> tuple[str, str]:
    """Split what a user typed into an address and a password.

    Parameters
    ----------
    text : str
        An SQLAlchemy URL, such as ``postgresql://reader:secret@db.example.org/sales``.

    Returns
    -------
    address : str
        Without the password, in one spelling.
    secret : str
        Empty where there is none.

    Raises
    ------
    InputError
        It is no address, or asks for something that Fairway does not open. The password stands in no message.
    """
    try:
        url = sqlalchemy.make_url(text.strip())
        # The port is only judged when it is asked for.
        secret, _ = url.password or "", url.port
    except (ArgumentError, ValueError):
        raise _no_address() from None
    url = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
    return checked(url), secret


def make_address(
    engine: str, *, host: str = "", port: int | None = None, database: str = "", user: str = "", encryption: str = ""
) -> str:
    """Make an address from the fields of a form.

    Parameters
    ----------
    engine : str
        A key of ``ENGINES``.
    host : str
    port : int, optional
        Default: the usual one.
    database : str
        Of a file its name within the folder of database files.
    user : str
    encryption : str
        A key of ``ENCRYPTION``.

    Returns
    -------
    str

    Raises
    ------
    InputError
    """
    kind = ENGINES[engine]
    if kind.is_file:
        return checked(URL.create(kind.driver, database=database.strip() or None))
    query = {"sslmode": encryption} if encryption and encryption != "prefer" else {}
    return checked(
        URL.create(
            kind.driver, user.strip() or None, None, host.strip() or None, port or kind.port, database.strip() or None
        ).update_query_dict(query)
    )


def checked(url: URL) -> str:
    """Return an address in one spelling; raises ``InputError`` where it asks for what Fairway does not open."""
    engine = engine_of(url)
    if url.password:
        raise InputError(
            "The address holds a password.", next_step="Leave it out of the address, and give it beside it."
        )
    if engine.key in ENGINES:
        url = url.set(drivername=engine.driver)
        _check_options(url, engine)
    elif bad := sorted(name for name in url.query if _UNSAFE_OPTION.search(name.lower())):
        raise InputError(f"The address may not set {bad[0]}.", next_step="Leave out what follows the question mark.")
    if engine.is_file:
        if url.host or url.username or url.port:
            raise InputError(
                f"The address of a {engine.title} is {engine.key}:/// and the file's name.",
                next_step="Mind the three slashes.",
            )
    elif engine.key in ENGINES:
        _check_server(url, engine)
    return url.render_as_string(hide_password=True)


def _check_options(url: URL, engine: Engine) -> None:
    for name, value in url.query.items():
        if name not in engine.options:
            raise InputError(f"The address may not set {name}.", next_step="Leave out what follows the question mark.")
        if value not in ENCRYPTION:
            raise InputError(
                f"{name} may be {', '.join(ENCRYPTION)}.", next_step="Choose one of them, or leave it out."
            )


def _check_server(url: URL, engine: Engine) -> None:
    # A path, or no host, would reach a socket of this machine as the user Fairway runs as.
    if not url.host or not re.fullmatch(r"[\w.:-]+", url.host):
        raise InputError(
            "The address names no host.", next_step="Give the name or the number of the machine the database runs on."
        )
    if not url.username:
        raise InputError("The address names no user.", next_step="Give the user name the database knows you by.")
    if engine.key == "postgresql" and not url.database:
        raise InputError("The address names no database.", next_step="Give the name of the database on that server.")
    if "=" in (url.database or "") or (url.database or "").startswith(("postgres:", "postgresql:")):
        # The driver would take such a name for a whole address of its own.
        raise InputError("A database of that name cannot be opened.", next_step="Give its plain name.")


def _no_address() -> InputError:
    return InputError(
        "This is not the address of a database.",
        next_step="It looks like postgresql://user@host:5432/database or sqlite:///file.db.",
    )


def secrets_in(text: str, secret: str) -> bool:
    """Whether a text holds a password, written plainly or as in a URL."""
    from urllib.parse import quote, quote_plus

    return bool(secret) and any(form in text for form in (secret, quote(secret, safe=""), quote_plus(secret)))
