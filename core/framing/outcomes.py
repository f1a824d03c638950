"""What happened beside what a model said: all that is needed to judge it."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.framing.frame import Costs, Task


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Actual outcomes and predictions of n rows.

    Parameters
    ----------
    task : Task
    actual : ndarray of shape (n,)
        Labels as text for classification, floats for regression.
    classes : tuple of str
        The k classes in the order of the columns of ``probabilities``; empty for regression.
    positive : str or None
        The outcome looked for (binary only).
    probabilities : ndarray of shape (n, k) or None
        Predicted probabilities (classification).
    values : ndarray of shape (n,) or None
        Predicted amounts (regression).
    threshold : float
        A binary prediction is positive where its probability is at least this.
    decided : ndarray of shape (n,) or None
        Labels fixed by a rule other than the threshold (a fairness remedy); they win over it.
    costs : Costs
        What the errors cost (binary only); unknown where nobody said.
    quantile : float
        The one the frame asks for (regression only).
    """

    task: Task
    actual: NDArray[np.generic]
    classes: tuple[str, ...] = ()
    positive: str | None = None
    probabilities: NDArray[np.float64] | None = None
    values: NDArray[np.float64] | None = None
    threshold: float = 0.5
    decided: NDArray[np.generic] | None = None
    costs: Costs = field(default_factory=Costs)
    quantile: float = 0.5

    def __len__(self) -> int:
        return len(self.actual)

    @property
    def negative(self) -> str:
        """The other class of a binary task."""
        return next(name for name in self.classes if name != self.positive)

    @property
    def score(self) -> NDArray[np.float64]:
        """Probability of the positive outcome, shape (n,); binary only."""
        assert self.probabilities is not None
        assert self.positive is not None
        return self.probabilities[:, self.classes.index(self.positive)]

    @property
    def is_positive(self) -> NDArray[np.bool_]:
        """Whether the positive outcome happened, shape (n,); binary only."""
        return np.asarray(self.actual == self.positive, dtype=bool)

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """Whether the positive outcome is predicted, shape (n,); binary only."""
        if self.decided is not None:
            return np.asarray(self.decided == self.positive, dtype=bool)
        return self.score >= self.threshold

    @property
    def predicted(self) -> NDArray[np.generic]:
        """Predicted labels (text) or amounts, shape (n,)."""
        if self.task is Task.REGRESSION:
            assert self.values is not None
            return self.values
        if self.task is Task.BINARY:
            return np.where(self.flagged, str(self.positive), self.negative)
        if self.decided is not None:
            return self.decided
        assert self.probabilities is not None
        return np.array([self.classes[place] for place in self.probabilities.argmax(axis=1)], dtype=object)

    def take(self, rows: NDArray[np.generic]) -> "Outcomes":
        """Return the outcomes of the given rows (positions or a mask)."""

        def pick(values: NDArray[np.generic] | None) -> NDArray[np.generic] | None:
            return None if values is None else values[rows]

        return replace(
            self,
            actual=self.actual[rows],
            probabilities=pick(self.probabilities),  # type: ignore[arg-type]
            values=pick(self.values),  # type: ignore[arg-type]
            decided=pick(self.decided),
        )

    def at(self, threshold: float) -> "Outcomes":
        """Return the same outcomes judged at another threshold."""
        return replace(self, threshold=threshold, decided=None)
