import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import func, select

from core import limits
from core.data.labels import Labelled, Reason, undo
from core.errors import InputError, NotFoundError
from core.framing.frame import Task
from core.project.fingerprint import training_fingerprint
from core.workspace import Workspace, archive, intake
from core.workspace.labelling import make_target, original_values, target_of, use_labels
from core.workspace.labels import Target, from_json
from core.workspace.tables import LABELS
from core.workspace.upkeep import purge

COLUMN = "good"


@pytest.fixture
def project(workspace, tmp_path, noon):
    """Sixty rows, of which every third has an outcome."""
    path = tmp_path / "cases.csv"
    outcomes = ["" if n % 3 else ("yes" if n % 2 else "no") for n in range(60)]
    frame = pd.DataFrame({"size": range(60), "place": ["a", "b"] * 30, COLUMN: outcomes})
    frame.to_csv(path, index=False)
    return intake.new_from_file(workspace, path, name="Cases", file_name="cases.csv", now=noon)


def said(row, value, noon, who="Ana", reason=Reason.UNLABELLED, previous=None):
    return Labelled(row, value, previous, who, noon, reason)


def column_of(workspace, project):
    values = workspace.read_table(project.data.content_hash)[COLUMN]
    return [None if pd.isna(value) else value for value in values]


def test_each_label_is_there_for_the_next_process(workspace, settings, project, noon):
    target = target_of(project, COLUMN)
    workspace.labels(project.id).add(target, [said(1, "yes", noon)])
    again = Workspace.open(settings)
    assert again.labels(project.id).read(target) == ((said(1, "yes", noon),), 1)
    again.database.close()


LABELLER = """
import sys
from datetime import UTC, datetime

from core.data.labels import Labelled, Reason
from core.settings import Settings
from core.workspace import Workspace
from core.workspace.labels import Target

workspace = Workspace.open(Settings.from_environment({"FAIRWAY_HOME": sys.argv[1]}))
log = workspace.labels(sys.argv[2])
for row in range(100_000):
    entry = Labelled(row, "yes", None, "Ana", datetime.now(UTC), Reason.UNLABELLED)
    log.add(Target(sys.argv[3], "good"), [entry])
    # Only now would the next row be shown.
    print(row, flush=True)
"""


def test_a_server_killed_in_the_middle_of_labelling_loses_nothing(workspace, settings, project, noon):
    target = target_of(project, COLUMN)
    command = [sys.executable, "-c", LABELLER, str(settings.home), project.id, target.brought]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as labeller:
        shown = [labeller.stdout.readline() for _ in range(25)]
        labeller.kill()
        shown += labeller.stdout.read().splitlines(keepends=True)
    log, _ = Workspace.open(settings).labels(project.id).read(target)
    kept = [entry.row for entry in log]
    # The one under way may be kept without having been shown; nothing that was shown is missing, and nothing is torn.
    seen = [int(line) for line in shown if line.endswith("\n")]
    assert len(seen) >= 25
    assert kept[: len(seen)] == seen
    assert len(kept) - len(seen) in (0, 1)
    workspace.labels(project.id).add(target, [said(200_000, "no", noon)])
    assert workspace.labels(project.id).read(target)[0][-1].row == 200_000


def test_a_reader_that_knows_some_asks_only_for_what_came_after(workspace, project, noon):
    target, log = target_of(project, COLUMN), workspace.labels(project.id)
    log.add(target, [said(1, "yes", noon)])
    log.add(Target(target.brought, "other"), [said(1, "x", noon)])
    log.add(target, [said(2, None, noon, who="Ben")])
    assert log.read(target, after=1) == ((said(2, None, noon, who="Ben"),), 3)
    assert log.read(target, after=3) == ((), 3)


def test_two_tabs_that_label_at_once_lose_nothing(workspace, project, noon):
    target = target_of(project, COLUMN)

    def give(row):
        workspace.labels(project.id).add(target, [said(row, "yes", noon)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(give, range(24)))
    found, last = workspace.labels(project.id).read(target)
    assert sorted(entry.row for entry in found) == list(range(24))
    assert last == 24


def test_another_users_labels_are_not_found(workspace, project):
    with pytest.raises(NotFoundError):
        workspace.for_user("somebody@example.org").labels(project.id)


def test_used_labels_make_a_new_table_and_a_new_fingerprint(workspace, project, noon):
    before = training_fingerprint(project)
    workspace.labels(project.id).add(target_of(project, COLUMN), [said(1, "yes", noon), said(2, "no", noon, who="Ben")])
    used, why_not = use_labels(workspace, project, COLUMN, now=noon)
    assert why_not == ""
    assert column_of(workspace, used)[:4] == ["no", "yes", "no", "yes"]
    assert column_of(workspace, project)[:4] == ["no", None, None, "yes"]
    assert training_fingerprint(used) != before
    assert used.data.brought == project.data.content_hash
    assert used.data.labelling.used[COLUMN].rows == 2
    assert [line.what for line in used.decisions if "Used the labels" in line.what] == [
        "Used the labels given by hand for good: 2 rows (Ana 1, Ben 1)"
    ]


def test_the_labelled_column_becomes_the_outcome_where_there_was_none(workspace, project, noon):
    workspace.labels(project.id).add(target_of(project, COLUMN), [said(1, "yes", noon)])
    used, _ = use_labels(workspace, project, COLUMN, now=noon)
    assert (used.frame.target, used.frame.task, used.frame.positive) == (COLUMN, Task.BINARY, "yes")


def test_using_the_same_labels_twice_changes_nothing(workspace, project, noon):
    workspace.labels(project.id).add(target_of(project, COLUMN), [said(1, "yes", noon)])
    used, _ = use_labels(workspace, project, COLUMN, now=noon)
    assert use_labels(workspace, used, COLUMN, now=noon) == (used, "")


def test_a_label_taken_back_after_it_was_used_gives_back_what_the_file_said(workspace, project, noon):
    target, log = target_of(project, COLUMN), workspace.labels(project.id)
    log.add(target, [said(0, "yes", noon, reason=Reason.SUSPECT, previous="no")])
    used, _ = use_labels(workspace, project, COLUMN, now=noon)
    assert column_of(workspace, used)[0] == "yes"
    assert used.data.labelling.used[COLUMN].corrected == 1
    assert target_of(used, COLUMN) == target
    log.add(target, [undo(log.read(target)[0], who="Ana", at=noon)])
    back, _ = use_labels(workspace, used, COLUMN, now=noon)
    assert column_of(workspace, back)[0] == "no"
    assert back.data.content_hash == project.data.content_hash
    assert any(line.what == "Took the labels given by hand for good out again" for line in back.decisions)


def test_a_column_made_for_labels_is_empty_and_takes_them(workspace, project, noon):
    made = make_target(workspace, project, "  fit   for use ", ["good", "bad", "good"], now=noon)
    assert made.table_schema.names == ("size", "place", COLUMN, "fit for use")
    assert made.data.columns == 4
    assert original_values(workspace, made, "fit for use").isna().sum() == 60
    assert made.decisions[-1].what == "Made the column fit for use with the outcomes good, bad, to label by hand"
    log = workspace.labels(project.id)
    log.add(target_of(made, "fit for use"), [said(row, "good" if row % 2 else "bad", noon) for row in range(12)])
    early, why_not = use_labels(workspace, made, "fit for use", now=noon)
    assert "needs at least 20" in why_not
    assert early.frame.target is None
    assert early.data.labelling.used["fit for use"].rows == 12
    log.add(target_of(made, "fit for use"), [said(row, "good" if row % 2 else "bad", noon) for row in range(12, 24)])
    used, why_not = use_labels(workspace, early, "fit for use", now=noon)
    assert why_not == ""
    assert (used.frame.target, used.frame.task) == ("fit for use", Task.BINARY)
    assert workspace.read_table(used.data.content_hash)["fit for use"].notna().sum() == 24


def test_a_column_of_amounts_holds_numbers(workspace, project, noon):
    made = make_target(workspace, project, "price", [], now=noon)
    workspace.labels(project.id).add(target_of(made, "price"), [said(row, str(row * 1.5), noon) for row in range(30)])
    used, _ = use_labels(workspace, made, "price", now=noon)
    assert used.frame.task is Task.REGRESSION
    assert workspace.read_table(used.data.content_hash)["price"][3] == 4.5


@pytest.mark.parametrize(
    ("name", "outcomes", "words"),
    [
        (" ", ["a", "b"], "needs a name"),
        (COLUMN, ["a", "b"], "already"),
        ("n" * 121, ["a", "b"], "120"),
        ("new", ["a"], "at least two"),
        ("new", [str(n) for n in range(51)], "at most 50"),
        ("new", ["a", "b" * 201], "200"),
    ],
)
def test_a_column_that_cannot_be_made_is_refused(workspace, project, noon, name, outcomes, words):
    with pytest.raises(InputError, match=words):
        make_target(workspace, project, name, outcomes, now=noon)


def test_a_copy_has_its_own_labels(workspace, project, noon):
    target = target_of(project, COLUMN)
    workspace.labels(project.id).add(target, [said(1, "yes", noon)])
    copy = workspace.duplicate(project.id, now=noon)
    workspace.labels(copy.id).add(target, [said(2, "no", noon)])
    assert len(workspace.labels(project.id).read(target)[0]) == 1
    assert [entry.row for entry in workspace.labels(copy.id).read(target)[0]] == [1, 2]


def test_labels_travel_in_a_project_file_with_the_table_they_began_from(workspace, project, tmp_path, noon):
    target = target_of(project, COLUMN)
    workspace.labels(project.id).add(target, [said(1, "yes", noon), said(2, None, noon, who="Łucja")])
    used, _ = use_labels(workspace, project, COLUMN, now=noon)
    used = workspace.save(used, now=noon)
    file = archive.export_project(workspace, used.id, tmp_path / "cases.fairway")
    opened = archive.import_project(workspace, file, now=noon)
    assert workspace.labels(opened.id).read(target)[0] == (said(1, "yes", noon), said(2, None, noon, who="Łucja"))
    assert original_values(workspace, opened, COLUMN).isna().sum() == 40


@pytest.mark.parametrize(
    "change",
    [
        {"place": -1},
        {"place": True},
        {"place": "1"},
        {"label": 3},
        {"label": "\0"},
        {"who": "x" * 200_000},
        {"given": "2026-03-01"},
        {"given": "soon"},
        {"reason": "because"},
        {"brought": None},
    ],
)
def test_a_log_that_was_tampered_with_is_refused(change):
    import json

    entry = {"brought": "h", "target": "t", "place": 1, "label": "a", "previous": None, "who": "Ana"}
    entry |= {"given": "2026-03-01T12:00:00+00:00", "reason": "unlabelled"}
    assert len(from_json(json.dumps([entry]).encode())) == 1
    with pytest.raises(InputError, match="labels in the project file"):
        from_json(json.dumps([entry | change]).encode())


@pytest.mark.parametrize("text", [b"", b"{", b"7", b'[["a"]]', b'{"a": 1}'])
def test_what_is_no_log_is_refused(text):
    with pytest.raises(InputError):
        from_json(text)


def test_a_project_gone_for_good_takes_its_labels_along(workspace, project, noon):
    workspace.labels(project.id).add(target_of(project, COLUMN), [said(1, "yes", noon)])
    workspace.delete(project.id, now=noon)
    purge(workspace, now=noon + timedelta(days=limits.UNDO_DAYS + 1))
    with workspace.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(LABELS)).scalar() == 0


def test_the_table_as_it_was_brought_is_kept_while_a_project_speaks_of_it(workspace, project, noon):
    workspace.labels(project.id).add(target_of(project, COLUMN), [said(1, "yes", noon)])
    used, _ = use_labels(workspace, project, COLUMN, now=noon)
    assert archive.tables_of(used) == (used.data.content_hash, project.data.content_hash)
    workspace.save(used, now=noon)
    past = (noon - timedelta(days=2)).timestamp()
    for path in (workspace.home / "tables").iterdir():
        os.utime(path, (past, past))
    for _ in range(limits.REVISIONS_KEPT + 1):
        workspace.rename(project.id, "Cases", now=noon)
    purge(workspace, now=noon)
    assert workspace.tables.path(project.data.content_hash).exists()
