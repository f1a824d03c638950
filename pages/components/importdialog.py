"""The import dialog: what was detected about a file, a control for each sign, and the first rows following at once."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import streamlit as st

from core.data.detect import look_at
from core.data.formats import BY_ENDING
from core.data.options import ReadOptions
from core.data.preview import Preview, preview
from core.errors import FairwayError
from pages.components import draw, importrows, importsigns


def choose(path: Path, name: str, *, key: str, instead: Callable[[], None]) -> ReadOptions | None:
    """Draw what was detected about a file and its first rows.

    Parameters
    ----------
    path : Path
    name : str
        The user's name for the file.
    key : str
        Begins the keys of the fields.
    instead : callable
        Draws what can be done instead of reading it, beside the button that reads it.

    Returns
    -------
    ReadOptions or None
        How to read the file, in the run in which the user asked for it.
    """
    options = importsigns.chosen(key)
    try:
        shown = _looked_at(path, name, options, key)
    except FairwayError as error:
        draw.banner(error.message, "Not read so.", "block", "red")
        instead()
        known = st.session_state.get(f"{key}_last") or _unseen(path, name, options)
        if known is not None:
            importsigns.controls(known, options, key)
        return None
    importrows.head(shown)
    importsigns.glance(shown, options)
    importrows.table(shown)
    importrows.unread(shown, key)
    importrows.guesses(shown)
    with st.container(horizontal=True, vertical_alignment="center", key="importbuttons"):
        pressed = st.button("Read the table", type="primary", key=f"primary_{key}_read", icon=":material/table_rows:")
        instead()
    importsigns.controls(shown, options, key)
    return options if pressed else None


def _looked_at(path: Path, name: str, options: ReadOptions, key: str) -> Preview:
    """Look at the file, once for each way to read it."""
    seen = st.session_state.get(f"{key}_seen")
    if seen is not None and seen[0] == (str(path), options):
        return seen[1]  # type: ignore[no-any-return]
    shown = preview(path, options, name=name)
    st.session_state[f"{key}_seen"] = ((str(path), options), shown)
    st.session_state[f"{key}_last"] = shown
    return shown


def _unseen(path: Path, name: str, options: ReadOptions) -> Preview | None:
    """Return an empty look at a text file that could not be read as detected, so that its signs can be chosen."""
    try:
        if look_at(path) != "text":
            return None
    except (FairwayError, OSError):
        return None
    text = BY_ENDING["csv"]
    return Preview(name, text.key, text.words, text.choices, options, pd.DataFrame(), (), 0, False)


def forget(key: str) -> None:
    """Forget what was chosen for a file."""
    for name in [name for name in st.session_state if str(name).startswith(f"{key}_")]:
        del st.session_state[name]
