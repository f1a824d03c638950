"""The measures of drift: how large a change is, and whether chance explains it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.values import as_text

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MOST_BINS: Final = 10
ROWS_PER_BIN: Final = 10
"""Rows of the smaller sample a bin should hold: with fewer the index is large by chance alone (its mean without any
drift is about (bins − 1) (1/n + 1/m): Yurdakul and Naranjo, 2020, Statistical properties of the population stability
index, Journal of Risk Model Validation 14)."""
SPREAD_SHARE: Final = 1e-3
"""Share of a standard deviation within which a later value may be taken for a training value."""
EXPECTED_ROWS: Final = 5.0
"""Levels with fewer expected rows are tested together (Cochran, W. G., 1954, Some methods for strengthening the common
chi-square tests, Biometrics 10)."""


def stability_index(then: Counts, now: Counts) -> float:
    """Return the population stability index of two samples counted in the same bins.

    Parameters
    ----------
    then, now : ndarray of int of shape (k,)

    Returns
    -------
    float
        Sum of (q − p) ln(q / p) over the bins. Half a row of the smaller sample, and as many of the larger as are the
        same share of it, are added to each, so that an empty bin stays finite and one empty in both counts nothing.
    """
    fewest = max(1, min(int(then.sum()), int(now.sum())))
    halves = (0.5 * max(1, int(counts.sum())) / fewest for counts in (then, now))
    p, q = (
        (counts + half) / (counts.sum() + half * len(counts)) for counts, half in zip((then, now), halves, strict=True)
    )
    return float(np.sum((q - p) * np.log(q / p)))


def bins_for(rows: int) -> int:
    """Return into how many bins a comparison goes whose smaller sample has this many rows."""
    return int(np.clip(rows // ROWS_PER_BIN, 2, MOST_BINS))


def bin_edges(then: Floats, bins: int) -> Floats:
    """Return inner edges that part the earlier sample into bins of about equal size.

    Parameters
    ----------
    then : ndarray of shape (n,)
        Known values.
    bins : int

    Returns
    -------
    ndarray of shape (k,)
        Sorted; a value belongs to the bin before the first edge that is not below it. A value that many rows share gets
        a bin of its own, so that nothing can hide beside it.
    """
    distinct = np.unique(then)
    if len(distinct) <= bins:
        return np.unique(np.concatenate([distinct, np.nextafter(distinct[:1], -np.inf)]))
    cuts = np.quantile(then, np.linspace(0, 1, bins + 1)[1:-1], method="inverted_cdf")
    values, times = np.unique(cuts, return_counts=True)
    crowded = values[(times > 1) | (values == distinct[-1])]
    return np.unique(np.concatenate([values, np.nextafter(crowded, -np.inf)]))


def counted(values: Floats, edges: Floats) -> Counts:
    """Return how many values lie in each of the ``len(edges) + 1`` bins."""
    return np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1).astype(np.int64)


def aligned(then: Floats, now: Floats) -> Floats:
    """Take later values that are training values but for rounding for those values.

    A caller may write 3.2 where the training table held 3.2 in single precision, 3.2000000477; among values that many
    rows share, that hair would part the two samples wholly.

    Parameters
    ----------
    then, now : ndarray of shape (n,) and (m,)
        Known values.

    Returns
    -------
    ndarray of shape (m,)
        Each later value, or the nearest training value where that is as near as single precision tells apart and no
        farther than a thousandth of the training values' standard deviation.
    """
    distinct = np.unique(then)
    if not len(distinct) or not len(now):
        return now
    right = np.searchsorted(distinct, now).clip(0, len(distinct) - 1)
    left = (right - 1).clip(0)
    nearest = np.where(np.abs(distinct[left] - now) <= np.abs(distinct[right] - now), distinct[left], distinct[right])
    most = np.abs(nearest) * np.finfo(np.float32).eps
    if len(distinct) > 1:
        most = np.minimum(most, SPREAD_SHARE * then.std())
    return np.where(np.abs(nearest - now) <= most, nearest, now)


def kolmogorov_smirnov(then: Floats, now: Floats) -> tuple[float, float]:
    """Return the largest distance of two distribution functions and the p-value that chance explains it."""
    from scipy.stats import ks_2samp

    found = ks_2samp(then, now, method="asymp")
    return float(found.statistic), float(found.pvalue)


def scaled_shift(then: Floats, now: Floats) -> float | None:
    """Return how far values have to be moved on average to make one sample the other, in standard deviations then.

    Returns
    -------
    float or None
        The Wasserstein distance over the standard deviation; ``None`` where all values were the same.
    """
    from scipy.stats import wasserstein_distance

    spread = float(then.std())
    if not spread > 0 or not np.isfinite(spread):
        return None
    return float(wasserstein_distance(then / spread, now / spread))


def chi_square(then: Counts, now: Counts) -> tuple[float, float]:
    """Return the chi-square statistic that two samples have the same shares, and its p-value.

    Levels with fewer than five expected rows in either sample are put together first.
    """
    from scipy.stats import chi2_contingency

    together = then + now
    total = together.sum()
    if total == 0 or then.sum() == 0 or now.sum() == 0:
        return 0.0, 1.0
    rare = together * min(then.sum(), now.sum()) / total < EXPECTED_ROWS
    columns = [*zip(then[~rare], now[~rare], strict=True)]
    if rare.any():
        columns.append((then[rare].sum(), now[rare].sum()))
    table = np.array(columns).T
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        return 0.0, 1.0
    found = chi2_contingency(table, correction=False)
    return float(found.statistic), float(found.pvalue)


def corrected(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number.

    Benjamini, Y. and Hochberg, Y. (1995), Controlling the false discovery rate, Journal of the Royal Statistical
    Society B 57, 289–300: of the columns called drifted at most the share ``ALPHA`` is expected to be called so by
    chance.
    """
    from scipy.stats import false_discovery_control

    return [float(p) for p in false_discovery_control(p_values, method="bh")] if p_values else []


def words_of(texts: pd.Series) -> NDArray[np.float64]:
    """Return how many words each text has; NaN where there is no text."""
    return np.array([np.nan if text is None else len(text.split()) for text in as_text(texts)], dtype=np.float64)
