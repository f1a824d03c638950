"""Measures of association between two columns, each 0 (none) to 1, Spearman's from −1."""

from math import nan, sqrt

import numpy as np

from core.data.signal import Floats, Ints


def spearman(first: Floats, second: Floats) -> float:
    """Return Spearman's rank correlation over the rows where both are filled; NaN where one does not vary there.

    Parameters
    ----------
    first, second : ndarray of float, shape (n,)
        NaN where missing.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    if both.sum() < 2:
        return nan
    return pearson(ranks(first[both]), ranks(second[both]))


def pearson(first: Floats, second: Floats) -> float:
    """Return Pearson's correlation of two filled columns; NaN where one does not vary."""
    one, other = first - first.mean(), second - second.mean()
    scale = sqrt(float(one @ one) * float(other @ other))
    return float(one @ other) / scale if scale > 0 else nan


def ranks(values: Floats) -> Floats:
    """Return ranks from 1 on, ties sharing their mean rank; NaN stays NaN."""
    ranked = np.full(len(values), np.nan)
    filled = np.flatnonzero(~np.isnan(values))
    _, place, counts = np.unique(values[filled], return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranked[filled] = (last - (counts - 1) / 2)[place]
    return ranked


def cramers_v(first: Ints, second: Ints, *, corrected: bool = True) -> float:
    """Return Cramér's V of two categories over the rows where both are filled; NaN where one has a single level there.

    Parameters
    ----------
    first, second : ndarray of int, shape (n,)
        Levels from 0 on, −1 where missing.
    corrected : bool
        Without the correction many levels look associated by chance.

    Notes
    -----
    Bergsma, W. (2013), A bias-correction for Cramér's V and Tschuprow's T, Journal of the Korean Statistical Society
    42, 323–328.
    """
    counts = _table(first, second)
    n = counts.sum()
    rows, columns = counts.shape
    if n < 2 or min(rows, columns) < 2:
        return nan
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    phi = float(((counts - expected) ** 2 / expected).sum() / n)
    if not corrected:
        return sqrt(min(1.0, phi / (min(rows, columns) - 1)))
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    fewest = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return sqrt(min(1.0, phi / fewest)) if fewest > 0 else nan


def _table(first: Ints, second: Ints) -> Floats:
    """Return the counts of both columns' levels that occur in rows where both are filled."""
    both = (first >= 0) & (second >= 0)
    if not both.any():
        return np.zeros((0, 0))
    one, other = first[both], second[both]
    width = int(other.max()) + 1
    counts = np.bincount(one * width + other, minlength=(int(one.max()) + 1) * width).reshape(-1, width)
    counts = counts[counts.any(axis=1)][:, counts.any(axis=0)]
    return counts.astype(np.float64)


def correlation_ratio(codes: Ints, numbers: Floats, *, corrected: bool = True) -> float:
    """Return the correlation ratio (eta) of a number on a category; NaN where one does not vary.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Levels from 0 on, −1 where missing.
    numbers : ndarray of float, shape (n,)
        NaN where missing.
    corrected : bool
        Without the correction many levels explain a number by chance.

    Notes
    -----
    Eta squared is the share of the number's variance between the levels. Corrected, it is epsilon squared: Kelley,
    T. L. (1935), An unbiased correlation ratio measure, PNAS 21, 554–559.
    """
    return float(correlation_ratios(codes, numbers[:, None], corrected=corrected)[0])


def correlation_ratios(codes: Ints, numbers: Floats, *, corrected: bool = True) -> Floats:
    """Return the correlation ratio of each of several numbers on one category, as :func:`correlation_ratio` does.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
    numbers : ndarray of float, shape (n, m)
    corrected : bool

    Returns
    -------
    ndarray of float, shape (m,)
    """
    # Sorted by level, so that each level's sums over all columns are one pass.
    known = np.flatnonzero(codes >= 0)
    order = known[np.argsort(codes[known], kind="stable")]
    if not len(order):
        return np.full(numbers.shape[1], nan)
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    held = numbers[order]
    filled = ~np.isnan(held)
    n = filled.sum(axis=0)
    with np.errstate(all="ignore"):
        # Centred first, so that sums of squares of large numbers do not lose their last digits.
        values = np.where(filled, held - np.where(filled, held, 0.0).sum(axis=0) / n, 0.0)
        rows = np.add.reduceat(filled, starts, axis=0, dtype=np.float64)
        between = np.where(rows > 0, np.add.reduceat(values, starts, axis=0) ** 2 / rows, 0.0).sum(axis=0)
        kinds, total = (rows > 0).sum(axis=0), (values**2).sum(axis=0)
        explained = between / total
        if corrected:
            explained = 1 - (1 - explained) * (n - 1) / (n - kinds)
    usable = (n >= 3) & (kinds >= 2) & (kinds < n) & (total > 0)
    return np.where(usable, np.sqrt(np.clip(np.where(usable, explained, 0.0), 0.0, 1.0)), nan)
