"""What trials of suggestions found: one line a suggestion, and all of them together."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from core.limits import SUGGEST_ROWS
from core.prepare.suggest.suggestion import Suggestion
from core.train.trials.scores import Told

Verdict = Literal["helps", "open", "mixed", "none", "hurts", "failed", "waiting"]
ORDER: Final = ("helps", "open", "mixed", "none", "hurts", "failed", "waiting")
"""Verdicts in the order in which suggestions are listed."""


class Tried(BaseModel):
    """A suggestion and what its trial showed.

    Attributes
    ----------
    suggestion : Suggestion
    verdict : str
        ``helps``: the interval of a judge lies above zero, and no judge's below. ``mixed``: one above, one below.
        ``hurts``: one below. ``none``: no difference told. ``open``: promising, but chance is not ruled out: its
        interval lies above zero only if the others are not counted, or there was no time to go on. ``failed``: it
        cannot be applied. ``waiting``: not tried.
    told : tuple of Told
        What each judge says of it.
    reason : str
        Why it failed.
    """

    model_config = ConfigDict(frozen=True)

    suggestion: Suggestion
    verdict: Verdict = "waiting"
    told: tuple[Told, ...] = ()
    reason: str = ""

    @property
    def best(self) -> Told | None:
        """What the judge says that speaks most clearly; ``None`` where none was asked."""
        known = [one for one in self.told if one.low is not None and one.high is not None]
        if not known:
            return None
        if self.verdict == "hurts":
            return min(known, key=lambda one: one.high or 0.0)
        if self.verdict in ("helps", "mixed"):
            return max(known, key=lambda one: one.low or 0.0)
        return max(known, key=lambda one: one.gain)


class Suggested(BaseModel):
    """What suggestions for a recipe were worth.

    Attributes
    ----------
    metric : str
        Key of the frame's metric.
    rows, of_rows : int
        Training rows looked at, and training rows there are.
    folds : int
        Most differences an interval rests on.
    comparisons : int
        For how many comparisons the intervals are widened.
    picked_from : int
        Combinations of numbers that were looked at to pick those tried; 0 where none were.
    found : int
        Suggestions there are; those that were not tried are in ``tried`` as ``waiting``, or beyond the limit.
    before : dict of str to float
        Score of the recipe by judge.
    tried : tuple of Tried
        Those that help first, the clearest before the others.
    budget, seconds : float
    ended : str
        ``done``, ``budget``, ``stopped`` or ``running``.
    note : str
        Why nothing was tried, in plain words.
    """

    model_config = ConfigDict(frozen=True)

    metric: str
    rows: int
    of_rows: int
    folds: int = 0
    comparisons: int = 0
    picked_from: int = 0
    found: int = 0
    before: dict[str, float] = {}
    tried: tuple[Tried, ...] = ()
    budget: float = 0.0
    seconds: float = 0.0
    ended: Literal["done", "budget", "stopped", "running"] = "running"
    note: str = ""

    def of(self, *verdicts: str) -> tuple[Tried, ...]:
        """Return the suggestions with one of these verdicts."""
        return tuple(one for one in self.tried if one.verdict in verdicts)


def verdict(told: tuple[Told, ...]) -> Verdict:
    """Return what judges say together."""
    better = any(one.low is not None and one.low > 0 for one in told)
    worse = any(one.high is not None and one.high < 0 for one in told)
    if better and worse:
        return "mixed"
    return "helps" if better else "hurts" if worse else "none"


def place(one: Tried) -> tuple[int, float]:
    """Return where a suggestion is listed: by verdict, then by the gain less its standard error.

    By the lower end of the interval one picked from many, whose interval is wider, would stand behind its like.
    """
    best = one.best
    if best is None:
        return ORDER.index(one.verdict), -one.suggestion.promise
    return ORDER.index(one.verdict), -(best.gain - best.error if one.verdict == "helps" else best.gain)


def too_few(rows: int) -> str:
    """Say why nothing is tried on so few training rows; empty where there are enough."""
    if rows >= SUGGEST_ROWS:
        return ""
    return f"There are {rows:,} training rows; with fewer than {SUGGEST_ROWS} chance explains any difference."
