"""Steps that a needed column does not reach are named, with the step that took it."""

import pytest

from core.data.schema import Role
from core.findings import Severity
from core.prepare.checks import check_recipe
from core.prepare.idle import idle_steps
from core.prepare.recipe import Recipe, Step

from .conftest import make_schema, make_table

FORMULA = Step(id="f", kind="formula", params={"formula": "income / debt"})
AGE = Step(id="a", kind="date_elapsed", columns=("opened",), params={"count_from": "day", "day": "2020-01-01"})
SPLIT = Step(id="s", kind="date_parts")
DROP = Step(id="d", kind="drop_columns", columns=("debt",))
BINS = Step(id="b", kind="bin_numbers", columns=("debt",), params={"how": "count", "give": "category"})


def idle(make_problem, *steps):
    return idle_steps(make_problem(make_table(), Recipe(steps=steps)))


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((FORMULA, AGE, SPLIT), {}),
        (
            (FORMULA, DROP),
            {"f": "`debt` is left out by step 2, Leave columns out: this step adds nothing. Choose another column, or "
             "keep it."},
        ),
        (
            (BINS, FORMULA),
            {"f": "`debt` is no longer there after step 1, Put into bins: this step adds nothing. Move it before that "
             "step, or choose another column."},
        ),
        (
            (SPLIT, AGE),
            {"a": "`opened` is no longer there after step 1, Split dates into parts: this step adds nothing. Move it "
             "before that step, or choose another column."},
        ),
        ((SPLIT.model_copy(update={"on": False}), AGE), {}),
        ((SPLIT, AGE.model_copy(update={"on": False})), {}),
    ],
)  # fmt: skip
def test_what_does_not_reach_a_step_is_said(make_problem, steps, said):
    assert idle(make_problem, *steps) == said


def test_a_step_without_columns_of_its_own_needs_one_that_suits_it(make_problem):
    group = Step(id="g", kind="group_rare")
    encode = Step(id="e", kind="encode")
    assert idle(make_problem, group, encode) == {}
    assert idle(make_problem, encode, group)["g"].startswith(
        "`purpose`, `self_employed` are no longer there after step 1, Encode categories: this step does nothing."
    )
    since = AGE.model_copy(update={"columns": ()})
    assert idle(make_problem, SPLIT, since)["a"].startswith("`opened` is no longer there after step 1")


def test_one_column_that_is_left_is_enough_for_a_step_but_not_for_a_formula(make_problem):
    cap = Step(id="c", kind="cap_outliers", columns=("debt", "income"))
    assert set(idle(make_problem, DROP, cap, FORMULA)) == {"f"}


def test_columns_kept_from_the_model_are_said(make_problem):
    schema = make_schema().with_column("debt", role=Role.LEFT_OUT)
    cap = Step(id="c", kind="cap_outliers", columns=("debt",))
    told = idle_steps(make_problem(make_table(), Recipe(steps=(cap,)), schema=schema))
    assert told == {
        "c": "The model may not see `debt`: this step does nothing. Choose another column, or make it a feature on "
        "Data."
    }


def test_a_column_that_left_the_table_is_said_and_what_selection_takes_is_not(make_problem):
    gone = Step(id="x", kind="formula", params={"formula": "income / fare"})
    assert idle(make_problem, gone)["x"].startswith("`fare` is not in the table: this step adds nothing.")
    best = Step(id="k", kind="select_best", params={"most": 1})
    assert idle(make_problem, best, FORMULA) == {}


def test_the_coach_warns_of_a_formula_and_notes_other_steps(make_problem):
    cap = Step(id="c", kind="cap_outliers", columns=("debt",))
    problem = make_problem(make_table(), Recipe(steps=(FORMULA, cap, DROP)))
    found = [finding for finding in check_recipe(problem) if finding.code == "step-without-columns"]
    assert [(one.severity, one.title) for one in found] == [
        (Severity.WARNING, "Step 1 has nothing to act on"),
        (Severity.INFO, "Step 2 has nothing to act on"),
    ]
    assert found[0].evidence.startswith("Calculate by a formula: `debt` is left out by step 3")
    assert found[0].columns == ("income", "debt")


def test_gaps_that_an_earlier_step_has_filled_are_said(make_problem):
    every = Step(id="e", kind="fill_numbers")
    one = Step(id="o", kind="fill_numbers", columns=("debt",), params={"strategy": "mean"})
    assert idle(make_problem, one, every) == {}
    assert idle(make_problem, every, one)["o"].startswith(
        "Step 1, Fill missing numbers, has filled these gaps already: this step does nothing."
    )
    assert idle(make_problem, every.model_copy(update={"on": False}), one) == {}
    both = one.model_copy(update={"id": "b", "columns": ("debt", "income")})
    assert idle(make_problem, one, both) == {}
    assert set(idle(make_problem, both, one)) == {"o"}
    assert idle(make_problem, every, Step(id="c", kind="fill_categories")) == {}
    # A quotient can have gaps of its own.
    assert idle(make_problem, every, FORMULA, Step(id="l", kind="fill_numbers")) == {}


def test_every_step_that_does_not_fit_is_said_on_its_card_and_the_coach_says_it_once(make_problem):
    other = Step(id="x", kind="formula", params={"formula": "income / purpose"})
    hold = Step(id="h", kind="clip_numbers", columns=("fare",), params={"sides": "low", "low": 0})
    recipe = Recipe(steps=(other, hold, SPLIT, AGE))
    problem = make_problem(make_table(), recipe)
    told = idle_steps(problem)
    assert (
        told["x"] == "`purpose` is of another type: this step adds nothing. Choose another column, or remove the step."
    )
    assert told["h"].startswith("`fare` is not in the table: this step does nothing.")
    assert told["a"].startswith("`opened` is no longer there after step 3")
    codes = [finding.code for finding in check_recipe(problem)]
    assert (codes.count("recipe-broken"), codes.count("step-without-columns")) == (1, 1)
