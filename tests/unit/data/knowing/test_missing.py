import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.data.knowing.missing import Pattern, missing_mask, missingness
from core.data.knowing.outcomes import outcome_along
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.framing.intervals import wilson

FRAME = Frame(target="y", task=Task.BINARY, positive="yes")
SCHEMA = Schema(
    columns=tuple(
        ColumnSpec(name=name, type=ColumnType(kind))
        for name, kind in {"a": "number", "b": "number", "c": "category", "y": "yes_no"}.items()
    )
)


def table():
    n = np.arange(100)
    return pd.DataFrame({
        "a": np.where(n < 30, np.nan, n), "b": np.where(n < 20, np.nan, n),
        "c": pd.Series(["x"] * 95 + [" "] * 5, dtype="str"), "y": np.where(n % 2 == 0, "yes", "no"),
    })  # fmt: skip


def test_columns_missing_together_are_counted_by_pattern():
    found = missingness(table(), SCHEMA, FRAME)
    assert found.patterns == (Pattern(("a", "b"), 20), Pattern(("a",), 10), Pattern(("c",), 5))
    assert (found.complete, found.n_patterns, found.gaps) == (65, 3, (("a", 30), ("b", 20), ("c", 5)))


def test_the_correlation_of_gaps_is_pearsons_of_their_masks():
    rows = table()
    pair = next(pair for pair in missingness(rows, SCHEMA).pairs if (pair.first, pair.second) == ("a", "b"))
    assert pair.both == 20
    assert pair.phi == pytest.approx(stats.pearsonr(rows["a"].isna(), rows["b"].isna()).statistic)


def test_a_blank_or_unreadable_value_is_missing_as_it_is_for_the_model():
    texts = pd.Series(["1", "x", " ", None])
    assert missing_mask(texts, ColumnSpec(name="n", type=ColumnType.NUMBER)).tolist() == [False, True, True, True]
    assert missing_mask(texts, ColumnSpec(name="t", type=ColumnType.TEXT)).tolist() == [False, False, True, True]


def test_the_outcome_where_a_column_is_missing_has_newcombes_interval():
    # Newcombe (1998), table II, the first example: 56 of 70 against 48 of 80, difference 0.2, 0.0524 to 0.3339.
    rows = pd.DataFrame({
        "a": [np.nan] * 70 + [1.0] * 80, "y": ["yes"] * 56 + ["no"] * 14 + ["yes"] * 48 + ["no"] * 32,
    })  # fmt: skip
    (found,) = missingness(rows, SCHEMA, FRAME).outcomes
    assert (found.missing, found.filled, found.value, found.other) == (70, 80, 0.8, 0.6)
    assert (found.low, found.high) == wilson(56, 70)
    assert (round(found.difference_low, 4), round(found.difference_high, 4)) == (0.0524, 0.3339)
    assert found.differs


def test_a_mean_where_a_column_is_missing_has_welchs_interval():
    rng = np.random.default_rng(0)
    inside, outside = rng.normal(1, 2, 40), rng.normal(0, 1, 90)
    rows = pd.DataFrame({"a": [np.nan] * 40 + [1.0] * 90, "y": [*inside, *outside]})
    schema = SCHEMA.with_column("y", type=ColumnType.NUMBER)
    (found,) = missingness(rows, schema, Frame(target="y", task=Task.REGRESSION)).outcomes
    expected = stats.ttest_ind(inside, outside, equal_var=False).confidence_interval()
    assert (found.difference_low, found.difference_high) == pytest.approx((expected.low, expected.high))


def test_a_table_without_gaps_has_no_pattern():
    found = missingness(pd.DataFrame({"a": [1.0, 2.0]}), SCHEMA, FRAME)
    assert (found.complete, found.patterns, found.pairs, found.outcomes) == (2, (), (), ())


def test_the_outcome_along_a_column_has_a_rate_with_interval_in_each_bar():
    rows = pd.DataFrame({"c": ["x"] * 60 + ["z"] * 40, "y": ["yes"] * 15 + ["no"] * 45 + ["yes"] * 20 + ["no"] * 20})
    found = outcome_along(rows, SCHEMA, FRAME, "c")
    assert (found.outcome, found.is_share, found.overall) == ("yes", True, 0.35)
    assert [(bar.name, bar.rows, bar.value) for bar in found.bars] == [("x", 60, 0.25), ("z", 40, 0.5)]
    assert (found.bars[0].low, found.bars[0].high) == wilson(15, 60)
    assert outcome_along(rows, SCHEMA, FRAME, "y") is None


def test_a_bar_with_one_amount_has_no_interval():
    rows = pd.DataFrame({"c": ["x", "x", "z"], "y": [1.0, 3.0, 5.0]})
    found = outcome_along(
        rows, SCHEMA.with_column("y", type=ColumnType.NUMBER), Frame(target="y", task=Task.REGRESSION), "c"
    )
    assert [(bar.value, bar.low is None) for bar in found.bars] == [(2.0, False), (5.0, True)]
