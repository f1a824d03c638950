"""Labelling within a project: what is labelled, which rows a model proposes, and labels becoming part of the table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core import limits
from core.data.labels import Log, Reason, checked_label, counts_by, in_effect
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import DataError, FrameError, InputError
from core.findings import Finding, Severity
from core.framing.frame import Task
from core.framing.target import count_levels, holds_numbers
from core.prepare.problem import Problem
from core.project.changes import logged, with_defaults
from core.project.document import DataRef, Labelling, LabelsUsed, Project
from core.project.target import set_target

if TYPE_CHECKING:
    from core.evaluate.proposals import RowProposal
    from core.evaluate.suspects import Suspects
    from core.project.judge import Judged

FEW_AMOUNTS = 10
"""A column of numbers with more different values than this is labelled with amounts."""


@dataclass(frozen=True)
class Question:
    """What a labeller is asked.

    Parameters
    ----------
    column : str
    amount : bool
        Whether the answer is a number.
    outcomes : tuple of str
        The answers to choose from, in the order of their buttons; empty for amounts.
    """

    column: str
    amount: bool
    outcomes: tuple[str, ...]


def _labelling(ref: DataRef) -> Labelling:
    return ref.labelling or Labelling(content_hash=ref.content_hash)


def question(project: Project, column: str, values: pd.Series) -> Question:
    """Return how a column is labelled.

    Parameters
    ----------
    project : Project
    column : str
    values : Series
        The column of the table as it was brought.

    Raises
    ------
    InputError
        The column can be labelled neither with one of a few outcomes nor with amounts.
    """
    assert project.data is not None
    if pd.api.types.is_datetime64_any_dtype(values):
        raise InputError(f"“{column}” holds dates, which cannot be labelled.", next_step="Choose another column.")
    kept = _labelling(project.data)
    named = kept.outcomes.get(column, ())
    levels = count_levels(values)
    if column in kept.made:
        return Question(column, not named, named)
    amounts = holds_numbers(values) and len(levels) > FEW_AMOUNTS
    if column == project.frame.target and project.frame.task is not None:
        amounts = project.frame.task is Task.REGRESSION
    if amounts:
        return Question(column, True, ())
    if len(levels) > limits.MAX_CLASSES:
        raise InputError(
            f"“{column}” has {len(levels):,} different values; a model can tell at most {limits.MAX_CLASSES} apart.",
            next_step="Choose another column, or make a new one.",
        )
    found = (str(level) for level in levels.index)
    return Question(column, False, tuple(dict.fromkeys([*found, *named])))


def begun(project: Project) -> Project:
    """Return the project with its table held as it is: labels speak of its rows, so no other sample may be drawn."""
    ref = needs_table(project)
    return project.updated(data=ref.model_copy(update={"labelling": _labelling(ref)}))


def name_outcome(project: Project, asked: Question, given: str, *, now: datetime) -> Project:
    """Add one more outcome to choose from.

    Raises
    ------
    InputError
        It is empty or too long, or there are too many already.
    """
    assert project.data is not None
    name = checked_label(given)
    if name in asked.outcomes:
        return project
    if len(asked.outcomes) >= limits.MAX_CLASSES:
        raise InputError(f"There are {limits.MAX_CLASSES} outcomes already, which is the most a model can tell apart.")
    kept = _labelling(project.data)
    named = {**kept.outcomes, asked.column: (*kept.outcomes.get(asked.column, ()), name)}
    data = project.data.model_copy(update={"labelling": kept.model_copy(update={"outcomes": named})})
    return logged(project.updated(data=data), "data", f"Named the outcome {name} for {asked.column}", now=now)


def checked_target(table: pd.DataFrame, name: str, outcomes: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return name and outcomes of a column that is to be made for labels.

    Parameters
    ----------
    table : DataFrame
    name : str
    outcomes : sequence of str
        At least two; none for a column of amounts.

    Raises
    ------
    InputError
        The name is empty, too long or taken, or there are too few or too many outcomes.
    """
    column = " ".join(name.split())
    if not column:
        raise InputError("The new column needs a name.")
    if len(column) > limits.NAME_LENGTH:
        raise InputError(f"A name has at most {limits.NAME_LENGTH} characters; this one has {len(column):,}.")
    if column in table.columns:
        raise InputError(
            f"The table has a column “{column}” already.", next_step="Label that one, or give another name."
        )
    named = tuple(dict.fromkeys(checked_label(outcome) for outcome in outcomes))
    if len(named) == 1:
        raise InputError("One outcome leaves nothing to tell apart.", next_step="Name at least two.")
    if len(named) > limits.MAX_CLASSES:
        raise InputError(f"A model can tell at most {limits.MAX_CLASSES} outcomes apart; these are {len(named):,}.")
    return column, named


def target_made(
    project: Project, table: pd.DataFrame, content_hash: str, column: str, outcomes: tuple[str, ...], *, now: datetime
) -> Project:
    """Return the project with a new, empty column to label.

    Parameters
    ----------
    project : Project
    table : DataFrame
        With the column.
    content_hash : str
        Of that table.
    column : str
    outcomes : tuple of str
    now : datetime
    """
    assert project.data is not None
    assert project.table_schema is not None
    kept = _labelling(project.data)
    kept = kept.model_copy(
        update={
            "made": (*kept.made, column),
            "outcomes": {**kept.outcomes, column: outcomes} if outcomes else kept.outcomes,
        }
    )
    kind = ColumnType.CATEGORY if outcomes else ColumnType.NUMBER
    spec = ColumnSpec(name=column, type=kind, guessed_type=kind, reason="Made to be labelled by hand")
    data = project.data.model_copy(update={"content_hash": content_hash, "columns": table.shape[1], "labelling": kept})
    schema = Schema(columns=(*project.table_schema.columns, spec))
    of = f" with the outcomes {', '.join(outcomes)}" if outcomes else " for amounts"
    return logged(
        project.updated(data=data, table_schema=schema),
        "data",
        f"Made the column {column}{of}, to label by hand",
        now=now,
    )


def labels_used(
    project: Project, table: pd.DataFrame, content_hash: str, column: str, log: Log, *, now: datetime
) -> tuple[Project, str]:
    """Return the project with its labels in the table, and what still keeps the column from being predicted.

    A project without an outcome takes the labelled column as its outcome.

    Parameters
    ----------
    project : Project
    table : DataFrame
        With the labels in it.
    content_hash : str
        Of that table.
    column : str
    log : sequence of Labelled
    now : datetime

    Returns
    -------
    project : Project
    why_not : str
        Empty where a model can be trained on the column.
    """
    assert project.data is not None
    if content_hash == project.data.content_hash:
        return project, ""
    kept = _labelling(project.data)
    now_said = list(in_effect(log).values())
    used = LabelsUsed(
        at=now,
        rows=len(now_said),
        proposed=sum(entry.reason is Reason.PROPOSED for entry in now_said),
        corrected=sum(entry.reason is Reason.SUSPECT and entry.value != entry.previous for entry in now_said),
        who=tuple(counts_by(log)),
    )
    kept = kept.model_copy(update={"used": {**kept.used, column: used}})
    data = project.data.model_copy(update={"content_hash": content_hash, "labelling": kept})
    by = ", ".join(f"{who} {count:,}" for who, count in counts_by(log).items())
    words = f"Used the labels given by hand for {column}: {used.rows:,} rows ({by})"
    if not now_said:
        words = f"Took the labels given by hand for {column} out again"
    changed = logged(project.updated(data=data), "data", words, now=now)
    why_not = ""
    if project.frame.target is None or (project.frame.target == column and project.frame.task is None):
        try:
            changed = set_target(changed, table, column, now=now)
        except FrameError as error:
            why_not = error.message
    return with_defaults(changed, table), why_not


def label_findings(project: Project) -> list[Finding]:
    """Return what the coach says of labels in the outcome that a model had a hand in."""
    labelling = project.data.labelling if project.data else None
    used = labelling.used.get(project.frame.target or "") if labelling else None
    if used is None or not (used.proposed or used.corrected):
        return []
    parts = []
    if used.proposed:
        parts.append(f"{used.proposed:,} of {used.rows:,} labels were given to rows a model was unsure of")
    if used.corrected:
        parts.append(f"{used.corrected:,} were corrected where a model disagreed")
    return [
        Finding(
            "labels-by-model",
            Severity.INFO,
            "A model chose what was labelled",
            f"{', and '.join(parts)}.",
            "Rows a model is unsure of are harder than those to come, and labels corrected only where it disagrees "
            "bend towards it. Scores on such rows can be too low or too high; rows labelled at random would tell.",
        )
    ]


def propose_rows(
    project: Project, built: Problem, pipeline: Any, candidates: Sequence[int], *, known: Sequence[int], n: int
) -> "dict[int, RowProposal]":
    """Return the rows worth labelling next by what the project's model knows, in their order.

    Parameters
    ----------
    project : Project
    built : Problem
    pipeline : Pipeline
        The project's model.
    candidates : sequence of int
        Rows without a label, by position in the table; above ``limits.LABEL_POOL_ROWS`` a seeded sample is looked at.
    known : sequence of int
        Rows that have one.
    n : int

    Returns
    -------
    dict of int to RowProposal
        By position in the table.
    """
    from core.evaluate.proposals import propose_next, propose_unlike

    seed = project.plan.seed
    rows = np.asarray(candidates, dtype=np.intp)
    if len(rows) > limits.LABEL_POOL_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, limits.LABEL_POOL_ROWS, replace=False))
    if not len(rows):
        return {}
    features = _features(pipeline, built.X.iloc[rows])
    if built.classes:
        probabilities = np.asarray(pipeline.predict_proba(built.X.iloc[rows]), dtype=np.float64)
        found = propose_next(probabilities, features, n, seed, classes=built.classes)
    else:
        others = np.asarray(known, dtype=np.intp)
        if len(others) > limits.LABEL_POOL_ROWS:
            others = np.random.default_rng(seed).choice(others, limits.LABEL_POOL_ROWS, replace=False)
        found = propose_unlike(features, _features(pipeline, built.X.iloc[others]), n, seed)
    return {int(rows[proposal.row]): replace(proposal, row=int(rows[proposal.row])) for proposal in found}


def _features(pipeline: Any, rows: pd.DataFrame) -> Any:
    return np.asarray(pipeline[:-1].transform(rows), dtype=np.float64)


def suspects(judged: "Judged") -> "Suspects":
    """Return the labels that look wrong, by position in the table.

    Parameters
    ----------
    judged : Judged
        As the run was kept. The rows of the sealed part are not among them: nobody looks there to correct.
    """
    from core.evaluate.suspects import suspect_labels

    found = suspect_labels(judged.outcomes)
    return replace(found, found=tuple(replace(one, row=int(judged.rows[one.row])) for one in found.found))


def needs_table(project: Project) -> DataRef:
    """Return what the project's table is; raises ``DataError`` where it has none."""
    if project.data is None:
        raise DataError("This project has no table yet.", next_step="Bring one under Data.")
    return project.data
