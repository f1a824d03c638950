"""What Monitor shows: the later table's figures, what to do, each column then and now, and the score then and now."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts import monitor as charts
from core.errors import FairwayError
from core.framing.metrics import METRICS
from core.limits import DRIFT_ROWS
from core.monitor.verdict import Verdict
from core.project.document import Project, Watch
from core.runtime.log import KEEP
from core.workspace import watching
from pages.components import draw, results, session, standing, upload
from pages.components.charts import chart

TONES = {Verdict.NONE: "green", Verdict.SOME: "orange", Verdict.DRIFTED: "red", Verdict.UNKNOWN: "gray"}
LABELS = {
    Verdict.NONE: "No drift seen",
    Verdict.SOME: "Some drift",
    Verdict.DRIFTED: "Drifted",
    Verdict.UNKNOWN: "Cannot tell",
}
LATER_TYPES = (*upload.TABLE_TYPES, "log", *(str(number) for number in range(1, KEEP + 1)))
"""Tables, a log, and the logs that the service has set aside."""


def bring(project: Project) -> None:
    """Ask for a later table or the service's log."""
    with st.container(border=True, key="bringlater"):
        draw.card_head(
            "Bring later rows",
            "A table with the same columns, or the service's prediction log, the file that FAIRWAY_PREDICTION_LOG "
            f"names. From {DRIFT_ROWS} rows on there is a verdict. With the outcome among the columns, the score is "
            "looked at as well.",
        )
        uploaded = upload.uploader("Later rows", key="later_upload", types=LATER_TYPES)
        if uploaded is None:
            return
        try:
            with (
                upload.on_disk(uploaded, key="later_upload") as path,
                st.spinner("Holding it against the training data …"),
            ):
                kept = watching.keep_later(session.workspace(), project, path, name=uploaded.name, now=session.now())
                verdict = results.watch_report(project, kept).verdict
        except FairwayError as error:
            upload.refuse("Not read.", error.message, key="later_upload", in_dialog=False)
            return
        session.change(lambda seen: watching.with_watch(seen, kept, LABELS[verdict].lower(), now=session.now()))
        st.session_state["watch_picked"] = len(session.current().watches) - 1
        # Found before the sidebar is drawn again, which says what is open.
        standing.findings(session.current(), "monitor")
        st.rerun()


def pick(project: Project) -> Watch:
    """Let the user choose among the tables brought so far; returns the chosen one."""
    watches = project.watches
    if len(watches) == 1:
        return watches[0]
    index = st.selectbox(
        "Later rows",
        list(reversed(range(len(watches)))),
        format_func=lambda place: f"{watches[place].name}, {session.local(watches[place].at):%d %B %Y, %H:%M}",
        key="watch_picked",
    )
    return watches[index]


def figures(report: Any, kept: Watch) -> None:
    """Draw the figures over a report."""
    moved = len(report.drifted())
    items = [
        draw.Figure("Rows", f"{report.rows_now:,}", note=f"against {report.rows_then:,} training rows"),
        draw.Figure("Verdict", LABELS[report.verdict], note=kept.name),
        draw.Figure("Columns that moved", f"{moved}", note=f"of {len(report.columns)} looked at"),
    ]
    if report.performance is not None:
        found = report.performance
        metric = METRICS[found.metric]
        then = f"was {metric.format(found.then.value)}" if found.then else "no score kept"
        items.append(draw.Figure(f"{metric.heading} now", metric.format(found.now.value), note=then))
    draw.figures(items)


def in_words(report: Any, kept: Watch) -> None:
    """Say what was found and what to do next."""
    with st.container(border=True, key="watchwords"):
        looked = f"{report.looked_at_now:,} of {report.rows_now:,} later rows looked at"
        draw.card_head("What was found", f"{looked}. The log holds {report.source}" if report.source else looked)
        for sentence in report.sentences:
            draw.html(f'<p class="fw-said">{draw.marked(sentence)}</p>')
        for note in kept.notes:
            draw.html(f'<p class="fw-muted">{draw.marked(note)}</p>')
    with st.container(border=True, key="watchnext"):
        draw.card_head("What to do next")
        for step in report.next_steps:
            draw.html(f'<div class="fw-foundline">{draw.icon("arrow_forward")}<span>{draw.marked(step)}</span></div>')


def columns(report: Any) -> None:
    """Draw each column's verdict, the worst first, and one of them then and now."""
    ranked = sorted(report.columns, key=lambda drift: (-drift.verdict.rank, -(drift.effect or 0.0)))
    if report.predictions is not None:
        ranked = [report.predictions, *ranked]
    if not ranked:
        return
    rows = []
    for drift in ranked:
        name = "Predictions" if drift is report.predictions else drift.column
        evidence = drift.evidence.removeprefix(f"`{drift.column}`: ")
        if drift is report.predictions and drift.column != "predictions":
            evidence = f"{drift.column[:1].upper()}{drift.column[1:]}. {evidence}"
        rows.append(
            '<div class="fw-plainrow"><div class="fw-grid fw-watchrow">'
            f"<b>{draw.text(name)}</b><span>{draw.chip(LABELS[drift.verdict], TONES[drift.verdict])}</span>"
            f'<span class="fw-sub">{draw.marked(evidence)}</span></div></div>'
        )
    with st.container(border=True, gap=None, key="list_watch"):
        draw.html(
            '<div class="fw-rowhead fw-watchrow"><span>Column</span><span>Verdict</span><span>Evidence</span></div>'
            + "".join(rows)
        )
    names = ["Predictions" if drift is report.predictions else drift.column for drift in ranked]
    with st.container(border=True, key="thennow"):
        place = st.selectbox(
            "Column",
            range(len(ranked)),
            format_func=names.__getitem__,
            key="watch_column",
            label_visibility="collapsed",
        )
        chart(
            charts.then_and_now(ranked[place], dark=session.is_dark()),
            key="thennow",
            title=names[place],
            note="Share of the rows, in training and now",
        )


def history(project: Project) -> None:
    """List the tables brought so far."""
    if len(project.watches) < 2:
        return
    rows = pd.DataFrame(
        [
            {
                "When": f"{session.local(kept.at):%d %B %Y, %H:%M}",
                "Later rows": kept.name,
                "Rows": kept.rows,
                "Verdict": kept.verdict,
            }
            for kept in reversed(project.watches)
        ]
    )
    with st.expander("Every table brought so far", type="compact", icon=":material/history:", key="note_watches"):
        st.dataframe(rows, hide_index=True, alt="Later tables and their verdicts")
