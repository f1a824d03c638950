"""What Fairway noticed, why it matters, and the click that settles it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


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


def worst_first(findings: list[Finding]) -> list[Finding]:
    """Return the findings sorted by severity, keeping the order within one severity."""
    return sorted(findings, key=lambda finding: finding.severity.rank)
