import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, roc_auc_score, roc_curve

from core.evaluate.curves import calibration, one_against_rest, precision_recall, roc, roc_per_class, rows_from


def test_the_roc_curve_by_hand(binary):
    curve = roc(binary([1, 0, 1, 0], [0.9, 0.6, 0.2, 0.1]), resamples=20)
    assert curve.tpr[0] == 0.5  # the first row flagged is right
    assert curve.tpr[49] == 0.5
    assert curve.tpr[50] == 1.0  # one false alarm of two, and then the second outcome
    assert curve.auc == 0.75
    assert (curve.positives, curve.negatives, curve.label) == (2, 2, "yes")


def test_the_roc_curve_agrees_with_scikit_learn_on_ties(binary):
    rng = np.random.default_rng(1)
    positive, score = rng.random(200) < 0.4, rng.integers(0, 8, 200) / 8
    curve = roc(binary(positive, score), resamples=20)
    fpr, tpr, _ = roc_curve(positive, score, drop_intermediate=False)
    np.testing.assert_allclose(curve.tpr, np.interp(curve.fpr, fpr, tpr), atol=1e-12)
    assert curve.auc == pytest.approx(roc_auc_score(positive, score))


def test_the_band_holds_the_curve(binary):
    rng = np.random.default_rng(1)
    positive = rng.random(300) < 0.4
    curve = roc(binary(positive, np.clip(rng.normal(0.4 + 0.2 * positive, 0.2), 0, 1)), resamples=100)
    assert (curve.low <= curve.tpr).all()
    assert (curve.tpr <= curve.high).all()
    assert curve.method == "bootstrap, 100 resamples"
    assert 0.02 < (curve.high - curve.low).mean() < 0.3


def test_one_outcome_has_no_roc_curve(binary):
    assert roc(binary([1, 1], [0.2, 0.4])) is None


def test_each_outcome_that_happened_has_a_curve_against_the_rest(three):
    curves = roc_per_class(three, resamples=10)
    assert [curve.label for curve in curves] == ["a", "b", "c"]
    expected = roc_auc_score(three.actual == "b", three.probabilities[:, 1])
    assert curves[1].auc == pytest.approx(expected)


def test_an_outcome_against_the_rest_keeps_its_probability(three):
    one = one_against_rest(three, "c")
    assert one.positive == "c"
    assert one.is_positive.tolist() == [False] * 4 + [True] * 2
    np.testing.assert_array_equal(one.score, three.probabilities[:, 2])


def test_precision_and_recall_agree_with_scikit_learn(binary):
    rng = np.random.default_rng(2)
    positive, score = rng.random(100) < 0.3, rng.integers(0, 20, 100) / 20
    curve = precision_recall(binary(positive, score))
    precision, recall, thresholds = precision_recall_curve(positive, score)
    np.testing.assert_allclose(curve.precision, precision[:-1][::-1])
    np.testing.assert_allclose(curve.recall, recall[:-1][::-1])
    np.testing.assert_allclose(curve.thresholds, thresholds[::-1])
    assert curve.share == positive.mean()


def test_a_long_curve_is_thinned_and_keeps_its_ends(binary):
    rng = np.random.default_rng(2)
    curve = precision_recall(binary(rng.random(3000) < 0.3, rng.random(3000)))
    assert len(curve.recall) == 500
    assert curve.recall[-1] == 1.0


def test_calibration_bins_by_hand(binary):
    # Two bins of ten: 0.2 with 3 of 10, 0.8 with 8 of 10.
    outcomes = binary([1] * 3 + [0] * 7 + [1] * 8 + [0] * 2, [0.2] * 10 + [0.8] * 10)
    result = calibration(outcomes, bins=2)
    low, high = result.bins
    assert (low.n, low.happened, low.share) == (10, 3, 0.3)
    assert low.predicted == pytest.approx(0.2)
    assert (low.low, low.high) == (pytest.approx(0.1078, abs=1e-4), pytest.approx(0.6032, abs=1e-4))
    assert (high.share, high.n) == (0.8, 10)
    assert result.error == pytest.approx(0.05)


def test_rows_with_the_same_probability_share_a_bin(binary):
    result = calibration(binary([1, 0] * 10, [0.3] * 16 + [0.9] * 4), bins=10)
    assert [part.n for part in result.bins] == [16, 4]


def test_rows_from_a_probability_are_counted(binary):
    above = rows_from(binary([1, 0, 1], [0.9, 0.5, 0.2]), 0.5)
    assert (above.n, above.happened, above.predicted) == (2, 1, pytest.approx(0.7))
    assert rows_from(binary([1, 0], [0.3, 0.2]), 0.5) is None
