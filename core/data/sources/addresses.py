"""Which addresses a source may reach: names looked up once, every answer judged, odd ways to write one refused."""

import ipaddress
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, quote, urlsplit

from core.errors import DataError, InputError
from core.limits import WEB_CONNECT_SECONDS

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[..., list[tuple[Any, ...]]]
"""What :func:`socket.getaddrinfo` is."""

URL_CHARACTERS: Final = 4_096
WEB_PORTS: Final = {"http": 80, "https": 443}
LOW_PORTS: Final = 1_024
"""Ports below it, but the web's own, belong to other services: mail, shells, name servers."""

_CLOSED_4: Final = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",  # Azure's own machine behind every virtual one
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
    )
)
_INNER: Final = tuple(
    ipaddress.ip_network(block)
    for block in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
_METADATA: Final = tuple(
    ipaddress.ip_network(block)
    for block in ("fd00:ec2::/32", "fd20:ce::/32")  # where AWS and Google Cloud keep theirs among private addresses
)
_OPEN_6: Final = ipaddress.ip_network("2000::/3")
_CLOSED_6: Final = tuple(
    ipaddress.ip_network(block)
    for block in (
        "2001::/23",  # Teredo, ORCHID and other special uses
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
    )
)
_NUMBERED: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")


def is_open(address: Address) -> bool:
    """Whether an address belongs to the public internet, written in its own notation."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not any(address in block for block in _CLOSED_4)
    # 5efe marks an address that hides one of IPv4 in its last half (ISATAP).
    hides = address.packed[10:12] == b"\x5e\xfe" and address.packed[8:10] in (b"\x00\x00", b"\x02\x00")
    return address in _OPEN_6 and address.is_global and not hides and not any(address in block for block in _CLOSED_6)


def is_inner(address: Address) -> bool:
    """Whether an address is of this machine or of a private network, and neither link-local nor a cloud's own."""
    return any(address in block for block in _INNER) and not any(address in block for block in _METADATA)


def may_reach(address: Address, private: bool | None) -> bool:
    """Whether an address may be reached: see :func:`addresses_of`."""
    return bool(private) or is_open(address) or (private is None and is_inner(address))


@dataclass(frozen=True)
class Place:
    """A web address taken apart: where to connect, and what to ask for there.

    Parameters
    ----------
    scheme, host : str
        Host in lower case and ASCII; an address of IPv6 without its brackets.
    port : int
    target : str
        Path and query, as sent.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def site(self) -> tuple[str, str, int]:
        """What makes two places the same server."""
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        """The address again."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == WEB_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"


def parse(url: str) -> Place:
    """Take a web address apart.

    Parameters
    ----------
    url : str

    Returns
    -------
    Place

    Raises
    ------
    InputError
        It is no address of http or https, holds a password, or writes its host in an odd way.
    """
    url = url.strip()
    if len(url) > URL_CHARACTERS or re.search(r"[\x00-\x20\x7f\\]", url):
        raise InputError("This is not a web address.", next_step="It must be one line without spaces.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _not_an_address() from error
    if parts.scheme not in WEB_PORTS:
        raise InputError(
            "Only addresses that begin with http:// or https:// are read.", next_step="Write the whole address."
        )
    if "@" in parts.netloc:
        raise InputError(
            "The address holds a user name or a password.",
            next_step="Take it out of the address, and give it as the secret.",
        )
    host = _host(parts)
    if port == 0:
        raise _not_an_address()
    target = _encoded(parts.path or "/") + (f"?{_encoded(parts.query)}" if parts.query else "")
    return Place(parts.scheme, host, port or WEB_PORTS[parts.scheme], target)


def _host(parts: SplitResult) -> str:
    import idna

    host = (parts.hostname or "").rstrip(".")
    if not host or "%" in host:
        raise _not_an_address()
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as error:
            raise _not_an_address() from error
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise _not_an_address() from error
    if _NUMBERED.fullmatch(host.rpartition(".")[2]):
        # Browsers read 2130706433, 0x7f.1 and 127.1 as addresses, and not all libraries agree on which.
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise InputError(
                "The address writes its host in an unusual way.",
                next_step="Write the host by its name, or as four numbers such as 203.0.113.7.",
            ) from error
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise _not_an_address()
    return host


def _encoded(text: str) -> str:
    return quote(text, safe="/?:@!$&'()*+,;=%-._~[]")


def _not_an_address() -> InputError:
    return InputError("This is not a web address.", next_step="Write it as https://example.org/table.csv.")


def refused(host: str, private: bool | None = False) -> InputError:
    """Say that a place is not reached, and nothing of what stands there."""
    why = "does not reach into private networks from here"
    if private is None:
        why = "reaches only usual private addresses besides"
    return InputError(
        f"{host} is not on the public internet, and Fairway {why}.",
        next_step="Whoever runs Fairway can allow it by FAIRWAY_PRIVATE_NETWORK=1.",
    )


def addresses_of(
    host: str, port: int, *, private: bool | None, lookup: Lookup | None = None, seconds: float = WEB_CONNECT_SECONDS
) -> list[Address]:
    """Look a host up once, and judge every address it has.

    Parameters
    ----------
    host : str
        As :class:`Place` holds it.
    port : int
    private : bool or None
        True: every address is allowed; False: those of the public internet; ``None``: these, and those of this machine
        and of private networks, but no link-local ones and no metadata services of clouds.
    lookup : callable, optional
        Default: the system's.
    seconds : float
        How long the look-up may take.

    Returns
    -------
    list of IPv4Address or IPv6Address
        In the order of the answer; one of them is to be connected to, and no other.

    Raises
    ------
    InputError
        One of them may not be reached.
    DataError
        There is no such host.
    """
    if not private and port not in WEB_PORTS.values() and port < LOW_PORTS:
        raise InputError(
            f"Port {port} belongs to another kind of service.", next_step="Check the port, or leave it out."
        )
    try:
        found = [ipaddress.ip_address(host)]
    except ValueError:
        found = _looked_up(host, port, lookup or socket.getaddrinfo, seconds)
    if not all(may_reach(address, private) for address in found):
        raise refused(host, private)
    return found


def dial(
    host: str,
    port: int,
    *,
    private: bool | None,
    seconds: float,
    lookup: Lookup | None = None,
    begun: Callable[[socket.socket], None] | None = None,
) -> socket.socket:
    """Connect to an address of a host that was judged, and judge once more who answered.

    Parameters
    ----------
    host, port, private, lookup
        As :func:`addresses_of` takes them.
    seconds : float
        How long the look-up, and how long each address, may take.
    begun : callable, optional
        Is given each connection before it is made.

    Returns
    -------
    socket

    Raises
    ------
    InputError, DataError
        As :func:`addresses_of`.
    OSError
        None of its addresses answers.
    """
    fault = OSError("no address")
    for address in addresses_of(host, port, private=private, lookup=lookup, seconds=seconds):
        connection = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        try:
            connection.settimeout(seconds)
            if begun is not None:
                begun(connection)
            connection.connect((str(address), port))
            peer = ipaddress.ip_address(str(connection.getpeername()[0]).partition("%")[0])
            if peer != address or not may_reach(peer, private):
                raise refused(host, private)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        except OSError as error:
            connection.close()
            fault = error
        except BaseException:
            connection.close()
            raise
    raise fault


def _looked_up(host: str, port: int, lookup: Lookup, seconds: float) -> list[Address]:
    answer: list[tuple[Any, ...]] = []

    def ask() -> None:
        try:
            answer.extend(lookup(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            return

    # The system's look-up cannot be given a time limit of its own.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    found: list[Address] = []
    for _family, _type, _proto, _name, place in list(answer):
        # A scope such as %eth0 belongs to link-local addresses alone.
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if address not in found:
            found.append(address)
    if not found:
        raise DataError(f"There is no host named {host}, or it cannot be found from here.", next_step="Check its name.")
    return found
