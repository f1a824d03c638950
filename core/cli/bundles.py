"""A bundle and rows for it, as the commands that take one need them."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.cli.output import say
from core.cli.reading import as_said
from core.cli.sources import at_hand, shown_name
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import DataError, InputError
from core.framing.frame import Costs, Frame, Task
from core.framing.outcomes import Outcomes
from core.monitor.answers import actual_outcomes, outcomes_of
from core.monitor.later import read_later
from core.runtime.schema import InputColumn, InputSchema

if TYPE_CHECKING:
    from core.runtime.predict import Predictor

CHECKED_ROWS = 50_000
"""Rows that are looked through for what the model does not know."""


@dataclass(frozen=True, eq=False)
class Answered:
    """Rows of a file with a bundle's answers and what happened.

    Parameters
    ----------
    rows : DataFrame of shape (n, ...)
        Rows whose outcome is known.
    outcomes : Outcomes
        Of these rows.
    without : int
        Rows without an outcome, which are left out.
    """

    rows: pd.DataFrame
    outcomes: Outcomes
    without: int


def open_bundle(folder: str | Path) -> "Predictor":
    """Load an unpacked bundle.

    Parameters
    ----------
    folder : str or Path

    Returns
    -------
    Predictor

    Raises
    ------
    InputError
        There is no such folder, or it is still a zip.
    RuntimeFault
        The bundle is incomplete or was changed.
    """
    from core.runtime.predict import load_bundle

    place = Path(folder)
    if place.is_file():
        raise InputError(f"{place.name} is a file.", next_step="Unpack the bundle, and name the folder.")
    if not place.is_dir():
        raise InputError(f"There is no folder {folder}.", next_step="Name the folder of an unpacked bundle.")
    return load_bundle(place)


def read_rows(
    predictor: "Predictor",
    given: argparse.Namespace,
    data: str,
    schema: InputSchema | None = None,
    *,
    skip_long: bool = False,
) -> pd.DataFrame:
    """Read rows by the types a model knows, not by what this one file looks like.

    Parameters
    ----------
    predictor : Predictor
        Knows how the training table was read; what is read otherwise is told on standard error.
    given : Namespace
        Of a command with the arguments of ``add_reading`` and ``add_source``; what it says of a file goes before what
        the model knows.
    data : str
        A path or an address.
    schema : InputSchema, optional
        Default: the columns the model reads.
    skip_long : bool
        Whether a few rows with more values than columns are left out, as they were in training.

    Returns
    -------
    DataFrame
        Every row of the file, in order, up to the last that holds a value.

    Raises
    ------
    DataError
        It is no table, or cannot be brought.
    RuntimeFault
        A row of it cannot be read.
    """
    with at_hand(given, data) as found:
        read_as = as_said(predictor.info.read_as, found.options)
        wanted = schema or predictor.info.input
        later = read_later(found.path, read_as, wanted, name=found.name, skip_long=skip_long)
    for note in (*found.warnings, *later.notes):
        say(note)
    return later.frame


def odd_rows(predictor: "Predictor", rows: pd.DataFrame) -> list[str]:
    """Say how many rows hold something the model does not know, with an example; nothing where none does."""
    schema = predictor.info.input
    if any(column.required and column.name not in rows.columns for column in schema.columns):
        return []
    _, notes = schema.check_frame(rows.head(CHECKED_ROWS))
    odd = [note[0] for note in notes if note]
    if not odd:
        return []
    of = "" if len(rows) <= CHECKED_ROWS else f" of the first {CHECKED_ROWS:,}"
    count = f"1 row{of} holds" if len(odd) == 1 else f"{len(odd):,} rows{of} hold"
    return [f"{count} something training never saw, or that could not be read. One of them: {odd[0]}"]


def with_outcome(predictor: "Predictor") -> InputSchema:
    """Return the columns a bundle reads, and its outcome, as a file is read that holds both."""
    info = predictor.info
    kind = "number" if info.task == "regression" else "category"
    outcome = InputColumn(info.target, kind, required=False, levels=info.classes)
    return InputSchema((*info.input.columns, outcome))


def answer_file(predictor: "Predictor", given: argparse.Namespace) -> Answered:
    """Answer the rows of a file that holds the outcome as well.

    Raises
    ------
    DataError
        It has no such column, or no row with an outcome.
    """
    info = predictor.info
    rows, name = read_rows(predictor, given, given.data, with_outcome(predictor)), shown_name(given.data)
    if info.target not in rows.columns:
        raise DataError(
            f"{name} has no column '{info.target}', which holds the outcome.",
            next_step="Bring a table in which what happened is known.",
        )
    task = Task(info.task)
    actual = actual_outcomes(rows[info.target], task, info.classes)
    happened = pd.Series(actual)
    known = (happened.isin(info.classes) if task.is_classification else happened.notna()).to_numpy()
    if not known.any():
        raise DataError(
            f"No row of {name} has an outcome the model knows in '{info.target}'.",
            next_step="Bring a table in which what happened is known.",
        )
    kept = rows.loc[known].reset_index(drop=True)
    answers, costs = predictor.predict_frame(kept), Costs.model_validate(dict(info.costs))
    terms: dict[str, Any] = {"costs": costs, "quantile": info.quantile}
    outcomes = outcomes_of(answers, actual[known], task, info.classes, info.positive, **terms)
    return Answered(kept, outcomes, int((~known).sum()))


def frame_of(predictor: "Predictor", sensitive: Sequence[str] = (), **changes: Any) -> Frame:
    """Return what a bundle still knows of its frame."""
    info = predictor.info
    given: dict[str, Any] = {
        "target": info.target,
        "task": info.task,
        "positive": info.positive,
        "metric": info.metric or None,
    }
    given |= {"costs": dict(info.costs), "quantile": info.quantile}
    return Frame.model_validate({**given, "sensitive": tuple(sensitive), **changes})


def schema_of(predictor: "Predictor") -> Schema:
    """Return the types of a bundle's columns."""
    return Schema(
        columns=tuple(
            ColumnSpec(name=column.name, type=ColumnType(column.type), date_format=column.date_format)
            for column in predictor.info.input.columns
        )
    )
