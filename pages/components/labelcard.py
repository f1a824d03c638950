"""One row as a card, with the outcomes as buttons that answer to keys."""

import time
from typing import Any

import pandas as pd
import streamlit as st

from core.data.labels import Reason
from pages.components import draw, labeldesk
from pages.components.labeldesk import Desk

KEYS = 9
"""Outcomes with a key of their own; the others stand in a list."""
LONG_TEXT = 60
"""A text longer than this gets the card's whole width."""
SHOWN_TEXT = 2_000
"""Characters shown of one cell."""
TOO_FAST = 0.3
"""Seconds in which nobody reads a row and types an amount."""


def card(desk: Desk, table: pd.DataFrame, row: int, why: str, reason: Reason, left: int) -> None:
    """Draw one row and take its label."""
    st.session_state["label_drawn"] = time.monotonic()
    with st.container(border=True, key="labelcard"):
        hidden = desk.project.frame.sensitive if st.session_state.get("label_hide") else ()
        beside = f"{left:,} in this queue" + (f", {len(hidden)} columns hidden" if hidden else "")
        if desk.places is not None and row < len(desk.places):
            beside = f"row {int(desk.places[row]) + 1:,} of the full table; {beside}"
        draw.heading(f"Row {row + 1:,}", beside)
        if why:
            glyph, tone = ("flag", "orange") if reason is Reason.SUSPECT else ("lightbulb", "violet")
            draw.banner(why, "", glyph, tone)
        shown = [name for name in table.columns if name != desk.asked.column and name not in hidden]
        record(table.iloc[row], shown)
        draw.said(f"{desk.asked.column}?")
        if desk.asked.amount:
            _amount(desk, row, reason)
        else:
            _outcomes(desk, row, reason)
        tools(desk, row)


def record(values: pd.Series, names: list[str]) -> None:
    """Draw the cells of one row, long texts over the whole width."""
    cells = []
    for name in names:
        text = _cell(values[name])
        wide = " fw-wide" if len(text) > LONG_TEXT else ""
        cells.append(f'<div class="fw-pair{wide}"><span>{draw.text(name)}</span><b>{draw.text(text)}</b></div>')
    draw.html(f'<div class="fw-record">{"".join(cells)}</div>')


def _cell(value: Any) -> str:
    if pd.isna(value):
        return "not known"
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M:%S}"
    text = str(value)
    return text if len(text) <= SHOWN_TEXT else f"{text[:SHOWN_TEXT]} …"


def _outcomes(desk: Desk, row: int, reason: Reason) -> None:
    now = desk.value(row)
    others = list(desk.asked.outcomes[KEYS:])
    with st.container(horizontal=True, key="labelbuttons", gap="small"):
        for place, outcome in enumerate(desk.asked.outcomes[:KEYS], start=1):
            words = draw.plain(outcome)
            if reason is Reason.SUSPECT:
                words = f"Confirm {words}" if outcome == now else f"Correct to {words}"
            # The row is part of the key: a press that was meant for the row before must not reach this one.
            st.button(
                words,
                key=f"label_{desk.target.brought[:8]}_{row}_{place}",
                shortcut=str(place),
                width="stretch" if len(desk.asked.outcomes) <= 4 else "content",
                on_click=labeldesk.give,
                args=(desk, row, outcome, reason),
            )
        if others:
            key = f"labelother_{desk.target.brought[:8]}_{row}"
            st.selectbox(
                "Another outcome",
                others,
                index=None,
                key=key,
                placeholder="Another outcome",
                label_visibility="collapsed",
                width=220,
                on_change=_other,
                args=(desk, row, reason, key),
            )


def _other(desk: Desk, row: int, reason: Reason, key: str) -> None:
    chosen = st.session_state.get(key)
    if chosen is not None:
        labeldesk.give(desk, row, chosen, reason)


def _amount(desk: Desk, row: int, reason: Reason) -> None:
    now = desk.value(row)
    with (
        st.form("labelamount", clear_on_submit=True, border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        # One key for all rows keeps the cursor where it is: an amount, Enter, the next amount.
        st.number_input(
            "Amount", value=None, key="label_number", label_visibility="collapsed", width=220, placeholder="An amount"
        )
        st.form_submit_button("Keep", on_click=_take_amount, args=(desk, row, reason))
        if reason is Reason.SUSPECT and now is not None:
            st.form_submit_button(
                f"Confirm {float(now):,.6g}",
                on_click=labeldesk.give,
                args=(desk, row, now, reason),
                key="label_confirm",
            )


def _take_amount(desk: Desk, row: int, reason: Reason) -> None:
    given = st.session_state.get("label_number")
    if time.monotonic() - st.session_state.get("label_drawn", 0.0) < TOO_FAST:
        st.session_state[labeldesk.REFUSED] = "That came before the next row could be read. Give it again, please."
        return
    labeldesk.give(desk, row, "" if given is None else given, reason)


def tools(desk: Desk, row: int | None) -> None:
    """Draw skip, undo and redo."""
    with st.container(horizontal=True, vertical_alignment="center", key="labeltools", gap="small"):
        if row is not None:
            st.button(
                "Skip",
                key=f"skip_{row}",
                type="tertiary",
                icon=":material/skip_next:",
                shortcut="S",
                on_click=_skip,
                args=(row,),
            )
        st.button(
            "Undo",
            key="undo_label",
            type="tertiary",
            icon=":material/undo:",
            shortcut="U",
            on_click=labeldesk.turn,
            args=(desk, True),
        )
        st.button(
            "Redo",
            key="redo_label",
            type="tertiary",
            icon=":material/redo:",
            shortcut="Y",
            on_click=labeldesk.turn,
            args=(desk, False),
        )
        if desk.log:
            last = desk.log[-1]
            draw.muted(f"Kept. The last one was by {last.who}.")


def _skip(row: int) -> None:
    skipped = st.session_state.setdefault("label_skipped", [])
    if row in skipped:
        skipped.remove(row)
    skipped.append(row)
