"""A real MariaDB: what arrives, what is refused, and what is left when it goes away."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest

from core.data.sources import database as db
from core.data.sources.database import DatabaseOrigin, Filter
from core.data.sources.database.opened import opened
from core.data.sources.source import Acquired, Reach
from core.errors import DataError
from tests.databases import SECRET, Server, mariadb_admin

HOSTILE = "odd `t%able; --"

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture(scope="module")
def filled(mariadb: Server) -> None:
    hostile = HOSTILE.replace("`", "``")
    with mariadb_admin(mariadb) as admin, admin.cursor() as cursor:
        cursor.execute("SET SESSION sql_mode = ''")
        cursor.execute("SET SESSION time_zone = '+02:00'")
        cursor.execute(
            "CREATE TABLE orders (id BIGINT UNSIGNED, price DECIMAL(12,2), exact DECIMAL(40,5), day DATE,"
            " plain DATETIME(6), at TIMESTAMP NULL, yes BIT(1), bits BIT(10), raw BLOB, doc JSON, clock TIME,"
            " name VARCHAR(40),"
            " size ENUM('s','m'), flag BOOLEAN, year YEAR)"
        )
        cursor.execute(
            "INSERT INTO orders VALUES (18446744073709551615, 1.5, 12345678901234567890.12345, '0000-00-00',"
            " '2024-01-01 12:00:00.5', '2024-01-01 12:00:00', b'1', b'101', 'x', '{\"a\": 1.10}', '-100:30:00', 'Łódź',"
            " 's', TRUE, 2024), (7, 2.5, 1, '2024-02-29', NULL, NULL, b'0', NULL, NULL, NULL, NULL, 'b', 'm',"
            " FALSE, NULL)"
        )
        cursor.execute(f"CREATE TABLE `{hostile}` (`{hostile}` INT)")
        cursor.execute(f"INSERT INTO `{hostile}` VALUES (3)")
        cursor.execute("CREATE FUNCTION pour() RETURNS INT BEGIN INSERT INTO orders (id) VALUES (1); RETURN 1; END")


@pytest.fixture
def ask(mariadb: Server, reach: Callable[..., Reach]) -> Callable[..., Acquired]:
    """Bring a table or a SELECT."""

    def bring(secret: str = SECRET, within: Reach | None = None, **given: object) -> Acquired:
        return db.acquire(DatabaseOrigin(url=mariadb.address(), **given), within or reach(secret))

    return bring


def test_it_is_looked_around_in(mariadb: Server) -> None:
    address = mariadb.address()
    assert db.check_connection(address, SECRET).startswith("MariaDB 1")
    assert db.schemas(address, SECRET) == ("shop",)
    assert [table.name for table in db.tables(address, "shop", SECRET)] == [HOSTILE, "orders"]
    found = {one.name: (one.type, one.kind) for one in db.columns(address, "shop", "orders", SECRET)}
    assert found["id"] == ("bigint(20) unsigned", "number")
    assert found["yes"] == ("bit(1)", "flag")
    assert [name for name, (_, kind) in found.items() if kind == "moment"] == ["plain", "at"]


def test_every_type_arrives_honestly(ask: Callable[..., Acquired]) -> None:
    brought = ask(table="orders")
    assert pq.read_table(brought.path).to_pylist() == [
        {
            "id": "18446744073709551615",
            "price": 1.5,
            "exact": "12345678901234567890.12345",
            "day": None,
            "plain": datetime(2024, 1, 1, 12, 0, 0, 500_000),
            "at": datetime(2024, 1, 1, 10, tzinfo=UTC),
            "yes": True,
            "bits": 5,
            "doc": '{"a": 1.10}',
            "clock": "-100:30:00",
            "name": "Łódź",
            "size": "s",
            "flag": 1,
            "year": 2024,
        },
        {
            "id": "7",
            "price": 2.5,
            "exact": "1.00000",
            "day": date(2024, 2, 29),
            "plain": None,
            "at": None,
            "yes": False,
            "bits": None,
            "doc": None,
            "clock": None,
            "name": "b",
            "size": "m",
            "flag": 0,
            "year": None,
        },
    ]
    assert list(brought.warnings) == [
        "`raw`: binary content cannot be used and was left out.",
        "`id`, `exact`: numbers with more than 15 digits were kept as text, every digit.",
        "`day`: dates without a year from 1 to 9999 were read as missing.",
    ]


def test_names_are_quoted_and_values_bound(ask: Callable[..., Acquired]) -> None:
    brought = ask(table=HOSTILE, filters=(Filter(column=HOSTILE, operator="equals", value="3"),))
    assert pq.read_table(brought.path).to_pylist() == [{HOSTILE: 3}]
    filters = (
        Filter(column="name", operator="contains", value="ódź"),
        Filter(column="size", operator="equals", value="s"),
        Filter(column="yes", operator="equals", value="yes"),
        Filter(column="plain", operator="above", value="2024-01-01T12:00"),
    )
    assert pq.read_table(ask(table="orders", columns=("year",), filters=filters).path).to_pylist() == [{"year": 2024}]
    with pytest.raises(DataError, match="gave no row"):
        ask(table="orders", filters=(Filter(column="name", operator="equals", value="\\' OR 1=1 #"),))


def test_a_long_answer_is_cut_at_once(ask: Callable[..., Acquired]) -> None:
    started = time.monotonic()
    brought = ask(select="SELECT seq, '%d' AS b FROM seq_1_to_1000000000", rows=1_000)
    assert time.monotonic() - started < 5
    assert pq.read_table(brought.path).to_pylist()[-1] == {"seq": 1000, "b": "%d"}
    assert brought.warnings[0].startswith("The table is cut after 1,000 rows: the limit of 1,000 rows was reached.")


def test_time_runs_out_and_a_stop_is_heard_within_a_statement(
    ask: Callable[..., Acquired], reach: Callable[..., Reach]
) -> None:
    asked = threading.Event()
    timer = threading.Timer(0.5, asked.set)
    timer.start()
    started = time.monotonic()
    with pytest.raises(DataError, match="stopped before the first row"):
        ask(select="SELECT seq FROM seq_1_to_3 WHERE sleep(20) = 0", within=reach(should_stop=asked.is_set))
    assert time.monotonic() - started < 4
    timer.join()


def test_the_server_itself_is_told_the_limits(mariadb: Server) -> None:
    with opened(mariadb.address(), SECRET, files=None, seconds=30) as database:
        shown = database.connection.exec_driver_sql(
            "SELECT @@max_statement_time, @@tx_read_only, @@time_zone, @@in_transaction"
        ).one()
    assert tuple(shown) == (33.0, 1, "+00:00", 1)


def test_the_transaction_may_only_read(mariadb: Server, ask: Callable[..., Acquired]) -> None:
    with pytest.raises(DataError, match="would change data, and Fairway only reads"):
        ask(select="SELECT pour()")
    with mariadb_admin(mariadb) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders")
        assert cursor.fetchone() == (2,)


def run(mariadb: Server, statement: str) -> None:
    with opened(mariadb.address(), SECRET, files=None, seconds=5) as database:
        database.connection.execution_options(no_parameters=True).exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1; DROP TABLE orders", "error in your SQL syntax"),
        ("INSERT INTO orders (id) VALUES (1)", "would change data"),
        ("DROP TABLE orders", "would change data"),
        ("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE orders", "It says"),
    ],
)
def test_what_slipped_past_the_first_guard_meets_the_second(mariadb: Server, statement: str, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        run(mariadb, statement)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"table": "nothing_here"}, "There is no table nothing_here that your user may read."),
        (
            {"select": "SELECT * FROM nothing_here"},
            "There is no such table. It says: “Table 'shop.nothing_here' doesn't",
        ),
        ({"select": "SELECT nobody FROM orders"}, "There is no such column. It says: “Unknown column 'nobody'"),
        ({"select": "SELECT * FROM mysql.global_priv"}, "The database does not allow this."),
        ({"table": "orders", "secret": "wrong & secret"}, "MySQL or MariaDB at 127.0.0.1:"),
    ],
)
def test_a_refusal_is_in_plain_words(ask: Callable[..., Acquired], given: dict, expected: str) -> None:
    with pytest.raises(DataError) as error:
        ask(**given)
    assert str(error.value).startswith(expected)
    assert "wrong & secret" not in str(error.value)
    assert "pymysql" not in str(error.value)


def test_a_connection_that_is_cut_leaves_no_half_table(
    mariadb: Server, ask: Callable[..., Acquired], reach: Callable[..., Reach]
) -> None:
    rows: list[str] = []

    def report(_share: float, said: str) -> None:
        rows.append(said)
        if len(rows) == 3:
            with mariadb_admin(mariadb) as admin, admin.cursor() as cursor:
                cursor.execute("SELECT id FROM information_schema.processlist WHERE user = 'reader'")
                for (number,) in cursor.fetchall():
                    cursor.execute(f"KILL {number}")

    within = reach(report=report)
    with pytest.raises(DataError) as error:
        ask(select="SELECT repeat('x', 1000) AS a FROM seq_1_to_10000000", within=within)
    assert str(error.value).startswith("The connection to the database was cut. Nothing was kept.")
    assert list(within.folder.iterdir()) == []


def test_a_server_that_asks_for_a_file_of_ours_gets_none(reach: Callable[..., Reach]) -> None:
    """A rogue server answers the first query by asking for a local file, as LOAD DATA LOCAL lets it."""
    given: list[bytes] = []

    def packet(number: int, body: bytes) -> bytes:
        return len(body).to_bytes(3, "little") + bytes([number]) + body

    def serve(listener: socket.socket) -> None:
        link, _ = listener.accept()
        with link, suppress(TimeoutError):
            link.settimeout(1)
            greeting = (
                b"\x0a8.0.0\0" + (1).to_bytes(4, "little") + b"a" * 8 + b"\0" + b"\xff\xf7" + b"\x21" + b"\2\0"
                + b"\xff\x81" + b"\x15" + b"\0" * 10 + b"b" * 12 + b"\0mysql_native_password\0"
            )  # fmt: skip
            link.sendall(packet(0, greeting))
            link.recv(4096)
            link.sendall(packet(2, b"\0\0\0\2\0\0\0"))
            while asked := link.recv(4096):
                if b"SET " in asked:
                    link.sendall(packet(1, b"\0\0\0\2\0\0\0"))
                else:
                    link.sendall(packet(1, b"\xfb/etc/hostname"))
                    given.append(link.recv(4096))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        address = f"mysql://reader@127.0.0.1:{listener.getsockname()[1]}/shop?sslmode=disable"
        with pytest.raises(DataError) as error:
            db.acquire(DatabaseOrigin(url=address, select="SELECT 1"), reach())
        thread.join(10)
    assert "local_infile option is false" in str(error.value)
    # It asked, and was told good-bye.
    assert given == [b"\1\0\0\0\1"]
