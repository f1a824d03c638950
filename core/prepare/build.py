"""From a table and its decisions to a problem that can be trained on."""

from collections.abc import Mapping

import pandas as pd

from core.data.schema import Schema
from core.errors import DataError, FrameError
from core.framing.check import check_target
from core.framing.frame import Frame, Task
from core.prepare.compile import input_columns, read_columns
from core.prepare.plan import SplitPlan
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe
from core.prepare.split import make_split
from core.runtime.values import as_number, as_text


def build_problem(
    table_frame: pd.DataFrame,
    schema: Schema,
    frame: Frame,
    recipe: Recipe,
    plan: SplitPlan,
    *,
    directions: Mapping[str, int] | None = None,
) -> Problem:
    """Bring a table and all decisions about it together.

    Parameters
    ----------
    table_frame : DataFrame of shape (n_rows, n_columns)
        As read.
    schema, frame, recipe, plan
        As decided.
    directions : dict of str to int, optional
        See ``Problem``; those of columns that no model sees, and all of several outcomes, mean nothing.

    Returns
    -------
    Problem
        Its ``X`` is numbered from 0, so that positions and labels of rows are the same.

    Raises
    ------
    FrameError
        The target is not chosen, is not in the table, or cannot be learned for the task.
    DataError
        The table lacks a column of the schema, no column is left to learn from, or the split cannot be made.
    """
    target = frame.target
    if not target or frame.task is None:
        raise FrameError("The outcome and its kind are not chosen yet.", next_step="Choose them on the Frame page.")
    if target not in table_frame.columns:
        raise FrameError(f"The table has no column “{target}”.", next_step="Choose the outcome again.")
    absent = [name for name in schema.names if name not in table_frame.columns]
    if absent:
        raise DataError(f"The table lacks the column “{absent[0]}”.", next_step="Bring the table it was set up with.")
    if not read_columns((recipe, schema, frame)):
        raise DataError(
            "No column is left to learn from.",
            next_step="Keep at least one column that is known when the prediction is made.",
        )
    table = table_frame.reset_index(drop=True)
    check_target(table[target], target, frame.task)
    if frame.task is Task.REGRESSION:
        y = as_number(table[target]).to_numpy(dtype="float64")
        classes: tuple[str, ...] = ()
    else:
        y = as_text(table[target]).to_numpy(dtype=object)
        classes = tuple(sorted({label for label in y if label is not None}))
    if frame.task is Task.BINARY and frame.positive not in classes:
        raise FrameError(
            f"The outcome looked for, “{frame.positive or 'none'}”, is not one of {' and '.join(classes)}.",
            next_step="Choose it on the Frame page.",
        )
    split = make_split(plan, table, y, frame, schema)
    X = table.drop(columns=[target])
    seen = set() if frame.task is Task.MULTICLASS else set(input_columns((recipe, schema, frame)))
    kept = {name: sign for name, sign in (directions or {}).items() if name in seen}
    return Problem(X, y, classes, frame, schema, recipe, split, kept)
