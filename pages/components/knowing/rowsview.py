"""Rows: the first ones, or those behind a finding."""

from typing import Any

import pandas as pd
import streamlit as st

from core.data.knowing.behind import Repeats, Selector, selector_words
from core.data.knowing.offers import rows_of
from core.limits import PREVIEW_ROWS
from core.project.document import Project
from pages.components import draw, layout, standing
from pages.components.knowing import behind


def rows(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Draw the rows: the first ones, or those behind a finding."""
    offered = _offers(project, profile)
    chosen = st.selectbox("Show", list(offered), key="rows_shown", label_visibility="collapsed", width=460)
    selector = offered[chosen]
    if selector is None:
        draw.muted(f"The first {min(PREVIEW_ROWS, len(table))} of {len(table):,} rows, as they were read.")
        first = table.head(PREVIEW_ROWS)
        first.index = pd.RangeIndex(1, len(first) + 1, name="Row")
        st.dataframe(first, height=440, placeholder=layout.NO_VALUE, alt="First rows of the table")
        return
    behind.listing(project, table, selector, key="view")


def _offers(project: Project, profile: Any) -> dict[str, Selector | None]:
    offered: dict[str, Selector | None] = {"The first rows": None}
    for finding in standing.findings(project, "data"):
        selector = rows_of(finding, profile, project.data.imported if project.data else None)
        if selector is not None:
            offered.setdefault(f"{finding.title.replace('`', '')} ({finding.code})", selector)
    near = Repeats(near=True)
    offered.setdefault(selector_words(near).capitalize(), near)
    return offered
