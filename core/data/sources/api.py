"""A JSON API: its pages fetched one after the other, their records brought as a table."""

from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

from core.data.sources.addresses import parse
from core.data.sources.api_paging import Pager, pager_for
from core.data.sources.api_path import decoded, records_in
from core.data.sources.guarded import Client, StatusError
from core.data.sources.secrets import Carrier, equipped, refuse_secrets
from core.data.sources.source import Acquired, Origin, Reach
from core.data.sources.wire import StoppedError
from core.errors import DataError
from core.limits import API_PAGES, API_ROWS, WEB_ANSWER_BYTES

Paging = Literal["none", "page", "cursor", "link"]
ACCEPT = "application/json, */*;q=0.5"


class ApiOrigin(Origin):
    """A JSON API and how it is read; ``kind``, ``url`` and the secret's place as in :class:`UrlOrigin`.

    Parameters
    ----------
    url : str
        Of the first page, without a secret.
    headers : tuple of (str, str)
        Sent along; no secrets.
    secret_in, secret_name, secret_prefix : str
        Where the reach's secret goes, and what is written before it, such as ``"Bearer "``.
    records : str
        Path to the list of records, such as ``"data.items"``; empty looks for it.
    paging : {"none", "page", "cursor", "link"}
        How the following page is found: by a number, by a value in the answer, by the ``Link`` header.
    page_parameter, page_start, page_step
        Parameter that holds the number, its first value, and how it grows (by 1, or by the page's size for an offset).
    cursor_path : str
        Path to the value in the answer; it is a whole address, or goes into ``cursor_parameter``.
    cursor_parameter : str
    pages, rows : int
        Where reading ends at the latest.
    """

    kind: Literal["api"] = "api"
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    secret_in: Carrier = "none"
    secret_name: str = ""
    secret_prefix: str = ""
    records: str = ""
    paging: Paging = "none"
    page_parameter: str = "page"
    page_start: int = Field(default=1, ge=0)
    page_step: int = Field(default=1, ge=1)
    cursor_path: str = "next"
    cursor_parameter: str = ""
    pages: int = Field(default=API_PAGES, ge=1)
    rows: int = Field(default=API_ROWS, ge=1)

    def words(self) -> str:
        """Say where the records came from."""
        parts = urlsplit(self.url)
        return f"JSON API of {parts.hostname or 'the web'}, {parts.path or '/'}"

    @property
    def needs_secret(self) -> bool:
        """Whether a secret goes along in a header or parameter."""
        return self.secret_in != "none"


def acquire(origin: ApiOrigin, reach: Reach) -> Acquired:
    """Fetch the records of a JSON API, page by page.

    Parameters
    ----------
    origin : ApiOrigin
    reach : Reach
        A stop keeps the pages that came whole, and says so.

    Returns
    -------
    Acquired
        A Parquet file: one row a record, nested fields by their path.

    Raises
    ------
    FairwayError
        A page cannot be had or read, or there are no records; nothing is left then.
    """
    from core.data.sources.api_rows import Spool

    refuse_secrets(origin.url)
    url, headers = equipped(
        origin.url.strip(),
        origin.secret_in,
        origin.secret_name,
        reach.secret,
        plain=origin.headers,
        prefix=origin.secret_prefix,
    )
    most = min(origin.rows, API_ROWS)
    warnings: list[str] = []
    with Client(reach, headers) as client, Spool(reach.folder, most) as spool:
        try:
            for records, said in _pages(origin, client, url):
                warnings += [one for one in said if one not in warnings]
                for record in records:
                    spool.take(record)
                reach.report(min(0.99, spool.rows / most), f"{spool.rows:,} records read")
                if spool.full:
                    break
        except StoppedError:
            if not spool.rows:
                raise
            warnings.append(f"Stopped after {spool.rows:,} records; the server may have more.")
    if spool.full:
        warnings.append(f"Reading ended at {most:,} records; the server may have more.")
    path = spool.to_parquet()
    host = parse(origin.url).host
    return Acquired(path, f"{_name(origin)} of {host}.parquet", warnings=(*warnings, *spool.warnings))


def _pages(origin: ApiOrigin, client: Client, url: str) -> Iterator[tuple[list[Any], list[str]]]:
    """Give the records of each page, with what is to be said of it."""
    pager: Pager = pager_for(origin, url)
    following: str | None = pager.first
    before: list[Any] | None = None
    number = 0
    most = min(origin.pages, API_PAGES)
    while following is not None:
        if number == most:
            yield [], [f"Reading ended at page {most:,}; the server may have more."]
            return
        number += 1
        try:
            answer = client.fetch(following, most=WEB_ANSWER_BYTES, accept=ACCEPT)
        except StatusError as error:
            # Beyond the last page some servers answer that there is nothing.
            if origin.paging == "page" and number > 1 and error.status == 404:
                return
            raise
        document = decoded(answer.body)
        records, said = records_in(document, origin.records)
        if number > 1 and records and records == before:
            yield [], ["The server gave the same page again; reading ended there."]
            return
        yield records, said
        before = records
        try:
            following = pager.following(document, answer, bool(records))
        except DataError as error:
            raise DataError(error.what, where=f"(Page {number:,}.)", next_step=error.next_step) from error
    if pager.ended:
        yield [], [pager.ended]


def _name(origin: ApiOrigin) -> str:
    last = urlsplit(origin.url).path.rstrip("/").rpartition("/")[2].removesuffix(".json")
    return "".join(sign for sign in last if sign.isalnum() or sign in " _-")[:60] or "Records"
