"""From a sensitive column to groups that can be compared."""

from itertools import pairwise

import numpy as np
import pandas as pd

from core.data.schema import ColumnSpec, ColumnType
from core.runtime.rules import Grouping
from core.runtime.values import as_date, as_number, as_text

MOST_GROUPS = 8
"""Most levels that stand alone; the rarer ones are one group."""
NUMBER_LEVELS = 6
"""A number column with at most this many values is taken as codes, not as an amount."""
PARTS = 4
"""Parts of about equal size an amount is cut into."""


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
