"""What the coach says before a model leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.findings import Check, Finding, Fix, Severity, run_checks
from core.project.document import Project


@dataclass(frozen=True, eq=False)
class ExportFacts:
    """What a check before the export may look at; fields as the parameters of ``export_findings``."""

    project: Project
    fingerprint: str
    looked_at_fairness: bool


def export_findings(project: Project, fingerprint: str, *, looked_at_fairness: bool) -> list[Finding]:
    """Return what the coach says before a model leaves.

    Parameters
    ----------
    project : Project
    fingerprint : str
        Of the model that would ship.
    looked_at_fairness : bool
        Whether the audit of this very model was seen.

    Returns
    -------
    list of Finding
        Worst first.
    """
    return run_checks(CHECKS, ExportFacts(project, fingerprint, looked_at_fairness))


def _seal_closed(facts: ExportFacts) -> Iterator[Finding]:
    if any(look.fingerprint == facts.fingerprint for look in facts.project.seal):
        return
    yield Finding(
        "seal-not-opened",
        Severity.WARNING,
        "The sealed test is still closed",
        "The score on the card comes from rows each left out once, among which the model was chosen.",
        "The sealed rows took no part in that choice, so they tell best what to expect in use.",
        fix=Fix("Look at Evaluate", "go_to", {"stage": "evaluate"}),
    )


def _seal_opened_often(facts: ExportFacts) -> Iterator[Finding]:
    looks = facts.project.seal
    if len(looks) > 1:
        yield Finding(
            "seal-opened-often",
            Severity.WARNING,
            f"The sealed test was opened {len(looks)} times",
            "; ".join(f"{look.at:%d %B %Y, %H:%M}: {look.score:.3f}" for look in looks),
            "Each look that leads to a change makes the next score flatter. Card and certificate print them all, with "
            "intervals widened for so many looks.",
        )


def _fairness_not_seen(facts: ExportFacts) -> Iterator[Finding]:
    sensitive = facts.project.frame.sensitive
    if sensitive and not facts.looked_at_fairness:
        names = ", ".join(f"`{name}`" for name in sensitive)
        yield Finding(
            "fairness-not-seen",
            Severity.WARNING,
            "Fairness was not looked at",
            f"You named {names}; this model's gaps were not seen.",
            "The card prints them; you should know them before others do.",
            columns=sensitive,
            fix=Fix("Look at Fairness", "go_to", {"stage": "fairness"}),
        )


def _accepted(facts: ExportFacts) -> Iterator[Finding]:
    accepted = facts.project.accepted.values()
    if accepted:
        yield Finding(
            "accepted",
            Severity.INFO,
            f"{len(accepted)} finding{'s were' if len(accepted) > 1 else ' was'} accepted",
            "; ".join(f"{given.title}: {given.reason}" for given in accepted),
            "They are printed in the model card with their reasons.",
        )


def _no_row_travels(facts: ExportFacts) -> Iterator[Finding]:
    yield Finding(
        "no-row-travels",
        Severity.INFO,
        "No row of yours travels",
        "Golden rows are made up column by column. Levels of categories and ranges of numbers do travel.",
        "Leave out a column whose levels themselves are private, such as names.",
    )


CHECKS: Final = (
    Check("seal-not-opened", "The sealed test is still closed", Severity.WARNING, _seal_closed),
    Check("seal-opened-often", "The sealed test was opened more than once", Severity.WARNING, _seal_opened_often),
    Check("fairness-not-seen", "Fairness was not looked at", Severity.WARNING, _fairness_not_seen),
    Check("accepted", "Findings were accepted", Severity.INFO, _accepted),
    Check("no-row-travels", "No row of yours travels", Severity.INFO, _no_row_travels),
)
"""Every check before the export, in the order in which findings of one severity are shown."""
