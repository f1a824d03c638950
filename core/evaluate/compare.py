"""Compare candidates by their fold scores, knowing that folds share most of their training rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TieGroup:
    """The best candidate and those that cannot be told from it.

    Parameters
    ----------
    best : str
        Key of the candidate with the best mean.
    tied : tuple of str
        Keys that are not worse than the best by more than chance, the best among them, best first.
    p_values : dict of str to float
        Two-sided p-value of each candidate against the best; 1.0 for the best itself.
    alpha : float
        Below this p-value a difference counts as real.
    """

    best: str
    tied: tuple[str, ...]
    p_values: dict[str, float]
    alpha: float


def corrected_standard_error(differences: Sequence[float] | NDArray[np.float64], n_fit: float, n_judge: float) -> float:
    """Return the standard error of a mean over cross-validation folds.

    Folds are not independent, since their training rows overlap; the plain standard error is too small. The factor
    ``1/k + n_judge/n_fit`` in place of ``1/k`` corrects it.

    Parameters
    ----------
    differences : sequence of k floats
        One value a fold, k at least 2.
    n_fit, n_judge : float
        Rows fitted and rows left out in a fold (their means where folds differ in size).

    Returns
    -------
    float

    Notes
    -----
    Nadeau, C. and Bengio, Y. (2003), Inference for the generalization error, Machine Learning 52, 239–281, section 5
    (the corrected resampled t-test).
    """
    values = np.asarray(differences, dtype=float)
    return float(np.std(values, ddof=1) * sqrt(1 / len(values) + n_judge / n_fit))


def fold_interval(
    scores: Sequence[float] | NDArray[np.float64], n_fit: float, n_judge: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the interval of the mean fold score by the corrected resampled t-test.

    Parameters
    ----------
    scores : sequence of k floats
        One score a fold; NaN (not defined on a fold) is left out.
    n_fit, n_judge : float
        Rows fitted and rows left out in a fold.
    confidence : float
        Coverage aimed at.

    Returns
    -------
    tuple of float
        Low and high end; NaN both where fewer than two folds have a score.
    """
    values = np.asarray(scores, dtype=float)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return float("nan"), float("nan")
    from scipy.stats import t

    half = float(t.ppf(0.5 + confidence / 2, len(values) - 1)) * corrected_standard_error(values, n_fit, n_judge)
    mean = float(values.mean())
    return mean - half, mean + half


def paired_test(
    a: Sequence[float] | NDArray[np.float64], b: Sequence[float] | NDArray[np.float64], n_fit: float, n_judge: float
) -> float:
    """Return the two-sided p-value that two candidates differ, by the corrected resampled t-test.

    Parameters
    ----------
    a, b : sequences of k floats
        Scores on the same folds in the same order; a fold where either is NaN is left out.
    n_fit, n_judge : float
        Rows fitted and rows left out in a fold.

    Returns
    -------
    float
        1.0 where the scores are the same or fewer than two folds can be compared; 0.0 where they differ by the same
        amount in every fold.

    Raises
    ------
    ValueError
        Where the two do not have the same number of folds.
    """
    differences = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    differences = differences[np.isfinite(differences)]
    if len(differences) < 2 or np.allclose(differences, 0, rtol=0, atol=1e-12):
        return 1.0
    error = corrected_standard_error(differences, n_fit, n_judge)
    if error < 1e-12 * abs(float(differences.mean())):
        return 0.0
    from scipy.stats import t

    return float(2 * t.sf(abs(float(differences.mean())) / error, len(differences) - 1))


def tie_group(
    scores: Mapping[str, Sequence[float]],
    n_fit: float,
    n_judge: float,
    *,
    higher_is_better: bool,
    alpha: float = 0.05,
) -> TieGroup:
    """Find the candidates that are not worse than the best by more than chance.

    Parameters
    ----------
    scores : mapping of str to k floats
        Each candidate's fold scores, on the same folds; candidates without any score are left out.
    n_fit, n_judge : float
        Rows fitted and rows left out in a fold.
    higher_is_better : bool
        The metric's direction.
    alpha : float
        Below this p-value a difference counts as real. It is not corrected for the number of candidates: each line of
        the leaderboard answers its own question, "is this one worse than the best?".

    Returns
    -------
    TieGroup

    Raises
    ------
    ValueError
        Where no candidate has a score.
    """
    folds = {key: np.asarray(values, dtype=float) for key, values in scores.items()}
    means = {key: float(np.nanmean(values)) for key, values in folds.items() if np.isfinite(values).any()}
    if not means:
        raise ValueError("no candidate has a score")
    ranking = sorted(means, key=lambda key: means[key], reverse=higher_is_better)
    best = ranking[0]
    p_values = {key: paired_test(folds[best], folds[key], n_fit, n_judge) for key in ranking}
    tied = tuple(key for key in ranking if p_values[key] >= alpha)
    return TieGroup(best, tied, p_values, alpha)
