"""How far a column, the predictions or a score have moved, in words, and the limits between the words."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

ALPHA: Final = 0.05
"""Share of columns called drifted by mistake that is accepted among all that are called so."""
PSI_SOME: Final = 0.10
PSI_DRIFTED: Final = 0.25
"""Population stability index below which a change is too small to matter, and from which on it is large.

Siddiqi, N. (2006), Credit risk scorecards, Wiley, chapter 8. Unlike a p-value the index does not grow with the sample,
so that a large sample does not cry drift over nothing."""


class Verdict(StrEnum):
    """What can be said of a change."""

    NONE = "no drift seen"
    UNKNOWN = "cannot tell"
    SOME = "some"
    DRIFTED = "drifted"

    @property
    def rank(self) -> int:
        """Sort key, worst last."""
        return list(Verdict).index(self)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; with none at all nothing can be told."""
    return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.UNKNOWN)


def grade(psi: float | None, corrected_p: float | None) -> Verdict:
    """Return the verdict on one change.

    Parameters
    ----------
    psi : float or None
        How large it is.
    corrected_p : float or None
        Whether chance explains it, corrected for the number of tests; ``None`` where there were too few rows to test.

    Returns
    -------
    Verdict
        Drift is what is neither small nor explained by chance.
    """
    if psi is None or corrected_p is None:
        return Verdict.UNKNOWN
    if corrected_p >= ALPHA or psi < PSI_SOME:
        return Verdict.NONE
    return Verdict.SOME if psi < PSI_DRIFTED else Verdict.DRIFTED
