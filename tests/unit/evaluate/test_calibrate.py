import numpy as np
import pytest
from scipy.special import expit

from core.evaluate.calibrate import corrections, cross_fitted, learned, refused
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.framing.outcomes import Outcomes

FOLDS = np.arange(1_500) % 5


@pytest.fixture
def too_sure(binary):
    """Chances whose log-odds are three times what they should be."""
    rng = np.random.default_rng(5)
    truth = rng.normal(size=1_500)
    return binary(rng.random(1_500) < expit(truth), expit(3 * truth), threshold=0.3)


@pytest.fixture
def right(binary):
    """Chances that are what they say."""
    rng = np.random.default_rng(6)
    truth = rng.normal(size=1_500)
    return binary(rng.random(1_500) < expit(truth), expit(truth))


def test_no_row_is_corrected_by_its_own_fold(too_sure):
    found = cross_fitted(too_sure, FOLDS, "sigmoid")
    others = learned(too_sure.take(FOLDS != 2), "sigmoid")
    held = FOLDS == 2
    assert np.array_equal(found.probabilities[held], others.apply(too_sure.probabilities[held]))
    turned = too_sure.actual.copy()
    turned[held] = np.where(turned[held] == "yes", "no", "yes")
    again = cross_fitted(Outcomes(Task.BINARY, turned, ("no", "yes"), "yes", too_sure.probabilities), FOLDS, "sigmoid")
    assert np.array_equal(again.probabilities[held], found.probabilities[held])
    assert not np.allclose(again.probabilities[~held], found.probabilities[~held])
    assert found.threshold == 0.3


def test_chances_that_are_too_sure_become_truer(too_sure):
    for found in corrections(too_sure, FOLDS, seed=7):
        log_loss, brier = found.changes
        assert (log_loss.before.metric, brier.before.metric) == ("log_loss", "brier")
        assert found.is_better
        assert brier.low > 0
        assert found.after[0].error < 0.5 * found.before[0].error
        assert found.sentence.startswith("The chances become truer: log loss falls by 0.")
        # The paired gain is the difference of the two means.
        assert log_loss.gain == pytest.approx(log_loss.before.value - log_loss.after.value)


def test_the_losses_are_those_of_the_catalogue_with_the_interval_of_a_mean(too_sure):
    log_loss, brier = corrections(too_sure, FOLDS, seed=7)[0].changes
    for change in (log_loss, brier):
        measure = METRICS[change.before.metric].compute
        by_fold = [measure(too_sure.take(fold == FOLDS)) for fold in range(5)]
        assert change.before.value == pytest.approx(np.mean(by_fold))
    rows = (too_sure.score - too_sure.is_positive) ** 2
    error = np.sqrt(sum(rows[fold == FOLDS].var(ddof=1) / 300 for fold in range(5))) / 5
    assert brier.before.high - brier.before.value == pytest.approx(1.959964 * error, rel=1e-5)


def test_the_figure_after_is_computed_on_rows_the_correction_did_not_learn_from(too_sure):
    found = corrections(too_sure, FOLDS, seed=7)[1]
    honest = cross_fitted(too_sure, FOLDS, "isotonic")
    by_fold = [METRICS["brier"].compute(honest.take(fold == FOLDS)) for fold in range(5)]
    assert found.changes[1].after.value == pytest.approx(np.mean(by_fold))
    # The same map on the rows it was fitted on would look better than it is.
    flattered = np.mean((learned(too_sure, "isotonic").apply(too_sure.probabilities)[:, 1] - too_sure.is_positive) ** 2)
    assert flattered < found.changes[1].after.value


def test_chances_that_are_right_stay_so(right):
    found = corrections(right, FOLDS, seed=7)[0]
    assert not found.is_better
    assert found.sentence == "Log loss does not change by more than chance: the chances are as true as they were."
    assert found.after[0].error < 0.06


def test_of_several_outcomes_each_has_its_curve_and_the_brier_score_is_left_out():
    rng = np.random.default_rng(8)
    scores = rng.normal(size=(900, 3))
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    actual = np.array(["a", "b", "c"], dtype=object)[[rng.choice(3, p=row) for row in chances]]
    sure = chances**3 / (chances**3).sum(axis=1, keepdims=True)
    outcomes = Outcomes(Task.MULTICLASS, actual, ("a", "b", "c"), None, sure)
    found = corrections(outcomes, np.arange(900) % 4, seed=1)[0]
    assert [curve.label for curve in found.after] == ["a", "b", "c"]
    assert [change.before.metric for change in found.changes] == ["log_loss"]
    assert found.is_better
    assert found.outcomes.probabilities.sum(axis=1) == pytest.approx(np.ones(900))


@pytest.mark.parametrize(
    ("rows", "folds", "positives", "said"),
    [
        (60, 5, 30, "from 100 rows left out or more; these are 60"),
        (200, 1, 100, "none is left to check a correction on"),
        (200, 5, 9, "“yes” happened in 9 of the rows left out"),
        (200, 5, 10, ""),
    ],
)
def test_where_it_cannot_be_done_the_reason_is_said(binary, rows, folds, positives, said):
    outcomes = binary(np.arange(rows) < positives, np.linspace(0.1, 0.9, rows))
    reason = refused(outcomes, np.arange(rows) % folds)
    assert said in reason
    assert bool(reason) == bool(said)
    if reason:
        assert corrections(outcomes, np.arange(rows) % folds, seed=1) == ()
