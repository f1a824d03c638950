import math

import numpy as np
import pytest

from core.evaluate.compare import fold_interval, paired_test, tie_group


def test_the_interval_of_folds_by_hand():
    # mean 0.8, sd 0.1, error 0.1 * sqrt(1/5 + 1/4) = 0.067082, t(0.975, 4) = 2.776445
    low, high = fold_interval([0.7, 0.7, 0.8, 0.9, 0.9], n_fit=80, n_judge=20)
    assert low == pytest.approx(0.8 - 2.776445 * 0.1 * math.sqrt(0.45), abs=1e-6)
    assert high == pytest.approx(0.8 + 2.776445 * 0.1 * math.sqrt(0.45), abs=1e-6)


def test_one_fold_gives_no_interval():
    low, high = fold_interval([0.7, np.nan], n_fit=80, n_judge=20)
    assert math.isnan(low)
    assert math.isnan(high)


def test_the_correction_makes_a_difference_less_certain_than_the_plain_t_test():
    from scipy.stats import ttest_rel

    a, b = [0.81, 0.79, 0.83, 0.80, 0.82], [0.78, 0.77, 0.82, 0.79, 0.78]
    assert paired_test(a, b, 80, 20) > ttest_rel(a, b).pvalue


def test_without_rows_left_out_the_correction_is_the_plain_t_test():
    from scipy.stats import ttest_rel

    a, b = [0.81, 0.79, 0.83, 0.80, 0.82], [0.78, 0.77, 0.82, 0.79, 0.78]
    assert paired_test(a, b, 80, 0) == pytest.approx(ttest_rel(a, b).pvalue)


def test_the_same_scores_do_not_differ():
    assert paired_test([0.8, 0.7], [0.8, 0.7], 80, 20) == 1.0


def test_the_same_difference_in_each_fold_is_certain():
    assert paired_test([0.75, 0.5], [0.5, 0.25], 80, 20) == 0.0


def test_folds_that_cannot_be_compared_are_left_out():
    assert paired_test([0.8, np.nan], [0.7, 0.6], 80, 20) == 1.0


def test_different_numbers_of_folds_are_refused():
    with pytest.raises(ValueError):
        paired_test([0.8, 0.7], [0.8, 0.7, 0.9], 80, 20)


def test_the_tie_group_holds_what_chance_explains():
    scores = {
        "weak": [0.60, 0.61, 0.59, 0.60, 0.62],
        "good": [0.80, 0.82, 0.78, 0.81, 0.79],
        "close": [0.79, 0.83, 0.78, 0.79, 0.80],
        "failed": [np.nan] * 5,
    }
    group = tie_group(scores, 80, 20, higher_is_better=True)
    assert group.best == "good"
    assert group.tied == ("good", "close")
    assert group.p_values["good"] == 1.0
    assert group.p_values["weak"] < 0.001


def test_for_a_loss_the_smallest_is_best():
    assert tie_group({"a": [3.0, 3.1], "b": [1.0, 1.1]}, 80, 20, higher_is_better=False).best == "b"


def test_a_tie_group_needs_a_score():
    with pytest.raises(ValueError):
        tie_group({"a": [np.nan]}, 80, 20, higher_is_better=True)
