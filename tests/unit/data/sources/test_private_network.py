"""Servers named by a user, of whichever kind, are held by one rule; they are reached where they were judged, alone."""

import socket
from contextlib import closing, nullcontext

import pytest
import sqlalchemy

from core.data.sources import addresses, sensor_client
from core.data.sources import database as db
from core.data.sources.addresses import dial
from core.data.sources.database import DatabaseOrigin
from core.data.sources.database.dialling import hosts_of, judge
from core.data.sources.registry import SOURCES
from core.data.sources.sensor import SensorOrigin
from core.data.sources.source import Reach
from core.data.sources.storage import ObjectOrigin
from core.data.sources.web_file import UrlOrigin
from core.errors import DataError, FairwayError, InputError
from core.settings import Settings

INSIDE = [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "127.1",
    "::1",
    "10.0.0.7",
    "192.168.1.5",
    "169.254.169.254",
    "0.0.0.0",
]


METADATA = ["169.254.169.254", "169.254.1.1", "168.63.129.16", "100.100.100.200", "fe80::1", "fd00:ec2::254", "0.0.0.0"]


@pytest.fixture
def closed(tmp_path):
    return Reach(tmp_path, secret="x", private_network=False)


@pytest.fixture
def usual(tmp_path):
    """What a source may reach where the operator said nothing."""
    return Reach(tmp_path, secret="x")


@pytest.fixture
def silent(monkeypatch):
    """Fail the test where anything is connected to, and answer every name with an inner address."""

    def connect(*_):
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "create_connection", connect)


def address(kind: str, host: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{kind}://reader@{shown}/shop"


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("kind", ["postgresql+psycopg", "mysql+pymysql"])
def test_no_database_within_is_reached_where_the_operator_closed_it(closed, silent, kind, host):
    with pytest.raises(InputError, match="not on the public internet"):
        db.check_connection(address(kind, host), "x", private=False)
    with pytest.raises(InputError, match="does not reach into private networks"):
        SOURCES["database"].acquire(DatabaseOrigin(url=address(kind, host), table="t"), closed)


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("host", INSIDE)
def test_no_broker_within_is_reached_where_the_operator_closed_it(closed, silent, host, tls):
    with pytest.raises(InputError, match="not on the public internet"):
        SOURCES["sensor"].acquire(SensorOrigin(host=host, topic="a", tls=tls), closed)


@pytest.mark.parametrize("host", METADATA)
def test_nothing_said_neither_link_local_nor_metadata_addresses_are_reached(usual, silent, host):
    for kind in ("postgresql+psycopg", "mysql+pymysql"):
        with pytest.raises(InputError, match="reaches only usual private addresses besides"):
            SOURCES["database"].acquire(DatabaseOrigin(url=address(kind, host), table="t"), usual)
    with pytest.raises(InputError, match="reaches only usual private addresses besides"):
        judge(sqlalchemy.make_url(address("oracle", host)), private=None)
    with pytest.raises(InputError, match="reaches only usual private addresses besides"):
        SOURCES["sensor"].acquire(SensorOrigin(host=host, topic="a"), usual)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.7", "172.16.3.4", "192.168.1.5", "::1", "fd12::7"])
def test_nothing_said_databases_and_brokers_within_are_called(usual, monkeypatch, host):
    called = []

    def connect(_, place):
        called.append(place[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert hosts_of(sqlalchemy.make_url(address("postgresql", host)), private=None)["hostaddr"]
    judge(sqlalchemy.make_url(address("oracle", host)), private=None)
    with pytest.raises(DataError):
        db.check_connection(address("mysql+pymysql", host), "x")
    with pytest.raises(DataError):
        SOURCES["sensor"].acquire(SensorOrigin(host=host, topic="a"), usual)
    assert len(called) >= 2
    assert set(called) <= {host, "127.0.0.1", "::1"}


@pytest.mark.parametrize(("said", "reached"), [(None, False), (False, False), (True, True)])
def test_web_addresses_and_object_storage_within_need_the_operators_word(site, tmp_path, said, reached):
    url = site.serve("/t.csv", b"a,b\n1,2\n")
    reach = Reach(tmp_path, private_network=said)
    with nullcontext() if reached else pytest.raises(InputError, match="does not reach into private networks"):
        SOURCES["url"].acquire(UrlOrigin(url=url), reach)
    assert len(site.calls) == reached
    bucket = ObjectOrigin(url="s3://bucket/t.csv", endpoint=url.removesuffix("/t.csv"), anonymous=True)
    # The site speaks another language than a storage does: that it is told so means that it was asked.
    words = "does not answer as it should" if reached else "does not reach into private networks"
    with pytest.raises(FairwayError, match=words):
        SOURCES["storage"].acquire(bucket, reach)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", None),
        (" ", None),
        ("0", False),
        ("no", False),
        ("perhaps", False),
        ("1", True),
        ("Yes", True),
        ("on", True),
    ],
)
def test_the_operators_word_has_three_values(text, said):
    assert Settings.from_environment({"FAIRWAY_PRIVATE_NETWORK": text}).private_network is said


def test_the_operator_who_said_nothing_is_asked_for_no_word():
    assert Settings.from_environment({}).private_network is None


def test_ports_of_other_services_are_refused_outside_and_within(closed, silent):
    for port in (22, 25, 53):
        with pytest.raises(InputError, match=f"Port {port} belongs to another kind of service"):
            SOURCES["sensor"].acquire(SensorOrigin(host="203.0.113.7", port=port, topic="a"), closed)
        with pytest.raises(InputError, match=f"Port {port} belongs to another kind of service"):
            db.check_connection(f"postgresql://reader@10.0.0.7:{port}/shop", "x")


def test_a_driver_that_connects_by_itself_is_asked_only_for_judged_hosts():
    for text in ("oracle://reader@10.0.0.7/shop", "mssql://reader@localhost:1433/shop"):
        with pytest.raises(InputError, match="not on the public internet"):
            judge(sqlalchemy.make_url(text), private=False)
    with pytest.raises(InputError, match="names no host"):
        judge(sqlalchemy.make_url("oracle:///shop"), private=False)
    judge(sqlalchemy.make_url("oracle:///shop"), private=True)


def test_postgres_is_told_the_judged_addresses_beside_the_name(monkeypatch):
    answers = [(0, 0, 0, "", ("198.51.100.7", 0)), (0, 0, 0, "", ("2606:4700::1111", 0, 0, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    monkeypatch.setattr(addresses, "is_open", lambda _: True)
    assert hosts_of(sqlalchemy.make_url("postgresql://reader@db.example.org/shop"), private=False) == {
        "host": "db.example.org,db.example.org",
        "hostaddr": "198.51.100.7,2606:4700::1111",
    }


def test_a_name_that_changes_its_mind_is_reached_where_it_was_judged(monkeypatch):
    """Looked up once: the second answer of such a name is never asked for."""
    asked = []

    def lookup(*_, **__):
        asked.append(1)
        return [(0, 0, 0, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.7", 0))]

    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        port = door.getsockname()[1]
        with dial("changing.example", port, private=True, seconds=2, lookup=lookup) as line:
            assert line.getpeername() == ("127.0.0.1", port)
    assert len(asked) == 1


def test_what_does_not_answer_leaves_no_open_socket():
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        port = door.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        dial("127.0.0.1", port, private=True, seconds=2)
    with pytest.raises(DataError, match="no host named"):
        dial("nowhere.invalid", port, private=True, seconds=2)


def test_every_connection_to_a_broker_is_dialled_by_the_guard(broker, tmp_path, monkeypatch):
    """The library's own way to connect is never taken, whatever it is called in its next version."""

    def refuse(*_):
        raise InputError("guarded")

    monkeypatch.setattr(sensor_client, "_dial", refuse)
    with pytest.raises(FairwayError, match="guarded"):
        SOURCES["sensor"].acquire(
            SensorOrigin(host="127.0.0.1", port=broker.port, topic="a", seconds=1), Reach(tmp_path)
        )


def test_every_connection_to_mariadb_is_dialled_by_the_guard(mariadb, monkeypatch):
    from core.data.sources.database import dialling

    def refuse(*_, **__):
        raise InputError("guarded")

    monkeypatch.setattr(dialling, "dial", refuse)
    with pytest.raises(FairwayError, match="guarded"):
        db.check_connection(mariadb.address(), "x")
