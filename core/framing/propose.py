"""Proposals for the task, the positive outcome and the metric, each with its reason."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
import pandas as pd

from core.errors import FrameError
from core.framing.frame import Costs, Task
from core.framing.target import check_target, count_levels, holds_numbers, quoted, rows_words
from core.limits import MAX_CLASSES
from core.runtime.values import as_number

T = TypeVar("T")

OFTEN: Final = 0.2
"""From this share of zeros on, amounts are taken to be none in many rows and something in the others."""
FEW_VALUES: Final = 10
"""Whole numbers with at most this many different values may be classes as well as amounts."""
RARE_SHARE: Final = 0.05
"""Below this share of positives, ROC AUC flatters and average precision says more."""
HEAVY_TAIL: Final = 6.0
"""Tail length (see ``tail_length``) from which large amounts would rule the RMSE; 3.4 for a normal distribution."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


POSITIVE_WORDS: Final = _words(
    "yes y true t 1 positive pos churned churn left lost cancelled canceled denied deny rejected refused declined bad "
    "default defaulted fraud fraudulent died dead deceased failed failure fail broken fault faulty defect defective "
    "late delayed delay readmitted attrition quit sick ill disease diseased malignant abnormal spam anomaly event "
    "overdue delinquent stolen charged_off"
)
"""Outcomes a decision usually looks for, in lower case."""
NEGATIVE_WORDS: Final = _words(
    "no n false f 0 -1 negative neg none never retained stayed stay active approved accepted granted good paid ok "
    "normal passed pass on_time on-time ontime healthy well benign alive genuine legitimate ham current"
)
"""Outcomes a decision usually takes for the ordinary case, in lower case."""


@dataclass(frozen=True)
class Proposal(Generic[T]):
    """A value and why it is proposed, in one plain sentence."""

    value: T
    reason: str


def propose_task(values: pd.Series) -> Proposal[Task]:
    """Propose the kind of answer a target asks for.

    Parameters
    ----------
    values : Series
        The target's column.

    Returns
    -------
    Proposal of Task
        Where the choice is a matter of judgement, the reason says so.

    Raises
    ------
    FrameError
        Where the column is empty, has one value, or holds dates or too many different texts.
    """
    name = str(values.name)
    levels = count_levels(values)
    if len(levels) < 2:
        check_target(values, name)
    if len(levels) == 2:
        first, second = (quoted(level) for level in sorted(levels.index))
        return Proposal(Task.BINARY, f"It has two values, {first} and {second}.")
    if pd.api.types.is_datetime64_any_dtype(values):
        raise FrameError(
            f"{quoted(name)} holds dates, and a date cannot be predicted as it is.",
            next_step="Choose another column, or bring one with the number of days.",
        )
    if holds_numbers(values):
        numbers = as_number(values).dropna()
        whole = bool((numbers == np.floor(numbers)).all())
        if whole and len(levels) <= FEW_VALUES:
            return Proposal(
                Task.MULTICLASS,
                f"It holds whole numbers with only {len(levels)} different values, taken here as kinds. This is a "
                f"judgement: if twice the number means twice as much, choose “{Task.REGRESSION.words}”.",
            )
        kind = "whole numbers" if whole else "numbers"
        return Proposal(Task.REGRESSION, f"It holds {kind} with {len(levels):,} different values.")
    if len(levels) > MAX_CLASSES:
        check_target(values, name, Task.MULTICLASS)
    return Proposal(Task.MULTICLASS, f"It holds text with {len(levels):,} different values.")


def propose_positive(values: pd.Series) -> Proposal[str]:
    """Propose the outcome that is looked for.

    Parameters
    ----------
    values : Series
        A target with two values.

    Returns
    -------
    Proposal of str
        The label, as ``core.runtime.values.as_text`` writes it.

    Raises
    ------
    FrameError
        Where the target has not exactly two values.
    """
    levels = count_levels(values)
    if len(levels) != 2:
        check_target(values, str(values.name), Task.BINARY)
        raise FrameError(f"{quoted(values.name)} has not exactly two values.", next_step="Choose another column.")
    labels = sorted(levels.index)
    words = ["_".join(label.casefold().split()) for label in labels]
    wanted = [label for label, word in zip(labels, words, strict=True) if word in POSITIVE_WORDS]
    if len(wanted) == 1:
        return Proposal(wanted[0], f"{quoted(wanted[0])} names what is usually looked for.")
    ordinary = [label for label, word in zip(labels, words, strict=True) if word in NEGATIVE_WORDS]
    if len(ordinary) == 1:
        other = next(label for label in labels if label != ordinary[0])
        return Proposal(other, f"{quoted(ordinary[0])} names the ordinary case, so {quoted(other)} is looked for.")
    if levels.iloc[0] == levels.iloc[1]:
        return Proposal(labels[1], "Both outcomes are equally frequent; please say which one is looked for.")
    rarer, count = str(levels.index[1]), int(levels.iloc[1])
    share = 100 * count / int(levels.sum())
    return Proposal(rarer, f"It is the rarer outcome: {rows_words(count)}, {share:.1f}%.")


def propose_metric(
    task: Task, values: pd.Series, costs: Costs | None = None, *, positive: str | None = None
) -> Proposal[str]:
    """Propose the metric candidates are compared by.

    Parameters
    ----------
    task : Task
    values : Series
        The target's column.
    costs : Costs or None
        What the errors cost. Costs do not change the metric: they set the threshold afterwards, and the reason says so.
    positive : str or None
        The outcome looked for (binary only); ``None`` takes the one proposed.

    Returns
    -------
    Proposal of str
        A key of ``core.framing.metrics.METRICS``.

    Raises
    ------
    FrameError
        Where a binary target has not exactly two values and no positive outcome is given.
    """
    if task is Task.MULTICLASS:
        return Proposal("f1_macro", "Every outcome counts the same, however rare it is.")
    if task is Task.REGRESSION:
        if tail_length(values) > HEAVY_TAIL:
            far = Proposal("mae", "A few amounts are very far out; squared errors would count little else.")
            return _often_zero(values) or far
        return Proposal("rmse", "Large errors hurt more than small ones, and no amount is far enough out to rule it.")
    levels = count_levels(values)
    label = propose_positive(values).value if positive is None else positive
    share = int(levels.get(label, 0)) / max(1, int(levels.sum()))
    priced = costs is not None and costs.known
    line = " Your costs then say where the line between yes and no is cheapest." if priced else ""
    if share < RARE_SHARE:
        return Proposal(
            "average_precision",
            f"Only {100 * share:.1f}% of the rows are {quoted(label)}; it looks at how well those are found.{line}",
        )
    return Proposal(
        "roc_auc", f"It judges how well rows are ranked, whatever the line between yes and no will be.{line}"
    )


def _often_zero(values: pd.Series) -> Proposal[str] | None:
    """Propose a deviance for amounts never below zero of which many are: their median says next to nothing."""
    numbers = as_number(values).dropna().to_numpy()
    if len(numbers) == 0 or numbers.min() < 0 or np.mean(numbers == 0) < OFTEN:
        return None
    zeros = f"{100 * float(np.mean(numbers == 0)):.0f}% of them are 0 and a few are large"
    if (numbers == np.floor(numbers)).all():
        return Proposal("poisson_deviance", f"They are counts; {zeros}.")
    return Proposal("tweedie_deviance", f"No amount is below zero, {zeros}.")


def tail_length(values: pd.Series) -> float:
    """Return how far the outer 1% lies from the median, in units of the distance of the quartile on that side.

    Parameters
    ----------
    values : Series

    Returns
    -------
    float
        The longer of the two sides. Normal 3.4, exponential 5.6, lognormal (sigma 1) 9.6; infinite where a quartile
        equals the median and the tail does not; 0 for fewer than four numbers.
    """
    numbers = as_number(values).dropna().to_numpy()
    if len(numbers) < 4:
        return 0.0
    low, q1, median, q3, high = np.quantile(numbers, [0.01, 0.25, 0.5, 0.75, 0.99])

    def length(tail: float, body: float) -> float:
        if tail <= 0:
            return 0.0
        return float(tail / body) if body > 0 else float("inf")

    return max(length(high - median, q3 - median), length(median - low, median - q1))
