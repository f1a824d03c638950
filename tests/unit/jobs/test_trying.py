from datetime import UTC, datetime

import pytest

from core.errors import JobError
from core.jobs.tasks import TASKS, JobContext
from core.jobs.trying import trial_key
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe, Step
from core.project.fingerprint import training_fingerprint
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
    assert [one["before"]["model"] for one in found["gains"]] == ["gradient_boosting", "logistic_regression"]
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
