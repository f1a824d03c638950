"""The card of one column, by its type."""

from datetime import datetime

import pandas as pd

from core.data.knowing.texts import DateCard, TextCard, date_card, text_card
from core.data.knowing.values import LevelCard, NumberCard, level_card, number_card
from core.data.profile import summarise
from core.data.schema import ColumnSpec, ColumnType
from core.runtime.values import as_date, as_number, as_text

Card = NumberCard | LevelCard | TextCard | DateCard


def column_card(values: pd.Series, spec: ColumnSpec, *, now: datetime | None = None, seed: int = 7) -> Card:
    """Describe one column as its type says.

    Parameters
    ----------
    values : Series
        All rows.
    spec : ColumnSpec
    now : datetime or None
        When the table was brought: later dates are in the future.
    seed : int
        Draws the texts that are looked at closely.

    Returns
    -------
    NumberCard, LevelCard, TextCard or DateCard
    """
    if spec.type is ColumnType.NUMBER:
        return number_card(as_number(values).to_numpy())
    if spec.type is ColumnType.DATE:
        return date_card(as_date(values, spec.date_format), now=now)
    if spec.type in (ColumnType.TEXT, ColumnType.IDENTIFIER):
        return text_card(values, as_text(values), seed=seed)
    found = summarise(values, spec)
    assert found.codes is not None
    return level_card(found.codes, found.levels)
