"""One adapter for every kind of model: contributions of the raw columns that add up to the model's answer."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InputError
from core.explain.explanation import LOG_ODDS, PROBABILITY, UNITS, Explanation, Floats
from core.explain.permutation import permutation_contributions, permutation_plan
from core.framing.frame import Task
from core.limits import EXPLAIN_BACKGROUND, EXPLAIN_ROWS
from core.runtime.frames import Origins
from core.runtime.monotone import plain

TREE_WORK = 2.5e9
"""Work that exact contributions of a forest may take: rows × trees × leaves × depth², about four seconds."""
FEWEST_ROWS = 50


@dataclass(frozen=True, eq=False)
class Parts:
    """What an explainer returns, classes in the order of the model.

    Parameters
    ----------
    values : ndarray of shape (n, g) or (n, g, k)
        By group of features, as in ``Case.groups``.
    base : ndarray of shape () or (k,)
    output : ndarray of shape (n,) or (n, k)
    scale : str
    """

    values: Floats
    base: Floats
    output: Floats
    scale: str


@dataclass(frozen=True, eq=False)
class Case:
    """What an explainer sees.

    Parameters
    ----------
    model : fitted estimator
    X : DataFrame of shape (n, f)
        Transformed rows to explain.
    background : DataFrame of shape (b, f)
        Transformed rows that stand for "nothing is known".
    groups : ndarray of int, shape (f,)
        Index of each feature's group: the features made from the same raw columns.
    task : Task
    positive : int
        Index of the positive outcome in ``model.classes_`` (binary).
    seed : int
    """

    model: Any
    X: pd.DataFrame
    background: pd.DataFrame
    groups: NDArray[np.intp]
    task: Task
    positive: int
    seed: int

    def predict(self, X: pd.DataFrame) -> Floats:
        """Return probabilities of the positive outcome (n,), of all classes (n, k), or amounts (n,)."""
        given = self.named(X)
        if self.task is Task.REGRESSION:
            return np.asarray(self.model.predict(given), dtype=np.float64)
        found = np.asarray(self.model.predict_proba(given), dtype=np.float64)
        return found[:, self.positive] if self.task is Task.BINARY else found

    def named(self, X: pd.DataFrame) -> Any:
        """Return rows with names or without, as the model was fitted."""
        return X if _reads_names(self.model) else X.to_numpy()

    def gather(self, values: Floats) -> Floats:
        """Add up the features of each group: shape (n, f, …) to (n, g, …)."""
        groups = range(int(self.groups.max()) + 1)
        return np.stack([values[:, self.groups == group].sum(axis=1) for group in groups], axis=1)


@dataclass(frozen=True)
class Explainer:
    """A way to explain a kind of model.

    Parameters
    ----------
    name : str
    suits : callable
        From a fitted model to whether it can be explained so.
    rows : callable
        From the model, the rows given and the number of raw columns to how many rows are explained.
    explain : callable
        From a ``Case`` to its ``Parts``.
    words : str
        The method in plain words.
    """

    name: str
    suits: Callable[[Any], bool]
    rows: Callable[[Any, int, int], int]
    explain: Callable[[Case], Parts]
    words: str


def explain_model(
    pipeline: Any,
    X: pd.DataFrame,
    background: pd.DataFrame,
    *,
    task: Task,
    classes: tuple[str, ...] = (),
    positive: str | None = None,
    seed: int,
    most_rows: int = EXPLAIN_ROWS,
    origins: Mapping[str, tuple[str, ...]] | None = None,
    fitted_on_them: bool = True,
) -> Explanation:
    """Explain a fitted pipeline's answers by its raw columns.

    Parameters
    ----------
    pipeline : Pipeline
        Takes raw columns; its last step is the model.
    X : DataFrame of shape (n_rows, n_columns)
        Raw rows to choose from. Above ``most_rows``, or fewer where the kind of model is slow, a sample is explained.
    background : DataFrame
        Raw rows that stand for "nothing is known yet"; at most ``EXPLAIN_BACKGROUND`` of them are used.
    task : Task
    classes : tuple of str
        As the pipeline's ``classes_`` (classification).
    positive : str or None
        The outcome looked for (binary).
    seed : int
        For both samples and for the order in which columns are revealed.
    most_rows : int
    origins : dict of str to tuple of str, optional
        Transformed feature to the raw columns it was made from; read from the pipeline where it is not given. What a
        feature made from several columns adds is shared equally among them.
    fitted_on_them : bool
        Whether the model was fitted on the rows of ``X``; said in ``method``.

    Returns
    -------
    Explanation

    Raises
    ------
    InputError
        There is no row to explain, or none for the background.
    """
    if not len(X) or not len(background):
        raise InputError("There is no row to explain.", next_step="Choose a table with rows.")
    model = plain(pipeline.steps[-1][1])
    features = _features(pipeline, background.iloc[:1])
    came_from = dict(origins) if origins is not None else _origins(pipeline)
    used = {column for name in features for column in came_from[name]}
    columns = tuple(str(name) for name in X.columns if name in used)
    groups, shares = _shared(features, came_from, columns)
    explainer = next(one for one in EXPLAINERS if one.suits(model))
    picked = sample_rows(len(X), min(most_rows, explainer.rows(model, len(X), len(columns))), seed)
    aside = background.iloc[sample_rows(len(background), EXPLAIN_BACKGROUND, seed)]
    rows = X.iloc[picked]
    order = [str(name) for name in getattr(model, "classes_", ())]
    case = Case(
        model=model,
        X=_transform(pipeline, rows, features),
        background=_transform(pipeline, aside, features),
        groups=groups,
        task=task,
        positive=order.index(str(positive)) if task is Task.BINARY else 0,
        seed=seed,
    )
    parts = explainer.explain(case)
    predictions = case.predict(case.X)
    values, base, output = np.einsum("ng...,gc->nc...", parts.values, shares), parts.base, parts.output
    if task is Task.MULTICLASS:
        turn = [order.index(name) for name in classes]
        values, base, output, predictions = values[..., turn], base[turn], output[:, turn], predictions[:, turn]
    return Explanation(
        task=task,
        columns=columns,
        values=values,
        base=base,
        output=output,
        predictions=predictions,
        scale=parts.scale,
        rows=picked,
        X=rows[list(columns)],
        classes=classes,
        positive=positive,
        method=f"{_sampling(len(picked), len(X), seed, fitted_on_them)} {explainer.words}",
        sampled_of=len(X),
        seed=seed,
    )


def sample_rows(n: int, most: int, seed: int) -> NDArray[np.intp]:
    """Return at most ``most`` positions below ``n``, ascending; all of them where they are few."""
    if n <= most:
        return np.arange(n, dtype=np.intp)
    return np.sort(np.random.default_rng(seed).choice(n, most, replace=False)).astype(np.intp)


def _sampling(n: int, given: int, seed: int, fitted_on_them: bool) -> str:
    rows = f"Explained on {n:,} of {given:,} rows, drawn at random (seed {seed})"
    if n == given:
        rows = f"Explained on {n:,} row{'s' if n != 1 else ''}"
    them = "it" if n == 1 else "them"
    return f"{rows}; the model was fitted on {them}." if fitted_on_them else f"{rows}; the model had not seen {them}."


def _features(pipeline: Any, row: pd.DataFrame) -> list[str]:
    shown = pipeline[:-1].transform(row)
    if isinstance(shown, pd.DataFrame):
        return [str(name) for name in shown.columns]
    return [str(name) for name in pipeline[:-1].get_feature_names_out()]


def _shared(
    features: Sequence[str], came_from: Mapping[str, tuple[str, ...]], columns: tuple[str, ...]
) -> tuple[NDArray[np.intp], Floats]:
    """Return the group of each feature, shape (f,), and each group's share in every raw column, shape (g, c).

    Features made from the same columns are one group: the columns are revealed together, as a formula over two columns
    says nothing while only one of them is known.
    """
    groups = list(dict.fromkeys(tuple(sorted(came_from[name])) for name in features))
    shares = np.zeros((len(groups), len(columns)))
    for place, names in enumerate(groups):
        for name in names:
            shares[place, columns.index(name)] = 1 / len(names)
    places = {names: place for place, names in enumerate(groups)}
    return np.array([places[tuple(sorted(came_from[name]))] for name in features], dtype=np.intp), shares


def _origins(pipeline: Any) -> Origins:
    from core.prepare.lineage import origins

    return origins(pipeline)


def _transform(pipeline: Any, X: pd.DataFrame, features: list[str]) -> pd.DataFrame:
    found = pipeline[:-1].transform(X)
    if hasattr(found, "toarray"):
        found = found.toarray()
    return pd.DataFrame(np.asarray(found, dtype=np.float64), columns=features)


WITHIN = ("regressor_", "estimator_")
"""Where a model that changes what another says keeps it."""


def _reads_names(model: Any) -> bool:
    """Return whether a model was fitted on named columns: a library's notes it, one of several parts hands them on."""
    from sklearn.pipeline import Pipeline

    from core.runtime.transformers import BlendClassifier, BlendRegressor

    parts = [model]
    while (
        within := next((getattr(parts[-1], name, None) for name in WITHIN if hasattr(parts[-1], name)), None)
    ) is not None:
        parts.append(within)
    if any(hasattr(one, "feature_names_in_") for one in parts):
        return True
    return any(isinstance(one, Pipeline | BlendClassifier | BlendRegressor) for one in parts)


def _every_row(model: Any, given: int, columns: int) -> int:
    return given


def _is_linear(model: Any) -> bool:
    from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
    from sklearn.linear_model._base import LinearModel

    return isinstance(model, LogisticRegression | LogisticRegressionCV | LinearModel) and hasattr(model, "predict")


def _linear(case: Case) -> Parts:
    """Take the closed form: each weight times the value's distance from the background's mean."""
    weights = np.atleast_2d(np.asarray(case.model.coef_, dtype=np.float64))
    bias = np.atleast_1d(np.asarray(case.model.intercept_, dtype=np.float64))
    X, middle = case.X.to_numpy(), case.background.to_numpy().mean(axis=0)
    values = case.gather((X - middle)[:, :, None] * weights.T[None])
    base, output = bias + weights @ middle, X @ weights.T + bias
    scale = UNITS if case.task is Task.REGRESSION else LOG_ODDS
    if case.task is Task.MULTICLASS and weights.shape[0] > 1:
        return Parts(values, base, output, scale)
    sign = -1.0 if case.task is Task.BINARY and case.positive == 0 else 1.0
    return Parts(sign * values[:, :, 0], sign * base[0], sign * output[:, 0], scale)


def _is_boosting(model: Any) -> bool:
    return type(model).__module__.startswith("lightgbm") and hasattr(model, "booster_")


def _boosting(case: Case) -> Parts:
    """LightGBM's own exact tree SHAP (Lundberg et al. 2020), which needs no further library."""
    found = np.asarray(case.model.predict(case.named(case.X), pred_contrib=True), dtype=np.float64)
    raw = np.asarray(case.model.predict(case.named(case.X), raw_score=True), dtype=np.float64)
    width = case.X.shape[1] + 1
    scale = UNITS if case.task is Task.REGRESSION else LOG_ODDS
    if found.shape[1] > width:
        by_class = found.reshape(len(found), -1, width).transpose(0, 2, 1)
        return Parts(case.gather(by_class[:, :-1]), by_class[0, -1], raw, scale)
    sign = -1.0 if case.task is Task.BINARY and case.positive == 0 else 1.0
    return Parts(sign * case.gather(found[:, :-1]), np.asarray(sign * found[0, -1]), sign * raw, scale)


def _is_tree(model: Any) -> bool:
    from sklearn.ensemble import (
        ExtraTreesClassifier,
        ExtraTreesRegressor,
        RandomForestClassifier,
        RandomForestRegressor,
    )
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    trees = (DecisionTreeClassifier, DecisionTreeRegressor)
    forests = (RandomForestClassifier, RandomForestRegressor, ExtraTreesClassifier, ExtraTreesRegressor)
    return isinstance(model, (*trees, *forests))


def _tree_rows(model: Any, given: int, columns: int) -> int:
    trees = getattr(model, "estimators_", [model])
    work = sum(float(one.get_n_leaves()) * max(1, one.get_depth()) ** 2 for one in trees)
    return int(min(given, max(FEWEST_ROWS, TREE_WORK // work)))


def _tree(case: Case) -> Parts:
    """Exact tree SHAP; shapes are (n, f) for amounts and (n, f, classes) for probabilities."""
    with warnings.catch_warnings():
        # Its own colour maps use what matplotlib is about to deprecate.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        from shap import TreeExplainer

    explainer = TreeExplainer(case.model)
    shaps = np.asarray(explainer.shap_values(case.X.to_numpy(), check_additivity=False), dtype=np.float64)
    values = case.gather(shaps)
    base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=np.float64))
    output = case.predict(case.X)
    if case.task is Task.REGRESSION:
        return Parts(values, base[0], output, UNITS)
    if case.task is Task.BINARY:
        return Parts(values[:, :, case.positive], base[case.positive], output, PROBABILITY)
    return Parts(values, base, output, PROBABILITY)


def _any_rows(model: Any, given: int, columns: int) -> int:
    return permutation_plan(given, columns).rows


def _permutation(case: Case) -> Parts:
    plan = permutation_plan(len(case.X), int(case.groups.max()) + 1)
    values, base = permutation_contributions(case.predict, case.X, case.background, case.groups, plan, case.seed)
    scale = UNITS if case.task is Task.REGRESSION else PROBABILITY
    return Parts(values, base, case.predict(case.X), scale)


EXPLAINERS: tuple[Explainer, ...] = (
    Explainer(
        "linear",
        _is_linear,
        _every_row,
        _linear,
        "Exact for a linear model: each weight times how far the value lies from the mean of the background rows.",
    ),
    Explainer(
        "boosting",
        _is_boosting,
        _every_row,
        _boosting,
        "Exact SHAP values of the trees (path-dependent), as LightGBM computes them.",
    ),
    Explainer("trees", _is_tree, _tree_rows, _tree, "Exact SHAP values of the trees (path-dependent)."),
    Explainer(
        "permutation",
        lambda model: True,
        _any_rows,
        _permutation,
        "Estimated for any model: columns are revealed in random orders, starting from background rows; the parts add "
        "up exactly, each part is an estimate.",
    ),
)
"""The first that suits a model explains it."""
