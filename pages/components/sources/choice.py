"""The choice between the sources other than a file, and the form of the one chosen."""

from importlib import import_module

import streamlit as st

from core.data.sources.registry import SOURCES
from pages.components import draw
from pages.components.sources.asked import Asked


def ask_any(key: str) -> Asked | None:
    """Draw the choice and the form.

    Parameters
    ----------
    key : str
        Begins the keys of the fields.

    Returns
    -------
    Asked or None
        What to read, in the run in which the user asked for it.
    """
    kinds = list(SOURCES)
    kind = st.segmented_control(
        "Where the table is",
        kinds,
        default=kinds[0],
        required=True,
        key=f"{key}_kind",
        format_func=lambda name: f":material/{SOURCES[name].icon}: {SOURCES[name].title}",
        label_visibility="collapsed",
    )
    chosen = SOURCES[kind or kinds[0]]
    draw.muted(chosen.sentence)
    asked: Asked | None = import_module(f"pages.components.sources.{chosen.key}").ask(f"{key}_{chosen.key}")
    return asked
