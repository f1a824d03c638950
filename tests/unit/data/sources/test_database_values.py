"""Values keep every digit, or become text and say so."""

import uuid
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data.sources.database.spool import Spool
from core.data.sources.database.values import FAR, from_arrow, from_python
from core.errors import DataError

BIG = 2**53 + 1
NOON = datetime(2024, 1, 1, 12, 0)


def written(tmp_path: Path, *batches: list[Any], computed: bool = False, dates_in_text: bool = False):
    """Return a column's type, its values and what was told, brought in so many batches."""
    with closing(Spool(tmp_path / "part", ["a"], [computed])) as spool:
        for values in batches:
            kept = (
                from_arrow(values, spool.seen[0])
                if isinstance(values, pa.Array)
                else from_python(values, spool.seen[0], dates_in_text=dates_in_text)
            )
            spool.add([kept])
        told = spool.write(tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    return str(table.schema.field("a").type), table.column("a").to_pylist(), told


DIGITS = "`a`: numbers with more than 15 digits were kept as text, every digit."
MIXED = "`a`: values of several kinds stand in one column and were kept as text."


@pytest.mark.parametrize(
    ("batches", "kind", "values"),
    [
        ([[1, None]], "int64", [1, None]),
        ([[BIG]], "int64", [BIG]),
        ([[True, None, False]], "bool", [True, None, False]),
        ([[1], [2.5]], "double", [1.0, 2.5]),
        ([[Decimal("1.50"), Decimal("-0.25")]], "double", [1.5, -0.25]),
        ([[Decimal("12345"), Decimal("7")]], "int64", [12345, 7]),
        ([[Decimal("NaN"), None]], "null", [None, None]),
        ([[None, None], [None]], "null", [None, None, None]),
        ([[None], [3]], "int64", [None, 3]),
        ([[date(2024, 2, 29)]], "date32[day]", [date(2024, 2, 29)]),
        ([[date(2024, 2, 29)], [NOON]], "timestamp[us]", [datetime(2024, 2, 29), NOON]),
        ([[time(10, 30)]], "large_string", ["10:30:00"]),
        ([[timedelta(hours=-100, minutes=-30)]], "large_string", ["-100:30:00"]),
        ([[timedelta(seconds=1, microseconds=5)]], "large_string", ["00:00:01.000005"]),
        ([[[1, Decimal("1.10")], None]], "large_string", ['[1, "1.10"]', None]),
        ([[{"ö": 1}]], "large_string", ['{"ö": 1}']),
        ([[uuid.UUID(int=1)]], "large_string", ["00000000-0000-0000-0000-000000000001"]),
        ([["a", "\ud800"]], "large_string", ["a", "?"]),
    ],
)
def test_a_plain_column_arrives_in_its_type_without_a_word(
    tmp_path: Path, batches: list, kind: str, values: list
) -> None:
    assert written(tmp_path, *batches) == (kind, values, [])


def test_a_time_with_a_zone_is_one_in_utc(tmp_path: Path) -> None:
    east = timezone(timedelta(hours=2))
    kind, values, _ = written(tmp_path, [NOON.replace(tzinfo=east), None])
    assert (kind, values) == ("timestamp[us, tz=UTC]", [datetime(2024, 1, 1, 10, tzinfo=UTC), None])


@pytest.mark.parametrize(
    ("batches", "values"),
    [
        ([[2**64 - 1, 1]], ["18446744073709551615", "1"]),
        ([[1], [2**64 - 1]], ["1", "18446744073709551615"]),
        ([[BIG], [2.5]], [str(BIG), "2.5"]),
        ([[Decimal("1.10")], [Decimal("12345678901234567890.5")]], ["1.10", "12345678901234567890.5"]),
        ([[Decimal("0.1234567890123456")]], ["0.1234567890123456"]),
        ([[Decimal("12345678901234567890")]], ["12345678901234567890"]),
    ],
)
def test_a_number_that_would_lose_digits_is_text_and_says_so(tmp_path: Path, batches: list, values: list) -> None:
    assert written(tmp_path, *batches) == ("large_string", values, [DIGITS])


def test_zeros_at_the_end_are_no_digits_to_lose(tmp_path: Path) -> None:
    assert written(tmp_path, [Decimal("1.50000000000000000000")])[:2] == ("double", [1.5])


def test_a_computed_mean_is_a_number_and_says_that_it_was_rounded(tmp_path: Path) -> None:
    kind, values, told = written(tmp_path, [Decimal("0.33333333333333333333")], computed=True)
    assert (kind, values) == ("double", [1 / 3])
    assert told == ["`a`: decimal numbers were rounded to about 16 digits."]


@pytest.mark.parametrize(
    ("batches", "values"),
    [
        ([[1, "x", None]], ["1", "x", None]),
        ([[1], ["x"]], ["1", "x"]),
        ([[True], ["x"]], ["True", "x"]),
        ([[True, 1]], ["True", "1"]),
        ([[b"\0", "x"]], [None, "x"]),
        ([[NOON, NOON.replace(tzinfo=UTC)]], ["2024-01-01 12:00:00", "2024-01-01 12:00:00+00:00"]),
    ],
)
def test_values_of_several_kinds_are_text_and_say_so(tmp_path: Path, batches: list, values: list) -> None:
    assert written(tmp_path, *batches) == ("large_string", values, [MIXED])


def test_dates_beyond_the_calendar_are_missing_and_told(tmp_path: Path) -> None:
    kind, values, told = written(tmp_path, [date(2024, 1, 1), FAR])
    assert (kind, values) == ("date32[day]", [date(2024, 1, 1), None])
    assert told == ["`a`: dates without a year from 1 to 9999 were read as missing."]


def test_dates_stored_as_text_become_dates_where_the_database_knows_none(tmp_path: Path) -> None:
    kind, values, told = written(tmp_path, ["2024-01-31", None], ["2024-02-29 10:30"], dates_in_text=True)
    assert (kind, values) == ("timestamp[us]", [datetime(2024, 1, 31), None, datetime(2024, 2, 29, 10, 30)])
    assert told == ["`a`: dates stored as text were read as dates."]
    assert written(tmp_path, ["2023-02-30"], dates_in_text=True) == ("large_string", ["2023-02-30"], [])
    assert written(tmp_path, ["2024-01-31"], ["soon"], dates_in_text=True)[1] == ["2024-01-31", "soon"]
    assert written(tmp_path, ["2024-01-31"])[0] == "large_string"


def test_a_table_of_binary_content_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Every column holds binary content"):
        written(tmp_path, [b"\0", None])


@pytest.mark.parametrize(
    ("values", "kind", "arrived"),
    [
        (pa.array([1, None], pa.int32()), "int64", [1, None]),
        (pa.array([2**64 - 1], pa.uint64()), "large_string", ["18446744073709551615"]),
        (pa.array([Decimal("1.50")], pa.decimal128(18, 2)), "double", [1.5]),
        (pa.array([Decimal(10**30)], pa.decimal128(38, 0)), "large_string", [str(10**30)]),
        (pa.array([None], pa.decimal128(18, 2)), "null", [None]),
        (pa.array(["a", "a"]).dictionary_encode(), "large_string", ["a", "a"]),
        (pa.array([[1, 2]]), "large_string", ["[1, 2]"]),
        (pa.array([{"k": 1}]), "large_string", ['{"k": 1}']),
        (pa.array([2**31 - 1, 0], pa.int32()).cast(pa.date32()), "date32[day]", [None, date(1970, 1, 1)]),
        (pa.array([2**63 - 1, 0], pa.int64()).cast(pa.timestamp("us")), "timestamp[us]", [None, datetime(1970, 1, 1)]),
        (pa.array([time(10)], pa.time64("us")), "large_string", ["10:00:00"]),
    ],
)
def test_arrow_arrives_as_other_values_do(tmp_path: Path, values: pa.Array, kind: str, arrived: list) -> None:
    assert written(tmp_path, values)[:2] == (kind, arrived)


def test_names_are_made_unique(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "part", ["a", "a", ""], [False] * 3)
    spool.add([pa.array([1])] * 3)
    told = spool.write(tmp_path / "out.parquet")
    spool.close()
    assert pq.read_schema(tmp_path / "out.parquet").names == ["a", "a_2", "column 3"]
    assert len(told) == 2
    assert not (tmp_path / "part").exists()
