"""The recipe's list on Prepare."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.prepare.recipe import Recipe, Step
from core.project import changes
from core.project.document import Project
from core.workspace import Workspace
from tests.pages.conftest import NOW, said

STEPS = tuple(Step(id=f"s{number}", kind="drop_duplicates") for number in range(1, 6))


def placing() -> None:
    """Draw what the dialog holds."""
    from pages.components import recipelist, session

    session.load()
    recipelist.place_fields("s2")


def test_a_step_is_moved_to_the_position_that_is_typed(workspace: Workspace, empty: Project) -> None:
    project = workspace.save(changes.edit_recipe(empty, Recipe(number=2, steps=STEPS), "edit", now=NOW), now=NOW)
    screen = AppTest.from_function(placing, default_timeout=60)
    screen.query_params["project"] = project.id
    screen.run()
    assert "Drop exact duplicates is step 2 of 5." in said(screen)
    asked = screen.number_input[0]
    assert (asked.value, asked.min, asked.max) == (2, 1, 5)
    asked.set_value(4)
    screen.button[0].click().run()
    assert not screen.exception
    kept = workspace.get(project.id)
    assert [step.id for step in kept.recipe.steps] == ["s1", "s3", "s4", "s2", "s5"]
    assert kept.decisions[-1].what == "Moved step 2 to position 4"


def test_a_step_that_does_not_fit_leaves_the_rest_of_prepare_standing(
    workspace: Workspace, framed: Project, show: Callable[..., AppTest]
) -> None:
    foreign = Recipe(number=2, steps=(Step(id="c", kind="cap_outliers", columns=("fare",), on=False), *STEPS[:1]))
    workspace.save(changes.edit_recipe(framed, foreign, "edit", now=NOW), now=NOW)
    screen = show("prepare", framed.id)
    assert not screen.exception
    told = said(screen)
    assert "the table has no column “fare”. Take it out of the step." in told
    assert "This could not be shown" not in told
    assert "What new rows must hold" in told
