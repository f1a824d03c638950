from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.data.knowing.association import association_matrix, associations, collinear_groups, information
from core.data.knowing.coded import code_table
from core.data.knowing.measures import correlation_ratio, correlation_ratios, cramers_v, ranks, spearman
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task

RNG = np.random.default_rng(3)


def schema(**kinds):
    return Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType(kind)) for name, kind in kinds.items()))


def test_ranks_are_scipys_with_ties():
    values = np.array([3.0, 1.0, 3.0, 2.0, 3.0])
    assert ranks(values).tolist() == stats.rankdata(values).tolist()
    assert np.isnan(ranks(np.array([1.0, np.nan])))[1]


def test_spearman_is_scipys():
    first, second = RNG.integers(0, 9, 200).astype(float), RNG.normal(size=200)
    second[:40] = np.nan
    assert np.isclose(spearman(first, second), stats.spearmanr(first[40:], second[40:]).statistic)
    assert np.isnan(spearman(np.ones(20), RNG.normal(size=20)))


def test_cramers_v_without_its_correction_is_scipys():
    first, second = RNG.integers(0, 4, 300), RNG.integers(0, 3, 300)
    table = pd.crosstab(first, second).to_numpy()
    assert np.isclose(cramers_v(first, second, corrected=False), stats.contingency.association(table, "cramer"))


def test_cramers_v_is_corrected_as_bergsma_says():
    # Two by two, 30 10 / 10 30: phi² 0.25, less 1/79; each side has 2 − 1/79 corrected levels.
    first = np.repeat([0, 0, 1, 1], [30, 10, 10, 30])
    second = np.repeat([0, 1, 0, 1], [30, 10, 10, 30])
    assert np.isclose(cramers_v(first, second), np.sqrt((0.25 - 1 / 79) / (1 - 1 / 79)))
    assert cramers_v(first, first) == 1.0


def test_independent_levels_look_associated_only_without_the_correction():
    first, second = RNG.integers(0, 20, 200), RNG.integers(0, 20, 200)
    assert cramers_v(first, second, corrected=False) > 0.25
    assert cramers_v(first, second) < 0.15


def test_a_missing_level_takes_no_part():
    first, second = np.array([0, 1, -1, 0, 1, 0]), np.array([0, 1, 0, 0, 1, -1])
    assert cramers_v(first, second, corrected=False) == pytest.approx(1.0)
    assert np.isnan(cramers_v(np.array([0, -1]), np.array([0, 1])))


def test_the_correlation_ratio_is_the_root_of_the_variance_between():
    # 1, 3 | 5, 7: mean 4, between 4·2² = 16, all 20.
    codes, numbers = np.array([0, 0, 1, 1]), np.array([1.0, 3.0, 5.0, 7.0])
    assert np.isclose(correlation_ratio(codes, numbers, corrected=False), np.sqrt(0.8))
    # Corrected: 1 − 0.2 · 3 / 2.
    assert np.isclose(correlation_ratio(codes, numbers), np.sqrt(0.7))


def test_the_correlation_ratio_of_two_levels_is_the_correlation():
    codes, numbers = RNG.integers(0, 2, 500), RNG.normal(size=500)
    numbers += codes
    assert np.isclose(correlation_ratio(codes, numbers, corrected=False), stats.pearsonr(codes, numbers).statistic)


def test_several_correlation_ratios_at_once_are_those_of_each_over_its_own_filled_rows():
    rng = np.random.default_rng(5)
    codes = rng.integers(-1, 4, 300)
    numbers = rng.normal(codes[:, None] * [0.0, 1.0, 5.0, 0.0, 1.0], 1.0) + 1e6
    numbers[rng.random(numbers.shape) < 0.2] = np.nan
    numbers[:, 3] = 2.5
    numbers[codes != 1, 4] = np.nan
    expected = []
    for column in numbers.T[:3]:
        both = (codes >= 0) & ~np.isnan(column)
        levels = [column[both & (codes == level)] for level in range(4)]
        within = sum(((level - level.mean()) ** 2).sum() for level in levels)
        total = ((column[both] - column[both].mean()) ** 2).sum()
        share = 1 - within / total * (both.sum() - 1) / (both.sum() - 4)
        expected.append(np.sqrt(max(0.0, share)))
    found = correlation_ratios(codes, numbers)
    assert np.allclose(found[:3], expected)
    assert np.isnan(found[3:]).all()
    assert np.isnan(correlation_ratios(np.full(300, -1), numbers)).all()


def test_the_correlation_ratio_squared_is_what_analysis_of_variance_explains():
    codes, numbers = RNG.integers(0, 4, 200), RNG.normal(size=200)
    f = stats.f_oneway(*(numbers[codes == kind] for kind in range(4))).statistic
    assert np.isclose(correlation_ratio(codes, numbers, corrected=False) ** 2, 3 * f / (3 * f + 196))


def table(n=400):
    amount = RNG.normal(size=n)
    kind = np.where(amount > 0, "high", "low")
    return pd.DataFrame({
        "amount": amount,
        "double": 2 * amount + 1,
        "other": RNG.normal(size=n),
        "kind": kind,
        "letter": RNG.choice(list("abc"), n),
    })  # fmt: skip


KINDS = {"amount": "number", "double": "number", "other": "number", "kind": "category", "letter": "category"}


def test_the_matrix_holds_each_pairs_own_measure():
    held = table()
    names, values = association_matrix(code_table(held, schema(**KINDS)))
    found = pd.DataFrame(values, index=names, columns=names)
    assert np.isclose(found.loc["amount", "double"], 1.0)
    assert np.isclose(found.loc["amount", "other"], stats.spearmanr(held["amount"], held["other"]).statistic)
    codes = pd.factorize(held["kind"])[0]
    assert np.isclose(found.loc["amount", "kind"], correlation_ratio(codes, ranks(held["amount"].to_numpy())))
    assert np.isclose(found.loc["kind", "letter"], cramers_v(codes, pd.factorize(held["letter"])[0]))
    assert np.allclose(values, values.T)


def test_a_column_that_does_not_vary_has_no_association():
    held = pd.DataFrame({"a": [1.0] * 50, "b": np.arange(50.0)})
    _, values = association_matrix(code_table(held, schema(a="number", b="number")))
    assert np.isnan(values[0, 1])


def test_columns_that_say_the_same_are_one_group():
    names, values = association_matrix(code_table(table(), schema(**KINDS)))
    assert collinear_groups(names, values, together=0.95) == [("amount", "double")]
    assert collinear_groups(["a"], np.ones((1, 1))) == []


def test_pairs_stand_strongest_first_and_say_their_measure():
    pairs = associations(table(), schema(**KINDS)).pairs
    assert (pairs[0].first, pairs[0].second, pairs[0].measure) == ("amount", "double", "Spearman")
    assert {pair.measure for pair in pairs if "kind" in (pair.first, pair.second)} == {
        "Correlation ratio",
        "Cramér’s V",
    }
    assert all(abs(one.value) >= abs(other.value) for one, other in pairwise(pairs))


def test_larger_tables_are_looked_at_on_a_sample_that_is_said():
    held = pd.DataFrame({"a": np.arange(25_000.0), "b": np.arange(25_000.0), "c": np.arange(25_000.0)})
    coded = code_table(held, schema(a="number", b="number", c="number"), first=("c",), columns=2)
    assert coded.rows_words == "20,000 rows drawn at random from 25,000 (seed 7), the first 2 of 3 columns"
    assert set(coded.columns) == {"a", "c"}


def test_information_with_the_outcome_is_normalised():
    n = 1000
    outcome = np.arange(n) % 2
    held = pd.DataFrame({
        "same": np.where(outcome, "x", "z"), "noise": RNG.choice(list("abc"), n),
        "amount": outcome + RNG.normal(scale=0.01, size=n), "y": np.where(outcome, "yes", "no"),
    })  # fmt: skip
    frame = Frame(target="y", task=Task.BINARY, positive="yes")
    kinds = schema(same="category", noise="category", amount="number", y="yes_no")
    found = {one.column: one.value for one in information(held, kinds, frame)}
    assert found["same"] == pytest.approx(1.0)
    assert found["amount"] > 0.95
    assert found["noise"] < 0.02


def test_information_on_an_amount_is_near_the_correlation_of_normal_amounts():
    first, second = RNG.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 3000).T
    frame = Frame(target="y", task=Task.REGRESSION)
    (found,) = information(pd.DataFrame({"x": first, "y": second}), schema(x="number", y="number"), frame)
    assert found.value == pytest.approx(0.8, abs=0.05)
    assert found.rows == 3000
