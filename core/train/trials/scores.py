"""Two recipes held against each other fold by fold: the mean difference, and its interval at a level."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict

from core.evaluate.compare import corrected_standard_error
from core.framing.metrics import METRICS
from core.prepare.problem import Problem

ERROR: Final = 0.05
"""Chance that any of all comparisons is said to help while none does."""
ALONE: Final = 0.05
"""The same of one comparison alone."""
GOES_ON: Final = (0.5, 1.0)
"""Standard deviations of the folds by which a recipe must do better to be tried on another deal: on the first deal, and
on those after it. An interval that lies above zero in the end needs nearly two."""


class Told(BaseModel):
    """What one judge says of a change.

    Attributes
    ----------
    judge : str
    before, after : float
        Mean scores over the folds compared.
    gain : float
        Mean difference; positive is better, also where a smaller metric is.
    error : float
        Its standard error; 0 where fewer than two folds can be compared.
    low, high : float or None
        Its interval; ``None`` where fewer than two folds can be compared.
    folds : int
        Differences it rests on.
    confidence : float
        Of the interval: 95% for all comparisons together, so more for each.
    """

    model_config = ConfigDict(frozen=True)

    judge: str
    before: float
    after: float
    gain: float
    error: float
    low: float | None
    high: float | None
    folds: int
    confidence: float

    @property
    def leans(self) -> bool:
        """Whether the 95% interval of this comparison alone, as if there were no others, lies above zero."""
        if self.folds < 2:
            return False
        from scipy.stats import t

        return bool(self.gain > float(t.isf(ALONE / 2, self.folds - 1)) * self.error)


def differences(
    before: Sequence[float], after: Sequence[float], *, higher_is_better: bool
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return by how much the second is better in each fold that both have a score in."""
    held = min(len(before), len(after))
    found = np.asarray(after[:held], dtype=np.float64) - np.asarray(before[:held], dtype=np.float64)
    found = found[np.isfinite(found)]
    return found if higher_is_better else -found


def promising(before: Sequence[float], after: Sequence[float], *, higher_is_better: bool, first: int) -> float:
    """Return the mean difference in standard deviations of the folds, 0 where it is not worth going on.

    ``first`` is how many folds the first deal has.
    """
    found = differences(before, after, higher_is_better=higher_is_better)
    if len(found) < 2 or found.mean() <= 0:
        return 0.0
    spread = float(found.std(ddof=1))
    size = float(found.mean()) / spread if spread > 0 else np.inf
    return size if size > GOES_ON[min(len(before), len(after)) > first] else 0.0


def compared(
    judge: str, before: Sequence[float], after: Sequence[float], problem: Problem, metric: str, level: float
) -> Told:
    """Compare two recipes by one judge.

    Parameters
    ----------
    judge : str
    before, after : sequence of float
        Scores on the same folds in the same order.
    problem : Problem
        Whose folds they are.
    metric : str
    level : float
        Chance that the interval misses, where the two are equally good.

    Returns
    -------
    Told
    """
    found = differences(before, after, higher_is_better=METRICS[metric].higher_is_better)
    held = min(len(before), len(after))
    known = np.isfinite(before[:held]) & np.isfinite(after[:held])
    sides = [float(np.asarray(side[:held])[known].mean()) if known.any() else 0.0 for side in (before, after)]
    mean = float(found.mean()) if len(found) else 0.0
    error = 0.0
    low: float | None = None
    high: float | None = None
    if len(found) >= 2:
        from scipy.stats import t

        folds = problem.split.folds
        n_fit, n_judge = (float(np.mean([len(fold[side]) for fold in folds])) for side in (0, 1))
        error = corrected_standard_error(found, n_fit, n_judge)
        half = float(t.isf(level / 2, len(found) - 1)) * error
        low, high = mean - half, mean + half
    return Told(
        judge=judge,
        before=sides[0],
        after=sides[1],
        gain=mean,
        error=error,
        low=low,
        high=high,
        folds=len(found),
        confidence=1 - level,
    )
