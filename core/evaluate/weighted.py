"""Every metric under row weights, for many sets of weights at once.

A bootstrap resample is a set of whole-number weights: how often each row was drawn. Computing the metrics from weights
sorts the rows once instead of once a resample. The definitions are those of ``core.framing.metrics``.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.framing.metrics import METRICS, class_codes
from core.framing.outcomes import Outcomes

FloatArray = NDArray[np.float64]
Weighted = Callable[[FloatArray], FloatArray]
"""From weights of shape (resamples, n) to values of shape (resamples,), NaN where not defined."""


def weighted_metric(key: str, outcomes: Outcomes) -> Weighted:
    """Prepare a metric for many sets of row weights.

    Parameters
    ----------
    key : str
        Key of ``core.framing.metrics.METRICS``.
    outcomes : Outcomes
        n rows.

    Returns
    -------
    callable
        From weights of shape (resamples, n), zero or more each, to values of shape (resamples,).
    """
    if METRICS[key].undefined(outcomes):
        return lambda weights: np.full(len(weights), np.nan)
    return _WEIGHTED[key](outcomes)


def divide(top: FloatArray, bottom: FloatArray, empty: float = np.nan) -> FloatArray:
    """Return ``top / bottom``, and ``empty`` where the divisor is zero."""
    out: FloatArray = np.full(np.broadcast_shapes(top.shape, bottom.shape), empty, dtype=float)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out


def _mean_of(row_values: Callable[[Outcomes], FloatArray]) -> Callable[[Outcomes], Weighted]:
    def prepare(outcomes: Outcomes) -> Weighted:
        values = row_values(outcomes)
        return lambda weights: divide(weights @ values, weights.sum(axis=1))

    return prepare


def _hits(outcomes: Outcomes) -> FloatArray:
    return np.asarray(outcomes.predicted == outcomes.actual, dtype=float)


def _log_losses(outcomes: Outcomes) -> FloatArray:
    assert outcomes.probabilities is not None
    clipped = np.clip(np.asarray(outcomes.probabilities, dtype=float), 1e-15, None)
    codes = class_codes(outcomes.actual, outcomes.classes)
    given = clipped[np.arange(len(codes)), np.maximum(codes, 0)] / clipped.sum(axis=1)
    return np.asarray(-np.log(np.where(codes < 0, 1e-15, given)))


def _squared_differences(outcomes: Outcomes) -> FloatArray:
    return np.asarray((outcomes.score - outcomes.is_positive) ** 2, dtype=float)


def _errors(outcomes: Outcomes) -> FloatArray:
    assert outcomes.values is not None
    return np.asarray(outcomes.values - np.asarray(outcomes.actual, dtype=float), dtype=float)


def _relative_errors(outcomes: Outcomes) -> FloatArray:
    return np.asarray(np.abs(_errors(outcomes) / np.asarray(outcomes.actual, dtype=float)))


def _rmse(outcomes: Outcomes) -> Weighted:
    squares = _errors(outcomes) ** 2
    return lambda weights: np.sqrt(divide(weights @ squares, weights.sum(axis=1)))


def _r2(outcomes: Outcomes) -> Weighted:
    squares = _errors(outcomes) ** 2
    actual = np.asarray(outcomes.actual, dtype=float)
    # Centred first: the difference of two large sums would lose the digits that count.
    centred = actual - actual.mean()

    def measure(weights: FloatArray) -> FloatArray:
        total = weights.sum(axis=1)
        variation = weights @ centred**2 - divide((weights @ centred) ** 2, total, 0.0)
        variation = np.where(variation > 1e-12 * total * centred.var(), variation, 0.0)
        return 1 - divide(weights @ squares, variation)

    return measure


def _binary_counts(from_counts: Callable[..., FloatArray]) -> Callable[[Outcomes], Weighted]:
    def prepare(outcomes: Outcomes) -> Weighted:
        flagged, positive = outcomes.flagged, outcomes.is_positive
        kinds = np.column_stack([flagged & positive, flagged & ~positive, ~flagged & positive]).astype(float)

        def measure(weights: FloatArray) -> FloatArray:
            return from_counts(*(weights @ kinds).T)

        return measure

    return prepare


def _per_class(from_counts: Callable[..., FloatArray]) -> Callable[[Outcomes], Weighted]:
    def prepare(outcomes: Outcomes) -> Weighted:
        from scipy.sparse import csr_array

        k, n = len(outcomes.classes), len(outcomes)
        actual = class_codes(outcomes.actual, outcomes.classes) % (k + 1)  # −1, an unknown label, becomes class k
        predicted = class_codes(outcomes.predicted, outcomes.classes) % (k + 1)

        def one_hot(codes: NDArray[np.intp], rows: NDArray[np.bool_]) -> object:
            return csr_array((rows.astype(float), (codes, np.arange(n))), shape=(k + 1, n))

        every = np.ones(n, dtype=bool)
        kinds = [one_hot(actual, actual == predicted), one_hot(actual, every), one_hot(predicted, every)]

        def measure(weights: FloatArray) -> FloatArray:
            return from_counts(*((kind @ weights.T).T for kind in kinds))  # type: ignore[operator]

        return measure

    return prepare


def _mean_over(values: FloatArray, counted: NDArray[np.bool_]) -> FloatArray:
    return divide(np.where(counted, values, 0.0).sum(axis=1), counted.sum(axis=1).astype(float))


def _recall_macro(hits: FloatArray, actual: FloatArray, _: FloatArray) -> FloatArray:
    return _mean_over(divide(hits, actual, 0.0), actual > 0)


def _balanced(hits: FloatArray, actual: FloatArray, predicted: FloatArray) -> FloatArray:
    several = (actual > 0).sum(axis=1) > 1
    return np.where(several, _recall_macro(hits, actual, predicted), np.nan)


def _precision_macro(hits: FloatArray, actual: FloatArray, predicted: FloatArray) -> FloatArray:
    return _mean_over(divide(hits, predicted, 0.0), actual + predicted > 0)


def _f1_macro(hits: FloatArray, actual: FloatArray, predicted: FloatArray) -> FloatArray:
    return _mean_over(divide(2 * hits, actual + predicted, 0.0), actual + predicted > 0)


def _f1_weighted(hits: FloatArray, actual: FloatArray, predicted: FloatArray) -> FloatArray:
    f1 = divide(2 * hits, actual + predicted, 0.0)
    return divide((actual * f1).sum(axis=1), actual.sum(axis=1))


class RankedRows:
    """Rows sorted by score, highest first, ties together: what ROC and precision-recall curves are read from.

    Parameters
    ----------
    score : ndarray of shape (n,)
    positive : ndarray of bool of shape (n,)

    Attributes
    ----------
    thresholds : ndarray of shape (g,)
        The distinct scores, highest first.
    """

    def __init__(self, score: FloatArray, positive: NDArray[np.bool_]) -> None:
        self._order = np.argsort(-score, kind="stable")
        ranked = score[self._order]
        self._starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
        self.thresholds: FloatArray = ranked[self._starts]
        self._positive = positive[self._order].astype(float)

    def counts(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the positives and negatives at each distinct score, two arrays of shape (resamples, g)."""
        ranked = weights[:, self._order]
        every = np.add.reduceat(ranked, self._starts, axis=1)
        positives = np.add.reduceat(ranked * self._positive, self._starts, axis=1)
        return positives, every - positives


def _ranking(score: FloatArray, positive: NDArray[np.bool_]) -> Weighted:
    rows = RankedRows(score, positive)

    def measure(weights: FloatArray) -> FloatArray:
        positives, negatives = rows.counts(weights)
        total = negatives.sum(axis=1, keepdims=True)
        below = total - np.cumsum(negatives, axis=1)
        won = (positives * (below + negatives / 2)).sum(axis=1)
        return divide(won, positives.sum(axis=1) * total[:, 0])

    return measure


def _roc_auc(outcomes: Outcomes) -> Weighted:
    return _ranking(outcomes.score, outcomes.is_positive)


def _roc_auc_ovr(outcomes: Outcomes) -> Weighted:
    assert outcomes.probabilities is not None
    codes = class_codes(outcomes.actual, outcomes.classes)
    parts = [_ranking(outcomes.probabilities[:, code], codes == code) for code in np.unique(codes[codes >= 0]).tolist()]

    def measure(weights: FloatArray) -> FloatArray:
        values = np.column_stack([part(weights) for part in parts])
        return _mean_over(np.nan_to_num(values), np.isfinite(values))

    return measure


def _average_precision(outcomes: Outcomes) -> Weighted:
    rows = RankedRows(outcomes.score, outcomes.is_positive)

    def measure(weights: FloatArray) -> FloatArray:
        positives, negatives = rows.counts(weights)
        caught = np.cumsum(positives, axis=1)
        precision = divide(caught, caught + np.cumsum(negatives, axis=1), 0.0)
        return divide((positives * precision).sum(axis=1), caught[:, -1])

    return measure


_WEIGHTED: dict[str, Callable[[Outcomes], Weighted]] = {
    "accuracy": _mean_of(_hits),
    "balanced_accuracy": _per_class(_balanced),
    "precision": _binary_counts(lambda tp, fp, fn: divide(tp, tp + fp)),
    "recall": _binary_counts(lambda tp, fp, fn: divide(tp, tp + fn)),
    "f1": _binary_counts(lambda tp, fp, fn: divide(2 * tp, 2 * tp + fp + fn)),
    "f1_macro": _per_class(_f1_macro),
    "precision_macro": _per_class(_precision_macro),
    "recall_macro": _per_class(_recall_macro),
    "f1_weighted": _per_class(_f1_weighted),
    "roc_auc": _roc_auc,
    "roc_auc_ovr": _roc_auc_ovr,
    "average_precision": _average_precision,
    "log_loss": _mean_of(_log_losses),
    "brier": _mean_of(_squared_differences),
    "rmse": _rmse,
    "mae": _mean_of(lambda outcomes: np.abs(_errors(outcomes))),
    "r2": _r2,
    "mape": _mean_of(_relative_errors),
}
