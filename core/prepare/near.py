"""What two rows have in common that differ only in writing."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnType, Schema
from core.runtime.values import as_date, as_number, as_text


def near_keys(rows: pd.DataFrame, schema: Schema, *, digits: int) -> pd.DataFrame:
    """Return rows without what writing adds: case, spaces, punctuation, further digits and the time of day.

    Parameters
    ----------
    rows : DataFrame of shape (n, m)
    schema : Schema
        Holds the columns.
    digits : int
        Significant digits of a number that count.

    Returns
    -------
    DataFrame of shape (n, m)
        Columns named by their place.
    """
    keys: dict[str, Any] = {}
    for place, name in enumerate(map(str, rows.columns)):
        spec, values = schema[name], rows[name]
        if spec.type is ColumnType.NUMBER:
            keys[str(place)] = _rounded(as_number(values).to_numpy(), digits)
        elif spec.type is ColumnType.DATE:
            keys[str(place)] = as_date(values, spec.date_format).dt.floor("D").to_numpy()
        else:
            plain = as_text(values).astype("str").str.casefold().str.replace(r"[\W_]+", " ", regex=True).str.strip()
            keys[str(place)] = plain.to_numpy(dtype=object)
    return pd.DataFrame(keys)


def _rounded(numbers: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    """Round to significant digits."""
    sizes = np.abs(numbers)
    known = np.isfinite(sizes) & (sizes > 0)
    power = np.zeros_like(sizes)
    power[known] = np.floor(np.log10(sizes[known])) + 1 - digits
    unit = 10.0**power
    return np.asarray(np.round(numbers / unit) * unit, dtype=np.float64)
