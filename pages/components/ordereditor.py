"""The editor of an order: the values of a column with a position each, from the lowest to the highest."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import FairwayError
from core.limits import ORDERED_VALUES
from core.prepare.ordering import Order, moved_to, propose_order
from core.project.document import Project
from pages.components import draw, results

TALL = 360
ROW = 36
KEPT = "order_"


def forget() -> None:
    """Forget what was moved in a form that was left."""
    for key in [key for key in st.session_state if str(key).startswith(KEPT)]:
        del st.session_state[key]


def orders(
    project: Project, at: int, columns: Sequence[str], given: Mapping[str, Sequence[Any]], key: str
) -> dict[str, list[str]]:
    """Draw an editor for each column; returns the order of each that has one.

    Parameters
    ----------
    project : Project
    at : int
        How many steps of the recipe come before the one that is edited.
    columns : sequence of str
        The columns the step names.
    given : mapping of str to sequence of str
        The orders the step has.
    key : str
        Of the widgets.
    """
    if not columns:
        draw.muted("Choose columns above to give their values an order; others are numbered alphabetically.")
        return {}
    said = {}
    for column in columns:
        number = project.table_schema.names.index(column) if project.table_schema else 0
        order = _order(project, at, column, [str(value) for value in given.get(column, ())], f"{KEPT}{key}_{number}")
        if order:
            said[column] = order
    return said


def _order(project: Project, at: int, column: str, given: list[str], key: str) -> list[str]:
    try:
        counts = results.values_reaching(project, at, column)
    except FairwayError as fault:
        draw.muted(f"{column}: {fault.message}")
        return given
    values = list(dict.fromkeys([*given, *counts]))
    if not values or len(values) > ORDERED_VALUES:
        many = f"has {len(values):,} values; an order by hand takes up to {ORDERED_VALUES:,}"
        draw.muted(f"{column} {many if values else 'is no category here: an earlier step has turned it into numbers'}.")
        return given
    proposed = propose_order(list(counts))
    if key not in st.session_state:
        st.session_state[key] = tuple(given or proposed.values)
    order: tuple[str, ...] = st.session_state[key]
    with st.container(gap="small", key=f"{key}_box"):
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch", gap=None):
                draw.html(f'<div class="fw-cardtitle">Order of {draw.text(column)}</div>')
                draw.muted(_words(order, proposed, values))
            st.button("Turn round", key=f"{key}_turn", type="tertiary", on_click=_put, args=(key, order[::-1]))
            if order != proposed.values:
                st.button("Propose", key=f"{key}_propose", type="tertiary", on_click=_put, args=(key, proposed.values))
        _table(key, column, order, values, counts)
    return list(order)


def _words(order: tuple[str, ...], proposed: Order, values: Sequence[str]) -> str:
    left = len(values) - len(order)
    said = proposed.reason if order == proposed.values else "In your order."
    said += " Write another position to move a value."
    if left:
        said += " One value without a position counts as missing." if left == 1 else ""
        said += f" {left:,} values without a position count as missing." if left > 1 else ""
    return said


def _table(key: str, column: str, order: tuple[str, ...], values: Sequence[str], counts: Mapping[str, int]) -> None:
    shown = (*order, *(value for value in values if value not in order))
    # The table is drawn anew after each move: what was typed into the one before is taken up in the order.
    table = f"{key}_table_{st.session_state.get(f'{key}_moves', 0)}"
    st.data_editor(
        pd.DataFrame(
            {
                "Position": pd.array([*range(1, len(order) + 1), *[None] * (len(shown) - len(order))], dtype="Int64"),
                "Value": shown,
                "Training rows": [counts.get(value, 0) for value in shown],
            }
        ),
        key=table,
        hide_index=True,
        row_height=ROW,
        height=min(TALL, 2 + ROW * (len(shown) + 1)),
        disabled=["Value", "Training rows"],
        column_config={
            "Position": st.column_config.NumberColumn(min_value=1, max_value=len(shown), step=1, width=96),
            "Value": st.column_config.TextColumn(width=206),
            "Training rows": st.column_config.NumberColumn(format="localized", width=110),
        },
        on_change=_moved,
        args=(key, table, shown),
        placeholder="none",
        alt=f"Values of {column} with their positions, lowest first",
    )


def _put(key: str, order: tuple[str, ...]) -> None:
    st.session_state[key] = order
    st.session_state[f"{key}_moves"] = st.session_state.get(f"{key}_moves", 0) + 1


def _moved(key: str, table: str, shown: Sequence[str]) -> None:
    order = st.session_state[key]
    for row, cells in st.session_state[table]["edited_rows"].items():
        if "Position" in cells:
            place = cells["Position"]
            order = moved_to(order, shown[int(row)], None if place is None else int(place))
    _put(key, order)
