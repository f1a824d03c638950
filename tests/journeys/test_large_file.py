"""A file too large to be read at once: its progress survives a refresh, and a stated sample is worked on."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Server
from tests.journeys.walk import choose, press, project_of, settle, title

ROWS = 900_000


def test_a_large_file_is_read_apart_and_sampled(server: Server, open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page()
    path = tmp_path / "visits.csv"
    with path.open("w") as file:
        file.write("visit,weight,stays\n")
        file.writelines(f"{n},{n % 97},{'yes' if n % 50 == 0 else 'no'}\n" for n in range(ROWS))
    title(page, "Projects")
    press(page, "Choose a file")
    page.locator('input[type="file"]').set_input_files(str(path))
    bring(page)
    page.wait_for_url("**/data?*", timeout=60_000)
    key = project_of(page)
    page.reload()
    title(page, "Frame")
    assert project_of(page) == key
    choose(page, "Outcome", "stays")
    page.goto(f"{server.url}/data?project={key}")
    title(page, "Data")
    expect(page.get_by_text("screens and models work on 250,000")).to_be_visible()
    expect(page.get_by_text("900,000", exact=True)).to_be_visible()
    expect(page.locator(".st-key-jobcard")).to_have_count(0, timeout=60_000)
    settle(page)
    page.get_by_role("radio", name="Source").click()
    settle(page)
    expect(page.get_by_text(re.compile("a random sample of 250,000 of 900,000 rows"))).to_be_visible(timeout=30_000)
    expect(page.get_by_text(re.compile("the shares of stays kept"))).to_be_visible()


def bring(page: Page) -> None:
    """Ask for the file as it was detected, where that is asked."""
    read = page.get_by_role("button", name="Read the table")
    page.wait_for_function(
        "() => location.pathname.startsWith('/data') || [...document.querySelectorAll('button')]"
        ".some(button => button.innerText.includes('Read the table'))",
        timeout=60_000,
    )
    if "/data" not in page.url:
        read.click()
