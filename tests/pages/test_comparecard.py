"""Two versions of the recipe held against each other, on Prepare."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.jobs.trying import trial_key
from core.project import changes, versions
from core.project.document import Project
from core.workspace import Workspace
from pages.components.comparecard import verdict
from tests.pages.conftest import NOW, said
from tests.pages.test_leakcards import gain


def test_a_difference_is_told_from_chance() -> None:
    columns = {"columns": 4}

    def of(before: float, after: float, high: float) -> dict[str, object]:
        made = gain(before, after, high)
        return {**made, "before": {**made["before"], **columns}, "after": {**made["after"], **columns}}

    assert "the second is worse by 0.2 ROC AUC (0.15 to 0.25)" in verdict(of(0.95, 0.75, -0.15))
    assert "the second is better by 0.1 ROC AUC (0.05 to 0.15)" in verdict(of(0.75, 0.85, 0.15))
    assert "no difference that chance does not explain. 4 columns and 4" in verdict(of(0.75, 0.76, 0.04))


def test_two_versions_are_compared_and_the_result_is_there_after_a_refresh(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    assert "Compare two versions" not in said(show("prepare", framed.id))
    kept = workspace.save(versions.keep(framed, "As proposed", now=NOW), now=NOW)
    assert "Both hold the same steps." in said(show("prepare", kept.id))
    fewer = kept.recipe.without(kept.recipe.steps[0].id)
    project = workspace.save(changes.edit_recipe(kept, fewer, "Removed step 1", now=NOW), now=NOW)
    params = {"first": kept.recipe.model_dump(mode="json"), "second": fewer.model_dump(mode="json")}
    made = gain(0.75, 0.76, 0.04)
    for side in ("before", "after"):
        made[side]["columns"] = 4
    workspace.trials(project.id).write(trial_key(project, "compare", params), {"gains": [made], "finished": True})
    screen = show("prepare", project.id)
    assert not screen.exception
    text = said(screen)
    assert "Gradient boosting: no difference that chance does not explain." in text
    assert "Only in the first" in text
    assert screen.button(key="begin_compare").label == "Compare again"
