"""A column cut into parts that can be named: levels of categories, ranges of numbers, and the rows without a value."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.knowing.behind import Between, Missing, Selector, Value, selector_words
from core.data.schema import ColumnSpec, ColumnType
from core.data.summary import number_words
from core.runtime.values import as_date, as_number, as_text

LEVELS = 12
"""Most levels of a category that stand alone, the most frequent ones."""
RANGES = 5
"""Ranges of about equal size that a number is cut into."""
NUMBER_LEVELS = 6
"""A number with at most this many values is taken level by level."""


@dataclass(frozen=True)
class Dates:
    """Rows with a date from one day to another, both counted; ISO days."""

    column: str
    first: str
    last: str


Part = Selector | Dates


@dataclass(frozen=True, eq=False)
class Cut:
    """A column's rows by part.

    Parameters
    ----------
    codes : ndarray of int of shape (n,)
        The place of each row's part, -1 for a row in none of them.
    parts : tuple of Part
        What each place stands for.
    """

    codes: NDArray[np.intp]
    parts: tuple[Part, ...]


def cut_column(values: pd.Series, spec: ColumnSpec, smallest: int) -> Cut:
    """Cut a column into parts, from its values alone.

    Parameters
    ----------
    values : Series of shape (n,)
    spec : ColumnSpec
        Texts and identifiers are only told apart by whether they are there.
    smallest : int
        Parts with fewer rows are left out.

    Returns
    -------
    Cut
    """
    if spec.type is ColumnType.NUMBER:
        codes, parts = _numbers(spec.name, as_number(values).to_numpy(dtype=np.float64))
    elif spec.type is ColumnType.DATE:
        codes, parts = _dates(spec.name, as_date(values, spec.date_format))
    else:
        codes, parts = _levels(spec, as_text(values))
    return _large_enough(Cut(codes, (*parts, Missing((spec.name,)))), smallest)


def part_words(part: Part) -> str:
    """Say in words which rows a part holds; the column's name stands between backticks."""
    if isinstance(part, Dates) and part.first == part.last:
        return f"`{part.column}` is {part.first}"
    if isinstance(part, Dates):
        return f"`{part.column}` is from {part.first} to {part.last}"
    if isinstance(part, Between) and part.low is not None and part.high is not None and part.low < part.high:
        return f"`{part.column}` is {number_words(part.low)} to {number_words(part.high)}"
    return selector_words(part)


def _numbers(column: str, numbers: NDArray[np.float64]) -> tuple[NDArray[np.intp], list[Part]]:
    known = ~np.isnan(numbers)
    levels = np.unique(numbers[known])
    if not len(levels):
        return np.zeros(len(numbers), dtype=np.intp), []
    if len(levels) <= NUMBER_LEVELS:
        ends = [(level, level) for level in levels]
        codes = np.searchsorted(levels, numbers)
    else:
        edges = np.unique(np.quantile(numbers[known], np.arange(1, RANGES) / RANGES, method="inverted_cdf"))
        edges = edges[edges < levels[-1]]
        codes = np.searchsorted(edges, numbers, side="left")
        places = np.searchsorted(levels, edges, side="right")
        # The ends are values that stand in the table, so that the rows are those the words name.
        ends = [(levels[start], levels[end - 1]) for start, end in pairwise([0, *places.tolist(), len(levels)])]
    parts: list[Part] = [
        Between(
            column,
            None if place == 0 and low < high else float(low),
            None if place == len(ends) - 1 and low < high else float(high),
        )
        for place, (low, high) in enumerate(ends)
    ]
    return np.where(known, codes, len(parts)).astype(np.intp), parts


def _dates(column: str, dates: pd.Series) -> tuple[NDArray[np.intp], list[Part]]:
    known = dates.notna().to_numpy(dtype=bool)
    days = dates.dt.normalize().to_numpy().astype("datetime64[D]").astype(np.int64).astype(np.float64)
    days[~known] = np.nan
    codes, ranges = _numbers(column, days)
    first, last = (np.nanmin(days), np.nanmax(days)) if known.any() else (0.0, 0.0)

    def day(at: float) -> str:
        return str(np.datetime64(int(at), "D"))

    parts: list[Part] = []
    for part in ranges:
        assert isinstance(part, Between)
        low, high = first if part.low is None else part.low, last if part.high is None else part.high
        parts.append(Dates(column, day(low), day(high)))
    return codes, parts


def _levels(spec: ColumnSpec, texts: pd.Series) -> tuple[NDArray[np.intp], list[Part]]:
    known = texts.notna().to_numpy(dtype=bool)
    counts = texts.value_counts()
    told_apart = spec.type in (ColumnType.CATEGORY, ColumnType.YES_NO)
    names = [str(level) for level in counts.index[:LEVELS]] if told_apart else []
    codes = pd.Index(names, dtype=object).get_indexer(pd.Index(texts.to_numpy(dtype=object)))
    return np.where(known, codes, len(names)).astype(np.intp), [Value(spec.name, (name,)) for name in names]


def _large_enough(cut: Cut, smallest: int) -> Cut:
    sizes = np.bincount(cut.codes[cut.codes >= 0], minlength=len(cut.parts))
    kept = np.flatnonzero((sizes >= smallest) & (len(cut.codes) - sizes >= smallest))
    place = np.full(len(cut.parts) + 1, -1, dtype=np.intp)  # the last one answers for -1
    place[kept] = np.arange(len(kept))
    return Cut(place[cut.codes], tuple(cut.parts[old] for old in kept))
