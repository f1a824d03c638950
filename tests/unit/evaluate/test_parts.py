import numpy as np
import pandas as pd
import pytest

from core.data.knowing.behind import Between, Missing, Value
from core.data.schema import ColumnSpec, ColumnType
from core.evaluate.parts import Dates, cut_column, part_words


def cut(values, kind, smallest=1):
    return cut_column(pd.Series(values), ColumnSpec(name="x", type=kind), smallest)


def test_a_number_is_cut_into_fifths_that_end_on_values_of_the_table():
    found = cut([*range(1, 11), None], ColumnType.NUMBER)
    assert found.parts == (
        Between("x", None, 2.0),
        Between("x", 3.0, 4.0),
        Between("x", 5.0, 6.0),
        Between("x", 7.0, 8.0),
        Between("x", 9.0, None),
        Missing(("x",)),
    )
    assert found.codes.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5]


def test_a_number_with_few_values_is_taken_level_by_level():
    found = cut([1, 1, 2, 3, 3], ColumnType.NUMBER)
    assert [part_words(part) for part in found.parts] == ["`x` is 1", "`x` is 2", "`x` is 3"]
    assert found.codes.tolist() == [0, 0, 1, 2, 2]


def test_a_value_that_most_rows_share_is_one_range():
    found = cut([0] * 90 + list(range(1, 11)), ColumnType.NUMBER)
    assert found.parts[0] == Between("x", 0.0, 0.0)
    assert np.bincount(found.codes)[0] == 90


def test_categories_keep_their_frequent_levels_and_rows_without_a_value():
    found = cut(["a", "b", "a", None, "a"], ColumnType.CATEGORY)
    assert found.parts == (Value("x", ("a",)), Value("x", ("b",)), Missing(("x",)))
    assert found.codes.tolist() == [0, 1, 0, 2, 0]


def test_parts_that_are_too_small_or_nearly_everything_are_left_out():
    found = cut(["a"] * 9 + ["b"] * 9 + ["c"], ColumnType.CATEGORY, smallest=2)
    assert found.parts == (Value("x", ("a",)), Value("x", ("b",)))
    assert found.codes.tolist() == [0] * 9 + [1] * 9 + [-1]
    assert cut(["a"] * 9 + ["b"], ColumnType.CATEGORY, smallest=2).parts == ()


def test_texts_are_only_told_apart_by_whether_they_are_there():
    assert cut(["one", "two", None, None], ColumnType.TEXT).parts == (Missing(("x",)),)


def test_dates_are_cut_by_day():
    days = pd.date_range("2024-01-01", periods=10).strftime("%Y-%m-%d")
    found = cut([*days, None], ColumnType.DATE)
    assert found.parts[0] == Dates("x", "2024-01-01", "2024-01-02")
    assert found.parts[-2] == Dates("x", "2024-01-09", "2024-01-10")
    assert found.codes.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5]


@pytest.mark.parametrize("kind", [ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.DATE])
def test_a_column_without_a_value_has_no_part_to_compare(kind):
    assert cut([None, None, None], kind).parts == ()


def test_words_name_both_ends():
    assert part_words(Between("age", 20.0, 35.0)) == "`age` is 20 to 35"
    assert part_words(Dates("day", "2024-01-01", "2024-01-02")) == "`day` is from 2024-01-01 to 2024-01-02"
