"""How much rows of each outcome count in a fit."""

import numpy as np
import pandas as pd
import pytest

from core.errors import TrainingError
from core.framing.frame import Task
from core.train.catalog import MODELS
from core.train.estimators.setting import Setting
from core.train.estimators.weights import class_weight

COSTS = (("no", 10.0), ("yes", 40.0))
WEIGHED = [key for key, spec in MODELS.items() if "weights" in spec.space]
DRAWS = np.random.default_rng(3)
N = 900
TABLE = pd.DataFrame({"a": DRAWS.normal(size=N), "b": DRAWS.normal(size=N)})
HAPPENED = np.where(DRAWS.random(N) < 1 / (1 + np.exp(2.2 - TABLE["a"])), "yes", "no").astype(object)


def chance(key, weights="", named=("no", "yes")):
    params = {"weights": weights} if weights else {}
    costs = ((named[0], 10.0), (named[1], 40.0))
    model = MODELS[key].build(Task.BINARY, 7, 1, N, 2, metric="log_loss", class_costs=costs, params=params)
    fitted = model.fit(TABLE, np.where(HAPPENED == "yes", named[1], named[0]).astype(object))
    return fitted.predict_proba(TABLE)[:, list(fitted.classes_).index(named[1])]


def setting(costs=COSTS):
    return Setting(Task.BINARY, "log_loss", 7, 1, N, 2, 2, 90, class_costs=costs)


def test_weights_by_hand():
    assert class_weight(setting(), "") is None
    assert class_weight(setting(), "balanced") == "balanced"
    assert class_weight(setting(), "costs") == {"no": 0.4, "yes": 1.6}


def test_weights_from_costs_that_nobody_gave_are_refused_in_words():
    with pytest.raises(TrainingError, match="what each of the two errors"):
        class_weight(setting(()), "costs")


@pytest.mark.parametrize("key", WEIGHED)
def test_chances_are_true_without_weights_and_raised_by_them(key):
    share = np.mean(HAPPENED == "yes")
    usual = chance(key).mean()
    assert usual == pytest.approx(share, abs=0.035)
    assert chance(key, "costs").mean() > usual + 0.05
    assert chance(key, "balanced").mean() > usual + 0.05


@pytest.mark.parametrize("key", WEIGHED)
def test_outcomes_that_are_called_numbers_are_weighed_alike(key):
    # Those that choose their strength cannot with such names, and answer a little otherwise.
    near = 0.1 if key in ("logistic_regression", "sparse_linear") else 1e-9
    assert np.allclose(chance(key, "costs", ("0", "1")), chance(key, "costs"), atol=near)


def test_what_weights_do_is_what_the_line_does():
    # Elkan, theorem 1: the weighted model at one half flags what the plain one flags at c / (c + m).
    flagged = chance("logistic_regression", "costs") >= 0.5
    by_line = chance("logistic_regression") >= 10 / 50
    assert np.mean(flagged == by_line) > 0.97


def test_weights_are_a_setting_of_outcomes_only():
    assert "weights" in MODELS["random_forest"].settings(Task.MULTICLASS)
    assert "weights" not in MODELS["random_forest"].settings(Task.REGRESSION)
    assert not any("weights" in MODELS[key].space for key in ("linear_regression", "naive_bayes", "neural_network"))
