"""Overfit, underfit or sound: what the scores on seen and unseen rows say together."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.evaluate.compare import fold_interval, paired_test
from core.framing.metrics import METRICS

FloatArray = NDArray[np.float64]
NOTABLE_GAP = 0.1
"""A gap beyond this is notable: in points of a metric between 0 and 1, else as a share of the unseen score."""


class Fit(StrEnum):
    """How a model fits."""

    OVERFIT = "overfit"
    UNDERFIT = "underfit"
    SOUND = "sound"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class FitVerdict:
    """The verdict on a model's fit.

    Parameters
    ----------
    kind : Fit
    seen, unseen : float
        Mean scores on the rows fitted and on the rows left out.
    gap : float
        How much worse the score is on unseen rows: above zero whichever way the metric points.
    low, high : float
        95% interval of the gap (corrected resampled t); NaN with fewer than two folds.
    sentence, advice : str
        What it means and what to do, in plain words.
    """

    kind: Fit
    seen: float
    unseen: float
    gap: float
    low: float
    high: float
    sentence: str
    advice: str


def fit_verdict(
    seen: Sequence[float],
    unseen: Sequence[float],
    metric_key: str,
    n_fit: float,
    n_judge: float,
    *,
    baseline: Sequence[float] | None = None,
) -> FitVerdict:
    """Judge a model's fit from its fold scores.

    Overfit: the whole interval of the gap lies above zero and the gap is notable (``NOTABLE_GAP``). Underfit: the gap
    is not notable, and the naive baseline on the same folds is as good by more than chance can exclude.

    Parameters
    ----------
    seen, unseen : sequences of k floats
        The metric on the rows fitted and on the rows left out, by fold.
    metric_key : str
    n_fit, n_judge : float
        Mean rows fitted and left out in a fold.
    baseline : sequence of k floats or None
        The naive baseline's scores on the rows left out; without them underfit is never said.

    Returns
    -------
    FitVerdict
    """
    metric = METRICS[metric_key]
    fitted, left_out = np.asarray(seen, dtype=float), np.asarray(unseen, dtype=float)
    both = np.isfinite(fitted) & np.isfinite(left_out)
    if both.sum() < 2:
        nan = float("nan")
        one, other = (float(x[np.isfinite(x)].mean()) if np.isfinite(x).any() else nan for x in (fitted, left_out))
        sentence = "Fewer than two folds have a score, so seen and unseen rows cannot be compared."
        return FitVerdict(Fit.CANNOT_TELL, one, other, nan, nan, nan, sentence, "Train with at least two folds.")
    gaps = (fitted - left_out)[both] * (1 if metric.higher_is_better else -1)
    on_seen, on_unseen, gap = float(fitted[both].mean()), float(left_out[both].mean()), float(gaps.mean())
    low, high = fold_interval(gaps, n_fit, n_judge)
    unit = 1.0 if metric.bounds == (0.0, 1.0) or metric_key == "r2" else max(abs(on_unseen), 1e-12)
    scores = (
        f"{metric.heading} is {metric.format(on_seen)} on rows the model has seen and {metric.format(on_unseen)} on "
        "rows it has not seen."
    )

    def verdict(kind: Fit, sentence: str, advice: str) -> FitVerdict:
        return FitVerdict(kind, on_seen, on_unseen, gap, low, high, f"{scores} {sentence}", advice)

    if gap / unit > NOTABLE_GAP:
        if low > 0:
            return verdict(
                Fit.OVERFIT,
                "Part of what it learned does not carry over to new rows (overfit).",
                "Believe the unseen score. More rows, fewer columns or a simpler model make the gap smaller.",
            )
        return verdict(
            Fit.CANNOT_TELL,
            "The folds differ so much that this gap may be chance.",
            "More rows or more folds would tell.",
        )
    if baseline is not None and not beats(left_out, baseline, metric_key, n_fit, n_judge):
        return verdict(
            Fit.UNDERFIT,
            "It is no better than the naive baseline by more than chance, on seen and unseen rows alike (underfit).",
            "The columns may not say much about the outcome. Look for better columns, or try a more flexible model.",
        )
    return verdict(
        Fit.SOUND,
        "What it learned carries over to new rows.",
        "Nothing to do.",
    )


def beats(
    unseen: Sequence[float] | FloatArray,
    baseline: Sequence[float] | FloatArray,
    metric_key: str,
    n_fit: float,
    n_judge: float,
    alpha: float = 0.05,
) -> bool:
    """Whether a model's scores on unseen rows are better than the naive baseline's by more than chance.

    Parameters
    ----------
    unseen, baseline : sequences of k floats
        Scores on the same folds; folds where either is NaN are left out. Where no fold is left it is ``True``: nothing
        speaks against the model.
    metric_key : str
    n_fit, n_judge : float
        Mean rows fitted and left out in a fold.
    alpha : float
        Level of the paired test.
    """
    model, naive = np.asarray(unseen, dtype=float), np.asarray(baseline, dtype=float)
    both = np.isfinite(model) & np.isfinite(naive)
    if not both.any():
        return True
    ahead = METRICS[metric_key].better(float(model[both].mean()), float(naive[both].mean()))
    return ahead and paired_test(model, naive, n_fit, n_judge) < alpha
