"""The one format of a column of dates written as text: decided for the whole column, never row by row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from core.runtime.values import as_date

LOOKED_AT = 2_000
"""Different values that are tried first; a column that fails there is not read whole."""
READABLE_SHARE = 0.95

_ISO = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?")
_NUMERIC = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})(,?)( ?)(\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?)?")
_YEAR_FIRST = re.compile(r"\d{4}([/.])\d{1,2}\1\d{1,2}( \d{1,2}:\d{2}(:\d{2})?)?")
_NAMED = (
    "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d %Y", "%B %d %Y",
    "%b %Y", "%B %Y", "%b-%Y", "%d. %B %Y", "%a, %d %b %Y %H:%M:%S",
)  # fmt: skip


@dataclass(frozen=True)
class DateOrder:
    """What is known of the order of day and month before any date is looked at.

    Parameters
    ----------
    chosen : bool or None
        Whether the user said that days come first; ``None`` where nothing was said.
    european : bool
        Whether the file writes decimal commas or parts its values by semicolons, as countries do that write the day
        first.
    """

    chosen: bool | None = None
    european: bool = False

    @classmethod
    def of(cls, read_as: Mapping[str, str]) -> "DateOrder":
        """Return what a table remembers of how it was read; the one way by which that reaches a guess."""
        chosen = {"day first": True, "month first": False}.get(read_as.get("date_order", ""))
        return cls(chosen, read_as.get("decimal") == "," or read_as.get("delimiter") == ";")


UNKNOWN = DateOrder()


@dataclass(frozen=True)
class DateGuess:
    """How the dates of a column are written.

    Parameters
    ----------
    date_format : str
        ``strptime`` format; empty for ISO 8601.
    ambiguous : bool
        Whether day and month could stand in either order in every value.
    day_first : bool or None
        The order decided for day and month; ``None`` where the question does not arise.
    readable : float
        Share of the different values that can be read so.
    """

    date_format: str
    ambiguous: bool = False
    day_first: bool | None = None
    readable: float = 1.0

    @property
    def proven(self) -> bool:
        """Whether a value of the column itself decides the order of day and month."""
        return self.day_first is not None and not self.ambiguous


def guess_dates(
    values: Sequence[str], *, day_first: bool | None = None, order: DateOrder = UNKNOWN
) -> DateGuess | None:
    """Find the one format in which a column's texts are dates.

    Parameters
    ----------
    values : sequence of str
        The different values of the column, in the order of their first appearance.
    day_first : bool, optional
        The order other columns of the table prove; used where this column allows both.
    order : DateOrder, optional
        Where the user chose one, the column is read so, or is none of dates.

    Returns
    -------
    DateGuess or None
        ``None`` where fewer than 95% can be read in one format, or where some rows are day-first and others
        month-first.
    """
    head = list(values[:LOOKED_AT])
    if not head or not any(sign.isdigit() for sign in head[0]):
        return None
    if _share(head, _ISO) >= READABLE_SHARE:
        return _checked(values, "")
    if _share(head, _YEAR_FIRST) >= READABLE_SHARE:
        sign = next(value[4] for value in head if _YEAR_FIRST.fullmatch(value))
        clock = next(value.partition(" ")[2] for value in head if _YEAR_FIRST.fullmatch(value))
        return _checked(values, f"%Y{sign}%m{sign}%d{_clock_format(' ' + clock if clock else '')}")
    if _share(head, _NUMERIC) >= READABLE_SHARE:
        return _day_or_month_first(values, day_first, order)
    for date_format in _NAMED:
        found = _checked(head, date_format)
        if found is not None:
            return _checked(values, date_format)
    return None


def _share(values: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in values) / len(values)


def _checked(values: Sequence[str], date_format: str) -> DateGuess | None:
    readable = _readable(values, date_format)
    return DateGuess(date_format, readable=readable) if readable >= READABLE_SHARE else None


def _readable(values: Sequence[str], date_format: str) -> float:
    read = as_date(pd.Series(list(values), dtype=object), date_format)
    return float(read.notna().mean())


def guess_date_columns(columns: Mapping[str, Sequence[str]], order: DateOrder = UNKNOWN) -> dict[str, DateGuess | None]:
    """Find the formats of the dates of a table.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        The different values of each column that may hold dates.
    order : DateOrder, optional

    Returns
    -------
    dict of str to DateGuess or None
    """
    found = {name: guess_dates(values, order=order) for name, values in columns.items()}
    orders = {guess.day_first for guess in found.values() if guess and guess.day_first is not None and guess.proven}
    if order.chosen is not None or len(orders) != 1:
        return found
    # One table is written in one country: a column that proves the order decides for those that do not.
    proven = orders.pop()
    return {name: guess_dates(values, day_first=proven) for name, values in columns.items()}


def orders_mixed(values: Sequence[str]) -> tuple[str, str] | None:
    """Return one date that can only be day-first and one that can only be month-first, where a column holds both."""
    matches = [match for value in values if (match := _NUMERIC.fullmatch(value))]
    day = next((match[0] for match in matches if int(match[1]) > 12), None)
    month = next((match[0] for match in matches if int(match[3]) > 12), None)
    return None if day is None or month is None else (day, month)


def is_numeric_date(text: str) -> bool:
    """Whether a text looks like a date in which day and month are numbers, such as 03/04/2023."""
    return _NUMERIC.fullmatch(text) is not None


def _day_or_month_first(values: Sequence[str], elsewhere: bool | None, order: DateOrder) -> DateGuess | None:
    chosen = order.chosen
    matches = [match for value in values if (match := _NUMERIC.fullmatch(value))]
    first = [int(match[1]) for match in matches]
    second = [int(match[3]) for match in matches]
    day_proven, month_proven = max(first) > 12, max(second) > 12
    if day_proven and month_proven and chosen is None:
        return None
    sign, year, comma, gap, clock = (matches[0][group] for group in (2, 4, 5, 6, 7))
    ambiguous = not day_proven and not month_proven and chosen is None
    day_first = day_proven if chosen is None else chosen
    if ambiguous:
        likelier = _likelier_day_first(first, second, sign, european=order.european)
        day_first = likelier if elsewhere is None else elsewhere
    parts = ("%d", "%m") if day_first else ("%m", "%d")
    tail = f"{comma}{gap}{_clock_format(clock)}" if clock else ""
    date_format = f"{parts[0]}{sign}{parts[1]}{sign}{'%Y' if len(year) == 4 else '%y'}{tail}"
    readable = _readable(values, date_format)
    if readable < READABLE_SHARE:
        return None
    return DateGuess(date_format, ambiguous and elsewhere is None, day_first, readable)


def _likelier_day_first(first: list[int], second: list[int], sign: str, *, european: bool) -> bool:
    """Choose the order where every value allows both.

    A part that never changes is the day (the first of each month); else points and hyphens are a habit of countries
    that write the day first, as decimal commas are, and the slash alone is read as month first.
    """
    if (len(set(first)) == 1) != (len(set(second)) == 1):
        return len(set(first)) == 1
    return european or sign != "/"


def _clock_format(clock: str | None) -> str:
    if not clock:
        return ""
    lead = " " if clock.startswith(" ") else ""
    text = clock.strip()
    halves = text[-2:].lower() in ("am", "pm")
    space = " " if halves and text[:-2].endswith(" ") else ""
    seconds = ":%S" if text.count(":") == 2 else ""
    return f"{lead}{'%I' if halves else '%H'}:%M{seconds}{space + '%p' if halves else ''}"
