import pickle
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegressionCV

from core.errors import TrainingError
from core.framing.frame import Task
from core.train import prepared
from core.train.catalog import MODELS
from core.train.estimators.boosting import MOST_ROUNDS
from core.train.fits import REFIT, UNSETTLED, Bench, FitTask
from tests.unit.train.conftest import make_problem


class Stub:
    """An estimator that says what it is told to; stands for a library's."""

    def __init__(self, proba=None, values=None, warning=None):
        self.proba, self.values, self.warning = proba, values, warning

    def get_params(self, deep=True):
        return {"proba": self.proba, "values": self.values, "warning": self.warning}

    def set_params(self, **params):
        return self

    def __sklearn_tags__(self):
        from sklearn.base import BaseEstimator

        return BaseEstimator().__sklearn_tags__()

    def fit(self, X, y):
        self.classes_ = np.unique(y.astype(str)) if self.values is None else None
        if self.warning is not None:
            warnings.warn(self.warning, stacklevel=2)
        return self

    def predict_proba(self, X):
        return np.tile(self.proba, (len(X), 1))

    def predict(self, X):
        return np.full(len(X), self.values)


@pytest.fixture
def stub(monkeypatch):
    def put(**said):
        spec = replace(MODELS["decision_tree"], make=lambda setting: Stub(**said), describe=lambda model: "a stub")
        monkeypatch.setitem(MODELS, "decision_tree", spec)

    return put


def test_a_fold_is_judged_on_the_rows_left_out(problem):
    answer = Bench(problem, seed=7, threads=1).fit(FitTask("logistic_regression", 1))
    assert answer.probabilities.shape == (len(problem.split.folds[1][1]), 2)
    assert answer.metrics["roc_auc"] > 0.8
    assert answer.seen > 0.8


def test_predictions_that_are_no_numbers_are_refused(problem, stub):
    stub(proba=[np.nan, np.nan])
    with pytest.raises(TrainingError, match="not numbers in 40 of 40 rows"):
        Bench(problem, seed=7, threads=1).fit(FitTask("decision_tree", 0))


def test_amounts_that_are_no_numbers_are_refused(problem_of, stub):
    stub(values=np.inf)
    with pytest.raises(TrainingError, match="not numbers"):
        Bench(problem_of(Task.REGRESSION), seed=7, threads=1).fit(FitTask("decision_tree", 0))


def test_a_class_the_fit_never_saw_gets_no_chance(problem_of):
    problem = problem_of(Task.MULTICLASS)
    fit, judge = problem.split.folds[0]
    without_red = fit[problem.y[fit] != "red"]
    problem = replace(problem, split=replace(problem.split, folds=((without_red, judge), *problem.split.folds[1:])))
    answer = Bench(problem, seed=7, threads=1).fit(FitTask("decision_tree", 0))
    assert problem.classes == ("blue", "green", "red")
    assert answer.probabilities[:, 2].tolist() == [0.0] * len(judge)
    assert np.allclose(answer.probabilities.sum(axis=1), 1)


def test_a_fit_that_did_not_converge_leaves_a_note(problem, stub):
    from sklearn.exceptions import ConvergenceWarning

    stub(proba=[0.5, 0.5], warning=ConvergenceWarning("not converged"))
    assert Bench(problem, seed=7, threads=1).fit(FitTask("decision_tree", 0)).notes == (UNSETTLED,)


def test_other_warnings_go_to_the_log_and_not_to_the_user(problem, stub, caplog):
    caplog.set_level("INFO")
    stub(proba=[0.5, 0.5], warning=UserWarning("something odd"))
    assert Bench(problem, seed=7, threads=1).fit(FitTask("decision_tree", 0)).notes == ()
    assert "something odd" in caplog.text


def test_a_metric_that_is_not_defined_on_a_fold_says_why(problem):
    fit, judge = problem.split.folds[0]
    only_yes = judge[problem.y[judge] == "yes"]
    changed = replace(problem, split=replace(problem.split, folds=((fit, only_yes), *problem.split.folds[1:])))
    answer = Bench(changed, seed=7, threads=1).fit(FitTask("logistic_regression", 0))
    assert "roc_auc" not in answer.metrics
    assert answer.undefined == "Only one outcome happened in these rows."


def test_the_refit_learns_from_all_training_rows_and_forgets_its_threads(problem):
    answer = Bench(problem, seed=7, threads=2).fit(FitTask("random_forest", REFIT))
    pipeline = pickle.loads(answer.model)
    assert answer.summary == "150 trees"
    assert pipeline.named_steps["model"].n_jobs == 1


def test_two_threads_give_the_same_answer_twice(problem):
    first, second = (Bench(problem, seed=7, threads=2).fit(FitTask("random_forest", 0)) for _ in range(2))
    assert np.array_equal(first.probabilities, second.probabilities)


def test_what_is_sealed_changes_nothing_that_is_learned(problem):
    changed = problem.X.copy()
    changed.loc[problem.split.test, ["age", "income"]] = 1e6
    fold = FitTask("logistic_regression", 0)
    first, second = (Bench(one, seed=7, threads=1).fit(fold) for one in (problem, replace(problem, X=changed)))
    assert np.array_equal(first.probabilities, second.probabilities)


def test_the_rows_left_out_change_nothing_that_is_learned(problem):
    _, judge = problem.split.folds[0]
    others = judge[1:]
    changed = problem.X.copy()
    changed.loc[others, ["age", "income"]] = 1e6
    fold = FitTask("logistic_regression", 0)
    first, second = (Bench(one, seed=7, threads=1).fit(fold) for one in (problem, replace(problem, X=changed)))
    assert first.probabilities[0].tolist() == second.probabilities[0].tolist()


def test_the_score_on_seen_rows_uses_a_sample_of_a_large_table(problem, monkeypatch):
    monkeypatch.setattr(prepared, "SEEN_ROWS", 10)
    bench = Bench(problem, seed=7, threads=1)
    drawn = bench.kitchen.sample(problem.split.train)
    assert len(drawn) == 10
    assert set(drawn) <= set(problem.split.train)
    assert drawn.tolist() == bench.kitchen.sample(problem.split.train).tolist()


def test_estimators_are_built_for_the_smallest_fold(problem):
    setting = Bench(problem, seed=7, threads=1).setting
    assert setting.n_rows == 80
    assert setting.smallest_class == 40
    assert setting.n_features == 4


def test_the_baseline_scores_a_fold_without_the_recipe_and_keeps_it_for_use(problem, monkeypatch):
    bench = Bench(problem, seed=7, threads=1)
    whole = bench.fit(FitTask("baseline", REFIT)).pipeline()
    assert len(whole.steps) > 1
    monkeypatch.setattr(prepared, "compile_steps", None)
    answer = bench.fit(FitTask("baseline", 0))
    fitted, judged = problem.split.folds[0]
    shares = [np.mean(problem.y[fitted] == name) for name in problem.classes]
    assert answer.probabilities == pytest.approx(np.tile(shares, (len(judged), 1)))


def test_the_blocks_of_a_validation_part_are_judged_by_one_fit(monkeypatch):
    problem = make_problem(rows=200, folds=4, scheme="holdout")
    bench = Bench(problem, seed=1, threads=1)
    fitted = []
    usual = LogisticRegressionCV.fit
    monkeypatch.setattr(
        LogisticRegressionCV, "fit", lambda self, *given, **named: fitted.append(1) or usual(self, *given, **named)
    )
    answers = [bench.fit(FitTask("logistic_regression", fold)) for fold in range(4)]
    assert len(fitted) == 1
    alone = Bench(replace(problem, split=replace(problem.split, folds=problem.split.folds[2:3])), seed=1, threads=1)
    assert np.array_equal(alone.fit(FitTask("logistic_regression", 0)).probabilities, answers[2].probabilities)
    bench.fit(FitTask("decision_tree", 0))
    bench.fit(FitTask("logistic_regression", REFIT))
    assert len(fitted) == 3


def test_a_fold_is_prepared_once_for_all_candidates_that_see_it_alike(problem):
    bench = Bench(problem, seed=7, threads=1)
    first = bench.fit(FitTask("decision_tree", 0))
    again = bench.fit(FitTask("random_forest", 0))
    scaled = bench.fit(FitTask("logistic_regression", 0))
    assert first.prepared > 0
    assert again.prepared == 0
    assert scaled.prepared > 0


def test_what_is_kept_from_before_changes_no_answer(problem):
    bench = Bench(problem, seed=7, threads=1)
    bench.fit(FitTask("decision_tree", 1))
    kept = bench.fit(FitTask("random_forest", 1)).probabilities
    fresh = Bench(problem, seed=7, threads=1).fit(FitTask("random_forest", 1)).probabilities
    assert np.array_equal(kept, fresh)


def test_prepared_folds_leave_room(problem, monkeypatch):
    monkeypatch.setattr(prepared, "PREPARED_BYTES", 1)
    bench = Bench(problem, seed=7, threads=1)
    for fold in (0, 1, 0):
        assert bench.fit(FitTask("decision_tree", fold)).prepared > 0


def test_settings_reach_the_model(problem):
    plain = pickle.loads(Bench(problem, seed=7, threads=1).fit(FitTask("decision_tree", REFIT)).model)
    shallow = pickle.loads(
        Bench(problem, seed=7, threads=1).fit(FitTask("decision_tree", REFIT, (("depth", 2),))).model
    )
    assert plain[-1].get_depth() > 2
    assert shallow[-1].get_depth() == 2


def test_boosting_ships_a_plain_model_with_the_rounds_it_found(problem_of):
    problem = problem_of(rows=400)
    model = Bench(problem, seed=7, threads=1).fit(FitTask("gradient_boosting", REFIT)).pipeline()[-1]
    assert type(model).__name__ == "LGBMClassifier"
    assert 1 <= model.n_estimators == model.booster_.num_trees() < MOST_ROUNDS
