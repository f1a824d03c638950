"""Several models that answer together: what they say is weighed, pooled or stacked."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.utils.validation import check_is_fitted

REGRESSORS = (ExtraTreesRegressor, RandomForestRegressor)
FORESTS = (ExtraTreesClassifier, RandomForestClassifier, *REGRESSORS)
Floats = NDArray[np.float64]
FEW_ROWS = 16
"""Up to this many rows a forest is asked tree by tree."""
LEAST_CHANCE = 1e-6
"""Chances are kept this far from 0 before a logarithm is taken."""


class _Blend(BaseEstimator):  # type: ignore[misc]
    members: Sequence[tuple[str, Any]]

    def fit(self, X: Any, y: Any) -> Self:
        """Fit every member on all rows; how they are weighed is a setting and is not learned here."""
        self.fitted_ = [clone(member).fit(X, y) for _, member in self.members]
        return self._settle(X)

    def take(self, fitted: Sequence[Any], X: Any) -> Self:
        """Use members that were fitted already, in the order of ``members``, on columns like those of ``X``."""
        self.fitted_ = list(fitted)
        return self._settle(X)

    def _settle(self, X: Any) -> Self:
        self.n_features_in_ = int(np.shape(X)[1])
        if hasattr(X, "columns"):
            self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        return self


class BlendRegressor(RegressorMixin, _Blend):  # type: ignore[misc]
    """A weighted sum of what several models say.

    Parameters
    ----------
    members : sequence of (str, estimator)
        Names and unfitted models.
    weights : sequence of float
        One a member.
    shift : float
        Added to the sum.
    low, high : float, optional
        The answer is kept between: a sum of models may say what none of the rows they learned from comes near.
    """

    def __init__(
        self,
        members: Sequence[tuple[str, Any]] = (),
        weights: Sequence[float] = (),
        shift: float = 0.0,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        self.members = members
        self.weights = weights
        self.shift = shift
        self.low = low
        self.high = high

    def predict(self, X: Any) -> Floats:
        """Return the amounts; shape (n,)."""
        check_is_fitted(self)
        said = np.column_stack([_said(member, X, "predict") for member in self.fitted_])
        return sum_up(said, np.asarray(self.weights, dtype=np.float64), self.shift, self.low, self.high)


class BlendClassifier(ClassifierMixin, _Blend):  # type: ignore[misc]
    """The weighed mean of the chances several models give, or a pool and a stack of their logarithms.

    Parameters
    ----------
    members : sequence of (str, estimator)
        Names and unfitted models.
    weights : sequence of float
        One a member; they sum to 1.
    how : {"mean", "pool"}
        The mean of chances, or of their logarithms.
    coef : sequence of sequence of float, optional
        Of shape (n_classes, n_members * n_classes): a logistic stack on the members' log chances, one member after the
        other. The answer is then the mean of pool and stack.
    intercept : sequence of float, optional
        Of the stack; shape (n_classes,).
    """

    def __init__(
        self,
        members: Sequence[tuple[str, Any]] = (),
        weights: Sequence[float] = (),
        how: str = "mean",
        coef: Sequence[Sequence[float]] | None = None,
        intercept: Sequence[float] | None = None,
    ) -> None:
        self.members = members
        self.weights = weights
        self.how = how
        self.coef = coef
        self.intercept = intercept

    def _settle(self, X: Any) -> Self:
        self.classes_ = np.asarray(self.fitted_[0].classes_)
        return super()._settle(X)

    def predict_proba(self, X: Any) -> Floats:
        """Return the chances; shape (n, n_classes)."""
        check_is_fitted(self)
        said = np.stack([_said(member, X, "predict_proba") for member in self.fitted_])
        coef = None if self.coef is None else np.asarray(self.coef, dtype=np.float64)
        intercept = None if self.intercept is None else np.asarray(self.intercept, dtype=np.float64)
        return combine_chances(said, np.asarray(self.weights, dtype=np.float64), self.how, coef, intercept)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest classes; shape (n,)."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


def _said(member: Any, X: Any, how: str) -> Floats:
    """Return what a member says; a forest is asked tree by tree where there are few rows.

    The library's own way checks the rows and starts a thread pool once for each tree, which takes ten times as long.
    """
    if len(X) > FEW_ROWS or not isinstance(member, FORESTS):
        return np.asarray(getattr(member, how)(X), dtype=np.float64)
    rows = np.ascontiguousarray(np.asarray(X), dtype=np.float32)
    total = sum(tree.tree_.predict(rows) for tree in member.estimators_)
    mean = np.asarray(total, dtype=np.float64) / len(member.estimators_)
    if isinstance(member, REGRESSORS):
        return mean.reshape(len(rows))
    chances = mean.reshape(len(rows), -1)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def sum_up(said: Floats, weights: Floats, shift: float, low: float | None, high: float | None) -> Floats:
    """Return the weighted sum of what members say, shape (n, m), kept between two amounts."""
    total = said @ weights + shift
    return total if low is None and high is None else np.clip(total, low, high)


def combine_chances(
    said: Floats, weights: Floats, how: str, coef: Floats | None = None, intercept: Floats | None = None
) -> Floats:
    """Return the chances of a blend.

    Parameters
    ----------
    said : ndarray of shape (m, n, k)
        Chances of m members.
    weights : ndarray of shape (m,)
    how : {"mean", "pool"}
    coef : ndarray of shape (k, m * k), optional
    intercept : ndarray of shape (k,), optional

    Returns
    -------
    ndarray of shape (n, k)
        Rows sum to 1.

    Notes
    -----
    The pool of logarithms is that of Genest, C. and Zidek, J. V. (1986), Combining probability distributions,
    Statistical Science 1, 114-135; the stack that of Wolpert, D. H. (1992), Stacked generalization, Neural Networks 5,
    241-259.
    """
    if how == "mean":
        mean = np.tensordot(weights, said, axes=1)
        return np.asarray(mean / mean.sum(axis=1, keepdims=True))
    logs = np.log(np.clip(said, LEAST_CHANCE, 1.0))
    pool = _softmax(np.tensordot(weights, logs, axes=1))
    if coef is None:
        return pool
    stack = _softmax(np.concatenate(list(logs), axis=1) @ coef.T + (0.0 if intercept is None else intercept))
    return (pool + stack) / 2


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
