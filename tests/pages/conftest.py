"""Screens run by Streamlit's own test driver, on a workspace of their own."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.project.changes import change_frame
from core.project.document import Project
from core.project.target import set_target
from core.settings import Settings
from core.workspace import Workspace, intake
from tests.pages.whole import finished, finished_home

__all__ = ["finished", "finished_home"]
ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path))
    monkeypatch.delenv("FAIRWAY_DATABASE_URL", raising=False)
    return Workspace.open(Settings.from_environment())


@pytest.fixture
def empty(workspace: Workspace) -> Project:
    return workspace.create("Mortgages", now=NOW)


@pytest.fixture
def framed(workspace: Workspace, tmp_path: Path) -> Project:
    """A project with a small table, a target and hostile names."""
    table = pd.DataFrame(
        {
            HOSTILE: [index % 7 for index in range(120)],
            "income": [20.0 + (index * 37) % 61 for index in range(120)],
            "group": ["a" if index % 3 else "<b>b</b>" for index in range(120)],
            "denied": ["yes" if (index * 37) % 61 < 20 or index % 11 == 0 else "no" for index in range(120)],
        }
    )
    path = tmp_path / "table.csv"
    table.to_csv(path, index=False)
    project = intake.new_from_file(workspace, path, name=HOSTILE, file_name="t<b>.csv", now=NOW)
    assert project.data is not None
    stored = workspace.read_table(project.data.content_hash)
    project = set_target(project, stored, "denied", now=NOW)
    project = change_frame(project, stored, now=NOW, sensitive=("group",), question="![p](http://127.0.0.1:9/p)")
    return workspace.save(project, now=NOW)


@pytest.fixture
def show(workspace: Workspace) -> Callable[..., AppTest]:
    """Draw a screen and return what is on it."""

    def draw(stage: str, project_id: str | None = None, timeout: float = 60.0) -> AppTest:
        screen = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=timeout)
        if project_id is not None:
            screen.query_params["project"] = project_id
        if stage != "home":
            screen.switch_page(f"{stage}.py")
        return screen.run()

    return draw


def said(screen: AppTest) -> str:
    """Return every text on a screen."""
    parts = [element.value for kind in ("markdown", "title", "caption") for element in screen.get(kind)]
    parts += [element.proto.body for element in screen.get("html")]
    return "\n".join(str(part) for part in parts)
