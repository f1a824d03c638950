"""A finished candidate: its row on the board, its model, and what it said of rows it had not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.prepare.problem import Problem
from core.train.board import Run
from core.train.fits import FitAnswer


@dataclass(frozen=True, eq=False)
class FittedRun:
    """A finished candidate.

    Parameters
    ----------
    run : Run
    pipeline : Pipeline
        Fitted on all training rows.
    outcomes : Outcomes
        Out-of-fold predictions of m rows.
    folds : ndarray of int, shape (m,)
        Number of the fold, from 0, in which each of them was left out.
    rows : ndarray of int, shape (m,)
        Their positions in the table: ``problem.split.train`` in its order, less the rows that no fold leaves out (the
        earliest of a split by time).
    tried : ndarray of shape (d, s, k) or (d, s), or None
        What d other settings of tuning said of the s rows ``rows_chosen_on(m, seed)``, for the luck of the best.
    """

    run: Run
    pipeline: Any
    outcomes: Outcomes
    folds: NDArray[np.intp]
    rows: NDArray[np.intp]
    tried: NDArray[np.float32] | None = None


def out_of_fold(problem: Problem, answers: Sequence[FitAnswer]) -> tuple[Outcomes, NDArray[np.intp], NDArray[np.intp]]:
    """Put the predictions of all folds together.

    Parameters
    ----------
    problem : Problem
    answers : sequence of FitAnswer
        One a fold, in their order.

    Returns
    -------
    Outcomes, folds, rows
        As in ``FittedRun``.
    """
    frame, parts = problem.frame, [judge for _, judge in problem.split.first_pass]
    # Folds dealt anew steady the score; a row's one prediction is that of the first pass.
    answers = answers[: len(parts)]
    assert frame.task is not None
    rows = np.concatenate(parts)
    folds = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    place = {row: position for position, row in enumerate(problem.split.train.tolist())}
    order = np.argsort([place[row] for row in rows.tolist()], kind="stable")
    values = [answer.values for answer in answers if answer.values is not None]
    probabilities = [answer.probabilities for answer in answers if answer.probabilities is not None]
    outcomes = Outcomes(
        task=frame.task,
        actual=problem.y[rows],
        classes=problem.classes,
        positive=frame.positive if frame.task is Task.BINARY else None,
        probabilities=np.concatenate(probabilities) if probabilities else None,
        values=np.concatenate(values) if values else None,
        costs=frame.costs,
        quantile=frame.quantile,
    )
    return outcomes.take(order), folds[order], rows[order]
