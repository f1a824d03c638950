"""The outcome's column: its levels, and whether a model can be trained on it at all."""

from typing import Final, NoReturn

import numpy as np
import pandas as pd

from core.errors import FrameError
from core.framing.frame import Task
from core.limits import MAX_CLASSES, MIN_CLASS_ROWS, MIN_ROWS
from core.runtime.values import as_number, as_text

NAME_SHOWN: Final = 40
"""Longest value quoted in a sentence."""


def quoted(value: object) -> str:
    """Return a user's value in quotes, cut where it is long."""
    text = str(value)
    return f"'{text if len(text) <= NAME_SHOWN else text[: NAME_SHOWN - 1] + '…'}'"


def rows_words(count: int) -> str:
    """Return a number of rows in words."""
    return "one row" if count == 1 else f"{count:,} rows"


def count_levels(values: pd.Series) -> pd.Series:
    """Count the different values of a column, read as text.

    Parameters
    ----------
    values : Series

    Returns
    -------
    Series of int
        Rows per value, most frequent first, ties by name; index of ``str``. Missing values are not counted.
    """
    if isinstance(values.dtype, pd.CategoricalDtype) or values.dtype == object:
        counts = as_text(values).value_counts()
    else:
        by_value = values.value_counts()
        labels = as_text(pd.Series(by_value.index))
        counts = pd.Series(by_value.to_numpy(), index=labels.to_numpy()).groupby(level=0).sum()
    counts.index = counts.index.astype(object)
    return counts.sort_index().sort_values(ascending=False, kind="stable").astype("int64")


def holds_numbers(values: pd.Series, share: float = 0.9) -> bool:
    """Whether at least this share of the filled rows reads as a number; true and false do not."""
    if values.dtype == bool or pd.api.types.is_datetime64_any_dtype(values):
        return False
    filled = values.dropna()
    return len(filled) > 0 and bool(as_number(filled).notna().mean() >= share)


def check_target(values: pd.Series, name: str, task: Task | None = None) -> None:
    """Refuse a target that no model can be trained on.

    Parameters
    ----------
    values : Series
        The target's column, all rows.
    name : str
        Its raw name, for the message.
    task : Task or None
        The kind of answer asked for; ``None`` checks only what holds for every task.

    Raises
    ------
    FrameError
        Where it is empty, has one value, holds too few usable rows, or does not fit the task.
    """
    rows = len(values)
    if task is Task.REGRESSION:
        _check_amounts(values, name)
        return
    levels = count_levels(values)
    usable = int(levels.sum())
    _check_filled(name, usable, rows, len(levels))
    if task is None:
        return
    if task is Task.BINARY and len(levels) != 2:
        raise FrameError(
            f"{quoted(name)} has {len(levels):,} different values; a yes-or-no question needs exactly two.",
            next_step=f"Choose “{Task.MULTICLASS.words}” as the task, or another column.",
        )
    if len(levels) > MAX_CLASSES:
        raise FrameError(
            f"{quoted(name)} has {len(levels):,} different values; a model can tell at most {MAX_CLASSES} apart.",
            next_step="Choose a column with fewer, or, if it holds amounts, “Amount” as the task.",
        )
    rare = levels[levels < MIN_CLASS_ROWS]
    if len(rare):
        named = _some([quoted(level) for level in rare.index])
        raise FrameError(
            f"{quoted(name)} has only {rows_words(int(rare.iloc[0]))} with {named}"
            f"{'' if len(rare) == 1 else ' each'}; every outcome needs at least {MIN_CLASS_ROWS}.",
            next_step="Leave those rows out of the table, give them another outcome, or choose another column.",
        )


def _check_amounts(values: pd.Series, name: str) -> None:
    filled = values.dropna()
    numbers = as_number(filled).dropna()
    if len(filled) and len(numbers) < len(filled) / 2:
        what = "dates" if pd.api.types.is_datetime64_any_dtype(values) else "words"
        example = next(iter(filled[~filled.index.isin(numbers.index)]), "")
        raise FrameError(
            f"{quoted(name)} holds {what}, such as {quoted(example)}; an amount needs numbers.",
            next_step="Choose a column of numbers, or another task.",
        )
    _check_filled(name, len(numbers), len(values), len(np.unique(numbers)))


def _check_filled(name: str, usable: int, rows: int, distinct: int) -> None:
    if usable == 0:
        _refuse(f"{quoted(name)} is empty in {'the only row' if rows == 1 else f'all {rows:,} rows'}", "another column")
    if distinct == 1:
        filled = "" if usable == rows else f"; the other {rows - usable:,} are empty"
        _refuse(f"{quoted(name)} has one value in {rows_words(usable)}{filled}", "a column with at least two")
    if usable < MIN_ROWS:
        raise FrameError(
            f"{quoted(name)} is filled in {usable:,} of {rows_words(rows)}; a model needs at least {MIN_ROWS}.",
            next_step="Bring a table with more rows, or choose another column.",
        )


def _refuse(what: str, choose: str) -> NoReturn:
    raise FrameError(f"{what}; choose {choose}.")


def _some(names: list[str], shown: int = 3) -> str:
    if len(names) > shown:
        return f"{', '.join(names[:shown])} and {len(names) - shown:,} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
