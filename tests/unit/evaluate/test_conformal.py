from math import inf, isnan

import numpy as np
import pytest

from core.evaluate.conformal import prediction_intervals, reach_of
from core.framing.frame import Task
from core.framing.outcomes import Outcomes

REPEATS = 200


def amounts(actual, predicted):
    return Outcomes(Task.REGRESSION, np.asarray(actual, dtype=float), values=np.asarray(predicted, dtype=float))


@pytest.mark.parametrize(("n", "level", "reach"), [(9, 0.9, 9.0), (19, 0.9, 18.0), (8, 0.9, inf), (9, 0.5, 5.0)])
def test_the_distance_is_the_order_statistic_of_the_absolute_errors(n, level, reach):
    errors = np.arange(1.0, n + 1) * np.where(np.arange(n) % 2, -1, 1)
    assert reach_of(errors, level) == reach


def test_intervals_of_refitted_models_hold_new_rows_as_often_as_they_say():
    """Ridge-free least squares on 120 rows, heavy tails, five folds, refitted on all rows, held against 50 new ones."""
    rng = np.random.default_rng(11)
    held = {0.8: [], 0.9: [], 0.95: []}
    for _ in range(REPEATS):
        slope = rng.normal(size=4)
        x, new = rng.normal(size=(120, 4)), rng.normal(size=(50, 4))
        y, later = x @ slope + rng.standard_t(4, size=120), new @ slope + rng.standard_t(4, size=50)
        folds = np.arange(120) % 5
        predicted = np.empty(120)
        for fold in range(5):
            fitted = np.linalg.lstsq(x[folds != fold], y[folds != fold], rcond=None)[0]
            predicted[folds == fold] = x[folds == fold] @ fitted
        found = prediction_intervals(amounts(y, predicted), folds)
        off = np.abs(later - new @ np.linalg.lstsq(x, y, rcond=None)[0])
        for level, shares in held.items():
            shares.append((off <= found.at(level).reach).mean())
    assert np.mean(held[0.8]) >= 0.78
    assert 0.88 <= np.mean(held[0.9]) <= 0.94
    assert 0.93 <= np.mean(held[0.95]) <= 0.98


def test_the_share_that_holds_is_checked_on_the_other_folds():
    rng = np.random.default_rng(2)
    found = prediction_intervals(amounts(rng.normal(size=2_000), np.zeros(2_000)), np.arange(2_000) % 5)
    main = found.at(0.9)
    assert main.reach == pytest.approx(1.645, abs=0.1)
    assert main.low < 0.9 < main.high
    # A fold with errors ten times as large is not held by what the other four say.
    errors = rng.normal(size=2_000) * np.where(np.arange(2_000) % 5 == 0, 10, 1)
    shifted = prediction_intervals(amounts(errors, np.zeros(2_000)), np.arange(2_000) % 5)
    assert shifted.at(0.9).high < 0.9


def test_errors_that_grow_with_the_prediction_are_told_by_range():
    rng = np.random.default_rng(4)
    predicted = rng.uniform(1, 11, size=5_000)
    found = prediction_intervals(amounts(predicted + rng.normal(size=5_000) * predicted, predicted))
    assert [part.n for part in found.ranges] == [1_000] * 5
    assert found.ranges[0].reach == pytest.approx(1.645 * 2, rel=0.15)
    assert found.ranges[-1].reach == pytest.approx(1.645 * 10, rel=0.15)
    assert found.uneven
    assert "But the width depends on the size of the prediction" in found.sentence


def test_even_errors_need_one_width_only():
    rng = np.random.default_rng(4)
    predicted = rng.uniform(0, 10, size=5_000)
    found = prediction_intervals(amounts(predicted + rng.uniform(-2, 2, size=5_000), predicted))
    assert not found.uneven
    assert found.sentence.startswith("90 of 100 amounts lie within ± 1.8")


def test_few_rows_are_said_to_be_few_and_give_no_ranges():
    found = prediction_intervals(amounts([1, 2, 3], [1, 1, 1]))
    assert found.sentence == "3 rows are too few to say how far off 90 of 100 amounts are."
    assert found.ranges == ()
    assert isnan(found.at(0.9).held)


def test_predictions_that_are_all_the_same_give_no_ranges():
    assert prediction_intervals(amounts(np.arange(500), np.full(500, 7.0))).ranges == ()
