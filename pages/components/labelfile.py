"""Labels of a sample: what is said of the full table, and the file that names each row in it."""

import io

import pandas as pd
import streamlit as st

from core.data.labels import labels_table
from core.data.write import to_safe_csv
from core.project.document import Project
from pages.components import draw
from pages.components.labeldesk import Desk


def of_sample(project: Project, desk: Desk) -> None:
    """Say that labels are given to rows of a sample, and what becomes of the full table."""
    assert project.data is not None
    first = project.data.base or project.data
    if first.whole is None:
        return
    found = "" if desk.places is None else " Each row says where it stands there, and so does the file of labels."
    draw.banner(
        f"These are rows of the sample, {first.rows:,} of {first.whole.rows:,}; models learn from it alone. The full "
        f"table stays as it was brought: it is what the source held.{found} While there are labels, no other sample is "
        "drawn.",
        "You label the sample.",
        "info",
        "gray",
    )


def download(desk: Desk) -> None:
    """Offer every label with its row, who gave it and when."""

    def made() -> str:
        table = labels_table(desk.log, desk.asked.column, desk.places)
        if desk.asked.amount:
            # As numbers, so that a minus sign is not taken for the beginning of a formula.
            table = table.assign(label=pd.to_numeric(table["label"]), before=pd.to_numeric(table["before"]))
        text = io.StringIO()
        to_safe_csv(table, text)
        return text.getvalue()

    st.download_button(
        "Download labels",
        made,
        file_name="labels.csv",
        mime="text/csv",
        key="labels_file",
        type="tertiary",
        on_click="ignore",
        help="Every label with its row, who gave it and when.",
    )
