"""Chances that mean what they say: maps from a model's chances to corrected ones, and the model that carries them."""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted, validate_data

Floats = NDArray[np.float64]
METHODS = ("sigmoid", "isotonic")
DIGITS = 12
"""Chances are rounded to so many decimals first: sums of trees differ by less from machine to machine."""


class ChanceMap(BaseEstimator):  # type: ignore[misc]
    """Learns from chances and what happened how to correct chances.

    With two classes one map is learned, of the second class; with more one a class, and corrected chances are divided
    by their sum (Zadrozny and Elkan, 2002, Transforming classifier scores into accurate multiclass probability
    estimates).

    Parameters
    ----------
    method : str
        ``sigmoid``: a straight line on the scale of log-odds, fitted by maximum likelihood with the smoothed targets of
        Platt (1999, Probabilistic outputs for support vector machines). ``isotonic``: the rising step curve of least
        squares, which needs more rows (Niculescu-Mizil and Caruana, 2005, Predicting good probabilities).
    """

    def __init__(self, method: str = "sigmoid") -> None:
        self.method = method

    @classmethod
    def of(cls, method: str, maps: list[Any], floor: float) -> Self:
        """Return a map that was learned before, from its numbers: ``maps_`` as lists, and ``floor_``."""
        made = cls(method)
        made.maps_ = [np.asarray(learned, dtype=np.float64) for learned in maps]
        made.floor_ = floor
        return made

    def fit(self, chances: Floats, codes: NDArray[np.intp]) -> Self:
        """Learn the maps.

        Parameters
        ----------
        chances : ndarray of shape (n, k)
            Of rows the model had not seen.
        codes : ndarray of int, shape (n,)
            The column of the class that happened.

        Returns
        -------
        ChanceMap
        """
        if self.method not in METHODS:
            raise ValueError(f"There is no way to correct chances by the name {self.method}.")
        given = _rounded(chances)
        codes = np.asarray(codes)
        # Half a row in all: what never happened in these rows may happen in others.
        self.floor_ = 0.5 / (len(given) + 1)
        columns = [1] if given.shape[1] == 2 else list(range(given.shape[1]))
        learn = _sigmoid if self.method == "sigmoid" else _isotonic
        self.maps_ = [learn(given[:, column], codes == column, self.floor_) for column in columns]
        return self

    def apply(self, chances: Floats) -> Floats:
        """Return corrected chances of shape (n, k); each row sums to 1."""
        check_is_fitted(self)
        given = _rounded(chances)
        if given.shape[1] == 2:
            second = self._mapped(given[:, 1], self.maps_[0])
            return np.column_stack([1 - second, second])
        found = np.column_stack([self._mapped(given[:, column], learned) for column, learned in enumerate(self.maps_)])
        return np.asarray(found / found.sum(axis=1, keepdims=True))

    def _mapped(self, chance: Floats, learned: NDArray[np.float64]) -> Floats:
        if self.method == "sigmoid":
            corrected = _expit(learned[0] * _log_odds(chance, self.floor_) + learned[1])
        else:
            corrected = np.interp(chance, learned[0], learned[1])
        return np.clip(corrected, self.floor_, 1 - self.floor_)


class CalibratedModel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier that corrects its chances by what they turned out to mean on rows left out.

    Parameters
    ----------
    estimator : classifier, optional
        Gives the chances; logistic regression where none is named.
    method : str
        See ``ChanceMap``.
    cv : int
        Folds in which ``fit`` leaves rows out to learn the correction; the estimator itself is fitted on all rows. A
        model made by ``around`` learned it from the folds of its training.
    """

    def __init__(self, estimator: Any = None, method: str = "sigmoid", cv: int = 5) -> None:
        self.estimator = estimator
        self.method = method
        self.cv = cv

    @classmethod
    def around(cls, model: Any, chances: Floats, happened: NDArray[Any], method: str) -> Self:
        """Return a fitted model with its chances corrected.

        Parameters
        ----------
        model : classifier
            Fitted on all training rows.
        chances : ndarray of shape (n, k)
            Of rows left out, columns in the order of ``model.classes_``.
        happened : ndarray of shape (n,)
            The class of each of these rows.
        method : str

        Returns
        -------
        CalibratedModel
        """
        codes = pd.Index(model.classes_).get_indexer(pd.Index(np.asarray(happened)))
        return cls.with_map(model, ChanceMap(method).fit(chances, codes))

    @classmethod
    def with_map(cls, model: Any, learned: ChanceMap) -> Self:
        """Return a fitted model with its chances corrected by a map, whose classes are those of the model in order."""
        made = cls(model, learned.method)
        made._take(model, learned)
        return made

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the estimator, and learn the correction from rows left out of it.

        Parameters
        ----------
        X : array-like of shape (n, f)
        y : array-like of shape (n,)

        Returns
        -------
        CalibratedModel
        """
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold, cross_val_predict
        from sklearn.utils.multiclass import check_classification_targets

        checked, y = validate_data(self, X, y)
        # A model made of several steps may read its columns by name.
        X = X if isinstance(X, pd.DataFrame) else checked
        check_classification_targets(y)
        rarest = int(np.unique(y, return_counts=True)[1].min())
        if len(np.unique(y)) < 2 or rarest < 2:
            raise ValueError("Chances are corrected for at least two classes with two rows each; there is one class.")
        model = LogisticRegression() if self.estimator is None else self.estimator
        folds = StratifiedKFold(min(self.cv, rarest))
        chances = cross_val_predict(clone(model), X, y, cv=folds, method="predict_proba")
        fitted = clone(model).fit(X, y)
        codes = pd.Index(fitted.classes_).get_indexer(pd.Index(y))
        self._take(fitted, ChanceMap(self.method).fit(chances, codes))
        return self

    def _take(self, model: Any, learned: ChanceMap) -> None:
        self.estimator_, self.map_ = model, learned
        self.classes_ = np.asarray(model.classes_)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))

    def predict_proba(self, X: Any) -> Floats:
        """Return corrected chances of shape (n, k), columns in the order of ``classes_``."""
        check_is_fitted(self)
        return self.map_.apply(self.estimator_.predict_proba(X))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the class with the highest corrected chance, shape (n,)."""
        best = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[best])


def _rounded(chances: Floats) -> Floats:
    return np.asarray(np.round(np.asarray(chances, dtype=np.float64), DIGITS), dtype=np.float64)


def _log_odds(chance: Floats, floor: float) -> Floats:
    held = np.clip(chance, floor, 1 - floor)
    return np.asarray(np.log(held) - np.log1p(-held))


def _expit(value: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(value), dtype=np.float64)


def _sigmoid(chance: Floats, happened: NDArray[np.bool_], floor: float) -> Floats:
    """Return slope and intercept on the scale of log-odds."""
    from scipy.optimize import minimize

    given = _log_odds(chance, floor)
    n, with_it = len(happened), int(happened.sum())
    target = np.where(happened, (with_it + 1) / (with_it + 2), 1 / (n - with_it + 2))

    def loss(line: Floats) -> tuple[float, Floats]:
        score = line[0] * given + line[1]
        off = _expit(score) - target
        return float(np.mean(np.logaddexp(0, score) - target * score)), np.array([np.mean(off * given), np.mean(off)])

    start = np.array([1.0, 0.0])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-10, "ftol": 1e-15, "maxiter": 500})
    return np.asarray(found.x, dtype=np.float64)


def _isotonic(chance: Floats, happened: NDArray[np.bool_], floor: float) -> Floats:
    """Return the corners of the step curve: chances given and chances corrected, shape (2, corners)."""
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(chance, happened.astype(float))
    return np.vstack([curve.X_thresholds_, curve.y_thresholds_]).astype(np.float64)
