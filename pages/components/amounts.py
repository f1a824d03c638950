"""How far an amount lies from its prediction: intervals that hold for rows to come."""

from math import isfinite, isnan
from typing import Any

import pandas as pd
import streamlit as st

from core.framing.metrics import amount
from pages.components import draw


def prediction_intervals(evaluation: Any) -> None:
    """Draw how far off amounts are, by share of the rows and by size of the prediction."""
    found = evaluation.intervals
    if found is None:
        return
    with st.container(border=True, key="intervals"):
        draw.card_head("How far off a prediction may be", "Prediction intervals (conformal), for rows to come")
        draw.said(found.sentence)
        left, right = st.columns([6, 5], gap="small")
        with left:
            st.dataframe(_levels(found), hide_index=True, alt="Width of the interval by share of the amounts")
        with right:
            if found.ranges:
                st.dataframe(_ranges(found), hide_index=True, alt="Width of the interval by size of the prediction")
        draw.muted(
            f"From the errors on {found.n:,} rows left out. Checked: the share of the rows that the errors of the "
            "other folds hold. It holds for rows like these; where the world moves, intervals become too narrow."
        )


def _levels(found: Any) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Of 100": f"{100 * each.level:.0f}",
                "Within": f"± {amount(each.reach)}" if isfinite(each.reach) else "too few rows",
                "Checked": ""
                if isnan(each.held)
                else f"{100 * each.held:.1f}% ({100 * each.low:.1f} to {100 * each.high:.1f})",
            }
            for each in found.levels
        ]
    )


def _ranges(found: Any) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Predicted": f"{amount(part.start)} to {amount(part.end)}",
                "Rows": f"{part.n:,}",
                "90 of 100": f"± {amount(part.reach)}",
            }
            for part in found.ranges
        ]
    )
