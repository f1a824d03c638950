"""A small bundle, written by hand."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline

from core.runtime.bundle import INFO_PATH, MODEL_PATH, BundleInfo, sha256
from core.runtime.persist import save_model
from core.runtime.schema import InputColumn, InputSchema
from core.runtime.transformers import Cast, Encode, Finish

COLUMNS = InputSchema(
    (InputColumn("age", "number", low=20, high=60), InputColumn("region", "category", levels=("North", "South")))
)
ROWS = pd.DataFrame({"age": [20.0, 30, 40, 50, 60, 25], "region": ["North", "South"] * 3})


def fitted(model: object, y: object) -> Pipeline:
    cast = Cast(columns={"age": "number", "region": "category"})
    return Pipeline([("read", cast), ("encode_rest", Encode()), ("finish", Finish()), ("model", model)]).fit(ROWS, y)


def written(folder: Path, pipeline: Pipeline, info: BundleInfo) -> Path:
    (folder / "model").mkdir(parents=True)
    save_model(pipeline, folder / MODEL_PATH)
    files = {MODEL_PATH: sha256(folder / MODEL_PATH)}
    (folder / INFO_PATH).write_text(json.dumps({**info.to_dict(), "files": files}))
    return folder


@pytest.fixture(scope="session")
def binary_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pipeline = fitted(LogisticRegression(), np.array(["no", "no", "no", "yes", "yes", "yes"], dtype=object))
    info = BundleInfo("Tiny", "binary", "paid", COLUMNS, ("no", "yes"), "yes", 0.4, fingerprints={"model": "abc"})
    return written(tmp_path_factory.mktemp("binary") / "b", pipeline, info)


@pytest.fixture(scope="session")
def regression_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pipeline = fitted(LinearRegression(), np.array([1.0, 2, 3, 4, 5, 1.5]))
    return written(tmp_path_factory.mktemp("amount") / "b", pipeline, BundleInfo("Line", "regression", "x", COLUMNS))
