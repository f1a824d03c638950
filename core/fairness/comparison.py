"""What a remedy changes: the gap, the accuracy, and what the errors cost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.fairness.audit import Audit, Gap, audit
from core.fairness.measures import BINARY, Rate, difference
from core.fairness.remedy import RemedyPlan
from core.fairness.words import gap_words, in_points, percent, points
from core.framing.frame import Costs
from core.framing.outcomes import Outcomes

AS_IT_IS = "As it is"


@dataclass(frozen=True)
class Standing:
    """How one way of deciding stands.

    Parameters
    ----------
    audit : Audit
    gap : Gap
        Signed, between the two groups that were furthest apart before the remedy, with a 95% interval.
    accuracy, flagged, missed : Rate
        Right answers and flags over all rows; misses over the rows with the positive outcome.
    cost : float or None
        What errors cost per 1,000 rows, where the frame says what they cost.
    """

    audit: Audit
    gap: Gap
    accuracy: Rate
    flagged: Rate
    missed: Rate
    cost: float | None

    @property
    def widest(self) -> float:
        """Size of the widest gap between any two groups: what the limit is held against and a chart draws."""
        return abs(self.audit.widest.difference.value) if self.audit.widest else 0.0


@dataclass(frozen=True)
class RemedyComparison:
    """Decisions before and after a remedy, on the same rows, with what that means in sentences."""

    before: Standing
    after: Standing
    sentences: tuple[str, ...]

    @property
    def within_limit(self) -> bool:
        """Whether the widest gap after the remedy keeps the frame's limit."""
        return not self.after.audit.beyond


@dataclass(frozen=True)
class Option:
    """One point of the plot of gap against cost.

    Parameters
    ----------
    key : str
        The plan's key; empty for the model as it is.
    title : str
    gap : float
        The widest gap, as a share.
    cost : float
        Per 1,000 rows: money, or wrong answers where the frame gives no costs.
    within_limit, on_front : bool
        On the front is what no other option beats in both gap and cost.
    """

    key: str
    title: str
    gap: float
    cost: float
    within_limit: bool
    on_front: bool


def cost_per_thousand(outcomes: Outcomes, costs: Costs) -> float | None:
    """Return what the errors cost per 1,000 rows; ``None`` where the frame does not say or no row is there."""
    if not costs.known or not len(outcomes):
        return None
    needless = float((outcomes.flagged & ~outcomes.is_positive).mean())
    missed = float((~outcomes.flagged & outcomes.is_positive).mean())
    return 1000 * (needless * float(costs.false_positive or 0) + missed * float(costs.false_negative or 0))


def compare(
    before: Outcomes,
    after: Outcomes,
    groups: pd.Series,
    *,
    measure: str,
    limit: float,
    costs: Costs,
    positive_is_favourable: bool = False,
) -> RemedyComparison:
    """Compare decisions before and after a remedy.

    Parameters
    ----------
    before, after : Outcomes
        The same n rows of a binary task; ``after`` is ``decided`` by the remedy.
    groups : Series of length n
    measure, limit, positive_is_favourable
        As for ``audit``.
    costs : Costs

    Returns
    -------
    RemedyComparison
    """

    def judged(outcomes: Outcomes) -> Audit:
        return audit(outcomes, groups, measure=measure, limit=limit, positive_is_favourable=positive_is_favourable)

    first = judged(before)
    pair = (first.widest.group, first.widest.reference) if first.widest else (first.reference, first.reference)
    old = _standing(before, first, pair, costs)
    new = _standing(after, judged(after), pair, costs)
    return RemedyComparison(old, new, _sentences(old, new, costs))


def _standing(outcomes: Outcomes, judged: Audit, pair: tuple[str, str], costs: Costs) -> Standing:
    rates = [judged.group(name).rates[judged.measure] for name in pair]
    everyone = np.ones(len(outcomes), dtype=bool)
    return Standing(
        audit=judged,
        gap=Gap(judged.measure, *pair, difference(rates[0], rates[1], is_share=True)),
        accuracy=BINARY["accuracy"].rate(outcomes, everyone),
        flagged=BINARY["selection_rate"].rate(outcomes, everyone),
        missed=BINARY["false_negative_rate"].rate(outcomes, everyone),
        cost=cost_per_thousand(outcomes, costs),
    )


def _sentences(old: Standing, new: Standing, costs: Costs) -> tuple[str, ...]:
    column, gap = old.audit.column, old.gap
    sentences = [
        f"{BINARY[gap.measure].plain}: the gap between `{column}` “{gap.group}” and “{gap.reference}” goes from "
        f"{in_points(points(gap.difference.value))} to {gap_words(new.audit, new.gap)}.",
        f"Right answers go from {percent(old.accuracy.value, 1)} to {percent(new.accuracy.value, 1)}, flags from "
        f"{percent(old.flagged.value)} to {percent(new.flagged.value)}, missed positive outcomes from "
        f"{percent(old.missed.value)} to {percent(new.missed.value)}.",
    ]
    if old.cost is not None and new.cost is not None:
        sentences.append(
            f"Errors cost {costs.currency}{old.cost:,.0f} per 1,000 rows before and "
            f"{costs.currency}{new.cost:,.0f} after."
        )
    return (*sentences, f"The remedy reads `{column}` when it decides, for every row.")


def options(comparisons: Sequence[tuple[RemedyPlan, RemedyComparison]]) -> tuple[Option, ...]:
    """Put the model as it is and every remedy side by side.

    Parameters
    ----------
    comparisons : sequence of (RemedyPlan, RemedyComparison)
        At least one; all against the same model.

    Returns
    -------
    tuple of Option
        "As it is" first, then in the order given.
    """
    entries = [("", AS_IT_IS, comparisons[0][1].before)]
    entries += [(plan.key, plan.title, comparison.after) for plan, comparison in comparisons]
    places = [(standing.widest, _price(standing)) for _, _, standing in entries]
    return tuple(
        Option(key, title, *place, within_limit=not standing.audit.beyond, on_front=not _beaten(place, places))
        for (key, title, standing), place in zip(entries, places, strict=True)
    )


def _price(standing: Standing) -> float:
    return 1000 * (1 - standing.accuracy.value) if standing.cost is None else standing.cost


def _beaten(place: tuple[float, float], others: Sequence[tuple[float, float]]) -> bool:
    return any(other != place and other[0] <= place[0] and other[1] <= place[1] for other in others)
