"""Data: what each column holds, what it is for, and what would mislead a model."""

from typing import Any

import pandas as pd
import streamlit as st

from core.project.document import Project
from core.project.journey import open_findings
from pages.components import columns, draw, labelling, layout, results, session, standing, tableview
from pages.components.knowing import (
    behind,
    columncard,
    dictionary,
    gapsview,
    groupsview,
    overview,
    rowsview,
    togetherview,
)
from pages.components.screen import action_bar, screen

SENTENCE = "See what each column holds, say what it is for, and settle what would mislead a model."


def _columns(project: Project, profile: Any, table: pd.DataFrame) -> None:
    wanted = st.text_input(
        "Find a column",
        key="find_column",
        placeholder="Find a column",
        label_visibility="collapsed",
        icon=":material/search:",
        width=240,
    )
    columns.table_of_columns(project, profile, wanted)
    columncard.one_column(project, profile, table)


def _overview(project: Project, profile: Any, table: pd.DataFrame) -> None:
    overview.overview(project, profile)


def _label(project: Project, profile: Any, table: pd.DataFrame) -> None:
    labelling.view(project, table)


# What the screen shows, by the name of the view: each draws the project's table.
VIEWS = {
    "Overview": _overview,
    "Columns": _columns,
    "Missing": gapsview.gaps,
    "Associations": togetherview.together,
    "Rows": rowsview.rows,
    "Groups": groupsview.groups,
    "Label": _label,
    "Dictionary": dictionary.dictionary,
    "Source": tableview.source,
}

with screen("data", SENTENCE) as project:
    table = session.table_or_none(project)
    if table is None and project.data is not None:
        lead = "The table cannot be read."
        draw.banner("Bring the same file again; your decisions are kept.", lead, "broken_image", "red")
    if (table is None and not st.session_state.get("bringing")) or st.session_state.get("another_table"):
        tableview.bring(project)
    if table is not None:
        profile = results.profile(project)
        tableview.figures(project, profile)
        with st.container(key="dataviews"):
            view = layout.switch(list(VIEWS), key="data_view")
        if view != "Label":
            labelling.reminder(project, table)
        VIEWS[view](project, profile, table)
        behind.show_if_asked(project, table)

project = session.current()
if table is None:
    action_bar("data", note="Every later step needs a table")
elif not project.frame.complete:
    action_bar("data", "Say what to predict", note="The outcome is still open", to="frame")
else:
    errors = [f for f in open_findings(project, standing.findings(project, "data")) if f.severity.value == "error"]
    note = f"{len(errors)} finding{'s' if len(errors) > 1 else ''} must be settled before training" if errors else ""
    action_bar("data", "Continue to Prepare", note=note)
