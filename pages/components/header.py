"""The line above every screen: where one is, the save badge, history, sharing, and what has to be said at once."""

import streamlit as st

from core.project.document import Project
from pages.components import draw, history, layout, session


def topbar(project: Project, stage: str) -> None:
    """Draw the project header."""
    with layout.row("topbar"):
        with st.container(key="crumb", width="stretch"):
            draw.html(f'<div class="fw-crumb">{draw.text(project.name)} / {stage.capitalize()}</div>')
        with st.container(horizontal=True, wrap=False, vertical_alignment="center", width="content", key="toptools"):
            _save_badge(project)
            if st.button("History", key="open_history", type="tertiary", icon=":material/history:"):
                history.history()
            if st.button("Share", key="open_share", type="tertiary", icon=":material/group_add:"):
                _share()


def _save_badge(project: Project) -> None:
    pending = st.session_state.get("pending")
    if pending is not None and pending.stale:
        st.badge("Changed elsewhere", icon=":material/sync_problem:", color="orange")
    elif pending is not None:
        st.badge("Not saved", icon=":material/cloud_off:", color="red", help=pending.reason)
    else:
        saved = session.local(project.changed)
        st.badge(
            f"Saved {saved:%H:%M}",
            icon=":material/cloud_done:",
            color="green",
            help=f"Revision {project.revision}. Every change is saved at once.",
        )


def messages() -> None:
    """Say what the last click led to: a refusal, a change made elsewhere, or a save that failed."""
    refused = st.session_state.pop("refused", None)
    if refused:
        draw.banner(refused, "Not done.", glyph="block", tone="red")
    told = st.session_state.pop("flash", None)
    if told:
        st.toast(told[0], icon=told[1])
    pending = st.session_state.get("pending")
    if pending is None:
        return
    with st.container(border=True, key="conflict"):
        if pending.stale:
            draw.banner(
                f"{pending.reason} Your last change waits here and is not saved.", "Changed elsewhere.", "sync_problem"
            )
            _what_changed()
        else:
            draw.banner(f"{pending.reason} Your change waits here.", "Not saved.", "cloud_off", "red")
        with st.container(horizontal=True):
            label = "Keep my change too" if pending.stale else "Save again"
            st.button(label, key="save_again", on_click=session.save_again)
            st.button("Drop my change", key="let_go", type="tertiary", on_click=session.let_go)


def _what_changed() -> None:
    latest = session.current().decisions[-3:]
    for line in reversed(latest):
        draw.muted(f"{session.local(line.at):%H:%M} {line.what}")


@st.dialog("Share")
def _share() -> None:
    project = session.current()
    draw.muted("This address opens the project for everyone who can reach this server.")
    st.code(f"{(st.context.url or '').split('?')[0]}?project={project.id}", language=None)
    draw.muted("Or hand it over as a file: Projects, More, Export project.")
