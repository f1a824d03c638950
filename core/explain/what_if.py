"""What the model would say of a case if it were a little different."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnType, Schema
from core.explain.values import value_text
from core.framing.frame import Task
from core.runtime.values import as_number, as_text

STEPS = 19
"""Numbers tried in a column: its quantiles from 5% to 95%."""
SEEN_SHARE = 0.01
"""A level is tried where at least this share of the rows has it."""


@dataclass(frozen=True)
class WhatIf:
    """The model's answer before and after a change: the chance of ``outcome``, or an amount."""

    before: float
    after: float
    outcome: str


@dataclass(frozen=True)
class Flip:
    """The smallest change of one column that turns the answer.

    Parameters
    ----------
    column, old, new : str
        The column, and its value before and after as text.
    value : object
        The new value.
    chance : float
        Of the positive outcome, after it.
    rows : int
        Rows of the table that have this value or, for a number, lie nearer to it than to the next value tried.
    """

    column: str
    old: str
    new: str
    value: Any
    chance: float
    rows: int


def answers(pipeline: Any, X: pd.DataFrame, *, task: Task, outcome: str = "") -> NDArray[np.float64]:
    """Return the chance of an outcome, or the amount, for raw rows; shape (n,)."""
    if task is Task.REGRESSION:
        return np.asarray(pipeline.predict(X), dtype=np.float64)
    place = [str(name) for name in pipeline.classes_].index(outcome)
    return np.asarray(pipeline.predict_proba(X), dtype=np.float64)[:, place]


def with_changes(row: pd.DataFrame, changes: Mapping[str, Any]) -> pd.DataFrame:
    """Return a row in which some columns have another value, whatever their dtype was."""
    new = {name: pd.Series([value], index=row.index, dtype=object) for name, value in changes.items()}
    return row.assign(**new)


def what_if(pipeline: Any, row: pd.DataFrame, changes: Mapping[str, Any], *, task: Task, outcome: str = "") -> WhatIf:
    """Return the model's answer for a row as it is and with changed values.

    Parameters
    ----------
    pipeline : Pipeline
    row : DataFrame of one row
        Raw columns.
    changes : dict of str to value
        Raw column to its new value; ``None`` for missing.
    task : Task
    outcome : str
        Whose chance is asked for (classification).

    Returns
    -------
    WhatIf
    """
    before = float(answers(pipeline, row, task=task, outcome=outcome)[0])
    if not changes:
        return WhatIf(before, before, outcome)
    after = float(answers(pipeline, with_changes(row, changes), task=task, outcome=outcome)[0])
    return WhatIf(before, after, outcome)


def smallest_change(
    pipeline: Any,
    row: pd.DataFrame,
    X: pd.DataFrame,
    *,
    schema: Schema,
    columns: tuple[str, ...],
    positive: str,
    threshold: float,
) -> Flip | None:
    """Look for the smallest change of a single column that puts a row on the other side of the threshold.

    Parameters
    ----------
    pipeline : Pipeline
        Binary.
    row : DataFrame of one row
    X : DataFrame
        Training rows: only values seen there are tried. A change of a number is as large as the share of rows it
        passes; a change of a category counts as half of them.
    schema : Schema
    columns : tuple of str
        Columns that may change; dates are left as they are.
    positive : str
    threshold : float

    Returns
    -------
    Flip or None
        ``None`` where no single change does.
    """
    tried: list[tuple[str, Any, float, int]] = []
    for name in columns:
        type_ = schema[name].type
        if type_ is ColumnType.NUMBER:
            tried += _numbers(name, as_number(row[name]).iloc[0], as_number(X[name]).dropna().to_numpy())
        elif type_ in (ColumnType.CATEGORY, ColumnType.YES_NO):
            tried += _levels(name, row[name], X[name])
    if not tried:
        return None
    rows = pd.concat([row.astype(object)] * len(tried), ignore_index=True)
    for index, (name, value, _, _) in enumerate(tried):
        rows.loc[index, name] = value
    now = answers(pipeline, row, task=Task.BINARY, outcome=positive)[0] >= threshold
    chances = answers(pipeline, rows, task=Task.BINARY, outcome=positive)
    turned = [k for k in range(len(tried)) if (chances[k] >= threshold) != now]
    if not turned:
        return None
    best = min(turned, key=lambda k: tried[k][2])
    name, value, _, seen = tried[best]
    old = value_text(row[name].iloc[0])
    return Flip(name, old, value_text(value), value, float(chances[best]), seen)


def _numbers(name: str, now: float, known: NDArray[np.float64]) -> list[tuple[str, Any, float, int]]:
    if not len(known) or np.isnan(now):
        return []
    values = np.unique(np.quantile(known, np.arange(1, STEPS + 1) / (STEPS + 1), method="nearest"))
    nearest = np.abs(known[:, None] - values[None]).argmin(axis=1)
    place = (known <= now).mean()
    return [
        (name, float(value), abs(float((known <= value).mean() - place)), int((nearest == k).sum()))
        for k, value in enumerate(values)
        if value != now
    ]


def _levels(name: str, now: pd.Series, values: pd.Series) -> list[tuple[str, Any, float, int]]:
    counts = as_text(values).value_counts()
    held = as_text(now).iloc[0]
    raw = dict(zip(as_text(values), values, strict=True))
    return [
        (name, raw[level], 0.5, int(count))
        for level, count in counts.items()
        if level != held and count >= SEEN_SHARE * len(values)
    ]
