"""Every view of the Data screen on a sample, and the rows behind a number."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Server
from tests.journeys.walk import press, settle, start_sample, title

pytestmark = pytest.mark.browser

SHOWN = {
    "Columns": "different values",
    "Missing": "No cell is missing",
    "Associations": "Which columns go together",
    "Rows": "The first 100 of 2,380 rows",
    "Groups": "Against shares known elsewhere",
    "Dictionary": "columns are described",
    "Source": "Fingerprint",
    "Overview": "Every column at a glance",
}


def test_each_view_of_the_data_and_the_rows_behind_a_number(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page()
    project = start_sample(page, "Boston")
    page.goto(f"{server.url}/data?project={project}")
    title(page, "Data")
    for view, words in SHOWN.items():
        page.locator(".st-key-data_view").get_by_text(view, exact=True).click()
        settle(page)
        expect(page.get_by_text(words).first).to_be_visible(timeout=30_000)
    press(page, re.compile("See the repeats"))
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("6 of 2,380 mortgage applications")).to_be_visible(timeout=30_000)
