"""The coach: this step's findings, worst first, each with its fix or "Accept, because …"."""

from collections.abc import Sequence

import streamlit as st

from core.data.knowing.behind import Selector
from core.data.knowing.offers import rows_of
from core.findings import Finding, Severity, worst_first
from core.project.actions import VISITS, apply_fix
from core.project.changes import accept, reopen
from core.project.journey import open_findings
from pages.components import draw, results, session
from pages.components.knowing import behind

GLYPHS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
SHOWN = 3


def panel(stage: str, findings: Sequence[Finding], *, place: str = "column") -> None:
    """Draw the coach for one step; ``place`` tells its column from the drawer, which may stand on the page at once."""
    project = session.current()
    ranked = worst_first(list(findings))
    open_ = open_findings(project, ranked)
    notes = [finding for finding in ranked if finding.severity is Severity.INFO]
    accepted = [finding for finding in ranked if finding.key in project.accepted]
    noted = len(notes) + len(accepted)
    count = f"{len(open_)} open" + (f", {noted} noted" if noted else "")
    head = '<h3 class="fw-section">Coach</h3>' if place == "column" else "<span></span>"
    draw.html(f'<div class="fw-coachhead">{head}<span class="fw-note">{count}</span></div>')
    if not open_:
        draw.html(
            f'<div class="fw-finding"><span class="fw-ink-good">{draw.icon("check_circle")}</span>'
            "<p>Nothing to settle here.</p></div>"
        )
    at = f"{place}_{stage}"
    for index, finding in enumerate(open_[:SHOWN]):
        _card(stage, at, finding, index)
    if len(open_) > SHOWN:
        with st.expander(f"{len(open_) - SHOWN} more", type="compact", icon=":material/more_horiz:"):
            for index, finding in enumerate(open_[SHOWN:], start=SHOWN):
                _card(stage, at, finding, index)
    for index, finding in enumerate(notes):
        with st.expander(_plain(finding.title), type="compact", icon=":material/info:", key=f"note_{at}_{index}"):
            draw.html(_body(finding))
            _ways(stage, at, finding, f"note_{index}", acceptable=False)
    for index, finding in enumerate(accepted):
        _accepted(at, finding, index)


def _plain(title: str) -> str:
    """Return a title for a widget's label, in which Markdown has no power."""
    return draw.plain(title.replace("`", ""))


def _body(finding: Finding) -> str:
    why = f'<p class="fw-why">{draw.marked(finding.why)}</p>' if finding.why else ""
    return f'<div class="fw-finding"><div><p>{draw.marked(finding.evidence)}</p>{why}</div></div>'


def _card(stage: str, at: str, finding: Finding, index: int) -> None:
    with st.container(border=True, key=f"finding_{at}_{index}", gap="small"):
        glyph = f'<span class="fw-sev-{finding.severity.value}">{draw.icon(GLYPHS[finding.severity])}</span>'
        why = f'<p class="fw-why">{draw.marked(finding.why)}</p>' if finding.why else ""
        draw.html(
            f'<div class="fw-finding">{glyph}<div><h4>{draw.title_of(finding)}</h4>'
            f"<p>{draw.marked(finding.evidence)}</p>{why}</div></div>"
        )
        _ways(stage, at, finding, str(index), acceptable=finding.acceptable)


def _ways(stage: str, at: str, finding: Finding, place: str, *, acceptable: bool) -> None:
    """Draw what can be done about a finding: its fix, its rows, and accepting it."""
    selector = _rows(stage, finding)
    if finding.fix is None and selector is None and not acceptable:
        return
    with st.container(horizontal=True, key=f"fixes_{at}_{place}", gap="small"):
        if finding.fix is not None:
            st.button(draw.plain(finding.fix.label), key=f"fix_{at}_{finding.key}", on_click=_settle, args=(finding,))
        if selector is not None:
            st.button("Rows", key=f"rows_{at}_{finding.key}", type="tertiary", on_click=_show_rows, args=(selector,))
        if acceptable:
            _accept(stage, at, finding)


def _rows(stage: str, finding: Finding) -> Selector | None:
    project = session.current()
    if stage != "data" or project.data is None or session.table_or_none(project) is None:
        return None
    return rows_of(finding, results.profile(project), project.data.imported)


def _show_rows(selector: Selector) -> None:
    # The coach may be a drawer itself, and closes for the one with the rows.
    st.session_state["coach_acted"] = True
    behind.ask(selector)


def _settle(finding: Finding) -> None:
    fix = finding.fix
    assert fix is not None
    st.session_state["coach_acted"] = True
    if fix.action in VISITS:
        st.session_state["visit"] = (fix.action, dict(fix.params))
        return
    project = session.current()
    table = session.table(project)
    if session.change(lambda seen: apply_fix(seen, fix, table=table, now=session.now())):
        session.flash(f"Done: {fix.label}")


def _accept(stage: str, at: str, finding: Finding) -> None:
    key = f"reason_{at}_{finding.key}"
    with st.popover("Accept …", type="tertiary", key=f"accept_{at}_{finding.key}"):
        st.text_area(
            "Because …",
            key=key,
            placeholder="Why is it all right here?",
            help="Logged with the date, and printed in the model card.",
        )
        st.button(
            "Accept",
            type="primary",
            key=f"primary_accept_{at}_{finding.key}",
            on_click=_take,
            args=(stage, finding, key),
        )


def _take(stage: str, finding: Finding, key: str) -> None:
    reason = str(st.session_state.get(key, ""))
    st.session_state["coach_acted"] = True
    if session.change(lambda seen: accept(seen, finding, stage, reason, now=session.now())):
        session.flash("Accepted and logged")


def _accepted(at: str, finding: Finding, index: int) -> None:
    given = session.current().accepted[finding.key]
    with st.expander(
        f"Accepted: {_plain(finding.title)}",
        type="compact",
        icon=":material/task_alt:",
        key=f"note_{at}_a{index}",
    ):
        draw.html(_body(finding))
        draw.muted(f"Accepted on {session.local(given.at):%d %B, %H:%M}, because: {given.reason}")
        st.button("Take back", key=f"reopen_{at}_{finding.key}", type="tertiary", on_click=_reopen, args=(finding.key,))


def _reopen(key: str) -> None:
    st.session_state["coach_acted"] = True
    session.change(lambda seen: reopen(seen, key, now=session.now()))


@st.dialog("Coach", position="right", width=420)
def drawer(stage: str, findings: Sequence[Finding]) -> None:
    """Show the coach over the page, where the window is too narrow for its column; what is settled closes it."""
    if st.session_state.pop("coach_acted", False):
        st.rerun()
    panel(stage, findings, place="drawer")
