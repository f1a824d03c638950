"""The signs of a file in the import dialog: what was detected at a glance, and a control for each."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.data.options import DATE_ORDERS, ReadOptions
from core.data.preview import Preview
from pages.components import draw

ENCODINGS = ("utf-8", "cp1252", "latin-1", "cp1250", "cp1251", "utf-16", "utf-16-le", "shift_jis", "gb18030")
DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar", " ": "Space", ":": "Colon", "": "None"}
QUOTES = {'"': "Double", "'": "Single"}
HEADERS = {True: "The first row", False: "There are none"}
DECIMALS = {".": "Point", ",": "Comma"}
THOUSANDS = {",": "Comma", ".": "Point", " ": "Space", "'": "Apostrophe"}
AS_DETECTED = "As detected"
ORDERS = {order: order.capitalize() for order in DATE_ORDERS}


def chosen(key: str) -> ReadOptions:
    """Return what the user has changed so far for a file."""
    options: ReadOptions = st.session_state.get(f"{key}_options", ReadOptions())
    return options


def _field(key: str, name: str) -> str:
    return f"{key}_{st.session_state.get(f'{key}_round', 0)}_{name}"


def change(key: str, **changes: Any) -> None:
    """Take up what the user changed."""
    st.session_state[f"{key}_options"] = dataclasses.replace(chosen(key), **changes)


def glance(shown: Preview, options: ReadOptions) -> None:
    """Draw how the file is read as chips; what the user chose is violet."""
    found = shown.found
    words = {
        "member": found.member or "",
        "sheet": f"Sheet {found.sheet}" if found.sheet else "",
        "records": f"Records at {found.records}" if found.records else "",
        "encoding": f"Encoding {found.encoding}" if found.encoding else "",
        "delimiter": _named(DELIMITERS, found.delimiter, "{} between values") if found.delimiter else "",
        "header": "" if found.header is None else "Names in the first row" if found.header else "No row of names",
        "skip_lines": f"{found.skip_lines:,} lines skipped" if found.skip_lines else "",
        "decimal": _named(DECIMALS, found.decimal, "Decimal {}"),
        "thousands": _named(THOUSANDS, found.thousands, "Thousands by {}"),
        "date_order": (found.date_order or "").capitalize(),
        "missing": f"Missing: {', '.join(options.missing)}" if options.missing else "",
        "keep_na_text": "NA is a value" if options.keep_na_text else "",
    }
    default = ReadOptions()
    chips = [
        draw.chip(text, "gray" if getattr(options, name) == getattr(default, name) else "violet")
        for name, text in words.items()
        if text and name in shown.choices
    ]
    if chips:
        draw.html(f'<div class="fw-signs">{"".join(chips)}</div>')


def _named(words: Mapping[str, str], sign: str | None, sentence: str) -> str:
    if sign is None:
        return ""
    said = sentence.format(words.get(sign, sign).casefold())
    return said[:1].upper() + said[1:]


def controls(shown: Preview, options: ReadOptions, key: str) -> None:
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
    typed = [name for name in ("skip_lines", "missing", "keep_na_text") if name in shown.choices]
    drawn = [name for name in fields if name in shown.choices and fields[name][1]]
    many = len(shown.sheets) > 1 or len(shown.members) > 1 or len(shown.places) > 1
    with st.expander("What was detected", expanded=many, key=f"{key}_signs"):
        for start in range(0, len(drawn) + len(typed), 3):
            for place, name in zip(st.columns(3), [*drawn, *typed][start : start + 3], strict=False):
                with place:
                    if name in fields:
                        _choice(name, *fields[name], getattr(shown.found, name), getattr(options, name), key)
                    else:
                        _typed(name, shown, options, key)
        if options != ReadOptions():
            st.button("All as detected", key=f"{key}_reset", icon=":material/undo:", on_click=reset, args=(key,))


def _choice(name: str, label: str, words: Mapping[Any, str], found: Any, wanted: Any, key: str) -> None:
    seen = words.get(found, str(found)) if found is not None else "none seen"
    # A word of its own and not None, which would draw a cross to clear the choice.
    choices: list[Any] = [AS_DETECTED, *(one for one in words if one != "")]
    if wanted is not None and wanted not in choices:
        choices.append(wanted)
    st.selectbox(
        label,
        choices,
        index=0 if wanted is None else choices.index(wanted),
        # The same words whatever was detected: a choice whose words change would be lost between two runs.
        format_func=lambda one: words.get(one, str(one)),
        key=_field(key, name),
        on_change=_keep,
        args=(key, name),
    )
    lead = "Detected" if wanted is None else "Read as" if wanted == found else "Last read as"
    draw.muted(f"{lead}: {seen}")


def _typed(name: str, shown: Preview, options: ReadOptions, key: str) -> None:
    field, keep = _field(key, name), {"on_change": _keep, "args": (key, name)}
    if name == "skip_lines":
        lines = options.skip_lines or shown.found.skip_lines or 0
        st.number_input("Lines to skip", 0, 10_000, lines, key=field, **keep)  # type: ignore[arg-type]
    elif name == "missing":
        words = ", ".join(options.missing)
        st.text_input("Further words for missing", words, key=field, placeholder="?, -999", **keep)  # type: ignore[arg-type]
    else:
        st.space("small")
        st.toggle("NA is a value", options.keep_na_text, key=field, **keep)  # type: ignore[arg-type]


def _keep(key: str, name: str) -> None:
    value = st.session_state[_field(key, name)]
    if value == AS_DETECTED:
        value = None
    if name == "missing":
        value = tuple(word.strip() for word in value.split(",") if word.strip())
    change(key, **{name: value})


def also_missing(key: str, words: tuple[str, ...]) -> None:
    """Read these words as missing, too."""
    known = chosen(key).missing
    change(key, missing=(*known, *(word for word in words if word not in known)))
    st.session_state[_field(key, "missing")] = ", ".join(chosen(key).missing)


def reset(key: str) -> None:
    """Go back to what was detected."""
    st.session_state[f"{key}_options"] = ReadOptions()
    # New fields: the browser would send the old ones' values again.
    st.session_state[f"{key}_round"] = st.session_state.get(f"{key}_round", 0) + 1
