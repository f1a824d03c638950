"""Whether a model is good enough to ship: a score's interval held against the mark the frame set."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from statistics import NormalDist
from typing import Final

from core.evaluate.score import cut_to_bounds
from core.framing.frame import Frame
from core.framing.metrics import METRICS

CONFIDENCE: Final = 0.95
"""Coverage that all looks at the sealed test share."""


class Ship(StrEnum):
    """What follows from a score and the frame's mark."""

    SHIP = "ship"
    DO_NOT = "do not ship"
    CANNOT_TELL = "cannot tell"

    @property
    def words(self) -> str:
        """As a title."""
        return self.value.capitalize()


@dataclass(frozen=True)
class ShipVerdict:
    """Whether a model is good enough, and why.

    Parameters
    ----------
    kind : Ship
    reason : str
        In words.
    basis : str
        The rows it rests on: the sealed test, or those left out where the seal is closed.
    sealed : bool
        Whether it rests on the sealed test.
    low, high : float
        The interval that was held against the mark; wider than that of one look where there were several.
    """

    kind: Ship
    reason: str
    basis: str
    sealed: bool
    low: float
    high: float


def widened(value: float, low: float, high: float, metric: str, openings: int) -> tuple[float, float]:
    """Return the interval of one look among several, wide enough for all of them to hold together.

    Each of ``openings`` looks gets its share of the 5% by which an interval may miss (Bonferroni). The ends are moved
    out on the normal scale, each on its own side, and cut at the metric's bounds; with two looks they lie 14% further
    from the value, with five 31%.

    Parameters
    ----------
    value, low, high : float
        The score with its 95% interval.
    metric : str
    openings : int
        Looks at the same sealed rows, at least 1.

    Returns
    -------
    tuple of float

    Notes
    -----
    Dunn, O. J. (1961), Multiple comparisons among means, JASA 56, 52-64.
    """
    if openings <= 1 or not (isfinite(low) and isfinite(high)):
        return low, high
    normal, miss = NormalDist(), (1 - CONFIDENCE) / 2
    factor = normal.inv_cdf(1 - miss / openings) / normal.inv_cdf(1 - miss)
    return cut_to_bounds(metric, value - factor * (value - low), value + factor * (high - value))


def uncertainty_words(openings: int) -> str:
    """Say how several looks at the sealed test widen what each of them says; empty for one or none."""
    if openings <= 1:
        return ""
    share = 100 * (1 - (1 - CONFIDENCE) / openings)
    return (
        f"The sealed test was opened {openings} times. So that all {openings} intervals hold together in 95 of 100 "
        f"cases, each is widened to {share:.4g}% (Bonferroni over the openings). No interval undoes that a model may "
        "have been changed because of an earlier look."
    )


def ship_verdict(
    frame: Frame, metric: str, value: float, low: float, high: float, *, rows: int, openings: int | None
) -> ShipVerdict:
    """Hold a score against what the frame calls good enough.

    Ship where even the worse end of the interval reaches the mark; do not ship where even the better end misses it;
    otherwise these rows cannot tell.

    Parameters
    ----------
    frame : Frame
    metric : str
        Key of the metric of the score.
    value, low, high : float
        With its 95% interval.
    rows : int
        It was computed on.
    openings : int or None
        Looks at the sealed test, this one among them; ``None`` where the score is of rows left out in training.

    Returns
    -------
    ShipVerdict
    """
    found, sealed = METRICS[metric], openings is not None
    if openings is not None:
        low, high = widened(value, low, high, metric, openings)
    basis = f"{rows:,} sealed rows" if sealed else f"{rows:,} training rows left out, the sealed test is not opened"
    told = f"{found.title} is {found.format(value)} on {basis}"

    def say(kind: Ship, reason: str) -> ShipVerdict:
        return ShipVerdict(kind, reason, basis, sealed, low, high)

    wanted = frame.good_enough
    if wanted is None:
        return say(Ship.CANNOT_TELL, f"{told}. What is good enough is not said under Frame.")
    if frame.metric != metric:
        return say(
            Ship.CANNOT_TELL, f"{told}, and what is good enough is said of another measure. Train again to judge by it."
        )
    mark = found.format(wanted)
    if not (isfinite(value) and isfinite(low) and isfinite(high)):
        reason = f"On {basis} {found.title} has no interval, so {mark} can neither be met nor missed."
        return say(Ship.CANNOT_TELL, reason)
    name = "95% interval" if (openings or 1) == 1 else f"interval widened for {openings} openings"
    told += f", {name} {found.format(low)} to {found.format(high)}"
    worst, best = (low, high) if found.higher_is_better else (high, low)
    if not found.better(wanted, worst):
        return say(Ship.SHIP, f"{told}: all of it reaches the {mark} you called good enough.")
    if found.better(wanted, best):
        return say(Ship.DO_NOT, f"{told}: none of it reaches the {mark} you called good enough.")
    return say(Ship.CANNOT_TELL, f"{told}: the {mark} you called good enough lies within. More rows would narrow it.")


@dataclass(frozen=True)
class SealStatement:
    """What a model card and a certificate say of the sealed test.

    Parameters
    ----------
    openings : int
    dates : tuple of str
        Of each opening, ISO days.
    intervals : tuple of (float, float)
        Of each opening, widened for all of them.
    uncertainty : str
        How they were widened, in words; empty for one opening or none.
    verdict : ShipVerdict
    """

    openings: int
    dates: tuple[str, ...]
    intervals: tuple[tuple[float, float], ...]
    uncertainty: str
    verdict: ShipVerdict

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON holds it."""
        return {
            "openings": self.openings,
            "dates": list(self.dates),
            "uncertainty": self.uncertainty,
            "verdict": self.verdict.kind.value,
            "reason": self.verdict.reason,
            "judged_on": self.verdict.basis,
        }


@dataclass(frozen=True)
class Look:
    """One look at the sealed test: its day, the metric with its 95% interval, the rows, and whether of this model."""

    day: str
    metric: str
    value: float
    low: float
    high: float
    rows: int
    this_model: bool


def seal_statement(frame: Frame, looks: Sequence[Look], left_out: Look) -> SealStatement:
    """Say what the sealed test says of a model; of the rows left out while it was not opened for that model.

    Parameters
    ----------
    frame : Frame
    looks : sequence of Look
        All there were, at whatever model, in order: each tells something of the same rows.
    left_out : Look
        The score on the rows left out in training.

    Returns
    -------
    SealStatement
    """
    count = len(looks)
    mine = next((look for look in reversed(looks) if look.this_model), None)
    used = mine or left_out
    verdict = ship_verdict(
        frame,
        used.metric,
        used.value,
        used.low,
        used.high,
        rows=used.rows,
        openings=count if mine else None,
    )
    intervals = tuple(widened(look.value, look.low, look.high, look.metric, count) for look in looks)
    return SealStatement(count, tuple(look.day for look in looks), intervals, uncertainty_words(count), verdict)
