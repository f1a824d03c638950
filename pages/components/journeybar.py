"""The sidebar: the project and its nine steps, or the places outside a project."""

from collections.abc import Sequence

import streamlit as st

from core.project.document import Project
from core.project.journey import StepState, StepStatus
from pages.components import draw, standing

GLYPHS = {
    StepStatus.DONE: ":green[:material/check_circle:]",
    StepStatus.ATTENTION: ":orange[:material/error:]",
    StepStatus.OUTDATED: ":orange[:material/history:]",
    StepStatus.RUNNING: ":primary[:material/progress_activity:]",
    StepStatus.TO_DO: ":gray[:material/radio_button_unchecked:]",
    StepStatus.LOCKED: ":gray[:material/lock:]",
}
WORDS = {
    StepStatus.DONE: "done",
    StepStatus.ATTENTION: "needs attention",
    StepStatus.OUTDATED: "out of date",
    StepStatus.RUNNING: "running",
    StepStatus.TO_DO: "to do",
    StepStatus.LOCKED: "locked",
}


def outside() -> None:
    """Draw the sidebar outside a project."""
    with st.sidebar, st.container(key="places", gap=None):
        st.page_link("home.py", label="Projects", icon=":material/folder_open:", width="stretch", query_params={})
        st.page_link("learn.py", label="Learn", icon=":material/school:", width="stretch", query_params={})
        st.page_link(
            "connections.py", label="Connections", icon=":material/database:", width="stretch", query_params={}
        )


def inside(project: Project) -> None:
    """Draw the sidebar of a project."""
    with st.sidebar:
        question = (
            f'<div class="fw-question">{draw.text(project.frame.question)}</div>' if project.frame.question else ""
        )
        draw.html(f'<div class="fw-project">{draw.text(project.name)}</div>{question}')
        found = standing.states(project)
        if any(state.status is StepStatus.RUNNING for state in found):
            st.fragment(_live_steps, run_every=2)(project)
        else:
            _steps(project, found)
        with st.container(key="places", gap=None):
            st.page_link(
                "learn.py",
                label="Lessons for this step",
                icon=":material/school:",
                width="stretch",
                query_params={"project": project.id},
            )
            st.page_link(
                "home.py", label="All projects", icon=":material/folder_open:", width="stretch", query_params={}
            )


def _live_steps(project: Project) -> None:
    _steps(project, standing.states(project))


def _steps(project: Project, found: Sequence[StepState]) -> None:
    locked = outdated = False
    with st.container(key="steps", gap=None):
        for state in found:
            shown = state.note
            if state.status is StepStatus.LOCKED:
                shown, locked = ("" if locked else state.note), True
            elif state.status is StepStatus.OUTDATED:
                shown, outdated = ("" if outdated else state.note), True
            _step(project, state, shown)


def _step(project: Project, state: StepState, shown: str) -> None:
    said = f"{state.title}: {WORDS[state.status]}" + (f". {state.note}" if state.note else "")
    st.page_link(
        f"{state.stage}.py",
        label=f"{GLYPHS[state.status]} {state.title}",
        width="stretch",
        query_params={"project": project.id},
        disabled=state.status is StepStatus.LOCKED,
        help=said,
    )
    if shown:
        look = " fw-look" if state.status in (StepStatus.ATTENTION, StepStatus.OUTDATED) else ""
        draw.html(f'<div class="fw-stepnote{look}">{draw.text(shown)}</div>')
