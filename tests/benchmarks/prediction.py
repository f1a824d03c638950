"""How long a bundle takes to answer one row, beside the estimator alone."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sklearn.linear_model import LogisticRegression

from core.export.bundle import build_bundle
from core.export.code import parts_table
from core.export.facts import BundleSpec, CardFacts, CodeFacts
from core.export.schema import input_schema
from core.framing.frame import Task
from core.prepare.compile import compile_pipeline
from core.prepare.problem import Problem
from core.prepare.rows import training_rows
from core.project.judge import problem
from core.runtime.predict import load_bundle
from tests.benchmarks.figures import Figure, seconds
from tests.benchmarks.studio import NOW, mortgages, workspace_in

REPEATS = 5
ANSWERS = 50
"""Answers in a repeat; what is reported is one of them."""


def measure(home: Path, scratch: Path) -> list[Figure]:
    """Build a bundle of a logistic regression on the sample and ask it, row by row, what it has not seen."""
    workspace = workspace_in(home)
    project = mortgages(workspace)
    assert project.data is not None
    built = problem(project, workspace.read_table(project.data.content_hash))
    spec = _spec(built)
    predictor = load_bundle(build_bundle(spec, scratch / "bundle").folder)
    unseen = built.X.iloc[built.split.test[:ANSWERS]]
    names = [column.name for column in spec.input.columns]
    rows = [
        {name: None if value != value else value for name, value in row.items()}
        for row in unseen[names].to_dict("records")
    ]
    pipeline = predictor.pipeline
    ready = pipeline[:-1].transform(unseen)
    raw_rows = [unseen.iloc[[place]] for place in range(len(unseen))]
    ready_rows = [ready.iloc[[place]] for place in range(len(ready))]
    ways: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
        "bundle": (lambda row: predictor.predict_rows([row]), rows),
        "pipeline": (pipeline.predict_proba, raw_rows),
        "estimator": (pipeline[-1].predict_proba, ready_rows),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(REPEATS + 1):
        for name, (answer, given) in ways.items():
            each = seconds(lambda answer=answer, given=given: [answer(row) for row in given], 1)[0] / len(given)
            # The first turn warms up.
            taken[name] += [each] if turn else []
    beside = "predict_proba of its estimator"
    return [
        Figure("One row answered by a bundle", taken["bundle"], "ms", beside, taken["estimator"]),
        Figure("One row through its bare pipeline", taken["pipeline"], "ms", beside, taken["estimator"]),
    ]


def _spec(built: Problem) -> BundleSpec:
    rows = training_rows(built, built.split.train)
    pipeline = compile_pipeline(built, LogisticRegression(max_iter=1_000), scale=True)
    pipeline.fit(built.X.iloc[rows], built.y[rows])
    seen = built.X.iloc[built.split.train]
    return BundleSpec(
        pipeline=pipeline,
        training_frame=seen,
        title="Logistic regression",
        task=Task.BINARY,
        target=str(built.frame.target),
        input=input_schema(seen, built.schema, built.features),
        metric=str(built.frame.metric),
        created=NOW,
        card=CardFacts(project="Mortgage applications"),
        code=CodeFacts("mortgages.csv", {"format": "text"}, parts_table(built)),
        classes=built.classes,
        positive=built.frame.positive,
    )
