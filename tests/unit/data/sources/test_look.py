"""A look before reading: a bounded beginning of what lies elsewhere, or in words why it shows nothing."""

import gzip
import io
import random
from dataclasses import replace

import pandas as pd
import pytest

from core.data.sources import guarded
from core.data.sources.api import ApiOrigin
from core.data.sources.api import acquire as acquire_api
from core.data.sources.guarded import Client
from core.data.sources.look import looked_at
from core.data.sources.web_file import UrlOrigin, acquire
from core.errors import DataError, LimitError
from core.limits import PREVIEW_WHOLE_BYTES

MOST = PREVIEW_WHOLE_BYTES + 1_000_000
"""What may have come before the connection is closed."""


def lines(count: int) -> bytes:
    chance = random.Random(5)
    rows = (f"Z{number:06d}," + f"{chance.random():.16f}," * 8 + "ö" for number in range(count))
    return ("town," + ",".join(f"c{place}" for place in range(9)) + "\n" + "\n".join(rows)).encode()


@pytest.fixture(scope="module")
def large() -> bytes:
    made = lines(40_000)
    assert len(made) > MOST
    return made


def look(open_reach, url):
    found = acquire(UrlOrigin(url=url), replace(open_reach, look=True))
    return found, looked_at(found)


def test_of_a_large_text_only_the_beginning_comes(site, open_reach, large):
    found, seen = look(open_reach, site.serve("/towns.csv", large))
    assert PREVIEW_WHOLE_BYTES - 1_000 < found.path.stat().st_size < MOST
    assert (found.whole, seen.whole) == (False, False)
    assert found.path.read_bytes() == large[: found.path.stat().st_size]
    assert found.path.read_bytes().endswith(b"\n")
    assert seen.frame["town"].tolist()[:2] == ["Z000000", "Z000001"]
    assert seen.frame.shape == (100, 10)


def test_a_small_file_comes_whole(site, open_reach):
    found, seen = look(open_reach, site.serve("/towns.csv", lines(50)))
    assert (found.whole, seen.whole, seen.looked_at) == (True, True, 50)


def test_what_is_read_is_whole_however_it_was_looked_at(site, open_reach, large):
    assert acquire(UrlOrigin(url=site.serve("/towns.csv", large)), open_reach).path.read_bytes() == large


def test_a_large_packed_text_shows_its_beginning(site, open_reach):
    chance = random.Random(6)
    rows = "\n".join(f"{number},{chance.randbytes(40).hex()}" for number in range(130_000))
    body = gzip.compress(f"id,word\n{rows}".encode(), 1, mtime=0)
    assert len(body) > MOST
    found, seen = look(open_reach, site.serve("/words.csv.gz", body))
    assert (found.whole, seen.whole, seen.frame["id"].tolist()[:3]) == (False, False, [0, 1, 2])


def test_large_records_a_line_show_their_beginning(site, open_reach):
    line = b'{"id": 1, "word": "' + b"w" * 200 + b'"}\n'
    found, seen = look(open_reach, site.serve("/words.jsonl", line * 30_000))
    assert (found.whole, list(seen.frame), len(seen.frame)) == (False, ["id", "word"], 100)


def parquet() -> bytes:
    target = io.BytesIO()
    chance = random.Random(7)
    pd.DataFrame({"word": [chance.randbytes(100).hex() for _ in range(60_000)]}).to_parquet(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("x.parquet", parquet, "a Parquet file cannot be looked at in part"),
        ("x.json", lambda: b'{"data": [' + b'{"a": 1},' * 700_000 + b"{}]}", "JSON cannot be looked at in part"),
        ("x.xlsx", lambda: b"PK\x03\x04" + bytes(range(256)) * 22_000, "a file of its kind cannot be looked at"),
        ("x.zip", lambda: b"PK\x03\x04" + bytes(range(256)) * 22_000, "a file of its kind cannot be looked at"),
    ],
)
def test_what_shows_nothing_by_its_beginning_is_said_so(site, open_reach, name, make, said):
    with pytest.raises(LimitError, match=said):
        look(open_reach, site.serve(f"/{name}", make()))


def test_a_page_is_named_as_one_however_large(site, open_reach):
    with pytest.raises(DataError, match="stands a web page"):
        look(open_reach, site.serve("/x.csv", b"<!doctype html><html>" + b"<p>word</p>" * 500_000))


def test_a_look_takes_little_time_and_small_answers(site, open_reach, monkeypatch):
    monkeypatch.setattr(guarded, "WEB_LOOK_SECONDS", 0.5)
    monkeypatch.setattr(guarded, "WEB_LOOK_BYTES", 1_000_000)
    slow = site.serve_endless("/slow.csv", b"a,b\n", 0.05, head=b"HTTP/1.1 200 OK\r\n\r\n")
    with pytest.raises(LimitError, match="longer than 0 seconds"):
        look(open_reach, slow)
    assert list(open_reach.folder.iterdir()) == []
    many = site.serve_json("/many", lambda _: [{"a": "x" * 100}] * 20_000)
    with pytest.raises(LimitError, match="more than 1 MB to read"):
        acquire_api(ApiOrigin(url=many), replace(open_reach, look=True))
    with Client(open_reach) as client:
        assert len(client.fetch(many, most=10_000_000).body) > 2_000_000
