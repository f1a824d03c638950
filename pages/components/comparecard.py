"""Two versions of the recipe held against each other: by a quick score on the same folds, by columns and by steps."""

from typing import Any

import streamlit as st

from core.framing.metrics import METRICS
from core.prepare.recipe import Recipe
from core.project.document import Project
from core.project.versions import differing
from core.train.catalog import MODELS
from pages.components import draw, gainlines, trying

NOW = "The recipe now"
STEPS_SHOWN = 5


def card(project: Project) -> None:
    """Draw the comparison; nothing where no version is kept."""
    if not project.recipe_versions:
        return
    kept: dict[str, Recipe] = {one.name: one.recipe for one in project.recipe_versions} | {NOW: project.recipe}
    with st.container(border=True, key="compareversions"):
        draw.card_head("Compare two versions", "By a quick score on the same folds of training rows")
        left, right = st.columns(2, gap="small")
        names = list(kept)
        first = left.selectbox("First", names, index=len(names) - 2, key="compare_first")
        second = right.selectbox("Second", names, index=len(names) - 1, key="compare_second")
        told = differing(kept[first], kept[second])
        if not told:
            draw.muted("Both hold the same steps.")
            return
        params = {"first": kept[first].model_dump(mode="json"), "second": kept[second].model_dump(mode="json")}
        if trying.is_live(project, "compare", params):
            return
        found = trying.found(project, "compare", params)
        if st.button("Compare" if found is None else "Compare again", key="begin_compare", icon=":material/balance:"):
            trying.begin(project, "compare", params, f"{first} and {second}")
            st.rerun()
        if found is not None:
            gainlines.lines(found["gains"], "First", "Second")
            for gain in found["gains"]:
                draw.said(verdict(gain))
            gainlines.rows(found["gains"])
        more = len(told) - STEPS_SHOWN
        shown = [*told[:STEPS_SHOWN], *([f"{more:,} more"] if more > 0 else [])]
        draw.html("".join(f'<div class="fw-sub">{draw.text(line)}</div>' for line in shown))


def verdict(gain: dict[str, Any]) -> str:
    """Say what a comparison shows of one model, with the columns that reach it."""
    before, after = gain["before"], gain["after"]
    metric, model = METRICS[before["metric"]], MODELS[before["model"]].title
    columns = f"{before['columns']:,} columns and {after['columns']:,} reach the model."
    if gain["low"] > 0:
        told = f"the second is better by {gain['gain']:.3g} {metric.title} ({gain['low']:.2g} to {gain['high']:.2g})"
    elif gain["high"] < 0:
        told = f"the second is worse by {-gain['gain']:.3g} {metric.title} ({-gain['high']:.2g} to {-gain['low']:.2g})"
    else:
        told = "no difference that chance does not explain"
    return f"{model}: {told}. {columns}"
