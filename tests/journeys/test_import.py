"""The import dialog: what was detected can be changed before a file is read, and the first rows follow."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, expect

from tests.journeys import walk


def offer(page: Page, path: Path) -> None:
    """Choose a file on the start page and wait for what was detected."""
    walk.title(page, "Projects")
    walk.press(page, "Choose a file")
    page.locator('input[type="file"]').set_input_files(str(path))
    expect(page.get_by_role("button", name="Read the table")).to_be_visible()
    walk.settle(page)


def test_a_file_of_another_country_is_read_as_it_was_meant(open_page: Callable[..., Page], tmp_path: Path) -> None:
    path = tmp_path / "orte.csv"
    rows = "".join(f"Köln {n};1.{n:03d},50;0{n % 9 + 1}/04/2023\n" for n in range(60))
    path.write_bytes(f"Ort;Betrag;Tag\n{rows}".encode("latin-1"))
    page = open_page()
    offer(page, path)
    expect(page.get_by_text("60 rows, 3 columns")).to_be_visible()
    page.get_by_text("What was detected").click()
    walk.choose(page, "Delimiter", "Comma")
    expect(page.get_by_text("60 rows, 3 columns")).to_have_count(0)
    walk.choose(page, "Delimiter", "Semicolon")
    expect(page.get_by_text("60 rows, 3 columns")).to_be_visible()
    walk.choose(page, "Order of dates", "Day first")
    walk.press(page, "Read the table")
    walk.title(page, "Frame")
    page.goto(page.url.replace("/frame", "/data"))
    walk.title(page, "Data")
    page.get_by_role("radio", name="Source", exact=True).click()
    walk.settle(page)
    expect(page.get_by_text("cp1252").first).to_be_visible()
    expect(page.get_by_text("“1.000,50” is 1000.50").first).to_be_visible()
    expect(page.get_by_text("day first", exact=True)).to_be_visible()


def test_the_sheet_of_a_workbook_is_chosen(open_page: Callable[..., Page], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"a": range(30)}).to_excel(book, sheet_name="First", index=False)
        pd.DataFrame({"b": range(40), "c": range(40)}).to_excel(book, sheet_name="Second", index=False)
    page = open_page()
    offer(page, path)
    walk.choose(page, "Sheet", "Second")
    walk.press(page, "Read the table")
    walk.title(page, "Frame")
    page.goto(page.url.replace("/frame", "/data"))
    walk.title(page, "Data")
    expect(page.get_by_text("40", exact=True).first).to_be_visible()


def test_a_parquet_file_is_read_with_the_mouse(open_page: Callable[..., Page], tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"n": range(50), "y": ["yes", "no"] * 25}).to_parquet(path)
    page = open_page()
    offer(page, path)
    walk.press(page, "Read the table")
    walk.title(page, "Frame")
    walk.choose(page, "Outcome", "y")
    assert "/frame" in page.url
