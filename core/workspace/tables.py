"""The tables of the database, as the newest migration leaves them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

METADATA = MetaData()


class Moment(TypeDecorator[datetime]):
    """A point in time, kept as text in UTC so that it sorts, and reads the same in every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write it; a time without a zone is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs a zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Read it."""
        return None if value is None else datetime.fromisoformat(value)


PROJECTS = Table(
    "projects",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("deleted_at", Moment),
)

REVISIONS = Table(
    "revisions",
    METADATA,
    Column("project_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("saved", Moment, nullable=False),
    Column("document", LargeBinary, nullable=False),
)

JOBS = Table(
    "jobs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("params", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("progress", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("log_tail", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer),
    Column("pid_started", Text),
    Column("oom_kills", Integer),
    Column("created", Moment, nullable=False),
    Column("started", Moment),
    Column("heartbeat", Moment),
    Column("stop_asked", Moment),
    Column("ended", Moment),
    Column("skips", Text, nullable=False, server_default="[]"),
)

LABELS = Table(
    "labels",
    METADATA,
    Column("project_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("brought", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("label", Text),
    Column("previous", Text),
    Column("who", Text, nullable=False),
    Column("given", Moment, nullable=False),
    Column("reason", Text, nullable=False),
)

CONNECTIONS = Table(
    "connections",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("created", Moment, nullable=False),
)
