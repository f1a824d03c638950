"""What is known of the open project's data, each found once for what it was found from."""

from typing import Any

import streamlit as st

from core.data.knowing.association import associations, information
from core.data.knowing.cards import Card, column_card
from core.data.knowing.missing import Missingness, missingness
from core.data.knowing.near import NearRepeats, near_repeats
from core.project.document import Project
from core.project.fingerprint import data_fingerprint, digest
from pages.components import session

KEPT = 16


def _mark(project: Project) -> str:
    frame = project.frame
    return digest([data_fingerprint(project), frame.task, frame.positive])


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _gaps(mark: str, _project: Project) -> Missingness:
    return missingness(session.table(_project), _schema(_project), _project.frame)


def gaps(project: Project) -> Missingness:
    """Return where cells are missing."""
    return _gaps(_mark(project), project)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _together(mark: str, _project: Project) -> Any:
    return associations(session.table(_project), _schema(_project), _project.frame)


def together(project: Project) -> Any:
    """Return how columns go together."""
    return _together(_mark(project), project)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _told(mark: str, _project: Project) -> Any:
    return information(session.table(_project), _schema(_project), _project.frame)


def told(project: Project) -> Any:
    """Return what each column says of the outcome, as mutual information."""
    return _told(_mark(project), project)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _near(mark: str, _project: Project) -> NearRepeats:
    return near_repeats(session.table(_project), _schema(_project))


def near(project: Project) -> NearRepeats:
    """Return the rows that are nearly another."""
    # The frame does not matter here: choosing an outcome must not look through all rows again.
    content = project.data.content_hash if project.data else None
    return _near(digest([content, _schema(project).model_dump(mode="json")]), project)


@st.cache_resource(show_spinner=False, max_entries=KEPT * 8)
def _card(mark: str, column: str, _project: Project) -> Card:
    now = _project.data.imported if _project.data else None
    return column_card(session.table(_project)[column], _schema(_project)[column], now=now)


def card(project: Project, column: str) -> Card:
    """Return the card of one column."""
    return _card(_mark(project), column, project)


def _schema(project: Project) -> Any:
    assert project.table_schema is not None
    return project.table_schema
