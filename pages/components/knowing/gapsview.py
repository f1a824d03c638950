"""Missing: where cells are missing, together with which, and the outcome there."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts import data as charts
from core.charts import knowing as more_charts
from core.charts.theme import colors
from core.data.knowing.behind import Missing, Selector
from core.data.summary import number_words
from core.project.document import Project
from pages.components import draw, layout, session
from pages.components.charts import chart
from pages.components.knowing import behind, known


def gaps(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Draw where cells are missing."""
    found = known.gaps(project)
    palette = colors(session.is_dark())
    if not found.gaps:
        with st.container(border=True, key="nogaps"):
            draw.card_head("No cell is missing", f"All {found.rows:,} rows are filled in every column.")
        return
    with st.container(border=True, key="gapsbycolumn"):
        note = (
            f"{found.complete:,} of {found.rows:,} rows have no gap ({100 * found.complete / found.rows:.1f}%). "
            "Click a bar for its rows."
        )
        by_column = charts.missing_by_column(profile, palette)
        chart(by_column, key="gaps", title="Missing by column", note=note, on_select=lambda: _ask_bar(by_column.table))
    with st.container(border=True, key="gapstogether"):
        shown = more_charts.shown_patterns(found)
        patterns = "1 pattern" if found.n_patterns == 1 else f"{found.n_patterns:,} patterns"
        where = "the only column" if found.columns == 1 else f"the {found.columns:,} columns"
        told = f"{patterns} in {where} with gaps. Click one for its rows."
        chart(
            more_charts.gaps_together(found, palette),
            key="patterns",
            title="Missing together",
            note=told,
            on_select=lambda: behind.ask_point("plot_patterns", lambda _, up: Missing(shown[up].columns, only=True)),
        )
        selectors: list[Selector] = [Missing(pattern.columns, only=True) for pattern in found.patterns]
        st.dataframe(
            pd.DataFrame(
                {
                    "Missing together": [", ".join(pattern.columns) for pattern in found.patterns],
                    "Rows": [pattern.rows for pattern in found.patterns],
                    "Share": [pattern.rows / found.rows for pattern in found.patterns],
                }
            ),
            hide_index=True,
            height=layout.table_height(len(found.patterns), 250),
            column_config={
                "Rows": st.column_config.NumberColumn(format="localized"),
                "Share": st.column_config.NumberColumn(format="percent"),
            },
            key="pick_pattern",
            on_select=lambda: behind.ask_line("pick_pattern", selectors),
            selection_mode="single-row",
            alt="Columns missing together and their rows",
        )
        close = [pair for pair in found.pairs if abs(pair.phi) >= 0.3][:5]
        if close:
            draw.muted(
                "Gaps go together: "
                + "; ".join(
                    f"{pair.first} and {pair.second} {pair.phi:.2f}".replace("-", "−") + f" ({pair.both:,} rows)"
                    for pair in close
                )
                + "."
            )
    if found.outcomes:
        _outcomes(project, found)


def _ask_bar(table: pd.DataFrame) -> None:
    points = st.session_state["plot_gaps"].selection.points
    if points:
        drawn = list(table["Column"][: charts.COLUMNS])[::-1]
        behind.ask(Missing((drawn[int(points[0]["point_index"])],)))


def _outcomes(project: Project, found: Any) -> None:
    frame = project.frame
    share = frame.positive is not None
    what = f"{frame.target} = {frame.positive}" if share else f"Mean {frame.target}"

    def said(value: float, low: float, high: float) -> str:
        if share:
            return f"{100 * value:.1f}% ({100 * low:.1f} to {100 * high:.1f})"
        return f"{number_words(value, 2)} ({number_words(low, 2)} to {number_words(high, 2)})"

    with st.container(border=True, key="gapsoutcome"):
        draw.card_head(
            "The outcome where a column is missing", f"{what}, with 95% intervals. Differences sorted first."
        )
        st.dataframe(
            pd.DataFrame(
                {
                    "Column": [one.column for one in found.outcomes],
                    "Missing rows": [one.missing for one in found.outcomes],
                    "Where missing": [said(one.value, one.low, one.high) for one in found.outcomes],
                    "Where filled": [said(one.other, one.other_low, one.other_high) for one in found.outcomes],
                    "Differs": ["yes" if one.differs else "within chance" for one in found.outcomes],
                }
            ),
            hide_index=True,
            height=layout.table_height(len(found.outcomes), 300),
            column_config={"Missing rows": st.column_config.NumberColumn(format="localized")},
            key="pick_gap_outcome",
            on_select=lambda: behind.ask_line("pick_gap_outcome", [Missing((one.column,)) for one in found.outcomes]),
            selection_mode="single-row",
            alt=f"{what} where columns are missing and where they are filled",
        )
