import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data import Table, read_table
from core.errors import DataError, LimitError


def read(folder: Path, table: pa.Table) -> Table:
    pq.write_table(table, folder / "data.parquet")
    return read_table(folder / "data.parquet")


@pytest.mark.parametrize(
    ("values", "expected", "dtype"),
    [
        (pa.array([1, 2], pa.int8()), [1, 2], "int64"),
        (pa.array([1, None], pa.int64()), [1.0, None], "float64"),
        (pa.array([2**60, 1], pa.int64()), [str(2**60), "1"], "str"),
        (pa.array([2**64 - 1, 1], pa.uint64()), [str(2**64 - 1), "1"], "str"),
        (pa.array([1.5, np.inf]), [1.5, None], "float64"),
        (pa.array([1.5, 2.5], pa.float32()), [1.5, 2.5], "float64"),
        (pa.array([True, False]), [True, False], "bool"),
        (pa.array([True, None]), ["True", None], "str"),
        (pa.array([" a ", ""]), ["a", None], "str"),
        (pa.array(["NA", "None"]), ["NA", "None"], "str"),
        (pa.array(["x", "y"]).dictionary_encode(), ["x", "y"], "str"),
        (pa.array([1, 2]).dictionary_encode(), [1, 2], "int64"),
        (pa.array([None, None], pa.null()), [None, None], "float64"),
        (pa.array([Decimal("1.50"), Decimal("2.25")]), [1.5, 2.25], "float64"),
        (pa.array([dt.date(2024, 1, 2), None]), [pd.Timestamp(2024, 1, 2), None], "datetime64[ns]"),
        (pa.array([dt.datetime(9999, 1, 1), None], pa.timestamp("us")), [None, None], "datetime64[ns]"),
        (pa.array([[1, 2], None]), ["[1, 2]", None], "str"),
        (pa.array([{"a": 1}, None]), ['{"a": 1}', None], "str"),
        (pa.array([dt.time(1, 2), None]), ["01:02:00", None], "str"),
    ],
)
def test_types(tmp_path: Path, values: pa.Array, expected: list[object], dtype: str) -> None:
    column = read(tmp_path, pa.table({"v": values, "k": [1, 2]})).frame["v"]
    assert [None if pd.isna(value) else value for value in column] == expected
    assert str(column.dtype) == dtype


def test_times_with_a_zone_are_turned_to_utc_and_announced(tmp_path: Path) -> None:
    moment = pd.Timestamp("2024-01-01 12:00", tz="Europe/Berlin")
    table = read(tmp_path, pa.table({"t": pa.array([moment], pa.timestamp("ns", "Europe/Berlin"))}))
    assert table.frame["t"].iloc[0] == pd.Timestamp("2024-01-01 11:00")
    assert "UTC" in table.warnings[0]


def test_nanoseconds_are_kept(tmp_path: Path) -> None:
    moment = 1672531200123456789
    kept = read(tmp_path, pa.table({"t": pa.array([moment, None], pa.timestamp("ns"))})).frame["t"]
    assert kept[0].value == moment
    zoned = read(tmp_path, pa.table({"t": pa.array([moment], pa.timestamp("ns", "Europe/Berlin"))})).frame["t"]
    assert zoned[0].value == moment


def test_binary_columns_are_left_out_and_announced(tmp_path: Path) -> None:
    table = read(tmp_path, pa.table({"a": [1], "b": [b"\x00\x01"]}))
    assert table.frame.columns.tolist() == ["a"]
    assert "`b`: binary content" in table.warnings[0]


def test_names_are_made_unique(tmp_path: Path) -> None:
    table = read(tmp_path, pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], ["a", " a", ""]))
    assert table.frame.columns.tolist() == ["a", "a_2", "column 3"]


def test_the_index_of_pandas_does_not_hide_a_column(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1, 2]}, index=["x", "y"]).to_parquet(tmp_path / "data.parquet")
    assert set(read_table(tmp_path / "data.parquet").frame.columns) == {"a", "__index_level_0__"}


def test_many_equal_rows_are_refused_before_they_are_written_out(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    with pq.ParquetWriter(path, pa.schema([("a", pa.int8())])) as writer:
        writer.write_table(pa.table({"a": pa.array(np.zeros(3_000_000, dtype="int8"))}))
    assert path.stat().st_size < 100_000
    with pytest.raises(LimitError, match="3,000,000 rows"):
        read_table(path)


def test_one_long_text_in_many_rows_is_refused(tmp_path: Path) -> None:
    long = pa.DictionaryArray.from_arrays(pa.array(np.zeros(30_000, dtype="int32")), pa.array(["x" * 100_000]))
    path = tmp_path / "data.parquet"
    pq.write_table(pa.table({"a": long}), path)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(LimitError, match="unpacks to more"):
        read_table(path)


@pytest.mark.parametrize("kept", [0.2, 0.95])
def test_a_file_that_is_cut_off_is_told(tmp_path: Path, kept: float) -> None:
    path = tmp_path / "data.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataError, match="cut off"):
        read_table(path)


def test_damage_in_the_middle_is_told(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    pq.write_table(pa.table({"a": [f"text {i}" for i in range(1000)]}), path, use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[10:2000] = b"\xff" * 1990
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match="damaged"):
        read_table(path)


@pytest.mark.parametrize("table", [pa.table({"a": pa.array([], pa.int64())}), pa.table({})])
def test_a_table_without_rows_is_told(tmp_path: Path, table: pa.Table) -> None:
    with pytest.raises(DataError, match="no rows"):
        read(tmp_path, table)


def test_a_table_of_missing_values_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no usable rows"):
        read(tmp_path, pa.table({"a": pa.array([None, None], pa.float64())}))


def test_text_that_is_no_text_is_told(tmp_path: Path) -> None:
    broken = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")])
    with pytest.raises(DataError, match="damaged"):
        read(tmp_path, pa.table({"a": broken}))
