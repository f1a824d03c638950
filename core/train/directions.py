"""Directions a person asked for: which columns after the recipe they bind, and which models can keep them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from core.data.schema import ColumnType, Schema
from core.errors import TrainingError
from core.framing.frame import Frame, Task
from core.prepare.lineage import origins
from core.prepare.problem import Problem
from core.runtime.monotone import Monotone, setting_of
from core.runtime.values import as_number
from core.train.spec import ModelSpec

RISES, FALLS = 1, -1
POINTS = 201
"""Values of a column at which is looked whether the recipe keeps their order, some beyond those learned from."""
NEXT = "Free the column under “Settings of the models”, or change the step on Prepare."
FREE_LEAVES = ("regression_l1", "l1", "quantile", "absolute_error")
"""Losses whose libraries set the leaves anew after a tree has grown, which no constraint survives."""


def told(directions: Mapping[str, int]) -> str:
    """Say what was asked for: "rises with age, income; falls with debt"."""
    parts = []
    for words, sign in (("rises with", RISES), ("falls with", FALLS)):
        names = [name for name, asked in directions.items() if asked == sign]
        if names:
            parts.append(f"{words} {', '.join(names)}")
    return "; ".join(parts)


def choosable(schema: Schema, frame: Frame) -> tuple[str, ...]:
    """Return the columns a direction can be asked of: numbers the model may see, for a yes or no or an amount."""
    if frame.task is Task.MULTICLASS:
        return ()
    return tuple(name for name in schema.features(frame) if schema[name].type is ColumnType.NUMBER)


def cannot_keep(spec: ModelSpec, problem: Problem) -> str:
    """Say why a candidate is left out where directions are asked for; an empty text where it is not."""
    if not problem.directions or spec.keeps_order or spec.is_baseline:
        return ""
    return (
        f"It cannot keep to a direction, and the answer is to be one that {told(problem.directions)}. "
        "Free these columns under “Settings of the models” to try it."
    )


def signs(problem: Problem, steps: Sequence[tuple[str, Any]], rows: NDArray[np.intp]) -> dict[str, int]:
    """Return which columns after the recipe must rise or fall.

    Each column is led through the fitted recipe alone, all others standing still, once beside a row as it is and once
    beside one of which nothing else is known.

    Parameters
    ----------
    problem : Problem
    steps : sequence of (str, transformer)
        Fitted, before the model.
    rows : ndarray of int
        Positions the fit learns from.

    Returns
    -------
    dict of str to int
        Column after the recipe to 1 or −1, for the answer or the chance of the second class.

    Raises
    ------
    TrainingError
        A column does not reach the model as one number that keeps its order.
    """
    pipeline = Pipeline(list(steps))
    came_from = origins(pipeline)
    # Libraries speak of the second class; a person of the outcome looked for.
    turned = -1 if problem.frame.task is Task.BINARY and problem.frame.positive == problem.classes[0] else 1
    found: dict[str, int] = {}
    for name, asked in problem.directions.items():
        for out, order in _orders(problem, pipeline, came_from, name, rows).items():
            found[out] = asked * order * turned
    return found


def _orders(
    problem: Problem, pipeline: Pipeline, came_from: Mapping[str, tuple[str, ...]], name: str, rows: NDArray[np.intp]
) -> dict[str, int]:
    mixed = [out for out, raw in came_from.items() if name in raw and raw != (name,)]
    if mixed:
        others = ", ".join(f"“{one}”" for one in came_from[mixed[0]] if one != name)
        raise TrainingError(
            f"“{name}” reaches the model mixed with {others}, so that no direction of it can be kept.", next_step=NEXT
        )
    values = as_number(problem.X[name].iloc[rows]).to_numpy(dtype=np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return {}
    low, high = float(values.min()), float(values.max())
    grid = np.linspace(low - (high - low) / 4, high + (high - low) / 4, POINTS)
    orders: dict[str, int] = {}
    for others_known in (True, False):
        made = pipeline.transform(_probe(problem.X, int(rows[0]), name, grid, others_known=others_known))
        for out in made.columns:
            steps = np.diff(made[out].to_numpy(dtype=np.float64))
            if not steps.any():
                continue
            if came_from[out] != (name,):
                raise TrainingError(
                    f"“{name}” fills gaps of “{came_from[out][0]}”, so that no direction of it can be kept.",
                    next_step=NEXT,
                )
            order = RISES if (steps >= 0).all() else FALLS if (steps <= 0).all() else 0
            if not order:
                raise TrainingError(
                    f"“{name}” reaches the model in parts or bent, and not as one number that keeps its order.",
                    next_step=NEXT,
                )
            orders[out] = order
    return orders


def _probe(X: pd.DataFrame, row: int, name: str, grid: NDArray[np.float64], *, others_known: bool) -> pd.DataFrame:
    """Return rows that differ in one column only."""
    one = X.iloc[[row] * len(grid)].reset_index(drop=True)
    if not others_known:
        one = pd.DataFrame(None, index=one.index, columns=one.columns, dtype=object)
    one[name] = grid
    return one


def bind(model: Any, limits: Mapping[str, int], columns: Sequence[str]) -> Any:
    """Return an unfitted estimator that keeps to the directions.

    Raises
    ------
    TrainingError
        Its loss sets the leaves of its trees anew, which no direction survives.
    """
    inner = model.model if hasattr(model, "model") else model
    own = inner.get_params(deep=False)
    loss = own.get("objective") or own.get("loss") or ""
    if loss in FREE_LEAVES:
        raise TrainingError(
            "Under the absolute or quantile loss its trees cannot keep to a direction.",
            next_step="Fix the squared loss under “Settings of the models”, or free the columns.",
        )
    inner.set_params(**{setting_of(inner): Monotone(signs=limits).constraints(columns)})
    return model
