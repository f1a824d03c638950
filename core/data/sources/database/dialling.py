"""Where the connections of a database lead: held by the same rule as every address a user can name."""

import socket
from typing import Any

import sqlalchemy

from core.data.sources.addresses import LOW_PORTS, addresses_of, dial
from core.errors import InputError

CONNECT_SECONDS = 10
"""How long a server may take to answer."""


def hosts_of(url: sqlalchemy.URL, private: bool | None) -> dict[str, str]:
    """Return what PostgreSQL's driver is told: the host, by which it checks a certificate, and the judged addresses.

    Raises
    ------
    InputError, DataError
        It may not be reached, or is not known.
    """
    host = str(url.host)
    found = addresses_of(host, url.port or 5432, private=private, seconds=CONNECT_SECONDS)
    return {"host": ",".join([host] * len(found)), "hostaddr": ",".join(str(address) for address in found)}


def dial_for_mysql(engine: sqlalchemy.Engine, private: bool | None) -> None:
    """Give MySQL's driver connections that were made to a judged address."""

    @sqlalchemy.event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, given: Any, named: dict[str, Any]) -> Any:
        import pymysql

        made = dialect.connect(*given, **named, defer_connect=True)
        try:
            line = dial(str(made.host), int(made.port), private=private, seconds=CONNECT_SECONDS)
        except OSError as error:
            raise pymysql.err.OperationalError(2003, f"Can't connect ({error})") from error
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        made.connect(line)
        return made


def judge(url: sqlalchemy.URL, private: bool | None) -> None:
    """Judge the host of a database whose driver makes its connections by itself.

    Raises
    ------
    InputError, DataError
        It may not be reached, is not named, or is not known.
    """
    if private:
        return
    if not url.host:
        raise InputError("The address names no host.", next_step="Give the machine the database runs on.")
    addresses_of(url.host, url.port or LOW_PORTS, private=private, seconds=CONNECT_SECONDS)
