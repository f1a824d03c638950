"""Automatic mode: a whole recipe from what the table holds, of steps that are each there for a reason."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from pydantic import BaseModel, ConfigDict

from core.framing.metrics import METRICS
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe
from core.prepare.suggest.suggestion import BOTH
from core.train.causes import cause_in_words
from core.train.trials.found import Suggested, Tried, verdict
from core.train.trials.scores import Told, compared, promising
from core.train.trials.suggested import OutOfTimeError, Trying, look_and_try, sample_rows
from core.train.trials.words import evidence

FIRST: Final = 0.7
"""Share of the budget for trying suggestions one by one; the rest is for trying them on top of each other."""


class Taken(BaseModel):
    """A suggestion that the recipe took, and what it was worth on top of those before."""

    model_config = ConfigDict(frozen=True)

    tried: Tried
    told: tuple[Told, ...]


class Left(BaseModel):
    """A suggestion that helped alone and was left out all the same, and why."""

    model_config = ConfigDict(frozen=True)

    tried: Tried
    why: str


class Automatic(BaseModel):
    """A recipe that was built from the table.

    Attributes
    ----------
    recipe : Recipe
        The steps of the beginning, and those taken, each with its reason.
    taken : tuple of Taken
        In the order in which they were taken.
    left : tuple of Left
        Those that helped alone and not on top of the others.
    suggested : Suggested
        What each was worth alone, those that did not help among them.
    before, after : dict of str to float
        Score of the recipe of the beginning and of the one built, by judge, on the same folds.
    seconds : float
    stopped : bool
        Whether the user asked to stop; the recipe then holds what was taken until then.
    """

    model_config = ConfigDict(frozen=True)

    recipe: Recipe
    taken: tuple[Taken, ...] = ()
    left: tuple[Left, ...] = ()
    suggested: Suggested
    before: dict[str, float] = {}
    after: dict[str, float] = {}
    seconds: float = 0.0
    stopped: bool = False


def build_recipe(
    problem: Problem,
    *,
    seed: int,
    budget: float,
    clock: Callable[[], float],
    most_rows: int | None = None,
    threads: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[float, str], None] = lambda _share, _words: None,
    keep: Callable[[Suggested], None] = lambda _found: None,
) -> Automatic:
    """Build a recipe: the problem's own, and those suggestions that help beyond chance on top of each other.

    Suggestions are tried one by one (``try_suggestions``). Those that help are then taken in turn, the clearest first:
    each is tried again on top of all taken before, on the same folds, and is taken only where it still helps a judge
    by more than chance and hurts none. At the first trial and at each one after, the chance that something useless is
    taken is held at 5% over all comparisons.

    Parameters
    ----------
    problem : Problem
        Its recipe is the beginning, such as that of ``core.prepare.defaults.default_recipe``.
    seed : int
    budget : float
        Seconds.
    clock : callable
        Returns seconds, such as ``time.monotonic``.
    most_rows : int, optional
        By default 5,000 a minute, at most ``limits.SUGGEST_SAMPLE``.
    threads : int
    should_stop, report, keep : callable
        As in ``try_suggestions``; stopped, it gives the recipe as far as it was built.

    Returns
    -------
    Automatic

    Raises
    ------
    RecipeError, TrainingError
        The recipe of the beginning cannot be applied or judged.
    """
    trying = Trying(
        problem,
        seed=seed,
        budget=FIRST * budget,
        clock=clock,
        most_rows=most_rows or sample_rows(budget),
        threads=threads,
        should_stop=should_stop,
        report=lambda share, words: report(FIRST * share, words),
        keep=keep,
    )
    suggested = look_and_try(trying)
    trying.budget, trying.report = budget, report
    built = _Building(trying)
    helpers = suggested.of("helps")
    for place, tried in enumerate(helpers):
        if suggested.ended == "stopped" or built.is_over:
            built.leave(tried, "There was no time left to try it on top of the others.")
            continue
        title = tried.suggestion.title.replace("`", "")
        report(min(0.99, FIRST + (1 - FIRST) * place / len(helpers)), f"On top of {len(built.taken)} taken: {title}")
        built.consider(tried)
    built.finish()
    return Automatic(
        recipe=built.recipe,
        taken=tuple(built.taken),
        left=tuple(built.left),
        suggested=suggested.model_copy(update={"seconds": round(trying.spent, 1), "budget": budget}),
        before=built.mean(problem.recipe),
        after=built.mean(built.recipe),
        seconds=round(trying.spent, 1),
        stopped=should_stop(),
    )


class _Building:
    """A recipe as far as it is built, with the scores of each recipe on the way."""

    def __init__(self, trying: Trying) -> None:
        self.trying = trying
        self.recipe = trying.problem.recipe
        self.taken: list[Taken] = []
        self.left: list[Left] = []
        self.is_over = False
        self._scores = {_mark(self.recipe): trying.base}

    def leave(self, tried: Tried, why: str) -> None:
        """Leave a suggestion out."""
        self.left.append(Left(tried=tried, why=why))

    def consider(self, tried: Tried) -> None:
        """Try a suggestion on top of those taken, and take it where it still helps."""
        suggestion, trying = tried.suggestion, self.trying
        clash = suggestion.clash(self.recipe)
        if clash:
            self.leave(tried, f"Another step does this to `{clash}` already.")
            return
        try:
            told = tried.told if not self.taken else self._on_top(tried)
        except OutOfTimeError:
            self.is_over = True
            self.leave(tried, "There was no time left to try it on top of the others.")
            return
        except Exception as fault:  # noqa: BLE001 - the edge: a recipe that a library refuses must not end the others
            self.leave(tried, cause_in_words(fault))
            return
        if verdict(told) != "helps":
            self.leave(tried, "On top of those taken it makes no difference that chance does not explain.")
            return
        metric = trying.court.bench.metric.key
        why = f"{suggestion.reason} {evidence(told, metric, trying.problem.frame.task)}"
        recipe = suggestion.applied(self.recipe, reason=why)
        if not self.taken:
            self._scores[_mark(recipe)] = {judge: list(held) for judge, held in trying.scores[suggestion.key].items()}
        self.recipe = recipe
        self.taken.append(Taken(tried=tried, told=told))

    def _on_top(self, tried: Tried) -> tuple[Told, ...]:
        trying, suggestion = self.trying, tried.suggestion
        more = suggestion.applied(self.recipe)
        higher = METRICS[trying.court.bench.metric.key].higher_is_better
        folds = 0
        while folds < trying.court.folds:
            folds = min(folds + trying.first, trying.court.folds)
            before = self._score(self.recipe, suggestion.judges, folds)
            after = self._score(more, suggestion.judges, folds)
            goes_on = max(
                promising(before[judge][:folds], after[judge][:folds], higher_is_better=higher, first=trying.first)
                for judge in suggestion.judges
            )
            if not goes_on:
                break
        return tuple(
            compared(
                judge,
                before[judge][:folds],
                after[judge][:folds],
                trying.problem,
                trying.court.bench.metric.key,
                trying.levels[suggestion.key],
            )
            for judge in suggestion.judges
        )

    def _score(self, recipe: Recipe, judges: Sequence[str], folds: int) -> dict[str, list[float]]:
        """Return a recipe's scores on the first folds; what was scored before is not scored again."""
        held = self._scores.setdefault(_mark(recipe), {})
        for judge in judges:
            scores = held.setdefault(judge, [])
            for fold in range(len(scores), folds):
                self.trying.check()
                scores.append(self.trying.court.score(recipe, (judge,), fold)[judge])
        return held

    def finish(self) -> None:
        """Score the recipe that was built by both judges, for a step that one of them alone has judged."""
        if self.taken and not self.trying.should_stop():
            # A few fits: what was built is worth its figures, though the budget is used up.
            self.trying.budget = float("inf")
            # Stopped in the middle, it is told without.
            with suppress(OutOfTimeError):
                self._score(self.recipe, BOTH, self.trying.first)

    def mean(self, recipe: Recipe) -> dict[str, float]:
        """Return a recipe's mean scores on the first deal of the folds, by each judge that scored all of it."""
        held, first = self._scores.get(_mark(recipe), {}), self.trying.first
        return {judge: sum(held[judge][:first]) / first for judge in BOTH if len(held.get(judge, ())) >= first}


def _mark(recipe: Recipe) -> str:
    return recipe.model_copy(update={"number": 0}).model_dump_json(exclude={"steps": {"__all__": {"reason", "id"}}})
