"""The recipe: an ordered list of steps that turn raw rows into what a model can learn from."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Step(BaseModel):
    """One step.

    Attributes
    ----------
    id : str
        Identity within the recipe, stable when it is moved.
    kind : str
        Key of the step registry, ``core.prepare.steps.STEPS``.
    on : bool
        Whether it is applied.
    columns : tuple of str
        Raw columns it acts on; empty means every column it suits.
    params : dict
        Settings of the kind; JSON values only.
    reason : str
        Why it is here, in plain words.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    on: bool = True
    columns: tuple[str, ...] = ()
    params: dict[str, Any] = {}
    reason: str = ""


class Recipe(BaseModel):
    """Steps in the order in which they are applied. Every change makes a new recipe with the next number."""

    model_config = ConfigDict(frozen=True)

    number: int = 1
    steps: tuple[Step, ...] = ()

    @property
    def active(self) -> tuple[Step, ...]:
        """The steps that are switched on."""
        return tuple(step for step in self.steps if step.on)

    def _next(self, steps: tuple[Step, ...]) -> "Recipe":
        return Recipe(number=self.number + 1, steps=steps)

    def position(self, step_id: str) -> int:
        """Return the index of a step; raises ``KeyError`` where there is none."""
        for index, step in enumerate(self.steps):
            if step.id == step_id:
                return index
        raise KeyError(step_id)

    def with_step(self, step: Step, at: int | None = None) -> "Recipe":
        """Return a recipe with one more step, at the end or at a position."""
        index = len(self.steps) if at is None else at
        return self._next((*self.steps[:index], step, *self.steps[index:]))

    def without(self, step_id: str) -> "Recipe":
        """Return a recipe in which a step is gone."""
        self.position(step_id)
        return self._next(tuple(step for step in self.steps if step.id != step_id))

    def changed(self, step_id: str, **changes: object) -> "Recipe":
        """Return a recipe in which a step's fields are changed."""
        index = self.position(step_id)
        step = self.steps[index].model_copy(update=changes)
        return self._next((*self.steps[:index], step, *self.steps[index + 1 :]))

    def moved(self, step_id: str, by: int) -> "Recipe":
        """Return a recipe in which a step is moved up (negative) or down; it stops at the ends."""
        index = self.position(step_id)
        steps = list(self.steps)
        steps.insert(max(0, min(len(steps) - 1, index + by)), steps.pop(index))
        return self._next(tuple(steps))

    def moved_to(self, step_id: str, place: int) -> "Recipe":
        """Return a recipe in which a step stands at a place, counted from 1; beyond the ends means the end."""
        return self.moved(step_id, place - 1 - self.position(step_id))
