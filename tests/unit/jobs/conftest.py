import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.jobs import api
from core.settings import Settings
from core.workspace import Workspace

TASKS = """
import os, subprocess, sys, time
from pathlib import Path
from core.errors import DataError, StorageError
from core.jobs.tasks import Task
from core.workspace.files import write_json


def folder(context):
    return context.workspace.artefact_dir(context.project_id, "sleep", "abc")


def note(context, **values):
    write_json(folder(context) / "note.json", {"pid": os.getpid(), **values})


def sleep(context):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    note(context, child=child.pid)
    context.report(0.25, "Sleeping")
    while not context.should_stop():
        time.sleep(0.02)
    write_json(folder(context) / "kept.json", "kept")


def deaf(context):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    note(context, child=child.pid)
    time.sleep(60)


def parts(context):
    while len(context.skips()) < 2:
        time.sleep(0.02)
    note(context, skips=sorted(context.skips()), stop=context.should_stop())


def quick(context):
    note(context, params=dict(context.params), url=os.environ["FAIRWAY_HOME"], wait=os.environ["OMP_WAIT_POLICY"],
         cluster=os.environ["FAIRWAY_DASK_SCHEDULER"],
         arguments=Path(f"/proc/{os.getpid()}/cmdline").read_text(), group=os.getpgrp() == os.getpid())


def refuses(context):
    raise DataError("The target has one value.", next_step="Choose another one.")


def breaks(context):
    return {}["/srv/secret"]


def hungry(context):
    raise MemoryError


def crashes(context):
    note(context)
    os._exit(3)


def nothing(context):
    pass


def discarded(context):
    (folder(context) / "note.json").unlink(missing_ok=True)
    (folder(context) / "discarded").write_text(context.job_id)


def tidied(context):
    (folder(context) / "tidied").write_text(context.job_id)


TASKS = {
    name: Task(run=run, tidy=tidied, discard=discarded)
    for name, run in dict(
        sleep=sleep, deaf=deaf, parts=parts, quick=quick, refuses=refuses, breaks=breaks, hungry=hungry, crashes=crashes
    ).items()
}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "fairway_test_tasks.py").write_text(TASKS)
    monkeypatch.setenv("FAIRWAY_TEST_TASKS", "fairway_test_tasks")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    opened = Workspace.open(
        Settings.from_environment({"FAIRWAY_HOME": str(tmp_path / "home"), "FAIRWAY_WORKER_THREADS": "1"})
    )
    yield opened
    from sqlalchemy import select

    from core.jobs import ledger, processes
    from core.workspace.tables import JOBS

    with opened.database.read() as connection:
        rows = connection.execute(select(JOBS)).all()
    for row in rows:
        if row.state in ("queued", "running", "stopping"):
            api.discard(opened.for_user(row.owner), row.id, now=ledger.now_utc())
        processes.kill_group(row.id, None)
    opened.database.close()


@pytest.fixture
def restart(workspace, monkeypatch):
    """Forget, as a restart of the server does, which workers this process has started."""
    from core.jobs import processes

    known = processes._children
    yield lambda: monkeypatch.setattr(processes, "_children", {})
    monkeypatch.setattr(processes, "_children", known)


@pytest.fixture
def project(workspace: Workspace):
    return workspace.create("Churn", now=datetime.now(UTC))


def now() -> datetime:
    return datetime.now(UTC)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def until(condition, seconds: float = 8.0):
    """Wait until a condition holds and return what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.03)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def start(workspace, project):
    """Submit a job and give the means to watch it."""

    class Started:
        def __init__(self, kind: str, key: str = "k", owner: str = "", **params) -> None:
            self.workspace = workspace
            self.job = api.submit(workspace, project.id, kind, params, key=key, now=now())

        def now(self):
            return api.status(workspace, self.job.id)

        def ended(self, seconds: float = 8.0):
            return until(lambda: (job := self.now()).is_live is False and job, seconds)

        @property
        def folder(self) -> Path:
            return workspace.artefact_dir(project.id, "sleep", "abc")

        def note(self):
            from core.workspace.files import read_json

            return until(lambda: read_json(self.folder / "note.json"))

    return Started


@pytest.fixture
def waiting(start, monkeypatch):
    """The same without a worker: the job waits, and the test does with it what it likes."""
    from sqlalchemy import select, update

    from core.workspace.tables import JOBS

    class Waiting(start):
        def __init__(self, kind: str, **options) -> None:
            monkeypatch.setattr("core.limits.JOBS_PER_MACHINE", 0)
            super().__init__(kind, **options)

        def write(self, **values) -> None:
            with self.workspace.database.write() as connection:
                connection.execute(update(JOBS).where(JOBS.c.id == self.job.id).values(**values))

        def row(self):
            with self.workspace.database.read() as connection:
                return connection.execute(select(JOBS).where(JOBS.c.id == self.job.id)).one()

        def done_here(self):
            """Do the job in this process and return it."""
            from core.jobs import worker

            self.write(state="running", started=now(), heartbeat=now())
            assert worker.run(self.workspace, self.job.id) == 0
            return self.now()

    return Waiting


@pytest.fixture
def helpers():
    class Helpers:
        pass

    Helpers.alive, Helpers.until, Helpers.now = staticmethod(alive), staticmethod(until), staticmethod(now)
    assert os.name == "posix"
    return Helpers
