"""A table with many columns, and one with many categories, are read, profiled and checked in time."""

import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import read_table
from core.data.checks import check_data
from core.data.detect import look_at
from core.data.guess import guess_schema
from core.data.profile import profile
from core.data.workbook import stated_sheet_names
from core.data.workbook_head import workbook_head
from core.framing.frame import Frame, Task

FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")


def wide(columns: int) -> pd.DataFrame:
    values = np.random.default_rng(1).normal(size=(60, columns)).round(3)
    return pd.DataFrame(values, columns=[f"x{number}" for number in range(columns)]).assign(y=["yes", "no", "no"] * 20)


def categories(count: int) -> pd.DataFrame:
    return pd.DataFrame({"k": [f"level {n % count}" for n in range(4 * count)], "y": ["yes", "no", "no", "no"] * count})


@pytest.mark.parametrize(
    ("frame", "seconds"),
    # All 10,000 columns, which may take 30 s, would take most of that in each test run.
    [(wide(1_000), 10.0), (categories(5_000), 30.0)],
    ids=["1,000 columns", "5,000 categories"],
)
def test_the_whole_way_through_the_data_is_within_its_time(frame: pd.DataFrame, seconds: float, tmp_path: Path) -> None:
    frame.to_csv(tmp_path / "t.csv", index=False)
    started = time.process_time()
    table = read_table(tmp_path / "t.csv")
    schema = guess_schema(table.frame, table.read_as)
    found = profile(table.frame, schema, FRAME)
    check_data(table.frame, schema, FRAME, found)
    assert time.process_time() - started < seconds
    assert found.rows == len(frame)
    assert table.shape == frame.shape


TRIPS = (
    "1" * 20_000 + "x", "1." * 10_000 + "x", "1" + " " * 20_000, "1/1/2023 " * 2_000,
    "a." * 10_000 + "@" + "b." * 9_000, "+49 " * 5_000 + "x", "0123456789abcdef" * 1_000, "€ " * 9_000 + "1",
    "(" * 20_000,
)  # fmt: skip
"""Texts over which a careless pattern would search for hours."""


def test_texts_made_to_trip_a_pattern_are_read_and_checked_within_five_seconds(tmp_path: Path) -> None:
    lines = ["\t".join(f"c{number}" for number in range(len(TRIPS)))] + ["\t".join(TRIPS)] * 20
    (tmp_path / "t.tsv").write_text("\n".join(lines), encoding="utf-8")
    started = time.process_time()
    table = read_table(tmp_path / "t.tsv")
    schema = guess_schema(table.frame, table.read_as)
    check_data(table.frame, schema, Frame(), profile(table.frame, schema, Frame()))
    assert time.process_time() - started < 5
    assert table.shape == (20, len(TRIPS))


@pytest.mark.parametrize("begin", [b"<head " + b">" * 60_000, b"<!--" + b">" * 60_000, b"<table>" * 9_000])
def test_what_a_file_is_is_known_within_five_seconds_whatever_it_begins_with(begin: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(begin)
    started = time.process_time()
    assert look_at(tmp_path / "t.csv") == "text"
    assert time.process_time() - started < 5


@pytest.mark.parametrize("tag", [b"<sheet ", b"<row ", b"<c t='s' ", b"<si "])
def test_tags_that_never_end_do_not_hold_the_look_at_a_workbook(tag: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    endless = tag * (900_000 // len(tag))
    relation = b'<Relationship Id="r" Target="worksheets/s.xml"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b'<sheet name="S" r:id="r"/>' + endless)
        archive.writestr("xl/_rels/workbook.xml.rels", relation)
        archive.writestr("xl/worksheets/s.xml", b'<row><c t="s"><v>0</v></c></row>' + endless)
        archive.writestr("xl/sharedStrings.xml", endless)
    started = time.process_time()
    assert stated_sheet_names(path)[:1] == ("S",)
    with workbook_head(path, None, 10):
        assert time.process_time() - started < 5
