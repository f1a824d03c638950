"""The target: naming it proposes the task, the positive outcome and the metric, each with its reason."""

from datetime import datetime

import pandas as pd

from core.errors import FrameError
from core.framing.frame import Frame, Task
from core.framing.metrics import metrics_for
from core.framing.propose import propose_metric, propose_positive, propose_task
from core.framing.target import check_target
from core.project.changes import change_frame
from core.project.document import Project
from core.runtime.values import as_text


def proposed(frame: Frame, values: pd.Series, *, task: Task | None = None) -> dict[str, object]:
    """Return what a target's values propose for the frame.

    Parameters
    ----------
    frame : Frame
        A metric or positive outcome in it stays where it fits.
    values : Series
        The target's column.
    task : Task, optional
        The user's own choice; default is the proposed one.

    Returns
    -------
    dict
        ``task``, ``positive`` and ``metric``.

    Raises
    ------
    FrameError
        No model can be trained on these values, or not for this task.
    """
    task = task or propose_task(values).value
    check_target(values, str(values.name), task)
    positive = None
    if task is Task.BINARY:
        labels = set(as_text(values).dropna())
        positive = frame.positive if frame.positive in labels else propose_positive(values).value
    fits = frame.metric in {metric.key for metric in metrics_for(task, frame.costs)}
    metric = frame.metric if fits else propose_metric(task, values, frame.costs, positive=positive).value
    return {"task": task, "positive": positive, "metric": metric}


def reasons(frame: Frame, values: pd.Series) -> dict[str, str]:
    """Return why task, positive outcome and metric are proposed, for those that are as proposed."""
    said: dict[str, str] = {}
    try:
        task = propose_task(values)
        if frame.task is task.value:
            said["task"] = task.reason
        if frame.task is Task.BINARY:
            positive = propose_positive(values)
            if positive.value == frame.positive:
                said["positive"] = positive.reason
        if frame.task is not None:
            metric = propose_metric(frame.task, values, frame.costs, positive=frame.positive)
            if metric.value == frame.metric:
                said["metric"] = metric.reason
    except FrameError as error:
        said.setdefault("task", error.message)
    return said


def set_target(
    project: Project, table: pd.DataFrame, column: str, *, now: datetime, task: Task | None = None
) -> Project:
    """Name the outcome's column, or another task for it.

    Parameters
    ----------
    project : Project
    table : DataFrame
    column : str
    now : datetime
    task : Task, optional

    Returns
    -------
    Project

    Raises
    ------
    FrameError
        The column cannot be predicted; the project stays as it was.
    """
    if column not in table:
        raise FrameError(f"The table has no column '{column}'.", next_step="Choose one of its columns.")
    # a threshold or a metric of another target would say nothing here
    keep = (
        project.frame
        if project.frame.target in (None, column)
        else project.frame.model_copy(update={"positive": None, "good_enough": None})
    )
    found = proposed(keep, table[column], task=task)
    base: dict[str, object] = {"target": column, "good_enough": keep.good_enough}
    if found["metric"] != project.frame.metric:
        base["good_enough"] = None
    frame = project.frame
    base["sensitive"] = tuple(name for name in frame.sensitive if name != column)
    base["unknown_at_prediction"] = tuple(name for name in frame.unknown_at_prediction if name != column)
    changed = change_frame(project, table, now=now, **base, **found)
    return changed.updated(threshold=0.5, chosen=None, remedy=None, calibration="")
