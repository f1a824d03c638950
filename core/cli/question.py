"""From the arguments of ``fit`` to a project: the same document the screens write, held in memory."""

import argparse
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from core.cli.asking import DEFAULT_SEED
from core.cli.bringing import BroughtTable
from core.cli.output import cut
from core.cli.recipefile import check_fits, with_recipe
from core.cli.settings import directions_of, settings_of
from core.cli.splitting import plan_of
from core.errors import FrameError
from core.framing.frame import Costs, Frame, Task
from core.framing.metrics import METRICS, metrics_for
from core.framing.propose import propose_task
from core.framing.target import count_levels
from core.prepare.defaults import default_split
from core.prepare.document import Written
from core.project.changes import with_defaults
from core.project.document import Project
from core.project.target import proposed
from core.train.board import TrainPlan
from core.train.catalog import MODELS, suited

SHOWN = 8
"""Names a message lists."""


def project_of(
    given: argparse.Namespace, table: BroughtTable, *, now: datetime, written: Written | None = None
) -> Project:
    """Return the project that the arguments describe.

    Parameters
    ----------
    given : Namespace
        Of ``fit``.
    table : BroughtTable
    now : datetime
    written : Written, optional
        What a recipe file says; where the options say how rows are parted, they go before it.

    Returns
    -------
    Project
        With a complete frame, and the recipe and split of the file, or else those that the table suggests.

    Raises
    ------
    FrameError
        A column, metric, outcome or model that was named does not exist, or does not fit.
    RecipeError
        The recipe file does not fit the table.
    """
    check_columns([given.split_column] if given.split_column else (), table.frame.columns, "--split-column")
    _check_metric(given.metric)
    costs = Costs(false_positive=given.false_positive_cost, false_negative=given.false_negative_cost)
    frame = frame_of(given, table, metric=given.metric, costs=costs)
    frame = frame.model_copy(update={"quantile": given.quantile})
    assert frame.task is not None
    _check_models(given.models, frame.task)
    seed = DEFAULT_SEED if given.seed is None else given.seed
    plan = TrainPlan(
        candidates=given.models,
        budget_seconds=given.budget,
        seed=seed,
        draws=given.draws,
        blend=not given.no_blend,
        settings=settings_of(given.set, frame),
        directions=directions_of(given.rises, given.falls, table.schema, frame),
    )
    project = plain_project(table, frame, now=now).updated(plan=plan)
    if written is not None:
        check_fits(written, table.schema)
        project = with_recipe(project, written)
    suggested = default_split(table.frame, table.schema, frame, seed)
    split = plan_of(given, (written and written.split) or suggested)
    return with_defaults(project.updated(split=split, split_touched=True), table.frame)


def plain_project(table: BroughtTable, frame: Frame, *, now: datetime) -> Project:
    """Return a project that holds a table and a question, and no decision beyond."""
    return Project(
        id="command-line",
        name=Path(table.ref.name).stem,
        created=now,
        changed=now,
        frame=frame,
        data=table.ref,
        table_schema=table.schema,
    )


def frame_of(
    given: argparse.Namespace, table: BroughtTable, *, metric: str | None = None, costs: Costs | None = None
) -> Frame:
    """Return the frame that the options of :func:`add_question` describe.

    Parameters
    ----------
    given : Namespace
    table : BroughtTable
    metric : str, optional
        Proposed for the task where it is not given.
    costs : Costs, optional

    Returns
    -------
    Frame

    Raises
    ------
    FrameError
    """
    columns = table.frame.columns
    check_columns([given.target], columns, "--target")
    check_columns(given.sensitive, columns, "--sensitive")
    check_columns(given.unknown, columns, "--unknown")
    for name in (*given.sensitive, *given.unknown):
        if name == given.target:
            raise FrameError(f"'{name}' is the outcome and cannot be sensitive or unknown at prediction as well.")
    values = table.frame[given.target]
    task = Task(given.task) if given.task else None
    kind = task or propose_task(values).value
    if metric and kind not in METRICS[metric].tasks:
        raise FrameError(
            f"The metric {metric} does not suit an outcome of this kind ({kind.value}).",
            next_step=f"Choose one of {', '.join(one.key for one in metrics_for(kind))}.",
        )
    if metric and METRICS[metric].needs_costs and (costs is None or costs.line is None):
        raise FrameError(
            f"The metric {metric} needs to know what each of the two errors costs.",
            next_step="Give --false-positive-cost and --false-negative-cost, both above 0.",
        )
    asked = Frame(
        target=given.target,
        positive=given.positive,
        metric=metric,
        costs=costs or Costs(),
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
    known = [spec.key for spec in suited(task)]
    for key in models:
        if key not in known:
            what = "does not suit this kind of outcome" if key in MODELS else "is not known"
            raise FrameError(f"The model '{cut(key)}' {what}.", next_step=f"Choose from {', '.join(known)}.")
        if MODELS[key].missing:
            raise FrameError(f"The model '{key}' cannot be tried. {MODELS[key].missing}", next_step="Or leave it out.")
