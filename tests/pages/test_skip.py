"""A training at work: what waits or runs can be skipped, row by row."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from core.jobs import api, processes
from core.jobs.job import Job
from core.project.document import Project
from core.project.fingerprint import training_fingerprint
from core.train.board import Leaderboard, Run, RunStatus
from core.workspace import Workspace
from core.workspace.tables import JOBS
from tests.pages.conftest import said

NOW = datetime.now(UTC)
AT_WORK = (
    Run(key="baseline", title="Baseline", status=RunStatus.RUNNING, is_baseline=True),
    Run(key="decision_tree", title="Decision tree", status=RunStatus.RUNNING),
    Run(key="random_forest", title="Random forest", status=RunStatus.WAITING, forecast_seconds=12),
)


def board(project: Project, *runs: Run, finished: bool = False) -> Leaderboard:
    return Leaderboard(
        fingerprint=training_fingerprint(project), metric="roc_auc", higher_is_better=True, runs=runs, rows=96,
        judged="64 of 96 training rows, each judged by models of earlier rows", test_rows=24, folds=5, seed=7,
        budget_seconds=180, finished=finished, ended="done" if finished else "",
    )  # fmt: skip


@pytest.fixture
def training(workspace: Workspace, framed: Project, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Return a training that is at work as far as the page can see: its process is the one of the test."""
    fingerprint = training_fingerprint(framed)
    workspace.save(framed.updated(training=fingerprint), now=NOW)
    workspace.training(framed.id, fingerprint).write_board(board(framed, *AT_WORK))
    monkeypatch.setattr("core.limits.JOBS_PER_MACHINE", 0)
    job = api.submit(workspace, framed.id, "train", {"fingerprint": fingerprint}, key=fingerprint, now=NOW)
    me = {"pid": os.getpid(), "pid_started": processes.identity(os.getpid()), "host": processes.host()}
    with workspace.database.write() as connection:
        connection.execute(update(JOBS).values(state="running", started=NOW, heartbeat=NOW, **me))
    return job


def end(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        connection.execute(update(JOBS).values(state="done", ended=NOW))


def skips(screen: AppTest) -> dict[str, tuple[str, bool]]:
    found = [button for button in screen.button if str(button.key).startswith("skip_")]
    return {str(button.key).removeprefix("skip_"): (button.label, button.disabled) for button in found}


def test_what_waits_or_runs_is_skipped_by_its_own_button_and_stays_so_after_a_refresh(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project, training: Job
) -> None:
    screen = show("train", framed.id)
    assert not screen.exception
    assert "ROC AUC on 64 of 96 training rows, each judged by models of earlier rows" in said(screen)
    # The baseline is what the others are held against: it has none.
    assert skips(screen) == {"decision_tree": ("Skip", False), "random_forest": ("Skip", False)}
    screen.button(key="skip_random_forest").click().run()
    assert not screen.exception
    assert api.status(workspace, training.id).skips == ("random_forest",)
    for seen in (screen, show("train", framed.id)):
        assert skips(seen) == {"decision_tree": ("Skip", False), "random_forest": ("Skipping", True)}
    assert workspace.get(framed.id).decisions[-1].what == "Asked to skip random forest"


def test_where_a_cluster_fits_the_page_says_so_at_work_and_when_all_has_ended(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project, training: Job
) -> None:
    where = "Fitted on the Dask cluster at tcp://10.0.0.5:8786, 4 fits at a time."
    assert where not in said(show("train", framed.id))
    folder = workspace.training(framed.id, training_fingerprint(framed))
    folder.write_board(board(framed, *AT_WORK).model_copy(update={"where": where}))
    assert where in said(show("train", framed.id))
    done = [run.model_copy(update={"status": RunStatus.DONE, "score": 0.7}) for run in AT_WORK]
    folder.write_board(board(framed, *done, finished=True).model_copy(update={"where": where}))
    end(workspace)
    assert where in said(show("train", framed.id))


def test_while_a_training_stops_nothing_more_can_be_skipped(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project, training: Job
) -> None:
    api.stop(workspace, training.id, now=datetime.now(UTC))
    assert skips(show("train", framed.id)) == {"decision_tree": ("Skip", True), "random_forest": ("Skip", True)}


def test_a_skipped_candidate_says_so_when_all_has_ended(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project, training: Job
) -> None:
    api.skip(workspace, training.id, "random_forest")
    done = [run.model_copy(update={"status": RunStatus.DONE, "score": 0.7}) for run in AT_WORK[:2]]
    left = AT_WORK[2].model_copy(update={"status": RunStatus.SKIPPED, "reason": "Skipped by you before its turn."})
    folder = workspace.training(framed.id, training_fingerprint(framed))
    folder.write_board(board(framed, *done, left, finished=True))
    end(workspace)
    screen = show("train", framed.id)
    assert not screen.exception
    assert skips(screen) == {}
    text = said(screen)
    assert "Every candidate that you did not skip was tried" in text
    assert "Skipped by you before its turn." in text
