"""One way to read a value, so that a cell of a file and a field of a request mean the same."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FIRST_DATE, LAST_DATE = pd.Timestamp("1678-01-01"), pd.Timestamp("2261-12-31")
"""The dates that can be counted in nanoseconds; others become missing."""
FEW = 30
"""Values that are read sooner one by one than by looking for those that repeat."""


def _text(value: object) -> str | None:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if np.isnan(number):
            return None
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    text = str(value).strip()
    return text or None


def as_text(values: pd.Series) -> pd.Series:
    """Read values as text: ``1``, ``1.0`` and ``"1"`` are all ``"1"``, true is ``"True"``, missing is ``None``.

    Parameters
    ----------
    values : Series

    Returns
    -------
    Series of object
        ``str`` or ``None``, same index.
    """
    return pd.Series(text_values(values), index=values.index, dtype=object, name=values.name)


def text_values(values: pd.Series) -> NDArray[np.object_]:
    """Return what ``as_text`` does as an array, which is quicker for a row alone."""
    plain = isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf"
    if len(values) > FEW and (plain or isinstance(values.dtype, pd.StringDtype)):
        # Values repeat often: each different one is read once. A missing one has the code −1, the last place.
        codes, levels = pd.factorize(values)
        return np.array([*(_text(level) for level in levels), None], dtype=object)[codes]
    read = np.empty(len(values), dtype=object)
    read[:] = [_text(value) for value in values.to_numpy(dtype=object)]
    return read


def as_number(values: pd.Series) -> pd.Series:
    """Read values as floats; text that is no number, and infinities, become missing.

    Parameters
    ----------
    values : Series

    Returns
    -------
    Series of float64
    """
    if values.dtype == object or isinstance(values.dtype, (pd.CategoricalDtype, pd.StringDtype)):
        # A true or false counts as 1 or 0 here too, so that a value means the same whatever stands in the other rows.
        numbers = pd.to_numeric(
            pd.Series(
                [str(int(value)) if isinstance(value, (bool, np.bool_)) else _text(value) for value in values],
                index=values.index,
                dtype=object,
            ),
            errors="coerce",
        )
    elif pd.api.types.is_datetime64_any_dtype(values):
        return pd.Series(np.nan, index=values.index, dtype="float64", name=values.name)
    else:
        numbers = values
    floats = numbers.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    floats[np.isinf(floats)] = np.nan
    return pd.Series(floats, index=values.index, name=values.name)


CLOCK_WORDS = ("now", "today", "Now", "Today", "NOW", "TODAY")


def as_date(values: pd.Series, date_format: str = "") -> pd.Series:
    """Read values as dates; what cannot be read becomes missing.

    Parameters
    ----------
    values : Series
    date_format : str
        ``strptime`` format of text; empty reads ISO 8601.

    Returns
    -------
    Series of datetime64[ns]
        Times with a zone are turned to UTC and lose the zone.
    """
    if isinstance(values.dtype, pd.StringDtype):
        # Days repeat often: each different one is read once. A missing one has the code −1, the last place.
        codes, levels = pd.factorize(values)
        read = as_date(pd.Series(levels, dtype=object), date_format).to_numpy()
        return pd.Series(np.append(read, np.datetime64("NaT", "ns"))[codes], index=values.index, name=values.name)
    if pd.api.types.is_datetime64_any_dtype(values):
        dates = values
    else:
        # "now" and "today" would be read as the time of reading, and a row would answer differently each day
        given = values.astype(object).map(
            lambda value: value if hasattr(value, "year") else _text(value), na_action="ignore"
        )
        given = given.where(~given.isin(CLOCK_WORDS))
        dates = pd.to_datetime(given, format=date_format or "ISO8601", errors="coerce", utc=True)
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        dates = dates.dt.tz_convert("UTC").dt.tz_localize(None)
    # Years before 1678 or after 2261 do not fit: an end date of 9999 means that there is none.
    held = dates.to_numpy()
    if ((held < FIRST_DATE.to_datetime64()) | (held > LAST_DATE.to_datetime64())).any():
        dates = dates.where((dates >= FIRST_DATE) & (dates <= LAST_DATE))
    elif dates is values and held.dtype == "datetime64[ns]":
        return values
    return pd.Series(dates.astype("datetime64[ns]"), index=values.index, name=values.name)
