"""What a worker can do: one entry for each kind of job."""

import importlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import JobError
from core.project.document import Project
from core.train.board import Leaderboard, Run, RunStatus, TrainPlan
from core.workspace.results import TrainingFolder
from core.workspace.store import Workspace


@dataclass(frozen=True, eq=False)
class JobContext:
    """What a task is given.

    Parameters
    ----------
    workspace : Workspace
        As the job's user sees it.
    job_id, project_id : str
    params : dict
        As submitted.
    report : callable
        Takes the share done, 0 to 1, and what is being done, in plain words. Cheap: call it as often as you like.
    should_stop : callable
        Whether the user asked to stop. From then on the task has ``limits.STOP_SECONDS`` to keep what it has.
    skips : callable
        The parts of the work that the user asked to skip so far; a task without parts need not look.
    secret : str
        The password it was given; empty where there was none, or where the server was restarted before it began.
    """

    workspace: Workspace
    job_id: str
    project_id: str
    params: Mapping[str, Any]
    report: Callable[[float, str], None] = lambda _progress, _message: None
    should_stop: Callable[[], bool] = lambda: False
    skips: Callable[[], frozenset[str]] = frozenset
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Task:
    """One kind of work.

    Parameters
    ----------
    run : callable
        Does it. Results go into the workspace; the project's document is never written. Returning means done, or
        stopped where ``should_stop`` said so; a ``FairwayError`` means failed, in its words.
    tidy : callable
        After the work ended before its time, by whatever death: leaves its results in a state that can be shown.
    discard : callable
        Takes back what this job, and no other, has added.
    """

    run: Callable[[JobContext], None]
    tidy: Callable[[JobContext], None]
    discard: Callable[[JobContext], None]


def _train(context: JobContext) -> None:
    from core.project.judge import problem
    from core.train.measures import InUse
    from core.train.runner import usable_cores
    from core.train.search import train

    context.report(0.0, "Reading the table")
    fingerprint = str(context.params["fingerprint"])
    project = as_submitted(context, fingerprint)
    assert project.data is not None
    built = problem(project, context.workspace.read_table(project.data.content_hash))
    folder = _training(context)
    folder.remember(context.job_id)
    in_use = InUse(built, folder.save_fitted)

    def on_board(board: Leaderboard) -> None:
        folder.write_board(in_use.board(board))
        context.report(share_done(board), doing(board))

    train(
        built,
        TrainPlan.model_validate(context.params["plan"]),
        fingerprint=fingerprint,
        on_board=on_board,
        on_fitted=in_use.on_fitted,
        should_stop=context.should_stop,
        skips=context.skips,
        clock=time.monotonic,
        finished=folder.fitted(),
        pipeline_of=folder.pipeline,
        threads=min(context.workspace.settings.worker_threads, usable_cores()),
        scheduler=context.workspace.settings.dask_scheduler,
    )
    folder.forget(context.job_id)


def _training(context: JobContext) -> TrainingFolder:
    return context.workspace.training(context.project_id, str(context.params["fingerprint"]))


def as_submitted(context: JobContext, fingerprint: str) -> Project:
    """Return the project as it was when a job was asked for, by its training fingerprint; raises ``JobError``."""
    # The user may have gone on changing the project while the job waited for its turn.
    from core.project.fingerprint import training_fingerprint

    project = context.workspace.get(context.project_id)
    if training_fingerprint(project) == fingerprint:
        return project
    for revision in context.workspace.history(context.project_id):
        project = context.workspace.at_revision(context.project_id, revision.number)
        if training_fingerprint(project) == fingerprint:
            return project
    raise JobError("The project was changed since this work was asked for.", next_step="Start it again.")


def _tidy_training(context: JobContext) -> None:
    folder = _training(context)
    board = folder.board()
    if board is None or board.finished:
        return

    def ended(run: Run) -> Run:
        if run.status not in (RunStatus.RUNNING, RunStatus.WAITING):
            return run
        return run.model_copy(update={"status": RunStatus.STOPPED, "reason": "The training ended before it was done."})

    folder.write_board(board.model_copy(update={"runs": tuple(map(ended, board.runs)), "finished": True}))


def _discard_training(context: JobContext) -> None:
    _training(context).roll_back(context.job_id)


FIRST_PART = 0.6
"""Of a training that tunes: the candidates' share of the bar."""


def share_done(board: Leaderboard) -> float:
    """Return the share of the work that is done: candidates that have ended, and folds of the one that runs.

    Where tuning follows, the candidates are the first part of it; from then on it is the share of the time.
    """
    done = 0.0
    runs = [run for run in board.runs if run.family == run.key] if board.tunes else list(board.runs)
    for run in runs:
        if run.status is RunStatus.RUNNING:
            # One more than the folds: the fit on all training rows.
            done += len(run.folds) / (board.folds + 1)
        elif run.status is not RunStatus.WAITING:
            done += 1
    share = done / len(runs) if runs else 0.0
    if not board.tunes or board.finished:
        return share
    if share < 1:
        return FIRST_PART * share
    return min(1.0, max(FIRST_PART, board.seconds / board.budget_seconds))


def doing(board: Leaderboard) -> str:
    """Return what a training does now, in words."""
    for run in board.runs:
        if run.status is RunStatus.RUNNING:
            title = run.title[:1].lower() + run.title[1:]
            return f"Fitting {title}" if not run.draws else f"Tuning: {title}, {run.summary}"
    return "Comparing the candidates" if board.finished else "Choosing what to try next"


def _export(context: JobContext) -> None:
    from core.jobs.exporting import export

    export(context)


def _discard_export(context: JobContext) -> None:
    from core.jobs.exporting import discard

    discard(context)


def _import(context: JobContext) -> None:
    from core.jobs.importing import bring_table

    bring_table(context)


def _again(context: JobContext) -> None:
    from core.jobs.importing import bring_again

    bring_again(context)


def _count(context: JobContext) -> None:
    from core.jobs.joining import count

    count(context)


def _join(context: JobContext) -> None:
    from core.jobs.joining import join

    join(context)


def _compare(context: JobContext) -> None:
    from core.jobs.joining import compare

    compare(context)


def _draw(context: JobContext) -> None:
    from core.jobs.importing import draw_sample

    draw_sample(context)


def _discard_import(context: JobContext) -> None:
    from core.jobs.importing import discard

    discard(context)


def _try(context: JobContext) -> None:
    from core.jobs.trying import run_trial

    run_trial(context)


def _leave(_context: JobContext) -> None:
    """Leave everything: a certificate is written last, so what was not finished is not seen."""


TASKS: dict[str, Task] = {
    "train": Task(run=_train, tidy=_tidy_training, discard=_discard_training),
    "export": Task(run=_export, tidy=_leave, discard=_discard_export),
    "import": Task(run=_import, tidy=_leave, discard=_discard_import),
    "refresh": Task(run=_again, tidy=_leave, discard=_discard_import),
    "second": Task(run=_import, tidy=_leave, discard=_discard_import),
    "trial": Task(run=_try, tidy=_leave, discard=_leave),
    "draw": Task(run=_draw, tidy=_leave, discard=_discard_import),
    "count": Task(run=_count, tidy=_leave, discard=_discard_import),
    "join": Task(run=_join, tidy=_leave, discard=_discard_import),
    "compare": Task(run=_compare, tidy=_leave, discard=_discard_import),
}
"""Every kind of job.

``refresh`` and ``second`` bring tables that wait until the user has looked at them; ``count``, ``join`` and ``compare``
look at them and put them together, where they are too large to do so while a screen waits.
"""


def task_of(kind: str) -> Task:
    """Return the task of a kind.

    For tests, ``FAIRWAY_TEST_TASKS`` may name an importable module whose ``TASKS`` are looked into as well.

    Raises
    ------
    JobError
        There is no such kind.
    """
    extra = os.environ.get("FAIRWAY_TEST_TASKS")
    known: dict[str, Task] = {**TASKS, **(importlib.import_module(extra).TASKS if extra else {})}
    if kind not in known:
        raise JobError("This work is of no kind that Fairway knows.", next_step="Start it again from its page.")
    return known[kind]
