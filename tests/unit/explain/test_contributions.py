import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import InputError
from core.explain.contributions import explain_model
from core.explain.explanation import importance
from core.framing.frame import Frame, Task
from core.prepare.compile import compile_pipeline
from core.prepare.recipe import Recipe
from core.train.catalog import MODELS

ROWS = 150
TOLERANCE = 1e-9
"""Largest difference allowed between base plus parts and the model's answer, on the explanation's scale."""


@pytest.fixture(scope="module", name="X")
def table():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"size": rng.normal(size=ROWS), "age": rng.integers(1, 60, ROWS).astype(float)})
    frame["place"] = pd.array(rng.choice(["north", "south", "west"], ROWS), dtype="str")
    frame.loc[::11, "age"] = np.nan
    return frame


def target(X, task):
    score = X["size"] + (X["place"] == "north") - X["age"].fillna(30) / 40 + np.sin(np.arange(ROWS))
    if task is Task.REGRESSION:
        return score.to_numpy() * 100
    if task is Task.BINARY:
        return np.where(score > 0, "no", "yes").astype(object)
    return np.select([score > 0.5, score < -0.5], ["high", "low"], "mid").astype(object)


CLASSES = {Task.BINARY: ("no", "yes"), Task.MULTICLASS: ("high", "low", "mid"), Task.REGRESSION: ()}
PAIRS = [(model.key, task) for model in MODELS.values() for task in model.tasks]


@pytest.mark.parametrize(("key", "task"), PAIRS, ids=[f"{key}-{task}" for key, task in PAIRS])
def test_base_and_parts_add_up_to_the_models_answer(X, key, task):
    spec = MODELS[key]
    if spec.missing:
        pytest.skip(spec.missing)
    types = {"size": ColumnType.NUMBER, "age": ColumnType.NUMBER, "place": ColumnType.CATEGORY}
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=type_) for name, type_ in types.items()))
    frame = Frame(target="y", task=task, positive="no" if task is Task.BINARY else None, metric="any")
    pipeline = compile_pipeline((Recipe(), schema, frame), spec.build(task, 7, 1, ROWS, 3), scale=spec.needs_scaling)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Fits on so few rows need not converge.
        pipeline.fit(X, target(X, task))
        # As a training ships it: what found its rounds hands on the plain model that has them.
        pipeline.steps[-1] = ("model", getattr(pipeline[-1], "shipped_", pipeline[-1]))
    found = explain_model(
        pipeline, X, X.iloc[:20], task=task, classes=CLASSES[task], positive=frame.positive, seed=7, most_rows=6
    )
    assert found.columns == ("size", "age", "place")
    scale = max(1.0, float(np.abs(found.output).max()))
    assert found.error <= TOLERANCE * scale
    rows = X.iloc[found.rows]
    if task is Task.REGRESSION:
        assert found.predictions == pytest.approx(pipeline.predict(rows))
    else:
        shares = pipeline.predict_proba(rows)
        assert found.predictions == pytest.approx(shares[:, 0] if task is Task.BINARY else shares)
    if found.scale == "log-odds" and task is Task.BINARY:
        assert 1 / (1 + np.exp(-found.output)) == pytest.approx(found.predictions)


def linear(X, y, model):
    encode = make_column_transformer((OneHotEncoder(), ["place"]), ("passthrough", ["size"]))
    pipeline = Pipeline([("encode", encode), ("model", model)]).fit(X, y)
    origins = {name: (name.split("__")[1].split("_")[0],) for name in encode.get_feature_names_out()}
    return pipeline, origins


def test_a_linear_models_parts_are_its_weights_times_the_distance_from_the_mean(X):
    pipeline, origins = linear(X, target(X, Task.REGRESSION), LinearRegression())
    found = explain_model(pipeline, X, X, task=Task.REGRESSION, seed=7, origins=origins)
    weight = pipeline[-1].coef_[-1]
    expected = weight * (X["size"] - X["size"].iloc[_background(7)].mean())
    assert found.values[:, found.columns.index("size")] == pytest.approx(expected.to_numpy())


def _background(seed):
    return np.sort(np.random.default_rng(seed).choice(ROWS, 100, replace=False))


def test_features_of_one_category_are_one_part(X):
    pipeline, origins = linear(X, target(X, Task.REGRESSION), LinearRegression())
    found = explain_model(pipeline, X, X, task=Task.REGRESSION, seed=7, origins=origins)
    assert found.columns == ("size", "place")
    # One value a level: the same level always adds the same.
    place = pd.Series(found.values[:, 1]).groupby(X["place"].to_numpy()).nunique(dropna=False)
    spread = pd.Series(found.values[:, 1]).groupby(X["place"].to_numpy()).std()
    assert len(place) == 3
    assert spread.max() < 1e-9


def test_the_other_outcome_turns_every_sign(X):
    pipeline, origins = linear(X, target(X, Task.BINARY), LogisticRegression())
    towards = [
        explain_model(
            pipeline, X, X, task=Task.BINARY, classes=("no", "yes"), positive=name, seed=7, origins=origins
        ).values
        for name in ("no", "yes")
    ]
    assert towards[0] == pytest.approx(-towards[1])


def test_permutation_is_exact_for_an_additive_model(X):
    class Additive(KNeighborsRegressor):
        """A model no other explainer knows: twice the first feature less the second."""

        def predict(self, given):
            values = np.asarray(given)
            return 2 * values[:, 0] - values[:, 1]

    numbers = X[["size", "age"]].fillna(30)
    pipeline = Pipeline(
        [("keep", make_column_transformer(("passthrough", ["size", "age"]))), ("model", Additive())]
    ).fit(numbers, np.zeros(ROWS))
    origins = {"passthrough__size": ("size",), "passthrough__age": ("age",)}
    found = explain_model(pipeline, numbers, numbers, task=Task.REGRESSION, seed=7, most_rows=5, origins=origins)
    middle = numbers.iloc[_background(7)].mean()
    rows = numbers.iloc[found.rows]
    assert found.values[:, 0] == pytest.approx((2 * (rows["size"] - middle["size"])).to_numpy())
    assert found.values[:, 1] == pytest.approx((middle["age"] - rows["age"]).to_numpy())


def test_the_method_says_how_many_rows_and_that_the_model_knew_them(X):
    pipeline, origins = linear(X, target(X, Task.REGRESSION), LinearRegression())
    found = explain_model(pipeline, X, X, task=Task.REGRESSION, seed=3, most_rows=40, origins=origins)
    assert len(found) == 40
    assert found.sampled_of == ROWS
    assert found.method.startswith(
        "Explained on 40 of 150 rows, drawn at random (seed 3); the model was fitted on them. Exact for a linear model"
    )


def test_unseen_rows_are_said_to_be_unseen(X):
    pipeline, origins = linear(X, target(X, Task.REGRESSION), LinearRegression())
    found = explain_model(pipeline, X.iloc[:1], X, task=Task.REGRESSION, seed=3, origins=origins, fitted_on_them=False)
    assert found.method.startswith("Explained on 1 row; the model had not seen it.")


def test_no_row_is_refused(X):
    pipeline, origins = linear(X, target(X, Task.REGRESSION), LinearRegression())
    with pytest.raises(InputError, match="no row"):
        explain_model(pipeline, X.iloc[:0], X, task=Task.REGRESSION, seed=3, origins=origins)


def test_importance_is_the_mean_size_with_an_interval_around_it(X):
    pipeline, origins = linear(X, target(X, Task.REGRESSION), LinearRegression())
    explanation = explain_model(pipeline, X, X, task=Task.REGRESSION, seed=3, origins=origins)
    found = importance(explanation)
    assert [one.column for one in found] == ["size", "place"]
    assert found[0].mean_abs == pytest.approx(np.abs(explanation.values[:, 0]).mean())
    assert sum(one.share for one in found) == pytest.approx(1)
    assert all(one.low < one.mean_abs < one.high for one in found)
    # About two standard errors either side.
    error = np.abs(explanation.values[:, 0]).std() / np.sqrt(ROWS)
    assert found[0].high - found[0].low == pytest.approx(4 * error, rel=0.25)


def test_what_a_feature_of_two_columns_adds_is_shared_between_them():
    X = pd.DataFrame({"size": [1.0, 2.0, 3.0, 6.0], "age": [4.0, 1.0, 5.0, 2.0], "rooms": [1.0, 3.0, 2.0, 2.0]})
    rows = pd.DataFrame({"ratio": X["size"] / X["age"], "rooms": X["rooms"]})
    model = LinearRegression().fit(rows, 4 * rows["ratio"] + rows["rooms"])
    pipeline = Pipeline([("made", FunctionTransformer(lambda given: pd.DataFrame(
        {"ratio": given["size"] / given["age"], "rooms": given["rooms"]}
    ))), ("model", model)])  # fmt: skip
    made_of = {"ratio": ("size", "age"), "rooms": ("rooms",)}
    found = explain_model(pipeline, X, X, task=Task.REGRESSION, seed=1, origins=made_of)
    away = 4 * (rows["ratio"] - rows["ratio"].mean()) / 2
    assert found.columns == ("size", "age", "rooms")
    assert np.allclose(found.values[:, 0], away)
    assert np.allclose(found.values[:, 1], away)
    assert np.allclose(found.base + found.values.sum(axis=1), found.output)
