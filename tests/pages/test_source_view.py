"""The Source view with a second table or a newer one waiting, under hostile names."""

import time

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.jobs import api
from core.prepare.recipe import Recipe, Step
from core.project.document import Project
from core.workspace import Workspace
from core.workspace.importing import Brought, bring
from tests.pages.conftest import HOSTILE, NOW, ROOT, said

PICTURE = "![p](http://127.0.0.1:9/p)"


@pytest.fixture
def source(workspace: Workspace, framed: Project, tmp_path):
    """Draw the Source view with a table waiting."""

    def draw(kind: str, frame: pd.DataFrame, **state: object) -> AppTest:
        path = tmp_path / "new.csv"
        frame.to_csv(path, index=False)
        waiting: Brought = bring(workspace, path, name=f"{HOSTILE}.csv", now=NOW)
        screen = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=60)
        screen.query_params["project"] = framed.id
        screen.switch_page("data.py")
        screen.session_state["data_view"] = "Source"
        screen.session_state[f"waiting_{kind}_{framed.id}"] = waiting
        for key, value in state.items():
            screen.session_state[key] = value
        return screen.run()

    return draw


def table(workspace: Workspace, project: Project) -> pd.DataFrame:
    assert project.data is not None
    return workspace.read_table(project.data.content_hash)


def labels(screen: AppTest) -> str:
    widgets = [*screen.checkbox, *screen.selectbox, *screen.multiselect, *screen.button]
    return "\n".join(widget.label for widget in widgets)


def test_a_second_table_with_hostile_names_is_counted_as_text(source, workspace, framed):
    second = pd.DataFrame({HOSTILE: ["0 ", "01", "2", "3"], PICTURE: [1.5, 2.5, 3.5, 4.5]})
    screen = source("second", second)
    assert not screen.exception
    text = said(screen)
    assert "Rows afterwards" in text
    assert HOSTILE not in text
    assert "http://127.0.0.1:9/p" not in labels(screen)
    assert HOSTILE not in labels(screen)
    screen = screen.button(key="primary_join").click().run()
    assert not screen.exception
    joined = workspace.get(framed.id)
    assert joined.data is not None
    assert (joined.data.rows, joined.data.columns) == (120, 5)
    assert PICTURE in table(workspace, joined)


def test_a_newer_table_with_hostile_names_is_shown_as_text_and_taken(source, workspace, framed):
    newer = table(workspace, framed).head(80).drop(columns="income").assign(**{PICTURE: 1.5})
    newer["group"] = newer["group"].replace("a", PICTURE)
    screen = source("refresh", newer)
    assert not screen.exception
    text = said(screen)
    assert "80 rows, 40 fewer than before." in text
    assert HOSTILE not in text
    assert PICTURE not in labels(screen)
    screen = screen.button(key="keep_old").click().run()
    assert not screen.exception
    assert workspace.get(framed.id).data == framed.data
    screen = source("refresh", newer).button(key="primary_use_new").click().run()
    assert not screen.exception
    taken = workspace.get(framed.id)
    assert taken.data is not None
    assert taken.data.rows == 80
    assert taken.frame.target == "denied"
    assert taken.table_schema is not None
    assert "income" not in taken.table_schema


def test_large_tables_are_counted_and_joined_in_a_process(source, workspace, framed, monkeypatch):
    monkeypatch.setattr("core.workspace.looking.INLINE_CELLS", 10)
    second = pd.DataFrame({"income": [float(n) for n in range(20, 81)], "rank": range(61)})
    screen = ended(source("second", second), workspace, framed, "count")
    assert not screen.exception
    assert "Rows afterwards" in said(screen)
    screen = screen.button(key="primary_join").click().run()
    screen = ended(screen, workspace, framed, "join")
    assert not screen.exception
    joined = workspace.get(framed.id)
    assert joined.data is not None
    assert joined.data.columns == 5
    assert joined.decisions[-1].what.endswith("by income")


def test_large_tables_are_compared_in_a_process_that_can_be_stopped(source, workspace, framed, monkeypatch):
    monkeypatch.setattr("core.workspace.looking.INLINE_CELLS", 10)
    monkeypatch.setattr("core.limits.JOBS_PER_MACHINE", 0)
    screen = source("refresh", table(workspace, framed).head(80))
    assert "Waiting for a free place" in said(screen)
    screen = screen.button(key="stop_compare").click().run()
    assert "Not done." in said(screen)
    monkeypatch.setattr("core.limits.JOBS_PER_MACHINE", 2)
    screen = ended(screen.button(key="again_compare").click().run(), workspace, framed, "compare")
    assert not screen.exception
    assert "80 rows, 40 fewer than before." in said(screen)
    screen = screen.button(key="primary_use_new").click().run()
    assert not screen.exception
    taken = workspace.get(framed.id)
    assert taken.data is not None
    assert taken.data.rows == 80


def test_a_step_that_no_longer_fits_says_so_on_prepare(source, workspace, framed, show):
    step = Step(id="s1", kind="cap_outliers", columns=("income",), params={})
    recipe = Recipe(number=framed.recipe.number + 1, steps=(step,))
    framed = workspace.save(framed.updated(recipe=recipe, recipe_touched=True), now=NOW)
    newer = table(workspace, framed).rename(columns={"income": "pay"})
    screen = source("refresh", newer)
    told = "Step 1, Cap extremes, names"
    assert told in said(screen)
    assert not screen.button(key="primary_use_new").click().run().exception
    screen = show("prepare", framed.id)
    assert not screen.exception
    assert "Steps no longer fitted the newer table" in said(screen)
    assert told in said(screen)


def ended(screen: AppTest, workspace: Workspace, project: Project, kind: str) -> AppTest:
    """Wait for a job and draw the screen again."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        job = api.latest(workspace, project.id, kind)
        if job is not None and not job.is_live:
            assert job.error == ""
            return screen.run()
        time.sleep(0.1)
    raise AssertionError("the job did not end")
