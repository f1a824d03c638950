"""Undo without end: what is too far off for the document lies beside it, and every revision finds its own."""

from datetime import UTC, datetime
from pathlib import Path

from core.limits import UNDO_HELD
from core.prepare.recipe import Recipe, Step
from core.project import changes
from core.project.document import PrepareState, Project, UndoPage
from core.project.past import go_back
from core.project.undoing import redo, undo
from core.workspace import Workspace, documents
from core.workspace.archive import export_project, import_project
from core.workspace.undos import UndoFolder

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def recipe_of(number: int) -> Recipe:
    return Recipe(number=number, steps=(Step(id="s", kind="drop_columns", columns=(f"c{number}",)),))


def edited(workspace: Workspace, project: Project, first: int, last: int) -> Project:
    for number in range(first, last + 1):
        project = workspace.save(changes.edit_recipe(project, recipe_of(number), "edit", now=NOW), now=NOW)
    return project


def undone(workspace: Workspace, project: Project, times: int) -> Project:
    for _ in range(times):
        project = workspace.save(undo(project, now=NOW), now=NOW)
    return project


def test_every_change_is_taken_back_and_done_again_while_the_document_stays_small(workspace: Workspace) -> None:
    start = workspace.create("Many", now=NOW)
    project = edited(workspace, start, 1, 130)
    assert len(project.prepare_past) <= UNDO_HELD
    for number in range(129, 0, -1):
        project = undone(workspace, project, 1)
        assert project.recipe == recipe_of(number)
        assert len(project.prepare_future) <= UNDO_HELD
    project = undone(workspace, project, 1)
    assert (project.recipe, project.prepare_past, project.prepare_older) == (start.recipe, (), "")
    assert undo(project, now=NOW) is project
    for number in range(1, 131):
        project = workspace.save(redo(workspace.get(project.id), now=NOW), now=NOW)
        assert project.recipe == recipe_of(number)
    assert (project.prepare_future, project.prepare_later) == ((), "")
    held = documents.to_text(project.updated(decisions=()))
    bare = documents.to_text(project.updated(decisions=(), prepare_past=()))
    assert len(held) - len(bare) < 250 * UNDO_HELD


def test_a_new_edit_after_many_undos_drops_what_was_undone(workspace: Workspace) -> None:
    project = undone(workspace, edited(workspace, workspace.create("Many", now=NOW), 1, 100), 90)
    assert project.prepare_later
    project = edited(workspace, project, 201, 201)
    assert (project.prepare_future, project.prepare_later) == ((), "")
    assert undone(workspace, project, 1).recipe == recipe_of(10)


def test_an_earlier_revision_finds_its_own_past_after_another_one_was_made(workspace: Workspace) -> None:
    before = edited(workspace, workspace.create("Many", now=NOW), 1, 60)
    other = edited(workspace, undone(workspace, before, 55), 201, 260)
    again = workspace.save(go_back(other, workspace.at_revision(before.id, before.revision), now=NOW), now=NOW)
    assert undone(workspace, again, 57).recipe == recipe_of(3)


def test_a_copy_goes_back_as_far_and_a_project_file_as_far_as_the_document(
    workspace: Workspace, tmp_path: Path
) -> None:
    project = edited(workspace, workspace.create("Many", now=NOW), 1, 100)
    copy = workspace.duplicate(project.id, now=NOW)
    assert undone(workspace, copy, 98).recipe == recipe_of(2)
    brought = import_project(workspace, export_project(workspace, project.id, tmp_path / "p.fairway"), now=NOW)
    assert (brought.prepare_older, brought.prepare_later) == ("", "")
    last = undone(workspace, brought, len(brought.prepare_past))
    assert (last.prepare_past, last.recipe) == ((), recipe_of(100 - len(brought.prepare_past)))


def test_a_page_that_is_gone_or_damaged_ends_the_past_there(workspace: Workspace) -> None:
    project = edited(workspace, workspace.create("Many", now=NOW), 1, 41)
    page = next((workspace.home / "projects" / project.id / "undo").iterdir())
    page.write_bytes(b"no page")
    project = undone(workspace, project, len(project.prepare_past))
    assert (project.recipe, project.prepare_past, project.prepare_older) == (recipe_of(20), (), "")


def test_pages_are_named_by_their_content_and_no_name_leads_out(tmp_path: Path) -> None:
    folder = UndoFolder(tmp_path / "undo")
    page = UndoPage(states=(PrepareState(recipe=recipe_of(1)),), beyond="")
    name = folder.write(page)
    assert folder.write(page) == name
    assert folder.read(name) == page
    assert len(list((tmp_path / "undo").iterdir())) == 1
    (tmp_path / "secret").write_bytes((tmp_path / "undo" / name).read_bytes())
    assert folder.read("../secret") is None
    assert folder.read("") is None
