"""Bringing a table: from whichever source, read in a process of its own, and given to the project once it is there."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.data.options import ReadOptions
from core.errors import FairwayError
from core.jobs import api, importing
from core.jobs.job import Job, JobState
from core.project.document import Project
from core.workspace import importing as tables
from pages.components import draw, layout, session, shelf
from pages.components.sources.asked import Asked
from pages.components.sources.choice import ask_any

KINDS = ("import", "draw")
"""Jobs that bring a table."""


def take(
    project: Project | None, path: Path, *, name: str, options: ReadOptions | None = None, title: str = ""
) -> None:
    """Read a file that lies on the server into a project and open it.

    A small file is read at once; a larger one in a process of its own, which the Data screen then shows.

    Parameters
    ----------
    project : Project or None
        ``None`` makes a new one.
    path : Path
        In the workspace's ``uploads``; it is gone afterwards, or once the reading is done.
    name : str
        The user's own name of the file.
    options : ReadOptions, optional
    title : str
        Of the new project.

    Raises
    ------
    FairwayError
        The file cannot be read; it then still lies there, and no project was made.
    """
    workspace, now = session.workspace(), session.now()
    target = project.frame.target if project else None
    origin = {"options": (options or ReadOptions()).to_dict()}
    if not tables.is_quick(path, name):
        params = importing.of_upload(path.name, name, origin) | {"target": target}
        _submit(project or workspace.create(title or name, now=now), params, key=path.name)
        return
    brought = tables.bring(workspace, path, name=name, options=options, origin=origin, target=target, now=now)
    path.unlink(missing_ok=True)
    if project is None:
        made = workspace.create(title or name, now=now)
        project = workspace.save(tables.attach(workspace, made, brought, now=now), now=now)
        session.flash(_words(brought))
        session.go("frame", project)
    _give(brought)


def fetch(project: Project | None, asked: Asked) -> None:
    """Bring a table from a source into a project, in a process of its own, and open the Data screen."""
    workspace, now = session.workspace(), session.now()
    params = importing.of_source(asked.origin, asked.name, asked.secret)
    params["target"] = project.frame.target if project else None
    made = project or workspace.create(asked.name, now=now)
    _submit(made, params, key=asked.origin.model_dump_json(), secret=asked.secret)


def _submit(project: Project, params: dict[str, Any], *, key: str, secret: str = "") -> None:
    api.submit(session.workspace(), project.id, "import", params, key=key, now=session.now(), secret=secret)
    st.session_state.pop("another_table", None)
    session.go("data", project)


def _words(brought: tables.Brought) -> str:
    ref = brought.ref
    rows = ref.whole.rows if ref.whole else ref.rows
    return f"{rows:,} rows, {ref.columns:,} columns"


def _give(brought: tables.Brought) -> bool:
    workspace, now = session.workspace(), session.now()
    given = session.change(lambda seen: tables.attach(workspace, seen, brought, now=now))
    if given:
        st.session_state.pop("another_table", None)
        session.flash(_words(brought))
    return given


def source_form(project: Project | None, *, key: str) -> None:
    """Draw the choice of sources other than a file, and the form of the one chosen."""
    asked = ask_any(key)
    if asked is None:
        return
    try:
        fetch(project, asked)
    except FairwayError as error:
        draw.banner(error.message, "Not begun.", "block", "red")


def settle(project: Project) -> bool:
    """Take what a reading has brought, or show how far it is; returns whether one is under way."""
    _draw_anew(project)
    for kind in KINDS:
        job = session.latest_job(project, kind)
        if job is None:
            continue
        if job.is_live:
            _live(project, job)
            return True
        # A source that may end early keeps what it has; a file that was stopped is not read to its end.
        if job.state is JobState.DONE or (job.state is JobState.STOPPED and not job.params.get("staged")):
            _take(job)
        elif job.error and st.session_state.get("seen_import") != job.id:
            _failed(job)
    return False


def _draw_anew(project: Project) -> None:
    """Have the sample of a large table drawn anew where another outcome was named since."""
    if not tables.needs_draw(session.workspace(), project):
        return
    last = session.latest_job(project, "draw")
    target = str(project.frame.target)
    if last is not None and (last.is_live or last.params.get("target") == target):
        return
    try:
        api.submit(session.workspace(), project.id, "draw", {"target": target}, key=target, now=session.now())
    except FairwayError as error:
        draw.banner(error.message, "The sample was not drawn anew.", "block", "orange")


def _take(job: Job) -> None:
    brought = importing.result(session.workspace(), job)
    if brought is None:
        return
    if job.kind == "draw":
        now = session.now()
        given = session.change(lambda seen: tables.redrawn(seen, brought.ref, now=now))
    else:
        given = _give(brought)
    if given:
        importing.taken(session.workspace(), job)
        shelf.give_back()
        if job.kind == "import" and not session.current().frame.complete:
            session.go("frame")
        st.rerun()


def _live(project: Project, job: Job) -> None:
    @st.fragment(run_every=0.5)
    def live() -> None:
        seen = session.latest_job(project, job.kind)
        if seen is None or not seen.is_live:
            st.rerun(scope="app")
            return
        waiting = seen.state is JobState.QUEUED
        with st.container(border=True, key="jobcard"):
            with layout.row():
                with st.container(width="stretch"):
                    title = "Waiting for a free place" if waiting else seen.message or "Starting"
                    name = str(seen.params.get("name", "")) or "The sample"
                    draw.card_head(title, f"{name}. {int(seen.seconds(session.now()))} s. You can close this page.")
                if seen.kind == "import":
                    st.button(
                        "Stop",
                        key="stop_import",
                        icon=":material/stop_circle:",
                        on_click=lambda: api.stop(session.workspace(), seen.id, now=session.now()),
                        disabled=seen.state is JobState.STOPPING,
                    )
            st.progress(min(1.0, max(0.0, seen.progress)))

    live()


def _failed(job: Job) -> None:
    with layout.row("importfailed"):
        with st.container(width="stretch"):
            draw.banner(f"{job.error} The project is as it was.", "Not read.", "block", "red")
        if st.button("Close", key="close_failed", type="tertiary"):
            st.session_state["seen_import"] = job.id
            st.rerun()
