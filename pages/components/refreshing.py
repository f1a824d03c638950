"""Refresh: read the table again, see what changed and what that means, then take it or leave it."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts.monitor import then_and_now
from core.data.options import ReadOptions
from core.data.sources.registry import SOURCES
from core.errors import FairwayError
from core.monitor.verdict import Verdict
from core.project import refresh
from core.project.document import DataRef, Project
from core.project.fingerprint import digest, training_fingerprint
from core.workspace import joining
from core.workspace.importing import Brought
from pages.components import draw, layout, reading, results, session
from pages.components.charts import chart

KIND = "refresh"
GLYPHS = {"red": "error", "orange": "error", "green": "check_circle", "gray": "info"}
TONES = {Verdict.NONE: "green", Verdict.SOME: "orange", Verdict.DRIFTED: "red", Verdict.UNKNOWN: "gray"}
LABELS = {
    Verdict.NONE: "As before",
    Verdict.SOME: "Moved a little",
    Verdict.DRIFTED: "Moved",
    Verdict.UNKNOWN: "Cannot tell",
}


def can_refresh(ref: DataRef) -> bool:
    """Whether there is anything to read again; a guided sample never changes."""
    return not (ref.base or ref).source.startswith("sample:")


def section(project: Project) -> None:
    """Draw what reads the table again, or what the newer one changes."""
    ref = project.data
    assert ref is not None
    brought = reading.waiting(project, KIND)
    if brought is not None:
        with st.container(border=True, key="refreshed"):
            _compare(project, brought)
    elif st.session_state.get("refreshing") and not reading.is_live(project, KIND):
        with st.container(border=True, key="refreshing_card"):
            _ask(project, ref.base or ref)


def _ask(project: Project, ref: DataRef) -> None:
    with layout.row("refreshhead"):
        with st.container(width="stretch"):
            draw.card_head("Refresh the table", "Nothing changes until you have seen what is different.")
        if st.button("Close", key="close_refresh", type="tertiary"):
            st.session_state.pop("refreshing", None)
            st.rerun()
    if ref.source in SOURCES:
        origin = SOURCES[ref.source].origin.model_validate(ref.origin)
        draw.said(f"{origin.words()}. It is read as it was the first time.")
        secret = st.text_input("Password or token, where one is needed", type="password", key="refresh_secret")
        if st.button("Read it again", key="primary_refresh", type="primary", icon=":material/refresh:"):
            st.session_state.pop("refreshing", None)
            reading.fetch(project, KIND, origin, ref.name, secret)
        return
    draw.said(f"Bring the newer file of {ref.name}; it is read by the same options.")
    reading.ask_file(project, KIND, options=ReadOptions.from_dict(ref.origin.get("options") or {}))


@st.cache_resource(show_spinner=False, max_entries=4)
def _held(mark: str, _project: Project, _brought: Brought) -> Any:
    """Return the new reference, and what it changes; or in words why it cannot be taken."""
    workspace = session.workspace()
    assert _project.data is not None
    try:
        newer, frame = joining.joined_again(workspace, _project, _brought)
    except FairwayError as error:
        return None, error.message
    same = joining.is_same(_project, _brought)
    bundle = joining.bundle_input(workspace, _project)
    board = results.board(_project)
    before, guessed = session.table(_project), newer.table_schema
    return newer.ref, refresh.compare(_project, before, frame, guessed, same=same, board=board, bundle=bundle)


def _compare(project: Project, brought: Brought) -> None:
    parts = [project.id, training_fingerprint(project), project.recipe_touched, len(project.exports), len(project.seal)]
    ref, found = _held(digest([*parts, brought.ref.content_hash]), project, brought)
    st.session_state.pop("refreshing", None)
    if ref is None:
        draw.banner(found, "The join cannot be made again.", "block", "red")
        if st.button("Keep the old one", key="keep_old"):
            _close(project)
        return
    draw.card_head("What a refresh changes", f"{brought.ref.name}, read {session.local(brought.ref.imported):%H:%M}")
    for sentence in refresh.words(found):
        draw.html(f'<p class="fw-said">{draw.marked(sentence)}</p>')
    if found.difference.same:
        if st.button("Close", key="keep_old"):
            _close(project)
        return
    for second in ref.joined:
        draw.muted(f"Joined again with {second.name} as it was brought on {session.local(second.brought):%d %B %Y}.")
    for warning in brought.ref.warnings:
        draw.banner(warning, glyph="info", tone="gray")
    _consequences(found)
    _changes(found)
    _spread(found)
    with layout.row("refreshfoot"):
        with st.container(width="stretch"):
            draw.muted("Your frame, roles, recipe and split stay, but for what is named above.")
        if st.button("Keep the old one", key="keep_old"):
            _close(project)
        if st.button("Use the new table", key="primary_use_new", type="primary", icon=":material/check:"):
            _use(project, ref, found)


def _consequences(found: refresh.Refreshed) -> None:
    if not found.consequences:
        return
    draw.heading("What it means for this project")
    rows = [
        f'<div class="fw-plainrow"><div class="fw-grid fw-meansrow"><span>'
        f"{draw.chip(one.part, one.tone, GLYPHS[one.tone])}</span>"
        f"<span>{draw.marked(one.sentence)}</span></div></div>"
        for one in found.consequences
    ]
    with st.container(border=True, gap=None, key="list_means"):
        draw.html("".join(rows))


def _changes(found: refresh.Refreshed) -> None:
    change = found.difference
    rows = [(name, "New column", "") for name in change.new_columns]
    rows += [(name, "No longer there", "") for name in change.missing_columns]
    rows += [
        (one.column, "Still readable" if one.keeps else "Of another type", f"{one.was.words} then, {one.now.words} now")
        for one in change.retyped
    ]
    rows += [(one.column, "New value", f"{level}: {n:,} rows now") for one in change.levels for level, n in one.new]
    rows += [(one.column, "Gone value", f"{level}: {n:,} rows then") for one in change.levels for level, n in one.gone]
    if rows:
        draw.heading("Columns and values", f"{len(rows):,} changes")
        table = pd.DataFrame(rows, columns=["Column", "Change", "Detail"])
        st.dataframe(table, hide_index=True, height=min(300, 38 + 35 * len(rows)), alt=f"{len(rows)} changes")


def _spread(found: refresh.Refreshed) -> None:
    if not found.drifts:
        return
    then, now = found.looked_at
    draw.heading("How the values are spread", f"{then:,} rows then, {now:,} now; tested together for chance")
    shown = [drift for drift in found.drifts if drift.verdict is not Verdict.NONE] or list(found.drifts[:1])
    names = [drift.column for drift in found.drifts]
    rows = [
        f'<div class="fw-plainrow"><div class="fw-grid fw-watchrow"><b>{draw.text(drift.column)}</b>'
        f"<span>{draw.chip(LABELS[drift.verdict], TONES[drift.verdict])}</span>"
        f'<span class="fw-sub">{draw.marked(drift.evidence)}</span></div></div>'
        for drift in shown[:12]
    ]
    with st.container(border=True, gap=None, key="list_spread"):
        draw.html("".join(rows))
    place = st.selectbox(
        "Column", range(len(names)), format_func=names.__getitem__, key="refresh_column", label_visibility="collapsed"
    )
    chart(
        then_and_now(found.drifts[place], dark=session.is_dark(), names=("Old table", "New table")),
        key="refresh_spread",
        title=names[place],
        note="Share of the rows, in the old table and in the new one",
    )


def _use(project: Project, ref: DataRef, found: refresh.Refreshed) -> None:
    now, frame = session.now(), session.workspace().read_table(ref.content_hash)
    if session.change(lambda seen: refresh.take(seen, ref, found.schema, frame, now=now)):
        session.flash(f"{ref.rows:,} rows, {ref.columns} columns")
        _close(project)


def _close(project: Project) -> None:
    reading.forget(project, KIND)
    st.rerun()
