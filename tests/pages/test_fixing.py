"""Settings of the models: fixed by a person, and refused in words where they cannot be."""

from collections.abc import Callable
from datetime import UTC, datetime

from streamlit.testing.v1 import AppTest

from core.jobs import api
from core.project.document import Project
from core.workspace import Workspace
from tests.pages.conftest import said

NOW = datetime.now(UTC)


def jobs(workspace: Workspace, project: Project) -> int:
    return int(api.latest(workspace, project.id, "train") is not None)


def test_a_number_out_of_bounds_is_named_and_refuses_the_start(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    screen = show("train", framed.id)
    screen.selectbox(key="plan_model").set_value("gradient_boosting").run()
    screen.checkbox(key="fix_gradient_boosting_leaves").check().run()
    screen.number_input(key="value_gradient_boosting_leaves").set_value(5000).run()
    sentence = "Leaves of a tree: it must lie between 4 and 96."
    assert sentence in said(screen)
    assert screen.number_input(key="value_gradient_boosting_leaves").value == 5000
    screen.button(key="primary_start").click().run()
    assert f"Not started. {sentence}" in said(screen)
    assert jobs(workspace, framed) == 0
    screen.number_input(key="value_gradient_boosting_leaves").set_value(12).run()
    assert sentence not in said(screen)
    assert workspace.get(framed.id).plan.settings == {"gradient_boosting": {"leaves": 12}}
    screen.number_input(key="value_gradient_boosting_leaves").set_value(None).run()
    assert "Leaves of a tree: give a number, or untick it." in said(screen)
    screen.checkbox(key="fix_gradient_boosting_leaves").uncheck().run()
    assert "give a number" not in said(screen)
    assert workspace.get(framed.id).plan.settings == {}


def test_an_emptied_seed_is_no_zero(show: Callable[..., AppTest], workspace: Workspace, framed: Project) -> None:
    screen = show("train", framed.id)
    assert screen.number_input(key="plan_seed").value == framed.plan.seed
    screen.number_input(key="plan_seed").set_value(None).run()
    screen.button(key="primary_start").click().run()
    assert "Not started. Seed: give a whole number from 0 to 2,147,483,647." in said(screen)
    assert jobs(workspace, framed) == 0
    assert workspace.get(framed.id).plan.seed == framed.plan.seed
    screen.number_input(key="plan_seed").set_value(11).run()
    assert "give a whole number" not in said(screen)
    assert workspace.get(framed.id).plan.seed == 11


def test_the_loss_is_no_setting_of_a_yes_or_no(show: Callable[..., AppTest], framed: Project) -> None:
    screen = show("train", framed.id)
    assert "small_boosting" not in screen.selectbox(key="plan_model").options
    screen.selectbox(key="plan_model").set_value("gradient_boosting").run()
    assert "fix_gradient_boosting_loss" not in [one.key for one in screen.checkbox]
