"""One peer's answers for the rows it has not seen: ``search_peer.py PEER FOLDER``; run by ``tests.benchmarks.search``.

It runs where the peer is installed and imports nothing of Fairway. The folder holds ``train.parquet``, ``test.parquet``
and ``task.json``; the answers are written to ``PEER.npy``: chances by class in sorted order, or amounts.
"""

import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd


def main() -> None:
    """Fit and answer."""
    peer, folder = sys.argv[1], Path(sys.argv[2])
    task = json.loads((folder / "task.json").read_text())
    train, test = (pd.read_parquet(folder / f"{part}.parquet") for part in ("train", "test"))
    y = train.pop(task["target"])
    for name in train:
        if pd.api.types.is_datetime64_any_dtype(train[name]):
            # None of the peers reads dates as they are.
            train[name], test[name] = (
                (one[name] - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1) for one in (train, test)
            )
        elif not pd.api.types.is_numeric_dtype(train[name]):
            levels = pd.CategoricalDtype(sorted(train[name].dropna().astype(str).unique()))
            train[name], test[name] = (one[name].astype("str").astype(levels) for one in (train, test))
    warnings.simplefilter("ignore")
    began = time.monotonic()
    said = PEERS[peer](train, y, test, task)
    (folder / f"{peer}.seconds").write_text(str(time.monotonic() - began))
    np.save(folder / f"{peer}.npy", np.asarray(said, dtype=float))


def lightgbm(train, y, test, task):
    """Answer by LightGBM as it comes."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    if task["task"] == "regression":
        return LGBMRegressor(verbosity=-1, random_state=7).fit(train, y).predict(test)
    return LGBMClassifier(verbosity=-1, random_state=7).fit(train, y).predict_proba(test)


def histogram(train, y, test, task):
    """Answer by scikit-learn's boosting as it comes."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    for frame in (train, test):
        for name in frame.select_dtypes("category"):
            if len(frame[name].cat.categories) > 255:
                frame[name] = frame[name].cat.codes
    if task["task"] == "regression":
        return (
            HistGradientBoostingRegressor(random_state=7, categorical_features="from_dtype").fit(train, y).predict(test)
        )
    model = HistGradientBoostingClassifier(random_state=7, categorical_features="from_dtype")
    return model.fit(train, y).predict_proba(test)


FLAML_METRICS = {"average_precision": "ap", "mae": "mae", "rmse": "rmse", "r2": "r2", "f1_macro": "macro_f1"}


def flaml(train, y, test, task):
    """Answer by FLAML, told the metric and the time."""
    from flaml import AutoML

    automl = AutoML()
    kind = "regression" if task["task"] == "regression" else "classification"
    metric = FLAML_METRICS.get(task["metric"], "roc_auc" if task["task"] == "binary" else "log_loss")
    automl.fit(train, y, task=kind, metric=metric, time_budget=task["seconds"], n_jobs=2, seed=7, verbose=0)
    return automl.predict(test) if kind == "regression" else automl.predict_proba(test)


AUTOGLUON_METRICS = {
    "average_precision": "average_precision",
    "mae": "mean_absolute_error",
    "rmse": "root_mean_squared_error",
    "r2": "r2",
    "f1_macro": "f1_macro",
    "roc_auc": "roc_auc",
}


def autogluon(train, y, test, task):
    """Answer by AutoGluon's preset for a good model, told the metric and the time."""
    from autogluon.tabular import TabularPredictor

    kind = {"binary": "binary", "regression": "regression"}.get(task["task"], "multiclass")
    metric = AUTOGLUON_METRICS.get(task["metric"], "log_loss")
    with tempfile.TemporaryDirectory() as place:
        predictor = TabularPredictor(task["target"], problem_type=kind, eval_metric=metric, path=place, verbosity=0)
        rows = train.assign(**{task["target"]: y})
        predictor.fit(rows, time_limit=task["seconds"], presets="good_quality", num_cpus=2)
        if kind == "regression":
            return predictor.predict(test)
        said = predictor.predict_proba(test)
        return said[sorted(said.columns)]


MLJAR_METRICS = {
    "average_precision": "average_precision",
    "mae": "mae",
    "rmse": "rmse",
    "r2": "r2",
    "f1_macro": "f1",
    "roc_auc": "auc",
}


def mljar(train, y, test, task):
    """Answer by mljar in the mode for a good model, told the metric and the time."""
    from supervised.automl import AutoML

    kind = {"binary": "binary_classification", "regression": "regression"}.get(
        task["task"], "multiclass_classification"
    )
    metric = MLJAR_METRICS.get(task["metric"], "logloss")
    # It reads no categories, only their words.
    train, test = (one.astype(dict.fromkeys(one.select_dtypes("category"), "object")) for one in (train, test))
    with tempfile.TemporaryDirectory() as place:
        automl = AutoML(
            results_path=place,
            mode="Perform",
            ml_task=kind,
            eval_metric=metric,
            total_time_limit=int(task["seconds"]),
            n_jobs=2,
            random_state=7,
            verbose=0,
        )
        automl.fit(train, y)
        said = automl.predict_all(test)
    if kind == "regression":
        return said["prediction"]
    chances = [name for name in said if name.startswith("prediction_")]
    return said[sorted(chances)]


PEERS = {"lightgbm": lightgbm, "histogram": histogram, "flaml": flaml, "autogluon": autogluon, "mljar": mljar}

if __name__ == "__main__":
    main()
