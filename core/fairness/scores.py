"""Scores that exist already, in the shape of a fitted classifier."""

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin


class GivenScores(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose input is its answer: one column, the probability of the positive outcome."""

    def __init__(self) -> None:
        self.classes_ = np.array([0, 1])

    def fit(self, X: NDArray[np.float64], y: NDArray[np.int64]) -> "GivenScores":
        """Return itself; there is nothing to learn."""
        return self

    def predict_proba(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities of shape (n, 2)."""
        scores = np.asarray(X, dtype=np.float64)[:, 0]
        return np.column_stack([1 - scores, scores])
