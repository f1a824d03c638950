"""Empty, locked, failed and faulty: what a screen shows when it cannot show its work."""

import logging
import secrets

import streamlit as st

from core.errors import FairwayError
from pages.components import draw, session

logger = logging.getLogger("fairway.screens")


def notice(
    title: str, sentence: str, *, glyph: str, tone: str = "violet", key: str = "notice"
) -> st.delta_generator.DeltaGenerator:
    """Draw a centred card with a glyph, a title and one sentence; returns the place for its button."""
    with st.container(border=True, key=f"card_{key}"):
        draw.html(
            f'<div class="fw-empty"><div class="fw-tile fw-tone-{tone}">{draw.icon(glyph)}</div>'
            f'<div class="fw-cardtitle">{draw.text(title)}</div><p>{draw.text(sentence)}</p></div>'
        )
        return st.container(horizontal=True, horizontal_alignment="center", key=f"foot_{key}")


def locked(title: str, sentence: str, stage: str) -> None:
    """Say why a step is not open yet, with the way to where it opens."""
    place = notice(title, sentence, glyph="lock", key="locked")
    if place.button(f"Go to {stage.capitalize()}", key="goto_locked"):
        session.go(stage)


def not_found(sentence: str, title: str = "Not found") -> None:
    """Say that a project is not here, or cannot be opened."""
    st.title(title, anchor=False)
    place = notice("This project cannot be opened", sentence, glyph="search_off", tone="orange", key="missing")
    if place.button("All projects", key="goto_home"):
        st.switch_page("home.py", query_params={})


def fault(error: BaseException) -> str:
    """Show a fault of ours in plain words and put its traceback into the log; returns its number."""
    number = f"E-{secrets.token_hex(2).upper()}"
    logger.error("fault %s", number, exc_info=error)
    project = st.session_state.get("open_project")
    saved = ""
    if project is not None:
        saved = f" Your project is safe: the last change was saved at {session.local(project.changed):%H:%M}."
    place = notice(
        "This page could not be drawn",
        f"The fault is ours, and is logged as {number}.{saved}",
        glyph="sentiment_dissatisfied",
        tone="red",
        key="fault",
    )
    place.button("Try again", key="retry_fault")
    return number


def refused(error: FairwayError) -> None:
    """Show what could not be done, in the error's own plain words."""
    place = notice("This could not be shown", error.message, glyph="block", tone="orange", key="refused")
    place.button("Try again", key="retry_refused")


def outdated() -> None:
    """Say that the results on this screen belong to an earlier state of the project."""
    place = notice(
        "Out of date",
        "Data, frame, recipe or split changed after the last training. There is no score for the project as it is now.",
        glyph="history",
        tone="orange",
        key="outdated",
    )
    if place.button("Go to Train", key="goto_train"):
        session.go("train")
