"""Leakage replay: the score with and without suspect columns, side by side on the same folds."""

from collections.abc import Callable, Sequence

from core.errors import InputError
from core.limits import QUICK_ROWS
from core.prepare.compile import input_columns
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe, Step
from core.train.trials.quick import Gain, compare_recipes

REPLAY_ID = "replay"
"""Id of the step that leaves the suspects out."""


def without(recipe: Recipe, columns: Sequence[str]) -> Recipe:
    """Return a recipe that first leaves out some columns."""
    step = Step(id=REPLAY_ID, kind="drop_columns", columns=tuple(columns))
    return recipe.with_step(step, 0)


def replay(
    problem: Problem,
    columns: Sequence[str],
    *,
    seed: int,
    most_rows: int = QUICK_ROWS,
    threads: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[float, str], None] = lambda _share, _words: None,
) -> tuple[Gain, ...]:
    """Score the recipe with and without suspects, on training rows alone.

    Parameters
    ----------
    problem : Problem
    columns : sequence of str
        The suspects.
    seed : int
    most_rows : int
    threads : int
    should_stop, report : callable
        As in ``compare_recipes``.

    Returns
    -------
    tuple of Gain
        For each of the quick models: ``before`` with the suspects, ``after`` without them.

    Raises
    ------
    InputError
        No suspect is named, the model does not see one, or no other column would be left.
    RecipeError, TrainingError, JobError
        See ``quick_score``.
    """
    used = input_columns(problem)
    if not columns:
        raise InputError("No column is named to be replayed.", next_step="Choose one.")
    unseen = [name for name in columns if name not in used]
    if unseen:
        raise InputError(f"The model does not see “{unseen[0]}”.", next_step="Choose a column that it sees.")
    if not set(used) - set(columns):
        raise InputError("Without these columns none is left.", next_step="Choose fewer.")
    return compare_recipes(
        problem,
        problem.recipe,
        without(problem.recipe, columns),
        seed=seed,
        most_rows=most_rows,
        threads=threads,
        should_stop=should_stop,
        report=report,
    )
