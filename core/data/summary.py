"""One column in a few numbers: its bars, its range in words, its statistics."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.signal import Floats, Ints
from core.runtime.values import as_text

BARS: Final = 16
"""Bins of a number's or a date's small histogram."""
FEW_VALUES: Final = 12
"""A number with at most this many different values gets one bar for each."""
TOP: Final = 8
"""Levels of a category that get a bar of their own; the rest share one."""
LABEL: Final = 24
"""Longest level in a column's range."""
MOSTLY: Final = 0.5
"""Share of the most frequent value from which the column is "mostly" that value."""
CLIPPED: Final = (0.005, 0.995)
"""Quantiles at which a histogram ends; what lies beyond is counted in its first and last bar."""
WHOLE_STEP: Final = 20
"""Whole numbers of one bin up to which the bins are laid between whole numbers."""
EXTREME: Final = 5.0
"""Interquartile ranges beyond the quartiles from which a value is extreme."""
YEARS: Final = (1500, 2199)
"""Whole numbers within these are written without a thousands separator."""
YES: Final = frozenset({"yes", "y", "true", "t", "1"})


@dataclass(frozen=True)
class NumberStats:
    """Statistics of a column's filled, finite numbers; ``std`` with n − 1."""

    min: float
    q1: float
    median: float
    q3: float
    max: float
    mean: float
    std: float
    zeros: int
    extremes: int
    """Values more than five interquartile ranges beyond the quartiles; 0 where the quartiles are equal."""


@dataclass(frozen=True, eq=False)
class Summary:
    """What a column holds, whatever the outcome is.

    Parameters
    ----------
    missing, distinct : int
        Rows without a value, and different values among the others.
    bars, labels : tuple
        Rows per bar, and what each bar is; empty for text and identifiers.
    range_words : str
        "0.02 to 1.95", "12.0% yes", "6 values, mostly 1".
    stats : NumberStats or None
    top : tuple of (str, int)
        The most frequent values and their rows.
    numbers : ndarray of float or None
        The values where they are numbers or dates (nanoseconds), NaN where missing.
    codes, levels : ndarray of int or None, list of str
        The values where they are few or no numbers, −1 where missing.
    """

    missing: int
    distinct: int
    bars: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    range_words: str = "no values"
    stats: NumberStats | None = None
    top: tuple[tuple[str, int], ...] = ()
    numbers: Floats | None = None
    codes: Ints | None = None
    levels: tuple[str, ...] = ()


def number_words(value: float, digits: int | None = None) -> str:
    """Return a number as the screens write it: thousands separators, a true minus sign.

    Parameters
    ----------
    value : float
    digits : int or None
        Decimals; ``None`` keeps up to three, without trailing zeros.
    """
    if not np.isfinite(value):
        return "−∞" if value < 0 else "∞" if value > 0 else "missing"
    if abs(value) >= 1e15 or 0 < abs(value) < 1e-4:
        text = f"{value:.3g}"
    elif digits is None:
        text = f"{value:,.3f}".rstrip("0").rstrip(".")
    else:
        text = f"{value:,.{digits}f}"
    return text.replace("-", "−") if text.strip("-0.,") else text.lstrip("-")


def digits_for(values: Floats) -> int:
    """Return the decimals (0 to 6) that tell these values apart and no more than they have."""
    spread = float(np.ptp(values)) if len(values) else 0.0
    most = 2 if not 0 < spread < np.inf else int(np.clip(2 - np.floor(np.log10(spread)), 0, 6))
    for digits in range(most):
        if np.all(np.abs(np.round(values, digits) - values) <= 1e-9 * np.maximum(1.0, np.abs(values))):
            return digits
    return most


def summarise_numbers(numbers: Floats) -> Summary:
    """Summarise a column of numbers, NaN where missing."""
    ordered = np.sort(numbers[~np.isnan(numbers)])
    if not len(ordered):
        return Summary(len(numbers), 0, numbers=numbers)
    missing = len(numbers) - len(ordered)
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    with np.errstate(all="ignore"):
        stats = _stats(ordered)
        digits = digits_for(np.array([stats.min, stats.q1, stats.median, stats.q3, stats.max]))
        words = f"{number_words(stats.min, digits)} to {number_words(stats.max, digits)}"
        if digits == 0 and YEARS[0] <= stats.min and stats.max <= YEARS[1]:
            words = words.replace(",", "")
        if len(starts) > FEW_VALUES:
            bars, labels = _histogram(ordered)
            return Summary(missing, len(starts), bars, labels, words, stats, numbers=numbers)
    values = ordered[starts]
    counts = np.diff(np.append(starts, len(ordered)))
    names = tuple(number_words(value) for value in values)
    most = int(counts.argmax())
    if len(values) == 1:
        words = f"always {names[0]}"
    elif counts[most] >= MOSTLY * len(ordered):
        words = f"{names[0]} to {names[-1]}, mostly {names[most]}"
    top = tuple((names[place], int(counts[place])) for place in np.argsort(-counts, kind="stable"))
    codes = np.where(np.isnan(numbers), -1, np.searchsorted(values, numbers))
    levels = tuple(as_text(pd.Series(values)))
    return Summary(missing, len(values), _floats(counts), names, words, stats, top, numbers, codes, levels)


def summarise_dates(dates: pd.Series) -> Summary:
    """Summarise a column of ``datetime64[ns]``."""
    known = dates.notna().to_numpy()
    numbers = np.where(known, dates.to_numpy().astype("int64"), np.nan).astype(np.float64)
    ordered = np.sort(numbers[known])
    if not len(ordered):
        return Summary(len(dates), 0, numbers=numbers)
    first, last = dates.min(), dates.max()
    edges = np.linspace(ordered[0], ordered[-1], BARS + 1)
    days = [str(pd.Timestamp(int(edge)).date()) for edge in edges]
    bars = _counts(ordered, edges)
    labels = tuple(f"{low} to {high}" for low, high in pairwise(days))
    words = f"{first.date()} to {last.date()}"
    return Summary(len(dates) - len(ordered), len(np.unique(ordered)), bars, labels, words, numbers=numbers)


def summarise_levels(values: pd.Series, *, with_bars: bool = True, yes_no: bool = False, positive: str = "") -> Summary:
    """Summarise a category, a yes-or-no column, text or an identifier.

    Parameters
    ----------
    values : Series
    with_bars : bool
        False for text and identifiers, whose frequencies say little.
    yes_no : bool
        Two values: the bars stand in the order no, yes, and the range is the share of yes.
    positive : str
        The value that counts as yes; empty takes a usual word for yes, else the rarer.
    """
    codes, levels = _factorize(values)
    counts = np.bincount(codes + 1, minlength=len(levels) + 1)
    missing, counts = int(counts[0]), counts[1:]
    if not len(levels):
        return Summary(missing, 0, codes=codes)
    order = np.lexsort((np.arange(len(levels)), -counts))
    top = tuple((levels[place], int(counts[place])) for place in order[:TOP])
    filled = int(counts.sum())
    if len(levels) == 1:
        words = f"always {_short(levels[0])}"
    elif not with_bars:
        words = f"{len(levels):,} different values"
    elif yes_no and len(levels) == 2:
        yes = _yes(levels, counts, positive)
        name = "yes" if levels[yes].casefold() in YES else _short(levels[yes])
        words = f"{100 * counts[yes] / filled:.1f}% {name}"
        order = np.array([1 - yes, yes])
    else:
        often = "mostly" if counts[order[0]] >= MOSTLY * filled else "most often"
        words = f"{len(levels):,} values, {often} {_short(levels[order[0]])}"
    bars, labels = _bars(levels, counts, order) if with_bars else ((), ())
    return Summary(missing, len(levels), bars, labels, words, None, top, None, codes, levels)


def _factorize(values: pd.Series) -> tuple[Ints, tuple[str, ...]]:
    if isinstance(values.dtype, pd.CategoricalDtype) or values.dtype == object:
        codes, names = pd.factorize(as_text(values))
        return codes, tuple(map(str, names))
    raw_codes, raw = pd.factorize(values)
    texts = as_text(pd.Series(raw))
    # "yes" and "yes " are one value, blank is none.
    merged, names = pd.factorize(texts)
    lookup = np.append(merged, -1)
    return lookup[raw_codes], tuple(map(str, names))


def _bars(levels: tuple[str, ...], counts: Ints, order: Ints) -> tuple[tuple[float, ...], tuple[str, ...]]:
    first = order[:TOP]
    bars, labels = [float(counts[place]) for place in first], [levels[place] for place in first]
    if len(levels) > TOP:
        bars.append(float(counts[order[TOP:]].sum()))
        labels.append(f"{len(levels) - TOP:,} others")
    return tuple(bars), tuple(labels)


def _yes(levels: tuple[str, ...], counts: Ints, positive: str) -> int:
    if positive in levels:
        return levels.index(positive)
    named = [place for place, level in enumerate(levels) if level.casefold() in YES]
    return named[0] if len(named) == 1 else int(counts.argmin())


def _stats(ordered: Floats) -> NumberStats:
    q1, median, q3 = np.quantile(ordered, [0.25, 0.5, 0.75])
    reach = EXTREME * (q3 - q1)
    extremes = int(((ordered > q3 + reach) | (ordered < q1 - reach)).sum()) if reach > 0 else 0
    std = float(ordered.std(ddof=1)) if len(ordered) > 1 else 0.0
    zeros = int((ordered == 0).sum())
    ends = float(ordered[0]), float(ordered[-1])
    return NumberStats(
        ends[0], float(q1), float(median), float(q3), ends[1], float(ordered.mean()), std, zeros, extremes
    )


def bin_edges(ordered: Floats) -> Floats:
    """Return the 17 edges of the 16 bins of sorted numbers; empty where they are too far apart for bins.

    The bins cover all but the outer half percent at each end; what lies beyond belongs to the first and last bin. Whole
    numbers have at most 16 bins, see ``whole_edges``.
    """
    low, high = np.quantile(ordered, CLIPPED)
    if not low < high:
        low, high = ordered[0], ordered[-1]
    with np.errstate(all="ignore"):
        edges = whole_edges(ordered, low, high, BARS)
        if len(edges):
            return edges
        edges = np.linspace(low, high, BARS + 1)
    return edges if np.all(np.isfinite(edges)) and edges[0] < edges[1] else np.empty(0)


def whole_edges(numbers: Floats, low: float, high: float, bars: int) -> Floats:
    """Return the edges of bins that hold equally many whole numbers each.

    Where some bins held one whole number more than others, the bars would look like a comb.

    Parameters
    ----------
    numbers : ndarray
    low, high : float
        What the bins cover.
    bars : int
        Most bins.

    Returns
    -------
    ndarray
        Halfway between whole numbers; empty where the numbers are not whole, or a bin holds so many of them that one
        more or less is not seen.
    """
    first, last = np.floor(low), np.ceil(high)
    step = np.ceil((last - first + 1) / bars)
    if not step <= WHOLE_STEP or np.any(numbers != np.round(numbers)):
        return np.empty(0)
    count = int(np.ceil((last - first + 1) / step))
    return np.asarray(first - 0.5 + step * np.arange(count + 1), dtype=np.float64)


def bin_labels(edges: Floats, ordered: Floats) -> tuple[str, ...]:
    """Return what each bin is in words; the ends are open where numbers lie beyond them.

    Parameters
    ----------
    edges : ndarray
        Of ``bin_edges``.
    ordered : ndarray
        The numbers, sorted.
    """
    low, high = ordered[0], ordered[-1]
    if len(edges) and np.array_equal(edges, whole_edges(ordered, edges[0] + 0.5, edges[-1] - 0.5, len(edges) - 1)):
        starts, ends = edges[:-1] + 0.5, np.minimum(edges[1:] - 0.5, max(high, edges[-2] + 0.5))
        texts, stops = ([number_words(value, 0) for value in part] for part in (starts, ends))
        labels = [start if start == stop else f"{start} to {stop}" for start, stop in zip(texts, stops, strict=True)]
    else:
        digits = digits_for(edges) if len(edges) else 0
        texts = [number_words(edge, digits) for edge in edges]
        labels, stops = [f"{start} to {end}" for start, end in pairwise(texts)], texts[1:]
    if low < edges[0]:
        labels[0] = f"up to {stops[0]}"
    if high > edges[-1]:
        labels[-1] = f"{texts[len(labels) - 1]} and more"
    return tuple(labels)


def _histogram(ordered: Floats) -> tuple[tuple[float, ...], tuple[str, ...]]:
    edges = bin_edges(ordered)
    if not len(edges):
        return (float(len(ordered)),), (f"{number_words(ordered[0])} to {number_words(ordered[-1])}",)
    return _counts(ordered, edges), bin_labels(edges, ordered)


def _counts(ordered: Floats, edges: Floats) -> tuple[float, ...]:
    inner = np.searchsorted(ordered, edges[1:-1])
    return _floats(np.diff(np.concatenate(([0], inner, [len(ordered)]))))


def _floats(counts: NDArray[np.integer]) -> tuple[float, ...]:
    return tuple(float(count) for count in counts)


def _short(level: str) -> str:
    return level if len(level) <= LABEL else level[: LABEL - 1] + "…"
