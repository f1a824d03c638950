"""The database's schema, step by step.

A migration is never changed once it has been released: a later one is added. Where a new version of the program reads
stored documents differently, a migration rewrites them. Before an existing database is changed, a copy of it is kept.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection

from core.errors import StorageError
from core.workspace.database import Database
from core.workspace.files import make_folder, replacing


@dataclass(frozen=True)
class Migration:
    """One step of the schema.

    Parameters
    ----------
    title : str
        What it does, as it stands in the ``schema_version`` table.
    apply : callable
        Takes a connection in a transaction.
    """

    title: str
    apply: Callable[[Connection], None]


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(sqlalchemy.text(statement))


def _projects(connection: Connection) -> None:
    blob = "BLOB" if connection.dialect.name == "sqlite" else "BYTEA"
    _run(
        connection,
        "CREATE TABLE projects (id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL,"
        " revision INTEGER NOT NULL, document TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL,"
        " deleted_at TEXT)",
        "CREATE INDEX projects_of_owner ON projects (owner, changed)",
        "CREATE TABLE revisions (project_id TEXT NOT NULL, revision INTEGER NOT NULL, saved TEXT NOT NULL,"
        f" document {blob} NOT NULL, PRIMARY KEY (project_id, revision))",
    )


def _jobs(connection: Connection) -> None:
    _run(
        connection,
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, owner TEXT NOT NULL, kind TEXT NOT NULL,"
        " key TEXT NOT NULL, params TEXT NOT NULL, state TEXT NOT NULL, progress DOUBLE PRECISION NOT NULL,"
        " message TEXT NOT NULL, error TEXT NOT NULL, log_tail TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER,"
        " pid_started TEXT, oom_kills INTEGER, created TEXT NOT NULL, started TEXT, heartbeat TEXT, stop_asked TEXT,"
        " ended TEXT)",
        "CREATE INDEX jobs_of_project ON jobs (project_id, kind, created)",
        # Two starts of the same work meet here, whichever page or server they come from.
        "CREATE UNIQUE INDEX jobs_alive ON jobs (project_id, kind, key)"
        " WHERE state IN ('queued', 'running', 'stopping')",
    )


def _labels(connection: Connection) -> None:
    _run(
        connection,
        "CREATE TABLE labels (project_id TEXT NOT NULL, seq INTEGER NOT NULL, brought TEXT NOT NULL,"
        " target TEXT NOT NULL, place INTEGER NOT NULL, label TEXT, previous TEXT, who TEXT NOT NULL,"
        " given TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (project_id, seq))",
        "CREATE INDEX labels_of_target ON labels (project_id, brought, target, seq)",
    )


def _connections(connection: Connection) -> None:
    _run(
        connection,
        "CREATE TABLE connections (id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL,"
        " address TEXT NOT NULL, created TEXT NOT NULL)",
        "CREATE UNIQUE INDEX connections_of_owner ON connections (owner, name)",
    )


def _skips(connection: Connection) -> None:
    _run(connection, "ALTER TABLE jobs ADD COLUMN skips TEXT NOT NULL DEFAULT '[]'")


MIGRATIONS: tuple[Migration, ...] = (
    Migration("projects and their past revisions", _projects),
    Migration("jobs", _jobs),
    Migration("labels given by hand", _labels),
    Migration("connections to databases", _connections),
    Migration("parts of a job that are to be skipped", _skips),
)
"""In order: the first makes version 1 out of an empty database."""


def version_of(database: Database) -> int:
    """Return the number of migrations a database has had; 0 for an empty one."""
    with database.read() as connection:
        if not sqlalchemy.inspect(connection).has_table("schema_version"):
            return 0
        found = connection.execute(sqlalchemy.text("SELECT MAX(version) FROM schema_version")).scalar()
        return int(found or 0)


def migrate(
    database: Database, backups: Path, *, now: datetime, migrations: tuple[Migration, ...] = MIGRATIONS
) -> Path | None:
    """Bring a database to the newest schema.

    Parameters
    ----------
    database : Database
    backups : Path
        Folder for the copy that is made before an existing database is changed.
    now : datetime
        Part of the copy's name.
    migrations : tuple of Migration

    Returns
    -------
    Path or None
        The copy, where one was made (SQLite). In PostgreSQL the old tables are copied inside the database, as
        ``backup_<version>_<table>``.

    Raises
    ------
    StorageError
        The database was written by a newer version of Fairway, or a migration failed; it is unchanged then.
    """
    version = version_of(database)
    if version > len(migrations):
        raise StorageError(
            f"The stored projects were saved by a newer version of Fairway (schema {version}; this one knows up to "
            f"{len(migrations)}).",
            next_step="Start the newer version again. Nothing was changed.",
        )
    if version == len(migrations):
        return None
    backup = _copy_file(database, backups, version, now) if version and database.is_sqlite else None
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sqlalchemy.text("SELECT pg_advisory_xact_lock(730211)"))
        _run(connection, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, title TEXT NOT NULL)")
        # Read again under the lock: another process may have been faster.
        reached = int(connection.execute(sqlalchemy.text("SELECT MAX(version) FROM schema_version")).scalar() or 0)
        if reached and reached < len(migrations) and not database.is_sqlite:
            _copy_tables(connection, reached)
        for number, migration in enumerate(migrations[reached:], start=reached + 1):
            migration.apply(connection)
            connection.execute(
                sqlalchemy.text("INSERT INTO schema_version (version, title) VALUES (:version, :title)"),
                {"version": number, "title": migration.title},
            )
    return backup


def _copy_file(database: Database, backups: Path, version: int, now: datetime) -> Path:
    target = make_folder(backups) / f"fairway-schema-{version}-{now:%Y%m%dT%H%M%S}.db"
    with (
        replacing(target) as temporary,
        closing(sqlite3.connect(temporary)) as copy,
        database.engine.connect() as connection,
    ):
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        try:
            source.backup(copy)
        except sqlite3.Error as error:
            raise StorageError(
                "The stored projects must be brought up to date, and no copy could be made before.",
                next_step="Nothing was changed. Free some space, then start Fairway again.",
            ) from error
    return target


def _copy_tables(connection: Connection, version: int) -> None:
    for table in sqlalchemy.inspect(connection).get_table_names():
        if not table.startswith("backup_"):
            _run(connection, f'CREATE TABLE IF NOT EXISTS "backup_{version}_{table}" AS TABLE "{table}"')
