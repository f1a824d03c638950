"""What Fairness shows: rates by group with intervals, remedies side by side, and the one picked."""

from math import isnan
from typing import Any

import streamlit as st

from core.charts import fairness as charts
from core.charts.result import ChartResult
from core.charts.theme import colors
from core.evaluate.threshold import money
from core.framing.frame import Task
from core.project.document import Project, Remedy
from core.project.remedies import use_remedy, without_remedy
from pages.components import draw, results, session
from pages.components.charts import chart

SMALL_SHARE = 0.1
"""Shares below this are shown with a decimal."""
SHOWN = {
    Task.BINARY: ("selection_rate", "false_positive_rate", "false_negative_rate"),
    Task.MULTICLASS: ("accuracy",),
    Task.REGRESSION: ("mae", "mean_error"),
}


def table(project: Project, audit: Any) -> None:
    """Draw one row a group: each measure as number, interval in words and mark, and the gap below."""
    keys = [key for key in SHOWN[audit.task] if key in audit.measures] or list(audit.measures)[:3]
    if audit.measure not in keys:
        keys = [audit.measure, *keys][:3]
    columns = f"minmax(0,1.2fr) 70px {' '.join('minmax(0,1.4fr)' for _ in keys)}"
    heads = "".join(
        f'<span class="{"fw-counts" if key == audit.measure else ""}">{draw.text(audit.measures[key].title)}</span>'
        for key in keys
    )
    rows = [
        f'<div class="fw-rowhead" style="grid-template-columns:{columns}"><span>Group</span><span>Rows</span>'
        f"{heads}</div>"
    ]
    for group in audit.groups:
        cells = "".join(_cell(audit, group, key) for key in keys)
        small = '<div class="fw-sub">too few rows to judge well</div>' if group.too_small else ""
        if audit.positive:
            small = (
                f'<div class="fw-sub">{group.positives / group.rows:.0%} were “{draw.text(audit.positive)}”</div>'
                + small
            )
        rows.append(
            f'<div class="fw-plainrow"><div class="fw-grid" style="grid-template-columns:{columns}">'
            f"<div><b>{draw.text(group.group)}</b>{small}</div><span>{group.rows:,}</span>{cells}</div></div>"
        )
    if audit.widest is not None:
        cells = "".join(_gap(audit, key) for key in keys)
        name = f"{audit.widest.group} against {audit.widest.reference}"
        rows.append(
            f'<div class="fw-plainrow fw-gaprow"><div class="fw-grid" style="grid-template-columns:{columns}">'
            f'<div><b>Gap</b><div class="fw-sub">{draw.text(name)}</div></div><span></span>{cells}</div></div>'
        )
    with st.container(border=True, gap=None, key="list_groups"):
        draw.html("".join(rows))


def _cell(audit: Any, group: Any, key: str) -> str:
    rate, measure = group.rates[key], audit.measures[key]
    if isnan(rate.value):
        return '<span class="fw-sub">no rows</span>'
    ends = (0.0, 1.0)
    if not measure.is_share:
        all_ = [
            end for other in audit.groups for end in (other.rates[key].low, other.rates[key].high) if not isnan(end)
        ]
        ends = (min([0.0, *all_]), max([0.0, *all_]))
    beyond = audit.beyond and key == audit.measure and group.group == audit.widest.group
    said = f"{group.group}, {measure.title}: {_share(rate.value, measure)}"
    mark = draw.Interval(rate.value, rate.low, rate.high, *ends, tone="bad" if beyond else "main", label=said)
    ink = ' class="fw-ink-bad"' if beyond else ""
    return (
        f'<div><div class="fw-cardtop"><b{ink}>{_share(rate.value, measure)}</b>'
        f'<span class="fw-sub">{_share(rate.low, measure)} to {_share(rate.high, measure)}</span></div>'
        f"{draw.interval(mark)}</div>"
    )


def _share(value: float, measure: Any) -> str:
    if isnan(value):
        return "–"
    if measure.is_share:
        return f"{value:.1%}" if 0 < value < SMALL_SHARE else f"{value:.0%}"
    return f"{value:,.3g}".replace("-", "−")


def _gap(audit: Any, key: str) -> str:
    widest, measure = audit.widest, audit.measures[key]
    pair = [audit.group(name).rates[key].value for name in (widest.group, widest.reference)]
    if any(isnan(value) for value in pair):
        return "<span></span>"
    scale, unit = (100, " points") if measure.is_share else (1, "")
    if key != audit.measure:
        return f'<span class="fw-sub">{_signed(scale * (pair[0] - pair[1]))}{unit}</span>'
    found = widest.difference
    ink = "fw-ink-bad" if audit.beyond else ""
    glyph = draw.icon("error") + " " if audit.beyond else ""
    interval = f"{_signed(scale * found.low)} to {_signed(scale * found.high)}"
    return (
        f'<div class="{ink}"><b>{glyph}{_signed(scale * found.value)}{unit}</b>'
        f'<div class="fw-sub {ink}">{interval}; your limit is {scale * audit.allowed:.3g}</div></div>'
    )


def _signed(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def sentences(project: Project, audit: Any) -> None:
    """Say in plain words what the rates and the four-fifths rule mean."""
    from core.fairness.words import audit_sentences, four_fifths_sentences, gap_sentence

    rows_are = project.frame.rows_are
    first = [gap_sentence(audit, gap, rows_are) for gap in audit.gaps[audit.measure]]
    first += four_fifths_sentences(audit, rows_are)
    with st.container(border=True, key="inwords"):
        draw.card_head("In words", audit.method)
        for sentence in first:
            draw.html(f'<p class="fw-said">{draw.marked(sentence)}</p>')
        others = [sentence for sentence in audit_sentences(audit, rows_are) if sentence not in first]
        if others:
            with st.expander("The other measures in words", type="compact", key="note_measures_words"):
                for sentence in others:
                    draw.html(f'<p class="fw-said">{draw.marked(sentence)}</p>')


def remedies(project: Project, column: str) -> None:
    """Draw what a smaller gap costs, and the remedy picked."""
    found = results.remedies(project, column)
    if isinstance(found, str):
        draw.muted(found)
        return
    with st.container(border=True, key="remedies"):
        draw.card_head(
            "What a smaller gap costs",
            "Each point is a remedy, fitted and judged on the same folds. Left is fairer, low is cheaper.",
        )
        options = found.options
        titles = {option.key: option.title for option in options if option.key}
        current = project.remedy.kind if project.remedy and project.remedy.column == column else None
        within = [option.key for option in options if option.key and option.within_limit and option.on_front]
        start = current or (within[0] if within else next(iter(titles)))
        left, right = st.columns([3, 2], gap="medium")
        with right:
            picked = st.selectbox(
                "Remedy",
                list(titles),
                index=list(titles).index(start),
                format_func=titles.__getitem__,
                key="remedy_picked",
            )
            _picked(project, found, picked)
            _choose(project, column, found, picked, current)
        dark = session.is_dark()

        def make() -> ChartResult:
            return charts.gap_against_cost(
                options,
                measure=project.frame.fairness_measure,
                limit=project.frame.fairness_limit,
                costs=project.frame.costs,
                chosen=picked,
                palette=colors(dark),
            )

        with left:
            chart(results.drawn(project, "remedies", column, picked, dark, make=make), key="remedies")


def _picked(project: Project, found: Any, picked: str) -> None:
    plan, comparison = found.comparisons[picked]
    draw.said(plan.meaning)
    before, after = comparison.before, comparison.after
    rows = [
        ("Widest gap, points", f"{100 * before.widest:.1f} → {100 * after.widest:.1f}"),
        ("Accuracy", f"{before.accuracy.value:.1%} → {after.accuracy.value:.1%}"),
        ("Flagged", f"{before.flagged.value:.0%} → {after.flagged.value:.0%}"),
        ("Missed", f"{before.missed.value:.0%} → {after.missed.value:.0%}"),
    ]
    if before.cost is not None and after.cost is not None:
        sign = project.frame.costs.currency
        rows.insert(1, ("Cost per 1,000", f"{money(before.cost, sign)} → {money(after.cost, sign)}"))
    draw.pairs(rows)
    draw.html(f'<p class="fw-muted fw-ink-look">{draw.marked(comparison.sentences[-1])}</p>')


def _choose(project: Project, column: str, found: Any, picked: str, current: str | None) -> None:
    plan, _ = found.comparisons[picked]
    if current == picked:
        st.button("Drop this remedy", key="drop_remedy", on_click=_drop, width="stretch")
        draw.muted("It is part of the model, all the way to the export.")
        return
    remedy = Remedy(
        kind=picked,
        measure=plan.key,
        column=column,
        rule=found.rules[picked].to_dict(),
        fingerprint=str(project.training),
    )
    st.button(f"Use “{plan.title}”", key="use_remedy", on_click=_use, args=(remedy, plan.title), width="stretch")


def _use(remedy: Remedy, title: str) -> None:
    if session.change(lambda seen: use_remedy(seen, remedy, title, now=session.now())):
        session.flash("The remedy is now part of the model")


def _drop() -> None:
    session.change(lambda seen: without_remedy(seen, now=session.now()))
