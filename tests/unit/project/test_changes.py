"""Each change gives the next project and says so in the log."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dictionary import Entry
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import InputError
from core.findings import Finding, Fix, Severity
from core.prepare.recipe import Recipe, Step
from core.project import changes, undoing
from core.project.document import Project

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)


def empty() -> Project:
    return Project(id="p" * 22, name="Mortgages", created=NOW, changed=NOW)


def recipe_of(number: int) -> Recipe:
    return Recipe(number=number, steps=(Step(id=f"s{number}", kind="drop_columns", columns=(f"c{number}",)),))


EDITS = st.lists(st.sampled_from(["recipe", "share", "folds", "time", "balance"]), min_size=1, max_size=10)


def edited(project: Project, edits: list[str]) -> list[Project]:
    """Return the project after each of some edits on Prepare, itself first."""
    states = [project]
    for number, edit in enumerate(edits, start=2):
        at = states[-1]
        if edit == "recipe":
            at = changes.edit_recipe(at, recipe_of(number), "edit", now=NOW)
        elif edit == "share":
            at = changes.set_split(at, now=NOW, test_share=0.05 + number / 100)
        elif edit == "folds":
            at = changes.set_split(at, now=NOW, folds=2 + number % 9)
        elif edit == "time":
            at = changes.set_split(at, now=NOW, kind="time", column=f"c{number}")
        else:
            at = changes.set_split(at, now=NOW, kind="stratified", balance=(f"c{number}",))
        states.append(at)
    return states


def prepared(project: Project) -> tuple[object, ...]:
    return project.recipe, project.split, project.prepare_past, project.prepare_future


@given(EDITS, st.integers(min_value=0, max_value=10))
def test_undo_and_redo_are_inverse_over_recipe_and_split(edits: list[str], steps_back: int) -> None:
    states = edited(empty(), edits)
    project = states[-1]
    back = project
    for before in list(reversed(states[:-1]))[:steps_back]:
        if (before.recipe, before.split) == (back.recipe, back.split):
            continue  # an edit that changed nothing leaves nothing to take back
        back = undoing.undo(back, now=NOW)
        assert (back.recipe, back.split, back.prepare_past) == (before.recipe, before.split, before.prepare_past)
    undone = len(back.prepare_future)
    for _ in range(undone):
        back = undoing.redo(back, now=NOW)
    assert prepared(back) == prepared(project)
    assert len(back.decisions) == len(project.decisions) + 2 * undone


def test_undo_takes_back_a_split_and_says_which_plan_is_back() -> None:
    project = changes.edit_recipe(empty(), recipe_of(2), "edit", now=NOW)
    project = changes.set_split(project, now=NOW, test_share=0.3, kind="time", column="joined")
    back = undoing.undo(project, now=NOW)
    assert back.split == empty().split
    assert back.recipe == recipe_of(2)
    assert back.decisions[-1].what == "Went back to the split: stratified, 20% sealed, 5 folds, seed 7"
    on = undoing.redo(back, now=NOW)
    assert on.split.column == "joined"
    assert on.decisions[-1].what == "Went on to the split: time by joined, 30% sealed, 5 folds, seed 7"


def test_a_new_edit_after_undo_drops_what_was_undone() -> None:
    project = changes.edit_recipe(empty(), recipe_of(2), "edit", now=NOW)
    project = undoing.undo(project, now=NOW)
    project = changes.edit_recipe(project, recipe_of(3), "edit", now=NOW)
    assert project.prepare_future == ()
    assert project.recipe.steps[0].id == "s3"


def test_a_step_is_changed_in_the_recipe_as_it_is_now_or_not_at_all() -> None:
    steps = tuple(Step(id=name, kind="drop_duplicates") for name in "abc")
    seen = changes.edit_recipe(empty(), Recipe(number=2, steps=steps), "edit", now=NOW)
    # Another tab has removed the first step meanwhile.
    stored = changes.edit_recipe(seen, seen.recipe.without("a"), "edit", now=NOW)
    moved = changes.edit_step(stored, "c", lambda recipe: recipe.moved_to("c", 1), "Moved step 3", now=NOW)
    assert [step.id for step in moved.recipe.steps] == ["c", "b"]
    with pytest.raises(InputError, match="no longer in the recipe"):
        changes.edit_step(stored, "a", lambda recipe: recipe.without("a"), "Removed step 1", now=NOW)


def test_undo_at_the_beginning_changes_nothing() -> None:
    assert undoing.undo(empty(), now=NOW) == empty()


def test_accepting_without_a_reason_is_refused() -> None:
    finding = Finding("x", Severity.WARNING, "A claim", "Evidence.")
    with pytest.raises(InputError, match="Say why"):
        changes.accept(empty(), finding, "data", "   ", now=NOW)


def test_accepting_is_logged_with_its_reason() -> None:
    finding = Finding("x", Severity.WARNING, "`a` is odd", "Evidence.", columns=("a",), fix=Fix("Go", "go_to"))
    project = changes.accept(empty(), finding, "data", "known", now=NOW)
    assert project.accepted["x|a"].reason == "known"
    assert project.decisions[-1].what == "Accepted: a is odd"
    assert project.decisions[-1].why == "known"
    assert changes.reopen(project, "x|a", now=NOW).accepted == {}


def test_an_unchanged_frame_writes_no_line_in_the_log() -> None:
    assert changes.change_frame(empty(), None, now=NOW, question="").decisions == ()


def test_the_log_names_what_changed_in_the_words_of_the_screen() -> None:
    project = changes.change_frame(
        empty(), None, now=NOW, target="a", task="multiclass", metric="f1_macro", sensitive=(), good_enough=None
    )
    assert project.decisions[-1].what == "Set target: a, task: One of several, metric: macro F1"
    project = changes.change_frame(project, None, now=NOW, fairness_measure="selection_rate")
    assert project.decisions[-1].what == "Set fairness measure: Flagged"


def test_the_line_stays_between_none_and_all() -> None:
    assert changes.set_threshold(empty(), 1.7, now=NOW).threshold == 1.0


def test_choosing_another_run_drops_a_remedy_fitted_for_the_one_before() -> None:
    from core.project.document import Remedy

    remedy = Remedy(kind="t", measure="false_positive_rate", column="afam", rule={}, fingerprint="f")
    project = empty().updated(remedy=remedy, chosen="a")
    assert changes.choose_run(project, "b", "B", now=NOW).remedy is None


def with_columns() -> tuple[Project, pd.DataFrame]:
    table = pd.DataFrame({"plan": ["a", "b", "c"], "joined": ["31.12.2024", "01.02.2025", "15.03.2025"]}, dtype="str")
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType.CATEGORY) for name in table))
    return empty().updated(table_schema=schema), table


def test_a_type_that_would_empty_a_column_is_refused() -> None:
    project, table = with_columns()
    with pytest.raises(InputError, match="only 0 can be read as a number"):
        changes.set_column(project, "plan", table, now=NOW, type=ColumnType.NUMBER)
    with pytest.raises(InputError, match="only 0 can be read as a date"):
        changes.set_column(project, "plan", table, now=NOW, type=ColumnType.DATE)


def test_a_column_made_a_date_takes_the_format_its_texts_have() -> None:
    project, table = with_columns()
    changed = changes.set_column(project, "joined", table, now=NOW, type=ColumnType.DATE)
    assert changed.table_schema is not None
    assert changed.table_schema["joined"].date_format == "%d.%m.%Y"


def test_another_kind_of_split_lets_go_of_what_it_does_not_use() -> None:
    project = changes.set_split(empty(), now=NOW, balance=("afam",))
    project = changes.set_split(project, now=NOW, kind="time", column="joined")
    assert project.split.balance == ()
    assert changes.set_split(project, now=NOW, kind="stratified").split.column == ""


def test_describing_a_column_is_kept_and_logged() -> None:
    project, _ = with_columns()
    name = project.table_schema.names[0]
    said = changes.describe_column(project, name, now=NOW, meaning="  What it is ", unit="kg")
    assert said.dictionary == {name: Entry(meaning="What it is", unit="kg")}
    assert said.decisions[-1].what == f"Described {name}: meaning, unit"
    assert changes.describe_column(said, name, now=NOW, meaning="", unit="").dictionary == {}


def test_reference_shares_beyond_the_whole_are_refused() -> None:
    project = changes.set_reference(empty(), "sex", {"f": 0.51, "m": 0.49}, now=NOW)
    assert project.reference_shares == {"sex": {"f": 0.51, "m": 0.49}}
    assert changes.set_reference(project, "sex", {}, now=NOW).reference_shares == {}
    for wrong in ({"f": 0.7, "m": 0.5}, {"f": 1.2}):
        with pytest.raises(InputError):
            changes.set_reference(project, "sex", wrong, now=NOW)
