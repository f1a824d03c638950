import numpy as np
import pytest
from sklearn.metrics import log_loss

from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.train.blend import can_blend, choose_weights, cross_fitted

CLASSES = {Task.BINARY: ("no", "yes"), Task.MULTICLASS: ("a", "b", "c")}


def chances(task, actual, strength, seed):
    """Say the truth as loudly as ``strength`` allows, beside noise of its own."""
    classes = CLASSES[task]
    truth = np.array([[label == name for name in classes] for label in actual], dtype=float)
    scores = strength * truth + np.random.default_rng(seed).normal(size=truth.shape)
    raised = np.exp(scores)
    return raised / raised.sum(axis=1, keepdims=True)


def candidates(task, strengths, n=600):
    rng = np.random.default_rng(0)
    if task is Task.REGRESSION:
        actual = rng.normal(100, 20, n)
        said = [actual + np.random.default_rng(1 + i).normal(0, noise, n) for i, noise in enumerate(strengths)]
        return {f"m{i}": Outcomes(task, actual, values=one) for i, one in enumerate(said)}
    actual = rng.choice(CLASSES[task], n).astype(object)
    positive = "yes" if task is Task.BINARY else None
    return {
        f"m{i}": Outcomes(task, actual, CLASSES[task], positive, chances(task, actual, one, i + 1))
        for i, one in enumerate(strengths)
    }


def folds(n=600):
    return np.arange(n) % 5


def loss(outcomes):
    if outcomes.task is Task.REGRESSION:
        return float(np.sqrt(np.mean((outcomes.values - outcomes.actual) ** 2)))
    return float(log_loss(outcomes.actual, outcomes.probabilities, labels=list(outcomes.classes)))


@pytest.mark.parametrize(
    ("task", "strengths"),
    [(Task.BINARY, (1.5, 1.5, 1.2)), (Task.MULTICLASS, (1.5, 1.5, 1.2)), (Task.REGRESSION, (5.0, 5.0, 8.0))],
)
def test_models_that_err_independently_are_better_together(task, strengths):
    members = candidates(task, strengths)
    together = cross_fitted(members, folds(), seed=1)
    assert loss(together) < min(loss(one) for one in members.values())


@pytest.mark.parametrize("task", list(CLASSES))
def test_a_candidate_that_knows_nothing_gets_hardly_any_weight(task):
    weights = choose_weights(candidates(task, (2.0, 0.0)), seed=1)
    assert weights.weights[weights.names.index("m0")] >= 0.8
    assert weights.weights.sum() == pytest.approx(1)


def test_the_weights_of_two_equal_amounts_are_those_of_least_squares():
    rng = np.random.default_rng(5)
    actual = rng.normal(0, 30, 20_000)
    noise = (4.0, 8.0)
    members = {
        f"m{i}": Outcomes(Task.REGRESSION, actual, values=actual + rng.normal(0, one, len(actual)))
        for i, one in enumerate(noise)
    }
    weights = choose_weights(members, seed=1)
    # Independent errors are weighed by the inverse of their variance.
    best = np.array([1 / 16, 1 / 64]) / (1 / 16 + 1 / 64)
    assert weights.weights == pytest.approx(best, abs=0.02)


def test_a_sum_never_leaves_what_was_learned_from_by_far():
    members = candidates(Task.REGRESSION, (5.0, 5.0))
    weights = choose_weights(members, seed=1)
    actual = members["m0"].actual
    wild = weights.apply({name: np.array([1e9]) for name in members})
    assert wild[0] == pytest.approx(actual.max() + 0.1 * np.ptp(actual))


def test_the_score_of_a_blend_does_not_know_the_rows_it_is_computed_on():
    # Candidates of pure noise: weights chosen on the rows that are judged would find some that fit them.
    rng = np.random.default_rng(3)
    losses, flattered = [], []
    for seed in range(10):
        actual = rng.choice(["no", "yes"], 120).astype(object)
        members = {
            f"m{i}": Outcomes(Task.BINARY, actual, CLASSES[Task.BINARY], "yes", chances(Task.BINARY, actual, 0.0, rng))
            for i in range(8)
        }
        guess = log_loss(actual, np.full((120, 2), 0.5), labels=["no", "yes"])
        losses.append(loss(cross_fitted(members, folds(120), seed)) - guess)
        weights = choose_weights(members, seed)
        said = weights.apply({name: one.probabilities for name, one in members.items()})
        flattered.append(log_loss(actual, said, labels=["no", "yes"]) - guess)
    assert np.mean(losses) > 0
    assert np.mean(losses) > np.mean(flattered)


def test_each_row_is_answered_by_weights_of_the_other_folds():
    members = candidates(Task.BINARY, (1.5, 1.0))
    whole = cross_fitted(members, folds(), seed=1)
    inside = folds() == 2
    weights = choose_weights({name: one.take(~inside) for name, one in members.items()}, seed=1)
    said = weights.apply({name: one.probabilities[inside] for name, one in members.items()})
    assert np.allclose(whole.probabilities[inside], said)


def test_few_rows_or_one_candidate_are_not_blended():
    members = candidates(Task.BINARY, (1.0, 1.0))
    assert can_blend(members, folds())
    assert not can_blend({"m0": members["m0"]}, folds())
    few = {name: one.take(np.arange(600) < 20) for name, one in members.items()}
    assert not can_blend(few, folds(20))


def test_an_outcome_that_is_missing_in_the_other_folds_is_not_blended():
    actual = np.array(["yes"] * 10 + ["no"] * 90, dtype=object)
    members = {
        f"m{i}": Outcomes(Task.BINARY, actual, CLASSES[Task.BINARY], "yes", chances(Task.BINARY, actual, 1.0, i))
        for i in range(2)
    }
    assert not can_blend(members, np.repeat([0, 1], [10, 90]))
