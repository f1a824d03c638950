"""The table of columns: type, role, values, range and signal, each guess editable."""

from typing import Any

import pandas as pd
import streamlit as st

from core.data.schema import ColumnType, Role
from core.project.changes import change_frame, set_column
from core.project.document import Project
from core.project.fingerprint import data_fingerprint, digest
from core.project.target import set_target
from pages.components import session

ROLES = ("Target", "Feature", "Sensitive", "Not known then", "Left out")
TYPES = {kind.words: kind for kind in ColumnType}
NOTE_COLORS = {
    "Target": "violet",
    "Leak": "red",
    "Extremes": "orange",
    "Missing": "orange",
    "Constant": "gray",
    "Sensitive": "blue",
}


def table_of_columns(project: Project, profile: Any, wanted: str) -> None:
    """Draw the editable table of columns.

    Parameters
    ----------
    project : Project
    profile : Profile
    wanted : str
        Part of a name to look for; empty shows all.
    """
    shown = [column for column in profile.columns if wanted.casefold() in column.name.casefold()]
    if not shown:
        st.markdown(":gray[No column has this in its name.]")
        return
    rows = pd.DataFrame(
        {
            "Column": [column.name for column in shown],
            "Role": [column.role for column in shown],
            "Type": [column.type.words for column in shown],
            "Values": [list(column.bars) for column in shown],
            "Range": [column.range_words for column in shown],
            "Signal": [column.signal for column in shown],
            "Notes": [[note for note in column.notes if note in NOTE_COLORS] for column in shown],
        }
    )
    key = f"columns_{digest([project.id, data_fingerprint(project), project.revision, wanted])}"
    st.data_editor(
        rows,
        key=key,
        row_height=36,
        height=min(366, 40 + 36 * len(rows)),
        hide_index=True,
        disabled=["Column", "Values", "Range", "Signal", "Notes"],
        on_change=_edited,
        args=(key, tuple(column.name for column in shown)),
        alt=f"{len(rows)} columns with role, type, range and signal",
        column_config={
            "Column": st.column_config.TextColumn(width=100),
            "Role": st.column_config.SelectboxColumn(options=list(ROLES), required=True, width=100),
            "Type": st.column_config.SelectboxColumn(options=list(TYPES), required=True, width=82),
            "Values": st.column_config.BarChartColumn(width=76, y_min=0),
            "Range": st.column_config.TextColumn(width=160),
            "Signal": st.column_config.ProgressColumn(
                format="%.2f",
                min_value=0,
                max_value=1,
                color="primary",
                width=86,
                help="How much this column alone says about the outcome, on rows left out. 0 is nothing, 1 is all.",
            ),
            "Notes": st.column_config.MultiselectColumn(
                options=list(NOTE_COLORS), color=list(NOTE_COLORS.values()), width=82
            ),
        },
    )


def _edited(key: str, names: tuple[str, ...]) -> None:
    edits = st.session_state[key]["edited_rows"]
    table = session.table(session.current())
    for row, changed in edits.items():
        name = names[int(row)]
        if changed.get("Type") in TYPES:
            kind = TYPES[changed["Type"]]
            session.change(
                lambda seen, name=name, kind=kind: set_column(seen, name, table, now=session.now(), type=kind)
            )
        if changed.get("Role") in ROLES:
            set_role(name, changed["Role"], table)


def set_role(name: str, role: str, table: pd.DataFrame) -> None:
    """Give a column its role: target, sensitive and not known then are the frame's, the rest the schema's."""
    now = session.now()

    def edit(seen: Project) -> Project:
        if role == "Target":
            return set_target(seen, table, name, now=now)
        frame = seen.frame
        sensitive = tuple(other for other in frame.sensitive if other != name)
        unknown = tuple(other for other in frame.unknown_at_prediction if other != name)
        if role == "Sensitive":
            sensitive = (*sensitive, name)
        if role == "Not known then":
            unknown = (*unknown, name)
        changes: dict[str, object] = {"sensitive": sensitive, "unknown_at_prediction": unknown}
        if frame.target == name:
            changes |= {"target": None, "task": None, "positive": None, "metric": None}
        seen = change_frame(seen, table, now=now, **changes)
        wanted = Role.LEFT_OUT if role == "Left out" else Role.FEATURE
        assert seen.table_schema is not None
        if role in ("Feature", "Left out") and seen.table_schema[name].role is not wanted:
            seen = set_column(seen, name, table, now=now, role=wanted, reason="Set by you")
        return seen

    session.change(edit)
