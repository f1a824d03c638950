"""Refresh: read the table again, see what changed and what that means, then take it or leave it."""

import pandas as pd
import streamlit as st

from core.charts.monitor import then_and_now
from core.errors import FairwayError
from core.jobs import joining as jobs
from core.jobs.joining import Compared
from core.monitor.verdict import Verdict
from core.project import refresh
from core.project.document import DataRef, Project
from core.project.fingerprint import digest, training_fingerprint
from core.workspace.joining import Again
from core.workspace.looking import is_large
from pages.components import atwork, draw, layout, reading, rereading, session
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


def section(project: Project) -> None:
    """Draw what reads the table again, or what the newer one changes."""
    ref = project.data
    assert ref is not None
    brought = reading.waiting(project, KIND)
    if brought is not None:
        again = brought if isinstance(brought, Again) else Again(first=brought)
        with st.container(border=True, key="refreshed"):
            _compare(project, ref, again)
    elif st.session_state.get("refreshing") and not reading.is_live(project, KIND):
        with st.container(border=True, key="refreshing_card"):
            rereading.head()
            rereading.ask(project)


@st.cache_resource(show_spinner=False, max_entries=4)
def _held(mark: str, _project: Project, _again: Again) -> Compared | str:
    """Return the new reference and what it changes; or in words why it cannot be taken."""
    try:
        return jobs.compared(session.workspace(), _project, _again)
    except FairwayError as error:
        return error.message


def _found(project: Project, ref: DataRef, again: Again) -> Compared | str | None:
    """Return what the newer reading changes; ``None`` while a process compares, which is then drawn."""
    parts = [project.id, training_fingerprint(project), project.recipe_touched, len(project.exports), len(project.seal)]
    mark = digest([*parts, again.mark])
    newer = [one.ref for one in (again.first, *again.seconds.values()) if one is not None]
    if not is_large(ref, *newer):
        return _held(mark, project, again)
    params = {"table": ref.content_hash, "again": again.model_dump(mode="json"), "name": _names(project, again)}
    return atwork.done(
        project, "compare", mark, params, lambda job: jobs.result(session.workspace(), job), again="Compare again"
    )


def _names(project: Project, again: Again) -> str:
    names = [one.ref.name for one in (again.first, *again.seconds.values()) if one is not None]
    return ", ".join(names) or project.name


def _compare(project: Project, ref: DataRef, again: Again) -> None:
    st.session_state.pop("refreshing", None)
    read = max((one.ref.imported for one in (again.first, *again.seconds.values()) if one is not None), default=None)
    at = f", read {session.local(read):%H:%M}" if read else ""
    draw.card_head("What a refresh changes", f"{_names(project, again)}{at}")
    compared = _found(project, ref, again)
    if compared is None or isinstance(compared, str):
        if compared is not None:
            draw.banner(compared, "The join cannot be made again.", "block", "red")
        if st.button("Keep the old one", key="keep_old"):
            _close(project)
        return
    found = compared.found
    for sentence in refresh.words(found):
        draw.html(f'<p class="fw-said">{draw.marked(sentence)}</p>')
    if found.difference.same:
        if st.button("Close", key="keep_old"):
            _close(project)
        return
    for sentence in rereading.again_words(project, again):
        draw.muted(sentence)
    for one in (again.first, *again.seconds.values()):
        for warning in one.ref.warnings if one is not None else ():
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
            _use(project, compared.ref, found)


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
    now = session.now()
    with st.spinner("Taking the new table …"):
        frame = session.workspace().read_table(ref.content_hash)
        taken = session.change(lambda seen: refresh.take(seen, ref, found.schema, frame, now=now))
    if taken:
        session.flash(f"{ref.rows:,} rows, {ref.columns} columns")
        _close(project)


def _close(project: Project) -> None:
    reading.forget(project, KIND)
    st.rerun()
