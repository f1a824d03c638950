import warnings

import numpy as np
import pytest

from core.framing.frame import Task
from core.prepare.compile import compile_pipeline
from core.runtime.persist import load_model, save_model
from core.train.catalog import MODELS, candidates

TASKS = (Task.BINARY, Task.MULTICLASS, Task.REGRESSION)
CASES = [(key, task) for key, spec in MODELS.items() for task in spec.tasks]


def fitted(problem, key, *, n_rows=60):
    spec, task = MODELS[key], problem.frame.task
    if spec.missing:
        pytest.skip(spec.missing)
    estimator = spec.build(
        task, 7, 1, n_rows, 4, metric=problem.frame.metric, n_classes=len(problem.classes), smallest_class=20
    )
    rows = problem.split.train
    with warnings.catch_warnings():
        # A network that is still improving says so; what becomes of that is tested with the fits.
        warnings.filterwarnings("ignore", message="Stochastic Optimizer")
        pipeline = compile_pipeline(problem, estimator, scale=spec.needs_scaling)
        pipeline.fit(problem.X.iloc[rows], problem.y[rows])
        # As the fits do: what found its rounds hands on the plain model that has them.
        pipeline.steps[-1] = ("model", getattr(pipeline[-1], "shipped_", pipeline[-1]))
        return pipeline


def answers(pipeline, problem):
    predict = pipeline.predict if problem.frame.task is Task.REGRESSION else pipeline.predict_proba
    return np.asarray(predict(problem.X.iloc[problem.split.test]))


@pytest.mark.parametrize(("key", "task"), CASES)
def test_every_model_fits_deterministically_and_survives_being_saved(problem_of, tmp_path, key, task):
    problem = problem_of(task, rows=110)
    model = fitted(problem, key)
    said = answers(model, problem)
    assert np.isfinite(said).all()
    assert MODELS[key].describe(model.steps[-1][1])
    save_model(model, tmp_path / "model.skops")
    assert np.array_equal(answers(load_model(tmp_path / "model.skops"), problem), said)
    if key != "baseline":
        assert np.array_equal(answers(fitted(problem, key), problem), said)


@pytest.mark.parametrize("task", TASKS)
def test_the_baseline_comes_first(task):
    assert candidates(task)[0].key == "baseline"


def test_a_classification_has_no_linear_regression_and_an_amount_no_logistic_one():
    assert "linear_regression" not in {spec.key for spec in candidates(Task.BINARY)}
    assert "logistic_regression" not in {spec.key for spec in candidates(Task.REGRESSION)}


def test_the_baseline_is_tried_whatever_was_asked_for():
    assert [spec.key for spec in candidates(Task.BINARY, ("random_forest",))] == ["baseline", "random_forest"]


def test_no_two_models_are_equally_simple_within_a_task():
    for task in TASKS:
        ranks = [spec.simplicity for spec in candidates(task)]
        assert len(set(ranks)) == len(ranks)


def test_trees_get_no_scaler():
    trees = ("decision_tree", "random_forest", "gradient_boosting")
    assert not any(MODELS[key].needs_scaling for key in trees)
    assert all(MODELS[key].needs_scaling for key in ("logistic_regression", "neural_network"))


@pytest.mark.parametrize(("metric", "guess"), [("rmse", 4.0), ("mae", 1.0)])
def test_the_baseline_of_an_amount_is_the_guess_its_metric_likes_best(metric, guess):
    model = MODELS["baseline"].build(Task.REGRESSION, 7, 1, 3, 1, metric=metric)
    model.fit([[0], [0], [0]], [1.0, 1.0, 10.0])
    assert model.predict([[5]])[0] == pytest.approx(guess)


def test_the_baseline_of_outcomes_is_their_shares():
    model = MODELS["baseline"].build(Task.BINARY, 7, 1, 4, 1).fit([[0]] * 4, ["no", "no", "no", "yes"])
    assert model.predict_proba([[9]]).tolist() == [[0.75, 0.25]]


@pytest.mark.parametrize("key", ["logistic_regression", "support_vector_machine", "neural_network"])
def test_an_outcome_with_two_rows_can_still_be_learned(key):
    X = np.random.default_rng(0).normal(size=(120, 2))
    y = np.array(["a"] * 60 + ["b"] * 58 + ["c"] * 2, dtype=object)
    model = MODELS[key].build(Task.MULTICLASS, 7, 1, 120, 2, n_classes=3, smallest_class=2)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Stochastic Optimizer")
        assert model.fit(X, y).predict_proba(X).shape == (120, 3)


@pytest.mark.parametrize("key", list(MODELS))
def test_forecasts_grow_with_the_table(key):
    forecast = MODELS[key].forecast
    assert 0 < forecast(100, 5, 1) <= forecast(10_000, 5, 1) <= forecast(10_000, 100, 1)


def test_threads_do_not_change_what_boosting_finds(monkeypatch):
    monkeypatch.setattr("core.train.estimators.boosting.THREADED_ROWS", 0)
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 4))
    y = X[:, 0] + X[:, 1] * X[:, 2]
    one, two = (MODELS["gradient_boosting"].build(Task.REGRESSION, 7, n, 200, 4).fit(X, y) for n in (1, 2))
    assert np.array_equal(one.predict(X), two.predict(X))
