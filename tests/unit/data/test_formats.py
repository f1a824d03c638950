"""Every format gives the same table, packed or not, and damage is told in words."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from core.data import ReadOptions, read_table
from core.data.preview import preview
from core.errors import DataError, LimitError

FRAME = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
CSV = b"a,b\n1,x\n2,y\n3,z\n"


def zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", content)
    return target.getvalue()


WRITERS: dict[str, Callable[[Path], object]] = {
    "t.feather": lambda path: FRAME.to_feather(path),
    "t.parquet": lambda path: FRAME.to_parquet(path),
    "t.json": lambda path: path.write_text(FRAME.to_json(orient="records")),
    "t.jsonl": lambda path: path.write_text(FRAME.to_json(orient="records", lines=True)),
    "t.dta": lambda path: pyreadstat.write_dta(FRAME, str(path)),
    "t.sav": lambda path: pyreadstat.write_sav(FRAME, str(path)),
    "t.zsav": lambda path: pyreadstat.write_sav(FRAME, str(path), compress=True),
    "t.xpt": lambda path: pyreadstat.write_xport(FRAME, str(path)),
    "t.csv.gz": lambda path: path.write_bytes(gzip.compress(CSV)),
    "t.csv.bz2": lambda path: path.write_bytes(bz2.compress(CSV)),
    "t.csv.xz": lambda path: path.write_bytes(lzma.compress(CSV)),
    "t.csv.zst": lambda path: path.write_bytes(pa.compress(CSV, "zstd", asbytes=True)),
    "t.zip": lambda path: path.write_bytes(zipped(CSV)),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    assert read_table(tmp_path / name).frame.to_dict("list") == {"a": [1, 2, 3], "b": ["x", "y", "z"]}
    seen = preview(tmp_path / name)
    assert seen.frame.to_dict("list") == {"a": [1, 2, 3], "b": ["x", "y", "z"]}
    assert [column.type for column in seen.columns] == ["Number", "Category"]


@pytest.mark.parametrize("name", [name for name in WRITERS if name not in ("t.xpt", "t.jsonl")])
def test_a_file_that_is_cut_off_is_told(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"cut off|damaged|not whole"):
        read_table(tmp_path / name)


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_a_bomb_is_refused(tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / f"t.csv.{ending}"
    path.write_bytes(pack(b"1" * 80 * 1024 * 1024))
    with pytest.raises(LimitError, match="200 times its own size"):
        read_table(path)


def test_of_several_tables_in_an_archive_one_is_chosen(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("x.csv", CSV)
        archive.writestr("y.csv", "k\n1\n")
    table = read_table(tmp_path / "t.zip")
    told = "The archive holds 2 tables; the first, `x.csv`, was read. Left aside: `y.csv`."
    assert (table.shape, table.warnings[0]) == ((3, 2), told)
    assert read_table(tmp_path / "t.zip", ReadOptions(member="y.csv")).frame.to_dict("list") == {"k": [1]}
    with pytest.raises(DataError, match="no table “z"):
        read_table(tmp_path / "t.zip", ReadOptions(member="z.csv"))


def test_records_are_found_flattened_and_keep_every_digit(tmp_path: Path) -> None:
    rows = [{"a": 1, "b": {"c": "x"}}, {"a": 12345678901234567890, "t": [1, 2]}]
    (tmp_path / "t.json").write_text(json.dumps({"data": {"items": rows}}))
    table = read_table(tmp_path / "t.json")
    assert table.frame["a"].tolist() == ["1", "12345678901234567890"]
    assert table.frame["b.c"].iloc[0] == "x"
    assert table.frame["t"].iloc[1] == "[1, 2]"
    assert table.read_as["records"] == "data.items"


def test_labels_and_declared_missing_values_are_told(tmp_path: Path) -> None:
    pyreadstat.write_dta(FRAME, str(tmp_path / "t.dta"), variable_value_labels={"a": {1: "low", 2: "mid", 3: "high"}})
    table = read_table(tmp_path / "t.dta")
    assert table.frame["a"].tolist() == ["low", "mid", "high"]
    assert any("labels of the file" in told for told in table.warnings)
    pyreadstat.write_sav(FRAME, str(tmp_path / "t.sav"), missing_ranges={"a": [3]})
    table = read_table(tmp_path / "t.sav")
    assert table.frame["a"].isna().tolist() == [False, False, True]
    assert any("declares missing (3)" in told for told in table.warnings)


def test_the_order_of_dates_is_told_and_can_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("when,n\n03/04/2023,1\n05/06/2023,2\n")
    assert any("day first or month first" in told for told in read_table(tmp_path / "t.csv").warnings)
    chosen = read_table(tmp_path / "t.csv", ReadOptions(date_order="day first"))
    assert (chosen.warnings, chosen.read_as["date_order"]) == ([], "day first")


def test_dates_of_a_file_with_decimal_commas_are_read_day_first_and_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("when;n\n03/04/2023;1,5\n05/06/2023;2,5\n")
    (told,) = [told for told in read_table(tmp_path / "t.csv").warnings if "day first" in told]
    assert told == (
        "`when`: dates could be day first or month first. As the file has decimal commas or semicolons, they were read "
        "day first (“03/04/2023” is 3 April 2023). If that is wrong, choose the order."
    )
    assert preview(tmp_path / "t.csv").found.date_order == "day first"


def test_options_are_written_and_read_again() -> None:
    options = ReadOptions(delimiter=";", missing=("?", "-999"), skip_lines=2, date_order="day first")
    assert ReadOptions.from_dict(json.loads(json.dumps(options.to_dict()))) == options
    with pytest.raises(DataError, match="says nothing"):
        ReadOptions.from_dict({"colour": "red"})


def test_a_preview_counts_cells_that_would_not_parse(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("# by x\nid;price\n1;1.234,50\n2;2,5\n3;n/x\n4;3,5\n")
    seen = preview(tmp_path / "t.csv", ReadOptions(decimal=","))
    assert (seen.found.skip_lines, seen.found.delimiter, seen.unread) == (1, ";", 1)
    assert (seen.columns[1].unread_as, seen.columns[1].examples) == ("a number", ("n/x",))


@pytest.mark.parametrize(
    ("records", "names", "rows"),
    [
        ([["NAME", "pop"], ["Ohio", "11799448"], ["Iowa", "3190369"]], ["NAME", "pop"], 2),
        ([["a", "b"], ["x", 1], ["y", 2, 3]], ["a", "b", "column 3"], 2),
        ([["x", "y"], ["z", "w"]], ["column 1", "column 2"], 2),
        ([["x", 1], ["y", 2]], ["column 1", "column 2"], 2),
        ([["a", "a"], [1, 2]], ["column 1", "column 2"], 2),
    ],
)
def test_the_first_of_lists_names_the_columns_where_it_stands_above_numbers(
    tmp_path: Path, records: list[list[object]], names: list[str], rows: int
) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    table = read_table(path)
    assert (list(table.frame.columns), len(table.frame)) == (names, rows)
    told = "The first list was found to hold the names of the columns."
    assert (told in table.warnings) == (names[0] in ("NAME", "a"))


def test_bars_may_be_named_in_the_ending(tmp_path: Path) -> None:
    path = tmp_path / "t.psv"
    path.write_text("a|b\n1|x,y\n2|z\n", encoding="utf-8")
    assert read_table(path).frame["b"].tolist() == ["x,y", "z"]
