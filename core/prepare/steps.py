"""Every kind of step a recipe may hold, in the order in which they usually come."""

from typing import Final

from core.prepare.kinds import categories, columns, combining, dates, missing, numbers, rows, shapes
from core.prepare.recipe import Recipe
from core.prepare.spec import StepSpec

# scikit-learn is imported only when a pipeline is built: the screens read this registry on their first paint.
_FAMILIES: Final = (columns, rows, dates, numbers, shapes, combining, missing, categories)

STEPS: Final[dict[str, StepSpec]] = {
    spec.kind: spec for spec in sorted((spec for family in _FAMILIES for spec in family.KINDS), key=lambda s: s.place)
}
"""Kind to specification, in the usual order (``StepSpec.place``). A new step is one entry in the file of its family."""


def usual_place(recipe: Recipe, kind: str) -> int:
    """Return where in a recipe a new step of this kind belongs: before the first step that usually comes later."""
    places = [STEPS[step.kind].place if step.kind in STEPS else 0 for step in recipe.steps]
    return next((i for i, place in enumerate(places) if place > STEPS[kind].place), len(places))
