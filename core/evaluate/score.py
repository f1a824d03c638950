"""A score: a value, its interval, and how both were made."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluate.resample import RESAMPLES, draw_rows, resample_weights
from core.framing.intervals import wilson
from core.framing.metrics import METRICS
from core.framing.outcomes import Outcomes


@dataclass(frozen=True)
class Score:
    """One metric with its interval and how it was made.

    Parameters
    ----------
    metric : str
        Key of ``core.framing.metrics.METRICS``, or ``"cost_per_1000"``.
    value, low, high : float
        The value and its interval; NaN where not defined.
    n : int
        Rows it counts: for a share, the rows it is a share of.
    method : str
        How value and interval were made, in plain words.
    seed : int
        Of the resamples.
    confidence : float
        Coverage the interval aims at.
    reason : str
        Why it is not defined; empty where it is.
    """

    metric: str
    value: float
    low: float
    high: float
    n: int
    method: str
    seed: int
    confidence: float = 0.95
    reason: str = ""

    @property
    def words(self) -> str:
        """The value with its interval as text: "0.775, 95% interval 0.738 to 0.809"."""
        form = METRICS[self.metric].format if self.metric in METRICS else (lambda value: f"{value:,.0f}")
        if not np.isfinite(self.value):
            return form(self.value) if self.metric in METRICS else "not defined"
        if not np.isfinite(self.low):
            return form(self.value)
        return f"{form(self.value)}, {self.confidence:.0%} interval {form(self.low)} to {form(self.high)}"


def proportion_score(key: str, hits: int, n: int, seed: int, confidence: float, reason: str) -> Score:
    """Return a share of rows with its Wilson interval; ``reason`` says why there is none where n is 0."""
    if n == 0:
        return undefined_score(key, 0, seed, confidence, reason)
    low, high = wilson(hits, n, confidence)
    return Score(key, hits / n, low, high, n, f"{hits:,} of {n:,} rows; Wilson interval", seed, confidence)


def undefined_score(metric: str, n: int, seed: int, confidence: float, reason: str) -> Score:
    """Return a score that is not defined, with the reason."""
    nan = float("nan")
    return Score(metric, nan, nan, nan, n, "", seed, confidence, reason)


def cut_to_bounds(metric: str, low: float, high: float) -> tuple[float, float]:
    """Return the ends of an interval, cut at the metric's bounds."""
    smallest, largest = METRICS[metric].bounds
    return max(low, smallest), min(high, largest)


def alike_interval(outcomes: Outcomes, value: float, confidence: float) -> tuple[float, float]:
    """Return the interval of a score of 0 or 1 whose resamples are all alike: Wilson's on the rarest outcome's rows.

    Rows that were all told apart leave a bootstrap nothing to vary, which is no proof that no row ever errs.
    """
    if not outcomes.task.is_classification or value not in (0.0, 1.0):
        return value, value
    _, counts = np.unique(np.asarray(outcomes.actual).astype(str), return_counts=True)
    n = int(counts.min())
    return wilson(value * n, n, confidence)


def mean_with_interval(
    values: NDArray[np.float64], metric: str, *, seed: int, resamples: int = RESAMPLES, confidence: float = 0.95
) -> Score:
    """Return the mean of row values with its bootstrap percentile interval.

    Parameters
    ----------
    values : ndarray of shape (n,)
    metric : str
        What the score is called.
    seed, resamples : int
    confidence : float
        Coverage aimed at.

    Returns
    -------
    Score
    """
    if len(values) == 0:
        return undefined_score(metric, 0, seed, confidence, "There are no rows to judge.")
    drawn = draw_rows(len(values), seed)
    some = values[drawn.rows]
    one_stratum = np.zeros(len(some), dtype=np.intp)
    parts = resample_weights(one_stratum, resamples, np.random.default_rng(seed))
    means = np.concatenate([weights @ some / len(some) for weights in parts])
    mean, tail = float(values.mean()), (1 - confidence) / 2
    ends = mean + (np.quantile(means, [tail, 1 - tail]) - some.mean()) * drawn.scale
    method = f"bootstrap, {resamples} resamples{drawn.words}"
    return Score(metric, mean, float(ends[0]), float(ends[1]), len(values), method, seed, confidence)
