"""How columns go together: one matrix over mixed types, groups of columns that say the same, and information."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.knowing.coded import CodedColumn, CodedTable, code_table
from core.data.knowing.measures import correlation_ratios, cramers_v, ranks
from core.data.knowing.neighbours import information_on_kind
from core.data.schema import Schema
from core.data.signal import Floats, Ints
from core.framing.frame import Frame, Task
from core.limits import INFORMATION_ROWS

TOGETHER: Final = 0.9
"""Mean association within a group of columns from which they say the same."""
FEWEST_ROWS: Final = 10
"""Rows two columns must share."""
SPEARMAN, CRAMER, RATIO = "Spearman", "Cramér’s V", "Correlation ratio"


@dataclass(frozen=True)
class Pair:
    """Two columns and how they go together; ``value`` is signed for two amounts, else 0 to 1."""

    first: str
    second: str
    value: float
    measure: str


@dataclass(frozen=True, eq=False)
class Associations:
    """Every pair of columns.

    Parameters
    ----------
    names : tuple of str
        p columns, those that go together next to each other.
    values : ndarray of shape (p, p)
        Symmetric, 1 on the diagonal, NaN where a pair cannot be told.
    pairs : tuple of Pair
        Strongest first.
    rows_words : str
        What they rest on.
    """

    names: tuple[str, ...]
    values: Floats
    pairs: tuple[Pair, ...]
    rows_words: str


def associations(
    table_frame: pd.DataFrame, schema: Schema, frame: Frame | None = None, *, seed: int = 7
) -> Associations:
    """Hold every column against every other.

    Parameters
    ----------
    table_frame : DataFrame
        Looked at on at most ``KNOWING_ROWS`` rows and ``KNOWING_COLUMNS`` columns, the target first.
    schema : Schema
    frame : Frame or None
    seed : int

    Returns
    -------
    Associations
        Spearman's rank correlation of two amounts (the ranks are taken over each column's own filled rows), the
        bias-corrected Cramér's V of two kinds, and the corrected correlation ratio of an amount on a kind.
    """
    first = (frame.target,) if frame is not None and frame.target else ()
    coded = code_table(table_frame, schema, first=first, seed=seed)
    names, values = association_matrix(coded)
    order = _next_to_each_other(values)
    kinds = {name: column.numbers is not None for name, column in coded.columns.items()}
    pairs = [
        Pair(names[i], names[j], float(values[i, j]), _measure(kinds[names[i]], kinds[names[j]]))
        for i, j in combinations(range(len(names)), 2)
        if not np.isnan(values[i, j])
    ]
    pairs.sort(key=lambda pair: -abs(pair.value))
    return Associations(
        tuple(names[place] for place in order), values[np.ix_(order, order)], tuple(pairs), coded.rows_words
    )


def _measure(first: bool, second: bool) -> str:
    return SPEARMAN if first and second else RATIO if first or second else CRAMER


def association_matrix(coded: CodedTable) -> tuple[tuple[str, ...], Floats]:
    """Return the columns' names and the matrix of their associations."""
    columns = list(coded.columns.values())
    values = np.full((len(columns), len(columns)), np.nan)
    amounts = [place for place, column in enumerate(columns) if column.numbers is not None]
    kinds = [place for place, column in enumerate(columns) if column.codes is not None]
    if amounts:
        ranked = np.column_stack([_ranks(columns[place]) for place in amounts])
        values[np.ix_(amounts, amounts)] = _spearman_matrix(ranked)
        for place in kinds:
            values[place, amounts] = values[amounts, place] = correlation_ratios(_codes(columns[place]), ranked)
    for i, j in combinations(kinds, 2):
        values[i, j] = values[j, i] = cramers_v(_codes(columns[i]), _codes(columns[j]))
    np.fill_diagonal(values, 1.0)
    return tuple(coded.columns), values


def _ranks(column: CodedColumn) -> Floats:
    assert column.numbers is not None
    return ranks(column.numbers)


def _codes(column: CodedColumn) -> Ints:
    assert column.codes is not None
    return column.codes


def _spearman_matrix(held: Floats) -> Floats:
    filled = (~np.isnan(held)).astype(np.float64)
    # Centred first, so that sums of squares of large ranks do not lose their last digits.
    with np.errstate(all="ignore"):
        middle = np.nansum(held, axis=0) / filled.sum(axis=0)
        centred = np.where(filled > 0, held - middle, 0.0)
        n = filled.T @ filled
        sums, squares = centred.T @ filled, (centred**2).T @ filled
        covariance = centred.T @ centred - sums * sums.T / n
        spread = squares - sums**2 / n
        values = covariance / np.sqrt(spread * spread.T)
        values[(n < FEWEST_ROWS) | (spread <= 1e-9) | (spread.T <= 1e-9)] = np.nan
    return np.asarray(np.clip(values, -1.0, 1.0))


def _distances(values: Floats) -> Floats:
    apart = 1 - np.abs(np.nan_to_num(values))
    np.fill_diagonal(apart, 0.0)
    return np.asarray((apart + apart.T) / 2)


def _next_to_each_other(values: Floats) -> NDArray[np.intp]:
    if len(values) < 3:
        return np.arange(len(values), dtype=np.intp)
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    return leaves_list(linkage(squareform(_distances(values), checks=False), "average")).astype(np.intp)


def collinear_groups(names: Sequence[str], values: Floats, *, together: float = TOGETHER) -> list[tuple[str, ...]]:
    """Return groups of columns that say the same.

    Parameters
    ----------
    names : sequence of str
    values : ndarray of shape (p, p)
        Of ``association_matrix``.
    together : float
        Mean association within a group, between its parts, from which it is one.

    Returns
    -------
    list of tuple of str
        Hierarchical clustering on 1 − |association|, average linkage; largest first, groups of two and more.
    """
    if len(names) < 2:
        return []
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    tree = linkage(squareform(_distances(values), checks=False), "average")
    found = fcluster(tree, 1 - together + 1e-12, criterion="distance")
    groups: dict[int, list[str]] = {}
    for name, group in zip(names, found.tolist(), strict=True):
        groups.setdefault(group, []).append(name)
    return sorted((tuple(group) for group in groups.values() if len(group) > 1), key=lambda group: -len(group))


@dataclass(frozen=True)
class Information:
    """What one column says of the outcome, 0 (nothing) to 1 (all), on how many rows."""

    column: str
    value: float
    rows: int


def information(table_frame: pd.DataFrame, schema: Schema, frame: Frame, *, seed: int = 7) -> list[Information]:
    """Return the mutual information of each column with the outcome, normalised.

    Parameters
    ----------
    table_frame : DataFrame
        Looked at on at most ``INFORMATION_ROWS`` rows.
    schema : Schema
    frame : Frame
        Without a target there is nothing to return.
    seed : int
        Draws the rows and the noise of the estimate.

    Returns
    -------
    list of Information
        Most first, of the columns with enough filled rows.

    Notes
    -----
    Plain counts of two kinds, nearest neighbours where one is an amount (Kraskov et al. 2004; Ross 2014).
    Normalised by the outcome's entropy, or for an amount by Linfoot's sqrt(1 − exp(−2 I)) (1957), which is the
    correlation two normal amounts with that information have. A missing kind is a kind; rows with a missing amount are
    left out.
    """
    if not frame.target or frame.target not in table_frame.columns or frame.task is None:
        return []
    coded = code_table(table_frame, schema, first=(frame.target,), rows=INFORMATION_ROWS, seed=seed)
    if frame.target not in coded.columns:
        return []
    found = []
    for name, column in coded.columns.items():
        if name == frame.target:
            continue
        told = information_of(column, coded.columns[frame.target], frame.task, seed=seed)
        if told is not None:
            found.append(Information(name, *told))
    return sorted(found, key=lambda one: -one.value)


def information_of(column: CodedColumn, target: CodedColumn, task: Task, *, seed: int) -> tuple[float, int] | None:
    """Return the normalised mutual information of a column with the outcome and its rows; ``None`` for too few."""
    from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

    amount = task is Task.REGRESSION and target.numbers is not None
    known = _filled(target)
    values = _values(column)
    rows = known & ~np.isnan(values) if column.numbers is not None else known
    outcome = _values(target)[rows]
    if rows.sum() < FEWEST_ROWS or len(np.unique(outcome)) < 2:
        return None
    if column.numbers is not None and not amount:
        bits = information_on_kind(values[rows], np.unique(outcome, return_inverse=True)[1], seed=seed)
    else:
        told = mutual_info_regression if amount else mutual_info_classif
        held = values[rows].reshape(-1, 1)
        bits = float(told(held, outcome, discrete_features=column.codes is not None, random_state=seed)[0])
    if amount:
        return float(np.sqrt(1 - np.exp(-2 * max(0.0, bits)))), int(rows.sum())
    shares = np.unique(outcome, return_counts=True)[1] / len(outcome)
    entropy = float(-(shares * np.log(shares)).sum())
    return min(1.0, max(0.0, bits / entropy)), int(rows.sum())


def _filled(column: CodedColumn) -> NDArray[np.bool_]:
    if column.numbers is not None:
        return ~np.isnan(column.numbers)
    assert column.codes is not None
    return column.codes >= 0


def _values(column: CodedColumn) -> Floats:
    if column.numbers is not None:
        return column.numbers
    assert column.codes is not None
    return column.codes.astype(np.float64)
