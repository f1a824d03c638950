"""Values as a sentence says them, and what is usual in a column."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.schema import ColumnType, Schema
from core.runtime.values import as_date, as_number, as_text

SHOWN_LENGTH = 60
"""Characters shown of a text."""
MISSING = "missing"


@dataclass(frozen=True)
class Usual:
    """What is usual in a column.

    Parameters
    ----------
    column : str
    is_number : bool
        Whether the usual value is a median; otherwise the most frequent one.
    value : float or str or None
        ``None`` where the column is empty.
    text : str
    """

    column: str
    is_number: bool
    value: float | str | None
    text: str


def number_text(value: float) -> str:
    """Return a number to four significant digits, with thousands separators and a true minus sign."""
    if np.isnan(value):
        return MISSING
    size = abs(value)
    text = f"{size:,.0f}" if size >= 1000 or (size == round(size) and size < 1e15) else f"{size:.4g}"
    return f"−{text}" if value < 0 else text


def value_text(value: object) -> str:
    """Return a raw value as text: a number rounded, a date as ISO 8601, nothing as "missing", a long text cut short."""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat() if value == value.normalize() else value.isoformat(" ", "minutes")
    if isinstance(value, (float, np.floating)) and not np.isnan(value):
        return number_text(float(value))
    if isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_)):
        return f"{int(value):,}".replace("-", "−")
    text = as_text(pd.Series([value], dtype=object)).iloc[0]
    if text is None:
        return MISSING
    return str(text) if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"


def usual_values(X: pd.DataFrame, schema: Schema, columns: Sequence[str]) -> dict[str, Usual]:
    """Return what is usual in each column: the median of numbers and dates, else the most frequent value.

    Parameters
    ----------
    X : DataFrame
        Training rows.
    schema : Schema
    columns : sequence of str

    Returns
    -------
    dict of str to Usual
    """
    return {name: _usual(X[name], schema[name].type, schema[name].date_format) for name in columns}


def _usual(values: pd.Series, type_: ColumnType, date_format: str) -> Usual:
    name = str(values.name)
    if type_ is ColumnType.NUMBER:
        median = float(as_number(values).median()) if as_number(values).notna().any() else None
        return Usual(name, True, median, MISSING if median is None else number_text(median))
    if type_ is ColumnType.DATE:
        dates = as_date(values, date_format).reset_index(drop=True).dropna().sort_values(kind="stable")
        # As the table writes it: it stands beside the case's own date, and is read again by the same format.
        text = value_text(values.iloc[dates.index[len(dates) // 2]]) if len(dates) else None
        return Usual(name, False, text, text or MISSING)
    counts = as_text(values).value_counts()
    text = str(counts.index[0]) if len(counts) else None
    return Usual(name, False, text, text or MISSING)
