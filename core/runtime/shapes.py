"""Number columns in another shape: within bounds, on another scale, even by rank, or in bins."""

import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.frames import FrameStep, as_category, block, columns_of, numbers_in, replaced

QUANTILES = 1000
"""Most quantiles a column is spread by."""
EDGE = 1e-7
"""How near to 0 and 1 a rank may come before it is made normal."""


class ClipNumbers(FrameStep):
    """Hold numbers within bounds given beforehand; nothing is learned.

    Parameters
    ----------
    columns : sequence of str, optional
        Number columns; all where none are named.
    low, high : float or None
        The bounds; ``None`` leaves that side open.
    """

    def __init__(
        self, columns: Sequence[str] | None = None, low: float | None = None, high: float | None = None
    ) -> None:
        self.columns = columns
        self.low = low
        self.high = high

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.names_ = numbers_in(X, self.columns)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with those columns held within the bounds."""
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return replaced(X, columns_of(self.names_, np.clip(block(X, self.names_), low, high)))


class LogNumbers(FrameStep):
    """Take the logarithm of one plus a number's size and keep its sign.

    Parameters
    ----------
    columns : sequence of str, optional
        Number columns; all where none are named.
    """

    def __init__(self, columns: Sequence[str] | None = None) -> None:
        self.columns = columns

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.names_ = numbers_in(X, self.columns)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with those columns on the logarithmic scale."""
        values = block(X, self.names_)
        return replaced(X, columns_of(self.names_, np.sign(values) * np.log1p(np.abs(values))))


class PowerNumbers(FrameStep):
    """Bring numbers near a normal distribution by the power of Yeo and Johnson, then to mean 0 and spread 1.

    The power of each column is the likeliest for the rows seen in fit (``sklearn.preprocessing.PowerTransformer``); a
    column with fewer than two different numbers in fit stays as it is.

    Parameters
    ----------
    columns : sequence of str, optional
        Number columns; all where none are named.
    """

    def __init__(self, columns: Sequence[str] | None = None) -> None:
        self.columns = columns

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.names_, values = _varied(X, self.columns)
        self.power_ = np.ones(len(self.names_))
        for place in range(len(self.names_)):
            self.power_[place] = _likeliest_power(values[:, place])
        shaped = self._shaped(values)
        self.mean_ = np.nan_to_num(np.nanmean(shaped, axis=0)) if self.names_ else np.zeros(0)
        spread = np.nan_to_num(np.nanstd(shaped, axis=0)) if self.names_ else np.zeros(0)
        self.spread_ = np.where(spread > 0, spread, 1.0)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with those columns in the new shape."""
        shaped = self._shaped(block(X, self.names_))
        return replaced(X, columns_of(self.names_, (shaped - self.mean_) / self.spread_))

    def _shaped(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        above, below = np.maximum(values, 0), np.maximum(-values, 0)
        with np.errstate(over="ignore", invalid="ignore"):
            shaped = _box_cox(above, self.power_) - _box_cox(below, 2 - self.power_)
        # A far outlier under a large power: held, so that the others keep their mean.
        return np.clip(shaped, -1e100, 1e100)


def _box_cox(size: NDArray[np.float64], power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ((size + 1) ** power − 1) / power, and its limit where the power is 0."""
    logs = np.log1p(size)
    flat = np.abs(power) < np.spacing(1.0)
    return np.where(flat, logs, np.expm1(logs * power) / np.where(flat, 1.0, power))


def _likeliest_power(values: NDArray[np.float64]) -> float:
    from sklearn.preprocessing import PowerTransformer

    # Numbers of very different sizes overflow on the way to the best power.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            power = float(PowerTransformer(standardize=False).fit(values.reshape(-1, 1)).lambdas_[0])
        except ValueError:
            return 1.0
    return power if np.isfinite(power) else 1.0


def _varied(X: pd.DataFrame, chosen: Sequence[str] | None) -> tuple[list[str], NDArray[np.float64]]:
    """Return the number columns with two or more different numbers, and their values."""
    names = numbers_in(X, chosen)
    values = block(X, names)
    if not values.size:
        return [], values[:, :0]
    known = ~np.isnan(values)
    low = np.where(known, values, np.inf).min(axis=0)
    high = np.where(known, values, -np.inf).max(axis=0)
    return [name for name, varies in zip(names, low < high, strict=True) if varies], values[:, low < high]


class QuantileNumbers(FrameStep):
    """Spread numbers evenly by their rank among the rows seen in fit (``sklearn.preprocessing.QuantileTransformer``).

    A number beyond those seen stands at the end; a column with fewer than two different numbers in fit stays as it is.

    Parameters
    ----------
    columns : sequence of str, optional
        Number columns; all where none are named.
    shape : {"uniform", "normal"}
        Ranks from 0 to 1, or the normal distribution's values at them.
    """

    def __init__(self, columns: Sequence[str] | None = None, shape: str = "uniform") -> None:
        self.columns = columns
        self.shape = shape

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        from sklearn.preprocessing import QuantileTransformer

        self.names_, values = _varied(X, self.columns)
        self.quantiles_ = np.zeros((0, 0))
        self.ranks_ = np.zeros(0)
        if self.names_:
            judge = QuantileTransformer(n_quantiles=min(QUANTILES, len(X)), random_state=0).fit(values)
            self.quantiles_ = np.asarray(judge.quantiles_, dtype=np.float64)
            self.ranks_ = np.asarray(judge.references_, dtype=np.float64)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with ranks in those columns."""
        values = block(X, self.names_)
        ranked = [self._ranked(values[:, place], self.quantiles_[:, place]) for place in range(len(self.names_))]
        return replaced(X, dict(zip(self.names_, ranked, strict=True)))

    def _ranked(self, values: NDArray[np.float64], seen: NDArray[np.float64]) -> NDArray[np.float64]:
        # From both ends: a number seen many times stands in the middle of its ranks.
        up = np.interp(values, seen, self.ranks_)
        down = np.interp(-values, -seen[::-1], -self.ranks_[::-1])
        ranks = 0.5 * (up - down)
        normal = self.shape == "normal"
        near = EDGE if normal else 0.0
        ranks = np.where(values + near >= seen[-1], 1.0, np.where(values - near <= seen[0], 0.0, ranks))
        ranks = np.where(np.isnan(values), np.nan, ranks)
        if not normal:
            return ranks
        from scipy.special import ndtri

        return np.asarray(ndtri(np.clip(ranks, EDGE, 1 - EDGE)), dtype=np.float64)


class BinNumbers(FrameStep):
    """Put numbers into bins; a missing number is in none.

    Bins begin at their lower edge: with the edges 10 and 20, the number 10 is in the second of three bins.

    Parameters
    ----------
    columns : sequence of str, optional
        Number columns; all where none are named.
    how : {"width", "count", "own"}
        Equally wide between the smallest and the largest number seen in fit, about equally many rows seen in fit, or
        edges of one's own.
    bins : int
        How many, for "width" and "count"; fewer where edges fall together.
    edges : sequence of float
        Inner edges for "own".
    give : {"number", "category"}
        The bins counted from 0, or categories named by their edges.
    """

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        how: str = "count",
        bins: int = 5,
        edges: Sequence[float] = (),
        give: str = "number",
    ) -> None:
        self.columns = columns
        self.how = how
        self.bins = bins
        self.edges = edges
        self.give = give

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        names = numbers_in(X, self.columns)
        values = block(X, names)
        self.edges_ = {name: self._edges(values[:, place]) for place, name in enumerate(names)}
        self.labels_ = {name: bin_names(edges) for name, edges in self.edges_.items()}

    def _edges(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.how == "own":
            return np.unique(np.asarray(self.edges, dtype=np.float64))
        known = values[~np.isnan(values)]
        if not len(known) or known.min() == known.max():
            return np.zeros(0)
        if self.how == "width":
            return np.unique(np.linspace(known.min(), known.max(), self.bins + 1)[1:-1])
        inner = np.unique(np.quantile(known, np.linspace(0, 1, self.bins + 1)[1:-1]))
        return np.asarray(inner[inner > known.min()], dtype=np.float64)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with bins in the place of the numbers."""
        changed: dict[str, Any] = {}
        read = columns_of(list(self.edges_), block(X, list(self.edges_)))
        for name, edges in self.edges_.items():
            values = read[name]
            missing = np.isnan(values)
            places = np.searchsorted(edges, values, side="right")
            if self.give == "number":
                changed[name] = np.where(missing, np.nan, places.astype(np.float64))
            else:
                named = np.asarray([*self.labels_[name], None], dtype=object)
                changed[name] = as_category(named[np.where(missing, len(named) - 1, places)])
        return replaced(X, changed)


def bin_names(edges: Sequence[float] | NDArray[np.float64]) -> list[str]:
    """Return the names of the bins between inner edges, with as many digits as tell the edges apart."""
    if not len(edges):
        return ["any"]
    for digits in (3, 4, 5, 6, 9, 17):
        said = [f"{edge:.{digits}g}".replace("-", "−") for edge in edges]
        if len(set(said)) == len(said):
            break
    between = [f"{low} to {high}" for low, high in pairwise(said)]
    return [f"below {said[0]}", *between, f"{said[-1]} and above"]
