"""Where a secret goes in a call, and which parts of an address are one."""

import re
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from core.data.sources.guarded import Headers
from core.errors import InputError

Carrier = Literal["none", "header", "parameter"]
"""Whether a secret is sent, and where."""

_HIDDEN: Final = re.compile(
    r"(x-amz-|x-goog-)?signature|sig|(access|auth|api|id|private)?[_-]?token|(api|access|auth|subscription)?[_-]?key"
    r"|(client[_-]?)?secret|passw(or)?d|pwd|auth",
    re.I,
)


def part_secret(url: str) -> tuple[str, str, str]:
    """Take a parameter that is a secret out of an address.

    Parameters
    ----------
    url : str

    Returns
    -------
    url, name, secret : str
        The address without it, the parameter's name and its value; the last two are empty where there is none.

    Raises
    ------
    InputError
        More than one parameter looks like a secret.
    """
    try:
        parts = urlsplit(url.strip())
        given = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url, "", ""
    hidden = [(name, value) for name, value in given if value and _HIDDEN.fullmatch(name)]
    if not hidden:
        return url, "", ""
    if len(hidden) > 1:
        names = ", ".join(name for name, _ in hidden[:5])
        raise InputError(
            f"The address holds several secrets: {names}.", next_step="Give an address with one of them at most."
        )
    rest = [pair for pair in given if pair not in hidden]
    return urlunsplit(parts._replace(query=urlencode(rest))), *hidden[0]


def refuse_secrets(url: str) -> None:
    """Refuse an address to be kept that holds a secret."""
    _, name, _ = part_secret(url)
    if name:
        raise InputError(
            f"The address holds a secret: {name}.", next_step="Give it as the secret; it is then kept nowhere."
        )


def with_parameter(url: str, name: str, value: str) -> str:
    """Return an address with a parameter set; one of the same name is replaced."""
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    return urlunsplit(parts._replace(query=urlencode([*kept, (name, value)])))


def equipped(
    url: str, carrier: Carrier, name: str, secret: str, *, plain: tuple[tuple[str, str], ...] = (), prefix: str = ""
) -> tuple[str, Headers]:
    """Return the address to call and the headers to send, the secret in its place.

    Raises
    ------
    InputError
        A secret is needed and missing, or has no name.
    """
    if carrier == "none":
        return url, Headers(plain)
    if not name:
        raise InputError("The secret has no name to be sent under.", next_step="Name the header or the parameter.")
    if not secret:
        raise InputError(f"The value of {name} is missing.", next_step="Give it again; it is kept nowhere.")
    if carrier == "parameter":
        return with_parameter(url, name, secret), Headers(plain)
    return url, Headers(plain, (name, f"{prefix}{secret}"))
