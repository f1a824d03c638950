"""Where a model fails: parts of the rows on which it does worse than on the others, by more than chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import Schema
from core.evaluate.parts import Cut, Part, cut_column, part_words
from core.framing.frame import Task
from core.framing.intervals import wilson
from core.framing.metrics import amount
from core.framing.outcomes import Outcomes
from core.limits import SLICE_COLUMNS, SLICE_ROWS

FALSE_ALARM = 0.05
"""Chance that anything at all is listed where the model is alike everywhere."""
WORTH = 1.1
"""A slice is listed where its error is at least so many times that of the other rows."""
MOST = 10
"""Slices listed."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Slice:
    """One part of the rows on which the model does worse.

    Parameters
    ----------
    parts : tuple of Part
        One, or two that hold together.
    rows : ndarray of int
        Positions among the outcomes, ascending.
    error : float
        Share of wrong answers; mean absolute error for amounts.
    low, high : float
        95% interval of ``error``: Wilson, or Student's.
    elsewhere : float
        The same of all other rows.
    more, more_low, more_high : float
        ``error - elsewhere`` with an interval that holds for all slices looked at together.
    p_value : float
        One-sided, before the correction.
    """

    parts: tuple[Part, ...]
    rows: NDArray[np.intp]
    error: float
    low: float
    high: float
    elsewhere: float
    more: float
    more_low: float
    more_high: float
    p_value: float

    @property
    def n(self) -> int:
        """Rows of the slice."""
        return len(self.rows)

    @property
    def words(self) -> str:
        """Which rows, in words; column names stand between backticks."""
        return " and ".join(part_words(part) for part in self.parts)


@dataclass(frozen=True, eq=False)
class Slices:
    """What the search for failing parts found.

    Parameters
    ----------
    task : Task
    found : tuple of Slice
        Worst first.
    looked_at : int
        Slices compared with the other rows.
    n : int
        Rows judged.
    error : float
        Of all rows.
    columns, in_pairs : int
        Columns looked at one by one, and those of them that were also looked at two by two.
    """

    task: Task
    found: tuple[Slice, ...]
    looked_at: int
    n: int
    error: float
    columns: int
    in_pairs: int

    def say(self, error: float) -> str:
        """Write an error as the task has it: a share, or an amount."""
        return amount(error) if self.task is Task.REGRESSION else f"{100 * error:.1f}%"

    @property
    def sentence(self) -> str:
        """What was found, in words; column names stand between backticks."""
        if not self.looked_at:
            return (
                f"No part of the rows could be looked at: each needs at least {SLICE_ROWS} rows, and as many outside."
            )
        if not self.found:
            return (
                f"{self.looked_at:,} parts of the rows were looked at; on none is the model worse than on the others "
                "by more than chance."
            )
        worst = self.found[0]
        error, elsewhere = self.say(worst.error), self.say(worst.elsewhere)
        if self.task is Task.REGRESSION:
            return (
                f"Worst where {worst.words}: off by {error} on average in {worst.n:,} rows, by {elsewhere} elsewhere."
            )
        return f"Worst where {worst.words}: wrong in {error} of {worst.n:,} rows, in {elsewhere} elsewhere."

    @property
    def method(self) -> str:
        """How it was made, in plain words."""
        test = "Welch's test" if self.task is Task.REGRESSION else "Fisher's exact test"
        pairs = f"{self.columns} columns" if self.in_pairs == self.columns else (
            f"{self.columns} columns one by one, {self.in_pairs} of them two by two"
        )  # fmt: skip
        return (
            f"{self.looked_at:,} parts of at least {SLICE_ROWS} rows from {pairs}, each against the other rows by "
            f"{test}, corrected for their number (Bonferroni): where nothing is wrong, a list appears in at most 1 of "
            "20 tables."
        )


@dataclass(frozen=True, eq=False)
class _Counted:
    """Slices from one column or one pair: sizes, sums of errors and of their squares."""

    cuts: tuple[Cut, ...]
    places: NDArray[np.intp]
    n: FloatArray
    total: FloatArray
    squares: FloatArray


def errors_of(outcomes: Outcomes) -> FloatArray:
    """Return each row's error, shape (n,): 1 for a wrong answer, or the distance of an amount."""
    if outcomes.task is Task.REGRESSION:
        return np.abs(np.asarray(outcomes.actual, dtype=np.float64) - np.asarray(outcomes.predicted, dtype=np.float64))
    return np.asarray(outcomes.predicted != outcomes.actual, dtype=np.float64)


def find_slices(
    outcomes: Outcomes, rows: pd.DataFrame, schema: Schema, columns: Sequence[str], *, smallest: int = SLICE_ROWS
) -> Slices:
    """Look for parts of the rows on which the model does worse than on all others.

    Every part of every column is looked at, and every pair of parts of two columns. Parts are cut from the columns
    alone, so that what the model got wrong has no say in where they begin. The false alarms of all comparisons
    together are held at ``FALSE_ALARM`` (Bonferroni), and slices are ordered by the low end of the difference at that
    confidence: a small slice must be far worse to stand above a large one. A slice that holds no news beside those
    above it, because it is no longer worse once their rows are taken out, is not listed; nor is a pair that is no
    worse than the rest of a part it lies in, where that part fails itself.

    Parameters
    ----------
    outcomes : Outcomes
        n rows, each judged by a model that had not seen it.
    rows : DataFrame of shape (n, columns)
        The raw columns of the same rows.
    schema : Schema
    columns : sequence of str
        Columns to look at; the first ``SLICE_COLUMNS`` of them also in pairs.
    smallest : int
        Fewest rows of a slice, and of what is left outside it.

    Returns
    -------
    Slices
    """
    errors = errors_of(outcomes)
    cuts = [cut_column(rows[name], schema[name], smallest) for name in columns]
    in_pairs = min(len(cuts), SLICE_COLUMNS)
    counted = list(_count(cuts, in_pairs, errors, smallest))
    looked_at = sum(len(each.places) for each in counted)
    mean = float(errors.mean()) if len(errors) else float("nan")
    if not looked_at or mean == 0:
        return Slices(outcomes.task, (), looked_at, len(errors), mean, len(cuts), in_pairs)
    n, total, squares = (
        np.concatenate([getattr(each, name) for each in counted]) for name in ("n", "total", "squares")
    )
    amounts = outcomes.task is Task.REGRESSION
    level = FALSE_ALARM / looked_at
    p_values = _welch(n, total, squares, errors) if amounts else _exact(n, total, errors)
    rest = (errors.sum() - total) / (len(errors) - n)
    failing = np.flatnonzero((p_values <= level) & (total / n >= WORTH * rest))
    owner = np.repeat(np.arange(len(counted)), [len(each.places) for each in counted])
    offset = np.cumsum([0, *(len(each.places) for each in counted)])
    candidates = []
    for place in failing:
        each = counted[owner[place]]
        mask, parts = _held(each.cuts, int(each.places[place - offset[owner[place]]]))
        candidates.append(_slice(parts, mask, errors, level, float(p_values[place]), amounts=amounts))
    candidates.sort(key=lambda found: (-found.more_low, len(found.parts)))
    candidates = [
        each for each in candidates if _beyond_its_parts(each, candidates, errors, level, smallest, amounts=amounts)
    ]
    found = _with_news(candidates, errors, level, smallest, amounts=amounts)
    return Slices(outcomes.task, tuple(found), looked_at, len(errors), mean, len(cuts), in_pairs)


def _count(cuts: Sequence[Cut], in_pairs: int, errors: FloatArray, smallest: int) -> Iterator[_Counted]:
    for cut in cuts:
        if cut.parts:
            yield _sums((cut,), np.where(cut.codes < 0, len(cut.parts), cut.codes), len(cut.parts), errors, smallest)
    for one, other in combinations([cut for cut in cuts[:in_pairs] if cut.parts], 2):
        k = len(one.parts) * len(other.parts)
        codes = np.where((one.codes < 0) | (other.codes < 0), k, one.codes * len(other.parts) + other.codes)
        yield _sums((one, other), codes, k, errors, smallest)


def _sums(cuts: tuple[Cut, ...], codes: NDArray[np.intp], k: int, errors: FloatArray, smallest: int) -> _Counted:
    n, total, squares = (
        np.bincount(codes, weights, minlength=k + 1)[:k].astype(np.float64) for weights in (None, errors, errors**2)
    )
    places = np.flatnonzero((n >= smallest) & (len(codes) - n >= smallest))
    return _Counted(cuts, places, n[places], total[places], squares[places])


def _held(cuts: tuple[Cut, ...], place: int) -> tuple[NDArray[np.bool_], tuple[Part, ...]]:
    if len(cuts) == 1:
        return cuts[0].codes == place, (cuts[0].parts[place],)
    one, other = cuts
    first, second = divmod(place, len(other.parts))
    return (one.codes == first) & (other.codes == second), (one.parts[first], other.parts[second])


def _exact(n: FloatArray, wrong: FloatArray, errors: FloatArray) -> FloatArray:
    """Fisher's exact test, one-sided: as many wrong answers or more among n rows drawn from all of them."""
    from scipy.stats import hypergeom

    return np.asarray(hypergeom.sf(wrong - 1, len(errors), errors.sum(), n), dtype=np.float64)


def _welch(n: FloatArray, total: FloatArray, squares: FloatArray, errors: FloatArray) -> FloatArray:
    from scipy.stats import t

    more, spread, degrees = _difference(n, total, squares, errors)
    return np.asarray(t.sf(more / spread, degrees), dtype=np.float64)


def _difference(
    n: FloatArray, total: FloatArray, squares: FloatArray, errors: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the mean error inside less that outside, its standard error, and degrees of freedom."""
    outside = len(errors) - n
    inside_mean, outside_mean = total / n, (errors.sum() - total) / outside
    spread = float(errors.var(ddof=1))
    variance = np.maximum((squares - n * inside_mean**2) / (n - 1), 0.0)
    # A small slice whose errors happen to be alike would pass for certain: it is held to vary at least as all rows do.
    variance = np.maximum(variance, spread)
    rest = np.maximum(((errors**2).sum() - squares - outside * outside_mean**2) / (outside - 1), 0.0)
    error = np.sqrt(variance / n + rest / outside)
    return inside_mean - outside_mean, np.maximum(error, np.finfo(float).tiny), n - 1


def _slice(
    parts: tuple[Part, ...], mask: NDArray[np.bool_], errors: FloatArray, level: float, p_value: float, *, amounts: bool
) -> Slice:
    from scipy.stats import t

    inside, outside = errors[mask], errors[~mask]
    n, error, elsewhere = len(inside), float(inside.mean()), float(outside.mean())
    if amounts:
        half = float(t.ppf(0.975, n - 1)) * float(inside.std(ddof=1)) / n**0.5
        low, high = max(0.0, error - half), error + half
        _, spread, degrees = (float(value[0]) for value in _difference(*_sums_of(inside), errors))
        reach = float(t.isf(level, degrees)) * spread
        more_low, more_high = error - elsewhere - reach, error - elsewhere + reach
    else:
        low, high = wilson(float(inside.sum()), n)
        more_low, more_high = _newcombe(inside, outside, 1 - 2 * level)
    rows = np.flatnonzero(mask).astype(np.intp)
    return Slice(parts, rows, error, low, high, elsewhere, error - elsewhere, more_low, more_high, p_value)


def _newcombe(inside: FloatArray, outside: FloatArray, confidence: float) -> tuple[float, float]:
    """Interval of a difference of shares from two Wilson intervals (Newcombe, 1998, Statistics in Medicine 17)."""
    p, q = float(inside.mean()), float(outside.mean())
    p_low, p_high = wilson(float(inside.sum()), len(inside), confidence)
    q_low, q_high = wilson(float(outside.sum()), len(outside), confidence)
    return p - q - ((p - p_low) ** 2 + (q_high - q) ** 2) ** 0.5, p - q + ((p_high - p) ** 2 + (q - q_low) ** 2) ** 0.5


def _beyond_its_parts(
    found: Slice, candidates: Sequence[Slice], errors: FloatArray, level: float, smallest: int, *, amounts: bool
) -> bool:
    """Whether a pair is worse than the rest of each failing part it lies in; true for a single part."""
    for parent in candidates:
        if len(found.parts) == 2 and len(parent.parts) == 1 and parent.parts[0] in found.parts:
            if parent.n - found.n < smallest:
                return False
            if _p_value(errors[found.rows], errors[parent.rows], amounts=amounts) > level:
                return False
    return True


def _with_news(
    candidates: Sequence[Slice], errors: FloatArray, level: float, smallest: int, *, amounts: bool
) -> list[Slice]:
    """Keep the slices that are still worse once the rows of those above them are taken out."""
    left = np.ones(len(errors), dtype=bool)
    kept: list[Slice] = []
    for found in candidates:
        if len(kept) == MOST:
            break
        own = np.zeros(len(errors), dtype=bool)
        own[found.rows] = True
        inside, rest = errors[own & left], errors[left]
        if kept and (len(inside) < smallest or len(rest) - len(inside) < smallest):
            continue
        if not kept or _p_value(inside, rest, amounts=amounts) <= level:
            kept.append(found)
            left &= ~own
    return kept


def _p_value(inside: FloatArray, errors: FloatArray, *, amounts: bool) -> float:
    n, total, squares = _sums_of(inside)
    return float((_welch(n, total, squares, errors) if amounts else _exact(n, total, errors))[0])


def _sums_of(inside: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    return np.array([float(len(inside))]), np.array([inside.sum()]), np.array([(inside**2).sum()])
