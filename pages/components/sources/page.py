"""The form of a table of a web page: its tables are listed, and one is chosen."""

import streamlit as st

from core.data.sources.addresses import parse
from core.data.sources.web_page import HtmlOrigin, acquire, tables_of
from core.errors import FairwayError
from pages.components import draw
from pages.components.sources import web
from pages.components.sources.asked import Asked


def ask(key: str) -> Asked | None:
    """Draw the form; returns what to read, in the run in which the user asked for it.

    Parameters
    ----------
    key : str
        Begins the keys of its fields.
    """
    try:
        url, name, value = web.address("Address of the page", key=key, placeholder="https://example.org/statistics")
        fields, secret = web.credentials(key, (name, value))
        if st.button("List its tables", key=f"{key}_list", icon=":material/format_list_numbered:", disabled=not url):
            st.session_state.pop(f"{key}_tables", None)
            parse(url)
            with web.trying(secret) as reach:
                listed = [(table.words, table.head) for table in tables_of(HtmlOrigin(url=url, **fields), reach)]
            st.session_state[f"{key}_tables"] = (url, listed)
        seen, tables = st.session_state.get(f"{key}_tables", ("", []))
        if not tables or seen != url:
            draw.muted("Scripts of the page are not run, and nothing else of it is fetched.")
            return None
        chosen = st.selectbox(
            f"Its {len(tables):,} tables" if len(tables) > 1 else "Its table",
            range(len(tables)),
            format_func=lambda place: f"{place + 1}. {tables[place][0]}",
            key=f"{key}_table",
        )
        pressed = web.buttons(key, ready=True)
        if not pressed:
            return None
        origin = HtmlOrigin(url=url, position=chosen + 1, head=tables[chosen][1], **fields)
        if pressed == "read":
            return Asked(origin, origin.words(), secret)
        web.preview(origin, secret, acquire)
    except FairwayError as error:
        web.refuse(error)
    return None
