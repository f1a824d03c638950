"""Answers of a model beside what happened, in the form in which a bundle gives them and its service logs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import DataError
from core.framing.frame import Costs, Task
from core.framing.outcomes import Outcomes
from core.runtime.log import is_answer, read_log
from core.runtime.schema import InputColumn, InputSchema

PREDICTION = "prediction"
PREDICTED_AT = "predicted_at"
FIRST_LINES, LINE_BYTES = 100, 1024 * 1024
"""How much of a file is looked at to tell a log from a table."""


@dataclass(frozen=True, eq=False)
class LoggedRows:
    """What a service was asked and answered.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The rows it was asked, by raw column names.
    answers : DataFrame of shape (n_rows, 1 + n_classes)
        ``prediction`` and ``probability_<class>``.
    first, last : str
        Times of the first and the last answer, ISO 8601; empty where not known.
    skipped : int
        Lines that are torn or are no answers of a service.
    """

    frame: pd.DataFrame
    answers: pd.DataFrame
    first: str
    last: str
    skipped: int

    @property
    def counted(self) -> str:
        """How many answers there are, and of what days."""
        rows = "1 answer" if len(self.frame) == 1 else f"{len(self.frame):,} answers"
        first, last = self.first[:10], self.last[:10]
        if not first:
            return rows
        return f"{rows}, {first}" if first == last else f"{rows}, {first} to {last}"

    @property
    def words(self) -> str:
        """What was read, in a sentence."""
        if not self.skipped:
            return f"{self.counted}."
        torn = "1 line was skipped" if self.skipped == 1 else f"{self.skipped:,} lines were skipped"
        return f"{self.counted}; {torn}, being torn or no answer of a service."


def is_log(path: Path) -> bool:
    """Say whether a file looks like a prediction log: one of its first lines is an answer of a service.

    A later table may be JSON lines too, and a log may begin with what a kill left.
    """
    try:
        with path.open("rb") as file:
            return any(is_answer(file.readline(LINE_BYTES)) for _ in range(FIRST_LINES))
    except OSError:
        return False


def read_answers(path: Path, *, name: str = "") -> LoggedRows:
    """Read a prediction log; lines that are torn or foreign are counted and skipped.

    Parameters
    ----------
    path : Path
    name : str
        The user's name for the file, for messages.

    Returns
    -------
    LoggedRows

    Raises
    ------
    DataError
        It cannot be read, or no line of it is an answer.
    """
    shown = name or path.name
    try:
        table, skipped = read_log(path)
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(
            f"The prediction log {shown} could not be read.", next_step="Check that it is there."
        ) from fault
    if not len(table):
        lines = "It is empty" if not skipped else f"None of its {skipped:,} lines is an answer of a model's service"
        raise DataError(
            f"{shown} holds no predictions. {lines}.",
            next_step="Bring the file that FAIRWAY_PREDICTION_LOG names, or a table.",
        )
    ours = {base: _ours(table, base) for base in (PREDICTED_AT, PREDICTION)}
    place = list(table.columns).index(ours[PREDICTION])
    probabilities = list(table.columns[place + 1 :])
    answers = table[[ours[PREDICTION], *probabilities]].rename(columns={ours[PREDICTION]: PREDICTION})
    rows = table.drop(columns=[*ours.values(), *probabilities])
    times = [str(at) for at in table[ours[PREDICTED_AT]] if isinstance(at, str)]
    return LoggedRows(rows, answers, min(times, default=""), max(times, default=""), skipped)


def _ours(table: pd.DataFrame, base: str) -> str:
    # The log writes its own columns last and adds an underscore where an input has the name.
    name = base
    while f"{name}_" in table.columns:
        name += "_"
    return name


def actual_outcomes(values: pd.Series, task: Task, classes: Sequence[str]) -> NDArray[Any]:
    """Read a column of outcomes as the model's training read them.

    Parameters
    ----------
    values : Series of length n
    task : Task
    classes : sequence of str

    Returns
    -------
    ndarray of shape (n,)
        Labels as text with ``None`` for a missing one, or floats with NaN.
    """
    kind = "category" if task.is_classification else "number"
    schema = InputSchema((InputColumn("outcome", kind, levels=tuple(classes)),))
    read = schema.check_frame(pd.DataFrame({"outcome": values.to_numpy()}))[0]["outcome"]
    if task is Task.REGRESSION:
        return read.to_numpy(dtype=np.float64)
    return read.astype(object).where(read.notna(), None).to_numpy(dtype=object)


def outcomes_of(
    answers: pd.DataFrame,
    actual: NDArray[Any],
    task: Task,
    classes: Sequence[str],
    positive: str | None,
    *,
    costs: Costs | None = None,
    quantile: float = 0.5,
) -> Outcomes:
    """Put answers and what happened together.

    Parameters
    ----------
    answers : DataFrame of shape (n_rows, 1 + n_classes)
        As ``core.runtime.predict.Predictor.predict_frame`` gives them.
    actual : ndarray of shape (n_rows,)
        See ``actual_outcomes``.
    task : Task
    classes : sequence of str
    positive : str or None
    costs : Costs, optional
        Of the errors, where they are known.
    quantile : float
        The one asked for, of amounts.

    Returns
    -------
    Outcomes
        Decided as the model decided, whatever its line or rule.
    """
    if task is Task.REGRESSION:
        values = answers[PREDICTION].to_numpy(dtype=np.float64, na_value=np.nan)
        return Outcomes(task, actual, values=values, quantile=quantile)
    names = [f"probability_{name}" for name in classes]
    return Outcomes(
        task,
        actual,
        classes=tuple(classes),
        positive=positive if task is Task.BINARY else None,
        probabilities=answers[names].to_numpy(dtype=np.float64, na_value=np.nan),
        decided=answers[PREDICTION].astype(str).to_numpy(dtype=object),
        costs=costs or Costs(),
    )
