"""The list of jobs in the database: who works, who waits, who has ended."""

import json
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update

from core import limits
from core.errors import FairwayError
from core.jobs import processes
from core.jobs.job import AT_WORK, JobState
from core.jobs.tasks import JobContext, task_of
from core.workspace.files import remove_tree
from core.workspace.store import Workspace
from core.workspace.tables import JOBS

SILENT = timedelta(seconds=30)
"""Without a sign for this long a worker counts as dead where its process cannot be looked at."""
START = timedelta(seconds=60)
"""A worker that has not reported after this long was never there."""
STOPPED_MESSAGE = "Stopped. What was finished is kept."
"""How a job ends that the user stopped."""

_log = logging.getLogger(__name__)


def now_utc() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def end(workspace: Workspace, job_id: str, state: JobState, *, message: str = "", error: str = "") -> bool:
    """Write how a job that is at work has ended.

    Parameters
    ----------
    workspace : Workspace
    job_id : str
    state : JobState
    message, error : str
        Plain words; an empty message keeps the last one.

    Returns
    -------
    bool
        Whether it was still at work: somebody else may have been faster.
    """
    folder = processes.job_folder(workspace.settings, job_id)
    values: dict[str, Any] = {
        "state": state.value,
        "ended": now_utc(),
        "error": error,
        "log_tail": processes.log_tail(folder),
    }
    if message:
        values["message"] = message
    if state is JobState.DONE:
        values["progress"] = 1.0
    with workspace.database.write() as connection:
        done = connection.execute(update(JOBS).where(JOBS.c.id == job_id, JOBS.c.state.in_(AT_WORK)).values(**values))
    return bool(done.rowcount)


def context_of(workspace: Workspace, row: Row[Any], **callables: Any) -> JobContext:
    """Return what the task of a job is given."""
    view = workspace.for_user(row.owner)
    return JobContext(view, row.id, row.project_id, json.loads(row.params), **callables)


def tidy(workspace: Workspace, row: Row[Any]) -> None:
    """Leave the results of a job that ended before its time in a state that can be shown."""
    with suppress(FairwayError):
        task_of(row.kind).tidy(context_of(workspace, row))
    remove_tree(processes.job_folder(workspace.settings, row.id) / "tmp")


def settle(workspace: Workspace, row: Row[Any]) -> None:
    """Notice a worker that has died, and end one that does not heed a stop."""
    if row.state not in AT_WORK:
        return
    now = now_utc()
    # In this order: a process that ends in between has left its status by then.
    lives = _lives(row, now)
    status = processes.exit_status(row.id, wait=0.0 if lives else 1.0)
    if status is None and lives:
        overdue = row.stop_asked is not None and now - row.stop_asked > timedelta(seconds=limits.STOP_SECONDS)
        if overdue and row.host == processes.host():
            processes.kill_group(row.id, row.pid)
            _bury(workspace, row, JobState.STOPPED, "")
        return
    if row.host == processes.host():
        _kill_remains(row)
    if row.state == JobState.STOPPING:
        _bury(workspace, row, JobState.STOPPED, "")
    elif row.pid is None and status is None:
        _bury(workspace, row, JobState.FAILED, "The work could not be started.")
    else:
        state = JobState.FAILED if status is not None and status > 0 else JobState.INTERRUPTED
        _bury(workspace, row, state, processes.ending_in_words(status, row.oom_kills))


def _lives(row: Row[Any], now: datetime) -> bool:
    seen = row.heartbeat or row.started
    if row.pid is None:
        return bool(now - seen < START)
    if row.host != processes.host() or not processes.has_proc():
        return bool(now - seen < SILENT)
    found = processes.identity(row.pid)
    return found is not None and found == row.pid_started


def _kill_remains(row: Row[Any]) -> None:
    # Only where nobody has that number now: a process that was given it later is not ours.
    if row.pid is None:
        return
    found = processes.identity(row.pid)
    if found is None or (found == "" and processes.exit_status(row.id) is not None):
        processes.kill_group(row.id, row.pid)


def _bury(workspace: Workspace, row: Row[Any], state: JobState, error: str) -> None:
    message = STOPPED_MESSAGE if state is JobState.STOPPED else ""
    if end(workspace, row.id, state, message=message, error=error):
        if error:
            _log.warning("job %s (%s): %s", row.id, row.kind, error)
        tidy(workspace, row)


def settle_all(workspace: Workspace) -> None:
    """Notice every worker that has died."""
    with workspace.database.read() as connection:
        rows = connection.execute(select(JOBS).where(JOBS.c.state.in_(AT_WORK))).all()
    for row in rows:
        settle(workspace, row)


def start_waiting(workspace: Workspace) -> None:
    """Start jobs that wait, the oldest first, while this machine has a free place.

    Any number of processes may call this at the same time: each job is taken by one of them.
    """
    with workspace.database.read() as connection:
        if connection.execute(select(JOBS.c.id).where(JOBS.c.state == JobState.QUEUED.value).limit(1)).first() is None:
            return
    settle_all(workspace)
    while (job_id := _take(workspace)) is not None:
        try:
            pid = processes.spawn(workspace.settings, job_id)
        except OSError:
            _log.exception("the worker of job %s could not be started", job_id)
            end(workspace, job_id, JobState.FAILED, error="The work could not be started.")
            continue
        with workspace.database.write() as connection:
            connection.execute(
                update(JOBS)
                .where(JOBS.c.id == job_id, JOBS.c.pid.is_(None), JOBS.c.state.in_(AT_WORK))
                .values(pid=pid, pid_started=processes.identity(pid))
            )


def _take(workspace: Workspace) -> str | None:
    here = processes.host()
    with workspace.database.write(lock="jobs") as connection:
        working = select(func.count()).where(JOBS.c.state.in_(AT_WORK), JOBS.c.host == here)
        if (connection.execute(working).scalar() or 0) >= limits.JOBS_PER_MACHINE:
            return None
        oldest = select(JOBS.c.id).where(JOBS.c.state == JobState.QUEUED.value).order_by(JOBS.c.created, JOBS.c.id)
        job_id: str | None = connection.execute(oldest.limit(1)).scalar()
        if job_id is None:
            return None
        now = now_utc()
        taken = connection.execute(
            update(JOBS)
            .where(JOBS.c.id == job_id, JOBS.c.state == JobState.QUEUED.value)
            .values(state=JobState.RUNNING.value, started=now, heartbeat=now, host=here)
        )
    return job_id if taken.rowcount else None
