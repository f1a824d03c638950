"""What every way of splitting shares: the rows it may look at, and how rows are dealt into folds."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import Schema
from core.errors import DataError
from core.framing.frame import Frame
from core.prepare.plan import SplitPlan
from core.runtime.values import as_text

Rows = NDArray[np.intp]
Pairs = list[tuple[Rows, Rows]]

AMOUNT_BINS = 10
"""Equally filled ranges of an amount whose shares are kept equal in all parts."""


@dataclass(frozen=True, eq=False)
class Parting:
    """What a way of splitting may look at; ``usable`` are the rows with an outcome, in the table's order."""

    plan: SplitPlan
    X: pd.DataFrame
    y: NDArray[np.generic]
    frame: Frame
    schema: Schema | None
    usable: Rows

    @property
    def labels(self) -> NDArray[np.generic]:
        """Outcomes of the usable rows."""
        return self.y[self.usable]

    @property
    def is_classification(self) -> bool:
        """Whether the outcome is a class."""
        return self.frame.task is not None and self.frame.task.is_classification

    @property
    def test_rows(self) -> int:
        """Rows of the sealed part: the share asked for, at least one and never all but one."""
        return int(np.clip(round(len(self.usable) * self.plan.test_share), 1, max(1, len(self.usable) - 2)))

    def rng(self, *turn: int) -> np.random.Generator:
        """Return the draws of one turn; the first passes of a plan use those of its seed alone."""
        return np.random.default_rng([self.plan.seed, *turn] if turn else self.plan.seed)

    def column(self) -> pd.Series:
        """Return the column the plan names, for the usable rows."""
        if self.plan.column not in self.X:
            raise DataError(
                f"The split needs the column “{self.plan.column}”, and the table has none of that name."
                if self.plan.column
                else "This split needs a column, and none is chosen.",
                next_step="Choose a column for the split, or split at random.",
            )
        return self.X[self.plan.column].iloc[self.usable]


@dataclass(frozen=True, eq=False)
class Parted:
    """What a way of splitting gives: positions among the usable rows.

    Parameters
    ----------
    train, test : ndarray of int
    folds : list of (fit, judge)
    notes : list of str
    first : int
        Folds of the first pass; 0 means all.
    """

    train: Rows
    test: Rows
    folds: Pairs
    notes: list[str] = field(default_factory=list)
    first: int = 0


Deal = Callable[[Rows, int, np.random.Generator], NDArray[np.intp]]
"""From rows, a number of parts and draws to the part of each row."""


def outcome_key(parting: Parting) -> NDArray[np.object_]:
    """Return what is kept equal of the outcome: the class, or the range an amount lies in."""
    if parting.is_classification:
        return parting.labels.astype(object)
    ranks = pd.Series(parting.labels.astype(np.float64)).rank(method="first").to_numpy() - 1
    bins = min(AMOUNT_BINS, max(1, len(ranks) // 10))
    return np.asarray([f"{int(rank * bins // len(ranks)):02d}" for rank in ranks], dtype=object)


def stratum_keys(parting: Parting) -> NDArray[np.object_]:
    """Return the keys whose shares a stratified split keeps equal, shape (n, 1 + n_balanced)."""
    keys = [outcome_key(parting)]
    for name in parting.plan.balance:
        if name in parting.X:
            keys.append(as_text(parting.X[name].iloc[parting.usable]).fillna("").to_numpy(dtype=object))
    return np.column_stack(keys)


def shuffled(keys: NDArray[np.object_], rng: np.random.Generator) -> Rows:
    """Return the positions of rows in random order, rows of equal keys together."""
    order = rng.permutation(len(keys))
    if keys.shape[1]:
        # Stable: the shuffle decides within equal keys. The first key comes first.
        ranks = [np.unique(keys[:, column].astype(str), return_inverse=True)[1] for column in range(keys.shape[1])]
        order = order[np.lexsort([rank[order] for rank in reversed(ranks)])]
    return order


def deal_by_keys(keys: NDArray[np.object_]) -> Deal:
    """Return how rows are dealt along their keys, so that each part holds its share of every key."""

    def deal(rows: Rows, parts: int, rng: np.random.Generator) -> NDArray[np.intp]:
        order = shuffled(keys[rows], rng)
        numbers = np.empty(len(rows), dtype=np.intp)
        dealt = np.arange(len(rows)) + rng.integers(parts)
        numbers[order] = rng.permutation(parts)[dealt % parts]
        return numbers

    return deal


def deal_by_group(codes: NDArray[np.intp]) -> Deal:
    """Return how rows are dealt so that all rows of a group are in one part: the largest first, to the emptiest."""

    def deal(rows: Rows, parts: int, rng: np.random.Generator) -> NDArray[np.intp]:
        sizes = np.bincount(codes[rows], minlength=int(codes.max()) + 1)
        groups = rng.permutation(np.flatnonzero(sizes))
        number = np.zeros(len(sizes), dtype=np.intp)
        load = np.zeros(parts)
        for group in groups[np.argsort(-sizes[groups], kind="stable")]:
            number[group] = int(load.argmin())
            load[number[group]] += sizes[group]
        return np.asarray(number[codes[rows]], dtype=np.intp)

    return deal


def pairs(train: Rows, numbers: NDArray[np.intp], parts: int) -> Pairs:
    """Return each part of the training rows to judge, beside the others to learn from."""
    return [(train[numbers != part], train[numbers == part]) for part in range(parts)]


def blocks(fit: Rows, judge: Rows, parts: int, deal: Deal, rng: np.random.Generator) -> Pairs:
    """Return a validation part as several blocks judged by one fit, so that its score has an interval."""
    parts = max(1, min(parts, len(judge) // 2))
    numbers = deal(judge, parts, rng)
    return [(fit, judge[numbers == part]) for part in range(parts)]


def judged(parting: Parting, train: Rows, first: Pairs, deal: Deal, notes: list[str]) -> tuple[Pairs, int]:
    """Return the folds a plan asks for: the first pass and its repetitions, or the blocks of one validation part."""
    plan = parting.plan
    if plan.is_holdout:
        parts = max(2, round(1 / plan.validation_share))
        numbers = deal(train, parts, parting.rng(1))
        fit, judge = train[numbers != 0], train[numbers == 0]
        return blocks(fit, judge, plan.folds, deal, parting.rng(2)), 0
    found, parts = list(first), len(first)
    for turn in range(1, plan.repeats):
        found += pairs(train, deal(train, parts, parting.rng(3, turn)), parts)
    return found, parts


def rows_in_words(count: int) -> str:
    """Return a number of rows in words."""
    return f"{count:,} row{'' if count == 1 else 's'}"
