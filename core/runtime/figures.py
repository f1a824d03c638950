"""Number columns: extremes, gaps, scale, and the last step that makes any estimator's input safe."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from core.runtime import gaps
from core.runtime.cast import LARGEST
from core.runtime.errors import UnusableError
from core.runtime.frames import FrameStep, Origins, block, columns_of, numbers_in, replaced, texts_in, unused


class CapOutliers(FrameStep):
    """Hold extreme numbers at quantiles learned in fit (winsorising); no row is dropped.

    Parameters
    ----------
    columns : sequence of str, optional
        Number columns; all where none are named.
    lower, upper : float
        Quantiles between 0 and 1 (linear interpolation); 0 and 1 leave that side open.
    """

    def __init__(self, columns: Sequence[str] | None = None, lower: float = 0.005, upper: float = 0.995) -> None:
        self.columns = columns
        self.lower = lower
        self.upper = upper

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.names_ = numbers_in(X, self.columns)
        values = block(X, self.names_)
        # An empty column has no quantile; a bound that is never reached leaves it as it is.
        known = np.where(np.isnan(values).all(axis=0), 0.0, values)
        quantiles = np.nanquantile(known, [self.lower, self.upper], axis=0) if known.size else np.zeros((2, 0))
        self.low_ = quantiles[0] if self.lower > 0 else np.full(len(self.names_), -np.inf)
        self.high_ = quantiles[1] if self.upper < 1 else np.full(len(self.names_), np.inf)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the extremes held at the bounds."""
        return replaced(X, columns_of(self.names_, np.clip(block(X, self.names_), self.low_, self.high_)))


class FillNumbers(FrameStep):
    """Fill missing numbers with what was learned in fit.

    Parameters
    ----------
    columns : sequence of str, optional
        Number columns; all where none are named.
    strategy : {"median", "mean", "most_frequent", "constant", "nearest", "iterative"}
        One number for each column; ``nearest``: the mean of the training rows that are most alike in the other columns;
        ``iterative``: what the other number columns suggest, by linear equations.
    value : float
        The constant.
    indicator : bool
        Whether a 0/1 column says where a number was missing, for columns that had gaps in fit.
    neighbours : int
        Rows whose mean ``nearest`` takes.
    rounds : int
        How often ``iterative`` goes through the columns.
    seed : int
        Of the rows that ``nearest`` and ``iterative`` learn from where there are many.
    """

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        strategy: str = "median",
        value: float = 0.0,
        indicator: bool = False,
        neighbours: int = 5,
        rounds: int = 5,
        seed: int = 7,
    ) -> None:
        self.columns = columns
        self.strategy = strategy
        self.value = value
        self.indicator = indicator
        self.neighbours = neighbours
        self.rounds = rounds
        self.seed = seed

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.names_ = numbers_in(X, self.columns)
        self.marks_ = gaps.gap_marks(X, self.names_) if self.indicator else {}
        by_rows = self.strategy in ("nearest", "iterative")
        self.fill_ = _fill_values(block(X, self.names_), "median" if by_rows else self.strategy, self.value)
        if not by_rows or not self.names_:
            return
        nearest = self.strategy == "nearest"
        others = [*numbers_in(X, None), *texts_in(X, None)] if nearest else numbers_in(X, None)
        self.helpers_ = gaps.helpers(others, self.names_)
        self.levels_ = gaps.levels_of(X, self.helpers_)
        values = gaps.coded(X, self.helpers_, self.levels_)
        if nearest:
            alike = np.array([float(name in self.levels_) for name in self.helpers_])
            self.learned_ = gaps.learn_donors(values, alike, self.seed)
        else:
            self.learned_ = gaps.learn_chain(values, self.rounds, self.seed)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame without gaps in those columns; the marks stand after the other columns."""
        values = block(X, self.names_)
        open_: NDArray[np.bool_] = np.asarray(np.isnan(values).any(axis=0))
        if self.names_ and self.strategy in ("nearest", "iterative") and open_.any():
            looked = min(len(self.names_), len(self.helpers_))
            values[:, :looked] = self._guessed(X)[:, :looked]
        filled = columns_of(self.names_, np.where(np.isnan(values), self.fill_, values))
        # A column without a gap stays as it is: most rows have few, and each column put back costs time.
        changed = {name: filled[name] for name, gap in zip(self.names_, open_, strict=True) if gap}
        return gaps.with_marks(replaced(X, changed), X, self.marks_)

    def _guessed(self, X: pd.DataFrame) -> NDArray[np.float64]:
        values = gaps.coded(X, self.helpers_, self.levels_)
        if self.strategy == "iterative":
            return gaps.fill_by_chain(values, self.learned_)
        wanted = range(min(len(self.names_), len(self.helpers_)))
        return gaps.fill_from_donors(values, self.learned_, wanted, self.neighbours)

    def origins(self) -> Origins:
        """Return each column itself and each mark's column."""
        return {**super().origins(), **{out: (name,) for name, out in self.marks_.items()}}


def _fill_values(values: NDArray[np.float64], strategy: str, value: float = 0.0) -> NDArray[np.float64]:
    if not values.size:
        return np.zeros(values.shape[1])
    if strategy == "median":
        # As SimpleImputer's, which goes through masked arrays and takes several times as long on many rows.
        known = (column[~np.isnan(column)] for column in values.T)
        return np.array([np.median(column) if len(column) else 0.0 for column in known], dtype=np.float64)
    imputer = SimpleImputer(strategy=strategy, fill_value=float(value), keep_empty_features=True)
    return np.asarray(imputer.fit(values).statistics_, dtype=np.float64)


class Scale(FrameStep):
    """Bring numbers to one scale, as learned in fit; 0/1 columns stay as they are.

    Parameters
    ----------
    columns : sequence of str, optional
        Number columns; all where none are named.
    method : {"standard", "min_max", "robust"}
        Mean 0 and standard deviation 1; from 0 to 1 over the rows seen in fit; or median 0 and the middle half of the
        rows 1 wide, which extremes do not move.
    """

    def __init__(self, columns: Sequence[str] | None = None, method: str = "standard") -> None:
        self.columns = columns
        self.method = method

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        names = numbers_in(X, self.columns)
        values = block(X, names)
        flags = (np.isnan(values) | (values == 0) | (values == 1)).all(axis=0)
        self.names_ = [name for name, flag in zip(names, flags, strict=True) if not flag]
        self.mean_ = np.zeros(len(self.names_))
        self.spread_ = np.ones(len(self.names_))
        if self.names_ and len(X):
            centre, spread = _scale_of(values[:, ~flags], self.method)
            # A column that is empty in fit has neither mean nor spread.
            self.mean_ = np.nan_to_num(centre)
            self.spread_ = np.nan_to_num(spread, nan=1.0)

    def renamed(self, names: Mapping[str, str]) -> "Scale":
        """Return one that does the same to columns of other names; those that have none are left out."""
        kept = [place for place, name in enumerate(self.names_) if name in names]
        other = Scale(columns=[names[self.names_[place]] for place in kept], method=self.method)
        other.names_ = list(other.columns or ())
        other.columns_in_ = list(names.values())
        other.mean_, other.spread_ = self.mean_[kept], self.spread_[kept]
        return other

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with those columns scaled."""
        if (X.dtypes == np.float64).all():
            values = np.array(X.to_numpy(), order="F", copy=True)
            places = X.columns.get_indexer(pd.Index(self.names_))
            values[:, places] = (values[:, places] - self.mean_) / self.spread_
            return pd.DataFrame(values, index=X.index, columns=X.columns, copy=False)
        return replaced(X, columns_of(self.names_, (block(X, self.names_) - self.mean_) / self.spread_))


def _scale_of(values: NDArray[np.float64], method: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what is subtracted and what is divided by, column by column."""
    if method == "standard":
        scaler = StandardScaler().fit(values)
        return scaler.mean_, scaler.scale_
    known = np.where(np.isnan(values).all(axis=0), 0.0, values)
    low, centre, high = np.nanquantile(known, [0, 0, 1] if method == "min_max" else [0.25, 0.5, 0.75], axis=0)
    # A spread that is lost in rounding is none.
    spread = np.where(high - low > 1e-12 * np.maximum(np.abs(low), np.abs(high)), high - low, 1.0)
    return centre, spread


class Finish(FrameStep):
    """Give any estimator what it can take: finite float64 columns with safe names, whatever the recipe did.

    What the recipe left open is closed here, so that a recipe with a step switched off still trains and predicts:
    a number that is still missing becomes the median learned in fit (0 where a column was empty), and a date or a
    category that no step turned into numbers is left out. Names lose white space and the characters ``[]{}",:``, which
    LightGBM refuses.

    Raises
    ------
    UnusableError
        No number column is left for the model.
    """

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Learn the medians."""
        super().fit(X, y)
        self.names_ = numbers_in(X, None)
        if not self.names_:
            raise UnusableError("The recipe leaves no column that a model can learn from.")
        self.outs_: dict[str, str] = {}
        taken: set[str] = set()
        for name in self.names_:
            self.outs_[name] = unused(re.sub(r'[\s\x00-\x1f\x7f"\[\]{},:]', "_", name), taken)
            taken.add(self.outs_[name])
        self.fill_ = _fill_values(self._finite(X), "median")
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the finite float64 frame."""
        values = self._finite(X)
        filled = np.where(np.isnan(values), self.fill_, values)
        return pd.DataFrame(filled, index=X.index, columns=list(self.outs_.values()), copy=False)

    def _finite(self, X: pd.DataFrame) -> NDArray[np.float64]:
        values = block(X, self.names_)
        values[np.isinf(values)] = np.nan
        return np.clip(values, -LARGEST, LARGEST)

    def origins(self) -> Origins:
        """Return each safe name's column."""
        return {out: (name,) for name, out in self.outs_.items()}
