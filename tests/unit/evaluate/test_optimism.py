"""The luck of the best of several candidates, on simulated boards whose optimism is known."""

import numpy as np
import pytest

from core.evaluate.optimism import winners_optimism
from core.framing.frame import Task
from core.framing.outcomes import Outcomes


def board(rng, rights, n=250):
    """Candidates that are right with known chances, and the accuracy of the one picked in excess of its own chance."""
    actual = rng.integers(0, 2, n).astype(str).astype(object)
    made, scores = {}, []
    for place, right in enumerate(rights):
        hit = rng.random(n) < right
        said = np.where(hit, actual, np.where(actual == "1", "0", "1"))
        chance = (said == "1").astype(float)
        made[str(place)] = Outcomes(Task.BINARY, actual, ("0", "1"), "1", np.column_stack([1 - chance, chance]))
        scores.append(hit.mean())
    best = int(np.argmax(scores))
    return made, scores[best] - rights[best]


@pytest.mark.parametrize(
    ("rights", "least", "most"), [((0.7,) * 10, 0.032, 0.055), ((0.95, *(0.6,) * 9), -0.004, 0.004)]
)
def test_the_estimate_is_near_the_known_optimism(rights, least, most):
    rng = np.random.default_rng(5)
    folds = np.arange(250) % 5
    known, estimated = [], []
    for _ in range(40):
        made, luck = board(rng, rights)
        known.append(luck)
        found = winners_optimism(made, folds, "accuracy", seed=7, resamples=60)
        estimated.append(found.by)
    assert least < np.mean(known) < most
    assert np.mean(estimated) == pytest.approx(np.mean(known), abs=0.008)


def test_the_same_candidate_twice_has_no_luck_and_one_has_nothing_to_choose():
    made, _ = board(np.random.default_rng(3), (0.8,), n=2_000)
    folds = np.arange(2_000) % 5
    assert winners_optimism(made, folds, "accuracy", seed=7) is None
    same = winners_optimism({"a": made["0"], "b": made["0"]}, folds, "accuracy", seed=7, resamples=100)
    assert same.by < 0.003
    assert same.candidates == 2


def test_an_error_is_corrected_upwards_and_the_words_say_so():
    rng = np.random.default_rng(2)
    actual = rng.normal(size=200)
    made = {str(place): Outcomes(Task.REGRESSION, actual, values=actual + rng.normal(size=200)) for place in range(8)}
    found = winners_optimism(made, np.arange(200) % 5, "rmse", seed=7, resamples=100)
    assert found.by > 0.02
    assert found.corrected > found.best
    assert found.words.startswith("The best of 8 scores was picked on the rows it is computed on, so it flatters")
    assert "100 bootstrap resamples of the rows left out" in found.words


def test_settings_that_tuning_tried_count_as_much_as_candidates():
    rng = np.random.default_rng(4)
    folds = np.arange(250) % 5
    made, _ = board(rng, (0.7,) * 10)
    two = {key: made[key] for key in ("0", "1")}
    others = [made[str(place)].probabilities for place in range(2, 10)]
    some = winners_optimism(two, folds, "accuracy", seed=7)
    whole = winners_optimism(made, folds, "accuracy", seed=7)
    tuned = winners_optimism(two, folds, "accuracy", tried=others, seed=7)
    assert tuned.by == pytest.approx(whole.by, abs=1e-9) or tuned.by > some.by
    assert (tuned.candidates, tuned.draws) == (2, 8)
    assert tuned.words.startswith("The best of 2 scores, and of 8 more settings that tuning judged on all folds, was")


def test_luck_too_small_to_show_is_not_written_as_zero():
    actual = np.linspace(0, 1, 50)
    far, near = (Outcomes(Task.REGRESSION, actual, values=actual + off) for off in (5.0, 0.1))
    found = winners_optimism({"far": far, "near": near}, np.arange(50) % 5, "mae", seed=7)
    assert found.words.startswith(
        "The best of 2 scores was picked on the rows it is computed on. Here that flatters it"
    )
    assert "0.000" not in found.words
