"""From the arguments of ``fit`` to a project: the same document the screens write, held in memory."""

import argparse
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from core.cli.bringing import BroughtTable
from core.cli.output import cut
from core.cli.splitting import plan_of
from core.errors import FrameError
from core.framing.frame import Costs, Frame, Task
from core.framing.metrics import METRICS, metrics_for
from core.framing.propose import propose_task
from core.framing.target import count_levels
from core.prepare.defaults import default_split
from core.project.changes import with_defaults
from core.project.document import Project
from core.project.target import proposed
from core.train.board import TrainPlan
from core.train.catalog import MODELS, candidates

SHOWN = 8
"""Names a message lists."""


def project_of(given: argparse.Namespace, table: BroughtTable, *, now: datetime) -> Project:
    """Return the project that the arguments describe.

    Parameters
    ----------
    given : Namespace
        Of ``fit``.
    table : BroughtTable
    now : datetime

    Returns
    -------
    Project
        With a complete frame, and the recipe and split that the table suggests.

    Raises
    ------
    FrameError
        A column, metric, outcome or model that was named does not exist, or does not fit.
    """
    columns = table.frame.columns
    check_columns([given.target], columns, "--target")
    check_columns(given.sensitive, columns, "--sensitive")
    check_columns(given.unknown, columns, "--unknown")
    check_columns([given.split_column] if given.split_column else (), columns, "--split-column")
    for name in (*given.sensitive, *given.unknown):
        if name == given.target:
            raise FrameError(f"'{name}' is the outcome and cannot be sensitive or unknown at prediction as well.")
    frame = _frame(given, table.frame[given.target])
    assert frame.task is not None
    _check_models(given.models, frame.task)
    project = Project(
        id="command-line",
        name=Path(table.ref.name).stem,
        created=now,
        changed=now,
        frame=frame,
        data=table.ref,
        table_schema=table.schema,
        plan=TrainPlan(candidates=given.models, budget_seconds=given.budget, seed=given.seed),
    )
    split = plan_of(given, default_split(table.frame, table.schema, frame, given.seed))
    return with_defaults(project.updated(split=split, split_touched=True), table.frame)


def _frame(given: argparse.Namespace, values: pd.Series) -> Frame:
    task = Task(given.task) if given.task else None
    _check_metric(given.metric)
    kind = task or propose_task(values).value
    if given.metric and kind not in METRICS[given.metric].tasks:
        raise FrameError(
            f"The metric {given.metric} does not suit an outcome of this kind ({kind.value}).",
            next_step=f"Choose one of {', '.join(metric.key for metric in metrics_for(kind))}.",
        )
    costs = Costs(false_positive=given.false_positive_cost, false_negative=given.false_negative_cost)
    asked = Frame(
        target=given.target,
        positive=given.positive,
        metric=given.metric,
        costs=costs,
        sensitive=given.sensitive,
        unknown_at_prediction=given.unknown,
    )
    found = proposed(asked, values, task=task)
    if given.positive is not None and found["positive"] != given.positive:
        raise FrameError(*_wrong_positive(given.positive, values, kind))
    return Frame.model_validate(asked.model_dump() | found)


def _wrong_positive(positive: str, values: pd.Series, task: Task) -> tuple[str]:
    if task is not Task.BINARY:
        return (f"--positive is for outcomes of two values; this one is of the kind {task.value}. Leave it out.",)
    labels = " or ".join(f"'{cut(str(level))}'" for level in count_levels(values).index)
    return (f"'{cut(positive)}' is not one of the two outcomes. Choose {labels}.",)


def check_columns(named: Iterable[str], columns: Iterable[object], option: str) -> None:
    """Refuse names that are no columns, with the closest one; ``option`` is the argument that gave them."""
    known = [str(name) for name in columns]
    for name in named:
        if name in known:
            continue
        # Another case is the closest of all.
        close = [column for column in known if column.casefold() == name.casefold()]
        close = close or get_close_matches(name, known, n=1, cutoff=0.6)
        listed = ", ".join(f"'{cut(column)}'" for column in known[:SHOWN])
        more = f" and {len(known) - SHOWN:,} more" if len(known) > SHOWN else ""
        hint = f"Did you mean '{cut(close[0])}'?" if close else f"It has {listed}{more}."
        raise FrameError(f"The table has no column '{cut(name)}', which {option} names.", next_step=hint)


def _check_metric(metric: str | None) -> None:
    if metric is not None and metric not in METRICS:
        raise FrameError(f"There is no metric '{cut(metric)}'.", next_step=f"Choose one of {', '.join(METRICS)}.")


def _check_models(models: Iterable[str], task: Task) -> None:
    suited = [spec.key for spec in candidates(task)]
    for key in models:
        if key not in suited:
            what = "does not suit this kind of outcome" if key in MODELS else "is not known"
            raise FrameError(f"The model '{cut(key)}' {what}.", next_step=f"Choose from {', '.join(suited)}.")
