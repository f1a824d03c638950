"""A job: long work for one project, done by a process of its own."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_live(self) -> bool:
        """Whether the job waits or works."""
        return self in LIVE


LIVE = (JobState.QUEUED, JobState.RUNNING, JobState.STOPPING)
"""States in which a job waits or works."""
AT_WORK = (JobState.RUNNING, JobState.STOPPING)
"""States in which a job has a process."""


@dataclass(frozen=True)
class Job:
    """One job as it was last seen.

    Parameters
    ----------
    id, project_id, owner : str
    kind : str
        Key of ``core.jobs.tasks.TASKS``.
    key : str
        What it works on, such as the fingerprint of a training: one project has one live job of a kind and key.
    params : dict
        What the task was given; JSON values only.
    state : JobState
    progress : float
        Share done, 0 to 1.
    message : str
        What it does now, or how it ended.
    error : str
        Why it failed or was interrupted, in plain words; empty otherwise.
    log_tail : str
        Last lines of its log once it has ended. For whoever runs the server, not for the screen.
    pid : int or None
        Its process.
    created, started, heartbeat, stop_asked, ended : datetime
        ``None`` before it happened.
    skips : tuple of str
        Parts of its work, such as candidates of a training, that the user asked to skip, in the order of asking.
    """

    id: str
    project_id: str
    owner: str
    kind: str
    key: str
    params: dict[str, Any]
    state: JobState
    progress: float
    message: str
    error: str
    log_tail: str
    pid: int | None
    created: datetime
    started: datetime | None
    heartbeat: datetime | None
    stop_asked: datetime | None
    ended: datetime | None
    skips: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Row[Any]) -> "Job":
        """Return the job of a row of the database."""
        return cls(
            id=row.id,
            project_id=row.project_id,
            owner=row.owner,
            kind=row.kind,
            key=row.key,
            params=json.loads(row.params),
            state=JobState(row.state),
            progress=row.progress,
            message=row.message,
            error=row.error,
            log_tail=row.log_tail,
            pid=row.pid,
            created=row.created,
            started=row.started,
            heartbeat=row.heartbeat,
            stop_asked=row.stop_asked,
            ended=row.ended,
            skips=tuple(json.loads(row.skips)),
        )

    @property
    def is_live(self) -> bool:
        """Whether it waits or works."""
        return self.state.is_live

    def seconds(self, now: datetime) -> float:
        """Return how long it has worked, 0 while it waits."""
        if self.started is None:
            return 0.0
        return max(0.0, ((self.ended or now) - self.started).total_seconds())
