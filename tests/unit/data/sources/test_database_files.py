"""SQLite and DuckDB files: only those in the operator's folder, only read, and nothing beside them."""

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from core.data.sources import database as db
from core.data.sources.database import DatabaseOrigin, Filter
from core.data.sources.database.local import files_in
from core.data.sources.database.opened import opened
from core.data.sources.source import Reach
from core.errors import DataError, FairwayError, InputError
from core.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of database files, and a file outside of it."""
    place = tmp_path / "files"
    (place / "deep").mkdir(parents=True)
    for path in (place / "shop.db", tmp_path / "outside.db"):
        with sqlite3.connect(path) as made:
            made.execute('CREATE TABLE "a ""b" (id INTEGER, day DATE, mixed, note TEXT, raw BLOB, odd DATETIME)')
            made.executemany(
                'INSERT INTO "a ""b" VALUES (?, ?, ?, ?, ?, ?)',
                [
                    (2**53 + 1, "2024-02-29", 1, "x", b"\0", "2024-02-30"),
                    (2, None, "two", None, None, "2024-01-01"),
                    (3, "2024-03-01", 2.5, "z%", None, None),
                ],
            )
            made.execute('CREATE VIEW seen AS SELECT id FROM "a ""b"')
        made.close()
    with duckdb.connect(str(place / "deep" / "sales.duckdb")) as made:
        made.execute('CREATE SCHEMA "s.x"')
        made.execute(
            'CREATE TABLE "s.x".t AS SELECT i AS id, i::HUGEINT * 100000000000000000000 AS huge,'
            " DATE '2024-01-01' AS day, [i, 2] AS list, {'k': i} AS one, 'b'::BLOB AS raw, 0.5::DECIMAL(18,2) AS half,"
            " DATE 'infinity' AS far FROM range(5000) r(i)"
        )
        made.execute("CREATE TABLE plain AS SELECT 1 AS a")
    (place / "notes.db").write_text("not a database")
    (place / "link.db").symlink_to(tmp_path / "outside.db")
    (place / "linked").symlink_to(tmp_path)
    return place


def bring(reach: Callable[..., Reach], folder: Path | None, url: str, **given: object):
    return db.acquire(DatabaseOrigin(url=url, **given), reach("", local_files=folder))


def test_the_folder_is_a_setting(tmp_path: Path) -> None:
    assert Settings.from_environment({"FAIRWAY_HOME": str(tmp_path)}).local_files is None
    assert Settings.from_environment({"FAIRWAY_FILES": str(tmp_path / "a" / "..")}).local_files == tmp_path


def test_the_files_of_a_kind_are_listed(folder: Path) -> None:
    assert files_in(folder, "sqlite") == ("shop.db",)
    assert files_in(folder, "duckdb") == ("deep/sales.duckdb",)
    assert files_in(None, "sqlite") == ()


def test_an_sqlite_file_is_read(folder: Path, reach: Callable[..., Reach]) -> None:
    url = "sqlite:///shop.db"
    assert db.check_connection(url, files=folder).startswith("SQLite 3.")
    assert db.schemas(url, files=folder) == ("",)
    assert [(one.name, one.is_view) for one in db.tables(url, "", files=folder)] == [('a "b', False), ("seen", True)]
    assert [(one.name, one.kind) for one in db.columns(url, "", 'a "b', files=folder)][:2] == [
        ("id", "number"),
        ("day", "date"),
    ]
    brought = bring(reach, folder, url, table='a "b')
    assert pq.read_table(brought.path).to_pylist() == [
        {"id": 2**53 + 1, "day": date(2024, 2, 29), "mixed": "1", "note": "x", "odd": "2024-02-30"},
        {"id": 2, "day": None, "mixed": "two", "note": None, "odd": "2024-01-01"},
        {"id": 3, "day": date(2024, 3, 1), "mixed": "2.5", "note": "z%", "odd": None},
    ]
    assert list(brought.warnings) == [
        "`raw`: binary content cannot be used and was left out.",
        "`mixed`: values of several kinds stand in one column and were kept as text.",
        "`day`: dates stored as text were read as dates.",
    ]
    filters = (Filter(column="note", operator="contains", value="%"), Filter(column="id", operator="below", value="9"))
    assert pq.read_table(
        bring(reach, folder, url, table='a "b', columns=("id",), filters=filters).path
    ).to_pylist() == [{"id": 3}]


def test_an_absolute_path_within_the_folder_is_taken(folder: Path, reach: Callable[..., Reach]) -> None:
    assert bring(reach, folder, f"sqlite:///{folder}/shop.db", table="seen").name == "seen.parquet"


def test_a_duckdb_file_is_read(folder: Path, reach: Callable[..., Reach]) -> None:
    url = "duckdb:///deep/sales.duckdb"
    assert db.check_connection(url, files=folder).startswith("DuckDB v")
    assert db.schemas(url, files=folder) == ("main", "s.x")
    assert [one.name for one in db.tables(url, "main", files=folder)] == ["plain"]
    assert [(one.name, one.kind) for one in db.columns(url, "s.x", "t", files=folder)][:4] == [
        ("id", "number"), ("huge", "number"), ("day", "date"), ("list", "other")
    ]  # fmt: skip
    filters = (Filter(column="id", operator="from", value="1"), Filter(column="day", operator="to", value="2024-01-01"))
    brought = bring(reach, folder, url, table_schema="s.x", table="t", filters=filters, rows=1_000)
    assert pq.read_table(brought.path).to_pylist()[0] == {
        "id": 1, "huge": "100000000000000000000", "day": date(2024, 1, 1), "list": "[1, 2]", "one": '{"k": 1}',
        "half": 0.5, "far": None,
    }  # fmt: skip
    assert brought.warnings[0].startswith("The table is cut after 1,000 rows")
    whole = bring(reach, folder, url, select="SELECT count(*) AS \"n\", max(id) FROM \"s.x\".t WHERE '%' = '%'")
    assert pq.read_table(whole.path).to_pylist() == [{"n": 5000, "max(id)": 4999}]


OUTSIDE = [
    "sqlite:///../outside.db",
    "sqlite:///deep/../../outside.db",
    "sqlite:///{parent}/outside.db",
    "sqlite:///link.db",
    "sqlite:///linked/outside.db",
    "sqlite:///file:shop.db",
    "sqlite:///file:{parent}/outside.db",
    "sqlite:///:memory:",
    "sqlite://",
    "sqlite:////etc/passwd",
    "sqlite:///deep",
    "sqlite:///nothing.db",
    "duckdb:///:memory:",
    "duckdb:///md:shared",
    "duckdb:///{parent}/outside.db",
    "duckdb:////etc/passwd",
]


@pytest.mark.parametrize("url", OUTSIDE)
def test_no_file_outside_of_the_folder_is_opened(folder: Path, url: str) -> None:
    with pytest.raises(InputError, match="There is no such database file") as error:
        db.check_connection(url.format(parent=folder.parent), files=folder)
    assert str(folder.parent) not in str(error.value)


def test_without_a_folder_no_file_is_opened(folder: Path) -> None:
    with pytest.raises(InputError, match="This server opens no database files"):
        db.check_connection(f"sqlite:///{folder}/shop.db", files=None)


@pytest.mark.parametrize(
    ("url", "kind"),
    [("sqlite:///notes.db", "SQLite"), ("duckdb:///shop.db", "DuckDB"), ("sqlite:///deep/sales.duckdb", "SQLite")],
)
def test_a_file_of_another_kind_is_named(folder: Path, url: str, kind: str) -> None:
    with pytest.raises(InputError, match=f"This file is no {kind} database"):
        db.check_connection(url, files=folder)


def run(folder: Path, url: str, statement: str) -> None:
    with opened(url, "", files=folder, seconds=5) as database:
        if database.engine.key == "duckdb":
            database.driver.execute(statement).fetchall()
        else:
            database.connection.execution_options(no_parameters=True).exec_driver_sql(statement)


@pytest.mark.parametrize("url", ["sqlite:///shop.db", "duckdb:///deep/sales.duckdb"])
def test_what_only_reads_passes_the_second_guard(folder: Path, url: str) -> None:
    run(folder, url, "SELECT upper('a'), 1 + 1")
    if url.startswith("sqlite"):
        run(folder, url, "SELECT value FROM json_each('[1]')")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO seen VALUES (1)",
        "CREATE TABLE x (a)",
        "UPDATE sqlite_master SET sql = ''",
        "DROP VIEW seen",
        "ATTACH '{outside}' AS other",
        "VACUUM INTO '{outside}.copy'",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('a')",
        "SELECT 1; DROP VIEW seen",
    ],
)
def test_sqlite_neither_changes_nor_opens_anything_else(folder: Path, statement: str) -> None:
    before = (folder / "shop.db").read_bytes()
    with pytest.raises(FairwayError):
        run(folder, "sqlite:///shop.db", statement.format(outside=folder.parent / "outside.db"))
    assert (folder / "shop.db").read_bytes() == before
    assert not (folder.parent / "outside.db.copy").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE x (a INT)",
        "INSERT INTO plain VALUES (2)",
        "SELECT * FROM read_text('{outside}')",
        "SELECT * FROM '{outside}'",
        "SELECT * FROM glob('/*')",
        "ATTACH '{outside}'",
        "COPY plain TO '{outside}.csv'",
        "EXPORT DATABASE '{outside}.dir'",
        "INSTALL httpfs",
        "LOAD sqlite",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SELECT * FROM duckdb_secrets()",
    ],
)
def test_duckdb_neither_changes_nor_opens_anything_else(folder: Path, statement: str) -> None:
    (folder.parent / "outside.txt").write_text("private")
    before = (folder / "deep" / "sales.duckdb").read_bytes()
    with pytest.raises(DataError):
        run(folder, "duckdb:///deep/sales.duckdb", statement.format(outside=folder.parent / "outside.txt"))
    assert (folder / "deep" / "sales.duckdb").read_bytes() == before
    assert sorted(path.name for path in folder.parent.iterdir()) == ["files", "outside.db", "outside.txt"]


def test_a_second_statement_never_reaches_duckdb(folder: Path, reach: Callable[..., Reach]) -> None:
    for statement in ("SELECT 1; SELECT 2", "SELECT 1 UNION FROM (DELETE FROM plain)"):
        with pytest.raises(InputError):
            bring(reach, folder, "duckdb:///deep/sales.duckdb", select=statement)


def test_a_long_statement_ends_in_time(folder: Path, reach: Callable[..., Reach]) -> None:
    import time

    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    for url, statement in (
        ("sqlite:///shop.db", endless),
        ("duckdb:///deep/sales.duckdb", "SELECT sum(a.i * b.i) FROM range(1000000) a(i), range(1000000) b(i)"),
    ):
        started = time.monotonic()
        with pytest.raises(DataError, match="stopped before the first row"):
            db.acquire(
                DatabaseOrigin(url=url, select=statement),
                Reach(
                    reach("").folder,
                    local_files=folder,
                    should_stop=lambda since=started: time.monotonic() > since + 0.3,
                ),
            )
        assert time.monotonic() - started < 3


def test_a_damaged_file_is_named(folder: Path) -> None:
    whole = (folder / "shop.db").read_bytes()
    (folder / "shop.db").write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    with pytest.raises(DataError, match="The database file is damaged") as error:
        db.tables("sqlite:///shop.db", "", files=folder)
    assert str(folder) not in str(error.value)
