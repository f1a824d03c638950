"""Findings of the Explain screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.explain.explanation import LOG_ODDS, UNITS, Explanation, Importance
from core.findings import Check, Finding, Fix, Severity, run_checks
from core.framing.frame import Frame

DOMINATES = 0.5
"""Share of the total importance from which one column dominates."""
CARRIES = 0.1
"""Share from which a column carries weight."""
STANDS_FOR = 0.2
"""Association (Cramér's V) from which a column can stand for a group."""


@dataclass(frozen=True, eq=False)
class ExplanationFacts:
    """What a check of an explanation may look at; fields as the parameters of ``check_explanation``."""

    explanation: Explanation
    importances: Sequence[Importance]
    frame: Frame
    associations: Mapping[str, Mapping[str, float]]


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
    return run_checks(CHECKS, ExplanationFacts(explanation, importances, frame, associations or {}))


def _dominates(facts: ExplanationFacts) -> list[Finding]:
    importances, frame = facts.importances, facts.frame
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


def _stands_for_group(facts: ExplanationFacts) -> list[Finding]:
    importances, associations = facts.importances, facts.associations
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


def _not_causes(facts: ExplanationFacts) -> list[Finding]:
    return [
        Finding(
            code="reasons-are-not-causes",
            severity=Severity.INFO,
            title="Reasons are not causes",
            evidence="Say “the model leaned on”, not “because”.",
            why=f"Changing a value in the world need not change what happens to the {facts.frame.row_is or 'row'}.",
        )
    ]


def _adds_up(facts: ExplanationFacts) -> list[Finding]:
    explanation = facts.explanation
    unit = {LOG_ODDS: " log-odds", UNITS: ""}.get(explanation.scale, " of probability")
    return [
        Finding(
            code="parts-add-up",
            severity=Severity.INFO,
            title="The parts add up",
            evidence=(
                f"Start plus all parts differs from the model's answer by at most {explanation.error:.0e}{unit} over "
                f"{len(explanation):,} row{'' if len(explanation) == 1 else 's'}. {explanation.method}"
            ),
            why="Nothing is left out, but columns that go together share what they carry in a way no method can "
            "settle.",
        )
    ]


CHECKS: Final = (
    Check("one-column-dominates", "One column outweighs the others", Severity.WARNING, _dominates),
    Check("weight-on-a-proxy", "Weight lies on what names a group", Severity.WARNING, _stands_for_group),
    Check("reasons-are-not-causes", "Reasons are not causes", Severity.INFO, _not_causes),
    Check("parts-add-up", "The parts add up", Severity.INFO, _adds_up),
)
"""Every check of an explanation, in the order in which findings of one severity are shown."""
