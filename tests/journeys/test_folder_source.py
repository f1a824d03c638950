"""A file larger than a browser may send becomes a project by mouse, from the folder of the server."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.limits import UPLOAD_BYTES
from tests.journeys import walk

LINES = 500
"""Lines that are written again and again."""


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Open a folder with one file of more than 200 MB."""
    place = tmp_path_factory.mktemp("files")
    block = "".join(f"{n};{n % 97},5;{'x' * 600};{'yes' if n % 50 == 0 else 'no'}\n" for n in range(LINES)).encode()
    with (place / "visits.csv").open("wb") as file:
        file.write(b"visit;weight;note;stays\n")
        while file.tell() <= UPLOAD_BYTES:
            file.write(block)
    return {"FAIRWAY_FILES": str(place)}


def test_a_file_beyond_what_a_browser_sends_is_read_from_the_folder(open_page: Callable[..., Page]) -> None:
    page = open_page()
    dialog = walk.open_form(page, "File on this server")
    walk.choose(page, "File", "visits.csv")
    expect(dialog.get_by_text(re.compile(r"visits\.csv: 200\.\d MB"))).to_be_visible()
    expect(dialog.get_by_text(re.compile("The first [\\d,]+ rows were looked at"))).to_be_visible()
    walk.press(page, "Read the table")
    page.wait_for_url("**/frame?*", timeout=180_000)
    walk.title(page, "Frame")
    walk.choose(page, "Outcome", "stays")
    walk.open_source(page, walk.project_of(page))
    expect(page.get_by_text("visits.csv from the folder of this server")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile(r"a random sample of 250,000 of 3\d\d,\d00 rows"))).to_be_visible(timeout=60_000)
    walk.press(page, "Refresh")
    walk.press(page, "Read it again")
    expect(page.get_by_text("Nothing changed")).to_be_visible(timeout=180_000)
