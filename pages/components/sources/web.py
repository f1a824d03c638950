"""What the forms of the web and of object storage share: the secret, the trial, and the words of a refusal."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from core.data.sources.look import looked_at
from core.data.sources.secrets import part_secret
from core.data.sources.source import Acquired, Origin, Reach
from core.errors import FairwayError, LimitError
from pages.components import draw, layout, session

CARRIERS = {"None": "none", "Bearer token": "bearer", "Header": "header", "Parameter": "parameter"}


def address(label: str, *, key: str, placeholder: str) -> tuple[str, str, str]:
    """Ask for a web address; returns it without its secret, and the name and value of that."""
    given = st.text_input(label, key=f"{key}_url", placeholder=placeholder)
    url, name, secret = part_secret(given)
    if name:
        draw.muted(f"The parameter {name} is a secret: it is sent, and not kept with the address.")
    return url.strip(), name, secret


def credentials(key: str, found: tuple[str, str] = ("", "")) -> tuple[dict[str, Any], str]:
    """Ask what proves who is calling.

    Parameters
    ----------
    key : str
    found : (str, str)
        Name and value of a secret that stood in the address.

    Returns
    -------
    fields : dict
        Of the origin: where the secret goes.
    secret : str
    """
    if found[0]:
        return {"secret_in": "parameter", "secret_name": found[0]}, found[1]
    carrier = CARRIERS[
        st.segmented_control(
            "Access", list(CARRIERS), default="None", required=True, key=f"{key}_access", help="It is kept nowhere."
        )
        or "None"
    ]
    if carrier == "none":
        return {}, ""
    if carrier == "bearer":
        secret = st.text_input("Token", key=f"{key}_secret", type="password")
        return {"secret_in": "header", "secret_name": "Authorization", "secret_prefix": "Bearer "}, secret.strip()
    left, right = st.columns(2)
    name = left.text_input("Its name", key=f"{key}_secret_name", placeholder="X-API-Key")
    secret = right.text_input("Its value", key=f"{key}_secret", type="password")
    return {"secret_in": carrier, "secret_name": name.strip()}, secret.strip()


@contextmanager
def trying(secret: str) -> Iterator[Reach]:
    """Give a reach for a trial; all it brings is gone afterwards."""
    settings = session.workspace().settings
    uploads = session.workspace().home / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    with st.spinner("Asking …"), tempfile.TemporaryDirectory(dir=uploads) as folder:
        yield Reach(Path(folder), secret=secret, private_network=settings.private_network, look=True)


def preview(origin: Origin, secret: str, acquire: Callable[[Any, Reach], Acquired]) -> None:
    """Bring the beginning of a table for a look at its first rows; nothing is kept."""
    try:
        with trying(secret) as reach:
            found = acquire(origin, reach)
            seen = looked_at(found)
    except LimitError as error:
        advice = "Read the table: that happens beside the app, and may take longer and more."
        draw.banner(f"{error.what} {advice}", "No preview.", "info", "gray")
        return
    rows, columns = len(seen.frame), seen.frame.shape[1]
    all_rows = found.whole and seen.whole
    count = f"{seen.looked_at:,} row{'' if seen.looked_at == 1 else 's'}" if all_rows else f"the first {rows:,} rows"
    draw.muted(f"{found.name}: {count}, {columns:,} column{'' if columns == 1 else 's'}. Nothing is kept yet.")
    st.dataframe(
        seen.frame, height=min(240, 37 + 35 * rows), hide_index=True, placeholder=layout.NO_VALUE, alt="First rows"
    )
    for warning in (*found.warnings, *seen.warnings):
        draw.html(f'<p class="fw-muted">{draw.marked(warning)}</p>')


def buttons(key: str, *, ready: bool) -> str:
    """Draw the two buttons of a form; returns ``"read"``, ``"preview"`` or nothing."""
    with st.container(horizontal=True, key=f"{key}_buttons"):
        read = st.button("Read the table", type="primary", key=f"primary_{key}_read", disabled=not ready)
        look = st.button("Preview", key=f"{key}_preview", icon=":material/visibility:", disabled=not ready)
    return "read" if read else "preview" if look else ""


def refuse(error: FairwayError, lead: str = "Not read.") -> None:
    """Say why nothing came."""
    draw.banner(error.message, lead, "block", "red")
