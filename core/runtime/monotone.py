"""A model whose answer only rises, or only falls, with some of its columns."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

SETTINGS: Final = ("monotone_constraints", "monotonic_cst")
"""What LightGBM and scikit-learn call the constraint of each column: 1 rises, −1 falls, 0 is free."""


def setting_of(estimator: Any) -> str:
    """Return the name of an estimator's setting for constraints; empty where it has none."""
    known = {*estimator.get_params(deep=False), *_beyond(estimator)}
    return next((name for name in SETTINGS if name in known), "")


def _beyond(estimator: Any) -> tuple[str, ...]:
    # LightGBM takes settings of its core that its Python class does not name.
    return SETTINGS[:1] if type(estimator).__module__.startswith("lightgbm.") else ()


class Monotone(BaseEstimator):  # type: ignore[misc]
    """Tell an estimator by name which columns its answer rises or falls with.

    Libraries take constraints by place; which place a column has after the recipe is known in fit, and may differ from
    fold to fold.

    Parameters
    ----------
    estimator : estimator
        Of LightGBM or scikit-learn, with a setting for constraints.
    signs : dict of str to int
        Column after the recipe to 1 (rises) or −1 (falls): of chances, that of the second class. A column that is
        not there has none.
    """

    def __init__(self, estimator: Any = None, signs: Mapping[str, int] | None = None) -> None:
        self.estimator = estimator
        self.signs = signs

    @classmethod
    def around(cls, fitted: Any, signs: Mapping[str, int]) -> Self:
        """Return a model that was fitted under its constraints, with them by name."""
        setting = setting_of(fitted)
        free = {name: value for name, value in fitted.get_params(deep=False).items() if name != setting}
        made = cls(clone(type(fitted)(**free)), dict(signs))
        made.estimator_ = fitted
        return made

    def constraints(self, columns: Sequence[str]) -> list[int]:
        """Return the sign of each column."""
        signs = self.signs or {}
        return [int(signs.get(str(name), 0)) for name in columns]

    def fit(self, X: Any, y: Any) -> Self:
        """Fit under the constraints; ``X`` is a frame."""
        limits = self.constraints(list(X.columns))
        self.estimator_ = clone(self.estimator).set_params(**{setting_of(self.estimator): limits}).fit(X, y)
        return self

    def predict(self, X: Any) -> Any:
        """Return the estimator's answers."""
        check_is_fitted(self)
        return self.estimator_.predict(X)

    def predict_proba(self, X: Any) -> Any:
        """Return its chances; shape (n, 2)."""
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @property
    def classes_(self) -> np.ndarray:
        """The classes, in the order of the columns of ``predict_proba``."""
        return np.asarray(self.estimator_.classes_)

    def __sklearn_tags__(self) -> Any:
        return self.estimator.__sklearn_tags__() if self.estimator is not None else super().__sklearn_tags__()


def plain(model: Any) -> Any:
    """Return the library's own model within one that is held to directions, or the model as it is."""
    return model.estimator_ if isinstance(model, Monotone) else model
