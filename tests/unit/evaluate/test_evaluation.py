import json

import numpy as np
import pytest

from core.evaluate.evaluation import evaluate
from core.framing.frame import Costs, Frame, Task
from core.framing.metrics import METRICS
from core.framing.outcomes import Outcomes


@pytest.fixture
def judged(binary):
    rng = np.random.default_rng(3)
    positive = rng.random(300) < 0.4
    return binary(positive, np.clip(rng.normal(0.35 + 0.25 * positive, 0.2), 0, 1), threshold=0.4)


def test_a_binary_evaluation_holds_what_the_screen_shows(judged):
    frame = Frame(task=Task.BINARY, metric="roc_auc", positive="yes", costs=Costs(false_positive=1, false_negative=5))
    found = evaluate(judged, frame, seed=1, resamples=50)
    assert found.main.metric == "roc_auc"
    assert found.confusion.n == 300
    assert found.score("recall").value == found.confusion.recall
    assert found.suggested_threshold == found.cost_curve.best_threshold
    assert found.cost.metric == "cost_per_1000"
    assert [len(part) for part in (found.roc, found.precision_recall, found.calibration)] == [1, 1, 1]
    assert found.residuals is None


def test_with_folds_the_main_score_is_the_leaderboards(judged):
    folds = np.arange(300) % 5
    unseen = [METRICS["roc_auc"].compute(judged.take(folds == fold)) for fold in range(5)]
    frame = Frame(task=Task.BINARY, metric="roc_auc", positive="yes")
    found = evaluate(judged, frame, folds=folds, seen=unseen, unseen=unseen, baseline=[0.5] * 5, seed=1, resamples=50)
    assert found.main.value == pytest.approx(np.mean(unseen))
    assert found.score("roc_auc") == found.main
    assert found.folds == 5
    assert found.verdict.kind == "sound"


def test_a_rule_that_decides_has_no_line_to_draw():
    actual = np.array(["y", "n", "n", "y"], dtype=object)
    decided = np.array(["y", "y", "n", "n"], dtype=object)
    frame = Frame(task=Task.BINARY, metric="accuracy", costs=Costs(false_positive=1, false_negative=5))
    found = evaluate(Outcomes(Task.BINARY, actual, ("n", "y"), "y", decided=decided), frame, seed=1, resamples=20)
    assert found.sweep is None
    assert found.cost.value == 1500
    assert found.main.value == 0.5


def test_a_multiclass_evaluation_has_a_matrix_and_a_curve_for_each_outcome(three):
    found = evaluate(three, Frame(task=Task.MULTICLASS, metric="f1_macro"), seed=1, resamples=20)
    assert found.matrix.counts[0] == (1, 1, 0)
    assert [curve.label for curve in found.roc] == ["a", "b", "c"]
    assert found.confusion is None


def test_a_regression_evaluation_has_residuals():
    outcomes = Outcomes(Task.REGRESSION, np.arange(20.0) + 5, values=np.arange(20.0) + 6)
    found = evaluate(outcomes, Frame(task=Task.REGRESSION, metric="mae"), seed=1, resamples=20)
    assert found.main.value == 1.0
    assert found.residuals.n == 20


def test_a_metric_of_another_task_gives_way_to_the_first_of_this_one(judged):
    assert evaluate(judged, Frame(metric="rmse"), seed=1, resamples=20).main.metric == "accuracy"


def test_no_rows_are_judged_without_a_crash(binary):
    found = evaluate(binary([], []), Frame(metric="roc_auc"), seed=1, resamples=20)
    assert found.main.reason == "There are no rows to judge."


def test_the_summary_is_json(judged, three):
    for outcomes in (judged, three, Outcomes(Task.REGRESSION, np.arange(9.0), values=np.arange(9.0) + 1)):
        summary = evaluate(outcomes, Frame(), seed=1, resamples=20).summary()
        assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_a_run_with_fewer_folds_than_the_baseline_is_not_compared_with_it(judged):
    frame = Frame(task=Task.BINARY, metric="roc_auc", positive="yes")
    folds = np.arange(300) % 5
    given = {"seen": [0.6, 0.6, 0.6], "unseen": [0.5, 0.52, 0.48], "baseline": [0.5] * 5}
    found = evaluate(judged, frame, folds=folds, seed=1, resamples=20, **given)
    assert "not-better-than-baseline" not in [finding.code for finding in found.findings]
    assert found.verdict.kind != "underfit"
