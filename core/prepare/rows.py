"""Steps on rows: they act on training rows only, never on a row that is judged or predicted."""

import numpy as np
from numpy.typing import NDArray

from core.errors import RecipeError
from core.prepare.problem import Problem
from core.prepare.recipe import Step
from core.prepare.spec import RowWork, Scope
from core.prepare.steps import STEPS

ROW_SEED = 7
"""Draws of the steps on rows begin here, so that a fold learns from the same rows whenever it is fitted."""


def training_rows(problem: Problem, positions: NDArray[np.intp]) -> NDArray[np.intp]:
    """Apply the recipe's steps on rows to the rows a model is about to learn from.

    Parameters
    ----------
    problem : Problem
    positions : ndarray of int
        Rows of the table, training rows of one fold or all of them.

    Returns
    -------
    ndarray of int
        Those to fit on; a row that is to count several times stands there as often.

    Raises
    ------
    RecipeError
        A step cannot be applied, or none of the rows is left.
    """
    for number, step in enumerate(problem.recipe.steps, start=1):
        if step.on and step.kind in STEPS and STEPS[step.kind].scope is Scope.ROWS:
            positions = kept_rows(problem, step, number, positions)
    return positions


def kept_rows(problem: Problem, step: Step, number: int, positions: NDArray[np.intp]) -> NDArray[np.intp]:
    """Apply one step on rows.

    Parameters
    ----------
    problem : Problem
    step : Step
        Of a kind whose scope is rows.
    number : int
        Place in the recipe, from 1, for messages.
    positions : ndarray of int, shape (n,)

    Returns
    -------
    ndarray of int

    Raises
    ------
    RecipeError
        It names the step: a column is absent, a setting is wrong, or no row is left.
    """
    spec = STEPS[step.kind]
    place = f"Step {number}, {spec.title}"
    settings = spec.settings(step, place)
    absent = [name for name in step.columns if name not in problem.schema]
    if absent:
        raise RecipeError(f"{place}: the table has no column “{absent[0]}”.", next_step="Take it out of the step.")
    assert spec.rows is not None
    try:
        kept = spec.rows(RowWork(problem, step, settings, positions, ROW_SEED))
    except RecipeError as fault:
        raise RecipeError(f"{place}: {fault.what}", next_step=fault.next_step) from None
    if len(positions) and not len(kept):
        raise RecipeError(f"{place}: no training row is left.", next_step="Edit the step or switch it off.")
    return kept
