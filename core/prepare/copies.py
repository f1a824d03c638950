"""Which rows are copies of others."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def duplicated(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Say which rows repeat an earlier one in every column; missing values are equal to each other.

    Parameters
    ----------
    rows : DataFrame of shape (n, ...)

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if not rows.shape[1]:
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(_keys(rows).duplicated(keep="first").to_numpy(), dtype=bool)


def row_marks(rows: pd.DataFrame) -> NDArray[np.uint64]:
    """Return one mark a row; rows that are equal in every column have the same (a 64-bit hash).

    Parameters
    ----------
    rows : DataFrame of shape (n, ...)

    Returns
    -------
    ndarray of uint64, shape (n,)
    """
    return np.asarray(pd.util.hash_pandas_object(_keys(rows), index=False), dtype=np.uint64)


def _keys(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({place: _key(rows.iloc[:, place]) for place in range(rows.shape[1])})


def _key(values: pd.Series) -> NDArray[np.intp]:
    """Return a number for each different value; missing values are equal to each other."""
    try:
        return pd.factorize(values, use_na_sentinel=True)[0]
    except TypeError:
        # Lists and other cells that cannot be compared directly are compared by their text.
        return pd.factorize(values.map(str), use_na_sentinel=True)[0]
