"""Expectations on Evaluate: written in a form, shown with how they stand, and the rows that speak against each."""

import pandas as pd
import streamlit as st

from core.errors import FairwayError
from core.evaluate.expectations import (
    COMPARISONS,
    ORDER,
    Checked,
    Condition,
    Expectation,
    Kept,
    measures_for,
)
from core.framing.frame import Task
from core.limits import BEHIND_ROWS
from core.project.document import Project
from core.project.expecting import expect, expect_no_more
from core.project.journey import stage_fingerprint
from pages.components import draw, layout, results, session
from pages.components.failing import listed

ASKED = "rows_expected"
"""The expectation whose rows were asked for in this run, by its place in the list."""
MOST_CONDITIONS = 3
"""Conditions the form offers."""
MARKS = {Kept.MET: "✓ Met", Kept.NOT_MET: "✕ Not met", Kept.CANNOT_TELL: "? Cannot tell"}


def expectations(project: Project) -> None:
    """Draw what the user expects of the model, whether the rows left out meet it, and the way to expect more."""
    found = results.expectations(project)
    with st.container(border=True, key="expectations"):
        with layout.row():
            with st.container(width="stretch"):
                draw.card_head("Expectations", "What the model must keep to, checked on every model of this project")
            add = st.button("Add an expectation …", key="add_expectation", type="tertiary", icon=":material/rule:")
        if found:
            st.dataframe(
                _table(project, found),
                hide_index=True,
                height=layout.table_height(len(found), 320),
                key="pick_expectation",
                on_select=_ask,
                selection_mode="single-row",
                alt=f"{len(found)} expectations and how they stand",
            )
            draw.muted("Checked on the rows left out in training. Choose a line to see the rows that speak against it.")
        else:
            draw.said(
                "None yet. Say for example that no one under 22 is scored above 0.9, or that at least 80% of the cases "
                "of a group are found."
            )
    place = st.session_state.pop(ASKED, None)
    if add:
        _form(project)
    elif place is not None and place < len(found):
        _drawer(project, found[place])


def _ask() -> None:
    lines = st.session_state["pick_expectation"].selection.rows
    if lines:
        st.session_state[ASKED] = lines[0]


def _table(project: Project, found: tuple[Checked, ...]) -> pd.DataFrame:
    mark = stage_fingerprint(project, "evaluate", results.board(project))
    opened = [look for look in project.seal if look.fingerprint == mark]
    sealed = {words: MARKS[Kept(kept)] for words, kept, _ in opened[-1].expected} if opened else {}
    lines = []
    for one in found:
        words = one.expectation.words.replace("`", "")
        line = {"Expectation": words, "Rows": f"{one.n:,}", "Rows left out": MARKS[one.kept]}
        if opened:
            line["Sealed test"] = sealed.get(words, "Written later")
        lines.append({**line, "Why": one.reason.replace("`", "")})
    return pd.DataFrame(lines)


@st.dialog("Add an expectation", width="large", icon=":material/rule:")
def _form(project: Project) -> None:
    assert project.frame.task is not None
    measures = measures_for(project.frame.task)
    with st.container(horizontal=True):
        measure = st.selectbox("What", list(measures), format_func=measures.__getitem__, key="expect_measure")
        side = st.selectbox("is", ["to", "from"], format_func=lambda key: ORDER[key][0], key="expect_side")
        bound = st.number_input("Bound", value=0.9, step=0.05, format="%.4g", key="expect_bound")
    if project.frame.task is Task.BINARY:
        draw.muted(f"A score is the chance of “{project.frame.positive}”.")
    built = results.problem(project)
    conditions = []
    for place in range(MOST_CONDITIONS):
        condition = _condition([str(name) for name in built.X.columns], place)
        if condition is None:
            break
        conditions.append(condition)
    if not st.button("Add", type="primary", key="primary_expect"):
        return
    try:
        expected = Expectation(conditions=tuple(conditions), measure=measure, side=side, bound=bound)
        expect(project, expected, built, now=session.now())
    except FairwayError as error:
        draw.banner(error.message, "Not added.", "error", "red")
        return
    session.change(lambda seen: expect(seen, expected, built, now=session.now()))
    st.rerun()


def _condition(columns: list[str], place: int) -> Condition | None:
    """Draw one condition; ``None`` where no column is chosen."""
    with st.container(horizontal=True):
        column = st.selectbox(
            "and where" if place else "In the rows where",
            columns,
            index=None,
            placeholder="No further condition" if place else "All rows",
            key=f"expect_column_{place}",
        )
        if column is None:
            return None
        comparison = st.selectbox(
            "compares", list(COMPARISONS), format_func=COMPARISONS.__getitem__, key=f"expect_comparison_{place}"
        )
        value = ""
        if comparison not in ("missing", "filled"):
            value = st.text_input("with", key=f"expect_value_{place}")
    return Condition.model_validate({"column": column, "comparison": comparison, "value": value})


@st.dialog("Rows that speak against it", width="large", icon=":material/table_rows:")
def _drawer(project: Project, found: Checked) -> None:
    draw.html(f'<p class="fw-said">{draw.marked(f"{found.expectation.words}. {found.reason}")}</p>')
    shown = found.rows[:BEHIND_ROWS]
    if len(shown):
        judged = results.judged(project)
        places = judged.rows[shown]
        named = list(dict.fromkeys(condition.column for condition in found.expectation.conditions))
        st.dataframe(
            listed(
                results.problem(project).X.iloc[places].set_axis(places + 1),
                judged.outcomes.take(shown),
                named,
                str(project.frame.target),
            ),
            height=layout.table_height(len(shown), 400),
            key="behind_expectation",
            alt=f"{len(shown):,} rows that speak against it",
        )
        if len(found.rows) > BEHIND_ROWS:
            draw.muted(f"The first {BEHIND_ROWS:,} of {len(found.rows):,} rows.")
    else:
        draw.muted("No row speaks against it.")
    if st.button("Remove this expectation", key="expect_no_more", icon=":material/delete:"):
        session.change(lambda seen: expect_no_more(seen, found.expectation, now=session.now()))
        st.rerun()
