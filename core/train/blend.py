"""Which finished candidates answer together, and with which weights: chosen on rows they had not seen.

The score of a blend is honest: for each fold the weights are chosen on the other folds' rows only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.runtime.blending import LEAST_CHANCE, BlendClassifier, BlendRegressor, combine_chances, sum_up
from core.train.estimators.losses import OF_METRIC

Floats = NDArray[np.float64]

MOST_MEMBERS = 5
"""More members answer slower and are not better by a difference that can be told."""
ROUNDS = 25
"""Steps of the greedy selection; a weight is a multiple of one of them."""
CHOICE_ROWS = 20_000
"""Rows the weights are chosen on; above it on a seeded sample."""
LEAST_ROWS = 30
"""Fewer rows left out do not say how to weigh."""
STACK_CLASSES = 20
"""With more outcomes a stack has more weights than can be read or learned, and the pool answers alone."""
STRENGTHS = (0.001, 0.01, 0.1, 1.0)
FEW_WEIGHTS = 150
"""A stack of more weights is found by steps that need no matrix of all pairs of them, at two strengths only."""
RIDGES = (0.1, 1.0, 10.0, 100.0, 1_000.0)
ROOM = 0.1
"""A blend of amounts stays within those learned from, widened by this share of their range."""


@dataclass(frozen=True, eq=False)
class Weights:
    """How members are put together; see ``core.runtime.blending``.

    Parameters
    ----------
    names : tuple of str
        Members with a weight.
    weights : ndarray of shape (m,)
    how : {"mean", "pool", "sum"}
    coef, intercept : ndarray or None
        Of the stack, for several outcomes.
    shift, low, high : float
        Of a sum.
    """

    names: tuple[str, ...]
    weights: Floats
    how: str
    coef: Floats | None = None
    intercept: Floats | None = None
    shift: float = 0.0
    low: float | None = None
    high: float | None = None

    def apply(self, said: Mapping[str, Floats]) -> Floats:
        """Return what the blend says where its members say ``said``: chances (n, k) or amounts (n,)."""
        if self.how == "sum":
            table = np.column_stack([said[name] for name in self.names])
            return sum_up(table, self.weights, self.shift, self.low, self.high)
        stacked = np.stack([said[name] for name in self.names])
        return combine_chances(stacked, self.weights, self.how, self.coef, self.intercept)

    def build(self, members: Mapping[str, Any]) -> Any:
        """Return the unfitted estimator of these members."""
        named = [(name, members[name]) for name in self.names]
        weights = [round(float(weight), 6) for weight in self.weights]
        if self.how == "sum":
            return BlendRegressor(named, weights, float(self.shift), self.low, self.high)
        coef = None if self.coef is None else [[round(float(one), 6) for one in row] for row in self.coef]
        intercept = None if self.intercept is None else [round(float(one), 6) for one in self.intercept]
        return BlendClassifier(named, weights, self.how, coef, intercept)


def choose_weights(candidates: Mapping[str, Outcomes], seed: int, metric: str = "") -> Weights:
    """Choose members and weights on what candidates said of the same rows, left out when they were fitted.

    Parameters
    ----------
    candidates : mapping of str to Outcomes
        Best first; of the same n rows.
    seed : int
        Of the sample, and of the folds that choose a stack's strength.
    metric : str
        Key of the metric that judges: a sum of amounts is shifted to the mean, the median or the quantile of what came.

    Returns
    -------
    Weights
        Binary: greedy selection with replacement by log loss; several outcomes: the same greedy pool, and a logistic
        stack on it; amounts: ridge regression without negative weights.

    Notes
    -----
    Greedy selection is that of Caruana, R. et al. (2004), Ensemble selection from libraries of models, ICML.
    """
    some = next(iter(candidates.values()))
    rows = np.arange(len(some))
    if len(rows) > CHOICE_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(len(rows), CHOICE_ROWS, replace=False))
    taken = {name: outcomes.take(rows) for name, outcomes in candidates.items()}
    some = taken[next(iter(taken))]
    if some.task is Task.REGRESSION:
        return _sum(taken, np.asarray(some.actual, dtype=np.float64), metric)
    codes = _codes(some)
    said = {name: _chances(outcomes) for name, outcomes in taken.items()}
    if some.task is Task.BINARY:
        return _greedy(said, codes, "mean")
    return _stacked(_greedy(said, codes, "pool"), said, codes, seed)


def cross_fitted(candidates: Mapping[str, Outcomes], folds: NDArray[np.intp], seed: int, metric: str = "") -> Outcomes:
    """Return what a blend says of each fold's rows, with weights chosen on the rows of the others.

    Parameters
    ----------
    candidates : mapping of str to Outcomes
        As for ``choose_weights``.
    folds : ndarray of int of shape (n,)
        The fold in which each row was left out.
    seed, metric
        As for ``choose_weights``.

    Returns
    -------
    Outcomes
        Of the n rows in their order.
    """
    some = next(iter(candidates.values()))
    is_amount = some.task is Task.REGRESSION
    whole = np.zeros(len(some)) if is_amount else np.zeros((len(some), len(some.classes)))
    for fold in np.unique(folds):
        inside = folds == fold
        weights = choose_weights({name: one.take(~inside) for name, one in candidates.items()}, seed, metric)
        whole[inside] = weights.apply({name: _said(one.take(inside)) for name, one in candidates.items()})
    return replace(some, values=whole) if is_amount else replace(some, probabilities=whole)


def can_blend(candidates: Mapping[str, Outcomes], folds: NDArray[np.intp]) -> bool:
    """Return whether there is something to weigh: two candidates, two folds, and rows enough in the others."""
    if len(candidates) < 2 or len(np.unique(folds)) < 2:
        return False
    some = next(iter(candidates.values()))
    fewest = min(int((folds != fold).sum()) for fold in np.unique(folds))
    if fewest < LEAST_ROWS:
        return False
    if some.task is Task.REGRESSION:
        return True
    # Each outcome must be among the rows that weights are chosen on.
    return all(len(np.unique(some.actual[folds != fold])) == len(some.classes) for fold in np.unique(folds))


def _said(outcomes: Outcomes) -> Floats:
    return np.asarray(outcomes.values, dtype=float) if outcomes.task is Task.REGRESSION else _chances(outcomes)


def _chances(outcomes: Outcomes) -> Floats:
    assert outcomes.probabilities is not None
    return np.asarray(outcomes.probabilities, dtype=np.float64)


def _codes(outcomes: Outcomes) -> NDArray[np.intp]:
    places = {name: place for place, name in enumerate(outcomes.classes)}
    return np.array([places[str(one)] for one in outcomes.actual], dtype=np.intp)


def _log_loss(chances: Floats, codes: NDArray[np.intp]) -> float:
    return float(-np.log(np.clip(chances[np.arange(len(codes)), codes], 1e-15, 1.0)).mean())


def _greedy(said: Mapping[str, Floats], codes: NDArray[np.intp], how: str) -> Weights:
    names = tuple(said)
    parts = np.stack([said[name] for name in names])
    if how == "pool":
        parts = np.log(np.clip(parts, LEAST_CHANCE, 1.0))
    total = np.zeros_like(parts[0])
    counts = np.zeros(len(names))
    best, kept = np.inf, counts.copy()
    for number in range(1, ROUNDS + 1):
        full = np.count_nonzero(counts) >= MOST_MEMBERS
        losses = [
            np.inf if full and not counts[place] else _log_loss(_level((total + part) / number, how), codes)
            for place, part in enumerate(parts)
        ]
        place = int(np.argmin(losses))
        total += parts[place]
        counts[place] += 1
        if losses[place] < best - 1e-9:
            best, kept = losses[place], counts.copy()
    used = np.flatnonzero(kept)
    weights = kept[used] / kept.sum()
    return Weights(tuple(names[place] for place in used), weights, how)


def _level(mean: Floats, how: str) -> Floats:
    if how == "mean":
        return mean
    raised = np.exp(mean - mean.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _stacked(pool: Weights, said: Mapping[str, Floats], codes: NDArray[np.intp], seed: int) -> Weights:
    """Add a logistic stack on the log chances of the pool's members, where it makes the log loss smaller."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    classes = said[pool.names[0]].shape[1]
    smallest = int(np.bincount(codes, minlength=classes).min())
    if classes > STACK_CLASSES or smallest < 6:
        return pool
    logs = np.concatenate([np.log(np.clip(said[name], LEAST_CHANCE, 1.0)) for name in pool.names], axis=1)
    alone = pool.apply(said)
    best, chosen = _log_loss(alone, codes), None
    parts = StratifiedKFold(3, shuffle=True, random_state=seed)
    few = classes * logs.shape[1] <= FEW_WEIGHTS
    for strength in STRENGTHS if few else STRENGTHS[1:3]:
        # Few columns that are nearly multiples of each other: Newton's steps need a handful where others need hundreds.
        solver = {"solver": "newton-cholesky", "max_iter": 50} if few else {"solver": "lbfgs", "max_iter": 500}
        stack = LogisticRegression(C=strength, **solver)
        loss = _log_loss((alone + cross_val_predict(stack, logs, codes, cv=parts, method="predict_proba")) / 2, codes)
        if loss < best:
            best, chosen = loss, stack
    if chosen is None:
        return pool
    stack = chosen.fit(logs, codes)
    return replace(pool, coef=np.asarray(stack.coef_), intercept=np.asarray(stack.intercept_))


def _sum(candidates: Mapping[str, Outcomes], actual: Floats, metric: str) -> Weights:
    from sklearn.linear_model import RidgeCV

    names = tuple(candidates)
    table = np.column_stack([_said(candidates[name]) for name in names])
    spread = float(actual.std()) or 1.0
    # Measured from the mean of the members, so that the ridge pulls towards it and not towards nothing.
    while True:
        mean = table.mean(axis=1)
        ridge = RidgeCV(alphas=RIDGES).fit((table - mean[:, None]) / spread, (actual - mean) / spread)
        weights = ridge.coef_ - ridge.coef_.mean() + 1 / len(names)
        worst = int(np.argmin(weights))
        if len(names) == 1 or (weights[worst] > 0 and len(names) <= MOST_MEMBERS):
            break
        names = names[:worst] + names[worst + 1 :]
        table = np.delete(table, worst, axis=1)
    weights = np.round(weights / weights.sum(), 6) if len(names) > 1 else np.ones(1)
    left = actual - table @ weights
    shares = {"absolute": 0.5, "quantile": next(iter(candidates.values())).quantile}
    share = shares.get(OF_METRIC.get(metric, ""))
    shift = float(left.mean() if share is None else np.quantile(left, share))
    room = ROOM * float(np.ptp(actual))
    return Weights(names, weights, "sum", None, None, shift, float(actual.min()) - room, float(actual.max()) + room)
