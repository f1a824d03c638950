"""What Evaluate shows: figures, the line and its cost, curves and residuals."""

from math import isnan
from typing import Any

import pandas as pd
import streamlit as st

from core.charts import evaluate as charts
from core.charts import truth
from core.charts.result import ChartResult
from core.evaluate.confusions import top_confusions
from core.evaluate.threshold import Confusion, money
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.project.changes import set_threshold
from core.project.document import Project
from pages.components import draw, layout, results, session
from pages.components.charts import chart

LABEL = 27
"""Longest label of a figure that stands on one line."""
HEADLINES = {
    Task.BINARY: ("recall", "precision"),
    Task.MULTICLASS: ("balanced_accuracy", "accuracy", "log_loss"),
    Task.REGRESSION: ("mae", "rmse", "r2"),
}


def figures(project: Project, evaluation: Any) -> None:
    """Draw the headline figures with their intervals."""
    keys = [evaluation.main.metric, *(key for key in HEADLINES[evaluation.task] if key != evaluation.main.metric)]
    items = [_figure(evaluation.score(key), project) for key in keys[:4]]
    if evaluation.cost is not None:
        score, curve = evaluation.cost, evaluation.cost_curve
        plain, way = min((curve.nobody, "nobody"), (curve.everybody, "everybody"))
        mark = draw.Interval(score.value, score.low, score.high, 0, max(plain, score.high) * 1.1, reference=plain)
        items.append(
            draw.Figure(
                "Cost per 1,000",
                money(score.value, curve.currency),
                note=f"flagging {way}: {money(plain, curve.currency)}",
                interval=mark,
            )
        )
    draw.figures(items)
    costs = project.frame.costs
    if METRICS[evaluation.main.metric].needs_costs and costs.false_positive and costs.false_negative:
        drawn = costs.false_positive / (costs.false_positive + costs.false_negative)
        draw.muted(
            f"Expected cost is what errors would cost per 1,000 rows at the line the costs draw, {drawn:.2f}; the "
            f"other figures are at the line in use, {project.threshold:.2f}."
        )


def _figure(score: Any, project: Project) -> draw.Figure:
    metric = METRICS[score.metric]
    start, end = metric.bounds
    if end > 1:
        start, end = 0.0, max(score.high * 1.4, score.value * 1.4)
    if metric.key == "r2":
        start, end = min(0.0, score.low), 1.0
    if isnan(score.low):
        return draw.Figure(metric.title, "–", note=score.reason)
    note = f"{metric.format(score.low)} to {metric.format(score.high)}"
    at = f", at {project.threshold:.2f}" if metric.needs == "decisions" and project.frame.task is Task.BINARY else ""
    mark = draw.Interval(score.value, score.low, score.high, start, end, label=f"{metric.title}: {score.words}")
    label = f"{metric.plain} ({metric.title})"
    if len(label) > LABEL:
        label = metric.heading
    return draw.Figure(label, metric.format(score.value), note=note + at, interval=mark)


def line(project: Project, evaluation: Any) -> None:
    """Draw where the line between yes and no stands, what it costs, and the four outcomes."""
    curve = evaluation.cost_curve
    positive = str(project.frame.positive)
    with st.container(border=True, key="theline"):
        with layout.row():
            with st.container(width="stretch"):
                rows = project.frame.rows_are
                note = (
                    f"Cost per 1,000 {rows}, when those above the line are flagged"
                    if curve
                    else (f"{rows.capitalize()} with a chance of “{positive}” at or above the line are flagged")
                )
                draw.card_head("Where to draw the line", note)
            best = evaluation.suggested_threshold
            label = f"Use cheapest, {best:.2f}" if curve else f"Use best F1, {best:.2f}"
            st.button(
                label,
                key="use_best",
                type="tertiary",
                icon=":material/savings:" if curve else ":material/balance:",
                disabled=project.threshold == round(best, 4) or project.remedy is not None,
                on_click=_move,
                args=(best,),
            )
        left, right = st.columns([11, 9], gap="medium")
        with left:
            chart(_line_chart(project, evaluation), key="line", with_table=False)
            st.session_state["line_at"] = project.threshold
            with st.container(key="lineslider"):
                st.slider(
                    "Line",
                    0.0,
                    1.0,
                    step=0.01,
                    key="line_at",
                    label_visibility="collapsed",
                    on_change=lambda: _move(st.session_state["line_at"]),
                    disabled=project.remedy is not None,
                    help="The remedy chosen under Fairness draws the line by group." if project.remedy else None,
                )
        with right:
            _four(project, evaluation.confusion, positive)
            if curve:
                _sum(evaluation, curve)
        if project.remedy is not None:
            draw.muted(f"The remedy chosen under Fairness draws the line by {project.remedy.column}.")


def _line_chart(project: Project, evaluation: Any) -> ChartResult:
    curve, dark = evaluation.cost_curve, session.is_dark()

    def make() -> ChartResult:
        if curve is None:
            return charts.pr_figure(evaluation.precision_recall[0], evaluation.confusion, dark=dark)
        return charts.cost_curve_figure(curve, project.threshold, rows_are=project.frame.rows_are, dark=dark)

    return results.drawn(project, "line", dark, make=make)


def _move(threshold: float) -> None:
    session.change(lambda seen: set_threshold(seen, threshold, now=session.now()))


def _four(project: Project, counts: Confusion, positive: str) -> None:
    costs = project.frame.costs

    def priced(count: int, each: float | None) -> str:
        if not costs.known or not each:
            return "<em>no cost</em>" if costs.known else ""
        total = money(count * each, costs.currency)
        return f'<em class="cost">× {draw.text(money(each, costs.currency))} = {draw.text(total)}</em>'

    was, was_not = counts.tp + counts.fn, counts.fp + counts.tn
    draw.html(
        f'<div class="fw-four"><div class="fw-note">Was {draw.text(positive)} ({was:,})</div>'
        f'<div class="fw-note">Was not ({was_not:,})</div>'
        f'<div class="fw-cell right"><b>{counts.tp:,}</b><span>flagged, rightly</span>{priced(counts.tp, None)}</div>'
        f'<div class="fw-cell"><b>{counts.fp:,}</b><span>flagged for nothing</span>'
        f"{priced(counts.fp, costs.false_positive)}</div>"
        f'<div class="fw-cell"><b>{counts.fn:,}</b><span>missed</span>{priced(counts.fn, costs.false_negative)}</div>'
        f'<div class="fw-cell right"><b>{counts.tn:,}</b><span>left alone, rightly</span>'
        f"{priced(counts.tn, None)}</div>"
        "</div>"
    )


def _sum(evaluation: Any, curve: Any) -> None:
    counts = evaluation.confusion
    # The cheaper of the two ways that need no model is the one to beat.
    plain, way = min((curve.nobody, "nobody"), (curve.everybody, "everybody"))
    saved = plain - evaluation.cost.value
    against = f"{money(abs(saved), curve.currency)} {'less' if saved >= 0 else 'more'} than flagging {way}"
    draw.html(
        f'<div class="fw-sum"><div><span class="fw-note">Cost per 1,000</span>'
        f"<b>{draw.text(money(evaluation.cost.value, curve.currency))}</b></div><div>{draw.text(against)}<br>"
        f'<span class="fw-note">flags {counts.flagged:.0%}, catches {counts.recall:.0%}</span></div></div>'
    )


def curves(project: Project, evaluation: Any) -> None:
    """Draw the curves of a classification, one view at a time."""
    dark = session.is_dark()
    views = {"Ranking": evaluation.roc, "Precision": evaluation.precision_recall}
    views |= {"Calibration": evaluation.calibration, "Gain": evaluation.gains}
    with st.container(border=True, height="stretch", key="curves"):
        names = [name for name, found in views.items() if found]
        if not names:
            draw.muted("This model gives no chances, so there are no curves.")
            return
        view = layout.switch(names, key="curve_view")
        found = views[view]
        place = 0
        if len(found) > 1:
            labels = [curve.label for curve in found]
            label = st.selectbox("Outcome", labels, key="curve_class", label_visibility="collapsed")
            place = labels.index(label)
        shown = found[place]
        lift = view == "Gain" and st.toggle("As a multiple of chance (lift)", key="as_lift")
        make = {
            "Ranking": lambda: charts.roc_figure(shown, evaluation.confusion, dark=dark),
            "Precision": lambda: charts.pr_figure(shown, evaluation.confusion, dark=dark),
            "Calibration": lambda: charts.calibration_figure(shown, dark=dark),
            "Gain": lambda: (truth.lift_figure if lift else truth.gain_figure)(shown, dark=dark),
        }[view]
        result = results.drawn(project, view, place, lift, dark, make=make)
        keys = {"Ranking": "roc", "Precision": "pr"}
        chart(result, key=keys.get(view, view.lower()))
        if view == "Ranking":
            draw.muted(f"Band: 95% interval, {shown.method}")
        elif view == "Calibration":
            draw.muted(
                "Of the rows given a chance, the share in which it happened. On the diagonal the chances are right."
            )
        elif view == "Gain":
            draw.muted(shown.sentence)


def residuals(project: Project, evaluation: Any) -> None:
    """Draw the errors of a regression."""
    target = str(project.frame.target)
    dark = session.is_dark()
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, height="stretch", key="predicted"):
        chart(
            charts.predicted_actual_figure(evaluation.residuals, unit=target, dark=dark),
            key="predicted",
            title="Predicted and actual",
            note="On the diagonal the prediction is right",
        )
    with right, st.container(border=True, height="stretch", key="residuals"):
        chart(
            charts.residual_figure(evaluation.residuals, unit=target, dark=dark),
            key="residual",
            title="Errors (residuals)",
            note="Actual minus predicted, against the prediction",
        )


def all_scores(evaluation: Any) -> None:
    """Draw every metric of the task, and each class."""
    rows = [
        {
            "Measure": f"{METRICS[score.metric].plain} ({METRICS[score.metric].title})",
            "Value": METRICS[score.metric].format(score.value) if not score.reason else "not defined",
            "95% interval": ""
            if isnan(score.low)
            else f"{METRICS[score.metric].format(score.low)} to {METRICS[score.metric].format(score.high)}",
            "How": score.reason or score.method,
        }
        for score in evaluation.scores
    ]
    with st.expander("All measures", type="compact", icon=":material/table:", key="note_measures"):
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Every measure with its interval")
        if evaluation.task is Task.MULTICLASS:
            each = [
                {
                    "Outcome": found.label,
                    "Rows": found.n,
                    "Precision": found.precision.words,
                    "Recall": found.recall.words,
                    "F1": "not defined" if isnan(found.f1) else f"{found.f1:.3f}",
                    "ROC AUC against the rest": "not defined" if isnan(found.roc_auc) else f"{found.roc_auc:.3f}",
                }
                for found in evaluation.classes
            ]
            st.dataframe(pd.DataFrame(each), hide_index=True, alt="Each outcome against the rest")


def matrix(evaluation: Any) -> None:
    """Draw predicted by actual outcomes of a task with several."""
    with st.container(border=True, height="stretch", key="matrix"):
        chart(
            charts.confusion_figure(evaluation.matrix, dark=session.is_dark()),
            key="matrix",
            title="Confusion matrix",
            note="Rows that were one outcome and were taken for another",
        )
        for confused in top_confusions(evaluation.matrix):
            draw.said(confused.sentence)


def verdict(evaluation: Any) -> None:
    """Say whether the model learned by heart, or too little."""
    found = evaluation.verdict
    if found is None:
        return
    with st.container(border=True, key="verdict"):
        draw.card_head("Seen against unseen rows", "Does the model hold up on rows it has not seen?")
        metric = METRICS[evaluation.main.metric]
        draw.pairs(
            [
                (f"{metric.heading} on rows seen", metric.format(found.seen)),
                (f"{metric.heading} on rows left out", metric.format(found.unseen)),
                ("Verdict", found.sentence),
                ("What to do", found.advice),
            ]
        )
