"""Rows and view switches, laid out alike on every screen."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

NO_VALUE = "missing"
"""What a table of rows shows, in grey, where there is no value."""


def row(key: str | None = None, *, align: str = "center") -> DeltaGenerator:
    """Return a row whose parts stand at its two ends and never wrap."""
    return st.container(
        horizontal=True,
        wrap=False,
        vertical_alignment=align,  # type: ignore[arg-type]
        horizontal_alignment="distribute",
        key=key,
    )


def table_height(rows: int, most: int) -> int | Literal["auto"]:
    """Return the height of a table: as much as its rows need, at most so many pixels."""
    return most if 40 + 35 * rows > most else "auto"


def switch(views: Sequence[str], *, key: str, first: str = "") -> str:
    """Draw a switch between views, the first or the one named open at the start; returns the one chosen."""
    opens = first if first in views else views[0]
    chosen = st.segmented_control(
        "View", list(views), default=opens, required=True, key=key, label_visibility="collapsed"
    )
    return chosen or opens
