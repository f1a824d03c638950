"""Boosting: many small trees, each mending what those before it missed; how many is found on rows set aside."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone, is_classifier

from core.train.estimators.losses import AUTOMATIC, histogram_loss, lightgbm_loss, loss_of
from core.train.estimators.setting import INNER_FOLDS, Setting
from core.train.estimators.weights import by_place, by_text, class_weight
from core.train.speeds import COLUMNS_A_TREE

MOST_ROUNDS = 1_500
PATIENCE = 30
"""Rounds without a gain on the rows set aside, after which boosting stops."""
THREADED_ROWS = 50_000
"""Below this many rows LightGBM's threads wait for each other longer than they work."""
ONE_PART_ROWS = 1_000
"""From this many rows one part set aside is enough to say when to stop; fewer are parted in three, each left out."""
ASIDE = 0.15
LEAST_ASIDE = 10
"""Fewest rows set aside that can say when to stop."""
PLAIN_ROUNDS = 60
"""Rounds where too few rows could be set aside."""


class StoppedBoosting(BaseEstimator):  # type: ignore[misc]
    """Find the number of rounds on rows set aside inside the fit, then fit with that number on all its rows.

    The rows a fold leaves out take no part in it: a score on them would flatter if they had chosen the rounds. What is
    used afterwards is ``shipped_``, a plain model of the library with its number of rounds.

    Parameters
    ----------
    model : LGBMClassifier or LGBMRegressor
        Unfitted; its ``n_estimators`` is the most that is tried.
    seed : int
        Of the rows set aside.
    """

    def __init__(self, model: Any = None, seed: int = 0) -> None:
        self.model = model
        self.seed = seed

    def fit(self, X: Any, y: Any) -> "StoppedBoosting":
        """Fit; ``rounds_`` is what was found."""
        y = np.asarray(y)
        found = [self._best_round(X, y, learn, aside) for learn, aside in self._parts(y)]
        self.rounds_ = int(np.ceil(np.mean(found))) if found else PLAIN_ROUNDS
        self.shipped_ = clone(self.model).set_params(n_estimators=self.rounds_).fit(X, y)
        self.n_features_in_ = self.shipped_.n_features_in_
        return self

    def _parts(self, y: NDArray[np.generic]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        from sklearn.model_selection import KFold, ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit

        if len(y) * ASIDE < LEAST_ASIDE:
            return []
        whole = np.zeros(len(y))
        labels = y if is_classifier(self.model) else None
        smallest = int(np.unique(labels, return_counts=True)[1].min()) if labels is not None else len(y)
        classes = len(np.unique(labels)) if labels is not None else 1
        if len(y) < ONE_PART_ROWS:
            if labels is not None and smallest >= INNER_FOLDS:
                return list(StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=self.seed).split(whole, labels))
            return list(KFold(INNER_FOLDS, shuffle=True, random_state=self.seed).split(whole))
        if labels is not None and smallest >= 2 and len(y) * ASIDE >= classes:
            once = StratifiedShuffleSplit(1, test_size=ASIDE, random_state=self.seed)
            return list(once.split(whole, labels))
        return list(ShuffleSplit(1, test_size=ASIDE, random_state=self.seed).split(whole))

    def _best_round(self, X: Any, y: NDArray[np.generic], learn: NDArray[np.intp], aside: NDArray[np.intp]) -> int:
        from lightgbm import early_stopping

        if is_classifier(self.model):
            # A class that none of the rows to learn from has cannot be judged.
            aside = aside[np.isin(y[aside], np.unique(y[learn]))]
        take = X.iloc.__getitem__ if hasattr(X, "iloc") else X.__getitem__
        weight = self.model.get_params(deep=False).get("class_weight")
        # The rows set aside are weighed as those it learns from, or they would ask it to stop at once.
        weighed = {} if weight is None else {"eval_class_weight": [weight]}
        with warnings.catch_warnings():
            # The newer way to hand over these rows takes no outcomes that are text.
            warnings.filterwarnings("ignore", message="The argument 'eval_set' is deprecated")
            stopped = clone(self.model).fit(
                take(learn),
                y[learn],
                eval_set=[(take(aside), y[aside])],
                **weighed,
                callbacks=[early_stopping(PATIENCE, verbose=False)],
            )
        return max(1, int(stopped.best_iteration_ or stopped.n_estimators_))

    def predict(self, X: Any) -> Any:
        """Return what the model that is used afterwards says."""
        return self.shipped_.predict(X)

    def predict_proba(self, X: Any) -> Any:
        """Return its chances; shape (n_rows, n_classes)."""
        return self.shipped_.predict_proba(X)

    @property
    def classes_(self) -> Any:
        """The classes, in the order of the columns of ``predict_proba``."""
        return self.shipped_.classes_

    def __sklearn_tags__(self) -> Any:
        return self.model.__sklearn_tags__() if self.model is not None else super().__sklearn_tags__()


def small_boosting(setting: Setting, *, loss: str = AUTOMATIC, weights: str = "") -> Any:
    """Return boosting with very small trees: three questions at most, on half of the columns."""
    return _boosting(setting, loss, weights, leaves=7, rate=0.05, columns=0.5, l2=3.0)


def gradient_boosting(
    setting: Setting,
    *,
    leaves: int = 31,
    rate: float = 0.05,
    columns: float = 0.8,
    rows: float = 1.0,
    l2: float = 1.0,
    least: int = 20,
    random_cuts: bool = False,
    loss: str = AUTOMATIC,
    weights: str = "",
) -> Any:
    """Return LightGBM with trees of middle size."""
    return _boosting(
        setting,
        loss,
        weights,
        leaves=leaves,
        rate=rate,
        columns=columns,
        rows=rows,
        l2=l2,
        least=least,
        random_cuts=random_cuts,
    )


def random_boosting(setting: Setting, *, loss: str = AUTOMATIC, weights: str = "") -> Any:
    """Return LightGBM that cuts at random places, which steadies it on noisy tables."""
    return _boosting(setting, loss, weights, leaves=16, rate=0.03, columns=0.56, least=48, random_cuts=True)


def _boosting(
    setting: Setting,
    loss: str,
    weights: str,
    *,
    leaves: int,
    rate: float,
    columns: float = 1.0,
    rows: float = 1.0,
    l2: float = 1.0,
    least: int = 20,
    random_cuts: bool = False,
) -> Any:
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMClassifier if setting.task.is_classification else LGBMRegressor
    most = MOST_ROUNDS if setting.n_classes <= 4 else max(200, 4 * MOST_ROUNDS // setting.n_classes)
    model = kind(
        n_estimators=most,
        learning_rate=rate,
        num_leaves=leaves,
        min_child_samples=min(least, max(3, setting.n_rows // 20)),
        subsample=rows,
        subsample_freq=1 if rows < 1 else 0,
        colsample_bytree=columns * min(1.0, COLUMNS_A_TREE / max(1, setting.n_features)),
        reg_lambda=l2,
        extra_trees=random_cuts,
        random_state=setting.seed,
        n_jobs=setting.threads if setting.n_rows >= THREADED_ROWS else 1,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )
    if setting.task.is_classification:
        model.set_params(class_weight=class_weight(setting, weights, by_text))
    else:
        model.set_params(**lightgbm_loss(loss_of(setting, loss), setting))
    return StoppedBoosting(model, seed=setting.seed)


def histogram_boosting(setting: Setting, *, loss: str = AUTOMATIC, weights: str = "") -> Any:
    """Return scikit-learn's own boosting."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    common: dict[str, Any] = {"max_iter": 150, "learning_rate": 0.06, "random_state": setting.seed}
    if setting.task.is_classification:
        weighing = class_weight(setting, weights, by_place)
        return HistGradientBoostingClassifier(early_stopping=False, class_weight=weighing, **common)
    fitting: dict[str, Any] = histogram_loss(loss_of(setting, loss), setting)
    return HistGradientBoostingRegressor(early_stopping=False, **fitting, **common)


def describe_boosting(model: Any) -> str:
    """Say how many trees it has."""
    model = getattr(model, "shipped_", model)
    return f"{model.booster_.num_trees()} small trees"


def describe_histogram(model: Any) -> str:
    """Say how many trees it has."""
    return f"{model.n_iter_} rounds of trees"
