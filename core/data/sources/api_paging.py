"""How the following page of an API is found, and how a server that never ends is noticed."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from core.data.sources.addresses import parse
from core.data.sources.api_path import value_at
from core.data.sources.guarded import Answer
from core.data.sources.secrets import with_parameter
from core.errors import DataError, InputError

if TYPE_CHECKING:
    from core.data.sources.api import ApiOrigin

_REPEATED = "The server led back to a page that was read already; reading ended there."
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\",;\s]+))?)*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"(?:[^\"]*\s)?next(?:\s[^\"]*)?\"|next(?=\s|;|$))", re.I)


class Pager:
    """One page, and no other.

    Parameters
    ----------
    origin : ApiOrigin
    url : str
        With the secret where it goes into the address.
    """

    def __init__(self, origin: "ApiOrigin", url: str) -> None:
        self.origin = origin
        self.url = url
        self.ended = ""
        self._seen: set[str] = {url}

    @property
    def first(self) -> str:
        """Address of the first page."""
        return self.url

    def following(self, document: Any, answer: Answer, filled: bool) -> str | None:
        """Return the address of the following page, ``None`` after the last.

        Parameters
        ----------
        document : object
            The page that was read.
        answer : Answer
        filled : bool
            Whether it held records.

        Raises
        ------
        DataError
            It lies on another server.
        """
        return None

    def _new(self, key: str, url: str) -> str | None:
        if key in self._seen:
            self.ended = _REPEATED
            return None
        self._seen.add(key)
        return url

    def _on_this_server(self, answer: Answer, leads: str) -> str:
        url = urljoin(answer.url, leads)
        if parse(url).site not in (parse(self.url).site, parse(answer.url).site):
            raise DataError(
                "The following page lies on another server.", next_step="Give that server's address, or read one page."
            )
        if self.origin.secret_in == "parameter":
            name = self.origin.secret_name
            given = re.search(rf"[?&]{re.escape(name)}=", self.url)
            if given and not re.search(rf"[?&]{re.escape(name)}=", url):
                # Most servers leave the secret out of the addresses they give.
                from urllib.parse import parse_qs, urlsplit

                url = with_parameter(url, name, parse_qs(urlsplit(self.url).query)[name][0])
        return url


class _ByNumber(Pager):
    """Pages by number, or by the number of records before."""

    def __init__(self, origin: "ApiOrigin", url: str) -> None:
        if not origin.page_parameter:
            raise InputError(
                "The parameter with the page's number has no name.", next_step="Name it, such as page or offset."
            )
        super().__init__(origin, url)
        self._number = origin.page_start

    @property
    def first(self) -> str:
        return with_parameter(self.url, self.origin.page_parameter, str(self._number))

    def following(self, document: Any, answer: Answer, filled: bool) -> str | None:
        if not filled:
            return None
        self._number += self.origin.page_step
        return self.first


class _ByCursor(Pager):
    """Pages by a value that each answer gives for the following one."""

    def following(self, document: Any, answer: Answer, filled: bool) -> str | None:
        try:
            cursor = value_at(document, self.origin.cursor_path)
        except KeyError:
            return None
        if cursor in (None, "", False) or not isinstance(cursor, (str, int)):
            return None
        if self.origin.cursor_parameter:
            value = str(cursor)
            return self._new(value, with_parameter(self.url, self.origin.cursor_parameter, value))
        url = self._on_this_server(answer, str(cursor))
        return self._new(url, url)


class _ByLink(Pager):
    """Pages by the ``Link`` header (RFC 8288)."""

    def following(self, document: Any, answer: Answer, filled: bool) -> str | None:
        leads = next_link(answer.headers.get("link", ""))
        if leads is None:
            return None
        url = self._on_this_server(answer, leads)
        return self._new(url, url)


def next_link(header: str) -> str | None:
    """Return the address of ``rel="next"`` in a ``Link`` header."""
    return next((link[1] for link in _LINK.finditer(header[:16_384]) if _NEXT.search(link[2])), None)


def pager_for(origin: "ApiOrigin", url: str) -> Pager:
    """Return what finds the pages of an origin."""
    kinds: dict[str, type[Pager]] = {"none": Pager, "page": _ByNumber, "cursor": _ByCursor, "link": _ByLink}
    return kinds[origin.paging](origin, url)
