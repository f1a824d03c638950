"""Recipes kept under a name, on the drawer of Prepare."""

from streamlit.testing.v1 import AppTest

from core.prepare.recipe import Recipe, Step
from core.project import changes
from core.project.document import Project
from core.workspace import Workspace
from tests.pages.conftest import NOW, said

ONE = Step(id="s1", kind="drop_duplicates")
TWO = Step(id="s2", kind="drop_near_duplicates")


def inside() -> None:
    """Draw what the drawer holds."""
    from pages.components import session, versions

    session.load()
    versions.contents()


def test_a_recipe_is_kept_refused_under_the_same_name_and_gone_back_to(workspace: Workspace, empty: Project) -> None:
    project = workspace.save(changes.edit_recipe(empty, Recipe(number=2, steps=(ONE,)), "edit", now=NOW), now=NOW)
    screen = AppTest.from_function(inside, default_timeout=60)
    screen.query_params["project"] = project.id
    screen.run()
    screen.text_input(key="keep_as").set_value("Plain")
    screen.button(key="keep_version").click().run()
    assert not screen.exception
    kept = workspace.get(project.id)
    assert [version.name for version in kept.recipe_versions] == ["Plain"]
    assert screen.text_input(key="keep_as").value == ""
    assert screen.button(key="use_version_1").disabled
    screen.text_input(key="keep_as").set_value("Plain")
    screen.button(key="keep_version").click().run()
    assert "There is a version “Plain” already." in said(screen)

    workspace.save(changes.edit_recipe(kept, Recipe(number=3, steps=(TWO,)), "edit", now=NOW), now=NOW)
    screen = AppTest.from_function(inside, default_timeout=60)
    screen.query_params["project"] = project.id
    screen.run()
    assert "Only in the first: Drop exact duplicates" in said(screen)
    screen.button(key="use_version_1").click().run()
    assert not screen.exception
    assert workspace.get(project.id).recipe.steps == (ONE,)
