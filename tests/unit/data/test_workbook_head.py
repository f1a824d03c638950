"""A look at a large workbook shows what reading all of it gives, from its beginning alone."""

import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from core.data import ReadOptions, read_table
from core.data import preview as previews
from core.data.preview import preview
from core.data.workbook_head import workbook_head

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROWS = [[number, f"town {number} <&>", dt.datetime(2024, 1, 1, number % 24), number / 4] for number in range(4_000)]


@pytest.fixture(scope="module", params=["texts in their cells", "texts of their own"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sheets: an empty one, 4,000 rows, and texts that stand late among the texts of the file."""
    made = openpyxl.Workbook()
    made.active.title = "Empty"
    sheets: dict[str, list[list[Any]]] = {
        "R & D": [["id", "town", "when", "x"], *ROWS],
        "Late": [["k"], *([f"late {n}"] for n in range(50))],
    }
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    made.save(path)
    return path if request.param == "texts in their cells" else shared(path)


def shared(path: Path) -> Path:
    """Write the texts into a part of their own, as Excel does, and point to them from the cells."""
    texts: list[bytes] = []

    def point(cell: re.Match[bytes]) -> bytes:
        texts.append(b"<si>" + cell[2] + b"</si>")
        return b'<c r="%s" t="s"><v>%d</v></c>' % (cell[1], len(texts) - 1)

    target = path.with_name("shared.xlsx")
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name in sorted(read.namelist()):
            written.writestr(name, re.sub(rb'<c r="(\w+)" t="inlineStr"><is>(.*?)</is></c>', point, read.read(name)))
        written.writestr("xl/sharedStrings.xml", b"<sst xmlns='%s'>%s</sst>" % (MAIN, b"".join(texts)))
    return target


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every workbook for one that is too large to be looked at whole."""
    monkeypatch.setattr(previews, "PREVIEW_WHOLE_BYTES", 1_000)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize(
    ("sheet", "looked_at", "whole"), [(None, 2_000, False), ("R & D", 2_000, False), ("Late", 50, True)]
)
def test_the_first_rows_are_those_of_the_whole_reading(
    book: Path, sheet: str | None, looked_at: int, whole: bool
) -> None:
    options = ReadOptions(sheet=sheet)
    seen, read = preview(book, options), read_table(book, options)
    pd.testing.assert_frame_equal(seen.frame, read.frame.head(100))
    assert (seen.looked_at, seen.whole, seen.sheets) == (looked_at, whole, ("Empty", "R & D", "Late"))
    assert list(seen.warnings) == read.warnings


@pytest.mark.usefixtures("_small")
def test_a_sheet_of_few_long_rows_is_cut_where_enough_was_unpacked(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.workbook_head.HEAD_BYTES", 20_000)
    monkeypatch.setattr("core.data.workbook_guard.MB", 8_000)
    seen = preview(book, ReadOptions(sheet="R & D"))
    assert 20 < seen.looked_at < 1_000
    assert not seen.whole
    assert seen.frame["town"].iloc[19] == "town 19 <&>"


@pytest.mark.usefixtures("_small")
def test_what_cannot_be_cut_is_shown_once_it_is_read(book: Path, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(book) as read, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            if name != "xl/worksheets/sheet3.xml":
                written.writestr(name, read.read(name))
    seen = preview(path)
    assert (seen.frame.empty, seen.looked_at, seen.sheets) == (True, 0, ("Empty", "R & D", "Late"))
    assert seen.warnings[0].startswith("This file is larger than")


def test_the_copy_holds_one_sheet_and_is_gone_afterwards(book: Path) -> None:
    with workbook_head(book, None, 10) as found:
        assert found is not None
        path, whole = found
        copy = CalamineWorkbook.from_path(path)
        assert [len(copy.get_sheet_by_name(name).to_python()) for name in copy.sheet_names] == [0, 10, 0]
        assert not whole
    assert not path.exists()
