"""The batch script and the training script, started as a user starts them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest


def run(made, alone: Callable, *arguments: object) -> subprocess.CompletedProcess[str]:
    command, environ = alone(made.folder)
    words = [*command, *map(str, arguments)]
    return subprocess.run(words, cwd=made.folder, env=environ, capture_output=True, text=True, check=False)


def test_the_batch_script_answers_like_the_app(binary, alone: Callable, tmp_path: Path) -> None:
    binary.table.to_csv(tmp_path / "in.csv", index=False)
    done = run(binary, alone, "predict.py", tmp_path / "in.csv", "--out", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    answers = pd.read_csv(tmp_path / "out.csv")
    expected = binary.spec.pipeline.predict_proba(binary.problem.X)
    np.testing.assert_allclose(answers[["probability_no", "probability_yes"]], expected, rtol=0, atol=1e-9)
    assert answers["prediction"].tolist() == np.where(expected[:, 1] >= 0.4, "yes", "no").tolist()


def test_a_file_that_lacks_a_column_is_refused_in_words(binary, alone: Callable, tmp_path: Path) -> None:
    binary.table.drop(columns="age").to_csv(tmp_path / "in.csv", index=False)
    done = run(binary, alone, "predict.py", tmp_path / "in.csv", "--out", tmp_path / "out.csv")
    assert (done.returncode, done.stderr) == (2, "Column `age` is missing.\n")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_the_training_script_makes_the_same_model(
    kind: str, alone: Callable, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    made = request.getfixturevalue(kind)
    made.table.to_csv(tmp_path / "data.csv", index=False)
    done = run(made, alone, "train.py", tmp_path / "data.csv", "--out", tmp_path / "again.skops")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "214 of 214 golden rows answered as by the bundle" in done.stdout

    from core.runtime.persist import load_model

    again = load_model(tmp_path / "again.skops")
    method = "predict" if kind == "regression" else "predict_proba"
    one, other = (getattr(model, method)(made.problem.X) for model in (again, made.spec.pipeline))
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_the_training_script_prints_the_scores_of_the_folds(binary, alone: Callable, tmp_path: Path) -> None:
    from sklearn.base import clone
    from sklearn.metrics import roc_auc_score

    from core.prepare.rows import training_rows

    binary.table.to_csv(tmp_path / "data.csv", index=False)
    done = run(binary, alone, "train.py", tmp_path / "data.csv")
    scores = []
    for fit, judge in binary.problem.split.folds:
        rows = training_rows(binary.problem, fit)
        model = clone(binary.spec.pipeline).fit(binary.problem.X.iloc[rows], binary.problem.y[rows])
        chance = model.predict_proba(binary.problem.X.iloc[judge])[:, 1]
        scores.append(roc_auc_score(binary.problem.y[judge] == "yes", chance))
    for number, score in enumerate(scores, start=1):
        assert f"fold_{number}: ROC AUC {score:.6f}" in done.stdout
    assert f"mean of 3 folds: {np.mean(scores):.6f}" in done.stdout


def test_another_file_is_told_apart(binary, alone: Callable, tmp_path: Path) -> None:
    binary.table.head(50).to_csv(tmp_path / "short.csv", index=False)
    done = run(binary, alone, "train.py", tmp_path / "short.csv")
    assert (done.returncode, done.stderr) == (2, "short.csv has 50 rows; the model was made from 266.\n")
    turned = binary.table.iloc[::-1]
    turned.to_csv(tmp_path / "turned.csv", index=False)
    done = run(binary, alone, "train.py", tmp_path / "turned.csv")
    assert done.returncode == 1
    assert "of 214 golden rows answered as by the bundle" in done.stdout
