"""Bootstrap resamples as row weights, within folds and classes, and never more of them than a person waits for."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from core.framing.outcomes import Outcomes

RESAMPLES = 500
"""Resamples of an interval."""
RESAMPLE_ROWS = 20_000
"""Rows a bootstrap works on; above it on a seeded sample, and the spread is scaled to all rows."""
_CELLS = 2_000_000


@dataclass(frozen=True, eq=False)
class Drawn:
    """The rows a bootstrap works on.

    Parameters
    ----------
    rows : ndarray of int of shape (m,)
        Positions among the n outcomes.
    n : int
        All rows.
    """

    rows: NDArray[np.intp]
    n: int

    @property
    def scale(self) -> float:
        """Factor from the spread on m rows to that on n: the root of m / n."""
        return sqrt(len(self.rows) / self.n)

    @property
    def words(self) -> str:
        """How many of how many, empty where it is all of them."""
        return "" if len(self.rows) == self.n else f" on {len(self.rows):,} of {self.n:,} rows, scaled to all of them"


def draw_rows(n: int, seed: int, at_most: int = RESAMPLE_ROWS) -> Drawn:
    """Draw the rows a bootstrap works on: all of them, or a seeded sample without replacement."""
    if n <= at_most:
        return Drawn(np.arange(n, dtype=np.intp), n)
    chosen = np.random.default_rng(seed).choice(n, size=at_most, replace=False)
    return Drawn(np.sort(chosen).astype(np.intp), n)


def strata_of(outcomes: Outcomes, folds: NDArray[np.generic] | None, by_class: bool) -> NDArray[np.intp]:
    """Return a stratum number for each row: its fold, its class, both, or one for all; shape (n,)."""
    codes = np.zeros(len(outcomes), dtype=np.intp)
    for labels in (folds, outcomes.actual if by_class and outcomes.task.is_classification else None):
        if labels is not None:
            # Labels are compared as text: an object array may hold what does not sort.
            _, part = np.unique(np.asarray(labels).astype(str), return_inverse=True)
            codes = codes * (int(part.max(initial=0)) + 1) + part
    return codes


def resample_weights(
    strata: NDArray[np.intp], resamples: int, rng: np.random.Generator
) -> Iterator[NDArray[np.float64]]:
    """Yield bootstrap resamples as weights: how often each row was drawn.

    Parameters
    ----------
    strata : ndarray of int of shape (n,)
        Rows are drawn with replacement within their stratum, as many as it holds.
    resamples : int
        How many in all.
    rng : numpy.random.Generator

    Yields
    ------
    ndarray of shape (b, n)
        Parts of at most about two million weights, ``resamples`` rows over all parts.
    """
    n = len(strata)
    groups = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    at_once = max(1, _CELLS // max(n, 1))
    for start in range(0, resamples, at_once):
        size = min(at_once, resamples - start)
        weights = np.empty((size, n))
        for rows in groups:
            m = len(rows)
            picks = rng.integers(0, m, size=(size, m)) + np.arange(size)[:, None] * m
            weights[:, rows] = np.bincount(picks.ravel(), minlength=size * m).reshape(size, m)
        yield weights
