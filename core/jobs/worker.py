"""The worker: one process that does one job. ``python -m core.jobs.worker --job <id>``."""

import argparse
import faulthandler
import json
import logging
import os
import secrets
import signal
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, or_, select, update

from core import limits
from core.errors import FairwayError, StorageError
from core.jobs import ledger, processes
from core.jobs.job import AT_WORK, JobState
from core.jobs.tasks import task_of
from core.settings import Settings
from core.workspace.store import Workspace
from core.workspace.tables import JOBS

POLL_SECONDS = 0.3
"""How often the worker looks whether it is to stop."""
HEARTBEAT_SECONDS = 1.0
"""How often it gives a sign of life."""
MARGIN = timedelta(seconds=0.5)
"""The worker ends itself this long before its time to stop is over."""

_log = logging.getLogger("fairway.worker")


class Monitor:
    """A thread beside the work: signs of life out, wishes to stop or skip in, and the end where a stop is not heeded.

    Parameters
    ----------
    workspace : Workspace
    row : Row
        The job.
    """

    def __init__(self, workspace: Workspace, row: Row[Any]) -> None:
        self._workspace, self._row = workspace, row
        self._stop, self._closed = threading.Event(), threading.Event()
        self._skips: frozenset[str] = frozenset(json.loads(row.skips))
        self._said: tuple[float, str] = (0.0, "")
        self._written: tuple[float, str] | None = None
        self._beat = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def report(self, progress: float, message: str) -> None:
        """Take what the work says of itself; the thread writes it down."""
        self._said = (min(1.0, max(0.0, float(progress))), message)

    def should_stop(self) -> bool:
        """Whether the user asked to stop."""
        return self._stop.is_set()

    def skips(self) -> frozenset[str]:
        """Return the parts of the work that the user asked to skip."""
        return self._skips

    def close(self) -> None:
        """End the thread, having written the last report."""
        self._closed.set()
        self._thread.join()
        with suppress(StorageError):
            self._write()

    def _watch(self) -> None:
        while not self._closed.wait(POLL_SECONDS):
            # A database that is busy or gone for a moment must not end the work.
            with suppress(StorageError):
                self._look()
                if self._said != self._written or time.monotonic() - self._beat > HEARTBEAT_SECONDS:
                    self._write()

    def _look(self) -> None:
        query = select(JOBS.c.state, JOBS.c.stop_asked, JOBS.c.skips).where(JOBS.c.id == self._row.id)
        with self._workspace.database.read() as connection:
            found = connection.execute(query).first()
        if found is None or found.state not in AT_WORK:
            # Discarded, or taken for dead: nobody wants what this process might still write.
            end_own_group()
            return
        self._skips = frozenset(json.loads(found.skips))
        if found.state == JobState.STOPPING:
            self._stop.set()
            if ledger.now_utc() - found.stop_asked > timedelta(seconds=limits.STOP_SECONDS) - MARGIN:
                _log.warning("the work did not end in time and is ended")
                ledger.tidy(self._workspace, self._row)
                ledger.end(self._workspace, self._row.id, JobState.STOPPED, message=ledger.STOPPED_MESSAGE)
                ledger.start_waiting(self._workspace)
                end_own_group()

    def _write(self) -> None:
        said = self._said
        with self._workspace.database.write() as connection:
            connection.execute(
                update(JOBS)
                .where(JOBS.c.id == self._row.id, JOBS.c.state.in_(AT_WORK))
                .values(heartbeat=ledger.now_utc(), progress=said[0], message=said[1])
            )
        self._written, self._beat = said, time.monotonic()


def end_own_group() -> None:
    """End this process and everything it has started, at once."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def run(workspace: Workspace, job_id: str, *, secret: str = "") -> int:
    """Do a job.

    Parameters
    ----------
    workspace : Workspace
    job_id : str
    secret : str
        A password for its task.

    Returns
    -------
    int
        Exit status: 0 where the job's row says how it ended.
    """
    row = _claim(workspace, job_id)
    if row is None:
        _log.warning("job %s is not to be done", job_id)
        return 0
    monitor = Monitor(workspace, row)
    state, message, error = JobState.FAILED, "", ""
    try:
        context = ledger.context_of(
            workspace,
            row,
            report=monitor.report,
            should_stop=monitor.should_stop,
            skips=monitor.skips,
            secret=secret,
        )
        task_of(row.kind).run(context)
        stopped = monitor.should_stop()
        state = JobState.STOPPED if stopped else JobState.DONE
        message = ledger.STOPPED_MESSAGE if stopped else "Done."
    except FairwayError as fault:
        _log.exception("job %s failed", job_id)
        error = fault.message
    except MemoryError:
        _log.exception("job %s ran out of memory", job_id)
        error = "The work needed more memory than this machine has free. Try fewer rows, columns or candidates."
    except Exception:  # noqa: BLE001 - the edge: whatever it is, the user gets a sentence and the log the rest
        code = f"E-{secrets.token_hex(2).upper()}"
        _log.exception("job %s failed, logged as %s", job_id, code)
        error = f"The fault is ours, and is logged as {code}."
    monitor.close()
    _end(workspace, row, state, message, error)
    ledger.start_waiting(workspace)
    return 0


def _claim(workspace: Workspace, job_id: str) -> Row[Any] | None:
    pid = os.getpid()
    with workspace.database.write() as connection:
        mine = connection.execute(
            update(JOBS)
            .where(JOBS.c.id == job_id, JOBS.c.state.in_(AT_WORK), or_(JOBS.c.pid.is_(None), JOBS.c.pid == pid))
            .values(
                pid=pid,
                pid_started=processes.identity(pid),
                oom_kills=processes.oom_kills(),
                host=processes.host(),
                heartbeat=ledger.now_utc(),
            )
        )
        if not mine.rowcount:
            return None
        return connection.execute(select(JOBS).where(JOBS.c.id == job_id)).one()


def _end(workspace: Workspace, row: Row[Any], state: JobState, message: str, error: str) -> None:
    if state is JobState.FAILED:
        ledger.tidy(workspace, row)
    for pause in (0.2, 1.0, 0.0):
        try:
            ledger.end(workspace, row.id, state, message=message, error=error)
            return
        except StorageError:
            if not pause:
                raise
            time.sleep(pause)


def _end_children() -> None:
    # Politely: helpers of joblib hear it and remove what they keep in shared memory.
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(os.getpid(), signal.SIGTERM)


def _die_first() -> None:
    """Ask Linux to end this process, and not the server, when memory runs out."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("500")


def main(arguments: list[str] | None = None) -> int:
    """Run the worker; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.jobs.worker", description="Do one job of Fairway.")
    parser.add_argument("--job", required=True, help="id of the job")
    given = parser.parse_args(arguments)
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    _die_first()
    try:
        secret = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
        return run(Workspace.open(Settings.from_environment()), given.job, secret=secret)
    finally:
        _end_children()


if __name__ == "__main__":
    sys.exit(main())
