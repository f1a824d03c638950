"""A file from the browser: kept on disk while the import dialog is open, then read into a project."""

import time
from pathlib import Path

import streamlit as st

from core.errors import FairwayError
from core.project.document import Project
from pages.components import bring, draw, importdialog, session, upload

KEPT_SECONDS = 24 * 3600
"""A file that nobody has read for this long is removed."""


def ask(project: Project | None, *, key: str, in_dialog: bool) -> None:
    """Take a file, show what was detected, and read it when the user says so.

    Parameters
    ----------
    project : Project or None
        ``None`` makes a new one.
    key : str
        Begins the keys of the fields.
    in_dialog : bool
    """
    staged = st.session_state.get(f"{key}_staged")
    if staged is not None and not Path(staged[0]).is_file():
        staged = None
    if staged is None:
        _take(key, in_dialog)
        return
    path, name = Path(staged[0]), staged[1]

    def instead() -> None:
        if st.button("Choose another file", key=f"{key}_other", type="tertiary", icon=":material/undo:"):
            path.unlink(missing_ok=True)
            _forget(key)
            st.rerun(scope="fragment" if in_dialog else "app")

    options = importdialog.choose(path, name, key=f"{key}_import", instead=instead)
    if options is None:
        return
    title = name.rsplit(".", 1)[0].replace("_", " ").strip()[:80] or "New project"
    try:
        with st.spinner("Reading the table …"):
            # Forgotten first: what follows may open another screen and never come back here.
            st.session_state.pop(f"{key}_staged", None)
            bring.take(project, path, name=name, options=options, title=title)
    except FairwayError as error:
        st.session_state[f"{key}_staged"] = staged
        draw.banner(error.message, "Not read.", "block", "red")
        return
    _forget(key)
    st.rerun()


def _take(key: str, in_dialog: bool) -> None:
    if session.workspace().settings.local_files is not None:
        draw.muted("A larger file may lie on the server: choose a source instead, File on this server.")
    uploaded = upload.uploader("A table", key=f"{key}_upload")
    if uploaded is None:
        return
    _sweep()
    try:
        path = upload.stage(uploaded, key=f"{key}_upload")
    except FairwayError as error:
        upload.refuse("Not read.", error.message, key=f"{key}_upload", in_dialog=in_dialog)
        return
    importdialog.forget(f"{key}_import")
    st.session_state[f"{key}_staged"] = (str(path), uploaded.name)
    st.rerun(scope="fragment" if in_dialog else "app")


def _forget(key: str) -> None:
    st.session_state.pop(f"{key}_staged", None)
    importdialog.forget(f"{key}_import")


def _sweep() -> None:
    for path in session.uploads().glob("*.part"):
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)
