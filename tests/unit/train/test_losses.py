"""The loss that fits the metric, or the one that was fixed."""

import numpy as np
import pandas as pd
import pytest

from core.errors import TrainingError
from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.runtime.persist import load_model, save_model
from core.train.blend import choose_weights
from core.train.catalog import MODELS
from core.train.estimators.losses import loss_of
from core.train.estimators.setting import Setting
from core.train.spaces import is_drawn

LINEAR = "linear_regression"
BOOSTERS = ("small_boosting", "gradient_boosting", "random_boosting", "histogram_boosting")
DRAWS = np.random.default_rng(0)
TABLE = pd.DataFrame({"a": DRAWS.normal(size=1_200), "b": DRAWS.normal(size=1_200)})
AMOUNTS = (np.exp(0.4 * TABLE["a"]) * DRAWS.exponential(3, 1_200)).to_numpy()
COUNTS = DRAWS.poisson(np.exp(0.3 * TABLE["a"])).astype(float)


def setting(metric="rmse", **changes):
    return Setting(Task.REGRESSION, metric, 7, 1, 1_000, 2, 0, 0, **changes)


def built(key, metric="rmse", loss="", **changes):
    params = {"loss": loss} if loss else {}
    return MODELS[key].build(Task.REGRESSION, 7, 1, 1_000, 2, metric=metric, params=params, **changes)


@pytest.mark.parametrize(
    ("metric", "loss"),
    [
        ("rmse", "squared"), ("r2", "squared"), ("mae", "absolute"), ("mape", "absolute"), ("pinball", "quantile"),
        ("poisson_deviance", "poisson"), ("tweedie_deviance", "tweedie"),
    ],
)  # fmt: skip
def test_the_loss_follows_the_metric_unless_it_is_fixed(metric, loss):
    assert loss_of(setting(metric)) == loss
    assert loss_of(setting(metric), "absolute") == "absolute"


@pytest.mark.parametrize("key", [*BOOSTERS, LINEAR])
@pytest.mark.parametrize("q", [0.2, 0.9])
def test_a_share_of_outcomes_lies_below_the_quantile(key, q):
    model = built(key, "pinball", quantile=q).fit(TABLE, AMOUNTS)
    assert np.mean(model.predict(TABLE) >= AMOUNTS) == pytest.approx(q, abs=0.06)


def having(keys, losses):
    """Pairs of a model and one of these losses that it has."""
    return [(key, loss) for key in keys for loss in losses if loss in MODELS[key].space["loss"].values]


@pytest.mark.parametrize(("key", "loss"), having([*BOOSTERS, LINEAR], ["poisson", "tweedie"]))
def test_the_mean_of_counts_is_kept(key, loss):
    said = built(key, loss=loss).fit(TABLE, COUNTS).predict(TABLE)
    assert said.mean() == pytest.approx(COUNTS.mean(), rel=0.03)
    assert said.min() > 0


def test_where_columns_say_nothing_the_answer_is_the_constant_that_the_loss_likes_best():
    nothing = pd.DataFrame({"a": np.zeros(1_200)})
    for loss, constant in (("absolute", np.median(AMOUNTS)), ("poisson", AMOUNTS.mean()), ("squared", AMOUNTS.mean())):
        said = built(LINEAR, loss=loss).fit(nothing, AMOUNTS).predict(nothing)
        assert said == pytest.approx(np.full(1_200, constant), rel=3e-3)
    quantile = built(LINEAR, loss="quantile", quantile=0.9).fit(nothing, AMOUNTS).predict(nothing)
    assert quantile == pytest.approx(np.full(1_200, np.quantile(AMOUNTS, 0.9)), rel=1e-2)
    naive = built("baseline", "pinball", quantile=0.9).fit(nothing, AMOUNTS)
    assert naive.predict(nothing)[0] == pytest.approx(np.quantile(AMOUNTS, 0.9))


@pytest.mark.parametrize("loss", ["poisson", "tweedie"])
@pytest.mark.parametrize("key", ["gradient_boosting", LINEAR])
def test_a_loss_for_amounts_never_below_zero_refuses_others_in_words(key, loss):
    with pytest.raises(TrainingError, match="never negative; the smallest in training is -3"):
        built(key, loss=loss, least_amount=-3.0)


def test_a_linear_programme_of_many_rows_is_made_only_where_somebody_asks():
    def kind(n_rows, metric="mae", **params):
        made = MODELS[LINEAR].build(Task.REGRESSION, 7, 1, n_rows, 20, metric=metric, params=params)
        return type(made).__name__

    assert kind(3_000) == "QuantileRegressor"
    assert kind(3_001) == "RidgeCV"
    assert kind(3_001, loss="absolute") == "QuantileRegressor"
    assert kind(3_000, "pinball") == "QuantileRegressor"
    assert kind(3_001, "pinball", loss="quantile") == "QuantileRegressor"
    with pytest.raises(TrainingError, match="takes too long on so many rows and columns"):
        kind(3_001, "pinball")


def test_the_loss_is_a_setting_of_amounts_only_and_no_matter_of_tuning():
    spec = MODELS["gradient_boosting"]
    assert "loss" in spec.settings(Task.REGRESSION)
    assert "loss" not in spec.settings(Task.BINARY)
    assert [name for name, one in spec.space.items() if not is_drawn(one)] == ["loss", "weights"]


SHIPPED = ("gradient_boosting", "histogram_boosting", LINEAR)


@pytest.mark.parametrize(("key", "loss"), having(SHIPPED, ["absolute", "quantile", "poisson", "tweedie"]))
def test_what_ships_answers_as_it_did(key, loss, tmp_path):
    from sklearn.pipeline import Pipeline

    model = built(key, loss=loss).fit(TABLE, COUNTS)
    pipeline = Pipeline([("model", getattr(model, "shipped_", model))])
    save_model(pipeline, tmp_path / "model.skops")
    assert np.array_equal(load_model(tmp_path / "model.skops").predict(TABLE), pipeline.predict(TABLE))


@pytest.mark.parametrize(("metric", "share"), [("pinball", 0.9), ("mae", 0.5)])
def test_a_blend_is_shifted_to_what_the_metric_asks_for(metric, share):
    said = {
        key: Outcomes(Task.REGRESSION, AMOUNTS, values=AMOUNTS * 0.2 + DRAWS.normal(size=1_200), quantile=0.9)
        for key in ("one", "other")
    }
    blended = choose_weights(said, 7, metric).apply({key: one.values for key, one in said.items()})
    assert np.mean(blended >= AMOUNTS) == pytest.approx(share, abs=0.01)
