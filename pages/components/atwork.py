"""Work that is done in a process of its own while its screen shows how far it is, and what it left behind."""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from core.errors import FairwayError
from core.jobs import api
from core.jobs.job import Job, JobState
from core.project.document import Project
from pages.components import draw, layout, session

Found = TypeVar("Found")


def live(project: Project, job: Job) -> None:
    """Draw how far a job is, with Stop; once it has ended the page is drawn anew."""

    @st.fragment(run_every=0.5)
    def far() -> None:
        seen = session.latest_job(project, job.kind, key=job.key)
        if seen is None or not seen.is_live:
            st.rerun(scope="app")
            return
        with layout.row(f"reading_{job.kind}"):
            with st.container(width="stretch"):
                title = "Waiting for a free place" if seen.state is JobState.QUEUED else seen.message or "Starting"
                name = str(seen.params.get("name", "")) or "The table"
                draw.card_head(title, f"{name}. {int(seen.seconds(session.now()))} s. You can close this page.")
            st.button(
                "Stop",
                key=f"stop_{job.kind}",
                icon=":material/stop_circle:",
                on_click=lambda: api.stop(session.workspace(), seen.id, now=session.now()),
                disabled=seen.state is JobState.STOPPING,
            )
        st.progress(min(1.0, max(0.0, seen.progress)))

    far()


def failed(job: Job, lead: str) -> None:
    """Say why a job failed, until that is closed."""
    if not job.error or st.session_state.get(f"seen_{job.kind}") == job.id:
        return
    with layout.row(f"failed_{job.kind}"):
        with st.container(width="stretch"):
            draw.banner(f"{job.error} The project is as it was.", lead, "block", "red")
        if st.button("Close", key=f"close_{job.kind}", type="tertiary"):
            st.session_state[f"seen_{job.kind}"] = job.id
            st.rerun()


def done(
    project: Project, kind: str, key: str, params: dict[str, Any], read: Callable[[Job], Found | None], *, again: str
) -> Found | None:
    """Return what a job has left behind; begins it where it never ran, and draws how far it is.

    Parameters
    ----------
    project : Project
    kind, key : str
        Of the job. One with another key that this session began is given up.
    params : dict
    read : callable
        Returns what a job that is done has left behind; ``None`` where that is gone.
    again : str
        Words of the button that begins it anew after it was stopped or has failed.
    """
    began = st.session_state.get(f"began_{kind}_{project.id}")
    if began is not None and began[0] != key:
        st.session_state.pop(f"began_{kind}_{project.id}")
        _give_up(began[1])
    job = session.latest_job(project, kind, key=key)
    if job is not None and job.state is JobState.DONE:
        found = read(job)
        if found is not None:
            return found
    if job is None or job.state is JobState.DONE:
        job = begin(project, kind, key, params)
    if job is not None and job.is_live:
        live(project, job)
    elif job is not None:
        said = job.error or "It was stopped. The project is as it was."
        draw.banner(said, "Not done.", "block", "red" if job.error else "gray")
        if st.button(again, key=f"again_{kind}", icon=":material/refresh:"):
            begin(project, kind, key, params)
            st.rerun()
    return None


def begin(project: Project, kind: str, key: str, params: dict[str, Any], *, secret: str = "") -> Job | None:
    """Begin a job; where it cannot be begun, the reason is drawn."""
    try:
        job = api.submit(session.workspace(), project.id, kind, params, key=key, now=session.now(), secret=secret)
    except FairwayError as error:
        draw.banner(error.message, "Not begun.", "block", "red")
        return None
    st.session_state[f"began_{kind}_{project.id}"] = (key, job.id)
    return job


def _give_up(job_id: str) -> None:
    """End a job nobody waits for any more."""
    try:
        if api.status(session.workspace(), job_id).is_live:
            api.discard(session.workspace(), job_id, now=session.now())
    except FairwayError:
        # It is gone already.
        return
