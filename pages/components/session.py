"""The one door between a screen and the workspace: which project is open, how it is changed, what is cached."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import FairwayError, NotFoundError, StaleRevisionError, StorageError
from core.jobs.job import Job
from core.project.document import Project
from core.settings import Settings
from core.workspace import Workspace
from core.workspace.files import make_folder
from pages.components import shelf

BOARDS = "boards"
"""Key of the leaderboards read in this run of the script."""

Edit = Callable[[Project], Project]


@dataclass(frozen=True, eq=False)
class Pending:
    """A change that could not be saved, kept until the user decides."""

    edit: Edit
    reason: str
    stale: bool


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """Return a moment in the viewer's own time."""
    offset = st.context.timezone_offset
    return moment.astimezone(UTC) - timedelta(minutes=offset or 0)


def is_dark() -> bool:
    """Whether the viewer looks at the dark theme."""
    return getattr(st.context.theme, "type", None) == "dark"


@st.cache_resource(show_spinner=False)
def _open_workspace(home: str, database_url: str) -> Workspace:
    return Workspace.open(Settings.from_environment())


def workspace() -> Workspace:
    """Return the server's workspace."""
    settings = Settings.from_environment()
    return _open_workspace(str(settings.home), settings.database_url)


def uploads() -> Path:
    """Return the folder of files on their way in."""
    return make_folder(workspace().home / "uploads")


def project_id() -> str | None:
    """Return the id in the address, or ``None``."""
    return st.query_params.get("project")


def load() -> Project | None:
    """Read the project of the address from the workspace; called once a run, by the shell.

    Returns
    -------
    Project or None
        ``None`` where the address names none.

    Raises
    ------
    FairwayError
        When it does not exist or cannot be read.
    """
    key = project_id()
    st.session_state[BOARDS] = {}
    if not key:
        st.session_state["open_project"] = None
        return None
    project = workspace().get(key)
    st.session_state["open_project"] = project
    return project


def current() -> Project:
    """Return the project that is open; raises ``NotFoundError`` where none is."""
    project = st.session_state.get("open_project")
    if project is None:
        raise NotFoundError("No project is open.", next_step="Open one under Projects.")
    return project


def change(edit: Edit) -> bool:
    """Change the open project and save it at once.

    Parameters
    ----------
    edit : callable
        Takes the project as this tab saw it and returns the next one.

    Returns
    -------
    bool
        Whether it was saved. If not, the reason is kept for the save badge and the change is not lost.
    """
    seen = current()
    try:
        wanted = edit(seen)
        if wanted == seen:
            return True
        st.session_state["open_project"] = workspace().save(wanted, now=now())
    except StaleRevisionError as error:
        st.session_state["pending"] = Pending(edit, error.message, stale=True)
        return False
    except StorageError as error:
        st.session_state["pending"] = Pending(edit, error.message, stale=False)
        return False
    except FairwayError as error:
        st.session_state["refused"] = error.message
        return False
    st.session_state.pop("pending", None)
    return True


def save_again() -> None:
    """Apply the change that could not be saved to the project as it is now."""
    pending: Pending | None = st.session_state.pop("pending", None)
    if pending is not None:
        st.session_state["open_project"] = workspace().get(current().id)
        change(pending.edit)


def let_go() -> None:
    """Drop the change that could not be saved and go on with what is stored."""
    st.session_state.pop("pending", None)


def table(project: Project) -> pd.DataFrame:
    """Return the project's table; shared between sessions, so never write to it."""
    if project.data is None:
        raise NotFoundError("This project has no table yet.", next_step="Bring one under Data.")
    key = project.data.content_hash
    return shelf.keep(("table", key), lambda: workspace().read_table(key), size=shelf.bytes_of)


def table_or_none(project: Project) -> pd.DataFrame | None:
    """Return the project's table, ``None`` before there is one, or where it can no longer be read."""
    if project.data is None:
        return None
    try:
        return table(project)
    except FairwayError:
        return None


def latest_job(project: Project, kind: str, *, key: str | None = None) -> Job | None:
    """Return the newest job of a kind, and of a key where one is given, its state checked against its process."""
    from core.jobs import api

    return api.latest(workspace(), project.id, kind, key=key)


def flash(message: str, icon: str = ":material/check:") -> None:
    """Say something after the next redraw."""
    st.session_state["flash"] = (message, icon)


def go(stage: str, project: Project | None = None, **params: Any) -> None:
    """Open a screen, keeping the project in the address."""
    key = project.id if project is not None else project_id()
    query = ({"project": key} if key else {}) | params
    st.switch_page(f"{stage}.py", query_params=query)
