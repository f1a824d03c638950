"""Leakage replay, and whether training and sealed rows can be told apart."""

from typing import Any

import streamlit as st

from core.framing.metrics import METRICS
from core.prepare.compile import input_columns
from core.project import changes
from core.project.document import Project
from pages.components import draw, gainlines, layout, results, session, standing, trying

SUSPECT = (
    "leak",
    "leak-combined",
    "time-travel",
    "missing-by-outcome",
    "identifier-with-outcome",
    "statistic-before-split",
    "outcome-in-bins",
)
"""Findings whose columns are suspects."""


def suspects(project: Project) -> list[str]:
    """Return the columns that findings suspect and the model sees."""
    seen = input_columns(results.problem(project))
    named = [
        name
        for stage in ("data", "prepare")
        for finding in standing.findings(project, stage)
        if finding.code in SUSPECT
        for name in finding.columns
    ]
    return [name for name in dict.fromkeys(named) if name in seen]


def replay(project: Project) -> None:
    """Draw the leakage replay: the score with and without suspects."""
    with st.container(border=True, height="stretch", key="replay"):
        draw.card_head("Leakage replay", "The score with and without a suspect, on the same folds of training rows")
        columns = st.multiselect(
            "Suspects",
            input_columns(results.problem(project)),
            default=suspects(project)[:1],
            key="replay_columns",
            placeholder="Choose columns",
            label_visibility="collapsed",
        )
        params = {"columns": list(columns)}
        if not columns:
            draw.muted("Choose a column that may know the outcome: filled in later, or made from it.")
            return
        if trying.is_live(project, "replay", params):
            return
        found = trying.found(project, "replay", params)
        with layout.row("replayrow"):
            if st.button("Replay" if found is None else "Replay again", key="begin_replay", icon=":material/replay:"):
                trying.begin(project, "replay", params, f"Without {', '.join(columns)}")
                st.rerun()
            if found is not None:
                st.button(
                    "Leave out" if len(columns) == 1 else f"Leave {len(columns)} out",
                    key="leave_suspects",
                    type="tertiary",
                    icon=":material/block:",
                    on_click=_leave_out,
                    args=(columns,),
                )
        if found is not None:
            gainlines.lines(found["gains"], "With it", "Without")
            draw.said(verdict(found["gains"]))
            gainlines.rows(found["gains"])


def _leave_out(columns: list[str]) -> None:
    table = session.table(session.current())
    now = session.now()
    session.change(lambda seen: changes.leave_out(seen, columns, table, now=now, why="Left out after a leakage replay"))


def verdict(gains: list[dict[str, Any]]) -> str:
    """Say what a replay showed."""
    worse = [gain for gain in gains if gain["high"] < 0]
    if not worse:
        return "Without it the score stays as it is, within the noise: it gives nothing away that others do not."
    gain = min(worse, key=lambda one: one["gain"])
    metric = METRICS[gain["before"]["metric"]]
    lost = f"{-gain['gain']:.3g} (at least {-gain['high']:.2g})"
    return (
        f"Without it {metric.title} is worse by {lost}. If new rows have it when they are to be predicted, keep it; if "
        "it is filled in later, this much of the score is not real."
    )


def apart(project: Project) -> None:
    """Draw whether training and sealed rows can be told apart."""
    with st.container(border=True, height="stretch", key="apart"):
        draw.card_head("Training against sealed rows", "Can a model tell them apart? No outcome is looked at")
        if trying.is_live(project, "apart", {}):
            return
        found = trying.found(project, "apart", {})
        if st.button("Look" if found is None else "Look again", key="begin_apart", icon=":material/compare_arrows:"):
            trying.begin(project, "apart", {}, "Training against sealed rows")
            st.rerun()
        if found is None:
            draw.muted("Where they differ, the sealed test says how a model fares on other rows than it learned from.")
            return
        mark = draw.Interval(found["auc"], found["low"], found["high"], 0.4, 1.0, reference=0.5)
        draw.html(
            f'<div class="fw-grid" style="grid-template-columns:auto minmax(0,1fr)">'
            f'<span class="fw-num">AUC {found["auc"]:.3f}</span>{draw.interval(mark)}</div>'
        )
        draw.said(apart_words(found))
        for one in found["columns"]:
            draw.html(
                f'<div class="fw-grid" style="grid-template-columns:minmax(0,1fr) auto">'
                f"<span>{draw.text(one['column'])}</span>"
                f'<span class="fw-num">{100 * one["share"]:.0f}% of it, AUC {one["alone"]:.2f} alone</span></div>'
            )
        draw.muted(f"On {found['training']:,} training and {found['sealed']:,} sealed rows.")


def apart_words(found: dict[str, Any]) -> str:
    """Say what the look showed."""
    if not found["differs"]:
        return "They cannot be told apart by more than chance: the sealed rows are like those learned from."
    return (
        "They can be told apart. By time that is to be expected, and the sealed test shows how the model stands it; "
        "otherwise the columns below come from another source or time in one part."
    )
