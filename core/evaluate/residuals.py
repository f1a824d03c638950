"""Errors of an amount: how large, which way, and where."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.framing.outcomes import Outcomes
from core.limits import CHART_POINTS

FloatArray = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class LargeError:
    """One row with a large error.

    Parameters
    ----------
    row : int
        Position among the outcomes.
    actual, predicted : float
    residual : float
        Actual minus predicted.
    """

    row: int
    actual: float
    predicted: float
    residual: float


@dataclass(frozen=True)
class ResidualBin:
    """Rows with about the same prediction.

    Parameters
    ----------
    n : int
    predicted : float
        Mean prediction.
    residual : float
        Mean residual: above zero, the model says too little here.
    low, high : float
        95% interval of the mean residual (normal).
    """

    n: int
    predicted: float
    residual: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Residuals:
    """Residuals (actual minus predicted) of n rows, ready to draw.

    Parameters
    ----------
    n : int
        All rows.
    actual, predicted, residual : ndarray of shape (m,)
        The rows drawn: all of them, or a seeded sample.
    quantiles : dict of float to float
        Quantiles of all n residuals.
    largest : tuple of LargeError
        Largest absolute residuals first.
    bins : tuple of ResidualBin
        By prediction, lowest first, all rows.
    sample : str
        How many of how many are drawn, empty where it is all.
    """

    n: int
    actual: FloatArray
    predicted: FloatArray
    residual: FloatArray
    quantiles: dict[float, float]
    largest: tuple[LargeError, ...]
    bins: tuple[ResidualBin, ...]
    sample: str


def residuals(
    outcomes: Outcomes, seed: int, *, at_most: int = CHART_POINTS, largest: int = 10, bins: int = 10
) -> Residuals | None:
    """Compute the residuals of a regression.

    Parameters
    ----------
    outcomes : Outcomes
        n rows of amounts.
    seed : int
        Of the sample that is drawn where there are more than ``at_most`` rows.
    at_most : int
        Most rows to draw.
    largest : int
        How many of the largest errors to name.
    bins : int
        Most bins by prediction; equal predictions stay together.

    Returns
    -------
    Residuals or None
        ``None`` without rows or predictions.
    """
    if outcomes.values is None or len(outcomes) == 0:
        return None
    actual, predicted = np.asarray(outcomes.actual, dtype=float), np.asarray(outcomes.values, dtype=float)
    residual = actual - predicted
    n = len(residual)
    shown, sample = np.arange(n), ""
    if n > at_most:
        shown = np.sort(np.random.default_rng(seed).choice(n, size=at_most, replace=False))
        sample = f"{at_most:,} of {n:,} rows, drawn at random"
    worst = np.argsort(-np.abs(residual), kind="stable")[:largest]
    return Residuals(
        n,
        actual[shown],
        predicted[shown],
        residual[shown],
        {share: float(np.quantile(residual, share)) for share in QUANTILES},
        tuple(LargeError(int(i), float(actual[i]), float(predicted[i]), float(residual[i])) for i in worst),
        _bins(predicted, residual, bins),
        sample,
    )


def _bins(predicted: FloatArray, residual: FloatArray, bins: int) -> tuple[ResidualBin, ...]:
    order = np.argsort(predicted, kind="stable")
    predicted, residual = predicted[order], residual[order]
    cuts = np.searchsorted(predicted, predicted[(np.arange(1, bins) * len(predicted)) // bins], side="left")
    edges = np.unique(np.r_[0, cuts, len(predicted)])
    parts = []
    for start, end in pairwise(edges.tolist()):
        inside, n = residual[start:end], end - start
        mean = float(inside.mean())
        half = 1.959964 * float(inside.std(ddof=1)) / n**0.5 if n > 1 else float("nan")
        parts.append(ResidualBin(n, float(predicted[start:end].mean()), mean, mean - half, mean + half))
    return tuple(parts)
