"""Values that stand for "not known" in disguise: −999, "?", 1900-01-01."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data.profile import ColumnProfile
from core.data.schema import ColumnSpec, ColumnType
from core.data.signal import Floats
from core.framing.target import count_levels
from core.runtime.values import as_date, as_number

NUMBERS: Final = frozenset(
    sign * number
    for sign in (1, -1)
    for number in (99, 999, 9999, 99999, 999999, 9999999, 99999999, 999999999, 777, 888, 7777, 8888)
) | {-1, -9}
WORDS: Final = frozenset(
    {
        "?",
        "-",
        "--",
        ".",
        "unknown",
        "not known",
        "n/a",
        "#n/a",
        "n.a.",
        "n.a",
        "missing",
        "not available",
        "unspecified",
    }
)
DATES: Final = tuple(
    pd.Timestamp(day) for day in ("1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01")
)
LATE_DATES: Final = tuple(
    pd.Timestamp(day) for day in ("2099-01-01", "2099-12-31", "2199-12-31", "2200-01-01", "2222-02-22", "2261-12-31")
)
"""Days that stand for "never" or "open"."""
FEWEST: Final = 3
"""Rows from which a value is a habit rather than a slip."""
GAP: Final = 0.5
"""Distance from the other values, in ranges of these, from which it does not belong to them."""
GAP_YEARS: Final = 5
MINUS_ONE_SHARE: Final = 0.01
"""Share of rows from which −1 beside numbers from 0 on is no amount."""
FEW_DISTINCT: Final = 10
"""With at most this many different numbers, they are codes, and none of them is out of place."""


@dataclass(frozen=True)
class Sentinel:
    """A value that looks like "not known".

    Parameters
    ----------
    value : int, float or str
        As it stands in the column; a date as ISO text.
    rows : int
        Rows that hold it.
    beside : str
        What the other values look like.
    """

    value: Any
    rows: int
    beside: str


def find_sentinel(values: pd.Series, spec: ColumnSpec, known: ColumnProfile) -> Sentinel | None:
    """Return the value of a column that most likely stands for "not known", or ``None``.

    Parameters
    ----------
    values : Series
        The column.
    spec : ColumnSpec
    known : ColumnProfile
        Of the same column; spares a look at numbers that cannot hold one.
    """
    if spec.type is ColumnType.NUMBER:
        if known.stats is None or not {known.stats.min, known.stats.max} & NUMBERS:
            return None
        numbers = as_number(values).dropna().to_numpy()
        return _beyond(numbers, low=True) or _beyond(numbers, low=False)
    if spec.type is ColumnType.DATE:
        return _day(as_date(values, spec.date_format).dropna())
    if spec.type is ColumnType.CATEGORY:
        for level, rows in count_levels(values).items():
            if str(level).strip().casefold() in WORDS and known.distinct > 1 and rows >= FEWEST:
                return Sentinel(str(level), int(rows), f"{known.distinct - 1:,} other values")
    return None


def _beyond(numbers: Floats, *, low: bool) -> Sentinel | None:
    if not len(numbers):
        return None
    value = float(numbers.min() if low else numbers.max())
    others = numbers[numbers != value]
    rows = len(numbers) - len(others)
    if value not in NUMBERS or rows < FEWEST or len(np.unique(others)) <= FEW_DISTINCT:
        return None
    nearest, farthest = (others.min(), others.max()) if low else (others.max(), others.min())
    far = abs(value - nearest) >= GAP * abs(nearest - farthest)
    code = value == -1 and nearest >= 0 and rows >= MINUS_ONE_SHARE * len(numbers)
    if not (far or code):
        return None
    return Sentinel(int(value), rows, f"the others run from {_plain(others.min())} to {_plain(others.max())}")


def _day(dates: pd.Series) -> Sentinel | None:
    for day in DATES:
        same = dates.dt.normalize() == day
        rows, others = int(same.sum()), dates[~same]
        if rows >= FEWEST and len(others) and (others.min() - day).days > GAP_YEARS * 365:
            return Sentinel(
                str(day.date()), rows, f"the others run from {others.min().date()} to {others.max().date()}"
            )
    return None


def _plain(value: float) -> str:
    return f"{value:,.6g}".replace("-", "−")
