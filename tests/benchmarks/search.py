"""How good a model the search finds, beside the boosters as they come, FLAML, AutoGluon and mljar in the same time.

Each table is parted as its project parts it; every contender learns from the training rows and is scored on the sealed
ones. A normalised score is 0 for the naive guess and 1 for the best peer of the table. Run it alone, on a machine that
has nothing else to do: ``make peers``, then ``python -m tests.benchmarks.search [SECONDS] [TABLE ...]``.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from core.data.guess import guess_schema
from core.data.samples import SAMPLES
from core.framing.frame import Frame, Task
from core.framing.metrics import METRICS, Metric
from core.framing.outcomes import Outcomes
from core.prepare.build import build_problem
from core.prepare.defaults import default_recipe
from core.prepare.plan import SplitPlan
from core.prepare.problem import Problem
from core.project.judge import problem
from core.train.board import Leaderboard, TrainPlan
from core.train.fitted import FittedRun
from core.train.search import train
from core.workspace import intake
from tests.benchmarks.studio import NOW, workspace_in
from tests.journeys.conftest import ROOT

ENVIRONMENTS = {"flaml": ".venv-flaml", "autogluon": ".venv-autogluon", "mljar": ".venv-mljar"}
"""Where the peers that do not install beside Fairway are; the boosters as they come run in Fairway's own."""
SECONDS = 60.0
DRAWS = 1_000
"""Resamples of the sealed rows that a difference is judged on."""


@dataclass(frozen=True)
class Contender:
    """One contender on one table: score and answers on the sealed rows, its seconds, and those of one row."""

    name: str
    score: float
    outcomes: Outcomes
    seconds: float
    row_ms: float = float("nan")


def main() -> int:
    """Compare on every table, or on those named; print a line each, and the mean."""
    words = sys.argv[1:]
    seconds = float(words.pop(0)) if words and words[0].replace(".", "").isdigit() else SECONDS
    means = []
    for name, built in tables():
        if words and name not in words:
            continue
        means.append(compare(name, built, seconds))
    for label, scores in zip(("best on the board", "recommended"), np.transpose(means), strict=True):
        # A table whose best peer hardly beats the guess has a scale of its own, which the median does not feel.
        say(
            f"\n{label}: mean {np.mean(scores):.3f}, median {np.median(scores):.3f}, "
            f"at least the best peer on {int((scores >= 1).sum())} of {len(scores)} tables"
        )
    return 0


def tables() -> Iterator[tuple[str, Problem]]:
    """Return the samples as their projects pose them, and two tables of scikit-learn."""
    with TemporaryDirectory(prefix="fairway-bench-") as home:
        workspace = workspace_in(Path(home))
        for name in SAMPLES:
            project = intake.start_sample(workspace, name, now=NOW)
            assert project.data is not None
            yield name, problem(project, workspace.read_table(project.data.content_hash))
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits

    digits, tumours, diabetes = (load(as_frame=True).frame for load in (load_digits, load_breast_cancer, load_diabetes))
    digits["target"] = "d" + digits["target"].astype(str)
    tumours["target"] = tumours["target"].map({0: "malignant", 1: "benign"})
    yield "digits", posed(digits, Task.MULTICLASS, "log_loss")
    yield "tumours", posed(tumours, Task.BINARY, "log_loss", positive="malignant")
    yield "diabetes", posed(diabetes, Task.REGRESSION, "rmse")


def posed(table: pd.DataFrame, task: Task, metric: str, positive: str | None = None) -> Problem:
    """Pose a question to a table with the defaults that a project begins with."""
    schema = guess_schema(table)
    frame = Frame(target="target", task=task, metric=metric, positive=positive)
    return build_problem(table, schema, frame, default_recipe(table, schema, frame), SplitPlan())


def compare(name: str, built: Problem, seconds: float) -> tuple[float, float]:
    """Run all contenders on one table and print a line for each; return two normalised scores of ours."""
    assert built.frame.metric is not None
    metric = METRICS[built.frame.metric]
    peers = list(run_peers(built, metric, seconds))
    ours, board = run_ours(built, metric, seconds)
    guess = next(one for one in ours if one.name == "baseline").score
    best = peers[0]
    for one in peers[1:]:
        best = one if metric.better(one.score, best.score) else best
    boosters = [one for one in peers if one.name in ("lightgbm", "histogram")]
    booster = boosters[0]
    for one in boosters[1:]:
        booster = one if metric.better(one.score, booster.score) else booster

    def normal(score: float) -> float:
        return (score - guess) / (best.score - guess)

    say(f"\n{name}: {metric.title}, {len(built.split.train):,} training and {len(built.split.test):,} sealed rows")
    picked = {"best on the board": board.done[0].key, "recommended": board.recommended or ""}
    found = {}
    for label, key in picked.items():
        one = next(one for one in ours if one.name == key)
        found[label] = normal(one.score)
        low, high = paired(one.outcomes, booster.outcomes, metric)
        say(
            f"  {label:18} {key:26} {one.score:9.4f}  normalised {found[label]:6.3f}  {one.row_ms:5.1f} ms a row  "
            f"against {booster.name} {low:+.4f} to {high:+.4f}{'  WORSE' if high < 0 else ''}"
        )
    for one in peers:
        say(f"  {'peer':18} {one.name:26} {one.score:9.4f}  normalised {normal(one.score):6.3f}  {one.seconds:.0f} s")
    say(f"  ours took {board.seconds:.1f} s of {seconds:.0f}, {len(board.done)} candidates")
    return found["best on the board"], found["recommended"]


def run_ours(built: Problem, metric: Metric, seconds: float) -> tuple[list[Contender], Leaderboard]:
    """Search as the app does; return every finished candidate on the sealed rows."""
    fitted: dict[str, FittedRun] = {}
    began = time.monotonic()
    board = train(
        built,
        TrainPlan(budget_seconds=seconds),
        fingerprint="",
        on_board=lambda _board: None,
        on_fitted=lambda made: fitted.__setitem__(made.run.key, made),
        should_stop=lambda: False,
        clock=time.monotonic,
    )
    took = time.monotonic() - began
    X = built.X.iloc[built.split.test]
    found = []
    for key, made in fitted.items():
        said = made.pipeline.predict(X) if built.frame.task is Task.REGRESSION else made.pipeline.predict_proba(X)
        outcomes = outcomes_of(built, np.asarray(said, dtype=float))
        times = []
        for number in range(15):
            row, clock = X.iloc[[number % len(X)]], time.perf_counter()
            made.pipeline.predict(row)
            times.append(time.perf_counter() - clock)
        found.append(Contender(key, metric.compute(outcomes), outcomes, took, float(np.median(times)) * 1_000))
    return found, board


def run_peers(built: Problem, metric: Metric, seconds: float) -> Iterator[Contender]:
    """Run each peer in its own process; one that is not installed is left out."""
    columns = [*built.features]
    rows = built.X[columns].assign(**{"__target": built.y})
    with TemporaryDirectory() as place:
        folder = Path(place)
        rows.iloc[built.split.train].to_parquet(folder / "train.parquet")
        rows.iloc[built.split.test].drop(columns="__target").to_parquet(folder / "test.parquet")
        told: dict[str, Any] = {"target": "__target", "task": built.frame.task, "seconds": seconds}
        (folder / "task.json").write_text(json.dumps({**told, "metric": metric.key}))
        for peer in ("lightgbm", "histogram", *ENVIRONMENTS):
            runs = str(ROOT / ENVIRONMENTS[peer] / "bin" / "python") if peer in ENVIRONMENTS else sys.executable
            script = str(ROOT / "tests" / "benchmarks" / "search_peer.py")
            if not Path(runs).exists():
                continue
            done = subprocess.run(
                [runs, script, peer, place], capture_output=True, text=True, timeout=5 * seconds + 300
            )
            if done.returncode:
                say(f"  {peer} failed: {done.stderr.strip().splitlines()[-1:]}")
                continue
            outcomes = outcomes_of(built, np.load(folder / f"{peer}.npy"))
            took = float((folder / f"{peer}.seconds").read_text())
            yield Contender(peer, metric.compute(outcomes), outcomes, took)


def outcomes_of(built: Problem, said: np.ndarray) -> Outcomes:
    """Return answers beside what happened on the sealed rows."""
    assert built.frame.task is not None
    actual = built.y[built.split.test]
    if built.frame.task is Task.REGRESSION:
        return Outcomes(built.frame.task, actual, values=said)
    positive = built.frame.positive if built.frame.task is Task.BINARY else None
    return Outcomes(built.frame.task, actual, built.classes, positive, probabilities=said)


def paired(ours: Outcomes, theirs: Outcomes, metric: Metric) -> tuple[float, float]:
    """Return the 95% bootstrap interval of how much better ours is, on the same resamples of the sealed rows."""
    rng, sign = np.random.default_rng(7), 1.0 if metric.higher_is_better else -1.0
    differences = []
    for _ in range(DRAWS):
        rows = rng.integers(0, len(ours), len(ours))
        differences.append(sign * (metric.compute(ours.take(rows)) - metric.compute(theirs.take(rows))))
    low, high = np.nanquantile(differences, [0.025, 0.975])
    return float(low), float(high)


def say(text: str) -> None:
    """Print at once: a run takes many minutes and is watched."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
