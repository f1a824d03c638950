"""One peer's answers for the rows it has not seen: ``search_peer.py PEER FOLDER``; run by ``tests.benchmarks.search``.

It runs where the peer is installed and imports nothing of Fairway. The folder holds ``train.parquet``, ``test.parquet``
and ``task.json``; the answers are written to ``PEER.npy``: chances by class in sorted order, or amounts.
"""

import json
import sys
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


PEERS = {"lightgbm": lightgbm, "histogram": histogram, "flaml": flaml}

if __name__ == "__main__":
    main()
