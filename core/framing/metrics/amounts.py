"""Metrics of amounts: how far predictions are from what came."""

import numpy as np

from core.framing.metrics.metric import AMOUNT, LOSS, Metric, amount, percent, three_decimals
from core.framing.metrics.weights import FloatArray, Weighted, divide, mean_of
from core.framing.outcomes import Outcomes

NEAR_ZERO = 0.01
"""An actual amount below this share of the mean absolute amount makes percentage errors meaningless."""
LEAST_EXPECTED = 1e-9
"""A predicted count or amount below it is taken as this in a deviance, which knows no other."""


def _actual(outcomes: Outcomes) -> FloatArray:
    return np.asarray(outcomes.actual, dtype=float)


def _values(outcomes: Outcomes) -> FloatArray:
    assert outcomes.values is not None
    return outcomes.values


def _errors(outcomes: Outcomes) -> FloatArray:
    return np.asarray(_values(outcomes) - _actual(outcomes), dtype=float)


def _relative_errors(outcomes: Outcomes) -> FloatArray:
    return np.asarray(np.abs(_errors(outcomes) / _actual(outcomes)))


def _amounts_differ(outcomes: Outcomes) -> str:
    return "" if np.ptp(_actual(outcomes)) > 0 else "All actual amounts are the same."


def _away_from_zero(outcomes: Outcomes) -> str:
    sizes = np.abs(_actual(outcomes))
    if sizes.min() > NEAR_ZERO * sizes.mean():
        return ""
    return "Some actual amounts are zero or close to it, and a percentage of almost nothing says nothing."


def _rmse(outcomes: Outcomes) -> float:
    from sklearn.metrics import root_mean_squared_error

    return float(root_mean_squared_error(_actual(outcomes), _values(outcomes)))


def _mae(outcomes: Outcomes) -> float:
    from sklearn.metrics import mean_absolute_error

    return float(mean_absolute_error(_actual(outcomes), _values(outcomes)))


def _r2(outcomes: Outcomes) -> float:
    from sklearn.metrics import r2_score

    return float(r2_score(_actual(outcomes), _values(outcomes)))


def _mape(outcomes: Outcomes) -> float:
    from sklearn.metrics import mean_absolute_percentage_error

    return float(mean_absolute_percentage_error(_actual(outcomes), _values(outcomes)))


def _pinball(outcomes: Outcomes) -> float:
    from sklearn.metrics import mean_pinball_loss

    return float(mean_pinball_loss(_actual(outcomes), _values(outcomes), alpha=outcomes.quantile))


def _pinball_losses(outcomes: Outcomes) -> FloatArray:
    short, q = -_errors(outcomes), outcomes.quantile
    return np.asarray(np.where(short >= 0, q * short, (q - 1) * short))


def _positive(outcomes: Outcomes) -> FloatArray:
    return np.asarray(np.maximum(_values(outcomes), LEAST_EXPECTED))


def _never_negative(outcomes: Outcomes) -> str:
    return "" if _actual(outcomes).min() >= 0 else "Some actual amounts are below zero."


def _poisson(outcomes: Outcomes) -> float:
    from sklearn.metrics import mean_poisson_deviance

    return float(mean_poisson_deviance(_actual(outcomes), _positive(outcomes)))


def _poisson_deviances(outcomes: Outcomes) -> FloatArray:
    from scipy.special import xlogy

    actual, expected = _actual(outcomes), _positive(outcomes)
    return np.asarray(2 * (xlogy(actual, actual / expected) - actual + expected))


def _tweedie(outcomes: Outcomes) -> float:
    from sklearn.metrics import mean_tweedie_deviance

    return float(mean_tweedie_deviance(_actual(outcomes), _positive(outcomes), power=1.5))


def _tweedie_deviances(outcomes: Outcomes) -> FloatArray:
    # The general form at a power of 1.5: Jørgensen (1987), Exponential dispersion models, JRSS B 49, table 1.
    actual, root = _actual(outcomes), np.sqrt(_positive(outcomes))
    return np.asarray(4 * (np.sqrt(actual) - root) ** 2 / root)


def _weighted_rmse(outcomes: Outcomes) -> Weighted:
    squares = _errors(outcomes) ** 2
    return lambda weights: np.sqrt(divide(weights @ squares, weights.sum(axis=1)))


def _weighted_r2(outcomes: Outcomes) -> Weighted:
    squares = _errors(outcomes) ** 2
    # Centred first: the difference of two large sums would lose the digits that count.
    centred = _actual(outcomes) - _actual(outcomes).mean()

    def measure(weights: FloatArray) -> FloatArray:
        total = weights.sum(axis=1)
        variation = weights @ centred**2 - divide((weights @ centred) ** 2, total, 0.0)
        variation = np.where(variation > 1e-12 * total * centred.var(), variation, 0.0)
        return 1 - divide(weights @ squares, variation)

    return measure


AMOUNTS = (
    Metric(
        key="rmse",
        title="RMSE",
        plain="Typical error, large ones counted more",
        meaning="Root of the mean squared error, in the outcome's unit.",
        tasks=AMOUNT,
        higher_is_better=False,
        needs="amounts",
        bounds=LOSS,
        measure=_rmse,
        weighted=_weighted_rmse,
        code=("root_mean_squared_error", "root_mean_squared_error(actual, amounts)"),
        format=amount,
    ),
    Metric(
        key="mae",
        title="MAE",
        plain="Average error",
        meaning="Mean absolute error, in the outcome's unit.",
        tasks=AMOUNT,
        higher_is_better=False,
        needs="amounts",
        bounds=LOSS,
        measure=_mae,
        weighted=mean_of(lambda outcomes: np.abs(_errors(outcomes))),
        code=("mean_absolute_error", "mean_absolute_error(actual, amounts)"),
        format=amount,
    ),
    Metric(
        key="r2",
        title="R²",
        plain="Variation explained",
        meaning="Share of the outcome's variance that the predictions explain; "
        "0 is no better than always saying the mean.",
        tasks=AMOUNT,
        higher_is_better=True,
        needs="amounts",
        bounds=(float("-inf"), 1.0),
        measure=_r2,
        weighted=_weighted_r2,
        code=("r2_score", "r2_score(actual, amounts)"),
        format=three_decimals,
        reason=_amounts_differ,
    ),
    Metric(
        key="mape",
        title="MAPE",
        plain="Average error in percent",
        meaning="Mean absolute error as a share of the actual amount.",
        tasks=AMOUNT,
        higher_is_better=False,
        needs="amounts",
        bounds=LOSS,
        measure=_mape,
        weighted=mean_of(_relative_errors),
        code=("mean_absolute_percentage_error", "mean_absolute_percentage_error(actual, amounts)"),
        format=percent,
        reason=_away_from_zero,
    ),
    Metric(
        key="pinball",
        title="pinball loss",
        plain="Error of a quantile",
        meaning="Mean of how far off the answer is, an outcome above it counted q times and one below it 1 − q times, "
        "for q the frame's quantile; smallest where a share q of the outcomes lies below the answer.",
        tasks=AMOUNT,
        higher_is_better=False,
        needs="amounts",
        bounds=LOSS,
        measure=_pinball,
        weighted=mean_of(_pinball_losses),
        code=("mean_pinball_loss", "mean_pinball_loss(actual, amounts, alpha=QUANTILE)"),
        format=amount,
    ),
    Metric(
        key="poisson_deviance",
        title="Poisson deviance",
        plain="Surprise at counts",
        meaning="How unlikely the counts are under the predicted means, a miss by one counted more where few are "
        "expected; 0 is perfect.",
        tasks=AMOUNT,
        higher_is_better=False,
        needs="amounts",
        bounds=LOSS,
        measure=_poisson,
        weighted=mean_of(_poisson_deviances),
        code=("mean_poisson_deviance", "mean_poisson_deviance(actual, np.maximum(amounts, 1e-9))"),
        format=amount,
        reason=_never_negative,
    ),
    Metric(
        key="tweedie_deviance",
        title="Tweedie deviance",
        plain="Surprise at amounts that are often zero",
        meaning="Like Poisson deviance, for amounts of which many are zero and a few are large (power 1.5); "
        "0 is perfect.",
        tasks=AMOUNT,
        higher_is_better=False,
        needs="amounts",
        bounds=LOSS,
        measure=_tweedie,
        weighted=mean_of(_tweedie_deviances),
        code=("mean_tweedie_deviance", "mean_tweedie_deviance(actual, np.maximum(amounts, 1e-9), power=1.5)"),
        format=amount,
        reason=_never_negative,
    ),
)
"""Metrics of amounts, in the order in which screens list them."""
