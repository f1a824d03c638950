"""Labels that look wrong, judged by a model that had not seen them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.framing.frame import Task
from core.framing.outcomes import Outcomes

FAR_OUT = 3.5
"""An amount whose modified z-score is beyond this looks wrong (Iglewicz and Hoaglin 1993, section 3.2)."""


@dataclass(frozen=True)
class Suspect:
    """One label that looks wrong.

    Parameters
    ----------
    row : int
        Position among the outcomes.
    given : str or float
        The label, or the amount.
    likely : str or float
        What the model says.
    confidence : float
        Out-of-fold probability of the label; for amounts the modified z-score of the residual.
    words : str
        Why, in plain words.
    """

    row: int
    given: str | float
    likely: str | float
    confidence: float
    words: str


@dataclass(frozen=True)
class Suspects:
    """The labels that look wrong, the least credible first.

    Parameters
    ----------
    found : tuple of Suspect
    judged : int
        Labels looked at.
    counts : mapping of (given, likely) to int
        How often which label stands where the model sees another one; empty for amounts.
    thresholds : mapping of str to float
        Mean probability of a class over the rows that carry it; empty for amounts.
    """

    found: tuple[Suspect, ...]
    judged: int
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)


def suspect_labels(outcomes: Outcomes) -> Suspects:
    """Find labels that look wrong.

    Classes follow the confident joint of Northcutt, Jiang and Chuang (2021), "Confident learning: estimating
    uncertainty in dataset labels", Journal of Artificial Intelligence Research 70, section 3.1: the threshold of class
    j is the mean out-of-fold probability of j over the rows labelled j (equation 2), and a row counts for the most
    probable of the classes whose threshold it reaches (equation 1). A label is suspect where that is another class, and
    the row's own class is less probable than it; suspects are ranked by the probability of their own label
    (section 3.2, self-confidence). The second condition keeps a rare class, whose threshold is low, from drawing in
    rows the model itself would leave where they are.

    Amounts are suspect where the modified z-score of the out-of-fold residual, 0.6745 (r - median) / MAD, is beyond
    ``FAR_OUT``.

    Parameters
    ----------
    outcomes : Outcomes
        Out-of-fold, so that no label had a part in the prediction it is held against. Without probabilities nothing is
        found.

    Returns
    -------
    Suspects
    """
    if outcomes.task is Task.REGRESSION:
        return _amounts(outcomes)
    if outcomes.probabilities is None or len(outcomes) == 0:
        return Suspects((), len(outcomes))
    classes, probabilities = outcomes.classes, outcomes.probabilities
    place = {name: number for number, name in enumerate(classes)}
    given = np.array([place[str(value)] for value in outcomes.actual], dtype=np.intp)
    carried = np.bincount(given, minlength=len(classes))
    # A class no row carries can be reached by none.
    thresholds = np.array([probabilities[given == j, j].mean() if carried[j] else np.inf for j in range(len(classes))])
    reached = np.where(probabilities >= thresholds, probabilities, -1.0)
    likely = reached.argmax(axis=1)
    own = probabilities[np.arange(len(given)), given]
    other = reached[np.arange(len(given)), likely]
    wrong = np.flatnonzero((likely != given) & (other > own))
    wrong = wrong[np.argsort(own[wrong], kind="stable")]
    counts: dict[tuple[str, str], int] = {}
    for row in wrong:
        pair = (classes[given[row]], classes[likely[row]])
        counts[pair] = counts.get(pair, 0) + 1
    found = tuple(
        Suspect(
            int(row),
            classes[given[row]],
            classes[likely[row]],
            float(own[row]),
            f"Labelled {classes[given[row]]}. A model that had not seen this row gives {classes[given[row]]} "
            f"{_percent(own[row])} and {classes[likely[row]]} {_percent(other[row])}; rows labelled "
            f"{classes[given[row]]} get {_percent(thresholds[given[row]])} on average.",
        )
        for row in wrong
    )
    named = {name: float(thresholds[j]) for name, j in place.items() if carried[j]}
    return Suspects(found, len(outcomes), dict(sorted(counts.items(), key=lambda item: -item[1])), named)


def _amounts(outcomes: Outcomes) -> Suspects:
    assert outcomes.values is not None
    actual: NDArray[np.float64] = np.asarray(outcomes.actual, dtype=np.float64)
    residual = actual - outcomes.values
    if not len(residual):
        return Suspects((), 0)
    middle = float(np.median(residual))
    spread = float(np.median(np.abs(residual - middle)))
    if spread <= 0:
        # More than half of the rows are met exactly: there is no scale to call another row far out on.
        return Suspects((), len(residual))
    score = 0.6745 * (residual - middle) / spread
    far = np.flatnonzero(np.abs(score) > FAR_OUT)
    far = far[np.argsort(-np.abs(score[far]), kind="stable")]
    found = tuple(
        Suspect(
            int(row),
            float(actual[row]),
            float(outcomes.values[row]),
            float(score[row]),
            f"Labelled {actual[row]:,.6g}. A model that had not seen this row says {outcomes.values[row]:,.6g}: the "
            f"difference is {abs(residual[row] - middle) / spread:,.1f} times the usual one.",
        )
        for row in far
    )
    return Suspects(found, len(residual))


def _percent(share: float) -> str:
    if 0 < share < 0.005:
        return "less than 1%"
    if 0.995 < share < 1:
        return "more than 99%"
    return f"{100 * share:.0f}%"
