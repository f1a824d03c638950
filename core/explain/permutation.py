"""Contributions for any model, by revealing columns in random orders."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.explain.explanation import Floats
from core.limits import EXPLAIN_BACKGROUND

EVALUATIONS = 60_000
"""Answers of the model that an explanation may ask for."""
PERMUTATION_ROWS = 100
"""Most rows explained so."""
FEWEST_BACKGROUND = 10
FEWEST_ROWS = 10
MOST_ORDERS = 10
"""Most orders tried per background row, where few rows leave room for it."""
CHUNK = 40_000
"""Mixed rows held at once."""


@dataclass(frozen=True)
class PermutationPlan:
    """How many rows are explained, from how many background rows, in how many orders each."""

    rows: int
    background: int
    orders: int


def permutation_plan(given: int, columns: int) -> PermutationPlan:
    """Share out ``EVALUATIONS`` over rows, background rows and orders.

    Parameters
    ----------
    given : int
        Rows that could be explained.
    columns : int
        Raw columns.

    Returns
    -------
    PermutationPlan
    """
    steps = max(1, columns - 1)
    rows = min(given, PERMUTATION_ROWS)
    background = min(EXPLAIN_BACKGROUND, max(FEWEST_BACKGROUND, EVALUATIONS // (rows * steps)))
    rows = min(rows, max(FEWEST_ROWS, EVALUATIONS // (background * steps)))
    orders = min(MOST_ORDERS, max(1, EVALUATIONS // (rows * background * steps)))
    return PermutationPlan(rows, background, orders)


def permutation_contributions(
    predict: Callable[[pd.DataFrame], Floats],
    X: pd.DataFrame,
    background: pd.DataFrame,
    groups: NDArray[np.intp],
    plan: PermutationPlan,
    seed: int,
) -> tuple[Floats, Floats]:
    """Estimate Shapley values of groups of features.

    Each explained row starts as a background row and takes over its own columns one after the other, in a random order;
    what the answer moves by when a column is taken over is that column's. Every second order is the one before it,
    reversed, which cancels the larger part of the sampling error. Moves of one order add up to the whole way, so the
    mean over orders adds up exactly too.

    Parameters
    ----------
    predict : callable
        From transformed rows to answers of shape (n,) or (n, k).
    X, background : DataFrame of shape (n, f), (b, f)
    groups : ndarray of int, shape (f,)
        Column of each feature, 0 to c − 1.
    plan : PermutationPlan
    seed : int

    Returns
    -------
    values : ndarray of shape (n, c) or (n, c, k)
    base : ndarray of shape () or (k,)
        Mean answer over the background rows used.

    Notes
    -----
    Štrumbelj and Kononenko (2014), Explaining prediction models and individual predictions with feature contributions,
    Knowledge and Information Systems 41, 647–665; antithetic orders: Mitchell et al. (2022), Sampling permutations for
    Shapley value estimation, JMLR 23.
    """
    rng = np.random.default_rng(seed)
    columns = int(groups.max()) + 1
    # The caller's rows are in the table's order: the first few of them would be no sample.
    start = background.to_numpy()[rng.permutation(len(background))[: plan.background]]
    from_rows = np.repeat(np.arange(len(start)), plan.orders)
    orders = np.array([rng.permutation(columns) for _ in range((len(from_rows) + 1) // 2)])
    orders = np.stack([orders, orders[:, ::-1]], axis=1).reshape(-1, columns)[: len(from_rows)]
    # Place of each feature's column in each order; a feature is taken over from the step after its place.
    taken = np.argsort(orders, axis=1)[:, groups]
    paths, steps = len(from_rows), columns - 1
    begin = predict(pd.DataFrame(start, columns=X.columns))[from_rows]
    end = predict(X)
    values = np.zeros((len(X), columns, *end.shape[1:]))
    mask = taken[:, None, :] < np.arange(1, columns)[None, :, None]
    at_once = max(1, CHUNK // max(1, paths * steps))
    for first in range(0, len(X), at_once):
        rows = X.to_numpy()[first : first + at_once]
        mixed = np.where(mask[None], rows[:, None, None, :], start[from_rows][None, :, None, :])
        between = predict(pd.DataFrame(mixed.reshape(-1, X.shape[1]), columns=X.columns)) if steps else end[:0]
        between = between.reshape(len(rows), paths, steps, *end.shape[1:])
        whole = np.concatenate(
            [
                np.broadcast_to(begin[None, :, None], (len(rows), paths, 1, *end.shape[1:])),
                between,
                np.broadcast_to(end[first : first + at_once][:, None, None], (len(rows), paths, 1, *end.shape[1:])),
            ],
            axis=2,
        )
        moves = np.diff(whole, axis=2)
        for path in range(paths):
            values[first : first + at_once, orders[path]] += moves[:, path] / paths
    return values, np.asarray(begin.mean(axis=0))
