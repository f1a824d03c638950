"""Real bundles of small models, built once for all tests here."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.export.bundle import Bundle, build_bundle
from core.export.code import parts_table
from core.export.facts import BundleSpec, CardFacts, CodeFacts
from core.export.schema import input_schema
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.compile import compile_pipeline, input_columns
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe, Step
from core.prepare.rows import training_rows


@dataclass(frozen=True, eq=False)
class Made:
    """A bundle, what it was made from, and the table."""

    spec: BundleSpec
    bundle: Bundle
    table: pd.DataFrame
    problem: Problem

    @property
    def folder(self) -> Path:
        return self.bundle.folder


def table(rows: int = 260) -> pd.DataFrame:
    draws = np.random.default_rng(3)
    income = draws.lognormal(8, 0.5, rows).round(2)
    region = draws.choice(["North", "South", "East"], rows).astype(object)
    age = draws.integers(18, 80, rows).astype(float)
    score = (np.log(income) - 8) * 2 + (region == "North") + draws.normal(0, 0.7, rows)
    frame = pd.DataFrame(
        {
            "income": income,
            "age": age,
            "region": region,
            "member": draws.random(rows) < 0.5,
            "since": pd.date_range("2020-01-01", periods=rows, freq="D").strftime("%Y-%m-%d"),
            "group": draws.choice(["a", "b"], rows),
            "approved": np.where(score > 0.4, "yes", "no"),
            "grade": np.where(score > 1, "high", np.where(score > 0, "middle", "low")),
            "amount": (score * 100).round(3),
        }
    )
    frame.loc[::9, "age"] = np.nan
    frame.loc[::11, "region"] = None
    # Only the last word says something; the names of the writers are in no two rows.
    said = np.where(frame["approved"] == "yes", "refund", "delay")
    notes = [f"Dear team, your {word} asks writer{n} at w{n}@example.org" for n, word in enumerate(said)]
    frame.insert(5, "note", notes)
    frame.loc[::13, "note"] = None
    return pd.concat([frame, frame.head(6)], ignore_index=True).astype({"region": "str", "group": "str", "note": "str"})


TYPES = {
    "income": ColumnType.NUMBER,
    "age": ColumnType.NUMBER,
    "region": ColumnType.CATEGORY,
    "member": ColumnType.YES_NO,
    "since": ColumnType.DATE,
    "note": ColumnType.TEXT,
    "group": ColumnType.CATEGORY,
}
OUTCOMES = {Task.BINARY: "approved", Task.MULTICLASS: "grade", Task.REGRESSION: "amount"}


def problem_of(task: Task, split: SplitPlan) -> Problem:
    target = OUTCOMES[task]
    given = table()[[*TYPES, target]]
    kind = ColumnType.NUMBER if task is Task.REGRESSION else ColumnType.CATEGORY
    columns = [ColumnSpec(name=name, type=TYPES.get(name, kind)) for name in given.columns]
    positive = "yes" if task is Task.BINARY else None
    metric = {Task.BINARY: "roc_auc", Task.MULTICLASS: "log_loss", Task.REGRESSION: "rmse"}[task]
    frame = Frame(target=target, task=task, positive=positive, metric=metric, sensitive=("group",))
    steps = (
        Step(id="s1", kind="drop_duplicates"),
        # Rows that are learned from several times, which the bundle's script must learn from as often.
        Step(id="s1b", kind="resample_classes", on=task is Task.BINARY, params={"share": 90}),
        Step(id="s2", kind="date_parts"),
        Step(id="s2b", kind="text_topics", params={"topics": 2, "common": 90}),
        Step(id="s2c", kind="text_looks"),
        Step(id="s3", kind="fill_numbers"),
        Step(id="s4", kind="fill_categories"),
        Step(id="s5", kind="encode"),
        Step(id="s6", kind="scale"),
    )
    return build_problem(given, Schema(columns=tuple(columns)), frame, Recipe(steps=steps), split)


def spec_of(
    task: Task,
    estimator: object,
    *,
    split: SplitPlan | None = None,
    scale: bool = False,
    extra: tuple[str, ...] = (),
) -> tuple[BundleSpec, Problem]:
    plan = split or SplitPlan(kind=SplitKind.STRATIFIED, folds=3)
    problem = problem_of(task, plan)
    rows = training_rows(problem, problem.split.train)
    pipeline = compile_pipeline(problem, estimator, scale=scale)
    pipeline.fit(problem.X.iloc[rows], problem.y[rows])
    train = problem.X.iloc[problem.split.train]
    card = CardFacts(
        project="Loans <b>&",
        question="Who is approved?",
        data_name="loans.csv",
        rows=len(problem.X),
        columns=len(problem.X.columns) + 1,
        train_rows=len(problem.split.train),
        test_rows=len(problem.split.test),
    )
    spec = BundleSpec(
        pipeline=pipeline,
        training_frame=train,
        title="Test model",
        task=task,
        target=str(problem.frame.target),
        input=input_schema(train, problem.schema, input_columns(problem), extra),
        metric=str(problem.frame.metric),
        created=datetime(2026, 11, 23, 9, 14, tzinfo=UTC),
        card=card,
        code=CodeFacts("loans.csv", {"format": "text", "delimiter": ",", "encoding": "utf-8"}, parts_table(problem)),
        classes=problem.classes,
        positive=problem.frame.positive,
        fingerprints={"model": "0123456789ab"},
    )
    return spec, problem


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    def build(task: Task, estimator: object, **changes: object) -> Made:
        options = {name: changes.pop(name) for name in ("split", "scale", "extra") if name in changes}
        spec, problem = spec_of(task, estimator, **options)
        spec = replace(spec, **changes)
        folder = tmp_path_factory.mktemp("bundle") / "unpacked"
        frame = table()[[*TYPES, OUTCOMES[task]]]
        return Made(spec, build_bundle(spec, folder), frame, problem)

    return build


@pytest.fixture(scope="session")
def binary(make: Callable[..., Made]) -> Made:
    from lightgbm import LGBMClassifier

    model = LGBMClassifier(n_estimators=20, num_leaves=5, random_state=7, n_jobs=1, deterministic=True, verbosity=-1)
    return make(Task.BINARY, model, threshold=0.4)


@pytest.fixture(scope="session")
def multiclass(make: Callable[..., Made]) -> Made:
    from sklearn.linear_model import LogisticRegression

    return make(Task.MULTICLASS, LogisticRegression(C=0.5, max_iter=500), scale=True)


@pytest.fixture(scope="session")
def regression(make: Callable[..., Made]) -> Made:
    from sklearn.ensemble import RandomForestRegressor

    plan = SplitPlan(kind=SplitKind.TIME, column="since", folds=3)
    return make(Task.REGRESSION, RandomForestRegressor(n_estimators=10, random_state=7), split=plan)


@pytest.fixture(scope="session")
def alone() -> Callable[[Path], tuple[list[str], dict[str, str]]]:
    """An interpreter that sees a bundle and the installed libraries, and nothing of the app."""

    def command(folder: Path) -> tuple[list[str], dict[str, str]]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FAIRWAY_"))}
        return [sys.executable, "-s"], {**kept, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}

    return command
