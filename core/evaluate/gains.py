"""Gain and lift: how much of an outcome is found when only those with the highest chance are looked at."""

from dataclasses import dataclass

import numpy as np

from core.evaluate.curves import CURVE_POINTS
from core.framing.intervals import wilson
from core.framing.metrics import METRICS
from core.framing.metrics.weights import FloatArray, RankedRows
from core.framing.outcomes import Outcomes

SHARES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Shares of the rows, those with the highest chance, that are told of in words and in the table."""


@dataclass(frozen=True)
class GainPoint:
    """What the rows with the highest chance hold.

    Parameters
    ----------
    share : float
        Share of all rows looked at.
    n : float
        Rows looked at.
    caught : float
        Rows with the outcome among them; a fraction where rows of equal chance are looked at in part.
    gain, low, high : float
        Share of all rows with the outcome that they hold, with its Wilson 95% interval.
    lift : float
        Times as many as among as many rows drawn at random.
    """

    share: float
    n: float
    caught: float
    gain: float
    low: float
    high: float
    lift: float


@dataclass(frozen=True, eq=False)
class GainCurve:
    """Share of an outcome found by share of the rows looked at, those with the highest chance first.

    Parameters
    ----------
    label : str
        The outcome looked for.
    share, gain, lift : ndarray of shape (p,)
        At most 500 points; ``lift`` is ``gain / share``, and at a share of 0 that of the next point.
    best : float
        Share of rows with the outcome: a perfect ranking has found all of them there.
    points : tuple of GainPoint
        At ``SHARES``, as far as a share holds at least one row.
    """

    label: str
    share: FloatArray
    gain: FloatArray
    lift: FloatArray
    best: float
    points: tuple[GainPoint, ...]

    @property
    def sentence(self) -> str:
        """What the tenth with the highest chance holds, in words; of few rows, what the smallest share holds."""
        point = next((point for point in self.points if point.share >= 0.1), self.points[-1])
        return (
            f"The {100 * point.share:.0f}% with the highest chance hold {100 * point.gain:.0f}% of all “{self.label}” "
            f"(95% interval {100 * point.low:.0f} to {100 * point.high:.0f}), {point.lift:.1f} times what "
            "as many rows drawn at random hold."
        )


def gains(outcomes: Outcomes) -> GainCurve | None:
    """Compute gain and lift.

    Rows of equal chance are taken in an order that is not known, so the curve runs straight through them: what is
    expected of any order.

    Parameters
    ----------
    outcomes : Outcomes
        Binary, with probabilities; n rows.

    Returns
    -------
    GainCurve or None
        ``None`` where the outcome did not happen, or there are no probabilities.
    """
    if METRICS["average_precision"].undefined(outcomes):
        return None
    n = len(outcomes)
    ranked = RankedRows(outcomes.score, outcomes.is_positive)
    positives, negatives = (counts[0] for counts in ranked.counts(np.ones((1, n))))
    caught = np.r_[0.0, np.cumsum(positives)]
    looked_at = np.r_[0.0, np.cumsum(positives + negatives)]
    total = float(caught[-1])
    shown = np.unique(np.linspace(0, len(caught) - 1, min(CURVE_POINTS, len(caught))).round().astype(int))
    share, gain = looked_at[shown] / n, caught[shown] / total
    lift = np.divide(gain, share, out=np.full(len(share), np.nan), where=share > 0)
    lift[0] = lift[1]
    points = []
    for part in SHARES:
        if part * n < 1:
            continue
        found = float(np.interp(part * n, looked_at, caught))
        low, high = wilson(found, total)
        points.append(GainPoint(part, part * n, found, found / total, low, high, found / total / part))
    return GainCurve(str(outcomes.positive), share, gain, lift, total / n, tuple(points))
