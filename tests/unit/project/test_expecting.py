"""Expectations of a project: written and taken back on the record, refused where they fit nothing, told when broken."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import InputError
from core.evaluate.expectations import Condition, Expectation
from core.findings import Severity
from core.framing.frame import Frame, Task
from core.framing.outcomes import Outcomes
from core.prepare.plan import Split
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe
from core.project.document import Project
from core.project.expecting import checked, expect, expect_no_more, expectation_findings, in_words
from core.project.past import differences

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
FRAME = Frame(target="left", task=Task.BINARY, positive="yes", metric="roc_auc")
START = Project(id="p" * 22, name="Churn", created=NOW, changed=NOW, frame=FRAME)
YOUNG = Expectation(
    conditions=(Condition(column="age", comparison="below", value="22"),), measure="every", side="to", bound=0.9
)


@pytest.fixture
def built():
    X = pd.DataFrame({"age": [19.0, 30.0, 20.0, 40.0]})
    schema = Schema(columns=(ColumnSpec(name="age", type=ColumnType.NUMBER),))
    everything = np.arange(4)
    split = Split(train=everything, test=everything[:0], folds=())
    y = np.array(["no", "yes", "yes", "no"], dtype=object)
    return Problem(X=X, y=y, classes=("no", "yes"), frame=FRAME, schema=schema, recipe=Recipe(), split=split)


def told(*chances):
    chance = np.array(chances)
    labels = np.array(["no"] * len(chances), dtype=object)
    return Outcomes(Task.BINARY, labels, ("no", "yes"), "yes", np.column_stack([1 - chance, chance]))


def test_it_is_written_once_and_taken_back_on_the_record(built):
    project = expect(expect(START, YOUNG, built, now=NOW), YOUNG, built, now=NOW)
    assert project.expectations == (YOUNG,)
    assert [line.what for line in project.decisions] == ["Expects: Every score at most 0.9 where age is below 22"]
    assert [found.part for found in differences(START, project)] == ["Expectations"]
    assert Project.model_validate_json(project.model_dump_json()) == project
    back = expect_no_more(project, YOUNG, now=NOW)
    assert back.expectations == ()
    assert back.decisions[-1].what.startswith("No longer expects")
    assert expect_no_more(back, YOUNG, now=NOW) == back


def test_what_fits_no_column_or_no_task_is_refused(built):
    wrong = Expectation(
        conditions=(Condition(column="age", comparison="below", value="old"),), measure="every", side="to", bound=1
    )
    for one in (wrong, Expectation(measure="rmse", side="to", bound=1)):
        with pytest.raises(InputError):
            expect(START, one, built, now=NOW)


def test_the_coach_tells_what_is_not_met_and_only_that(built):
    project = expect(START, YOUNG, built, now=NOW)
    # Rows 2 and 0 of the table: both are young.
    broken = checked(project, built, told(0.95, 0.3), np.array([2, 0]))
    assert in_words(broken) == (
        (
            "Every score at most 0.9 where age is below 22",
            "not met",
            "1 of 2 rows break it; the furthest score is 0.95.",
        ),
    )
    found = expectation_findings(broken)
    assert [(one.code, one.severity, one.columns) for one in found] == [
        ("expectation-not-met", Severity.WARNING, ("age",))
    ]
    assert not found[0].acceptable
    assert expectation_findings(checked(project, built, told(0.95, 0.3), np.array([1, 0]))) == []
    assert checked(START, built, told(0.95), np.array([0])) == ()
