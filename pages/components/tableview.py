"""What the Data screen shows of the table: how it is brought, its figures, and where it came from."""

from typing import Any

import pandas as pd
import streamlit as st

from core.data.sources.registry import SOURCES
from core.limits import MB, UPLOAD_BYTES
from core.project.document import DataRef, Project
from pages.components import draw, filebringing, importsigns, joining, refreshing, rereading, session, wholeview


def bring(project: Project) -> None:
    """Ask for a table, where the project has none, or for another one."""
    with st.container(border=True, key="bring"):
        draw.card_head(
            "Bring a table",
            f"Text, Excel, Parquet, JSON, Stata, SAS, SPSS and more, up to {UPLOAD_BYTES // MB} MB. "
            "Nothing leaves this server. "
            "One row is one case; one column is the outcome. It replaces the one that is here.",
        )
        filebringing.ask(project, key="data", in_dialog=False)


def figures(project: Project, profile: Any) -> None:
    """Draw the four figures over the table."""
    frame, ref = project.frame, project.data
    assert ref is not None
    summary = profile.target_summary
    note = f"{summary.missing:,} without an outcome" if summary and summary.missing else "none skipped"
    if ref.whole:
        note = f"screens and models work on {ref.rows:,}"
    items = [
        draw.Figure(frame.rows_are.capitalize(), f"{ref.whole.rows if ref.whole else ref.rows:,}", note=note),
        draw.Figure(
            "Columns",
            f"{ref.columns:,}",
            note=f"{1 if frame.target else 0} target, {len(frame.sensitive)} sensitive",
        ),
    ]
    if summary is None:
        items.append(draw.Figure("Outcome", "Not named", note="Choose it in Frame, or in the role column below"))
    elif summary.share is not None:
        items.append(
            draw.Figure(
                f"{summary.column} = {summary.positive}",
                f"{summary.share:.1%}".rstrip("%"),
                unit="%",
                note=f"95% interval {summary.low * 100:.1f} to {summary.high * 100:.1f}",
            )
        )
    else:
        items.append(draw.Figure(summary.column, summary.words))
    looked = " looked at" if profile.cells < ref.rows * ref.columns else ""
    items.append(draw.Figure("Missing cells", f"{profile.missing_cells:,}", note=f"of {profile.cells:,}{looked}"))
    draw.figures(items)


def source(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Say where the table came from and how it was read."""
    ref = project.data
    assert ref is not None
    refreshing.section(project)
    joining.section(project)
    known = [
        ("Name", ref.name),
        ("Source", _origin(ref)),
        ("Brought", f"{session.local(ref.imported):%d %B %Y, %H:%M}"),
        ("Rows and columns", f"{ref.rows:,} × {ref.columns:,}"),
        *_signs(ref),
        ("Fingerprint", ref.content_hash[:12]),
    ]
    known += [(f"Joined by {', '.join(key.left for key in one.join.keys)}", one.name) for one in ref.joined]
    draw.pairs(known)
    if ref.warnings:
        draw.heading("What was guessed on the way")
        for warning in ref.warnings:
            draw.banner(warning, glyph="info", tone="gray")
    wholeview.all_rows(project)
    _actions(project)


def _origin(ref: DataRef) -> str:
    if ref.source in SOURCES:
        try:
            return SOURCES[ref.source].origin.model_validate(ref.origin).words()
        except ValueError:
            return SOURCES[ref.source].title
    return {"upload": "Uploaded file", "command line": "Command line"}.get(ref.source, "Guided sample")


def _signs(ref: DataRef) -> list[tuple[str, str]]:
    """Return how the table was read, in words."""
    words = {"delimiter": importsigns.DELIMITERS, "decimal": importsigns.DECIMALS, "thousands": importsigns.THOUSANDS}
    words["header"] = {"yes": "The first row", "no": "There are none"}
    titles = {"header": "Names of the columns", "decimal": "Decimal sign", "thousands": "Thousands sign"}
    return [
        (titles.get(name, name.replace("_", " ").capitalize()), words.get(name, {}).get(value, value))
        for name, value in ref.read_as.items()
        if name != "extension"
    ]


def _actions(project: Project) -> None:
    """Draw what can be done with the table as a whole."""
    assert project.data is not None
    with st.container(horizontal=True, key="sourceactions"):
        if rereading.can_refresh(project.data) and st.button("Refresh", key="refresh", icon=":material/refresh:"):
            st.session_state["refreshing"] = True
            st.session_state.pop("joining", None)
            st.rerun()
        if st.button("Join a second table", key="join_second", icon=":material/join:"):
            st.session_state["joining"] = True
            st.session_state.pop("refreshing", None)
            st.rerun()
        if project.data.joined and st.button("Take the last join back", key="unjoin", icon=":material/undo:"):
            joining.take_back(project)
        if st.button("Bring another table", key="bring_another", icon=":material/upload_file:"):
            st.session_state["another_table"] = True
            st.rerun()
