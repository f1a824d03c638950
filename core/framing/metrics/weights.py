"""Metrics under row weights, for many sets of weights at once.

A bootstrap resample is a set of whole-number weights: how often each row was drawn. Computing a metric from weights
sorts the rows once instead of once a resample.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.framing.outcomes import Outcomes

FloatArray = NDArray[np.float64]
Weighted = Callable[[FloatArray], FloatArray]
"""From weights of shape (resamples, n) to values of shape (resamples,), NaN where not defined."""


def class_codes(labels: NDArray[np.generic], classes: tuple[str, ...]) -> NDArray[np.intp]:
    """Return each label's position among the classes, shape (n,); −1 for a label that is none of them."""
    return np.asarray(pd.Index(classes, dtype=object).get_indexer(pd.Index(labels, dtype=object)), dtype=np.intp)


def divide(top: FloatArray, bottom: FloatArray, empty: float = np.nan) -> FloatArray:
    """Return ``top / bottom``, and ``empty`` where the divisor is zero."""
    out: FloatArray = np.full(np.broadcast_shapes(top.shape, bottom.shape), empty, dtype=float)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out


def mean_of(row_values: Callable[[Outcomes], FloatArray]) -> Callable[[Outcomes], Weighted]:
    """Return the weighted form of a metric that is the mean of a value of each row."""

    def prepare(outcomes: Outcomes) -> Weighted:
        values = row_values(outcomes)
        return lambda weights: divide(weights @ values, weights.sum(axis=1))

    return prepare


def binary_counts(from_counts: Callable[..., FloatArray]) -> Callable[[Outcomes], Weighted]:
    """Return the weighted form of a metric of hits, flags for nothing and misses: ``from_counts(tp, fp, fn)``."""

    def prepare(outcomes: Outcomes) -> Weighted:
        flagged, positive = outcomes.flagged, outcomes.is_positive
        kinds = np.column_stack([flagged & positive, flagged & ~positive, ~flagged & positive]).astype(float)

        def measure(weights: FloatArray) -> FloatArray:
            return from_counts(*(weights @ kinds).T)

        return measure

    return prepare


def class_counts(from_counts: Callable[..., FloatArray]) -> Callable[[Outcomes], Weighted]:
    """Return the weighted form of a metric of each class's counts, shape (resamples, k + 1) each.

    ``from_counts(hits, actual, predicted)``; the last class is that of labels the model does not know.
    """

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


def mean_over(values: FloatArray, counted: NDArray[np.bool_]) -> FloatArray:
    """Return the mean of each row over the cells that count; NaN where none does."""
    return divide(np.where(counted, values, 0.0).sum(axis=1), counted.sum(axis=1).astype(float))


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


def ranking(score: FloatArray, positive: NDArray[np.bool_]) -> Weighted:
    """Return the ROC AUC under weights; a tie counts half."""
    rows = RankedRows(score, positive)

    def measure(weights: FloatArray) -> FloatArray:
        positives, negatives = rows.counts(weights)
        total = negatives.sum(axis=1, keepdims=True)
        below = total - np.cumsum(negatives, axis=1)
        won = (positives * (below + negatives / 2)).sum(axis=1)
        return divide(won, positives.sum(axis=1) * total[:, 0])

    return measure
