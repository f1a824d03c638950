"""One case: from where the model starts to its answer, one step a column."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.explain.explanation import LOG_ODDS, UNITS, Explanation, Floats
from core.explain.values import value_text
from core.framing.frame import Task

TOP = 7
"""Columns that stand alone; the others are one step."""
NODES = 32
"""Points of the Gauss-Legendre rule along the path."""


@dataclass(frozen=True)
class WaterfallStep:
    """A column, its value in this row as text and as it is, and what it adds."""

    column: str
    value: str
    contribution: float
    raw: Any = None


@dataclass(frozen=True)
class Waterfall:
    """The way from the base to the answer; ``base + contributions + rest == result``.

    Parameters
    ----------
    base : float
        Probability before any column is known, or an amount.
    steps : tuple of WaterfallStep
        Largest first, at most ``TOP``.
    rest : float
        What the other columns add.
    rest_count : int
        How many they are.
    result : float
        The model's answer for this row.
    scale : str
        ``chance`` (contributions are shares: times 100 they are points of chance) or ``units``.
    outcome : str
        The outcome whose chance it is; empty for amounts.
    note : str
        How contributions were brought to this scale.
    """

    base: float
    steps: tuple[WaterfallStep, ...]
    rest: float
    rest_count: int
    result: float
    scale: str
    outcome: str
    note: str

    @property
    def error(self) -> float:
        """Absolute difference between the parts' sum and the result."""
        return abs(self.base + sum(step.contribution for step in self.steps) + self.rest - self.result)


def waterfall(explanation: Explanation, index: int, outcome: str | None = None, *, top: int = TOP) -> Waterfall:
    """Return one explained row as a way from the base to its answer.

    Parameters
    ----------
    explanation : Explanation
    index : int
        Which of the explained rows (not the position in the table).
    outcome : str or None
        The class looked at (multiclass); by default the one the model finds likeliest.
    top : int
        Columns that stand alone.

    Returns
    -------
    Waterfall

    Notes
    -----
    Contributions on the log-odds scale are brought to points of chance by the Aumann-Shapley path: the share of each
    column in the change of probability along the straight line from the base to the row's log-odds (Sundararajan, Taly
    and Yan 2017, Axiomatic attribution for deep networks, section 3). With two classes that is one common factor for
    all columns, so order and signs stay. They add up to the chance exactly, but they are not the Shapley values one
    would compute on the scale of probability.
    """
    towards = ""
    if explanation.task is Task.BINARY:
        towards = str(explanation.positive)
    elif explanation.task is Task.MULTICLASS:
        towards = outcome or explanation.classes[int(explanation.predictions[index].argmax())]
    base, values = _on_shown_scale(explanation, index, towards)
    order = np.argsort(-np.abs(values), kind="stable")
    row = explanation.X.iloc[index]
    steps = tuple(
        WaterfallStep(name, value_text(row[name]), float(values[j]), row[name])
        for j, name in ((j, explanation.columns[j]) for j in order[:top].tolist())
    )
    rest = order[top:]
    note = ""
    if explanation.scale == LOG_ODDS:
        note = (
            "The model adds up log-odds. They are shown as points of chance, shared out along the straight way from "
            "the start to this case; the sum is exact, the shares depend on this choice."
        )
    return Waterfall(
        base=base,
        steps=steps,
        rest=float(values[rest].sum()),
        rest_count=len(rest),
        result=base + float(values.sum()),
        scale="units" if explanation.scale == UNITS else "chance",
        outcome=towards,
        note=note,
    )


def _on_shown_scale(explanation: Explanation, index: int, outcome: str) -> tuple[float, Floats]:
    values = explanation.values[index]
    place = explanation.classes.index(outcome) if explanation.task is Task.MULTICLASS else 0
    if explanation.scale != LOG_ODDS:
        base = np.atleast_1d(explanation.base)[place]
        return float(base), values if values.ndim == 1 else values[:, place]
    if values.ndim == 1:
        return _points_of_two(float(explanation.base), values)
    return _points_of_several(explanation.base, values, place)


def _sigmoid(logit: float) -> float:
    return float(0.5 * (1 + np.tanh(logit / 2)))


def _points_of_two(base: float, values: Floats) -> tuple[float, Floats]:
    start, way = _sigmoid(base), float(values.sum())
    if abs(way) < 1e-9:
        return start, values * start * (1 - start)
    return start, values * (_sigmoid(base + way) - start) / way


def _points_of_several(base: Floats, values: Floats, place: int) -> tuple[float, Floats]:
    """Integrate the gradient of one class's softmax along the straight line; values are (c, k)."""
    way = values.sum(axis=0)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    parts = np.zeros(len(values))
    for t, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        p = _softmax(base + t * way)
        gradient = p[place] * ((np.arange(len(p)) == place) - p)
        parts += weight * (values @ gradient)
    start, end = _softmax(base)[place], _softmax(base + way)[place]
    # The rule leaves a residue of rounding only; it goes to the columns by their size.
    sizes = np.abs(parts)
    left = end - start - parts.sum()
    return float(start), parts + left * (sizes / sizes.sum() if sizes.sum() else np.full(len(parts), 1 / len(parts)))


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max())
    return np.asarray(shifted / shifted.sum())
