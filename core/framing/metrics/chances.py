"""Metrics of chances: how well probabilities rank rows, and how true they are."""

import numpy as np

from core.framing.metrics.metric import (
    BINARY,
    CLASSES,
    LOSS,
    MULTICLASS,
    SHARE,
    Metric,
    amount,
    both_happened,
    positive_happened,
    three_decimals,
)
from core.framing.metrics.weights import (
    FloatArray,
    RankedRows,
    Weighted,
    class_codes,
    divide,
    mean_of,
    mean_over,
    ranking,
)
from core.framing.outcomes import Outcomes


def _roc_auc(outcomes: Outcomes) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(outcomes.is_positive, outcomes.score))


def _roc_auc_ovr(outcomes: Outcomes) -> float:
    from sklearn.metrics import roc_auc_score

    assert outcomes.probabilities is not None
    codes = class_codes(outcomes.actual, outcomes.classes)
    happened = [code for code in np.unique(codes) if code >= 0]
    return float(np.mean([roc_auc_score(codes == code, outcomes.probabilities[:, code]) for code in happened]))


def _weighted_roc_auc_ovr(outcomes: Outcomes) -> Weighted:
    assert outcomes.probabilities is not None
    codes = class_codes(outcomes.actual, outcomes.classes)
    parts = [ranking(outcomes.probabilities[:, code], codes == code) for code in np.unique(codes[codes >= 0]).tolist()]

    def measure(weights: FloatArray) -> FloatArray:
        values = np.column_stack([part(weights) for part in parts])
        return mean_over(np.nan_to_num(values), np.isfinite(values))

    return measure


def _average_precision(outcomes: Outcomes) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(outcomes.is_positive, outcomes.score))


def _weighted_average_precision(outcomes: Outcomes) -> Weighted:
    rows = RankedRows(outcomes.score, outcomes.is_positive)

    def measure(weights: FloatArray) -> FloatArray:
        positives, negatives = rows.counts(weights)
        caught = np.cumsum(positives, axis=1)
        precision = divide(caught, caught + np.cumsum(negatives, axis=1), 0.0)
        return divide((positives * precision).sum(axis=1), caught[:, -1])

    return measure


def _clipped(outcomes: Outcomes) -> FloatArray:
    assert outcomes.probabilities is not None
    return np.asarray(np.clip(np.asarray(outcomes.probabilities, dtype=float), 1e-15, None))


def _log_loss(outcomes: Outcomes) -> float:
    from sklearn.metrics import log_loss

    codes = class_codes(outcomes.actual, outcomes.classes)
    probabilities = _clipped(outcomes)
    # Rows that sum to 1 only up to rounding make scikit-learn warn.
    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
    if (codes < 0).any():
        # An outcome the model does not know was given the smallest chance there is.
        probabilities = np.column_stack([probabilities, np.full(len(codes), 1e-15)])
        codes = np.where(codes < 0, probabilities.shape[1] - 1, codes)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
    return float(log_loss(codes, probabilities, labels=np.arange(probabilities.shape[1])))


def _log_losses(outcomes: Outcomes) -> FloatArray:
    clipped = _clipped(outcomes)
    codes = class_codes(outcomes.actual, outcomes.classes)
    given = clipped[np.arange(len(codes)), np.maximum(codes, 0)] / clipped.sum(axis=1)
    return np.asarray(-np.log(np.where(codes < 0, 1e-15, given)))


def _squared_differences(outcomes: Outcomes) -> FloatArray:
    return np.asarray((outcomes.score - outcomes.is_positive) ** 2, dtype=float)


def _row_costs(outcomes: Outcomes) -> FloatArray:
    """Return what each row costs per 1,000 rows, flagged from the line that its costs call for."""
    costs = outcomes.costs
    flagged = outcomes.score >= (costs.line or 0.0)
    needless = (flagged & ~outcomes.is_positive) * (costs.false_positive or 0.0)
    missed = (~flagged & outcomes.is_positive) * (costs.false_negative or 0.0)
    return np.asarray(1000 * (needless + missed), dtype=float)


CHANCES = (
    Metric(
        key="roc_auc",
        title="ROC AUC",
        plain="Ranking",
        meaning="Chance that a row with the outcome is scored above one without it; 0.5 is guessing, 1 is perfect.",
        tasks=BINARY,
        higher_is_better=True,
        needs="probabilities",
        bounds=SHARE,
        measure=_roc_auc,
        weighted=lambda outcomes: ranking(outcomes.score, outcomes.is_positive),
        code=("roc_auc_score", "roc_auc_score(happened, chance)"),
        format=three_decimals,
        reason=both_happened,
        blind_to_shares=True,
    ),
    Metric(
        key="roc_auc_ovr",
        title="ROC AUC, one against the rest",
        plain="Ranking",
        meaning="ROC AUC of each outcome against the rest, averaged over the outcomes that happened; "
        "0.5 is guessing, 1 is perfect.",
        tasks=MULTICLASS,
        higher_is_better=True,
        needs="probabilities",
        bounds=SHARE,
        measure=_roc_auc_ovr,
        weighted=_weighted_roc_auc_ovr,
        code=(
            "roc_auc_score",
            "np.mean([roc_auc_score(actual == name, chances[:, CLASSES.index(name)]) for name in np.unique(actual)])",
        ),
        format=three_decimals,
        reason=both_happened,
        blind_to_shares=True,
    ),
    Metric(
        key="average_precision",
        title="average precision",
        plain="Ranking of a rare outcome",
        meaning="Precision averaged over all thresholds, weighted by the recall each adds; "
        "guessing gives the outcome's share.",
        tasks=BINARY,
        higher_is_better=True,
        needs="probabilities",
        bounds=SHARE,
        measure=_average_precision,
        weighted=_weighted_average_precision,
        code=("average_precision_score", "average_precision_score(happened, chance)"),
        format=three_decimals,
        reason=positive_happened,
    ),
    Metric(
        key="log_loss",
        title="log loss",
        plain="Surprise at what happened",
        meaning="Mean of minus the logarithm of the probability given to what happened; 0 is perfect.",
        tasks=CLASSES,
        higher_is_better=False,
        needs="probabilities",
        bounds=LOSS,
        measure=_log_loss,
        weighted=mean_of(_log_losses),
        code=("log_loss", "log_loss([CLASSES.index(name) for name in actual], sure, labels=range(len(CLASSES)))"),
        format=three_decimals,
    ),
    Metric(
        key="brier",
        title="Brier score",
        plain="Error of the probabilities",
        meaning="Mean squared difference between the probability and what happened (0 or 1); 0 is perfect.",
        tasks=BINARY,
        higher_is_better=False,
        needs="probabilities",
        bounds=SHARE,
        measure=lambda outcomes: float(np.mean(_squared_differences(outcomes))),
        weighted=mean_of(_squared_differences),
        code=("", "np.mean((chance - happened) ** 2)"),
        format=three_decimals,
    ),
    Metric(
        key="expected_cost",
        title="expected cost",
        plain="Money that errors cost",
        meaning="What the errors cost per 1,000 rows, in the frame's currency, where each row is flagged from the "
        "chance on at which that is cheaper: c / (c + m), for c the cost of flagging for nothing and m that of a miss.",
        tasks=BINARY,
        higher_is_better=False,
        needs="probabilities",
        bounds=LOSS,
        measure=lambda outcomes: float(np.mean(_row_costs(outcomes))),
        weighted=mean_of(_row_costs),
        code=(
            "",
            "1000 * np.mean(np.where(chance >= NEEDLESS / (NEEDLESS + MISSED), ~happened * NEEDLESS, "
            "happened * MISSED))",
        ),
        format=amount,
        needs_costs=True,
    ),
)
"""Metrics of chances, in the order in which screens list them."""
