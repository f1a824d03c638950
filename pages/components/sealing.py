"""The sealed test on Evaluate: closed or opened, every opening with its date, and whether the model may ship."""

from typing import Any

import pandas as pd
import streamlit as st

from core.evaluate.enough import SealStatement, Ship, ShipVerdict
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.project import judge
from core.project.changes import open_seal
from core.project.document import Project
from core.project.fingerprint import training_fingerprint
from core.project.journey import stage_fingerprint
from core.project.sealing import statement
from pages.components import draw, results, session


def seal(project: Project, evaluation: Any) -> None:
    """Draw the sealed test: closed with its preconditions, or opened with its count."""
    built = results.problem(project)
    rows = len(built.split.test)
    mark = stage_fingerprint(project, "evaluate", results.board(project))
    mine = [opening for opening in project.seal if opening.fingerprint == mark]
    said = statement(project, evaluation.main, mark)
    opened = {0: "Never opened.", 1: "Opened once."}.get(len(project.seal), f"Opened {len(project.seal)} times.")
    glyph = "lock_open" if mine else "lock"
    settled = "model, recipe and line" if project.frame.task is Task.BINARY else "model and recipe"
    with st.container(border=True, height="stretch", key="seal"):
        draw.html(
            f'<div class="fw-start"><div class="fw-tile fw-tone-gray">{draw.icon(glyph)}</div>'
            '<div><div class="fw-cardtitle">Sealed test</div>'
            f'<div class="fw-note">{rows:,} rows. {opened}</div></div></div>'
        )
        verdict = said.verdict
        if mine:
            last = mine[-1]
            metric = METRICS[last.metric]
            draw.pairs(
                [
                    ("Opened", f"{session.local(last.at):%d %B %Y, %H:%M}"),
                    (
                        metric.heading,
                        f"{metric.format(last.score)} ({metric.format(verdict.low)} to {metric.format(verdict.high)})",
                    ),
                    ("On the rows left out it was", metric.format(evaluation.main.value)),
                    ("Does the score hold?", _holds(last, verdict, evaluation)),
                ]
            )
        else:
            draw.said(
                f"Open it once, when {settled} are settled. It answers one question: does the score hold? "
                "Each opening is counted, dated, and printed in the model card."
            )
        current = project.training == training_fingerprint(project)
        run = results.results_board(project).run(str(results.run_of(project)))
        checks = [("Model chosen", run.title), ("Scores up to date", "Yes" if current else "No, something changed")]
        if project.frame.task is Task.BINARY:
            checks.insert(1, ("Line set", f"{project.threshold:.2f}"))
        if not mine:
            draw.pairs(checks, ["good"] * (len(checks) - 1) + ["good" if current else "look"])
        _good_enough(said)
        if project.seal:
            _dates(project)
        st.space("stretch")
        label = "Open it again …" if project.seal else "Open the sealed test …"
        if st.button(
            label,
            key="open_seal",
            width="stretch",
            icon=":material/lock_open:",
            disabled=not current or bool(mine),
            help=None if current else "Train again first: what is opened must be what was judged.",
        ):
            _ask(project)


TONES = {Ship.SHIP: "green", Ship.DO_NOT: "red", Ship.CANNOT_TELL: "gray"}
GLYPHS = {Ship.SHIP: "check_circle", Ship.DO_NOT: "block", Ship.CANNOT_TELL: "help"}


def _good_enough(said: SealStatement) -> None:
    """Say whether the model may ship, on which rows, and what several openings do to the answer."""
    verdict = said.verdict
    with st.container(key="goodenough", gap="xsmall"):
        where = "by the sealed test" if verdict.sealed else "by the rows left out"
        draw.html(
            f"<div>{draw.chip(verdict.kind.words, TONES[verdict.kind], GLYPHS[verdict.kind])} "
            f'<span class="fw-note">{where}</span></div>'
        )
        draw.said(verdict.reason)
        if said.uncertainty:
            draw.muted(said.uncertainty)


def _dates(project: Project) -> None:
    with st.expander("Every opening", type="compact", icon=":material/history:", key="note_openings"):
        rows = [
            {
                "Opened": f"{session.local(look.at):%d %B %Y, %H:%M}",
                "Measure": METRICS[look.metric].title,
                "Score": METRICS[look.metric].format(look.score),
                "95% interval of one look": f"{METRICS[look.metric].format(look.low)} to "
                f"{METRICS[look.metric].format(look.high)}",
                "Rows": f"{look.rows:,}",
            }
            for look in project.seal
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Every opening of the sealed test")


def _holds(last: Any, verdict: ShipVerdict, evaluation: Any) -> str:
    if verdict.low <= evaluation.main.value <= verdict.high:
        return "Yes, within its interval"
    better = (last.score > evaluation.main.value) == METRICS[last.metric].higher_is_better
    return "It came out better than expected" if better else "No, it came out worse"


@st.dialog("Open the sealed test")
def _ask(project: Project) -> None:
    draw.muted(
        "After this the test rows are no longer unseen by you. If you change the model because of what they say, the "
        "score flatters. The opening is counted and dated."
    )
    if st.button("Open and record", type="primary", key="primary_seal"):
        with st.spinner("Judging the model on the sealed rows …"):
            opening = judge.open_seal(
                project,
                results.problem(project),
                results.pipeline(project),
                run=str(results.run_of(project)),
                fingerprint=stage_fingerprint(project, "evaluate", results.board(project)),
                now=session.now(),
            )
        session.change(lambda seen: open_seal(seen, opening))
        st.rerun()
