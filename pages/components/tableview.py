"""What the Data screen shows of the table: figures, rows, groups, source, one column by outcome."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts import data as charts
from core.charts.theme import colors
from core.data.representation import representation
from core.data.sources.registry import SOURCES
from core.errors import FairwayError
from core.limits import MB, PREVIEW_ROWS, UPLOAD_BYTES
from core.project.document import DataRef, Project
from pages.components import bring as taking
from pages.components import draw, joining, layout, refreshing, session, upload
from pages.components.charts import chart


def bring(project: Project) -> None:
    """Ask for a table, where the project has none, or for another one."""
    with st.container(border=True, key="bring"):
        draw.card_head(
            "Bring a table",
            f"CSV, TSV, Excel or Parquet, up to {UPLOAD_BYTES // MB} MB. Nothing leaves this server. "
            "One row is one case; one column is the outcome. It replaces the one that is here.",
        )
        uploaded = upload.uploader("A table", key="data_upload")
        if uploaded is None:
            return
        path = None
        try:
            with st.spinner("Reading the table …"):
                path = upload.stage(uploaded, key="data_upload")
                taking.take(project, path, name=uploaded.name)
        except FairwayError as error:
            if path is not None:
                path.unlink(missing_ok=True)
            upload.refuse("Not read.", error.message, key="data_upload", in_dialog=False)
            return
        st.rerun()


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
    items.append(draw.Figure("Missing cells", f"{profile.missing_cells:,}", note=f"of {profile.cells:,}"))
    draw.figures(items)


def one_column(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Draw the column looked at, split by outcome."""
    names = [column.name for column in profile.columns if column.name != project.frame.target]
    if not names:
        return
    ranked = sorted(profile.columns, key=lambda column: -(column.signal or 0))
    first = next((column.name for column in ranked if column.name in names), names[0])
    with st.container(border=True, key="onecolumn"):
        with layout.row():
            with st.container(width="stretch"):
                place = st.empty()
            looked = st.selectbox(
                "Column", names, index=names.index(first), key="looked_at", label_visibility="collapsed", width=190
            )
        column = profile[looked]
        with place.container():
            draw.card_head(
                looked, f"{column.range_words}. {column.missing:,} missing, {column.distinct:,} different values."
            )
        assert project.table_schema is not None
        chart(
            charts.column_by_outcome(table, project.table_schema, project.frame, looked, colors(session.is_dark())),
            key="by_outcome",
        )


def rows(table: pd.DataFrame) -> None:
    """Draw the first rows as they were read."""
    draw.muted(f"The first {min(PREVIEW_ROWS, len(table))} of {len(table):,} rows, as they were read.")
    st.dataframe(table.head(PREVIEW_ROWS), height=440, alt="First rows of the table")


def groups(project: Project, table: pd.DataFrame) -> None:
    """Draw size and outcome rate of each group."""
    if not project.frame.sensitive:
        draw.muted(
            "No sensitive column is named. Name them in Frame, or set the role to Sensitive in the table of columns."
        )
        return
    assert project.table_schema is not None
    for column in project.frame.sensitive:
        shares = representation(table, project.table_schema, project.frame, column)
        shown = pd.DataFrame(
            {
                column: [share.group for share in shares],
                "Rows": [share.rows for share in shares],
                "Share": [f"{share.share:.1%}" for share in shares],
                "With the outcome": [share.positives for share in shares],
                "Outcome rate": [_rate(share) for share in shares],
                "Enough to judge": ["no" if share.too_small else "yes" for share in shares],
            }
        )
        st.dataframe(shown, hide_index=True, alt=f"Groups of {column} with size and outcome rate")


def _rate(share: Any) -> str:
    if share.outcome_rate is None:
        return ""
    return f"{share.outcome_rate:.1%} ({share.low * 100:.0f} to {share.high * 100:.0f})"


def source(project: Project) -> None:
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
        *((name.replace("_", " ").capitalize(), value) for name, value in ref.read_as.items()),
        ("Fingerprint", ref.content_hash[:12]),
    ]
    known += [(f"Joined by {', '.join(key.left for key in one.join.keys)}", one.name) for one in ref.joined]
    draw.pairs(known)
    if ref.warnings:
        draw.heading("What was guessed on the way")
        for warning in ref.warnings:
            draw.banner(warning, glyph="info", tone="gray")
    _actions(project)


def _origin(ref: DataRef) -> str:
    if ref.source in SOURCES:
        try:
            return SOURCES[ref.source].origin.model_validate(ref.origin).words()
        except ValueError:
            return SOURCES[ref.source].title
    return {"upload": "Uploaded file", "command line": "Command line"}.get(ref.source, "Guided sample")


def _actions(project: Project) -> None:
    """Draw what can be done with the table as a whole."""
    assert project.data is not None
    with st.container(horizontal=True, key="sourceactions"):
        if refreshing.can_refresh(project.data) and st.button("Refresh", key="refresh", icon=":material/refresh:"):
            st.session_state["refreshing"] = True
            st.session_state.pop("joining", None)
            st.rerun()
        if st.button("Join a second table", key="join_second", icon=":material/join:"):
            st.session_state["joining"] = True
            st.session_state.pop("refreshing", None)
            st.rerun()
        if project.data.joined:
            st.button("Take the last join back", key="unjoin", icon=":material/undo:", on_click=joining.take_back)
        if st.button("Bring another table", key="bring_another", icon=":material/upload_file:"):
            st.session_state["another_table"] = True
            st.rerun()
