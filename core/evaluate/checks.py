"""What the coach says beside Evaluate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Final

import numpy as np

from core.evaluate.curves import rows_from
from core.evaluate.fit_verdict import Fit, FitVerdict, beats
from core.evaluate.score import Score
from core.evaluate.threshold import CostCurve, confusion, cost_per_1000, money, saving_with_interval
from core.findings import Check, Finding, Fix, Severity, run_checks
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


@dataclass(frozen=True, eq=False)
class EvaluationFacts:
    """What a check of a model's scores may look at; fields as the parameters of ``check_evaluation``."""

    outcomes: Outcomes
    frame: Frame
    main: Score
    verdict: FitVerdict | None
    curve: CostCurve | None
    unseen: tuple[float, ...]
    baseline: tuple[float, ...]
    n_fit: float
    n_judge: float
    seed: int
    corrected: bool = False

    @cached_property
    def is_no_better(self) -> bool:
        """Whether the fold scores do not beat the baseline's by more than chance."""
        if not self.unseen or len(self.unseen) != len(self.baseline):
            return False
        known = all(np.isfinite(values).any() for values in (self.unseen, self.baseline))
        return known and not beats(self.unseen, self.baseline, self.main.metric, self.n_fit, self.n_judge)


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
    corrected: bool = False,
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
    corrected : bool
        Whether the chances were corrected already.

    Returns
    -------
    list of Finding
        Worst first.
    """
    folds = tuple(unseen), tuple(baseline), n_fit, n_judge
    facts = EvaluationFacts(outcomes, frame, main, verdict, curve, *folds, seed, corrected)
    return run_checks(CHECKS, facts)


def _few_rows(facts: EvaluationFacts) -> Iterator[Finding]:
    outcomes, frame = facts.outcomes, facts.frame
    if not outcomes.task.is_classification or len(outcomes) == 0:
        return
    codes = class_codes(outcomes.actual, outcomes.classes)
    counts = np.bincount(codes[codes >= 0], minlength=len(outcomes.classes))
    rarest = int(counts.argmin())
    n = int(counts[rarest])
    if n >= GROUP_ROWS:
        return
    yield Finding(
        "few-outcome-rows",
        Severity.WARNING if n < FEW_ROWS else Severity.INFO,
        "Few rows with one outcome",
        f"{n:,} of {len(outcomes):,} {frame.rows_are} had the outcome “{outcomes.classes[rarest]}”.",
        "Every score that counts them stays wide: read the intervals, not the values.",
    )


def _not_better(facts: EvaluationFacts) -> Iterator[Finding]:
    if not facts.is_no_better:
        return
    metric = METRICS[facts.main.metric]
    known = np.asarray(facts.unseen, dtype=float), np.asarray(facts.baseline, dtype=float)
    model, naive = (metric.format(float(np.nanmean(values))) for values in known)
    yield Finding(
        "not-better-than-baseline",
        Severity.WARNING,
        "No better than the naive baseline",
        f"{metric.title}: the model {model}, the baseline {naive}, mean of {len(facts.unseen)} folds. "
        "The difference may be chance.",
        f"The columns as they are tell little about these {facts.frame.rows_are}: better ones help more than another "
        "model.",
        fix=Fix("Look at the data", "go_to", {"stage": "data"}),
    )


def _wanted(facts: EvaluationFacts) -> tuple[float, str] | None:
    """Return what was called good enough, and the words that hold the score against it; ``None`` without either."""
    wanted, main = facts.frame.good_enough, facts.main
    if wanted is None or facts.frame.metric != main.metric or not isfinite(main.value):
        return None
    metric = METRICS[main.metric]
    return wanted, f"{metric.heading} is {main.words}; you said {metric.format(wanted)} is good enough."


def _not_good_enough(facts: EvaluationFacts) -> Iterator[Finding]:
    asked = _wanted(facts)
    if asked is None or not METRICS[facts.main.metric].better(asked[0], facts.main.value):
        return
    yield Finding(
        "good-enough-not-reached",
        Severity.WARNING,
        "Not good enough yet",
        asked[1],
        "By your own measure, deciding as today is better than using this model.",
        fix=Fix("Look at the data", "go_to", {"stage": "data"}),
    )


def _barely_good_enough(facts: EvaluationFacts) -> Iterator[Finding]:
    asked, main, metric = _wanted(facts), facts.main, METRICS[facts.main.metric]
    if asked is None or metric.better(asked[0], main.value):
        return
    worst = main.low if metric.higher_is_better else main.high
    if isfinite(worst) and metric.better(asked[0], worst):
        yield Finding(
            "good-enough-uncertain",
            Severity.INFO,
            "Good enough, but not for certain",
            asked[1],
            "The interval reaches below your mark; the sealed test may come out on either side.",
        )


def _overfit(facts: EvaluationFacts) -> Iterator[Finding]:
    verdict = facts.verdict
    if verdict is not None and verdict.kind is Fit.OVERFIT:
        yield Finding(
            "overfit", Severity.WARNING, "It learned more than carries over", verdict.sentence, verdict.advice
        )


def _underfit(facts: EvaluationFacts) -> Iterator[Finding]:
    verdict = facts.verdict
    if verdict is not None and verdict.kind is Fit.UNDERFIT and not facts.is_no_better:
        yield Finding("underfit", Severity.WARNING, "It learned too little", verdict.sentence, verdict.advice)


def _cheaper_threshold(facts: EvaluationFacts) -> Iterator[Finding]:
    outcomes, frame, curve = facts.outcomes, facts.frame, facts.curve
    if curve is None or outcomes.decided is not None:
        return
    now = cost_per_1000(confusion(outcomes), frame.costs)
    saving = saving_with_interval(outcomes, frame.costs, curve.best_threshold, seed=facts.seed)
    if saving.low <= 0 or saving.value < NOTABLE_SAVING * now:
        return
    sums = [money(value, curve.currency) for value in (now, curve.best_cost, saving.value, saving.low, saving.high)]
    yield Finding(
        "threshold-not-cheapest",
        Severity.WARNING,
        "Another threshold costs less",
        f"At {outcomes.threshold:g} the errors cost {sums[0]} per 1,000 {frame.rows_are}, at {curve.best_threshold:g} "
        f"they cost {sums[1]}: {sums[2]} less, 95% interval {sums[3]} to {sums[4]}.",
        "You said what each error costs; where the line is drawn decides how many of each there are.",
        fix=Fix(f"Use {curve.best_threshold:g}", "set_threshold", {"threshold": curve.best_threshold}),
    )


def _miscalibrated(facts: EvaluationFacts) -> Iterator[Finding]:
    outcomes, frame = facts.outcomes, facts.frame
    if outcomes.task is not Task.BINARY or outcomes.probabilities is None:
        return
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
        yield Finding(
            "miscalibrated",
            Severity.WARNING,
            f"Probabilities from {cut:g} on are too {direction}",
            f"Of {above.n:,} {frame.rows_are} scored {cut:g} or more, {above.share:.0%} turned out "
            f"“{outcomes.positive}” (95% interval {100 * above.low:.0f} to {100 * above.high:.0f}); "
            f"the model said {above.predicted:.0%}.",
            why,
            fix=None if facts.corrected else Fix("Correct the chances", "correct_chances", {"way": "sigmoid"}),
        )
        return


CHECKS: Final = (
    Check("few-outcome-rows", "Few rows with one outcome", Severity.WARNING, _few_rows),
    Check("not-better-than-baseline", "No better than the naive baseline", Severity.WARNING, _not_better),
    Check("good-enough-not-reached", "Not good enough yet", Severity.WARNING, _not_good_enough),
    Check("good-enough-uncertain", "Good enough, but not for certain", Severity.INFO, _barely_good_enough),
    Check("overfit", "It learned more than carries over", Severity.WARNING, _overfit),
    Check("underfit", "It learned too little", Severity.WARNING, _underfit),
    Check("threshold-not-cheapest", "Another threshold costs less", Severity.WARNING, _cheaper_threshold),
    Check("miscalibrated", "Probabilities are too high or too low", Severity.WARNING, _miscalibrated),
)
"""Every check of a model's scores, in the order in which findings of one severity are shown."""
