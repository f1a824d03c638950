"""Prediction intervals of an amount: how far from the prediction it lies in 90 of 100 rows."""

from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np
from numpy.typing import NDArray

from core.framing.intervals import wilson
from core.framing.metrics import amount
from core.framing.outcomes import Outcomes

FloatArray = NDArray[np.float64]
LEVELS = (0.5, 0.8, 0.9, 0.95)
"""Shares of the rows that intervals are given for."""
MAIN = 0.9
"""The share that the sentence and the ranges speak of."""
RANGES = 5
"""Ranges of about equal size that predictions are cut into."""
RANGE_ROWS = 50
"""Fewest rows of a range; with fewer rows there are fewer ranges."""
UNEVEN = 1.5
"""From so many times the width of the narrowest range on, one width for all misleads."""


@dataclass(frozen=True)
class Within:
    """How far from the prediction a share of the amounts lies.

    Parameters
    ----------
    level : float
        The share aimed at.
    reach : float
        Half the width of the interval; infinite where there are too few rows for the share.
    held, low, high : float
        The share of rows within, each held against the errors of the other folds, with its Wilson 95% interval.
    """

    level: float
    reach: float
    held: float
    low: float
    high: float


@dataclass(frozen=True)
class Range:
    """Rows with about the same prediction, and how far off they are.

    Parameters
    ----------
    n : int
    start, end : float
        Smallest and largest prediction.
    reach : float
        Half the width that holds ``MAIN`` of them.
    """

    n: int
    start: float
    end: float
    reach: float


@dataclass(frozen=True)
class PredictionIntervals:
    """Intervals for amounts that are not known yet.

    Parameters
    ----------
    n : int
        Rows whose errors they are made from.
    levels : tuple of Within
        One for each of ``LEVELS``.
    ranges : tuple of Range
        By size of the prediction, lowest first; empty with fewer than two.
    """

    n: int
    levels: tuple[Within, ...]
    ranges: tuple[Range, ...]

    def at(self, level: float) -> Within:
        """Return the interval of one level."""
        return next(each for each in self.levels if each.level == level)

    @property
    def uneven(self) -> bool:
        """Whether errors differ so much by the size of the prediction that one width for all misleads."""
        widths = [part.reach for part in self.ranges if isfinite(part.reach)]
        return len(widths) > 1 and max(widths) > UNEVEN * min(widths)

    @property
    def sentence(self) -> str:
        """What the intervals say, in words."""
        main = self.at(MAIN)
        if not isfinite(main.reach):
            return f"{self.n:,} rows are too few to say how far off 90 of 100 amounts are."
        said = f"90 of 100 amounts lie within ± {amount(main.reach)} of the prediction."
        if self.uneven:
            widths = [part.reach for part in self.ranges]
            said += (
                f" But the width depends on the size of the prediction, from ± {amount(min(widths))} to "
                f"± {amount(max(widths))}: use the one of its range."
            )
        return said


def reach_of(errors: FloatArray, level: float) -> float:
    """Return the distance that holds a share of new errors.

    The k-th smallest of n absolute errors, k = ceil((n + 1) level): if a new row is exchangeable with these it lies
    within in at least this share of cases (Lei, G'Sell, Rinaldo, Tibshirani and Wasserman, 2018, Distribution-free
    predictive inference for regression, JASA 113, section 2.2).

    Parameters
    ----------
    errors : ndarray of shape (n,)
        Errors on rows that the model had not seen; their sign does not matter.
    level : float
        Between 0 and 1 exclusive.

    Returns
    -------
    float
        Infinite where n is too small for the level.
    """
    # Rounded first: (9 + 1) * 0.9 is a hair above 9 in floating point on some paths, and would ask for a tenth row.
    k = ceil(round((len(errors) + 1) * level, 9))
    return float("inf") if k > len(errors) else float(np.partition(np.abs(errors), k - 1)[k - 1])


def prediction_intervals(outcomes: Outcomes, folds: NDArray[np.generic] | None = None) -> PredictionIntervals | None:
    """Make prediction intervals from errors on rows left out.

    The model that is shipped has seen all rows and each fold's model a part of them, so the errors here are, if
    anything, too large (Barber, Candès, Ramdas and Tibshirani, 2021, Predictive inference with the jackknife+, Annals
    of Statistics 49). That they hold is checked: each fold's rows are held against the errors of the other folds.

    Parameters
    ----------
    outcomes : Outcomes
        n amounts, each predicted by a model that had not seen the row.
    folds : ndarray of shape (n,) or None
        Fold number of each row; without it no share is checked, and ``held`` is NaN.

    Returns
    -------
    PredictionIntervals or None
        ``None`` without rows or predictions.
    """
    if outcomes.values is None or len(outcomes) == 0:
        return None
    errors = np.asarray(outcomes.actual, dtype=np.float64) - outcomes.values
    levels = tuple(_within(errors, folds, level) for level in LEVELS)
    ranges = _ranges(np.asarray(outcomes.values, dtype=np.float64), errors)
    return PredictionIntervals(len(errors), levels, ranges)


def _within(errors: FloatArray, folds: NDArray[np.generic] | None, level: float) -> Within:
    unknown = float("nan")
    names = np.unique(folds) if folds is not None else np.array([])
    if folds is None or len(names) < 2:
        return Within(level, reach_of(errors, level), unknown, unknown, unknown)
    held = sum(
        int((np.abs(errors[folds == name]) <= reach_of(errors[folds != name], level)).sum()) for name in names
    )  # fmt: skip
    return Within(level, reach_of(errors, level), held / len(errors), *wilson(held, len(errors)))


def _ranges(predicted: FloatArray, errors: FloatArray) -> tuple[Range, ...]:
    count = min(RANGES, len(predicted) // RANGE_ROWS)
    if count < 2:
        return ()
    edges = np.unique(np.quantile(predicted, np.arange(1, count) / count, method="inverted_cdf"))
    place = np.searchsorted(edges, predicted, side="left")
    found = []
    for number in np.unique(place):
        inside = place == number
        part = predicted[inside]
        found.append(Range(len(part), float(part.min()), float(part.max()), reach_of(errors[inside], MAIN)))
    # Predictions that are often the same leave ranges of a few rows, which say nothing.
    return tuple(found) if len(found) > 1 and min(part.n for part in found) >= RANGE_ROWS // 2 else ()
