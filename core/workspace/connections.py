"""Saved connections: the names and addresses of databases, never their passwords."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.data.sources.database.address import checked
from core.errors import InputError, LimitError, NotFoundError
from core.limits import CONNECTIONS, NAME_LENGTH
from core.workspace.documents import clean_name
from core.workspace.files import new_project_id
from core.workspace.store import Workspace
from core.workspace.tables import CONNECTIONS as TABLE


@dataclass(frozen=True)
class SavedConnection:
    """A database somebody reads from.

    Parameters
    ----------
    id, name : str
    address : str
        An SQLAlchemy URL without a password.
    created : datetime
    """

    id: str
    name: str
    address: str
    created: datetime


def connections(workspace: Workspace) -> tuple[SavedConnection, ...]:
    """Return this user's connections, by name."""
    query = select(TABLE).where(TABLE.c.owner == workspace.owner).order_by(TABLE.c.name, TABLE.c.id)
    with workspace.database.read() as connection:
        rows = connection.execute(query).all()
    return tuple(SavedConnection(row.id, row.name, row.address, row.created) for row in rows)


def connection(workspace: Workspace, connection_id: str) -> SavedConnection:
    """Return one connection; raises ``NotFoundError`` where there is none, or it is another user's."""
    found = next((one for one in connections(workspace) if one.id == connection_id), None)
    if found is None:
        raise _no_such()
    return found


def save_connection(workspace: Workspace, name: str, address: str, *, now: datetime) -> SavedConnection:
    """Keep a connection.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Of no other connection of this user.
    address : str
        An SQLAlchemy URL; one that holds a password is refused.
    now : datetime

    Returns
    -------
    SavedConnection

    Raises
    ------
    InputError
    """
    try:
        plain = checked(sqlalchemy.make_url(address))
    except sqlalchemy.exc.ArgumentError:
        raise InputError("This is not the address of a database.", next_step="Check it.") from None
    if len(connections(workspace)) >= CONNECTIONS:
        raise LimitError(f"There are {CONNECTIONS:,} connections.", next_step="Delete one that is no longer used.")
    saved = SavedConnection(new_project_id(), _clean(name), plain, now)
    try:
        with workspace.database.write() as writer:
            writer.execute(
                insert(TABLE).values(
                    id=saved.id, owner=workspace.owner, name=saved.name, address=saved.address, created=now
                )
            )
    except IntegrityError:
        raise _taken(saved.name) from None
    return saved


def rename_connection(workspace: Workspace, connection_id: str, name: str) -> None:
    """Give a connection another name; raises ``NotFoundError``, or ``InputError`` where the name is taken."""
    wanted = _clean(name)
    mine = (TABLE.c.id == connection_id, TABLE.c.owner == workspace.owner)
    try:
        with workspace.database.write() as writer:
            done = writer.execute(update(TABLE).where(*mine).values(name=wanted))
    except IntegrityError:
        raise _taken(wanted) from None
    if not done.rowcount:
        raise _no_such()


def delete_connection(workspace: Workspace, connection_id: str) -> None:
    """Forget a connection; raises ``NotFoundError``. Tables brought by it stay."""
    mine = (TABLE.c.id == connection_id, TABLE.c.owner == workspace.owner)
    with workspace.database.write() as writer:
        done = writer.execute(delete(TABLE).where(*mine))
    if not done.rowcount:
        raise _no_such()


def _clean(name: str) -> str:
    if not name.strip():
        raise InputError("A connection needs a name.", next_step="Give it one.")
    if len(name.strip()) > NAME_LENGTH:
        raise LimitError(f"A name has at most {NAME_LENGTH} characters.", next_step="Shorten it.")
    return clean_name(name)


def _taken(name: str) -> InputError:
    return InputError(f"There is a connection named “{name}” already.", next_step="Choose another name.")


def _no_such() -> NotFoundError:
    return NotFoundError("There is no such connection.", next_step="Choose one of the list.")
