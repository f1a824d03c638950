"""Cells that have kinds of their own, as in a workbook, become columns of one type."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from core.data.notes import Notes
from core.data.numbers import LARGEST_EXACT
from core.runtime.values import FIRST_DATE, LAST_DATE


def typed_column(name: str, cells: list[Any], notes: Notes) -> pd.Series:
    """Bring a column's cells to one type: numbers, true/false, dates, or text that is then looked at again.

    Parameters
    ----------
    name : str
    cells : list
        Empty text where missing.
    notes : Notes
        Takes up what could not be kept.

    Returns
    -------
    Series
    """
    kinds = {type(cell) for cell in cells if cell != ""}
    if kinds and kinds <= {int, float}:
        numbers = np.array([np.nan if cell == "" else cell for cell in cells], dtype="float64")
        large = np.abs(numbers[np.isfinite(numbers)]) >= LARGEST_EXACT
        if large.any():
            notes.note("rounded_integer", name, f"{numbers[np.isfinite(numbers)][large][0]:.0f}")
        elif not np.isnan(numbers).any() and (numbers == np.floor(numbers)).all():
            return pd.Series(numbers.astype("int64"))
        return pd.Series(numbers)
    if kinds == {bool} and "" not in cells:
        return pd.Series(cells, dtype="bool")
    if kinds and kinds <= {dt.datetime, dt.date}:
        return _dates(name, cells, notes)
    return pd.Series([as_cell_text(cell) for cell in cells], dtype="str")


def _dates(name: str, cells: list[Any], notes: Notes) -> pd.Series:
    dates: list[dt.datetime | None] = []
    for cell in cells:
        date = None if cell == "" else cell if isinstance(cell, dt.datetime) else dt.datetime(*cell.timetuple()[:3])
        if date is not None and not FIRST_DATE <= date <= LAST_DATE:
            notes.note("far_dates", name, str(date.date()))
            date = None
        dates.append(date)
    return pd.Series(dates, dtype="datetime64[ns]")


def as_cell_text(cell: Any) -> str | None:
    """Write a cell of any kind as text; ``None`` for an empty one."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, (int, float)):
        whole = float(cell).is_integer() and abs(cell) < LARGEST_EXACT
        return str(int(cell)) if whole else repr(float(cell))
    if isinstance(cell, (dt.datetime, dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)
