"""DATA that is no file: an address on the web, in object storage or of a database, whose table is brought first.

A secret is read from an environment variable alone: what stands among the arguments of a process, every other user of
the machine can see.
"""

import argparse
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.command import bounded
from core.cli.output import say
from core.cli.reading import options_of
from core.data.options import ReadOptions
from core.errors import InputError
from core.limits import DATABASE_ROWS

if TYPE_CHECKING:
    from core.data.sources.source import Origin

FROM_ENVIRONMENT = "env:"
"""DATA that begins so names an environment variable that holds the address."""
FILE = "file"
DATABASE_ONLY = ("table", "query", "schema")
STORES = ("s3", "gs", "gcs", "az", "abfs", "abfss")
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True)
class AtHand:
    """A file that can be read.

    Parameters
    ----------
    path : Path
    name : str
        How a person knows it.
    options : ReadOptions
    source, origin
        As of :class:`core.project.document.DataRef`.
    warnings : tuple of str
        What was cut, left out or guessed on the way.
    """

    path: Path
    name: str
    options: ReadOptions
    source: str = "command line"
    origin: dict[str, Any] | None = None
    warnings: tuple[str, ...] = ()


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add what can be said where DATA is no file."""
    group = parser.add_argument_group(
        "where DATA is no file: https://…, s3://…, gs://…, az://…, the URL of a database, or env:NAME for the "
        "environment variable that holds one"
    )
    group.add_argument("--table", metavar="NAME", help="table of the database")
    group.add_argument("--schema", metavar="NAME", help="schema the table stands in")
    group.add_argument("--query", metavar="SELECT", help="one SELECT instead of a table")
    group.add_argument("--rows", type=bounded(int, 1, DATABASE_ROWS), metavar="N", help="most rows from a database")
    group.add_argument("--secret-env", metavar="NAME", help="environment variable with the password, key or token")
    group.add_argument("--secret-header", metavar="NAME", help="header of a web call that carries it")
    group.add_argument("--key-id", metavar="ID", help="access key id of S3, or account of Azure")
    group.add_argument("--region", help="of S3")
    group.add_argument("--endpoint", metavar="URL", help="another server that speaks the language of S3, GCS or Azure")


@contextmanager
def at_hand(given: argparse.Namespace, data: str) -> Iterator[AtHand]:
    """Give the file that DATA means; one that was fetched is gone afterwards.

    Parameters
    ----------
    given : Namespace
        Of a command with the arguments of ``add_reading`` and ``add_source``.
    data : str

    Yields
    ------
    AtHand

    Raises
    ------
    FairwayError
        The arguments do not fit together, or it cannot be brought. No message holds a secret.
    """
    address, hidden = _address_of(data)
    if _ADDRESS.match(address) is None:
        _refuse_for_files(given)
        yield AtHand(Path(address), Path(address).name, options_of(given))
        return
    from core.data.sources.registry import SOURCES
    from core.data.sources.source import Reach
    from core.settings import Settings

    origin, secret = _origin_of(given, address, hidden=hidden)
    settings = Settings.from_environment()
    say(f"Bringing {origin.words()}")
    with tempfile.TemporaryDirectory(prefix="fairway-source-") as folder:
        reach = Reach(
            Path(folder),
            secret=secret,
            private_network=settings.private_network,
            # Whoever calls the command line can read the files of the folder it is called in.
            local_files=settings.local_files or Path.cwd(),
        )
        found = SOURCES[origin.kind].acquire(origin, reach)
        kept = origin.model_dump(mode="json")
        options = _merged(found.options, options_of(given))
        yield AtHand(found.path, found.name, options, origin.kind, kept, found.warnings)


def shown_name(data: str) -> str:
    """Return how a message names DATA: the file, or that it is none; an address may hold what is nobody's business."""
    return "The table" if data.startswith(FROM_ENVIRONMENT) or _ADDRESS.match(data) else Path(data).name


def _address_of(data: str) -> tuple[str, bool]:
    """Return the address or path that DATA means, and whether it came from where nobody else sees it."""
    if not data.startswith(FROM_ENVIRONMENT):
        return data, False
    name = data.removeprefix(FROM_ENVIRONMENT)
    address = os.environ.get(name, "").strip()
    if not address:
        raise InputError(
            f"The environment variable {name} is not set.", next_step="Set it to the address of the table."
        )
    if _ADDRESS.match(address) is None:
        raise InputError(f"The environment variable {name} holds no address.", next_step="Such as https://… or s3://….")
    return address, True


def _origin_of(given: argparse.Namespace, address: str, *, hidden: bool) -> "tuple[Origin, str]":
    found = _ADDRESS.match(address)
    assert found is not None
    scheme = found[1].lower()
    named = _secret(given)
    if scheme in ("http", "https"):
        _refuse(given, DATABASE_ONLY, "a database")
        return _web(given, address, named, hidden=hidden)
    if scheme in STORES:
        from core.data.sources.storage import ObjectOrigin

        _refuse(given, DATABASE_ONLY, "a database")
        asked = {name: getattr(given, name) or "" for name in ("key_id", "region", "endpoint")}
        return ObjectOrigin(url=address, anonymous=not named, **asked), named
    if scheme == "file":
        raise InputError("A file of this machine is named by its path.", next_step="Leave file:// out.")
    return _database(given, address, named, hidden=hidden)


def _web(given: argparse.Namespace, address: str, named: str, *, hidden: bool) -> "tuple[Origin, str]":
    from core.data.sources.secrets import part_secret
    from core.data.sources.web_file import UrlOrigin

    url, parameter, found = part_secret(address)
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise InputError(
            "The address holds a name or a password before the server.",
            next_step="Leave them out, and send the secret in a header: --secret-env and --secret-header.",
        )
    if found and not hidden:
        raise _in_the_open(parameter)
    if found:
        return UrlOrigin(url=url, secret_in="parameter", secret_name=parameter), found
    if not named:
        return UrlOrigin(url=url), ""
    return UrlOrigin(url=url, secret_in="header", secret_name=given.secret_header or "Authorization"), named


def _database(given: argparse.Namespace, address: str, named: str, *, hidden: bool) -> "tuple[Origin, str]":
    from core.data.sources.database import DatabaseOrigin
    from core.data.sources.database.address import read_address

    url, password = read_address(address)
    if password and not hidden:
        raise _in_the_open("a password")
    if bool(given.table) == bool(given.query and given.query.strip()):
        raise InputError(
            "A database holds many tables.", next_step="Name one with --table, or write one SELECT with --query."
        )
    asked: dict[str, Any] = {} if given.rows is None else {"rows": given.rows}
    origin = DatabaseOrigin(
        url=url, table=given.table or "", table_schema=given.schema or "", select=given.query or "", **asked
    )
    return origin, named or password


def _in_the_open(what: str) -> InputError:
    return InputError(
        f"The address holds a secret ({what}), which every user of this machine can see among the arguments.",
        next_step="Put the address into an environment variable and name it as env:NAME, or the secret alone with "
        "--secret-env NAME.",
    )


def _secret(given: argparse.Namespace) -> str:
    if given.secret_env is None:
        return ""
    secret = os.environ.get(given.secret_env, "")
    if not secret:
        raise InputError(f"The environment variable {given.secret_env} is not set.", next_step="Set it to the secret.")
    return secret


def _refuse_for_files(given: argparse.Namespace) -> None:
    named = (*DATABASE_ONLY, "rows", "secret_env", "secret_header", "key_id", "region", "endpoint")
    _refuse(given, named, "an address")


def _refuse(given: argparse.Namespace, names: tuple[str, ...], what: str) -> None:
    for name in names:
        if getattr(given, name, None) is not None:
            raise InputError(f"--{name.replace('_', '-')} is for {what}.", next_step="Leave it out, or check DATA.")


def _merged(found: ReadOptions, said: ReadOptions) -> ReadOptions:
    """Return how a source says its file is read, with what the user says of it."""
    usual = ReadOptions()
    changed = {one.name: getattr(said, one.name) for one in fields(ReadOptions)}
    return replace(found, **{name: value for name, value in changed.items() if value != getattr(usual, name)})
