"""The rows behind a number: a button that asks for them, and the drawer that shows them."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.data.knowing.behind import Bar, Selector, rows_behind, selector_words
from core.limits import BEHIND_ROWS
from core.project.document import Project
from pages.components import draw, layout

ASKED = "rows_behind"


def ask(selector: Selector) -> None:
    """Ask for the rows a selector counts; the drawer opens in this run."""
    st.session_state[ASKED] = selector


def buttons(offers: Sequence[tuple[str, Selector]], key: str) -> None:
    """Draw numbers that open the rows behind them; those without a row are left out by the caller."""
    if not offers:
        return
    with st.container(horizontal=True, gap="small", key=f"offers_{key}"):
        for index, (label, selector) in enumerate(offers):
            st.button(
                draw.plain(label),
                key=f"{key}_{index}",
                icon=":material/table_rows:",
                on_click=ask,
                args=(selector,),
                type="tertiary",
            )


def ask_bar(key: str, column: str) -> None:
    """Ask for the rows of the bar that was clicked in a chart."""
    points = st.session_state[key].selection.points
    if points:
        ask(Bar(column, int(points[0]["point_index"])))


def ask_point(key: str, find: Callable[[int, int], Selector | None]) -> None:
    """Ask for the rows of the cell or bar that was clicked, found from its place across and up."""
    points = st.session_state[key].selection.points
    if points:
        selector = find(round(points[0]["x"]), round(points[0]["y"]))
        if selector is not None:
            ask(selector)


def ask_line(key: str, selectors: Sequence[Selector]) -> None:
    """Ask for the rows of the line that was chosen in a table."""
    chosen = st.session_state[key].selection
    # Where cells are chosen, and not lines by a box before each, the line is the cell's.
    lines = [*chosen.get("rows", ()), *(row for row, _ in chosen.get("cells", ()))]
    if lines and lines[0] < len(selectors):
        ask(selectors[lines[0]])


def show_if_asked(project: Project, table: pd.DataFrame) -> None:
    """Open the drawer where a number was clicked in this run."""
    selector = st.session_state.pop(ASKED, None)
    if selector is not None:
        _drawer(project, table, selector)


@st.dialog("Rows behind the number", width="large", icon=":material/table_rows:")
def _drawer(project: Project, table: pd.DataFrame, selector: Any) -> None:
    listing(project, table, selector, key="drawer")


def listing(project: Project, table: pd.DataFrame, selector: Selector, *, key: str) -> None:
    """Draw the rows a selector counts."""
    assert project.table_schema is not None
    positions = rows_behind(table, project.table_schema, selector, project.frame)
    words = selector_words(selector)
    cut = f"; the first {BEHIND_ROWS:,} are shown" if len(positions) > BEHIND_ROWS else ""
    share = f" ({100 * len(positions) / len(table):.1f}%)" if len(table) else ""
    draw.html(
        f'<p class="fw-said">{draw.marked(words[:1].upper() + words[1:])}: {len(positions):,} of {len(table):,} '
        f"{draw.text(project.frame.rows_are)}{share}{cut}.</p>"
    )
    ref = project.data
    if ref is not None and ref.whole is not None:
        # What is counted here is counted on the sample, not on the file.
        sample = f"Of the working sample alone: {ref.whole.words(ref.rows)}."
        draw.html(f'<p class="fw-muted">{draw.marked(sample)}</p>')
    if not len(positions):
        draw.muted("No row.")
        return
    held = table.iloc[positions[:BEHIND_ROWS]]
    named = [name for name in _columns(selector) if name in held.columns]
    held = held[[*named, *(name for name in held.columns if name not in named)]]
    held.index = pd.Index(positions[:BEHIND_ROWS] + 1, name="Row")
    st.dataframe(
        held,
        height=layout.table_height(len(held), 440),
        placeholder=layout.NO_VALUE,
        key=f"behind_{key}",
        alt=f"{len(positions):,} rows",
    )


def _columns(selector: Any) -> list[str]:
    if hasattr(selector, "parts"):
        return [name for part in selector.parts for name in _columns(part)]
    if hasattr(selector, "members"):
        return [column for column, _ in selector.members]
    return list(getattr(selector, "columns", (selector.column,) if hasattr(selector, "column") else ()))
