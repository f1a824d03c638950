import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from core.framing.frame import Task
from core.runtime.persist import load_model, save_model
from core.train.blend import Weights
from core.train.fits import REFIT, Bench, FitTask
from core.train.together import put_together

MEMBERS = {
    Task.BINARY: ("logistic_regression", "random_forest", "neural_network"),
    Task.MULTICLASS: ("logistic_regression", "random_forest", "kernel_logistic"),
    Task.REGRESSION: ("linear_regression", "small_boosting", "support_vector_machine"),
}


def weights_of(task, names):
    shares = np.array([0.5, 0.3, 0.2])
    if task is Task.REGRESSION:
        return Weights(names, shares, "sum", shift=1.5)
    if task is Task.BINARY:
        return Weights(names, shares, "mean")
    coef = np.random.default_rng(0).normal(size=(3, 9))
    return Weights(names, shares, "pool", coef, np.array([0.1, 0.2, -0.3]))


def said(pipeline, X, task):
    return np.asarray(pipeline.predict(X) if task is Task.REGRESSION else pipeline.predict_proba(X))


@pytest.fixture(params=list(MEMBERS), ids=str)
def case(request, problem_of):
    task = request.param
    problem = problem_of(task, rows=160)
    bench = Bench(problem, seed=7, threads=1)
    fitted = {key: bench.fit(FitTask(key, REFIT)).pipeline() for key in MEMBERS[task]}
    weights = weights_of(task, MEMBERS[task])
    rows = problem.X.iloc[problem.split.train[:2]]
    return problem, task, fitted, weights, put_together(fitted, weights, rows)


def test_a_blend_says_what_its_members_say_weighed(case):
    problem, task, fitted, weights, blend = case
    X = problem.X.iloc[problem.split.test]
    alone = weights.apply({key: said(one, X, task) for key, one in fitted.items()})
    assert np.allclose(said(blend, X, task), alone, atol=1e-6)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_blend_is_made_again_by_fitting_it(case):
    problem, task, _, _, blend = case
    from sklearn.base import clone

    again = clone(blend).fit(problem.X.iloc[problem.split.train], problem.y[problem.split.train])
    X = problem.X.iloc[problem.split.test]
    assert np.allclose(said(again, X, task), said(blend, X, task), atol=1e-9)


def test_a_blend_survives_being_saved(case, tmp_path):
    problem, task, _, _, blend = case
    save_model(blend, tmp_path / "model.skops")
    X = problem.X.iloc[problem.split.test]
    assert np.array_equal(said(load_model(tmp_path / "model.skops"), X, task), said(blend, X, task))


def test_one_row_is_answered_as_among_many(case):
    problem, task, _, _, blend = case
    X = problem.X.iloc[problem.split.test]
    assert np.allclose(said(blend, X.iloc[[3]], task)[0], said(blend, X, task)[3])


def test_a_forest_in_a_blend_says_of_few_rows_what_it_says_of_many(case):
    problem, task, _, _, blend = case
    X = problem.X.iloc[problem.split.test]
    few = np.concatenate([said(blend, X.iloc[[place]], task) for place in range(20)])
    assert np.allclose(few, said(blend, X, task)[:20], atol=1e-12)


def test_a_blend_can_be_explained_also_with_its_chances_corrected(case):
    from core.explain.contributions import explain_model
    from core.runtime.calibrated import CalibratedModel, ChanceMap

    problem, task, _, _, blend = case
    X = problem.X.iloc[problem.split.test]
    shown = [blend]
    if task is not Task.REGRESSION:
        codes = np.array([problem.classes.index(str(one)) for one in problem.y[problem.split.test]])
        learned = ChanceMap("sigmoid").fit(said(blend, X, task), codes)
        shown.append(Pipeline([*blend.steps[:-1], ("model", CalibratedModel.with_map(blend[-1], learned))]))
    for pipeline in shown:
        found = explain_model(
            pipeline, X, X.iloc[:10], task=task, classes=problem.classes, positive=problem.frame.positive, seed=7,
            most_rows=4,
        )  # fmt: skip
        assert found.columns == ("age", "income", "town", "noise")
