"""What a candidate costs in use, measured when it is kept: the time one prediction takes, and the size of its file."""

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any, Final

import numpy as np
import pandas as pd

from core.prepare.problem import Problem
from core.train.board import Leaderboard, Run
from core.train.fitted import FittedRun
from core.train.recommend import recommend

REPEATS: Final = 15
"""Predictions of one row that are timed."""
LEAST_REPEATS: Final = 3
MOST_SECONDS: Final = 0.3
"""A slow model is timed less often, so that looking at it costs no candidate its turn."""


def row_seconds(pipeline: Any, rows: pd.DataFrame, *, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the median time a fitted pipeline takes to predict one row, raw columns in.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted; a classification is asked for its chances.
    rows : DataFrame of shape (n, n_columns)
        At least one; they are predicted in turn, one by one. The first is not timed: it also fills caches.
    clock : callable
        Seconds that only go forward.

    Returns
    -------
    float
    """
    predict = getattr(pipeline, "predict_proba", None) or pipeline.predict
    one_by_one = [rows.iloc[[place % len(rows)]] for place in range(REPEATS)]
    predict(one_by_one[0])
    times: list[float] = []
    for row in one_by_one:
        began = clock()
        predict(row)
        times.append(clock() - began)
        if len(times) >= LEAST_REPEATS and sum(times) >= MOST_SECONDS:
            break
    return float(median(times))


class InUse:
    """Measures each candidate of a training as it is kept, and writes what it found on the board.

    Parameters
    ----------
    problem : Problem
    keep : callable
        Keeps a finished candidate and returns its line of the board as it was kept.
    """

    def __init__(self, problem: Problem, keep: Callable[[FittedRun], Run]) -> None:
        self._problem, self._keep = problem, keep
        self._measured: dict[str, Run] = {}

    def on_fitted(self, fitted: FittedRun) -> None:
        """Measure a finished candidate and keep it."""
        rows = self._problem.X.iloc[self._problem.split.train[:REPEATS]]
        run = fitted.run.model_copy(update={"row_seconds": row_seconds(fitted.pipeline, rows)})
        self._measured[run.key] = self._keep(replace(fitted, run=run))

    def board(self, board: Leaderboard) -> Leaderboard:
        """Return a board with what was measured, and the recommendation by it."""
        runs = tuple(self._with_measures(run) for run in board.runs)
        folds = self._problem.split.folds
        rows = float(np.mean([len(fit) for fit, _ in folds])), float(np.mean([len(judge) for _, judge in folds]))
        before = recommend(board.runs, board.metric, board.folds, *rows)
        changes: dict[str, Any] = {"runs": runs}
        # A search that recommends by more than this rule keeps its own word.
        if (before.key, before.text) == (board.recommended, board.recommendation):
            advice = recommend(runs, board.metric, board.folds, *rows)
            changes |= {"recommended": advice.key, "recommendation": advice.text}
        return board.model_copy(update=changes)

    def _with_measures(self, run: Run) -> Run:
        kept = self._measured.get(run.key)
        if kept is None:
            return run
        return run.model_copy(update={"row_seconds": kept.row_seconds, "size_bytes": kept.size_bytes})
