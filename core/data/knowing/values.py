"""Cards of columns of numbers and of categories: what the values are, and what is odd about them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.data.signal import Floats, Ints
from core.framing.intervals import wilson

QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
FENCE: Final = 1.5
"""Interquartile ranges beyond the quartiles from which a value is an outlier (Tukey 1977)."""
ROBUST_Z: Final = 3.5
"""Robust z from which a value is an outlier (Iglewicz and Hoaglin 1993)."""
MAD_TO_SIGMA: Final = 1.4826
HEAPS: Final = (1000, 100, 50, 10, 5)
"""Round numbers that values may be heaped on, largest first."""
HEAPED: Final = 2.0
"""Times its chance that a round number must occur to be a heap …"""
HEAPED_SHARE: Final = 0.25
"""… and the share of rows it must have."""
RARE_ROWS: Final = 10
"""Fewer rows than this make a level rare."""
SHOWN_LEVELS: Final = 20


@dataclass(frozen=True)
class Heap:
    """Values that are multiples of a round number more often than chance gives: ``share`` of rows, ``chance``."""

    base: int
    share: float
    chance: float


@dataclass(frozen=True)
class Outliers:
    """Values far out by one rule: those beyond the fences, and how many on each side."""

    low_fence: float
    high_fence: float
    below: int
    above: int

    @property
    def rows(self) -> int:
        """Values beyond either fence."""
        return self.below + self.above


@dataclass(frozen=True)
class NumberCard:
    """A column of numbers.

    Parameters
    ----------
    rows, missing, distinct : int
        All rows, those without a number, and different numbers.
    mean, std : float
        ``std`` with n − 1; NaN where nothing is filled.
    quantiles : tuple of (float, float)
        Share and value, with the smallest and the largest at 0 and 1.
    zeros, negatives : int
    fenced, robust : Outliers
        By 1.5 interquartile ranges, and by a robust z of 3.5; none where half the values are equal.
    skewness : float
        Third standardised moment.
    heap : Heap or None
        The largest round number the values are heaped on.
    whole : bool
        Whether every value is a whole number.
    """

    rows: int
    missing: int
    distinct: int
    mean: float
    std: float
    quantiles: tuple[tuple[float, float], ...]
    zeros: int
    negatives: int
    fenced: Outliers
    robust: Outliers
    skewness: float
    heap: Heap | None
    whole: bool


def number_card(numbers: Floats) -> NumberCard:
    """Describe numbers, NaN where missing."""
    filled = np.sort(numbers[~np.isnan(numbers)])
    none = Outliers(-np.inf, np.inf, 0, 0)
    if not len(filled):
        return NumberCard(len(numbers), len(numbers), 0, np.nan, np.nan, (), 0, 0, none, none, np.nan, None, False)
    distinct = int((filled[1:] != filled[:-1]).sum()) + 1
    shares = (0.0, *QUANTILES, 1.0)
    quantiles = tuple(zip(shares, np.quantile(filled, shares).tolist(), strict=True))
    whole = bool((filled == np.round(filled)).all())
    with np.errstate(all="ignore"):
        return NumberCard(
            rows=len(numbers),
            missing=len(numbers) - len(filled),
            distinct=distinct,
            mean=float(filled.mean()),
            std=float(filled.std(ddof=1)) if len(filled) > 1 else 0.0,
            quantiles=quantiles,
            zeros=int((filled == 0).sum()),
            negatives=int((filled < 0).sum()),
            fenced=_beyond(filled, *fences(filled)),
            robust=_beyond(filled, *robust_fences(filled)),
            skewness=skewness(filled),
            heap=heap_of(filled, distinct) if whole else None,
            whole=whole,
        )


def fences(filled: Floats) -> tuple[float, float]:
    """Return Tukey's fences; infinite where the quartiles are equal."""
    q1, q3 = np.quantile(filled, [0.25, 0.75])
    reach = FENCE * (q3 - q1)
    return (float(q1 - reach), float(q3 + reach)) if reach > 0 else (-np.inf, np.inf)


def robust_fences(filled: Floats) -> tuple[float, float]:
    """Return where the robust z is ±3.5: distance from the median in 1.4826 median absolute deviations."""
    middle = float(np.median(filled))
    reach = ROBUST_Z * MAD_TO_SIGMA * float(np.median(np.abs(filled - middle)))
    return (middle - reach, middle + reach) if reach > 0 else (-np.inf, np.inf)


def _beyond(filled: Floats, low: float, high: float) -> Outliers:
    return Outliers(low, high, int((filled < low).sum()), int((filled > high).sum()))


def skewness(filled: Floats) -> float:
    """Return the third standardised moment; 0 where nothing varies."""
    centred = filled - filled.mean()
    spread = float(np.sqrt((centred**2).mean()))
    if not 0 < spread < np.inf:
        return 0.0
    return float(((centred / spread) ** 3).mean())


def heap_of(filled: Floats, distinct: int) -> Heap | None:
    """Return the largest round number that whole values other than 0 are heaped on, or ``None``."""
    values = filled[filled != 0]
    if distinct <= SHOWN_LEVELS:
        return None
    span = float(values[-1] - values[0])
    for base in HEAPS:
        # A range of a few multiples says nothing about heaping.
        if span < 5 * base:
            continue
        share = float((np.mod(values, base) == 0).mean())
        if share >= max(HEAPED_SHARE, HEAPED / base):
            return Heap(base, share, 1 / base)
    return None


@dataclass(frozen=True)
class Level:
    """One level: its rows, and its share of the filled rows with the 95% Wilson interval."""

    name: str
    rows: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class LevelCard:
    """A category or a yes-or-no column.

    Parameters
    ----------
    rows, missing, distinct : int
    levels : tuple of Level
        The most frequent ones.
    rare, rare_rows : int
        Levels with fewer than ten rows, and their rows together.
    evenness : float
        Shannon's entropy as a share of the largest it could be: 0 for one level only, 1 where all are equally frequent.
    effective : float
        How many equally frequent levels would be as mixed: exp of the entropy.
    dominance : float
        Share of the most frequent level.
    variants : tuple of tuple of str
        Levels that differ only in case, spaces or punctuation.
    """

    rows: int
    missing: int
    distinct: int
    levels: tuple[Level, ...]
    rare: int
    rare_rows: int
    evenness: float
    effective: float
    dominance: float
    variants: tuple[tuple[str, ...], ...]


def level_card(codes: Ints, levels: tuple[str, ...]) -> LevelCard:
    """Describe levels, −1 where missing."""
    counts = np.bincount(codes[codes >= 0], minlength=len(levels)).astype(np.int64)
    filled = int(counts.sum())
    order = np.lexsort((np.arange(len(levels)), -counts))
    rare = (counts > 0) & (counts < RARE_ROWS)
    shares = counts[counts > 0] / max(1, filled)
    entropy = float(-(shares * np.log(shares)).sum()) if filled else 0.0
    named = tuple(
        Level(levels[at], int(counts[at]), counts[at] / filled, *wilson(int(counts[at]), filled))
        for at in order[:SHOWN_LEVELS]
        if counts[at]
    )
    return LevelCard(
        rows=len(codes),
        missing=len(codes) - filled,
        distinct=int((counts > 0).sum()),
        levels=named,
        rare=int(rare.sum()),
        rare_rows=int(counts[rare].sum()),
        evenness=entropy / float(np.log(len(shares))) if len(shares) > 1 else 0.0,
        effective=float(np.exp(entropy)) if filled else 0.0,
        dominance=named[0].share if named else 0.0,
        variants=spelling_variants([levels[at] for at in order if counts[at]]),
    )


def spelling_variants(levels: list[str]) -> tuple[tuple[str, ...], ...]:
    """Return groups of levels that are one when case, spaces and punctuation are left aside."""
    alike: dict[str, list[str]] = {}
    for level in levels:
        bare = "".join(letter for letter in level.casefold() if letter.isalnum())
        # Without its signs "-5" would be "5", and "1.5" be "15".
        if bare and not bare.isnumeric():
            alike.setdefault(bare, []).append(level)
    return tuple(tuple(group) for group in alike.values() if len(group) > 1)
