"""Whether more rows would help: one model on growing parts of the training rows, judged on the same folds."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import JobError, TrainingError
from core.evaluate.compare import fold_interval
from core.framing.metrics import METRICS, Metric
from core.prepare.problem import Problem
from core.runtime.monotone import plain
from core.train.trials.rounds import Rounds, rounds_of

if TYPE_CHECKING:
    # shown only to the type checker: a screen that draws a curve must not pay for what fits it
    from core.train.fits import Bench

SHARES: Final = (0.1, 0.2, 0.4, 0.7, 1.0)
"""Parts of the rows of a fold that are fitted."""
SLOPE_SIZES: Final = 3
"""The last sizes, from which the gain of twice as many rows is told."""
LEAST_ROWS: Final = 20
"""A part with fewer rows is left out."""
NOTABLE: Final = 0.02
"""Twice as many rows must bring this share of what is left to a perfect score, or it is not worth the trouble."""
SEEN_ROWS: Final = 5_000
"""Most fitted rows the score on seen rows is computed on."""


class More(StrEnum):
    """Whether more rows would help."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Size:
    """One size.

    Parameters
    ----------
    rows : int
        Mean rows of a fold that were drawn, before the recipe's steps on rows.
    unseen, seen : tuple of float
        The metric on the rows left out and on those fitted, fold by fold; NaN where it is not defined.
    """

    rows: int
    unseen: tuple[float, ...]
    seen: tuple[float, ...]


@dataclass(frozen=True)
class RowCurve:
    """The score by the number of rows, and what it says.

    Parameters
    ----------
    metric : str
    sizes : tuple of Size
        Smallest first.
    gain, low, high : float
        What twice as many rows bring, with its 95% interval; positive is better, also where a smaller metric is. NaN
        where it cannot be told.
    notable : float
        The least gain that is worth the trouble.
    judged : float
        Mean rows that a fold leaves out.
    verdict : More
    rounds : Rounds or None
        Of the fits on all rows, where the model learns in rounds.
    """

    metric: str
    sizes: tuple[Size, ...]
    gain: float
    low: float
    high: float
    notable: float
    judged: float
    verdict: More
    rounds: Rounds | None = None

    @staticmethod
    def read(found: Mapping[str, Any]) -> "RowCurve":
        """Return the curve that ``dataclasses.asdict`` made JSON values of; further keys are passed over."""
        sizes = tuple(Size(int(one["rows"]), tuple(one["unseen"]), tuple(one["seen"])) for one in found["sizes"])
        gain, low, high, notable, judged = (float(found[name]) for name in ("gain", "low", "high", "notable", "judged"))
        rounds = found.get("rounds")
        steps = None if rounds is None else Rounds(**{name: _tuple(value) for name, value in rounds.items()})
        verdict = More(found["verdict"])
        return RowCurve(str(found["metric"]), sizes, gain, low, high, notable, judged, verdict, steps)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def row_curve(
    problem: Problem,
    pipeline: Any,
    *,
    seed: int,
    threads: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[float, str], None] = lambda _share, _words: None,
    keep: Callable[[RowCurve], None] = lambda _curve: None,
) -> RowCurve:
    """Fit a model on growing parts of the rows of each fold and judge it on the rows that the fold leaves out.

    Parameters
    ----------
    problem : Problem
        Only its training rows are looked at.
    pipeline : Pipeline
        The model; a copy of it is fitted, with the same settings at each size.
    seed : int
        Of the draws. A smaller part lies within each larger one and keeps the shares of the outcomes.
    threads : int
    should_stop : callable
        Looked at before each fit.
    report : callable
        Takes the share done and what is being done.
    keep : callable
        Gets what was found after each size.

    Returns
    -------
    RowCurve

    Raises
    ------
    JobError
        Stopped; what was found until then was kept.
    TrainingError
        No size could be scored.

    Notes
    -----
    In each fold a straight line is laid through the scores of the last three sizes over the logarithm of their rows:
    its slope is what twice as many rows bring. Mean and interval of the slopes are those of the corrected resampled
    t-test (``core.evaluate.compare``). More rows would help where the whole interval lies above zero and the mean
    reaches ``NOTABLE`` of what is left to a perfect score; they would not where even the upper end does not reach that;
    otherwise it cannot be told.
    """
    from core.train.fits import Bench

    bench = Bench(problem, seed=seed, threads=threads)
    folds = problem.split.folds
    orders = [_order(problem, fit, seed + number) for number, (fit, _) in enumerate(folds)]
    work = sum(SHARES) * len(folds)
    done, sizes, rounds = 0.0, [], []
    for share in SHARES:
        counts = [round(share * len(order)) for order in orders]
        if np.mean(counts) < LEAST_ROWS:
            continue
        unseen, seen = [], []
        for number, (order, count) in enumerate(zip(orders, counts, strict=True)):
            if should_stop():
                raise JobError("It was stopped; the sizes that were done are kept.", next_step="Start it again.")
            report(done / work, f"{count:,} rows, fold {number + 1} of {len(folds)}")
            rows = np.sort(order[:count])
            fitted, scores = _fold(bench, pipeline, rows, folds[number][1])
            unseen.append(scores[0])
            seen.append(scores[1])
            done += share
            if share == SHARES[-1] and fitted is not None:
                rounds.append(rounds_of(fitted, problem, rows, folds[number][1], seed=seed))
        sizes.append(Size(round(float(np.mean(counts))), tuple(unseen), tuple(seen)))
        keep(_judged(bench.metric, sizes, problem, None))
    found = _judged(bench.metric, sizes, problem, Rounds.mean([one for one in rounds if one is not None]))
    if not any(isfinite(value) for size in found.sizes for value in size.unseen):
        raise TrainingError("No part of the rows could be scored.", next_step="Choose fewer folds or another model.")
    return found


def _order(problem: Problem, rows: NDArray[np.intp], seed: int) -> NDArray[np.intp]:
    """Return rows in an order of which every beginning is a random part that keeps the shares of the outcomes."""
    rng = np.random.default_rng(seed)
    mixed = rng.permutation(rows)
    if not problem.classes:
        return mixed
    labels = problem.y[mixed].astype(str)
    place = np.empty(len(mixed))
    for label in np.unique(labels):
        its = labels == label
        place[its] = (np.arange(its.sum()) + rng.random()) / its.sum()
    return np.asarray(mixed[np.argsort(place, kind="stable")])


def _fold(
    bench: "Bench", pipeline: Any, drawn: NDArray[np.intp], judge: NDArray[np.intp]
) -> tuple[Any, tuple[float, float]]:
    """Return the fitted pipeline and its scores on rows left out and on rows fitted; NaN where it cannot be fitted."""
    from sklearn.base import clone

    from core.prepare.rows import training_rows

    problem, made = bench.problem, clone(pipeline)
    nothing = (float("nan"), float("nan"))
    rows = training_rows(problem, drawn)
    if len(rows) == 0 or (problem.classes and len(np.unique(problem.y[rows].astype(str))) < 2):
        return None, nothing
    _threads(made, bench.threads)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            made.fit(problem.X.iloc[rows], problem.y[rows])
        except ValueError:
            # A part may be too small for what the model does within: folds of its own, rows set aside.
            return None, nothing
        _threads(made, 1)
        seen = np.random.default_rng(bench.seed).choice(rows, min(SEEN_ROWS, len(rows)), replace=False)
        scores = [bench.metric.compute(bench.outcomes(made, part)) for part in (judge, seen)]
    return made, (scores[0], scores[1])


def _threads(pipeline: Any, threads: int) -> None:
    model = plain(pipeline.steps[-1][1])
    if "n_jobs" in model.get_params(deep=False):
        model.set_params(n_jobs=threads)


def _judged(metric: Metric, sizes: list[Size], problem: Problem, rounds: Rounds | None) -> RowCurve:
    last = sizes[-SLOPE_SIZES:]
    score = float(np.nanmean(sizes[-1].unseen)) if sizes and np.isfinite(sizes[-1].unseen).any() else float("nan")
    best = metric.bounds[1] if metric.higher_is_better else metric.bounds[0]
    notable = NOTABLE * abs(best - score) if isfinite(best) else NOTABLE * abs(score)
    gain = low = high = float("nan")
    judged = float(np.mean([len(judge) for _, judge in problem.split.folds]))
    if len(last) == SLOPE_SIZES:
        slopes = _slopes(last, 1.0 if metric.higher_is_better else -1.0)
        gain = float(slopes.mean()) if len(slopes) else gain
        low, high = fold_interval(slopes, last[-1].rows, judged)
    verdict = More.CANNOT_TELL
    if isfinite(low) and low > 0 and gain >= notable:
        verdict = More.YES
    elif isfinite(high) and high < notable:
        verdict = More.NO
    return RowCurve(metric.key, tuple(sizes), gain, low, high, notable, judged, verdict, rounds)


def _slopes(sizes: list[Size], sign: float) -> NDArray[np.float64]:
    """Return what twice as many rows bring in each fold that is scored at every one of the sizes."""
    table = sign * np.array([size.unseen for size in sizes], dtype=float)
    known = table[:, np.isfinite(table).all(axis=0)]
    if known.shape[1] == 0:
        return np.empty(0)
    return np.asarray(np.polyfit(np.log2([size.rows for size in sizes]), known, 1)[0])


def sentence(curve: RowCurve) -> str:
    """Say in words whether more rows would help."""
    metric = METRICS[curve.metric]
    title, rows = metric.title, curve.sizes[-1].rows
    if not isfinite(curve.gain) or not isfinite(curve.low):
        return "It cannot be told: fewer than three sizes, or fewer than two folds, could be scored."
    sizes = [_amount(metric, value) for value in (curve.gain, curve.low, curve.high)]
    doubled = f"twice as many would improve {title} by about {sizes[0]} (95% interval {sizes[1]} to {sizes[2]})"
    if curve.verdict is More.YES:
        return f"More rows would help: from {rows:,} rows on, {doubled}."
    worth = _amount(metric, curve.notable)
    if curve.verdict is More.NO:
        return f"More rows would hardly help: {doubled}, less than the {worth} that would be worth the trouble."
    return f"It cannot be told whether more rows would help: {doubled}; {worth} would be worth the trouble."


def _amount(metric: Metric, value: float) -> str:
    text = f"{abs(value):.4f}" if metric.bounds[1] <= 1 else f"{abs(value):,.4g}"
    return f"−{text}" if value < 0 and text.strip("0.") else text
