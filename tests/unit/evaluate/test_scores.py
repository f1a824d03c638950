import math

import numpy as np
import pytest

from core.evaluate.scores import all_scores, board_interval, bootstrap, fold_mean, per_class, score_with_interval
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.framing.outcomes import Outcomes


def binary(positive, score, threshold=0.5):
    positive, score = np.asarray(positive, dtype=bool), np.asarray(score, dtype=float)
    actual = np.where(positive, "yes", "no").astype(object)
    return Outcomes(Task.BINARY, actual, ("no", "yes"), "yes", np.column_stack([1 - score, score]), threshold=threshold)


def some_binary(n=400, seed=0):
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.3
    return binary(positive, 1 / (1 + np.exp(-(rng.normal(size=n) + positive - 1))))


def test_a_share_takes_the_wilson_interval():
    outcomes = binary([1] * 9 + [0], [0.9] * 10)
    score = score_with_interval(outcomes, "accuracy", seed=1)
    assert (score.value, score.n) == (0.9, 10)
    assert score.low == pytest.approx(0.5958, abs=1e-4)
    assert score.high == pytest.approx(0.9821, abs=1e-4)
    assert score.method == "9 of 10 rows; Wilson interval"


def test_precision_counts_the_flagged_rows_only():
    score = score_with_interval(binary([1, 0, 1, 0], [0.9, 0.8, 0.1, 0.1]), "precision", seed=1)
    assert (score.value, score.n) == (0.5, 2)


def test_the_bootstrap_of_a_mean_agrees_with_the_normal_interval():
    rng = np.random.default_rng(3)
    error = rng.normal(size=900)
    outcomes = Outcomes(Task.REGRESSION, np.zeros(900) + 10, values=10 + error)
    score = score_with_interval(outcomes, "mae", seed=1, resamples=2000)
    half = 1.96 * np.abs(error).std() / 30
    assert score.low == pytest.approx(score.value - half, abs=0.15 * half)
    assert score.high == pytest.approx(score.value + half, abs=0.15 * half)


def test_the_bootstrap_of_the_auc_agrees_with_the_variance_of_delong():
    outcomes = some_binary(1000)
    won = np.sign(outcomes.score[outcomes.is_positive][:, None] - outcomes.score[~outcomes.is_positive][None, :])
    won = (won + 1) / 2
    variance = won.mean(axis=1).var(ddof=1) / won.shape[0] + won.mean(axis=0).var(ddof=1) / won.shape[1]
    assert bootstrap(outcomes, "roc_auc", seed=1).std() == pytest.approx(math.sqrt(variance), rel=0.12)


def test_the_same_seed_gives_the_same_interval():
    outcomes = some_binary()
    assert score_with_interval(outcomes, "roc_auc", seed=5) == score_with_interval(outcomes, "roc_auc", seed=5)


def test_many_rows_are_sampled_and_it_says_so():
    outcomes = some_binary(30_000)
    score = score_with_interval(outcomes, "roc_auc", seed=1, resamples=50)
    assert score.method == "bootstrap, 50 resamples on 20,000 of 30,000 rows, scaled to all of them"
    assert score.low < METRICS["roc_auc"].compute(outcomes) < score.high


def test_with_folds_the_value_is_the_mean_over_them():
    outcomes = binary([1, 0, 1, 0], [0.9, 0.1, 0.3, 0.4])
    folds = np.array([0, 0, 1, 1])
    assert fold_mean(outcomes, "roc_auc", folds) == 0.5
    assert score_with_interval(outcomes, "roc_auc", folds=folds, seed=1).value == 0.5
    assert score_with_interval(outcomes, "roc_auc", seed=1).value == 0.75


def test_a_fold_without_the_outcome_is_left_out_of_the_mean():
    outcomes = binary([1, 0, 0, 0], [0.9, 0.1, 0.3, 0.4])
    assert fold_mean(outcomes, "roc_auc", np.array([0, 0, 1, 1])) == 1.0


def test_a_perfect_ranking_of_few_rows_keeps_an_interval():
    score = score_with_interval(binary([1] * 10 + [0] * 30, [0.9] * 10 + [0.1] * 30), "roc_auc", seed=1)
    assert score.high == 1.0
    assert score.low == pytest.approx(0.7225, abs=1e-4)  # Wilson for 10 of 10


def test_a_model_that_always_says_the_same_has_a_ranking_of_exactly_one_half():
    score = score_with_interval(binary([1] * 10 + [0] * 30, [0.2] * 40), "roc_auc", seed=1)
    assert (score.value, score.low, score.high) == (0.5, 0.5, 0.5)


def test_an_undefined_score_says_why():
    score = score_with_interval(binary([0, 0], [0.1, 0.2]), "recall", seed=1)
    assert math.isnan(score.value)
    assert score.reason == "The outcome looked for did not happen in these rows."
    assert score.words == "not defined"


def test_scores_read_as_words():
    assert score_with_interval(binary([1] * 9 + [0], [0.9] * 10), "accuracy", seed=1).words == (
        "90.0%, 95% interval 59.6% to 98.2%"
    )


def test_all_scores_stand_in_the_catalogues_order():
    keys = [score.metric for score in all_scores(some_binary(100), seed=1, resamples=20)]
    assert keys[:3] == ["accuracy", "balanced_accuracy", "precision"]
    assert len(keys) == 9


def test_decisions_are_counted_over_all_rows_even_with_folds():
    outcomes = binary([1, 1, 1, 0], [0.9, 0.1, 0.9, 0.1])
    scores = {s.metric: s for s in all_scores(outcomes, folds=np.array([0, 0, 1, 1]), seed=1, resamples=20)}
    assert scores["recall"].value == pytest.approx(2 / 3)  # the mean of the folds would be 3/4


def test_each_outcome_is_judged_against_the_rest():
    outcomes = Outcomes(
        Task.MULTICLASS,
        np.array(["a", "a", "b", "c"], dtype=object),
        ("a", "b", "c"),
        None,
        np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.2, 0.5, 0.3]]),
    )
    a, b, c = per_class(outcomes)
    assert (a.n, a.predicted, a.precision.value, a.recall.value, a.f1) == (2, 1, 1.0, 0.5, pytest.approx(2 / 3))
    assert (b.n, b.predicted, b.precision.value, b.recall.value) == (1, 3, pytest.approx(1 / 3), 1.0)
    assert c.precision.reason == "It was never predicted."
    assert a.roc_auc == 1.0


def on_noise(seed, candidates=8, rows=160, folds=5):
    """Eight candidates that know nothing, on one table: do all their intervals hold 0.5?"""
    rng = np.random.default_rng(seed)
    positive = rng.permutation(np.arange(rows) % 2 == 0)
    fold = np.arange(rows) % folds
    shared = rng.normal(size=rows)
    for candidate in range(candidates):
        # Candidates of one table err together, so half of each one's score is shared.
        score = 1 / (1 + np.exp(-(shared + rng.normal(size=rows)) / 2))
        outcomes = binary(positive, score)
        each = [METRICS["roc_auc"].compute(outcomes.take(fold == k)) for k in range(folds)]
        interval = board_interval(
            outcomes, each, fold, "roc_auc", rows * 0.8, rows * 0.2, seed=candidate, resamples=100
        )
        if not interval.low <= 0.5 <= interval.high:
            return False
    return True


def test_on_noise_the_intervals_of_all_candidates_hold_one_half():
    assert sum(on_noise(seed) for seed in range(30)) >= 28


def test_folds_that_differ_more_than_their_rows_widen_the_interval():
    outcomes, folds = some_binary(500), np.arange(500) % 5
    alike = board_interval(outcomes, [0.75] * 5, folds, "roc_auc", 400, 100, seed=1)
    apart = board_interval(outcomes, [0.55, 0.65, 0.75, 0.85, 0.95], folds, "roc_auc", 400, 100, seed=1)
    assert apart.high - apart.low > 2 * (alike.high - alike.low)
    # folds of variance 0.025 over 5, times 1 + 5/4, and the normal quantile
    assert apart.low == pytest.approx(0.75 - 1.959964 * math.sqrt(0.025 / 5 * 2.25), abs=1e-6)


def test_the_board_leaves_undefined_folds_out():
    outcomes, folds = some_binary(100), np.arange(100) % 5
    score = board_interval(outcomes, [0.7, np.nan, 0.8, np.nan, 0.75], folds, "roc_auc", 80, 20, seed=1)
    assert score.value == pytest.approx(0.75)
    assert score.method.startswith("mean over 3 folds")


def test_a_board_without_any_score_says_why():
    outcomes = binary([0, 0], [0.1, 0.2])
    score = board_interval(outcomes, [np.nan, np.nan], np.array([0, 1]), "roc_auc", 1, 1, seed=1)
    assert math.isnan(score.value)
    assert score.reason == "Only one outcome happened in these rows."
