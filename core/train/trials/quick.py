"""A quick cross-validated score of a recipe, and the difference between two on the same folds."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from core.errors import JobError, TrainingError
from core.evaluate.compare import corrected_standard_error, fold_interval
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.limits import QUICK_ROWS
from core.prepare.compile import compile_pipeline
from core.prepare.plan import Split
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe
from core.train.catalog import MODELS
from core.train.fits import Bench

BOOSTING: Final = "small_boosting"
LINEAR: Final = {
    Task.BINARY: "logistic_regression",
    Task.MULTICLASS: "logistic_regression",
    Task.REGRESSION: "linear_regression",
}
CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class QuickScore:
    """What a recipe is worth with one model, by cross-validation on training rows.

    Parameters
    ----------
    model : str
        Key of the catalogue.
    metric : str
        The frame's.
    folds : tuple of float
        Score of each fold; NaN where it is not defined there.
    score, low, high : float
        Mean and its 95% interval by the corrected resampled t-test.
    rows_fit, rows_judged : float
        Mean number of rows fitted and left out in a fold.
    rows, of_rows : int
        Training rows used, and training rows there are.
    columns : int
        Columns that reach the model, in the last fold.
    seconds : float
        Of all folds.
    """

    model: str
    metric: str
    folds: tuple[float, ...]
    score: float
    low: float
    high: float
    rows_fit: float
    rows_judged: float
    rows: int
    of_rows: int
    columns: int
    seconds: float


@dataclass(frozen=True)
class Gain:
    """What a change is worth on the same folds.

    Parameters
    ----------
    before, after : QuickScore
        Of the same model on the same rows.
    gain, low, high : float
        Mean difference of the metric and its 95% interval; positive is better, also where a smaller metric is.
    """

    before: QuickScore
    after: QuickScore
    gain: float
    low: float
    high: float

    @property
    def is_better(self) -> bool:
        """Whether the whole interval lies above zero."""
        return bool(self.low > 0)

    @property
    def is_worse(self) -> bool:
        """Whether the whole interval lies below zero."""
        return bool(self.high < 0)


def sampled(problem: Problem, *, most_rows: int = QUICK_ROWS, seed: int) -> Problem:
    """Return the problem on a seeded sample of its training rows, with the same folds; no sealed row is in it.

    Parameters
    ----------
    problem : Problem
    most_rows : int
    seed : int

    Returns
    -------
    Problem
        Its sealed part is empty; folds that are left with fewer than two outcomes to learn from are gone.
    """
    split = problem.split
    kept = split.train
    if len(kept) > most_rows:
        kept = np.sort(np.random.default_rng(seed).choice(kept, most_rows, replace=False))
    folds, first = [], 0
    for number, (fit, judge) in enumerate(split.folds):
        pair = np.intersect1d(fit, kept), np.intersect1d(judge, kept)
        if min(map(len, pair)) and len(np.unique(problem.y[pair[0]].astype(str))) > 1:
            folds.append(pair)
            first += number < len(split.first_pass)
    small = Split(
        train=kept,
        test=split.test[:0],
        folds=tuple(folds),
        notes=split.notes,
        kind=split.kind,
        first=first if first < len(folds) else 0,
    )
    return replace(problem, split=small)


def quick_score(
    problem: Problem,
    *,
    model: str,
    seed: int,
    of_rows: int = 0,
    threads: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
) -> QuickScore:
    """Score a problem's recipe by cross-validation with one model.

    Parameters
    ----------
    problem : Problem
        On all its training rows, or those of ``sampled``.
    model : str
        Key of the catalogue.
    seed : int
    of_rows : int
        Training rows there are, where ``problem`` holds a sample of them.
    threads : int
    should_stop : callable
        Looked at before each fold.

    Returns
    -------
    QuickScore

    Raises
    ------
    RecipeError
        The recipe cannot be applied.
    TrainingError
        No fold could be scored.
    JobError
        Stopped.
    """
    bench = Bench(problem, seed=seed, threads=threads)
    spec = MODELS[model]
    scores: list[float] = []
    columns, fit_rows, judged_rows = 0, [], []
    began = time.perf_counter()
    for number, (_, judge) in enumerate(problem.split.folds):
        if should_stop():
            raise JobError("The trial was stopped.", next_step="Start it again when you like.")
        rows = bench.rows(number)
        pipeline = compile_pipeline(problem, spec.make(bench.setting), scale=spec.needs_scaling, seed=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pipeline.fit(problem.X.iloc[rows], problem.y[rows])
            scores.append(bench.metric.compute(bench.outcomes(pipeline, judge)))
        columns = int(getattr(pipeline[-1], "n_features_in_", 0))
        fit_rows.append(len(rows))
        judged_rows.append(len(judge))
    if not np.isfinite(scores).any():
        raise TrainingError(
            "No fold of this split could be scored.", next_step="Choose fewer folds, or another way to split."
        )
    low, high = fold_interval(scores, float(np.mean(fit_rows)), float(np.mean(judged_rows)), CONFIDENCE)
    return QuickScore(
        model=model,
        metric=bench.metric.key,
        folds=tuple(scores),
        score=float(np.nanmean(scores)),
        low=low,
        high=high,
        rows_fit=float(np.mean(fit_rows)),
        rows_judged=float(np.mean(judged_rows)),
        rows=len(problem.split.train),
        of_rows=of_rows or len(problem.split.train),
        columns=columns,
        seconds=time.perf_counter() - began,
    )


def quick_models(task: Task) -> tuple[str, ...]:
    """Return the models a trial scores with: boosted trees, and the linear model, which needs more preparation."""
    return (BOOSTING, LINEAR[task])


def gain(before: QuickScore, after: QuickScore) -> Gain:
    """Return what a change is worth.

    Parameters
    ----------
    before, after : QuickScore
        Of the same model on the same folds.

    Returns
    -------
    Gain
        The interval is that of the corrected resampled t-test (``core.evaluate.compare``); NaN both ends where fewer
        than two folds can be compared.

    Raises
    ------
    ValueError
        Where the two are not of the same model, metric and number of folds.
    """
    same = (before.model, before.metric, len(before.folds)) == (after.model, after.metric, len(after.folds))
    if not same:
        raise ValueError("the two scores are not of the same model, metric and folds")
    sign = 1.0 if METRICS[before.metric].higher_is_better else -1.0
    differences = sign * (np.asarray(after.folds) - np.asarray(before.folds))
    known = differences[np.isfinite(differences)]
    if len(known) < 2:
        return Gain(before, after, float(known.mean()) if len(known) else float("nan"), float("nan"), float("nan"))
    from scipy.stats import t

    error = corrected_standard_error(known, before.rows_fit, before.rows_judged)
    half = float(t.ppf(0.5 + CONFIDENCE / 2, len(known) - 1)) * error
    mean = float(known.mean())
    return Gain(before, after, mean, mean - half, mean + half)


def compare_recipes(
    problem: Problem,
    first: Recipe,
    second: Recipe,
    *,
    seed: int,
    most_rows: int = QUICK_ROWS,
    threads: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[float, str], None] = lambda _share, _words: None,
) -> tuple[Gain, ...]:
    """Compare two recipes on the same sample of training rows and the same folds, with each of the quick models.

    Parameters
    ----------
    problem : Problem
        Its own recipe does not matter.
    first, second : Recipe
    seed : int
    most_rows : int
    threads : int
    should_stop : callable
    report : callable
        Takes the share done and what is being done.

    Returns
    -------
    tuple of Gain
        One for each of ``quick_models``, the second recipe against the first.

    Raises
    ------
    RecipeError, TrainingError, JobError
        See ``quick_score``.
    """
    assert problem.frame.task is not None
    small = sampled(problem, most_rows=most_rows, seed=seed)
    models = quick_models(problem.frame.task)
    gains = []
    for number, model in enumerate(models):
        scores = []
        for place, recipe in enumerate((first, second)):
            report((2 * number + place) / (2 * len(models)), f"{MODELS[model].title}, recipe {place + 1} of 2")
            scores.append(
                quick_score(
                    replace(small, recipe=recipe),
                    model=model,
                    seed=seed,
                    of_rows=len(problem.split.train),
                    threads=threads,
                    should_stop=should_stop,
                )
            )
        gains.append(gain(*scores))
    report(1.0, "Done")
    return tuple(gains)
