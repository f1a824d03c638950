"""A table read a column at a time is the table read whole."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data import read_table
from core.data.large import read as reading
from core.data.large import staging
from core.data.large.read import LargeTable, read_large
from core.data.options import ReadOptions
from core.data.store import read_parquet
from core.errors import DataError, LimitError

TEXTS = {
    "plain": "a,b,c\n1,x,2.5\n2,,3.25\n3,z,\n",
    "quoted lines": 'a,b\n1,"two\nlines"\n2,"say ""yes"""\n',
    "decimal comma": "a;b\n1.234,50;x\n2,25;y\n",
    "undecided without the others": "a;b;c\n1,234;2,5;x\n5,678;3,5;y\n",
    "leading zeros and long numbers": "a,b\n007,9007199254740993\n012,9007199254740995\n",
    "codes that look like powers of ten": "a,b\n1E5,1E+5\n24,3\n",
    "short rows": "a,b,c\n1,2\n3,4,5\n",
    "missing words": "a,b\nNA,NA\n3,x\nNULL,\n",
    "empty rows at the end": "a,b\n1,2\n,\n,\n",
    "no header": "1,2.5\n3,4.5\n",
    "flags": "a,b\ntrue,1\nfalse,2\n",
    "grouped by points": "a;b\n1.234;1.234,5\n5.678;2,5\n",
    "one column": "a\n1\n2\n",
    "names twice": "a,a,\n1,2,3\n4,5,6\n",
}


def large(path: Path, tmp_path: Path, looks: str = "text", options: ReadOptions | None = None) -> LargeTable:
    folder = tmp_path / "scratch"
    folder.mkdir(exist_ok=True)
    extension = path.name.rpartition(".")[2]
    return read_large(
        path, looks, options or ReadOptions(), extension=extension, folder=folder, report=lambda _share, _words: None
    )


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_it_reads_what_the_whole_reading_reads(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    whole, found = read_table(path), large(path, tmp_path)
    pd.testing.assert_frame_equal(read_parquet(found.path), whole.frame)
    assert list(found.warnings) == whole.warnings
    assert found.read_as == whole.read_as
    assert (found.rows, found.names) == (len(whole.frame), tuple(whole.frame.columns))


def test_rows_with_too_many_values_are_left_out_as_in_the_whole_reading(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 150 + "1,2,3\n" + "4,5\n" * 150)
    whole, found = read_table(path), large(path, tmp_path)
    pd.testing.assert_frame_equal(read_parquet(found.path), whole.frame)
    assert found.rows == 300
    assert list(found.warnings) == whole.warnings


def test_a_file_in_another_encoding_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("ort;n\nKöln;1\nZürich;2\n".encode("latin-1"))
    found = large(path, tmp_path)
    assert read_parquet(found.path)["ort"].tolist() == ["Köln", "Zürich"]
    assert "encoding was guessed" in found.warnings[0]


def test_many_groups_of_rows_are_woven_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "GROUP_ROWS", 10_000)
    monkeypatch.setattr("core.data.large.columns.GROUP_ROWS", 10_000)
    path = tmp_path / "t.csv"
    pd.DataFrame({"n": range(35_000), "word": [f"w{number % 7}" for number in range(35_000)]}).to_csv(path, index=False)
    found = large(path, tmp_path)
    assert pq.read_metadata(found.path).num_row_groups == 4
    frame = read_parquet(found.path)
    assert frame["n"].tolist() == list(range(35_000))
    assert frame["word"].iloc[34_999] == f"w{34_999 % 7}"


def test_what_the_fast_way_refuses_is_read_the_slow_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TEXTS["quoted lines"])
    monkeypatch.setattr(staging, "LINE_BYTES", 4)
    assert read_parquet(large(path, tmp_path).path)["b"].tolist() == ["two\nlines", 'say "yes"']


def test_a_parquet_file_is_read_a_column_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table(
        {
            "n": pa.array([1, None, 3], pa.int32()),
            "when": pa.array(np.array(["2024-01-01", "2024-02-01", "NaT"], dtype="datetime64[us]")),
            "word": pa.array(["x", " y ", None]).dictionary_encode(),
            "raw": pa.array([b"1", b"2", b"3"]),
            "list": pa.array([[1], [2, 3], None]),
        }
    )
    pq.write_table(table, path)
    whole, found = read_table(path), large(path, tmp_path, "parquet")
    pd.testing.assert_frame_equal(read_parquet(found.path), whole.frame)
    assert found.names == ("n", "when", "word", "list")
    assert list(found.warnings) == whole.warnings


def test_a_quote_that_is_never_closed_is_refused_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n1,2\n3,"open\n' + "5,6\n" * 50)
    with pytest.raises(DataError, match="line 3"):
        large(path, tmp_path)


def test_a_table_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n3,4\n5,6\n")
    monkeypatch.setattr(reading, "LARGE_ROWS", 2)
    with pytest.raises(LimitError, match="more than 2 rows"):
        large(path, tmp_path)
    monkeypatch.setattr(reading, "LARGE_BYTES", 5)
    with pytest.raises(LimitError, match="larger than"):
        large(path, tmp_path)


def test_a_damaged_parquet_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1" + gzip.compress(b"x" * 100))
    with pytest.raises(DataError, match="cut off, damaged or encrypted"):
        large(path, tmp_path, "parquet")


def test_a_table_of_gaps_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\nNA,\n,NA\n")
    with pytest.raises(DataError) as whole:
        read_table(path)
    with pytest.raises(DataError) as found:
        large(path, tmp_path)
    assert whole.value.what == found.value.what
