"""Correcting chances: how true they are before and after, on rows the correction did not learn from."""

from typing import Any

import streamlit as st

from core.charts.truth import correction_figure
from core.evaluate.calibrate import STEP_ROWS, WAYS, Corrected, capital, refused
from core.framing.metrics import METRICS
from core.project.calibrating import set_calibration
from core.project.document import Project
from pages.components import draw, layout, results, session
from pages.components.charts import chart


def correct(project: Project) -> None:
    """Draw what each way to correct the chances would do, and make it part of the model, or take it out."""
    raw = results.raw_outcomes(project)
    with st.container(border=True, key="chances"):
        with layout.row("chancesrow"):
            with st.container(width="stretch"):
                draw.card_head("Are the chances right?", "Corrected by what they turned out to mean (calibration)")
            reason = refused(raw.outcomes, raw.folds)
            if not reason:
                titles = {way.title: key for key, way in WAYS.items()}
                used = WAYS[project.calibration].title if project.calibration in WAYS else ""
                shown = layout.switch(list(titles), key="chances_way", first=used)
        if reason:
            draw.muted(reason)
            return
        found = next(one for one in results.corrections(project) if one.way.key == titles[shown])
        left, right = st.columns([11, 9], gap="medium")
        with left:
            _curves(project, found)
        with right:
            _losses(found)
            draw.said(found.sentence)
            if found.way.key == "isotonic" and len(raw.outcomes) < STEP_ROWS:
                draw.muted(f"With fewer than {STEP_ROWS:,} rows a step curve mostly learns by heart.")
            _use(project, found)
        draw.muted(
            "Each row is corrected by what the rows of the other folds taught. The ranking stays about as it was; the "
            "line may have to move. Log loss and Brier score are better when smaller, here with their 95% intervals."
        )


def _curves(project: Project, found: Corrected) -> None:
    place = 0
    if len(found.after) > 1:
        labels = [curve.label for curve in found.after]
        label = st.selectbox("Outcome", labels, key="chances_class", label_visibility="collapsed")
        place = labels.index(label)
    dark = session.is_dark()

    def make() -> Any:
        return correction_figure(found.before[place], found.after[place], dark=dark)

    chart(results.drawn(project, "correction", found.way.key, place, dark, make=make), key="correction")


def _losses(found: Corrected) -> None:
    columns = "minmax(0,1fr) 92px 92px"
    lines = [
        f'<div class="fw-grid fw-sub" style="grid-template-columns:{columns}"><span></span>'
        '<span class="fw-num">As it is</span><span class="fw-num">Corrected</span></div>'
    ]
    for change in found.changes:
        metric = METRICS[change.before.metric]
        cells = "".join(
            f'<span class="fw-num"><b>{draw.text(metric.format(score.value))}</b><br><span class="fw-sub">'
            f"{draw.text(metric.format(score.low))} to {draw.text(metric.format(score.high))}</span></span>"
            for score in (change.before, change.after)
        )
        lines.append(
            f'<div class="fw-grid" style="grid-template-columns:{columns}">'
            f"<span>{draw.text(capital(metric.title))}</span>{cells}</div>"
        )
    draw.html(f'<div class="fw-lines">{"".join(lines)}</div>')


def _use(project: Project, found: Corrected) -> None:
    if project.calibration == found.way.key:
        draw.html(draw.chip("Part of the model", "green", "check_circle"))
        st.button("Take it out", key="chances_off", icon=":material/undo:", on_click=_set, args=("", found.way.title))
        return
    also = " A remedy of Fairness was fitted to other chances, and goes." if project.remedy else ""
    st.button(
        f"Use {found.way.title[:1].lower()}{found.way.title[1:]}",
        key="chances_on",
        icon=":material/tune:",
        help=f"{found.way.meaning} It goes with the model into the export.{also}",
        on_click=_set,
        args=(found.way.key, found.way.title),
    )


def _set(way: str, title: str) -> None:
    if session.change(lambda seen: set_calibration(seen, way, now=session.now())):
        session.flash(f"{title}: the chances are corrected. Look at the line again" if way else f"{title}: taken out")
