"""The tables of a web page: listed, one chosen, its cells brought as text for the reader to judge."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field

from core.data.options import ReadOptions
from core.data.sources.guarded import Client
from core.data.sources.secrets import Carrier, equipped, refuse_secrets
from core.data.sources.source import Acquired, Origin, Reach
from core.data.sources.web_file import charset
from core.errors import DataError, LimitError
from core.limits import WEB_ANSWER_BYTES, WEB_TABLES

GRID_CELLS: Final = 5_000_000
"""Most cells of a table once its merged cells are written out."""
SPAN: Final = 1_000
"""Widest cell that is believed, as browsers hold it."""
_SILENT: Final = {"script", "style", "noscript", "template", "table"}
_BREAKS: Final = {"br", "p", "div", "li"}


class HtmlOrigin(Origin):
    """A table of a web page.

    Parameters
    ----------
    url : str
    position : int
        Which of its tables, from 1.
    head : tuple of str
        Names of its columns when it was chosen; finds it again where tables were put before it.
    secret_in, secret_name, secret_prefix : str
        As in :class:`UrlOrigin`.
    """

    kind: Literal["page"] = "page"
    url: str
    position: int = Field(default=1, ge=1)
    head: tuple[str, ...] = ()
    secret_in: Carrier = "none"
    secret_name: str = ""
    secret_prefix: str = ""

    def words(self) -> str:
        """Say where the table came from."""
        return f"Table {self.position} of a page of {urlsplit(self.url).hostname or 'the web'}"

    @property
    def needs_secret(self) -> bool:
        """Whether a secret goes along in a header or parameter."""
        return self.secret_in != "none"


@dataclass(frozen=True, eq=False)
class PageTable:
    """One table of a page.

    Parameters
    ----------
    title : str
        Its caption; empty where it has none.
    head : tuple of str
        Names of the columns, or the cells of the first row.
    headed : bool
        Whether the page marks them as names.
    rows : tuple of tuple of str
        Below the head.
    """

    title: str
    head: tuple[str, ...]
    headed: bool
    rows: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> str:
        """Say what it is, in one line."""
        count = len(self.rows) + (not self.headed)
        names = ", ".join(name or "…" for name in self.head[:4]) + (", …" if len(self.head) > 4 else "")
        lead = f"{self.title}: " if self.title else ""
        return f"{lead}{count:,} × {len(self.head):,} ({names})"


def tables_of(origin: HtmlOrigin, reach: Reach) -> list[PageTable]:
    """Fetch a page and list its tables; nothing else is fetched, and nothing in it is run.

    Parameters
    ----------
    origin : HtmlOrigin
    reach : Reach

    Returns
    -------
    list of PageTable
        Those of at least one column and two rows, the first `WEB_TABLES`.

    Raises
    ------
    FairwayError
        The page cannot be had, is no web page, or has no table.
    """
    refuse_secrets(origin.url)
    url, headers = equipped(
        origin.url.strip(), origin.secret_in, origin.secret_name, reach.secret, prefix=origin.secret_prefix
    )
    with Client(reach, headers) as client:
        answer = client.fetch(url, most=WEB_ANSWER_BYTES, accept="text/html, */*;q=0.5")
    return tables_in(answer.body, charset(answer))


def tables_in(body: bytes, encoding: str = "") -> list[PageTable]:
    """List the tables of a page.

    Parameters
    ----------
    body : bytes
    encoding : str
        What the server says; empty lets the page say it.

    Returns
    -------
    list of PageTable
    """
    from lxml import etree
    from lxml import html as pages

    parser = pages.HTMLParser(
        encoding=encoding or _stated(body), no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        document = pages.document_fromstring(body, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise DataError("At this address stands no web page.", next_step="Check the address.") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        # What lies deeper was left out, so that a table could be cut without a word.
        raise DataError(
            "This page is nested too deep to be read whole.", next_step="Look for a file or an API of that site."
        )
    found = []
    for element in document.iter("table"):
        table = _read(element)
        if table is not None:
            found.append(table)
        if len(found) == WEB_TABLES:
            break
    if not found:
        raise DataError(
            "This page has no table of at least two rows.",
            next_step="It may be drawn by a script, which is not run here; look for a file or an API of that site.",
        )
    return found


def acquire(origin: HtmlOrigin, reach: Reach) -> Acquired:
    """Bring a table of a web page.

    Parameters
    ----------
    origin : HtmlOrigin
    reach : Reach

    Returns
    -------
    Acquired
        A text file, so that numbers and dates are judged as in any file a user brings.

    Raises
    ------
    FairwayError
        The page cannot be had, or has no such table.
    """
    tables = tables_of(origin, reach)
    table, warnings = _chosen(tables, origin)
    path = _written(table, reach.folder / "page.csv")
    name = table.title or f"Table {origin.position} of {urlsplit(origin.url).hostname}"
    shown = " ".join("".join(sign for sign in name if sign.isprintable() and sign not in "/\\").split())[:80]
    options = ReadOptions(encoding="utf-8", delimiter=",", header=True if table.headed else None)
    return Acquired(path, f"{shown or 'Table'}.csv", options, tuple(warnings))


def _chosen(tables: list[PageTable], origin: HtmlOrigin) -> tuple[PageTable, list[str]]:
    here = tables[origin.position - 1] if origin.position <= len(tables) else None
    if here is not None and (not origin.head or here.head == origin.head):
        return here, []
    moved = [place for place, table in enumerate(tables, start=1) if origin.head and table.head == origin.head]
    if len(moved) == 1:
        return tables[moved[0] - 1], [f"The table now stands at place {moved[0]} of the page."]
    if here is None:
        raise DataError(
            f"The page has {len(tables):,} table{'s' if len(tables) > 1 else ''}, and none at place {origin.position}.",
            next_step="Choose one of those that are there.",
        )
    return here, ["The table at this place has other columns than when it was chosen."]


def _written(table: PageTable, path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(table.head)
        writer.writerows(table.rows)
    return path


def _stated(body: bytes) -> str | None:
    """Return UTF-8 where the bytes are that; ``None`` lets the page's own statement count."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _read(element: Any) -> PageTable | None:
    grid, marks = _grid(element)
    wide = max((len(row) for row in grid), default=0)
    rows = [tuple(row + [""] * (wide - len(row))) for row in grid]
    kept = [(row, mark) for row, mark in zip(rows, marks, strict=True) if any(row)]
    heads = 0
    while heads < len(kept) - 1 and kept[heads][1]:
        heads += 1
    rows = [row for row, _ in kept]
    if len(rows) < 2 or not wide:
        return None
    head = _joined(rows[:heads]) if heads else rows[0]
    caption = element.find("caption")
    title = "" if caption is None else _text(caption)[:120]
    return PageTable(title, head, heads > 0, tuple(rows[heads or 1 :]))


def _joined(rows: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Join the lines of a head, column by column; a name that spans several lines counts once."""
    names = []
    for cells in zip(*rows, strict=True):
        parts = [cell for place, cell in enumerate(cells) if cell and cell not in cells[:place]]
        names.append(" / ".join(parts))
    return tuple(names)


def _grid(element: Any) -> tuple[list[list[str]], list[bool]]:
    """Write a table out, merged cells repeated; says of each row whether it is part of the head."""
    grid: list[list[str]] = []
    marks: list[bool] = []
    open_cells: dict[int, tuple[int, str]] = {}
    room = GRID_CELLS
    for row in _rows_of(element):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        line: list[str] = []
        following: dict[int, tuple[int, str]] = {}
        for cell in cells:
            _carry(line, open_cells, following)
            text = _text(cell)
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            for _ in range(across):
                if down > 1:
                    following[len(line)] = (down - 1, text)
                line.append(text)
            room -= across
            if room < 0:
                raise LimitError(
                    f"A table of this page has more than {GRID_CELLS:,} cells.", next_step="Look for a file of it."
                )
        _carry(line, open_cells, following)
        room -= len(line)
        open_cells = following
        grid.append(line)
        in_head = row.getparent() is not None and row.getparent().tag == "thead"
        marks.append(in_head or (bool(cells) and all(cell.tag == "th" for cell in cells)))
    return grid, marks


def _carry(line: list[str], above: dict[int, tuple[int, str]], following: dict[int, tuple[int, str]]) -> None:
    """Put cells that reach down from the rows above where they stand."""
    while len(line) in above:
        left, text = above[len(line)]
        if left > 1:
            following[len(line)] = (left - 1, text)
        line.append(text)


def _rows_of(element: Any) -> list[Any]:
    """Return the rows of a table, those of tables within it left out; the head first, the foot last."""
    parts: dict[str, list[Any]] = {"thead": [], "tbody": [], "tfoot": []}
    for child in element:
        if child.tag == "tr":
            parts["tbody"].append(child)
        elif child.tag in parts:
            parts[child.tag] += [row for row in child if row.tag == "tr"]
    return parts["thead"] + parts["tbody"] + parts["tfoot"]


def _span(cell: Any, name: str) -> int:
    said = (cell.get(name) or "1").strip()
    return max(1, min(SPAN, int(said))) if said.isdecimal() and len(said) < 10 else 1


def _text(cell: Any) -> str:
    parts: list[str] = []

    def collect(element: Any) -> None:
        parts.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str) and child.tag not in _SILENT:
                if child.tag in _BREAKS:
                    parts.append(" ")
                collect(child)
            parts.append(child.tail or "")

    collect(cell)
    return " ".join("".join(parts).split())
