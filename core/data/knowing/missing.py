"""Where cells are missing: which columns together, in which patterns, and whether the outcome differs there."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.representation import mean_interval
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.framing.intervals import wilson
from core.limits import KNOWING_COLUMNS
from core.runtime.values import as_date, as_number, as_text

Mask = NDArray[np.bool_]

PATTERNS: Final = 30
"""Patterns that are told one by one."""
ENOUGH: Final = 10
"""Rows with, and without, a value from which their outcomes are compared."""


def missing_mask(values: pd.Series, spec: ColumnSpec) -> Mask:
    """Return which rows have no value a model could read, shape (n,)."""
    if spec.type is ColumnType.NUMBER:
        return as_number(values).isna().to_numpy(dtype=bool)
    if spec.type is ColumnType.DATE:
        return as_date(values, spec.date_format).isna().to_numpy(dtype=bool)
    return as_text(values).isna().to_numpy(dtype=bool)


@dataclass(frozen=True)
class Pattern:
    """Columns that are missing together and no others, and the rows where they are."""

    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class MissingPair:
    """Two columns with gaps: rows where both are missing, and the correlation (phi) of their gaps."""

    first: str
    second: str
    both: int
    phi: float


@dataclass(frozen=True)
class MissingOutcome:
    """The outcome where a column is missing, and where it is not.

    Parameters
    ----------
    column : str
    missing, filled : int
        Rows with an outcome.
    value, low, high : float
        Share of the outcome looked for, or its mean, where the column is missing, with its 95% interval.
    other, other_low, other_high : float
        The same where it is filled.
    difference, difference_low, difference_high : float
        ``value − other`` with its 95% interval (Newcombe's of two shares, Welch's of two means).
    """

    column: str
    missing: int
    filled: int
    value: float
    low: float
    high: float
    other: float
    other_low: float
    other_high: float
    difference: float
    difference_low: float
    difference_high: float

    @property
    def differs(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        return self.difference_low > 0 or self.difference_high < 0


@dataclass(frozen=True, eq=False)
class Missingness:
    """The gaps of a table.

    Parameters
    ----------
    rows, complete : int
        All rows, and those without a gap in the columns looked at.
    gaps : tuple of (str, int)
        Columns with gaps and their missing rows, most first.
    patterns : tuple of Pattern
        Most frequent first, at most ``PATTERNS``; the complete rows are none.
    n_patterns : int
        Different patterns, those not told among them.
    pairs : tuple of MissingPair
        Strongest first.
    outcomes : tuple of MissingOutcome
        Largest difference first; empty without a yes-or-no or amount to compare.
    columns : int
        Columns with gaps that patterns and pairs were taken from; the first ``KNOWING_COLUMNS`` by their gaps.
    """

    rows: int
    complete: int
    gaps: tuple[tuple[str, int], ...]
    patterns: tuple[Pattern, ...]
    n_patterns: int
    pairs: tuple[MissingPair, ...]
    outcomes: tuple[MissingOutcome, ...]
    columns: int


def missingness(table_frame: pd.DataFrame, schema: Schema, frame: Frame | None = None) -> Missingness:
    """Look at the gaps of all rows.

    Parameters
    ----------
    table_frame : DataFrame
    schema : Schema
    frame : Frame or None

    Returns
    -------
    Missingness
    """
    masks: dict[str, Mask] = {}
    for spec in schema.columns:
        if spec.name in table_frame.columns:
            mask = missing_mask(table_frame[spec.name], spec)
            if mask.any():
                masks[spec.name] = mask
    gaps = sorted(((name, int(mask.sum())) for name, mask in masks.items()), key=lambda gap: (-gap[1], gap[0]))
    looked = [name for name, _ in gaps[:KNOWING_COLUMNS]]
    patterns, complete = _patterns(looked, masks, len(table_frame))
    return Missingness(
        rows=len(table_frame),
        complete=complete,
        gaps=tuple(gaps),
        patterns=tuple(patterns[:PATTERNS]),
        n_patterns=len(patterns),
        pairs=_pairs(looked, masks),
        outcomes=missing_outcomes(table_frame, frame, {name: masks[name] for name in looked}) if frame else (),
        columns=len(looked),
    )


def _patterns(names: Sequence[str], masks: dict[str, Mask], rows: int) -> tuple[list[Pattern], int]:
    if not names:
        return [], rows
    packed = np.packbits(np.column_stack([masks[name] for name in names]), axis=1)
    keys = np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").ravel()
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    found, complete = [], 0
    for at, count in zip(first.tolist(), counts.tolist(), strict=True):
        columns = tuple(name for name in names if masks[name][at])
        if columns:
            found.append(Pattern(columns, count))
        else:
            complete = count
    return sorted(found, key=lambda pattern: (-pattern.rows, len(pattern.columns), pattern.columns)), complete


def _pairs(names: Sequence[str], masks: dict[str, Mask]) -> tuple[MissingPair, ...]:
    if len(names) < 2:
        return ()
    held = np.column_stack([masks[name] for name in names]).astype(np.float64)
    both, n, sums = held.T @ held, len(held), held.sum(axis=0)
    spread = sums * (n - sums)
    with np.errstate(all="ignore"):
        phi = (n * both - np.outer(sums, sums)) / np.sqrt(np.outer(spread, spread))
    pairs = [
        MissingPair(names[i], names[j], int(both[i, j]), float(phi[i, j]))
        for i, j in combinations(range(len(names)), 2)
        if np.isfinite(phi[i, j])
    ]
    return tuple(sorted(pairs, key=lambda pair: -abs(pair.phi)))


def missing_outcomes(table_frame: pd.DataFrame, frame: Frame, masks: dict[str, Mask]) -> tuple[MissingOutcome, ...]:
    """Compare the outcome where columns are missing and where they are not, largest difference first."""
    if not frame.target or frame.target not in table_frame.columns:
        return ()
    if frame.task is Task.REGRESSION:
        values = as_number(table_frame[frame.target]).to_numpy()
        known = ~np.isnan(values)
    elif frame.task is Task.BINARY and frame.positive:
        texts = as_text(table_frame[frame.target])
        known, values = texts.notna().to_numpy(), (texts == frame.positive).to_numpy(dtype=np.float64)
    else:
        return ()
    found = []
    for name, mask in masks.items():
        inside, outside = values[mask & known], values[~mask & known]
        if name == frame.target or min(len(inside), len(outside)) < ENOUGH:
            continue
        compared = _means if frame.task is Task.REGRESSION else _shares
        found.append(MissingOutcome(name, len(inside), len(outside), *compared(inside, outside)))
    return tuple(sorted(found, key=lambda one: (not one.differs, -abs(one.difference))))


def _shares(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> tuple[float, ...]:
    """Return both shares and their difference, each with its interval (Newcombe 1998, method 10)."""
    p, q = float(inside.mean()), float(outside.mean())
    low, high = wilson(float(inside.sum()), len(inside))
    other_low, other_high = wilson(float(outside.sum()), len(outside))
    below, above = sqrt((p - low) ** 2 + (other_high - q) ** 2), sqrt((high - p) ** 2 + (q - other_low) ** 2)
    return p, low, high, q, other_low, other_high, p - q, p - q - below, p - q + above


def _means(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> tuple[float, ...]:
    """Return both means and their difference, each with its interval (Student's t, Welch's for the difference)."""
    from scipy.stats import t as student

    ends = [end if end is not None else np.nan for one in (inside, outside) for end in mean_interval(one)]
    p, q = float(inside.mean()), float(outside.mean())
    errors = [float(one.var(ddof=1)) / len(one) for one in (inside, outside)]
    total = sum(errors)
    half = 0.0
    if total > 0:
        degrees = total**2 / sum(
            error**2 / (len(one) - 1) for error, one in zip(errors, (inside, outside), strict=True)
        )
        half = float(student.ppf(0.975, degrees)) * sqrt(total)
    return p, ends[0], ends[1], q, ends[2], ends[3], p - q, p - q - half, p - q + half
