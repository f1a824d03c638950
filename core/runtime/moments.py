"""Numbers made from dates that stay for further steps: places on a circle, time since, days off."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.cast import PARTS
from core.runtime.frames import FrameStep, Origins, dates_in, extended, unused

CIRCLES = {"month": (1, 12, 12.0), "day_of_week": (0, 7, 7.0), "hour": (0, 24, 24.0), "day_of_year": (1, 366, 365.25)}
"""Part of a date to its first value, how many values it has, and how many make one round."""
UNITS = {"days": 1.0, "months": 365.25 / 12, "years": 365.25}
"""Unit of time to its days; a month and a year are those of the mean calendar."""


def _round(part: str) -> NDArray[np.float64]:
    """Return sine and cosine of each value of a part, shape (n_values, 2)."""
    _, values, period = CIRCLES[part]
    angles = 2 * np.pi * np.arange(values) / period
    return np.column_stack([np.sin(angles), np.cos(angles)])


def _days(dates: pd.Series) -> NDArray[np.float64]:
    return np.asarray((dates - pd.Timestamp(0)) / pd.Timedelta(days=1), dtype=np.float64)


class _AddsToDates(FrameStep):
    """A step that adds numbers made from dates."""

    added_: dict[str, tuple[str, ...]]

    def _add(self, wanted: str, *came_from: str) -> None:
        self.added_[unused(wanted, {*self.columns_in_, *self.added_})] = tuple(dict.fromkeys(came_from))

    def origins(self) -> Origins:
        """Return each column itself, and the dates each new one is made from."""
        return {**super().origins(), **self.added_}

    def _with(self, X: pd.DataFrame, made: Sequence[Any]) -> pd.DataFrame:
        return extended(X, list(self.added_), np.column_stack(made)) if made else X


class DateCircles(_AddsToDates):
    """Add the sine and cosine of parts of dates, so that December stands beside January.

    ``hour`` is given only where some date seen in fit has a time of day.

    Parameters
    ----------
    columns : sequence of str, optional
        Date columns; all where none are named.
    parts : sequence of str
        Keys of ``CIRCLES``.
    """

    def __init__(
        self, columns: Sequence[str] | None = None, parts: Sequence[str] = ("month", "day_of_week", "hour")
    ) -> None:
        self.columns = columns
        self.parts = parts

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.parts_: dict[str, list[str]] = {}
        self.added_: dict[str, tuple[str, ...]] = {}
        for name in dates_in(X, self.columns):
            days = _days(X[name])
            timed = bool(np.any(days[~np.isnan(days)] % 1))
            self.parts_[name] = [part for part in self.parts if part != "hour" or timed]
            for part in self.parts_[name]:
                self._add(f"{name}_{part}_sin", name)
                self._add(f"{name}_{part}_cos", name)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with sines and cosines after the other columns."""
        made = []
        for name, parts in self.parts_.items():
            for part in parts:
                value = np.asarray(PARTS[part](X[name]), dtype=np.float64)
                known = ~np.isnan(value)
                pair = np.full((len(X), 2), np.nan)
                pair[known] = _round(part)[value[known].astype(np.intp) - CIRCLES[part][0]]
                made.append(pair)
        return self._with(X, made)


class DateElapsed(_AddsToDates):
    """Add the time from another date of the row, or from a fixed day, to each date.

    Parameters
    ----------
    columns : sequence of str, optional
        Date columns; all where none are named.
    since : str
        Another date column; empty to count from ``day``.
    day : str
        A day as YYYY-MM-DD; not used where ``since`` names a column.
    unit : {"days", "months", "years"}
        A month is a twelfth of a year of 365.25 days.
    """

    def __init__(
        self, columns: Sequence[str] | None = None, since: str = "", day: str = "2000-01-01", unit: str = "days"
    ) -> None:
        self.columns = columns
        self.since = since
        self.day = day
        self.unit = unit

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.names_ = [name for name in dates_in(X, self.columns) if name != self.since]
        if self.since and not dates_in(X, [self.since]):
            self.names_ = []
        self.added_: dict[str, tuple[str, ...]] = {}
        for name in self.names_:
            self._add(f"{name}_{self.unit}_since_{self.since or self.day}", name, self.since or name)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the times after the other columns; negative where the date comes first."""
        if not self.names_:
            return X
        start = _days(X[self.since] if self.since else pd.Series([pd.Timestamp(self.day)]))
        return self._with(X, [(_days(X[name]) - start) / UNITS[self.unit] for name in self.names_])


class DaysOff(_AddsToDates):
    """Add whether a date is at a weekend, and whether it is a public holiday.

    Parameters
    ----------
    columns : sequence of str, optional
        Date columns; all where none are named.
    weekend : sequence of int
        Days of the week, Monday being 0; empty to leave weekends out.
    holidays : sequence of int, optional
        Public holidays as days since 1970-01-01; ``None`` to leave them out.
    first, last : int
        Days between which, both included, holidays are known; outside it is missing whether a day is one.
    """

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        weekend: Sequence[int] = (5, 6),
        holidays: Sequence[int] | None = None,
        first: int = 0,
        last: int = 0,
    ) -> None:
        self.columns = columns
        self.weekend = weekend
        self.holidays = holidays
        self.first = first
        self.last = last

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.names_ = dates_in(X, self.columns)
        self.added_: dict[str, tuple[str, ...]] = {}
        for name in self.names_:
            if len(self.weekend):
                self._add(f"{name}_weekend", name)
            if self.holidays is not None:
                self._add(f"{name}_holiday", name)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with 0 and 1 after the other columns; missing where the date is."""
        made = []
        for name in self.names_:
            days = np.floor(_days(X[name]))
            if len(self.weekend):
                # 1970-01-01 was a Thursday.
                made.append(np.where(np.isnan(days), np.nan, np.isin((days + 3) % 7, list(self.weekend))))
            if self.holidays is not None:
                known = (days >= self.first) & (days <= self.last)
                made.append(np.where(known, np.isin(days, list(self.holidays)), np.nan))
        return self._with(X, made)
