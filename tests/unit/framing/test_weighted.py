import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from core.framing.frame import Costs, Task
from core.framing.metrics import METRICS, metrics_for
from core.framing.outcomes import Outcomes


def weighted_metric(key, outcomes):
    return METRICS[key].under_weights(outcomes)


@st.composite
def drawn_rows(draw, task):
    n = draw(st.integers(2, 14))
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 4, size=n)
    if weights.sum() == 0:
        weights[0] = 1
    if task is Task.REGRESSION:
        actual, said = rng.integers(1, 6, n).astype(float), rng.integers(1, 6, n) + 0.25
        return Outcomes(task, actual, values=said, quantile=0.8), weights
    classes = ("no", "yes") if task is Task.BINARY else ("a", "b", "c")
    # Coarse probabilities, so that ties are common.
    shares = rng.integers(1, 4, size=(n, len(classes))).astype(float)
    outcomes = Outcomes(
        task,
        np.asarray(classes, dtype=object)[rng.integers(0, len(classes), n)],
        classes,
        "yes" if task is Task.BINARY else None,
        shares / shares.sum(axis=1, keepdims=True),
        costs=Costs(false_positive=2, false_negative=3),
    )
    return outcomes, weights


def agree(outcomes, weights):
    repeated = outcomes.take(np.repeat(np.arange(len(outcomes)), weights))
    for metric in metrics_for(outcomes.task, outcomes.costs):
        if metric.undefined(outcomes) or metric.undefined(repeated):
            continue
        value = weighted_metric(metric.key, outcomes)(weights[None, :].astype(float))[0]
        assert value == pytest.approx(metric.compute(repeated), abs=1e-9), metric.key


@settings(max_examples=60, deadline=None)
@given(drawn_rows(Task.BINARY))
def test_a_weight_is_a_repeated_row_in_each_binary_metric(drawn):
    agree(*drawn)


@settings(max_examples=60, deadline=None)
@given(drawn_rows(Task.MULTICLASS))
def test_a_weight_is_a_repeated_row_in_each_multiclass_metric(drawn):
    agree(*drawn)


@settings(max_examples=40, deadline=None)
@given(drawn_rows(Task.REGRESSION))
def test_a_weight_is_a_repeated_row_in_each_regression_metric(drawn):
    agree(*drawn)


def test_ranking_with_ties_agrees_with_scikit_learn():
    score = np.array([0.5, 0.5, 0.2, 0.2, 0.9, 0.5])
    positive = np.array([1, 0, 1, 0, 1, 0])
    outcomes = Outcomes(
        Task.BINARY, np.where(positive == 1, "y", "n"), ("n", "y"), "y", np.column_stack([1 - score, score])
    )
    ones = np.ones((1, 6))
    assert weighted_metric("roc_auc", outcomes)(ones)[0] == pytest.approx(roc_auc_score(positive, score))
    assert weighted_metric("average_precision", outcomes)(ones)[0] == pytest.approx(
        average_precision_score(positive, score)
    )


def test_an_undefined_metric_is_nan_for_each_resample():
    outcomes = Outcomes(Task.REGRESSION, np.array([2.0, 2.0]), values=np.array([1.0, 3.0]))
    assert np.isnan(weighted_metric("r2", outcomes)(np.ones((3, 2)))).all()


def test_a_resample_without_the_outcome_is_nan():
    outcomes = Outcomes(Task.BINARY, np.array(["y", "n"]), ("n", "y"), "y", np.array([[0.2, 0.8], [0.7, 0.3]]))
    values = weighted_metric("roc_auc", outcomes)(np.array([[0.0, 2.0], [1.0, 1.0]]))
    assert np.isnan(values[0])
    assert values[1] == 1.0
