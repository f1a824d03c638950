"""Suggestions put to the trial: each with and without, on the same folds of training rows, within a budget of time."""

from collections.abc import Callable
from typing import Final, Literal

import numpy as np

from core.framing.metrics import METRICS
from core.limits import QUICK_ROWS, SUGGEST_SAMPLE, SUGGESTIONS
from core.prepare.problem import Problem
from core.prepare.suggest.facts import Facts
from core.prepare.suggest.rules import suggest
from core.prepare.suggest.suggestion import BOTH, Suggestion
from core.train.causes import cause_in_words
from core.train.trials.found import Suggested, Tried, place, too_few, verdict
from core.train.trials.judges import Courtroom
from core.train.trials.quick import sampled
from core.train.trials.scores import ERROR, compared, promising

DEALS: Final = 8
"""How often rows are dealt into folds for a trial, where the split allows it: 40 differences tell more than 5."""
LOOKING: Final = 0.6
"""Share of the budget after which those that look promising are tried to the end before new ones are begun."""


class OutOfTimeError(Exception):
    """The budget is used up, or the user asked to stop."""


def sample_rows(budget: float) -> int:
    """Return on how many training rows suggestions are tried in so many seconds: the more time, the more tells it."""
    return int(min(max(QUICK_ROWS, QUICK_ROWS * budget / 60), SUGGEST_SAMPLE))


class Trying:
    """A run of trials on one sample of training rows; what was scored is kept and not scored again.

    Parameters
    ----------
    problem : Problem
        Its recipe is what suggestions are held against.
    seed, threads : int
    most_rows : int, optional
        By default as many as ``sample_rows`` of the budget says.
    budget : float
        Seconds.
    clock : callable
        Returns seconds.
    should_stop : callable
    report : callable
        Takes the share done and what is being done.
    keep : callable
        Takes what was found so far.
    """

    def __init__(
        self,
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
    ) -> None:
        self.clock, self.began, self.budget = clock, clock(), budget
        self.should_stop, self.report, self.keep = should_stop, report, keep
        self.of_rows = len(problem.split.train)
        self.problem = sampled(problem, most_rows=most_rows or sample_rows(budget), seed=seed)
        self.court = Courtroom(self.problem, seed=seed, threads=threads)
        self.first = len(self.problem.split.first_pass)
        self.base: dict[str, list[float]] = {judge: [] for judge in BOTH}
        self.tried: list[Tried] = []
        self.scores: dict[str, dict[str, list[float]]] = {}
        self.levels: dict[str, float] = {}
        self.comparisons = self.picked_from = self.found = 0

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return self.clock() - self.began

    def check(self, until: float = 1.0) -> None:
        """Raise ``OutOfTimeError`` where the user stopped it or that share of the budget is used up."""
        if self.should_stop() or self.spent >= self.budget * until:
            raise OutOfTimeError

    def judge_base(self, folds: int) -> None:
        """Score the recipe as it is on the first folds, with both judges."""
        for fold in range(len(self.base[BOTH[0]]), folds):
            # The recipe's own scores on the first deal are all that comes before the budget counts.
            if fold >= self.first:
                self.check()
            elif self.should_stop():
                raise OutOfTimeError
            for judge, score in self.court.score(
                self.problem.recipe, BOTH, fold, keep_missed=fold < self.first
            ).items():
                self.base[judge].append(score)

    def facts(self) -> Facts:
        """Return what the rules look at: the sample, and what the judges got wrong about it."""
        rows, problem = self.problem.split.train, self.problem
        return Facts(
            problem.X.iloc[rows].reset_index(drop=True),
            problem.y[rows],
            problem.schema,
            problem.frame,
            problem.recipe,
            {judge: missed[rows] for judge, missed in self.court.missed.items()},
        )

    def look(self, candidates: tuple[Suggestion, ...]) -> None:
        """Take candidates, and fix how wide their intervals are before any is tried.

        Half of the error goes to those the profile speaks for, half to those that were picked by what the models get
        wrong, where there are both. Each half is shared equally among all comparisons there could have been, those
        that were looked at and not picked among them (Bonferroni).
        """
        picked = [one for one in candidates if one.chosen_from > 1]
        plain = sum(len(one.judges) for one in candidates if one.chosen_from == 1)
        self.picked_from = max((one.chosen_from for one in picked), default=0)
        share = 0.5 if picked and plain else 1.0
        for one in candidates:
            count = one.chosen_from * len(BOTH) if one.chosen_from > 1 else plain
            self.levels[one.key] = ERROR * share / count
        self.comparisons = plain + self.picked_from * len(BOTH)
        self.found = len(candidates)
        self.tried = [Tried(suggestion=one) for one in candidates[:SUGGESTIONS]]

    def run(self) -> None:
        """Try the candidates: all on the first deal of the folds, then the promising ones deal by deal."""
        while True:
            waiting = [at for at, one in enumerate(self.tried) if one.verdict == "waiting"]
            open_ = sorted(
                (at for at, one in enumerate(self.tried) if self._goes_on(one)),
                key=lambda at: -self._promise(self.tried[at]),
            )
            if not waiting and not open_:
                return
            late = self.spent >= LOOKING * self.budget
            at = open_[0] if open_ and (late or not waiting) else waiting[0]
            self._try(at)
            self.keep(self.result("running"))

    def _goes_on(self, one: Tried) -> bool:
        scores = self.scores.get(one.suggestion.key)
        if scores is None or one.verdict in ("failed", "waiting"):
            return False
        done = len(next(iter(scores.values())))
        return self.first <= done < self.court.folds and self._promise(one) > 0

    def _promise(self, one: Tried) -> float:
        scores = self.scores[one.suggestion.key]
        higher = METRICS[self.court.bench.metric.key].higher_is_better
        return max(
            promising(self.base[judge], after, higher_is_better=higher, first=self.first)
            for judge, after in scores.items()
        )

    def _try(self, at: int) -> None:
        """Try one candidate on its next deal of the folds."""
        one = self.tried[at]
        suggestion = one.suggestion
        title = suggestion.title.replace("`", "")
        done = self.scores.get(suggestion.key, {judge: [] for judge in suggestion.judges})
        scores = {judge: list(held) for judge, held in done.items()}
        reached = len(scores[suggestion.judges[0]])
        folds = min(reached + self.first, self.court.folds)
        self._say(f"{title}, once more in other folds" if reached else title)
        try:
            self.judge_base(folds)
            recipe = suggestion.applied(self.problem.recipe)
            for fold in range(reached, folds):
                self.check()
                for judge, score in self.court.score(recipe, suggestion.judges, fold).items():
                    scores[judge].append(score)
        except OutOfTimeError:
            self._settle(at, one, scores)
            raise
        except Exception as fault:  # noqa: BLE001 - the edge: a recipe that a library refuses must not end the others
            self.tried[at] = one.model_copy(update={"verdict": "failed", "reason": cause_in_words(fault)})
            return
        self._settle(at, one, scores)

    def _settle(self, at: int, one: Tried, scores: dict[str, list[float]]) -> None:
        """Judge by whole deals alone: a part of one would weigh some rows more than others."""
        key = one.suggestion.key
        reached = len(next(iter(scores.values())))
        whole = reached if reached == self.court.folds else reached // self.first * self.first
        if not whole:
            return
        self.scores[key] = {judge: held[:whole] for judge, held in scores.items()}
        told = tuple(
            compared(judge, self.base[judge], after, self.problem, self.court.bench.metric.key, self.levels[key])
            for judge, after in self.scores[key].items()
        )
        self.tried[at] = one.model_copy(update={"told": told, "verdict": verdict(told)})

    def _opened(self, one: Tried, cut_short: bool) -> Tried:
        """Keep open what would help by its interval alone, and what there was no time to go on with."""
        if one.verdict != "none" or not (any(told.leans for told in one.told) or (cut_short and self._goes_on(one))):
            return one
        return one.model_copy(update={"verdict": "open"})

    def _say(self, what: str) -> None:
        begun = sum(one.verdict != "waiting" for one in self.tried)
        share = max(self.spent / self.budget, LOOKING * begun / max(1, len(self.tried)))
        self.report(min(0.99, share), f"{begun} of {len(self.tried)} tried. Now: {what}")

    def result(self, ended: Literal["done", "budget", "stopped", "running"], note: str = "") -> Suggested:
        """Return what was found so far, ranked."""
        told = [self._opened(one, ended in ("budget", "stopped")) for one in self.tried]
        first = {judge: scores for judge, scores in self.base.items() if scores}
        return Suggested(
            metric=self.court.bench.metric.key,
            rows=len(self.problem.split.train),
            of_rows=self.of_rows,
            folds=self.court.folds,
            comparisons=self.comparisons,
            picked_from=self.picked_from,
            found=self.found,
            before={judge: float(np.nanmean(scores[: self.first])) for judge, scores in first.items()},
            tried=tuple(sorted(told, key=place)),
            budget=self.budget,
            seconds=round(self.spent, 1),
            ended=ended,
            note=note,
        )


def try_suggestions(
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
) -> Suggested:
    """Find suggestions for a recipe and say of each, with an interval, whether it helps.

    Each is tried on a seeded sample of the training rows, on the same folds with and without it, by a quick linear
    model and by quick boosted trees; sealed rows are never touched. All are tried on the first deal of the folds, the
    most promising first; those that do better by half a standard deviation of the folds go on to another deal, and by
    a whole one to all the others. Nothing is stopped because it looks good, so that stopping cannot make chance look
    like help.

    Parameters
    ----------
    problem : Problem
        Folds dealt several times (``core.project.suggesting.trial_problem``) tell more than folds dealt once.
    seed : int
    budget : float
        Seconds after which no fold is begun.
    clock : callable
        Returns seconds, such as ``time.monotonic``.
    most_rows : int, optional
        By default 5,000 a minute, at most ``limits.SUGGEST_SAMPLE``.
    threads : int
    should_stop : callable
        Looked at before each fold; what was found until then is kept.
    report, keep : callable
        Take the share done with what is being done, and what was found so far.

    Returns
    -------
    Suggested

    Raises
    ------
    RecipeError, TrainingError
        The recipe as it is cannot be applied or judged.

    Notes
    -----
    The interval of a mean difference over folds is that of the corrected resampled t-test (Nadeau, C. and Bengio, Y.
    (2003), Inference for the generalization error, Machine Learning 52, 239–281), at a level shared among all
    comparisons that are looked at (Bonferroni).
    """
    trying = Trying(
        problem,
        seed=seed,
        budget=budget,
        clock=clock,
        most_rows=most_rows,
        threads=threads,
        should_stop=should_stop,
        report=report,
        keep=keep,
    )
    return look_and_try(trying)


def look_and_try(trying: Trying) -> Suggested:
    """Do what ``try_suggestions`` says with a run that was made before."""
    if too_few(trying.of_rows):
        return trying.result("done", too_few(trying.of_rows))
    trying.report(0.0, "Judging the recipe as it is")
    try:
        trying.judge_base(trying.first)
    except OutOfTimeError:
        return trying.result("stopped", "It was stopped before anything was tried.")
    trying.look(suggest(trying.facts()))
    if not trying.tried:
        return trying.result("done", "Nothing in the training rows speaks for another step.")
    trying.keep(trying.result("running"))
    try:
        trying.run()
    except OutOfTimeError:
        return trying.result("stopped" if trying.should_stop() else "budget")
    return trying.result("done")
