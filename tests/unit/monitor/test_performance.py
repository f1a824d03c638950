import numpy as np
import pytest

from core.evaluate.score import Score
from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.monitor.performance import Standing, compare_scores


def outcomes(right: int, wrong: int) -> Outcomes:
    actual = np.array(["yes"] * right + ["no"] * wrong, dtype=object)
    return Outcomes(
        Task.BINARY,
        actual,
        classes=("no", "yes"),
        positive="yes",
        probabilities=np.tile([0.1, 0.9], (right + wrong, 1)),
    )


def amounts(error: float, rows: int = 200) -> Outcomes:
    noise = np.random.default_rng(3).normal(0, error, rows)
    return Outcomes(Task.REGRESSION, np.zeros(rows), values=noise)


def test_a_score_that_fell_by_more_than_chance_is_worse():
    found = compare_scores(outcomes(140, 60), outcomes(900, 100), "accuracy", seed=7)
    assert found.standing is Standing.WORSE
    assert found.change == pytest.approx(-0.2)
    assert found.low < -0.2 < found.high < 0


def test_the_interval_of_the_change_is_made_of_both_scores_intervals():
    found = compare_scores(outcomes(140, 60), outcomes(900, 100), "accuracy", seed=7)
    then, now = found.then, found.now
    assert found.low == pytest.approx(-0.2 - np.hypot(now.value - now.low, then.high - then.value))
    assert found.high == pytest.approx(-0.2 + np.hypot(now.high - now.value, then.value - then.low))


def test_a_change_within_chance_is_none():
    assert compare_scores(outcomes(88, 12), outcomes(900, 100), "accuracy", seed=7).standing is Standing.SAME


def test_a_proven_but_tiny_change_is_too_small_to_matter():
    found = compare_scores(outcomes(99_000, 1_000), outcomes(99_500, 500), "accuracy", seed=7)
    assert found.high < 0
    assert found.standing is Standing.SAME
    assert "too small to matter" in found.sentence


def test_a_smaller_error_is_better():
    found = compare_scores(amounts(1.0), amounts(2.0), "rmse", seed=7)
    assert found.standing is Standing.BETTER
    assert compare_scores(amounts(2.0), amounts(1.0), "rmse", seed=7).standing is Standing.WORSE


def test_below_fifty_outcomes_nothing_is_said():
    found = compare_scores(outcomes(10, 39), outcomes(900, 100), "accuracy", seed=7)
    assert found.standing is Standing.UNKNOWN
    assert found.sentence.endswith("Below 50 rows that says too little.")


def test_a_metric_that_is_not_defined_says_why():
    found = compare_scores(outcomes(100, 0), outcomes(900, 100), "roc_auc", seed=7)
    assert found.standing is Standing.UNKNOWN
    assert "Only one outcome happened" in found.sentence


def test_a_score_without_an_interval_counts_as_known():
    kept = Score("accuracy", 0.9, float("nan"), float("nan"), 0, "", 7)
    found = compare_scores(outcomes(140, 60), kept, "accuracy", seed=7)
    assert found.low == pytest.approx(found.now.low - 0.9)
    assert found.standing is Standing.WORSE
