import os
import signal
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.pipeline import Pipeline

from core.data.guess import guess_schema
from core.errors import JobError
from core.framing.frame import Frame, Task
from core.framing.outcomes import Outcomes
from core.jobs import api
from core.jobs.job import JobState
from core.jobs.tasks import TASKS, JobContext, doing, share_done
from core.prepare.plan import SplitPlan
from core.project.document import DataRef
from core.project.fingerprint import training_fingerprint
from core.train.board import FoldScore, Leaderboard, Run, RunStatus, TrainPlan
from core.train.search import FittedRun

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def board(*statuses: RunStatus, folds_done: int = 0, finished: bool = False) -> Leaderboard:
    folds = tuple(FoldScore(fold=n, unseen=0.5, seen=0.5, seconds=0.1) for n in range(folds_done))
    runs = tuple(
        Run(
            key=f"m{number}",
            title="Random forest",
            status=status,
            folds=folds if status is RunStatus.RUNNING else (),
        )
        for number, status in enumerate(statuses)
    )
    return Leaderboard(
        fingerprint="abc", metric="roc_auc", higher_is_better=True, runs=runs, rows=9, test_rows=1, folds=3, seed=7,
        budget_seconds=10, finished=finished,
    )  # fmt: skip


def fitted(key: str) -> FittedRun:
    values = np.array([1.0, 2.0])
    model = Pipeline([("model", DummyRegressor())]).fit(np.zeros((2, 1)), values)
    outcomes = Outcomes(task=Task.REGRESSION, actual=values, values=values)
    run = Run(key=key, title=key, status=RunStatus.DONE)
    return FittedRun(run, model, outcomes, np.array([0, 1]), np.array([0, 1]))


@pytest.fixture
def trainable(workspace, project):
    """A saved project whose outcome follows its number, with noise."""
    random = np.random.default_rng(7)
    age = random.normal(size=240)
    table = pd.DataFrame(
        {
            "age": age,
            "income": random.normal(size=240),
            "left": pd.Series(np.where(age + random.normal(size=240) > 0, "yes", "no"), dtype="str"),
        }
    )
    data = DataRef(
        content_hash=workspace.write_table(table), name="t", rows=240, columns=3, size_bytes=1, imported=NOON
    )
    frame = Frame(target="left", task=Task.BINARY, positive="yes", metric="roc_auc")
    changed = project.updated(frame=frame, data=data, table_schema=guess_schema(table), split=SplitPlan(folds=2))
    return workspace.save(changed, now=NOON)


def submit(workspace, project, *candidates: str):
    fingerprint = training_fingerprint(project)
    plan = TrainPlan(candidates=candidates, budget_seconds=60, draws=0, blend=False)
    params = {"fingerprint": fingerprint, "plan": plan.model_dump(mode="json")}
    return fingerprint, api.submit(workspace, project.id, "train", params, key=fingerprint, now=datetime.now(UTC))


def test_the_share_done_counts_ended_candidates_and_folds():
    done, running, waiting = RunStatus.DONE, RunStatus.RUNNING, RunStatus.WAITING
    assert share_done(board(done, RunStatus.FAILED, waiting, waiting)) == 0.5
    assert share_done(board(done, running, waiting, waiting, folds_done=2)) == pytest.approx((1 + 2 / 4) / 4)
    assert share_done(board(done, RunStatus.SKIPPED)) == 1.0
    assert share_done(board()) == 0.0


def test_what_a_training_does_is_said_in_words():
    assert doing(board(RunStatus.DONE, RunStatus.RUNNING)) == "Fitting random forest"
    assert doing(board(RunStatus.DONE, RunStatus.WAITING)) == "Choosing what to try next"
    assert doing(board(RunStatus.DONE, finished=True)) == "Comparing the candidates"


def test_after_a_sudden_end_no_candidate_is_shown_as_running(workspace, project):
    folder = workspace.training(project.id, "abc")
    folder.write_board(board(RunStatus.DONE, RunStatus.RUNNING, RunStatus.WAITING, RunStatus.FAILED))
    TASKS["train"].tidy(JobContext(workspace, "j", project.id, {"fingerprint": "abc"}))
    after = folder.board()
    assert after.finished
    assert [run.status.value for run in after.runs] == ["done", "stopped", "stopped", "failed"]
    assert after.runs[1].reason == "The training ended before it was done."


def test_a_training_works_on_the_project_as_it_was_when_it_was_asked_for(workspace, trainable):
    from core.jobs.tasks import as_submitted

    fingerprint = training_fingerprint(trainable)
    workspace.save(trainable.updated(split=SplitPlan(folds=3)), now=NOON)
    context = JobContext(workspace, "j", trainable.id, {})
    assert as_submitted(context, fingerprint).split.folds == 2
    with pytest.raises(JobError, match="changed since this work was asked for"):
        as_submitted(context, "never")


def test_a_training_writes_its_results_and_not_the_document(workspace, trainable, helpers):
    fingerprint, job = submit(workspace, trainable, "decision_tree")
    ended = helpers.until(lambda: (seen := api.status(workspace, job.id)).is_live is False and seen, 40)
    assert (ended.state, ended.error, ended.progress) == (JobState.DONE, "", 1.0), ended.log_tail
    folder = workspace.training(trainable.id, fingerprint)
    found = folder.board()
    assert (found.finished, found.fingerprint) == (True, fingerprint)
    done = {run.key for run in found.done}
    assert len(done) == 2
    assert set(folder.finished()) == done
    best = found.recommended
    assert len(folder.outcomes(best)) == found.rows == len(folder.rows(best))
    assert set(folder.folds(best)) == {0, 1}
    assert folder.pipeline(best).predict(pd.DataFrame({"age": [3.0], "income": [0.0]})).tolist() in (["yes"], [1])
    assert workspace.get(trainable.id) == trainable
    assert not (folder.path / "before.json").exists()


def test_a_training_goes_on_without_the_candidates_that_are_skipped(workspace, trainable, helpers):
    fingerprint, job = submit(workspace, trainable, "decision_tree", "random_forest")
    api.skip(workspace, job.id, "random_forest")
    ended = helpers.until(lambda: (seen := api.status(workspace, job.id)).is_live is False and seen, 40)
    assert (ended.state, ended.error) == (JobState.DONE, ""), ended.log_tail
    found = workspace.training(trainable.id, fingerprint).board()
    assert found.run("random_forest").reason.startswith("Skipped by you before its turn.")
    assert {run.key for run in found.done} == {"baseline", "decision_tree"}


def test_a_killed_training_keeps_what_it_finished(workspace, trainable, helpers):
    fingerprint, job = submit(workspace, trainable)
    folder = workspace.training(trainable.id, fingerprint)
    helpers.until(folder.finished, 30)
    os.kill(api.status(workspace, job.id).pid, signal.SIGKILL)
    ended = helpers.until(lambda: (seen := api.status(workspace, job.id)).is_live is False and seen)
    assert ended.state is JobState.INTERRUPTED
    kept = set(folder.finished())
    assert kept
    after = folder.board()
    assert after.finished
    assert not any(run.status in (RunStatus.RUNNING, RunStatus.WAITING) for run in after.runs)
    assert workspace.get(trainable.id) == trainable


def test_a_second_training_goes_on_from_what_is_kept_and_can_be_taken_back(workspace, trainable, monkeypatch):
    fingerprint = training_fingerprint(trainable)
    folder = workspace.training(trainable.id, fingerprint)
    before = board(RunStatus.DONE, finished=True)
    folder.save_fitted(fitted("m0"))
    folder.write_board(before)
    given = {}

    def search(_problem, plan, *, on_board, on_fitted, finished, **_others):
        given.update(finished=set(finished), seconds=plan.budget_seconds, scheduler=_others["scheduler"])
        on_fitted(fitted("m1"))
        on_board(board(RunStatus.DONE, RunStatus.DONE))
        raise JobError("Ended here.")

    monkeypatch.setattr("core.train.search.train", search)
    said = []
    params = {"fingerprint": fingerprint, "plan": TrainPlan(budget_seconds=33).model_dump(mode="json")}
    there = replace(workspace, settings=replace(workspace.settings, dask_scheduler="tcp://10.0.0.5:8786"))
    context = JobContext(there, "job", trainable.id, params, report=lambda *what: said.append(what))
    with pytest.raises(JobError):
        TASKS["train"].run(context)
    assert given == {"finished": {"m0"}, "seconds": 33, "scheduler": "tcp://10.0.0.5:8786"}
    assert said[-1] == (1.0, "Choosing what to try next")
    assert set(folder.finished()) == {"m0", "m1"}
    TASKS["train"].discard(context)
    assert set(folder.finished()) == {"m0"}
    assert folder.board() == before


def board_of(*runs, tunes=True, seconds=0.0, finished=False):
    return Leaderboard(
        fingerprint="f", metric="roc_auc", higher_is_better=True, runs=runs, rows=100, test_rows=20, folds=4, seed=7,
        budget_seconds=60, seconds=seconds, tunes=tunes, finished=finished,
    )  # fmt: skip


def run_as(key, status, **more):
    return Run(key=key, family=key.removesuffix("_tuned"), title=key, status=status, **more)


def test_the_bar_never_goes_back_when_tuning_begins():
    done, waits = RunStatus.DONE, RunStatus.WAITING
    shares = [
        share_done(board_of(run_as("a", waits), run_as("b", waits))),
        share_done(board_of(run_as("a", done), run_as("b", waits), seconds=5)),
        share_done(board_of(run_as("a", done), run_as("b", done), seconds=20)),
        share_done(board_of(run_as("a", done), run_as("b", done), run_as("a_tuned", RunStatus.RUNNING), seconds=45)),
        share_done(board_of(run_as("a", done), run_as("b", done), run_as("a_tuned", done), seconds=59, finished=True)),
    ]
    assert shares == sorted(shares)
    assert shares[2] == pytest.approx(0.6)
    assert shares[3] == pytest.approx(0.75)
    assert shares[-1] == 1


def test_without_tuning_the_bar_counts_candidates():
    assert share_done(board_of(run_as("a", RunStatus.DONE), run_as("b", RunStatus.WAITING), tunes=False)) == 0.5
