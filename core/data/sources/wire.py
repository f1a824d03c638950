"""The connection of a web source: to an address that was judged, watched over from outside, unpacked within bounds."""

import contextlib
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from core.data.sources.addresses import Lookup, dial
from core.errors import DataError, InputError, LimitError
from core.limits import COMPRESSION_RATIO, MB, WEB_CONNECT_SECONDS, WEB_IDLE_SECONDS

CHUNK = 65_536
LOOK_EVERY = 0.1
"""Seconds between two looks at the clock and at the button that stops."""
SMALL = 64 * MB
"""A packed answer that unpacks to less is taken however well it was packed."""


class StoppedError(InputError):
    """The user asked to stop before the table was there."""


class Watch:
    """Ends the open connection when the time is over or the user asks to stop.

    A server that sends one byte now and then never runs into the time limit of a single read.

    Parameters
    ----------
    seconds : float
        For everything together.
    should_stop : callable
    """

    def __init__(self, seconds: float, should_stop: Callable[[], bool]) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._should_stop = should_stop
        self._lock = threading.Lock()
        self._copy: socket.socket | None = None
        self._closed = threading.Event()

    def __enter__(self) -> "Watch":
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._let_go()

    @property
    def left(self) -> float:
        """Seconds left."""
        return self._end - time.monotonic()

    def follow(self, connection: socket.socket) -> None:
        """Watch over a connection instead of the one before."""
        # A copy of the descriptor stays valid when the connection is wrapped in TLS, and reaches the same peer.
        copy = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            before, self._copy = self._copy, copy
        if before is not None:
            before.close()

    def check(self) -> None:
        """Refuse to go on when the time is over or the user asked to stop."""
        if self._should_stop():
            raise StoppedError("Stopped before the table was there.", next_step="Nothing was kept.")
        if self.left <= 0:
            raise LimitError(
                f"This took longer than {self.seconds:,.0f} seconds, and was ended.",
                next_step="Bring a smaller part, or download it yourself and bring the file.",
            )

    def wait(self, seconds: float) -> None:
        """Wait, while time and the button are looked at."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(LOOK_EVERY, left))

    def _look(self) -> None:
        while not self._closed.wait(LOOK_EVERY):
            if self.left <= 0 or self._should_stop():
                self._let_go(shut=True)

    def _let_go(self, *, shut: bool = False) -> None:
        with self._lock:
            copy, self._copy = self._copy, None
        if copy is not None:
            if shut:
                with contextlib.suppress(OSError):
                    copy.shutdown(socket.SHUT_RDWR)
            copy.close()


@dataclass(frozen=True)
class Guard:
    """What decides where a connection may lead.

    Parameters
    ----------
    watch : Watch
    private : bool
        Whether private networks are allowed.
    lookup : callable, optional
        Default: the system's.
    idle : float
        Seconds without a byte after which a peer has gone away.
    follow : bool
        Whether the watch ends the connection; it can follow one at a time.
    """

    watch: Watch
    private: bool = False
    lookup: Lookup | None = None
    idle: float = WEB_IDLE_SECONDS
    follow: bool = True

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect to an address of a host that was judged, and judge once more who answered."""
        seconds = max(0.05, min(WEB_CONNECT_SECONDS, self.watch.left))
        try:
            connection = dial(host, port, private=self.private, seconds=seconds, lookup=self.lookup, begun=self._begun)
        except OSError as error:
            self.watch.check()
            raise DataError(
                f"{host} does not answer on port {port}.", next_step="Check the address, or try again in a while."
            ) from error
        connection.settimeout(min(self.idle, max(0.05, self.watch.left)))
        return connection

    def _begun(self, connection: socket.socket) -> None:
        self.watch.check()
        if self.follow:
            self.watch.follow(connection)


class _Plain(HTTPConnection):
    guard: Guard

    def _new_conn(self) -> socket.socket:
        return self.guard.connect(self.host, self.port)


class _Secure(HTTPSConnection):
    guard: Guard

    def _new_conn(self) -> socket.socket:
        # Name and certificate are checked against the host of the address, not against the number connected to.
        return self.guard.connect(self.host, self.port)


def pool(guard: Guard, scheme: str, host: str, port: int) -> urllib3.HTTPConnectionPool:
    """Return a pool of one connection to a server; proxies named by the environment are not used."""
    base: type[Any] = _Secure if scheme == "https" else _Plain
    kind = urllib3.HTTPSConnectionPool if scheme == "https" else urllib3.HTTPConnectionPool
    made = kind(host, port, maxsize=1, block=True, timeout=urllib3.Timeout(WEB_CONNECT_SECONDS, guard.idle))
    made.ConnectionCls = type("Guarded", (base,), {"guard": guard})
    return made


def body_of(answer: urllib3.BaseHTTPResponse, watch: Watch, *, most: int) -> Iterator[bytes]:
    """Give the body of an answer, unpacked, in pieces.

    Parameters
    ----------
    answer : BaseHTTPResponse
        Neither read nor unpacked so far.
    watch : Watch
    most : int
        Largest size in bytes, unpacked.

    Yields
    ------
    bytes

    Raises
    ------
    LimitError
        It is larger, or packed so well that it can only be meant to fill the disk.
    DataError
        It ends early, or its packing is unknown or damaged.
    """
    unpack = _unpacker(answer.headers.get("content-encoding", ""))
    packed = given = 0
    try:
        while raw := answer.read1(CHUNK, decode_content=False):
            watch.check()
            packed += len(raw)
            for piece in unpack.pieces(raw):
                given += len(piece)
                if given > most:
                    raise LimitError(
                        f"There is more than {most / MB:,.0f} MB to read, the most that is taken from there.",
                        next_step="Bring a smaller part, or a Parquet file, which is smaller.",
                    )
                if given > SMALL and given > packed * COMPRESSION_RATIO:
                    raise LimitError(
                        f"The answer unpacks to more than {COMPRESSION_RATIO} times its size.",
                        next_step="Such an answer is made to fill the disk; check the address.",
                    )
                yield piece
                watch.check()
    except (HTTPError, OSError) as error:
        watch.check()
        raise _ended_early() from error
    except zlib.error as error:
        raise DataError("The answer's packing (gzip) is damaged.", next_step="Try again.") from error
    watch.check()
    if not unpack.whole:
        raise _ended_early()


class _Unpack(Protocol):
    @property
    def whole(self) -> bool: ...

    def pieces(self, raw: bytes) -> Iterator[bytes]: ...


class _AsIs:
    whole = True

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        yield raw


class _Gzip:
    """Members of gzip, one after the other, never more than a piece of them in memory."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=47)
        self._begun = False

    @property
    def whole(self) -> bool:
        return self._member.eof or not self._begun

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        rest = raw
        while rest:
            if self._member.eof:
                if not rest.strip(b"\x00"):
                    return
                self._member = zlib.decompressobj(wbits=47)
            self._begun = True
            if piece := self._member.decompress(rest, CHUNK * 4):
                yield piece
            rest = self._member.unconsumed_tail or self._member.unused_data


def _unpacker(encoding: str) -> _Unpack:
    if encoding.strip().lower() in ("", "identity"):
        return _AsIs()
    if encoding.strip().lower() in ("gzip", "x-gzip", "deflate"):
        return _Gzip()
    raise DataError(
        "The server packs its answer in a way that was not asked for.", next_step="Download it, and bring the file."
    )


def _ended_early() -> DataError:
    return DataError("The transfer ended before all was there.", next_step="Nothing was kept; try again.")
