"""Whether intervals and the test of ties keep their word: the truth is known, and the data are drawn 200 times.

With 200 repeats a coverage of 95% is seen as 92% or less about once in forty times; the seeds are fixed, so that a run
says the same each time.
"""

import numpy as np
import pytest
from scipy.special import expit, softmax
from threadpoolctl import threadpool_limits

from core.evaluate.compare import paired_test
from core.evaluate.conformal import prediction_intervals
from core.evaluate.scores import board_interval, score_with_interval
from core.framing.frame import Task
from core.framing.metrics import METRICS, metrics_for
from core.framing.outcomes import Outcomes

REPEATS = 200
ROWS = 400
POPULATION = 200_000
"""Rows that stand for all there are: what a metric is on them is the truth."""
RESAMPLES = 200
HONEST = 0.92
"""Least coverage of a nominal 95% interval."""
FALSE_ALARMS = 0.08
"""Most of a test at 5%."""


def population(task, rng, n):
    """Rows with what a fixed model says of them: right on average, and far from sure."""
    signal = rng.normal(size=n)
    if task is Task.REGRESSION:
        return Outcomes(task, 20 + 3 * signal + rng.gamma(4, size=n) - 4, values=20 + 2.6 * signal)
    if task is Task.BINARY:
        chance = expit(1.5 * signal - 1)
        happened = rng.random(n) < expit(1.2 * signal - 0.8)
        actual = np.where(happened, "yes", "no").astype(object)
        return Outcomes(task, actual, ("no", "yes"), "yes", np.column_stack([1 - chance, chance]), threshold=0.4)
    logits = np.column_stack([signal, rng.normal(size=n), 0.3 - signal])
    chances = softmax(logits, axis=1)
    codes = (softmax(0.8 * logits, axis=1).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return Outcomes(task, np.array(["a", "b", "c"], dtype=object)[codes], ("a", "b", "c"), None, chances)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Matrices this small are quicker on one thread, most of all beside other work."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def everyone():
    rng = np.random.default_rng(11)
    return {task: population(task, rng, POPULATION) for task in Task}


@pytest.mark.parametrize(
    ("task", "metric"), [(task, metric.key) for task in Task for metric in metrics_for(task)], ids=lambda one: str(one)
)
def test_the_interval_of_sealed_rows_holds_the_truth(everyone, task, metric):
    truth = METRICS[metric].compute(everyone[task])
    rng, held = np.random.default_rng(5), 0
    for repeat in range(REPEATS):
        some = everyone[task].take(rng.choice(POPULATION, ROWS))
        score = score_with_interval(some, metric, seed=repeat, resamples=RESAMPLES)
        held += score.low <= truth <= score.high
    assert held / REPEATS >= HONEST


def test_few_very_large_errors_make_the_interval_of_a_squared_error_a_little_too_narrow():
    # Rows that hold none of the rare large errors cannot know of them. No resampling mends that; see the guide.
    rng, held = np.random.default_rng(5), 0
    truth = METRICS["rmse"].compute(heavy := of_errors(rng.standard_t(5, size=POPULATION)))
    for repeat in range(REPEATS):
        some = heavy.take(rng.choice(POPULATION, ROWS))
        score = score_with_interval(some, "rmse", seed=repeat, resamples=RESAMPLES)
        held += score.low <= truth <= score.high
    assert 0.82 <= held / REPEATS < 0.95


def of_errors(errors):
    return Outcomes(Task.REGRESSION, errors, values=np.zeros(len(errors)))


def cross_validated(X, y, folds):
    """Fit least squares on each fold's other rows; return what was said of the rows left out, and each fold's weights.

    Of a 0 or 1 it tells the chance (a linear probability model).
    """
    X, said, fitted = with_one(X), np.empty(len(y)), []
    for fold in range(5):
        weights = np.linalg.lstsq(X[folds != fold], y[folds != fold])[0]
        said[folds == fold] = X[folds == fold] @ weights
        fitted.append(weights)
    return said, fitted


def with_one(X):
    return np.column_stack([np.ones(len(X)), X])


def of_classes(y, chance):
    chance = np.clip(chance, 0.02, 0.98)
    actual = np.where(y == 1, "yes", "no").astype(object)
    return Outcomes(Task.BINARY, actual, ("no", "yes"), "yes", np.column_stack([1 - chance, chance]))


def drawn(rng, n, columns=6):
    X = rng.normal(size=(n, columns))
    return X, X @ np.linspace(0.9, 0.1, columns)


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "accuracy"])
def test_the_interval_on_the_board_holds_what_models_of_so_many_rows_score(metric):
    rng = np.random.default_rng(3)
    X_all, signal = drawn(rng, 20_000)
    y_all = (rng.random(20_000) < expit(signal)).astype(int)
    found, truths = [], []
    for repeat in range(REPEATS):
        X, signal = drawn(rng, 250)
        y = (rng.random(250) < expit(signal)).astype(int)
        folds = rng.permutation(250) % 5
        said, fitted = cross_validated(X, y, folds)
        outcomes = of_classes(y, said)
        scores = [METRICS[metric].compute(outcomes.take(folds == fold)) for fold in range(5)]
        found.append(board_interval(outcomes, scores, folds, metric, 200, 50, repeat, resamples=RESAMPLES))
        if repeat < 40:
            truths += [METRICS[metric].compute(of_classes(y_all, with_one(X_all) @ one)) for one in fitted]
    truth = float(np.mean(truths))
    assert np.mean([score.low <= truth <= score.high for score in found]) >= HONEST


def test_the_interval_on_the_board_holds_the_error_of_an_amount():
    rng = np.random.default_rng(8)
    X_all, signal_all = drawn(rng, 20_000)
    y_all = signal_all + rng.normal(size=20_000)
    found, truths = [], []
    for repeat in range(REPEATS):
        X, signal = drawn(rng, 250)
        y, folds = signal + rng.normal(size=250), rng.permutation(250) % 5
        said, fitted = cross_validated(X, y, folds)
        outcomes = Outcomes(Task.REGRESSION, y, values=said)
        scores = [METRICS["rmse"].compute(outcomes.take(folds == fold)) for fold in range(5)]
        found.append(board_interval(outcomes, scores, folds, "rmse", 200, 50, repeat, resamples=RESAMPLES))
        truths += [
            METRICS["rmse"].compute(Outcomes(Task.REGRESSION, y_all, values=with_one(X_all) @ one)) for one in fitted
        ]
    truth = float(np.mean(truths))
    assert np.mean([score.low <= truth <= score.high for score in found]) >= HONEST


def p_value(rng, metric, strength=1.0, loss=0.0):
    """Two candidates on the same folds: each sees the shared column and one of two that are equally good.

    With ``loss`` the second one's column is that much noisier, so that they do differ.
    """
    shared, first, second = rng.normal(size=(3, 250))
    y = (rng.random(250) < expit(shared + strength * (first + second))).astype(int)
    folds = rng.permutation(250) % 5
    second = second + loss * rng.normal(size=250)
    scores = []
    for column in (first, second):
        said, _ = cross_validated(np.column_stack([shared, column]), y, folds)
        outcomes = of_classes(y, said)
        scores.append([METRICS[metric].compute(outcomes.take(folds == fold)) for fold in range(5)])
    return paired_test(*scores, 200, 50)


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
def test_two_equal_candidates_are_seldom_told_apart(metric):
    rng = np.random.default_rng(2)
    assert np.mean([p_value(rng, metric) < 0.05 for _ in range(REPEATS)]) <= FALSE_ALARMS


def test_two_candidates_that_differ_are_told_apart():
    rng = np.random.default_rng(2)
    found = [p_value(rng, "log_loss", strength=3.0, loss=4.0) < 0.05 for _ in range(REPEATS)]
    assert np.mean(found) > 0.5


def test_prediction_intervals_hold_their_share_of_new_amounts():
    rng = np.random.default_rng(6)
    held = {0.8: [], 0.9: [], 0.95: []}
    for _ in range(REPEATS):
        X, signal = drawn(rng, 250)
        y, folds = signal + rng.standard_t(4, size=250), rng.permutation(250) % 5
        said, _ = cross_validated(X, y, folds)
        found = prediction_intervals(Outcomes(Task.REGRESSION, y, values=said), folds)
        weights = np.linalg.lstsq(with_one(X), y)[0]
        X_new, signal_new = drawn(rng, 2_000)
        errors = np.abs(signal_new + rng.standard_t(4, size=2_000) - with_one(X_new) @ weights)
        for level, shares in held.items():
            shares.append(np.mean(errors <= found.at(level).reach))
    for level, shares in held.items():
        # Chance spreads the mean of 200 repeats by about 0.002.
        assert level - 0.01 <= np.mean(shares) <= level + 0.02
