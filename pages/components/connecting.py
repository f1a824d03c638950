"""Connecting to a database: its fields, the password that only the session's memory holds, and what answered."""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy
import streamlit as st
from streamlit.errors import StreamlitAPIException

from core.data.sources.database import check_connection, schemas
from core.data.sources.database.address import ENCRYPTION, ENGINES, engine_of, make_address, read_address
from core.data.sources.database.local import files_in
from core.errors import FairwayError, InputError
from core.workspace.connections import connections, save_connection
from pages.components import draw, session

BY_ADDRESS = "By its address"
NEW = "A new one"
SECRETS = "database_secrets"
"""Key of the passwords of this session, by address; they live and die with it."""
HIDDEN = "••••••••"


@dataclass(frozen=True, eq=False)
class Connected:
    """A database that answered.

    Parameters
    ----------
    address, name : str
    title : str
        What answered, such as ``PostgreSQL 15.8``.
    schemas : tuple of str
    secret : str
    seen : dict
        Tables and columns that were looked at, so that no redraw asks for them again.
    """

    address: str
    name: str
    title: str
    schemas: tuple[str, ...]
    secret: str = field(default="", repr=False)
    seen: dict[Any, Any] = field(default_factory=dict)


def place_of(address: str) -> str:
    """Say in a few words where an address leads."""
    url = sqlalchemy.make_url(address)
    if engine_of(url).is_file:
        return url.database or ""
    place = f"{url.host or ''}{f':{url.port}' if url.port else ''}"
    return " ".join(part for part in (place, url.database and f"/ {url.database}", f"as {url.username}") if part)


def connect(key: str) -> Connected | None:
    """Draw the choice of a connection; returns what answered, in every run until the user changes it."""
    connected: Connected | None = st.session_state.get(f"{key}_connected")
    if connected is None:
        if _ask(key):
            _again()
        return None
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key=f"{key}_answered"):
        with st.container(width="stretch"):
            draw.html(
                f'<p class="fw-said"><b>{draw.text(connected.title)}</b> '
                f'<span class="fw-sub">{draw.text(place_of(connected.address))}</span></p>'
            )
        st.button("Change", key=f"{key}_change", type="tertiary", on_click=_let_go, args=(key,))
    return connected


def _again() -> None:
    """Draw anew without the fields: the dialog alone, where the form stands in one."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()


def _let_go(key: str) -> None:
    st.session_state.pop(f"{key}_connected", None)


def fields(key: str) -> tuple[str, str]:
    """Draw the fields of a new connection.

    Returns
    -------
    address : str
        Without a password; empty while something is missing.
    secret : str
    """
    titles = {engine: kind.title for engine, kind in ENGINES.items()} | {"": BY_ADDRESS}
    engine = st.selectbox("Kind of database", list(titles), key=f"{key}_engine", format_func=titles.__getitem__)
    if engine == "":
        text = st.text_input(
            "Address", key=f"{key}_url", placeholder="postgresql://reader@db.example.org:5432/sales", autocomplete="off"
        )
        address, secret = read_address(text) if text else ("", "")
        return address, password(key, address) or secret
    kind = ENGINES[engine]
    if kind.is_file:
        names = files_in(session.workspace().settings.local_files, engine)
        if not names:
            draw.muted("No such file is on this server. Whoever runs it can name a folder for them (FAIRWAY_FILES).")
            return "", ""
        return make_address(engine, database=st.selectbox("File", names, key=f"{key}_file_{engine}")), ""
    left, right = st.columns([3, 1])
    host = left.text_input("Host", key=f"{key}_host", placeholder="db.example.org")
    port = right.number_input("Port", 1, 65_535, kind.port, key=f"{key}_port_{engine}")
    left, right = st.columns(2)
    database = left.text_input("Database", key=f"{key}_database")
    user = right.text_input("User", key=f"{key}_user", autocomplete="off")
    encryption = st.session_state.get(f"{key}_encryption", "prefer")
    given = {"host": host, "port": int(port), "database": database, "user": user, "encryption": encryption}
    address = make_address(engine, **given) if host and user and (database or engine == "mysql") else ""
    left, right = st.columns(2)
    with left:
        secret = password(key, address)
    right.selectbox("Encrypted connection", list(ENCRYPTION), key=f"{key}_encryption", format_func=ENCRYPTION.get)
    return address, secret


def password(key: str, address: str) -> str:
    """Draw the field of a password; a dotted one stands where this session knows it."""
    kept = st.session_state.get(SECRETS, {}).get(address, "")
    typed = st.text_input(
        "Password",
        key=f"{key}_password",
        type="password",
        placeholder=HIDDEN if kept else "None",
        help="Goes to the database, is kept in this session's memory alone, and is never saved.",
        autocomplete="off",
    )
    return typed or kept


def _ask(key: str) -> Connected | None:
    saved = {one.id: one for one in connections(session.workspace())}
    chosen = NEW
    if saved:
        options = [*saved, NEW]
        chosen = st.selectbox(
            "Connection", options, key=f"{key}_saved", format_func=lambda one: saved[one].name if one in saved else one
        )
    name, keep = "", False
    try:
        if chosen in saved:
            address, name = saved[chosen].address, saved[chosen].name
            draw.muted(place_of(address))
            is_file = engine_of(sqlalchemy.make_url(address)).is_file
            secret = "" if is_file else password(f"{key}_{chosen}", address)
        else:
            address, secret = fields(key)
            keep = st.checkbox("Keep this connection, without its password", key=f"{key}_keep")
            name = st.text_input("Name", key=f"{key}_name", placeholder="Sales, read-only") if keep else ""
        if st.button("Connect", key=f"{key}_connect", icon=":material/link:"):
            return _open(key, address, secret, name, keep)
    except FairwayError as error:
        draw.banner(error.message, "Not connected.", "block", "red")
    return None


def allowed() -> dict[str, Any]:
    """Return what whoever runs Fairway lets databases reach."""
    settings = session.workspace().settings
    return {"files": settings.local_files, "private": settings.private_network}


def answer(address: str, secret: str) -> str:
    """Return what answers at an address; raises a ``FairwayError`` where nothing does."""
    if not address:
        raise InputError("Something is missing.", next_step="Fill in the host, the database and the user.")
    with st.spinner("Connecting …"):
        return check_connection(address, secret, **allowed())


def _open(key: str, address: str, secret: str, name: str, keep: bool) -> Connected:
    title = answer(address, secret)
    workspace = session.workspace()
    found = schemas(address, secret, **allowed())
    if keep:
        save_connection(workspace, name, address, now=session.now())
    remember(address, secret)
    connected = Connected(address, name, title, found, secret)
    st.session_state[f"{key}_connected"] = connected
    return connected


def remember(address: str, secret: str) -> None:
    """Hold a password in this session's memory."""
    if secret:
        st.session_state[SECRETS] = st.session_state.get(SECRETS, {}) | {address: secret}
