"""The frame around a chart: the figure, its text for those who cannot see it, and its table."""

from collections.abc import Callable

import streamlit as st

from core.charts.result import ChartResult
from pages.components import draw

CONFIG = {"displayModeBar": False, "scrollZoom": False, "displaylogo": False}


def chart(
    result: ChartResult,
    *,
    key: str,
    title: str = "",
    note: str = "",
    with_table: bool = True,
    on_select: Callable[[], None] | None = None,
) -> None:
    """Draw a chart.

    Parameters
    ----------
    result : ChartResult
    key : str
        Unique on the page.
    title, note : str
        Of the card; empty draws no head.
    with_table : bool
        Whether the figures can be opened as a table.
    on_select : callable, optional
        Called when a point is clicked; what was clicked stands in the session under ``plot_<key>``.
    """
    if title:
        with st.container(horizontal=True, wrap=False, vertical_alignment="top", key=f"head_{key}"):
            draw.card_head(title, note)
            if with_table:
                _table_button(result, key)
    st.plotly_chart(
        result.figure,
        key=f"plot_{key}",
        config=CONFIG,
        alt=result.alt,
        theme="streamlit",
        on_select=on_select or "ignore",
        selection_mode="points",
    )
    if not title and with_table:
        _table_button(result, key)


def _table_button(result: ChartResult, key: str) -> None:
    with st.popover("Table", type="tertiary", key=f"table_{key}", icon=":material/table:"):
        st.dataframe(result.table, hide_index=True, height=min(360, 38 + 35 * len(result.table)), alt=result.alt)
