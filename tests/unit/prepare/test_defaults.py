import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.compile import compile_pipeline
from core.prepare.defaults import default_recipe, default_split
from core.prepare.lineage import origins
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.recipe import Step

from .conftest import make_frame, make_schema, make_table

FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="x")


def recipe_for(kind, values):
    schema = Schema(columns=(ColumnSpec(name="a", type=kind), ColumnSpec(name="y", type=ColumnType.YES_NO)))
    table = pd.DataFrame({"a": values, "y": np.resize(["yes", "no"], len(values)), "n": range(len(values))})
    return {step.kind: step for step in default_recipe(table, schema, FRAME).steps}


def test_the_usual_steps_stand_in_the_usual_order():
    recipe = default_recipe(make_table(), make_schema(), make_frame())
    kinds = [step.kind for step in recipe.steps]
    assert kinds == ["date_parts", "cap_outliers", "fill_numbers", "fill_categories", "encode", "scale"]
    assert [step.id for step in recipe.steps] == [f"{kind}-1" for kind in kinds]
    assert recipe.number == 1


def test_every_step_says_why():
    assert all(step.reason for step in default_recipe(make_table(), make_schema(), make_frame()).steps)


def test_what_is_missing_is_counted():
    steps = recipe_for(ColumnType.NUMBER, [1.0, None, 3.0, None])
    assert steps["fill_numbers"].reason == "2 values are missing in `a`"


def test_nothing_missing_is_said_too():
    assert recipe_for(ColumnType.NUMBER, [1.0, 2.0])["fill_numbers"].reason == "None missing now, but new rows may"


def test_numbers_alone_need_no_encoding():
    assert set(recipe_for(ColumnType.NUMBER, [1.0, 2.0])) == {"fill_numbers", "scale"}


def test_free_text_is_read_for_topics_and_lengths():
    steps = recipe_for(ColumnType.TEXT, ["it came late", "all went well indeed", None])
    assert list(steps) == ["text_topics", "text_looks", "scale"]
    assert steps["text_topics"].columns == steps["text_looks"].columns == ("a",)
    assert steps["text_topics"].reason == "A model cannot read text; `a` holds about 4 words a row"


def test_a_table_of_text_alone_can_be_learned_from():
    words = np.array(["late", "broken", "fine", "thanks"])
    table = pd.DataFrame({"a": [" ".join(np.roll(words, row)[:3]) for row in range(60)], "y": ["yes", "no"] * 30})
    schema = Schema(columns=(ColumnSpec(name="a", type=ColumnType.TEXT), ColumnSpec(name="y", type=ColumnType.YES_NO)))
    recipe = default_recipe(table, schema, FRAME)
    problem = build_problem(table, schema, FRAME, recipe, SplitPlan(folds=3))
    pipeline = compile_pipeline(problem, DummyClassifier(), scale=True).fit(problem.X, problem.y)
    assert set(origins(pipeline).values()) == {("a",)}
    assert np.allclose(pipeline[:-1].transform(problem.X)["a_characters"].mean(), 0)
    last = Step(id="s", kind="select_best", params={"most": 2})
    chosen = compile_pipeline(
        (recipe.with_step(last, len(recipe.steps) - 1), schema, FRAME), DummyClassifier(), scale=True
    )
    # All but the length are the same in every row.
    assert list(origins(chosen.fit(problem.X, problem.y))) == ["a_characters"]


def test_copies_are_dropped_when_there_are_any():
    table = pd.concat([make_table(), make_table().iloc[:2]], ignore_index=True)
    first = default_recipe(table, make_schema(), make_frame()).steps[0]
    assert (first.kind, first.reason) == ("drop_duplicates", "2 rows repeat another row in every column")


def test_extremes_are_offered_but_not_capped_unasked():
    step = recipe_for(ColumnType.NUMBER, [*np.linspace(0, 1, 99), 50.0])["cap_outliers"]
    assert not step.on
    assert step.columns == ("a",)
    assert step.reason.startswith("`a` reaches 50")


def test_a_skewed_column_has_no_extremes():
    assert "cap_outliers" not in recipe_for(ColumnType.NUMBER, [*np.linspace(0, 1, 80), *np.linspace(10, 90, 20)])


def test_rare_values_are_grouped_where_most_rows_keep_theirs():
    values = [f"v{number % 9}" for number in range(495)] + [f"rare{number}" for number in range(5)]
    assert recipe_for(ColumnType.CATEGORY, values)["group_rare"].columns == ("a",)


def test_a_column_of_rare_values_only_is_left_to_the_encoding():
    assert "group_rare" not in recipe_for(ColumnType.CATEGORY, [f"v{number}" for number in range(300)])


def test_a_frame_without_a_task_gets_a_recipe():
    assert default_recipe(make_table(), make_schema(), Frame(target="denied")).steps


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION, None])
def test_the_split_keeps_shares_equal(task):
    plan = default_split(make_table(), make_schema(), make_frame(task=task), seed=3)
    assert (plan.kind, plan.balance, plan.seed) == (SplitKind.STRATIFIED, ("sex",), 3)
