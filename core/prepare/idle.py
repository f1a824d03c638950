"""Steps that add or do nothing, because a column they need does not reach them: which, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.data.schema import ColumnType
from core.errors import FairwayError
from core.prepare.compile import input_columns, read_step, transformer
from core.prepare.fitting import unfit
from core.prepare.problem import Problem
from core.prepare.recipe import Step
from core.prepare.spec import Scope, StepSpec, listed
from core.prepare.steps import STEPS
from core.runtime.frames import dates_in, free_texts_in, numbers_in, texts_in

ROWS: Final = 200
"""Training rows that are sent through the recipe: they tell which columns there are, and no more is asked of them."""
FILLING: Final = ("fill_numbers", "fill_categories", "fill_dates")
NO_NEW_GAPS: Final = (*FILLING, "cap_outliers", "clip_numbers", "merge_spellings", "group_rare", "scale")
"""Steps that add no column and leave none with a gap that had none; those on rows leave columns alone altogether."""
ADDING: Final = ("formula", "date_elapsed", "date_circles", "days_off", "combine_numbers", "polynomial")
"""Steps that add columns; the others change some."""


@dataclass(frozen=True)
class _Missing:
    """Columns that do not reach a step, each with the step that is why: left out of the model, or taken apart."""

    left_out: dict[str, str]
    taken: dict[str, str]

    def __contains__(self, name: str) -> bool:
        return name in self.left_out or name in self.taken


def idle_steps(problem: Problem) -> dict[str, str]:
    """Say of each active step that has nothing to act on which column it lacks, and what to do.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    dict of str to str
        Step id to a sentence or two, columns between backticks. What follows a step that cannot be applied is left out.
    """
    told = _unfit(problem)
    asking = [step.id for step in problem.recipe.active if step.kind in STEPS and _may_idle(step)]
    if not asking:
        return told
    told |= {name: said for name, said in _filled_before(problem).items() if name not in told}
    train = problem.split.train
    rows = train[np.linspace(0, len(train) - 1, min(ROWS, len(train))).astype(np.intp)]
    features = input_columns(problem)
    frame = read_step(problem.schema, features).fit_transform(problem.X.loc[rows, list(features)])
    unfitting = set(_unfit(problem))
    missing = _Missing(_left_out(problem), {})
    for number, step in enumerate(problem.recipe.steps, start=1):
        spec = STEPS.get(step.kind)
        if not step.on or spec is None:
            continue
        if step.id in asking and step.id not in told and (said := _lacks(problem, step, spec, frame, missing)):
            told[step.id] = said
        if step.id == asking[-1]:
            break
        if step.id in unfitting:
            continue
        try:
            after = _through(problem, step, spec, number, frame)
        except (FairwayError, ValueError):
            # Another check says what is wrong with it.
            break
        gone = [name for name in frame if not (name in after and after[name].dtype == frame[name].dtype)]
        missing.taken.update({str(name): f"step {number}, {spec.title}" for name in gone})
        frame = after
    return told


def _unfit(problem: Problem) -> dict[str, str]:
    """Say which active steps name a column that is not in the table or of another type."""
    told = unfit(problem.recipe, problem.schema)
    return {
        step.id: f"{told[step.id]}: this step {_does(step)}. Choose another column, or remove the step."
        for step in problem.recipe.active
        if step.id in told
    }


def _does(step: Step) -> str:
    return "adds nothing" if step.kind in ADDING else "does nothing"


def _filled_before(problem: Problem) -> dict[str, str]:
    """Say of each step that fills gaps which an earlier one has filled all; marks of where they were come too late."""
    told: dict[str, str] = {}
    for number, step in enumerate(problem.recipe.steps, start=1):
        if not step.on or step.kind not in FILLING:
            continue
        for before in range(number - 1, 0, -1):
            earlier = problem.recipe.steps[before - 1]
            if not earlier.on:
                continue
            if earlier.kind not in NO_NEW_GAPS and STEPS[earlier.kind].scope is not Scope.ROWS:
                break
            covers = not earlier.columns or (step.columns and set(step.columns) <= set(earlier.columns))
            if earlier.kind == step.kind and covers:
                told[step.id] = (
                    f"Step {before}, {STEPS[earlier.kind].title}, has filled these gaps already: this step does "
                    "nothing. Name its columns and move it before that step, or remove one of the two."
                )
                break
    return told


def _may_idle(step: Step) -> bool:
    spec = STEPS[step.kind]
    # Steps on rows look at the raw rows, whatever the steps before them did.
    if spec.scope is Scope.ROWS or step.kind == "drop_columns":
        return False
    return bool(step.columns or spec.settings_columns(step) or spec.suits)


def _left_out(problem: Problem) -> dict[str, str]:
    """Return, for columns that are not read at all, the step that leaves them out."""
    return {
        name: f"step {number}, {STEPS[step.kind].title}"
        for number, step in enumerate(problem.recipe.steps, start=1)
        if step.on and step.kind == "drop_columns"
        for name in step.columns
    }


def _through(problem: Problem, step: Step, spec: StepSpec, number: int, frame: pd.DataFrame) -> pd.DataFrame:
    # What selection leaves out of a few rows says nothing of all; the other two take no column.
    if spec.scope is Scope.ROWS or spec.family == "selection" or step.kind in ("drop_columns", "scale"):
        return frame
    built = transformer(step, number, problem)
    if built is None:
        return frame
    after: pd.DataFrame = built.fit_transform(frame, problem.y[frame.index.to_numpy(dtype=np.intp)])
    return after


def _present(frame: pd.DataFrame, suits: Iterable[ColumnType]) -> set[str]:
    """Return the columns of a frame that are of one of these types there."""
    kinds = {
        ColumnType.NUMBER: numbers_in,
        ColumnType.DATE: dates_in,
        ColumnType.CATEGORY: texts_in,
        ColumnType.YES_NO: texts_in,
        ColumnType.TEXT: free_texts_in,
    }
    return {name for kind in suits if kind in kinds for name in kinds[kind](frame, None)}


def _lacks(problem: Problem, step: Step, spec: StepSpec, frame: pd.DataFrame, missing: _Missing) -> str:
    for name, suits in spec.settings_columns(step).items():
        if name not in _present(frame, suits or tuple(ColumnType)):
            return _said(problem, step, [name], missing)
    present = _present(frame, spec.suits)
    if step.columns:
        return "" if present & set(step.columns) else _said(problem, step, list(step.columns), missing)
    if not spec.asks_columns or not spec.suits or present:
        return ""
    wanted = [name for name in problem.features if problem.schema[name].type in spec.suits and name in missing]
    return _said(problem, step, wanted, missing) if wanted else ""


def _said(problem: Problem, step: Step, names: list[str], missing: _Missing) -> str:
    does = _does(step)
    are = "is" if len(names) == 1 else "are"
    first = names[0]
    if by := missing.left_out.get(first):
        return f"{listed(names)} {are} left out by {by}: this step {does}. Choose another column, or keep it."
    if by := missing.taken.get(first):
        return (
            f"{listed(names)} {are} no longer there after {by}: this step {does}. "
            "Move it before that step, or choose another column."
        )
    return (
        f"The model may not see {listed(names)}: this step {does}. Choose another column, or make it a feature on Data."
    )
