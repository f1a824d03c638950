"""Corrections of chances on the rows left out: cross-fitted, so that no row is corrected by what it taught."""

from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.evaluate.compare import fold_interval
from core.evaluate.curves import Calibration, calibration, one_against_rest
from core.evaluate.score import Score
from core.framing.frame import Task
from core.framing.metrics import METRICS, class_codes
from core.framing.outcomes import Outcomes
from core.runtime.calibrated import ChanceMap

LEAST_ROWS: Final = 100
"""Rows left out that a correction is learned from at least."""
STEP_ROWS: Final = 1_000
"""Below so many rows the step curve mostly learns by heart (Niculescu-Mizil and Caruana, 2005)."""


@dataclass(frozen=True)
class Way:
    """A way to correct chances: its key, its title, and what it does in plain words."""

    key: str
    title: str
    meaning: str


WAYS: Final[dict[str, Way]] = {
    way.key: way
    for way in (
        Way("sigmoid", "Sigmoid (Platt)", "All chances are stretched or shifted alike; two numbers are learned."),
        Way("isotonic", "Step curve (isotonic)", f"Any rising curve; from about {STEP_ROWS:,} rows on."),
    )
}
"""Every way, in the order in which they are offered."""


@dataclass(frozen=True)
class LossChange:
    """One measure of how true chances are, before and after a correction.

    Parameters
    ----------
    before, after : Score
        Mean over the folds.
    gain, low, high : float
        By how much it became smaller, on the same folds, with the 95% interval of the corrected resampled t-test; NaN
        ends where fewer than two folds can be compared.
    """

    before: Score
    after: Score
    gain: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Corrected:
    """A correction judged on rows it did not learn from.

    Parameters
    ----------
    way : Way
    outcomes : Outcomes
        With the corrected chances, cross-fitted.
    before, after : tuple of Calibration
        One for a binary task, one for each outcome of several.
    changes : tuple of LossChange
        Log loss first.
    """

    way: Way
    outcomes: Outcomes
    before: tuple[Calibration, ...]
    after: tuple[Calibration, ...]
    changes: tuple[LossChange, ...]

    @property
    def is_better(self) -> bool:
        """Whether the log loss became smaller by more than chance."""
        return bool(self.changes[0].low > 0)

    @property
    def sentence(self) -> str:
        """What the correction does, in words."""
        change = self.changes[0]
        title = METRICS[change.before.metric].title
        if change.low > 0:
            end = f"The chances become truer: {title} falls by {change.gain:.3f} ({change.low:.3f} to "
            return f"{end}{change.high:.3f})."
        if change.high < 0:
            end = f"The chances become worse: {title} rises by {-change.gain:.3f} ({-change.high:.3f} to "
            return f"{end}{-change.low:.3f})."
        return f"{capital(title)} does not change by more than chance: the chances are as true as they were."


def capital(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def refused(outcomes: Outcomes, folds: NDArray[np.generic]) -> str:
    """Return why chances cannot be corrected on these rows, in plain words; empty where they can."""
    if outcomes.probabilities is None:
        return "This model gives no chances."
    if len(outcomes) < LEAST_ROWS:
        return f"A correction is learned from {LEAST_ROWS:,} rows left out or more; these are {len(outcomes):,}."
    if len(np.unique(folds)) < 2:
        return "Rows were left out in one part only, so that none is left to check a correction on."
    codes = class_codes(outcomes.actual, outcomes.classes)
    counts = np.bincount(codes[codes >= 0], minlength=len(outcomes.classes))
    if counts.min() < 2 * len(np.unique(folds)):
        rarest = outcomes.classes[int(counts.argmin())]
        return f"“{rarest}” happened in {int(counts.min()):,} of the rows left out: too few to learn its chances from."
    return ""


def learned(outcomes: Outcomes, way: str) -> ChanceMap:
    """Learn a correction from all rows: what ships.

    Parameters
    ----------
    outcomes : Outcomes
        Out-of-fold predictions with chances.
    way : str
        Key of ``WAYS``.

    Returns
    -------
    ChanceMap
        Of chances in the order of ``outcomes.classes``.
    """
    assert outcomes.probabilities is not None
    return ChanceMap(way).fit(outcomes.probabilities, class_codes(outcomes.actual, outcomes.classes))


def cross_fitted(outcomes: Outcomes, folds: NDArray[np.generic], way: str) -> Outcomes:
    """Correct each row's chances by what the rows of the other folds taught.

    Parameters
    ----------
    outcomes : Outcomes
        Out-of-fold predictions with chances; n rows.
    folds : ndarray of shape (n,)
        The fold in which each row was left out; at least two.
    way : str
        Key of ``WAYS``.

    Returns
    -------
    Outcomes
        At the same threshold; a decision that a rule fixed before is gone.

    Notes
    -----
    The models that answered the other folds were fitted on this row as well, so that a trace of its outcome is in what
    the correction learned. It is the trace of one row in two numbers or one curve; leaving it out would need every fold
    to be fitted again within each fold.
    """
    assert outcomes.probabilities is not None
    given, codes = outcomes.probabilities, class_codes(outcomes.actual, outcomes.classes)
    corrected = np.array(given, dtype=np.float64)
    for fold in np.unique(folds):
        held = folds == fold
        corrected[held] = ChanceMap(way).fit(given[~held], codes[~held]).apply(given[held])
    return replace(outcomes, probabilities=corrected, decided=None)


def corrections(outcomes: Outcomes, folds: NDArray[np.generic], *, seed: int) -> tuple[Corrected, ...]:
    """Judge every way to correct a model's chances.

    Parameters
    ----------
    outcomes : Outcomes
        Out-of-fold predictions with chances, as the model gave them.
    folds : ndarray of shape (n,)
    seed : int
        As the scores name it.

    Returns
    -------
    tuple of Corrected
        One a way; empty where ``refused`` says why.
    """
    if refused(outcomes, folds):
        return ()
    before = _losses(outcomes, folds, seed)
    curves = _curves(outcomes)
    found = []
    for way in WAYS.values():
        after = cross_fitted(outcomes, folds, way.key)
        changes = [
            _change(outcomes, after, folds, old, new)
            for old, new in zip(before, _losses(after, folds, seed), strict=True)
        ]
        found.append(Corrected(way, after, curves, _curves(after), tuple(changes)))
    return tuple(found)


def _losses(outcomes: Outcomes, folds: NDArray[np.generic], seed: int) -> list[Score]:
    """Return each loss as the mean over the folds, with a normal interval: a loss is a mean over rows."""
    found = []
    for key, losses in _row_losses(outcomes).items():
        parts = [losses[folds == fold] for fold in np.unique(folds)]
        value = float(np.mean([part.mean() for part in parts]))
        error = sqrt(sum(part.var(ddof=1) / len(part) for part in parts)) / len(parts)
        half = NormalDist().inv_cdf(0.975) * error
        method = f"mean over {len(parts)} folds; normal interval of the rows' losses"
        found.append(Score(key, value, max(0.0, value - half), value + half, len(outcomes), method, seed, 0.95))
    return found


def _row_losses(outcomes: Outcomes) -> dict[str, NDArray[np.float64]]:
    assert outcomes.probabilities is not None
    codes = class_codes(outcomes.actual, outcomes.classes)
    given = outcomes.probabilities[np.arange(len(codes)), np.maximum(codes, 0)] / outcomes.probabilities.sum(axis=1)
    losses = {"log_loss": -np.log(np.clip(np.where(codes < 0, 0.0, given), 1e-15, None))}
    if outcomes.task is Task.BINARY:
        losses["brier"] = (outcomes.score - outcomes.is_positive) ** 2
    return losses


def _curves(outcomes: Outcomes) -> tuple[Calibration, ...]:
    labels = outcomes.classes if outcomes.positive is None else (outcomes.positive,)
    found = [calibration(one_against_rest(outcomes, label)) for label in labels]
    return tuple(curve for curve in found if curve is not None)


def _change(before: Outcomes, after: Outcomes, folds: NDArray[np.generic], old: Score, new: Score) -> LossChange:
    saved = _row_losses(before)[old.metric] - _row_losses(after)[old.metric]
    gains = np.array([saved[folds == fold].mean() for fold in np.unique(folds)])
    rows = len(before) / len(gains)
    low, high = fold_interval(gains, len(before) - rows, rows)
    return LossChange(old, new, float(gains.mean()), low, high)
