"""A narrow window in the dark: the coach is a drawer, and what is settled there settles the project."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys import walk


def test_the_drawer_settles_a_finding_in_a_narrow_dark_window(open_page: Callable[..., Page]) -> None:
    page = open_page(width=1024, height=768, color_scheme="dark")
    walk.start_sample(page, "Boston, 1990")
    walk.press(page, "Continue to Data")
    walk.title(page, "Data")
    expect(page.locator(".st-key-coach")).to_be_hidden()
    walk.press(page, re.compile("^.*Coach · "))
    drawer = page.get_by_role("dialog")
    claim = drawer.get_by_role("heading", name=re.compile("is decided with the outcome"))
    expect(claim).to_be_visible()
    # light ink on the dark drawer: its red, green and blue are all high
    ink = claim.evaluate("node => getComputedStyle(node).color")
    assert min(int(part) for part in re.findall(r"\d+", ink)[:3]) > 180
    drawer.get_by_role("button", name="Leave it out").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    walk.settle(page)
    expect(page.get_by_text("must be settled before training")).to_have_count(0)
