import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.errors import (
    DamagedProjectError,
    InputError,
    LimitError,
    NotFoundError,
    StaleRevisionError,
)
from core.framing.frame import Frame
from core.workspace.files import new_project_id
from core.workspace.tables import PROJECTS, REVISIONS

HOSTILE_IDS = [
    "",
    "..",
    "../../etc/passwd",
    "%2e%2e",
    "/etc/passwd",
    "a" * 15,
    "a" * 33,
    "aaaaaaaaaaaaaaaa\n",
    "aaaaaaaaaaaaaaaa\0",
    "aaaaaaaaaaaaaaa/",
    "аaaaaaaaaaaaaaaaa",  # begins with a Cyrillic letter
]


def damage(workspace, project_id: str, document: str) -> None:
    with workspace.database.write() as connection:
        connection.execute(update(PROJECTS).where(PROJECTS.c.id == project_id).values(document=document))


def test_a_new_project_can_be_read_back(workspace, noon):
    made = workspace.create("Churn", now=noon)
    assert workspace.get(made.id) == made
    assert (made.name, made.revision, made.created, made.changed) == ("Churn", 0, noon, noon)


def test_an_id_cannot_be_guessed(workspace, noon):
    ids = {workspace.create("x", now=noon).id for _ in range(5)}
    assert len(ids) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", found) for found in ids)


def test_a_name_loses_its_outer_space_and_keeps_every_visible_character(workspace, noon):
    name = "<script>alert(1)</script> ![p](http://127.0.0.1:9/p) 日本 'q' \"d\" %s ; DROP TABLE projects"
    assert workspace.create(f"  {name}\t\n", now=noon).name == name


def test_characters_no_database_can_hold_become_spaces(workspace, noon):
    made = workspace.create("a\0b\ud800c", now=noon)
    assert workspace.get(made.id).name == "a b c"


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "\0"])
def test_an_empty_name_is_refused(workspace, noon, name):
    with pytest.raises(InputError, match="needs a name"):
        workspace.create(name, now=noon)


def test_a_name_too_long_is_refused_with_the_limit(workspace, noon):
    assert len(workspace.create("x" * 120, now=noon).name) == 120
    with pytest.raises(LimitError, match="121 characters; at most 120"):
        workspace.create("x" * 121, now=noon)


@pytest.mark.parametrize("project_id", HOSTILE_IDS)
def test_an_id_that_cannot_be_one_is_not_found(workspace, project_id):
    with pytest.raises(NotFoundError, match="no such project"):
        workspace.get(project_id)


def test_every_door_is_closed_to_another_user_in_the_words_of_an_unknown_project(workspace, noon):
    made = workspace.for_user("ann").create("Hers", now=noon)
    other = workspace.for_user("bob")
    doors = {
        "get": lambda: other.get(made.id),
        "check": lambda: other.check(made.id),
        "save": lambda: other.save(made, now=noon),
        "rename": lambda: other.rename(made.id, "Mine", now=noon),
        "duplicate": lambda: other.duplicate(made.id, now=noon),
        "delete": lambda: other.delete(made.id, now=noon),
        "restore": lambda: other.restore(made.id),
        "history": lambda: other.history(made.id),
        "at_revision": lambda: other.at_revision(made.id, 0),
        "artefact_dir": lambda: other.artefact_dir(made.id, "bundle", "abc"),
        "training": lambda: other.training(made.id, "abc"),
    }
    unknown = "no_such_project_id_0000"
    with pytest.raises(NotFoundError) as expected:
        other.get(unknown)
    for name, door in doors.items():
        with pytest.raises(NotFoundError) as refused:
            door()
        assert refused.value.message == expected.value.message, name
    assert other.list() == ()
    assert workspace.for_user("ann").get(made.id) == made


def test_saving_raises_the_revision_and_dates_the_change(workspace, noon):
    made = workspace.create("Churn", now=noon)
    later = noon + timedelta(hours=1)
    saved = workspace.save(made.updated(frame=Frame(question="Who leaves?")), now=later)
    assert (saved.revision, saved.changed, saved.created) == (1, later, noon)
    assert workspace.get(made.id) == saved


def test_the_later_of_two_tabs_is_told_and_shown_what_is_stored(workspace, noon):
    made = workspace.create("Churn", now=noon)
    first = workspace.save(made.updated(frame=Frame(question="first")), now=noon)
    with pytest.raises(StaleRevisionError, match="saved revision 1") as refused:
        workspace.save(made.updated(frame=Frame(question="second")), now=noon)
    assert refused.value.newer == first
    assert workspace.get(made.id).frame.question == "first"


def test_a_stale_change_can_be_kept_on_top_of_the_newer_revision(workspace, noon):
    made = workspace.create("Churn", now=noon)
    workspace.save(made.updated(frame=Frame(question="first")), now=noon)
    mine = made.updated(frame=Frame(question="second"))
    with pytest.raises(StaleRevisionError) as refused:
        workspace.save(mine, now=noon)
    workspace.save(mine.updated(revision=refused.value.newer.revision), now=noon)
    assert workspace.get(made.id).frame.question == "second"


def test_of_many_savers_of_one_revision_exactly_one_wins(workspace, noon):
    from concurrent.futures import ThreadPoolExecutor

    made = workspace.create("Churn", now=noon)

    def attempt(number: int) -> bool:
        try:
            workspace.save(made.updated(frame=Frame(question=str(number))), now=noon)
        except StaleRevisionError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(attempt, range(16)))
    assert won.count(True) == 1
    assert workspace.get(made.id).frame.question == str(won.index(True))


def test_a_damaged_project_says_so_and_hinders_no_other(workspace, noon):
    good = workspace.create("Good", now=noon)
    bad = workspace.create("Bad", now=noon + timedelta(minutes=1))
    damage(workspace, bad.id, '{"name": "Bad"')
    with pytest.raises(DamagedProjectError, match="damaged"):
        workspace.get(bad.id)
    listed = workspace.list()
    assert [(row.name, row.project) for row in listed] == [("Bad", None), ("Good", good)]
    assert listed[0].damage.startswith("This project is damaged")
    assert listed[1].damage == ""


def test_a_damaged_project_can_be_deleted(workspace, noon):
    bad = workspace.create("Bad", now=noon)
    damage(workspace, bad.id, "[]")
    workspace.delete(bad.id, now=noon)
    assert workspace.list() == ()


def test_a_document_of_a_newer_version_is_refused_in_words_and_left_alone(workspace, noon):
    made = workspace.create("Newer", now=noon)
    document = '{"schema_version": 99, "whatever": true}'
    damage(workspace, made.id, document)
    with pytest.raises(DamagedProjectError, match=r"newer version of Fairway .document 99"):
        workspace.get(made.id)
    with workspace.database.read() as connection:
        assert connection.execute(select(PROJECTS.c.document)).scalar() == document


def test_a_renamed_project_keeps_its_id(workspace, noon):
    made = workspace.create("Old", now=noon)
    assert workspace.rename(made.id, " New ", now=noon).id == made.id
    assert [row.name for row in workspace.list()] == ["New"]


def test_the_one_changed_last_comes_first(workspace, noon):
    first = workspace.create("first", now=noon)
    workspace.create("second", now=noon + timedelta(minutes=1))
    workspace.save(first, now=noon + timedelta(minutes=2))
    assert [row.name for row in workspace.list()] == ["first", "second"]


def test_a_deleted_project_is_gone_until_restored(workspace, noon):
    made = workspace.create("Churn", now=noon)
    workspace.delete(made.id, now=noon)
    assert workspace.list() == ()
    with pytest.raises(NotFoundError):
        workspace.get(made.id)
    with pytest.raises(NotFoundError):
        workspace.delete(made.id, now=noon)
    assert workspace.restore(made.id) == made
    with pytest.raises(NotFoundError):
        workspace.restore(made.id)


def test_history_keeps_what_each_save_replaced(workspace, noon):
    made = workspace.create("Churn", now=noon)
    saved = workspace.save(made.updated(frame=Frame(question="one")), now=noon + timedelta(minutes=1))
    workspace.save(saved.updated(frame=Frame(question="two")), now=noon + timedelta(minutes=2))
    assert [revision.number for revision in workspace.history(made.id)] == [2, 1, 0]
    assert workspace.at_revision(made.id, 1) == saved
    assert workspace.at_revision(made.id, 0) == made


def test_history_holds_the_last_revisions_only(workspace, noon, monkeypatch):
    monkeypatch.setattr("core.limits.REVISIONS_KEPT", 3)
    project = workspace.create("Churn", now=noon)
    for _ in range(5):
        project = workspace.save(project, now=noon)
    assert [revision.number for revision in workspace.history(project.id)] == [5, 4, 3]
    with workspace.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(REVISIONS)).scalar() == 3
    with pytest.raises(NotFoundError, match="Revision 2 is no longer kept"):
        workspace.at_revision(project.id, 2)


def test_a_copy_has_its_own_id_and_leaves_the_original_alone(workspace, noon):
    made = workspace.save(workspace.create("Churn", now=noon).updated(frame=Frame(question="Who?")), now=noon)
    copy = workspace.duplicate(made.id, now=noon + timedelta(days=1))
    assert copy.id != made.id
    assert (copy.name, copy.revision, copy.frame) == ("Churn (copy)", 0, made.frame)
    workspace.save(copy.updated(frame=Frame(question="What?")), now=noon)
    assert workspace.get(made.id) == made


def test_the_copy_of_a_project_with_the_longest_name_fits(workspace, noon):
    made = workspace.create("x" * 120, now=noon)
    assert len(workspace.duplicate(made.id, now=noon).name) == 120


def test_a_copy_brings_its_results_and_outlives_the_original_s(workspace, noon):
    from core.workspace.files import write_bytes

    made = workspace.create("Churn", now=noon)
    path = workspace.artefact_dir(made.id, "bundle", "abc") / "bundle.zip"
    write_bytes(path, b"old")
    copy = workspace.duplicate(made.id, now=noon)
    write_bytes(path, b"new")
    assert (workspace.artefact_dir(copy.id, "bundle", "abc") / "bundle.zip").read_bytes() == b"old"


@pytest.mark.parametrize("fingerprint", ["..", "a/b", "", "a\0b", "x" * 81, ".part-abc", "a..b"])
def test_a_result_cannot_be_asked_for_by_path(workspace, noon, fingerprint):
    made = workspace.create("Churn", now=noon)
    with pytest.raises(NotFoundError, match="no such result"):
        workspace.artefact_dir(made.id, "bundle", fingerprint)
    with pytest.raises(NotFoundError, match="no such result"):
        workspace.training(made.id, fingerprint)


def test_a_link_out_of_the_project_is_not_followed(workspace, noon, tmp_path):
    made = workspace.create("Churn", now=noon)
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = workspace.artefact_dir(made.id, "bundle", "abc")
    (folder.parent / "link").symlink_to(outside)
    with pytest.raises(NotFoundError, match="no such result"):
        workspace.artefact_dir(made.id, "bundle", "link")


def test_no_id_is_taken_for_an_option_of_a_command(monkeypatch):
    made = iter(["-x" * 11, "--" + "y" * 20, "a-" + "z" * 20])
    monkeypatch.setattr("core.workspace.files.secrets.token_urlsafe", lambda _size: next(made))
    assert new_project_id() == "a-" + "z" * 20
