"""Groups of a sensitive column: how many rows each has, and how often the outcome happens in it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.data.schema import ColumnType, Schema
from core.data.summary import FEW_VALUES, digits_for, number_words
from core.framing.frame import Frame, Task
from core.framing.intervals import wilson
from core.limits import GROUP_ROWS
from core.runtime.values import as_number, as_text

MISSING: Final = "(missing)"
"""The group of the rows without a value."""
OTHERS: Final = "(others)"
BANDS: Final = 4
MOST_GROUPS: Final = 20
"""Groups shown one by one; the smaller ones are put together."""


@dataclass(frozen=True)
class GroupShare:
    """One group of a sensitive column.

    Parameters
    ----------
    group : str
        Its value as text, "(missing)", "(others)", or a band of numbers.
    rows : int
        Rows of the group.
    share : float
        Of all rows.
    known : int
        Rows of the group with a usable outcome.
    positives : int or None
        Those with the outcome looked for (binary only).
    outcome_rate : float or None
        ``positives / known`` (binary), the mean amount (regression), ``None`` for several outcomes or no rows.
    low, high : float or None
        The 95% Wilson interval of that rate (binary only).
    too_small : bool
        Whether rates of this group stay wide: fewer than ``GROUP_ROWS`` rows or, where there is one, with the outcome
        looked for.
    """

    group: str
    rows: int
    share: float
    known: int
    positives: int | None
    outcome_rate: float | None
    low: float | None
    high: float | None
    too_small: bool


def group_labels(values: pd.Series, kind: ColumnType) -> pd.Series:
    """Return the group of each row, as text.

    Parameters
    ----------
    values : Series
    kind : ColumnType
        Numbers with more than twelve different values are put into four bands of about equal size, bounded by the
        column's own quartiles; everything else is taken value by value.

    Returns
    -------
    Series of str
        Same index; rows without a value are "(missing)", values beyond the twenty most frequent "(others)".
    """
    if kind is ColumnType.NUMBER:
        numbers = as_number(values)
        if numbers.nunique() > FEW_VALUES:
            return _bands(numbers)
        # Unreadable text is missing here as it is for the model.
        values = numbers
    labels = as_text(values)
    counts = labels.value_counts()
    if len(counts) > MOST_GROUPS:
        kept = set(counts.index[: MOST_GROUPS - 1])
        labels = labels.map(lambda label: label if label is None or label in kept else OTHERS)
    return labels.map(lambda label: MISSING if label is None or label != label else label).astype(object)


def representation(table_frame: pd.DataFrame, schema: Schema, frame: Frame, column: str) -> list[GroupShare]:
    """Count the groups of a column and their outcomes.

    Parameters
    ----------
    table_frame : DataFrame of n rows
    schema : Schema
    frame : Frame
        Without a target, only sizes are known.
    column : str
        Usually a sensitive column.

    Returns
    -------
    list of GroupShare
        Largest first; "(others)" and "(missing)" last.
    """
    labels = group_labels(table_frame[column], schema[column].type)
    has_target = bool(frame.target) and frame.target in table_frame.columns
    outcome = table_frame[frame.target] if has_target else None
    binary = frame.task is Task.BINARY and bool(frame.positive)
    known = hits = np.zeros(len(labels), dtype=bool)
    amounts = None
    if outcome is not None and frame.task is Task.REGRESSION:
        amounts = as_number(outcome).to_numpy()
        known = ~np.isnan(amounts)
    elif outcome is not None:
        texts = as_text(outcome)
        known = texts.notna().to_numpy()
        hits = (texts == frame.positive).to_numpy(dtype=bool)
    groups = []
    for group in _ordered(labels):
        inside = (labels == group).to_numpy(dtype=bool)
        rows, with_outcome = int(inside.sum()), int((inside & known).sum())
        positives = int((inside & hits).sum()) if binary and outcome is not None else None
        rate = low = high = None
        if positives is not None and with_outcome:
            rate = positives / with_outcome
            low, high = wilson(positives, with_outcome)
        elif amounts is not None and with_outcome:
            rate = float(amounts[inside & known].mean())
        counted = rows if positives is None else min(rows, positives)
        share = rows / len(labels)
        groups.append(GroupShare(group, rows, share, with_outcome, positives, rate, low, high, counted < GROUP_ROWS))
    return groups


def _bands(numbers: pd.Series) -> pd.Series:
    filled = numbers.dropna().to_numpy()
    inner = np.unique(np.quantile(filled, np.linspace(0, 1, BANDS + 1)[1:-1]))
    place = np.searchsorted(inner, numbers.to_numpy(), side="left")
    labels = np.full(len(numbers), MISSING, dtype=object)
    bands = [np.flatnonzero(numbers.notna().to_numpy() & (place == band)) for band in range(len(inner) + 1)]
    bands = [rows for rows in bands if len(rows)]
    ends = [(numbers.iloc[rows].min(), numbers.iloc[rows].max()) for rows in bands]
    digits = digits_for(np.array(ends).ravel())
    for rows, (low, high) in zip(bands, ends, strict=True):
        labels[rows] = f"{number_words(low, digits)} to {number_words(high, digits)}"
    return pd.Series(labels, index=numbers.index, dtype=object)


def _ordered(labels: pd.Series) -> list[str]:
    counts = labels.value_counts()
    return sorted(map(str, counts.index), key=lambda group: (group in (OTHERS, MISSING), -int(counts[group]), group))
