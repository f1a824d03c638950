"""Suggestions and automatic mode on Prepare."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.trying import last_key
from core.prepare.recipe import Recipe, Step
from core.prepare.suggest.facts import suggestion
from core.project import changes
from core.project.document import Project
from core.project.fingerprint import training_fingerprint
from core.train.trials.automatic import Automatic, Left, Taken
from core.train.trials.found import Suggested, Tried
from core.train.trials.scores import Told
from core.workspace import Workspace
from tests.pages.conftest import HOSTILE, NOW, said


def told(gain: float, half: float, judge: str = "linear") -> Told:
    return Told(
        judge=judge,
        before=0.7,
        after=0.7 + gain,
        gain=gain,
        error=half / 4,
        low=gain - half,
        high=gain + half,
        folds=40,
        confidence=0.999,
    )


LOG = suggestion("tails", "Take the logarithm of `income`", "A long tail.", "log_numbers", columns=("income",))
SPLINE = suggestion("bends", "Bend `income` by splines", "A bend.", "spline", columns=("income",), judges=("linear",))
WORSE = suggestion("naming", f"Leave out `{HOSTILE}`", "It names rows.", "drop_columns", columns=(HOSTILE,))
LATER = suggestion("gaps", "Mark where `income` is missing", "Gaps.", "fill_numbers", columns=("income",))


def found(**given: Any) -> Suggested:
    tried = (
        Tried(suggestion=LOG, verdict="helps", told=(told(0.05, 0.02), told(0.0, 0.01, "trees"))),
        Tried(suggestion=SPLINE, verdict="none", told=(told(0.01, 0.02),)),
        Tried(suggestion=WORSE, verdict="hurts", told=(told(-0.05, 0.02), told(-0.01, 0.02, "trees"))),
        Tried(suggestion=LATER),
    )
    fields = {
        "metric": "roc_auc",
        "rows": 90,
        "of_rows": 96,
        "folds": 40,
        "comparisons": 31,
        "picked_from": 12,
        "found": 4,
        "before": {"linear": 0.7, "trees": 0.72},
        "tried": tried,
        "budget": 60.0,
        "seconds": 60.0,
        "ended": "budget",
    }
    return Suggested.model_validate(fields | given)


def write(workspace: Workspace, project: Project, what: str, result: Any, *, finished: bool = True) -> None:
    folder = workspace.trials(project.id)
    folder.write("made", {**result.model_dump(mode="json"), "finished": finished})
    folder.write(last_key(what), {"key": "made", "fingerprint": training_fingerprint(project)})


def test_before_anything_was_tried_it_says_what_it_does(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    screen = show("prepare", framed.id)
    assert not screen.exception
    assert "begins anew from what the table suggests" in said(screen)
    assert screen.button(key="begin_suggest").label == "Try suggestions"
    assert screen.button(key="begin_automatic").label == "Build it for me"


def test_what_was_tried_is_shown_after_a_refresh_with_its_evidence(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    write(workspace, framed, "suggest", found())
    screen = show("prepare", framed.id)
    assert not screen.exception
    text = said(screen)
    assert "1 of 3 suggestions helps beyond chance. 1 was not tried in 60 seconds." in text
    assert "+0.050" in text
    assert "+0.030 to +0.070" in text
    assert "Logistic regression; trees 0.000" in text
    assert "on 90 of 96 training rows in up to 40 folds; no sealed row was touched" in text
    assert "for all 31 comparisons together" in text
    assert "You stopped it" not in text
    assert "12 combinations of numbers that were looked at count too" in text
    assert "Out of date:" not in text
    labels = [one.label for one in screen.expander]
    assert "Make no difference that chance does not explain: 1" in labels
    assert "Hurt: 1" in labels
    assert "Not tried in the time there was: 1" in labels
    assert HOSTILE not in text


def test_one_click_takes_a_suggestion_and_what_was_tried_is_then_out_of_date(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    write(workspace, framed, "suggest", found())
    screen = show("prepare", framed.id)
    screen.button(key=f"take_{LOG.key}").click().run()
    assert not screen.exception
    after = workspace.get(framed.id)
    (step,) = [step for step in after.recipe.active if step.kind == "log_numbers"]
    assert step.reason == "A long tail. Tried: Logistic regression, ROC AUC +0.050 (+0.030 to +0.070)."
    assert "Out of date:" in said(screen)
    assert "In recipe" in said(screen)
    # A spline would give the same column another shape.
    assert screen.button(key=f"take_{SPLINE.key}").disabled
    screen.button(key="undo_recipe").click().run()
    assert workspace.get(framed.id).recipe.steps == framed.recipe.steps
    assert "Out of date:" not in said(screen)


def test_a_table_that_speaks_for_nothing_is_told(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    nothing = "Nothing in the training rows speaks for another step."
    write(workspace, framed, "suggest", found(tried=(), found=0, note=nothing, ended="done"))
    assert nothing in said(show("prepare", framed.id))


def built(project: Project) -> Automatic:
    recipe = LOG.applied(project.recipe, reason="A long tail. Tried.")
    one, other = found().tried[:2]
    return Automatic(
        recipe=recipe,
        taken=(Taken(tried=one, told=one.told),),
        left=(Left(tried=other, why="On top of those taken it makes no difference."),),
        suggested=found(),
        before={"linear": 0.7, "trees": 0.72},
        after={"linear": 0.75, "trees": 0.72},
        seconds=60.0,
    )


def test_a_recipe_that_was_built_is_taken_once_and_undo_brings_the_one_before_back(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    write(workspace, framed, "automatic", built(framed))
    workspace.trials(framed.id).write("automatic-taken", {"key": "made", "taken": False})
    screen = show("prepare", framed.id)
    assert not screen.exception
    assert workspace.get(framed.id).recipe.steps == built(framed).recipe.steps
    text = said(screen)
    assert f"holds the {len(framed.recipe.steps)} steps the table suggests and one suggestion that helps" in text
    assert "Logistic regression: 0.700 → 0.750. Boosted trees: 0.720 → 0.720." in text
    assert "On top of those taken it makes no difference." in text
    screen.button(key="undo_recipe").click().run()
    assert workspace.get(framed.id).recipe.steps == framed.recipe.steps
    # Undone is undone: it is not taken again by itself, but can be.
    screen = show("prepare", framed.id)
    assert workspace.get(framed.id).recipe.steps == framed.recipe.steps
    screen.button(key="take_built").click().run()
    assert workspace.get(framed.id).recipe.steps == built(framed).recipe.steps


def test_a_recipe_that_was_built_for_another_state_is_not_taken_by_itself(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    write(workspace, framed, "automatic", built(framed))
    workspace.trials(framed.id).write("automatic-taken", {"key": "made", "taken": False})
    fewer = framed.recipe.without(framed.recipe.steps[0].id)
    edited = workspace.save(changes.edit_recipe(framed, fewer, "Removed step 1", now=NOW), now=NOW)
    screen = show("prepare", edited.id)
    assert workspace.get(edited.id).recipe.steps == fewer.steps
    assert screen.button(key="take_built").label == "Take the recipe built"


def test_a_recipe_whose_building_was_stopped_waits_to_be_taken(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    write(workspace, framed, "automatic", built(framed).model_copy(update={"stopped": True}))
    workspace.trials(framed.id).write("automatic-taken", {"key": "made", "taken": False})
    screen = show("prepare", framed.id)
    assert workspace.get(framed.id).recipe.steps == framed.recipe.steps
    assert "It was stopped. The recipe is as it was." in said(screen)
    screen.button(key="take_built").click().run()
    assert workspace.get(framed.id).recipe.steps == built(framed).recipe.steps


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (found(), "It was ended before a recipe was built."),
        (None, "begins anew from what the table suggests"),
    ],
)
def test_a_recipe_that_was_not_finished_is_not_taken(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project, result: Any, words: str
) -> None:
    if result is not None:
        write(workspace, framed, "automatic", result, finished=False)
    screen = show("prepare", framed.id)
    assert not screen.exception
    assert words in said(screen)
    assert workspace.get(framed.id).recipe.steps == framed.recipe.steps


def test_few_rows_are_not_tried_and_it_is_said(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.train.trials.found.SUGGEST_ROWS", 500)
    screen = show("prepare", framed.id)
    assert "96 training rows; with fewer than 500 chance explains any difference" in said(screen)
    assert not [one for one in screen.button if one.key == "begin_suggest"]


def test_a_step_that_was_added_by_hand_is_known_to_be_in_the_recipe(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    clashing = Recipe(steps=(*framed.recipe.steps, Step(id="x", kind="log_numbers", columns=("income",))))
    edited = workspace.save(changes.edit_recipe(framed, clashing, "Added a step", now=NOW), now=NOW)
    write(workspace, edited, "suggest", found())
    screen = show("prepare", edited.id)
    assert not screen.exception
    assert "In recipe" in said(screen)
