"""A real PostgreSQL: what arrives, what is refused, and what is left when it goes away."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import psycopg
import pyarrow.parquet as pq
import pytest

from core.data.read import read_table
from core.data.sources import database as db
from core.data.sources.database import DatabaseOrigin, Filter
from core.data.sources.database.opened import opened
from core.data.sources.source import Acquired, Reach
from core.errors import DataError, InputError
from tests.databases import SECRET, Server, postgres_admin

HOSTILE = 'odd "t%able; --'

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture(scope="module")
def filled(postgres: Server) -> None:
    with postgres_admin(postgres) as admin:
        admin.execute("CREATE TYPE mood AS ENUM ('sad', 'fine')")
        admin.execute(
            """CREATE TABLE customers AS SELECT i AS id, 9007199254740993 + i AS big,
            (i * 1.25)::numeric(12, 2) AS price,
            12345678901234567890.5::numeric(30, 4) AS exact, i % 2 = 0 AS flag, date '2024-01-01' + i AS day,
            timestamptz '2024-01-01 12:00+02' AS at, timestamp '2024-01-01 12:00' AS plain, time '10:30' AS clock,
            interval '1 mon 2 days' AS span, '{"a": 1.10}'::jsonb AS doc, ARRAY[i, 2] AS list, '\\x00ff'::bytea AS raw,
            NULL::text AS nothing, (CASE WHEN i = 7 THEN 'sad' ELSE 'fine' END)::mood AS mood,
            CASE WHEN i = 3 THEN timestamptz 'infinity' END AS far, 'Zoë ' || i AS name
            FROM generate_series(1, 1000) i"""
        )
        admin.execute(
            psycopg.sql.SQL("CREATE TABLE {} (a int, {} int)").format(*map(psycopg.sql.Identifier, (HOSTILE, HOSTILE)))
        )
        admin.execute(psycopg.sql.SQL("INSERT INTO {} VALUES (1, 2)").format(psycopg.sql.Identifier(HOSTILE)))
        admin.execute("CREATE SCHEMA closed")
        admin.execute("CREATE TABLE closed.t (a int)")
        admin.execute("CREATE TABLE secrets (a int)")
        admin.execute("CREATE VIEW grown AS SELECT id FROM customers WHERE id > 900")
        admin.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO reader")
        admin.execute("GRANT ALL ON SCHEMA public TO reader")
        admin.execute("REVOKE ALL ON secrets FROM reader")


@pytest.fixture
def ask(postgres: Server, reach: Callable[..., Reach]) -> Callable[..., Acquired]:
    """Bring a table or a SELECT."""

    def bring(secret: str = SECRET, within: Reach | None = None, **given: object) -> Acquired:
        origin = DatabaseOrigin(url=postgres.address(), **given)
        return db.acquire(origin, within or reach(secret))

    return bring


def told(error: pytest.ExceptionInfo[Exception]) -> str:
    return str(error.value)


def test_it_is_looked_around_in(postgres: Server) -> None:
    address = postgres.address()
    assert db.check_connection(address, SECRET).startswith("PostgreSQL 1")
    assert db.schemas(address, SECRET) == ("public",)
    found = db.tables(address, "public", SECRET)
    assert [(table.name, table.is_view) for table in found] == [
        ("customers", False), ("grown", True), (HOSTILE, False), ("secrets", False)
    ]  # fmt: skip
    columns = db.columns(address, "public", "customers", SECRET)
    assert [(one.name, one.type, one.kind) for one in columns][:4] == [
        ("id", "integer", "number"),
        ("big", "bigint", "number"),
        ("price", "numeric(12,2)", "number"),
        ("exact", "numeric(30,4)", "number"),
    ]
    assert {one.name: one.kind for one in columns if one.kind == "moment"} == dict.fromkeys(
        ("at", "plain", "far"), "moment"
    )


def test_every_type_arrives_honestly(ask: Callable[..., Acquired]) -> None:
    brought = ask(table_schema="public", table="customers")
    first = pq.read_table(brought.path).to_pylist()[0]
    assert first == {
        "id": 1,
        "big": 9007199254740994,
        "price": 1.25,
        "exact": "12345678901234567890.5000",
        "flag": False,
        "day": date(2024, 1, 2),
        "at": datetime(2024, 1, 1, 10, tzinfo=UTC),
        "plain": datetime(2024, 1, 1, 12),
        "clock": "10:30:00",
        "span": "1 mon 2 days",
        "doc": '{"a": 1.10}',
        "list": "[1, 2]",
        "nothing": None,
        "mood": "fine",
        "far": None,
        "name": "Zoë 1",
    }
    assert brought.name == "customers.parquet"
    assert list(brought.warnings) == [
        "`raw`: binary content cannot be used and was left out.",
        "`exact`: numbers with more than 15 digits were kept as text, every digit.",
        "`far`: dates without a year from 1 to 9999 were read as missing.",
    ]
    table = read_table(brought.path, name=brought.name)
    assert table.shape == (1000, 16)
    assert table.frame["big"].tolist()[:2] == ["9007199254740994", "9007199254740995"]


def test_columns_and_filters_are_chosen_without_a_word_of_sql(ask: Callable[..., Acquired]) -> None:
    filters = (
        Filter(column="mood", operator="equals", value="sad"),
        Filter(column="id", operator="below", value="500.5"),
        Filter(column="day", operator="from", value="2024-01-05"),
        Filter(column="flag", operator="equals", value="false"),
        Filter(column="at", operator="to", value="2024-01-01 10:00"),
        Filter(column="name", operator="contains", value="oë 7"),
        Filter(column="nothing", operator="missing"),
    )
    brought = ask(table="customers", columns=("name", "id"), filters=filters)
    assert pq.read_table(brought.path).to_pylist() == [{"name": "Zoë 7", "id": 7}]


def test_hostile_names_and_values_stay_names_and_values(ask: Callable[..., Acquired]) -> None:
    brought = ask(table=HOSTILE, filters=(Filter(column=HOSTILE, operator="equals", value="2"),))
    assert pq.read_table(brought.path).to_pylist() == [{"a": 1, HOSTILE: 2}]
    with pytest.raises(DataError, match="gave no row"):
        ask(table="customers", filters=(Filter(column="name", operator="equals", value="' OR 1=1 --"),))
    with pytest.raises(InputError, match='no column `id" OR 1=1 --`'):
        ask(table="customers", filters=(Filter(column='id" OR 1=1 --', operator="equals", value="1"),))


def test_a_select_with_percent_signs_colons_and_doubled_names_is_taken(ask: Callable[..., Acquired]) -> None:
    brought = ask(select="SELECT id, id, 7 % 4 AS m, ':x' AS c FROM customers WHERE name LIKE 'Zo_ 1%' AND id < 11;")
    assert pq.read_table(brought.path).to_pylist() == [
        {"id": 1, "id_2": 1, "m": 3, "c": ":x"},
        {"id": 10, "id_2": 10, "m": 3, "c": ":x"},
    ]


def test_means_are_numbers_and_said_to_be_rounded(ask: Callable[..., Acquired]) -> None:
    brought = ask(select="SELECT avg(id) AS mean, sum(big) AS sum FROM customers WHERE id < 3 UNION SELECT 1/3., 1")
    assert sorted(row["mean"] for row in pq.read_table(brought.path).to_pylist()) == [pytest.approx(1 / 3), 1.5]
    assert "`mean`: decimal numbers were rounded to about 16 digits." in brought.warnings


def test_a_table_beyond_the_limit_is_cut_and_says_so(ask: Callable[..., Acquired]) -> None:
    for given in ({"table": "customers"}, {"select": "SELECT * FROM customers"}):
        brought = ask(rows=10, columns=(), **given)
        assert pq.read_metadata(brought.path).num_rows == 10
        assert brought.warnings[0] == (
            "The table is cut after 10 rows: the limit of 10 rows was reached. "
            "There are more in the database, in no set order."
        )
    assert not [line for line in ask(table="customers", rows=1000).warnings if "cut" in line]


def test_time_runs_out_with_what_came_or_with_a_word(ask: Callable[..., Acquired]) -> None:
    started = time.monotonic()
    brought = ask(select="SELECT i, pg_sleep(0.02) IS NULL FROM generate_series(1, 100000) i", seconds=5)
    assert 5 <= time.monotonic() - started < 9
    rows = pq.read_metadata(brought.path).num_rows
    assert 90 <= rows <= 260
    assert brought.warnings[0].startswith(f"The table is cut after {rows} rows: the 5 seconds allowed were over.")


def test_a_stop_keeps_what_came_or_keeps_nothing(ask: Callable[..., Acquired], reach: Callable[..., Reach]) -> None:
    reports: list[tuple[float, str]] = []
    within = reach(report=lambda share, said: reports.append((share, said)), should_stop=lambda: len(reports) > 1)
    brought = ask(table="customers", within=within)
    assert brought.warnings[0].startswith("The table is cut after 100 rows: you stopped it.")
    assert reports[1] == (0.0001, "100 rows")
    started = time.monotonic()
    with pytest.raises(DataError, match="stopped before the first row"):
        ask(select="SELECT pg_sleep(60)", within=reach(should_stop=lambda: True))
    assert time.monotonic() - started < 5


CHANGES = [
    "SELECT nextval('counter')",
    "SELECT change()",
]


def test_the_transaction_may_only_read(postgres: Server, ask: Callable[..., Acquired]) -> None:
    with postgres_admin(postgres) as admin:
        admin.execute("CREATE SEQUENCE counter")
        admin.execute("GRANT ALL ON SEQUENCE counter TO reader")
        admin.execute(
            "CREATE FUNCTION change() RETURNS int LANGUAGE sql AS 'INSERT INTO customers (id) VALUES (-1) RETURNING 1'"
        )
    for statement in CHANGES:
        with pytest.raises(DataError, match="would change data, and Fairway only reads"):
            ask(select=statement)
    with postgres_admin(postgres) as admin:
        assert admin.execute("SELECT count(*) FROM customers").fetchone() == (1000,)
        assert admin.execute("SELECT is_called FROM counter").fetchone() == (False,)


def test_the_server_itself_is_told_the_limits(postgres: Server) -> None:
    with opened(postgres.address(), SECRET, files=None, seconds=30) as database:
        shown = [
            database.connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("transaction_read_only", "statement_timeout", "timezone")
        ]
    assert shown == ["on", "33s", "UTC"]


def test_several_statements_are_refused_by_the_driver_too(postgres: Server) -> None:
    def run(statement: str) -> None:
        with opened(postgres.address(), SECRET, files=None, seconds=5) as database:
            streaming = database.connection.execution_options(stream_results=True, no_parameters=True)
            streaming.exec_driver_sql(statement)

    with pytest.raises(DataError, match="cannot insert multiple commands"):
        run("SELECT 1; COMMIT; DROP TABLE customers")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"table": "nothing_here"}, "There is no table nothing_here that your user may read."),
        (
            {"select": "SELECT * FROM nothing_here"},
            'There is no such table. It says: “relation "nothing_here" does not',
        ),
        ({"select": "SELECT nobody FROM customers"}, 'There is no such column. It says: “column "nobody" does not'),
        (
            {"select": "SELECT * FROM secrets"},
            "The database does not allow this. It says: “permission denied for table",
        ),
        ({"select": "SELECT FROM WHERE"}, "The database refused this. It says: “syntax error at or near"),
        ({"select": "SELECT 1/0 AS a"}, "The database refused this. It says: “division by zero”."),
        ({"select": "SELECT 1 AS a WHERE false"}, "The database gave no row."),
    ],
)
def test_a_refusal_is_in_plain_words(ask: Callable[..., Acquired], given: dict, expected: str) -> None:
    with pytest.raises(DataError) as error:
        ask(**given)
    assert told(error).startswith(expected)


def test_what_cannot_be_reached_is_in_plain_words(
    postgres: Server, reach: Callable[..., Reach], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    address, at = postgres.address(), f"127.0.0.1:{postgres.port}"
    for given, secret, expected in (
        (address, "wrong & secret", f"PostgreSQL at {at} does not let reader in with this password."),
        (address, "", f"PostgreSQL at {at} does not let reader in with this password."),
        (postgres.address(user="nobody"), "wrong & secret", f"PostgreSQL at {at} does not let nobody in"),
        (postgres.address("nowhere"), SECRET, f"There is no database named nowhere at {at} that reader may open."),
        (address.replace(str(postgres.port), "65009"), SECRET, "Nothing answers at 127.0.0.1:65009."),
        (address.replace("127.0.0.1", "nohost.invalid"), SECRET, "There is no host named nohost.invalid"),
        (address + "?sslmode=require", SECRET, f"An encrypted connection to {at} could not be made."),
    ):
        with pytest.raises(DataError) as error:
            db.check_connection(given, secret)
        assert told(error).startswith(expected)
        for hidden in ("wrong & secret", SECRET, "psycopg", "OperationalError", "sqlalche.me"):
            assert hidden not in told(error)
    assert SECRET not in caplog.text


def test_the_passwords_of_the_servers_own_user_are_not_used(
    postgres: Server, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passfile = tmp_path / "pgpass"
    passfile.write_text("*:*:*:*:" + SECRET.replace("\\", "\\\\").replace(":", "\\:") + "\n")
    passfile.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passfile))
    monkeypatch.setenv("PGPASSWORD", SECRET)
    with pytest.raises(DataError, match="does not let reader in"):
        db.check_connection(postgres.address(), "")


def test_a_connection_that_is_cut_leaves_no_half_table(
    postgres: Server, ask: Callable[..., Acquired], reach: Callable[..., Reach]
) -> None:
    def cut() -> None:
        with postgres_admin(postgres) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")

    rows: list[str] = []

    def report(_share: float, said: str) -> None:
        rows.append(said)
        if len(rows) == 3:
            cut()

    within = reach(report=report)
    with pytest.raises(DataError) as error:
        ask(select="SELECT repeat('x', 1000) AS a FROM generate_series(1, 1000000)", within=within)
    assert told(error) == "The connection to the database was cut. Nothing was kept. Try again when it is back."
    assert rows[1:3] == ["100 rows", "500 rows"]
    assert list(within.folder.iterdir()) == []


def test_a_disk_that_is_full_leaves_no_half_table(
    ask: Callable[..., Acquired], reach: Callable[..., Reach], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.data.sources.database.spool import Spool

    def full(self: Spool, columns: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Spool, "add", full)
    within = reach()
    with pytest.raises(DataError, match="The disk refused to keep the table"):
        ask(table="customers", within=within)
    assert list(within.folder.iterdir()) == []


def test_a_preview_shows_a_hundred_rows_and_leaves_nothing(postgres: Server, reach: Callable[..., Reach]) -> None:
    within = reach()
    shown = db.preview(DatabaseOrigin(url=postgres.address(), table="customers", columns=("id", "exact")), within)
    assert shown.shape == (100, 2)
    assert shown.warnings == ["`exact`: numbers with more than 15 digits were kept as text, every digit."]
    assert list(within.folder.iterdir()) == []


def test_reading_holds_few_rows_at_a_time(ask: Callable[..., Acquired]) -> None:
    import tracemalloc

    tracemalloc.start()
    brought = ask(select="SELECT i, repeat(md5(i::text), 30) AS a FROM generate_series(1, 60000) i")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pq.read_metadata(brought.path).num_rows == 60_000
    # 60,000 rows of about 1 kB are 58 MB of text; a batch is kept near 16.
    assert peak < 45_000_000


def test_no_connection_and_no_thread_stays_behind(postgres: Server, ask: Callable[..., Acquired]) -> None:
    before = threading.active_count()
    ask(table="customers", rows=5)
    with pytest.raises(DataError):
        ask(select="SELECT * FROM nothing_here")
    assert threading.active_count() == before
    with postgres_admin(postgres) as admin:
        for _ in range(50):
            left = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'").fetchone()
            if left == (0,):
                break
            time.sleep(0.1)
    assert left == (0,)
