"""The recipe's list on Prepare."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.prepare.recipe import Recipe, Step
from core.project import changes
from core.project.document import Project
from core.workspace import Workspace
from tests.pages.conftest import NOW, said

STEPS = tuple(Step(id=f"s{number}", kind="drop_duplicates") for number in range(1, 6))


def editing() -> None:
    """Draw what the dialog of the first step holds."""
    from core.prepare.steps import STEPS as KINDS
    from pages.components import session, stepform

    session.load()
    step = session.current().recipe.steps[0]
    stepform.edit_fields(step, KINDS[step.kind])


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


def test_a_step_of_another_table_is_edited_and_then_on(workspace: Workspace, framed: Project) -> None:
    reason = "Does not fit: `fare` is not in the table. Edit it or remove it."
    foreign = Step(id="c", kind="cap_outliers", columns=("fare", "income"), on=False, reason=reason)
    workspace.save(changes.edit_recipe(framed, Recipe(number=2, steps=(foreign,)), "edit", now=NOW), now=NOW)
    screen = AppTest.from_function(editing, default_timeout=60)
    screen.query_params["project"] = framed.id
    screen.run()
    assert not screen.exception
    assert screen.multiselect[0].value == ["income"]
    assert "fare is not in the table and will be left out of the step." in said(screen)
    screen.button(key="primary_savestep").click().run()
    assert not screen.exception
    (kept,) = workspace.get(framed.id).recipe.steps
    assert (kept.columns, kept.on, kept.reason) == (("income",), True, "Edited by you")


def test_a_step_with_a_setting_that_is_no_more_is_told_and_not_edited(workspace: Workspace, framed: Project) -> None:
    old = Step(id="c", kind="cap_outliers", params={"former": 1})
    workspace.save(changes.edit_recipe(framed, Recipe(number=2, steps=(old,)), "edit", now=NOW), now=NOW)
    screen = AppTest.from_function(editing, default_timeout=60)
    screen.query_params["project"] = framed.id
    screen.run()
    assert not screen.exception
    assert "there is no setting “former”" in said(screen)
