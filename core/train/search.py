"""The search: candidates in order of value for time, then tuning of the best, then a blend of all.

Each is fitted on the same folds and judged on the rows left out.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import numpy as np

from core.errors import TrainingError
from core.prepare.problem import Problem
from core.train.board import FoldScore, Leaderboard, Run, RunStatus, TrainPlan
from core.train.catalog import MODELS, ModelSpec, candidates
from core.train.cluster import start_runner
from core.train.desk import Desk
from core.train.directions import cannot_keep
from core.train.fits import REFIT, SEEN_ROWS, FitAnswer, FitTask
from core.train.fitted import FittedRun
from core.train.pace import Pace, size_of
from core.train.refine import Refining
from core.train.runner import FitFailed, FitInterrupted, Runner, usable_cores
from core.train.spec import first_to_run
from core.train.words import duration, size

ALWAYS_TRIED = 2
"""The first candidates, the baseline and the quickest model, are tried however little time there is."""
LARGEST_SHARE = 0.4
"""A candidate that nobody asked for by name may take this share of the budget."""
WRAP_UP_SECONDS = 0.5
"""Kept of the budget for the interval and for storing what was fitted."""

__all__ = ["FittedRun", "train"]


def train(
    problem: Problem,
    plan: TrainPlan,
    *,
    fingerprint: str,
    on_board: Callable[[Leaderboard], None],
    on_fitted: Callable[[FittedRun], None],
    should_stop: Callable[[], bool],
    clock: Callable[[], float],
    skips: Callable[[], Collection[str]] = frozenset,
    finished: Mapping[str, FittedRun] | None = None,
    pipeline_of: Callable[[str], Any] | None = None,
    runner: Runner | None = None,
    threads: int | None = None,
    scheduler: str = "",
) -> Leaderboard:
    """Try the candidates until all are done, the budget is used up, or somebody says stop.

    Parameters
    ----------
    problem : Problem
        With a task and a metric.
    plan : TrainPlan
    fingerprint : str
        Name of the training; written on the board.
    on_board : callable
        Gets the board at the start, at the end of each fold, when a candidate finishes, and at the end.
    on_fitted : callable
        Gets each candidate that finishes, before the board that shows it as done.
    should_stop : callable
        Asked at least every 0.3 s while a fit runs in a child process.
    clock : callable
        Seconds that only go forward, such as ``time.monotonic``.
    skips : callable
        Keys of the candidates the user asked to skip so far; asked as often as ``should_stop``. One that waits is not
        begun, one that runs is ended, one that is done stays. The baseline cannot be skipped: it is what all others are
        held against.
    finished : mapping of str to FittedRun
        Candidates kept from an earlier training of the same fingerprint; they are shown and not fitted again, unless
        other settings of them were fixed since.
    pipeline_of : callable, optional
        From the key of such a candidate to its fitted pipeline, for a blend; without it they are no part of one.
    runner : Runner, optional
        Where fits run; by default in child processes, which can be ended at any moment.
    threads : int, optional
        Threads all fits may use together on this machine; by default the cores this process may run on.
    scheduler : str
        Address of a Dask cluster that fits in the place of this machine.

    Returns
    -------
    Leaderboard
        The last board, with ``finished`` true.
    """
    began = clock()
    own = runner or start_runner(problem, seed=plan.seed, threads=threads or usable_cores(), scheduler=scheduler)
    try:
        desk = Desk(
            problem, plan, fingerprint, on_board, on_fitted, should_stop, skips, clock, lambda: own.where, began
        )
        return _Search(desk, own, pipeline_of).go(dict(finished or {}))
    finally:
        if runner is None:
            own.close()


class _Search:
    """One training under way."""

    def __init__(self, desk: Desk, runner: Runner, pipeline_of: Callable[[str], Any] | None) -> None:
        self.desk, self.runner, self.pipeline_of = desk, runner, pipeline_of
        self.problem, self.plan, self.metric = desk.problem, desk.plan, desk.metric
        self.folds = len(desk.folds)
        self.pace = Pace(size_of(desk.problem), runner.workers)

    def go(self, finished: dict[str, FittedRun]) -> Leaderboard:
        """Run the whole training."""
        desk = self.desk
        order = self._order(finished)
        if desk.n_fit > SEEN_ROWS:
            desk.notes.append(
                f"Scores on seen rows are computed on {SEEN_ROWS:,} of {desk.n_fit:,.0f} rows, "
                f"drawn with seed {self.plan.seed}."
            )
        desk.show()
        to_do = [spec for spec in order if desk.runs[spec.key].status is RunStatus.WAITING]
        for number, spec in enumerate(to_do):
            self._turn(spec, privileged=number < ALWAYS_TRIED)
            for later in to_do[number + 1 :]:
                if desk.runs[later.key].status is RunStatus.WAITING:
                    desk.set(later.key, forecast_seconds=round(self.pace.seconds(later), 2))
            desk.show()
        refining = Refining(desk, self.runner, self.pace, self.pipeline_of)
        refining.tune()
        refining.blend()
        board = desk.board(finished=True)
        desk.on_board(board)
        return board

    def _order(self, finished: dict[str, FittedRun]) -> list[ModelSpec]:
        """Write the lines of all candidates; return the catalogue's in the order in which they run."""
        wanted = candidates(self.desk.task, self.plan.candidates)
        asked = {spec.key for spec in wanted}
        kept = {key: run for key, run in finished.items() if self._still(run.run)}
        # What an earlier training finished costs nothing to show, whether it was asked for again or not.
        specs = [spec for spec in MODELS.values() if spec.key in asked or spec.key in kept]
        first = first_to_run(specs, self.pace.seconds)
        order = sorted(specs, key=lambda spec: (not spec.is_baseline, spec is not first))
        for spec in order:
            self.desk.runs[spec.key] = kept[spec.key].run if spec.key in kept else self._waiting(spec)
        for key, made in kept.items():
            self.desk.runs[key] = made.run
            self.desk.fitted[key] = made
        return order

    def _still(self, run: Run) -> bool:
        """Return whether a kept candidate has the settings that are asked for now."""
        if run.family and run.family != run.key:
            return all(run.params.get(name) == one for name, one in self._fixed(run.family).items())
        return run.key not in MODELS or dict(run.params) == self._fixed(run.key)

    def _fixed(self, key: str) -> dict[str, Any]:
        return dict(self.plan.settings.get(key, {}))

    def _waiting(self, spec: ModelSpec) -> Run:
        reason = spec.left_out(len(self.problem.split.train)) or cannot_keep(spec, self.problem)
        return Run(
            key=spec.key,
            title=spec.title,
            status=RunStatus.SKIPPED if reason else RunStatus.WAITING,
            reason=reason,
            is_baseline=spec.is_baseline,
            simplicity=spec.simplicity,
            family=spec.key,
            params=self._fixed(spec.key),
            forecast_seconds=None if reason else round(self.pace.seconds(spec), 2),
        )

    # --- one candidate -----------------------------------------------------------------------------------------

    def _turn(self, spec: ModelSpec, *, privileged: bool) -> None:
        desk = self.desk
        # A cluster may grow, shrink or be lost.
        self.pace.workers = self.runner.workers
        desk.stopped = desk.stopped or desk.should_stop()
        desk.skip_waiting()
        if desk.runs[spec.key].status is not RunStatus.WAITING:
            return
        reason = self._passed_over(spec, privileged=privileged)
        if reason:
            desk.end(spec.key, RunStatus.SKIPPED, reason)
            return
        desk.set(spec.key, status=RunStatus.RUNNING, expected_seconds=desk.runs[spec.key].forecast_seconds)
        desk.show()
        self._candidate(spec, privileged=privileged)

    def _passed_over(self, spec: ModelSpec, *, privileged: bool) -> str:
        if self.desk.stopped:
            return "The training was stopped before its turn."
        if self.desk.left <= 0:
            self.desk.out_of_time = True
            return "The time was used up before its turn."
        if privileged:
            return ""
        needs = self.pace.seconds(spec) + WRAP_UP_SECONDS
        if needs > self.desk.left:
            self.desk.out_of_time = True
            return f"It needs about {duration(needs)}; {duration(self.desk.left)} of the budget were left."
        if needs > LARGEST_SHARE * self.plan.budget_seconds and spec.key not in self.plan.candidates:
            self.desk.out_of_time = True
            return (
                f"It needs about {duration(needs)}, more than {LARGEST_SHARE:.0%} of the budget. "
                "Choose it by name, or give more time."
            )
        shape = self.pace.size
        takes = self.runner.workers * spec.memory(shape.rows, shape.columns, shape.classes)
        free_bytes = self.runner.free_bytes()
        if takes > free_bytes:
            return f"It needs about {size(takes)} of memory; {size(free_bytes)} are free."
        return ""

    def _candidate(self, spec: ModelSpec, *, privileged: bool) -> None:
        desk = self.desk
        params = tuple(self._fixed(spec.key).items())
        tasks = [FitTask(spec.key, fold, params) for fold in (*range(self.folds), REFIT)]
        answers: dict[int, FitAnswer] = {}
        scored: dict[int, FoldScore] = {}
        try:
            spec.checked(dict(params))
            for place, answer in self.runner.fit_all(tasks, partial(desk.interrupted, spec.key)):
                answers[place] = answer
                if place == self.folds:
                    continue
                scored.update({fold.fold: fold for fold in desk.scored(place, answer)})
                self._after_fold(spec, answers, scored)
                if not privileged and not self._fits(answers):
                    self._give_up(spec, len([fold for fold in answers if fold < self.folds]))
                    return
            if not scored:
                last = answers[self.folds - 1].undefined
                raise FitFailed(f"{self.metric.title} cannot be computed on any fold. {last}")
        except FitInterrupted:
            self._cut_off(spec.key, answers)
        except FitFailed as failure:
            desk.end(spec.key, RunStatus.FAILED, failure.cause)
        except TrainingError as fault:
            desk.end(spec.key, RunStatus.FAILED, fault.message)
        else:
            self._learn(spec, answers)
            ordered = [answers[fold] for fold in range(self.folds)]
            desk.keep(spec.key, ordered, [scored[fold] for fold in sorted(scored)], answers[self.folds])

    def _learn(self, spec: ModelSpec, answers: Mapping[int, FitAnswer]) -> None:
        judged = [answers[fold] for fold in range(self.folds)]
        model = float(np.mean([answer.busy - answer.prepared for answer in judged]))
        self.pace.learn(spec, model, max(answer.prepared for answer in answers.values()))

    def _after_fold(self, spec: ModelSpec, answers: Mapping[int, FitAnswer], scored: Mapping[int, FoldScore]) -> None:
        self.desk.set(
            spec.key,
            folds=tuple(scored[fold] for fold in sorted(scored)),
            fit_seconds=round(sum(answer.seconds for answer in answers.values()), 3),
            forecast_seconds=round(self._remaining(answers), 2),
        )
        self.desk.show()

    def _remaining(self, answers: Mapping[int, FitAnswer]) -> float:
        busy = [answer.busy for place, answer in answers.items() if place < self.folds]
        return self.pace.remaining(len(busy), float(np.mean(busy)), refit=self.folds not in answers)

    def _fits(self, answers: Mapping[int, FitAnswer]) -> bool:
        # The measured time is trusted only so far: a fold can be quicker than those before it.
        return self._remaining(answers) <= 1.2 * self.desk.left + 1.0

    def _give_up(self, spec: ModelSpec, folds_done: int) -> None:
        self.desk.out_of_time = True
        needs = self.desk.runs[spec.key].forecast_seconds or 0.0
        reason = (
            f"Ended after {folds_done} of {self.folds} folds: "
            f"the rest needs about {duration(needs)}; {duration(self.desk.left)} of the budget were left."
        )
        self.desk.end(spec.key, RunStatus.STOPPED, reason)

    def _cut_off(self, key: str, answers: Mapping[int, FitAnswer]) -> None:
        done = len([place for place in answers if place < self.folds])
        where = f"after {done} of {self.folds} folds"
        if done == self.folds:
            where = "after all folds, while it was fitted on all training rows"
        self.desk.cut_off(key, where)
