"""Where the model fails: the parts of the rows on which it does worse, and the rows behind each."""

from typing import Any

import pandas as pd
import streamlit as st

from core.evaluate.slices import Slice, Slices, errors_of
from core.framing.frame import Task
from core.limits import BEHIND_ROWS
from core.project.document import Project
from pages.components import draw, layout, results

ASKED = "rows_failing"
"""The part whose rows were asked for in this run, by its place in the list."""
MORE = "Worse by (corrected)"
WIDTHS = {"Rows": 60, "Wrong": 70, "Off by": 80, "Elsewhere": 80, MORE: 150}
"""Columns of the list in pixels; what they leave is for where it fails, so that none is cut at 1024."""


def where_it_fails(project: Project) -> None:
    """Draw the parts of the rows on which the model is worse than on the others, worst first."""
    with st.container(border=True, key="failing"):
        with st.spinner("Looking for parts of the rows on which the model fails …"):
            found = results.slices(project)
        draw.card_head("Where it fails", "Parts of the rows on which the model is worse than on all others")
        draw.html(f'<p class="fw-said">{draw.marked(found.sentence)}</p>')
        if found.found:
            st.dataframe(
                _table(found),
                hide_index=True,
                height=layout.table_height(len(found.found), 400),
                key="pick_failing",
                column_config={name: st.column_config.Column(width=wide) for name, wide in WIDTHS.items()},
                on_select=_ask,
                selection_mode="single-row",
                alt=f"{len(found.found)} parts of the rows, worst first",
            )
            draw.muted("Choose a line to see its rows.")
        draw.muted(found.method)
    place = st.session_state.pop(ASKED, None)
    if place is not None and place < len(found.found):
        _drawer(project, found, found.found[place])


def _ask() -> None:
    lines = st.session_state["pick_failing"].selection.rows
    if lines:
        st.session_state[ASKED] = lines[0]


def _table(found: Slices) -> pd.DataFrame:
    wrong = "Off by" if found.task is Task.REGRESSION else "Wrong"
    say = found.say
    return pd.DataFrame(
        [
            {
                "Where": each.words.replace("`", ""),
                "Rows": f"{each.n:,}",
                wrong: say(each.error),
                "Elsewhere": say(each.elsewhere),
                MORE: f"{say(each.more)} ({say(each.more_low)} to {say(each.more_high)})",
            }
            for each in found.found
        ]
    )


@st.dialog("Rows behind the number", width="large", icon=":material/table_rows:")
def _drawer(project: Project, found: Slices, chosen: Slice) -> None:
    outcomes, kept = results.judged(project).outcomes, results.judged(project).rows
    errors = errors_of(outcomes)
    shown = chosen.rows[errors[chosen.rows].argsort(kind="stable")[::-1]][:BEHIND_ROWS]
    cut = f"; the first {BEHIND_ROWS:,} are shown" if chosen.n > BEHIND_ROWS else ""
    words = (
        f"{chosen.words[:1].upper()}{chosen.words[1:]}: {chosen.n:,} of {found.n:,} rows left out, worst first{cut}."
    )
    draw.html(f'<p class="fw-said">{draw.marked(words)}</p>')
    named = [getattr(part, "column", None) or part.columns[0] for part in chosen.parts]
    st.dataframe(
        listed(
            results.problem(project).X.iloc[kept[shown]].set_axis(kept[shown] + 1),
            outcomes.take(shown),
            named,
            str(project.frame.target),
        ),
        height=layout.table_height(len(shown), 440),
        key="behind_failing",
        alt=f"{chosen.n:,} rows",
    )


def listed(rows: pd.DataFrame, outcomes: Any, named: list[str], target: str) -> pd.DataFrame:
    """Put outcome and answer before the columns that name the part, and those before all others."""
    listed = rows[[*named, *(name for name in rows.columns if name not in named)]]
    answers = {f"{target}, happened": list(outcomes.actual), f"{target}, predicted": list(outcomes.predicted)}
    if outcomes.task is Task.BINARY and outcomes.probabilities is not None:
        answers[f"Chance of {outcomes.positive}"] = [round(float(chance), 3) for chance in outcomes.score]
    for place, (name, values) in enumerate(answers.items()):
        listed.insert(place, name, values, allow_duplicates=True)
    return listed.rename_axis("Row")
