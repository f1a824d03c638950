"""Going back takes the decisions of a past revision, loses nothing that happened, and can itself be taken back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.schema import ColumnSpec, ColumnType, Role, Schema
from core.findings import Finding, Severity
from core.framing.frame import Costs, Frame, Task
from core.prepare.recipe import Recipe, Step
from core.project import changes
from core.project.document import DataRef, Export, Project, SealOpening
from core.project.fingerprint import training_fingerprint
from core.project.past import DECISIONS, differences, go_back, happened, results_words

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
SCHEMA = Schema(
    columns=(ColumnSpec(name="deny", type=ColumnType.YES_NO), ColumnSpec(name="pi_rat", type=ColumnType.NUMBER))
)
FRAME = Frame(question="Whom?", target="deny", task=Task.BINARY, positive="yes", metric="roc_auc")
REF = DataRef(content_hash="a" * 64, name="hmda.csv", rows=2380, columns=2, size_bytes=1, imported=NOW)
RECIPE = Recipe(
    steps=(Step(id="d", kind="drop_columns", columns=("pi_rat",)), Step(id="s", kind="scale"), Step(id="f", kind="x"))
)
START = Project(
    id="p" * 22,
    name="Mortgages",
    created=NOW,
    changed=NOW,
    revision=3,
    frame=FRAME,
    data=REF,
    table_schema=SCHEMA,
    recipe=RECIPE,
)
SCALE = "Scale numbers where a model needs it"
FINDING = Finding("few", Severity.WARNING, "Few rows", "100 rows.")


def later() -> Project:
    """Return the project after a change of nearly everything."""
    project = changes.edit_recipe(START, RECIPE.without("d").changed("s", on=False), "Edited the recipe", now=NOW)
    project = changes.set_split(project, now=NOW, kind="time", column="when", test_share=0.3)
    project = changes.set_threshold(project, 0.27, now=NOW)
    project = changes.accept(project, FINDING, "data", "No more to be had.", now=NOW)
    look = SealOpening(at=NOW, fingerprint="f", run="t", rows=476, metric="roc_auc", score=0.8, low=0.7, high=0.9)
    project = changes.open_seal(project, look)
    export = Export(
        at=NOW, fingerprint="f", blob="b", size_bytes=1, rows_agreeing=1, rows_checked=1, largest_difference=0.0
    )
    frame = FRAME.model_copy(
        update={"metric": "f1", "costs": Costs(false_positive=50, false_negative=400), "sensitive": ("pi_rat",)}
    )
    return project.updated(
        revision=9,
        frame=frame,
        data=REF.model_copy(update={"content_hash": "b" * 64, "rows": 2400}),
        table_schema=SCHEMA.with_column("pi_rat", role=Role.LEFT_OUT),
        exports=(export,),
    )


def test_what_differs_is_said_in_words() -> None:
    said = {(one.part, one.what): (one.here, one.there) for one in differences(later(), START)}
    assert said == {
        ("Frame", "Metric"): ("F1", "ROC AUC"),
        ("Frame", "Costs of the errors"): ("$50 flagged for nothing, $400 missed", "nothing"),
        ("Frame", "Sensitive columns"): ("pi_rat", "nothing"),
        ("Table", "Table"): ("hmda.csv, 2,400 rows, 2 columns", "hmda.csv, 2,380 rows, 2 columns"),
        ("Columns", "pi_rat"): ("Number, left out", "Number"),
        ("Recipe", "Leave columns out"): ("not there", "Leave out pi_rat"),
        ("Recipe", "Scale numbers"): (f"{SCALE}, switched off", SCALE),
        ("Split", "Split plan"): (
            "time by when, 30% sealed, 5 folds, seed 7",
            "stratified, 20% sealed, 5 folds, seed 7",
        ),
        ("Model", "Line"): ("0.27", "0.50"),
        ("Findings", "Few rows"): ("accepted: No more to be had.", "open"),
    }


def test_columns_steps_and_tables_that_are_gone_or_moved_are_said() -> None:
    moved = START.updated(recipe=RECIPE.moved("s", -1), table_schema=Schema(columns=SCHEMA.columns[:1]))
    assert [(one.part, one.what, one.here, one.there) for one in differences(START, moved)][:1] == [
        ("Columns", "pi_rat", "there", "gone")
    ]
    assert [one.what for one in differences(START, moved)][-1] == "Order of the steps"
    other = START.updated(data=REF.model_copy(update={"content_hash": "c" * 64}))
    assert differences(START, other)[0].there == "hmda.csv, 2,380 rows, 2 columns, other values"


def test_a_revision_differs_from_itself_in_nothing() -> None:
    assert differences(later(), later()) == ()


def test_going_back_takes_the_decisions_and_loses_nothing_that_happened() -> None:
    now = later()
    back = go_back(now, START, now=NOW)
    assert differences(back, START) == ()
    assert (back.revision, back.seal, back.exports) == (9, now.seal, now.exports)
    assert back.decisions[:-1] == now.decisions
    assert back.decisions[-1].what == "Went back to revision 3"


def test_going_back_can_be_taken_back() -> None:
    now = later()
    again = go_back(go_back(now, START, now=NOW), now, now=NOW)
    assert differences(again, now) == ()
    assert again.updated(decisions=now.decisions) == now


CHANGES = st.lists(st.sampled_from(["recipe", "split", "line", "frame", "accept"]), min_size=1, max_size=8)


@given(CHANGES, st.data())
def test_any_revision_can_be_gone_back_to(steps: list[str], data: st.DataObject) -> None:
    states = [START]
    for number, step in enumerate(steps):
        at = states[-1]
        if step == "recipe":
            at = changes.edit_recipe(at, at.recipe.changed("s", on=not at.recipe.steps[1].on), "edit", now=NOW)
        elif step == "split":
            at = changes.set_split(at, now=NOW, seed=number)
        elif step == "line":
            at = changes.set_threshold(at, number / 10, now=NOW)
        elif step == "frame":
            at = changes.change_frame(at, None, now=NOW, question=f"Whom, {number}?")
        else:
            at = changes.accept(at, FINDING, "data", f"Reason {number}", now=NOW)
        states.append(at.updated(revision=at.revision + 1))
    past = data.draw(st.sampled_from(states))
    back = go_back(states[-1], past, now=NOW)
    assert all(getattr(back, name) == getattr(past, name) for name in DECISIONS)
    assert len(back.decisions) == len(states[-1].decisions) + 1


def test_every_decision_a_project_holds_comes_back() -> None:
    stays = {"schema_version", "id", "name", "revision", "created", "changed", "training"}
    stays |= {"seal", "exports", "watches", "decisions", "recipe_versions"}
    assert set(Project.model_fields) == stays | set(DECISIONS)


@pytest.mark.parametrize("trained_before", [True, False])
def test_a_training_made_for_just_these_decisions_is_current_again(trained_before: bool) -> None:
    mark = training_fingerprint(START)
    past = START.updated(training=mark if trained_before else None)
    now = changes.set_split(START.updated(training=mark), now=NOW, folds=3)
    assert results_words(now) == "Its results are out of date until you train again."
    back = go_back(now, past, now=NOW)
    assert back.training == mark
    assert results_words(back) == "The results of its training are up to date."


def test_results_of_other_decisions_are_out_of_date() -> None:
    now = changes.set_split(START, now=NOW, folds=3)
    now = now.updated(training=training_fingerprint(now))
    back = go_back(now, START, now=NOW)
    assert results_words(back) == "Its results are out of date until you train again."
    assert results_words(go_back(START, START, now=NOW)) == "Nothing was trained yet."


def test_what_a_revision_changed_is_said_in_one_line() -> None:
    after = changes.set_threshold(changes.set_split(START, now=NOW, folds=3), 0.3, now=NOW)
    assert happened(START, after) == "Split: folds 3; Drew the line at 0.30"
    assert happened(START, START.updated(reviewed={"data": "f"})) == "Went on from Data"
    assert happened(START, START.updated(name="Loans")) == "Named Loans"
    assert happened(START, START.updated(chosen="random_forest")) == "Chosen: Random forest"
    assert happened(START, START.updated(training="f")) == "Started a training"
    assert happened(START, START) == "Nothing that was decided"
    assert happened(None, START) == "The project was made"
