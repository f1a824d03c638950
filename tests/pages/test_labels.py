"""The labelling view: a card and its buttons, a new column, a name, and what waits to be used."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.project.changes import change_frame
from core.project.document import Project, Whole
from core.project.target import set_target
from core.workspace import Workspace, intake
from core.workspace.labelling import make_target, target_of
from tests.pages.conftest import HOSTILE, NOW, said


@pytest.fixture
def cases(workspace: Workspace, tmp_path) -> Project:
    """Sixty rows, forty of them with an outcome."""
    outcomes = [
        None if index % 3 == 2 else ("yes" if (index * 37) % 61 < 30 else "![p](http://127.0.0.1:9/p)")
        for index in range(60)
    ]
    table = pd.DataFrame({HOSTILE: [n % 7 for n in range(60)], "group": ["a", "b"] * 30, "urgent": outcomes})
    path = tmp_path / "cases.csv"
    table.to_csv(path, index=False)
    project = intake.new_from_file(workspace, path, name="Cases", file_name="cases.csv", now=NOW)
    stored = workspace.read_table(project.data.content_hash)
    project = set_target(project, stored, "urgent", now=NOW)
    return workspace.save(change_frame(project, stored, now=NOW, sensitive=("group",)), now=NOW)


def labelling(show: Callable[..., AppTest], project: Project) -> AppTest:
    screen = show("data", project.id)
    return screen.button_group(key="data_view").set_value("Label").run()


def log(workspace: Workspace, project: Project, column: str = "urgent"):
    return workspace.labels(project.id).read(target_of(project, column))[0]


def answer(screen: AppTest, place: int) -> AppTest:
    key = next(b.key for b in screen.button if b.key and b.key.startswith("label_") and b.key.endswith(f"_{place}"))
    return screen.button(key=key).click().run()


def test_a_label_is_kept_by_name_and_the_next_row_is_shown(
    show: Callable[..., AppTest], workspace: Workspace, cases: Project
) -> None:
    screen = labelling(show, cases)
    screen.text_input(key="label_who").set_value("Ana").run()
    assert "<script>" not in "\n".join(element.proto.body for element in screen.get("html"))
    before = said(screen)
    screen = answer(screen, 1)
    assert not screen.exception
    (entry,) = log(workspace, cases)
    assert (entry.who, entry.previous, entry.value in ("yes", "![p](http://127.0.0.1:9/p)")) == ("Ana", None, True)
    assert "By Ana 1." in said(screen)
    assert said(screen) != before
    assert f"Row {entry.row + 1:,}<" in before
    assert f"Row {entry.row + 1:,}<" not in said(screen)


def test_undo_brings_the_row_back_and_redo_takes_it_again(
    show: Callable[..., AppTest], workspace: Workspace, cases: Project
) -> None:
    screen = answer(labelling(show, cases), 1)
    row = log(workspace, cases)[0].row
    screen = screen.button(key="undo_label").click().run()
    assert f"Row {row + 1:,}<" in said(screen)
    screen = screen.button(key="redo_label").click().run()
    assert f"Row {row + 1:,}<" not in said(screen)
    assert [entry.reason.value for entry in log(workspace, cases)] == ["unlabelled", "undo", "redo"]


def test_a_skipped_row_waits_behind_the_others(show: Callable[..., AppTest], cases: Project) -> None:
    screen = labelling(show, cases)
    key = next(b.key for b in screen.button if b.key and b.key.startswith("skip_"))
    screen = screen.button(key=key).click().run()
    assert key not in [b.key for b in screen.button]
    assert "20 in this queue" in said(screen)


def test_sensitive_columns_can_be_hidden(show: Callable[..., AppTest], cases: Project) -> None:
    screen = labelling(show, cases)
    assert "<span>group</span>" in said(screen)
    screen.toggle(key="label_hide").set_value(True).run()
    assert "<span>group</span>" not in said(screen)


def test_outcomes_have_no_power_in_a_buttons_label(show: Callable[..., AppTest], cases: Project) -> None:
    labels = [b.label for b in labelling(show, cases).button if b.key and b.key.startswith("label_")]
    assert r"\!\[p\]\(http\://127\.0\.0\.1\:9/p\)" in labels


def test_used_labels_are_in_the_table_and_what_waits_is_said(
    show: Callable[..., AppTest], workspace: Workspace, cases: Project
) -> None:
    screen = answer(answer(labelling(show, cases), 1), 2)
    assert "2 labels are kept, and not in the table yet." in said(screen)
    columns = screen.button_group(key="data_view").set_value("Columns").run()
    assert "2 labels given by hand are not in the table yet." in said(columns)
    assert "2 labels given by hand are not in the table yet." in said(show("train", cases.id))
    screen = labelling(show, cases)
    screen.button(key="use_labels").click().run()
    project = workspace.get(cases.id)
    assert workspace.read_table(project.data.content_hash)["urgent"].notna().sum() == 42
    assert "Each label is kept at once" in said(labelling(show, cases))


def test_without_a_model_its_queues_say_when_it_helps(show: Callable[..., AppTest], cases: Project) -> None:
    screen = labelling(show, cases)
    for queue in ("Worth labelling next", "Label looks wrong"):
        screen = screen.button_group(key="label_queue").set_value(queue).run()
        assert not screen.exception
        assert "A model helps once a first training is done." in said(screen)


def test_every_queue_and_the_grid_are_sound(show: Callable[..., AppTest], cases: Project) -> None:
    screen = answer(labelling(show, cases), 1)
    for mode in ("Grid", "One by one"):
        screen = screen.button_group(key="label_mode").set_value(mode).run()
        for queue in ("Labelled here", "Without a label"):
            screen = screen.button_group(key="label_queue").set_value(queue).run()
            assert not screen.exception
            assert "could not be" not in said(screen)


def test_a_column_is_made_to_be_labelled_from_scratch(
    show: Callable[..., AppTest], workspace: Workspace, cases: Project
) -> None:
    screen = labelling(show, cases)
    screen.text_input(key="new_label_name").set_value("spam").run()
    screen.text_area(key="new_label_outcomes").set_value("spam").run()
    screen.button(key="primary_make_column").click().run()
    assert "Name at least two" in said(screen)
    screen.text_area(key="new_label_outcomes").set_value("spam\nham").run()
    screen.button(key="primary_make_column").click().run()
    assert not screen.exception
    assert screen.selectbox(key="label_column").value == "spam"
    assert "0 of 60 labelled" in "\n".join(str(bar.proto.text) for bar in screen.get("progress"))
    answer(screen, 2)
    (entry,) = log(workspace, workspace.get(cases.id), "spam")
    assert entry.value == "ham"


def test_a_second_labeller_is_asked_without_the_first_ones_answer(
    show: Callable[..., AppTest], workspace: Workspace, cases: Project
) -> None:
    first = answer(labelling(show, cases), 1)
    (entry,) = log(workspace, cases)
    assert entry.who == "Not named"
    first.text_input(key="label_who").set_value("Ben").run()
    screen = first.button_group(key="label_queue").set_value("Labelled here").run()
    assert f"Row {entry.row + 1:,}<" in said(screen)
    assert "Somebody else has labelled this one." in said(screen)
    screen = answer(screen, 2)
    assert "Ben and Not named both labelled 1 and say the same of 0 (0%)." in said(screen)
    assert [e.who for e in log(workspace, cases)] == ["Not named", "Ben"]


def test_amounts_are_typed_and_what_is_no_amount_is_refused(
    show: Callable[..., AppTest], workspace: Workspace, cases: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.components.labelcard.TOO_FAST", 0.0)
    made = workspace.save(make_target(workspace, cases, "price", [], now=NOW), now=NOW)
    screen = labelling(show, made)
    screen.selectbox(key="label_column").set_value("price").run()
    keep = next(b for b in screen.button if b.label == "Keep")
    screen = keep.click().run()
    assert "A label needs a value." in said(screen)
    screen.number_input(key="label_number").set_value(12.5)
    screen = next(b for b in screen.button if b.label == "Keep").click().run()
    assert not screen.exception
    assert [entry.value for entry in log(workspace, made, "price")] == ["12.5"]
    assert "1 of 60 labelled" in "\n".join(str(bar.proto.text) for bar in screen.get("progress"))


def test_an_amount_given_before_the_row_could_be_read_is_not_kept(
    show: Callable[..., AppTest], workspace: Workspace, cases: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.components.labelcard.TOO_FAST", 3_600.0)
    made = workspace.save(make_target(workspace, cases, "price", [], now=NOW), now=NOW)
    screen = labelling(show, made)
    screen.selectbox(key="label_column").set_value("price").run()
    screen.number_input(key="label_number").set_value(12.5)
    screen = next(b for b in screen.button if b.label == "Keep").click().run()
    assert "That came before the next row could be read." in said(screen)
    assert log(workspace, made, "price") == ()


def test_dates_cannot_be_labelled(show: Callable[..., AppTest], workspace: Workspace, tmp_path) -> None:
    table = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=30), "x": range(30)})
    path = tmp_path / "days.parquet"
    table.to_parquet(path)
    project = intake.new_from_file(workspace, path, name="Days", file_name="days.parquet", now=NOW)
    screen = labelling(show, project)
    assert "Which column is to be labelled?" in said(screen)
    screen.selectbox(key="label_column").set_value("day").run()
    assert "holds dates, which cannot be labelled" in said(screen)
    screen.selectbox(key="label_column").set_value("x").run()
    assert not screen.exception
    assert "Every row has a label" in said(screen)


def test_labels_of_a_sample_say_so_and_name_the_row_of_the_full_table(
    show: Callable[..., AppTest], workspace: Workspace, cases: Project
) -> None:
    assert cases.data is not None
    whole = Whole(content_hash="f" * 64, rows=9_000, size_bytes=1, seed=7, stratified_by="urgent")
    workspace.tables.keep_places(cases.data.content_hash, np.arange(60) * 150)
    sampled = workspace.save(cases.updated(data=cases.data.model_copy(update={"whole": whole})), now=NOW)
    screen = labelling(show, sampled)
    assert not screen.exception
    assert "These are rows of the sample, 60 of 9,000;" in said(screen)
    screen = answer(screen, 1)
    assert not screen.exception
    entry = log(workspace, sampled)[0]
    found = re.findall(r"Row (\d+)<.*?row ([\d,]+) of the full table", said(screen), re.S)
    (row, place) = found[0]
    assert int(place.replace(",", "")) == (int(row) - 1) * 150 + 1
    assert workspace.get(sampled.id).data.labelling is not None
    assert entry.value is not None
