import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import DataError, JobError
from core.jobs import api, importing, processes
from core.jobs.job import JobState
from core.jobs.tasks import TASKS, JobContext
from core.workspace import importing as tables

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def staged(workspace) -> Path:
    folder = workspace.home / "uploads"
    folder.mkdir(exist_ok=True)
    path = folder / "abc.part"
    path.write_text("a;b\n1,5;x\n2,5;y\n")
    return path


def params(staged: Path, **changes: object) -> dict:
    return {"source": "upload", "origin": {}, "staged": staged.name, "name": "t.csv", "options": {}} | changes


def ended(workspace, job):
    until = time.monotonic() + 60
    while job.is_live and time.monotonic() < until:
        time.sleep(0.1)
        job = api.status(workspace, job.id)
    return job


def test_a_worker_reads_the_file_and_leaves_it_to_the_project(workspace, project, staged: Path) -> None:
    job = ended(workspace, api.submit(workspace, project.id, "import", params(staged), key="abc", now=NOW))
    assert (job.state, job.error) == (JobState.DONE, "")
    brought = importing.result(workspace, job)
    assert brought is not None
    assert workspace.get(project.id).data is None
    taken = tables.attach(workspace, project, brought, now=NOW)
    assert workspace.read_table(taken.data.content_hash)["a"].tolist() == [1.5, 2.5]
    assert not staged.exists()
    importing.taken(workspace, job)
    assert importing.result(workspace, job) is None


def test_a_worker_reads_a_file_of_the_folder_where_it_lies(workspace, project, tmp_path: Path, monkeypatch) -> None:
    place = tmp_path / "files"
    place.mkdir()
    (place / "t.csv").write_text("a;when\n1,5;03/04/2023\n2,5;05/06/2023\n")
    monkeypatch.setenv("FAIRWAY_FILES", str(place))
    origin = {"kind": "folder", "name": "t.csv", "options": {"date_order": "month first"}}
    asked = {"source": "folder", "origin": origin, "name": "t"}
    job = ended(workspace, api.submit(workspace, project.id, "import", asked, key="abc", now=NOW))
    assert (job.state, job.error) == (JobState.DONE, "")
    brought = importing.result(workspace, job)
    assert brought is not None
    assert brought.table_schema["when"].date_format == "%m/%d/%Y"
    assert (brought.ref.name, brought.ref.source, brought.ref.origin) == ("t.csv", "folder", origin)
    assert (place / "t.csv").exists()
    out = asked | {"origin": origin | {"name": "../files/t.csv"}}
    job = ended(workspace, api.submit(workspace, project.id, "import", out, key="abd", now=NOW))
    assert (job.state, "There is no such file." in job.error) == (JobState.FAILED, True)


def test_a_file_that_cannot_be_read_is_refused_in_the_readers_words(workspace, project, staged: Path) -> None:
    staged.write_text("a,b\n")
    context = JobContext(workspace, "j1", project.id, params(staged))
    with pytest.raises(DataError, match="no rows below them"):
        TASKS["import"].run(context)
    assert staged.exists()


def test_discarding_throws_the_uploaded_file_away(workspace, project, staged: Path) -> None:
    context = JobContext(workspace, "j1", project.id, params(staged))
    TASKS["import"].run(context)
    staged.write_text("left")
    TASKS["import"].discard(context)
    assert not staged.exists()


def test_a_password_reaches_the_worker_through_a_pipe_and_nothing_else(workspace, project) -> None:
    secret = "s3cret-Pass-word"
    origin = {"kind": "sensor", "host": "127.0.0.1", "port": 9, "topic": "a", "user": "u", "messages": 1, "seconds": 1}
    given = {"source": "sensor", "origin": origin, "name": "a", "with_secret": True}
    job = api.submit(workspace, project.id, "import", given, key="a", now=NOW, secret=secret)
    job = ended(workspace, job)
    # Nobody listens there: the point is where the password does not stand.
    assert job.state is JobState.FAILED
    assert "password again" not in job.error
    assert secret not in json.dumps(job.params) + job.error + job.log_tail + job.message
    for path in workspace.home.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_without_the_password_it_is_asked_for_again(workspace, project) -> None:
    origin = {"kind": "sensor", "host": "127.0.0.1", "topic": "a", "messages": 1, "seconds": 1}
    given = {"source": "sensor", "origin": origin, "name": "a", "with_secret": True}
    with pytest.raises(JobError, match="Enter the password again"):
        TASKS["import"].run(JobContext(workspace, "j1", project.id, given))


def test_a_held_password_is_given_once(workspace) -> None:
    processes.hold_secret("j1", "x")
    assert processes._secrets.pop("j1") == "x"
    assert "s3cret" not in repr(JobContext(workspace, "j1", "p", {}, secret="s3cret"))
