import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
import sqlalchemy

from core.errors import StorageError
from core.workspace import Workspace
from core.workspace.database import Database
from core.workspace.migrations import MIGRATIONS, migrate, version_of
from core.workspace.tables import METADATA

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def old_database(settings):
    settings.home.mkdir(parents=True)
    database = Database(settings.database_url)
    migrate(database, settings.home / "backups", now=NOON, migrations=MIGRATIONS[:1])
    return database


def test_a_new_database_has_every_table_as_the_code_reads_it(workspace):
    inspector = sqlalchemy.inspect(workspace.database.engine)
    for table in METADATA.tables.values():
        found = {column["name"] for column in inspector.get_columns(table.name)}
        assert found == {column.name for column in table.columns}
    assert version_of(workspace.database) == len(MIGRATIONS)


def test_opening_again_changes_nothing(workspace, settings, noon):
    made = workspace.create("Churn", now=noon)
    again = Workspace.open(settings)
    assert again.get(made.id) == made
    assert not (settings.home / "backups").exists()
    again.database.close()


def test_an_older_database_is_migrated_and_keeps_its_projects(settings):
    database = old_database(settings)
    made = Workspace(settings, database).create("Kept", now=NOON)
    database.close()
    opened = Workspace.open(settings)
    assert opened.get(made.id) == made
    assert version_of(opened.database) == len(MIGRATIONS)
    assert sqlalchemy.inspect(opened.database.engine).has_table("jobs")
    opened.database.close()


def test_before_a_migration_a_copy_is_kept(settings):
    database = old_database(settings)
    made = Workspace(settings, database).create("Kept", now=NOON)
    backup = migrate(database, settings.home / "backups", now=NOON)
    database.close()
    assert backup.name == "fairway-schema-1-20260301T120000.db"
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT id FROM projects").fetchall() == [(made.id,)]
        assert copy.execute("SELECT MAX(version) FROM schema_version").fetchone() == (1,)
        assert copy.execute("SELECT name FROM sqlite_master WHERE name = 'jobs'").fetchone() is None


def test_a_newer_database_is_refused_and_left_alone(workspace, settings):
    with workspace.database.write() as connection:
        connection.execute(sqlalchemy.text("INSERT INTO schema_version VALUES (99, 'from the future')"))
    with pytest.raises(StorageError, match=r"newer version of Fairway .schema 99"):
        Workspace.open(settings)
    assert version_of(workspace.database) == 99


def test_a_migration_that_fails_leaves_the_database_as_it_was(settings):
    from core.workspace.migrations import Migration

    database = old_database(settings)

    def fails(connection):
        connection.execute(sqlalchemy.text("CREATE TABLE half (id TEXT)"))
        connection.execute(sqlalchemy.text("no SQL"))

    with pytest.raises(StorageError):
        migrate(database, settings.home / "b", now=NOON, migrations=(MIGRATIONS[0], Migration("x", fails)))
    assert version_of(database) == 1
    assert not sqlalchemy.inspect(database.engine).has_table("half")
    database.close()


def test_two_processes_that_open_a_new_home_at_once_both_succeed(settings):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: Workspace.open(settings), range(4)))
    assert [version_of(each.database) for each in opened] == [len(MIGRATIONS)] * 4
    for each in opened:
        each.database.close()


@pytest.mark.parametrize("url", ["nonsense", "oracle9://u:secret@h/d"])
def test_an_unknown_kind_of_database_is_refused_without_showing_the_password(url):
    with pytest.raises(StorageError, match="FAIRWAY_DATABASE_URL") as refused:
        Database(url)
    assert "secret" not in refused.value.message


def test_a_database_that_cannot_be_reached_is_told_without_its_password():
    database = Database("postgresql://someone:secret@127.0.0.1:1/none?connect_timeout=1")
    with pytest.raises(StorageError, match="cannot be reached") as refused:
        version_of(database)
    assert "secret" not in refused.value.message
