"""The recipe worked out once for each fold, and kept for the candidates that follow."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from core.limits import PREPARED_BYTES
from core.prepare.compile import compile_steps
from core.prepare.problem import Problem
from core.prepare.rows import training_rows

SEEN_ROWS = 20_000
"""Most fitted rows the score on seen rows is computed on."""
REFIT = -1
"""In place of a fold: all training rows."""


@dataclass(eq=False)
class Prepared:
    """One fold after the recipe.

    Parameters
    ----------
    steps : list of (str, transformer)
        Fitted on the fold's training rows.
    fit : DataFrame
        Those rows as the model learns from them (a step that encodes by the outcome gives them values that do not
        know their own).
    y : ndarray of shape (n_fit,)
    judge : DataFrame or None
        The rows left out; ``None`` for all training rows.
    seen : DataFrame or None
        A sample of the fitted rows, as if they were new.
    seen_rows : ndarray of int
        Their positions in the table.
    seconds : float
        What it took.
    """

    steps: list[tuple[str, Any]]
    fit: pd.DataFrame
    y: NDArray[np.generic]
    judge: pd.DataFrame | None
    seen: pd.DataFrame | None
    seen_rows: NDArray[np.intp]
    seconds: float

    @property
    def size(self) -> int:
        """Bytes it holds."""
        frames = (self.fit, self.judge, self.seen)
        return sum(int(frame.memory_usage(index=False).sum()) for frame in frames if frame is not None)


class Kitchen:
    """Prepares folds, and keeps what fits in memory.

    Parameters
    ----------
    problem : Problem
    seed : int
    """

    def __init__(self, problem: Problem, *, seed: int) -> None:
        self.problem = problem
        self.seed = seed
        self._rows: dict[int, NDArray[np.intp]] = {}
        self._kept: OrderedDict[tuple[int, bool], Prepared] = OrderedDict()
        steps = problem.recipe.active
        self._scales = any(step.kind == "scale" and step.params.get("when", "needed") != "always" for step in steps)

    def rows(self, fold: int) -> NDArray[np.intp]:
        """Return the positions a fit learns from, after the recipe's row steps."""
        if fold not in self._rows:
            split = self.problem.split
            self._rows[fold] = training_rows(self.problem, split.train if fold == REFIT else split.folds[fold][0])
        return self._rows[fold]

    def prepare(self, fold: int, *, scale: bool) -> tuple[Prepared, float]:
        """Return a fold after the recipe, and the seconds spent now: 0 where it was kept.

        Parameters
        ----------
        fold : int
            Or ``REFIT``.
        scale : bool
            Whether numbers are brought to one scale where the recipe does so for models that need it.
        """
        key = (fold, scale and self._scales)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key], 0.0
        made = self._make(fold, scale=scale)
        self._kept[key] = made
        while len(self._kept) > 1 and sum(one.size for one in self._kept.values()) > PREPARED_BYTES:
            self._kept.popitem(last=False)
        return made, made.seconds

    def _make(self, fold: int, *, scale: bool) -> Prepared:
        began = time.perf_counter()
        rows, X, y = self.rows(fold), self.problem.X, self.problem.y
        pipeline = Pipeline(compile_steps(self.problem, scale=scale, seed=self.seed))
        fit = pipeline.fit_transform(X.iloc[rows], y[rows])
        judge = seen = None
        drawn = self.sample(rows)
        if fold != REFIT:
            judge = pipeline.transform(X.iloc[self.problem.split.folds[fold][1]])
            seen = pipeline.transform(X.iloc[drawn])
        return Prepared(pipeline.steps, fit, y[rows], judge, seen, drawn, time.perf_counter() - began)

    def sample(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the fitted rows that the score on seen rows is computed on."""
        if len(rows) <= SEEN_ROWS:
            return rows
        drawn = np.random.default_rng(self.seed).choice(len(rows), SEEN_ROWS, replace=False)
        return rows[np.sort(drawn)]
