"""Two trainings of two projects at once: each ends with a model that can be used, and keeps to its time."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.data.guess import guess_schema
from core.framing.frame import Frame, Task
from core.jobs import api
from core.jobs.job import JobState
from core.prepare.plan import SplitPlan
from core.project.document import DataRef
from core.project.fingerprint import training_fingerprint
from core.train.board import TrainPlan

BUDGET = 10.0
MARGIN = 5.0
"""What ends a fit that is under way, on a machine that is busy with two trainings and whatever else."""


@pytest.fixture
def projects(workspace):
    """Two saved projects whose outcomes follow their numbers, with noise."""
    saved = []
    for seed in (7, 8):
        random = np.random.default_rng(seed)
        age = random.normal(size=600)
        table = pd.DataFrame(
            {
                "age": age,
                "income": random.normal(size=600),
                "left": pd.Series(np.where(age + random.normal(size=600) > 0, "yes", "no"), dtype="str"),
            }
        )
        data = DataRef(
            content_hash=workspace.write_table(table),
            name="t",
            rows=600,
            columns=3,
            size_bytes=1,
            imported=datetime.now(UTC),
        )
        frame = Frame(target="left", task=Task.BINARY, positive="yes", metric="roc_auc")
        project = workspace.create(f"Churn {seed}", now=datetime.now(UTC))
        project = project.updated(frame=frame, data=data, table_schema=guess_schema(table), split=SplitPlan(folds=3))
        saved.append(workspace.save(project, now=datetime.now(UTC)))
    return saved


def test_two_trainings_at_once_both_end_in_time_with_a_model(workspace, projects, helpers):
    plan = TrainPlan(candidates=("naive_bayes", "random_forest"), budget_seconds=BUDGET, draws=500, blend=False)
    jobs = {}
    for project in projects:
        fingerprint = training_fingerprint(project)
        params = {"fingerprint": fingerprint, "plan": plan.model_dump(mode="json")}
        job = api.submit(workspace, project.id, "train", params, key=fingerprint, now=datetime.now(UTC))
        jobs[job.id] = workspace.training(project.id, fingerprint)

    def now():
        return [api.status(workspace, job_id) for job_id in jobs]

    def boards():
        return [folder.board() for folder in jobs.values()]

    assert helpers.until(lambda: all(board is not None and not board.finished for board in boards()), 30)
    assert [job.state for job in now()] == [JobState.RUNNING, JobState.RUNNING]
    ended = helpers.until(lambda: not any(job.is_live for job in now()) and now(), 60)
    for job, folder in zip(ended, jobs.values(), strict=True):
        assert (job.state, job.error) == (JobState.DONE, ""), job.log_tail
        board = folder.board()
        assert board.finished
        assert board.seconds < BUDGET + MARGIN
        assert {"baseline", "naive_bayes"} <= {run.key for run in board.done}
        said = folder.pipeline(board.recommended).predict(pd.DataFrame({"age": [3.0, -3.0], "income": [0.0, 0.0]}))
        assert said.tolist() in (["yes", "no"], [1, 0])
