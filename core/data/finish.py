"""What is left to do when the cells of a file are in a table: words that mean missing, and the order of its dates."""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from core.data.dates import LOOKED_AT, DateGuess, DateOrder, guess_date_columns, is_numeric_date, orders_mixed
from core.data.notes import Notes
from core.data.options import ReadOptions
from core.data.table import Table
from core.runtime.values import as_date, as_number


def finished(table: Table, options: ReadOptions) -> Table:
    """Apply the words that mean missing to typed columns, and say how dates that allow two orders are read.

    Parameters
    ----------
    table : Table
        As a reader of one format gave it.
    options : ReadOptions

    Returns
    -------
    Table
    """
    frame = _without(table.frame, options.missing) if options.missing else table.frame
    read_as = {**table.read_as, **chosen_signs(options)}
    warnings = [*table.warnings, *order_warnings(frame, read_as)]
    return dataclasses.replace(table, frame=frame, read_as=read_as, warnings=warnings)


def chosen_signs(options: ReadOptions) -> dict[str, str]:
    """Return what a table of any format remembers of the words for missing and the order of dates."""
    signs = {"missing": json.dumps(options.missing, ensure_ascii=False)} if options.missing else {}
    return signs | ({"date_order": options.date_order} if options.date_order else {})


def order_warnings(frame: pd.DataFrame, read_as: Mapping[str, str]) -> list[str]:
    """Say of columns of dates such as 03/04/2023 what was decided, where their values allow both orders.

    Parameters
    ----------
    frame : DataFrame
    read_as : mapping
        What the table remembers of how it was read.

    Returns
    -------
    list of str
    """
    notes = Notes()
    _note_orders(frame, DateOrder.of(read_as), notes)
    return notes.sentences


def _without(frame: pd.DataFrame, words: tuple[str, ...]) -> pd.DataFrame:
    given = pd.Series(list(words), dtype=object)
    numbers, dates = as_number(given).dropna(), as_date(given).dropna()
    columns = {}
    for name, column in frame.items():
        marks: Sequence[object] = words
        if pd.api.types.is_bool_dtype(column.dtype):
            marks = ()
        elif pd.api.types.is_numeric_dtype(column.dtype):
            marks = numbers.tolist()
        elif pd.api.types.is_datetime64_any_dtype(column.dtype):
            marks = dates.tolist()
        hit = column.isin(marks)
        columns[name] = column.mask(hit) if hit.any() else column
    return pd.DataFrame(columns, index=frame.index)


def _note_orders(frame: pd.DataFrame, order: DateOrder, notes: Notes) -> None:
    texts: dict[str, list[str]] = {}
    for name, column in frame.items():
        if not isinstance(column.dtype, pd.StringDtype):
            continue
        first = column.first_valid_index()
        if first is not None and is_numeric_date(str(column.loc[first])):
            texts[str(name)] = [str(value) for value in column.dropna().unique()]
    for name, guess in guess_date_columns(texts, order).items():
        if guess is None:
            mixed = orders_mixed(texts[name])
            if order.chosen is None and mixed:
                notes.note("mixed_dates", name, f"{mixed[0]} and {mixed[1]}")
            elif order.chosen is not None and (odd := _first_odd(texts[name], order.chosen)):
                notes.note("not_in_order", name, odd)
        elif guess.ambiguous:
            kind = "european_dates" if order.european and guess.day_first else "date_order"
            notes.note(kind, name, _read_so(texts[name][:LOOKED_AT], guess))


def _read_so(values: list[str], guess: DateGuess) -> str:
    """Say the order with a date that the other order would read as another day, where there is one."""
    dates = as_date(pd.Series(values, dtype=object), guess.date_format).dropna()
    telling = dates[dates.dt.day != dates.dt.month]
    date = (telling if len(telling) else dates).iloc[:1]
    words = "day first" if guess.day_first else "month first"
    return f"{words} (“{values[date.index[0]]}” is {date.iloc[0].day} {date.iloc[0]:%B %Y})"


def _first_odd(values: list[str], day_first: bool) -> str | None:
    month = 1 if day_first else 0
    parts = ((value, re.split(r"[/.\-]", value)) for value in values if is_numeric_date(value))
    return next((value for value, part in parts if int(part[month]) > 12), None)
