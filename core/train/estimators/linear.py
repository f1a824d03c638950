"""The naive guess, and models that add up what each column says."""

from typing import Any

from core.errors import TrainingError
from core.framing.frame import Task
from core.train.estimators.losses import AUTOMATIC, OF_METRIC, POWER, loss_of
from core.train.estimators.setting import INNER_FOLDS, Setting
from core.train.estimators.weights import by_text, class_weight

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)
"""Inverse strengths of regularisation that logistic regression chooses among, weakest last."""
PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0)
"""Penalties that linear regression chooses among."""
CHOOSE_STRENGTH_ROWS = 50_000
"""Above this many rows the strength of regularisation hardly matters and is not searched."""
PROGRAMME_CELLS = 60_000
"""Up to this many rows times columns a linear model follows a metric that asks for the median or a quantile: it is a
linear programme, and a fit took 2 seconds for 4,000 rows of 20 columns, 7 for 60 and 35 for 16,000 rows of 30."""
LIGHT = 1e-3
"""Penalty that keeps weights finite where columns repeat each other, and hardly moves the others."""


def baseline(setting: Setting) -> Any:
    """Return the naive guess: the shares of the outcomes, or the constant amount the metric likes best."""
    from sklearn.dummy import DummyClassifier, DummyRegressor

    if setting.task.is_classification:
        return DummyClassifier(strategy="prior")
    loss = OF_METRIC.get(setting.metric, "squared")
    if loss == "quantile":
        return DummyRegressor(strategy="quantile", quantile=setting.quantile)
    return DummyRegressor(strategy="median" if loss == "absolute" else "mean")


def linear(setting: Setting, *, loss: str = AUTOMATIC, weights: str = "") -> Any:
    """Return logistic or ridge regression; the strength is chosen inside each fit, from its own rows.

    For amounts the metric or a person may ask for another loss: quantile, Poisson or Tweedie regression.
    """
    from sklearn.linear_model import LogisticRegression, LogisticRegressionCV

    if not setting.task.is_classification:
        return _amounts(setting, loss)
    # Each inner fold needs every class, or its log loss is not defined.
    few = setting.smallest_class < INNER_FOLDS
    if few or setting.n_rows > CHOOSE_STRENGTH_ROWS or not _can_choose(setting, weights):
        return LogisticRegression(C=1.0, max_iter=1_000, class_weight=class_weight(setting, weights))
    return LogisticRegressionCV(
        class_weight=class_weight(setting, weights, by_text),
        Cs=STRENGTHS,
        l1_ratios=(0.0,),
        cv=INNER_FOLDS,
        scoring="neg_log_loss",
        max_iter=1_000,
        use_legacy_attributes=False,
    )


def _can_choose(setting: Setting, weights: str) -> bool:
    """Return whether logistic regression can choose its strength in folds of its own.

    It cannot where its weights name outcomes such as "0" and "1": scikit-learn asks for them as texts and, further in,
    as whole numbers.
    """
    named = class_weight(setting, weights)
    return not (isinstance(named, dict) and any(isinstance(one, int) for one in named))


def _amounts(setting: Setting, asked: str) -> Any:
    from sklearn.linear_model import PoissonRegressor, QuantileRegressor, RidgeCV, TweedieRegressor

    loss = loss_of(setting, asked)
    large = asked == AUTOMATIC and setting.n_rows * setting.n_features > PROGRAMME_CELLS
    if loss == "quantile" and large:
        raise TrainingError(
            "A quantile by a linear model takes too long on so many rows and columns; boosting answers it as well.",
            next_step="Fix its loss under “Settings of the models” to have it all the same.",
        )
    if loss == "absolute" and large:
        loss = "squared"
    if loss == "absolute":
        return QuantileRegressor(quantile=0.5, alpha=LIGHT)
    if loss == "quantile":
        return QuantileRegressor(quantile=setting.quantile, alpha=LIGHT)
    if loss == "poisson":
        return PoissonRegressor(alpha=LIGHT, max_iter=1_000)
    if loss == "tweedie":
        return TweedieRegressor(power=POWER, alpha=LIGHT, max_iter=1_000)
    return RidgeCV(alphas=PENALTIES)


def sparse_linear(setting: Setting, *, l1_ratio: float = 0.9, weights: str = "") -> Any:
    """Return an elastic net, which leaves out columns that add nothing; 1 is the lasso."""
    from sklearn.linear_model import ElasticNetCV, LogisticRegression, LogisticRegressionCV

    if not setting.task.is_classification:
        return ElasticNetCV(l1_ratio=l1_ratio, alphas=30, cv=INNER_FOLDS, max_iter=3_000, random_state=setting.seed)
    common: dict[str, Any] = {"solver": "saga", "max_iter": 400, "random_state": setting.seed}
    if setting.smallest_class < INNER_FOLDS or not _can_choose(setting, weights):
        return LogisticRegression(C=0.1, l1_ratio=l1_ratio, class_weight=class_weight(setting, weights), **common)
    return LogisticRegressionCV(
        class_weight=class_weight(setting, weights, by_text),
        Cs=(0.003, 0.03, 0.3),
        l1_ratios=(l1_ratio,),
        cv=INNER_FOLDS,
        scoring="neg_log_loss",
        use_legacy_attributes=False,
        **common,
    )


def additive(setting: Setting, *, knots: int = 5, strength: float = 1.0, weights: str = "") -> Any:
    """Return a curve for each number, added up: splines before logistic or ridge regression.

    For regression the amount is learned on a scale of its own, which bends where a few amounts are far larger.
    """
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import Pipeline

    from core.runtime.combos import SplineNumbers
    from core.runtime.target import TargetScale

    splines = ("splines", SplineNumbers(knots=knots, named=False))
    if setting.task.is_classification:
        weighing = class_weight(setting, weights)
        return Pipeline([splines, ("model", LogisticRegression(C=strength, max_iter=1_000, class_weight=weighing))])
    ridge = Pipeline([splines, ("model", Ridge(alpha=1.0 / strength))])
    return TransformedTargetRegressor(regressor=ridge, transformer=TargetScale())


def naive_bayes(setting: Setting) -> Any:
    """Return naive Bayes on numbers taken to be normal within each outcome."""
    from sklearn.naive_bayes import GaussianNB

    assert setting.task is not Task.REGRESSION
    return GaussianNB(var_smoothing=1e-6)


def describe_baseline(model: Any) -> str:
    """Say what is always guessed."""
    if hasattr(model, "classes_"):
        return "Always the shares of the outcomes"
    if model.strategy == "quantile":
        return f"Always the {model.quantile:g} quantile"
    return f"Always the {model.strategy}"


def describe_linear(model: Any) -> str:
    """Say how many weights it has."""
    weights = int(model.coef_.size)
    return f"{weights:,} weight" + ("" if weights == 1 else "s")


def describe_sparse(model: Any) -> str:
    """Say how many weights are left."""
    import numpy as np

    used = int(np.count_nonzero(np.abs(model.coef_) > 1e-12))
    return f"{used:,} of {model.coef_.size:,} weights used"


def describe_additive(model: Any) -> str:
    """Say how many curves it has."""
    whole = getattr(model, "regressor_", model)
    curves = len(whole.steps[0][1].knots_)
    return f"{curves:,} curve{'' if curves == 1 else 's'}"


def describe_bayes(model: Any) -> str:
    """Say how many averages it remembers."""
    return f"{model.theta_.size:,} averages"
