"""Form fields that show what the frame says and write back at once."""

from typing import Any

import streamlit as st

from core.framing.frame import Costs
from core.project.changes import change_frame
from pages.components import session


def seed(field: str, value: Any, prefix: str = "frame") -> str:
    """Let a widget show the project's value; returns the widget's key."""
    key = f"{prefix}_{field}"
    st.session_state[key] = value
    return key


def write(field: str) -> None:
    """Write a field's new value into the frame."""
    value = st.session_state[f"frame_{field}"]
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, str):
        value = value.strip()
    table = session.table_or_none(session.current())
    session.change(lambda seen: change_frame(seen, table, now=session.now(), **{field: value}))


def write_cost(field: str) -> None:
    """Write one of the costs into the frame."""
    value = st.session_state[f"cost_{field}"]
    table = session.table_or_none(session.current())

    def edit(seen: Any) -> Any:
        costs = Costs.model_validate(seen.frame.costs.model_dump() | {field: value})
        return change_frame(seen, table, now=session.now(), costs=costs.model_dump())

    session.change(edit)


def text(label: str, field: str, *, placeholder: str = "", help_text: str | None = None, area: bool = False) -> None:
    """Draw a text answer."""
    key = seed(field, getattr(session.current().frame, field) or "")
    draw = st.text_area if area else st.text_input
    draw(label, key=key, placeholder=placeholder, help=help_text, on_change=write, args=(field,))


def columns(label: str, field: str, options: list[str], *, help_text: str | None = None) -> None:
    """Draw a choice of columns."""
    chosen = [name for name in getattr(session.current().frame, field) if name in options]
    key = seed(field, chosen)
    st.multiselect(label, options, key=key, help=help_text, on_change=write, args=(field,), placeholder="No column")
