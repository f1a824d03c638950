"""Starting, watching, stopping and discarding jobs, and skipping parts of one: all that a screen needs."""

import json
import secrets
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from core import limits
from core.errors import FairwayError, JobError, NotFoundError
from core.jobs import ledger, processes
from core.jobs.job import LIVE, Job, JobState
from core.jobs.tasks import task_of
from core.workspace.files import remove_tree
from core.workspace.store import Workspace
from core.workspace.tables import JOBS
from core.workspace.upkeep import purge


def submit(
    workspace: Workspace,
    project_id: str,
    kind: str,
    params: dict[str, Any],
    *,
    key: str,
    now: datetime,
    secret: str = "",
) -> Job:
    """Start a job, or let it wait for a free place; where the same one is live already, that one is returned.

    Parameters
    ----------
    workspace : Workspace
    project_id : str
    kind : str
        Key of ``core.jobs.tasks.TASKS``.
    params : dict
        For the task; JSON values only.
    key : str
        What it works on, such as a fingerprint: two submissions with the same project, kind and key are the same job.
    now : datetime
    secret : str
        A password for the task; held in memory and handed over through a pipe, never stored.

    Returns
    -------
    Job

    Raises
    ------
    NotFoundError
        The project is not there or not this user's.
    JobError
        The user has ``limits.JOBS_PER_USER`` live jobs.
    """
    workspace.check(project_id)
    task_of(kind)
    ledger.settle_all(workspace)
    same = select(JOBS).where(
        JOBS.c.project_id == project_id, JOBS.c.kind == kind, JOBS.c.key == key, JOBS.c.state.in_(LIVE)
    )
    of_user = select(func.count()).where(JOBS.c.owner == workspace.owner, JOBS.c.state.in_(LIVE))
    job_id = secrets.token_hex(8)
    values = {
        "id": job_id,
        "project_id": project_id,
        "owner": workspace.owner,
        "kind": kind,
        "key": key,
        "params": json.dumps(params),
        "state": JobState.QUEUED.value,
        "progress": 0.0,
        "message": "",
        "error": "",
        "log_tail": "",
        "host": "",
        "created": now,
    }
    try:
        with workspace.database.write(lock="jobs") as connection:
            found = connection.execute(same).first()
            if found is not None:
                return Job.of(found)
            live = connection.execute(of_user).scalar() or 0
            if live >= limits.JOBS_PER_USER:
                raise JobError(
                    f"You have {live} jobs that run or wait; at most {limits.JOBS_PER_USER} can.",
                    next_step="Wait until one has ended, or stop one.",
                )
            connection.execute(insert(JOBS).values(values))
    except IntegrityError:
        with workspace.database.read() as connection:
            return Job.of(connection.execute(same).one())
    if secret:
        processes.hold_secret(job_id, secret)
    ledger.start_waiting(workspace)
    return Job.of(_row(workspace, job_id))


def status(workspace: Workspace, job_id: str) -> Job:
    """Return a job as it stands: a worker that has died is noticed here, and a waiting job is started if it can be.

    Raises
    ------
    NotFoundError
        There is no such job, or it is another user's.
    """
    row = _row(workspace, job_id)
    if JobState(row.state).is_live:
        ledger.settle(workspace, row)
        ledger.start_waiting(workspace)
        row = _row(workspace, job_id)
    return Job.of(row)


def latest(workspace: Workspace, project_id: str, kind: str, *, key: str | None = None) -> Job | None:
    """Return the newest job of a kind, and of a key where one is given, as it stands; ``None`` where there was none."""
    query = select(JOBS.c.id).where(
        JOBS.c.owner == workspace.owner, JOBS.c.project_id == project_id, JOBS.c.kind == kind
    )
    if key is not None:
        query = query.where(JOBS.c.key == key)
    with workspace.database.read() as connection:
        job_id = connection.execute(query.order_by(JOBS.c.created.desc(), JOBS.c.id).limit(1)).scalar()
    return None if job_id is None else status(workspace, job_id)


def stop(workspace: Workspace, job_id: str, *, now: datetime) -> Job:
    """Ask a job to keep what it has and end; within ``limits.STOP_SECONDS`` its processes are gone either way."""
    _row(workspace, job_id)
    here = JOBS.c.id == job_id
    with workspace.database.write() as connection:
        connection.execute(
            update(JOBS)
            .where(here, JOBS.c.state == JobState.QUEUED.value)
            .values(state=JobState.STOPPED.value, ended=now, message="Stopped before it began.")
        )
        connection.execute(
            update(JOBS)
            .where(here, JOBS.c.state == JobState.RUNNING.value)
            .values(state=JobState.STOPPING.value, stop_asked=now)
        )
    return status(workspace, job_id)


def skip(workspace: Workspace, job_id: str, part: str) -> Job:
    """Ask a live job to skip one part of its work and go on with the others; the worker looks as often as for a stop.

    Parameters
    ----------
    workspace : Workspace
    job_id : str
    part : str
        As the task names it: the key of a candidate in a training.

    Returns
    -------
    Job

    Raises
    ------
    NotFoundError
        There is no such job, or it is another user's.
    """
    _row(workspace, job_id)
    with workspace.database.write(lock="jobs") as connection:
        # Read under the lock: two tabs may ask at the same moment.
        found = connection.execute(select(JOBS.c.skips).where(JOBS.c.id == job_id, JOBS.c.state.in_(LIVE))).scalar()
        if found is not None and part not in json.loads(found):
            asked = json.dumps([*json.loads(found), part])
            connection.execute(update(JOBS).where(JOBS.c.id == job_id).values(skips=asked))
    return status(workspace, job_id)


def discard(workspace: Workspace, job_id: str, *, now: datetime) -> None:
    """End a job at once and take back what it has added; the job itself is forgotten."""
    row = _row(workspace, job_id)
    with workspace.database.write() as connection:
        # First, so that a worker which is just beginning finds nothing to do.
        connection.execute(
            update(JOBS)
            .where(JOBS.c.id == job_id, JOBS.c.state.in_(LIVE))
            .values(state=JobState.STOPPED.value, ended=now, message="Discarded.")
        )
    row = _row(workspace, job_id)
    if row.host == processes.host() and _is_its_process(row):
        processes.kill_group(job_id, row.pid)
    with suppress(FairwayError):
        task_of(row.kind).discard(ledger.context_of(workspace, row))
    remove_tree(processes.job_folder(workspace.settings, job_id))
    with workspace.database.write() as connection:
        connection.execute(delete(JOBS).where(JOBS.c.id == job_id))
    ledger.start_waiting(workspace)


def reconcile(workspace: Workspace) -> None:
    """Look after what was left behind; call it when the server starts.

    Workers that still live are found again, dead ones show as interrupted, waiting jobs are started, and what nobody
    can reach any more is cleared away.
    """
    ledger.settle_all(workspace)
    ledger.start_waiting(workspace)
    purge(workspace, now=ledger.now_utc())


def _row(workspace: Workspace, job_id: str) -> Row[Any]:
    with workspace.database.read() as connection:
        row = connection.execute(select(JOBS).where(JOBS.c.id == job_id, JOBS.c.owner == workspace.owner)).first()
    if row is None:
        raise NotFoundError("There is no such job.", next_step="Open the project again from All projects.")
    return row


def _is_its_process(row: Row[Any]) -> bool:
    if row.pid is None:
        return True
    found = processes.identity(row.pid)
    # Gone: then only what is left of its group can be meant. Without a way to tell, a live state is taken at its word.
    return found is None or found == row.pid_started
