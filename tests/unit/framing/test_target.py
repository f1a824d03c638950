import pandas as pd
import pytest

from core.errors import FrameError
from core.framing.check import check_target
from core.framing.frame import Task
from core.framing.target import count_levels, holds_numbers


def test_levels_are_counted_as_text_most_frequent_first():
    levels = count_levels(pd.Series([1.0, 0.0, 1.0, None, 1.0, 0.0]))
    assert list(levels.items()) == [("1", 3), ("0", 2)]


def test_levels_merge_what_differs_in_blanks_only_and_sort_ties_by_name():
    levels = count_levels(pd.Series(["b", "a", " a ", "b", ""], dtype="str"))
    assert list(levels.items()) == [("a", 2), ("b", 2)]


def test_levels_of_booleans_are_true_and_false():
    assert dict(count_levels(pd.Series([True, False, True]))) == {"True": 2, "False": 1}


def test_levels_of_an_empty_column_are_none():
    assert count_levels(pd.Series([None, None], dtype="str")).empty


def test_numbers_kept_as_text_are_numbers_and_truth_values_are_not():
    assert holds_numbers(pd.Series(["1", "2.5", "3"], dtype="str"))
    assert not holds_numbers(pd.Series([True, False]))
    assert not holds_numbers(pd.Series(["a", "b"], dtype="str"))


@pytest.mark.parametrize(
    ("values", "task", "message"),
    [
        (["yes"] * 4120, None, "'churned' has one value in 4,120 rows; choose a column with at least two."),
        ([None] * 30, None, "'churned' is empty in all 30 rows; choose another column."),
        (
            ["a"] * 20 + [None] * 5,
            None,
            "'churned' has one value in 20 rows; the other 5 are empty; choose a column with at least two.",
        ),
        (
            ["a", "b"] * 6 + [None] * 28,
            Task.BINARY,
            "'churned' is filled in 12 of 40 rows; a model needs at least 20. "
            "Bring a table with more rows, or choose another column.",
        ),
        (
            ["a", "b", "c"] * 10,
            Task.BINARY,
            "'churned' has 3 different values; a yes-or-no question needs exactly two. "
            "Choose “One of several” as the task, or another column.",
        ),
        (
            ["a", "b"] * 10 + ["c"],
            Task.MULTICLASS,
            "'churned' has only one row with 'c'; every outcome needs at least 2. "
            "Leave those rows out of the table, give them another outcome, or choose another column.",
        ),
    ],
)
def test_a_target_that_cannot_be_learned_is_refused_in_plain_words(values, task, message):
    with pytest.raises(FrameError) as caught:
        check_target(pd.Series(values, dtype="str"), "churned", task)
    assert caught.value.message == message


def test_each_class_with_one_member_is_named():
    with pytest.raises(FrameError, match="only one row with 'c' and 'd' each"):
        check_target(pd.Series(["a", "b"] * 10 + ["c", "d"]), "kind", Task.MULTICLASS)


def test_more_classes_than_the_limit_are_refused_with_the_limit():
    with pytest.raises(FrameError, match="'kind' has 51 different values; a model can tell at most 50 apart"):
        check_target(pd.Series([f"k{number}" for number in range(51)] * 2), "kind", Task.MULTICLASS)


def test_words_are_no_amounts():
    with pytest.raises(FrameError, match="'price' holds words, such as 'cheap'; an amount needs numbers"):
        check_target(pd.Series(["cheap", "dear"] * 20), "price", Task.REGRESSION)


def test_dates_are_no_amounts():
    with pytest.raises(FrameError, match="'day' holds dates"):
        check_target(pd.Series(pd.date_range("2024-01-01", periods=30)), "day", Task.REGRESSION)


def test_infinities_are_not_usable_amounts():
    with pytest.raises(FrameError, match="filled in 19 of 21 rows"):
        check_target(pd.Series([*range(19), float("inf"), float("-inf")]), "price", Task.REGRESSION)


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b"] * 10, Task.BINARY),
        (["a", "b", "c"] * 10, Task.MULTICLASS),
        ([*range(20)], Task.REGRESSION),
    ],
)
def test_a_usable_target_passes(values, task):
    check_target(pd.Series(values), "y", task)


def test_a_long_value_is_cut_in_the_message():
    with pytest.raises(FrameError) as caught:
        check_target(pd.Series(["a", "b"] * 10 + ["x" * 500]), "kind", Task.MULTICLASS)
    assert len(caught.value.what) < 140
