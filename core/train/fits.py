"""One fit of one candidate: on a fold, to be judged on the rows left out, or on all training rows, to be kept."""

import logging
import pickle
import time
import warnings
from dataclasses import dataclass, replace
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
from core.prepare.compile import MODEL
from core.prepare.problem import Problem
from core.runtime.monotone import Monotone, plain
from core.train.catalog import MODELS
from core.train.directions import bind, signs
from core.train.estimators.setting import Setting
from core.train.prepared import REFIT, SEEN_ROWS, Kitchen, Prepared
from core.train.spaces import Value

UNSETTLED = "was still improving when its rounds were used up"
"""Note of a fit that the library calls not converged."""

_log = logging.getLogger(__name__)

__all__ = ["REFIT", "SEEN_ROWS", "UNSETTLED", "Bench", "FitAnswer", "FitTask"]


@dataclass(frozen=True)
class FitTask:
    """What to fit: a key of the catalogue, a fold or ``REFIT``, and settings that are not left at their default."""

    candidate: str
    fold: int
    params: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, eq=False)
class FitAnswer:
    """What a fit gave.

    Parameters
    ----------
    seconds : float
        Of preparing, fitting and, on a fold, predicting the rows left out, as if nothing had been kept from before.
    busy : float
        Of all of it, scoring included: what the budget feels.
    prepared : float
        Of ``busy``, what the recipe took now; 0 where the fold was kept from before.
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
    prepared: float = 0.0
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

    task: FitTask
    model: Any
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
        self.kitchen = Kitchen(problem, seed=seed)
        self._last: _Fitted | None = None
        self.blocks = problem.split.blocks

    def rows(self, fold: int) -> NDArray[np.intp]:
        """Return the positions a fit learns from, after the recipe's row steps."""
        return self.kitchen.rows(fold)

    @cached_property
    def setting(self) -> Setting:
        """What estimators are built for; the same for every fold, so that what ships is what was judged."""
        folds = range(len(self.problem.split.folds))
        smallest, least = 0, 0.0
        if self.task.is_classification:
            counts = [pd.Series(self.problem.y[self.rows(fold)]).value_counts() for fold in folds]
            smallest = int(min(count.min() for count in counts))
        else:
            least = float(min(self.problem.y[self.rows(fold)].min() for fold in folds))
        return Setting(
            task=self.task,
            metric=self.metric.key,
            seed=self.seed,
            threads=self.threads,
            n_rows=min(len(self.rows(fold)) for fold in folds),
            n_features=max(1, len(self.problem.features)),
            n_classes=len(self.problem.classes),
            smallest_class=smallest,
            least_amount=least,
            quantile=self.problem.frame.quantile,
            directed=bool(self.problem.directions),
            class_costs=_class_costs(self.problem),
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
        if spec.is_baseline and task.fold != REFIT:
            return self._baseline(task)
        began = time.perf_counter()
        shared = 0 if self.blocks > 1 and task.fold != REFIT else task.fold
        prepared, spent = self.kitchen.prepare(shared, scale=spec.needs_scaling)
        fitted = self._last
        if fitted is None or fitted.task != replace(task, fold=shared) or self.blocks == 1:
            fitted = self._fitted(replace(task, fold=shared), prepared)
            self._last = fitted if self.blocks > 1 and task.fold != REFIT else None
        if task.fold == REFIT:
            seconds = prepared.seconds + fitted.seconds
            return FitAnswer(
                seconds=seconds,
                busy=time.perf_counter() - began,
                prepared=spent,
                summary=spec.describe(plain(fitted.model)),
                notes=fitted.notes,
                model=pickle.dumps(
                    Pipeline([*prepared.steps, (MODEL, fitted.model)]), protocol=pickle.HIGHEST_PROTOCOL
                ),
            )
        scored = time.perf_counter()
        judge_rows = self.problem.split.folds[task.fold][1]
        judge = prepared.judge
        if shared != task.fold:
            judge = Pipeline(prepared.steps).transform(self.problem.X.iloc[judge_rows])
        judged = self._outcomes(fitted.model, judge, judge_rows)
        seconds = (prepared.seconds + fitted.seconds) / self.blocks + time.perf_counter() - scored
        if fitted.seen is None:
            seen = self._outcomes(fitted.model, prepared.seen, prepared.seen_rows)
            fitted.seen = self.metric.compute(seen)
        answer = self._answer(judged, fitted)
        return replace(answer, seconds=seconds, busy=time.perf_counter() - began, prepared=spent)

    def _baseline(self, task: FitTask) -> FitAnswer:
        """Fit the guess on a fold: it looks at no column, so that it can do without the recipe."""
        began = time.perf_counter()
        rows, judge_rows = self.rows(task.fold), self.problem.split.folds[task.fold][1]
        model = MODELS[task.candidate].make(self.setting).fit(np.zeros((len(rows), 1)), self.problem.y[rows])
        seen_rows = self.kitchen.sample(rows)
        judged = self._outcomes(model, np.zeros((len(judge_rows), 1)), judge_rows)
        seen = self.metric.compute(self._outcomes(model, np.zeros((len(seen_rows), 1)), seen_rows))
        answer = self._answer(judged, _Fitted(task, model, 0.0, (), seen))
        seconds = time.perf_counter() - began
        return replace(answer, seconds=seconds, busy=seconds)

    def _fitted(self, task: FitTask, prepared: Prepared) -> _Fitted:
        model = MODELS[task.candidate].make(self.setting, **dict(task.params))
        limits = self._limits(task, prepared)
        began = time.perf_counter()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            if limits:
                model = bind(model, limits, list(prepared.fit.columns))
            model.fit(prepared.fit, prepared.y)
        # What found its number of rounds hands on the plain model that has it.
        model = getattr(model, "shipped_", model)
        _one_thread(model)
        if limits:
            model = Monotone.around(model, limits)
        return _Fitted(task, model, time.perf_counter() - began, _notes(caught))

    def _limits(self, task: FitTask, prepared: Prepared) -> dict[str, int]:
        """Return which columns after the recipe a fit must rise or fall with."""
        if not self.problem.directions or not MODELS[task.candidate].keeps_order:
            return {}
        return signs(self.problem, prepared.steps, self.rows(task.fold))

    def _answer(self, judged: Outcomes, fitted: _Fitted) -> FitAnswer:
        metrics = {key: value for key, value in evaluate_all(judged).items() if np.isfinite(value)}
        return FitAnswer(
            seconds=0.0,
            busy=0.0,
            seen=float("nan") if fitted.seen is None else fitted.seen,
            metrics=metrics,
            undefined="" if self.metric.key in metrics else self.metric.undefined(judged) or "It is not a number.",
            probabilities=judged.probabilities,
            values=judged.values,
            notes=fitted.notes,
        )

    def outcomes(self, pipeline: Any, rows: NDArray[np.intp]) -> Outcomes:
        """Return what a fitted pipeline says of some rows, beside what happened.

        Parameters
        ----------
        pipeline : Pipeline
            Raw columns in.
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
        return self._outcomes(pipeline, self.problem.X.iloc[rows], rows)

    def _outcomes(self, model: Any, X: Any, rows: NDArray[np.intp]) -> Outcomes:
        actual = self.problem.y[rows]
        if not self.task.is_classification:
            values = np.asarray(model.predict(X), dtype=float).reshape(len(rows))
            _refuse_not_numbers(np.isfinite(values))
            return Outcomes(task=self.task, actual=actual, values=values, quantile=self.problem.frame.quantile)
        known = np.asarray(model.predict_proba(X), dtype=float)
        _refuse_not_numbers(np.isfinite(known).all(axis=1))
        # A class with no row in this fit has no column: it was given no chance.
        probabilities = np.zeros((len(rows), len(self.problem.classes)))
        for column, label in enumerate(model.classes_):
            probabilities[:, self.problem.classes.index(str(label))] = known[:, column]
        return Outcomes(
            task=self.task,
            actual=actual,
            classes=self.problem.classes,
            positive=self.problem.frame.positive if self.task is Task.BINARY else None,
            probabilities=probabilities,
            costs=self.problem.frame.costs,
        )


def _refuse_not_numbers(usable: NDArray[np.bool_]) -> None:
    if not usable.all():
        raise TrainingError(
            f"Its predictions are not numbers in {int((~usable).sum()):,} of {len(usable):,} rows.",
            next_step="Very large values in a column are the usual reason; add a step that caps outliers.",
        )


def _class_costs(problem: Problem) -> tuple[tuple[str, float], ...]:
    costs, positive = problem.frame.costs, problem.frame.positive
    if problem.frame.task is not Task.BINARY or costs.line is None:
        return ()
    each = (costs.false_negative, costs.false_positive)
    return tuple((label, float((each[0] if label == positive else each[1]) or 0.0)) for label in problem.classes)


def _one_thread(model: Any) -> None:
    """Predict on one thread: a forest adds up its trees as threads finish, and each order rounds differently."""
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
