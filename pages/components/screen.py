"""The frame around every screen of a project: header, title, work, coach and the action bar."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.project.document import Project
from core.project.journey import STAGES, StepStatus, open_findings, stage_fingerprint
from pages.components import bring, coach, draw, header, layout, results, session, standing, states


@contextmanager
def screen(stage: str, sentence: str, *, title: str = "") -> Iterator[Project]:
    """Draw a step's frame; the body of the ``with`` is its work.

    Parameters
    ----------
    stage : str
    sentence : str
        Why this step exists.
    title : str
        Defaults to the step's name.

    Yields
    ------
    Project
        The open project.
    """
    project = session.current()
    findings = standing.findings(project, stage)
    header.topbar(project, stage)
    open_ = open_findings(project, findings)
    with st.container(horizontal=True, wrap=False, vertical_alignment="bottom", key="titlerow"):
        with st.container(gap=None, key="titles"):
            st.title(title or stage.capitalize(), anchor=False)
            st.markdown(f":gray[{sentence}]")
        with st.container(key="coachbutton", width="content"):
            if st.button(f"Coach · {len(open_)}", icon=":material/assistant:", key="open_coach"):
                st.session_state.pop("coach_acted", None)
                coach.drawer(stage, findings)
    header.messages()
    with st.container(horizontal=True, wrap=False, gap="medium", key="workrow"):
        with st.container(width="stretch", key="work"):
            st.session_state["bringing"] = bring.settle(project)
            yield project
        with st.container(width=328, key="coach"):
            coach.panel(stage, findings)


def is_locked(stage: str, sentence: str) -> bool:
    """Draw the locked state of a step that is not open yet; returns whether it was drawn."""
    project = session.current()
    state = next(state for state in standing.states(project) if state.stage == stage)
    if state.status is not StepStatus.LOCKED:
        return False
    header.topbar(project, stage)
    with st.container(gap=None, key="titles"):
        st.title(stage.capitalize(), anchor=False)
        st.markdown(f":gray[{sentence}]")
    header.messages()
    note = state.note
    way = next((name for name in STAGES if f"{name.capitalize()}" in note and name != stage), "train")
    if "first export" in note:
        way = "export"
    title = note if note.startswith("Opens") else f"{stage.capitalize()} is locked"
    title = title.replace("Opens", f"{stage.capitalize()} opens")
    states.locked(title, _reason(note, stage), way)
    action_bar(stage)
    return True


def _reason(note: str, stage: str) -> str:
    if note.startswith("Settle"):
        return f"{note}. The coach shows it there, with a fix or the choice to accept it for a reason."
    if "model changed" in note:
        return "The line, the remedy or the chosen run is another one now. Its scores are ready: look, then go on."
    if "up to date" in note:
        return "Something before it changed since the model was judged. Train again, then look at Evaluate."
    return {
        "prepare": "There is nothing to prepare yet: it needs a table and a target.",
        "train": "Frame, data and recipe come first; then Fairway trains on them.",
        "monitor": "Once the model has left the app there is something to watch.",
        "export": "Look at how good the model is first; what ships must be what was judged.",
    }.get(stage, "There is no model yet.")


def action_bar(
    stage: str,
    label: str = "",
    *,
    note: str = "",
    to: str = "",
    disabled: bool = False,
    help_text: str | None = None,
) -> None:
    """Draw the bar at the foot: back, one quiet sentence, the one primary button.

    Parameters
    ----------
    stage : str
    label : str
        Names the result, such as "Continue to Train"; empty draws no primary button.
    note : str
    to : str
        The step it leads to; default the next one.
    disabled, help_text
        Of the primary button.
    """
    index = STAGES.index(stage)
    back = STAGES[index - 1] if index else ""
    with (
        st.bottom,
        layout.row("actions"),
    ):
        with st.container(width="content", key="actionback"):
            name = back.capitalize() or "Projects"
            if st.button(name, key="go_back", type="tertiary", icon=":material/arrow_back:"):
                session.go(back) if back else st.switch_page("home.py", query_params={})
        with st.container(
            horizontal=True, wrap=False, vertical_alignment="center", horizontal_alignment="right", key="actionnext"
        ):
            if note:
                with st.container(width="content"):
                    draw.muted(note)
            if label and st.button(
                label,
                type="primary",
                key="primary_next",
                icon=":material/arrow_forward:",
                icon_position="right",
                disabled=disabled,
                help=help_text,
            ):
                go_on(stage, to or STAGES[min(index + 1, len(STAGES) - 1)])


def go_on(stage: str, to: str) -> None:
    """Note what the user saw here, and open the next step."""
    mark = stage_fingerprint(session.current(), stage, results.board(session.current()))
    session.change(lambda seen: seen.updated(reviewed=seen.reviewed | {stage: mark}))
    session.go(to)
