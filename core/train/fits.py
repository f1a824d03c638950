"""One fit of one candidate: on a fold, to be judged on the rows left out, or on all training rows, to be kept."""

import logging
import pickle
import time
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from core.errors import TrainingError
from core.framing.frame import Task
from core.framing.metrics import METRICS, evaluate_all
from core.framing.outcomes import Outcomes
from core.prepare.compile import compile_pipeline
from core.prepare.problem import Problem
from core.prepare.rows import training_rows
from core.train.catalog import MODELS
from core.train.estimators import Setting

SEEN_ROWS = 20_000
"""Most fitted rows the score on seen rows is computed on."""
REFIT = -1
"""In place of a fold: fit on all training rows."""
UNSETTLED = "was still improving when its rounds were used up"
"""Note of a fit that the library calls not converged."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FitTask:
    """What to fit: a key of the catalogue, and a fold or ``REFIT``."""

    candidate: str
    fold: int


@dataclass(frozen=True, eq=False)
class FitAnswer:
    """What a fit gave.

    Parameters
    ----------
    seconds : float
        Of fitting and, on a fold, predicting the rows left out.
    busy : float
        Of all of it, scoring included: what the budget feels.
    seen : float
        The metric on the rows fitted; NaN after a refit.
    metrics : dict
        Every metric that is defined on the rows left out; empty after a refit.
    undefined : str
        Why the metric that judges is not defined on the rows left out, in plain words.
    probabilities : ndarray of shape (n, k) or None
    values : ndarray of shape (n,) or None
        Predictions of the rows left out.
    summary : str
        The fitted model in a few words.
    notes : tuple of str
        What the fit warned of, in plain words.
    model : bytes or None
        The fitted pipeline, pickled for the parent process (refit only). It never leaves the two processes.
    """

    seconds: float
    busy: float
    seen: float = float("nan")
    metrics: dict[str, float] | None = None
    undefined: str = ""
    probabilities: NDArray[np.float64] | None = None
    values: NDArray[np.float64] | None = None
    summary: str = ""
    notes: tuple[str, ...] = ()
    model: bytes | None = None

    def pipeline(self) -> Any:
        """Return the fitted pipeline of a refit."""
        assert self.model is not None
        return pickle.loads(self.model)


@dataclass(eq=False)
class _Fitted:
    """The last fit, kept while the blocks of one validation part are judged by it."""

    candidate: str
    pipeline: Pipeline
    seconds: float
    notes: tuple[str, ...]
    seen: float | None = None


class Bench:
    """A problem with the rows of its folds worked out once; fits candidates on it.

    Parameters
    ----------
    problem : Problem
    seed : int
    threads : int
        Threads one fit may use.
    """

    def __init__(self, problem: Problem, *, seed: int, threads: int) -> None:
        self.problem = problem
        self.seed = seed
        self.threads = threads
        assert problem.frame.task is not None
        assert problem.frame.metric is not None
        self.task: Task = problem.frame.task
        self.metric = METRICS[problem.frame.metric]
        self._rows: dict[int, NDArray[np.intp]] = {}
        self._last: _Fitted | None = None
        self.blocks = problem.split.blocks

    def rows(self, fold: int) -> NDArray[np.intp]:
        """Return the positions a fit learns from, after the recipe's row steps."""
        if fold not in self._rows:
            split = self.problem.split
            self._rows[fold] = training_rows(self.problem, split.train if fold == REFIT else split.folds[fold][0])
        return self._rows[fold]

    @cached_property
    def setting(self) -> Setting:
        """What estimators are built for; the same for every fold, so that what ships is what was judged."""
        folds = range(len(self.problem.split.folds))
        smallest = 0
        if self.task.is_classification:
            counts = [pd.Series(self.problem.y[self.rows(fold)]).value_counts() for fold in folds]
            smallest = int(min(count.min() for count in counts))
        return Setting(
            task=self.task,
            metric=self.metric.key,
            seed=self.seed,
            threads=self.threads,
            n_rows=min(len(self.rows(fold)) for fold in folds),
            n_features=max(1, len(self.problem.features)),
            n_classes=len(self.problem.classes),
            smallest_class=smallest,
        )

    def fit(self, task: FitTask) -> FitAnswer:
        """Fit one candidate.

        Parameters
        ----------
        task : FitTask

        Returns
        -------
        FitAnswer

        Raises
        ------
        TrainingError
            Where the predictions are not numbers, or the estimator cannot be built for these rows.
        Exception
            Whatever the libraries raise; ``core.train.causes`` puts it into words.
        """
        spec = MODELS[task.candidate]
        rows = self.rows(task.fold)
        estimator = spec.make(self.setting)
        if spec.is_baseline and task.fold != REFIT:
            # It looks at no column, so that on a fold it can do without the recipe, which is all that takes time.
            pipeline = Pipeline([("model", estimator)])
        else:
            pipeline = compile_pipeline(self.problem, estimator, scale=spec.needs_scaling, seed=self.seed)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            began = time.perf_counter()
            kept = self._last if self.blocks > 1 and task.fold != REFIT else None
            if kept is None or kept.candidate != task.candidate:
                pipeline.fit(self.problem.X.iloc[rows], self.problem.y[rows])
                _one_thread(pipeline)
                kept = _Fitted(task.candidate, pipeline, time.perf_counter() - began, _notes(caught))
                self._last = kept if self.blocks > 1 else None
            if task.fold == REFIT:
                seconds = time.perf_counter() - began
                return FitAnswer(
                    seconds=seconds,
                    busy=seconds,
                    summary=spec.describe(pipeline.steps[-1][1]),
                    notes=_notes(caught),
                    model=pickle.dumps(pipeline, protocol=pickle.HIGHEST_PROTOCOL),
                )
            scored = time.perf_counter()
            judged = self.outcomes(kept.pipeline, self.problem.split.folds[task.fold][1])
            seconds = kept.seconds / self.blocks + time.perf_counter() - scored
            if kept.seen is None:
                kept.seen = self.metric.compute(self.outcomes(kept.pipeline, self._sample(rows)))
        metrics = {key: value for key, value in evaluate_all(judged).items() if np.isfinite(value)}
        return FitAnswer(
            seconds=seconds,
            busy=kept.seconds / self.blocks + time.perf_counter() - scored,
            seen=kept.seen,
            metrics=metrics,
            undefined="" if self.metric.key in metrics else self.metric.undefined(judged) or "It is not a number.",
            probabilities=judged.probabilities,
            values=judged.values,
            notes=kept.notes,
        )

    def outcomes(self, pipeline: Any, rows: NDArray[np.intp]) -> Outcomes:
        """Return what a fitted pipeline says of some rows, beside what happened.

        Parameters
        ----------
        pipeline : Pipeline
        rows : ndarray of int
            Positions in the table.

        Returns
        -------
        Outcomes

        Raises
        ------
        TrainingError
            Where predictions are not numbers.
        """
        X, actual = self.problem.X.iloc[rows], self.problem.y[rows]
        if not self.task.is_classification:
            values = np.asarray(pipeline.predict(X), dtype=float).reshape(len(rows))
            _refuse_not_numbers(np.isfinite(values))
            return Outcomes(task=self.task, actual=actual, values=values)
        known = np.asarray(pipeline.predict_proba(X), dtype=float)
        _refuse_not_numbers(np.isfinite(known).all(axis=1))
        # A class with no row in this fit has no column: it was given no chance.
        probabilities = np.zeros((len(rows), len(self.problem.classes)))
        for column, label in enumerate(pipeline.classes_):
            probabilities[:, self.problem.classes.index(str(label))] = known[:, column]
        return Outcomes(
            task=self.task,
            actual=actual,
            classes=self.problem.classes,
            positive=self.problem.frame.positive if self.task is Task.BINARY else None,
            probabilities=probabilities,
        )

    def _sample(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        if len(rows) <= SEEN_ROWS:
            return rows
        drawn = np.random.default_rng(self.seed).choice(len(rows), SEEN_ROWS, replace=False)
        return rows[np.sort(drawn)]


def _refuse_not_numbers(usable: NDArray[np.bool_]) -> None:
    if not usable.all():
        raise TrainingError(
            f"Its predictions are not numbers in {int((~usable).sum()):,} of {len(usable):,} rows.",
            next_step="Very large values in a column are the usual reason; add a step that caps outliers.",
        )


def _one_thread(pipeline: Any) -> None:
    """Predict on one thread: a forest adds up its trees as threads finish, and each order rounds differently."""
    model = pipeline.steps[-1][1]
    if "n_jobs" in model.get_params(deep=False):
        model.set_params(n_jobs=1)


def _notes(caught: list[warnings.WarningMessage]) -> tuple[str, ...]:
    from sklearn.exceptions import ConvergenceWarning

    notes: list[str] = []
    for warning in caught:
        _log.info("a fit warned: %s", warning.message)
        if issubclass(warning.category, ConvergenceWarning) and UNSETTLED not in notes:
            notes.append(UNSETTLED)
    return tuple(notes)
