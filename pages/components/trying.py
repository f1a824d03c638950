"""Trials on a screen: begun by a button, shown while they run, found again after a refresh."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.jobs.trying import trial_key
from core.project.document import Project
from core.project.fingerprint import training_fingerprint
from pages.components import atwork, session

KIND = "trial"


def begin(project: Project, what: str, params: Mapping[str, Any], name: str) -> None:
    """Begin a trial; ``name`` is what it is about, in a few words."""
    asked = {"what": what, "params": dict(params), "fingerprint": training_fingerprint(project), "name": name}
    atwork.begin(project, KIND, trial_key(project, what, params), asked)


def found(project: Project, what: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a trial has found so far, ``None`` where it was never made."""
    return session.workspace().trials(project.id).read(trial_key(project, what, params))


def is_at_work(project: Project, what: str, params: Mapping[str, Any]) -> bool:
    """Whether that trial waits or runs; draws nothing."""
    job = session.latest_job(project, KIND, key=trial_key(project, what, params))
    return job is not None and job.is_live


def is_live(project: Project, what: str, params: Mapping[str, Any]) -> bool:
    """Whether that trial runs; draws how far it is, or why it failed."""
    job = session.latest_job(project, KIND, key=trial_key(project, what, params))
    if job is None:
        return False
    if job.is_live:
        with st.container(border=True, key=f"trial_{what}"):
            atwork.live(project, job)
        return True
    atwork.failed(job, "Not tried.")
    return False
