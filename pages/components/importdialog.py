"""The import dialog: what was detected about a file, a control for each sign, and the first rows following at once."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from core.data.options import DATE_ORDERS, ReadOptions
from core.data.preview import Preview, preview
from core.errors import FairwayError
from pages.components import draw

ENCODINGS = ("utf-8", "cp1252", "latin-1", "cp1250", "cp1251", "utf-16", "shift_jis", "gb18030")
DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar", " ": "Space", ":": "Colon", "": "None"}
QUOTES = {'"': "Double", "'": "Single"}
HEADERS = {True: "The first row", False: "There are none"}
DECIMALS = {".": "Point", ",": "Comma"}
THOUSANDS = {",": "Comma", ".": "Point", " ": "Space", "'": "Apostrophe"}
AS_DETECTED = "As detected"
ORDERS = {order: order.capitalize() for order in DATE_ORDERS}


def choose(path: Path, name: str, *, key: str) -> ReadOptions | None:
    """Draw what was detected about a file and its first rows.

    Parameters
    ----------
    path : Path
    name : str
        The user's name for the file.
    key : str
        Begins the keys of the fields.

    Returns
    -------
    ReadOptions or None
        How to read the file, in the run in which the user asked for it.
    """
    options = st.session_state.get(f"{key}_options", ReadOptions())
    try:
        shown = preview(path, options, name=name)
    except FairwayError as error:
        draw.banner(error.message, "Not read so.", "block", "red")
        shown = st.session_state.get(f"{key}_last")
        if shown is None:
            return None
        _signs(shown, options, key)
        return None
    st.session_state[f"{key}_last"] = shown
    _rows(shown)
    pressed = st.button("Read the table", type="primary", key=f"primary_{key}_read", icon=":material/table_rows:")
    _signs(shown, options, key)
    return options if pressed else None


def _rows(shown: Preview) -> None:
    rows, columns = shown.looked_at, len(shown.columns)
    count = f"{rows:,} rows" if shown.whole else f"The first {rows:,} rows were looked at"
    draw.muted(f"{shown.name}: {shown.words}. {count}, {columns:,} columns.")
    if len(shown.frame.columns):
        st.dataframe(shown.frame, height=248, hide_index=True, alt="The first rows as they would be read")
    for column in shown.columns:
        if column.unread:
            cells = f"{column.unread:,} cell{'s' if column.unread > 1 else ''}"
            told = ", ".join(f"“{example}”" for example in column.examples)
            draw.banner(f"`{column.name}`: {cells} would not parse as {column.unread_as}: {told}.", glyph="warning")
    if shown.warnings:
        with st.expander(f"What was guessed · {len(shown.warnings)}", type="compact", icon=":material/info:"):
            for warning in shown.warnings:
                draw.muted(warning.replace("`", ""))


def _signs(shown: Preview, options: ReadOptions, key: str) -> None:
    """Draw a control for each sign that means something for this format; a change is taken in the next run."""
    fields: dict[str, tuple[str, Mapping[Any, str]]] = {
        "member": ("Table in the archive", {one: one for one in shown.members}),
        "sheet": ("Sheet", {one: one for one in shown.sheets}),
        "records": ("Where the records are", {one: one or "At the top" for one in shown.places}),
        "encoding": ("Encoding", {one: one for one in ENCODINGS}),
        "delimiter": ("Delimiter", DELIMITERS),
        "quote": ("Quotation mark", QUOTES),
        "header": ("Names of the columns", HEADERS),
        "decimal": ("Decimal sign", DECIMALS),
        "thousands": ("Thousands sign", THOUSANDS),
        "date_order": ("Order of dates", ORDERS),
    }
    many = len(shown.sheets) > 1 or len(shown.members) > 1 or len(shown.places) > 1
    with st.expander("What was detected", expanded=many, key=f"{key}_signs"):
        columns = st.columns(3)
        drawn = [name for name in fields if name in shown.choices and fields[name][1]]
        for at, name in enumerate(drawn):
            label, words = fields[name]
            with columns[at % 3]:
                _choice(name, label, words, getattr(shown.found, name), getattr(options, name), key)
        columns = st.columns(3)
        if "skip_lines" in shown.choices:
            columns[0].number_input(
                "Lines to skip", 0, 10_000, options.skip_lines or shown.found.skip_lines or 0, key=f"{key}_skip_lines",
                on_change=_keep, args=(key, "skip_lines"),
            )  # fmt: skip
        if "missing" in shown.choices:
            columns[1].text_input(
                "Further words for missing", ", ".join(options.missing), key=f"{key}_missing",
                placeholder="?, -999", on_change=_keep, args=(key, "missing"),
            )  # fmt: skip
        if "keep_na_text" in shown.choices:
            columns[2].toggle(
                "NA is a value", options.keep_na_text, key=f"{key}_keep_na_text", on_change=_keep,
                args=(key, "keep_na_text"),
            )  # fmt: skip


def _choice(name: str, label: str, words: Mapping[Any, str], found: Any, chosen: Any, key: str) -> None:
    seen = words.get(found, str(found)) if found is not None else "none seen"
    choices = [None, *(one for one in words if one != "")]
    if chosen is not None and chosen not in choices:
        choices.append(chosen)
    st.selectbox(
        label,
        choices,
        index=choices.index(chosen),
        # The same words whatever was detected: a choice whose words change would be lost between two runs.
        format_func=lambda one: AS_DETECTED if one is None else words.get(one, str(one)),
        key=f"{key}_{name}",
        on_change=_keep,
        args=(key, name),
    )
    draw.muted(f"Detected: {seen}")


def _keep(key: str, name: str) -> None:
    value = st.session_state[f"{key}_{name}"]
    if name == "missing":
        value = tuple(word.strip() for word in value.split(",") if word.strip())
    options = st.session_state.get(f"{key}_options", ReadOptions())
    st.session_state[f"{key}_options"] = dataclasses.replace(options, **{name: value})


def forget(key: str) -> None:
    """Forget what was chosen for a file."""
    for name in [name for name in st.session_state if str(name).startswith(f"{key}_")]:
        del st.session_state[name]
