"""A scale of its own for an amount that a model learns, and the way back."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

SKEWED = 1.0
"""From this skewness on, amounts that are never negative are learned on a logarithmic scale."""
BEYOND = 0.5
"""A prediction is kept within the range learned from, widened on both sides by this share of it (on the scale)."""


class TargetScale(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Bring an amount to mean 0 and standard deviation 1, on a logarithmic scale where a few are far larger.

    The way back never gives an infinite or absurd amount: what a model says beyond the range it learned from, widened
    by half of it, is taken to the edge.

    Parameters
    ----------
    skewed : float
        Skewness from which on amounts that are never negative are learned by ``log(1 + amount / median)``.
    """

    def __init__(self, skewed: float = SKEWED) -> None:
        self.skewed = skewed

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the scale from amounts of shape (n, k)."""
        X = validate_data(self, X, dtype=np.float64)
        centre, spread = X.mean(axis=0), X.std(axis=0)
        known = np.where(spread > 0, spread, 1.0)
        skew = (((X - centre) / known) ** 3).mean(axis=0)
        typical = np.median(X, axis=0)
        self.bent_ = (X.min(axis=0) >= 0) & (skew > self.skewed) & (typical > 0)
        self.unit_ = np.where(self.bent_, np.where(typical > 0, typical, 1.0), 1.0)
        bent = self._bend(X)
        self.mean_ = bent.mean(axis=0)
        spread = bent.std(axis=0)
        self.spread_ = np.where(spread > 0, spread, 1.0)
        scaled = (bent - self.mean_) / self.spread_
        room = BEYOND * (scaled.max(axis=0) - scaled.min(axis=0))
        self.low_, self.high_ = scaled.min(axis=0) - room, scaled.max(axis=0) + room
        return self

    def _bend(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(self.bent_, np.log1p(np.maximum(X, 0.0) / self.unit_), X)

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the amounts on the scale; shape (n, k)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray((self._bend(X) - self.mean_) / self.spread_)

    def inverse_transform(self, X: Any) -> NDArray[np.float64]:
        """Return the amounts of values on the scale; shape (n, k)."""
        check_is_fitted(self)
        X = np.clip(check_array(X, dtype=np.float64), self.low_, self.high_)
        bent = X * self.spread_ + self.mean_
        with np.errstate(over="ignore"):
            return np.where(self.bent_, np.expm1(np.where(self.bent_, bent, 0.0)) * self.unit_, bent)
