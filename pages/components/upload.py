"""Uploads: from the browser to a file on disk in chunks, and out of the server's memory at once."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import streamlit as st

from core.data.formats import ENDINGS
from core.errors import DataError, LimitError
from core.limits import MB, UPLOAD_BYTES
from pages.components import draw, session, shelf

TABLE_TYPES = ENDINGS
CHUNK = 1024 * 1024


def refuse(lead: str, sentence: str, *, key: str, in_dialog: bool) -> None:
    """Say why a file was not taken, above a fresh uploader: a further file would be lost in the one just released."""
    st.session_state[f"{key}_refused"] = (lead, sentence)
    st.rerun(scope="fragment" if in_dialog else "app")


def uploader(label: str, *, key: str, types: tuple[str, ...] = TABLE_TYPES, limit: int = UPLOAD_BYTES) -> Any:
    """Draw an uploader whose file can be released; returns the uploaded file or ``None``."""
    refused = st.session_state.pop(f"{key}_refused", None)
    if refused is not None:
        draw.banner(refused[1], refused[0], "block", "red")
    turn = st.session_state.setdefault(f"{key}_turn", 0)
    return st.file_uploader(
        label, type=list(types), key=f"{key}_{turn}", max_upload_size=limit // MB, label_visibility="collapsed"
    )


def stage(uploaded: Any, *, key: str, limit: int = UPLOAD_BYTES) -> Path:
    """Write an uploaded file to disk and let go of the copy in memory.

    Parameters
    ----------
    uploaded : UploadedFile
    key : str
        The uploader's key.
    limit : int
        Largest size in bytes.

    Returns
    -------
    Path
        The caller's to remove.

    Raises
    ------
    LimitError, DataError
        The file is larger than allowed, or empty.
    """
    try:
        if uploaded.size > limit:
            raise LimitError(
                f"The file is {uploaded.size / MB:,.0f} MB; Fairway takes up to {limit // MB} MB.",
                next_step="Bring a part of it, or a Parquet file, which is smaller.",
            )
        if uploaded.size == 0:
            raise DataError("The file is empty.", next_step="Choose a file with a header and rows.")
        with tempfile.NamedTemporaryFile(dir=session.uploads(), suffix=".part", delete=False) as target:
            while chunk := uploaded.read(CHUNK):
                target.write(chunk)
        return Path(target.name)
    finally:
        _release(uploaded, key)
        shelf.give_back()


@contextmanager
def on_disk(uploaded: Any, *, key: str, limit: int = UPLOAD_BYTES) -> Iterator[Path]:
    """Give an uploaded file as a path that is gone afterwards; see :func:`stage`."""
    path = stage(uploaded, key=key, limit=limit)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        shelf.give_back()


def _release(uploaded: Any, key: str) -> None:
    """Take an upload out of the server's memory: a private call of Streamlit, kept in this one place."""
    st.session_state[f"{key}_turn"] = st.session_state.get(f"{key}_turn", 0) + 1
    with suppress(Exception):
        from streamlit.runtime import get_instance
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        context = get_script_run_ctx()
        if context is not None:
            get_instance()._uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=uploaded.file_id)
