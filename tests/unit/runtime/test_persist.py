import json
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.prepare.compile import compile_pipeline
from core.prepare.recipe import Recipe, Step
from core.runtime.persist import ALLOWED_TYPES, load_model, save_model
from core.runtime.transformers import TRANSFORMERS

SCHEMA = Schema(
    columns=(
        ColumnSpec(name='n "x", [y]: {z}', type=ColumnType.NUMBER),
        ColumnSpec(name="few", type=ColumnType.CATEGORY),
        ColumnSpec(name="many", type=ColumnType.CATEGORY),
        ColumnSpec(name="day", type=ColumnType.DATE),
        ColumnSpec(name="target", type=ColumnType.YES_NO),
    )
)
KINDS = (
    "mark_missing",
    "date_parts",
    "cap_outliers",
    "fill_numbers",
    "fill_categories",
    "group_rare",
    "encode",
    "scale",
)
PARAMS = {"fill_numbers": {"indicator": "yes"}, "mark_missing": {"values": ["?", -999]}, "group_rare": {"share": 0.5}}
RECIPE = Recipe(steps=tuple(Step(id=f"{kind}-1", kind=kind, params=PARAMS.get(kind, {})) for kind in KINDS))

CLASSIFIERS = [
    LogisticRegression(),
    DecisionTreeClassifier(max_depth=3, random_state=0),
    RandomForestClassifier(5, random_state=0),
    LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1),
    CalibratedClassifierCV(SVC(random_state=0), ensemble=False, cv=2),
    MLPClassifier((4,), early_stopping=True, max_iter=300, n_iter_no_change=2, tol=1.0, random_state=0),
    DummyClassifier(),
]
REGRESSORS = [
    ElasticNet(),
    Ridge(),
    DecisionTreeRegressor(max_depth=3, random_state=0),
    RandomForestRegressor(5, random_state=0),
    LGBMRegressor(n_estimators=5, verbose=-1, n_jobs=1),
    SVR(),
    MLPRegressor(
        hidden_layer_sizes=(4,), early_stopping=True, max_iter=300, n_iter_no_change=2, tol=1e9, random_state=0
    ),
    DummyRegressor(),
    TransformedTargetRegressor(SVR(), transformer=StandardScaler()),
]


def rows(n=90):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            'n "x", [y]: {z}': rng.normal(size=n),
            "few": rng.choice(list("abc"), n),
            "many": rng.choice([str(number) for number in range(25)], n),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
        }
    )
    X.iloc[::8, 0] = np.nan
    X.iloc[::9, 1] = None
    return X


def fitted(estimator, task, y):
    frame = Frame(target="target", task=task, positive="yes", metric="x")
    return compile_pipeline((RECIPE, SCHEMA, frame), estimator, scale=True).fit(rows(), y)


def labels(k):
    return np.array([["no", "yes", "perhaps"][number % k] for number in range(90)], dtype=object)


@pytest.fixture(scope="module")
def model():
    return fitted(LogisticRegression(), Task.BINARY, labels(2))


@pytest.mark.parametrize("estimator", CLASSIFIERS, ids=lambda estimator: type(estimator).__name__)
@pytest.mark.parametrize("k", [2, 3])
def test_classifier_answers_bit_for_bit_after_loading(estimator, k, tmp_path):
    pipeline = fitted(estimator, Task.BINARY if k == 2 else Task.MULTICLASS, labels(k))
    save_model(pipeline, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    assert np.array_equal(loaded.predict_proba(rows()), pipeline.predict_proba(rows()))
    assert loaded.classes_.tolist() == pipeline.classes_.tolist()


@pytest.mark.parametrize("estimator", REGRESSORS, ids=lambda estimator: type(estimator).__name__)
def test_regressor_answers_bit_for_bit_after_loading(estimator, tmp_path):
    y = np.random.default_rng(1).normal(size=90)
    pipeline = fitted(estimator, Task.REGRESSION, y)
    save_model(pipeline, tmp_path / "model.skops")
    assert np.array_equal(load_model(tmp_path / "model.skops").predict(rows()), pipeline.predict(rows()))


def test_loaded_model_answers_unseen_and_missing_values(model, tmp_path):
    save_model(model, tmp_path / "m.skops")
    odd = pd.DataFrame({'n "x", [y]: {z}': ["x"], "few": ["never"], "many": [None], "day": ["9999-12-31"]})
    assert np.array_equal(load_model(tmp_path / "m.skops").predict_proba(odd), model.predict_proba(odd))


def test_every_transformer_is_allowed():
    assert {f"{kind.__module__}.{kind.__name__}" for kind in TRANSFORMERS} <= set(ALLOWED_TYPES)


class Boom:
    ran = False

    def __reduce__(self):
        return (setattr, (Boom, "ran", True))


@pytest.mark.parametrize("name", ["model.skops", "model.pkl"])
def test_a_pickle_is_refused_without_being_loaded(name, tmp_path):
    (tmp_path / name).write_bytes(pickle.dumps(Boom()))
    with pytest.raises(ValueError, match="not a model file"):
        load_model(tmp_path / name)
    assert not Boom.ran


def test_a_type_that_is_not_on_the_list_is_refused(tmp_path):
    skops.io.dump(Pipeline([("model", Stranger())]), tmp_path / "m.skops")
    with pytest.raises(ValueError, match="Stranger"):
        load_model(tmp_path / "m.skops")


class Stranger:
    def fit(self, X, y):
        return self


def test_what_is_no_pipeline_is_refused(tmp_path):
    skops.io.dump({"a": 1}, tmp_path / "m.skops")
    with pytest.raises(ValueError, match="holds no model"):
        load_model(tmp_path / "m.skops")


def rewritten(source, target, change):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))


@pytest.mark.parametrize(("module", "name"), [("os", "system"), ("builtins", "eval"), ("subprocess", "Popen")])
def test_a_file_that_names_a_command_is_refused(model, tmp_path, module, name):
    save_model(model, tmp_path / "m.skops")

    def plant(entry, content):
        if entry != "schema.json":
            return content
        tree = json.loads(content)
        tree["content"]["content"]["verbose"] = {
            "__class__": name, "__module__": module, "__loader__": "FunctionNode", "content": "x", "__id__": 1,
        }  # fmt: skip
        return json.dumps(tree)

    rewritten(tmp_path / "m.skops", tmp_path / "bad.skops", plant)
    with pytest.raises(ValueError, match="was not loaded"):
        load_model(tmp_path / "bad.skops")


@pytest.mark.parametrize("content", [b"{}", b"not json", b'{"__loader__": "Nothing", "protocol": 1}'])
def test_a_broken_description_is_refused(model, tmp_path, content):
    save_model(model, tmp_path / "m.skops")
    rewritten(tmp_path / "m.skops", tmp_path / "bad.skops", lambda name, old: content if name == "schema.json" else old)
    with pytest.raises(ValueError, match="damaged or was changed"):
        load_model(tmp_path / "bad.skops")


def test_a_cut_off_file_is_refused(model, tmp_path):
    save_model(model, tmp_path / "m.skops")
    whole = (tmp_path / "m.skops").read_bytes()
    (tmp_path / "m.skops").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="was not loaded"):
        load_model(tmp_path / "m.skops")


def test_a_flipped_byte_is_refused(model, tmp_path):
    save_model(model, tmp_path / "m.skops")
    whole = (tmp_path / "m.skops").read_bytes()
    refused = 0
    # Names, packed data and directory break the reading in different ways; a time of day that changed breaks nothing.
    for place in range(len(whole) // 12, len(whole) // 2, len(whole) // 12):
        content = bytearray(whole)
        content[place] ^= 0xFF
        (tmp_path / "m.skops").write_bytes(content)
        try:
            load_model(tmp_path / "m.skops")
        except ValueError as error:
            refused += "was not loaded" in str(error)
    assert refused >= 3
