"""Curves over all thresholds, and how far the probabilities can be believed."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.evaluate.resample import RESAMPLE_ROWS, RESAMPLES, draw_rows, resample_weights, strata_of
from core.framing.frame import Task
from core.framing.intervals import wilson
from core.framing.metrics import METRICS
from core.framing.metrics.weights import FloatArray, RankedRows, divide
from core.framing.outcomes import Outcomes

GRID = 101
"""False positive rates at which a ROC curve and its band are given."""
CURVE_POINTS = 500
"""Most points of a precision-recall curve."""


@dataclass(frozen=True, eq=False)
class RocCurve:
    """True positive rate by false positive rate.

    Parameters
    ----------
    label : str
        The outcome looked for.
    fpr, tpr : ndarray of shape (101,)
        The curve on an even grid; where it rises straight up, the upper end.
    low, high : ndarray of shape (101,)
        Pointwise bootstrap band of ``tpr``.
    auc : float
        Area under the curve of all rows together.
    positives, negatives : int
        Rows with and without the outcome.
    method : str
        How the band was made, in plain words.
    """

    label: str
    fpr: FloatArray
    tpr: FloatArray
    low: FloatArray
    high: FloatArray
    auc: float
    positives: int
    negatives: int
    method: str


@dataclass(frozen=True, eq=False)
class PrecisionRecallCurve:
    """Precision by recall, from the highest threshold to the lowest.

    Parameters
    ----------
    label : str
        The outcome looked for.
    recall, precision, thresholds : ndarray of shape (p,)
        At most 500 points of all.
    average_precision : float
    share : float
        Share of rows with the outcome: the precision of flagging at random.
    """

    label: str
    recall: FloatArray
    precision: FloatArray
    thresholds: FloatArray
    average_precision: float
    share: float


@dataclass(frozen=True)
class CalibrationBin:
    """Rows with about the same predicted probability.

    Parameters
    ----------
    n, happened : int
        Rows, and rows with the outcome.
    predicted : float
        Mean predicted probability.
    share : float
        Share with the outcome.
    low, high : float
        Wilson 95% interval of ``share``.
    start, end : float
        Smallest and largest predicted probability.
    """

    n: int
    happened: int
    predicted: float
    share: float
    low: float
    high: float
    start: float
    end: float


@dataclass(frozen=True)
class Calibration:
    """What was predicted beside what happened.

    Parameters
    ----------
    label : str
        The outcome looked for.
    bins : tuple of CalibrationBin
        With about the same number of rows each, lowest probability first.
    error : float
        Mean absolute difference of predicted and happened over the bins, weighted by rows (expected calibration error).
    """

    label: str
    bins: tuple[CalibrationBin, ...]
    error: float


def one_against_rest(outcomes: Outcomes, label: str) -> Outcomes:
    """Turn a classification into "this outcome or another".

    Parameters
    ----------
    outcomes : Outcomes
        With probabilities.
    label : str
        One of the classes.

    Returns
    -------
    Outcomes
        Binary, with ``label`` as the positive outcome.
    """
    if outcomes.task is Task.BINARY and outcomes.positive == label:
        return outcomes
    assert outcomes.probabilities is not None
    score = outcomes.probabilities[:, outcomes.classes.index(label)]
    rest = f"not {label}"
    actual = np.where(outcomes.actual == label, label, rest).astype(object)
    return Outcomes(Task.BINARY, actual, (rest, label), label, np.column_stack([1 - score, score]))


def roc(
    outcomes: Outcomes,
    resamples: int = RESAMPLES,
    seed: int = 7,
    *,
    confidence: float = 0.95,
    at_most: int = RESAMPLE_ROWS,
) -> RocCurve | None:
    """Compute the ROC curve with a pointwise band.

    The band is the bootstrap percentile interval of the true positive rate at each false positive rate (vertical
    averaging: Fawcett, 2006, An introduction to ROC analysis, Pattern Recognition Letters 27, section 9).

    Parameters
    ----------
    outcomes : Outcomes
        Binary, with probabilities; n rows.
    resamples, seed : int
        Resamples are drawn within each outcome.
    confidence : float
        Coverage of the band at each point.
    at_most : int
        Rows the band is made from; above it a seeded sample, scaled to all rows.

    Returns
    -------
    RocCurve or None
        ``None`` where only one outcome happened.
    """
    if METRICS["roc_auc"].undefined(outcomes):
        return None
    grid = np.linspace(0.0, 1.0, GRID)
    tpr = _on_grid(RankedRows(outcomes.score, outcomes.is_positive), np.ones((1, len(outcomes))), grid)[0]
    drawn = draw_rows(len(outcomes), seed, at_most)
    some = outcomes.take(drawn.rows)
    low = high = tpr
    if 0 < some.is_positive.sum() < len(some):
        rows = RankedRows(some.score, some.is_positive)
        parts = resample_weights(strata_of(some, None, True), resamples, np.random.default_rng(seed))
        curves = np.concatenate([_on_grid(rows, weights, grid) for weights in parts])
        tail = (1 - confidence) / 2
        ends = np.quantile(curves, [tail, 1 - tail], axis=0)
        if drawn.scale < 1:
            ends = tpr + (ends - np.median(curves, axis=0)) * drawn.scale
        low, high = np.clip(np.minimum(ends[0], tpr), 0, 1), np.clip(np.maximum(ends[1], tpr), 0, 1)
    positives = int(outcomes.is_positive.sum())
    method = f"bootstrap, {resamples} resamples{drawn.words}"
    auc = METRICS["roc_auc"].compute(outcomes)
    label = str(outcomes.positive)
    return RocCurve(label, grid, tpr, low, high, auc, positives, len(outcomes) - positives, method)


def roc_per_class(outcomes: Outcomes, resamples: int = 100, seed: int = 7) -> tuple[RocCurve, ...]:
    """Compute each outcome's ROC curve against the rest; outcomes that did not happen are left out."""
    # Fifty outcomes of a large table would keep a person waiting: a band is drawn from fewer rows here.
    curves = (roc(one_against_rest(outcomes, label), resamples, seed, at_most=4_000) for label in outcomes.classes)
    return tuple(curve for curve in curves if curve is not None)


def precision_recall(outcomes: Outcomes) -> PrecisionRecallCurve | None:
    """Compute the precision-recall curve.

    Parameters
    ----------
    outcomes : Outcomes
        Binary, with probabilities; n rows.

    Returns
    -------
    PrecisionRecallCurve or None
        ``None`` where the outcome did not happen.
    """
    if METRICS["average_precision"].undefined(outcomes):
        return None
    rows = RankedRows(outcomes.score, outcomes.is_positive)
    positives, negatives = (counts[0] for counts in rows.counts(np.ones((1, len(outcomes)))))
    caught = np.cumsum(positives)
    precision, recall = caught / (caught + np.cumsum(negatives)), caught / caught[-1]
    shown = np.unique(np.linspace(0, len(caught) - 1, min(CURVE_POINTS, len(caught))).round().astype(int))
    return PrecisionRecallCurve(
        str(outcomes.positive),
        recall[shown],
        precision[shown],
        rows.thresholds[shown],
        METRICS["average_precision"].compute(outcomes),
        float(outcomes.is_positive.mean()),
    )


def calibration(outcomes: Outcomes, bins: int = 10) -> Calibration | None:
    """Put the rows into bins by predicted probability and count what happened in each.

    Parameters
    ----------
    outcomes : Outcomes
        Binary, with probabilities; n rows.
    bins : int
        Most bins; rows with the same probability stay together, so there may be fewer.

    Returns
    -------
    Calibration or None
        ``None`` without rows or probabilities.
    """
    if METRICS["brier"].undefined(outcomes):
        return None
    order = np.argsort(outcomes.score, kind="stable")
    score, positive = outcomes.score[order], outcomes.is_positive[order]
    cuts = np.searchsorted(score, score[(np.arange(1, bins) * len(score)) // bins], side="left")
    edges = np.unique(np.r_[0, cuts, len(score)])
    parts = []
    for start, end in pairwise(edges.tolist()):
        inside = slice(start, end)
        parts.append(_bin(score[inside], positive[inside]))
    error = sum(part.n * abs(part.share - part.predicted) for part in parts) / len(score)
    return Calibration(str(outcomes.positive), tuple(parts), float(error))


def rows_from(outcomes: Outcomes, score: float) -> CalibrationBin | None:
    """Count what happened among the rows scored at or above a probability; ``None`` where there are none."""
    above = outcomes.score >= score
    return _bin(outcomes.score[above], outcomes.is_positive[above]) if above.any() else None


def _bin(score: FloatArray, positive: NDArray[np.bool_]) -> CalibrationBin:
    n, happened = len(score), int(positive.sum())
    low, high = wilson(happened, n)
    return CalibrationBin(
        n, happened, float(score.mean()), happened / n, low, high, float(score.min()), float(score.max())
    )


def _on_grid(rows: RankedRows, weights: FloatArray, grid: FloatArray) -> FloatArray:
    positives, negatives = rows.counts(weights)
    start = np.zeros((len(weights), 1))
    caught = np.hstack([start, np.cumsum(positives, axis=1)])
    flagged = np.hstack([start, np.cumsum(negatives, axis=1)])
    tpr, fpr = divide(caught, caught[:, -1:], 0.0), divide(flagged, flagged[:, -1:], 0.0)
    return np.array([np.interp(grid, x, y) for x, y in zip(fpr, tpr, strict=True)])
