"""Whether a step can be applied, before it is taken into the recipe."""

from dataclasses import replace

from core.errors import FairwayError
from core.prepare.compile import compile_steps, transformer
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe
from core.prepare.rows import kept_rows
from core.prepare.spec import Scope
from core.prepare.steps import STEPS


def step_fault(problem: Problem, recipe: Recipe, step_id: str) -> str:
    """Say in words why a step of a recipe cannot be applied to the training rows; empty where it can.

    Parameters
    ----------
    problem : Problem
        Its own recipe does not matter.
    recipe : Recipe
        Holds the step.
    step_id : str

    Returns
    -------
    str
        Names the step, the column or the setting, and what to do next.
    """
    asked = replace(problem, recipe=recipe)
    place = recipe.position(step_id)
    step = recipe.steps[place]
    try:
        transformer(step, place + 1, asked)
        if STEPS[step.kind].scope is Scope.ROWS:
            kept_rows(asked, step, place + 1, problem.split.train)
        compile_steps(asked, scale=True)
    except FairwayError as fault:
        return fault.message
    return ""
