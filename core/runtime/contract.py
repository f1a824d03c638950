"""What new rows must hold: by column, what is let through, flagged or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

ALLOW: Final = "allow"
FLAG: Final = "flag"
REFUSE: Final = "refuse"
READ_AS_MISSING: Final = "missing"


@dataclass(frozen=True)
class ColumnRule:
    """What the values of one column must hold; the default is what a model did before anyone said otherwise.

    Parameters
    ----------
    missing : str
        A missing value: ``allow``, ``flag`` or ``refuse``. A value that was read as missing is one too.
    unreadable : str
        A value that is not of the column's type: ``missing`` (read as missing, with a warning), ``refuse``, or empty:
        a request is refused, in a table it is read as missing.
    beyond : str
        A number outside the range seen in training: ``allow``, ``flag`` or ``refuse``.
    unseen : str
        A value never seen in training: ``allow``, ``flag`` or ``refuse``.
    not_allowed : str
        A value outside ``low``, ``high`` and ``values``: ``allow``, ``flag`` or ``refuse``.
    low, high : float or None
        Smallest and largest number that is allowed.
    values : tuple of str
        Values that are allowed, as text; empty where all are.
    """

    missing: str = ALLOW
    unreadable: str = ""
    beyond: str = FLAG
    unseen: str = FLAG
    not_allowed: str = FLAG
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "ColumnRule":
        """Make a rule from JSON values; what is not said is as the default has it."""
        return cls(**{**given, "values": tuple(given.get("values", ()))})

    @property
    def bounds(self) -> bool:
        """Whether the column says what is allowed."""
        return self.low is not None or self.high is not None or bool(self.values)

    def flagging(self) -> "ColumnRule":
        """Return the rule that flags where this one refuses."""
        return replace(
            self,
            missing=_softer(self.missing),
            unreadable=READ_AS_MISSING if self.unreadable == REFUSE else self.unreadable,
            beyond=_softer(self.beyond),
            unseen=_softer(self.unseen),
            not_allowed=_softer(self.not_allowed),
        )


def _softer(strictness: str) -> str:
    return FLAG if strictness == REFUSE else strictness


AS_BEFORE: Final = ColumnRule()
"""The rule of a column of which nothing was said."""
