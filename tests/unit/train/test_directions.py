"""Directions a person asked for hold on every value of the column, whatever the other columns say."""

import time

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import TrainingError
from core.explain.contributions import explain_model
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe, Step
from core.runtime.monotone import Monotone, plain
from core.runtime.persist import load_model, save_model
from core.train.board import RunStatus, TrainPlan
from core.train.catalog import MODELS
from core.train.directions import cannot_keep, choosable, told
from core.train.fits import REFIT, Bench, FitTask
from core.train.runner import InProcessRunner
from core.train.search import train

KEEPING = [key for key, spec in MODELS.items() if spec.keeps_order]
SCHEMA = Schema(
    columns=(
        ColumnSpec(name="age", type=ColumnType.NUMBER),
        ColumnSpec(name="debt", type=ColumnType.NUMBER),
        ColumnSpec(name="town", type=ColumnType.CATEGORY),
        ColumnSpec(name="y", type=ColumnType.CATEGORY),
    )
)
N = 240


def made(task=Task.REGRESSION, *steps, positive="yes", metric="", **directions):
    draws = np.random.default_rng(5)
    table = pd.DataFrame({"age": draws.normal(40, 9, N).round(1), "debt": draws.exponential(3, N).round(2)})
    table["town"] = draws.choice(["A", "B", "C"], N)
    # The truth bends in both columns, so that a free model would bend as well.
    truth = np.sin(table["age"] / 5) + np.cos(table["debt"]) + draws.normal(0, 0.3, N)
    table["y"] = truth if task is Task.REGRESSION else np.where(truth > 0, "yes", "no")
    table.loc[::17, "age"] = np.nan
    kinds = {"y": ColumnType.NUMBER if task is Task.REGRESSION else ColumnType.CATEGORY}
    schema = SCHEMA.with_column("y", type=kinds["y"])
    frame = Frame(
        target="y", task=task, positive=None if task is Task.REGRESSION else positive,
        metric=metric or ("rmse" if task is Task.REGRESSION else "log_loss"),
    )  # fmt: skip
    plan = SplitPlan(folds=3, kind="random")
    return build_problem(table, schema, frame, Recipe(steps=steps), plan, directions=directions)


FILL = Step(id="fill", kind="fill_numbers", params={"indicator": "yes"})


def answers(problem, pipeline, name, row):
    """What a pipeline says of one row at each value of a column, far beyond those it learned from."""
    grid = np.linspace(-50, 120, 301)
    rows = problem.X.iloc[[row] * len(grid)].assign(**{name: grid})
    if problem.frame.task is Task.REGRESSION:
        return pipeline.predict(rows)
    return pipeline.predict_proba(rows)[:, list(pipeline.classes_).index(problem.frame.positive)]


@pytest.mark.parametrize("key", KEEPING)
@pytest.mark.parametrize(("task", "positive"), [(Task.REGRESSION, ""), (Task.BINARY, "yes"), (Task.BINARY, "no")])
def test_the_answer_only_rises_and_falls_as_asked(key, task, positive):
    problem = made(task, FILL, Step(id="log", kind="log_numbers", columns=("debt",)), positive=positive, age=1, debt=-1)
    answer = Bench(problem, seed=7, threads=1).fit(FitTask(key, REFIT))
    pipeline = answer.pipeline()
    assert isinstance(pipeline.steps[-1][1], Monotone)
    for row in range(0, N, 40):
        assert (np.diff(answers(problem, pipeline, "age", row)) >= -1e-12).all()
        assert (np.diff(answers(problem, pipeline, "debt", row)) <= 1e-12).all()


@pytest.mark.parametrize("key", ["gradient_boosting", "random_forest"])
def test_without_directions_it_bends(key):
    problem = made(Task.REGRESSION, FILL)
    pipeline = Bench(problem, seed=7, threads=1).fit(FitTask(key, REFIT)).pipeline()
    steps = np.diff(answers(problem, pipeline, "age", 0))
    assert steps.min() < 0 < steps.max()


@pytest.mark.parametrize(
    "step",
    [
        Step(id="s", kind="scale", params={"when": "always"}),
        Step(id="s", kind="cap_outliers", columns=("age",)),
        Step(id="s", kind="quantile_numbers", columns=("age",)),
        Step(id="s", kind="power_numbers", columns=("age",)),
    ],
    ids=lambda step: step.kind,
)
def test_steps_that_keep_the_order_keep_the_direction(step):
    problem = made(Task.REGRESSION, FILL, step, age=-1)
    pipeline = Bench(problem, seed=7, threads=1).fit(FitTask("random_forest", REFIT)).pipeline()
    assert (np.diff(answers(problem, pipeline, "age", 3)) <= 1e-12).all()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(id="s", kind="combine_numbers", columns=("age", "debt")), "“age” reaches the model mixed with “debt”"),
        (Step(id="s", kind="spline", columns=("age",)), "in parts or bent"),
        (Step(id="s", kind="polynomial", columns=("age", "debt")), "“age” reaches the model mixed with"),
    ],
    ids=lambda one: getattr(one, "kind", ""),
)
def test_a_column_that_is_no_longer_one_number_is_refused_in_words(step, words):
    problem = made(Task.REGRESSION, FILL, step, age=1)
    with pytest.raises(TrainingError, match=words):
        Bench(problem, seed=7, threads=1).fit(FitTask("random_forest", 0))


def test_a_column_that_fills_the_gaps_of_another_is_refused_in_words():
    fill = Step(id="fill", kind="fill_numbers", params={"strategy": "iterative"})
    with pytest.raises(TrainingError, match="“debt” fills gaps of “age”"):
        Bench(made(Task.REGRESSION, fill, debt=1), seed=7, threads=1).fit(FitTask("random_forest", 0))


def test_a_column_that_no_model_sees_asks_for_nothing():
    assert made(Task.REGRESSION, Step(id="d", kind="drop_columns", columns=("age",)), age=1).directions == {}


def test_what_cannot_keep_to_a_direction_is_left_out_in_words():
    problem = made(Task.REGRESSION, FILL, age=1, debt=-1)
    assert "rises with age; falls with debt" in cannot_keep(MODELS["linear_regression"], problem)
    assert cannot_keep(MODELS["baseline"], problem) == ""
    assert cannot_keep(MODELS["random_forest"], problem) == ""
    assert cannot_keep(MODELS["linear_regression"], made(Task.REGRESSION, FILL)) == ""
    assert told(problem.directions) == "rises with age; falls with debt"


def test_only_numbers_of_a_yes_or_no_or_an_amount_can_be_asked():
    frame = Frame(target="y", task=Task.BINARY)
    assert choosable(SCHEMA, frame) == ("age", "debt")
    assert choosable(SCHEMA, frame.model_copy(update={"task": Task.MULTICLASS})) == ()


def test_under_the_absolute_error_boosting_takes_the_squared_loss_and_refuses_a_fixed_one():
    bench = Bench(made(Task.REGRESSION, FILL, metric="mae", age=1), seed=7, threads=1)
    model = plain(bench.fit(FitTask("small_boosting", REFIT)).pipeline().steps[-1][1])
    assert model.get_params().get("objective") is None
    with pytest.raises(TrainingError, match="cannot keep to a direction"):
        bench.fit(FitTask("small_boosting", 0, (("loss", "absolute"),)))


@pytest.mark.parametrize("key", ["small_boosting", "histogram_boosting", "extra_trees"])
def test_what_ships_is_the_same_model_and_can_be_made_again_by_name(key, tmp_path):
    problem = made(Task.BINARY, FILL, age=1)
    pipeline = Bench(problem, seed=7, threads=1).fit(FitTask(key, REFIT)).pipeline()
    save_model(pipeline, tmp_path / "model.skops")
    said = pipeline.predict_proba(problem.X)
    assert np.array_equal(load_model(tmp_path / "model.skops").predict_proba(problem.X), said)
    model = pipeline.steps[-1][1]
    shown = pipeline[:-1].transform(problem.X.iloc[problem.split.train])
    again = Monotone(model.estimator, model.signs).fit(shown, problem.y[problem.split.train])
    assert model.signs == {"age": 1}
    assert np.allclose(again.predict_proba(pipeline[:-1].transform(problem.X)), said, atol=1e-12)
    # Another fold may have another order of columns: they are told by name.
    assert Monotone(signs={"age": 1}).constraints(["debt", "age"]) == [0, 1]


def test_a_model_held_to_directions_is_explained_by_its_own_trees():
    problem = made(Task.BINARY, FILL, age=1)
    pipeline = Bench(problem, seed=7, threads=1).fit(FitTask("small_boosting", REFIT)).pipeline()
    rows = problem.X.iloc[problem.split.train]
    of = {"task": Task.BINARY, "classes": problem.classes, "positive": "yes", "seed": 1}
    explained = explain_model(pipeline, rows.iloc[:20], rows, **of)
    within = Pipeline([*pipeline.steps[:-1], ("model", plain(pipeline.steps[-1][1]))])
    assert np.array_equal(explained.values, explain_model(within, rows.iloc[:20], rows, **of).values)
    assert "Exact SHAP values" in explained.method


def test_a_tuned_and_a_blended_model_keep_to_the_directions():
    problem = made(Task.REGRESSION, FILL, age=1)
    plan = TrainPlan(candidates=("small_boosting", "decision_tree", "linear_regression"), budget_seconds=60, draws=2)
    kept = []
    board = train(
        problem, plan, fingerprint="f", on_board=lambda _: None, on_fitted=kept.append, should_stop=lambda: False,
        clock=time.monotonic, runner=InProcessRunner(problem, seed=7),
    )  # fmt: skip
    fitted = {one.run.key: one for one in kept}
    left_out = board.run("linear_regression")
    assert left_out.status is RunStatus.SKIPPED
    assert left_out.reason.startswith("It cannot keep to a direction")
    assert {"small_boosting", "decision_tree", "blend"} <= set(fitted)
    for made_run in fitted.values():
        assert (np.diff(answers(problem, made_run.pipeline, "age", 3)) >= -1e-12).all()
