"""What the stages say of a project hangs together."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.data.representation import representation
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.framing.outcomes import Outcomes
from core.prepare.plan import SplitKind, SplitPlan
from core.project import judge
from core.project.document import Project

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)


@pytest.fixture
def table() -> pd.DataFrame:
    draws = np.random.default_rng(3)
    when = np.arange(600)
    # Applicants grow older from year to year, so that the earliest rows alone would be cut elsewhere.
    age = np.round(20 + when / 12 + draws.uniform(0, 15, 600))
    return pd.DataFrame({"when": when, "age": age, "paid": np.where(draws.uniform(size=600) < 0.3, "yes", "no")})


@pytest.fixture
def project() -> Project:
    kinds = {"when": ColumnType.NUMBER, "age": ColumnType.NUMBER, "paid": ColumnType.YES_NO}
    return Project(
        id="p" * 22,
        name="Payments",
        created=NOW,
        changed=NOW,
        frame=Frame(target="paid", task=Task.BINARY, positive="yes", metric="roc_auc", sensitive=("age",)),
        table_schema=Schema(columns=tuple(ColumnSpec(name=name, type=kind) for name, kind in kinds.items())),
        split=SplitPlan(kind=SplitKind.TIME, column="when"),
    )


def test_ages_are_cut_alike_under_data_and_under_fairness_and_stand_in_ascending_order(
    project: Project, table: pd.DataFrame
) -> None:
    built = judge.problem(project, table)
    rows = built.split.train[100:]
    shares = np.linspace(0.1, 0.9, len(rows))
    outcomes = Outcomes(
        Task.BINARY,
        built.y[rows],
        classes=built.classes,
        positive="yes",
        probabilities=np.column_stack([1 - shares, shares]),
    )
    found = judge.audit(project, built, judge.Judged(outcomes, np.zeros(len(rows), dtype=np.intp), rows), "age")
    under_data = [share.group for share in representation(table, project.table_schema, project.frame, "age")]
    assert under_data == ["below 40", "40 to 51", "52 to 63", "64 and above"]
    assert [group.group for group in found.groups] == under_data
