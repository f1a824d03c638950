"""Rows of the second table that share a key become one row, as the user chose."""

from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.join_keys import kind_of
from core.runtime.values import as_date

Repeated = Literal["refuse", "first", "latest", "count", "mean", "sum", "min", "max", "median"]
"""What becomes of rows that share a key; ``refuse`` joins nothing where some do."""

MEASURES: Final[dict[str, str]] = {
    "mean": "mean",
    "sum": "sum",
    "min": "smallest value",
    "max": "largest value",
    "median": "median",
}
"""What numbers of one key may become; all else becomes its most frequent value."""

COUNT: Final = ""
"""Name of the column of counts until it gets its own: no column of a table is called so."""


def gathered(
    rows: pd.DataFrame, codes: NDArray[np.int64], repeated: Repeated, latest_by: str
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Make one row of all rows that share a key.

    Parameters
    ----------
    rows : DataFrame
        The second table without its keys.
    codes : ndarray of int of shape (n_rows,)
        The key of each row; −1 where it is missing, and the row then goes.
    repeated : Repeated
    latest_by : str
        The column of moments, for ``latest``.

    Returns
    -------
    rows : DataFrame
        One a key; ``COUNT`` says how many there were, where they were counted or measured.
    codes : ndarray of int
        The key of each.
    """
    known = np.flatnonzero(codes >= 0)
    rows, codes = rows.iloc[known].reset_index(drop=True), codes[known]
    if repeated in ("refuse", "first", "latest"):
        order = np.arange(len(codes))
        if repeated == "latest":
            # Rows without a moment come last; of equal moments the first row counts.
            moments = as_date(rows[latest_by])
            order = np.asarray(moments.reset_index(drop=True).sort_values(ascending=False, kind="stable").index)
        _, first = np.unique(codes[order], return_index=True)
        place = order[first]
        return rows.iloc[place].reset_index(drop=True), codes[place]
    different, places, counts = np.unique(codes, return_inverse=True, return_counts=True)
    found: dict[str, Any] = {COUNT: counts}
    if repeated != "count":
        for name in rows.columns:
            values = rows[name]
            groups = values.groupby(places, sort=True)
            if kind_of(values) == "number":
                # The sum of no values is missing, not zero.
                numbers = groups.sum(min_count=1) if repeated == "sum" else groups.agg(repeated)
                found[str(name)] = numbers.to_numpy()
            else:
                found[str(name)] = _most_frequent(values, places, len(different)).reset_index(drop=True)
    return pd.DataFrame(found), different


def _most_frequent(values: pd.Series, places: NDArray[np.int64], size: int) -> pd.Series:
    """Return the most frequent value of each group; of equally frequent ones the one that comes first."""
    codes, _ = pd.factorize(values)
    known = np.flatnonzero(codes >= 0)
    pairs = pd.DataFrame({"place": places[known], "code": codes[known], "row": known})
    counted = pairs.groupby(["place", "code"], sort=False)["row"].agg(["size", "min"]).reset_index()
    best = counted.sort_values(["place", "size", "min"], ascending=[True, False, True]).drop_duplicates("place")
    rows = np.full(size, len(values))
    rows[best["place"].to_numpy()] = best["min"].to_numpy()
    flags = values.map({True: "True", False: "False"}).astype("str") if kind_of(values) == "flag" else values
    if not (rows == len(values)).any():
        return values.take(rows)
    return flags.reset_index(drop=True).reindex(rows)
