from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from core import limits
from core.data.guess import guess_schema
from core.data.labels import Labelled, Reason
from core.errors import DataError, InputError
from core.framing.frame import Frame, Task
from core.framing.outcomes import Outcomes
from core.prepare.plan import Split, SplitPlan
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe
from core.project.document import DataRef, Labelling, Project
from core.project.judge import Judged
from core.project.labelling import (
    label_findings,
    labels_used,
    name_outcome,
    needs_table,
    propose_rows,
    question,
    suspects,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def project_of(table, **frame):
    ref = DataRef(content_hash="h1", name="t", rows=len(table), columns=table.shape[1], size_bytes=1, imported=NOON)
    return Project(
        id="p", name="P", created=NOON, changed=NOON, data=ref, table_schema=guess_schema(table), frame=Frame(**frame)
    )


def column(values, **options):
    return pd.Series(values, name="y", **options)


TABLE = pd.DataFrame({"x": range(40), "y": ["a", "b"] * 20})


def test_outcomes_to_choose_from_are_those_of_the_column_and_those_named():
    project = project_of(TABLE)
    asked = question(project, "y", column(["b", "b", "a", None]))
    assert (asked.amount, asked.outcomes) == (False, ("b", "a"))
    named = name_outcome(project, asked, " c ", now=NOON)
    assert question(named, "y", column(["b", "b", "a", None])).outcomes == ("b", "a", "c")
    assert named.decisions[-1].what == "Named the outcome c for y"
    assert name_outcome(project, asked, "b", now=NOON) == project
    with pytest.raises(InputError):
        name_outcome(project, asked, " ", now=NOON)


def test_the_task_decides_whether_numbers_are_amounts():
    few = column([1.0, 0.0, None])
    assert question(project_of(TABLE), "y", few).outcomes == ("0", "1")
    assert question(project_of(TABLE, target="y", task=Task.REGRESSION), "y", few).amount
    assert question(project_of(TABLE), "y", column(np.arange(40.0))).amount
    assert not question(project_of(TABLE, target="y", task=Task.MULTICLASS), "y", column(np.arange(40.0))).amount


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pd.to_datetime(["2026-01-01"] * 3), "dates"),
        ([f"name {n}" for n in range(limits.MAX_CLASSES + 1)], "51 different values"),
    ],
)
def test_what_cannot_be_labelled_is_refused(values, words):
    with pytest.raises(InputError, match=words):
        question(project_of(TABLE), "y", column(values))


def test_an_empty_column_asks_for_its_outcomes():
    assert question(project_of(TABLE), "y", column([None, None], dtype="str")).outcomes == ()


def test_a_project_without_a_table_has_nothing_to_label():
    with pytest.raises(DataError, match="no table"):
        needs_table(project_of(TABLE).updated(data=None))


def test_a_hand_of_the_model_in_the_labels_is_noted():
    project = project_of(TABLE, target="y", task=Task.BINARY, positive="a", metric="roc_auc")
    log = [
        Labelled(1, "a", None, "Ana", NOON, Reason.PROPOSED),
        Labelled(2, "b", "a", "Ana", NOON, Reason.SUSPECT),
        Labelled(3, "b", "b", "Ana", NOON, Reason.SUSPECT),
        Labelled(4, "b", None, "Ana", NOON, Reason.UNLABELLED),
    ]
    used, why_not = labels_used(project, TABLE, "h2", "y", log, now=NOON)
    assert why_not == ""
    (finding,) = label_findings(used)
    assert finding.evidence == (
        "1 of 4 labels were given to rows a model was unsure of, and 1 were corrected where a model disagreed."
    )
    plain, _ = labels_used(project, TABLE, "h2", "y", log[3:], now=NOON)
    assert label_findings(plain) == []
    assert label_findings(project) == []


def test_other_decisions_of_the_project_stay_when_labels_are_used():
    project = project_of(TABLE, target="y", task=Task.BINARY, positive="a", metric="roc_auc")
    project = project.updated(chosen="tree", threshold=0.3, recipe_touched=True, split_touched=True)
    used, _ = labels_used(project, TABLE, "h2", "y", [], now=NOON)
    assert (used.chosen, used.threshold, used.recipe, used.split) == ("tree", 0.3, project.recipe, project.split)
    assert used.data.content_hash == "h2"


def problem_of(frame, y, classes):
    empty = np.array([], dtype=np.intp)
    task = Task.BINARY if classes else Task.REGRESSION
    return Problem(
        X=frame,
        y=y,
        classes=classes,
        frame=Frame(target="y", task=task, positive="b"),
        schema=guess_schema(frame),
        recipe=Recipe(),
        split=Split(train=empty, test=empty, folds=()),
    )


def fitted(model, x, y):
    return Pipeline([("finish", FunctionTransformer()), ("model", model)]).fit(x, y)


def test_proposals_name_rows_of_the_table():
    frame = pd.DataFrame({"x": np.linspace(-5, 5, 101)})
    y = np.where(frame["x"] > 0, "b", "a").astype(object)
    pipeline = fitted(LogisticRegression(), frame, y)
    built = problem_of(frame, y, ("a", "b"))
    candidates = [0, 1, 2, 48, 51, 99, 100]
    found = propose_rows(project_of(TABLE), built, pipeline, candidates, known=[], n=2)
    assert next(iter(found)) in (48, 51)
    assert set(found) <= set(candidates)
    assert all(proposal.row == row for row, proposal in found.items())
    assert "torn between" in next(iter(found.values())).words
    assert propose_rows(project_of(TABLE), built, pipeline, [], known=[], n=2) == {}


def test_proposals_for_amounts_are_rows_unlike_the_labelled_ones():
    frame = pd.DataFrame({"x": [*np.zeros(10), 0.1, 7.0]})
    y = np.arange(12.0)
    pipeline = fitted(LinearRegression(), frame, y)
    found = propose_rows(project_of(TABLE), problem_of(frame, y, ()), pipeline, [10, 11], known=list(range(10)), n=1)
    assert list(found) == [11]


def test_of_very_many_rows_a_seeded_sample_is_looked_at(monkeypatch):
    monkeypatch.setattr(limits, "LABEL_POOL_ROWS", 20)
    frame = pd.DataFrame({"x": np.linspace(-5, 5, 200)})
    y = np.where(frame["x"] > 0, "b", "a").astype(object)
    built, pipeline = problem_of(frame, y, ("a", "b")), fitted(LogisticRegression(), frame, y)
    first = propose_rows(project_of(TABLE), built, pipeline, range(200), known=[], n=30)
    assert len(first) == 20
    assert first == propose_rows(project_of(TABLE), built, pipeline, range(200), known=[], n=30)


def test_suspects_name_rows_of_the_table():
    yes = np.array([0.9, 0.8, 0.1, 0.1, 0.3, 0.7])
    outcomes = Outcomes(
        Task.BINARY,
        np.array(["yes", "yes", "yes", "no", "no", "no"], dtype=object),
        classes=("no", "yes"),
        positive="yes",
        probabilities=np.column_stack([1 - yes, yes]),
    )
    found = suspects(Judged(outcomes, np.zeros(6, dtype=np.intp), np.array([10, 20, 30, 40, 50, 60])))
    assert [one.row for one in found.found] == [30, 60]


def test_a_document_keeps_what_was_labelled():
    kept = Labelling(content_hash="h0", outcomes={"y": ("a", "b")}, made=("y",))
    project = project_of(TABLE)
    ref = project.data.model_copy(update={"labelling": kept})
    again = Project.model_validate_json(project.updated(data=ref).model_dump_json())
    assert again.data.labelling == kept
    assert again.data.brought == "h0"
    assert project.data.brought == "h1"
    assert SplitPlan() == again.split
