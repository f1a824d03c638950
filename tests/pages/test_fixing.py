"""Settings of the models: fixed by a person, and refused in words where they cannot be."""

from collections.abc import Callable
from datetime import UTC, datetime

from streamlit.testing.v1 import AppTest

from core.framing.frame import Costs
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
    assert said(screen).count(sentence) == 2
    assert jobs(workspace, framed) == 0
    screen.number_input(key="value_gradient_boosting_leaves").set_value(12).run()
    assert sentence not in said(screen)
    assert workspace.get(framed.id).plan.settings == {"gradient_boosting": {"leaves": 12}}
    screen.number_input(key="value_gradient_boosting_leaves").set_value(None).run()
    assert "Leaves of a tree: give a number, or untick it." in said(screen)
    screen.checkbox(key="fix_gradient_boosting_leaves").uncheck().run()
    assert "give a number" not in said(screen)
    assert workspace.get(framed.id).plan.settings == {}


def test_what_is_fixed_begins_at_its_usual_value_is_named_and_can_be_freed_at_once(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    screen = show("train", framed.id)
    screen.selectbox(key="plan_model").set_value("neural_network").run()
    screen.checkbox(key="fix_neural_network_width").check().run()
    assert workspace.get(framed.id).plan.settings == {"neural_network": {"width": 32}}
    screen.selectbox(key="plan_model").set_value("gradient_boosting").run()
    assert "Fixed. Neural network: Width 32." in said(screen)
    screen.button(key="free_all").click().run()
    assert workspace.get(framed.id).plan.settings == {}
    assert "Fixed. Neural network" not in said(screen)


def test_an_emptied_seed_is_no_zero(show: Callable[..., AppTest], workspace: Workspace, framed: Project) -> None:
    screen = show("train", framed.id)
    assert screen.number_input(key="plan_seed").value == framed.plan.seed
    screen.number_input(key="plan_seed").set_value(None).run()
    screen.button(key="primary_start").click().run()
    assert said(screen).count("Seed: give a whole number from 0 to 2,147,483,647.") == 2
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


def test_directions_are_kept_in_the_plan_and_counted(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    screen = show("train", framed.id)
    screen.multiselect(key="plan_rises").set_value(["income"]).run()
    assert workspace.get(framed.id).plan.directions == {"income": 1}
    assert "income" not in screen.multiselect(key="plan_falls").options
    assert screen.multiselect(key="plan_rises").label == "Chance of “yes” only rises with"
    assert [one.label for one in screen.expander if "Settings" in one.label] == ["Settings of the models (1 fixed)"]
    screen.multiselect(key="plan_rises").set_value([]).run()
    assert workspace.get(framed.id).plan.directions == {}


def test_weights_from_costs_are_offered_once_both_errors_have_a_cost(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    screen = show("train", framed.id)
    screen.selectbox(key="plan_model").set_value("random_forest").run()
    screen.checkbox(key="fix_random_forest_weights").check().run()
    assert screen.selectbox(key="value_random_forest_weights").options == ["balanced"]
    costs = Costs(false_positive=1, false_negative=5)
    project = workspace.get(framed.id)
    workspace.save(project.updated(frame=project.frame.model_copy(update={"costs": costs})), now=NOW)
    again = show("train", framed.id)
    again.selectbox(key="plan_model").set_value("random_forest").run()
    assert again.selectbox(key="value_random_forest_weights").options == ["balanced", "from the costs"]


def test_expected_cost_is_offered_once_both_errors_have_a_cost(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    screen = show("frame", framed.id)
    named = "Money that errors cost (expected cost)"
    assert named not in screen.selectbox(key="frame_metric").options
    assert "Expected cost is offered as well once both errors have a cost." in screen.selectbox(key="frame_metric").help
    costs = Costs(false_positive=1, false_negative=5)
    project = workspace.get(framed.id)
    workspace.save(project.updated(frame=project.frame.model_copy(update={"costs": costs})), now=NOW)
    again = show("frame", framed.id)
    assert named in again.selectbox(key="frame_metric").options
    again.selectbox(key="frame_metric").set_value("expected_cost").run()
    assert workspace.get(framed.id).frame.metric == "expected_cost"
    again.number_input(key="cost_false_positive").set_value(None).run()
    assert not again.exception
    assert again.selectbox(key="frame_metric").value == "expected_cost"
