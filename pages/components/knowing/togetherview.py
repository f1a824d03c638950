"""Associations: how columns go together, and what each says of the outcome."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts import knowing as more_charts
from core.charts.theme import colors
from core.data.knowing.association import collinear_groups
from core.data.knowing.behind import Known
from core.project.document import Project
from pages.components import draw, layout, session
from pages.components.charts import chart
from pages.components.knowing import behind, known

PAIRS = 200
"""Pairs in the list of associations."""


def together(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Draw how columns go together, and what each says of the outcome."""
    found = known.together(project)
    if not found.pairs:
        draw.muted("No two columns can be compared.")
        return
    palette = colors(session.is_dark())
    with st.container(border=True, key="heat"):
        note = (
            f"Spearman of two amounts, Cramér’s V of two kinds, correlation ratio of both; on {found.rows_words}. "
            "Click a cell for the rows where both are known."
        )
        names, _ = more_charts.shown_columns(found)

        def pair(across: int, up: int) -> Known:
            return Known((names[across], names[::-1][up]))

        chart(
            more_charts.association_map(found, palette),
            key="heat",
            title="Which columns go together",
            note=note,
            on_select=lambda: behind.ask_point("plot_heat", pair),
        )
    groups = collinear_groups(found.names, found.values)
    if groups:
        draw.banner(
            "; ".join(" and ".join(f"`{name}`" for name in group) for group in groups[:5])
            + ". Each group’s columns say nearly the same (mean association of 0.9 and more).",
            f"{len(groups):,} {'groups' if len(groups) > 1 else 'group'} of columns that go together.",
            "join_inner",
            "gray",
        )
    left, right = st.columns([4, 3], gap="small")
    with left, st.container(border=True, key="pairs", height="stretch"):
        drawn = found.pairs[:PAIRS]
        said = (
            f"All {len(drawn):,}." if len(drawn) == len(found.pairs) else f"The first {PAIRS} of {len(found.pairs):,}."
        )
        draw.card_head("Pairs, strongest first", f"{said} Choose a line for its rows.")
        st.dataframe(
            pd.DataFrame(
                {
                    "Column": [pair.first for pair in drawn],
                    "With": [pair.second for pair in drawn],
                    "Association": [pair.value for pair in drawn],
                    "Measure": [pair.measure for pair in drawn],
                }
            ),
            hide_index=True,
            height=layout.table_height(len(drawn), 330),
            column_config={
                "Column": st.column_config.TextColumn(width=86),
                "With": st.column_config.TextColumn(width=86),
                "Association": st.column_config.NumberColumn("Strength", format="%.2f", width=62),
                "Measure": st.column_config.TextColumn(width=112),
            },
            key="pick_pair",
            on_select=lambda: behind.ask_line("pick_pair", [Known((pair.first, pair.second)) for pair in drawn]),
            selection_mode="single-cell",
            alt="Pairs of columns and their association",
        )
    with right, st.container(border=True, key="informations", height="stretch"):
        _information(project, profile)


def _information(project: Project, profile: Any) -> None:
    told = known.told(project) if project.frame.complete else []
    if not told:
        draw.card_head("With the outcome", "Say what to predict, and each column is held against it.")
        return
    draw.card_head(
        f"With {project.frame.target}",
        f"Mutual information as a share of all there is to know, on {max(one.rows for one in told):,} rows.",
    )
    signals = {column.name: column.signal for column in profile.columns}
    bar = {"min_value": 0.0, "max_value": 1.0, "format": "%.2f"}
    st.dataframe(
        pd.DataFrame(
            {
                "Column": [one.column for one in told],
                "Information": [one.value for one in told],
                "Signal": [signals.get(one.column) for one in told],
            }
        ),
        hide_index=True,
        height=layout.table_height(len(told), 330),
        column_config={
            "Column": st.column_config.TextColumn(width=78),
            "Information": st.column_config.ProgressColumn(color="primary", width=88, **bar),
            "Signal": st.column_config.ProgressColumn(
                color="gray", width=84, help="How well the column alone ranks rows left out by the outcome.", **bar
            ),
        },
        alt="Columns by mutual information with the outcome, and their signal",
    )
