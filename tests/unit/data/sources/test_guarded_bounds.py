"""Size, time and packing of what the guarded client reads: bounded, and nothing half is left."""

import threading
import time
from dataclasses import replace

import pytest

from core.data.sources import wire
from core.data.sources.guarded import Client
from core.data.sources.wire import StoppedError
from core.errors import DataError, LimitError
from tests.webserver import TABLE, bomb, packed

OK = b"HTTP/1.1 200 OK\r\n"


def fetch(open_reach, url, headers=None, most=10_000_000, **options):
    with Client(open_reach, headers, **options) as client:
        return client.fetch(url, most=most)


def download(open_reach, url, most=10_000_000, **options):
    path = open_reach.folder / "it"
    with Client(open_reach, **options) as client:
        client.download(url, path, most=most)
    return path.read_bytes()


def test_size_is_bounded_whatever_the_server_says(site, open_reach):
    url = site.serve("/big", b"x" * 5_000)
    with pytest.raises(LimitError, match="the most that is taken"):
        download(open_reach, url, most=4_999)
    assert list(open_reach.folder.iterdir()) == []
    assert len(download(open_reach, url, most=5_000)) == 5_000


def test_an_endless_body_ends_at_the_limit(site, open_reach):
    url = site.serve_endless("/endless", b"x" * 65_536, 0, head=OK + b"\r\n")
    with pytest.raises(LimitError, match="more than 1 MB"):
        download(open_reach, url, most=1_048_576)
    assert list(open_reach.folder.iterdir()) == []


def test_a_packed_body_is_unpacked_within_bounds(site, open_reach, monkeypatch):
    assert fetch(open_reach, site.serve("/z", packed(TABLE), Content_Encoding="gzip")).body == TABLE
    two = site.serve("/two", packed(TABLE[:10]) + packed(TABLE[10:]), Content_Encoding="gzip")
    assert fetch(open_reach, two).body == TABLE
    bombed = site.serve("/bomb", bomb(30), Content_Encoding="gzip")
    with pytest.raises(LimitError, match="the most that is taken"):
        download(open_reach, bombed, most=20_000_000)
    monkeypatch.setattr(wire, "SMALL", 1_000_000)
    with pytest.raises(LimitError, match="more than 200 times its size"):
        download(open_reach, bombed, most=100_000_000)
    assert list(open_reach.folder.iterdir()) == []


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "nonsense"])
def test_packing_that_was_not_asked_for_is_refused(site, open_reach, encoding):
    with pytest.raises(DataError, match="packs its answer in a way"):
        fetch(open_reach, site.serve("/z", b"x", Content_Encoding=encoding))


def test_damaged_packing_is_named(site, open_reach):
    with pytest.raises(DataError, match=r"packing \(gzip\) is damaged"):
        fetch(open_reach, site.serve("/z", b"no gzip at all", Content_Encoding="gzip"))
    with pytest.raises(DataError, match=r"packing \(gzip\) is damaged"):
        fetch(open_reach, site.serve("/y", packed(TABLE) + b"rest", Content_Encoding="gzip"))


def test_a_slow_drip_is_ended_by_the_time_for_everything(site, open_reach):
    drips = {
        "/body": OK + b"Content-Length: 100000\r\n\r\n",
        "/head": OK,
        "/line": b"",
    }
    for path, head in drips.items():
        url = site.serve_endless(path, b"a", 0.03, head=head)
        began = time.monotonic()
        with pytest.raises(LimitError, match="longer than 0 seconds"):
            download(open_reach, url, seconds=0.3)
        assert time.monotonic() - began < 2
    assert list(open_reach.folder.iterdir()) == []


def test_a_server_that_falls_silent_has_gone_away(site, open_reach):
    silent = site.serve_raw("/silent", OK + b"Content-Length: 10\r\n\r\nab", pause=0.6)
    with pytest.raises(DataError, match="ended before all was there"):
        download(open_reach, silent, idle=0.2)
    mute = site.serve_raw("/mute", b"", pause=0.6)
    with pytest.raises(DataError, match="gave no proper answer"):
        fetch(open_reach, mute, idle=0.2)


def test_a_stop_ends_a_transfer_at_once(site, open_reach):
    pressed = threading.Event()
    url = site.serve_endless("/slow", b"a", 0.05, head=OK + b"Content-Length: 100000\r\n\r\n")
    threading.Timer(0.2, pressed.set).start()
    began = time.monotonic()
    with pytest.raises(StoppedError, match="Stopped"):
        download(replace(open_reach, should_stop=pressed.is_set), url)
    assert time.monotonic() - began < 2
    assert list(open_reach.folder.iterdir()) == []


@pytest.mark.parametrize(
    "raw",
    [
        OK + b"Content-Length: 100\r\n\r\nonly this",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n50\r\nabcde",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabcde\r\n0\r\n\r\n",
        OK + b"Content-Encoding: gzip\r\n\r\n" + packed(TABLE)[:-12],
        OK + b"Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + packed(TABLE)[:20],
    ],
    ids=["length", "chunks", "chunk", "chunk size", "gzip", "gzip of right length"],
)
def test_a_transfer_that_ends_early_leaves_nothing(site, open_reach, raw):
    with pytest.raises(DataError, match="ended before all was there"):
        download(open_reach, site.serve_raw("/cut", raw))
    assert list(open_reach.folder.iterdir()) == []


def test_an_answer_without_a_length_is_taken_and_known_to_be_unmeasured(site, open_reach):
    url = site.serve_raw("/open", OK + b"\r\n" + TABLE)
    answer = fetch(open_reach, url)
    assert answer.body == TABLE
    assert not answer.measured
