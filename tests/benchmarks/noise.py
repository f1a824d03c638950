"""On pure noise no candidate may look better than guessing: run ``python tests/benchmarks/noise.py [seeds] [models…]``.

Every candidate is trained on 200 rows of 500 random columns whose outcome is a coin toss. The intervals of ROC AUC
on the leaderboard should contain 0.5 for at least nine of ten tables, for all candidates of a table at once.
"""

# ruff: noqa: T201 - a script that prints its findings

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.plan import SplitPlan
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe, Step
from core.train.board import Leaderboard, TrainPlan
from core.train.search import train


def noise_problem(seed: int, rows: int = 200, columns: int = 500) -> Problem:
    """Return a table of normal noise with a coin toss as its outcome."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(rows, columns)), columns=[f"x{i}" for i in range(columns)])
    table["y"] = np.where(rng.random(rows) < 0.5, "yes", "no")
    schema = Schema(
        columns=tuple(
            ColumnSpec(name=name, type=ColumnType.CATEGORY if name == "y" else ColumnType.NUMBER) for name in table
        )
    )
    frame = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")
    recipe = Recipe(steps=(Step(id="fill", kind="fill_numbers"), Step(id="scale", kind="scale")))
    return build_problem(table, schema, frame, recipe, SplitPlan(seed=seed))


def board_of(seed: int, candidates: tuple[str, ...]) -> Leaderboard:
    """Train on one table of noise."""
    return train(
        noise_problem(seed),
        TrainPlan(candidates=candidates, budget_seconds=600, seed=seed),
        fingerprint=f"noise-{seed}",
        on_board=lambda board: None,
        on_fitted=lambda fitted: None,
        should_stop=lambda: False,
        clock=time.monotonic,
    )


def main() -> None:
    """Print each table's scores and how many tables hold 0.5 in every interval."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    held = 0
    for seed in range(seeds):
        board = board_of(seed, tuple(sys.argv[2:]))
        missed = [run.key for run in board.done if not (run.low or 0) <= 0.5 <= (run.high or 1)]
        held += not missed
        scores = ", ".join(f"{run.key} {run.score:.3f} ({run.low:.3f} to {run.high:.3f})" for run in board.done)
        print(
            f"seed {seed}: {board.seconds:.1f} s; recommended {board.recommended}; missed {missed or 'none'}; {scores}"
        )
    print(f"{held} of {seeds} tables hold 0.5 in the interval of every candidate")


if __name__ == "__main__":
    main()
