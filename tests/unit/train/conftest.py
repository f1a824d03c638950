"""Small problems, a runner with a script, and boards, for the tests of training."""

import pickle
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.framing.metrics import evaluate_all
from core.framing.outcomes import Outcomes
from core.prepare.build import build_problem
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe, Step
from core.train.board import FoldScore, Leaderboard, Run, RunStatus
from core.train.catalog import MODELS
from core.train.fits import REFIT, FitAnswer, FitTask
from core.train.runner import FitInterrupted

LABELS = {Task.BINARY: ("no", "yes"), Task.MULTICLASS: ("blue", "green", "red")}
METRIC = {Task.BINARY: "roc_auc", Task.MULTICLASS: "log_loss", Task.REGRESSION: "rmse"}


def make_problem(
    task: Task = Task.BINARY, rows: int = 150, seed: int = 3, folds: int = 3, metric: str = "", **split: object
) -> Problem:
    """Two numbers (one with gaps) and a category that decide the outcome, and one number that does not."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": rng.normal(40, 10, rows),
            "income": rng.normal(50, 15, rows),
            "town": rng.choice(["north", "south", "west"], rows),
            "noise": rng.normal(size=rows),
            "day": np.arange(rows, dtype=float),
        }
    )
    signal = (table["age"] - 40) / 10 + (table["town"] == "south") + 0.3 * rng.normal(size=rows)
    table.loc[::17, "income"] = np.nan
    if task is Task.REGRESSION:
        table["outcome"] = 100 + 20 * signal
    else:
        labels = LABELS[task]
        table["outcome"] = np.asarray(labels)[pd.qcut(signal, len(labels), labels=False)]
    kinds = {"town": ColumnType.CATEGORY}
    kinds["outcome"] = ColumnType.NUMBER if task is Task.REGRESSION else ColumnType.CATEGORY
    schema = Schema(
        columns=tuple(ColumnSpec(name=name, type=kinds.get(name, ColumnType.NUMBER)) for name in table.columns)
    )
    frame = Frame(
        target="outcome",
        task=task,
        positive="yes" if task is Task.BINARY else None,
        metric=metric or METRIC[task],
        unknown_at_prediction=("day",),
        row_is="application",
    )
    recipe = Recipe(
        steps=tuple(Step(id=kind, kind=kind) for kind in ("fill_numbers", "fill_categories", "encode", "scale"))
    )
    plan = SplitPlan(folds=folds, seed=seed, kind=split.pop("kind", SplitKind.STRATIFIED), **split)
    return build_problem(table, schema, frame, recipe, plan)


@pytest.fixture
def problem_of() -> Callable[..., Problem]:
    """Return the maker of small problems."""
    return make_problem


@pytest.fixture(scope="session")
def problem() -> Problem:
    """Return a binary problem of 120 training rows in three folds."""
    return make_problem()


class Clock:
    """Seconds that pass only when somebody works."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class ScriptedRunner:
    """Answers at once with predictions of a given quality, and lets the clock pass.

    Parameters
    ----------
    problem : Problem
        Binary.
    clock : Clock
    seconds : dict
        Seconds of one fit by candidate; 0.01 otherwise.
    quality : dict
        Weight of the truth in the predictions by candidate; the baseline's is 0.
    faults : dict
        By (candidate, fold): an exception to raise.
    """

    def __init__(self, problem: Problem, clock: Clock, seconds=None, quality=None, faults=None) -> None:
        self.problem, self.clock = problem, clock
        self.seconds, self.quality, self.faults = seconds or {}, quality or {}, faults or {}
        self.done: list[FitTask] = []

    workers = 1
    where = ""

    def free_bytes(self):
        return 8e9

    def fit_all(self, tasks, interrupted, wanted=lambda place: True):
        for place, task in enumerate(tasks):
            if wanted(place):
                yield place, self._fit(task, interrupted)

    def _fit(self, task: FitTask, interrupted: Callable[[], bool]) -> FitAnswer:
        spent = self.seconds.get(task.candidate, 0.01)
        ends = self.clock.now + spent
        while self.clock.now < ends:
            if interrupted():
                raise FitInterrupted
            self.clock.now = min(ends, self.clock.now + 0.1)
        if interrupted():
            raise FitInterrupted
        if (task.candidate, task.fold) in self.faults:
            raise self.faults[task.candidate, task.fold]
        self.done.append(task)
        if task.fold == REFIT:
            return FitAnswer(spent, spent, summary="a model", model=pickle.dumps({"fitted": task.candidate}))
        judge = self.problem.split.folds[task.fold][1]
        truth = self.problem.y[judge] == "yes"
        noise = np.random.default_rng([task.fold, list(MODELS).index(task.candidate)]).random(len(judge))
        weight = self.quality.get(task.candidate, 0.2)
        score = np.full(len(judge), 0.5) if task.candidate == "baseline" else weight * truth + (1 - weight) * noise
        outcomes = Outcomes(
            Task.BINARY, self.problem.y[judge], ("no", "yes"), "yes", np.column_stack([1 - score, score])
        )
        metrics = {key: value for key, value in evaluate_all(outcomes).items() if np.isfinite(value)}
        return FitAnswer(spent, spent, seen=metrics["roc_auc"], metrics=metrics, probabilities=outcomes.probabilities)

    def close(self) -> None:
        self.done.clear()


@pytest.fixture
def clock() -> Clock:
    """Return a clock that passes only when somebody works."""
    return Clock()


@pytest.fixture
def scripted(problem: Problem, clock: Clock) -> Callable[..., ScriptedRunner]:
    """Return the maker of runners with a script, on the small problem."""
    return lambda **script: ScriptedRunner(problem, clock, **script)


def make_run(key: str, scores: list[float], *, seen: float | None = None, half: float = 0.05, **changes: object) -> Run:
    """Return a finished run with these fold scores."""
    spec = MODELS[key]
    mean = sum(scores) / len(scores)
    fields = {
        "title": spec.title,
        "status": RunStatus.DONE,
        "is_baseline": spec.is_baseline,
        "simplicity": spec.simplicity,
        "folds": tuple(FoldScore(fold=i, unseen=s, seen=seen or s, seconds=0.1) for i, s in enumerate(scores)),
        "score": mean,
        "low": mean - half,
        "high": mean + half,
        "seen": mean if seen is None else seen,
        **changes,
    }
    return Run(key=key, **fields)


@pytest.fixture
def run_of() -> Callable[..., Run]:
    """Return the maker of finished runs."""
    return make_run


@pytest.fixture
def board_of() -> Callable[..., Leaderboard]:
    """Return the maker of finished boards."""

    def make(*runs: Run, metric: str = "roc_auc", higher_is_better: bool = True, **changes: object) -> Leaderboard:
        fields = {
            "recommended": None,
            "rows": 1904,
            "test_rows": 476,
            "folds": 5,
            "seed": 7,
            "budget_seconds": 180.0,
            "seconds": 20.0,
            "finished": True,
            "ended": "done",
            **changes,
        }
        return Leaderboard(fingerprint="f", metric=metric, higher_is_better=higher_is_better, runs=runs, **fields)

    return make
