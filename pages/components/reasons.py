"""What Explain shows: one case in words and as a waterfall, what if, all cases, one column."""

from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import pandas as pd
import streamlit as st

from core.charts import explain as charts
from core.charts.theme import colors
from core.data.schema import ColumnType
from core.explain.cases import pick_cases
from core.explain.dependence import dependence
from core.explain.explanation import importance
from core.explain.values import number_text, usual_values, value_text
from core.explain.waterfall import Waterfall, waterfall
from core.explain.what_if import Flip, WhatIf, smallest_change, what_if
from core.explain.words import decisive, explain_in_words, percent
from core.framing.frame import Task
from core.project.document import Project
from core.runtime.values import as_number, as_text
from pages.components import draw, layout, results, session
from pages.components.charts import chart

SLIDERS = 3
"""Columns offered under What if."""
OTHER_WAYS = ("By number …", "From the table …")


def pick(project: Project) -> int:
    """Draw the case picker; returns the row's place among the training rows."""
    judged = results.judged(project).outcomes
    cases = pick_cases(judged)
    places = {case.title: case.index for case in cases}
    noun = (project.frame.row_is or "row").capitalize()
    rows = len(judged)
    place = min(int(st.session_state.get("case_place", places.get("Largest error", 0))), rows - 1)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key="casepick"):
        with st.container(width="stretch"):
            titles = {case.index: f"{case.title}, when it was left out: {case.why}" for case in cases}
            draw.heading(f"{noun} {place + 1:,} of {rows:,}", titles.get(place, ""))
        picked = st.menu_button(
            "Pick a case", [case.title for case in cases] + ["By number …", "From the table …"], key="case_menu"
        )
        st.button(
            "",
            icon=":material/chevron_left:",
            key="case_back",
            help="Previous",
            on_click=_to,
            args=((place - 1) % rows,),
        )
        st.button(
            "", icon=":material/chevron_right:", key="case_on", help="Next", on_click=_to, args=((place + 1) % rows,)
        )
    if picked in places:
        _to(places[picked])
        st.rerun()
    if picked == OTHER_WAYS[0]:
        _by_number(rows)
    if picked == OTHER_WAYS[1]:
        _from_table(project)
    return place


def _to(place: int) -> None:
    st.session_state["case_place"] = place


@st.dialog("Which case?")
def _by_number(rows: int) -> None:
    number = st.number_input("Number", 1, rows, 1, key="case_number")
    if st.button("Show it", type="primary", key="primary_case"):
        _to(int(number) - 1)
        st.rerun()


@st.dialog("Choose a case", width="large")
def _from_table(project: Project) -> None:
    built = results.problem(project)
    judged = results.judged(project).outcomes
    rows = built.X.iloc[results.judged(project).rows[:1000]].reset_index(drop=True)
    rows.insert(0, "Predicted", [str(value) for value in judged.predicted[: len(rows)]])
    rows.insert(0, "Actual", [str(value) for value in judged.actual[: len(rows)]])
    draw.muted("Click a row. The first 1,000 training rows, with what was predicted when they were left out.")
    event = st.dataframe(rows, on_select="rerun", selection_mode="single-row", key="case_table", alt="Training rows")
    chosen = event.selection.rows
    if chosen:
        _to(int(chosen[0]))
        st.rerun()


def one_case(project: Project, place: int) -> None:
    """Draw one case: its answer in words, the waterfall, and what if."""
    built = results.problem(project)
    explanation = results.case(project, int(results.judged(project).rows[place]))
    fall = waterfall(explanation, 0)
    _in_words(project, built, explanation, fall, place)
    left, right = st.columns([11, 9], gap="small")
    with left, st.container(border=True, height="stretch", key="fall"):
        _fall(fall)
    with right, st.container(border=True, height="stretch", key="whatif"):
        _what_if(project, built, fall, place)


def _in_words(project: Project, built: Any, explanation: Any, fall: Waterfall, place: int) -> None:
    frame = project.frame
    judged = results.judged(project).outcomes
    rows = built.X.iloc[built.split.train]
    row = built.X.iloc[[results.judged(project).rows[place]]]
    usual = results.drawn(project, "usual", make=lambda: usual_values(rows, built.schema, explanation.columns))
    flagged = bool(judged.flagged[place]) if project.remedy is not None else None
    column = decisive(fall, flagged=flagged)
    with_usual = None
    if column is not None and usual[column].value is not None and value_text(row[column].iloc[0]) != usual[column].text:
        with_usual = (column, _answer(project, fall, place, row, {column: usual[column].value}))
    sentences = explain_in_words(
        fall,
        frame,
        usual=usual,
        threshold=project.threshold,
        flagged=flagged,
        actual=judged.actual[place],
        with_usual=with_usual,
    )
    body = " ".join(
        "".join(f"<b>{draw.text(part.text)}</b>" if part.strong else draw.text(part.text) for part in sentence)
        for sentence in sentences
    )
    with st.container(border=True, key="inwords"):
        draw.html(
            f'<div class="fw-casewords">{_hero(project, fall)}<div><p class="fw-words">{body}</p>'
            f'<p class="fw-sub" style="margin-top:8px">{draw.text(explanation.method)}</p></div></div>'
        )


def _answer(project: Project, fall: Waterfall, place: int, row: pd.DataFrame, changes: dict[str, Any]) -> WhatIf:
    task = project.frame.task
    assert task is not None

    def make() -> WhatIf:
        return what_if(results.pipeline(project), row, changes, task=task, outcome=fall.outcome)

    named = [(column, repr(value)) for column, value in changes.items()]
    return cast(WhatIf, results.drawn(project, "what_if", place, fall.outcome, named, make=make))


def _hero(project: Project, fall: Waterfall) -> str:
    if fall.scale == "units":
        return (
            f'<div class="fw-herobox"><div class="fw-note">Predicted {draw.text(project.frame.target)}</div>'
            f'<div class="fw-hero">{number_text(fall.result)}</div></div>'
        )
    mark = ""
    line = ""
    if project.frame.task is Task.BINARY and project.remedy is None:
        mark = f'<b style="left:{100 * project.threshold:.1f}%"></b>'
        above = "so flagged" if fall.result >= project.threshold else "so left alone"
        line = f'<div class="fw-note">line at {project.threshold:.0%}, {above}</div>'
    return (
        f'<div class="fw-herobox"><div class="fw-note">Chance of {draw.text(fall.outcome)}</div>'
        f'<div class="fw-hero">{percent(fall.result)}</div>'
        f'<div class="fw-gauge"><i style="width:{100 * fall.result:.1f}%"></i>{mark}</div>{line}</div>'
    )


def _fall(fall: Waterfall) -> None:
    is_chance = fall.scale == "chance"
    draw.card_head(
        "From the start to this case",
        "Points of chance, in the order of size" if is_chance else "In the target's own unit",
    )
    lines = []
    for bar in charts.waterfall_rows(fall, start="Where it starts", end="This case"):
        tone = {"base": "", "result": "all"}.get(bar.kind, "up" if bar.sign >= 0 else "down")
        shown = draw.text(bar.label) + (f" <em>= {draw.text(bar.value)}</em>" if bar.value else "")
        if bar.kind in ("base", "result"):
            shown = f"<b>{shown}</b>"
        lines.append(
            f'<div class="fw-fall" role="img" aria-label="{draw.text(bar.aria)}"><span class="name">{shown}</span>'
            f'<span class="bar"><u style="left:{bar.zero:.2f}%"></u>'
            f'<i class="{tone}" style="left:{bar.left:.2f}%;width:{bar.width:.2f}%"></i></span>'
            f'<span class="fw-num">{draw.text(bar.text)}</span></div>'
        )
    draw.html("".join(lines))
    if is_chance:
        draw.muted("Violet pushes the chance up, green pushes it down.")
    if fall.note:
        with st.expander("How the parts add up", type="compact", icon=":material/info:", key="note_fall"):
            draw.muted(fall.note)


def _what_if(project: Project, built: Any, fall: Waterfall, place: int) -> None:
    rows = built.X.iloc[built.split.train]
    row = built.X.iloc[[results.judged(project).rows[place]]]
    mark = f"{project.training}_{results.run_of(project)}_{place}_{st.session_state.get('whatif_turn', 0)}"
    with layout.row(align="top"):
        with st.container(width="stretch"):
            draw.card_head("What if", "Change a value, see the answer move")
        st.button("Reset", key="whatif_reset", type="tertiary", on_click=_reset)
    changes: dict[str, Any] = {}
    for number, step in enumerate(fall.steps[:SLIDERS]):
        kind = built.schema[step.column].type
        key = f"whatif_{mark}_{number}"
        if kind is ColumnType.NUMBER:
            bounds = partial(_bounds, rows, step.column)
            changes |= _number_change(step.column, row, results.drawn(project, "bounds", step.column, make=bounds), key)
        elif kind in (ColumnType.CATEGORY, ColumnType.YES_NO):
            changes |= _level_change(step.column, row, rows, key)
    answer = _answer(project, fall, place, row, changes)
    is_chance = fall.scale == "chance"
    after, before = (
        (percent(answer.after), percent(answer.before))
        if is_chance
        else (
            number_text(answer.after),
            number_text(answer.before),
        )
    )
    state = ""
    if project.frame.task is Task.BINARY and project.remedy is None:
        flagged = answer.after >= project.threshold
        state = draw.chip("Flagged" if flagged else "Left alone", "orange" if flagged else "green")
    draw.html(
        f'<div class="fw-sum" style="background:var(--fw-second)"><div><span class="fw-note">With these values</span>'
        f'<b>{after} <span class="fw-unit">was {before}</span></b></div><div>{state}</div></div>'
    )
    if project.frame.task is Task.BINARY and project.remedy is None:
        _flip(project, built, row, rows, fall, place)


def _reset() -> None:
    st.session_state["whatif_turn"] = st.session_state.get("whatif_turn", 0) + 1


@dataclass(frozen=True)
class _Bounds:
    """Of a number in the training rows: nearly its smallest and largest, its middle, and whether all are whole."""

    low: float
    high: float
    middle: float
    whole: bool


def _bounds(rows: pd.DataFrame, column: str) -> _Bounds:
    known = as_number(rows[column]).dropna()
    low, middle, high = (float(known.quantile(share)) for share in (0.005, 0.5, 0.995))
    return _Bounds(low, high, middle, bool((known == known.round()).all()))


def _number_change(column: str, row: pd.DataFrame, bounds: _Bounds, key: str) -> dict[str, Any]:
    now = as_number(row[column]).iloc[0]
    low, high, start = bounds.low, bounds.high, bounds.middle
    if now == now:
        low, high, start = min(low, float(now)), max(high, float(now)), float(now)
    if not low < high:
        return {}
    if bounds.whole:
        value: float = st.slider(column, int(low), int(high), int(start), key=key)
    else:
        value = st.slider(column, low, high, start, key=key)
    return {} if value == now else {column: value}


def _level_change(column: str, row: pd.DataFrame, rows: pd.DataFrame, key: str) -> dict[str, Any]:
    texts = as_text(rows[column])
    levels = list(texts.value_counts().index[:30])
    now = as_text(row[column]).iloc[0]
    if now is not None and now not in levels:
        levels.insert(0, now)
    index = levels.index(now) if now in levels else None
    value = st.selectbox(column, levels, index=index, key=key)
    if value is None or value == now:
        return {}
    raw = rows.loc[texts == value, column].iloc[0]
    return {column: raw}


def _flip(project: Project, built: Any, row: pd.DataFrame, rows: pd.DataFrame, fall: Waterfall, place: int) -> None:
    flagged = fall.result >= project.threshold

    def make() -> Flip | None:
        return smallest_change(
            results.pipeline(project),
            row,
            rows,
            schema=built.schema,
            columns=tuple(name for name in built.features),
            positive=str(project.frame.positive),
            threshold=project.threshold,
        )

    found = results.drawn(project, "flip", place, make=make)
    if found is None:
        draw.muted("No change of a single column would turn the answer.")
        return
    what = "lift the flag" if flagged else "bring a flag"
    draw.html(
        f'<p class="fw-said">Smallest change that would {what}: <b>{draw.text(found.column)} {draw.text(found.old)} → '
        f"{draw.text(found.new)}</b>, all else equal. Seen in {found.rows:,} rows.</p>"
    )


def all_cases(project: Project) -> None:
    """Draw the importance of every column."""
    explanation = results.explanation(project)
    outcome = _outcome(explanation)
    ranked = importance(explanation, outcome)
    with st.container(border=True, key="importance"):
        chart(
            charts.importance_bars(ranked, explanation.scale, colors(session.is_dark())),
            key="importance",
            title="What the model leans on",
            note="Mean size of each column's contribution, with a 95% interval",
        )
        draw.muted(explanation.method)


def _outcome(explanation: Any) -> str | None:
    if explanation.task is not Task.MULTICLASS:
        return None
    every = "All outcomes"
    picked = st.selectbox("Outcome", [every, *explanation.classes], key="explain_class", width=240)
    return None if picked == every else picked


def one_column(project: Project) -> None:
    """Draw how a column's value goes with its contribution."""
    explanation = results.explanation(project)
    ranked = [found.column for found in importance(explanation)]
    with st.container(border=True, key="dependence"):
        column = st.selectbox("Column", ranked, key="explain_column", label_visibility="collapsed", width=240)
        outcome = None
        if explanation.task is Task.MULTICLASS:
            outcome = st.selectbox("Towards", explanation.classes, key="explain_towards", width=240)
        found = dependence(explanation, results.problem(project).schema[column], outcome)
        chart(
            charts.dependence_plot(found, colors(session.is_dark())),
            key="dependence",
            title=column,
            note="Its value, and what it adds to the answer",
        )
        draw.muted(explanation.method)
