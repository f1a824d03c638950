"""Filling gaps in categories by what the other columns suggest: chained equations, each a logistic regression."""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.frames import block, texts
from core.runtime.gaps import sampled

CHAIN_LEVELS = 20
"""Values of a column, the most frequent ones, that are guessed and help to guess; others help like a missing one."""
GUESSING_ROWS = 2_000
"""Training rows from which a column learns what others say of it."""
ITERATIONS = 25
"""Of the solver in a round; the next one goes on from there."""

Levels = dict[str, list[str]]
Equations = dict[str, NDArray[np.float64]]


def frequent_levels(X: pd.DataFrame, names: Sequence[str]) -> Levels:
    """Return the most frequent values of category columns, most frequent first, the first by name where several are."""
    levels: Levels = {}
    for name in names:
        counts = X[name].value_counts()
        order = sorted(((-int(count), str(level)) for level, count in counts.items()))
        levels[name] = [level for _, level in order[:CHAIN_LEVELS]]
    return levels


class Design:
    """How rows become numbers for the equations: numbers on a scale of mean 0 and spread 1, then a 0/1 column a value.

    Parameters
    ----------
    numbers : sequence of str
    levels : mapping of str to list of str
        By category column.
    centre, spread : ndarray of shape (n_numbers,)
    """

    def __init__(
        self,
        numbers: Sequence[str],
        levels: Mapping[str, Sequence[str]],
        centre: NDArray[np.float64],
        spread: NDArray[np.float64],
    ) -> None:
        self.numbers = list(numbers)
        self.levels = levels
        self.centre = centre
        self.spread = spread
        self.places: dict[str, slice] = {}
        at = len(self.numbers)
        for name, known in levels.items():
            self.places[name] = slice(at, at + len(known))
            at += len(known)
        self.width = at

    def matrix(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return the rows as numbers: a missing number is the mean, a missing or unknown value 0 in all its columns."""
        values = np.zeros((len(X), self.width))
        scaled = (block(X, self.numbers) - self.centre) / self.spread
        values[:, : len(self.numbers)] = np.where(np.isnan(scaled), 0.0, scaled)
        for name, known in self.levels.items():
            at = {level: place for place, level in enumerate(known)}
            codes = np.array([at.get(value, -1) for value in texts(X, name)], dtype=np.intp)
            self.put(values, np.flatnonzero(codes >= 0), name, codes[codes >= 0])
        return values

    def put(self, values: NDArray[np.float64], rows: NDArray[np.intp], name: str, codes: NDArray[np.intp]) -> None:
        """Write a column's values, by their place among its levels, into rows."""
        values[rows, self.places[name]] = 0.0
        values[rows, self.places[name].start + codes] = 1.0


def learn_equations(X: pd.DataFrame, wanted: Sequence[str], design: Design, rounds: int, seed: int) -> Equations:
    """Return, for each wanted column, how each of its values is scored by the others: weights and, last, an intercept.

    Gaps begin as the most frequent value. Each round learns every column anew from rows that know it, with the guesses
    of the columns before (as ``sklearn.impute.IterativeImputer`` with a classifier); the last equations are kept.

    Parameters
    ----------
    X : DataFrame
        Training rows.
    wanted : sequence of str
        Category columns of the design.
    design : Design
    rounds : int
    seed : int
        Draws the rows that are learned from where there are many.

    Returns
    -------
    dict of str to ndarray of shape (n_levels, width + 1)
        Without the columns of which no value is known.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    kept = X.iloc[sampled(len(X), GUESSING_ROWS, seed)]
    values = design.matrix(kept)
    gaps = {name: np.flatnonzero(kept[name].isna().to_numpy()) for name in wanted}
    _begin(values, gaps, design)
    equations: Equations = {}
    models = {name: LogisticRegression(C=1.0, max_iter=ITERATIONS, warm_start=True) for name in wanted}
    for _ in range(rounds):
        for name in wanted:
            place = design.places[name]
            inside = values[:, place]
            known = np.setdiff1d(np.flatnonzero(inside.any(axis=1)), gaps[name])
            if not len(known):
                continue
            codes = inside[known].argmax(axis=1)
            scores = np.full((len(design.levels[name]), design.width + 1), 0.0)
            seen = np.unique(codes)
            # A value that no drawn row has is never guessed.
            scores[:, -1] = -np.inf
            others = np.ones(design.width, dtype=bool)
            others[place] = False
            if len(seen) == 1 or not others.any():
                scores[seen, -1] = np.bincount(codes)[seen]
            else:
                # Small products: several threads would wait for each other longer than they work.
                with warnings.catch_warnings(), threadpool_limits(1):
                    # So many steps give the order of the values; their chances are not used.
                    warnings.simplefilter("ignore", ConvergenceWarning)
                    models[name].fit(values[np.ix_(known, others)], codes)
                weights, start = models[name].coef_, models[name].intercept_
                if len(seen) == 2:
                    weights, start = np.vstack([0.0 * weights, weights]), np.array([0.0, start[0]])
                scores[np.ix_(seen, np.append(others, False))] = weights
                scores[seen, -1] = start
            equations[name] = scores
            if len(gaps[name]):
                design.put(values, gaps[name], name, _best(values[gaps[name]], scores))
    return equations


def guess(
    X: pd.DataFrame, design: Design, equations: Mapping[str, NDArray[np.float64]], rounds: int
) -> dict[str, tuple[NDArray[np.intp], list[str]]]:
    """Return, for each column with gaps, the rows that have one and the values they get.

    Parameters
    ----------
    X : DataFrame
    design : Design
    equations : mapping of str to ndarray
        As ``learn_equations`` gives them.
    rounds : int
        How often each gap is guessed anew from the guesses of the others.
    """
    gaps = {name: np.flatnonzero(X[name].isna().to_numpy()) for name in equations}
    gaps = {name: rows for name, rows in gaps.items() if len(rows)}
    if not gaps:
        return {}
    values = design.matrix(X)
    _begin(values, gaps, design)
    # One column with gaps is guessed from what is known; another round would say the same.
    for _ in range(rounds if len(gaps) > 1 else 1):
        for name, rows in gaps.items():
            design.put(values, rows, name, _best(values[rows], equations[name]))
    return {
        name: (rows, [design.levels[name][code] for code in values[rows, design.places[name]].argmax(axis=1)])
        for name, rows in gaps.items()
    }


def _begin(values: NDArray[np.float64], gaps: Mapping[str, NDArray[np.intp]], design: Design) -> None:
    """Put the most frequent value, the first of a column's levels, into every gap."""
    for name, rows in gaps.items():
        if len(rows) and design.levels[name]:
            design.put(values, rows, name, np.zeros(len(rows), dtype=np.intp))


def _best(values: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the place of the value with the highest score in each row, the most frequent one where several are."""
    # Sums along the row, not a product of matrices: the answer for a row must not hang on the rows beside it.
    told = [(values * line[:-1]).sum(axis=1) + line[-1] for line in scores]
    return np.asarray(np.argmax(told, axis=0), dtype=np.intp)
