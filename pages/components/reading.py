"""A table that is read beside the project's own, and waits there until the user has looked at it."""

import json
from typing import Any

import streamlit as st

from core.data.options import ReadOptions
from core.data.sources.source import Origin
from core.errors import FairwayError
from core.jobs import api, importing
from core.jobs.job import JobState
from core.project.document import Project
from core.workspace import importing as tables
from core.workspace.importing import Brought
from core.workspace.joining import Again
from core.workspace.looking import is_large
from pages.components import atwork, draw, session, shelf, upload
from pages.components.sources.choice import ask_any

FIRST = -1
"""Place of the first table among the parts of a refresh."""


def waiting(project: Project, kind: str) -> Brought | Again | None:
    """Return the table that waits; draws how far its reading is, or why it failed.

    Parameters
    ----------
    project : Project
    kind : {"refresh", "second"}
        What it is for: a kind of job.
    """
    kept: Brought | Again | None = st.session_state.get(_key(project, kind))
    if kept is not None:
        return kept
    job = session.latest_job(project, kind)
    if job is None:
        return None
    if job.is_live:
        with st.container(border=True, key=f"reading_card_{kind}"):
            atwork.live(project, job)
    elif job.state in (JobState.DONE, JobState.STOPPED):
        return (importing.again if kind == "refresh" else importing.result)(session.workspace(), job)
    else:
        atwork.failed(job, "Not read.")
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
        # Beside a large table it is looked at in a process anyway, which a page that is drawn anew finds again.
        if not tables.is_quick(path, name) or is_large(project.data):
            try:
                submit(project, kind, [staged(project, path.name, name, origin, kind)], path.name)
            except FairwayError:
                path.unlink(missing_ok=True)
                raise
        else:
            try:
                with st.spinner("Reading the table …"):
                    st.session_state[_key(project, kind)] = tables.bring(
                        workspace,
                        path,
                        name=name,
                        options=options,
                        origin=origin,
                        now=now,
                        target=project.frame.target,
                        whole=kind == "second",
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


def staged(
    project: Project, file: str, name: str, origin: dict[str, Any], kind: str, place: int = FIRST
) -> dict[str, Any]:
    """Return what a job needs to know of an uploaded file."""
    return importing.of_upload(file, name, origin) | _of(project, kind, place)


def fetched(project: Project, origin: Origin, name: str, kind: str, secret: str, place: int = FIRST) -> dict[str, Any]:
    """Return what a job needs to know of a source."""
    return importing.of_source(origin, name, secret) | _of(project, kind, place)


def _of(project: Project, kind: str, place: int) -> dict[str, Any]:
    second = kind == "second" or place != FIRST
    return {"place": place, "whole": second, "target": None if second else project.frame.target}


def fetch(project: Project, kind: str, origin: Origin, name: str, secret: str = "") -> None:
    """Read from a source, in a process of its own."""
    part = fetched(project, origin, name, kind, secret)
    try:
        submit(project, kind, [part], origin.model_dump_json(), {FIRST: secret} if secret else {})
    except FairwayError as error:
        draw.banner(error.message, "Not begun.", "block", "red")
        return
    st.rerun()


def submit(
    project: Project, kind: str, parts: list[dict[str, Any]], key: str, secrets: dict[int, str] | None = None
) -> None:
    """Have tables read in a process of their own; raises a ``FairwayError`` where it cannot be begun."""
    given = secrets or {}
    params, secret = parts[0], "".join(given.values())
    if kind == "refresh":
        params = {"parts": parts, "name": ", ".join(str(part["name"]) for part in parts)}
        secret = json.dumps({str(place): one for place, one in given.items()}) if given else ""
    api.submit(session.workspace(), project.id, kind, params, key=key, now=session.now(), secret=secret)


def _key(project: Project, kind: str) -> str:
    return f"waiting_{kind}_{project.id}"
