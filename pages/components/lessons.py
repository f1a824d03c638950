"""Lessons and terms, as they are written down in the assets."""

from pathlib import Path
from typing import Any

import streamlit as st
import yaml

from pages.components import draw

TEXTS = Path(__file__).resolve().parent.parent.parent / "assets" / "lessons"


@st.cache_data(show_spinner=False)
def texts(name: str) -> Any:
    """Read one of the lesson files."""
    return yaml.safe_load((TEXTS / name).read_text(encoding="utf-8"))


def body(lesson: dict[str, str]) -> None:
    """Draw what a lesson says, what to try, and what goes wrong without it."""
    draw.html(f'<p class="fw-words" style="font-size:14px">{draw.text(lesson["text"])}</p>')
    draw.pairs([("Try it", lesson["try"]), ("Without it", lesson["wrong"])])


def lesson(found: dict[str, str]) -> None:
    """Draw a lesson under its title."""
    draw.card_head(found["title"])
    body(found)
