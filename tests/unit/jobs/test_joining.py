"""Joins and comparisons of large tables, in processes of their own."""

import json
from datetime import UTC, datetime

import pandas as pd
import pytest

from core.data.join import Join, JoinKey
from core.data.table import Table
from core.errors import JobError
from core.jobs import api, importing, joining
from core.jobs.job import JobState
from core.jobs.tasks import TASKS, JobContext
from core.project.document import Joined
from core.workspace import intake
from core.workspace import joining as tables
from core.workspace.joining import Again

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = pd.DataFrame({"id": range(120), "x": [n * 1.5 for n in range(120)]})
SECOND = pd.DataFrame({"id": range(100), "extra": [n * 10 for n in range(100)]})
ON_ID = Join(keys=(JoinKey(left="id", right="id"),))


@pytest.fixture
def loans(workspace, project):
    made = intake.with_table(workspace, project, Table(FIRST), name="a.csv", size=10, source="upload", now=NOW)
    return workspace.save(made, now=NOW)


def stage(workspace, frame: pd.DataFrame, name: str) -> str:
    folder = workspace.home / "uploads"
    folder.mkdir(exist_ok=True)
    frame.to_csv(folder / name, index=False)
    return name


def second(workspace) -> Joined:
    kept = workspace.write_table(SECOND)
    return Joined(join=ON_ID, content_hash=kept, name="b.csv", rows=100, brought=NOW)


def run(workspace, project, helpers, kind: str, seconds: float = 60, **params):
    job = api.submit(workspace, project.id, kind, params, key=kind, now=NOW)
    job = helpers.until(lambda: not (seen := api.status(workspace, job.id)).is_live and seen, seconds)
    assert (job.state, job.error) == (JobState.DONE, "")
    return job


def test_a_process_counts_a_join_and_makes_it(workspace, loans, helpers) -> None:
    table, chosen = loans.data.content_hash, second(workspace).model_dump(mode="json")
    job = run(workspace, loans, helpers, "count", table=table, second=chosen, keys=[], name="b.csv")
    found = joining.looked(workspace, job)
    assert (found.plan.matched, found.plan.unmatched) == (100, 20)
    job = run(workspace, loans, helpers, "join", table=table, second=chosen, name="b.csv")
    made = joining.joined(workspace, job)
    taken = tables.made_taken(loans, made, workspace.read_table(made.ref.content_hash), now=NOW)
    assert taken.data.columns == 3
    importing.taken(workspace, job)
    assert joining.joined(workspace, job) is None


def test_a_process_compares_what_was_read_again(workspace, loans, helpers) -> None:
    joined = workspace.save(tables.join_second(workspace, loans, second(workspace), now=NOW), now=NOW)
    parts = [
        {"place": -1, "source": "upload", "origin": {}, "name": "a2.csv", "options": {}}
        | {"staged": stage(workspace, FIRST.assign(new=1).head(110), "a.part")},
        {"place": 0, "source": "upload", "origin": {}, "name": "b2.csv", "options": {}, "whole": True}
        | {"staged": stage(workspace, SECOND.assign(extra=1.5), "b.part")},
    ]
    read = run(workspace, joined, helpers, "refresh", parts=parts, name="a2.csv, b2.csv")
    again = importing.again(workspace, read)
    assert (again.first.ref.name, again.seconds[0].ref.name) == ("a2.csv", "b2.csv")
    assert not list((workspace.home / "uploads").iterdir())
    given = again.model_dump(mode="json")
    job = run(workspace, joined, helpers, "compare", table=joined.data.content_hash, again=given)
    inline = joining.compared(workspace, joined, again)
    assert joining.result(workspace, job) == inline
    assert inline.found.difference.new_columns == ("new",)
    assert (inline.found.difference.rows_then, inline.found.difference.rows_now) == (120, 110)
    assert inline.ref.joined[0].name == "b2.csv"


def test_what_was_asked_of_another_table_is_not_done(workspace, loans) -> None:
    params = {"table": "f" * 64, "second": None, "again": {}}
    for kind in ("join", "compare"):
        with pytest.raises(JobError, match="The table was changed meanwhile"):
            TASKS[kind].run(JobContext(workspace, "j1", loans.id, params))


def test_each_source_of_a_refresh_gets_its_own_password(workspace, loans, monkeypatch, tmp_path) -> None:
    from core.data.sources.registry import SOURCES
    from core.data.sources.source import Acquired, SourceKind

    seen = []

    def acquire(origin, reach):
        seen.append((origin.topic, reach.secret))
        path = reach.folder / "t.csv"
        FIRST.to_csv(path, index=False)
        return Acquired(path, "t.csv")

    old = SOURCES["sensor"]
    changed = SourceKind("sensor", old.title, old.icon, old.sentence, old.origin, acquire)
    monkeypatch.setitem(SOURCES, "sensor", changed)
    parts = [
        {"place": place, "source": "sensor", "name": topic, "with_secret": bool(secret)}
        | {"origin": {"kind": "sensor", "host": "h", "topic": topic}}
        for place, topic, secret in ((-1, "a", "one"), (0, "b", ""), (1, "c", "two"))
    ]
    secret = json.dumps({"-1": "one", "1": "two"})
    TASKS["refresh"].run(JobContext(workspace, "j1", loans.id, {"parts": parts}, secret=secret))
    assert seen == [("a", "one"), ("b", ""), ("c", "two")]
    with pytest.raises(JobError, match="Enter the password again"):
        TASKS["refresh"].run(JobContext(workspace, "j2", loans.id, {"parts": parts}))


def test_nothing_read_again_is_the_same_table(workspace, loans) -> None:
    found = joining.compared(workspace, loans, Again())
    assert found.found.difference.same
    assert found.ref == loans.data
