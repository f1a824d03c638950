"""Mutual information of an amount with a kind from nearest neighbours, along one line and so by sorting alone."""

import numpy as np

from core.data.signal import Floats, Ints

NEIGHBOURS = 3
NOISE = 1e-10
"""Of the amount's size, added so that equal values have an order."""


def information_on_kind(values: Floats, kinds: Ints, *, seed: int) -> float:
    """Estimate how much an amount says of a kind.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Filled.
    kinds : ndarray of int, shape (n,)
    seed : int
        Draws the noise that orders equal values.

    Returns
    -------
    float
        In nats, 0 or more.

    Notes
    -----
    Ross, B. C. (2014), Mutual information between discrete and continuous data sets, PLoS ONE 9(2): for each row the
    distance to its third neighbour of its own kind, and how many rows of any kind are nearer. scikit-learn asks trees
    for both, one column after the other, which takes ten times as long.
    """
    from scipy.special import digamma

    spread = float(values.std())
    scaled = values / spread if spread > 0 else values.astype(np.float64)
    scaled = scaled + NOISE * max(1.0, float(np.abs(scaled).mean())) * np.random.RandomState(seed).standard_normal(
        len(scaled)
    )
    order = np.argsort(scaled, kind="stable")
    line, kinds = scaled[order], kinds[order]
    reach, own, wanted = np.zeros(len(line)), np.zeros(len(line)), np.zeros(len(line))
    for kind in np.unique(kinds):
        members = np.flatnonzero(kinds == kind)
        # A kind of a single row has no neighbour, and is left out.
        if len(members) > 1:
            own[members] = len(members)
            wanted[members] = k = min(NEIGHBOURS, len(members) - 1)
            reach[members] = _distance(line[members], k)
    used = own > 0
    if not used.any():
        return 0.0
    line, reach, own, wanted = line[used], reach[used], own[used], wanted[used]
    nearer = _nearer(line, reach)
    told = digamma(len(line)) + digamma(wanted).mean() - digamma(own).mean() - digamma(nearer).mean()
    return max(0.0, float(told))


def _distance(line: Floats, k: int) -> Floats:
    """Return the distance of each of some sorted numbers to its k-th neighbour."""
    places, n = np.arange(len(line)), len(line)
    nearest = np.full(n, np.inf)
    # The k nearest and the number itself stand next to each other: k + 1 ways to lie among them.
    for before in range(k + 1):
        first, last = places - before, places - before + k
        fits = (first >= 0) & (last < n)
        here = places[fits]
        wide = np.maximum(line[here] - line[first[fits]], line[last[fits]] - line[here])
        nearest[here] = np.minimum(nearest[here], wide)
    return nearest


def _nearer(line: Floats, reach: Floats) -> Floats:
    """Count the numbers that are nearer to each of some sorted numbers than its reach, itself among them."""
    places, n = np.arange(len(line)), len(line)
    first = np.searchsorted(line, line - reach, side="right")
    after = np.searchsorted(line, line + reach, side="left")
    # The number at exactly that distance may have been rounded to either side.
    first = np.minimum(first, places)
    first = np.where((first > 0) & (line - line[first - 1] < reach), first - 1, first)
    first = np.where((first < places) & (line - line[first] >= reach), first + 1, first)
    after = np.maximum(after, places + 1)
    after = np.where((after < n) & (line[np.minimum(after, n - 1)] - line < reach), after + 1, after)
    after = np.where((after > places + 1) & (line[after - 1] - line >= reach), after - 1, after)
    return (after - first).astype(np.float64)
