"""Expectations: what the user demands of a model in a part of the rows, and whether its predictions keep it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from operator import ge, gt, le, lt
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from core.data.schema import ColumnType, Schema
from core.errors import InputError
from core.evaluate.score import Score, mean_with_interval, proportion_score
from core.evaluate.scores import score_with_interval
from core.framing.frame import Task
from core.framing.metrics import METRICS, metrics_for
from core.framing.outcomes import Outcomes
from core.runtime.values import as_date, as_number, as_text

EVERY, MEAN, SHARE = "every", "mean", "share"
"""Measures beside the metrics of the catalogue."""
ORDER: Final[Mapping[str, tuple[str, Callable[..., NDArray[np.bool_]]]]] = {
    "below": ("below", lt),
    "to": ("at most", le),
    "above": ("above", gt),
    "from": ("at least", ge),
}
COMPARISONS: Final[Mapping[str, str]] = {
    "equals": "is",
    "differs": "is not",
    **{key: f"is {words}" for key, (words, _) in ORDER.items()},
    "missing": "is missing",
    "filled": "is filled",
}
"""Comparison to its words; the last two take no value."""


class Condition(BaseModel):
    """A condition on one column; ``comparison`` is a key of ``COMPARISONS``, ``value`` as the user typed it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    comparison: Literal["equals", "differs", "below", "to", "above", "from", "missing", "filled"]
    value: str = ""

    @property
    def words(self) -> str:
        """In plain words; the column between backticks."""
        value = "" if self.comparison in ("missing", "filled") else f" {self.value.strip()}"
        return f"`{self.column}` {COMPARISONS[self.comparison]}{value}"

    def holds(self, rows: pd.DataFrame, schema: Schema) -> NDArray[np.bool_]:
        """Return for each row whether it holds; a missing value meets no comparison but "is missing".

        Raises
        ------
        InputError
            The column is gone, or the value cannot be compared with it.
        """
        if self.column not in rows.columns:
            raise InputError(f"The table has no column `{self.column}`.", next_step="Change the expectation.")
        values, spec = rows[self.column], schema[self.column]
        read: pd.Series
        if self.comparison in ("missing", "filled"):
            missing = as_text(values).isna().to_numpy(dtype=bool)
            return missing if self.comparison == "missing" else ~missing
        wanted: object = self.value.strip()
        if spec.type is ColumnType.NUMBER:
            read, wanted = as_number(values), as_number(pd.Series([wanted], dtype=object)).iloc[0]
        elif spec.type is ColumnType.DATE:
            read, wanted = as_date(values, spec.date_format), as_date(pd.Series([wanted], dtype=object)).iloc[0]
        else:
            read = as_text(values)
            if self.comparison in ORDER:
                raise InputError(
                    f"`{self.column}` holds texts, which are not above or below one another.",
                    next_step="Compare it by “is” or “is not”.",
                )
        if pd.isna(wanted) or wanted == "":  # type: ignore[call-overload]
            holds = "a date such as 2025-03-31" if spec.type is ColumnType.DATE else "a number such as 0.5"
            raise InputError(
                f"“{self.value}” cannot be compared with `{self.column}`.",
                next_step=f"Give {holds}." if spec.type in (ColumnType.DATE, ColumnType.NUMBER) else "Give a value.",
            )
        known = read.notna().to_numpy(dtype=bool)
        found = np.zeros(len(rows), dtype=bool)
        held = read.to_numpy()[known]
        if self.comparison in ORDER:
            found[known] = ORDER[self.comparison][1](held, np.datetime64(wanted) if read.dtype.kind == "M" else wanted)
        else:
            same = held == (np.datetime64(wanted) if read.dtype.kind == "M" else wanted)  # type: ignore[call-overload]
            found[known] = same if self.comparison == "equals" else ~same
        return found


class Expectation(BaseModel):
    """A bound on what the model says in a part of the rows.

    Parameters
    ----------
    conditions : tuple of Condition
        All of which a row must meet; none means every row.
    measure : str
        ``every`` score, the ``mean`` score, the ``share`` predicted yes, or the key of a metric.
    side : str
        Whether the bound is the least (``from``) or the most (``to``) that is let pass.
    bound : float
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    conditions: tuple[Condition, ...] = Field(default=(), max_length=8)
    measure: str
    side: Literal["from", "to"]
    bound: float = Field(allow_inf_nan=False)

    @property
    def words(self) -> str:
        """In plain words; columns between backticks."""
        where = " and ".join(condition.words for condition in self.conditions)
        rows = f"where {where}" if where else "in all rows"
        return f"{measure_words(self.measure)} {ORDER[self.side][0]} {self.format(self.bound)} {rows}"

    def format(self, value: float) -> str:
        """Write a value of its measure."""
        if self.measure in METRICS:
            return METRICS[self.measure].format(value)
        return f"{value:,.6g}".replace("-", "−")


class Kept(StrEnum):
    """Whether an expectation is met."""

    MET = "met"
    NOT_MET = "not met"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, eq=False)
class Checked:
    """How an expectation stands.

    Parameters
    ----------
    expectation : Expectation
    kept : Kept
    reason : str
        With the number and its interval, in words.
    n : int
        Rows it speaks of.
    rows : ndarray of int
        Positions among the outcomes of the rows that speak against it, the worst first.
    """

    expectation: Expectation
    kept: Kept
    reason: str
    n: int
    rows: NDArray[np.intp]


def measures_for(task: Task, *, scored: bool = True) -> dict[str, str]:
    """Return the measures that suit a task, with their words."""
    keys = []
    if task is not Task.MULTICLASS and scored:
        keys += [EVERY, MEAN]
    if task is Task.BINARY:
        keys.append(SHARE)
    return {key: measure_words(key) for key in (*keys, *(metric.key for metric in metrics_for(task)))}


def measure_words(measure: str) -> str:
    """Return a measure's words."""
    plain = {EVERY: "Every score", MEAN: "Mean score", SHARE: "Share predicted yes"}
    return plain.get(measure) or (METRICS[measure].title if measure in METRICS else measure)


def check_expectation(
    expected: Expectation, outcomes: Outcomes, rows: pd.DataFrame, schema: Schema, *, seed: int
) -> Checked:
    """Hold predictions against one expectation.

    A bound on every score is met or broken as it stands in these rows. Any other measure is met where its whole 95%
    interval keeps to the bound, not met where none of it does, and else these rows cannot tell.

    Parameters
    ----------
    expected : Expectation
    outcomes : Outcomes
        n rows.
    rows : DataFrame
        The same n rows with the columns of the table.
    schema : Schema
    seed : int

    Returns
    -------
    Checked
        Never raises for an expectation that fits no more: then it cannot be told, with the reason.
    """
    none = np.empty(0, dtype=np.intp)
    try:
        holds = np.ones(len(rows), dtype=bool)
        for condition in expected.conditions:
            holds &= condition.holds(rows, schema)
    except InputError as error:
        return Checked(expected, Kept.CANNOT_TELL, error.message, 0, none)
    if expected.measure not in measures_for(outcomes.task, scored=_scores(outcomes) is not None):
        reason = f"{measure_words(expected.measure)} is no measure of this kind of answer."
        return Checked(expected, Kept.CANNOT_TELL, reason, 0, none)
    places = np.flatnonzero(holds)
    if not len(places):
        return Checked(expected, Kept.CANNOT_TELL, "No row is meant by it.", 0, none)
    part = outcomes.take(places)
    against = places[_against(expected, part)]
    if expected.measure == EVERY:
        kept = Kept.NOT_MET if len(against) else Kept.MET
        scores = _scores(part)
        assert scores is not None
        worst = float(scores.min() if expected.side == "from" else scores.max())
        reason = f"{len(against):,} of {len(places):,} rows break it; the furthest score is {expected.format(worst)}."
        return Checked(expected, kept, reason, len(places), against)
    score = _measured(expected, part, seed)
    if score.reason or not isfinite(score.value):
        return Checked(
            expected, Kept.CANNOT_TELL, score.reason or "It is not defined on these rows.", len(places), against
        )
    told = f"{measure_words(expected.measure)} is {expected.format(score.value)} on {len(places):,} rows"
    if not (isfinite(score.low) and isfinite(score.high)):
        return Checked(expected, Kept.CANNOT_TELL, f"{told}, without an interval.", len(places), against)
    reason = f"{told}, 95% interval {expected.format(score.low)} to {expected.format(score.high)}."
    return Checked(expected, _kept(expected, score), reason, len(places), against)


def _kept(expected: Expectation, score: Score) -> Kept:
    reaches = ORDER[expected.side][1]
    ends = [bool(reaches(end, expected.bound)) for end in (score.low, score.high)]
    if all(ends):
        return Kept.MET
    return Kept.CANNOT_TELL if any(ends) else Kept.NOT_MET


def _scores(outcomes: Outcomes) -> NDArray[np.float64] | None:
    """Return the number the model gives each row: the chance of the outcome looked for, or the amount."""
    if outcomes.task is Task.REGRESSION:
        return outcomes.values
    if outcomes.task is Task.BINARY and outcomes.probabilities is not None:
        return outcomes.score
    return None


def _measured(expected: Expectation, part: Outcomes, seed: int) -> Score:
    if expected.measure == MEAN:
        scores = _scores(part)
        assert scores is not None
        return mean_with_interval(scores, MEAN, seed=seed)
    if expected.measure == SHARE:
        return proportion_score(SHARE, int(part.flagged.sum()), len(part), seed, 0.95, "There are no rows to judge.")
    return score_with_interval(part, expected.measure, seed=seed)


def _against(expected: Expectation, part: Outcomes) -> NDArray[np.intp]:
    """Return the rows of a part that speak against an expectation, the worst first."""
    scores, least = _scores(part), expected.side == "from"
    if expected.measure in (EVERY, MEAN):
        assert scores is not None
        beyond = np.flatnonzero(~np.asarray(ORDER[expected.side][1](scores, expected.bound)))
        order = scores[beyond] if least else -scores[beyond]
        return beyond[np.argsort(order, kind="stable")]
    if expected.measure == SHARE:
        return np.flatnonzero(~part.flagged if least else part.flagged)
    if part.task is Task.REGRESSION:
        return np.argsort(-np.abs(np.asarray(part.actual, dtype=float) - np.asarray(part.values)), kind="stable")
    wrong = np.asarray(part.predicted).astype(str) != np.asarray(part.actual).astype(str)
    if expected.measure == "recall":
        wrong &= part.is_positive
    elif expected.measure == "precision":
        wrong &= part.flagged
    return np.flatnonzero(wrong)
