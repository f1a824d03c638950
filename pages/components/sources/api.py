"""The form of a JSON API: where its records are, and how the following page is found."""

from typing import Any

import streamlit as st

from core.data.sources.addresses import parse
from core.data.sources.api import ApiOrigin, acquire
from core.errors import FairwayError, InputError
from core.limits import API_PAGES, API_ROWS, PREVIEW_ROWS
from pages.components import draw
from pages.components.sources import web
from pages.components.sources.asked import Asked

PAGING = {"One page": "none", "Page number": "page", "Cursor": "cursor", "Link header": "link"}


def ask(key: str) -> Asked | None:
    """Draw the form; returns what to read, in the run in which the user asked for it.

    Parameters
    ----------
    key : str
        Begins the keys of its fields.
    """
    try:
        url, name, value = web.address("Address", key=key, placeholder="https://api.example.org/v1/orders?limit=100")
        records = st.text_input(
            "Path to the records",
            key=f"{key}_records",
            placeholder="Found by itself where there is one list",
            help="Steps with points between them, such as data.items.",
        )
        fields, secret = web.credentials(key, (name, value))
        fields |= _paging(key) | _more(key)
        pressed = web.buttons(key, ready=bool(url))
        if not pressed:
            return None
        parse(url)
        origin = ApiOrigin(url=url, records=records.strip(), **fields, headers=_headers(key))
        if pressed == "read":
            return Asked(origin, origin.words(), secret)
        web.preview(origin.model_copy(update={"pages": 1, "rows": PREVIEW_ROWS}), secret, acquire)
    except FairwayError as error:
        web.refuse(error)
    return None


def _paging(key: str) -> dict[str, Any]:
    chosen = st.segmented_control(
        "The following page is found by", list(PAGING), default="One page", required=True, key=f"{key}_paging"
    )
    paging = PAGING[chosen or "One page"]
    if paging == "page":
        first, second, third = st.columns(3)
        return {
            "paging": paging,
            "page_parameter": first.text_input("Parameter", "page", key=f"{key}_page").strip(),
            "page_start": int(second.number_input("First value", 0, None, 1, key=f"{key}_start")),
            "page_step": int(
                third.number_input(
                    "Step", 1, None, 1, key=f"{key}_step", help="1 for a page's number; a page's size for an offset."
                )
            ),
        }
    if paging == "cursor":
        left, right = st.columns(2)
        return {
            "paging": paging,
            "cursor_path": left.text_input("Path to it in the answer", "next", key=f"{key}_cursor").strip(),
            "cursor_parameter": right.text_input(
                "Parameter it goes into", key=f"{key}_after", placeholder="None: it is a whole address"
            ).strip(),
        }
    return {"paging": paging}


def _more(key: str) -> dict[str, Any]:
    with st.expander("Headers and limits", key=f"{key}_more"):
        st.text_area(
            "Headers", key=f"{key}_headers", height=80, placeholder="X-Team: blue", help="One a line, without secrets."
        )
        left, right = st.columns(2)
        pages = left.number_input("At most so many pages", 1, API_PAGES, API_PAGES, key=f"{key}_pages")
        rows = right.number_input("At most so many records", 1, API_ROWS, 100_000, key=f"{key}_rows")
        draw.muted("A server that asks to be called less often is waited for.")
    return {"pages": int(pages), "rows": int(rows)}


def _headers(key: str) -> tuple[tuple[str, str], ...]:
    found = []
    for line in (st.session_state.get(f"{key}_headers") or "").splitlines():
        name, colon, value = line.partition(":")
        if line.strip() and not colon:
            raise InputError("A header has no colon.", next_step="Write each as a name, a colon and a value.")
        if line.strip():
            found.append((name.strip(), value.strip()))
    return tuple(found)
