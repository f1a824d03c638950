"""The state of each step follows from fingerprints alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.findings import Finding, Severity
from core.framing.frame import Frame, Task
from core.prepare.recipe import Recipe, Step
from core.project.changes import accept
from core.project.document import DataRef, Export, Project
from core.project.fingerprint import data_fingerprint, model_fingerprint, training_fingerprint
from core.project.journey import (
    STAGES,
    Facts,
    StepStatus,
    chosen_run,
    journey,
    next_line,
    next_step,
    open_findings,
    stage_fingerprint,
)
from core.train.board import Leaderboard, Run, RunStatus

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
SCHEMA = Schema(
    columns=(
        ColumnSpec(name="deny", type=ColumnType.YES_NO),
        ColumnSpec(name="pirat", type=ColumnType.NUMBER),
    )
)
FRAME = Frame(question="Flag?", target="deny", task=Task.BINARY, positive="yes", metric="roc_auc")
REF = DataRef(content_hash="a" * 64, name="hmda.csv", rows=100, columns=2, size_bytes=1, imported=NOW)
WARNING = Finding("few-rows", Severity.WARNING, "Few rows", "100 rows.")
ERROR = Finding("leak", Severity.ERROR, "`pirat` leaks", "All of them.", columns=("pirat",))


@pytest.fixture
def project() -> Project:
    return Project(id="p" * 22, name="Mortgages", created=NOW, changed=NOW, frame=FRAME, data=REF, table_schema=SCHEMA)


def board(project: Project) -> Leaderboard:
    runs = (
        Run(key="logistic_regression", title="Logistic regression", status=RunStatus.DONE, score=0.77),
        Run(key="baseline", title="Always the base rate", status=RunStatus.DONE, score=0.5, is_baseline=True),
    )
    return Leaderboard(
        fingerprint=training_fingerprint(project),
        metric="roc_auc",
        higher_is_better=True,
        runs=runs,
        recommended="logistic_regression",
        rows=80,
        test_rows=20,
        folds=5,
        seed=7,
        budget_seconds=60,
        finished=True,
    )


def trained(project: Project) -> tuple[Project, Facts]:
    return project.updated(training=training_fingerprint(project)), Facts(board=board(project))


def status(project: Project, facts: Facts | None = None) -> dict[str, StepStatus]:
    return {state.stage: state.status for state in journey(project, facts or Facts())}


def test_an_empty_project_asks_for_frame_and_data_and_locks_the_rest() -> None:
    empty = Project(id="p" * 22, name="New", created=NOW, changed=NOW)
    states = status(empty)
    assert states["frame"] is StepStatus.TO_DO
    assert states["data"] is StepStatus.TO_DO
    assert {
        states[stage] for stage in ("prepare", "train", "evaluate", "explain", "fairness", "export", "monitor")
    } == {StepStatus.LOCKED}


def test_an_error_in_data_locks_train_and_says_where(project: Project) -> None:
    states = {state.stage: state for state in journey(project, Facts(findings={"data": (ERROR,)}))}
    assert states["data"].status is StepStatus.ATTENTION
    assert states["data"].note == "1 finding to settle"
    assert states["train"].note == "Settle 1 finding in Data first"


def test_an_accepted_error_no_longer_locks(project: Project) -> None:
    accepted = accept(project, ERROR, "data", "It is known at the counter.", now=NOW)
    assert status(accepted, Facts(findings={"data": (ERROR,)}))["train"] is StepStatus.TO_DO


def test_a_trained_project_opens_evaluate_and_keeps_export_locked(project: Project) -> None:
    states = status(*trained(project))
    assert states["train"] is StepStatus.DONE
    assert states["evaluate"] is StepStatus.TO_DO
    assert states["export"] is StepStatus.LOCKED


def test_a_new_recipe_makes_train_and_everything_after_it_out_of_date(project: Project) -> None:
    done, facts = trained(project)
    changed = done.updated(recipe=Recipe(number=2, steps=(Step(id="s", kind="drop_columns", columns=("pirat",)),)))
    states = status(changed, facts)
    assert states["train"] is StepStatus.OUTDATED
    assert states["evaluate"] is StepStatus.OUTDATED
    assert states["export"] is StepStatus.LOCKED


def test_switching_a_step_off_and_on_again_is_no_change(project: Project) -> None:
    recipe = Recipe(steps=(Step(id="s", kind="drop_columns", columns=("pirat",)),))
    there = project.updated(recipe=recipe)
    back = there.updated(recipe=recipe.changed("s", on=False).changed("s", on=True))
    assert training_fingerprint(there) == training_fingerprint(back)


def test_another_seed_of_the_training_leaves_prepare_as_it_was_seen(project: Project) -> None:
    done, facts = trained(project)
    seen = done.updated(reviewed={**done.reviewed, "prepare": stage_fingerprint(done, "prepare", None)})
    reseeded = seen.updated(plan=seen.plan.model_copy(update={"seed": 8}))
    states = status(reseeded, facts)
    assert states["prepare"] is StepStatus.DONE
    assert states["train"] is StepStatus.OUTDATED


def test_words_of_the_frame_do_not_make_a_model_out_of_date(project: Project) -> None:
    reworded = project.updated(frame=FRAME.model_copy(update={"question": "Whom to look at twice?"}))
    assert training_fingerprint(project) == training_fingerprint(reworded)


def test_export_is_done_only_for_the_very_model_that_was_exported(project: Project) -> None:
    done, facts = trained(project)
    mark = model_fingerprint(done, "logistic_regression")
    export = Export(
        at=NOW,
        fingerprint=mark,
        blob="b",
        size_bytes=1,
        rows_agreeing=214,
        rows_checked=214,
        largest_difference=0.0,
    )
    exported = done.updated(reviewed={"evaluate": mark}, exports=(export,))
    assert status(exported, facts)["export"] is StepStatus.DONE
    moved = exported.updated(threshold=0.15)
    assert status(moved, facts)["evaluate"] is StepStatus.OUTDATED
    assert status(moved, facts)["export"] is StepStatus.LOCKED


def test_the_choice_falls_back_to_the_recommendation_when_the_chosen_run_is_gone(project: Project) -> None:
    done, facts = trained(project)
    assert chosen_run(done.updated(chosen="random_forest"), facts.board) == "logistic_regression"


def test_notes_are_not_open_findings(project: Project) -> None:
    note = Finding("note", Severity.INFO, "Good to know", "")
    assert open_findings(project, [note, WARNING]) == [WARNING]


def test_the_next_line_names_the_first_thing_to_do(project: Project) -> None:
    assert next_line(project, journey(project, Facts())) == "Next: look at the recipe"


def test_a_step_needs_attention_until_each_finding_is_settled_or_accepted(project: Project) -> None:
    facts = Facts(findings={"data": (WARNING,)})
    reviewed = project.updated(reviewed={"data": data_fingerprint(project)})
    state = journey(reviewed, facts)[1]
    assert (state.status, state.note, state.seen) == (StepStatus.ATTENTION, "1 open finding", True)
    assert journey(project, facts)[1].seen is False
    accepted = accept(reviewed, WARNING, "data", "No more to be had.", now=NOW)
    assert status(accepted, facts)["data"] is StepStatus.DONE
    assert status(reviewed, Facts())["data"] is StepStatus.DONE


@pytest.mark.parametrize("stage", ["train", "evaluate", "explain", "fairness"])
def test_a_judged_step_left_with_an_open_finding_is_not_done(project: Project, stage: str) -> None:
    done, facts = trained(project)
    mark = model_fingerprint(done, "logistic_regression")
    reviewed = done.updated(reviewed={"train": training_fingerprint(done)} | dict.fromkeys(STAGES[4:], mark))
    assert status(reviewed, facts)[stage] is StepStatus.DONE
    assert status(reviewed, replace(facts, findings={stage: (WARNING,)}))[stage] is StepStatus.ATTENTION


def test_an_export_and_a_watch_with_open_findings_need_attention(project: Project) -> None:
    done, facts = trained(project)
    mark = model_fingerprint(done, "logistic_regression")
    packed = Export(
        at=NOW, fingerprint=mark, blob="b", size_bytes=1, rows_agreeing=9, rows_checked=9, largest_difference=0.0
    )
    exported = done.updated(reviewed={"evaluate": mark}, exports=(packed,))
    found = status(exported, replace(facts, findings={"export": (WARNING,), "monitor": (ERROR,)}))
    assert (found["export"], found["monitor"]) == (StepStatus.ATTENTION, StepStatus.ATTENTION)
    assert status(exported, facts)["export"] is StepStatus.DONE
    unpacked = exported.updated(exports=())
    assert status(unpacked, replace(facts, findings={"export": (WARNING,)}))["export"] is StepStatus.TO_DO


def test_what_was_seen_and_left_open_comes_after_what_is_still_to_do(project: Project) -> None:
    facts = Facts(findings={"data": (WARNING,)})
    reviewed = project.updated(reviewed={"data": data_fingerprint(project)})
    assert next_line(project, journey(project, facts)) == "Next: 1 open finding in Data"
    assert next_line(reviewed, journey(reviewed, facts)) == "Next: look at the recipe"
    must = journey(reviewed, Facts(findings={"data": (ERROR,)}))
    assert next_line(reviewed, must) == "Next: 1 finding to settle in Data"
    left = [replace(state, status=StepStatus.DONE) for state in must]
    left[1] = journey(reviewed, facts)[1]
    assert next_line(reviewed, left) == "Next: 1 open finding in Data"
    assert next_step([replace(state, status=StepStatus.DONE) for state in must]) is None
