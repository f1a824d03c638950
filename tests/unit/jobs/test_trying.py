from datetime import UTC, datetime

import pytest

from core.errors import JobError
from core.jobs.tasks import TASKS, JobContext
from core.jobs.trying import last_key, trial_key
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe, Step
from core.project.fingerprint import training_fingerprint
from core.train.board import TrainPlan
from core.train.trials.rows import RowCurve
from tests.unit.jobs.test_training import trainable

__all__ = ["trainable"]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def asked(project):
    fewer = Recipe(steps=(Step(id="drop_columns-1", kind="drop_columns", columns=("age",)),))
    params = {"first": project.recipe.model_dump(mode="json"), "second": fewer.model_dump(mode="json")}
    return {"what": "compare", "params": params, "fingerprint": training_fingerprint(project)}


def test_a_trial_keeps_what_it_found_under_what_it_was_made_from(workspace, trainable):
    params = asked(trainable)
    said = []
    TASKS["trial"].run(
        JobContext(workspace, "j", trainable.id, params, report=lambda share, words: said.append((share, words)))
    )
    key = trial_key(trainable, "compare", params["params"])
    found = workspace.trials(trainable.id).read(key)
    assert found["finished"] is True
    assert [one["before"]["model"] for one in found["gains"]] == ["small_boosting", "logistic_regression"]
    assert all(one["gain"] < -0.1 for one in found["gains"])
    assert said[0] == (0.0, "Reading the table")
    assert said[-1][0] == 1.0
    changed = trainable.updated(split=SplitPlan(folds=3))
    assert workspace.trials(trainable.id).read(trial_key(changed, "compare", params["params"])) is None


def test_a_stopped_trial_keeps_nothing(workspace, trainable):
    params = asked(trainable)
    with pytest.raises(JobError, match="stopped"):
        TASKS["trial"].run(JobContext(workspace, "j", trainable.id, params, should_stop=lambda: True))
    assert workspace.trials(trainable.id).read(trial_key(trainable, "compare", params["params"])) is None


def test_a_damaged_file_counts_as_not_made(workspace, project):
    folder = workspace.trials(project.id)
    folder.write("abc", {"finished": True})
    (folder.path / "abc.json").write_text("{", encoding="utf-8")
    assert folder.read("abc") is None


def test_whether_more_rows_help_is_tried_with_the_kept_model(workspace, trainable):
    fingerprint = training_fingerprint(trainable)
    plan = TrainPlan(candidates=("decision_tree",), budget_seconds=30).model_dump(mode="json")
    TASKS["train"].run(JobContext(workspace, "t", trainable.id, {"fingerprint": fingerprint, "plan": plan}))
    folder = workspace.training(trainable.id, fingerprint)
    run = folder.board().run("decision_tree")
    assert run.row_seconds > 0
    assert run.size_bytes == folder.model_path("decision_tree").stat().st_size
    params = {"what": "rows", "params": {"run": "decision_tree"}, "fingerprint": fingerprint}
    said = []
    TASKS["trial"].run(JobContext(workspace, "j", trainable.id, params, report=lambda *what: said.append(what)))
    found = workspace.trials(trainable.id).read(trial_key(trainable, "rows", params["params"]))
    assert found["finished"] is True
    # What is said of all the rows is what the leaderboard said.
    assert found["sizes"][-1]["unseen"] == pytest.approx([fold.unseen for fold in run.folds])
    assert RowCurve.read(found).verdict.value == found["verdict"]
    assert any("rows, fold 1 of" in words for _, words in said)


@pytest.mark.parametrize(("what", "holds"), [("suggest", "tried"), ("automatic", "recipe")])
def test_suggestions_are_kept_and_the_last_ones_are_found(workspace, trainable, what, holds, monkeypatch):
    monkeypatch.setattr("core.jobs.trying.SUGGEST_SECONDS", (0.01, 0.01))
    params = {"what": what, "params": {"budget": 0.0}, "fingerprint": training_fingerprint(trainable)}
    TASKS["trial"].run(JobContext(workspace, "j", trainable.id, params))
    folder = workspace.trials(trainable.id)
    last = folder.read(last_key(what))
    assert last == {
        "key": trial_key(trainable, what, params["params"]),
        "fingerprint": training_fingerprint(trainable),
    }
    found = folder.read(last["key"])
    assert found["finished"] is True
    assert found[holds]
    suggested = found if what == "suggest" else found["suggested"]
    assert suggested["ended"] == "budget"


def test_stopped_suggestions_keep_what_was_found(workspace, trainable):
    params = {"what": "suggest", "params": {"budget": 60.0}, "fingerprint": training_fingerprint(trainable)}
    TASKS["trial"].run(JobContext(workspace, "j", trainable.id, params, should_stop=lambda: True))
    folder = workspace.trials(trainable.id)
    found = folder.read(folder.read(last_key("suggest"))["key"])
    assert (found["ended"], found["finished"]) == ("stopped", True)
    assert found["note"] == "It was stopped before anything was tried."
