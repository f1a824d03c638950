"""A newer file of another shape, and a second table: both are seen in numbers before anything changes."""

import random
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys import walk


def write(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def customers(path: Path, *, rows: int, shift: float = 0.0, city: str = "Nice", newer: bool = False) -> Path:
    chance = random.Random(3)
    lines = []
    for number in range(rows):
        income = 50 + shift + 10 * chance.gauss(0, 1)
        left = "yes" if income + 10 * chance.gauss(0, 1) < 50 else "no"
        place = chance.choice(["Lyon", city])
        last = "yes" if newer else chance.choice(["basic", "plus"])
        lines.append(f"C{number:04d},{income:.1f},{place},{left},{last}")
    return write(path, f"customer,income,city,left,{'consent' if newer else 'plan'}", lines)


def shown(page: Page, text: str | re.Pattern[str]) -> None:
    # Reading, counting and comparing take their time on a busy machine.
    expect(page.get_by_text(text).first).to_be_visible(timeout=60_000)


def begin_refresh(page: Page) -> None:
    """Press Refresh once the card before is gone: a click on a page that is being redrawn is lost."""
    expect(page.locator(".st-key-refreshed")).to_have_count(0)
    walk.press(page, "Refresh")
    expect(page.locator(".st-key-refreshing_card")).to_be_visible()


def test_a_newer_file_with_another_schema_is_seen_before_it_is_taken(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    old = customers(tmp_path / "customers.csv", rows=300)
    new = customers(tmp_path / "newer.csv", rows=360, shift=12, city="Brest", newer=True)
    page = open_page(height=1400)
    project = walk.start_file(page, old)
    walk.open_source(page, project)
    begin_refresh(page)
    page.locator('.st-key-refreshing_card input[type="file"]').set_input_files(str(old))
    shown(page, "Nothing changed: the new table is the one that is here, value by value.")
    page.locator(".st-key-refreshed").get_by_role("button", name="Close").click()

    begin_refresh(page)
    page.locator('.st-key-refreshing_card input[type="file"]').set_input_files(str(new))
    shown(page, "360 rows, 60 more than before.")
    for sentence in ("New: consent.", "No longer there: plan.", re.compile("city: “Brest” .* came, “Nice” .* went")):
        shown(page, sentence)
    shown(page, re.compile("income: Median 4.* then, 6.* now, moved by 1"))
    shown(page, "Models learn without plan.")
    walk.press(page, "Keep the old one")
    shown(page, "300 × 5")

    begin_refresh(page)
    page.locator('.st-key-refreshing_card input[type="file"]').set_input_files(str(new))
    walk.press(page, "Use the new table")
    shown(page, "360 × 5")
    shown(page, "newer.csv")


def test_a_second_table_is_counted_joined_and_taken_back(open_page: Callable[..., Page], tmp_path: Path) -> None:
    first = customers(tmp_path / "customers.csv", rows=60)
    visits = [f"c{number % 50:04d},{number}.5" for number in range(100)]
    second = write(tmp_path / "visits.csv", "Customer,spent", visits)
    page = open_page(height=1400)
    project = walk.start_file(page, first)
    walk.open_source(page, project)
    walk.press(page, "Join a second table")
    page.locator('.st-key-joincard input[type="file"]').set_input_files(str(second))
    shown(page, "No row of the first table finds its key in the second.")
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_disabled()
    page.get_by_text(re.compile("Capital and small letters count alike .50 more rows find their key")).click()
    walk.settle(page)
    shown(page, re.compile("100 rows of the second table share 50 keys, so that rows of the first would be repeated"))
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_disabled()
    page.get_by_role("combobox", name="share a key").click()
    page.get_by_role("option", name="Mean of numbers").click()
    walk.settle(page)
    walk.press(page, "Join")
    shown(page, "60 × 7")
    shown(page, "10 of 60 rows have a key that the second table lacks; they are missing there.")

    later = write(tmp_path / "later.csv", "Customer,spent", [*visits, "c0055,7.5"])
    begin_refresh(page)
    shown(page, "visits.csv: bring the newer file")
    page.locator('.st-key-refreshing_card input[type="file"]').nth(1).set_input_files(str(later))
    walk.press(page, "Read them again")
    shown(page, "visits.csv was read again: 101 rows, 1 more than before; joined by the same keys.")
    walk.press(page, "Use the new table")
    shown(page, "9 of 60 rows have a key that the second table lacks; they are missing there.")
    expect(page.locator(".st-key-refreshed")).to_have_count(0)
    walk.press(page, "Take the last join back")
    shown(page, "60 × 5")
