"""The form of a file in the folder of this server: chosen by name, looked at, and read in a process of its own."""

from hashlib import sha256
from pathlib import PurePosixPath

import streamlit as st

from core.data.sources.folder import FolderOrigin, table_in, tables_in
from core.errors import FairwayError
from core.limits import FOLDER_FILES, MB
from pages.components import draw, importdialog, session
from pages.components.sources import web
from pages.components.sources.asked import Asked


def ask(key: str) -> Asked | None:
    """Draw the form; returns what to read, in the run in which the user asked for it.

    Parameters
    ----------
    key : str
        Begins the keys of its fields.
    """
    folder = session.workspace().settings.local_files
    found = tables_in(folder)
    if not found:
        sentence = "No file with a table lies in the folder of this server."
        if folder is None:
            sentence = "This server opens no files of its own. Whoever runs it can name a folder for them"
            sentence += " (FAIRWAY_FILES)."
        draw.muted(sentence)
        return None
    if len(found) == FOLDER_FILES:
        draw.muted(f"The first {FOLDER_FILES:,} files are shown.")
    name = st.selectbox("File", list(found), index=None, key=f"{key}_file", placeholder="Choose a file")
    if name is None:
        return None
    draw.muted(f"{PurePosixPath(name).name}: {_size(found[name])}. It is read where it lies, and stays there.")
    # Another file is another form: what was chosen for one says nothing about the next.
    form = f"{key}_import_{sha256(name.encode()).hexdigest()[:8]}"
    try:
        path = table_in(folder, name)
        options = importdialog.choose(path, path.name, key=form, instead=lambda: None)
    except FairwayError as error:
        web.refuse(error)
        return None
    if options is None:
        return None
    importdialog.forget(form)
    title = path.name.rsplit(".", 1)[0].replace("_", " ").strip()[:80] or "New project"
    return Asked(FolderOrigin(name=name, options=options.to_dict()), title)


def _size(count: int) -> str:
    if count < MB:
        return f"{max(1, round(1024 * count / MB)):,} KB"
    return f"{count / MB:,.1f} MB" if count < 1024 * MB else f"{count / MB / 1024:,.2f} GB"
