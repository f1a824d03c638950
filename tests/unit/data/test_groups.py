import numpy as np
import pandas as pd

from core.data.groups import group_labels, grouping_of, in_order
from core.data.schema import ColumnSpec, ColumnType
from core.runtime.rules import MISSING, OTHER

AGE = ColumnSpec(name="age", type=ColumnType.NUMBER)
RACE = ColumnSpec(name="race", type=ColumnType.CATEGORY)


def test_a_missing_value_is_a_group_of_its_own():
    labels = group_labels(pd.Series(["a", None, "b"], name="race"), RACE)
    assert labels.tolist() == ["a", MISSING, "b"]
    assert labels.name == "race"


def test_ages_are_cut_at_rounded_quartiles():
    ages = pd.Series(range(20, 80))
    assert grouping_of(ages, AGE).edges == (35.0, 50.0, 64.0)
    assert grouping_of(ages, AGE).labels == ("below 35", "35 to 49", "50 to 63", "64 and above")


def test_amounts_with_decimals_say_where_a_part_ends():
    amounts = pd.Series(np.linspace(0, 1, 101))
    assert grouping_of(amounts, AGE).labels == ("below 0.2", "0.2 to below 0.5", "0.5 to below 0.8", "0.8 and above")


def test_a_number_with_few_values_is_taken_as_codes():
    assert group_labels(pd.Series([0, 1, 1, None]), AGE).tolist() == ["0", "1", "1", MISSING]


def test_birth_dates_are_cut_by_year():
    dates = pd.Series(pd.to_datetime([f"{year}-05-01" for year in range(1950, 2000)]))
    labels = grouping_of(dates, ColumnSpec(name="born", type=ColumnType.DATE)).labels
    assert labels == ("before 1962", "1962 to 1973", "1974 to 1986", "1987 and later")


def test_rare_levels_share_one_group():
    races = pd.Series([name for k, name in enumerate("abcdefghij") for _ in range(20 - k)])
    labels = group_labels(races, RACE)
    assert set(labels) == {*"abcdefg", OTHER}
    assert (labels == OTHER).sum() == 13 + 12 + 11


def test_every_value_missing_is_one_group():
    assert group_labels(pd.Series([None, None], dtype=object), AGE).tolist() == [MISSING, MISSING]


def test_bands_stand_in_the_order_of_their_numbers_and_the_rest_last():
    groups = ["64 and above", MISSING, "below 35", "35 to 49", OTHER, "50 to 63"]
    rows = dict.fromkeys(groups, 10)
    assert in_order(groups, rows) == ["below 35", "35 to 49", "50 to 63", "64 and above", OTHER, MISSING]


def test_numbers_in_groups_are_compared_as_numbers():
    groups = ["10", "9", "−5", "1,200 to 1,300"]
    assert in_order(groups, dict.fromkeys(groups, 1)) == ["−5", "9", "10", "1,200 to 1,300"]


def test_groups_without_numbers_stand_by_size_then_name():
    assert in_order(["a", "b", "c", MISSING], {"a": 1, "b": 5, "c": 5, MISSING: 9}) == ["b", "c", "a", MISSING]
