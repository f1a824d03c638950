"""Two models on the same rows: how far each row's two predictions lie apart, and whether one model is better."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.evaluate.compare import fold_interval, paired_test
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.framing.outcomes import Outcomes

Rows = NDArray[np.intp]
DRAWN: Final = 2_000
"""Most rows that are drawn; above it a seeded sample, and those that lie furthest apart."""
FURTHEST: Final = 100
"""Of the rows that lie furthest apart so many are always drawn."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two models, row by row.

    Parameters
    ----------
    first, second : Outcomes
        Of the same n rows.
    rows : ndarray of int, shape (n,)
        Their positions in the table.
    apart : ndarray of shape (n,)
        How far the two predictions lie apart: of the chance of the outcome looked for, of all chances (half the sum of
        their differences), or of the amount.
    order : ndarray of int, shape (n,)
        Places of the rows, those that lie furthest apart first.
    groups : tuple of (str, ndarray of int)
        Places of the rows to draw, by what is said of them.
    metric : str
    scores : tuple of float
        Mean over the folds of the first and of the second.
    gain, low, high : float
        By how much the second is better, on the same folds, with the 95% interval of the corrected resampled t-test;
        positive is better, also where a smaller metric is.
    p_value : float
        Of the same test.
    right : tuple of int or None
        Rows in which both decide rightly, the first alone, the second alone, and neither (classification).
    nearer : tuple of int or None
        Rows in which the first, and in which the second is nearer to what happened (amounts).
    """

    first: Outcomes
    second: Outcomes
    rows: Rows
    apart: NDArray[np.float64]
    order: Rows
    groups: tuple[tuple[str, Rows], ...]
    metric: str
    scores: tuple[float, float]
    gain: float
    low: float
    high: float
    p_value: float
    right: tuple[int, int, int, int] | None = None
    nearer: tuple[int, int] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the first and the second say of each row: the chance of the outcome looked for, or the amount.

        Of several outcomes, the chance that was given to the one that happened.
        """
        return _said(self.first), _said(self.second)

    def sentences(self, first: str, second: str) -> tuple[str, ...]:
        """Say what the comparison shows; the two models by their titles."""
        metric = METRICS[self.metric]
        one, other = (metric.format(score) for score in self.scores)
        told = f"{first} has {metric.title} {one}, {second} {other}"
        if isfinite(self.low) and isfinite(self.high):
            better = second if self.gain >= 0 else first
            size, *ends = (metric.format(value) for value in (abs(self.gain), *sorted((abs(self.low), abs(self.high)))))
            if self.low <= 0 <= self.high:
                worse, gained = metric.format(-self.low), metric.format(self.high)
                told += f". The difference of {size} may be chance: {second} may be worse by {worse} or better by "
                told += f"{gained} (95% interval)."
            else:
                told += f": {better} is better by {size} (95% interval {ends[0]} to {ends[1]})."
        else:
            told += "; too few folds to tell whether that is chance."
        return (told, *self._by_rows(first, second))

    def _by_rows(self, first: str, second: str) -> tuple[str, ...]:
        n = len(self)
        if self.right is not None:
            both, one, other, neither = self.right
            differ = one + other
            if self.first.task is Task.MULTICLASS:
                told = (
                    f"Of {n:,} rows both are right in {both:,}, {first} alone in {one:,}, {second} alone in {other:,}"
                )
                return (f"{told}, neither in {neither:,}.",)
            told = (
                f"They decide {n - differ:,} of {n:,} rows alike. Of the other {differ:,}, {first} is right in {one:,}"
            )
            return (f"{told} and {second} in {other:,}.",)
        if self.nearer is not None:
            one, other = self.nearer
            return (f"Of {n:,} rows {first} is nearer to what happened in {one:,}, {second} in {other:,}.",)
        return ()


def compare_rows(
    first: Outcomes,
    second: Outcomes,
    rows: tuple[Rows, Rows],
    folds: Rows,
    metric: str,
    *,
    seed: int,
) -> Pair:
    """Hold two models against each other on the rows both were judged on.

    Parameters
    ----------
    first, second : Outcomes
        Predictions of rows left out, at the same threshold.
    rows : tuple of two ndarrays of int
        Their positions in the table.
    folds : ndarray of int
        The fold in which each row of the first was left out.
    metric : str
        Key of the metric that judges.
    seed : int
        Of the sample that is drawn.

    Returns
    -------
    Pair
    """
    shared, one, other = np.intersect1d(rows[0], rows[1], assume_unique=True, return_indices=True)
    a, b, parts = first.take(one), second.take(other), folds[one]
    apart = _apart(a, b)
    order = np.argsort(-apart, kind="stable")
    measure = METRICS[metric]
    scores = [
        np.array([measure.compute(outcomes.take(parts == fold)) for fold in np.unique(parts)]) for outcomes in (a, b)
    ]
    sign = 1.0 if measure.higher_is_better else -1.0
    differences = sign * (scores[1] - scores[0])
    judged = len(shared) / max(1, len(np.unique(parts)))
    fitted = max(len(shared) - judged, 1.0)
    low, high = fold_interval(differences, fitted, judged)
    known = differences[np.isfinite(differences)]
    return Pair(
        first=a,
        second=b,
        rows=shared,
        apart=apart,
        order=order,
        groups=_groups(a, b, order, seed),
        metric=metric,
        scores=(_mean(scores[0]), _mean(scores[1])),
        gain=_mean(known),
        low=low,
        high=high,
        p_value=paired_test(scores[1], scores[0], fitted, judged),
        right=_right(a, b) if a.task.is_classification else None,
        nearer=_nearer(a, b) if a.task is Task.REGRESSION else None,
    )


def _mean(values: NDArray[np.float64] | Sequence[float]) -> float:
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else float("nan")


def _apart(a: Outcomes, b: Outcomes) -> NDArray[np.float64]:
    if a.task is Task.REGRESSION:
        return np.asarray(np.abs(_said(a) - _said(b)), dtype=np.float64)
    assert a.probabilities is not None
    assert b.probabilities is not None
    return np.asarray(np.abs(a.probabilities - b.probabilities).sum(axis=1) / 2, dtype=np.float64)


def _said(outcomes: Outcomes) -> NDArray[np.float64]:
    if outcomes.task is Task.REGRESSION:
        return np.asarray(outcomes.values, dtype=np.float64)
    if outcomes.task is Task.BINARY:
        return np.asarray(outcomes.score, dtype=np.float64)
    assert outcomes.probabilities is not None
    place = {name: column for column, name in enumerate(outcomes.classes)}
    columns = np.array([place[str(name)] for name in outcomes.actual], dtype=np.intp)
    return np.asarray(outcomes.probabilities[np.arange(len(columns)), columns], dtype=np.float64)


def _right(a: Outcomes, b: Outcomes) -> tuple[int, int, int, int]:
    actual = np.asarray(a.actual).astype(str)
    one, other = (np.asarray(outcomes.predicted).astype(str) == actual for outcomes in (a, b))
    return int((one & other).sum()), int((one & ~other).sum()), int((~one & other).sum()), int((~one & ~other).sum())


def _nearer(a: Outcomes, b: Outcomes) -> tuple[int, int]:
    actual = np.asarray(a.actual, dtype=float)
    one, other = (np.abs(np.asarray(outcomes.values, dtype=float) - actual) for outcomes in (a, b))
    return int((one < other).sum()), int((other < one).sum())


def _groups(a: Outcomes, b: Outcomes, order: Rows, seed: int) -> tuple[tuple[str, Rows], ...]:
    drawn = np.arange(len(order))
    if len(order) > DRAWN:
        sample = np.random.default_rng(seed).choice(len(order), DRAWN - FURTHEST, replace=False)
        drawn = np.union1d(sample, order[:FURTHEST])
    if a.task is Task.REGRESSION:
        return (("Rows", drawn),)
    if a.task is Task.BINARY:
        happened = a.is_positive[drawn]
        return ((f"{a.positive} happened", drawn[happened]), ("It did not", drawn[~happened]))
    alike = np.asarray(a.predicted).astype(str)[drawn] == np.asarray(b.predicted).astype(str)[drawn]
    return (("Same answer", drawn[alike]), ("Different answers", drawn[~alike]))
