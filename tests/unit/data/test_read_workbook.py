import contextlib
import datetime as dt
import re
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from core.data import ReadOptions, read_table
from core.errors import DataError, LimitError


def workbook(folder: Path, sheets: dict[str, list[list[Any]]], name: str = "book.xlsx") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


def changed(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """Rewrite each part of a workbook."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as rewritten:
        for name in source.namelist():
            rewritten.writestr(name, change(name, source.read(name)))
    return target


def in_sheet(change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda name, content: change(content) if name.startswith("xl/worksheets/") else content


SMALL = {"S": [["a", "b"], [1, "x"], [2, "y"]]}


def test_types_of_a_sheet(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        {
            "S": [
                ["n", "f", "t", "d", "flag", "code", "gap", "mixed"],
                [1, 1.5, "x", dt.datetime(2024, 1, 2), True, "007", None, 1],
                [2, 2.5, "y", dt.datetime(2024, 1, 3), False, "008", 4, "b"],
            ]
        },
    )
    frame = read_table(path).frame
    assert [str(dtype) for dtype in frame.dtypes] == [
        "int64",
        "float64",
        "str",
        "datetime64[ns]",
        "bool",
        "str",
        "float64",
        "str",
    ]
    assert frame["code"].tolist() == ["007", "008"]
    assert frame["mixed"].tolist() == ["1", "b"]


def test_numbers_stored_as_text_are_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"S": [["a"], ["1,234.5"], ["12"], [7]]})
    assert read_table(path).frame["a"].tolist() == [1234.5, 12.0, 7.0]


def test_the_first_sheet_that_is_not_empty_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    table = read_table(workbook(tmp_path, {"Empty": [], "Data": [["a"], [1]], "More": [["b"], [2]]}))
    assert table.frame.to_dict("list") == {"a": [1]}
    assert table.read_as["sheet"] == "Data"
    assert "`Empty`, `More`" in table.warnings[0]


def test_a_sheet_can_be_chosen(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"One": [["a"], [1]], "Two": [["b"], [2]]})
    assert read_table(path, ReadOptions(sheet="Two")).frame.to_dict("list") == {"b": [2]}
    with pytest.raises(DataError, match="no sheet “Three”"):
        read_table(path, ReadOptions(sheet="Three"))


def test_a_table_that_begins_lower_and_further_right(tmp_path: Path) -> None:
    table = read_table(workbook(tmp_path, {"S": [[], [None, None, "a", "b"], [None, None, 1, 2]]}))
    assert table.frame.to_dict("list") == {"a": [1], "b": [2]}


@pytest.mark.parametrize(
    ("rows", "says"), [([], "no sheet holds a value"), ([["a", "b"]], "no rows"), ([["a"], ["NA"]], "no usable rows")]
)
def test_a_workbook_without_a_table_is_told(tmp_path: Path, rows: list[list[Any]], says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_table(workbook(tmp_path, {"S": rows}))


def test_names_of_a_sheet_are_made_unique(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"S": [["a", "a", None, 2020, "<b>"], [1, 2, 3, 4, 5]]})
    assert read_table(path).frame.columns.tolist() == ["a", "a_2", "column 3", "2020", "<b>"]


def test_integers_that_the_file_rounds_are_announced(tmp_path: Path) -> None:
    table = read_table(workbook(tmp_path, {"S": [["a"], [12345678901234567890]]}))
    assert "stored rounded" in table.warnings[0]


def test_a_locked_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    )
    with pytest.raises(DataError, match="password"):
        read_table(path)


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_workbook_that_is_cut_off_is_told(tmp_path: Path, kept: float) -> None:
    path = workbook(tmp_path, SMALL)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataError, match="cut off or damaged"):
        read_table(path)


def test_a_workbook_with_damaged_content_is_told(tmp_path: Path) -> None:
    path = changed(workbook(tmp_path, SMALL), in_sheet(lambda content: content[:200]))
    with pytest.raises(DataError):
        read_table(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", b"a,b\n1,2\n", "a table in text"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "HTML"),
        ("a.xlsx", b"\x80\x04}\x94.", "pickle"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "another kind"),
    ],
)
def test_what_only_claims_to_be_a_workbook_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=says):
        read_table(tmp_path / name)


@pytest.mark.parametrize(
    ("member", "says"), [("word/document.xml", "Word"), ("model.pkl", "pickle"), ("x.txt", "zip archive")]
)
def test_other_archives_are_refused(tmp_path: Path, member: str, says: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(DataError, match=says):
        read_table(tmp_path / "a.xlsx")


def test_a_workbook_named_csv_is_refused_by_what_it_is(tmp_path: Path) -> None:
    path = workbook(tmp_path, SMALL).rename(tmp_path / "a.csv")
    with pytest.raises(DataError, match="Excel workbook"):
        read_table(path)


def test_a_bomb_is_refused_quickly(tmp_path: Path) -> None:
    with zipfile.ZipFile(workbook(tmp_path, SMALL), "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/media/x.bin", b"\0" * 80_000_000)
    started = time.process_time()
    with pytest.raises(LimitError, match="limit"):
        read_table(tmp_path / "book.xlsx")
    assert time.process_time() - started < 3


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(workbook(tmp_path, SMALL), "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/media/x.bin", b"\0" * 80_000_000)
    size = (80_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(DataError, match="damaged"):
        read_table(path)


def test_stated_sizes_beyond_the_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.workbook_guard.UNPACKED_BYTES", 1000)
    with pytest.raises(LimitError, match="limit"):
        read_table(workbook(tmp_path, SMALL))


def test_one_cell_in_the_far_corner_is_refused(tmp_path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    path = changed(workbook(tmp_path, SMALL), in_sheet(lambda content: content.replace(b"</sheetData>", far)))
    with pytest.raises(LimitError, match="row 1,048,576 and column 16,384"):
        read_table(path)


def test_a_far_cell_that_leaves_its_place_unsaid_is_found(tmp_path: Path) -> None:
    wide = b'<row r="900000">' + b"<c><v>1</v></c>" * 30 + b"</row></sheetData>"
    path = changed(workbook(tmp_path, SMALL), in_sheet(lambda content: content.replace(b"</sheetData>", wide)))
    with pytest.raises(LimitError, match="row 900,000"):
        read_table(path)


def test_a_far_cell_that_is_only_coloured_does_no_harm(tmp_path: Path) -> None:
    styled = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    path = changed(workbook(tmp_path, SMALL), in_sheet(lambda content: content.replace(b"</sheetData>", styled)))
    assert read_table(path).shape == (2, 2)


def test_a_false_dimension_does_no_harm(tmp_path: Path) -> None:
    path = changed(
        workbook(tmp_path, SMALL),
        in_sheet(lambda content: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', content)),
    )
    assert read_table(path).shape == (2, 2)


@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_xml_entities_are_refused(tmp_path: Path, member: str) -> None:
    entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    path = changed(workbook(tmp_path, SMALL), lambda name, content: entity + content if name == member else content)
    with pytest.raises(DataError, match="entities"):
        read_table(path)


def test_one_long_text_in_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.workbook.UNPACKED_BYTES", 10_000)
    path = workbook(tmp_path, {"S": [["a"], *([["x" * 1000]] * 20)]})
    with pytest.raises(LimitError, match="texts of this sheet"):
        read_table(path)


def test_dates_out_of_reach_are_missing_and_announced(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"S": [["d"], [dt.datetime(9999, 12, 31)], [dt.datetime(2024, 1, 1)]]})
    table = read_table(path)
    assert table.frame["d"].tolist()[1] == pd.Timestamp(2024, 1, 1)
    assert table.frame["d"].isna().tolist() == [True, False]
    assert "9999-12-31" in table.warnings[0]


def old_workbook(rows: list[list[str | float]], *, locked: bool = False) -> bytes:
    """Make an .xls file: a BIFF8 stream with one sheet, in a compound file of 512-byte sectors."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))

    cells = b""
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            place = struct.pack("<HHH", y, x, 0)
            if isinstance(value, str):
                cells += record(0x0204, place + struct.pack("<HB", len(value), 0) + value.encode("latin-1"))
            else:
                cells += record(0x0203, place + struct.pack("<d", value))
    lock = record(0x002F, b"\x01\x00\x01\x00" + b"\0" * 50) if locked else b""
    globals_size = 20 + len(lock) + 4 + 9 + 4
    sheet_at = struct.pack("<IBBBB", globals_size, 0, 0, 1, 0) + b"S"
    stream = begin(5) + lock + record(0x0085, sheet_at) + record(0x000A, b"") + begin(16) + cells + record(0x000A, b"")
    stream = stream.ljust(4096, b"\0")
    sectors = len(stream) // 512
    free, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [fat_mark, end, *range(3, sectors + 2), end]
    fat = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        body = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, free, free, child)
        return body + b"\0" * 36 + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 2, len(stream)) + b"\0" * 256
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    return header + fat + directory + stream


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    (tmp_path / "old.xls").write_bytes(old_workbook([["a", "b"], [1.0, "x"], [2.5, "y"]]))
    assert read_table(tmp_path / "old.xls").frame.to_dict("list") == {"a": [1.0, 2.5], "b": ["x", "y"]}


def test_an_old_workbook_with_a_password_is_told(tmp_path: Path) -> None:
    (tmp_path / "old.xls").write_bytes(old_workbook([["a"], [1.0]], locked=True))
    with pytest.raises(DataError, match="password"):
        read_table(tmp_path / "old.xls")


@pytest.mark.parametrize("place", [560, 1024, 1090, 1140, 1540, 1560, 1580, 1600])
def test_damage_anywhere_in_an_old_workbook_ends_in_a_plain_sentence_or_a_table(tmp_path: Path, place: int) -> None:
    content = bytearray(old_workbook([["a", "b"], [1.0, "x"], [2.5, "y"]]))
    content[place : place + 4] = b"\xff\xff\xff\x7f"
    (tmp_path / "old.xls").write_bytes(bytes(content))
    with contextlib.suppress(DataError):
        assert read_table(tmp_path / "old.xls").frame.shape[1] > 0


def test_a_far_cell_of_an_old_workbook_is_refused(tmp_path: Path) -> None:
    content = old_workbook([["a"], [1.0]])
    number = struct.pack("<HHHH", 0x0203, 14, 1, 0)
    far = struct.pack("<HHHH", 0x0203, 14, 65_535, 65_535)
    (tmp_path / "old.xls").write_bytes(content.replace(number, far))
    with pytest.raises(LimitError, match="row 65,536 and column 65,536"):
        read_table(tmp_path / "old.xls")


def test_a_false_size_of_an_old_sheet_is_refused(tmp_path: Path) -> None:
    content = old_workbook([["a"], ["xxxxxxxxxxx"]])
    label = struct.pack("<HHHHHHB", 0x0204, 20, 1, 0, 0, 11, 0) + b"xxxxxxxxxxx"
    stated = struct.pack("<HHIIHHH", 0x0200, 14, 0, 2**31, 0, 16_384, 0) + struct.pack("<HHH", 0x00E5, 2, 0)
    (tmp_path / "old.xls").write_bytes(content.replace(label, stated))
    with pytest.raises(LimitError, match="spans"):
        read_table(tmp_path / "old.xls")


def test_an_old_workbook_of_empty_records_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.old_workbook_guard._MOST_EMPTY", 100)
    (tmp_path / "old.xls").write_bytes(old_workbook([["a"], [1.0]]))
    with pytest.raises(DataError, match="damaged"):
        read_table(tmp_path / "old.xls")
