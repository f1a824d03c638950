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


class SplitPlan(BaseModel):
    """How rows are parted into training folds and a sealed test part.

    Attributes
    ----------
    kind : SplitKind
    test_share : float
        Share of the usable rows that is sealed.
    folds : int
    seed : int
    column : str
        The column that names the group (all its rows stay together) or the time (the latest are the test).
    balance : tuple of str
        Sensitive columns whose shares are kept equal in all parts (stratified only).
    """

    model_config = ConfigDict(frozen=True)

    kind: SplitKind = SplitKind.STRATIFIED
    test_share: float = Field(default=0.2, ge=0.05, le=0.5)
    folds: int = Field(default=5, ge=2, le=10)
    seed: int = 7
    column: str = ""
    balance: tuple[str, ...] = ()


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
    """

    train: NDArray[np.intp]
    test: NDArray[np.intp]
    folds: tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]
    notes: tuple[str, ...] = ()
    kind: SplitKind = SplitKind.RANDOM

    @property
    def judged_rows(self) -> int:
        """Training rows that some fold leaves out and judges; no row is judged twice."""
        return sum(len(judge) for _, judge in self.folds)

    @property
    def judged_words(self) -> str:
        """The rows that scores are computed on, such as "1,904 training rows, each judged when left out"."""
        rows, judged = len(self.train), self.judged_rows
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
}
