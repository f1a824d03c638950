"""Rows worth labelling next: those a model is unsure of, and no two alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

POOL = 10
"""So many times the rows asked for, the most uncertain ones, are parted into groups."""
KNOWN_ROWS = 2_000
"""Labelled rows that the others are held against; more are sampled."""


@dataclass(frozen=True)
class RowProposal:
    """One row worth labelling.

    Parameters
    ----------
    row : int
        Position among the candidates.
    uncertainty : float
        0 where the model is sure, 1 where it cannot choose between two outcomes. For amounts the share of candidates
        that are less unlike the labelled rows.
    stands_for : int
        Rows of its group, itself included.
    words : str
        Why, in plain words.
    """

    row: int
    uncertainty: float
    stands_for: int
    words: str


def margin_uncertainty(probabilities: FloatArray) -> FloatArray:
    """Return 1 minus the gap between the two most probable outcomes of each row, shape (n,)."""
    if probabilities.shape[1] < 2:
        return np.zeros(len(probabilities))
    top = np.sort(probabilities, axis=1)[:, -2:]
    return np.asarray(1.0 - (top[:, 1] - top[:, 0]), dtype=np.float64)


def propose_next(
    probabilities: FloatArray, features: FloatArray, n: int, seed: int, *, classes: Sequence[str] = ()
) -> tuple[RowProposal, ...]:
    """Choose the rows whose labels would teach a classifier most.

    The method is that of Zhdanov (2019), "Diverse mini-batch active learning", section 3: the ``POOL`` times n rows
    with the smallest margin are parted into n groups by k-means weighted with their uncertainty, and of each group the
    row nearest its centre is taken. The first part finds what the model does not know, the second keeps a batch from
    asking the same question n times.

    Parameters
    ----------
    probabilities : ndarray of shape (m, k)
        Of the candidates, rows without a label.
    features : ndarray of shape (m, d)
        The same rows as the model sees them.
    n : int
        Rows wanted.
    seed : int
    classes : sequence of k str
        Names of the outcomes, for the words.

    Returns
    -------
    tuple of RowProposal
        At most n, the most uncertain first; fewer where the candidates are fewer, or alike.
    """
    if n < 1 or len(probabilities) == 0:
        return ()
    names = list(classes) or [f"outcome {place + 1}" for place in range(probabilities.shape[1])]
    unsure = margin_uncertainty(np.asarray(probabilities, dtype=np.float64))
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(unsure))
    pool = shuffled[np.argsort(-unsure[shuffled], kind="stable")][: POOL * n]
    points = _scaled(features)[pool]
    groups, centres = _groups(points, unsure[pool], n, seed)
    chosen = []
    for group in range(len(centres)):
        members = np.flatnonzero(groups == group)
        if not len(members):
            continue
        distance = ((points[members] - centres[group]) ** 2).sum(axis=1)
        chosen.append((int(pool[members[distance.argmin()]]), len(members)))
    chosen.sort(key=lambda item: (-unsure[item[0]], item[0]))
    return tuple(
        RowProposal(row, float(unsure[row]), size, f"{_torn(probabilities[row], names)}{_like(size, len(pool))}")
        for row, size in chosen
    )


def propose_unlike(features: FloatArray, known: FloatArray, n: int, seed: int) -> tuple[RowProposal, ...]:
    """Choose the rows least like those that are labelled.

    For models of amounts, which say nothing of how sure they are. Greedy: each next row is the one farthest from all
    labelled and all chosen rows (k-center greedy; Sener and Savarese 2018, "Active learning for convolutional neural
    networks: a core-set approach", algorithm 1).

    Parameters
    ----------
    features : ndarray of shape (m, d)
        Of the candidates.
    known : ndarray of shape (l, d)
        Of the labelled rows.
    n : int
        Rows wanted.
    seed : int

    Returns
    -------
    tuple of RowProposal
        In the order chosen; fewer than n where the candidates are fewer, or alike.
    """
    from sklearn.metrics import pairwise_distances_argmin_min

    if n < 1 or len(features) == 0:
        return ()
    points = _scaled(np.vstack([features, known]))
    points, seen = points[: len(features)], points[len(features) :]
    if len(seen) > KNOWN_ROWS:
        seen = seen[np.random.default_rng(seed).choice(len(seen), KNOWN_ROWS, replace=False)]
    if len(seen):
        distance = pairwise_distances_argmin_min(points, seen)[1]
    else:
        distance = np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1)) + 1.0
    rank = np.argsort(np.argsort(distance, kind="stable"), kind="stable") / max(1, len(distance) - 1)
    chosen: list[int] = []
    near = distance.copy()
    for _ in range(min(n, len(points))):
        row = int(near.argmax())
        if near[row] <= 1e-9:
            break
        chosen.append(row)
        near = np.minimum(near, np.sqrt(((points - points[row]) ** 2).sum(axis=1)))
    sizes = [1] * len(chosen)
    if chosen:
        nearest = pairwise_distances_argmin_min(points, points[chosen])[0]
        sizes = np.bincount(nearest, minlength=len(chosen)).tolist()
    return tuple(
        RowProposal(
            row,
            float(rank[row]),
            size,
            f"It is less like any labelled row than {100 * rank[row]:.0f}% of the rows without a label.",
        )
        for row, size in zip(chosen, sizes, strict=True)
    )


def _scaled(features: FloatArray) -> FloatArray:
    values = np.nan_to_num(np.asarray(features, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    spread = values.std(axis=0)
    keeps = spread > 1e-12
    return np.asarray((values[:, keeps] - values[:, keeps].mean(axis=0)) / spread[keeps], dtype=np.float64)


def _groups(points: FloatArray, weights: FloatArray, n: int, seed: int) -> tuple[NDArray[np.intp], FloatArray]:
    from sklearn.cluster import KMeans

    different = np.unique(points.round(9), axis=0)
    if len(different) <= 1:
        return np.zeros(len(points), dtype=np.intp), points[:1].reshape(1, points.shape[1])
    found = KMeans(n_clusters=min(n, len(different)), n_init=1, random_state=seed).fit(
        points, sample_weight=weights + 1e-3
    )
    return np.asarray(found.labels_, dtype=np.intp), np.asarray(found.cluster_centers_, dtype=np.float64)


def _torn(probabilities: FloatArray, names: Sequence[str]) -> str:
    order = np.argsort(-probabilities, kind="stable")[:2]
    if len(order) < 2:
        return f"The model says {names[order[0]]}."
    first, second = order
    gap = probabilities[first] - probabilities[second]
    shares = f"{100 * probabilities[first]:.0f}% to {100 * probabilities[second]:.0f}%"
    if gap < 0.2:
        return f"The model is torn between {names[first]} and {names[second]} ({shares})."
    verb = "leans to" if gap < 0.6 else "is fairly sure of"
    return f"The model {verb} {names[first]} over {names[second]} ({shares})."


def _like(size: int, pool: int) -> str:
    if size == 1:
        return f" Of the {pool:,} rows it is least sure of, no other is like this one."
    return f" It stands for {size:,} of the {pool:,} rows the model is least sure of."
