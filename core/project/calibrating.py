"""The correction of chances that is part of a project's model: how it is judged, and how it ships."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from core.framing.metrics import METRICS
from core.project.changes import logged
from core.project.document import Project

if TYPE_CHECKING:
    # shown only to the type checker: judge asks this module, and a first screen must not pay for scientific libraries
    from core.evaluate.evaluation import Evaluation
    from core.project.judge import Judged


def in_use(project: Project, raw: "Judged") -> str:
    """Return the key of the correction that is part of the model; empty where none is, or none can be learned.

    Parameters
    ----------
    project : Project
    raw : Judged
        Out-of-fold predictions as the run was kept.
    """
    from core.evaluate.calibrate import WAYS, refused

    wanted = project.calibration if project.calibration in WAYS else ""
    return wanted if wanted and not refused(raw.outcomes, raw.folds) else ""


def corrected(project: Project, raw: "Judged") -> "Judged":
    """Return out-of-fold predictions with the project's correction, each row's learned from the other folds."""
    from core.evaluate.calibrate import cross_fitted

    way = in_use(project, raw)
    return replace(raw, outcomes=cross_fitted(raw.outcomes, raw.folds, way)) if way else raw


def fold_scores(judged: "Judged", metric_key: str) -> list[float]:
    """Return the score of each fold, after a correction."""
    measure = METRICS[metric_key].compute
    return [measure(judged.outcomes.take(judged.folds == fold)) for fold in np.unique(judged.folds)]


def shipped(project: Project, pipeline: Any, raw: "Judged") -> Any:
    """Return the pipeline that ships: the fitted one, its model with the correction learned from all rows left out.

    Parameters
    ----------
    project : Project
    pipeline : Pipeline
        As the run was kept, fitted on all training rows.
    raw : Judged
        Its out-of-fold predictions as it was kept.

    Returns
    -------
    Pipeline
        The same one where no correction is in use.
    """
    way = in_use(project, raw)
    if not way:
        return pipeline
    from sklearn.pipeline import Pipeline

    from core.runtime.calibrated import CalibratedModel

    outcomes = raw.outcomes
    assert outcomes.probabilities is not None
    # In the order of the table, as train.py goes through the rows.
    rows = np.argsort(raw.rows, kind="stable")
    order = [outcomes.classes.index(str(name)) for name in pipeline.classes_]
    *steps, (name, model) = pipeline.steps
    chances = outcomes.probabilities[rows][:, order]
    happened = np.asarray(outcomes.actual)[rows].astype(str)
    return Pipeline([*steps, (name, CalibratedModel.around(model, chances, happened, way))])


def words(project: Project, raw: "Judged", judged: "Evaluation") -> str:
    """Say what was done to the chances and what that changed, for the model card; empty where nothing was."""
    way = in_use(project, raw)
    if not way:
        return ""
    from core.evaluate.calibrate import WAYS
    from core.evaluate.scores import score_with_interval

    before = score_with_interval(raw.outcomes, "log_loss", folds=raw.folds, seed=project.plan.seed, resamples=2)
    form, after = METRICS["log_loss"].format, judged.score("log_loss")
    return (
        f"The model's chances are corrected (calibration): {WAYS[way].title}, learned from {len(raw.outcomes):,} "
        f"predictions of rows left out. Log loss {form(before.value)} before and {form(after.value)} after, each row "
        "corrected by what the other folds taught."
    )


def set_calibration(project: Project, way: str, *, now: datetime) -> Project:
    """Make a correction part of the model, or with an empty key take it out.

    A remedy by group was fitted to other chances, and goes.
    """
    if way == project.calibration:
        return project
    from core.evaluate.calibrate import WAYS

    what = f"Corrected the chances: {WAYS[way].title}" if way else "Took the correction of chances out again"
    if project.remedy is not None:
        what += "; the fairness remedy was fitted to other chances and was dropped"
    return logged(project.updated(calibration=way, remedy=None), "evaluate", what, now=now)
