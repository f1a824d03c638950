"""What can be compared between groups, and how sure a comparison is."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, isnan, log, nan, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from core.framing.frame import Task
from core.framing.intervals import wilson
from core.framing.outcomes import Outcomes


@dataclass(frozen=True)
class Measure:
    """One number a group has.

    Parameters
    ----------
    key : str
    title : str
        The field's term.
    plain : str
        The same in plain words, for a table's head.
    is_share : bool
        Whether it is a share of rows; otherwise a mean in the target's unit.
    counted : callable
        From outcomes to the rows it is counted over, a mask of shape (n,).
    values : callable
        From outcomes to each row's value, shape (n,): 0 or 1 for a share.
    """

    key: str
    title: str
    plain: str
    is_share: bool
    counted: Callable[[Outcomes], NDArray[np.bool_]]
    values: Callable[[Outcomes], NDArray[np.float64]]

    def rate(self, outcomes: Outcomes, rows: NDArray[np.bool_], confidence: float = 0.95) -> "Rate":
        """Return the measure over the masked rows, with its interval."""
        values = self.values(outcomes)[rows & self.counted(outcomes)]
        return _share(values, confidence) if self.is_share else _mean(values, confidence)


@dataclass(frozen=True)
class Rate:
    """A group's value of a measure; NaN where no row counts.

    Parameters
    ----------
    value, low, high : float
        With its 95% interval: Wilson's for a share, Student's t for a mean.
    rows : int
        Rows it was counted over.
    spread : float
        Standard deviation over these rows (means only).
    """

    value: float
    low: float
    high: float
    rows: int
    spread: float = nan


@dataclass(frozen=True)
class Difference:
    """What separates two rates: their difference and their ratio, each with an interval; NaN where undefined."""

    value: float
    low: float
    high: float
    ratio: float
    ratio_low: float
    ratio_high: float


def _share(values: NDArray[np.float64], confidence: float) -> Rate:
    n = len(values)
    low, high = wilson(float(values.sum()), n, confidence)
    return Rate(float(values.mean()) if n else nan, low, high, n)


def _mean(values: NDArray[np.float64], confidence: float) -> Rate:
    n = len(values)
    if n < 2:
        return Rate(float(values.mean()) if n else nan, nan, nan, n)
    mean, spread = float(values.mean()), float(values.std(ddof=1))
    half = float(student.ppf(0.5 + confidence / 2, n - 1)) * spread / sqrt(n)
    return Rate(mean, mean - half, mean + half, n, spread)


def difference(first: Rate, second: Rate, *, is_share: bool, confidence: float = 0.95) -> Difference:
    """Compare two rates of disjoint groups.

    Parameters
    ----------
    first, second : Rate
    is_share : bool
    confidence : float

    Returns
    -------
    Difference
        ``first`` minus ``second``, and ``first`` over ``second``.

    Notes
    -----
    Difference of shares: the hybrid score interval, method 10 of Newcombe, R. G. (1998), Interval estimation for the
    difference between independent proportions, Statistics in Medicine 17, 873–890. Difference of means: Welch (1947).
    Ratio of shares: Katz et al. (1978), Biometrics 34, 469–474, on the log scale, with half a row added to each count
    where one is zero (Walter 1975); a ratio of means has no interval.
    """
    gap = first.value - second.value
    if isnan(gap):
        return Difference(nan, nan, nan, nan, nan, nan)
    ratio = first.value / second.value if second.value > 0 else nan
    if not is_share:
        low, high = _welch(first, second, confidence)
        return Difference(gap, low, high, ratio, nan, nan)
    ends = [wilson(rate.value * rate.rows, rate.rows, confidence) for rate in (first, second)]
    below = sqrt((first.value - ends[0][0]) ** 2 + (ends[1][1] - second.value) ** 2)
    above = sqrt((ends[0][1] - first.value) ** 2 + (second.value - ends[1][0]) ** 2)
    ratio_low, ratio_high = _katz(first, second, confidence)
    return Difference(gap, gap - below, gap + above, ratio, ratio_low, ratio_high)


def _welch(first: Rate, second: Rate, confidence: float) -> tuple[float, float]:
    parts = [rate.spread**2 / rate.rows if rate.rows > 1 else nan for rate in (first, second)]
    gap = first.value - second.value
    if isnan(sum(parts)):
        return nan, nan
    if sum(parts) == 0:
        return gap, gap
    freedom = sum(parts) ** 2 / sum(
        part**2 / (rate.rows - 1) for part, rate in zip(parts, (first, second), strict=True)
    )
    half = float(student.ppf(0.5 + confidence / 2, freedom)) * sqrt(sum(parts))
    return gap - half, gap + half


def _katz(first: Rate, second: Rate, confidence: float) -> tuple[float, float]:
    counts = [rate.value * rate.rows for rate in (first, second)]
    rows = [float(rate.rows) for rate in (first, second)]
    if min(counts) < 0.5:
        counts = [count + 0.5 for count in counts]
        rows = [n + 0.5 for n in rows]
    middle = log(counts[0] / rows[0]) - log(counts[1] / rows[1])
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * sqrt(
        sum(1 / c - 1 / n for c, n in zip(counts, rows, strict=True))
    )
    return exp(middle - half), exp(middle + half)


def _all(outcomes: Outcomes) -> NDArray[np.bool_]:
    return np.ones(len(outcomes), dtype=bool)


def _flagged(outcomes: Outcomes) -> NDArray[np.float64]:
    return outcomes.flagged.astype(np.float64)


def _right(outcomes: Outcomes) -> NDArray[np.float64]:
    return np.asarray(outcomes.predicted == outcomes.actual).astype(np.float64)


def _error(outcomes: Outcomes) -> NDArray[np.float64]:
    assert outcomes.values is not None
    return outcomes.values - outcomes.actual.astype(np.float64)


BINARY: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure(
            "outcome_rate", "Outcome rate", "Had the outcome", True, _all, lambda o: o.is_positive.astype(np.float64)
        ),
        Measure("selection_rate", "Selection rate", "Flagged", True, _all, _flagged),
        Measure(
            "false_positive_rate",
            "False positive rate",
            "Flagged for nothing",
            True,
            lambda o: ~o.is_positive,
            _flagged,
        ),
        Measure(
            "false_negative_rate",
            "False negative rate",
            "Missed",
            True,
            lambda o: o.is_positive,
            lambda o: 1 - _flagged(o),
        ),
        Measure("accuracy", "Accuracy", "Answered right", True, _all, _right),
    )
}
"""Measures of a yes-or-no answer, in the order of a table's columns."""

FRAME_MEASURES = ("selection_rate", "false_positive_rate", "false_negative_rate")
"""Measures a frame can hold against its limit."""

REGRESSION: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("outcome_mean", "Mean outcome", "Mean outcome", False, _all, lambda o: o.actual.astype(np.float64)),
        Measure("mean_error", "Mean error", "Predicted too high (+) or too low (−)", False, _all, _error),
        Measure("mae", "Mean absolute error", "Typical error", False, _all, lambda o: np.abs(_error(o))),
    )
}
"""Measures of an amount."""


def measures_for(outcomes: Outcomes) -> dict[str, Measure]:
    """Return the measures of these outcomes' task; several per class where there are more than two classes."""
    if outcomes.task is Task.BINARY:
        return BINARY
    if outcomes.task is Task.REGRESSION:
        return REGRESSION
    measures = [BINARY["accuracy"]]
    for name in outcomes.classes:
        measures += _of_class(name)
    return {measure.key: measure for measure in measures}


def _of_class(name: str) -> list[Measure]:
    def is_class(outcomes: Outcomes) -> NDArray[np.bool_]:
        return np.asarray(outcomes.actual == name)

    def said(outcomes: Outcomes) -> NDArray[np.float64]:
        return np.asarray(outcomes.predicted == name).astype(np.float64)

    return [
        Measure(
            f"outcome_rate:{name}",
            f"Outcome rate of {name}",
            f"Had {name}",
            True,
            _all,
            lambda o: is_class(o).astype(np.float64),
        ),
        Measure(f"selection_rate:{name}", f"Selection rate of {name}", f"Predicted {name}", True, _all, said),
        Measure(
            f"false_negative_rate:{name}",
            f"False negative rate of {name}",
            f"Missed {name}",
            True,
            is_class,
            lambda o: 1 - said(o),
        ),
    ]


def default_measure(task: Task, asked: str) -> str:
    """Return the measure that is held against the limit: the frame's for yes or no, else accuracy or the error."""
    if task is Task.BINARY:
        return asked if asked in FRAME_MEASURES else "false_positive_rate"
    return "accuracy" if task is Task.MULTICLASS else "mae"
