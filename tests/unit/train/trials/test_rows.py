from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline

from core.charts.learning import rounds_figure, row_curve_figure
from core.errors import JobError
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.prepare.compile import compile_pipeline
from core.train.trials import rows as trial
from core.train.trials.rounds import Rounds, rounds_of
from core.train.trials.rounds import sentence as rounds_sentence
from core.train.trials.rows import More, RowCurve, Size, row_curve, sentence
from tests.unit.train.conftest import make_problem


def logistic(problem) -> Pipeline:
    return compile_pipeline(problem, LogisticRegression(), scale=True, seed=1)


def test_at_full_size_the_score_is_that_of_the_fold(problem):
    curve = row_curve(problem, logistic(problem), seed=1)
    fit, judge = problem.split.folds[0]
    made = logistic(problem).fit(problem.X.iloc[fit], problem.y[fit])
    chance = made.predict_proba(problem.X.iloc[judge])[:, 1]
    assert curve.sizes[-1].unseen[0] == pytest.approx(roc_auc_score(problem.y[judge] == "yes", chance))
    assert [size.rows for size in curve.sizes] == [32, 56, 80]
    assert curve.judged == 40
    assert curve.rounds is None


def test_smaller_parts_lie_within_larger_ones_keep_the_shares_and_hold_no_sealed_row(problem):
    fit, _ = problem.split.folds[0]
    order = trial._order(problem, fit, 5)
    assert sorted(order) == sorted(fit)
    assert not set(order) & set(problem.split.test)
    for count in (10, 20, 40):
        assert abs(np.mean(problem.y[order[:count]] == "yes") - np.mean(problem.y[fit] == "yes")) <= 1 / count


def curve_of(*means: float, spread: float, rows=(100, 200, 400)) -> tuple[list[Size], np.ndarray]:
    wobble = spread * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    # The folds wobble in their slope: the last size takes it, the first takes it the other way.
    sizes = [
        Size(n, tuple((mean + turn * wobble).tolist()), (0.9,) * 5)
        for n, mean, turn in zip(rows, means, (-1, 0, 1), strict=True)
    ]
    return sizes, wobble


@pytest.mark.parametrize(
    ("means", "spread", "verdict", "gain"),
    [
        # Ten points more with each doubling, nearly alike in every fold.
        ((0.60, 0.70, 0.80), 0.001, More.YES, 0.10),
        # Nothing with each doubling: the upper end stays below 0.02 times the 0.2 that are left to a perfect score.
        ((0.80, 0.80, 0.80), 0.0005, More.NO, 0.0),
        # Something, but the folds do not agree.
        ((0.70, 0.72, 0.74), 0.05, More.CANNOT_TELL, 0.02),
        # More than nothing for certain, and too little to be worth the trouble.
        ((0.7990, 0.7995, 0.8000), 0.0001, More.NO, 0.0005),
    ],
)
def test_the_verdict_follows_its_rule(problem, means, spread, verdict, gain):
    sizes, wobble = curve_of(*means, spread=spread)
    found = trial._judged(METRICS["roc_auc"], sizes, problem, None)
    assert found.verdict is verdict
    assert found.gain == pytest.approx(gain)
    assert found.notable == pytest.approx(0.02 * (1 - means[-1]))
    # By hand: the slope over log2 of three doublings is half the difference of the last and the first.
    half = 2.7764451 * np.std(wobble, ddof=1) * np.sqrt(1 / 5 + found.judged / 400)
    assert found.high - found.gain == pytest.approx(half, rel=1e-6)


def test_for_an_error_less_is_a_gain(problem):
    sizes, _ = curve_of(30.0, 20.0, 10.0, spread=0.01)
    found = trial._judged(METRICS["rmse"], sizes, problem, None)
    assert found.gain == pytest.approx(10.0)
    assert found.verdict is More.YES
    assert sentence(found).startswith(
        "More rows would help: from 400 rows on, twice as many would improve RMSE by about "
    )


def test_a_stop_keeps_the_sizes_that_were_done(problem):
    kept, asked = [], iter([False] * 4 + [True] * 9)
    with pytest.raises(JobError, match="sizes that were done are kept"):
        row_curve(problem, logistic(problem), seed=1, should_stop=lambda: next(asked), keep=kept.append)
    assert [len(one.sizes) for one in kept] == [1]
    assert kept[0].verdict is More.CANNOT_TELL
    assert sentence(kept[0]).startswith("It cannot be told: fewer than three sizes")


def test_what_is_kept_as_json_is_read_back(problem):
    curve = row_curve(problem, logistic(problem), seed=1)
    said = asdict(replace(curve, rounds=Rounds("log loss", (1, 2), (0.5, 0.4), (0.6, 0.5))))
    said = {**said, "sizes": [{**size, "unseen": list(size["unseen"])} for size in said["sizes"]], "finished": True}
    back = RowCurve.read(said)
    assert back.sizes == curve.sizes
    assert back.rounds == Rounds("log loss", (1, 2), (0.5, 0.4), (0.6, 0.5))
    assert (back.verdict, back.gain) == (curve.verdict, curve.gain)


def test_each_round_of_boosting_is_scored_on_both_parts(problem):
    fit, judge = problem.split.folds[0]
    model = LGBMClassifier(n_estimators=30, min_child_samples=5, verbosity=-1, n_jobs=1, random_state=1)
    pipeline = compile_pipeline(problem, model, scale=False, seed=1).fit(problem.X.iloc[fit], problem.y[fit])
    found = rounds_of(pipeline, problem, fit, judge, seed=1)
    assert (found.rounds[0], found.rounds[-1]) == (1, 30)
    assert found.seen == tuple(sorted(found.seen, reverse=True))
    expected = log_loss(problem.y[judge], pipeline.predict_proba(problem.X.iloc[judge]), labels=["no", "yes"])
    assert found.unseen[-1] == pytest.approx(expected)
    assert found.best == found.rounds[int(np.argmin(found.unseen))]


def test_boosting_of_scikit_learn_gives_its_stages_and_a_linear_model_none():
    problem = make_problem(Task.REGRESSION)
    fit, judge = problem.split.folds[0]
    model = GradientBoostingRegressor(n_estimators=10, random_state=1)
    pipeline = compile_pipeline(problem, model, scale=False, seed=1).fit(problem.X.iloc[fit], problem.y[fit])
    found = rounds_of(pipeline, problem, fit, judge, seed=1)
    off = pipeline.predict(problem.X.iloc[judge]) - problem.y[judge].astype(float)
    assert (found.measure, len(found.rounds)) == ("RMSE", 10)
    assert found.unseen[-1] == pytest.approx(np.sqrt(np.mean(off**2)))
    binary = make_problem()
    one = logistic(binary).fit(binary.X.iloc[:90], binary.y[:90])
    assert rounds_of(one, binary, np.arange(90), np.arange(90, 120), seed=1) is None


def test_of_a_network_only_its_own_loss_is_kept(problem):
    fit, judge = problem.split.folds[0]
    model = MLPClassifier((4,), max_iter=12, n_iter_no_change=50, random_state=1)
    with pytest.warns(match="Maximum iterations"):
        pipeline = compile_pipeline(problem, model, scale=True, seed=1).fit(problem.X.iloc[fit], problem.y[fit])
    found = rounds_of(pipeline, problem, fit, judge, seed=1)
    assert found.rounds == tuple(range(1, 13))
    assert found.seen == tuple(model.loss_curve_)
    assert found.unseen == ()
    assert "the library does not keep" in rounds_sentence(found)


def test_a_network_that_stopped_by_rows_set_aside_shows_their_loss_too():
    network = SimpleNamespace(loss_curve_=[0.9, 0.6, 0.5, 0.4], aside_curve_=[0.8, 0.5, 0.6, 0.7])
    found = rounds_of(SimpleNamespace(steps=[("model", network)]), None, np.arange(3), np.arange(3), seed=1)
    assert found.rounds == (1, 2, 3, 4)
    assert found.seen == (0.9, 0.6, 0.5, 0.4)
    assert found.unseen == (0.8, 0.5, 0.6, 0.7)
    assert rounds_sentence(found) == (
        "On rows it set aside, the loss was lowest after about 2 of 4 rounds; the network is kept as it was then."
    )


def test_the_rounds_say_where_learning_by_heart_begins():
    said = rounds_sentence(Rounds("log loss", (1, 50, 100), (0.6, 0.3, 0.1), (0.62, 0.40, 0.50)))
    assert said == (
        "On rows left out log loss is lowest after about 50 of 100 rounds and 25% higher at the end: the later rounds "
        "learn rows by heart."
    )
    assert "still falls" in rounds_sentence(Rounds("RMSE", (1, 2), (3.0, 2.0), (3.0, 2.5)))
    mean = Rounds.mean([Rounds("RMSE", (1, 2), (3.0, 2.0), (4.0, 3.0)), Rounds("RMSE", (1, 2), (1.0, 0.0), (2.0, 1.0))])
    assert mean == Rounds("RMSE", (1, 2), (2.0, 1.0), (3.0, 2.0), 2)


def test_the_charts_show_both_curves_and_their_table(problem):
    curve = row_curve(problem, logistic(problem), seed=1)
    drawn = row_curve_figure(curve)
    assert [trace.name for trace in drawn.figure.data] == ["Rows fitted", "Rows left out"]
    assert drawn.table["Rows"].tolist() == [32, 56, 80]
    assert drawn.alt.startswith("ROC AUC on rows left out, by the rows fitted: 0.")
    rounds = rounds_figure(Rounds("log loss", (1, 50), (0.6, 0.3), (0.62, 0.40)), dark=True)
    assert rounds.table["On rows left out"].tolist() == [0.62, 0.4]
    assert rounds.alt.endswith("0.4 on rows left out after 50 rounds, where it is lowest.")
