from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data.dates import guess_dates
from core.data.guess import guess_schema
from core.data.schema import ColumnSpec, ColumnType, Role

N = 60
RNG = np.random.default_rng(7)


def guess(values: Any, name: str = "v") -> ColumnSpec:
    series = pd.Series(values)
    return guess_schema(pd.DataFrame({name: series.astype("str") if series.dtype == object else series}))[name]


def repeated(*values: object) -> list[object]:
    return [values[i % len(values)] for i in range(N)]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("v", [True, False] * 5, "yes_no"),
        ("v", repeated(0, 1), "yes_no"),
        ("v", repeated(0.0, 1.0, np.nan), "yes_no"),
        ("v", repeated("yes", "no"), "yes_no"),
        ("v", repeated("Y", "N", None), "yes_no"),
        ("v", repeated("True", "False"), "yes_no"),
        ("v", repeated("male", "female"), "category"),
        ("v", repeated("1st", "2nd", "3rd"), "category"),
        ("v", repeated("007", "008", "009"), "category"),
        ("rooms", repeated(1, 2, 3, 4), "number"),
        ("zip", repeated(10115, 20095, 80331), "category"),
        ("region_code", repeated(1, 2, 3), "category"),
        ("Postcode", list(RNG.integers(10_000, 99_999, N)) * 2, "category"),
        ("store_id", repeated(1, 2, 3, 4), "category"),
        ("customer_id", [i // 2 for i in range(200)], "identifier"),
        ("customerID", [f"{i:04d}-ABCD" for i in range(N)], "identifier"),
        ("PassengerId", list(range(1, N + 1)), "identifier"),
        ("userid", list(RNG.permutation(N)), "identifier"),
        ("Unnamed: 0", list(range(5)), "identifier"),
        ("rownames", list(range(1, 6)), "identifier"),
        ("column 1", list(range(1, 6)), "identifier"),
        ("v", list(range(1, N + 1)), "identifier"),
        ("v", list(RNG.permutation(N)), "identifier"),
        ("invoice_no", [i * 1000 for i in RNG.permutation(N)], "identifier"),
        ("num_followers", [i * 1000 for i in RNG.permutation(N)], "number"),
        ("year", list(range(1960, 1960 + N)), "number"),
        ("age", list(range(N)), "number"),
        ("paid", list(RNG.permutation(N) * 17), "number"),
        ("body_mass_index", list(RNG.integers(15, 99, 2 * N)), "number"),
        ("height", list(RNG.normal(size=N)), "number"),
        ("patient_id_score", list(RNG.normal(size=N)), "number"),
        ("population", list(RNG.permutation(N) * 997), "number"),
        ("v", [f"{i:032x}" for i in range(N)], "identifier"),
        ("contact", [f"p{i}@example.org" for i in range(N)], "identifier"),
        ("v", [f"K{i}" for i in range(N)], "identifier"),
        ("v", [str(2**60 + i) for i in range(N)], "identifier"),
        ("name", [f"Mr. John Number{i} Smith" for i in range(N)], "text"),
        ("review", [f"I liked this a lot, {i} times indeed" for i in range(N)], "text"),
        ("city", [f"city {i % 15}" for i in range(N)], "category"),
        ("v", [*map(str, range(2, N)), "?", "?"], "number"),
        ("v", [str(i % 7) for i in range(N)], "number"),
        ("v", ["low", "high", *map(str, range(5))] * 8, "category"),
        ("v", pd.to_datetime(["2024-01-01", "2024-02-01"]), "date"),
        ("sale_date", [20240100 + d for d in range(1, 30)], "date"),
        ("amount", [20240100 + d for d in range(1, 61, 2)], "identifier"),
        ("v", [f"2024-01-{d:02d}" for d in range(1, 29)], "date"),
        ("v", repeated("12:30", "14:45"), "category"),
        ("v", pd.Series(repeated("a", "b")).astype("category"), "category"),
    ],
)
def test_types(name: str, values: Any, expected: str) -> None:
    found = guess(values, name)
    assert found.type == ColumnType(expected), found.reason
    assert found.guessed_type == found.type
    assert found.reason.endswith(".")


@pytest.mark.parametrize(
    ("name", "values", "role"),
    [
        ("v", repeated("a", "b"), Role.FEATURE),
        ("v", [None] * N, Role.LEFT_OUT),
        ("v", [np.nan] * N, Role.LEFT_OUT),
        ("v", ["a"] * N, Role.LEFT_OUT),
        ("v", [3.5] * N, Role.LEFT_OUT),
        ("v", [True] * N, Role.LEFT_OUT),
        ("v", repeated("a", None), Role.FEATURE),
        ("id", list(range(N)), Role.LEFT_OUT),
        ("note", [f"words and more words number {i}" for i in range(N)], Role.FEATURE),
        ("full name", [f"Anna Berta Carla Dora {i}" for i in range(N)], Role.LEFT_OUT),
    ],
)
def test_roles(name: str, values: Any, role: Role) -> None:
    assert guess(values, name).role is role


def test_columns_keep_their_order_and_any_name() -> None:
    frame = pd.DataFrame({"<script>": [1.5, 2.5], "a": ["x", "y"]})
    assert guess_schema(frame).names == ("<script>", "a")


@pytest.mark.parametrize(
    ("values", "date_format"),
    [
        (["2024-01-31", "2023-02-01"], ""),
        (["2024-01-31T10:00:00Z", "2023-02-01T11:30:00Z"], ""),
        (["2024/01/31", "2023/02/01"], "%Y/%m/%d"),
        (["31/01/2024", "01/02/2023"], "%d/%m/%Y"),
        (["01/31/2024", "02/01/2023"], "%m/%d/%Y"),
        (["31.01.2024", "1.2.2023"], "%d.%m.%Y"),
        (["31.01.24", "01.02.23"], "%d.%m.%y"),
        (["31-01-2024 10:30", "01-02-2023 23:59"], "%d-%m-%Y %H:%M"),
        (["1/31/2024 9:05:00 PM", "2/1/2023 10:00:00 AM"], "%m/%d/%Y %I:%M:%S %p"),
        (["31 Jan 2024", "01 Feb 2023"], "%d %b %Y"),
        (["January 31, 2024", "February 1, 2023"], "%B %d, %Y"),
        (["Jan 2024", "Feb 2023"], "%b %Y"),
    ],
)
def test_one_format_is_found_for_a_column_of_dates(values: list[str], date_format: str) -> None:
    found = guess_dates(values)
    assert found is not None
    assert found.date_format == date_format
    assert found.readable == 1
    assert not found.ambiguous


def test_day_first_in_some_rows_and_month_first_in_others_is_no_date() -> None:
    assert guess_dates(["13/04/2023", "04/13/2023"]) is None


def test_an_ambiguous_order_is_said_so() -> None:
    found = guess(["03/04/2023", "05/06/2023", "07/08/2023"])
    assert found.date_format == "%m/%d/%Y"
    assert "could be day first or month first" in found.reason


def test_the_first_of_each_month_shows_which_part_is_the_day() -> None:
    found = guess_dates(["01/02/2023", "01/03/2023", "01/04/2023"])
    assert found is not None
    assert found.date_format == "%d/%m/%Y"


def test_another_column_proves_the_order() -> None:
    frame = pd.DataFrame({"a": ["03/04/2023", "05/06/2023"], "b": ["13/04/2023", "15/06/2023"]}, dtype="str")
    schema = guess_schema(frame)
    assert schema["a"].date_format == "%d/%m/%Y"
    assert "could be" not in schema["a"].reason


@pytest.mark.parametrize(
    ("read_as", "date_format"),
    [
        ({}, "%m/%d/%Y"),
        ({"decimal": ",", "delimiter": "\t"}, "%d/%m/%Y"),
        ({"decimal": ".", "delimiter": ";"}, "%d/%m/%Y"),
        ({"decimal": ",", "date_order": "month first"}, "%m/%d/%Y"),
        ({"decimal": ".", "delimiter": ",", "date_order": "day first"}, "%d/%m/%Y"),
    ],
)
def test_how_the_file_was_read_tells_the_order_of_day_and_month(read_as: dict[str, str], date_format: str) -> None:
    frame = pd.DataFrame({"a": ["03/04/2023", "05/06/2023"]}, dtype="str")
    assert guess_schema(frame, read_as)["a"].date_format == date_format


def test_another_column_is_better_evidence_than_decimal_commas() -> None:
    frame = pd.DataFrame({"a": ["03/04/2023", "05/06/2023"], "b": ["04/13/2023", "06/15/2023"]}, dtype="str")
    assert guess_schema(frame, {"decimal": ","})["a"].date_format == "%m/%d/%Y"


def test_a_few_values_that_are_no_dates_are_told() -> None:
    values = [f"2024-{m:02d}-{d:02d}" for m in range(1, 5) for d in range(1, 29)]
    found = guess([*values, "unknown"])
    assert found.type is ColumnType.DATE
    assert "would be missing" in found.reason


@pytest.mark.parametrize("values", [["5.1.2", "6.2.3"], ["1-2", "3-4"], ["abc 2024", "def 2023"], ["192.168.0.1"]])
def test_other_texts_with_digits_are_no_dates(values: list[str]) -> None:
    assert guess_dates(values) is None


def test_ten_thousand_columns_are_guessed_in_time() -> None:
    frame = pd.DataFrame(RNG.normal(size=(5, 10_000)), columns=[f"x{i}" for i in range(10_000)])
    assert len(guess_schema(frame).columns) == 10_000
