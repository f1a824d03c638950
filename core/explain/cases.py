"""Which case to look at first."""

from dataclasses import dataclass

import numpy as np

from core.explain.values import value_text
from core.framing.frame import Task
from core.framing.outcomes import Outcomes


@dataclass(frozen=True)
class Case:
    """A row worth looking at.

    Parameters
    ----------
    key, title : str
    index : int
        Its place among the outcomes.
    why : str
        What makes it worth looking at, with its number.
    """

    key: str
    title: str
    index: int
    why: str


def pick_cases(outcomes: Outcomes) -> tuple[Case, ...]:
    """Return the cases a person should look at first; of equals, the first in the table.

    Parameters
    ----------
    outcomes : Outcomes
        Rows the model had not seen.

    Returns
    -------
    tuple of Case
        Largest error, closest to the threshold (classification), typical, surest (classification).
    """
    if not len(outcomes):
        return ()
    if outcomes.task is Task.REGRESSION:
        return _amount_cases(outcomes)
    assert outcomes.probabilities is not None
    shares = outcomes.probabilities
    places = {name: j for j, name in enumerate(outcomes.classes)}
    of_actual = shares[np.arange(len(shares)), [places[str(name)] for name in outcomes.actual]]
    worst = int(of_actual.argmin())
    if outcomes.task is Task.BINARY:
        distance = np.abs(outcomes.score - outcomes.threshold)
        line = (
            f"its chance is {_percent(outcomes.score[int(distance.argmin())])}, the line {_percent(outcomes.threshold)}"
        )
        middle = outcomes.score
    else:
        ordered = np.sort(shares, axis=1)
        distance = ordered[:, -1] - ordered[:, -2]
        line = f"the two likeliest outcomes are {100 * distance.min():.1f} points apart"
        middle = ordered[:, -1]
    typical = int(np.abs(middle - np.median(middle)).argmin())
    surest = int(shares.max(axis=1).argmax())
    return (
        Case(
            "largest_error",
            "Largest error",
            worst,
            f"“{outcomes.actual[worst]}” happened, at a chance of {_percent(of_actual[worst])}",
        ),
        Case("closest", "Closest to the line", int(distance.argmin()), line),
        Case("typical", "Typical", typical, f"half of all chances lie below its {_percent(middle[typical])}"),
        Case("surest", "Surest", surest, f"its likeliest outcome has a chance of {_percent(shares[surest].max())}"),
    )


def _amount_cases(outcomes: Outcomes) -> tuple[Case, ...]:
    assert outcomes.values is not None
    errors = np.abs(outcomes.values - outcomes.actual.astype(np.float64))
    worst = int(errors.argmax())
    typical = int(np.abs(outcomes.values - np.median(outcomes.values)).argmin())
    best = int(errors.argmin())
    return (
        Case("largest_error", "Largest error", worst, f"off by {value_text(float(errors[worst]))}"),
        Case(
            "typical",
            "Typical",
            typical,
            f"half of all predictions lie below its {value_text(float(outcomes.values[typical]))}",
        ),
        Case("smallest_error", "Smallest error", best, f"off by {value_text(float(errors[best]))}"),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
