"""Views of the Data screen: where cells are missing, how columns go together, and the rows."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts import data as charts
from core.charts import knowing as more_charts
from core.charts.theme import colors
from core.data.knowing.association import collinear_groups
from core.data.knowing.behind import Missing, Repeats, Selector, selector_words
from core.data.knowing.offers import rows_of
from core.data.summary import number_words
from core.limits import PREVIEW_ROWS
from core.project.document import Project
from pages.components import draw, results, session
from pages.components.charts import chart
from pages.components.knowing import behind, known

PAIRS = 200
"""Pairs in the list of associations."""


def gaps(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Draw where cells are missing."""
    found = known.gaps(project)
    palette = colors(session.is_dark())
    if not found.gaps:
        with st.container(border=True, key="nogaps"):
            draw.card_head("No cell is missing", f"All {found.rows:,} rows are filled in every column.")
        return
    with st.container(border=True, key="gapsbycolumn"):
        note = f"{found.complete:,} of {found.rows:,} rows have no gap ({100 * found.complete / found.rows:.1f}%)."
        chart(charts.missing_by_column(profile, palette), key="gaps", title="Missing by column", note=note)
    with st.container(border=True, key="gapstogether"):
        told = f"{found.n_patterns:,} patterns in the {found.columns:,} columns with gaps. Choose a line for its rows."
        chart(more_charts.gaps_together(found, palette), key="patterns", title="Missing together", note=told)
        selectors: list[Selector] = [Missing(pattern.columns) for pattern in found.patterns]
        st.dataframe(
            pd.DataFrame(
                {
                    "Missing together": [", ".join(pattern.columns) for pattern in found.patterns],
                    "Rows": [pattern.rows for pattern in found.patterns],
                    "Share": [pattern.rows / found.rows for pattern in found.patterns],
                }
            ),
            hide_index=True,
            height=min(250, 40 + 35 * len(found.patterns)),
            column_config={"Share": st.column_config.NumberColumn(format="percent")},
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
            height=min(300, 40 + 35 * len(found.outcomes)),
            key="pick_gap_outcome",
            on_select=lambda: behind.ask_line("pick_gap_outcome", [Missing((one.column,)) for one in found.outcomes]),
            selection_mode="single-row",
            alt=f"{what} where columns are missing and where they are filled",
        )


def together(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Draw how columns go together, and what each says of the outcome."""
    found = known.together(project)
    if not found.pairs:
        draw.muted("No two columns can be compared.")
        return
    palette = colors(session.is_dark())
    with st.container(border=True, key="heat"):
        note = f"Spearman of two amounts, Cramér’s V of two kinds, correlation ratio of both; on {found.rows_words}."
        chart(more_charts.association_map(found, palette), key="heat", title="Which columns go together", note=note)
    groups = collinear_groups(found.names, found.values)
    if groups:
        draw.banner(
            "; ".join(" and ".join(f"`{name}`" for name in group) for group in groups[:5])
            + ". Each group’s columns say nearly the same (mean association of 0.9 and more).",
            f"{len(groups):,} {'groups' if len(groups) > 1 else 'group'} of columns that go together.",
            "join_inner",
            "gray",
        )
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, key="pairs", height="stretch"):
        draw.card_head("Pairs, strongest first", f"The first {min(PAIRS, len(found.pairs)):,} of {len(found.pairs):,}.")
        st.dataframe(
            pd.DataFrame(
                {
                    "Column": [pair.first for pair in found.pairs[:PAIRS]],
                    "With": [pair.second for pair in found.pairs[:PAIRS]],
                    "Association": [pair.value for pair in found.pairs[:PAIRS]],
                    "Measure": [pair.measure for pair in found.pairs[:PAIRS]],
                }
            ),
            hide_index=True,
            height=330,
            column_config={
                "Column": st.column_config.TextColumn(width=80),
                "With": st.column_config.TextColumn(width=80),
                "Association": st.column_config.NumberColumn("Strength", format="%.2f", width=64),
                "Measure": st.column_config.TextColumn(width=110),
            },
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
        height=330,
        column_config={
            "Column": st.column_config.TextColumn(width=80),
            "Information": st.column_config.ProgressColumn(color="primary", width=100, **bar),
            "Signal": st.column_config.ProgressColumn(
                color="gray", width=112, help="How well the column alone ranks rows left out by the outcome.", **bar
            ),
        },
        alt="Columns by mutual information with the outcome, and their signal",
    )


def rows(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Draw the rows: the first ones, or those behind a finding."""
    offered = _offers(project, profile)
    chosen = st.selectbox("Show", list(offered), key="rows_shown", label_visibility="collapsed", width=460)
    selector = offered[chosen]
    if selector is None:
        draw.muted(f"The first {min(PREVIEW_ROWS, len(table))} of {len(table):,} rows, as they were read.")
        st.dataframe(table.head(PREVIEW_ROWS), height=440, alt="First rows of the table")
        return
    behind.listing(project, table, selector, key="view")


def _offers(project: Project, profile: Any) -> dict[str, Selector | None]:
    offered: dict[str, Selector | None] = {"The first rows": None}
    for finding in results.findings(project, "data"):
        selector = rows_of(finding, profile)
        if selector is not None:
            offered.setdefault(f"{finding.title.replace('`', '')} ({finding.code})", selector)
    near = Repeats(near=True)
    offered.setdefault(selector_words(near).capitalize(), near)
    return offered
