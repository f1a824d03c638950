from math import isnan

import numpy as np
import pytest
from scipy.stats import ttest_ind
from scipy.stats.contingency import relative_risk

from core.fairness.measures import Rate, _mean, difference


def share(successes, rows):
    return Rate(successes / rows, 0, 0, rows)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe (1998), table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_of_shares_has_newcombes_interval(first, second, low, high):
    found = difference(share(*first), share(*second), is_share=True)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_a_ratio_of_shares_has_katzs_interval():
    found = difference(share(30, 100), share(20, 120), is_share=True)
    judge = relative_risk(30, 100, 20, 120).confidence_interval(0.95)
    assert (found.ratio_low, found.ratio_high) == pytest.approx((judge.low, judge.high))


def test_a_ratio_with_nothing_in_the_first_group_still_has_an_interval():
    found = difference(share(0, 50), share(10, 50), is_share=True)
    assert found.ratio == 0
    assert 0 < found.ratio_low < found.ratio_high < 1


def test_a_difference_of_means_has_welchs_interval():
    rng = np.random.default_rng(1)
    first, second = rng.normal(1, 2, 40), rng.normal(0, 1, 15)
    found = difference(_mean(first, 0.95), _mean(second, 0.95), is_share=False)
    judge = ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((judge.low, judge.high))


def test_a_group_without_rows_is_not_compared():
    found = difference(Rate(float("nan"), 0, 1, 0), share(1, 2), is_share=True)
    assert isnan(found.value)
