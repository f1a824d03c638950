"""Steps on rows: they act on training rows only, never on a row that is judged or predicted."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import RecipeError
from core.prepare.problem import Problem
from core.prepare.recipe import Step
from core.prepare.spec import Scope
from core.prepare.steps import STEPS


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
        Those to fit on, in the same order.
    """
    for step in problem.recipe.active:
        if step.kind in STEPS and STEPS[step.kind].scope is Scope.ROWS:
            positions = positions[~repeats(problem, step, positions)]
    return positions


def repeats(problem: Problem, step: Step, positions: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Say which of these rows repeat an earlier one of them, by the columns the step compares and the outcome.

    Parameters
    ----------
    problem : Problem
    step : Step
        Of the kind ``drop_duplicates``.
    positions : ndarray of int, shape (n,)

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    absent = [name for name in step.columns if name not in problem.schema]
    if absent:
        raise RecipeError(
            f"{STEPS[step.kind].title}: the table has no column “{absent[0]}”.", next_step="Take it out of the step."
        )
    whole = STEPS[step.kind].settings(step)["compare"] == "row"
    named = [name for name in step.columns if name in problem.X]
    compared = named or [str(name) for name in problem.X.columns] if whole else named or list(problem.features)
    keys = {str(place): problem.X[name].iloc[positions] for place, name in enumerate(compared)}
    keys["outcome"] = pd.Series(problem.y[positions], index=positions)
    return duplicated(pd.DataFrame(keys))


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
