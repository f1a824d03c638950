"""How a model that learns in rounds fares after each: on the rows it was fitted on, and on rows left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.prepare.problem import Problem
from core.runtime.monotone import plain

POINTS: Final = 25
"""Most rounds that are scored."""
MOST_ROWS: Final = 5_000
"""Most rows of each part that are scored."""
LOG_LOSS, RMSE, OWN_LOSS = "log loss", "RMSE", "loss the network minimises"


@dataclass(frozen=True)
class Rounds:
    """A loss by the rounds done; smaller is better.

    Parameters
    ----------
    measure : str
        The loss, in words.
    rounds : tuple of int
    seen : tuple of float
        On rows fitted.
    unseen : tuple of float
        On rows left out; empty where the library does not keep what it would take.
    folds : int
        Folds it is the mean of.
    """

    measure: str
    rounds: tuple[int, ...]
    seen: tuple[float, ...]
    unseen: tuple[float, ...]
    folds: int = 1

    @staticmethod
    def mean(found: "Sequence[Rounds]") -> "Rounds | None":
        """Return the mean of several; those that went on for another number of rounds than the first are left out."""
        if not found:
            return None
        alike = [one for one in found if one.rounds == found[0].rounds]
        seen = np.mean([one.seen for one in alike], axis=0)
        unseen = np.mean([one.unseen for one in alike], axis=0)
        return Rounds(found[0].measure, found[0].rounds, tuple(seen.tolist()), tuple(unseen.tolist()), len(alike))

    @property
    def best(self) -> int | None:
        """The round with the smallest loss on rows left out."""
        return self.rounds[int(np.argmin(self.unseen))] if self.unseen else None


def rounds_of(
    pipeline: Any, problem: Problem, fitted: NDArray[np.intp], judge: NDArray[np.intp], *, seed: int
) -> Rounds | None:
    """Score a fitted pipeline's model after each round.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted on the rows of a fold.
    problem : Problem
    fitted, judge : ndarray of int
        Rows it was fitted on, and rows the fold leaves out.
    seed : int
        Of the sample where there are many rows.

    Returns
    -------
    Rounds or None
        ``None`` for a model that does not learn in rounds, or does not give its answers after each.
    """
    model = plain(pipeline.steps[-1][1])
    network = getattr(model, "regressor_", model)
    if hasattr(network, "loss_curve_"):
        at = _points(len(network.loss_curve_))
        # PyTorch's also keep what they found on the rows they set aside to know when to stop.
        aside = getattr(network, "aside_curve_", ())
        seen, unseen = ([float(of[number - 1]) for number in at if of] for of in (network.loss_curve_, aside))
        return Rounds(OWN_LOSS, tuple(at), tuple(seen), tuple(unseen))
    rng = np.random.default_rng(seed)
    parts = [rows if len(rows) <= MOST_ROWS else rng.choice(rows, MOST_ROWS, replace=False) for rows in (fitted, judge)]
    curves, at = [], []
    for rows in parts:
        X, actual = pipeline[:-1].transform(problem.X.iloc[rows]), problem.y[rows]
        found = list(_answers(model, X, classes=bool(problem.classes)))
        if not found:
            return None
        at = [number for number, _ in found]
        curves.append([_loss(model, answer, actual) for _, answer in found])
    measure = LOG_LOSS if problem.classes else RMSE
    return Rounds(measure, tuple(at), tuple(curves[0]), tuple(curves[1]))


def _points(rounds: int) -> list[int]:
    return sorted({max(1, round(number)) for number in np.linspace(1, rounds, min(POINTS, rounds))})


def _answers(model: Any, X: Any, *, classes: bool) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield the answers after some of the rounds; nothing for a model that does not give them."""
    if hasattr(model, "booster_"):
        predict = model.predict_proba if classes else model.predict
        for number in _points(int(model.n_estimators_)):
            yield number, np.asarray(predict(X, num_iteration=number), dtype=np.float64)
        return
    staged = getattr(model, "staged_predict_proba" if classes else "staged_predict", None)
    if staged is None:
        return
    answers = list(staged(X))
    for number in _points(len(answers)):
        yield number, np.asarray(answers[number - 1], dtype=np.float64)


def _loss(model: Any, answer: NDArray[np.float64], actual: NDArray[Any]) -> float:
    if not hasattr(model, "classes_"):
        return float(np.sqrt(np.mean((answer - actual.astype(float)) ** 2)))
    codes = {str(name): place for place, name in enumerate(model.classes_)}
    places = np.array([codes.get(str(name), -1) for name in actual])
    given = np.where(places < 0, 0.0, answer[np.arange(len(answer)), np.maximum(places, 0)])
    return float(-np.mean(np.log(np.clip(given, 1e-15, None))))


def sentence(rounds: Rounds) -> str:
    """Say in words what the rounds show."""
    last, unseen = rounds.rounds[-1], rounds.unseen
    if not unseen:
        return f"It learned for {last:,} rounds; how it does on rows left out after each, the library does not keep."
    best, lowest = rounds.best, min(unseen)
    if rounds.measure == OWN_LOSS:
        return (
            f"On rows it set aside, the loss was lowest after about {best:,} of {last:,} rounds; the network is kept "
            "as it was then."
        )
    if best == last:
        return f"After {last:,} rounds {rounds.measure} on rows left out still falls: more rounds may help."
    lost = unseen[-1] / lowest - 1 if lowest > 0 else 0.0
    if lost < 0.01:
        return f"After about {best:,} of {last:,} rounds it has learned what it can; the rest does not hurt."
    return (
        f"On rows left out {rounds.measure} is lowest after about {best:,} of {last:,} rounds and {lost:.0%} higher at "
        "the end: the later rounds learn rows by heart."
    )
