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
BOUNDS: Final = frozenset({32767, -32768, 65535, 2147483647, -2147483648, 4294967295})
"""Ends of what machines count in."""
DECIMALS: Final = frozenset(
    sign * number for sign in (1, -1) for number in (9.99, 99.9, 99.99, 999.9, 999.99, 9999.9, 9999.99, 99999.99)
)
_WORDS = """?;??;-;--;---;.;unknown;not known;n/a;#n/a;n.a.;n.a;missing;not \
available;unspecified;null;nil;nan;tbd;tba;xxx;not specified;not provided;not recorded;no data;no \
value;undefined;undetermined;k.a.;keine angabe;unbekannt;inconnu;non renseigné;desconocido;sin \
datos;sconosciuto"""
WORDS: Final = frozenset(_WORDS.split(";"))
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
OUTLYING_ROWS: Final = 10
OUTLYING_SHARE: Final = 0.01
"""Rows, and share of rows, from which one value apart from all others is no amount."""
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
        if known.stats is None or known.distinct <= FEW_DISTINCT:
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
    if rows < FEWEST or not len(others):
        return None
    nearest, farthest = (others.min(), others.max()) if low else (others.max(), others.min())
    span, gap = abs(nearest - farthest), abs(value - nearest)
    listed = value in NUMBERS or value in BOUNDS or value in DECIMALS
    far = listed and gap >= GAP * span
    code = value == -1 and nearest >= 0 and rows >= MINUS_ONE_SHARE * len(numbers)
    # One value in many rows, farther from all the others than these are from each other, is no amount among them.
    outlying = gap >= span > 0 and rows >= max(OUTLYING_ROWS, OUTLYING_SHARE * len(numbers))
    if not (far or code or outlying) or len(np.unique(others)) <= FEW_DISTINCT:
        return None
    given = int(value) if value == int(value) else value
    return Sentinel(given, rows, f"the others run from {_plain(others.min())} to {_plain(others.max())}")


def _day(dates: pd.Series) -> Sentinel | None:
    days = dates.dt.normalize()
    for day in (*DATES, *LATE_DATES):
        same = days == day
        rows, others = int(same.sum()), dates[~same]
        if rows < FEWEST or not len(others):
            continue
        apart = (others.min() - day).days if day in DATES else (day - others.max()).days
        if apart > GAP_YEARS * 365:
            return Sentinel(
                str(day.date()), rows, f"the others run from {others.min().date()} to {others.max().date()}"
            )
    return None


def _plain(value: float) -> str:
    return f"{value:,.6g}".replace("-", "−")
