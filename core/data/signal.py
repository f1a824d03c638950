"""How much one column alone says about the outcome, and whether that is too good to be true."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.framing.frame import Task
from core.framing.intervals import wilson
from core.runtime.values import as_number, as_text

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

FOLDS: Final = 5
BINS: Final = 16
"""Quantile bins of a number; one with at most twice as many different values keeps them all."""
GRID: Final = (0.02, 0.25, 0.5, 0.75)
"""Quantiles of the different values at which a bin begins too."""
LEVELS: Final = 500
"""Levels of a category that are told apart; rarer ones count as one."""
SMOOTHING: Final = 5.0
"""Rows of prior mixed into the outcome rate of a level."""
FEWEST_ROWS: Final = 10

DOUBTFUL: Final = {Task.BINARY: 0.94, Task.MULTICLASS: 0.97, Task.REGRESSION: 0.98}
"""Signal from which a column is doubted (binary: an AUC of 0.97)."""
CERTAIN: Final = {Task.BINARY: 0.985, Task.MULTICLASS: 0.995, Task.REGRESSION: 0.995}
"""Signal from which it must be settled: single honest measurements (a tumour's size, a petal's width) stay below."""
LEAK_ROWS: Final = 20
"""Fewest rows of a level that is held against the outcome."""
LEAK_SHARE: Final = 0.75
"""The low end of the interval of a level's outcome rate from which the level decides the outcome …"""
LEAK_ODDS: Final = 20.0
"""… if the odds of the outcome are also this many times those of the other rows."""


@dataclass(frozen=True)
class Leak:
    """Evidence that a column is filled in with the outcome.

    Parameters
    ----------
    certain : bool
        Whether it must be settled; otherwise it is worth a look.
    signal : float
        The column's signal.
    level, outcome : str or None
        The level that decides and the outcome it decides; ``None`` where the column as a whole ranks the rows.
        A level of ``None`` with an outcome means "missing".
    hits, rows, other_hits, other_rows : int
        Rows of the level with the outcome, rows of the level, and the same of all other rows.
    """

    certain: bool
    signal: float
    level: str | None = None
    outcome: str | None = None
    hits: int = 0
    rows: int = 0
    other_hits: int = 0
    other_rows: int = 0


@dataclass(frozen=True, eq=False)
class TargetView:
    """An outcome made ready for being held against many columns.

    Parameters
    ----------
    task : Task
    known : ndarray of bool, shape (n,)
        Rows with an outcome, m of them.
    labels : tuple of str
        Classes; for a binary task the negative first. Empty for regression.
    values : ndarray of shape (m,)
        Class codes, or ranks of the amounts.
    folds : ndarray of int, shape (m,)
        Stratified by the outcome.
    """

    task: Task
    known: NDArray[np.bool_]
    labels: tuple[str, ...]
    values: Floats
    folds: Ints


def view_target(values: pd.Series, task: Task, positive: str | None = None, *, seed: int) -> TargetView | None:
    """Make an outcome ready; ``None`` where it is too short or does not vary.

    Parameters
    ----------
    values : Series of n rows
    task : Task
    positive : str or None
        The outcome looked for (binary only).
    seed : int
        Draws the folds.
    """
    labels: tuple[str, ...] = ()
    if task is Task.REGRESSION:
        amounts = as_number(values)
        known = amounts.notna().to_numpy()
        outcome = np.asarray(amounts[known].rank(), dtype=np.float64)
    else:
        codes, names = pd.factorize(as_text(values))
        known = codes >= 0
        labels = tuple(sorted(map(str, names), key=lambda name: (name == positive, name)))
        place = np.array([labels.index(str(name)) for name in names], dtype=np.float64)
        outcome = place[codes[known]] if len(names) else np.empty(0)
    if len(outcome) < FEWEST_ROWS or outcome.min() == outcome.max():
        return None
    if task is Task.BINARY and len(labels) != 2:
        return None
    order = np.lexsort((np.random.default_rng(seed).random(len(outcome)), outcome))
    folds = np.empty(len(outcome), dtype=np.intp)
    folds[order] = np.arange(len(outcome)) % FOLDS
    return TargetView(task, known, labels, outcome, folds)


def signal_of_numbers(numbers: Floats, target: TargetView) -> float:
    """Return the strength of association of a numeric column with the outcome, 0 (none) to 1.

    Parameters
    ----------
    numbers : ndarray of float, shape (n,)
        NaN where missing.
    target : TargetView

    Returns
    -------
    float
        The larger of two measures. One is monotone: abs(2 AUC − 1) of the column itself (binary) or abs(Spearman's rho)
        (regression), rows without a value counting as undecided; it fits nothing, so that noise reaches about
        1 / sqrt(m). The other is that of ``signal_of_levels`` on quantile bins, missing being one, and sees what is
        not monotone. Several classes have only the second.
    """
    values = numbers[target.known]
    binned = signal_of_levels(_bins(numbers), target)
    filled = ~np.isnan(values)
    if target.task is Task.MULTICLASS or filled.sum() < FEWEST_ROWS:
        return binned
    ranks = pd.Series(values[filled]).rank().to_numpy()
    outcome = target.values[filled]
    if target.task is Task.BINARY:
        positives = outcome.sum()
        pairs = positives * (len(outcome) - positives)
        area = ranks[outcome == 1].sum() - positives * (positives + 1) / 2
        every = target.values.sum() * (len(target.values) - target.values.sum())
        return float(max(binned, abs(2 * area - pairs) / every))
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = np.corrcoef(ranks, outcome)[0, 1]
    return float(max(binned, abs(rho) * filled.mean())) if np.isfinite(rho) else binned


def signal_of_levels(codes: Ints, target: TargetView) -> float:
    """Return the strength of association of a category with the outcome, 0 (none) to 1, cross-fitted.

    Each row is scored by the smoothed outcome rate of its level in the other folds, so that many levels cannot win by
    memory.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Level of each row, −1 where missing, which is a level too.
    target : TargetView

    Returns
    -------
    float
        Binary: 2 AUC − 1 of that score. Several classes: the same for each class against the rest, averaged by the
        classes' rows. Regression: the correlation ratio on the ranks of the amounts, the root of the share of their
        variance that the score explains. Never below 0.
    """
    levels = _few_levels(codes[target.known])
    count = int(levels.max()) + 1
    cells = target.folds * count + levels
    if target.task is Task.REGRESSION:
        return _correlation_ratio(cells, count, target.values)
    classes = len(target.labels)
    flat = np.bincount(cells * classes + target.values.astype(np.intp), minlength=FOLDS * count * classes)
    hits = flat.reshape(FOLDS, count, classes).astype(np.float64)
    rest = hits.sum(axis=0) - hits
    prior = rest.sum(axis=1) / np.maximum(rest.sum(axis=(1, 2)), 1.0)[:, None]
    score = (rest + SMOOTHING * prior[:, None, :]) / (rest.sum(axis=2) + SMOOTHING)[:, :, None]
    rows = hits.sum(axis=2).ravel()
    looked_at = (1,) if target.task is Task.BINARY else range(classes)
    signals = [_somers_d(score[:, :, kind].ravel(), hits[:, :, kind].ravel(), rows) for kind in looked_at]
    weights = [hits[:, :, kind].sum() for kind in looked_at]
    return float(np.average(np.maximum(signals, 0.0), weights=weights))


def find_leak(signal: float, codes: Ints | None, labels: tuple[str, ...], target: TargetView) -> Leak | None:
    """Return why a column may be filled in with the outcome, or ``None``.

    Parameters
    ----------
    signal : float
        The column's signal.
    codes : ndarray of int, shape (n,) or None
        Levels, −1 where missing; ``None`` for a number with many different values.
    labels : tuple of str
        Names of the levels.
    target : TargetView

    Returns
    -------
    Leak or None
        The column as a whole first; else (binary only) the level that decides the rarer outcome in most rows.
    """
    if signal >= DOUBTFUL[target.task]:
        return Leak(signal >= CERTAIN[target.task], signal)
    if codes is None or target.task is not Task.BINARY:
        return None
    rare = int(target.values.mean() <= 0.5)
    hit = target.values == rare
    levels = codes[target.known] + 1
    rows = np.bincount(levels, minlength=len(labels) + 1)
    hits = np.bincount(levels, weights=hit, minlength=len(labels) + 1).astype(np.intp)
    best: Leak | None = None
    for level in np.flatnonzero((rows >= LEAK_ROWS) & (hits > LEAK_SHARE * rows)):
        inside, n = int(hits[level]), int(rows[level])
        others, other_n = int(hit.sum()) - inside, len(hit) - n
        # Half a row is added to each cell, so that an empty one does not make the odds infinite (Haldane 1956).
        odds = (inside + 0.5) * (other_n - others + 0.5) / ((n - inside + 0.5) * (others + 0.5))
        if wilson(inside, n)[0] >= LEAK_SHARE and odds >= LEAK_ODDS and (best is None or inside > best.hits):
            name = labels[level - 1] if level else None
            best = Leak(True, signal, name, target.labels[rare], inside, n, others, other_n)
    return best


def _bins(numbers: Floats) -> Ints:
    filled = numbers[~np.isnan(numbers)]
    if not len(filled):
        return np.full(len(numbers), -1, dtype=np.intp)
    edges = values = np.unique(filled)
    if len(values) > 2 * BINS:
        # Quantiles of the values beside those of the rows: where most rows are 0, the others still get bins.
        edges = np.unique([*np.quantile(filled, np.linspace(0, 1, BINS + 1)), *np.quantile(values, GRID)])
    codes = np.searchsorted(edges, numbers, side="right") - 1
    return np.where(np.isnan(numbers), -1, codes)


def _few_levels(codes: Ints) -> Ints:
    levels = codes + 1
    if len(levels) and levels.max() >= LEVELS:
        often = np.argsort(-np.bincount(levels), kind="stable")[: LEVELS - 1]
        place = np.full(int(levels.max()) + 1, LEVELS - 1, dtype=np.intp)
        place[often] = np.arange(len(often))
        levels = place[levels]
    return levels


def _somers_d(score: Floats, hits: Floats, rows: Floats) -> float:
    """Return Somers' D, that is 2 AUC − 1, of cells with a score, hits and rows; ties count half."""
    _, group = np.unique(score, return_inverse=True)
    positive = np.bincount(group, weights=hits)
    negative = np.bincount(group, weights=rows - hits)
    below = np.cumsum(negative) - negative
    pairs = positive.sum() * negative.sum()
    return float(2 * (positive * (below + negative / 2)).sum() / pairs - 1) if pairs else 0.0


def _correlation_ratio(cells: Ints, count: int, amounts: Floats) -> float:
    rows = np.bincount(cells, minlength=FOLDS * count).reshape(FOLDS, count).astype(np.float64)
    centred = amounts - amounts.mean()
    sums = np.bincount(cells, weights=centred, minlength=FOLDS * count).reshape(FOLDS, count)
    rest_rows, rest_sums = rows.sum(axis=0) - rows, sums.sum(axis=0) - sums
    prior = rest_sums.sum(axis=1) / np.maximum(rest_rows.sum(axis=1), 1.0)
    score = (rest_sums + SMOOTHING * prior[:, None]) / (rest_rows + SMOOTHING)
    # The squared error, from the cells alone: sum of y² − 2 s y + s².
    explained = (2 * score * sums - rows * score**2).sum() / (centred**2).sum()
    return float(np.sqrt(max(0.0, explained)))
