"""Leaving out number columns that tell nothing, or nothing new; which ones, is learned from training rows alone."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.frames import FrameStep, Origins, block, numbers_in

Floats = NDArray[np.float64]
LOOKED_ROWS = 20_000
"""Training rows that correlations and tests are computed on, evenly spread."""
LOOKED_CELLS = 10_000_000
"""Values that correlations are computed on: with many columns, of fewer rows."""
SLOW_CELLS = 500_000
"""Values that mutual information is computed on: with many columns, of fewer rows."""
MODEL_ROWS = 4_000
"""Training rows the quick model of permutation importance learns from and is judged on."""
MODEL_COLUMNS = 100
"""Columns the quick model sees: those with the strongest test where there are more."""
REPEATS = 3


def _filled(values: Floats) -> Floats:
    """Fill gaps with the median of their column, 0 where a column is empty."""
    known = ~np.isnan(values)
    middle = np.zeros(values.shape[1])
    some = known.any(axis=0)
    if some.any():
        middle[some] = np.nanmedian(values[:, some], axis=0)
    return np.where(known, values, middle)


def _spread(rows: int, most: int) -> NDArray[np.intp]:
    return np.arange(rows) if rows <= most else np.linspace(0, rows - 1, most).astype(np.intp)


def _scaled(values: Floats) -> Floats:
    """Return columns with mean 0 and length 1; 0 where a column is constant."""
    # Divided by the largest first, so that squares of very large numbers stay finite.
    centred = values - values.mean(axis=0)
    top = np.abs(centred).max(axis=0, initial=0.0)
    centred = centred / np.where(top > 0, top, 1.0)
    length = np.sqrt((centred**2).sum(axis=0))
    return np.asarray(np.where(length > 0, centred / np.where(length > 0, length, 1.0), 0.0))


def _relation(values: Floats, y: NDArray[Any], classification: bool) -> Floats:
    """Return the share of each column's spread that goes with the outcome: r², or the correlation ratio of classes."""
    scaled = _scaled(values)
    if not classification:
        return np.asarray((scaled.T @ _scaled(y[:, None].astype(np.float64))).ravel() ** 2)
    share = np.zeros(values.shape[1])
    for label in np.unique(y):
        of = scaled[y == label]
        share += len(of) * of.mean(axis=0) ** 2
    return share


class _Selects(FrameStep, ABC):
    """A step that leaves number columns out; columns of other kinds stay."""

    kept_: list[str]

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        names = numbers_in(X, None)
        kept = set(names)
        if names and len(X) > 1 and y is not None:
            told = np.asarray(y)
            if getattr(self, "classification", True):
                told = np.unique(told.astype(str), return_inverse=True)[1]
            values = _filled(block(X, names))
            varied = np.flatnonzero(values.max(axis=0) > values.min(axis=0))
            chosen = varied[self._chosen(values[:, varied], told)] if len(varied) else varied
            # A model needs at least one column.
            kept = {names[place] for place in chosen} or {names[0]}
        self.kept_ = [name for name in self.columns_in_ if name in kept or name not in names]

    @abstractmethod
    def _chosen(self, values: Floats, y: NDArray[Any]) -> NDArray[np.intp]:
        """Return the places of the columns that stay, of columns of which none is constant."""

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the columns that stay."""
        return X if len(self.kept_) == X.shape[1] else X[self.kept_]

    def origins(self) -> Origins:
        """Return the columns that stay."""
        return {name: (name,) for name in self.kept_}


class DropAlike(_Selects):
    """Leave out constant columns, and of each group of correlated ones all but one.

    Parameters
    ----------
    limit : float
        Columns whose correlation is this strong or stronger, in either direction, are alike.
    keep : {"related", "first"}
        Of alike columns the one that goes most with the outcome stays, or the first.
    classification : bool
        Whether the outcome is a class.
    """

    def __init__(self, limit: float = 0.95, keep: str = "related", classification: bool = True) -> None:
        self.limit = limit
        self.keep = keep
        self.classification = classification

    def _chosen(self, values: Floats, y: NDArray[Any]) -> NDArray[np.intp]:
        rows = _spread(len(values), max(500, min(LOOKED_ROWS, LOOKED_CELLS // values.shape[1])))
        scaled = np.ascontiguousarray(_scaled(values[rows]).T)
        order = np.arange(values.shape[1])
        if self.keep == "related":
            # Rounded, so that of copies the first stays.
            order = np.argsort(-_relation(values[rows], y[rows], self.classification).round(9), kind="stable")
        kept: list[int] = []
        alike = np.zeros(len(order), dtype=bool)
        for place in order:
            if not alike[place]:
                kept.append(int(place))
                alike |= np.abs(scaled @ scaled[place]) >= self.limit - 1e-9
        return np.array(sorted(kept), dtype=np.intp)


class SelectBest(_Selects):
    """Keep the columns that tell most about the outcome.

    Parameters
    ----------
    by : {"test", "mutual", "permutation"}
        An F-test of each column, its mutual information with the outcome, or what a quick forest loses on rows it has
        not seen when the column is shuffled.
    most : int
        Columns that stay.
    classification : bool
        Whether the outcome is a class.
    random_state : int
    """

    def __init__(self, by: str = "test", most: int = 20, classification: bool = True, random_state: int = 7) -> None:
        self.by = by
        self.most = most
        self.classification = classification
        self.random_state = random_state

    def _chosen(self, values: Floats, y: NDArray[Any]) -> NDArray[np.intp]:
        count = values.shape[1]
        if count <= self.most or len(np.unique(y)) < 2:
            return np.arange(count)
        scores = {"test": self._tested, "mutual": self._informed, "permutation": self._shuffled}[self.by](values, y)
        return np.sort(np.argsort(-scores, kind="stable")[: self.most])

    def _tested(self, values: Floats, y: NDArray[Any]) -> Floats:
        from sklearn.feature_selection import f_classif, f_regression

        rows = _spread(len(values), LOOKED_ROWS)
        with np.errstate(all="ignore"):
            test = f_classif if self.classification else f_regression
            found = test(_scaled(values[rows]), y[rows])[0]
        return np.nan_to_num(np.asarray(found, dtype=np.float64), nan=0.0)

    def _informed(self, values: Floats, y: NDArray[Any]) -> Floats:
        from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

        rows = _spread(len(values), max(500, SLOW_CELLS // values.shape[1]))
        seen = values[rows]
        flags = np.isin(seen, (0.0, 1.0)).all(axis=0)
        told = mutual_info_classif if self.classification else mutual_info_regression
        neighbours = max(1, min(3, len(rows) - 1))
        found = told(
            np.where(flags, seen, _scaled(seen)),
            y[rows],
            discrete_features=flags,
            n_neighbors=neighbours,
            random_state=self.random_state,
        )
        return np.asarray(found)

    def _shuffled(self, values: Floats, y: NDArray[Any]) -> Floats:
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
        from sklearn.inspection import permutation_importance

        looked = np.arange(values.shape[1])
        if len(looked) > MODEL_COLUMNS:
            looked = np.sort(np.argsort(-self._tested(values, y), kind="stable")[:MODEL_COLUMNS])
        rows = _spread(len(values), MODEL_ROWS)
        rows = np.random.default_rng(self.random_state).permutation(rows)
        held = np.zeros(len(rows), dtype=bool)
        held[: max(1, len(rows) // 3)] = True
        seen, told = values[np.ix_(rows, looked)], y[rows]
        kind = RandomForestClassifier if self.classification else RandomForestRegressor
        forest = kind(n_estimators=20, min_samples_leaf=5, random_state=self.random_state, n_jobs=1)
        forest.fit(seen[~held], told[~held])
        lost = permutation_importance(
            forest,
            seen[held],
            told[held],
            scoring=_chance if self.classification else _closeness,
            n_repeats=REPEATS,
            random_state=self.random_state,
        )
        scores = np.full(values.shape[1], -np.inf)
        scores[looked] = lost["importances_mean"]
        return scores


def _chance(model: Any, X: Floats, y: NDArray[Any]) -> float:
    """Return the mean logarithm of the chance that a model gives the true class."""
    given = model.predict_proba(X)
    places = np.searchsorted(model.classes_, y)
    known = np.isin(y, model.classes_)
    chance = np.where(known, given[np.arange(len(y)), np.minimum(places, given.shape[1] - 1)], 0.0)
    return float(np.log(np.clip(chance, 1e-3, 1.0)).mean())


def _closeness(model: Any, X: Floats, y: NDArray[Any]) -> float:
    return -float(((model.predict(X) - y) ** 2).mean())
