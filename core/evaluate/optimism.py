"""Winner's optimism: how much the best score of several candidates owes to luck of the rows it was picked on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.evaluate.resample import draw_rows, resample_weights, strata_of
from core.evaluate.scores import fold_mean
from core.framing.metrics import METRICS
from core.framing.metrics.weights import Weighted
from core.framing.outcomes import Outcomes

RESAMPLES = 100
"""Times the choice is made again."""
ROWS = 3_000
"""Rows the choice is made again on; above it on a seeded sample, and the estimate is scaled to all rows."""


@dataclass(frozen=True)
class Optimism:
    """What the best of several scores flatters by.

    Parameters
    ----------
    metric : str
    candidates : int
        Among which the best was picked.
    draws : int
        Settings that tuning tried besides, among which theirs were picked.
    best : float
        The best score on the rows left out.
    by : float
        Estimated part of it that is luck, 0 or more; to be taken off a score, or added to an error.
    method : str
        In words.
    """

    metric: str
    candidates: int
    draws: int
    best: float
    by: float
    method: str

    @property
    def corrected(self) -> float:
        """The best score without the luck of the choice."""
        return self.best - self.by if METRICS[self.metric].higher_is_better else self.best + self.by

    @property
    def words(self) -> str:
        """In one or two sentences."""
        metric = METRICS[self.metric]
        tried = f", and of {self.draws} more settings that tuning judged on all folds," if self.draws else ""
        picked = f"The best of {self.candidates} scores{tried} was picked on the rows it is computed on"
        if metric.format(self.by) == metric.format(0.0):
            return f"{picked}. Here that flatters it by too little to show. {self.method}"
        return (
            f"{picked}, so it flatters: by about {metric.format(self.by)}. Without that luck {metric.title} is about "
            f"{metric.format(self.corrected)} instead of {metric.format(self.best)}. {self.method}"
        )


def rows_chosen_on(n: int, seed: int) -> NDArray[np.intp]:
    """Return the rows, of n left out, that the choice is made again on: all, or a seeded sample of ``ROWS``."""
    return draw_rows(n, seed, ROWS).rows


def winners_optimism(
    candidates: Mapping[str, Outcomes],
    folds: NDArray[np.intp],
    metric: str,
    *,
    tried: Sequence[NDArray[np.float64]] = (),
    seed: int,
    resamples: int = RESAMPLES,
) -> Optimism | None:
    """Estimate what the best of several scores owes to having been picked by the same rows.

    The rows are drawn again with replacement; the candidate that is best on those drawn is scored on those not drawn.
    What the best score lies above the mean of these is the estimate. No model is trained again.

    Parameters
    ----------
    candidates : mapping of str to Outcomes
        Out-of-fold predictions of the same n rows.
    folds : ndarray of int of shape (n,)
        The fold in which each row was left out.
    metric : str
        It is averaged over the folds.
    tried : sequence of ndarray of shape (m, k) or (m,)
        What each setting that tuning tried and did not keep said of the m rows ``rows_chosen_on(n, seed)``: chances of
        the k classes, or amounts.
    seed, resamples : int

    Returns
    -------
    Optimism or None
        ``None`` for fewer than two candidates, or where the score is not defined on most resamples.

    Notes
    -----
    Tsamardinos, I., Greasidou, E. and Borboudakis, G. (2018), Bootstrapping the out-of-sample predictions for efficient
    and accurate cross-validation, Machine Learning 107, 1895-1922. The score of the winner on the drawn rows minus that
    on the others would come out too large, because a row drawn often is missing among the others.
    """
    if len(candidates) < 2:
        return None
    found = METRICS[metric]
    sign = 1.0 if found.higher_is_better else -1.0
    some = next(iter(candidates.values()))
    drawn = draw_rows(len(some), seed, ROWS)
    parts = [folds[drawn.rows] == fold for fold in np.unique(folds[drawn.rows])]
    kept = [outcomes.take(drawn.rows) for outcomes in candidates.values()]
    said = "probabilities" if kept[0].probabilities is not None else "values"
    kept += [replace(kept[0], decided=None, **{said: np.asarray(one, dtype=float)}) for one in tried]  # type: ignore[arg-type]
    measures = [[found.under_weights(one.take(part)) for part in parts] for one in kept]
    strata = strata_of(kept[0], folds[drawn.rows], found.blind_to_shares)
    whole = sign * np.array([fold_mean(one, metric, folds[drawn.rows]) for one in kept])
    losses: list[NDArray[np.float64]] = []
    for weights in resample_weights(strata, resamples, np.random.default_rng(seed)):
        inside = np.array([_over_folds(measure, parts, weights) for measure in measures]) * sign
        outside = np.array([_over_folds(measure, parts, (weights == 0).astype(float)) for measure in measures]) * sign
        inside = np.where(np.isfinite(inside), inside, -np.inf)
        best = inside.argmax(axis=0)
        losses.append(outside[best, np.arange(outside.shape[1])])
    out = np.concatenate(losses)
    out = out[np.isfinite(out)]
    if len(out) < resamples / 2 or not np.isfinite(whole).any():
        return None
    by = max(0.0, float(np.nanmax(whole) - out.mean())) * drawn.scale
    scores = [fold_mean(outcomes, metric, folds) for outcomes in candidates.values()]
    best_score = float(np.nanmax(scores) if found.higher_is_better else np.nanmin(scores))
    method = f"Estimated by choosing anew on {resamples} bootstrap resamples of the rows left out{drawn.words}."
    return Optimism(metric, len(candidates), len(tried), best_score, by, method)


def _over_folds(
    measure: Sequence[Weighted], parts: Sequence[NDArray[np.bool_]], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    table = np.column_stack([one(weights[:, part]) for one, part in zip(measure, parts, strict=True)])
    known = np.isfinite(table)
    total = np.where(known, table, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)
