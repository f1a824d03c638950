"""How well the features name the group: what leaving the group's column out cannot hide."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnType, Schema
from core.limits import MIN_ROWS
from core.runtime.values import as_date, as_number, as_text

PROXY_ROWS = 4_000
"""Most rows the group is guessed on; more are sampled."""
FOLDS = 3
LEVELS = 20
"""Most levels of a category that are told apart."""
PARTS = 10
"""Parts a number is cut into to measure its association."""
NAMED = 0.7
"""From this AUC on the features are said to name the group."""
HINTED = 0.6


@dataclass(frozen=True)
class Proxies:
    """What the features say about a sensitive column.

    Parameters
    ----------
    column : str
    group : str
        The group that is named best, of those with at least ``MIN_ROWS`` rows.
    auc, low, high : float
        Cross-fitted ROC AUC of naming it, with its 95% interval (Hanley and McNeil 1982, Radiology 143, 29–36); NaN
        where nothing can be compared.
    strongest : tuple of (str, float)
        Features by their own association with the group, strongest first: Cramér's V, 0 to 1, corrected for bias
        (Bergsma 2013), numbers cut into tenths.
    rows : int
        Rows looked at.
    method : str
    """

    column: str
    group: str
    auc: float
    low: float
    high: float
    strongest: tuple[tuple[str, float], ...]
    rows: int
    method: str


def find_proxies(X: pd.DataFrame, groups: pd.Series, *, schema: Schema, features: Sequence[str], seed: int) -> Proxies:
    """Guess each row's group from the features, on rows the guesser was not fitted on.

    Parameters
    ----------
    X : DataFrame of shape (n, n_columns)
        Training rows.
    groups : Series of length n
        As text; its name is the column's, which is never among the features used.
    schema : Schema
    features : sequence of str
    seed : int

    Returns
    -------
    Proxies
    """
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits

    column = str(groups.name)
    used = [name for name in features if name != column]
    labels = groups.astype(str).to_numpy(dtype=object)
    sizes = pd.Series(labels).value_counts()
    rows = np.flatnonzero(np.isin(labels, [str(name) for name, size in sizes.items() if size >= MIN_ROWS]))
    if len(rows) > PROXY_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, PROXY_ROWS, replace=False))
    labels = labels[rows]
    strongest = associations(X.iloc[rows], labels, schema=schema, features=used)
    if min(len(np.unique(labels)), len(used)) < 1 or len(np.unique(labels)) < 2:
        return Proxies(column, "", nan, nan, nan, strongest, len(rows), "Only one group is large enough to compare.")
    numbers = _numbers(X.iloc[rows], schema, used)
    classes = np.unique(labels)
    guessed = np.zeros((len(rows), len(classes)))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(numbers, labels.astype(str))
    # On so few rows threads that wait for a shared core cost more than they save.
    with threadpool_limits(1):
        for fit, judge in folds:
            guessed[judge] = _guess(numbers[fit], labels[fit], numbers[judge], classes, seed)
    named = {str(name): _auc(guessed[:, k], labels == name) for k, name in enumerate(classes)}
    # Of two groups both have the same AUC: the smaller one is the one spoken of.
    group = max(named, key=lambda name: (round(named[name][0], 9), -int((labels == name).sum())))
    auc, low, high = named[group]
    method = (
        f"Boosted trees guess the group from {len(used)} columns on {len(rows):,} rows, each guessed by trees fitted "
        f"on the other {FOLDS - 1} of {FOLDS} folds (seed {seed})."
    )
    return Proxies(column, group, auc, low, high, strongest, len(rows), method)


def associations(
    X: pd.DataFrame, labels: NDArray[np.object_], *, schema: Schema, features: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    """Return each feature's association with the labels (Cramér's V, 0 to 1), strongest first."""
    found = [
        (name, _cramers_v(_parts(X[name], schema[name].type, schema[name].date_format), labels)) for name in features
    ]
    return tuple(sorted(found, key=lambda pair: -pair[1]))


def _guess(
    X: NDArray[np.float64],
    labels: NDArray[np.object_],
    judged: NDArray[np.float64],
    classes: NDArray[np.object_],
    seed: int,
) -> NDArray[np.float64]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=8, learning_rate=0.15, early_stopping=False, random_state=seed
    )
    model.fit(X, labels.astype(str))
    guessed = np.zeros((len(judged), len(classes)))
    guessed[:, np.searchsorted(classes.astype(str), model.classes_)] = model.predict_proba(judged)
    return guessed


def _auc(scores: NDArray[np.float64], named: NDArray[np.bool_]) -> tuple[float, float, float]:
    from sklearn.metrics import roc_auc_score

    auc = float(roc_auc_score(named, scores))
    ones, zeros = int(named.sum()), int((~named).sum())
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (auc * (1 - auc) + (ones - 1) * (q1 - auc**2) + (zeros - 1) * (q2 - auc**2)) / (ones * zeros)
    half = 1.96 * sqrt(max(variance, 0.0))
    return auc, max(0.0, auc - half), min(1.0, auc + half)


def _numbers(X: pd.DataFrame, schema: Schema, names: Sequence[str]) -> NDArray[np.float64]:
    return np.column_stack([_codes(X[name], schema[name].type, schema[name].date_format) for name in names])


def _codes(values: pd.Series, type_: ColumnType, date_format: str) -> NDArray[np.float64]:
    if type_ is ColumnType.NUMBER:
        return as_number(values).clip(-1e38, 1e38).to_numpy(dtype=np.float64)
    if type_ is ColumnType.DATE:
        dates = as_date(values, date_format)
        return np.where(dates.isna(), np.nan, dates.astype("int64") / 86.4e12)
    texts = as_text(values)
    # By frequency: levels beyond the most frequent ones share the last code.
    order = {level: rank for rank, level in enumerate(texts.value_counts().index)}
    return np.array([np.nan if pd.isna(text) else min(order[text], LEVELS) for text in texts], dtype=np.float64)


def _parts(values: pd.Series, type_: ColumnType, date_format: str) -> NDArray[np.int64]:
    codes = _codes(values, type_, date_format)
    known = codes[~np.isnan(codes)]
    if type_ in (ColumnType.NUMBER, ColumnType.DATE) and len(np.unique(known)) > PARTS:
        edges = np.unique(np.quantile(known, np.arange(1, PARTS) / PARTS))
        parts = np.searchsorted(edges, codes, side="right")
        return np.where(np.isnan(codes), -1, parts).astype(np.int64)
    return np.unique(np.nan_to_num(codes, nan=-1.0), return_inverse=True)[1].astype(np.int64)


def _cramers_v(parts: NDArray[np.int64], labels: NDArray[np.object_]) -> float:
    """Bergsma, W. (2013), A bias-correction for Cramér's V and Tschuprow's T, J. Korean Statistical Society 42."""
    table = pd.crosstab(parts, labels.astype(str)).to_numpy(dtype=np.float64)
    n, (r, k) = table.sum(), table.shape
    if min(r, k) < 2 or n < 2:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    phi = float(((table - expected) ** 2 / expected).sum() / n)
    corrected = max(0.0, phi - (k - 1) * (r - 1) / (n - 1))
    size = min(k - (k - 1) ** 2 / (n - 1), r - (r - 1) ** 2 / (n - 1)) - 1
    return min(1.0, sqrt(corrected / size)) if size > 0 else 0.0
