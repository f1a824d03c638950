"""Who bears the errors: rates by group, what separates the groups, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import isnan, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.groups import in_order
from core.fairness.measures import Difference, Measure, Rate, default_measure, difference, measures_for
from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.limits import GROUP_ROWS, MIN_ROWS
from core.runtime.rules import MISSING

FOUR_FIFTHS = 0.8
"""Uniform Guidelines on Employee Selection Procedures (1978), 29 CFR 1607.4 D: a group's selection rate below four
fifths of the highest group's is taken as evidence of adverse impact."""


@dataclass(frozen=True)
class GroupRates:
    """One group.

    Parameters
    ----------
    group : str
    rows : int
    positives : int
        Rows with the positive outcome (binary); 0 for other tasks.
    rates : dict of str to Rate
        By key of measure.
    too_small : bool
        Whether the measure that counts stands on fewer than ``GROUP_ROWS`` rows here, so that its interval is wide.
    """

    group: str
    rows: int
    positives: int
    rates: Mapping[str, Rate]
    too_small: bool


@dataclass(frozen=True)
class Gap:
    """What separates a group from another in one measure, with a 95% interval."""

    measure: str
    group: str
    reference: str
    difference: Difference


@dataclass(frozen=True)
class Impact:
    """The four-fifths rule for one group: its favourable rate over the highest group's."""

    group: str
    rate: float
    best: str
    ratio: float
    low: float
    high: float

    @property
    def passes(self) -> bool:
        """Whether the ratio is at least four fifths."""
        return not self.ratio < FOUR_FIFTHS

    @property
    def fails_clearly(self) -> bool:
        """Whether even the upper end of the interval is below four fifths, so that chance does not explain it."""
        return self.high < FOUR_FIFTHS


@dataclass(frozen=True)
class Audit:
    """An audit of one sensitive column.

    Parameters
    ----------
    column : str
    task : Task
    rows : int
    measure : str
        Key of the measure held against the limit.
    measures : dict of str to Measure
    limit : float
        Largest acceptable difference: a share or, for an amount, a share of the overall mean absolute error.
    reference : str
        The largest group; the others are compared with it.
    groups : tuple of GroupRates
        In the order of ``core.data.groups.in_order``.
    gaps : dict of str to tuple of Gap
        By measure: each other group against the reference.
    widest : Gap or None
        The largest gap in ``measure`` between two groups of at least ``MIN_ROWS`` counted rows. Its interval is held
        over all pairs at once (Bonferroni), because the pair was picked by its size.
    impacts : tuple of Impact
        The four-fifths rule (binary), without the group of highest favourable rate and groups below ``MIN_ROWS`` rows.
    positive_is_favourable : bool
        Whether the four-fifths rule took being flagged as what a person hopes for.
    positive, negative : str
        The two outcomes (binary), else empty.
    overall : Rate
        The measure over all rows.
    method : str
        How the numbers were computed.
    """

    column: str
    task: Task
    rows: int
    measure: str
    measures: Mapping[str, Measure]
    limit: float
    reference: str
    groups: tuple[GroupRates, ...]
    gaps: Mapping[str, tuple[Gap, ...]]
    widest: Gap | None
    impacts: tuple[Impact, ...]
    positive_is_favourable: bool
    positive: str
    negative: str
    overall: Rate
    method: str

    @property
    def allowed(self) -> float:
        """The limit in the measure's own unit."""
        return self.limit if self.measures[self.measure].is_share else self.limit * self.overall.value

    @property
    def beyond(self) -> bool:
        """Whether the widest gap is larger than the limit."""
        return self.widest is not None and abs(self.widest.difference.value) > self.allowed + 1e-12

    def group(self, name: str) -> GroupRates:
        """Return one group; raises ``KeyError`` where there is none."""
        for group in self.groups:
            if group.group == name:
                return group
        raise KeyError(name)


def audit(
    outcomes: Outcomes,
    groups: pd.Series,
    *,
    measure: str = "false_positive_rate",
    limit: float = 0.10,
    positive_is_favourable: bool = False,
) -> Audit:
    """Judge predictions by group.

    Parameters
    ----------
    outcomes : Outcomes
        n rows the model had not seen.
    groups : Series of length n
        Each row's group as text, in the order of ``outcomes``; its name is the column's. See ``group_labels``.
    measure : str
        The frame's measure; other tasks than binary use accuracy or the mean absolute error.
    limit : float
        The frame's limit.
    positive_is_favourable : bool
        Whether the positive outcome is what a person hopes for; by default it is not (a denial, a default), so that
        the favourable answer is *not* to be flagged.

    Returns
    -------
    Audit
    """
    labels = _filled(groups)
    measures = measures_for(outcomes)
    counted = default_measure(outcomes.task, measure)
    sizes = pd.Series(labels).value_counts()
    names = in_order(map(str, sizes.index), {str(name): int(count) for name, count in sizes.items()})
    rows = tuple(_group(outcomes, labels == name, name, measures, counted) for name in names)
    # The first of the largest, so that two of one size do not change places by chance.
    reference = max(rows, key=lambda row: (row.group != MISSING, row.rows), default=None)
    gaps = {
        key: tuple(_gap(one, key, row, reference) for row in rows if reference is not None and row is not reference)
        for key, one in measures.items()
    }
    binary = outcomes.task is Task.BINARY
    everyone = np.ones(len(outcomes), dtype=bool)
    return Audit(
        column=str(groups.name),
        task=outcomes.task,
        rows=len(outcomes),
        measure=counted,
        measures=measures,
        limit=limit,
        reference=reference.group if reference else "",
        groups=rows,
        gaps=gaps,
        widest=_widest(measures[counted], rows),
        impacts=_four_fifths(rows, positive_is_favourable) if binary else (),
        positive_is_favourable=positive_is_favourable,
        positive=str(outcomes.positive) if binary else "",
        negative=outcomes.negative if binary else "",
        overall=measures[counted].rate(outcomes, everyone),
        method=_method(outcomes.task, len(outcomes), len(rows)),
    )


def _filled(groups: pd.Series) -> NDArray[np.object_]:
    filled = [MISSING if pd.isna(name) else str(name) for name in groups]
    return np.asarray(filled, dtype=object)


def _group(
    outcomes: Outcomes, rows: NDArray[np.bool_], name: str, measures: Mapping[str, Measure], counted: str
) -> GroupRates:
    rates = {key: measure.rate(outcomes, rows) for key, measure in measures.items()}
    positives = int(outcomes.is_positive[rows].sum()) if outcomes.task is Task.BINARY else 0
    return GroupRates(name, int(rows.sum()), positives, rates, too_small=rates[counted].rows < GROUP_ROWS)


def _gap(measure: Measure, key: str, group: GroupRates, reference: GroupRates, confidence: float = 0.95) -> Gap:
    apart = difference(group.rates[key], reference.rates[key], is_share=measure.is_share, confidence=confidence)
    return Gap(key, group.group, reference.group, apart)


def _widest(measure: Measure, rows: tuple[GroupRates, ...]) -> Gap | None:
    judged = [row for row in rows if row.rates[measure.key].rows >= MIN_ROWS]
    pairs = list(combinations(judged, 2))
    if not pairs:
        return None

    def value(row: GroupRates) -> float:
        return row.rates[measure.key].value

    first, second = max(pairs, key=lambda pair: abs(value(pair[0]) - value(pair[1])))
    high, low = (first, second) if value(first) >= value(second) else (second, first)
    return _gap(measure, measure.key, high, low, confidence=1 - 0.05 / len(pairs))


def _four_fifths(rows: tuple[GroupRates, ...], positive_is_favourable: bool) -> tuple[Impact, ...]:
    judged = {row.group: _favourable(row.rates["selection_rate"], positive_is_favourable) for row in rows}
    judged = {name: rate for name, rate in judged.items() if rate.rows >= MIN_ROWS}
    if len(judged) < 2:
        return ()
    best = max(judged, key=lambda name: judged[name].value)
    impacts = []
    for name, rate in judged.items():
        if name == best:
            continue
        apart = difference(rate, judged[best], is_share=True)
        known = not isnan(apart.ratio)
        low, high = (apart.ratio_low, apart.ratio_high) if known else (nan, nan)
        impacts.append(Impact(name, rate.value, best, apart.ratio, low, high))
    return tuple(impacts)


def _favourable(rate: Rate, positive_is_favourable: bool) -> Rate:
    if positive_is_favourable:
        return rate
    return Rate(1 - rate.value, 1 - rate.high, 1 - rate.low, rate.rows)


def _method(task: Task, rows: int, groups: int) -> str:
    rates = "Student's t" if task is Task.REGRESSION else "Wilson's score"
    gaps = "Welch's" if task is Task.REGRESSION else "Newcombe's hybrid score"
    text = f"{rows:,} rows, {groups} groups. 95% intervals: {rates} interval for a group, {gaps} interval for a gap"
    return text + ("; the widest gap's interval is held over all pairs at once." if groups > 2 else ".")
