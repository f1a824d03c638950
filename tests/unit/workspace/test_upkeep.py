import os
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from core.errors import NotFoundError
from core.project.document import DataRef
from core.workspace.files import write_bytes
from core.workspace.tables import JOBS
from core.workspace.upkeep import purge


def age(path, now, **ago):
    moment = (now - timedelta(**ago)).timestamp()
    os.utime(path, (moment, moment))


def with_table(workspace, project, frame, now):
    ref = DataRef(content_hash=workspace.write_table(frame), name="t", rows=3, columns=2, size_bytes=1, imported=now)
    return workspace.save(project.updated(data=ref), now=now)


def test_a_project_deleted_long_ago_is_gone_with_its_files_and_table(workspace, frame, noon):
    made = with_table(workspace, workspace.create("Churn", now=noon), frame, noon)
    write_bytes(workspace.artefact_dir(made.id, "bundle", "abc") / "x", b"x")
    age(workspace.tables.path(made.data.content_hash), noon, days=0)
    workspace.delete(made.id, now=noon)
    cleared = purge(workspace, now=noon + timedelta(days=8))
    assert (cleared.projects, cleared.tables) == (1, 1)
    assert list((workspace.home / "projects").iterdir()) == []
    assert list((workspace.home / "tables").iterdir()) == []
    with pytest.raises(NotFoundError):
        workspace.restore(made.id)


def test_a_project_deleted_lately_can_still_be_restored_with_its_table(workspace, frame, noon):
    made = with_table(workspace, workspace.create("Churn", now=noon), frame, noon)
    age(workspace.tables.path(made.data.content_hash), noon, days=30)
    workspace.delete(made.id, now=noon)
    purge(workspace, now=noon + timedelta(days=6))
    restored = workspace.restore(made.id)
    assert len(workspace.read_table(restored.data.content_hash)) == 3


def test_a_table_the_history_speaks_of_is_kept(workspace, frame, noon):
    made = with_table(workspace, workspace.create("Churn", now=noon), frame, noon)
    old = made.data.content_hash
    with_table(workspace, made, frame.assign(age=[1.0, 2.0, 3.0]), noon)
    age(workspace.tables.path(old), noon, days=30)
    assert purge(workspace, now=noon).tables == 0
    assert workspace.tables.path(old).exists()


def test_a_table_just_written_is_kept_although_no_project_speaks_of_it_yet(workspace, frame, noon):
    path = workspace.tables.path(workspace.write_table(frame))
    age(path, noon, hours=1)
    assert purge(workspace, now=noon).tables == 0
    age(path, noon, days=2)
    assert purge(workspace, now=noon).tables == 1


def test_halves_and_uploads_left_behind_go_after_a_day(workspace, noon):
    made = workspace.create("Churn", now=noon)
    folder = workspace.artefact_dir(made.id, "archive", "abc")
    (workspace.home / "uploads").mkdir()
    files = [folder / "project.fairway", folder / ".part-0a", workspace.home / "uploads" / "u.csv"]
    for path in files:
        path.write_bytes(b"x")
        age(path, noon, hours=2)
    purge(workspace, now=noon)
    assert all(path.exists() for path in files)
    for path in files:
        age(path, noon, days=2)
    purge(workspace, now=noon)
    assert not any(path.exists() for path in files)


def test_old_jobs_go_but_the_newest_of_each_kind_stays(workspace, noon):
    made = workspace.create("Churn", now=noon)
    for number, days in enumerate((90, 60, 50)):
        moment = noon - timedelta(days=days)
        values = {
            "id": str(number), "project_id": made.id, "owner": "", "kind": "train", "key": "k", "params": "{}",
            "state": "done", "progress": 1.0, "message": "", "error": "", "log_tail": "", "host": "", "created": moment,
            "ended": moment,
        }  # fmt: skip
        with workspace.database.write() as connection:
            connection.execute(insert(JOBS).values(values))
    assert purge(workspace, now=noon).jobs == 2
    with workspace.database.read() as connection:
        assert connection.execute(select(JOBS.c.id)).scalars().all() == ["2"]


def test_many_projects_made_and_deleted_leave_no_growth(workspace, frame, noon):
    for number in range(20):
        made = with_table(workspace, workspace.create("x", now=noon), frame.assign(age=float(number)), noon)
        workspace.artefact_dir(made.id, "bundle", "abc")
        workspace.delete(made.id, now=noon)
    purge(workspace, now=noon + timedelta(days=400))
    kept = [path for path in workspace.home.rglob("*") if path.is_file() and not path.name.startswith("fairway.db")]
    assert kept == []
    assert list((workspace.home / "projects").iterdir()) == []
