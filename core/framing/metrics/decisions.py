"""Metrics of decisions: how often the answer given is right."""

from collections.abc import Callable

import numpy as np

from core.framing.metrics.metric import (
    BINARY,
    CLASSES,
    MULTICLASS,
    SHARE,
    Metric,
    both_happened,
    percent,
    positive_happened,
    three_decimals,
)
from core.framing.metrics.weights import (
    FloatArray,
    binary_counts,
    class_codes,
    class_counts,
    divide,
    mean_of,
    mean_over,
)
from core.framing.outcomes import Outcomes

_MEAN_RECALL = "np.mean([np.mean(predicted[actual == name] == name) for name in np.unique(actual)])"


def _anything_flagged(outcomes: Outcomes) -> str:
    return "" if outcomes.flagged.any() else "Nothing is flagged at this threshold."


def _flagged_or_happened(outcomes: Outcomes) -> str:
    some = outcomes.flagged.any() or outcomes.is_positive.any()
    return "" if some else "The outcome looked for neither happened nor was predicted."


def _hits(outcomes: Outcomes) -> FloatArray:
    return np.asarray(outcomes.predicted == outcomes.actual, dtype=float)


def _caught(outcomes: Outcomes) -> int:
    return int((outcomes.flagged & outcomes.is_positive).sum())


def _by_class(score: str, average: str, empty: float) -> Callable[[Outcomes], float]:
    def measure(outcomes: Outcomes) -> float:
        import sklearn.metrics

        actual = class_codes(outcomes.actual, outcomes.classes)
        predicted = class_codes(outcomes.predicted, outcomes.classes)
        function = getattr(sklearn.metrics, f"{score}_score")
        return float(function(actual, predicted, average=average, zero_division=empty))

    return measure


def _of_flags(score: str) -> Callable[[Outcomes], float]:
    def measure(outcomes: Outcomes) -> float:
        import sklearn.metrics

        function = getattr(sklearn.metrics, f"{score}_score")
        return float(function(outcomes.is_positive, outcomes.flagged, zero_division=0.0))

    return measure


def _recall_macro(hits: FloatArray, actual: FloatArray, _: FloatArray) -> FloatArray:
    return mean_over(divide(hits, actual, 0.0), actual > 0)


def _balanced(hits: FloatArray, actual: FloatArray, predicted: FloatArray) -> FloatArray:
    several = (actual > 0).sum(axis=1) > 1
    return np.where(several, _recall_macro(hits, actual, predicted), np.nan)


def _precision_macro(hits: FloatArray, actual: FloatArray, predicted: FloatArray) -> FloatArray:
    return mean_over(divide(hits, predicted, 0.0), actual + predicted > 0)


def _f1_macro(hits: FloatArray, actual: FloatArray, predicted: FloatArray) -> FloatArray:
    return mean_over(divide(2 * hits, actual + predicted, 0.0), actual + predicted > 0)


def _f1_weighted(hits: FloatArray, actual: FloatArray, predicted: FloatArray) -> FloatArray:
    f1 = divide(2 * hits, actual + predicted, 0.0)
    return divide((actual * f1).sum(axis=1), actual.sum(axis=1))


DECISIONS = (
    Metric(
        key="accuracy",
        title="accuracy",
        plain="Right answers",
        meaning="Share of rows whose outcome was predicted rightly.",
        tasks=CLASSES,
        higher_is_better=True,
        needs="decisions",
        bounds=SHARE,
        measure=lambda outcomes: float(np.mean(_hits(outcomes))),
        weighted=mean_of(_hits),
        code=("", "np.mean(predicted == actual)"),
        format=percent,
        counts=lambda outcomes: (int(_hits(outcomes).sum()), len(outcomes)),
    ),
    Metric(
        key="balanced_accuracy",
        title="balanced accuracy",
        plain="Right answers, each outcome counted alike",
        meaning="Share predicted rightly within each outcome, averaged over the outcomes that happened.",
        tasks=CLASSES,
        higher_is_better=True,
        needs="decisions",
        bounds=SHARE,
        measure=_by_class("recall", "macro", np.nan),
        weighted=class_counts(_balanced),
        code=("", _MEAN_RECALL),
        format=percent,
        reason=both_happened,
        blind_to_shares=True,
    ),
    Metric(
        key="precision",
        title="precision",
        plain="Flags that are right",
        meaning="Share of the flagged rows in which the outcome happened.",
        tasks=BINARY,
        higher_is_better=True,
        needs="decisions",
        bounds=SHARE,
        measure=_of_flags("precision"),
        weighted=binary_counts(lambda tp, fp, fn: divide(tp, tp + fp)),
        code=("precision_score", "precision_score(happened, flagged, zero_division=0.0)"),
        format=percent,
        reason=_anything_flagged,
        counts=lambda outcomes: (_caught(outcomes), int(outcomes.flagged.sum())),
    ),
    Metric(
        key="recall",
        title="recall",
        plain="Outcomes caught",
        meaning="Share of the rows with the outcome that were flagged.",
        tasks=BINARY,
        higher_is_better=True,
        needs="decisions",
        bounds=SHARE,
        measure=_of_flags("recall"),
        weighted=binary_counts(lambda tp, fp, fn: divide(tp, tp + fn)),
        code=("recall_score", "recall_score(happened, flagged, zero_division=0.0)"),
        format=percent,
        reason=positive_happened,
        counts=lambda outcomes: (_caught(outcomes), int(outcomes.is_positive.sum())),
    ),
    Metric(
        key="f1",
        title="F1",
        plain="Flags right and outcomes caught",
        meaning="Harmonic mean of precision and recall.",
        tasks=BINARY,
        higher_is_better=True,
        needs="decisions",
        bounds=SHARE,
        measure=_of_flags("f1"),
        weighted=binary_counts(lambda tp, fp, fn: divide(2 * tp, 2 * tp + fp + fn)),
        code=("f1_score", "f1_score(happened, flagged, zero_division=0.0)"),
        format=three_decimals,
        reason=_flagged_or_happened,
    ),
    Metric(
        key="f1_macro",
        title="macro F1",
        plain="Right and caught, each outcome counted alike",
        meaning="F1 of each outcome against the rest, averaged over the outcomes.",
        tasks=MULTICLASS,
        higher_is_better=True,
        needs="decisions",
        bounds=SHARE,
        measure=_by_class("f1", "macro", 0.0),
        weighted=class_counts(_f1_macro),
        code=("f1_score", 'f1_score(actual, predicted, average="macro", zero_division=0.0)'),
        format=three_decimals,
    ),
    Metric(
        key="precision_macro",
        title="macro precision",
        plain="Right when predicted, each outcome counted alike",
        meaning="Precision of each outcome, averaged; an outcome that happened but was never predicted counts as 0.",
        tasks=MULTICLASS,
        higher_is_better=True,
        needs="decisions",
        bounds=SHARE,
        measure=_by_class("precision", "macro", 0.0),
        weighted=class_counts(_precision_macro),
        code=("precision_score", 'precision_score(actual, predicted, average="macro", zero_division=0.0)'),
        format=percent,
    ),
    Metric(
        key="recall_macro",
        title="macro recall",
        plain="Caught, each outcome counted alike",
        meaning="Recall of each outcome, averaged over the outcomes that happened.",
        tasks=MULTICLASS,
        higher_is_better=True,
        needs="decisions",
        bounds=SHARE,
        measure=_by_class("recall", "macro", np.nan),
        weighted=class_counts(_recall_macro),
        code=("", _MEAN_RECALL),
        format=percent,
        blind_to_shares=True,
    ),
    Metric(
        key="f1_weighted",
        title="weighted F1",
        plain="Right and caught, each row counted alike",
        meaning="F1 of each outcome, averaged with the outcome's number of rows as weight.",
        tasks=MULTICLASS,
        higher_is_better=True,
        needs="decisions",
        bounds=SHARE,
        measure=_by_class("f1", "weighted", 0.0),
        weighted=class_counts(_f1_weighted),
        code=("f1_score", 'f1_score(actual, predicted, average="weighted", zero_division=0.0)'),
        format=three_decimals,
    ),
)
"""Metrics of decisions, in the order in which screens list them."""
