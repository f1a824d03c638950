"""A correction of chances is part of the model from Evaluate to the export, and can be taken out again."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from core.evaluate.calibrate import cross_fitted, learned
from core.framing.frame import Frame, Task
from core.framing.outcomes import Outcomes
from core.project import changes
from core.project.calibrating import corrected, fold_scores, set_calibration, shipped
from core.project.document import Project, Remedy
from core.project.fingerprint import model_fingerprint
from core.project.judge import Judged, decided
from core.project.past import differences, go_back
from core.project.target import set_target

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)


@pytest.fixture
def project() -> Project:
    frame = Frame(target="paid", task=Task.BINARY, positive="yes", metric="log_loss")
    return Project(id="p" * 22, name="Payments", created=NOW, changed=NOW, frame=frame, threshold=0.4)


@pytest.fixture
def raw() -> Judged:
    rng = np.random.default_rng(2)
    truth = rng.normal(size=400)
    actual = np.where(rng.random(400) < expit(truth), "yes", "no").astype(object)
    chance = expit(3 * truth)
    outcomes = Outcomes(Task.BINARY, actual, ("no", "yes"), "yes", np.column_stack([1 - chance, chance]))
    return Judged(outcomes, np.arange(400) % 4, rng.permutation(400).astype(np.intp))


def test_it_changes_what_is_judged_and_the_models_fingerprint_and_can_be_taken_out(project, raw):
    used = set_calibration(project, "sigmoid", now=NOW)
    judged = decided(used, None, raw)
    assert np.array_equal(judged.outcomes.probabilities, cross_fitted(raw.outcomes, raw.folds, "sigmoid").probabilities)
    assert judged.outcomes.threshold == 0.4
    assert model_fingerprint(used, "run") != model_fingerprint(project, "run")
    assert used.decisions[-1].what == "Corrected the chances: Sigmoid (Platt)"
    again = set_calibration(used, "", now=NOW)
    assert np.array_equal(decided(again, None, raw).outcomes.probabilities, raw.outcomes.probabilities)
    assert model_fingerprint(again, "run") == model_fingerprint(project, "run")
    assert again.decisions[-1].what == "Took the correction of chances out again"
    assert set_calibration(again, "", now=NOW) is again


def test_the_score_of_each_fold_is_that_of_the_corrected_chances(project, raw):
    judged = corrected(project.updated(calibration="sigmoid"), raw)
    first = judged.outcomes.take(raw.folds == 0)
    chance = np.where(first.is_positive, first.score, 1 - first.score)
    assert fold_scores(judged, "log_loss")[0] == pytest.approx(-np.log(chance).mean())


def test_what_ships_corrects_by_all_rows_left_out(project, raw):
    X = pd.DataFrame({"a": np.linspace(-2, 2, 50)})
    model = LogisticRegression().fit(X, np.where(X["a"] > 0.3, "yes", "no").astype(object))
    pipeline = Pipeline([("model", model)])
    assert shipped(project, pipeline, raw) is pipeline
    found = shipped(project.updated(calibration="isotonic"), pipeline, raw)
    expected = learned(raw.outcomes, "isotonic").apply(model.predict_proba(X))
    assert found.predict_proba(X) == pytest.approx(expected, abs=1e-9)
    assert list(found.classes_) == ["no", "yes"]


def test_one_that_cannot_be_learned_from_these_rows_leaves_the_chances_as_they_are(project, raw):
    few = Judged(raw.outcomes.take(np.arange(50)), raw.folds[:50], raw.rows[:50])
    used = project.updated(calibration="sigmoid")
    assert corrected(used, few) is few
    assert shipped(used, "a pipeline", few) == "a pipeline"


def test_it_goes_with_the_model_it_was_made_for_and_drops_a_remedy(project):
    remedy = Remedy(kind="k", measure="m", column="c", rule={}, fingerprint="f")
    used = set_calibration(project.updated(remedy=remedy), "sigmoid", now=NOW)
    assert used.remedy is None
    assert "fairness remedy was fitted to other chances and was dropped" in used.decisions[-1].what
    assert changes.choose_run(used, "tree", "Decision tree", now=NOW).calibration == ""
    table = pd.DataFrame({"paid": ["yes", "no"] * 20, "age": range(40)})
    assert set_target(used, table, "age", now=NOW).calibration == ""


def test_history_tells_of_it_and_brings_it_back(project):
    used = project.updated(calibration="sigmoid", revision=4)
    found = [one for one in differences(project, used) if one.what == "Chances corrected"]
    assert [(one.here, one.there) for one in found] == [("nothing", "sigmoid")]
    assert go_back(project, used, now=NOW).calibration == "sigmoid"
