import numpy as np
import pandas as pd

from core.data.representation import against_reference, mean_interval, representation
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
    assert (small.group, small.rows, small.share, small.known, small.positives) == ("b", 50, 0.2, 50, 10)
    assert (small.outcome_rate, small.low, small.high, small.too_small) == (0.2, low, high, True)
    assert (small.share_low, small.share_high) == wilson(50, 250)
    assert small.members == (("g", "b"),)
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


def test_a_mean_has_the_interval_of_students_t():
    # 1, 2, 3: mean 2, spread 1, so 2 ± 4.302653 / √3.
    low, high = mean_interval(np.array([1.0, 2.0, 3.0]))
    assert (round(low, 4), round(high, 4)) == (-0.4841, 4.4841)
    assert mean_interval(np.array([1.0])) == (None, None)


def test_every_row_is_in_exactly_one_group():
    ages = pd.DataFrame({"g": np.random.default_rng(0).integers(18, 90, 333), "y": ["yes", "no", "no"] * 111})
    schema = SCHEMA.with_column("g", type=ColumnType.NUMBER)
    assert sum(group.rows for group in representation(ages, schema, FRAME, "g")) == 333


def test_two_columns_give_every_pair_of_their_groups():
    rows = pd.DataFrame(
        {"g": ["a"] * 3 + ["b"] * 2, "h": ["x", "x", "z", "x", "x"], "y": ["yes", "no", "no", "yes", "no"]}
    )
    schema = Schema(columns=(*SCHEMA.columns, ColumnSpec(name="h", type=ColumnType.CATEGORY)))
    found = {one.group: (one.rows, one.positives) for one in representation(rows, schema, FRAME, "g", "h")}
    assert found == {"a · x": (2, 1), "a · z": (1, 0), "b · x": (2, 1), "b · z": (0, 0)}


def shares(**rows):
    return representation(table(*((name, n, 1) for name, n in rows.items())), SCHEMA, FRAME, "g")


def test_a_group_below_its_reference_is_under_represented_in_words():
    found = against_reference(shares(women=240, men=760), {"women": 0.51, "men": 0.49}, "g")
    by_group = {verdict.group: verdict for verdict in found.verdicts}
    assert by_group["women"].kind == "under"
    assert by_group["women"].words == (
        "women: 24.0% here (95% interval 21.5 to 26.7), 51.0% in the reference: under-represented by 27.0 points."
    )
    assert by_group["men"].kind == "over"


def test_the_test_over_all_groups_is_pearsons():
    from scipy.stats import chisquare

    found = against_reference(shares(a=240, b=300, c=460), {"a": 0.25, "b": 0.25, "c": 0.5}, "g")
    expected = chisquare([240, 300, 460], [250, 250, 500])
    assert np.isclose(found.chi_square, expected.statistic)
    assert np.isclose(found.p, expected.pvalue)
    assert found.degrees == 2


def test_a_share_like_the_reference_is_said_to_be_alike():
    found = against_reference(shares(a=505, b=495), {"a": 0.5, "b": 0.5}, "g")
    assert [verdict.kind for verdict in found.verdicts] == ["like", "like"]
    assert "fit the reference within chance" in found.words


def test_incomplete_references_give_verdicts_and_no_test():
    found = against_reference(shares(a=100, b=900), {"a": 0.5}, "g")
    assert [verdict.kind for verdict in found.verdicts] == ["under"]
    assert (found.p, found.words) == (None, "The references are not complete: 1 group has none.")


def test_a_handful_of_rows_is_not_judged():
    found = against_reference(shares(a=2, b=98), {"a": 0.01, "b": 0.99}, "g")
    assert next(verdict.kind for verdict in found.verdicts if verdict.group == "a") == "too few"
    assert found.p is None


def test_rows_without_a_group_do_not_count_in_the_shares():
    rows = table((None, 500, 5), ("a", 300, 5), ("b", 200, 5))
    found = against_reference(representation(rows, SCHEMA, FRAME, "g"), {"a": 0.6, "b": 0.4}, "g")
    assert (found.known, [verdict.kind for verdict in found.verdicts]) == (500, ["like", "like"])
