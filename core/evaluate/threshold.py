"""Where to draw the line: counts at a threshold, what they cost, and the threshold that costs least."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluate.resample import RESAMPLES
from core.evaluate.score import Score, mean_with_interval
from core.framing.frame import Costs
from core.framing.metrics import class_codes
from core.framing.outcomes import Outcomes

FloatArray = NDArray[np.float64]
THRESHOLDS = 200
"""Most thresholds of a sweep."""


@dataclass(frozen=True)
class Confusion:
    """Counts of the four kinds of decisions.

    Parameters
    ----------
    tp : int
        Flagged, and the outcome happened.
    fp : int
        Flagged for nothing.
    fn : int
        Missed.
    tn : int
        Left alone, rightly.
    """

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def n(self) -> int:
        """All rows."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def flagged(self) -> float:
        """Share of the rows that is flagged."""
        return _share(self.tp + self.fp, self.n)

    @property
    def precision(self) -> float:
        """Share of the flagged rows in which the outcome happened; NaN where nothing is flagged."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """Share of the rows with the outcome that is flagged; NaN where there are none."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def false_positive_rate(self) -> float:
        """Share of the rows without the outcome that is flagged; NaN where there are none."""
        return _share(self.fp, self.fp + self.tn)


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts of predicted by actual outcomes.

    Parameters
    ----------
    classes : tuple of str
        The k outcomes.
    counts : tuple of k tuples of k ints
        One tuple for each actual outcome, its entries by predicted outcome.
    """

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class Sweep:
    """The counts at many thresholds.

    Parameters
    ----------
    thresholds : ndarray of shape (t,)
        At most 200, rising, 0 and 1 among them.
    tp, fp, fn, tn : ndarray of int of shape (t,)
    """

    thresholds: FloatArray
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    fn: NDArray[np.int64]
    tn: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.thresholds)


@dataclass(frozen=True, eq=False)
class CostCurve:
    """What the errors cost at each threshold, in the frame's currency per 1,000 rows.

    The cheapest threshold was looked for on these very rows, so its cost is a little too good; the sealed test is not
    touched by it and tells the truth.

    Parameters
    ----------
    thresholds, cost_per_1000 : ndarray of shape (t,)
    best_threshold, best_cost : float
        The cheapest threshold (the middle one where several cost the same) and its cost.
    nobody, everybody : float
        Cost of flagging no row, and of flagging each.
    currency : str
    """

    thresholds: FloatArray
    cost_per_1000: FloatArray
    best_threshold: float
    best_cost: float
    nobody: float
    everybody: float
    currency: str


def confusion(outcomes: Outcomes) -> Confusion:
    """Count the four kinds of decisions of a binary task at the outcomes' threshold."""
    flagged, positive = outcomes.flagged, outcomes.is_positive
    tp, fp = int((flagged & positive).sum()), int((flagged & ~positive).sum())
    fn = int(positive.sum()) - tp
    return Confusion(tp, fp, fn, len(outcomes) - tp - fp - fn)


def confusion_matrix(outcomes: Outcomes) -> ConfusionMatrix:
    """Count predicted by actual outcomes of a classification; rows with an unknown actual outcome are left out."""
    k = len(outcomes.classes)
    actual, predicted = (class_codes(x, outcomes.classes) for x in (outcomes.actual, outcomes.predicted))
    known = (actual >= 0) & (predicted >= 0)
    counts = np.bincount(actual[known] * k + predicted[known], minlength=k * k).reshape(k, k)
    return ConfusionMatrix(outcomes.classes, tuple(tuple(int(cell) for cell in row) for row in counts))


def cost(counts: Confusion, costs: Costs) -> float:
    """Return what the errors cost in all; a cost the frame does not give counts as nothing."""
    return counts.fp * (costs.false_positive or 0.0) + counts.fn * (costs.false_negative or 0.0)


def cost_per_1000(counts: Confusion, costs: Costs) -> float:
    """Return what the errors cost per 1,000 rows; NaN without rows."""
    return cost(counts, costs) * 1000 / counts.n if counts.n else float("nan")


def row_costs(outcomes: Outcomes, costs: Costs) -> FloatArray:
    """Return what each row's decision costs, shape (n,)."""
    nothing = outcomes.flagged & ~outcomes.is_positive
    missed = ~outcomes.flagged & outcomes.is_positive
    return np.asarray(nothing * (costs.false_positive or 0.0) + missed * (costs.false_negative or 0.0), dtype=float)


def cost_with_interval(
    outcomes: Outcomes, costs: Costs, *, seed: int, resamples: int = RESAMPLES, confidence: float = 0.95
) -> Score:
    """Compute what the errors cost per 1,000 rows at the outcomes' threshold, with its bootstrap interval.

    Parameters
    ----------
    outcomes : Outcomes
        Binary, n rows.
    costs : Costs
        Of one false positive and one false negative; unknown ones count as nothing.
    seed, resamples : int
    confidence : float
        Coverage aimed at.

    Returns
    -------
    Score
        Named ``"cost_per_1000"``, in the frame's currency.
    """
    each = row_costs(outcomes, costs) * 1000
    return mean_with_interval(each, "cost_per_1000", seed=seed, resamples=resamples, confidence=confidence)


def saving_with_interval(outcomes: Outcomes, costs: Costs, threshold: float, *, seed: int) -> Score:
    """Compute what another threshold saves per 1,000 rows, with its interval from the same resamples of both."""
    each = (row_costs(outcomes, costs) - row_costs(outcomes.at(threshold), costs)) * 1000
    return mean_with_interval(each, "saving_per_1000", seed=seed)


def sweep(outcomes: Outcomes, at_most: int = THRESHOLDS) -> Sweep:
    """Count the four kinds of decisions at many thresholds at once.

    Thresholds are every hundredth, and the scores' own quantiles to three decimals, so that a rare outcome whose
    probabilities all lie below 0.05 still has a line to draw.

    Parameters
    ----------
    outcomes : Outcomes
        Binary, with probabilities; n rows.
    at_most : int
        Most thresholds, above 101.

    Returns
    -------
    Sweep
    """
    hundredths = np.round(np.linspace(0, 1, 101), 2)
    places = np.linspace(0, 1, at_most - 101)
    own = np.round(np.quantile(outcomes.score, places), 3) if len(outcomes) else np.empty(0)
    thresholds = np.unique(np.r_[hundredths, np.clip(own, 0, 1)])
    counts = []
    for mask in (outcomes.is_positive, ~outcomes.is_positive):
        scores = np.sort(outcomes.score[mask])
        counts.append(len(scores) - np.searchsorted(scores, thresholds, side="left"))
    tp, fp = (np.asarray(count, dtype=np.int64) for count in counts)
    positives = int(outcomes.is_positive.sum())
    return Sweep(thresholds, tp, fp, positives - tp, len(outcomes) - positives - fp)


def cost_curve(outcomes: Outcomes, costs: Costs, at: Sweep | None = None) -> CostCurve:
    """Compute what the errors cost at each threshold.

    Parameters
    ----------
    outcomes : Outcomes
        Binary, with probabilities; n rows, n at least 1.
    costs : Costs
        Of one false positive and one false negative.
    at : Sweep or None
        The counts, where they are known already.

    Returns
    -------
    CostCurve
    """
    counts = sweep(outcomes) if at is None else at
    false_positive, false_negative = costs.false_positive or 0.0, costs.false_negative or 0.0
    scale = 1000 / len(outcomes)
    each = (counts.fp * false_positive + counts.fn * false_negative) * scale
    best = _best(-each)
    positives = int(outcomes.is_positive.sum())
    return CostCurve(
        counts.thresholds,
        each,
        float(counts.thresholds[best]),
        float(each[best]),
        positives * false_negative * scale,
        (len(outcomes) - positives) * false_positive * scale,
        costs.currency,
    )


def best_threshold(outcomes: Outcomes, by: str = "f1", at: Sweep | None = None) -> float:
    """Return the threshold that is best where no costs are given.

    Parameters
    ----------
    outcomes : Outcomes
        Binary, with probabilities.
    by : str
        ``"f1"``, or ``"youden"`` for recall minus false positive rate (Youden, 1950, Index for rating diagnostic
        tests, Cancer 3, 32–35).
    at : Sweep or None
        The counts, where they are known already.

    Returns
    -------
    float
        The middle one where several are equally good.

    Raises
    ------
    KeyError
        Where ``by`` is neither.
    """
    counts = sweep(outcomes) if at is None else at
    goodness = {
        "f1": 2 * counts.tp / np.maximum(2 * counts.tp + counts.fp + counts.fn, 1),
        "youden": counts.tp / np.maximum(counts.tp + counts.fn, 1) - counts.fp / np.maximum(counts.fp + counts.tn, 1),
    }[by]
    return float(counts.thresholds[_best(goodness)])


def money(value: float, currency: str) -> str:
    """Write a sum: "$40,800", "−$300", "EUR 40,800"; cents only below 10."""
    space = " " if currency[-1:].isalpha() else ""
    sign = "−" if value < 0 else ""
    return f"{sign}{currency}{space}{abs(value):,.{2 if 0 < abs(value) < 10 else 0}f}"


def _best(goodness: FloatArray) -> int:
    among = np.flatnonzero(goodness >= goodness.max() - 1e-9 * max(1.0, abs(float(goodness.max()))))
    return int(among[len(among) // 2])


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
