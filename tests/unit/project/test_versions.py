"""Recipes kept under a name."""

from datetime import UTC, datetime

import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import InputError
from core.prepare.contract import ColumnContract
from core.prepare.document import Written
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe, Step
from core.project import changes, undoing, versions
from core.project.document import Project

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
ONE = Step(id="s1", kind="drop_columns", columns=("a",))
TWO = Step(id="s2", kind="drop_duplicates")


def project() -> Project:
    schema = Schema(columns=(ColumnSpec(name="a", type=ColumnType.NUMBER),))
    start = Project(id="p" * 22, name="Mortgages", created=NOW, changed=NOW, table_schema=schema)
    return changes.edit_recipe(start, Recipe(number=2, steps=(ONE,)), "edit", now=NOW)


def test_going_back_to_a_version_can_be_undone() -> None:
    kept = versions.keep(project(), "  Plain   one ", now=NOW)
    later = changes.edit_recipe(kept, kept.recipe.with_step(TWO), "edit", now=NOW)
    back = versions.use(later, "Plain one", now=NOW)
    assert (back.recipe.steps, back.recipe.number) == ((ONE,), 4)
    assert undoing.undo(back, now=NOW).recipe.steps == (ONE, TWO)
    assert back.decisions[-1].what == "Went back to the version “Plain one”"


def test_names_are_unique_and_versions_can_be_renamed_and_deleted() -> None:
    kept = versions.keep(versions.keep(project(), "A", now=NOW), "B", now=NOW)
    with pytest.raises(InputError, match="There is a version “A” already"):
        versions.rename(kept, "B", "A", now=NOW)
    with pytest.raises(InputError, match="needs a name"):
        versions.keep(kept, " ", now=NOW)
    named = versions.rename(kept, "A", "C", now=NOW)
    assert [one.name for one in named.recipe_versions] == ["C", "B"]
    assert [one.name for one in versions.delete(named, "C", now=NOW).recipe_versions] == ["B"]
    with pytest.raises(InputError, match="There is no version “A”"):
        versions.use(named, "A", now=NOW)


def test_no_more_versions_are_kept_than_the_limit() -> None:
    held = project()
    for number in range(30):
        held = versions.keep(held, f"v{number}", now=NOW)
    with pytest.raises(InputError, match="30 versions are kept already"):
        versions.keep(held, "one more", now=NOW)


def test_a_recipe_of_elsewhere_is_taken_with_the_plan_that_fits() -> None:
    stranger = Recipe(steps=(ONE, Step(id="s3", kind="drop_columns", columns=("gone",))))
    taken = versions.apply(project(), Written(stranger, SplitPlan(folds=7)), "a file", now=NOW)
    assert taken.split.folds == 7
    assert [(step.id, step.on) for step in taken.recipe.steps] == [("s1", True), ("s3", False)]
    other = versions.apply(project(), Written(stranger, SplitPlan(kind="group", column="gone")), "a file", now=NOW)
    assert other.split == SplitPlan()
    assert other.decisions[-1].why == (
        "Step 2, Leave columns out: gone is not in the table. The split plan: gone is not in the table."
    )


def test_all_that_a_file_brings_is_taken_back_by_one_undo() -> None:
    start, contract = project(), {"a": ColumnContract(missing="refuse"), "gone": ColumnContract(missing="flag")}
    taken = versions.apply(start, Written(Recipe(steps=(TWO,)), SplitPlan(folds=7), contract), "a file", now=NOW)
    assert (taken.recipe.steps, taken.split.folds, taken.contract) == ((TWO,), 7, {"a": contract["a"]})
    assert len(taken.decisions) == len(start.decisions) + 1
    back = undoing.undo(taken, now=NOW)
    assert (back.recipe, back.split, back.contract) == (start.recipe, start.split, start.contract)
    assert back.prepare_past == start.prepare_past
    assert back.decisions[-1].what.startswith("Went back to recipe 2 and the split: stratified, 20% sealed")
    on = undoing.redo(back, now=NOW)
    assert (on.recipe, on.split, on.contract) == (taken.recipe, taken.split, taken.contract)


def test_a_file_that_changes_nothing_leaves_nothing_to_take_back() -> None:
    start = project()
    assert versions.apply(start, Written(start.recipe, start.split, {}), "a file", now=NOW) is start


def test_what_differs_is_said_step_by_step() -> None:
    off = ONE.model_copy(update={"on": False, "columns": ("b",)})
    assert versions.differing(Recipe(steps=(ONE, TWO)), Recipe(steps=(off,))) == (
        "Only in the first: Drop exact duplicates",
        "Leave columns out: on in the first, off in the second",
        "Leave columns out: other columns or settings",
    )
    assert versions.differing(Recipe(steps=(ONE, TWO)), Recipe(steps=(TWO, ONE))) == ("The order of the steps",)
