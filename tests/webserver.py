"""A web server on this machine that misbehaves in every way a test asks for."""

import gzip
import http.server
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TABLE = b"town,people\nBern,134000\nBasel,173000\n"


@dataclass
class Call:
    """One request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class Site:
    """What stands at which path: a function that writes the whole answer."""

    pages: dict[str, Callable[["Handler", Call], None]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    base: str = ""

    def url(self, path: str) -> str:
        return f"{self.base}{path}"

    def serve(self, path: str, body: bytes = TABLE, status: int = 200, **headers: str) -> str:
        """Serve a body; header names are written with underscores."""

        def answer(handler: "Handler", _call: Call) -> None:
            handler.answer(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

        self.pages[path] = answer
        return self.url(path)

    def serve_json(self, path: str, make: Callable[[Call], Any]) -> str:
        """Serve what a function makes of a call: a document, or one with headers."""

        def answer(handler: "Handler", call: Call) -> None:
            made = make(call)
            document, headers = made if isinstance(made, tuple) else (made, {})
            handler.answer(json.dumps(document).encode(), 200, {"Content-Type": "application/json"} | headers)

        self.pages[path] = answer
        return self.url(path)

    def serve_raw(self, path: str, *pieces: bytes, pause: float = 0.0) -> str:
        """Write bytes as they are, head and all, then close."""

        def answer(handler: "Handler", _call: Call) -> None:
            handler.close_connection = True
            with suppress(OSError):
                for piece in pieces:
                    handler.wfile.write(piece)
                    handler.wfile.flush()
                    time.sleep(pause)
                # Closing alone would leave the descriptor open in the handler's files.
                handler.connection.shutdown(socket.SHUT_RDWR)

        self.pages[path] = answer
        return self.url(path)

    def serve_endless(self, path: str, piece: bytes, pause: float, head: bytes = b"") -> str:
        """Write a piece again and again until the caller has gone."""

        def answer(handler: "Handler", _call: Call) -> None:
            handler.close_connection = True
            with suppress(OSError):
                handler.wfile.write(head)
                for _ in range(100_000):
                    handler.wfile.write(piece)
                    handler.wfile.flush()
                    time.sleep(pause)

        self.pages[path] = answer
        return self.url(path)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers from the site."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        call = Call(
            parts.path, dict(parse_qsl(parts.query)), {name.lower(): self.headers[name] for name in self.headers}
        )
        self.site.calls.append(call)
        page = self.site.pages.get(parts.path)
        if page is None:
            self.answer(b"nothing here", 404, {})
        else:
            page(self, call)

    def answer(self, body: bytes, status: int, headers: dict[str, str]) -> None:
        with suppress(OSError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


class Quiet(http.server.ThreadingHTTPServer):
    """A server that keeps silent about callers who hang up."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        return


def started() -> tuple[Quiet, Site]:
    """Start a server on a free port."""
    site = Site()
    server = Quiet(("127.0.0.1", 0), type("Bound", (Handler,), {"site": site}))
    site.base = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server, site


def bomb(megabytes: int) -> bytes:
    """Return gzip that unpacks to so many megabytes of zeros."""
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(1024 * 1024)
    return b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()


def packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
