"""Two models of a training held against each other, row by row."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts.pointwise import pair_figure
from core.evaluate.pointwise import Pair
from core.framing.frame import Task
from core.framing.metrics import amount
from core.limits import BEHIND_ROWS
from core.project.document import Project
from pages.components import draw, layout, results, session
from pages.components.charts import chart
from pages.components.failing import listed

POINT = "pair_point"
"""The dot that was clicked in this run: number of its trace, and its place in it."""
DIAGONAL = 1
"""Traces that stand before those of the rows."""


def compare(project: Project) -> None:
    """Draw the choice of two models, what sets them apart, and the rows on which they disagree most."""
    board = results.results_board(project)
    titles = {run.key: run.title for run in board.done if not run.is_baseline}
    mine = results.run_of(project)
    if len(titles) < 2 or mine not in titles:
        return
    with st.container(border=True, key="pairing"):
        draw.card_head("Compare two models", "Row by row, on the rows left out, as trained and at the line drawn here")
        left, right = st.columns(2, gap="small")
        keys = list(titles)
        other = next(key for key in keys if key != mine)
        first = left.selectbox("First", keys, keys.index(mine), format_func=titles.__getitem__, key="pair_first")
        second = right.selectbox("Second", keys, keys.index(other), format_func=titles.__getitem__, key="pair_second")
        if first == second:
            draw.muted("Choose two different models.")
            return
        pair: Pair = results.pair(project, first, second)
        names = (titles[first], titles[second])
        left, right = st.columns([11, 9], gap="medium")
        with left:
            dark = session.is_dark()
            chart(
                results.drawn(project, "pair", first, second, dark, make=lambda: pair_figure(pair, *names, dark=dark)),
                key="pairs",
                with_table=False,
                on_select=_ask,
            )
        with right:
            for sentence in pair.sentences(*names):
                draw.said(sentence)
            draw.muted(_how(pair))
        with st.expander(
            "Rows on which they disagree most", type="compact", icon=":material/table_rows:", key="note_pair"
        ):
            _furthest(project, pair, names)
    asked = st.session_state.pop(POINT, None)
    if asked is not None and 0 <= asked[0] < len(pair.groups) and asked[1] < len(pair.groups[asked[0]][1]):
        _one(project, pair, names, int(pair.groups[asked[0]][1][asked[1]]))


def _how(pair: Pair) -> str:
    drawn = sum(len(places) for _, places in pair.groups)
    some = f"{drawn:,} of {len(pair):,} rows are drawn. " if drawn < len(pair) else ""
    if pair.first.task is Task.MULTICLASS:
        some += "A dot is a row: the chance each model gave to what happened. "
    else:
        some += "A dot is a row; on the diagonal both say the same. "
    return f"{some}Click one to see it. The difference is that of the same folds, its interval allows for shared rows."


def _ask() -> None:
    points = st.session_state["plot_pairs"].selection.points
    if points:
        st.session_state[POINT] = (int(points[0]["curve_number"]) - DIAGONAL, int(points[0]["point_index"]))


def _table(project: Project, pair: Pair, names: tuple[str, str], places: Any) -> pd.DataFrame:
    rows = pair.rows[places]
    x, y = pair.axes
    shown = listed(
        results.problem(project).X.iloc[rows].set_axis(rows + 1),
        pair.first.take(places),
        [],
        str(project.frame.target),
    )
    # What the first alone predicts says little here; what both say does.
    shown = shown.drop(columns=[name for name in shown.columns[1:3] if _is_answer(name, project, pair)])
    for place, (name, said) in enumerate(zip(names, (x, y), strict=True), start=1):
        shown.insert(place, name, said[places].round(3), allow_duplicates=True)
    return shown


def _is_answer(name: object, project: Project, pair: Pair) -> bool:
    return name in (f"{project.frame.target}, predicted", f"Chance of {pair.first.positive}")


def _furthest(project: Project, pair: Pair, names: tuple[str, str]) -> None:
    places = pair.order[:BEHIND_ROWS]
    st.dataframe(
        _table(project, pair, names, places),
        height=layout.table_height(len(places), 400),
        key="pair_rows",
        alt=f"{len(places):,} rows, those on which {names[0]} and {names[1]} lie furthest apart first",
    )


@st.dialog("One row, two models", width="large", icon=":material/compare_arrows:")
def _one(project: Project, pair: Pair, names: tuple[str, str], place: int) -> None:
    row = _table(project, pair, names, [place])
    apart = float(pair.apart[place])
    size = amount(apart) if pair.first.task is Task.REGRESSION else f"{100 * apart:.1f} points of chance"
    draw.said(f"Row {int(pair.rows[place]) + 1:,}: the two lie {size} apart.")
    st.dataframe(
        pd.DataFrame({"Column": row.columns, "Value": [str(value) for value in row.iloc[0]]}),
        hide_index=True,
        key="pair_one",
        alt=f"Row {int(pair.rows[place]) + 1}",
    )
