"""The split plan, and the split it makes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field


class SplitKind(StrEnum):
    """How rows are put into parts."""

    RANDOM = "random"
    STRATIFIED = "stratified"
    GROUP = "group"
    TIME = "time"
    COLUMN = "column"

    @property
    def needs_column(self) -> bool:
        """Whether the plan must name a column."""
        return self in (SplitKind.GROUP, SplitKind.TIME, SplitKind.COLUMN)


class Scheme(StrEnum):
    """On which training rows a model is judged before the seal is opened."""

    FOLDS = "folds"
    """Each fold in turn is left out and judged on (cross-validation)."""
    HOLDOUT = "holdout"
    """One validation part is left out; models learn from the rest only once."""


class SplitPlan(BaseModel):
    """How rows are parted into training rows, with what is judged on among them, and a sealed test part.

    Attributes
    ----------
    kind : SplitKind
    test_share : float
        Share of the usable rows that is sealed.
    scheme : Scheme
    folds : int
        Folds; with a validation part, the blocks its rows are scored in, so that the score has an interval.
    repeats : int
        How often the folds are dealt anew (not by time, not with a validation part).
    validation_share : float
        Share of the training rows in the validation part.
    seed : int
    column : str
        The column that names the group (all its rows stay together), the time (the latest are the test), or the part.
    gap : float
        By time: days, or units of a number, left out before each part that is judged on.
    test_values, validation_values : tuple of str
        By a given column: its values that are sealed, and those that are the validation part.
    balance : tuple of str
        Sensitive columns whose shares are kept equal in all parts (stratified only).
    """

    model_config = ConfigDict(frozen=True)

    kind: SplitKind = SplitKind.STRATIFIED
    test_share: float = Field(default=0.2, ge=0.05, le=0.5)
    scheme: Scheme = Scheme.FOLDS
    folds: int = Field(default=5, ge=2, le=10)
    repeats: int = Field(default=1, ge=1, le=5)
    validation_share: float = Field(default=0.2, ge=0.05, le=0.5)
    seed: int = 7
    column: str = ""
    gap: float = Field(default=0.0, ge=0.0, allow_inf_nan=False)
    test_values: tuple[str, ...] = ()
    validation_values: tuple[str, ...] = ()
    balance: tuple[str, ...] = ()

    def trimmed(self) -> "SplitPlan":
        """Return the plan without what its kind does not use, so that it cannot come back unasked."""
        kind = self.kind
        changes: dict[str, object] = {}
        if kind is not SplitKind.STRATIFIED:
            changes["balance"] = ()
        if not kind.needs_column:
            changes["column"] = ""
        if kind is not SplitKind.TIME:
            changes["gap"] = 0.0
        if kind is not SplitKind.COLUMN:
            changes |= {"test_values": (), "validation_values": ()}
        if kind is SplitKind.TIME or self.is_holdout:
            changes["repeats"] = 1
        return self.model_copy(update=changes)

    @property
    def is_holdout(self) -> bool:
        """Whether one validation part takes the place of folds."""
        if self.kind is SplitKind.COLUMN:
            return bool(self.validation_values)
        return self.scheme is Scheme.HOLDOUT


@dataclass(frozen=True, eq=False)
class Split:
    """Positions of rows in the table.

    Parameters
    ----------
    train : ndarray of int
        Training rows. Rows without an outcome are in neither part.
    test : ndarray of int
        The sealed part.
    folds : tuple of (fit, judge)
        Pairs of positions in the table, both within ``train``.
    notes : tuple of str
        What had to give way, in plain words ("class 'x' has 3 rows: 3 folds").
    kind : SplitKind
        How it was made.
    first : int
        How many of the folds are the first pass over the rows; the others repeat it, dealt anew. 0 means all.
    """

    train: NDArray[np.intp]
    test: NDArray[np.intp]
    folds: tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]
    notes: tuple[str, ...] = ()
    kind: SplitKind = SplitKind.RANDOM
    first: int = 0

    @property
    def blocks(self) -> int:
        """How many folds share one fit: the blocks of a validation part; 1 where each fold has its own."""
        fits = [fit for fit, _ in self.folds]
        shared = len(fits) > 1 and all(np.array_equal(fit, fits[0]) for fit in fits[1:])
        return len(fits) if shared else 1

    @property
    def first_pass(self) -> tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]:
        """The folds in which each row is judged at most once."""
        return self.folds[: self.first or len(self.folds)]

    @property
    def judged_rows(self) -> int:
        """Training rows that some fold leaves out and judges; within a pass no row is judged twice."""
        return sum(len(judge) for _, judge in self.first_pass)

    @property
    def judged_words(self) -> str:
        """The rows that scores are computed on, such as "1,904 training rows, each judged when left out"."""
        rows, judged = len(self.train), self.judged_rows
        if self.blocks > 1:
            return f"{judged:,} of {rows:,} training rows, the validation part, which no model learns from"
        how = _JUDGED[self.kind]
        if judged == rows:
            return f"{rows:,} training rows, {how}"
        # Nothing is earlier than the rows the first fold learns from; in other splits a fold can have been left out.
        which = "the earliest" if self.kind is SplitKind.TIME else "the other"
        only = f"{rows - judged:,} {'is' if rows - judged == 1 else 'are'} only learned from"
        return f"{judged:,} of {rows:,} training rows, {how}; {which} {only}"


_JUDGED: Final[dict[SplitKind, str]] = {
    SplitKind.RANDOM: "each judged when left out",
    SplitKind.STRATIFIED: "each judged when left out",
    SplitKind.GROUP: "each judged when its group is left out",
    SplitKind.TIME: "each judged by models of earlier rows",
    SplitKind.COLUMN: "each judged when left out",
}
