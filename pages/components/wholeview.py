"""What all rows of a large table hold, where screens and models work on a sample of it."""

import pandas as pd
import streamlit as st

from core.project.document import Project
from core.workspace.importing import facts_of
from pages.components import draw, session


def all_rows(project: Project) -> None:
    """Say what the sample is, and show every column counted over all rows; nothing where there is no sample."""
    ref = project.data
    if ref is None or ref.whole is None:
        return
    draw.heading("All rows")
    said = f"Screens and models work on {ref.whole.words(ref.rows)}. These figures are of all rows."
    draw.html(f'<p class="fw-muted">{draw.marked(said)}</p>')
    facts = facts_of(session.workspace(), ref)
    if facts is None:
        draw.muted("The full table is no longer on this server; the sample stays usable.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Column": [column.name for column in facts.columns],
                "Missing": [column.missing for column in facts.columns],
                "Different, about": [column.distinct for column in facts.columns],
                "Least": [column.least for column in facts.columns],
                "Most": [column.most for column in facts.columns],
                "Mean": [column.mean for column in facts.columns],
                "Median": [column.quantiles[2] if column.quantiles else None for column in facts.columns],
                "Most frequent": [
                    ", ".join(f"{value} ({rows:,})" for value, rows in column.top[:3]) for column in facts.columns
                ],
            }
        ),
        hide_index=True,
        alt=f"{len(facts.columns)} columns counted over {facts.rows:,} rows",
        column_config={
            "Missing": st.column_config.NumberColumn(format="localized"),
            "Different, about": st.column_config.NumberColumn(format="localized"),
            "Mean": st.column_config.NumberColumn(format="%.4g"),
            "Median": st.column_config.NumberColumn(format="%.4g"),
        },
    )
