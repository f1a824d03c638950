"""Dictionary of the Data screen: what each column means, its unit, what it may hold, and where it comes from."""

from typing import Any

import pandas as pd
import streamlit as st

from core.data.dictionary import Entry
from core.project.changes import describe_column
from core.project.document import Project
from core.project.fingerprint import data_fingerprint, digest
from pages.components import draw, session

FIELDS = {"Meaning": "meaning", "Unit": "unit", "Allowed": "allowed", "From": "source"}


def dictionary(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Draw the editable dictionary."""
    names = [column.name for column in profile.columns]
    said = sum(name in project.dictionary for name in names)
    draw.muted(
        f"{said:,} of {len(names):,} columns are described. What you write is printed in the model card and the "
        "report; values that are not allowed become a finding. Write a range as “0 to 120”, “0 to” or “to 120”, and "
        "values with semicolons between."
    )
    entries = [project.dictionary.get(name, Entry()) for name in names]
    key = f"dictionary_{digest([project.id, data_fingerprint(project), project.revision])}"
    st.data_editor(
        pd.DataFrame(
            {
                "Column": names,
                "Holds": [column.range_words for column in profile.columns],
                **{title: [getattr(entry, field) for entry in entries] for title, field in FIELDS.items()},
            }
        ),
        key=key,
        hide_index=True,
        row_height=36,
        height=min(520, 40 + 36 * len(names)),
        disabled=["Column", "Holds"],
        column_config={
            "Column": st.column_config.TextColumn(width=104),
            "Holds": st.column_config.TextColumn(width=112),
            "Meaning": st.column_config.TextColumn(width=188, max_chars=500),
            "Unit": st.column_config.TextColumn(width=66, max_chars=60),
            "Allowed": st.column_config.TextColumn(width=100, max_chars=500),
            "From": st.column_config.TextColumn(width=90, max_chars=200),
        },
        on_change=_edited,
        args=(key, tuple(names)),
        alt="Columns with meaning, unit, allowed values and source",
    )


def _edited(key: str, names: tuple[str, ...]) -> None:
    for row, changed in st.session_state[key]["edited_rows"].items():
        texts = {FIELDS[title]: str(value or "") for title, value in changed.items() if title in FIELDS}
        name = names[int(row)]
        session.change(lambda seen, name=name, texts=texts: describe_column(seen, name, now=session.now(), **texts))
