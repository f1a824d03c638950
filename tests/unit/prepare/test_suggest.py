"""What speaks for a step: each rule on a table that it is about, and on one that it is not."""

import numpy as np
import pandas as pd
import pytest

from core.data.guess import guess_schema
from core.data.schema import ColumnType, Role
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.compile import compile_pipeline
from core.prepare.defaults import default_recipe
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe, Step
from core.prepare.suggest.facts import Facts, suggestion
from core.prepare.suggest.rules import RULES, suggest

N = 200
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")


def table(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({**columns, "y": np.where(np.arange(N) % 2, "yes", "no")})


def facts_of(frame: pd.DataFrame, recipe: Recipe | None = None, *, missed: object = None, **types: ColumnType) -> Facts:
    schema = guess_schema(frame)
    for name, kind in types.items():
        schema = schema.with_column(name, type=kind, role=Role.FEATURE)
    if recipe is None:
        recipe = default_recipe(frame, schema, FRAME)
    held = {} if missed is None else {"linear": np.asarray(missed, dtype=float).reshape(N, -1)}
    return Facts(frame.drop(columns=["y"]), frame["y"].to_numpy(dtype=object), schema, FRAME, recipe, held)


def titles(facts: Facts, rule: str) -> list[str]:
    return [one.title for one in RULES[rule].find(facts)]


rng = np.random.default_rng(0)
NORMAL = rng.normal(50, 10, N).round(3)
TAIL = rng.lognormal(3, 1.5, N).round(3)
OTHER = rng.uniform(1, 9, N).round(3)
DAYS = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, N), "D")
LATER = DAYS + pd.to_timedelta(rng.integers(100, 400, N), "D")
ROW = np.arange(N)
WORDS = [f"the box{w} came {v} and it was {w * 'very '}late" for w, v in zip(ROW % 7, ROW % 3, strict=True)]
NO_STEPS = Recipe()

CASES = {
    "between": (table(a=DAYS, b=LATER), None, {}, ["Count months from `a` to `b`"]),
    "since": (table(a=DAYS), NO_STEPS, {}, [f"Turn `a` into months before {DAYS.max():%Y-%m-%d}"]),
    "circles": (
        table(a=DAYS),
        None,
        {},
        ["Place `a` on the circle of the year", "Place `a` on the circle of the week"],
    ),
    "days_off": (table(a=DAYS), None, {}, ["Mark weekends in `a`"]),
    "tails": (table(a=TAIL, b=NORMAL), None, {}, ["Take the logarithm of `a`"]),
    "bends": (
        table(a=NORMAL, b=OTHER),
        None,
        {},
        ["Bend `a` by splines", "Bend `b` by splines", "Bend `a`, `b` by splines together"],
    ),
    "zeros": (table(a=np.where(ROW % 3, TAIL, 0.0)), None, {}, ["Mark where `a` is 0"]),
    "codes": (table(a=ROW % 4 + 1, b=NORMAL), None, {"a": ColumnType.NUMBER}, ["Read `a` as a category"]),
    "extremes": (table(a=np.where(ROW == 7, 9999.0, NORMAL)), None, {}, ["Cap extremes of `a`"]),
    "gaps": (
        table(a=np.where(ROW % 5, NORMAL, np.nan), b=np.where(ROW % 4, OTHER, np.nan)),
        None,
        {},
        ["Mark where `a` is missing", "Mark where `b` is missing", "Mark where `a`, `b` are missing"],
    ),
    "spellings": (
        table(a=np.array(["New York", "new-york", "Boston", "Chicago"])[ROW % 4]),
        None,
        {},
        ["Merge look-alike spellings of `a`"],
    ),
    "rare": (
        table(a=np.where(ROW < 6, [f"odd{row}" for row in ROW], np.array(list("pqrs"))[ROW % 4])),
        NO_STEPS,
        {"a": ColumnType.CATEGORY},
        ["Group rare values of `a`"],
    ),
    "encodings": (
        table(a=np.array(["low", "medium", "high"])[ROW % 3], b=[f"v{row % 20}" for row in ROW]),
        None,
        {"b": ColumnType.CATEGORY},
        ["Number `a` in its order", "Give each value of `b` a column", "Encode `b` by how frequent its values are"],
    ),
    "words": (
        table(a=WORDS, b=NORMAL),
        NO_STEPS,
        {"a": ColumnType.TEXT},
        ["Weigh the words of `a`", "Find topics in `a`", "Count lengths and patterns of `a`"],
    ),
    "alike": (table(a=NORMAL, b=2 * NORMAL + 1, c=OTHER), None, {}, ["Leave out alike columns"]),
    "naming": (
        table(a=[f"name {row}" for row in ROW], row_id=ROW[::-1] * 3, b=NORMAL),
        None,
        {"a": ColumnType.CATEGORY, "row_id": ColumnType.NUMBER},
        ["Leave out `a`", "Leave out `row_id`"],
    ),
    "constant": (
        table(a=np.full(N, "same"), b=NORMAL),
        None,
        {"a": ColumnType.CATEGORY},
        ["Leave out `a`"],
    ),
    "many": (
        table(**{f"n{place}": rng.normal(size=N) for place in range(40)}),
        None,
        {},
        ["Keep the 20 most telling columns", "Keep the 10 most telling columns"],
    ),
}
PLAIN = table(a=NORMAL, b=np.array(["north", "south", "west"])[ROW % 3])
"""A table that speaks for nothing but a bend."""


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_what_it_is_about(rule):
    frame, recipe, types, expected = CASES[rule]
    facts = facts_of(frame, recipe, **types)
    assert [title for title in titles(facts, rule) if title in expected] == expected
    assert all(one.rule == rule and one.reason.endswith(".") for one in RULES[rule].find(facts))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "bends"])
def test_a_rule_finds_nothing_where_nothing_is(rule):
    assert titles(facts_of(PLAIN), rule) == []


@pytest.mark.parametrize("rule", CASES)
def test_what_is_suggested_can_be_learned_from_and_is_not_suggested_again(rule):
    frame, recipe, types, _ = CASES[rule]
    facts = facts_of(frame, recipe, **types)
    for one in RULES[rule].find(facts):
        taken = one.applied(facts.recipe)
        assert one.is_in(taken)
        assert len(taken.active) == len(facts.recipe.active) + 1
        from sklearn.tree import DecisionTreeClassifier

        problem = build_problem(frame, facts.schema, FRAME, taken, SplitPlan(folds=2))
        pipeline = compile_pipeline(problem, DecisionTreeClassifier(max_depth=2), scale=True)
        assert pipeline.fit(problem.X, problem.y).predict(problem.X).shape == (N,)
        again = Facts(facts.X, facts.y, facts.schema, FRAME, taken, facts.missed)
        assert one.key not in [other.key for other in suggest(again)]


def test_numbers_in_many_names_are_no_order():
    rooms = facts_of(table(a=[f"Room {row % 30}" for row in ROW]), a=ColumnType.CATEGORY)
    assert not [title for title in titles(rooms, "encodings") if "order" in title]


def test_outcomes_of_which_one_is_rare_may_be_balanced():
    rare = table(a=NORMAL).assign(y=np.where(ROW % 10, "no", "yes"))
    assert titles(facts_of(rare), "uneven") == ["Repeat rows of the rarer outcomes, up to half of the most frequent"]


def test_the_ratio_that_goes_with_what_is_missed_comes_first_and_counts_all_it_was_picked_from():
    a, b, c = OTHER, rng.uniform(1, 9, N).round(3), rng.uniform(1, 9, N).round(3)
    facts = facts_of(table(a=a, b=b, c=c), missed=a / b)
    found = list(RULES["pairs"].find(facts))
    best = max(found, key=lambda one: one.promise)
    assert best.title == "Divide `a` by `b`"
    assert best.promise > 0.8
    # Three pairs, each as a ratio both ways, a product and a difference.
    assert {one.chosen_from for one in found} == {12}
    assert "Picked from 12" in best.reason


def test_pairs_are_not_looked_for_before_anything_was_tried():
    assert titles(facts_of(table(a=NORMAL, b=OTHER)), "pairs") == []


def test_holidays_are_those_of_the_country_that_nearly_all_rows_name():
    found = list(RULES["days_off"].find(facts_of(table(a=DAYS, country=np.full(N, "Germany")))))
    assert [one.step.params["country"] for one in found] == ["DE"]
    mixed = table(a=DAYS, country=np.array(["Germany", "France"])[ROW % 2])
    assert [one.step.params["country"] for one in RULES["days_off"].find(facts_of(mixed))] == [""]


def test_a_shape_is_nothing_to_trees():
    for rule in ("tails", "bends", "extremes"):
        frame, recipe, types, _ = CASES[rule]
        assert {one.judges for one in RULES[rule].find(facts_of(frame, recipe, **types))} == {("linear",)}


def test_values_the_recipe_reads_as_missing_are_missing():
    marked = Recipe(steps=(Step(id="m", kind="mark_missing", columns=("a",), params={"values": [-999]}),))
    frame = table(a=np.where(ROW % 5, NORMAL, -999.0))
    assert "Mark where `a` is missing" in titles(facts_of(frame, marked), "gaps")
    assert titles(facts_of(frame, NO_STEPS), "gaps") == []


def test_a_column_left_out_is_not_spoken_of():
    dropped = Recipe(steps=(Step(id="d", kind="drop_columns", columns=("a",)),))
    assert titles(facts_of(table(a=TAIL, b=NORMAL), dropped), "tails") == []


def test_a_step_that_is_there_but_off_is_switched_on():
    frame, _, _, _ = CASES["extremes"]
    facts = facts_of(frame)
    assert [step.on for step in facts.recipe.steps if step.kind == "cap_outliers"] == [False]
    (found,) = RULES["extremes"].find(facts)
    taken = found.applied(facts.recipe, reason="Because")
    assert len(taken.steps) == len(facts.recipe.steps)
    assert [(step.on, step.reason) for step in taken.steps if step.kind == "cap_outliers"] == [(True, "Because")]


def test_two_shapes_for_one_column_clash_and_two_numbers_made_from_one_do_not():
    log = suggestion("tails", "t", "r", "log_numbers", columns=("a",))
    spline = suggestion("bends", "t", "r", "spline", columns=("a", "b"))
    assert spline.clash(log.applied(Recipe())) == "a"
    assert suggestion("bends", "t", "r", "spline", columns=("b",)).clash(log.applied(Recipe())) == ""
    first = suggestion("between", "t", "r", "date_elapsed", columns=("a",), params={"since": "b"})
    second = suggestion("between", "t", "r", "date_elapsed", columns=("a",), params={"since": "c"})
    assert second.clash(first.applied(Recipe())) == ""


def test_a_new_step_has_an_id_of_its_own_and_stands_at_its_usual_place():
    recipe = Recipe(steps=(Step(id="formula-1", kind="formula"), Step(id="scale-1", kind="scale")))
    made = suggestion("pairs", "t", "r", "formula", params={"formula": "`a` / `b`"}).applied(recipe)
    assert [step.id for step in made.steps] == ["formula-1", "formula-2", "scale-1"]
