"""Whether the model is still as good as it was: its score then and now, and the interval of what lies between."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from core.evaluate.score import Score
from core.evaluate.scores import score_with_interval
from core.framing.metrics import METRICS, Metric
from core.framing.outcomes import Outcomes
from core.limits import DRIFT_ROWS

SMALL_SHARE = 0.01
"""A change of a score between 0 and 1 below this is too small to matter."""
SMALL_RELATIVE = 0.02
"""The same for an error in the outcome's unit, as a share of the error then."""


class Standing(StrEnum):
    """How the model stands against what it was."""

    SAME = "as good as it was"
    BETTER = "better"
    WORSE = "worse"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True)
class Performance:
    """A score then and now.

    Parameters
    ----------
    metric : str
    then : Score or None
        On rows left out in training; ``None`` where nothing is known of it.
    now : Score
        On the later rows whose outcome is known.
    change, low, high : float
        Now less then, with its 95% interval; NaN where one of the two is not known.
    standing : Standing
    sentence : str
    """

    metric: str
    then: Score | None
    now: Score
    change: float
    low: float
    high: float
    standing: Standing
    sentence: str


def compare_scores(
    now: Outcomes,
    then: Outcomes | Score | None,
    metric_key: str,
    *,
    seed: int,
    folds: NDArray[np.generic] | None = None,
    least: int = DRIFT_ROWS,
) -> Performance:
    """Compare a model's score on later rows with the one it had.

    Parameters
    ----------
    now : Outcomes
        Of the later rows whose outcome is known.
    then : Outcomes, Score or None
        Of rows left out in training, or a score that was kept of them.
    metric_key : str
    seed : int
    folds : ndarray or None
        Fold of each row of ``then``; with it the score is the mean over the folds, as on the leaderboard.
    least : int
        Later rows below which nothing is said.

    Returns
    -------
    Performance
        The interval of the change is made from those of the two scores (Zou, G. Y. and Donner, A., 2008, Construction
        of confidence limits about effect measures: a general approach, Statistics in Medicine 27, 1693–1702). A score
        without an interval counts as known exactly.
    """
    metric = METRICS[metric_key]
    before = score_with_interval(then, metric_key, folds=folds, seed=seed) if isinstance(then, Outcomes) else then
    after = score_with_interval(now, metric_key, seed=seed)
    change, low, high = _change(before, after)
    standing = Standing.UNKNOWN
    if len(now) >= least and isfinite(low) and isfinite(high):
        standing = _standing(metric, before, change, low, high)
    return Performance(
        metric_key,
        before,
        after,
        change,
        low,
        high,
        standing,
        _sentence(metric, before, after, standing, low, high, least),
    )


def _change(before: Score | None, after: Score) -> tuple[float, float, float]:
    nan = float("nan")
    if before is None or not isfinite(before.value) or not isfinite(after.value) or not isfinite(after.low):
        return nan, nan, nan
    known = isfinite(before.low) and isfinite(before.high)
    below, above = (before.value - before.low, before.high - before.value) if known else (0.0, 0.0)
    change = after.value - before.value
    return (
        change,
        change - sqrt((after.value - after.low) ** 2 + above**2),
        change + sqrt((after.high - after.value) ** 2 + below**2),
    )


def _standing(metric: Metric, before: Score | None, change: float, low: float, high: float) -> Standing:
    assert before is not None
    small = SMALL_SHARE if isfinite(metric.bounds[1]) else SMALL_RELATIVE * abs(before.value)
    if low <= 0 <= high or abs(change) < small:
        return Standing.SAME
    return Standing.BETTER if (change > 0) == metric.higher_is_better else Standing.WORSE


def _sentence(
    metric: Metric, before: Score | None, after: Score, standing: Standing, low: float, high: float, least: int
) -> str:
    if not isfinite(after.value):
        return f"{metric.heading} cannot be computed on the later rows. {after.reason}".strip()
    rows = "1 later row" if after.n == 1 else f"{after.n:,} later rows"
    told = f"{metric.heading} is {after.words}, on {rows} whose outcome is known"
    if before is None or not isfinite(before.value):
        return f"{told}. How good the model was is not known here, so nothing can be compared."
    rows = f"on {before.n:,} rows left out in training" if before.n else "in cross-validation"
    told += f"; it was {before.words}, {rows}."
    if after.n < least:
        return f"{told} Below {least} rows that says too little."
    if standing is Standing.UNKNOWN:
        return f"{told} There is no interval, so nothing can be compared."
    change = f"The change, {metric.format(low)} to {metric.format(high)} (95% interval),"
    return {
        Standing.SAME: f"{told} {change} is {'within chance' if low <= 0 <= high else 'too small to matter'}.",
        Standing.BETTER: f"{told} {change} is for the better.",
        Standing.WORSE: f"{told} {change} is for the worse, by more than chance explains.",
    }[standing]
