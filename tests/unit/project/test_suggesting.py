"""Suggestions and automatic mode for a project: each one change, each taken back by one undo."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.data.guess import guess_schema
from core.errors import FrameError, RecipeError
from core.framing.frame import Frame, Task
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.suggest.facts import suggestion
from core.project.changes import with_defaults
from core.project.document import Project
from core.project.judge import problem
from core.project.suggesting import automatic, beginning, trial_problem, with_automatic, with_suggestion
from core.project.undoing import undo

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOG = suggestion("tails", "Take the logarithm of `income`", "It has a tail.", "log_numbers", columns=("income",))


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(1)
    income = rng.lognormal(4, 1.5, 200).round(2)
    return pd.DataFrame(
        {
            "income": income,
            "age": rng.normal(50, 9, 200),
            "when": np.arange(200.0),
            "spent": (np.log(income) + 0.2 * rng.normal(size=200)).round(3),
        }
    )


@pytest.fixture(scope="module")
def project(table):
    made = Project(
        id="p",
        name="Spending",
        created=NOW,
        changed=NOW,
        frame=Frame(target="spent", task=Task.REGRESSION, metric="mae"),
        table_schema=guess_schema(table),
        split=SplitPlan(folds=3),
    )
    return with_defaults(made, table)


def test_rows_are_dealt_several_times_and_the_sealed_ones_are_the_same(project, table):
    usual, trial = problem(project, table).split, trial_problem(project, table).split
    assert np.array_equal(usual.test, trial.test)
    assert len(trial.folds) == 8 * len(usual.folds)
    for (fit, judge), (first_fit, first_judge) in zip(usual.folds, trial.first_pass, strict=True):
        assert np.array_equal(fit, first_fit)
        assert np.array_equal(judge, first_judge)


def test_by_time_rows_are_dealt_once(project, table):
    timed = project.updated(split=SplitPlan(kind=SplitKind.TIME, column="when", folds=3))
    assert len(trial_problem(timed, table).split.folds) == len(problem(timed, table).split.folds)


def test_a_suggestion_is_one_change_with_its_reason_and_undo_takes_it_back(project):
    taken = with_suggestion(project, LOG, now=NOW, evidence="Tried: Linear regression, less MAE +0.4 (+0.3 to +0.5).")
    (step,) = [step for step in taken.recipe.active if step.kind == "log_numbers"]
    assert step.reason == "It has a tail. Tried: Linear regression, less MAE +0.4 (+0.3 to +0.5)."
    assert taken.decisions[-1].what == "Took a suggestion: Take the logarithm of income"
    assert taken.recipe_touched
    assert undo(taken, now=NOW).recipe == project.recipe


def test_two_shapes_are_not_given_to_one_column(project):
    taken = with_suggestion(project, LOG, now=NOW)
    spline = suggestion("bends", "Bend", "It bends.", "spline", columns=("income",))
    with pytest.raises(RecipeError, match="does this to “income”"):
        with_suggestion(taken, spline, now=NOW)


def test_a_suggestion_for_a_table_that_is_gone_is_refused(project):
    gone = suggestion("pairs", "Divide", "It helps.", "formula", params={"formula": "`gone` / `income`"})
    with pytest.raises(RecipeError, match="no column “gone”"):
        with_suggestion(project, gone, now=NOW)


def test_automatic_mode_begins_with_what_the_table_suggests_and_is_one_undo(project, table):
    edited = project.updated(recipe=project.recipe.without(project.recipe.steps[0].id), recipe_touched=True)
    built = automatic(edited, table, budget=1e9, clock=lambda: 0.0)
    kinds = [step.kind for step in built.recipe.steps]
    assert {step.kind for step in beginning(edited, table).recipe.steps} <= set(kinds)
    assert any("`income`" in one.tried.suggestion.title for one in built.taken)
    taken = with_automatic(edited, built, now=NOW)
    assert taken.recipe.steps == built.recipe.steps
    assert taken.recipe.number == edited.recipe.number + 1
    assert "suggestions taken" in taken.decisions[-1].what
    assert undo(taken, now=NOW).recipe == edited.recipe


def test_without_an_outcome_it_is_said(project, table):
    with pytest.raises(FrameError, match="not chosen yet"):
        automatic(project.updated(frame=Frame()), table)
