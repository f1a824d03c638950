"""Moving the steps of a recipe."""

import pytest

from core.prepare.recipe import Recipe, Step

RECIPE = Recipe(steps=tuple(Step(id=name, kind="scale") for name in "abcd"))


@pytest.mark.parametrize(
    ("step", "place", "order"),
    [("a", 3, "bcad"), ("d", 1, "dabc"), ("b", 2, "abcd"), ("a", 99, "bcda"), ("c", -5, "cabd")],
)
def test_a_step_is_moved_to_a_place(step: str, place: int, order: str) -> None:
    moved = RECIPE.moved_to(step, place)
    assert "".join(one.id for one in moved.steps) == order
    assert moved.number == 2
