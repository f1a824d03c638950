"""The split plan, and the split it makes."""

from dataclasses import dataclass
from enum import StrEnum

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
    """

    train: NDArray[np.intp]
    test: NDArray[np.intp]
    folds: tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]
    notes: tuple[str, ...] = ()
