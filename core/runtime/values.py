"""One way to read a value, so that a cell of a file and a field of a request mean the same."""

import numpy as np
import pandas as pd

MISSING_WORDS = frozenset({"", "nan", "none", "null", "<na>", "nat"})
"""Texts that stand for a missing value once a value has been turned into text."""


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
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    known: dict[object, str | None] = {value: _text(value) for value in pd.unique(values.dropna())}
    # bool and int compare equal as keys: only plain columns may be read through the unique values
    if values.dtype == object and any(isinstance(value, (bool, np.bool_)) for value in known):
        return pd.Series([_text(value) for value in values], index=values.index, dtype=object, name=values.name)
    mapped = [known.get(value) if pd.notna(value) else None for value in values]
    return pd.Series(mapped, index=values.index, dtype=object, name=values.name)


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
        numbers = pd.to_numeric(values.astype(object).map(_text), errors="coerce")
    elif pd.api.types.is_datetime64_any_dtype(values):
        return pd.Series(np.nan, index=values.index, dtype="float64", name=values.name)
    else:
        numbers = pd.to_numeric(values, errors="coerce")
    return numbers.astype("float64").replace([np.inf, -np.inf], np.nan).rename(values.name)


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
    if pd.api.types.is_datetime64_any_dtype(values):
        dates = values
    else:
        given = values.astype(object).map(lambda value: value if hasattr(value, "year") else _text(value))
        dates = pd.to_datetime(given, format=date_format or "ISO8601", errors="coerce", utc=True)
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        dates = dates.dt.tz_convert("UTC").dt.tz_localize(None)
    return dates.astype("datetime64[ns]").rename(values.name)
