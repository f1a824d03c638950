"""A model whose chances are corrected travels whole: into the bundle, its answers and its code."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from core.export.bundle import build_bundle
from core.export.certificate import certify
from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.prepare.compile import compile_pipeline
from core.prepare.rows import training_rows
from core.project.calibrating import shipped
from core.project.document import Project
from core.project.judge import Judged
from core.runtime.predict import load_bundle


@pytest.mark.parametrize(
    ("task", "way", "estimator"),
    [
        (Task.BINARY, "isotonic", GaussianNB()),
        (Task.MULTICLASS, "sigmoid", DecisionTreeClassifier(max_depth=3, random_state=7)),
    ],
)
def test_bundle_and_script_answer_with_corrected_chances(
    make: Callable, alone: Callable, tmp_path: Path, task: Task, way: str, estimator: object
) -> None:
    bare = make(task, estimator)
    problem = bare.problem
    judged = [judge for _, judge in problem.split.folds]
    chances = []
    for fit, judge in problem.split.folds:
        rows = training_rows(problem, fit)
        model = compile_pipeline(problem, clone(estimator), scale=False).fit(problem.X.iloc[rows], problem.y[rows])
        chances.append(model.predict_proba(problem.X.iloc[judge]))
    rows, folds = np.concatenate(judged), np.repeat(np.arange(len(judged)), [len(part) for part in judged])
    outcomes = Outcomes(task, problem.y[rows], problem.classes, problem.frame.positive, np.concatenate(chances))
    at = bare.spec.created
    project = Project(id="p", name="P", created=at, changed=at, calibration=way)
    pipeline = shipped(project, bare.spec.pipeline, Judged(outcomes, folds, rows))
    code = replace(bare.spec.code, pass_folds=len(judged))
    card = replace(bare.spec.card, calibration="The model's chances are corrected (calibration).")
    bundle = build_bundle(replace(bare.spec, pipeline=pipeline, code=code, card=card), tmp_path / "bundle")

    certificate = certify(bundle.folder, bundle.golden)
    assert (certificate.rows_agreeing, certificate.offered) == (certificate.rows_checked, True)
    answers = load_bundle(bundle.folder).predict_frame(bare.table)
    names = [f"probability_{name}" for name in problem.classes]
    np.testing.assert_allclose(answers[names], pipeline.predict_proba(problem.X), rtol=0, atol=1e-12)
    assert not np.allclose(answers[names], bare.spec.pipeline.predict_proba(problem.X))
    assert "chances are corrected (calibration)" in (bundle.folder / "MODEL_CARD.md").read_text("utf-8")
    assert "chances are corrected (calibration)" in (bundle.folder / "model_card.html").read_text("utf-8")

    bare.table.to_csv(tmp_path / "data.csv", index=False)
    command, environ = alone(bundle.folder)
    done = subprocess.run(
        [*command, "train.py", str(tmp_path / "data.csv")],
        cwd=bundle.folder,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "214 of 214 golden rows answered as by the bundle" in done.stdout
