"""From raw columns to typed ones: reading, leaving out, disguised missing values, dates."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.errors import UnusableError
from core.runtime.frames import (
    FrameStep,
    Origins,
    as_category,
    as_free_text,
    assemble,
    block,
    categories_of,
    columns_of,
    dates_in,
    numbers_in,
    replaced,
    texts,
    texts_in,
    untouched,
    unused,
)
from core.runtime.values import FEW, as_date, as_number, as_text, text_values

LARGEST = 1e38
"""Numbers beyond this are held at it: trees compute in 32 bits and would call them infinite."""
NUMBER, DATE, TEXT = OTHERS = ("number", "date", "text")


class Cast(FrameStep):
    """Pick raw columns by name and read their values by type; every row is read for itself.

    The order of the columns given does not matter and further columns are ignored.

    Parameters
    ----------
    columns : dict of str to str
        Raw name to type (``number``, ``date``, ``text``; every other type is read as a category).
    date_formats : dict of str to str, optional
        Raw name to ``strptime`` format for dates kept as text.

    Raises
    ------
    UnusableError
        A ``ValueError``: a column is absent (the text names it), or what was given is no table.
    """

    def __init__(self, columns: Mapping[str, str], date_formats: Mapping[str, str] | None = None) -> None:
        self.columns = columns
        self.date_formats = date_formats

    def fit(self, X: pd.DataFrame, y: Any = None) -> "Cast":
        """Check that the columns are there; nothing is learned."""
        self._check(X)
        self.columns_in_ = list(self.columns)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the columns asked for, in the order of ``columns``."""
        self._check(X)
        formats = self.date_formats or {}
        # Columns of a kind are read together: one by one, a row of a wide table would take most of a second.
        kinds = zip(X.columns, X.dtypes, strict=True)
        numbers = [name for name, dtype in kinds if self.columns.get(name) == NUMBER and _is_plain(dtype)]
        ready = X[numbers].to_numpy(dtype=np.float64, copy=True)
        ready[np.isinf(ready)] = np.nan
        np.clip(ready, -LARGEST, LARGEST, out=ready)
        together: dict[str, Any] = columns_of(numbers, ready)
        if len(X) <= FEW:
            together |= _categories(X, [name for name, type_ in self.columns.items() if type_ not in OTHERS])
        read = {
            name: together[name] if name in together else _read(X[name], type_, formats.get(name, ""))
            for name, type_ in self.columns.items()
        }
        return assemble(X, read)

    def _check(self, X: pd.DataFrame) -> None:
        if not isinstance(X, pd.DataFrame):
            raise UnusableError("The rows must come as a table with named columns.")
        absent = [name for name in self.columns if name not in X.columns]
        if absent:
            names = ", ".join(f"'{name}'" for name in absent[:5]) + (" and others" if len(absent) > 5 else "")
            raise UnusableError(
                f"Missing column{'s' if len(absent) > 1 else ''} {names}: the model needs it to answer."
            )


def _is_plain(dtype: Any) -> bool:
    """Whether numbers are kept so that they can be taken as they are, a missing one as NaN."""
    return dtype.kind == "f" or (isinstance(dtype, np.dtype) and dtype.kind in "iu")


def _categories(X: pd.DataFrame, names: list[str]) -> dict[str, Any]:
    """Read the categories of a few rows, all columns in one array."""
    values = X[names].to_numpy(dtype=object).T.ravel()
    read = text_values(pd.Series(values, dtype=object)).reshape(len(names), len(X))
    return categories_of(dict(zip(names, read, strict=True)))


def _read(values: pd.Series, type_: str, date_format: str) -> Any:
    if type_ == NUMBER:
        return np.clip(as_number(values).to_numpy(), -LARGEST, LARGEST)
    if type_ == DATE:
        return as_date(values, date_format).array
    read = text_values(values)
    return as_free_text(read) if type_ == TEXT else as_category(read)


class DropColumns(FrameStep):
    """Leave columns out.

    Parameters
    ----------
    columns : sequence of str
        Columns to leave out; the ones that are not there are no mistake.
    """

    def __init__(self, columns: Sequence[str] = ()) -> None:
        self.columns = columns

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the other columns."""
        return X[list(self.origins())]

    def origins(self) -> Origins:
        """Return the columns that stay."""
        return {name: (name,) for name in self.columns_in_ if name not in self.columns}


class MarkMissing(FrameStep):
    """Turn values that stand for "not known", such as −999 or "?", into missing ones.

    Parameters
    ----------
    values : dict of str to list
        Column to the values that mean missing; they are read by the type of the column.
    """

    def __init__(self, values: Mapping[str, Sequence[Any]]) -> None:
        self.values = values

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with those values missing."""
        listed = {name: pd.Series(list(given), dtype=object) for name, given in self.values.items() if len(given)}
        changed: dict[str, Any] = {}
        for name in numbers_in(X, list(listed)) if listed else ():
            numbers = block(X, [name])[:, 0]
            numbers[np.isin(numbers, as_number(listed[name]).dropna())] = np.nan
            changed[name] = numbers
        for name in texts_in(X, list(listed)) if listed else ():
            levels = texts(X, name)
            marks = set(as_text(listed[name]).dropna())
            levels[[level in marks for level in levels]] = None
            changed[name] = as_category(levels)
        for name in dates_in(X, list(listed)) if listed else ():
            dates = X[name]
            changed[name] = dates.mask(dates.isin(as_date(listed[name]).dropna())).array
        return replaced(X, changed)


DAY = np.timedelta64(1, "D")


def _days(dates: pd.Series) -> NDArray[np.float64]:
    return np.asarray((dates.to_numpy() - np.datetime64(0, "s")) / DAY, dtype=np.float64)


PARTS: dict[str, Callable[[pd.Series], Any]] = {
    "year": lambda dates: dates.array.year,
    "month": lambda dates: dates.array.month,
    "day_of_week": lambda dates: dates.array.day_of_week,
    "day_of_year": lambda dates: dates.array.day_of_year,
    "hour": lambda dates: dates.array.hour,
    "days_since": _days,
}
"""Part of a date to how it is computed. The week begins with Monday, 0."""
USUAL_PARTS = ("year", "month", "day_of_week", "hour", "days_since")


class DateParts(FrameStep):
    """Replace each date by numbers a model can use.

    ``days_since`` counts from the earliest date seen in fit. ``hour`` is given only where some date seen in fit has a
    time of day. A missing date gives missing parts.

    Parameters
    ----------
    columns : sequence of str, optional
        Date columns; all where none are named.
    parts : sequence of str
        Keys of ``PARTS``.
    """

    def __init__(self, columns: Sequence[str] | None = None, parts: Sequence[str] = USUAL_PARTS) -> None:
        self.columns = columns
        self.parts = parts

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        taken = set(self.columns_in_)
        self.parts_: dict[str, dict[str, str]] = {}
        self.first_day_: dict[str, float] = {}
        for name in dates_in(X, self.columns):
            days = _days(X[name])
            known = days[~np.isnan(days)]
            self.first_day_[name] = float(np.floor(known.min())) if len(known) else 0.0
            timed = bool(np.any(known % 1))
            self.parts_[name] = {}
            for part in (part for part in self.parts if part != "hour" or timed):
                self.parts_[name][part] = unused(f"{name}_{part}", taken)
                taken.add(self.parts_[name][part])

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the parts in the place of each date."""
        if not self.parts_:
            return X
        columns: dict[str, Any] = {}
        given = dict(X.items())
        for name in self.columns_in_:
            if name not in self.parts_:
                columns[name] = untouched(given[name])
                continue
            dates = given[name]
            for part, out in self.parts_[name].items():
                values = np.asarray(PARTS[part](dates), dtype=np.float64)
                columns[out] = values - self.first_day_[name] if part == "days_since" else values
        return assemble(X, columns)

    def origins(self) -> Origins:
        """Return each part's date and every other column itself."""
        found: Origins = {}
        for name in self.columns_in_:
            outs = self.parts_[name].values() if name in self.parts_ else [name]
            found.update(dict.fromkeys(outs, (name,)))
        return found
