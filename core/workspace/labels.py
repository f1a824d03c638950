"""The log of labels given by hand: each is in the database before the next row is shown."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from core import limits
from core.data.labels import Labelled, Reason
from core.errors import InputError
from core.workspace.database import Database
from core.workspace.tables import LABELS


@dataclass(frozen=True)
class Target:
    """What labels speak of: a column, and the table its rows are counted in, by the hash with which it was brought."""

    brought: str
    column: str


Kept = tuple[Target, Labelled]


@dataclass(frozen=True)
class LabelLog:
    """The labels of one project, in the order in which they were given; entries are added and never changed.

    Parameters
    ----------
    database : Database
    project_id : str
        Checked to be the user's.
    """

    database: Database
    project_id: str

    def add(self, target: Target, entries: Iterable[Labelled]) -> None:
        """Keep entries at the end of the log, all or none.

        Raises
        ------
        StorageError
            The database refused; what was given before is unharmed.
        """
        self.keep_all((target, entry) for entry in entries)

    def keep_all(self, entries: Iterable[Kept]) -> None:
        """Keep entries of any target at the end of the log, all or none."""
        rows = [_row(target, entry) for target, entry in entries]
        if not rows:
            return
        with self.database.write(lock="labels") as connection:
            last = self._last(connection)
            numbered = [row | {"project_id": self.project_id, "seq": last + n} for n, row in enumerate(rows, start=1)]
            connection.execute(insert(LABELS), numbered)

    def read(self, target: Target, after: int = 0) -> tuple[tuple[Labelled, ...], int]:
        """Return a target's entries in their order, and the number of the last one.

        Parameters
        ----------
        target : Target
        after : int
            Only entries with a larger number.
        """
        query = select(LABELS).where(
            LABELS.c.project_id == self.project_id,
            LABELS.c.brought == target.brought,
            LABELS.c.target == target.column,
            LABELS.c.seq > after,
        )
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(LABELS.c.seq)).all()
        return tuple(_entry(row) for row in rows), rows[-1].seq if rows else after

    def columns(self, brought: str) -> tuple[str, ...]:
        """Return the columns that were labelled in a table."""
        query = select(LABELS.c.target).where(LABELS.c.project_id == self.project_id, LABELS.c.brought == brought)
        with self.database.read() as connection:
            return tuple(connection.execute(query.distinct().order_by(LABELS.c.target)).scalars())

    def everything(self) -> tuple[Kept, ...]:
        """Return the whole log."""
        query = select(LABELS).where(LABELS.c.project_id == self.project_id).order_by(LABELS.c.seq)
        with self.database.read() as connection:
            return tuple((Target(row.brought, row.target), _entry(row)) for row in connection.execute(query))

    def to_json(self) -> bytes:
        """Return the whole log for a project file; empty where there is none."""
        kept = [
            {**_row(target, entry), "given": entry.at.isoformat(timespec="microseconds")}
            for target, entry in self.everything()
        ]
        return json.dumps(kept).encode() if kept else b""

    def _last(self, connection: Connection) -> int:
        query = select(func.max(LABELS.c.seq)).where(LABELS.c.project_id == self.project_id)
        return int(connection.execute(query).scalar() or 0)


def _row(target: Target, entry: Labelled) -> dict[str, Any]:
    return {
        "brought": target.brought,
        "target": target.column,
        "place": entry.row,
        "label": entry.value,
        "previous": entry.previous,
        "who": entry.who,
        "given": entry.at,
        "reason": entry.reason.value,
    }


def _entry(row: Any) -> Labelled:
    return Labelled(row.place, row.label, row.previous, row.who, row.given, Reason(row.reason))


def from_json(text: bytes) -> tuple[Kept, ...]:
    """Read the log of a project file that somebody brought.

    Raises
    ------
    InputError
        It is no such log.
    """
    try:
        return tuple(_checked(entry) for entry in json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            "The labels in the project file cannot be read.", next_step="Export the project again."
        ) from error


def _checked(entry: dict[str, Any]) -> Kept:
    at = datetime.fromisoformat(_short(entry["given"]))
    place = entry["place"]
    if type(place) is not int or not 0 <= place < 2**31 or at.tzinfo is None:
        raise ValueError("no row or no moment")
    value, previous = (None if entry[name] is None else _short(entry[name]) for name in ("label", "previous"))
    found = Labelled(place, value, previous, _short(entry["who"]), at, Reason(entry["reason"]))
    return Target(_short(entry["brought"]), _short(entry["target"], 10_000)), found


def _short(value: object, most: int = limits.CELL_CHARACTERS) -> str:
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise ValueError("no short text")
    value.encode()
    return value
