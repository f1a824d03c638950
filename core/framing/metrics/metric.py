"""What a metric is: its words, its score, its score under row weights, and its code in a training script."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.framing.frame import Task
from core.framing.metrics.weights import Weighted, class_codes
from core.framing.outcomes import Outcomes

BINARY = (Task.BINARY,)
MULTICLASS = (Task.MULTICLASS,)
CLASSES = (Task.BINARY, Task.MULTICLASS)
AMOUNT = (Task.REGRESSION,)
SHARE = (0.0, 1.0)
LOSS = (0.0, float("inf"))

NOT_DEFINED = "not defined"
NO_COSTS = "The frame does not say what each of the two errors costs."


@dataclass(frozen=True)
class Metric:
    """One way to measure how good predictions are.

    Parameters
    ----------
    key : str
        Stable name.
    title : str
        The field's term.
    plain : str
        A few plain words that stand before the term: "Ranking (ROC AUC)".
    meaning : str
        One sentence that says what the number counts.
    tasks : tuple of Task
        Tasks it applies to.
    higher_is_better : bool
    needs : str
        What it looks at: ``"decisions"``, ``"probabilities"`` or ``"amounts"``.
    bounds : tuple of float
        Smallest and largest possible value.
    measure : callable
        From outcomes on which it is defined to its value; ``compute`` is the safe way to call it.
    weighted : callable
        From the same outcomes to its value under row weights; ``under_weights`` is the safe way to call it.
    code : tuple of str
        For a bundle's ``train.py``: the function of ``sklearn.metrics`` it takes (empty for none), and the expression
        of its value. The expression may speak of ``actual`` and ``np``; for classes of ``predicted``, ``chances``
        (n × k), ``sure`` (the same, never 0) and ``CLASSES``; for two of them of ``happened``, ``flagged`` and
        ``chance``, and, where it needs costs, of ``NEEDLESS`` and ``MISSED``; for amounts of ``amounts``.
    format : callable
        From a value to the text shown.
    reason : callable
        From outcomes to why it is not defined on them; an empty text where it is.
    blind_to_shares : bool
        Whether it does not depend on how often each outcome happens. It is then resampled within each outcome; the
        others feel it when an outcome is rarer in another sample, and a stratified resample would hide that: a model
        that always says "no" would have an accuracy without any interval.
    counts : callable or None
        Where it is a plain share of rows: from outcomes to the rows that count and those they are a share of. Its
        interval is then Wilson's.
    needs_costs : bool
        Whether it is defined only where the frame says what each of the two errors costs.
    """

    key: str
    title: str
    plain: str
    meaning: str
    tasks: tuple[Task, ...]
    higher_is_better: bool
    needs: str
    bounds: tuple[float, float]
    measure: Callable[[Outcomes], float]
    weighted: Callable[[Outcomes], Weighted]
    code: tuple[str, str]
    format: Callable[[float], str]
    reason: Callable[[Outcomes], str] = lambda _: ""
    blind_to_shares: bool = False
    counts: Callable[[Outcomes], tuple[int, int]] | None = None
    needs_costs: bool = False

    @property
    def heading(self) -> str:
        """The title as a sentence or a heading begins with it."""
        return self.title[:1].upper() + self.title[1:]

    def undefined(self, outcomes: Outcomes) -> str:
        """Return why the metric is not defined on these outcomes, in plain words; empty where it is."""
        return _unusable(self, outcomes) or self.reason(outcomes)

    def compute(self, outcomes: Outcomes) -> float:
        """Return the metric's value, NaN where it is not defined; never warns.

        Parameters
        ----------
        outcomes : Outcomes
            n rows of one of the metric's tasks.
        """
        if self.undefined(outcomes):
            return float("nan")
        with np.errstate(all="ignore"):
            return float(self.measure(outcomes))

    def under_weights(self, outcomes: Outcomes) -> Weighted:
        """Prepare the metric for many sets of row weights.

        Parameters
        ----------
        outcomes : Outcomes
            n rows.

        Returns
        -------
        callable
            From weights of shape (resamples, n), zero or more each, to values of shape (resamples,).
        """
        if self.undefined(outcomes):
            return lambda weights: np.full(len(weights), np.nan)
        return self.weighted(outcomes)

    def better(self, one: float, other: float) -> bool:
        """Whether the first value is strictly better than the second."""
        return one > other if self.higher_is_better else one < other


def _unusable(metric: Metric, outcomes: Outcomes) -> str:
    if outcomes.task not in metric.tasks:
        return f"{metric.title} does not suit this kind of answer."
    if len(outcomes) == 0:
        return "There are no rows to judge."
    if metric.needs_costs and outcomes.costs.line is None:
        return NO_COSTS
    if metric.needs == "probabilities" and outcomes.probabilities is None:
        return "The model gave no probabilities."
    if metric.needs == "decisions" and outcomes.probabilities is None and outcomes.decided is None:
        return "The model gave no predictions."
    if metric.needs == "amounts" and outcomes.values is None:
        return "The model gave no predictions."
    numbers = outcomes.values if metric.needs == "amounts" else outcomes.probabilities
    if numbers is not None and not np.isfinite(numbers).all():
        return "Some predictions are no numbers."
    if metric.needs == "amounts" and not np.isfinite(np.asarray(outcomes.actual, dtype=float)).all():
        return "Some actual amounts are missing."
    return ""


def both_happened(outcomes: Outcomes) -> str:
    """Say why a metric that compares outcomes is not defined."""
    happened = np.unique(class_codes(outcomes.actual, outcomes.classes))
    return "" if len(happened) > 1 else "Only one outcome happened in these rows."


def positive_happened(outcomes: Outcomes) -> str:
    """Say why a metric of the rows with the outcome is not defined."""
    return "" if outcomes.is_positive.any() else "The outcome looked for did not happen in these rows."


def percent(value: float) -> str:
    """Write a share as a percentage with one decimal: 0.573 is "57.3%"."""
    return _signed(f"{value * 100:,.1f}%") if np.isfinite(value) else NOT_DEFINED


def three_decimals(value: float) -> str:
    """Write a score with three decimals: "0.775"."""
    return _signed(f"{value:,.3f}") if np.isfinite(value) else NOT_DEFINED


def amount(value: float) -> str:
    """Write an amount with about four digits and thousands separators: "12,346", "3.142", "0.0021"."""
    if not np.isfinite(value):
        return NOT_DEFINED
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-6:
        return _signed(f"{value:.3e}")
    decimals = 0 if size == 0 else max(0, 3 - int(np.floor(np.log10(size))))
    return _signed(f"{value:,.{decimals}f}")


def _signed(text: str) -> str:
    return text.replace("-", "−")
