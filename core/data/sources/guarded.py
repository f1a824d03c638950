"""The one client by which sources reach the web: guarded addresses, few redirects, bounded size and time."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from core.data.sources.addresses import Lookup, Place, parse
from core.data.sources.source import Reach
from core.data.sources.wire import Guard, Watch, body_of, pool
from core.errors import DataError, FairwayError, InputError
from core.limits import (
    PREVIEW_WHOLE_BYTES,
    WEB_IDLE_SECONDS,
    WEB_LOOK_BYTES,
    WEB_LOOK_SECONDS,
    WEB_REDIRECTS,
    WEB_SECONDS,
)

AGENT = "Fairway"
MOVED = (301, 302, 303, 307, 308)
BUSY = (429, 503)
PATIENCE = 5
"""How often a server that asks to come back later is asked again."""
PAUSE = 2.0
"""Seconds before that, where it does not say how long."""

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = {"host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "expect", "accept-encoding"}
_SECRET = {"authorization", "proxy-authorization", "cookie"}

_REFUSALS: dict[int, tuple[str, str]] = {
    401: ("{host} asks who is calling (401).", "Give the token or password it expects."),
    403: ("{host} does not allow this (403).", "Check the token, and whether it may read this."),
    404: ("{host} has nothing at this address (404).", "Check the address."),
    407: ("{host} asks for a proxy (407).", "Check the address."),
    410: ("What stood at this address of {host} is gone (410).", "Check the address."),
    429: ("{host} asks to be called less often (429).", "Wait a while, and try again."),
    503: ("{host} is too busy to answer (503).", "Wait a while, and try again."),
}


@dataclass(frozen=True)
class Headers:
    """What is sent along to one server, and to no other.

    Parameters
    ----------
    plain : sequence of (str, str)
        Names and values.
    secret : (str, str) or None
        A header whose value is a secret.
    """

    plain: Sequence[tuple[str, str]] = ()
    secret: tuple[str, str] | None = field(default=None, repr=False)

    def checked(self) -> dict[str, str]:
        """Return them for sending.

        Raises
        ------
        InputError
            A name or a value cannot be sent, or belongs to the connection.
        """
        sent: dict[str, str] = {}
        for name, value in self.plain:
            if name.lower() in _SECRET:
                raise InputError(
                    f"The header {name} holds a secret.", next_step="Give it as the secret; it is then kept nowhere."
                )
            sent[_checked_name(name)] = _checked_value(name, value)
        if self.secret is not None:
            name, value = self.secret
            sent[_checked_name(name)] = _checked_value(name, value)
        return sent


def _checked_name(name: str) -> str:
    if not _HEADER.fullmatch(name) or name.lower() in _OURS:
        raise InputError(
            f"'{name[:40]}' cannot be sent as a header.", next_step="Choose another name, or leave it out."
        )
    return name


def _checked_value(name: str, value: str) -> str:
    value = value.strip()
    if re.search(r"[^\x20-\x7e\x80-\xff\t]", value) or len(value) > 8_192:
        raise InputError(
            f"The value of the header {name} holds a sign that cannot be sent, or is too long.",
            next_step="Copy it again, as one line.",
        )
    return value


class StatusError(DataError):
    """A server answers, but not with what was asked for.

    Parameters
    ----------
    status : int
        As HTTP numbers it.
    what, next_step : str
        As in ``FairwayError``.
    """

    def __init__(self, status: int, what: str, *, next_step: str) -> None:
        super().__init__(what, next_step=next_step)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """What a server answered.

    Parameters
    ----------
    url : str
        Where the answer came from, after redirects.
    headers : mapping
        Names in lower case.
    body : bytes
        Empty where it was written to a file.
    measured : bool
        Whether the server said how long the answer is, so that a cut would have been noticed.
    whole : bool
        Whether all of it was taken.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    measured: bool = True
    whole: bool = True


class Client:
    """A guarded client for the time of one source.

    Parameters
    ----------
    reach : Reach
    headers : Headers
        Sent to the server of the first address alone.
    seconds : float, optional
        For everything together. Default: those of a look, or of a whole source.
    idle : float
        Seconds without a byte after which a server has gone away.
    lookup : callable, optional
        Default: the system's.
    """

    def __init__(
        self,
        reach: Reach,
        headers: Headers | None = None,
        *,
        seconds: float | None = None,
        idle: float = WEB_IDLE_SECONDS,
        lookup: Lookup | None = None,
    ) -> None:
        self._headers = (headers or Headers()).checked()
        self._look = reach.look
        self._watch = Watch(seconds or (WEB_LOOK_SECONDS if reach.look else WEB_SECONDS), reach.should_stop)
        self._guard = Guard(self._watch, bool(reach.private_network), lookup, idle)
        self._report = reach.report
        self._first: tuple[str, str, int] | None = None
        self._site: tuple[str, str, int] | None = None
        self._pool: urllib3.HTTPConnectionPool | None = None

    def __enter__(self) -> "Client":
        self._watch.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._watch.__exit__(kind, error, trace)

    def fetch(self, url: str, *, most: int, accept: str = "*/*") -> Answer:
        """Return what stands at an address, in memory.

        Parameters
        ----------
        url : str
        most : int
            Largest size in bytes, unpacked; a look takes less.
        accept : str
            What is wanted.

        Returns
        -------
        Answer

        Raises
        ------
        FairwayError
            The address may not be reached, or the server refuses, goes away or sends too much.
        """
        most = min(most, WEB_LOOK_BYTES) if self._look else most
        with self._answered(url, accept) as (place, answer):
            body = b"".join(body_of(answer, self._watch, most=most))
            return Answer(place.url, _named(answer), body, _measured(answer))

    def pieces(self, url: str, *, most: int) -> Iterator[bytes]:
        """Give what stands at an address in pieces; as :meth:`fetch` otherwise."""
        with self._answered(url, "*/*") as (_place, answer):
            yield from body_of(answer, self._watch, most=most)

    def ask(self, url: str) -> Answer:
        """Return what a server says of an address, without what stands there; as :meth:`fetch` otherwise."""
        with self._answered(url, "*/*", method="HEAD") as (place, answer):
            return Answer(place.url, _named(answer))

    def download(self, url: str, path: Path, *, most: int) -> Answer:
        """Write what stands at an address to a file; the file is gone again where not all of it came.

        Of a large file a look takes the beginning.

        Parameters
        ----------
        url : str
        path : Path
        most : int
            Largest size in bytes, unpacked.

        Returns
        -------
        Answer

        Raises
        ------
        FairwayError
            As :meth:`fetch`.
        """
        try:
            with self._answered(url, "*/*") as (place, answer), path.open("wb") as file:
                expected = _length(answer)
                written = 0
                for piece in body_of(answer, self._watch, most=most):
                    file.write(piece)
                    written += len(piece)
                    if self._look and written > PREVIEW_WHOLE_BYTES:
                        return Answer(place.url, _named(answer), measured=_measured(answer), whole=False)
                    share = min(0.99, written / expected) if expected else 0.0
                    self._report(share, f"{written / 1_000_000:,.1f} MB read")
                return Answer(place.url, _named(answer), b"", _measured(answer))
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.close()
        self._pool = None

    @contextmanager
    def _answered(self, url: str, accept: str, method: str = "GET") -> Iterator[tuple[Place, urllib3.BaseHTTPResponse]]:
        """Follow redirects and wait where asked to, until there is something to read."""
        place = parse(url)
        self._first = self._first or place.site
        redirects = waits = 0
        while True:
            answer = self._asked(place, accept, method)
            try:
                if answer.status in MOVED and (leads := answer.headers.get("location")):
                    redirects += 1
                    place = _next_place(place, leads, redirects)
                elif answer.status in BUSY and waits < PATIENCE:
                    waits += 1
                    self._pause(answer, place, waits)
                elif answer.status == 200:
                    yield place, answer
                    return
                else:
                    raise _refusal(answer.status, place.host)
            finally:
                answer.close()
                answer.release_conn()

    def _asked(self, place: Place, accept: str, method: str) -> urllib3.BaseHTTPResponse:
        self._watch.check()
        headers = {"User-Agent": AGENT, "Accept": accept, "Accept-Encoding": "gzip"}
        if place.site == self._first:
            headers |= self._headers
        if self._pool is None or self._site != place.site:
            # One open connection at a time: the one that is watched over.
            self._close()
            self._site, self._pool = place.site, pool(self._guard, *place.site)
        try:
            return self._pool.urlopen(
                method, place.target, headers=headers, retries=False, redirect=False, preload_content=False
            )
        except FairwayError:
            raise
        except SSLError as error:
            self._watch.check()
            raise DataError(
                f"{place.host} cannot prove who it is: its certificate is not valid, or it does not speak TLS.",
                next_step="Check the address; whoever runs that server has to put it right.",
            ) from error
        except (HTTPError, OSError, ValueError) as error:
            self._watch.check()
            raise DataError(
                f"{place.host} was reached, but gave no proper answer.",
                next_step="Check the address, or try again in a while.",
            ) from error

    def _pause(self, answer: urllib3.BaseHTTPResponse, place: Place, waits: int) -> None:
        seconds = _asked_to_wait(answer.headers.get("retry-after", "")) or PAUSE * waits
        if seconds >= self._watch.left:
            raise _refusal(answer.status, place.host)
        self._report(0.0, f"{place.host} asks to wait {seconds:,.0f} seconds")
        self._watch.wait(seconds)


def _next_place(place: Place, leads: str, redirects: int) -> Place:
    if redirects > WEB_REDIRECTS:
        raise DataError(
            f"The address leads on more than {WEB_REDIRECTS} times.", next_step="Give the address it ends at."
        )
    # Servers may send other bytes than ASCII here; they come as Latin-1.
    leads = leads.encode("latin-1", "replace").decode("utf-8", "replace")
    following = parse(urljoin(place.url, leads).partition("#")[0])
    if place.scheme == "https" and following.scheme == "http":
        raise DataError(
            "The address leads from a protected connection (https) to one that is not (http).",
            next_step="Ask whoever runs that server, or download the file yourself.",
        )
    return following


def _refusal(status: int, host: str) -> StatusError:
    said = _REFUSALS.get(status)
    if said is not None:
        return StatusError(status, said[0].format(host=host), next_step=said[1])
    if status >= 500:
        return StatusError(status, f"{host} has a fault of its own ({status}).", next_step="Try again in a while.")
    return StatusError(status, f"{host} answers {status} instead of a table.", next_step="Check the address.")


def _asked_to_wait(said: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float:
    """Return the seconds a server asks to wait, as a number or until a moment; 0 where it does not say."""
    said = said.strip()
    if re.fullmatch(r"\d{1,9}", said):
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now()).total_seconds())


def _length(answer: urllib3.BaseHTTPResponse) -> int:
    said = answer.headers.get("content-length", "")
    return int(said) if said.isdigit() and not answer.headers.get("content-encoding") else 0


def _named(answer: urllib3.BaseHTTPResponse) -> dict[str, str]:
    return {name.lower(): answer.headers[name] for name in answer.headers}


def _measured(answer: urllib3.BaseHTTPResponse) -> bool:
    chunked = "chunked" in answer.headers.get("transfer-encoding", "").lower()
    packed = bool(answer.headers.get("content-encoding"))
    return chunked or packed or answer.headers.get("content-length", "").isdigit()
