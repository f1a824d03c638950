"""What a refresh reads again: the table's source, and those of the tables that were joined to it."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.data.options import ReadOptions
from core.data.sources.registry import SOURCES
from core.data.sources.source import Origin
from core.errors import FairwayError
from core.project.document import DataRef, Joined, Project
from core.project.fingerprint import digest
from core.workspace.joining import Again
from pages.components import connecting, draw, layout, reading, session, upload

KIND = "refresh"


@dataclass(frozen=True, eq=False)
class Wanted:
    """One table a refresh may read again.

    Parameters
    ----------
    place : int
        Among the joined ones; −1 is the first.
    name : str
    origin : Origin or None
        ``None`` for a file, which is brought anew.
    options : ReadOptions
        How the file was read.
    """

    place: int
    name: str
    origin: Origin | None
    options: ReadOptions


def can_refresh(ref: DataRef) -> bool:
    """Whether there is anything to read again; a guided sample never changes."""
    return bool(_wanted(ref))


def _wanted(ref: DataRef) -> list[Wanted]:
    tables: list[DataRef | Joined] = [ref.base or ref, *ref.joined]
    return [
        Wanted(place, one.name, _origin(one), ReadOptions.from_dict(one.origin.get("options") or {}))
        for place, one in enumerate(tables, start=reading.FIRST)
        if not one.source.startswith("sample:")
    ]


def _origin(one: DataRef | Joined) -> Origin | None:
    if one.source not in SOURCES:
        return None
    try:
        return SOURCES[one.source].origin.model_validate(one.origin)
    except ValueError:
        # Kept by another version; a file can still be brought in its place.
        return None


def ask(project: Project) -> None:
    """Ask for what a refresh needs: newer files, and passwords where a source wants one."""
    assert project.data is not None
    wanted = _wanted(project.data)
    if len(wanted) == 1 and wanted[0].origin is None and not project.data.joined:
        draw.said(f"Bring the newer file of {wanted[0].name}; it is read by the same options.")
        reading.ask_file(project, KIND, options=wanted[0].options)
        return
    files: dict[int, Any] = {}
    secrets: dict[int, str] = {}
    for one in wanted:
        if one.origin is None:
            files[one.place] = _file(one)
        else:
            secrets[one.place] = _source(one, one.origin)
    asked = [one for one in wanted if one.origin is not None or files[one.place] is not None]
    if st.button(
        "Read it again" if len(wanted) == 1 else "Read them again",
        key="primary_refresh",
        type="primary",
        icon=":material/refresh:",
        disabled=not asked,
    ):
        _begin(project, asked, files, secrets)


def _file(one: Wanted) -> Any:
    draw.said(f"{one.name}: bring the newer file, which is read by the same options, or none to keep it as it is.")
    return upload.uploader(f"The newer file of {draw.plain(one.name)}", key=f"refresh_file_{one.place}")


def _source(one: Wanted, origin: Origin) -> str:
    draw.said(f"{origin.words()}. It is read as it was the first time.")
    if not origin.needs_secret:
        return ""
    address = getattr(origin, "url", "")
    kept: str = st.session_state.get(connecting.SECRETS, {}).get(address, "")
    typed = st.text_input(
        "Password" if origin.kind in ("database", "sensor") else "Password or token",
        key=f"refresh_secret_{one.place}",
        type="password",
        placeholder=connecting.HIDDEN if kept else "None",
        help="Goes to the source alone, and is never saved.",
        autocomplete="off",
    )
    return typed or kept


def _begin(project: Project, asked: list[Wanted], files: dict[int, Any], secrets: dict[int, str]) -> None:
    parts, uploads = [], []
    try:
        for one in asked:
            if one.origin is not None:
                parts.append(
                    reading.fetched(project, one.origin, one.name, KIND, secrets[one.place], one.place),
                )
                continue
            path = upload.stage(files[one.place], key=f"refresh_file_{one.place}")
            uploads.append(path)
            options = {"options": one.options.to_dict()}
            parts.append(reading.staged(project, path.name, files[one.place].name, options, KIND, one.place))
        given = {place: secret for place, secret in secrets.items() if secret}
        reading.submit(project, KIND, parts, digest(parts), given)
    except FairwayError as error:
        for path in uploads:
            path.unlink(missing_ok=True)
        draw.banner(error.message, "Not begun.", "block", "red")
        return
    st.session_state.pop("refreshing", None)
    st.rerun()


def head() -> None:
    """Draw the card's title, and the way out."""
    with layout.row("refreshhead"):
        with st.container(width="stretch"):
            draw.card_head("Refresh the table", "Nothing changes until you have seen what is different.")
        if st.button("Close", key="close_refresh", type="tertiary"):
            st.session_state.pop("refreshing", None)
            st.rerun()


def again_words(project: Project, again: Again) -> list[str]:
    """Say of each joined table whether it was read again."""
    assert project.data is not None
    said = []
    for place, second in enumerate(project.data.joined):
        newer = again.seconds.get(place)
        if newer is None:
            brought = f"{session.local(second.brought):%d %B %Y}"
            said.append(f"Joined again with {second.name} as it was brought on {brought}.")
        else:
            more = newer.ref.rows - second.rows
            how = "as many as" if more == 0 else f"{abs(more):,} {'more' if more > 0 else 'fewer'} than"
            said.append(
                f"{second.name} was read again: {newer.ref.rows:,} rows, {how} before; joined by the same keys."
            )
    return said
