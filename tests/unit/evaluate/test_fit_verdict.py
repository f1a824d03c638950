import math

import pytest

from core.evaluate.fit_verdict import Fit, beats, fit_verdict

GOOD = [0.80, 0.82, 0.78, 0.81, 0.79]


def test_a_large_certain_gap_is_overfit():
    verdict = fit_verdict([0.99] * 5, GOOD, "roc_auc", 80, 20)
    assert verdict.kind is Fit.OVERFIT
    assert verdict.gap == pytest.approx(0.19)
    assert verdict.low > 0
    assert verdict.sentence.startswith("ROC AUC is 0.990 on rows the model has seen and 0.800 on rows it has not seen.")


def test_a_small_gap_is_sound():
    assert fit_verdict([0.83] * 5, GOOD, "roc_auc", 80, 20, baseline=[0.5] * 5).kind is Fit.SOUND


def test_no_better_than_the_baseline_is_underfit():
    verdict = fit_verdict([0.53] * 5, [0.52, 0.47, 0.51, 0.50, 0.49], "roc_auc", 80, 20, baseline=[0.5] * 5)
    assert verdict.kind is Fit.UNDERFIT


def test_a_gap_that_may_be_chance_is_left_open():
    assert fit_verdict([0.9] * 3, [0.9, 0.5, 0.85], "roc_auc", 80, 40).kind is Fit.CANNOT_TELL


def test_one_fold_cannot_tell():
    verdict = fit_verdict([0.9], [0.8], "roc_auc", 80, 20)
    assert verdict.kind is Fit.CANNOT_TELL
    assert (verdict.seen, verdict.unseen) == (0.9, 0.8)
    assert math.isnan(verdict.gap)


def test_the_gap_of_a_loss_is_worse_when_higher():
    verdict = fit_verdict([10, 10.1, 9.9], [20, 20.2, 19.9], "rmse", 80, 40)
    assert verdict.kind is Fit.OVERFIT
    assert verdict.gap == pytest.approx(10.03, abs=0.01)


def test_a_gap_of_an_amount_is_held_against_the_amount():
    assert fit_verdict([1000, 1001, 999], [1050, 1051, 1049], "rmse", 80, 40).kind is Fit.SOUND


def test_beating_the_baseline_needs_more_than_chance():
    assert beats(GOOD, [0.5] * 5, "roc_auc", 80, 20)
    assert not beats([0.51, 0.49, 0.52, 0.5, 0.5], [0.5] * 5, "roc_auc", 80, 20)
    assert not beats([2.0, 2.0], [1.0, 1.0], "rmse", 80, 20)
