"""From a sensitive column to groups that can be compared, in an order a person expects."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from core.data.schema import ColumnSpec, ColumnType
from core.runtime.rules import MISSING, OTHER, Grouping
from core.runtime.values import as_date, as_number, as_text

MOST_GROUPS = 8
"""Most levels that stand alone; the rarer ones are one group."""
NUMBER_LEVELS = 6
"""A number column with at most this many values is taken as codes, not as an amount."""
PARTS = 4
"""Parts of about equal size an amount is cut into."""
_START = re.compile(r"(below |before |under |up to |< ?|≤ ?)?([-−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-−]?\d+(?:\.\d+)?)")
"""A group's first number, and what says that the group lies below it."""


def grouping_of(values: pd.Series, spec: ColumnSpec) -> Grouping:
    """Decide how a column's values become groups, from the values alone.

    Categories keep their ``MOST_GROUPS`` most frequent levels. Numbers and dates (by year) are cut at their quartiles,
    rounded to what a person would say.

    Parameters
    ----------
    values : Series
        All rows of the column.
    spec : ColumnSpec
        Its name, type and date format.

    Returns
    -------
    Grouping
    """
    if spec.type in (ColumnType.NUMBER, ColumnType.DATE):
        kind = spec.type.value
        numbers = as_number(values) if kind == "number" else as_date(values, spec.date_format).dt.year
        known = numbers.dropna().to_numpy(dtype=np.float64)
        if len(np.unique(known)) > NUMBER_LEVELS:
            edges = _edges(known)
            labels = _labels(edges, whole=bool((known == np.round(known)).all()), years=kind == "date")
            return Grouping(spec.name, kind, edges=edges, labels=labels, date_format=spec.date_format)
    counts = as_text(values).value_counts()
    levels = tuple(str(level) for level in counts.index[: MOST_GROUPS - 1]) if len(counts) > MOST_GROUPS else ()
    return Grouping(spec.name, levels=levels)


def group_labels(values: pd.Series, spec: ColumnSpec) -> pd.Series:
    """Return each row's group as text, same index; see ``grouping_of``. A missing value is the group ``(missing)``."""
    return pd.Series(grouping_of(values, spec).read(values), index=values.index, name=spec.name, dtype=object)


def in_order(groups: Iterable[str], rows: Mapping[str, int]) -> list[str]:
    """Return groups in the order in which a person would read them.

    Parameters
    ----------
    groups : iterable of str
    rows : mapping of str to int
        Rows of each.

    Returns
    -------
    list of str
        By their first number where every group begins with one ("below 35", "35 to 49"), else the largest first;
        ``(other)`` and ``(missing)`` last.
    """
    names = list(groups)
    starts = {name: found for name in names if (found := _START.match(name)) is not None}
    rest = (OTHER, MISSING)
    numbered = all(name in starts or name in rest for name in names)

    def key(name: str) -> tuple[float, float, int, str]:
        if name in rest:
            return 1 + rest.index(name), 0.0, 0, name
        if numbered:
            text = starts[name][2].replace(",", "").replace("−", "-")
            return 0, float(text), 0 if starts[name][1] else 1, name
        return 0, -rows[name], 0, name

    return sorted(names, key=key)


def _edges(known: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, ...]:
    """Return the quartiles rounded to two significant digits of the spread, without repeats or empty parts."""
    quartiles = np.quantile(known, np.arange(1, PARTS) / PARTS)
    digits = 1 - int(np.floor(np.log10(known.max() - known.min())))
    rounded = sorted({float(np.round(edge, digits)) + 0.0 for edge in quartiles})
    return tuple(edge for edge in rounded if known.min() < edge <= known.max())


def _labels(edges: tuple[float, ...], *, whole: bool, years: bool) -> tuple[str, ...]:
    if not edges:
        return ("all",)

    def say(value: float) -> str:
        text = f"{value:.0f}" if years else f"{value:,.6g}"
        return text.replace("-", "−")

    first = f"{'before' if years else 'below'} {say(edges[0])}"
    last = f"{say(edges[-1])} and {'later' if years else 'above'}"
    between = [
        (f"{say(low)} to {say(high - 1)}" if high - 1 > low else say(low))
        if whole
        else f"{say(low)} to below {say(high)}"
        for low, high in pairwise(edges)
    ]
    return (first, *between, last)
