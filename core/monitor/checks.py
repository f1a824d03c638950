"""What the coach says of a later table."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from core.findings import Check, Finding, Fix, Severity, run_checks
from core.framing.frame import Frame
from core.monitor.report import Problem, WatchReport
from core.monitor.verdict import Verdict

NAMED = 4
"""Columns a finding names."""
TITLES = {
    "empty": "The later table is empty",
    "few-rows": "Too few later rows to judge",
    "missing-columns": "The model cannot answer these rows",
    "empty-column": "A column is no longer filled",
    "retyped": "A column holds something else",
    "recoded": "A column is coded otherwise",
    "unknown-outcome": "Outcomes the model does not know",
    "no-outcome": "The outcome is empty",
    "skipped-lines": "Lines of the log were skipped",
    "no-answers": "The predictions cannot be compared",
}
NOTED = ("few-rows", "no-outcome", "skipped-lines")
"""Problems that are good to know; the others stand in the way."""


@dataclass(frozen=True, eq=False)
class WatchFacts:
    """What a check of a later table may look at."""

    report: WatchReport
    frame: Frame


def check_watch(report: WatchReport, frame: Frame) -> list[Finding]:
    """Return what the coach says of a later table, worst first.

    Parameters
    ----------
    report : WatchReport
    frame : Frame

    Returns
    -------
    list of Finding
    """
    return run_checks(CHECKS, WatchFacts(report, frame))


def _problems(kind: str, facts: WatchFacts) -> list[Finding]:
    return [_problem(problem) for problem in facts.report.problems if problem.kind == kind]


def _problem(problem: Problem) -> Finding:
    return Finding(
        code=f"watch-{problem.kind}",
        severity=Severity.INFO if problem.kind in NOTED else Severity.WARNING,
        title=TITLES[problem.kind],
        evidence=problem.sentence,
        why=problem.next_step,
        columns=problem.columns,
    )


def _worse(facts: WatchFacts) -> list[Finding]:
    report, frame = facts.report, facts.frame
    if not report.worse or report.performance is None:
        return []
    return [
        Finding(
            code="watch-worse",
            severity=Severity.ERROR,
            title="The model is worse than it was",
            evidence=report.performance.sentence,
            why=f"It was judged on {frame.rows_are} like those of the training table; these are others. Train again "
            "with them among the rows.",
            fix=Fix("Train again", "go_to", {"stage": "train"}),
        )
    ]


def _predictions(facts: WatchFacts) -> list[Finding]:
    report, frame = facts.report, facts.frame
    drift = report.predictions
    if drift is None or drift.verdict not in (Verdict.SOME, Verdict.DRIFTED):
        return []
    return [
        Finding(
            code="watch-predictions",
            severity=Severity.WARNING,
            title="The predictions have moved",
            evidence=drift.evidence.removeprefix(f"`{drift.column}`: "),
            why=f"Either the {frame.rows_are} are others than before, or the model sees them otherwise. Only their "
            "outcomes tell whether it is still right.",
        )
    ]


def _columns(facts: WatchFacts) -> list[Finding]:
    report, frame = facts.report, facts.frame
    told = {name for problem in report.problems for name in problem.columns}
    moved = [drift for drift in report.drifted() if drift.column in report.used and drift.column not in told]
    if not moved:
        return []
    much = [drift for drift in moved if drift.verdict is Verdict.DRIFTED]
    more = f" And {len(moved) - NAMED:,} more." if len(moved) > NAMED else ""
    count = "One column has moved" if len(moved) == 1 else f"{len(moved):,} columns have moved"
    return [
        Finding(
            code="watch-columns",
            severity=Severity.WARNING if much else Severity.INFO,
            title=count,
            evidence=" ".join(drift.evidence for drift in moved[:NAMED]) + more,
            why=f"The model knows {frame.rows_are} as they were. On others its scores need not hold; whether they do, "
            "only the outcomes tell.",
            columns=tuple(drift.column for drift in moved[:NAMED]),
        )
    ]


CHECKS: Final = (
    *(
        Check(f"watch-{kind}", title, Severity.INFO if kind in NOTED else Severity.WARNING, partial(_problems, kind))
        for kind, title in TITLES.items()
    ),
    Check("watch-worse", "The model is worse than it was", Severity.ERROR, _worse),
    Check("watch-predictions", "The predictions have moved", Severity.WARNING, _predictions),
    Check("watch-columns", "Columns have moved", Severity.WARNING, _columns),
)
"""Every check of a later table, in the order in which findings of one severity are shown."""
