"""The guarded client against a server that misbehaves, and against names that lead where they should not."""

import socket
import ssl
import subprocess
import time
from dataclasses import replace
from email.utils import format_datetime

import pytest

from core.data.sources import guarded, wire
from core.data.sources.guarded import Client, Headers
from core.data.sources.wire import Guard, Watch
from core.errors import DataError, FairwayError, InputError
from tests.webserver import TABLE, started

MOST = 10_000_000
OK = b"HTTP/1.1 200 OK\r\n"


def fetch(open_reach, url, headers=None, most=MOST, **options):
    with Client(open_reach, headers, **options) as client:
        return client.fetch(url, most=most)


def download(open_reach, url, most=MOST, **options):
    path = open_reach.folder / "it"
    with Client(open_reach, **options) as client:
        client.download(url, path, most=most)
    return path.read_bytes()


def test_a_body_is_fetched_and_downloaded(site, open_reach):
    url = site.serve("/t.csv", Content_Type="text/csv")
    answer = fetch(open_reach, url)
    assert answer.body == TABLE
    assert answer.headers["content-type"] == "text/csv"
    assert answer.measured
    assert download(open_reach, url) == TABLE
    assert site.calls[0].headers["user-agent"] == "Fairway"


def test_proxies_of_the_environment_are_not_used(site, open_reach, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetch(open_reach, site.serve("/t.csv")).body == TABLE


def test_nothing_is_called_where_private_networks_are_closed(site, open_reach):
    url = site.serve("/t.csv")
    for address in (url, url.replace("127.0.0.1", "localhost"), url.replace("127.0.0.1", "[::ffff:127.0.0.1]")):
        with pytest.raises(InputError, match="not on the public internet"):
            fetch(replace(open_reach, private_network=False), address)
    assert site.calls == []


def test_the_address_that_was_judged_is_the_one_connected_to(site, open_reach):
    """A name that answers differently the second time gets no second time, and is sent as the host."""
    answers = iter(["127.0.0.1", "169.254.169.254"])
    port = int(site.base.rpartition(":")[2])
    site.serve("/t.csv")

    def lookup(_host, _port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    assert fetch(open_reach, f"http://table.example:{port}/t.csv", lookup=lookup).body == TABLE
    assert site.calls[0].headers["host"] == f"table.example:{port}"
    assert next(answers) == "169.254.169.254"


def test_a_peer_that_is_not_the_one_connected_to_is_refused(site, open_reach, monkeypatch):
    port = int(site.base.rpartition(":")[2])

    class Elsewhere(socket.socket):
        def getpeername(self):
            return ("169.254.169.254", port)

    monkeypatch.setattr(wire.socket, "socket", Elsewhere)
    with Watch(5, lambda: False) as watch, pytest.raises(InputError, match="not on the public internet"):
        Guard(watch, private=True, follow=False).connect("127.0.0.1", port)


# Redirects


def test_three_redirects_are_followed_and_no_fourth(site, open_reach):
    for step in range(4):
        site.serve(f"/{step}", b"", 302, Location=f"/{step + 1}")
    site.serve("/4")
    assert fetch(open_reach, site.url("/1")).url == site.url("/4")
    with pytest.raises(DataError, match="leads on more than 3 times"):
        fetch(open_reach, site.url("/0"))


def test_a_loop_of_redirects_ends(site, open_reach):
    with pytest.raises(DataError, match="leads on more than 3 times"):
        fetch(open_reach, site.serve("/loop", b"", 307, Location="/loop"))
    assert len(site.calls) == 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("leads", "said"),
    [
        ("http://169.254.169.254/latest/meta-data/", "not on the public internet"),
        ("http://[fd00:ec2::254]/latest/", "not on the public internet"),
        ("//10.0.0.1/x", "not on the public internet"),
        ("http://2130706433/", "unusual way"),
        ("file:///etc/passwd", "begin with http"),
        ("http://user:word@example.org/", "user name or a password"),
    ],
)
def test_each_redirect_is_judged_anew(site, open_reach, monkeypatch, status, leads, said):
    # The server itself counts as public here, and nothing else of this machine does.
    monkeypatch.setattr("core.data.sources.addresses.is_open", lambda address: str(address) == "127.0.0.1")
    url = site.serve("/on", b"", status, Location=leads)
    with pytest.raises(InputError, match=said):
        fetch(replace(open_reach, private_network=False), url, seconds=5)


def test_https_is_not_left_for_http():
    place = guarded.parse("https://example.org/a")
    with pytest.raises(DataError, match="leads from a protected connection"):
        guarded._next_place(place, "http://example.org/a", 1)
    assert guarded._next_place(place, "b?c=1#d", 1).url == "https://example.org/b?c=1"
    assert guarded._next_place(guarded.parse("http://a.org/"), "https://a.org/", 1).scheme == "https"


def test_headers_and_secrets_stay_with_the_first_server(site, open_reach):
    server, other = started()
    try:
        there = other.serve("/t.csv")
        site.serve("/on", b"", 302, Location=there)
        headers = Headers((("X-Team", "blue"),), ("Authorization", "Bearer abc"))
        assert fetch(open_reach, site.url("/on"), headers).body == TABLE
        assert site.calls[0].headers["authorization"] == "Bearer abc"
        assert site.calls[0].headers["x-team"] == "blue"
        assert "authorization" not in other.calls[0].headers
        assert "x-team" not in other.calls[0].headers
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (Headers((("Authorization", "Bearer abc"),)), "holds a secret"),
        (Headers((("cookie", "abc"),)), "holds a secret"),
        (Headers((("Host", "example.org"),)), "cannot be sent"),
        (Headers((("Content-Length", "5"),)), "cannot be sent"),
        (Headers((("Two words", "x"),)), "cannot be sent"),
        (Headers((("", "x"),)), "cannot be sent"),
        (Headers((("X", "a\r\nHost: b"),)), "cannot be sent"),
        (Headers((), ("X-Key", "abc\nX: y")), "cannot be sent"),
        (Headers((), ("X-Key", "a" * 9_000)), "too long"),
    ],
)
def test_headers_that_could_do_harm_are_refused_and_the_secret_not_told(open_reach, headers, said):
    with pytest.raises(InputError, match=said) as caught:
        fetch(open_reach, "http://127.0.0.1:1/", headers)
    assert "abc" not in caught.value.message
    assert "abc" not in repr(Headers((), ("X-Key", "abc")))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"this is no HTTP\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        OK + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
        OK + b"".join(b"X-%d: a\r\n" % n for n in range(200)) + b"\r\n",
    ],
    ids=["nothing", "no http", "no status", "huge header", "many headers"],
)
def test_what_is_no_proper_answer_is_said_so(site, open_reach, raw):
    with pytest.raises(DataError, match=r"127\.0\.0\.1 was reached, but gave no proper answer"):
        fetch(open_reach, site.serve_raw("/odd", raw))


def test_a_port_where_nobody_listens(open_reach):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DataError, match=f"127.0.0.1 does not answer on port {port}"):
        fetch(open_reach, f"http://127.0.0.1:{port}/")


def test_a_server_without_tls_cannot_prove_who_it_is(site, open_reach):
    with pytest.raises(DataError, match="cannot prove who it is"):
        fetch(open_reach, site.url("/t.csv").replace("http:", "https:"), seconds=5)


# Status


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "asks who is calling"),
        (403, "does not allow this"),
        (404, "nothing at this address"),
        (410, "is gone"),
        (418, "answers 418 instead of a table"),
        (500, "fault of its own"),
        (502, "fault of its own"),
        (204, "answers 204 instead of a table"),
        (206, "answers 206 instead of a table"),
        (304, "answers 304 instead of a table"),
    ],
)
def test_each_status_is_told_in_words(site, open_reach, status, said):
    with pytest.raises(DataError, match=said) as caught:
        fetch(open_reach, site.serve("/t.csv", b"secret detail", status))
    assert "secret detail" not in caught.value.message
    assert caught.value.next_step


def busy(site, path, times, status, retry_after):
    """Answer a status some times, then the table."""
    left = [times]

    def answer(handler, _call):
        left[0] -= 1
        if left[0] >= 0:
            handler.answer(b"busy", status, {"Retry-After": retry_after} if retry_after else {})
        else:
            handler.answer(TABLE, 200, {})

    site.pages[path] = answer
    return site.url(path)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("retry_after", ["0", "", "yesterday"])
def test_a_busy_server_is_asked_again(site, open_reach, monkeypatch, status, retry_after):
    monkeypatch.setattr(guarded, "PAUSE", 0.01)
    assert fetch(open_reach, busy(site, "/busy", 2, status, retry_after)).body == TABLE
    assert len(site.calls) == 3


def test_the_wait_a_server_asks_for_is_kept(site, open_reach):
    began = time.monotonic()
    assert fetch(open_reach, busy(site, "/busy", 1, 429, "1")).body == TABLE
    assert time.monotonic() - began >= 1


def test_a_wait_beyond_the_time_and_a_server_always_busy_are_refused(site, open_reach, monkeypatch):
    with pytest.raises(DataError, match="called less often"):
        fetch(open_reach, busy(site, "/long", 1, 429, "999999"))
    assert len(site.calls) == 1
    monkeypatch.setattr(guarded, "PAUSE", 0.01)
    with pytest.raises(DataError, match="too busy"):
        fetch(open_reach, busy(site, "/ever", 99, 503, ""))
    assert len(site.calls) == 1 + 1 + guarded.PATIENCE


def test_the_moment_to_come_back_is_read():
    from datetime import UTC, datetime, timedelta

    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    said = format_datetime(noon + timedelta(seconds=90), usegmt=True)
    assert guarded._asked_to_wait(said, now=lambda: noon) == 90
    assert guarded._asked_to_wait("120") == 120
    assert guarded._asked_to_wait("-5") == 0
    assert guarded._asked_to_wait("soon") == 0


def test_no_message_tells_an_address_the_user_did_not_write(site, open_reach):
    port = int(site.base.rpartition(":")[2])

    def lookup(_host, _port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    for path, reachable in (("/none", True), ("/none", False)):
        with pytest.raises(FairwayError) as caught:
            fetch(replace(open_reach, private_network=reachable), f"http://inside.example:{port}{path}", lookup=lookup)
        assert "127.0.0.1" not in caught.value.message
        assert "inside.example" in caught.value.message


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for table.example that vouches for itself, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(path.with_name("key.pem")), "-out", str(path), "-days", "2"),
            *("-subj", "/CN=table.example", "-addext", "subjectAltName=DNS:table.example"),
        ],
        check=True,
        capture_output=True,
    )
    return path


def test_the_certificate_is_checked_for_the_name_and_not_for_the_number(certificate, open_reach, monkeypatch):
    server, secure = started()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    names = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    secure.serve("/t.csv")

    def lookup(_host, _port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    try:
        with pytest.raises(DataError, match=r"table\.example cannot prove who it is"):
            fetch(open_reach, f"https://table.example:{port}/t.csv", lookup=lookup)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fetch(open_reach, f"https://table.example:{port}/t.csv", lookup=lookup).body == TABLE
        with pytest.raises(DataError, match=r"other\.example cannot prove who it is"):
            fetch(open_reach, f"https://other.example:{port}/t.csv", lookup=lookup)
        assert names == ["table.example", "table.example", "other.example"]
    finally:
        server.shutdown()
        server.server_close()
