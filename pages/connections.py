"""Connections: the databases tables are read from, kept without their passwords."""

import sqlalchemy
import streamlit as st

from core.data.sources.database.address import engine_of
from core.errors import FairwayError
from core.workspace.connections import (
    SavedConnection,
    connections,
    delete_connection,
    rename_connection,
    save_connection,
)
from pages.components import connecting, draw, layout, session, states


@st.dialog("New connection")
def new() -> None:
    """Ask for a database, see whether it answers, and keep its address."""
    try:
        name = st.text_input("Name", key="connection_name", placeholder="Sales, read-only")
        address, secret = connecting.fields("connection")
        if not st.button("Test and keep", key="primary_keep", type="primary", icon=":material/link:"):
            return
        connecting.answer(address, secret)
        save_connection(session.workspace(), name, address, now=session.now())
    except FairwayError as error:
        draw.banner(error.message, "Not kept.", "block", "red")
        return
    connecting.remember(address, secret)
    session.flash("Kept, without its password")
    st.rerun()


@st.dialog("Rename connection")
def rename(one: SavedConnection) -> None:
    """Ask for another name."""
    name = st.text_input("Name", value=one.name, key="connection_rename")
    if st.button("Rename", key="primary_rename_connection", type="primary"):
        try:
            rename_connection(session.workspace(), one.id, name)
        except FairwayError as error:
            draw.banner(error.message, "Not renamed.", "block", "red")
            return
        st.rerun()


@st.dialog("Delete connection")
def delete(one: SavedConnection) -> None:
    """Ask before a connection goes."""
    draw.said(f"“{one.name}” is forgotten. Tables that came by it stay, and can no longer be refreshed by its name.")
    if st.button("Delete", key="primary_delete_connection", type="primary"):
        delete_connection(session.workspace(), one.id)
        st.rerun()


@st.dialog("Test connection")
def test(one: SavedConnection) -> None:
    """Say what answers at an address."""
    draw.muted(connecting.place_of(one.address))
    is_file = engine_of(sqlalchemy.make_url(one.address)).is_file
    secret = "" if is_file else connecting.password(f"test_{one.id}", one.address)
    if not st.button("Test", key="primary_test_connection", type="primary"):
        return
    try:
        title = connecting.answer(one.address, secret)
    except FairwayError as error:
        draw.banner(error.message, "No answer.", "block", "red")
        return
    connecting.remember(one.address, secret)
    draw.banner(f"{title} answers.", "It works.", "check_circle", "green")


def row(one: SavedConnection) -> None:
    """Draw one connection."""
    kind = engine_of(sqlalchemy.make_url(one.address)).title
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key=f"row_connection_{one.id}"):
        with st.container(width="stretch"):
            draw.html(
                f'<div class="fw-grid" style="grid-template-columns:minmax(0,1fr) 150px"><div><b>{draw.text(one.name)}'
                f'</b><div class="fw-sub">{draw.text(connecting.place_of(one.address))}</div></div>'
                f"<div>{draw.chip(kind)}</div></div>"
            )
        if st.button("Test", key=f"test_{one.id}"):
            test(one)
        picked = st.menu_button("More", ["Rename", "Delete"], key=f"more_{one.id}", type="tertiary")
    if picked == "Rename":
        rename(one)
    elif picked == "Delete":
        delete(one)


told = st.session_state.pop("flash", None)
if told:
    st.toast(told[0], icon=told[1])
with layout.row("connectionstop", align="bottom"):
    with st.container(gap=None, key="titles"):
        st.title("Connections", anchor=False)
        st.markdown(":gray[Databases you read tables from, without their passwords.]")
    with st.container(width="content", key="primary_new"):
        if st.button("New connection", type="primary", icon=":material/add:", key="primary_newconnection"):
            new()
kept = connections(session.workspace())
if kept:
    with st.container(border=True, gap=None, key="list_connections"):
        for one in kept:
            row(one)
    draw.muted("Passwords are never kept. Use a connection under Projects, From another place.")
else:
    place = states.notice(
        "No connection yet",
        "Keep the address of a database once, and read tables from it in any project. Its password is never kept.",
        glyph="database",
        key="noconnection",
    )
    if place.button("New connection", key="first_connection"):
        new()
