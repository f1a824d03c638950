"""Projects: every project as a card, and the ways to begin a new one."""

import streamlit as st

from core.limits import MB, UPLOAD_BYTES
from pages.components import draw, layout, projects, session, starts

rows = session.workspace().list()

with layout.row("hometop", align="bottom"):
    with st.container(gap=None, key="titles"):
        st.title("Projects", anchor=False)
        st.markdown(":gray[Each project is one question, answered from one table, with every decision kept.]")
    with st.container(width="content", key="primary_new"):
        if st.button("New project", type="primary", icon=":material/add:", key="primary_newproject"):
            starts.new_project()

told = st.session_state.pop("flash", None)
if told:
    st.toast(told[0], icon=told[1])
projects.undo_banner()

if rows:
    with st.grid(3, min_column_width=290, key="projectcards"):
        for row in rows:
            projects.card(row)
    st.space("medium")

with st.container(gap="small", key="startnew"):
    draw.heading("Start something new")
    with st.grid(4, min_column_width=230, key="startcards"):
        starts.card(
            "From a file",
            f"CSV, Excel, Parquet, JSON, Stata, SPSS and more, up to {UPLOAD_BYTES // MB} MB. It stays on this server.",
            glyph="upload_file",
            label="Choose a file",
            action=starts.from_file,
        )
        starts.card(
            "From another place",
            "A database, the web, object storage, or sensors that send messages. Only read, never written.",
            glyph="cloud_download",
            label="Choose a source",
            action=starts.from_elsewhere,
        )
        starts.card(
            "From a question",
            "Six common cases with the right questions already asked. Bring the table afterwards.",
            glyph="forum",
            label="Choose a case",
            action=starts.from_template,
        )
        starts.card(
            "From a saved project",
            "A .fairway file made by “Export project”. Opens as a copy.",
            glyph="inventory_2",
            label="Import",
            action=starts.from_archive,
        )

st.space("medium")
starts.samples()
