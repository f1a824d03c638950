"""What the coach says beside Evaluate."""

from collections.abc import Sequence
from math import isfinite

import numpy as np

from core.evaluate.curves import rows_from
from core.evaluate.fit_verdict import Fit, FitVerdict, beats
from core.evaluate.score import Score
from core.evaluate.threshold import CostCurve, confusion, cost_per_1000, money, saving_with_interval
from core.findings import Finding, Fix, Severity, worst_first
from core.framing.frame import Frame, Task
from core.framing.metrics import METRICS, class_codes
from core.framing.outcomes import Outcomes
from core.limits import GROUP_ROWS

FEW_ROWS = 30
"""With fewer rows of an outcome than this, its scores hardly mean anything."""
CALIBRATION_ROWS = 20
"""Fewest rows on which a verdict on the probabilities is given."""
CALIBRATION_ERROR = 0.05
"""Probabilities that are off by less than this are let pass."""
NOTABLE_SAVING = 0.01
"""A cheaper threshold is worth a word from this share of today's cost on."""


def check_evaluation(
    outcomes: Outcomes,
    frame: Frame,
    *,
    main: Score,
    verdict: FitVerdict | None = None,
    curve: CostCurve | None = None,
    unseen: Sequence[float] = (),
    baseline: Sequence[float] = (),
    n_fit: float = 1.0,
    n_judge: float = 1.0,
    seed: int = 7,
) -> list[Finding]:
    """Find what the user should know about a model's scores.

    Parameters
    ----------
    outcomes : Outcomes
        Predictions of each row by a model that had not seen it.
    frame : Frame
    main : Score
        The frame's metric.
    verdict : FitVerdict or None
    curve : CostCurve or None
        Where both costs are known.
    unseen, baseline : sequences of k floats
        Fold scores of the model and of the naive baseline; empty where not known, or where this is the baseline.
    n_fit, n_judge : float
        Mean rows fitted and left out in a fold.
    seed : int
        Of the resamples.

    Returns
    -------
    list of Finding
        Worst first.
    """
    no_better = _not_better(frame, main, unseen, baseline, n_fit, n_judge)
    found = [
        _few_rows(outcomes, frame),
        no_better,
        _good_enough(frame, main),
        _fit(verdict, already_said=no_better is not None),
        _cheaper_threshold(outcomes, frame, curve, seed),
        _miscalibrated(outcomes, frame),
    ]
    return worst_first([finding for finding in found if finding is not None])


def _few_rows(outcomes: Outcomes, frame: Frame) -> Finding | None:
    if not outcomes.task.is_classification or len(outcomes) == 0:
        return None
    codes = class_codes(outcomes.actual, outcomes.classes)
    counts = np.bincount(codes[codes >= 0], minlength=len(outcomes.classes))
    rarest = int(counts.argmin())
    n = int(counts[rarest])
    if n >= GROUP_ROWS:
        return None
    return Finding(
        "few-outcome-rows",
        Severity.WARNING if n < FEW_ROWS else Severity.INFO,
        "Few rows with one outcome",
        f"{n:,} of {len(outcomes):,} {frame.rows_are} had the outcome “{outcomes.classes[rarest]}”.",
        "Every score that counts them stays wide: read the intervals, not the values.",
    )


def _not_better(
    frame: Frame, main: Score, unseen: Sequence[float], baseline: Sequence[float], n_fit: float, n_judge: float
) -> Finding | None:
    if not len(unseen) or len(unseen) != len(baseline) or beats(unseen, baseline, main.metric, n_fit, n_judge):
        return None
    metric = METRICS[main.metric]
    known = np.asarray(unseen, dtype=float), np.asarray(baseline, dtype=float)
    if not all(np.isfinite(values).any() for values in known):
        return None
    model, naive = (metric.format(float(np.nanmean(values))) for values in known)
    return Finding(
        "not-better-than-baseline",
        Severity.WARNING,
        "No better than the naive baseline",
        f"{metric.title}: the model {model}, the baseline {naive}, mean of {len(unseen)} folds. The difference may be "
        "chance.",
        f"The columns as they are tell little about these {frame.rows_are}: better ones help more than another model.",
        fix=Fix("Look at the data", "go_to", {"stage": "data"}),
    )


def _good_enough(frame: Frame, main: Score) -> Finding | None:
    wanted = frame.good_enough
    if wanted is None or frame.metric != main.metric or not isfinite(main.value):
        return None
    metric = METRICS[main.metric]
    evidence = f"{metric.title} is {main.words}; you said {metric.format(wanted)} is good enough."
    if metric.better(wanted, main.value):
        return Finding(
            "good-enough-not-reached",
            Severity.WARNING,
            "Not good enough yet",
            evidence,
            "By your own measure, deciding as today is better than using this model.",
            fix=Fix("Look at the data", "go_to", {"stage": "data"}),
        )
    worst = main.low if metric.higher_is_better else main.high
    if isfinite(worst) and metric.better(wanted, worst):
        return Finding(
            "good-enough-uncertain",
            Severity.INFO,
            "Good enough, but not for certain",
            evidence,
            "The interval reaches below your mark; the sealed test may come out on either side.",
        )
    return None


def _fit(verdict: FitVerdict | None, already_said: bool) -> Finding | None:
    if verdict is None or verdict.kind in (Fit.SOUND, Fit.CANNOT_TELL):
        return None
    if verdict.kind is Fit.OVERFIT:
        return Finding(
            "overfit", Severity.WARNING, "It learned more than carries over", verdict.sentence, verdict.advice
        )
    if already_said:
        return None
    return Finding("underfit", Severity.WARNING, "It learned too little", verdict.sentence, verdict.advice)


def _cheaper_threshold(outcomes: Outcomes, frame: Frame, curve: CostCurve | None, seed: int) -> Finding | None:
    if curve is None or outcomes.decided is not None:
        return None
    now = cost_per_1000(confusion(outcomes), frame.costs)
    saving = saving_with_interval(outcomes, frame.costs, curve.best_threshold, seed=seed)
    if saving.low <= 0 or saving.value < NOTABLE_SAVING * now:
        return None
    sums = [money(value, curve.currency) for value in (now, curve.best_cost, saving.value, saving.low, saving.high)]
    return Finding(
        "threshold-not-cheapest",
        Severity.WARNING,
        "Another threshold costs less",
        f"At {outcomes.threshold:g} the errors cost {sums[0]} per 1,000 {frame.rows_are}, at {curve.best_threshold:g} "
        f"they cost {sums[1]}: {sums[2]} less, 95% interval {sums[3]} to {sums[4]}.",
        "You said what each error costs; where the line is drawn decides how many of each there are.",
        fix=Fix(f"Use {curve.best_threshold:g}", "set_threshold", {"threshold": curve.best_threshold}),
    )


def _miscalibrated(outcomes: Outcomes, frame: Frame) -> Finding | None:
    if outcomes.task is not Task.BINARY or outcomes.probabilities is None:
        return None
    for cut in dict.fromkeys((0.5, outcomes.threshold)):
        above = rows_from(outcomes, cut)
        if above is None or above.n < CALIBRATION_ROWS or above.low <= above.predicted <= above.high:
            continue
        if abs(above.predicted - above.share) < CALIBRATION_ERROR:
            continue
        direction = "high" if above.predicted > above.share else "low"
        why = (
            "Costs are weighed with these probabilities, so the threshold would sit wrong."
            if frame.costs.known
            else "Read them as a ranking, not as chances, until they agree with what happens."
        )
        return Finding(
            "miscalibrated",
            Severity.WARNING,
            f"Probabilities from {cut:g} on are too {direction}",
            f"Of {above.n:,} {frame.rows_are} scored {cut:g} or more, {above.share:.0%} turned out "
            f"“{outcomes.positive}” (95% interval {100 * above.low:.0f} to {100 * above.high:.0f}); "
            f"the model said {above.predicted:.0%}.",
            why,
        )
    return None
