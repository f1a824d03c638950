"""The split plan on Prepare: drawn, proposed and changed."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.data.guess import guess_schema
from core.framing.frame import Frame, Task
from core.project import changes
from core.project.document import DataRef, Project
from core.workspace import Workspace
from tests.pages.conftest import NOW, said


@pytest.fixture
def visits(workspace: Workspace, empty: Project) -> Project:
    """Five visits a patient, one a day, and a column that names the part."""
    rows = 200
    table = pd.DataFrame(
        {
            "patient": [f"patient {n // 5}" for n in range(rows)],
            "day": pd.date_range("2024-01-01", periods=rows).strftime("%Y-%m-%d"),
            "pulse": np.random.default_rng(1).normal(70, 9, rows).round(1),
            "part": (["train"] * 7 + ["valid"] * 1 + ["test"] * 2) * 20,
            "back": ["yes", "no"] * 100,
        }
    )
    ref = DataRef(content_hash=workspace.write_table(table), name="v", rows=rows, columns=5, size_bytes=1, imported=NOW)
    frame = Frame(target="back", task=Task.BINARY, positive="yes", metric="roc_auc")
    made = changes.attach_table(empty.updated(frame=frame), ref, guess_schema(table), table, now=NOW)
    return workspace.save(made, now=NOW)


def inside() -> None:
    """Draw what the dialog holds: Streamlit's test driver closes a dialog at the first click in it."""
    from pages.components import session, splitform

    session.load()
    splitform.contents()


def dialog(project: Project) -> AppTest:
    screen = AppTest.from_function(inside, default_timeout=60)
    screen.query_params["project"] = project.id
    return screen.run()


def test_the_splits_the_table_speaks_for_are_proposed_with_their_reason(workspace: Workspace, visits: Project) -> None:
    screen = dialog(visits)
    text = said(screen)
    assert "5.0 rows share a" in text
    assert "already says which rows are the test" in text
    screen.button(key="use_proposal_1").click().run()
    assert not screen.exception
    assert (workspace.get(visits.id).split.kind.value, workspace.get(visits.id).split.column) == ("group", "patient")


def test_a_gap_of_days_is_asked_for_by_time_and_kept(workspace: Workspace, visits: Project) -> None:
    screen = dialog(visits)
    screen.selectbox(key="split_kind").select("time").run()
    screen.selectbox(key="split_column_time").select("day").run()
    screen.number_input(key="split_gap").set_value(3.0).run()
    screen.button(key="primary_split").click().run()
    plan = workspace.get(visits.id).split
    assert (plan.kind.value, plan.column, plan.gap) == ("time", "day", 3.0)


def test_a_split_that_cannot_be_made_is_said_and_not_taken(workspace: Workspace, visits: Project) -> None:
    screen = dialog(visits)
    screen.selectbox(key="split_kind").select("column").run()
    screen.selectbox(key="split_column_column").select("part").run()
    assert "No value of “part” is named that seals a row." in said(screen)
    assert screen.button(key="primary_split").disabled
    screen.multiselect(key="split_test_values_part").select("test").run()
    assert not screen.button(key="primary_split").disabled
    screen.button(key="primary_split").click().run()
    assert workspace.get(visits.id).split.test_values == ("test",)


def test_a_validation_part_takes_the_place_of_folds(
    show: Callable[..., AppTest], workspace: Workspace, visits: Project
) -> None:
    screen = dialog(visits)
    screen.selectbox(key="split_scheme").select("holdout").run()
    screen.button(key="primary_split").click().run()
    assert workspace.get(visits.id).split.is_holdout
    shown = show("prepare", visits.id)
    assert not shown.exception
    assert "for validation)" in said(shown)
