"""The door through which a storage library reaches the network: a proxy on this machine that guards every connection.

The library looks hosts up and follows redirects by itself, so its addresses cannot be judged from outside. All it
sends therefore passes here, and only to the hosts it is meant for.
"""

import base64
import contextlib
import hmac
import re
import secrets
import select
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType

from core.data.sources.wire import CHUNK, LOOK_EVERY, Guard
from core.errors import DataError, FairwayError

HEAD = 65_536
"""Longest head of a request."""
_CONNECT = re.compile(rb"CONNECT ([^\s:]+|\[[^\]\s]+\]):(\d{1,5}) HTTP/1\.[01]\r\n")
_PLAIN = re.compile(rb"([A-Z]{3,10}) http://([^\s/:]+|\[[^\]\s]+\])(?::(\d{1,5}))?(/\S*)? (HTTP/1\.[01])\r\n")


class Gate:
    """A proxy on a free port of this machine for the time of one source.

    Parameters
    ----------
    guard : Guard
    allowed : callable
        Whether a host may be connected to at all.
    """

    def __init__(self, guard: Guard, allowed: Callable[[str], bool]) -> None:
        self.fault: FairwayError | None = None
        self._guard = guard
        self._allowed = allowed
        self._password = secrets.token_urlsafe(24)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(LOOK_EVERY)
        self._closed = threading.Event()

    def __enter__(self) -> "Gate":
        threading.Thread(target=self._answer, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._door.close()

    @property
    def options(self) -> dict[str, object]:
        """What Arrow calls the options of a proxy; others on this machine do not know the password."""
        port = self._door.getsockname()[1]
        return {"scheme": "http", "host": "127.0.0.1", "port": port, "username": "fairway", "password": self._password}

    def _answer(self) -> None:
        while not self._closed.is_set():
            try:
                caller, _ = self._door.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            caller.settimeout(self._guard.idle)
            head, rest = _head(caller)
            if not self._knows(head):
                caller.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")
                return
            connect, plain = _CONNECT.match(head), _PLAIN.match(head)
            if connect:
                host, port = connect[1], int(connect[2])
            elif plain:
                host, port = plain[2], int(plain[3] or 80)
            else:
                return
            try:
                server = self._connected(host.decode("ascii", "replace").strip("[]"), port)
            except FairwayError as error:
                self.fault = error
                caller.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            with server:
                if plain:
                    server.sendall(_forwarded(head, plain) + rest)
                else:
                    caller.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    server.sendall(rest)
                self._relay(caller, server)

    def _connected(self, host: str, port: int) -> socket.socket:
        if not self._allowed(host):
            raise DataError(
                "The storage leads on to another server, which is not followed.",
                next_step="Check the region and the endpoint.",
            )
        return self._guard.connect(host, port)

    def _knows(self, head: bytes) -> bool:
        said = re.search(rb"^proxy-authorization:\s*basic\s+(\S+)\s*$", head, re.I | re.M)
        wanted = base64.b64encode(f"fairway:{self._password}".encode())
        return said is not None and hmac.compare_digest(said[1], wanted)

    def _relay(self, caller: socket.socket, server: socket.socket) -> None:
        """Pass bytes on in both directions until one side closes, nothing comes, or the time is over."""
        last = time.monotonic()
        while not self._closed.is_set():
            try:
                self._guard.watch.check()
            except FairwayError as error:
                self.fault = error
                return
            ready, _, _ = select.select([caller, server], [], [], LOOK_EVERY)
            if not ready and time.monotonic() - last > self._guard.idle:
                return
            for one in ready:
                if not (piece := one.recv(CHUNK)):
                    return
                last = time.monotonic()
                (server if one is caller else caller).sendall(piece)


def _head(caller: socket.socket) -> tuple[bytes, bytes]:
    got = b""
    while b"\r\n\r\n" not in got:
        piece = caller.recv(CHUNK)
        if not piece or len(got) > HEAD:
            raise OSError("no head of a request")
        got += piece
    head, _, rest = got.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def _forwarded(head: bytes, plain: re.Match[bytes]) -> bytes:
    """Write a request to a proxy as one to the server itself, which is the only one this connection carries."""
    lines = head[plain.end() :].split(b"\r\n")[:-2]
    kept = [line for line in lines if not re.match(rb"(proxy-[a-z]+|connection|keep-alive):", line, re.I)]
    first = plain[1] + b" " + (plain[4] or b"/") + b" " + plain[5]
    return b"\r\n".join([first, *kept, b"Connection: close"]) + b"\r\n\r\n"
