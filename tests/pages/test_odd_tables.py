"""Tables that hold nothing to learn from, or too much of one thing, open every screen."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import FairwayError
from core.framing.frame import Frame, Task
from core.project.document import Project
from core.project.journey import STAGES
from core.project.target import set_target
from core.workspace import Workspace, intake
from tests.pages.conftest import NOW, said

ROWS = 60


@pytest.fixture
def odd(workspace: Workspace, tmp_path: Path) -> Project:
    """Infinities, nothing at all, one value, lists, and an outcome of which one class has one member."""
    columns = {
        "endless": pa.array([np.inf, -np.inf, np.nan, 1.5] * (ROWS // 4)),
        "nothing": pa.nulls(ROWS, pa.float64()),
        "same": pa.array(["x"] * ROWS),
        "lists": pa.array([[n, None] for n in range(ROWS)]),
        "records": pa.array([{"a": {"b": n}} for n in range(ROWS)]),
        "n": pa.array(range(ROWS)),
        "outcome": pa.array(["rare", *(["a", "b", "b"] * ROWS)[: ROWS - 1]]),
        "one": pa.array([1] * ROWS),
    }
    pq.write_table(pa.table(columns), tmp_path / "odd.parquet")
    return intake.new_from_file(workspace, tmp_path / "odd.parquet", name="Odd", file_name="odd.parquet", now=NOW)


def table(workspace: Workspace, project: Project) -> pd.DataFrame:
    assert project.data is not None
    return workspace.read_table(project.data.content_hash)


def assert_sound(screen: AppTest) -> None:
    assert not screen.exception
    assert "This page could not be drawn" not in said(screen)


@pytest.mark.parametrize("column", ["outcome", "one", "same", "nothing"])
def test_an_outcome_of_which_nothing_can_be_learnt_is_refused_by_its_name(
    workspace: Workspace, odd: Project, column: str
) -> None:
    with pytest.raises(FairwayError, match=column) as refusal:
        set_target(odd, table(workspace, odd), column, now=NOW, task=Task.MULTICLASS)
    assert "choose" in refusal.value.message.lower()


@pytest.mark.parametrize("column", ["outcome", "same"])
@pytest.mark.parametrize("stage", STAGES)
def test_an_outcome_that_became_so_opens_every_screen(
    show: Callable[..., AppTest], workspace: Workspace, odd: Project, stage: str, column: str
) -> None:
    """A newer table may leave one member of a class, or one value, of an outcome that was fine when it was named."""
    frame = Frame(target=column, task=Task.MULTICLASS, metric="balanced_accuracy", question="Which?")
    workspace.save(odd.updated(frame=frame), now=NOW)
    assert_sound(show(stage, odd.id))


@pytest.mark.parametrize("view", ["Overview", "Columns", "Missing", "Associations", "Rows", "Groups", "Source"])
def test_each_view_of_odd_columns_is_drawn(show: Callable[..., AppTest], odd: Project, view: str) -> None:
    assert_sound(show("data", odd.id).segmented_control(key="data_view").set_value(view).run())
