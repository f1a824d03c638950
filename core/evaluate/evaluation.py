"""Everything Evaluate shows, computed once from outcomes and fold scores."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.checks import check_evaluation
from core.evaluate.conformal import PredictionIntervals, prediction_intervals
from core.evaluate.curves import (
    Calibration,
    PrecisionRecallCurve,
    RocCurve,
    calibration,
    one_against_rest,
    precision_recall,
    roc,
    roc_per_class,
)
from core.evaluate.fit_verdict import FitVerdict, fit_verdict
from core.evaluate.gains import GainCurve, gains
from core.evaluate.resample import RESAMPLES
from core.evaluate.residuals import Residuals, residuals
from core.evaluate.score import Score
from core.evaluate.scores import ClassScore, all_scores, board_interval, per_class
from core.evaluate.threshold import (
    Confusion,
    ConfusionMatrix,
    CostCurve,
    Sweep,
    best_threshold,
    confusion,
    confusion_matrix,
    cost_curve,
    cost_with_interval,
    sweep,
)
from core.findings import Finding
from core.framing.frame import Frame, Task
from core.framing.metrics import METRICS, metrics_for
from core.framing.outcomes import Outcomes


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A model's judgement, for the screen, the command line and the model card.

    What does not apply to the task is ``None`` or empty.

    Parameters
    ----------
    task : Task
    n : int
        Rows judged, each by a model that had not seen it.
    folds : int
        Folds they were left out in; 0 for a part that was never trained on.
    threshold : float
        The line at which decisions were made.
    seed : int
        Of all resamples and samples.
    main : Score
        The frame's metric.
    scores : tuple of Score
        Every metric of the task, ``main`` among them.
    classes : tuple of ClassScore
        Each outcome against the rest (classification).
    confusion, sweep, suggested_threshold
        Counts at the threshold and at many, and the best one: by cost where both costs are known, else by F1 (binary).
    matrix : ConfusionMatrix or None
        Predicted by actual outcomes (classification).
    cost, cost_curve
        Per 1,000 rows, where both costs are known (binary).
    roc, precision_recall, calibration, gains : tuples
        One for a binary task, one for each outcome of several.
    residuals, intervals
        Errors, and how far off a prediction to come may be (regression).
    verdict : FitVerdict or None
        Where fold scores on seen rows are known.
    findings : tuple of Finding
        Worst first.
    """

    task: Task
    n: int
    folds: int
    threshold: float
    seed: int
    main: Score
    scores: tuple[Score, ...]
    classes: tuple[ClassScore, ...] = ()
    confusion: Confusion | None = None
    sweep: Sweep | None = None
    suggested_threshold: float | None = None
    matrix: ConfusionMatrix | None = None
    cost: Score | None = None
    cost_curve: CostCurve | None = None
    roc: tuple[RocCurve, ...] = ()
    precision_recall: tuple[PrecisionRecallCurve, ...] = ()
    calibration: tuple[Calibration, ...] = ()
    gains: tuple[GainCurve, ...] = ()
    residuals: Residuals | None = None
    intervals: PredictionIntervals | None = None
    verdict: FitVerdict | None = None
    findings: tuple[Finding, ...] = ()

    def score(self, metric_key: str) -> Score:
        """Return one metric's score; raises ``KeyError`` where the task does not have it."""
        for score in self.scores:
            if score.metric == metric_key:
                return score
        raise KeyError(metric_key)

    def summary(self) -> dict[str, Any]:
        """Return the numbers as JSON values, ``None`` for what is not defined; curves are left out."""
        found = {
            "task": self.task.value,
            "rows": self.n,
            "folds": self.folds,
            "seed": self.seed,
            "metric": self.main.metric,
            "main": asdict(self.main),
            "scores": {score.metric: asdict(score) for score in self.scores},
            "classes": [asdict(score) for score in self.classes],
            "threshold": self.threshold if self.task is Task.BINARY else None,
            "suggested_threshold": self.suggested_threshold,
            "confusion": asdict(self.confusion) if self.confusion else None,
            "matrix": asdict(self.matrix) if self.matrix else None,
            "cost": asdict(self.cost) if self.cost else None,
            "calibration_error": {part.label: part.error for part in self.calibration},
            "residual_quantiles": {str(q): v for q, v in self.residuals.quantiles.items()} if self.residuals else None,
            "prediction_intervals": asdict(self.intervals) if self.intervals else None,
            "verdict": asdict(self.verdict) if self.verdict else None,
            "findings": [
                {"code": finding.code, "severity": finding.severity.value, "title": finding.title}
                for finding in self.findings
            ],
        }
        json_values: dict[str, Any] = _json(found)
        return json_values


def evaluate(
    outcomes: Outcomes,
    frame: Frame,
    *,
    folds: NDArray[np.generic] | None = None,
    seen: Sequence[float] = (),
    unseen: Sequence[float] = (),
    corrected: Sequence[float] = (),
    baseline: Sequence[float] = (),
    n_fit: float | None = None,
    n_judge: float | None = None,
    seed: int,
    resamples: int = RESAMPLES,
) -> Evaluation:
    """Judge a model from its predictions on rows it had not seen.

    Parameters
    ----------
    outcomes : Outcomes
        n rows, judged at their own threshold.
    frame : Frame
        Its metric is the main one; without a metric of this task the first of the catalogue is.
    folds : ndarray of shape (n,) or None
        Fold number of each row; ``None`` for a part that was never trained on, such as the sealed test.
    seen, unseen : sequences of k floats
        Fold scores of the main metric on the rows fitted and left out; empty where not known.
    corrected : sequence of k floats
        Those on the rows left out once chances were corrected; empty where they are as the model gave them.
    baseline : sequence of k floats
        The naive baseline's fold scores on the rows left out; empty where not known, or where this is the baseline.
    n_fit, n_judge : float or None
        Mean rows fitted and left out in a fold; ``None`` takes k-fold cross-validation's.
    seed, resamples : int

    Returns
    -------
    Evaluation
    """
    known = [metric.key for metric in metrics_for(outcomes.task, outcomes.costs)]
    key = frame.metric if frame.metric in known else known[0]
    n, k = len(outcomes), 0 if folds is None else len(np.unique(folds))
    judged = n_judge if n_judge is not None else n / max(k, 2)
    fitted = n_fit if n_fit is not None else n - judged
    scores = all_scores(outcomes, folds=folds, seed=seed, resamples=resamples)
    main = next(score for score in scores if score.metric == key)
    if folds is not None and len(unseen) and METRICS[key].needs != "decisions":
        # The leaderboard's own number and interval: a score must not change by walking to the next screen.
        main = board_interval(outcomes, corrected or unseen, folds, key, fitted, judged, seed, resamples=resamples)
        scores = [main if score.metric == key else score for score in scores]
    naive = baseline if len(baseline) == len(unseen) else None  # a run cut short is not compared
    verdict = fit_verdict(seen, unseen, key, fitted, judged, baseline=naive) if len(seen) else None
    parts = _of_task(outcomes, frame, folds, seed, resamples)
    findings = check_evaluation(
        outcomes,
        frame,
        main=main,
        verdict=verdict,
        curve=parts.get("cost_curve"),
        unseen=unseen,
        baseline=baseline,
        n_fit=fitted,
        n_judge=judged,
        seed=seed,
        corrected=bool(corrected),
    )
    return Evaluation(
        outcomes.task,
        n,
        k,
        outcomes.threshold,
        seed,
        main,
        tuple(scores),
        verdict=verdict,
        findings=tuple(findings),
        **parts,
    )


def _of_task(
    outcomes: Outcomes, frame: Frame, folds: NDArray[np.generic] | None, seed: int, resamples: int
) -> dict[str, Any]:
    if len(outcomes) == 0:
        return {}
    if outcomes.task is Task.REGRESSION:
        return {"residuals": residuals(outcomes, seed), "intervals": prediction_intervals(outcomes, folds)}
    parts: dict[str, Any] = {"classes": per_class(outcomes), "matrix": confusion_matrix(outcomes)}
    if outcomes.task is Task.MULTICLASS:
        if outcomes.probabilities is not None:
            ones = [one_against_rest(outcomes, label) for label in outcomes.classes]
            parts["roc"] = roc_per_class(outcomes, seed=seed)
            parts["precision_recall"] = _present(precision_recall(one) for one in ones)
            parts["calibration"] = _present(calibration(one) for one in ones)
            parts["gains"] = _present(gains(one) for one in ones)
        return parts
    parts["confusion"] = confusion(outcomes)
    if frame.costs.known:
        parts["cost"] = cost_with_interval(outcomes, frame.costs, seed=seed, resamples=resamples)
    if outcomes.probabilities is not None:
        counts = sweep(outcomes)
        parts["sweep"] = counts
        parts["roc"] = _present([roc(outcomes, resamples, seed)])
        parts["precision_recall"] = _present([precision_recall(outcomes)])
        parts["calibration"] = _present([calibration(outcomes)])
        parts["gains"] = _present([gains(outcomes)])
        parts["suggested_threshold"] = best_threshold(outcomes, at=counts)
        if frame.costs.known:
            parts["cost_curve"] = cost_curve(outcomes, frame.costs, counts)
            parts["suggested_threshold"] = parts["cost_curve"].best_threshold
    return parts


def _present(curves: Any) -> tuple[Any, ...]:
    return tuple(curve for curve in curves if curve is not None)


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    if isinstance(value, float | np.floating):
        return float(value) if isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return value.value if isinstance(value, Task) else value
