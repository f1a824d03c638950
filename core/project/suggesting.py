"""Suggestions and automatic mode for a project: trying them, taking one, and taking a recipe that was built."""

import time
from collections.abc import Callable
from datetime import datetime

import pandas as pd

from core.errors import RecipeError
from core.prepare.compile import compile_steps
from core.prepare.defaults import default_recipe
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe
from core.prepare.suggest.suggestion import Suggestion
from core.project.changes import edit_recipe
from core.project.document import Project
from core.project.judge import problem
from core.train.trials.automatic import Automatic, build_recipe
from core.train.trials.found import Suggested
from core.train.trials.suggested import DEALS


def trial_problem(project: Project, table: pd.DataFrame) -> Problem:
    """Return a project's problem with its training rows dealt into folds several times; the sealed rows stay sealed.

    By time, and with a validation part, rows are dealt once: there is no other honest way to deal them.

    Parameters
    ----------
    project : Project
    table : DataFrame

    Returns
    -------
    Problem

    Raises
    ------
    FairwayError
        They do not fit; in plain words.
    """
    repeats = max(project.split.repeats, DEALS)
    plan = project.split.model_copy(update={"repeats": repeats}).trimmed()
    return problem(project.updated(split=plan), table)


def beginning(project: Project, table: pd.DataFrame) -> Project:
    """Return the project with the recipe that automatic mode begins with: the one the table suggests."""
    assert project.table_schema is not None
    fresh = default_recipe(table, project.table_schema, project.frame)
    return project.updated(recipe=fresh.model_copy(update={"number": project.recipe.number}))


def automatic(
    project: Project,
    table: pd.DataFrame,
    *,
    budget: float = 60.0,
    threads: int = 1,
    clock: Callable[[], float] = time.monotonic,
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[float, str], None] = lambda _share, _words: None,
    keep: Callable[[Suggested], None] = lambda _found: None,
) -> Automatic:
    """Build a whole recipe for a project: what the table suggests, and what helps beyond chance on top of it.

    Parameters
    ----------
    project : Project
        Its frame, schema and split are used; its recipe is not.
    table : DataFrame
        The project's table; only training rows are looked at.
    budget : float
        Seconds for trying suggestions (see ``limits.SUGGEST_SECONDS``).
    threads : int
    clock : callable
        Returns seconds.
    should_stop, report, keep : callable
        As in ``core.train.trials.automatic.build_recipe``.

    Returns
    -------
    Automatic
        ``with_automatic`` gives its recipe to the project.

    Raises
    ------
    FairwayError
        The project lacks an outcome, or its table cannot be learned from; in plain words.
    """
    start = beginning(project, table)
    return build_recipe(
        trial_problem(start, table),
        seed=project.plan.seed,
        budget=budget,
        clock=clock,
        threads=threads,
        should_stop=should_stop,
        report=report,
        keep=keep,
    )


def with_suggestion(project: Project, suggestion: Suggestion, *, now: datetime, evidence: str = "") -> Project:
    """Take a suggestion into the recipe, undoable like any other change.

    Parameters
    ----------
    project : Project
    suggestion : Suggestion
    now : datetime
    evidence : str
        What its trial showed, in a sentence; part of why the step is there.

    Returns
    -------
    Project

    Raises
    ------
    RecipeError
        Another step does the same to one of its columns already, or the table has changed and it no longer fits.
    """
    clash = suggestion.clash(project.recipe)
    if clash:
        raise RecipeError(
            f"Another step does this to “{clash}” already.", next_step="Edit or remove that step to take this one."
        )
    why = f"{suggestion.reason} {evidence}".strip()
    recipe = suggestion.applied(project.recipe, reason=why)
    _check(project, recipe)
    title = suggestion.title.replace("`", "")
    return edit_recipe(project, recipe, f"Took a suggestion: {title}", now=now, why=evidence)


def _check(project: Project, recipe: Recipe) -> None:
    """Refuse a recipe that does not fit the table as it is now; it may have been tried on another."""
    assert project.table_schema is not None
    compile_steps((recipe, project.table_schema, project.frame), scale=True)


def with_automatic(project: Project, built: Automatic, *, now: datetime) -> Project:
    """Take the recipe that automatic mode built; one undo brings back the recipe before it.

    Parameters
    ----------
    project : Project
    built : Automatic
    now : datetime

    Returns
    -------
    Project

    Raises
    ------
    RecipeError
        The table has changed, and the recipe no longer fits it.
    """
    recipe = built.recipe.model_copy(update={"number": project.recipe.number + 1})
    _check(project, recipe)
    taken, tried = len(built.taken), sum(one.verdict != "waiting" for one in built.suggested.tried)
    what = f"Built the recipe automatically: {len(recipe.steps)} steps, {taken} of {tried} suggestions taken"
    return edit_recipe(project, recipe, what, now=now)
