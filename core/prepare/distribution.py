"""A column's values, counted for a small chart."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from core.data.summary import whole_edges

BARS = 20
"""Most bars of a histogram."""
LEVELS = 12
"""Categories shown by name; the others are counted together."""


@dataclass(frozen=True)
class Distribution:
    """Counts of a column.

    Parameters
    ----------
    kind : {"numbers", "counts"}
        Equally wide ranges, or named values.
    labels : tuple of str
        Names of the values; for numbers, of the ranges.
    counts : tuple of int
        Rows in each.
    edges : tuple of float
        The ranges' borders, one more than counts; empty for named values.
    missing : int
        Rows without a value.
    different : int
        How many different values there are.
    mean : float or None
        Of numbers.
    """

    kind: Literal["numbers", "counts"]
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    edges: tuple[float, ...] = ()
    missing: int = 0
    different: int = 0
    mean: float | None = None


def figure(value: float) -> str:
    """Return a number in at most four digits or whole thousands, with a true minus sign."""
    # What is left of a mean after scaling is rounding.
    if abs(value) < 1e-12 or not np.isfinite(value):
        text = "0" if abs(value) < 1e-12 else "none"
    elif abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif abs(value) < 1e-4:
        text = f"{value:.1e}"
    else:
        text = f"{value:.{3 if abs(value) < 1000 else 4}g}"
    return text.replace("-", "−")


def distribution(values: pd.Series) -> Distribution:
    """Count a column.

    Parameters
    ----------
    values : Series
        Numbers as float64, categories as text, dates as ``datetime64``.

    Returns
    -------
    Distribution
        Dates are counted by year, or by month where they lie within one.
    """
    known = values.dropna()
    missing = len(values) - len(known)
    if values.dtype.kind == "f":
        return _numbers(known.to_numpy(), missing)
    if values.dtype.kind == "M":
        years = known.dt.year
        known = known.dt.strftime("%Y") if years.nunique() > 1 else known.dt.strftime("%Y-%m")
        return _named(known.value_counts().sort_index(), missing, by_count=False)
    return _named(known.value_counts(), missing, by_count=True)


def _numbers(known: np.ndarray, missing: int) -> Distribution:
    different, counts = np.unique(known, return_counts=True)
    mean = float(known.mean()) if len(known) else None
    if len(different) <= 2:
        labels = tuple(figure(float(value)) for value in different)
        return Distribution("counts", labels, _ints(counts), (), missing, len(different), mean)
    whole = whole_edges(known, different[0], different[-1], BARS)
    counts, edges = np.histogram(known, bins=whole if len(whole) else BARS)
    if len(whole):
        ends = [(low + 0.5, min(high - 0.5, different[-1])) for low, high in pairwise(edges)]
        labels = tuple(figure(low) if low == high else f"{figure(low)} to {figure(high)}" for low, high in ends)
    else:
        labels = tuple(f"{figure(low)} to {figure(high)}" for low, high in pairwise(edges))
    return Distribution("numbers", labels, _ints(counts), tuple(map(float, edges)), missing, len(different), mean)


def _named(counts: pd.Series, missing: int, *, by_count: bool) -> Distribution:
    different = len(counts)
    if by_count:
        counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    shown = counts.iloc[:LEVELS]
    labels, numbers = [str(label) for label in shown.index], list(_ints(shown.to_numpy()))
    if different > LEVELS:
        labels.append(f"{different - LEVELS:,} others")
        numbers.append(int(counts.iloc[LEVELS:].sum()))
    return Distribution("counts", tuple(labels), tuple(numbers), (), missing, different)


def _ints(counts: np.ndarray) -> tuple[int, ...]:
    return tuple(int(count) for count in counts)
