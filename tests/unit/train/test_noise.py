import numpy as np
import pandas as pd

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe, Step
from core.train.board import TrainPlan
from core.train.runner import InProcessRunner
from core.train.search import train


def board_on_noise(seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(200, 500)), columns=[f"x{i}" for i in range(500)])
    table["y"] = np.where(rng.random(200) < 0.5, "yes", "no")
    columns = [ColumnSpec(name=f"x{i}", type=ColumnType.NUMBER) for i in range(500)]
    schema = Schema(columns=(*columns, ColumnSpec(name="y", type=ColumnType.CATEGORY)))
    frame = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")
    problem = build_problem(
        table, schema, frame, Recipe(steps=(Step(id="scale", kind="scale"),)), SplitPlan(seed=seed, folds=3)
    )
    return train(
        problem,
        TrainPlan(candidates=("logistic_regression",), seed=seed, budget_seconds=600),
        fingerprint="noise",
        on_board=lambda board: None,
        on_fitted=lambda fitted: None,
        should_stop=lambda: False,
        clock=lambda: 0.0,
        runner=InProcessRunner(problem, seed=seed),
    )


def test_on_noise_the_intervals_contain_guessing_and_guessing_is_recommended():
    # All candidates on all folds: tests/benchmarks/noise.py.
    boards = [board_on_noise(seed) for seed in range(10)]
    runs = [board.run("logistic_regression") for board in boards]
    assert sum(run.low <= 0.5 <= run.high for run in runs) >= 9
    assert sum(board.recommended == "baseline" for board in boards) >= 9
