"""Object storage against a local S3 server: browsed, brought whole or not at all, and only where it may reach."""

import socket
from dataclasses import replace

import pytest

from core.data import read_table
from core.data.sources import storage
from core.data.sources.storage import ObjectOrigin, acquire, browse, where
from core.data.sources.storage_gate import Gate
from core.data.sources.wire import Guard, StoppedError, Watch
from core.errors import DataError, InputError, LimitError
from tests.storageserver import BUCKET, KEY, KEY_ID
from tests.storageserver import storage as started
from tests.webserver import TABLE

BIG = bytes(range(256)) * 40_000
FILES = {"a/towns.csv": TABLE, "a/ä ü & 100%.csv": TABLE, "a/b/c.csv": TABLE, "big.bin": BIG, "empty.csv": b""}


@pytest.fixture(scope="module")
def endpoint():
    with started(FILES) as url:
        yield url


@pytest.fixture
def at(endpoint, open_reach):
    """Ask for something at the server."""

    def make(url, secret=KEY, **fields):
        given = {"key_id": KEY_ID, "endpoint": endpoint} | fields
        return ObjectOrigin(url=url, **given), replace(open_reach, secret=secret)

    return make


def test_a_place_is_looked_through(at):
    assert [(one.name, one.folder) for one in browse(*at("s3://"))] == [(BUCKET, True)]
    found = browse(*at(f"s3://{BUCKET}"))
    assert [(one.name, one.folder, one.size) for one in found] == [
        ("a", True, 0),
        ("big.bin", False, len(BIG)),
        ("empty.csv", False, 0),
    ]
    inside = browse(*at(found[0].url))
    assert [one.url for one in inside] == [
        f"s3://{BUCKET}/a/b/",
        f"s3://{BUCKET}/a/towns.csv",
        f"s3://{BUCKET}/a/ä ü & 100%.csv",
    ]


@pytest.mark.parametrize("name", ["a/towns.csv", "a/ä ü & 100%.csv"])
def test_an_object_is_brought_and_read(at, name):
    found = acquire(*at(f"s3://{BUCKET}/{name}"))
    assert found.name == name.rpartition("/")[2]
    frame = read_table(found.path, found.options, name=found.name).frame
    assert frame["people"].tolist() == [134000, 173000]


def test_a_large_object_comes_whole(at):
    assert acquire(*at(f"s3://{BUCKET}/big.bin")).path.read_bytes() == BIG


def test_a_look_brings_the_beginning_of_a_large_object(at, monkeypatch):
    origin, within = at(f"s3://{BUCKET}/big.bin")
    monkeypatch.setattr(storage, "PREVIEW_WHOLE_BYTES", 9_999)
    found = acquire(origin, replace(within, look=True))
    assert (found.whole, found.path.read_bytes()) == (False, BIG[:9_995])
    found = acquire(at(f"s3://{BUCKET}/a/towns.csv")[0], replace(within, look=True))
    assert (found.whole, found.path.read_bytes()) == (True, TABLE)


def test_a_bucket_open_to_all_needs_no_key(at):
    assert acquire(*at(f"s3://{BUCKET}/a/towns.csv", "", key_id="", anonymous=True)).path.read_bytes() == TABLE


@pytest.mark.parametrize("url", ["s3://nowhere/x.csv", f"s3://{BUCKET}/none.csv", f"s3://{BUCKET}/a/none/x.csv"])
def test_what_is_not_there_is_said_so(at, open_reach, url):
    with pytest.raises(DataError, match="no such place") as caught:
        acquire(*at(url))
    assert KEY not in caught.value.message
    assert list(open_reach.folder.iterdir()) == []


def test_folders_limits_and_stops_leave_nothing(at, open_reach, monkeypatch):
    with pytest.raises(DataError, match="stands a folder"):
        acquire(*at(f"s3://{BUCKET}/a"))
    with pytest.raises(InputError, match="names no object"):
        acquire(*at(f"s3://{BUCKET}"))
    origin, within = at(f"s3://{BUCKET}/big.bin")
    with pytest.raises(StoppedError):
        acquire(origin, replace(within, should_stop=lambda: True))
    monkeypatch.setattr(storage, "WEB_BYTES", 1_000)
    with pytest.raises(LimitError, match="takes at most"):
        acquire(origin, within)
    assert list(open_reach.folder.iterdir()) == []


@pytest.mark.parametrize("anonymous", [True, False])
def test_private_networks_stay_closed(at, anonymous):
    origin, within = at(f"s3://{BUCKET}/a/towns.csv", anonymous=anonymous)
    for endpoint in (origin.endpoint, "http://169.254.169.254", "http://localhost:9000", "https://[::1]:9000"):
        with pytest.raises(InputError, match="not on the public internet"):
            browse(origin.model_copy(update={"endpoint": endpoint}), replace(within, private_network=False))
    with pytest.raises(InputError, match="unusual way"):
        browse(origin.model_copy(update={"endpoint": "http://2130706433"}), within)


def test_the_door_lets_nobody_else_through(open_reach):
    with Watch(5, lambda: False) as watch, Gate(Guard(watch, private=True, follow=False), lambda _: True) as gate:
        place = ("127.0.0.1", gate.options["port"])
        for head in (b"GET http://127.0.0.1/ HTTP/1.1\r\n\r\n", b"CONNECT 127.0.0.1:80 HTTP/1.1\r\n\r\n"):
            with socket.create_connection(place, timeout=2) as caller:
                caller.sendall(head)
                assert caller.recv(100).startswith(b"HTTP/1.1 407 ")


def test_the_door_follows_no_other_host(site, at):
    """A server that leads elsewhere, as S3 does where a bucket lies in another region, is not followed there."""
    port = site.base.rpartition(":")[2]
    site.serve(f"/{BUCKET}/x.csv", b"", 307, Location=f"http://localhost:{port}/elsewhere")
    site.pages[f"/{BUCKET}"] = site.pages[f"/{BUCKET}/x.csv"]
    with pytest.raises(DataError, match="leads on to another server"):
        browse(*at(f"s3://{BUCKET}", endpoint=site.base))
    assert "/elsewhere" not in [call.path for call in site.calls]


def test_keys_are_never_taken_from_the_server(at, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    with pytest.raises(InputError, match="key is missing"):
        acquire(*at(f"s3://{BUCKET}/a/towns.csv", ""))
    with pytest.raises(InputError, match="id of the key is missing"):
        acquire(*at(f"s3://{BUCKET}/a/towns.csv", key_id=""))


@pytest.mark.parametrize(
    ("url", "fields", "said"),
    [
        ("http://a.org/x", {}, "no address in object storage"),
        ("bucket/x", {}, "no address in object storage"),
        ("s3://user:word@bucket/x", {}, "no name of a bucket"),
        ("s3://a..b/x", {}, "no name of a bucket"),
        ("s3://a b/x", {}, "no name of a bucket"),
        ("s3://bucket/../x", {}, "no name of an object"),
        ("s3://bucket/a\x00", {}, "no name of an object"),
        ("s3://bucket/" + "a" * 2_000, {}, "no name of an object"),
        ("s3://bucket/x", {"region": "eu/../x"}, "no name of a region"),
        ("s3://bucket/x", {"endpoint": "https://a.org/path"}, "more than a server"),
        ("s3://bucket/x", {"endpoint": "ftp://a.org"}, "begin with http"),
        ("az://box/x", {}, "account is missing"),
        ("az://box/x", {"key_id": "evil.example.org/"}, "account is missing"),
        ("abfs://box@evil-host.example/x", {}, "account is missing"),
    ],
)
def test_addresses_that_cannot_be_meant_are_refused(url, fields, said):
    with pytest.raises(InputError, match=said):
        where(ObjectOrigin(url=url, **fields))


def test_addresses_are_taken_apart():
    place = where(ObjectOrigin(url="abfs://box@account1.dfs.core.windows.net/a/b.csv"))
    assert (place.store, place.bucket, place.key, place.account) == ("az", "box", "a/b.csv", "account1")
    assert where(ObjectOrigin(url="gcs://bucket/x.csv")).store == "gs"
    origin = ObjectOrigin(url="s3://bucket/x.csv", key_id="id")
    assert ObjectOrigin.model_validate_json(origin.model_dump_json()) == origin
    assert origin.words() == "s3://bucket/x.csv"


def test_a_silent_server_ends_in_time(open_reach, monkeypatch):
    monkeypatch.setattr(storage, "WEB_LOOK_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        origin = ObjectOrigin(url="s3://bucket", anonymous=True, endpoint=f"http://127.0.0.1:{mute.getsockname()[1]}")
        with pytest.raises(LimitError, match="longer than 1 seconds"):
            browse(origin, open_reach)
