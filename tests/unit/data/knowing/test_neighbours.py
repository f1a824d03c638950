"""Mutual information along a line: what trees of neighbours find, and what is known by counting."""

import numpy as np
import pytest
from sklearn.feature_selection import mutual_info_classif

from core.data.knowing.neighbours import information_on_kind

RNG = np.random.default_rng(3)
KINDS = RNG.integers(0, 3, 600)
AMOUNTS = {
    "unlike": RNG.normal(KINDS * 1.5, 1.0),
    "noise": RNG.normal(0, 1.0, 600),
    "counts with many alike": RNG.poisson(KINDS + 1.0).astype(float),
    "one value": np.full(600, 7.0),
    "large": RNG.normal(1e9 + KINDS, 1.0),
}


@pytest.mark.parametrize("values", AMOUNTS.values(), ids=AMOUNTS)
def test_it_is_what_the_trees_of_neighbours_find(values):
    trees = mutual_info_classif(values.reshape(-1, 1), KINDS, discrete_features=False, random_state=7)[0]
    assert information_on_kind(values, KINDS, seed=7) == pytest.approx(trees, abs=0.005)


def test_an_amount_that_tells_two_kinds_apart_says_one_bit():
    kinds = np.repeat([0, 1], 200)
    values = np.concatenate([np.linspace(0, 1, 200), np.linspace(5, 6, 200)])
    assert information_on_kind(values, kinds, seed=7) == pytest.approx(np.log(2), abs=0.01)


def test_a_kind_of_a_single_row_is_left_out():
    assert information_on_kind(np.array([1.0, 2.0]), np.array([0, 1]), seed=7) == 0.0
    values, kinds = AMOUNTS["unlike"], KINDS.copy()
    kinds[0] = 9
    without = information_on_kind(values[1:], kinds[1:], seed=7)
    assert information_on_kind(values, kinds, seed=7) == pytest.approx(without, abs=0.01)
