"""What an explanation is: each row's answer as a base and one contribution a raw column."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.framing.frame import Task

Floats = NDArray[np.float64]

PROBABILITY, LOG_ODDS, UNITS = "probability", "log-odds", "units"
"""Scales on which contributions add up: probability; logits (log-odds of the positive outcome, or one score a class
whose softmax is the probability); the target's own units."""
RESAMPLES = 200
"""Bootstrap samples behind an interval of importance."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """Contributions of c raw columns to the answers for n rows.

    ``base + values.sum(axis=1) == output``, per class where there are several.

    Parameters
    ----------
    task : Task
    columns : tuple of str
        The c raw columns that reach the model, in the table's order.
    values : ndarray of shape (n, c) or (n, c, k)
        Towards the positive outcome (binary), towards each of the k classes (multiclass), or in units.
    base : ndarray of shape () or (k,)
        The answer before any column is known.
    output : ndarray of shape (n,) or (n, k)
        The model's answer on ``scale``.
    predictions : ndarray of shape (n,) or (n, k)
        Probability of the positive outcome or of each class, or the amount.
    scale : str
        ``probability``, ``log-odds`` or ``units``.
    rows : ndarray of int, shape (n,)
        Positions of the explained rows among those given.
    X : DataFrame of shape (n, c)
        Their raw values.
    classes : tuple of str
        The k classes; empty for regression.
    positive : str or None
    method : str
        How contributions were computed, on which rows, in plain words.
    sampled_of : int
        Rows that were given.
    seed : int
    """

    task: Task
    columns: tuple[str, ...]
    values: Floats
    base: Floats
    output: Floats
    predictions: Floats
    scale: str
    rows: NDArray[np.intp]
    X: pd.DataFrame
    classes: tuple[str, ...]
    positive: str | None
    method: str
    sampled_of: int
    seed: int

    def __len__(self) -> int:
        return len(self.values)

    @property
    def error(self) -> float:
        """Largest absolute difference between the parts' sum and the output."""
        if not self.values.size:
            return 0.0
        return float(np.abs(self.base + self.values.sum(axis=1) - self.output).max())

    def towards(self, outcome: str | None = None) -> Floats:
        """Return contributions of shape (n, c) towards one outcome.

        Parameters
        ----------
        outcome : str or None
            A class (multiclass only); by default the first.
        """
        if self.values.ndim == 2:
            return self.values
        return self.values[:, :, self.classes.index(outcome or self.classes[0])]

    def take(self, indices: NDArray[np.intp]) -> "Explanation":
        """Return the explanation of some of its rows, by index."""
        return replace(
            self,
            values=self.values[indices],
            output=self.output[indices],
            predictions=self.predictions[indices],
            rows=self.rows[indices],
            X=self.X.iloc[indices],
        )


@dataclass(frozen=True)
class Importance:
    """How much a column moves the answers.

    Parameters
    ----------
    column : str
    mean_abs : float
        Mean size of its contribution over the explained rows, on the explanation's scale; over all classes, summed,
        where there are several.
    share : float
        Of the sum over all columns; 0 where no column moves anything.
    low, high : float
        95% percentile bootstrap interval of ``mean_abs`` over the rows: other rows of the kind, the same model.
    """

    column: str
    mean_abs: float
    share: float
    low: float
    high: float


def importance(explanation: Explanation, outcome: str | None = None) -> list[Importance]:
    """Return each column's importance, largest first.

    Parameters
    ----------
    explanation : Explanation
    outcome : str or None
        One class (multiclass only); by default all classes together.

    Returns
    -------
    list of Importance
        Of all columns; empty without rows.
    """
    if not len(explanation):
        return []
    several = explanation.values.ndim == 3 and outcome is None
    sizes = np.abs(explanation.values).sum(axis=2) if several else np.abs(explanation.towards(outcome))
    means = sizes.mean(axis=0)
    n = len(sizes)
    weights = np.random.default_rng(explanation.seed).multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n
    low, high = np.quantile(weights @ sizes, [0.025, 0.975], axis=0)
    total = float(means.sum()) or 1.0
    found = [
        Importance(name, float(means[j]), float(means[j]) / total, float(low[j]), float(high[j]))
        for j, name in enumerate(explanation.columns)
    ]
    return sorted(found, key=lambda one: -one.mean_abs)
