import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.runtime.blending import combine_chances
from core.runtime.combos import SplineNumbers
from core.runtime.target import TargetScale


@parametrize_with_checks([TargetScale()])
def test_it_keeps_to_the_rules_of_the_library(estimator, check):
    check(estimator)


def column(values):
    return np.asarray(values, dtype=float).reshape(-1, 1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("draw", ["normal", "lognormal"])
def test_the_way_back_is_the_way_there(draw, seed):
    values = column(getattr(np.random.default_rng(seed), draw)(size=200))
    scale = TargetScale().fit(values)
    assert np.allclose(scale.inverse_transform(scale.transform(values)), values)
    assert scale.transform(values).mean() == pytest.approx(0, abs=1e-9)
    assert scale.transform(values).std() == pytest.approx(1)


def test_a_long_tail_is_bent_and_an_even_spread_is_not():
    rng = np.random.default_rng(1)
    assert TargetScale().fit(column(rng.lognormal(sigma=1.5, size=500))).bent_.all()
    assert not TargetScale().fit(column(rng.normal(50, 3, 500))).bent_.any()
    assert not TargetScale().fit(column(-rng.lognormal(sigma=1.5, size=500))).bent_.any()


def test_what_lies_far_beyond_is_taken_to_an_edge_that_is_finite():
    scale = TargetScale().fit(column(np.random.default_rng(1).lognormal(sigma=2, size=500)))
    back = scale.inverse_transform(column([1e9, -1e9]))
    assert np.isfinite(back).all()


def test_an_amount_that_is_always_the_same_stays_so():
    scale = TargetScale().fit(column([4.0] * 10))
    assert scale.inverse_transform(column([0.0]))[0, 0] == pytest.approx(4.0)


def test_the_mean_and_the_pool_of_chances_are_theirs():
    said = np.array([[[0.2, 0.8]], [[0.6, 0.4]]])
    weights = np.array([0.25, 0.75])
    assert combine_chances(said, weights, "mean")[0] == pytest.approx([0.5, 0.5])
    raised = np.array([0.2**0.25 * 0.6**0.75, 0.8**0.25 * 0.4**0.75])
    assert combine_chances(said, weights, "pool")[0] == pytest.approx(raised / raised.sum())


def test_a_stack_is_a_logistic_regression_on_log_chances_halved_with_the_pool():
    said = np.array([[[0.2, 0.8]], [[0.6, 0.4]]])
    weights = np.array([0.5, 0.5])
    coef = np.array([[1.0, 0.0, 2.0, 0.0], [0.0, 1.0, 0.0, 2.0]])
    raised = np.array([0.2 * 0.6**2, 0.8 * 0.4**2])
    pool = combine_chances(said, weights, "pool")
    found = combine_chances(said, weights, "pool", coef, np.zeros(2))
    assert found[0] == pytest.approx((pool[0] + raised / raised.sum()) / 2)


def test_splines_of_numbers_alone_are_those_beside_a_category():
    rng = np.random.default_rng(0)
    numbers = pd.DataFrame({"b": rng.normal(size=60), "flag": np.zeros(60), "a": rng.normal(size=60)})
    mixed = numbers.assign(town=pd.Series(["x"] * 60, dtype="str"))
    alone = SplineNumbers().fit(numbers).transform(numbers)
    beside = SplineNumbers().fit(mixed).transform(mixed).drop(columns="town")
    pd.testing.assert_frame_equal(alone, beside)
