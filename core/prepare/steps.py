"""Every kind of step a recipe may hold, in the order in which they usually come."""

from typing import Final

from core.prepare.kinds import (
    categories,
    columns,
    combining,
    dates,
    formulas,
    missing,
    numbers,
    rows,
    selection,
    shapes,
    text,
)
from core.prepare.recipe import Recipe
from core.prepare.spec import StepSpec

# scikit-learn is imported only when a pipeline is built: the screens read this registry on their first paint.
_FAMILIES: Final = (columns, rows, formulas, dates, text, numbers, shapes, combining, missing, categories, selection)

STEPS: Final[dict[str, StepSpec]] = {
    spec.kind: spec for spec in sorted((spec for family in _FAMILIES for spec in family.KINDS), key=lambda s: s.place)
}
"""Kind to specification, in the usual order (``StepSpec.place``). A new step is one entry in the file of its family."""


def usual_place(recipe: Recipe, kind: str, *, names_columns: bool = False) -> int:
    """Return where in a recipe a new step of this kind belongs: before the first step that usually comes later.

    One that names its columns also comes before one of its kind that takes all columns and would leave it nothing.
    """
    for place, step in enumerate(recipe.steps):
        later = step.kind in STEPS and STEPS[step.kind].place > STEPS[kind].place
        if later or (names_columns and step.kind == kind and not step.columns):
            return place
    return len(recipe.steps)
