"""A table that is read beside the project's own, and waits there until the user has looked at it."""

from typing import Any

import streamlit as st

from core.data.options import ReadOptions
from core.data.sources.source import Origin
from core.errors import FairwayError
from core.jobs import api, importing
from core.jobs.job import Job, JobState
from core.limits import INLINE_BYTES
from core.project.document import Project
from core.workspace import importing as tables
from core.workspace.importing import Brought
from pages.components import draw, layout, session, shelf, upload
from pages.components.sources.choice import ask_any


def waiting(project: Project, kind: str) -> Brought | None:
    """Return the table that waits; draws how far its reading is, or why it failed.

    Parameters
    ----------
    project : Project
    kind : {"refresh", "second"}
        What it is for: a kind of job.
    """
    kept = st.session_state.get(_key(project, kind))
    if kept is not None:
        return kept
    job = session.latest_job(project, kind)
    if job is None:
        return None
    if job.is_live:
        _live(project, job)
    elif job.state in (JobState.DONE, JobState.STOPPED):
        return importing.result(session.workspace(), job)
    elif job.error and st.session_state.get(f"seen_{kind}") != job.id:
        with layout.row(f"failed_{kind}"):
            with st.container(width="stretch"):
                draw.banner(f"{job.error} The project is as it was.", "Not read.", "block", "red")
            if st.button("Close", key=f"close_{kind}", type="tertiary"):
                st.session_state[f"seen_{kind}"] = job.id
                st.rerun()
    return None


def is_live(project: Project, kind: str) -> bool:
    """Whether a table is being read."""
    job = session.latest_job(project, kind)
    return job is not None and job.is_live


def forget(project: Project, kind: str) -> None:
    """Let go of the table that waits."""
    st.session_state.pop(_key(project, kind), None)
    job = session.latest_job(project, kind)
    if job is not None and not job.is_live:
        importing.taken(session.workspace(), job)
    shelf.give_back()


def ask_file(project: Project, kind: str, *, options: ReadOptions | None = None) -> None:
    """Draw an uploader; its file is read at once, or in a process of its own where it is large."""
    uploaded = upload.uploader("A table", key=f"{kind}_upload")
    if uploaded is None:
        return
    workspace, name, now = session.workspace(), uploaded.name, session.now()
    origin = {"options": (options or ReadOptions()).to_dict()}
    try:
        path = upload.stage(uploaded, key=f"{kind}_upload")
        if path.stat().st_size > INLINE_BYTES:
            params: dict[str, Any] = {"source": "upload", "origin": origin, "staged": path.name, "name": name}
            params |= {"options": origin["options"], "target": project.frame.target}
            try:
                _submit(project, kind, params, path.name)
            except FairwayError:
                path.unlink(missing_ok=True)
                raise
        else:
            try:
                with st.spinner("Reading the table …"):
                    st.session_state[_key(project, kind)] = tables.bring(
                        workspace, path, name=name, options=options, origin=origin, now=now, target=project.frame.target
                    )
            finally:
                path.unlink(missing_ok=True)
    except FairwayError as error:
        upload.refuse("Not read.", error.message, key=f"{kind}_upload", in_dialog=False)
    st.rerun()


def ask_source(project: Project, kind: str) -> None:
    """Draw the forms of the sources other than a file."""
    asked = ask_any(kind)
    if asked is not None:
        fetch(project, kind, asked.origin, asked.name, asked.secret)


def fetch(project: Project, kind: str, origin: Origin, name: str, secret: str = "") -> None:
    """Read from a source, in a process of its own."""
    params = {
        "source": origin.kind,
        "origin": origin.model_dump(mode="json"),
        "name": name,
        "target": project.frame.target,
        "with_secret": bool(secret),
    }
    try:
        _submit(project, kind, params, origin.model_dump_json(), secret)
    except FairwayError as error:
        draw.banner(error.message, "Not begun.", "block", "red")
        return
    st.rerun()


def _submit(project: Project, kind: str, params: dict[str, Any], key: str, secret: str = "") -> None:
    api.submit(session.workspace(), project.id, kind, params, key=key, now=session.now(), secret=secret)


def _key(project: Project, kind: str) -> str:
    return f"waiting_{kind}_{project.id}"


def _live(project: Project, job: Job) -> None:
    @st.fragment(run_every=0.5)
    def live() -> None:
        seen = session.latest_job(project, job.kind)
        if seen is None or not seen.is_live:
            st.rerun(scope="app")
            return
        with layout.row(f"reading_{job.kind}"):
            with st.container(width="stretch"):
                title = "Waiting for a free place" if seen.state is JobState.QUEUED else seen.message or "Starting"
                draw.card_head(title, f"{seen.params.get('name', '')}. {int(seen.seconds(session.now()))} s.")
            st.button(
                "Stop",
                key=f"stop_{job.kind}",
                icon=":material/stop_circle:",
                on_click=lambda: api.stop(session.workspace(), seen.id, now=session.now()),
                disabled=seen.state is JobState.STOPPING,
            )
        st.progress(min(1.0, max(0.0, seen.progress)))

    live()
