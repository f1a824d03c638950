"""Google and Azure against a server that speaks as they do: listed, brought whole, and held by the guard."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.data import read_table
from core.data.sources import storage, storage_systems, storage_web
from core.data.sources.storage import ObjectOrigin, acquire, browse, where
from core.data.sources.storage_web import signature_of
from core.errors import DataError, InputError, LimitError
from tests.cloudserver import ACCOUNT, ACCOUNT_KEY, OPEN, TOKEN, Cloud
from tests.webserver import TABLE, Quiet, packed

KEYS = ("a/b/c.csv", "a/towns.csv", "a/ä ü & 100%.csv", "towns.csv.gz", "z.csv")
OBJECTS = {("towns", key): TABLE for key in KEYS} | {
    (OPEN, "towns.csv"): TABLE,
    (OPEN, "packed.csv"): packed(TABLE),
    (OPEN, "empty.csv"): b"",
}
STORES = {"gs": ("", TOKEN), "az": (ACCOUNT, ACCOUNT_KEY)}
"""By scheme: the id and the secret."""


@pytest.fixture(scope="module")
def endpoint():
    server = Quiet(("127.0.0.1", 0), type("Bound", (Cloud,), {"objects": OBJECTS, "packed": frozenset({"packed.csv"})}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=STORES)
def at(request, endpoint, open_reach):
    """Ask for something at one of the two."""
    scheme = request.param
    key_id, secret = STORES[scheme]

    def make(place, secret=secret, **fields):
        given = {"key_id": key_id, "endpoint": endpoint} | fields
        return ObjectOrigin(url=f"{scheme}://{place}", **given), replace(open_reach, secret=secret)

    make.scheme = scheme
    return make


def test_a_place_is_looked_through_page_by_page(at):
    found = browse(*at("towns"))
    assert [(one.name, one.folder, one.size) for one in found] == [
        ("a", True, 0),
        ("towns.csv.gz", False, len(TABLE)),
        ("z.csv", False, len(TABLE)),
    ]
    inside = browse(*at("towns/a/"))
    assert [one.url for one in inside] == [
        f"{at.scheme}://towns/a/b/",
        f"{at.scheme}://towns/a/towns.csv",
        f"{at.scheme}://towns/a/ä ü & 100%.csv",
    ]


def test_containers_are_listed_and_google_asks_for_a_bucket(at):
    if at.scheme == "az":
        assert [one.url for one in browse(*at(""))] == [f"az://{OPEN}/", "az://towns/"]
    else:
        with pytest.raises(InputError, match="lists no buckets"):
            browse(*at(""))


@pytest.mark.parametrize("key", ["a/towns.csv", "a/ä ü & 100%.csv"])
def test_an_object_is_brought_and_read(at, key):
    found = acquire(*at(f"towns/{key}"))
    assert (found.name, found.whole) == (key.rpartition("/")[2], True)
    frame = read_table(found.path, found.options, name=found.name).frame
    assert frame["people"].tolist() == [134000, 173000]


def test_what_is_open_to_all_needs_no_key(at):
    assert acquire(*at(f"{OPEN}/towns.csv", "", anonymous=True)).path.read_bytes() == TABLE
    assert acquire(*at(f"{OPEN}/packed.csv", "", anonymous=True)).path.read_bytes() == TABLE
    assert acquire(*at(f"{OPEN}/empty.csv", "", anonymous=True)).path.read_bytes() == b""
    assert [one.name for one in browse(*at(OPEN, "", anonymous=True))] == ["empty.csv", "packed.csv", "towns.csv"]
    with pytest.raises(DataError, match="does not allow this"):
        acquire(*at("towns/z.csv", "", anonymous=True))


def test_a_wrong_key_is_told_and_never_shown(at):
    for secret in ("d3Jvbmc=", "sv=2021-08-06&sp=r&sig=wr0ng") if at.scheme == "az" else ("wr0ng",):
        with pytest.raises(DataError, match="does not know the key") as caught:
            acquire(*at("towns/z.csv", secret))
        assert secret not in caught.value.message
    with pytest.raises(InputError, match="key is missing"):
        acquire(*at("towns/z.csv", ""))


@pytest.mark.parametrize("place", ["nowhere/x.csv", "towns/none.csv", "towns/a/none/x.csv"])
def test_what_is_not_there_is_said_so(at, open_reach, place):
    with pytest.raises(DataError, match="no such place"):
        acquire(*at(place))
    assert list(open_reach.folder.iterdir()) == []


def test_folders_limits_and_looks(at, open_reach, monkeypatch):
    with pytest.raises(DataError, match="stands a folder"):
        acquire(*at("towns/a"))
    origin, within = at("towns/z.csv")
    monkeypatch.setattr(storage, "PREVIEW_WHOLE_BYTES", 13)
    found = acquire(origin, replace(within, look=True))
    assert (found.whole, found.path.read_bytes()) == (False, b"town,people\n")
    found.path.unlink()
    monkeypatch.setattr(storage, "WEB_BYTES", 10)
    with pytest.raises(LimitError, match="takes at most"):
        acquire(origin, within)
    assert list(open_reach.folder.iterdir()) == []


@pytest.mark.parametrize("host", ["", "http://169.254.169.254", "http://localhost:9000", "https://[::1]:9000"])
def test_private_networks_stay_closed(at, host):
    origin, within = at("towns/z.csv")
    closed = replace(within, private_network=False)
    with pytest.raises(InputError, match="not on the public internet"):
        acquire(origin.model_copy(update={"endpoint": host or origin.endpoint}), closed)


def test_a_key_is_not_carried_to_another_server(site, at):
    elsewhere = f"http://localhost:{site.base.rpartition(':')[2]}/elsewhere"
    for path in (f"/storage/v1/b/{OPEN}/o", f"/{ACCOUNT}/{OPEN}"):
        site.serve(path, b"", 302, Location=elsewhere)
    with pytest.raises(DataError, match="no such place"):
        browse(*at(OPEN, endpoint=site.base))
    first, second = site.calls
    assert "authorization" in first.headers or "sig" in first.query
    assert second.path == "/elsewhere"
    assert "authorization" not in second.headers
    assert second.query == {}


@pytest.mark.parametrize("body", [b"", b"[]", b"<html></html>", b"<a/>", b'{"items": [1]}', b'{"items": 5}', b"<!"])
def test_an_answer_of_another_kind_is_refused_in_words(site, at, body):
    for path in (f"/storage/v1/b/{OPEN}/o", f"/{ACCOUNT}/{OPEN}"):
        site.serve(path, body)
    with pytest.raises(DataError):
        browse(*at(OPEN, "", anonymous=True, endpoint=site.base))


def test_entities_of_a_list_are_not_expanded(site, open_reach):
    bomb = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    listed = b"<Blobs><Blob><Name>x&a;&f;.csv</Name></Blob></Blobs>"
    site.serve(f"/{ACCOUNT}/{OPEN}", bomb + b"<EnumerationResults>" + listed + b"</EnumerationResults>")
    origin = ObjectOrigin(url=f"az://{OPEN}", key_id=ACCOUNT, anonymous=True, endpoint=site.base)
    assert [one.name for one in browse(origin, open_reach)] == ["x"]


def test_the_key_of_an_account_becomes_a_signature_for_reading():
    """The expected signature is what Microsoft's own library (azure-storage-blob 12) makes of the same."""
    place = where(ObjectOrigin(url="az://towns/x.csv", key_id=ACCOUNT))
    assert signature_of(place, ACCOUNT_KEY, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == (
        "sv=2021-08-06&ss=b&srt=sco&sp=rl&se=2026-01-02T05%3A04%3A05Z&sig=gnTQrq5K37cmPJi4lYsbmDSgfCXZRdQwJZYzp73aDrc%3D"
    )
    assert signature_of(place, "?sv=2021-08-06&sig=a%2Bb%3D") == "sv=2021-08-06&sig=a%2Bb%3D"
    with pytest.raises(InputError, match="no key of a storage account"):
        signature_of(place, "not base64")


def test_the_providers_own_hosts_are_asked_where_no_endpoint_is_named():
    assert storage_systems._azure_base(where(ObjectOrigin(url="az://towns", key_id=ACCOUNT))) == (
        "https://account1.blob.core.windows.net"
    )
    assert storage_web.GOOGLE == "https://storage.googleapis.com"
