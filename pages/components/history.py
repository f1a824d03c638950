"""History: every decision, and every revision kept, to be held against the project as it is or gone back to."""

import streamlit as st

from core.errors import FairwayError
from core.limits import REVISIONS_KEPT
from core.project.document import Project
from core.project.past import differences, go_back, happened, results_words
from core.workspace.store import Revision
from pages.components import draw, layout, session

VIEWS = ("Decisions", "Revisions")
SHOWN = 10
"""Revisions listed at first, and more with each click."""


@st.dialog("History", position="right", width=480)
def history() -> None:
    """Open the history of the open project."""
    contents()


def contents() -> None:
    """Draw decisions or revisions."""
    if layout.switch(VIEWS, key="history_view") == VIEWS[0]:
        _decisions(session.current())
    else:
        _revisions(session.current())


def _decisions(project: Project) -> None:
    draw.muted(f"Revision {project.revision}. Every decision, newest first.")
    if not project.decisions:
        draw.muted("Nothing was decided yet.")
    rows = []
    for line in reversed(project.decisions):
        why = f'<div class="fw-sub">because: {draw.text(line.why)}</div>' if line.why else ""
        rows.append(
            f'<div class="fw-pair"><div><div style="color:var(--fw-ink)">{draw.text(line.what)}</div>{why}</div>'
            f'<span class="fw-when">{line.stage.capitalize()} · {session.local(line.at):%d %b, %H:%M}</span></div>'
        )
    draw.html("".join(rows))


def _revisions(project: Project) -> None:
    kept = session.workspace().history(project.id)
    shown = int(st.session_state.get("revisions_shown", SHOWN))
    draw.muted(f"What each saved revision changed, newest first. The last {REVISIONS_KEPT} are kept; {len(kept)} are.")
    # One more than is listed: what a revision changed is seen against the one before.
    states = [_read(project.id, revision) for revision in kept[: shown + 1]]
    for number, revision in enumerate(kept[:shown]):
        before = states[number + 1] if number + 1 < len(states) else None
        _revision(project, revision, before, states[number])
    if len(kept) > shown:
        st.button("Show older", key="older_revisions", icon=":material/expand_more:", on_click=_older, args=(shown,))


def _older(shown: int) -> None:
    st.session_state["revisions_shown"] = shown + SHOWN


def _read(project_id: str, revision: Revision) -> Project | None:
    try:
        return session.workspace().at_revision(project_id, revision.number)
    except FairwayError:
        return None


def _revision(project: Project, revision: Revision, before: Project | None, past: Project | None) -> None:
    number = revision.number
    is_now = number == project.revision
    with st.container(border=True, key=f"revision_{number}", gap="small"):
        what = "This revision is damaged and cannot be read." if past is None else happened(before, past)
        chip = draw.chip("As it is now", "violet") if is_now else ""
        draw.html(
            f'<div class="fw-cardtop"><span class="fw-cardtitle">Revision {number}</span>{chip}'
            f'<span class="fw-sub fw-when">{session.local(revision.saved):%d %b %Y, %H:%M}</span></div>'
            f'<p class="fw-said">{draw.text(what)}</p>'
        )
        if is_now or past is None:
            return
        is_open = st.session_state.get("revision_open") == number
        if is_open:
            _differences(project, past)
        with st.container(horizontal=True, gap="small"):
            label = "Close" if is_open else "See what differs"
            st.button(label, key=f"see_revision_{number}", on_click=_look, args=(None if is_open else number,))
            if st.button("Go back to this", key=f"back_revision_{number}", type="tertiary", icon=":material/history:"):
                _go_back(project, past)


def _look(number: int | None) -> None:
    st.session_state["revision_open"] = number


def _differences(project: Project, past: Project) -> None:
    found = differences(project, past)
    if not found:
        draw.muted("Every decision is the same as now.")
        return
    rows = "".join(
        f'<div class="fw-pair"><span>{draw.text(one.part)}: {draw.text(one.what)}</span>'
        f"<b>{draw.text(one.here)} → {draw.text(one.there)}</b></div>"
        for one in found
    )
    draw.html(f'<div class="fw-note">Now → then</div>{rows}')
    draw.muted(f"After going back: {results_words(go_back(project, past, now=session.now()))}")
    if past.data is not None and not session.workspace().tables.path(past.data.content_hash).exists():
        draw.banner("Its table is no longer here. Bring the same file again afterwards.", glyph="warning")


def _go_back(project: Project, past: Project) -> None:
    if session.change(lambda seen: go_back(seen, past, now=session.now())):
        session.flash(
            f"Back at the decisions of revision {past.revision}. Revision {project.revision} is kept: going back to it "
            "takes this back.",
            ":material/history:",
        )
    st.session_state["revision_open"] = None
    st.rerun()
