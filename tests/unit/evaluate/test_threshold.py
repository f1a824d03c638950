import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluate.threshold import (
    Confusion,
    best_threshold,
    confusion,
    confusion_matrix,
    cost,
    cost_curve,
    cost_per_1000,
    cost_with_interval,
    money,
    saving_with_interval,
    sweep,
)
from core.framing.frame import Costs

COSTS = Costs(false_positive=150, false_negative=900)


def test_the_four_counts_by_hand(binary):
    counts = confusion(binary([1, 0, 1, 0, 0], [0.9, 0.6, 0.2, 0.1, 0.5]))
    assert counts == Confusion(tp=1, fp=2, fn=1, tn=1)
    assert (counts.flagged, counts.recall, counts.false_positive_rate) == (0.6, 0.5, pytest.approx(2 / 3))
    assert counts.precision == pytest.approx(1 / 3)


def test_rates_of_nothing_are_not_numbers():
    assert np.isnan(Confusion(0, 0, 2, 1).precision)
    assert np.isnan(Confusion(0, 1, 0, 1).recall)


def test_the_matrix_has_a_row_for_each_actual_outcome(three):
    assert confusion_matrix(three).counts == ((1, 1, 0), (0, 2, 0), (1, 0, 1))


def test_costs_by_hand():
    counts = Confusion(tp=130, fp=262, fn=98, tn=1414)
    assert cost(counts, COSTS) == 262 * 150 + 98 * 900 == 127_500
    assert cost_per_1000(counts, COSTS) == pytest.approx(127_500 / 1.904)


def test_the_cost_curve_by_hand(binary):
    curve = cost_curve(binary([1, 0, 1, 0], [0.9, 0.6, 0.2, 0.1]), COSTS)
    at = dict(zip(curve.thresholds.tolist(), curve.cost_per_1000.tolist(), strict=True))
    assert at[0.5] == (150 + 900) * 250
    assert at[0.15] == 150 * 250
    assert curve.best_cost == 150 * 250
    assert 0.1 < curve.best_threshold <= 0.2
    assert curve.nobody == 2 * 900 * 250
    assert curve.everybody == 2 * 150 * 250


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=40))
def test_the_sweep_counts_as_each_threshold_alone_does(rows):
    from core.framing.frame import Task
    from core.framing.outcomes import Outcomes

    positive, score = np.array([p for p, _ in rows]), np.array([s for _, s in rows])
    actual = np.where(positive, "y", "n").astype(object)
    outcomes = Outcomes(Task.BINARY, actual, ("n", "y"), "y", np.column_stack([1 - score, score]))
    counts = sweep(outcomes)
    assert len(counts) <= 200
    for i in range(0, len(counts), 17):
        alone = confusion(outcomes.at(float(counts.thresholds[i])))
        assert alone == Confusion(counts.tp[i], counts.fp[i], counts.fn[i], counts.tn[i])


def test_a_rare_outcome_has_thresholds_among_its_small_scores(binary):
    rng = np.random.default_rng(0)
    outcomes = binary(rng.random(500) < 0.02, rng.random(500) * 0.04)
    thresholds = sweep(outcomes).thresholds
    assert ((thresholds > 0) & (thresholds < 0.04)).sum() > 20


def test_the_best_threshold_without_costs(binary):
    outcomes = binary([1, 1, 0, 0, 0, 0], [0.8, 0.6, 0.7, 0.3, 0.2, 0.1])
    # From above 0.3 to 0.6: both outcomes and one false alarm, the best F1 (0.8) and the best Youden (0.75).
    assert 0.3 < best_threshold(outcomes, "f1") <= 0.6
    assert 0.3 < best_threshold(outcomes, "youden") <= 0.6


def test_the_interval_of_a_cost_agrees_with_the_normal_interval(binary):
    rng = np.random.default_rng(4)
    outcomes = binary(rng.random(800) < 0.3, rng.random(800))
    score = cost_with_interval(outcomes, COSTS, seed=1, resamples=2000)
    counts = confusion(outcomes)
    each = np.r_[np.full(counts.fp, 150_000), np.full(counts.fn, 900_000), np.zeros(counts.tp + counts.tn)]
    assert score.value == pytest.approx(cost_per_1000(counts, COSTS))
    assert score.high - score.low == pytest.approx(2 * 1.96 * each.std() / 800**0.5, rel=0.1)


def test_the_same_threshold_saves_nothing(binary):
    saving = saving_with_interval(binary([1, 0], [0.9, 0.6]), COSTS, 0.5, seed=1)
    assert (saving.value, saving.low, saving.high) == (0, 0, 0)


def test_sums_are_written_for_people():
    assert money(40_800, "$") == "$40,800"
    assert money(-300, "$") == "−$300"
    assert money(1.5, "EUR") == "EUR 1.50"
