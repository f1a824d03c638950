"""What a suggestion is: steps that may help, why, and whom they can help."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from core.prepare.recipe import Recipe, Step
from core.prepare.steps import usual_place

SHAPES: Final = frozenset({"log_numbers", "power_numbers", "quantile_numbers", "bin_numbers", "spline"})
"""Kinds of steps of which one gives a column its shape."""
BESIDE: Final = frozenset({"date_elapsed", "date_circles", "days_off", "formula", "text_terms", "text_topics"})
"""Kinds of steps that only add columns: several may read the same one."""
LINEAR: Final = "linear"
TREES: Final = "trees"
BOTH: Final = (LINEAR, TREES)


class Suggestion(BaseModel):
    """A step that may help.

    Attributes
    ----------
    key : str
        Names it among all suggestions for a table.
    rule : str
        Key of ``core.prepare.suggest.rules.RULES``.
    title : str
        What is done, column names between backticks.
    reason : str
        What in the training rows speaks for it.
    step : Step
        To be added at its usual place; its id is given then.
    judges : tuple of str
        The kinds of models it can make a difference to: ``linear``, ``trees``.
    promise : float
        How much what it adds goes with what the models get wrong, 0 to 1; decides what is tried first.
    chosen_from : int
        Of how many it was picked by looking at the outcome; 1 where the outcome was not looked at.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    rule: str
    title: str
    reason: str
    step: Step
    judges: tuple[str, ...] = BOTH
    promise: float = 0.0
    chosen_from: int = 1

    def applied(self, recipe: Recipe, *, reason: str = "") -> Recipe:
        """Return the recipe with the step added at its usual place, or switched on where it is there but off.

        Parameters
        ----------
        recipe : Recipe
        reason : str
            Why the step is there; by default the suggestion's own reason.

        Returns
        -------
        Recipe
        """
        why = reason or self.reason
        for step in recipe.steps:
            if not step.on and _same(step, self.step):
                return recipe.changed(step.id, on=True, reason=why)
        taken = {step.id for step in recipe.steps}
        number = 1
        while f"{self.step.kind}-{number}" in taken:
            number += 1
        step = self.step.model_copy(update={"id": f"{self.step.kind}-{number}", "reason": why})
        return recipe.with_step(step, usual_place(recipe, step.kind, names_columns=bool(step.columns)))

    def is_in(self, recipe: Recipe) -> bool:
        """Whether the recipe holds the step, switched on."""
        return any(_same(step, self.step) for step in recipe.active)

    def clash(self, recipe: Recipe) -> str:
        """Return a column to which an active step already does what this one would do again; empty where none."""
        if self.step.kind in BESIDE:
            return ""
        kinds = SHAPES if self.step.kind in SHAPES else {self.step.kind}
        for step in recipe.active:
            shared = [name for name in step.columns if name in self.step.columns]
            if step.kind in kinds and (shared or not (step.columns or self.step.columns)):
                return shared[0] if shared else step.kind
        return ""


def _same(one: Step, other: Step) -> bool:
    return (one.kind, one.columns, one.params) == (other.kind, other.columns, other.params)
