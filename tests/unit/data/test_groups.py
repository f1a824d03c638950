import numpy as np
import pandas as pd
import pytest

from core.data.groups import GroupShare, group_labels, representation
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.framing.intervals import wilson

FRAME = Frame(target="y", task=Task.BINARY, positive="yes", sensitive=("g",))
SCHEMA = Schema(columns=(ColumnSpec(name="g", type=ColumnType.CATEGORY), ColumnSpec(name="y", type=ColumnType.YES_NO)))


def table(*groups):
    rows = [(name, "yes" if place < hits else "no") for name, n, hits in groups for place in range(n)]
    return pd.DataFrame(rows, columns=["g", "y"])


def test_a_group_has_its_size_its_outcomes_and_their_interval():
    big, small = representation(table(("a", 200, 150), ("b", 50, 10)), SCHEMA, FRAME, "g")
    low, high = wilson(10, 50)
    assert small == GroupShare("b", 50, 0.2, 50, 10, 0.2, low, high, True)
    assert (big.group, big.rows, big.too_small) == ("a", 200, False)


def test_few_outcomes_make_a_large_group_too_small():
    groups = representation(table(("a", 339, 96), ("b", 2041, 189)), SCHEMA, FRAME, "g")
    assert {group.group: group.too_small for group in groups} == {"b": False, "a": True}


def test_rows_without_a_value_are_a_group_and_come_last():
    groups = representation(table((None, 30, 5), ("a", 10, 5)), SCHEMA, FRAME, "g")
    assert [group.group for group in groups] == ["a", "(missing)"]


def test_rows_without_an_outcome_do_not_count_in_the_rate():
    rows = table(("a", 10, 5))
    rows.loc[0, "y"] = None
    group = representation(rows, SCHEMA, FRAME, "g")[0]
    assert (group.rows, group.known, group.positives) == (10, 9, 4)


def test_without_a_target_only_sizes_are_known():
    group = representation(table(("a", 10, 5)), SCHEMA, Frame(), "g")[0]
    assert (group.rows, group.positives, group.outcome_rate, group.low) == (10, None, None, None)


def test_an_amount_gives_the_groups_mean():
    rows = pd.DataFrame({"g": ["a", "a", "b"], "y": [1.0, 3.0, np.nan]})
    frame = Frame(target="y", task=Task.REGRESSION)
    assert [group.outcome_rate for group in representation(rows, SCHEMA, frame, "g")] == [2.0, None]


def test_many_numbers_become_four_bands():
    labels = group_labels(pd.Series([*range(18, 58), None]), ColumnType.NUMBER)
    assert labels.value_counts().to_dict() == {
        "18 to 27": 10, "28 to 37": 10, "38 to 47": 10, "48 to 57": 10, "(missing)": 1,
    }  # fmt: skip


def test_few_numbers_stay_as_they_are():
    assert group_labels(pd.Series([1.0, 2.0, 1.0]), ColumnType.NUMBER).tolist() == ["1", "2", "1"]


def test_values_beyond_the_twenty_most_frequent_are_put_together():
    labels = group_labels(pd.Series([f"g{place}" for place in range(30)]), ColumnType.CATEGORY)
    assert labels.nunique() == 20
    assert (labels == "(others)").sum() == 11


@pytest.mark.parametrize("kind", [ColumnType.NUMBER, ColumnType.CATEGORY])
def test_an_empty_column_is_one_group(kind):
    assert set(group_labels(pd.Series([None, None], dtype=object), kind)) == {"(missing)"}


def test_every_row_is_in_exactly_one_group():
    ages = pd.DataFrame({"g": np.random.default_rng(0).integers(18, 90, 333), "y": ["yes", "no", "no"] * 111})
    schema = SCHEMA.with_column("g", type=ColumnType.NUMBER)
    assert sum(group.rows for group in representation(ages, schema, FRAME, "g")) == 333
