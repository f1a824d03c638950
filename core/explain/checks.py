"""Findings of the Explain screen."""

from collections.abc import Mapping, Sequence

from core.explain.explanation import LOG_ODDS, UNITS, Explanation, Importance
from core.findings import Finding, Fix, Severity, worst_first
from core.framing.frame import Frame

DOMINATES = 0.5
"""Share of the total importance from which one column dominates."""
CARRIES = 0.1
"""Share from which a column carries weight."""
STANDS_FOR = 0.2
"""Association (Cramér's V) from which a column can stand for a group."""


def check_explanation(
    explanation: Explanation,
    importances: Sequence[Importance],
    frame: Frame,
    *,
    associations: Mapping[str, Mapping[str, float]] | None = None,
) -> list[Finding]:
    """Say what to keep in mind when telling this explanation.

    Parameters
    ----------
    explanation : Explanation
    importances : sequence of Importance
        Of the same explanation, largest first.
    frame : Frame
    associations : dict of str to dict of str to float, optional
        Sensitive column to feature to association, 0 to 1.

    Returns
    -------
    list of Finding
        Worst first.
    """
    findings = [
        *_dominates(importances, frame),
        *_stands_for_group(importances, associations or {}, frame),
        Finding(
            code="reasons-are-not-causes",
            severity=Severity.INFO,
            title="Reasons are not causes",
            evidence="Say “the model leaned on”, not “because”.",
            why=f"Changing a value in the world need not change what happens to the {frame.row_is or 'row'}.",
        ),
        _adds_up(explanation),
    ]
    return worst_first(findings)


def _dominates(importances: Sequence[Importance], frame: Frame) -> list[Finding]:
    if len(importances) < 2 or importances[0].share < DOMINATES or importances[0].mean_abs <= 0:
        return []
    first, second = importances[:2]
    return [
        Finding(
            code="one-column-dominates",
            severity=Severity.WARNING,
            title=f"`{first.column}` outweighs the others",
            evidence=(
                f"`{first.column}` carries {100 * first.share:.0f}% of what moves the answers, the next, "
                f"`{second.column}`, {100 * second.share:.0f}%."
            ),
            why=(
                f"Where it is wrong or missing, the answer is. Make sure that it is known {_moment(frame)} and is no "
                "other form of the outcome."
            ),
            columns=(first.column, second.column),
            fix=Fix("It is not known then", "not_known_then", {"columns": [first.column]}),
        )
    ]


def _moment(frame: Frame) -> str:
    return f"when you predict ({frame.predicted_at})" if frame.predicted_at else "when you predict"


def _stands_for_group(
    importances: Sequence[Importance], associations: Mapping[str, Mapping[str, float]], frame: Frame
) -> list[Finding]:
    findings = []
    for sensitive, strengths in associations.items():
        found = [
            one
            for one in importances
            if one.share >= CARRIES and one.column != sensitive and strengths.get(one.column, 0.0) >= STANDS_FOR
        ]
        if not found:
            continue
        said = ", ".join(
            f"`{one.column}` ({100 * one.share:.0f}% of the weight, association {strengths[one.column]:.2f})"
            for one in found
        )
        findings.append(
            Finding(
                code="weight-on-a-proxy",
                severity=Severity.WARNING,
                title=f"Weight lies on what names `{sensitive}`",
                evidence=f"{said}. The association runs from 0 to 1 (Cramér's V).",
                why=f"What the model leans on differs between groups of `{sensitive}`. Check Fairness first.",
                columns=(sensitive, *(one.column for one in found)),
                fix=Fix("Look at Fairness", "go_to", {"stage": "fairness"}),
            )
        )
    return findings


def _adds_up(explanation: Explanation) -> Finding:
    unit = {LOG_ODDS: " log-odds", UNITS: ""}.get(explanation.scale, " of probability")
    return Finding(
        code="parts-add-up",
        severity=Severity.INFO,
        title="The parts add up",
        evidence=(
            f"Start plus all parts differs from the model's answer by at most {explanation.error:.0e}{unit} over "
            f"{len(explanation):,} row{'' if len(explanation) == 1 else 's'}. {explanation.method}"
        ),
        why="Nothing is left out, but columns that go together share what they carry in a way no method can settle.",
    )
