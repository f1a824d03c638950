"""One column put into bars: what a chart draws, what a rate is told by, and which rows stand behind a bar."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data.profile import summarise
from core.data.schema import ColumnSpec, ColumnType
from core.data.signal import Floats, Ints
from core.data.summary import BARS, Summary, bin_edges, bin_labels, number_words

LEVELS: Final = 12
"""Levels of a category that get a bar of their own."""
OTHERS: Final = "others"
MISSING: Final = "missing"


@dataclass(frozen=True, eq=False)
class Bins:
    """Rows put into bars.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Each row's bar, −1 in none.
    names : tuple of str
        What each bar is.
    places : tuple or None
        Where the bars stand on an axis with a scale: numbers, or ISO text of dates.
    widths : float or None
        Of the bars on that axis; of dates in milliseconds.
    """

    codes: Ints
    names: tuple[str, ...]
    places: tuple[Any, ...] | None = None
    widths: float | None = None

    @property
    def rows(self) -> Ints:
        """Rows of each bar."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))[: len(self.names)]


def put_into_bins(values: pd.Series, spec: ColumnSpec) -> Bins:
    """Put a column into bars.

    Parameters
    ----------
    values : Series of n rows
    spec : ColumnSpec

    Returns
    -------
    Bins
        Numbers with few values and categories a bar a value (the rarer ones, and the missing, share one each), other
        numbers and dates sixteen of equal width.
    """
    return bins_of(summarise(values, spec), spec.type)


def bins_of(found: Summary, kind: ColumnType) -> Bins:
    """Return the bars of a column that was summarised already."""
    if found.codes is not None:
        return _level_bins(found, in_order=found.numbers is not None)
    numbers = found.numbers
    if numbers is None or not found.distinct:
        return Bins(np.empty(0, dtype=np.intp), ())
    ordered = np.sort(numbers[~np.isnan(numbers)])
    edges: Floats
    if kind is ColumnType.DATE:
        edges = np.linspace(ordered[0], ordered[-1], BARS + 1) if found.distinct > 1 else np.empty(0)
    else:
        edges = bin_edges(ordered)
    if not len(edges):
        return Bins(np.where(np.isnan(numbers), -1, 0), (found.range_words,))
    codes = np.where(np.isnan(numbers), -1, np.searchsorted(edges[1:-1], numbers, side="right"))
    middles, step = (edges[1:] + edges[:-1]) / 2, float(edges[1] - edges[0])
    if kind is ColumnType.DATE:
        # Plotly's date axis takes ISO text, and widths in milliseconds.
        places = tuple(str(pd.Timestamp(int(middle))) for middle in middles)
        return Bins(codes, found.labels, places, 0.92 * step / 1e6)
    return Bins(codes, bin_labels(edges, ordered), tuple(map(float, middles)), 0.92 * step)


def _level_bins(found: Summary, *, in_order: bool) -> Bins:
    assert found.codes is not None
    counts = np.bincount(found.codes + 1, minlength=len(found.levels) + 1)
    order = np.arange(len(found.levels)) if in_order else np.argsort(-counts[1:], kind="stable")
    kept = order if len(order) <= LEVELS + 1 else order[:LEVELS]
    names = [number_words(float(found.levels[place])) if in_order else found.levels[place] for place in kept]
    place_of = np.full(len(found.levels) + 1, len(names), dtype=np.intp)
    place_of[kept + 1] = np.arange(len(kept))
    if len(kept) < len(order):
        names.append(f"{len(order) - len(kept):,} {OTHERS}")
    place_of[0] = len(names) if counts[0] else -1
    if counts[0]:
        names.append(MISSING)
    return Bins(place_of[found.codes + 1], tuple(names))
