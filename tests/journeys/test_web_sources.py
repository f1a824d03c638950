"""Tables come from the web into projects, by mouse: a file, the records of an API, a table of a page."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import walk
from tests.webserver import Call, Handler, Site, started

ORDERS = [
    {"id": number, "customer": {"age": 20 + number % 40}, "late": "yes" if number % 3 else "no"}
    for number in range(1, 121)
]
TOKEN = "Bearer s3cret token"


@pytest.fixture
def settings() -> dict[str, str]:
    """The site of these journeys stands on this machine."""
    return {"FAIRWAY_PRIVATE_NETWORK": "1"}


@pytest.fixture
def site() -> Iterator[Site]:
    server, made = started()
    yield made
    server.shutdown()
    server.server_close()


def towns(rows: int) -> bytes:
    lines = [f"T{number:03d},{1_000 + number * 7},{'yes' if number % 3 else 'no'}" for number in range(rows)]
    return "\n".join(["town,people,coast", *lines]).encode()


def read(page: Page) -> str:
    """Read the table of the form, and return the project it is in."""
    walk.press(page, "Read the table")
    walk.title(page, "Frame")
    return walk.project_of(page)


def test_a_file_at_an_address_is_read_and_read_again(open_page: Callable[..., Page], site: Site) -> None:
    url = site.serve("/towns.csv", towns(90))
    page = open_page()
    form = walk.open_form(page, "File at an address")
    walk.fill(page, "Address", "ftp://example.org/towns.csv")
    walk.press(page, "Preview")
    expect(form.get_by_text("Only addresses that begin with http:// or https:// are read.")).to_be_visible()
    walk.fill(page, "Address", site.url("/nothing.csv"))
    walk.press(page, "Preview")
    expect(form.get_by_text("has nothing at this address (404)")).to_be_visible()
    walk.fill(page, "Address", url)
    walk.press(page, "Preview")
    expect(form.get_by_text("towns.csv: 90 rows, 3 columns. Nothing is kept yet.")).to_be_visible()
    project = read(page)

    walk.open_source(page, project)
    expect(page.get_by_text("90 × 3").first).to_be_visible()
    site.serve("/towns.csv", towns(96))
    walk.press(page, "Refresh")
    walk.press(page, "Read it again")
    expect(page.get_by_text("96 rows, 6 more than before.")).to_be_visible(timeout=60_000)
    walk.press(page, "Use the new table")
    expect(page.get_by_text("96 × 3").first).to_be_visible()


def test_the_records_of_an_api_are_read_page_by_page(open_page: Callable[..., Page], site: Site) -> None:
    def orders(handler: Handler, call: Call) -> None:
        if call.headers.get("authorization") != TOKEN:
            handler.answer(b"", 401, {})
            return
        begin = 50 * (int(call.query["page"]) - 1)
        records = json.dumps({"data": {"items": ORDERS[begin : begin + 50]}}).encode()
        handler.answer(records, 200, {"Content-Type": "application/json"})

    site.pages["/v1/orders"] = orders
    url = site.url("/v1/orders")
    page = open_page(width=1024, color_scheme="dark")
    form = walk.open_form(page, "JSON API")
    walk.fill(page, "Address", url)
    walk.fill(page, "Path to the records", "data.items")
    form.get_by_text("Page number", exact=True).click()
    walk.press(page, "Preview")
    expect(form.get_by_text("127.0.0.1 asks who is calling (401). Give the token")).to_be_visible()
    form.get_by_text("Bearer token", exact=True).click()
    walk.settle(page)
    walk.fill(page, "Token", TOKEN.removeprefix("Bearer "))
    walk.press(page, "Preview")
    expect(form.get_by_text(re.compile(r": 50 rows, 3 columns\. Nothing is kept yet"))).to_be_visible()
    project = read(page)

    walk.open_source(page, project)
    expect(page.get_by_text("120 × 3").first).to_be_visible()
    expect(page.get_by_text("Nested fields became columns of their own").first).to_be_visible()
    assert [call.query["page"] for call in site.calls][-4:] == ["1", "2", "3", "4"]


def test_one_table_of_a_page_is_chosen_and_read(open_page: Callable[..., Page], site: Site) -> None:
    rows = "".join(f"<tr><td>T{n}</td><td>{n * 3}</td><td>{'yes' if n % 4 else 'no'}</td></tr>" for n in range(80))
    head = "<tr><th>Town</th><th>Height</th><th>Coast</th></tr>"
    small = "<table><tr><th>Year</th><th>Trips</th></tr><tr><td>2023</td><td>4</td></tr></table>"
    html = f"<html><body><h1>Statistics</h1>{small}<table>{head}{rows}</table></body></html>"
    url = site.serve("/statistics", html.encode(), Content_Type="text/html; charset=utf-8")
    empty = site.serve("/empty", b"<html><body><p>Nothing.</p></body></html>", Content_Type="text/html")
    page = open_page()
    form = walk.open_form(page, "Table of a page")
    walk.fill(page, "Address of the page", empty)
    walk.press(page, "List its tables")
    expect(form.get_by_text("This page has no table of at least two rows.")).to_be_visible()
    walk.fill(page, "Address of the page", url)
    walk.press(page, "List its tables")
    box = form.get_by_role("combobox", name="Its 2 tables")
    box.click()
    page.get_by_role("option", name=re.compile("Town, Height, Coast")).click()
    walk.press(page, "Preview")
    expect(form.get_by_text(re.compile(r": 80 rows, 3 columns\. Nothing is kept yet"))).to_be_visible()
    project = read(page)
    walk.open_source(page, project)
    expect(page.get_by_text("80 × 3").first).to_be_visible()
