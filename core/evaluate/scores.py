"""Scores with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from core.evaluate.resample import RESAMPLES, draw_rows, resample_weights, strata_of
from core.evaluate.score import Score, alike_interval, cut_to_bounds, proportion_score, undefined_score
from core.framing.frame import Task
from core.framing.metrics import METRICS, class_codes, metrics_for
from core.framing.outcomes import Outcomes

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ClassScore:
    """How one outcome of several is told from the rest.

    Parameters
    ----------
    label : str
        The outcome.
    n : int
        Rows in which it happened.
    predicted : int
        Rows in which it was predicted.
    precision, recall : Score
        With Wilson intervals.
    f1 : float
        Harmonic mean of the two; NaN where it neither happened nor was predicted.
    roc_auc : float
        Against the rest; NaN without probabilities or where it happened in no row or in all.
    """

    label: str
    n: int
    predicted: int
    precision: Score
    recall: Score
    f1: float
    roc_auc: float


def fold_mean(outcomes: Outcomes, metric_key: str, folds: NDArray[np.generic]) -> float:
    """Return the mean of a metric over the folds on which it is defined; NaN where there is none."""
    values = [METRICS[metric_key].compute(outcomes.take(folds == fold)) for fold in np.unique(folds)]
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def bootstrap(
    outcomes: Outcomes,
    metric_key: str,
    *,
    folds: NDArray[np.generic] | None = None,
    seed: int,
    resamples: int = RESAMPLES,
) -> FloatArray:
    """Return a metric's values on bootstrap resamples.

    Parameters
    ----------
    outcomes : Outcomes
        n rows.
    metric_key : str
    folds : ndarray of shape (n,) or None
        Fold number of each row: rows are drawn within folds and the metric is averaged over them.
    seed, resamples : int

    Returns
    -------
    ndarray of shape (resamples,)
        NaN where a resample leaves the metric undefined.
    """
    metric = METRICS[metric_key]
    strata = strata_of(outcomes, folds, metric.blind_to_shares)
    parts = [np.ones(len(outcomes), dtype=bool)] if folds is None else [folds == fold for fold in np.unique(folds)]
    measures = [(part, metric.under_weights(outcomes.take(part))) for part in parts]
    values = []
    for weights in resample_weights(strata, resamples, np.random.default_rng(seed)):
        table = np.column_stack([measure(weights[:, part]) for part, measure in measures])
        known = np.isfinite(table)
        total = np.where(known, table, 0.0).sum(axis=1)
        values.append(np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan))
    return np.concatenate(values) if values else np.empty(0)


def score_with_interval(
    outcomes: Outcomes,
    metric_key: str,
    *,
    folds: NDArray[np.generic] | None = None,
    seed: int,
    resamples: int = RESAMPLES,
    confidence: float = 0.95,
) -> Score:
    """Compute a metric and its interval from outcomes alone.

    A metric that is a share of rows (accuracy, precision, recall) takes the Wilson interval; everything else takes the
    bootstrap percentile interval (Efron and Tibshirani, 1993, An introduction to the bootstrap, chapter 13). The
    interval speaks of these models on other rows, not of models trained on other rows: see ``board_interval`` for the
    latter.

    Parameters
    ----------
    outcomes : Outcomes
        n rows.
    metric_key : str
    folds : ndarray of shape (n,) or None
        Fold number of each row. With it the value is the mean over the folds: scores of models trained on different
        rows are not on one scale, so ranking them together would be unfair (Forman and Scholz, 2010, Apples-to-apples
        in cross-validation studies, SIGKDD Explorations 12).
    seed, resamples : int
    confidence : float
        Coverage aimed at.

    Returns
    -------
    Score
    """
    metric = METRICS[metric_key]
    reason = metric.undefined(outcomes)
    if reason:
        return undefined_score(metric_key, len(outcomes), seed, confidence, reason)
    if folds is None and metric.counts is not None:
        return proportion_score(metric_key, *metric.counts(outcomes), seed, confidence, "")
    value = metric.compute(outcomes) if folds is None else fold_mean(outcomes, metric_key, folds)
    if not np.isfinite(value):
        return undefined_score(metric_key, len(outcomes), seed, confidence, "It is not defined on any fold.")
    drawn = draw_rows(len(outcomes), seed)
    some, some_folds = outcomes.take(drawn.rows), None if folds is None else folds[drawn.rows]
    values = bootstrap(some, metric_key, folds=some_folds, seed=seed, resamples=resamples)
    values = values[np.isfinite(values)]
    method = f"bootstrap, {resamples} resamples{drawn.words}"
    if folds is not None:
        method = f"mean over {len(np.unique(folds))} folds; {method}"
    if len(values) < resamples / 2:
        return Score(metric_key, value, float("nan"), float("nan"), len(outcomes), method, seed, confidence)
    tail = (1 - confidence) / 2
    ends = np.quantile(values, [tail, 1 - tail])
    if drawn.scale < 1:
        ends = value + (ends - np.median(values)) * drawn.scale
    low, high = cut_to_bounds(metric_key, float(min(ends[0], value)), float(max(ends[1], value)))
    if np.ptp(values) < 1e-12 and value in metric.bounds:
        low, high = alike_interval(outcomes, value, confidence)
        method += "; all of them alike, so the Wilson interval of the rarest outcome's rows"
    return Score(metric_key, value, low, high, len(outcomes), method, seed, confidence)


def all_scores(
    outcomes: Outcomes,
    *,
    folds: NDArray[np.generic] | None = None,
    seed: int,
    resamples: int = RESAMPLES,
    confidence: float = 0.95,
) -> list[Score]:
    """Compute every metric of the task with its interval, in the catalogue's order.

    With ``folds``, metrics of probabilities and amounts are means over the folds, as on the leaderboard; metrics of
    decisions count all rows together, so that they agree with the counts shown beside them.

    Parameters
    ----------
    outcomes, folds, seed, resamples, confidence
        As for ``score_with_interval``.

    Returns
    -------
    list of Score
    """
    return [
        score_with_interval(
            outcomes,
            metric.key,
            folds=None if metric.needs == "decisions" else folds,
            seed=seed,
            resamples=resamples,
            confidence=confidence,
        )
        for metric in metrics_for(outcomes.task, outcomes.costs)
    ]


def per_class(outcomes: Outcomes, *, confidence: float = 0.95) -> tuple[ClassScore, ...]:
    """Compute precision, recall, F1 and ROC AUC of each outcome against the rest.

    Parameters
    ----------
    outcomes : Outcomes
        Of a classification.
    confidence : float
        Coverage of the Wilson intervals.

    Returns
    -------
    tuple of ClassScore
        In the order of the classes.
    """
    actual = class_codes(outcomes.actual, outcomes.classes)
    predicted = class_codes(outcomes.predicted, outcomes.classes)
    scores = []
    for code, label in enumerate(outcomes.classes):
        is_it, said_it = actual == code, predicted == code
        hits, n, said = int((is_it & said_it).sum()), int(is_it.sum()), int(said_it.sum())
        auc = float("nan")
        if outcomes.probabilities is not None and 0 < n < len(actual):
            one = Outcomes(
                Task.BINARY,
                np.where(is_it, "1", "0"),
                ("0", "1"),
                "1",
                np.column_stack([1 - outcomes.probabilities[:, code], outcomes.probabilities[:, code]]),
            )
            auc = METRICS["roc_auc"].compute(one)
        scores.append(
            ClassScore(
                label,
                n,
                said,
                proportion_score("precision", hits, said, 0, confidence, "It was never predicted."),
                proportion_score("recall", hits, n, 0, confidence, "It did not happen in these rows."),
                2 * hits / (n + said) if n + said else float("nan"),
                auc,
            )
        )
    return tuple(scores)


def board_interval(
    outcomes: Outcomes,
    fold_scores: Sequence[float] | FloatArray,
    folds: NDArray[np.generic],
    metric: str,
    n_fit: float,
    n_judge: float,
    seed: int,
    *,
    resamples: int = RESAMPLES,
    confidence: float = 0.95,
) -> Score:
    """Return the score a leaderboard shows, with an interval that also covers the choice of the training rows.

    The variance of the mean over k folds is estimated twice: by a bootstrap of the rows within each fold, which is
    steady but blind to folds that differ for other reasons than their rows (a later month, another hospital), and
    by the folds' own variance over k, which sees that but is shaky from few folds. Each is multiplied by ``1 + k ·
    n_judge / n_fit``, the correction for folds that share training rows (for the first, k counts the folds of one pass
    where they are dealt several times), and the interval is the mean plus and minus the normal quantile times the root
    of the larger, cut at the metric's bounds.

    On noise the intervals of eight candidates side by side all hold 0.5 in about 98 of 100 tables (simulated in the
    tests); plain bootstrap intervals would not do, because with eight lines one of them misses it too often.

    Parameters
    ----------
    outcomes : Outcomes
        Predictions of each row by the model that had not seen it; n rows.
    fold_scores : sequence of k floats
        The metric on each fold left out; NaN where it is not defined.
    folds : ndarray of shape (n,)
        Fold number of each row of ``outcomes``, in the first pass where the folds are dealt several times.
    metric : str
        Key of the metric.
    n_fit, n_judge : float
        Mean rows fitted and left out in a fold.
    seed, resamples : int
    confidence : float
        Coverage aimed at.

    Returns
    -------
    Score

    Notes
    -----
    Nadeau, C. and Bengio, Y. (2003), Inference for the generalization error, Machine Learning 52, 239–281, section 5,
    for the correction; Bates, S., Hastie, T. and Tibshirani, R. (2024), Cross-validation: what does it estimate and how
    well does it do it?, JASA 119, 1434–1445, for why an interval without one is too narrow.
    """
    known = np.asarray(fold_scores, dtype=float)
    known = known[np.isfinite(known)]
    if len(known) == 0:
        reason = METRICS[metric].undefined(outcomes) or "It is not defined on any fold."
        return undefined_score(metric, len(outcomes), seed, confidence, reason)
    k, value = len(known), float(known.mean())
    drawn = draw_rows(len(outcomes), seed)
    values = bootstrap(outcomes.take(drawn.rows), metric, folds=folds[drawn.rows], seed=seed, resamples=resamples)
    values = values[np.isfinite(values)]
    by_rows = float(np.var(values, ddof=1)) * drawn.scale**2 if len(values) > 1 else 0.0
    by_folds = float(np.var(known, ddof=1)) / k if k > 1 else 0.0
    # Folds dealt anew hold the same rows: for the rows only those of one pass count.
    passed = len(np.unique(folds))
    variance = max(by_rows * (1 + passed * n_judge / n_fit), by_folds * (1 + k * n_judge / n_fit))
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * sqrt(variance)
    low, high = cut_to_bounds(metric, value - half, value + half)
    if half < 1e-12 and value in METRICS[metric].bounds:
        low, high = alike_interval(outcomes, value, confidence)
    method = f"mean over {k} folds; bootstrap, {resamples} resamples{drawn.words}, corrected for shared training rows"
    return Score(metric, value, low, high, len(outcomes), method, seed, confidence)
