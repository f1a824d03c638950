"""Number columns made from several: products, ratios, powers and splines."""

from collections.abc import Sequence
from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.frames import FrameStep, Origins, block, extended, numbers_in, unused

SIGNS = {"product": "*", "ratio": "/", "difference": "-"}


class _Adds(FrameStep):
    """A step that keeps every column and adds numbers after them."""

    added_: dict[str, tuple[str, ...]]

    def _name(self, wanted: str, came_from: tuple[str, ...]) -> None:
        self.added_[unused(wanted, {*self.columns_in_, *self.added_})] = came_from

    def origins(self) -> Origins:
        """Return each column itself, and the columns each new one is made from."""
        return {**super().origins(), **self.added_}


class CombineNumbers(_Adds):
    """Add the products, ratios or differences of each two of the columns.

    The first of two stands above the line or is subtracted from; where the second is 0, the ratio is missing.

    Parameters
    ----------
    columns : sequence of str
        Number columns, in the order in which they are combined.
    how : sequence of {"product", "ratio", "difference"}
    """

    def __init__(self, columns: Sequence[str] = (), how: Sequence[str] = ("product",)) -> None:
        self.columns = columns
        self.how = how

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        there = set(numbers_in(X, self.columns))
        self.names_ = [name for name in self.columns if name in there]
        self.added_: dict[str, tuple[str, ...]] = {}
        pairs = list(combinations(range(len(self.names_)), 2))
        self.pairs_ = np.array(pairs, dtype=np.intp).reshape(-1, 2)
        for how in self.how:
            for first, second in pairs:
                pair = (self.names_[first], self.names_[second])
                self._name(f"{pair[0]}{SIGNS[how]}{pair[1]}", pair)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the new columns after the others."""
        values = block(X, self.names_)
        first, second = values[:, self.pairs_[:, 0]], values[:, self.pairs_[:, 1]]
        made = [_combined(how, first, second) for how in self.how]
        return extended(X, list(self.added_), np.hstack(made) if made else np.zeros((len(X), 0)))


def _combined(how: str, first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    if how == "product":
        return first * second
    if how == "difference":
        return first - second
    with np.errstate(over="ignore"):
        ratio = first / np.where(second == 0, np.nan, second)
    # A divisor next to 0 is as good as none.
    return np.where(np.isinf(ratio), np.nan, ratio)


class PolynomialNumbers(_Adds):
    """Add the powers of columns and the products of their powers, up to a degree.

    Parameters
    ----------
    columns : sequence of str
        Number columns.
    degree : int
        2 or 3.
    products : bool
        Whether products of different columns are added, or powers alone.
    """

    def __init__(self, columns: Sequence[str] = (), degree: int = 2, products: bool = True) -> None:
        self.columns = columns
        self.degree = degree
        self.products = products

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.names_ = numbers_in(X, self.columns)
        self.added_: dict[str, tuple[str, ...]] = {}
        self.terms_ = terms(len(self.names_), self.degree, self.products)
        for term in self.terms_:
            used = list(dict.fromkeys(self.names_[place] for place in term))
            powers = [(name, sum(self.names_[place] == name for place in term)) for name in used]
            self._name("*".join(name if power == 1 else f"{name}^{power}" for name, power in powers), tuple(used))

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the new columns after the others."""
        # A column of ones stands for the factors that a term of lower degree does not have.
        values = np.column_stack([block(X, self.names_), np.ones(len(X))])
        product = np.ones((len(X), len(self.terms_)))
        for factor in range(self.degree):
            product = product * values[:, [term[factor] if factor < len(term) else -1 for term in self.terms_]]
        return extended(X, list(self.added_), product)


def terms(n_columns: int, degree: int, products: bool) -> list[tuple[int, ...]]:
    """Return the terms of degree 2 and above, each as the places of its factors."""
    found = [term for power in range(2, degree + 1) for term in combinations_with_replacement(range(n_columns), power)]
    return found if products else [term for term in found if len(set(term)) == 1]


class SplineNumbers(FrameStep):
    """Replace numbers by B-splines, so that a linear model can follow a bent line.

    As ``sklearn.preprocessing.SplineTransformer`` without its last column, which the others settle. Beyond the outer
    knots the splines keep the value they have there. A column with fewer than two different numbers in fit stays as it
    is.

    Parameters
    ----------
    columns : sequence of str, optional
        Number columns; all where none are named.
    knots : int
        At the quantiles of the rows seen in fit; fewer where they fall together.
    degree : int
        1 to 3.
    named : bool
        Whether a frame is given out; a model just behind it answers a row quicker from an array.
    """

    def __init__(
        self, columns: Sequence[str] | None = None, knots: int = 5, degree: int = 3, named: bool = True
    ) -> None:
        self.columns = columns
        self.knots = knots
        self.degree = degree
        self.named = named

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.knots_: dict[str, NDArray[np.float64]] = {}
        self.outs_: dict[str, list[str]] = {}
        taken = set(self.columns_in_)
        for name in numbers_in(X, self.columns):
            values = block(X, [name])[:, 0]
            known = values[~np.isnan(values)]
            base = np.unique(np.quantile(known, np.linspace(0, 1, self.knots))) if len(known) else known
            # Knots a rounding apart would divide by nothing.
            if len(base) < 2 or np.diff(base).min() <= 1e-12 * np.abs(base).max():
                continue
            first, last = base[1] - base[0], base[-1] - base[-2]
            before = base[0] - first * np.arange(self.degree, 0, -1)
            after = base[-1] + last * np.arange(1, self.degree + 1)
            self.knots_[name] = np.concatenate([before, base, after])
            self.outs_[name] = []
            for number in range(1, len(base) + self.degree - 1):
                self.outs_[name].append(unused(f"{name}_spline_{number}", taken))
                taken.add(self.outs_[name][-1])

    def transform(self, X: pd.DataFrame) -> Any:
        """Return the frame with splines in the place of the numbers, or its values."""
        made = self._grown(X)
        if isinstance(made, pd.DataFrame):
            return made if self.named else made.to_numpy(dtype=np.float64)
        if not self.named:
            return made
        names = [out for name in X.columns for out in self.outs_.get(name, [name])]
        return pd.DataFrame(made, index=X.index, columns=names, copy=False)

    def _grown(self, X: pd.DataFrame) -> pd.DataFrame | NDArray[np.float64]:
        """Return the frame, or its values alone where all of them are numbers."""
        if not self.knots_:
            return X
        splines = _splines(block(X, list(self.knots_)), list(self.knots_.values()), self.degree)
        places = {name: place for place, name in enumerate(self.knots_)}
        if all(dtype == np.float64 for dtype in X.dtypes):
            # Numbers alone stand in one array: a frame for each column would take most of the time of a row.
            values = X.to_numpy()
            sides = [
                splines[:, places[name], : len(self.outs_[name])] if name in places else values[:, [position]]
                for position, name in enumerate(X.columns)
            ]
            return np.concatenate(sides, axis=1)
        # Blocks side by side: column by column a row with many splines would take many milliseconds.
        parts = []
        for name in self.columns_in_:
            if name in places:
                outs = self.outs_[name]
                made = splines[:, places[name], : len(outs)]
                parts.append(pd.DataFrame(made, index=X.index, columns=outs, copy=False))
            else:
                parts.append(X[[name]])
        return pd.concat(parts, axis=1)

    def origins(self) -> Origins:
        """Return each spline's column and every other column itself."""
        found: Origins = {}
        for name in self.columns_in_:
            found.update(dict.fromkeys(self.outs_.get(name, [name]), (name,)))
        return found


def _splines(values: NDArray[np.float64], knots: Sequence[NDArray[np.float64]], degree: int) -> NDArray[np.float64]:
    """Return the B-splines of each column, by the recursion of de Boor and Cox for those that are not 0.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_columns)
    knots : sequence of ndarray
        Of each column, ``degree`` of them beyond the range at each end.
    degree : int

    Returns
    -------
    ndarray of shape (n_rows, n_columns, most splines of a column)
    """
    held, span = np.empty_like(values), np.zeros(values.shape, dtype=np.intp)
    line = np.zeros((len(knots), max(map(len, knots))))
    for place, own in enumerate(knots):
        line[place, : len(own)] = own
        held[:, place] = np.clip(values[:, place], own[degree], own[-degree - 1])
        # The last span takes its right end in.
        found = np.searchsorted(own, held[:, place], side="right") - 1
        span[:, place] = np.clip(found, degree, len(own) - degree - 2)
    column = np.arange(len(knots))
    grown = [np.where(np.isnan(values), np.nan, 1.0)]
    below = [held - line[column, span + 1 - order] for order in range(1, degree + 1)]
    above = [line[column, span + order] - held for order in range(1, degree + 1)]
    for order in range(degree):
        carried, next_ = np.zeros_like(held), []
        for place, spline in enumerate(grown):
            share = spline / (above[place] + below[order - place])
            next_.append(carried + above[place] * share)
            carried = below[order - place] * share
        grown = [*next_, carried]
    result = np.where(np.isnan(values), np.nan, 0.0)[:, :, None].repeat(line.shape[1] - degree - 1, axis=2)
    row = np.arange(len(values))[:, None]
    for place, spline in enumerate(grown):
        result[row, column, span - degree + place] = spline
    return result
