"""The history of a project: its decisions, its revisions, and going back to one of them; undo on Prepare."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import NotFoundError
from core.project import changes
from core.project.document import Project
from core.workspace import Workspace
from tests.pages.conftest import NOW, said


@pytest.fixture
def changed(workspace: Workspace, framed: Project) -> Project:
    """The small project after its split and then its recipe were edited."""
    project = workspace.save(changes.set_split(framed, now=NOW, folds=3), now=NOW)
    less = project.recipe.without(project.recipe.steps[0].id)
    return workspace.save(changes.edit_recipe(project, less, "Removed step 1", now=NOW), now=NOW)


def inside() -> None:
    """Draw what the dialog holds: Streamlit's test driver closes a dialog at the first click in it."""
    from pages.components import history, session

    session.load()
    history.contents()


def revisions(project: Project) -> AppTest:
    screen = AppTest.from_function(inside, default_timeout=60)
    screen.query_params["project"] = project.id
    screen.run()
    return screen.button_group(key="history_view").set_value("Revisions").run()


def test_history_opens_with_every_decision(show: Callable[..., AppTest], changed: Project) -> None:
    screen = show("prepare", changed.id)
    screen.button(key="open_history").click().run()
    assert not screen.exception
    assert "Removed step 1" in said(screen)
    assert screen.button_group(key="history_view").value == "Decisions"


def test_revisions_are_listed_with_what_each_changed(changed: Project) -> None:
    screen = revisions(changed)
    assert not screen.exception
    text = said(screen)
    assert text.index("Removed step 1") < text.index("Split: folds 3") < text.index("The project was made")
    assert "As it is now" in text
    keys = {button.key for button in screen.button}
    assert f"back_revision_{changed.revision}" not in keys
    assert f"back_revision_{changed.revision - 1}" in keys


def test_what_differs_is_shown_before_going_back_and_the_state_left_is_kept(
    workspace: Workspace, framed: Project, changed: Project
) -> None:
    screen = revisions(changed)
    screen.button(key=f"see_revision_{framed.revision}").click().run()
    text = said(screen)
    assert "Split: Split plan" in text
    assert "3 folds, seed 7 → stratified" in text
    assert "After going back: Nothing was trained yet." in text
    screen.button(key=f"back_revision_{framed.revision}").click().run()
    assert not screen.exception
    now = workspace.get(changed.id)
    assert (now.revision, now.split, now.recipe) == (changed.revision + 1, framed.split, framed.recipe)
    assert now.decisions[-1].what == f"Went back to revision {framed.revision}"
    assert workspace.at_revision(changed.id, changed.revision) == changed
    screen = revisions(now)
    screen.button(key=f"back_revision_{changed.revision}").click().run()
    assert workspace.get(changed.id).recipe == changed.recipe


def test_a_damaged_revision_says_so_and_hinders_no_other(workspace: Workspace, changed: Project) -> None:
    from sqlalchemy import update

    from core.workspace.tables import REVISIONS

    with workspace.database.write() as connection:
        connection.execute(update(REVISIONS).where(REVISIONS.c.revision == 1).values(document=b"no archive"))
    screen = revisions(changed)
    assert not screen.exception
    assert "This revision is damaged and cannot be read." in said(screen)
    assert "Removed step 1" in said(screen)


def test_hostile_names_stay_text_in_the_history(workspace: Workspace, framed: Project) -> None:
    project = workspace.save(
        changes.change_frame(framed, None, now=NOW, question="<img src=x onerror=alert(1)>"), now=NOW
    )
    screen = revisions(project)
    screen.button(key=f"see_revision_{framed.revision}").click().run()
    drawn = "\n".join(element.proto.body for element in screen.get("html"))
    assert "&lt;img src=x" in drawn
    assert "<img" not in drawn


def test_undo_and_redo_on_prepare_go_over_the_split_as_well(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project, changed: Project
) -> None:
    screen = show("prepare", changed.id)
    screen.button(key="undo_recipe").click().run()
    assert workspace.get(changed.id).recipe.steps == framed.recipe.steps
    assert workspace.get(changed.id).split.folds == 3
    screen.button(key="undo_recipe").click().run()
    assert workspace.get(changed.id).split == framed.split
    assert screen.button(key="undo_recipe").disabled
    screen.button(key="redo_recipe").click().run()
    screen.button(key="redo_recipe").click().run()
    now = workspace.get(changed.id)
    assert (now.split, now.recipe) == (changed.split, changed.recipe)
    assert not screen.exception


def test_a_split_that_cannot_be_made_can_be_taken_back(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    project = workspace.save(changes.set_split(framed, now=NOW, kind="time", column="group"), now=NOW)
    screen = show("prepare", project.id)
    assert "Training cannot start like this." in said(screen)
    screen.button(key="undo_recipe").click().run()
    assert workspace.get(project.id).split == framed.split
    assert "Training cannot start like this." not in said(screen)


def test_a_revision_of_another_user_is_not_found(workspace: Workspace, changed: Project) -> None:
    with pytest.raises(NotFoundError):
        workspace.for_user("somebody@example.org").at_revision(changed.id, 1)
