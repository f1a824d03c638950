"""What Fairway noticed, why it matters, and the click that settles it."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, Generic, TypeVar

logger = logging.getLogger(__name__)
Facts = TypeVar("Facts")

MOST_FINDINGS = 20
"""Findings of one check; on a wide table the next ones come once these are settled."""


class Severity(StrEnum):
    """How a finding stands in the coach."""

    ERROR = "error"
    """Must be settled before the journey goes on."""
    WARNING = "warning"
    """Look at this."""
    INFO = "info"
    """Good to know."""

    @property
    def rank(self) -> int:
        """Sort key, worst first."""
        return ["error", "warning", "info"].index(self.value)


@dataclass(frozen=True)
class Fix:
    """A change of the project that settles a finding with one click.

    Parameters
    ----------
    label : str
        The button's text: a verb, such as "Leave it out".
    action : str
        One of the keys of ``core.project.actions.ACTIONS``.
    params : dict
        Keyword arguments of that action; JSON values only.
    """

    label: str
    action: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One thing the user should know.

    In ``title``, ``evidence`` and ``why`` a column's name stands between backticks and is listed in ``columns``; all
    the rest is plain text.

    Parameters
    ----------
    code : str
        Stable name of the check, such as ``"constant-column"``.
    severity : Severity
        How urgent it is.
    title : str
        A claim of at most about six words.
    evidence : str
        Counts, shares and intervals that show it.
    why : str
        Why it matters for this frame.
    columns : tuple of str
        Columns it speaks of, by raw name.
    fix : Fix or None
        The change that settles it.
    acceptable : bool
        Whether the user may accept it with a reason instead.
    """

    code: str
    severity: Severity
    title: str
    evidence: str
    why: str = ""
    columns: tuple[str, ...] = ()
    fix: Fix | None = None
    acceptable: bool = True

    @property
    def key(self) -> str:
        """Identity of the finding across reruns: its code and columns."""
        return "|".join((self.code, *self.columns))

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON values."""
        return {**asdict(self), "severity": self.severity.value, "columns": list(self.columns)}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Finding":
        """Make a finding from the value ``to_dict`` returned; raises ``KeyError``, ``TypeError`` or ``ValueError``."""
        fix = given["fix"]
        return cls(
            **{
                **given,
                "severity": Severity(given["severity"]),
                "columns": tuple(given["columns"]),
                "fix": None if fix is None else Fix(**fix),
            }
        )


def worst_first(findings: list[Finding]) -> list[Finding]:
    """Return the findings sorted by severity, keeping the order within one severity."""
    return sorted(findings, key=lambda finding: finding.severity.rank)


@dataclass(frozen=True)
class Check(Generic[Facts]):
    """One check of a stage.

    Parameters
    ----------
    code : str
        Of the findings it makes; the commonest where it makes several.
    title : str
        Its claim in general.
    severity : Severity
        The worst it finds.
    function : callable
        From what the stage knows to findings.
    """

    code: str
    title: str
    severity: Severity
    function: Callable[[Facts], Iterable[Finding]]


def run_checks(checks: Sequence[Check[Facts]], facts: Facts) -> list[Finding]:
    """Make every check of a stage.

    Parameters
    ----------
    checks : sequence of Check
    facts : object
        What the stage knows.

    Returns
    -------
    list of Finding
        Worst first, within one severity in the order of the checks; at most ``MOST_FINDINGS`` of one check. A check
        that fails is logged and leaves the others as they are.
    """
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += list(islice(check.function(facts), MOST_FINDINGS))
        except Exception:
            logger.exception("the check %s failed", check.code)
    return worst_first(findings)
