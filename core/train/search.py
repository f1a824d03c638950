"""The search: candidates, cheapest first, each fitted on the same folds and judged on the rows left out."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import numpy as np

from core.evaluate.scores import board_interval
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.prepare.problem import Problem
from core.train.board import FoldScore, Leaderboard, Run, RunStatus, TrainPlan
from core.train.catalog import ModelSpec, candidates
from core.train.fits import REFIT, SEEN_ROWS, FitAnswer, FitTask
from core.train.fitted import FittedRun, out_of_fold
from core.train.pace import Pace, size_of
from core.train.recommend import recommend
from core.train.runner import ChildRunner, FitFailed, FitInterrupted, Runner, usable_cores
from core.train.words import duration

ALWAYS_TRIED = 2
"""The first candidates in the order of cost, the baseline among them, are tried however little time there is."""
WRAP_UP_SECONDS = 0.5
"""Kept of the budget for the interval and for storing what was fitted."""
TRY_AGAIN = "To try it after all, press Train more when this training has ended."
"""What a person can do who skipped a candidate."""

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
    runner: Runner | None = None,
    threads: int | None = None,
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
        Candidates kept from an earlier training of the same fingerprint; they are shown and not fitted again.
    runner : Runner, optional
        Where fits run; by default in a child process, which can be ended at any moment.
    threads : int, optional
        Threads one fit may use; by default the cores this process may run on.

    Returns
    -------
    Leaderboard
        The last board, with ``finished`` true.
    """
    began = clock()
    own = runner or ChildRunner(problem, seed=plan.seed, threads=threads or usable_cores())
    try:
        search = _Search(problem, plan, fingerprint, on_board, on_fitted, should_stop, skips, clock, began, own)
        return search.go(dict(finished or {}))
    finally:
        if runner is None:
            own.close()


class _Search:
    """One training under way."""

    def __init__(
        self,
        problem: Problem,
        plan: TrainPlan,
        fingerprint: str,
        on_board: Callable[[Leaderboard], None],
        on_fitted: Callable[[FittedRun], None],
        should_stop: Callable[[], bool],
        skips: Callable[[], Collection[str]],
        clock: Callable[[], float],
        began: float,
        runner: Runner,
    ) -> None:
        assert problem.frame.task is not None
        assert problem.frame.metric is not None
        self.problem, self.plan, self.fingerprint = problem, plan, fingerprint
        self.on_board, self.on_fitted, self.should_stop = on_board, on_fitted, should_stop
        self.skips, self.clock, self.began, self.runner = skips, clock, began, runner
        self.task: Task = problem.frame.task
        self.metric = METRICS[problem.frame.metric]
        self.folds = problem.split.folds
        self.n_fit = float(np.mean([len(fit) for fit, _ in self.folds]))
        self.n_judge = float(np.mean([len(judge) for _, judge in self.folds]))
        self.pace = Pace(size_of(problem))
        self.runs: dict[str, Run] = {}
        self.notes: list[str] = list(problem.split.notes)
        self.stopped = False
        self.out_of_time = False

    # --- the board ---------------------------------------------------------------------------------------------

    def board(self, finished: bool = False) -> Leaderboard:
        """Return the board as it stands; ``runs`` keeps waiting candidates in the order in which they will run."""
        advice = recommend(list(self.runs.values()), self.metric.key, len(self.folds), self.n_fit, self.n_judge)
        p_values = advice.p_values or {}
        runs = [
            run.model_copy(update={"tied": run.key in advice.tied, "p_value": p_values.get(run.key)})
            for run in self.runs.values()
        ]
        ended = ""
        if finished:
            ended = "stopped" if self.stopped else "budget" if self.out_of_time else "done"
        return Leaderboard(
            fingerprint=self.fingerprint,
            metric=self.metric.key,
            higher_is_better=self.metric.higher_is_better,
            runs=tuple(sorted(runs, key=self._place)),
            recommended=advice.key,
            recommendation=advice.text,
            rows=len(self.problem.split.train),
            judged_rows=self.problem.split.judged_rows,
            judged=self.problem.split.judged_words,
            test_rows=len(self.problem.split.test),
            folds=len(self.folds),
            seed=self.plan.seed,
            budget_seconds=self.plan.budget_seconds,
            seconds=round(self.clock() - self.began, 2),
            finished=finished,
            ended=ended,
            notes=tuple(self.notes),
        )

    def _place(self, run: Run) -> tuple[int, float]:
        order = (RunStatus.DONE, RunStatus.RUNNING, RunStatus.WAITING, RunStatus.STOPPED, RunStatus.SKIPPED)
        rank = order.index(run.status) if run.status in order else len(order)
        if run.status is not RunStatus.DONE or run.score is None:
            return rank, 0.0
        return rank, -run.score if self.metric.higher_is_better else run.score

    def _set(self, key: str, **changes: Any) -> None:
        self.runs[key] = self.runs[key].model_copy(update=changes)

    def _show(self) -> None:
        self.on_board(self.board())

    # --- the order ---------------------------------------------------------------------------------------------

    def go(self, finished: dict[str, FittedRun]) -> Leaderboard:
        """Run the whole training."""
        wanted = candidates(self.task, self.plan.candidates)
        asked = {spec.key for spec in wanted}
        # What an earlier training finished costs nothing to show, whether it was asked for again or not.
        specs = [spec for spec in candidates(self.task) if spec.key in asked or spec.key in finished]
        order = sorted(specs, key=lambda spec: (not spec.is_baseline, self.pace.seconds(spec)))
        for spec in order:
            kept = finished.get(spec.key)
            self.runs[spec.key] = kept.run if kept else self._waiting(spec)
        if self.n_fit > SEEN_ROWS:
            self.notes.append(
                f"Scores on seen rows are computed on {SEEN_ROWS:,} of {self.n_fit:,.0f} rows, "
                f"drawn with seed {self.plan.seed}."
            )
        self._show()
        to_do = [spec for spec in order if self.runs[spec.key].status is RunStatus.WAITING]
        for number, spec in enumerate(to_do):
            if self.should_stop():
                self.stopped = True
            self._skip_waiting()
            if self.runs[spec.key].status is not RunStatus.WAITING:
                continue
            reason = self._passed_over(spec, privileged=number < ALWAYS_TRIED)
            if reason:
                self._set(spec.key, status=RunStatus.SKIPPED, reason=reason, forecast_seconds=None)
                continue
            self._set(spec.key, status=RunStatus.RUNNING)
            self._show()
            self._candidate(spec, privileged=number < ALWAYS_TRIED)
            self._refresh_forecasts(to_do[number + 1 :])
            self._show()
        board = self.board(finished=True)
        self.on_board(board)
        return board

    def _waiting(self, spec: ModelSpec) -> Run:
        too_large = spec.most_rows is not None and len(self.problem.split.train) > spec.most_rows
        return Run(
            key=spec.key,
            title=spec.title,
            status=RunStatus.SKIPPED if too_large else RunStatus.WAITING,
            reason=spec.most_rows_reason if too_large else "",
            is_baseline=spec.is_baseline,
            simplicity=spec.simplicity,
            forecast_seconds=None if too_large else round(self.pace.seconds(spec), 2),
        )

    def _refresh_forecasts(self, waiting: list[ModelSpec]) -> None:
        for spec in waiting:
            if self.runs[spec.key].status is RunStatus.WAITING:
                self._set(spec.key, forecast_seconds=round(self.pace.seconds(spec), 2))

    def _skip_waiting(self) -> None:
        asked = [key for key in self.skips() if key in self.runs and self.runs[key].status is RunStatus.WAITING]
        for key in asked:
            if not self.runs[key].is_baseline:
                reason = f"Skipped by you before its turn. {TRY_AGAIN}"
                self._set(key, status=RunStatus.SKIPPED, reason=reason, forecast_seconds=None)
                self._show()

    # --- the time ----------------------------------------------------------------------------------------------

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return self.plan.budget_seconds - (self.clock() - self.began)

    def _interrupted(self, spec: ModelSpec) -> bool:
        self.stopped = self.stopped or self.should_stop()
        self._skip_waiting()
        return self.stopped or self.left <= 0 or self._is_skipped(spec)

    def _is_skipped(self, spec: ModelSpec) -> bool:
        return not spec.is_baseline and spec.key in self.skips()

    def _passed_over(self, spec: ModelSpec, *, privileged: bool) -> str:
        if self.stopped:
            return "The training was stopped before its turn."
        if self.left <= 0:
            self.out_of_time = True
            return "The time was used up before its turn."
        needs = self.pace.seconds(spec) + WRAP_UP_SECONDS
        if not privileged and needs > self.left:
            self.out_of_time = True
            return f"It needs about {duration(needs)}; {duration(self.left)} of the budget were left."
        return ""

    # --- one candidate -----------------------------------------------------------------------------------------

    def _candidate(self, spec: ModelSpec, *, privileged: bool) -> None:
        answers: list[FitAnswer] = []
        scored: list[FoldScore] = []
        interrupted = partial(self._interrupted, spec)
        try:
            for fold in range(len(self.folds)):
                answer = self.runner.fit(FitTask(spec.key, fold), interrupted)
                answers.append(answer)
                scored += self._scored(fold, answer)
                self._after_fold(spec, answers, scored)
                if not privileged and not self._fits(spec, answers):
                    self._give_up(spec, len(answers))
                    return
            if not scored:
                raise FitFailed(f"{self.metric.title} cannot be computed on any fold. {answers[-1].undefined}")
            whole = self.runner.fit(FitTask(spec.key, REFIT), interrupted)
        except FitInterrupted:
            self._ended(spec, len(answers))
        except FitFailed as failure:
            self._set(spec.key, status=RunStatus.FAILED, reason=failure.cause, forecast_seconds=None)
        else:
            # The baseline meets the recipe only in its last fit.
            extra = whole.busy if spec.is_baseline else 0.0
            self.pace.learn(spec, float(np.mean([answer.busy for answer in answers])) + extra)
            self._done(spec, answers, scored, whole)

    def _scored(self, fold: int, answer: FitAnswer) -> list[FoldScore]:
        metrics = answer.metrics or {}
        if self.metric.key not in metrics or not np.isfinite(answer.seen):
            note = f"Fold {fold + 1} is not scored by {self.metric.title}: {answer.undefined or 'it is not a number.'}"
            if note not in self.notes:
                self.notes.append(note)
            return []
        return [
            FoldScore(
                fold=fold,
                unseen=metrics[self.metric.key],
                seen=answer.seen,
                seconds=round(answer.seconds, 4),
                metrics=metrics,
            )
        ]

    def _after_fold(self, spec: ModelSpec, answers: list[FitAnswer], scored: list[FoldScore]) -> None:
        average = float(np.mean([answer.busy for answer in answers]))
        self._set(
            spec.key,
            folds=tuple(scored),
            fit_seconds=round(sum(answer.seconds for answer in answers), 3),
            forecast_seconds=round(self.pace.remaining(spec, len(answers), average), 2),
        )
        self._show()

    def _fits(self, spec: ModelSpec, answers: list[FitAnswer]) -> bool:
        average = float(np.mean([answer.busy for answer in answers]))
        # The measured time is trusted only so far: a fold can be quicker than those before it.
        return self.pace.remaining(spec, len(answers), average) <= 1.2 * self.left + 1.0

    def _give_up(self, spec: ModelSpec, folds_done: int) -> None:
        self.out_of_time = True
        needs = self.runs[spec.key].forecast_seconds or 0.0
        reason = (
            f"Ended after {folds_done} of {len(self.folds)} folds: "
            f"the rest needs about {duration(needs)}; {duration(self.left)} of the budget were left."
        )
        self._set(spec.key, status=RunStatus.STOPPED, reason=reason, forecast_seconds=None)

    def _ended(self, spec: ModelSpec, folds_done: int) -> None:
        where = f"after {folds_done} of {len(self.folds)} folds"
        if folds_done == len(self.folds):
            where = "after all folds, while it was fitted on all training rows"
        status = RunStatus.STOPPED
        if self.stopped:
            reason = f"Stopped {where}."
        elif self._is_skipped(spec):
            status, reason = RunStatus.SKIPPED, f"Skipped by you {where}. {TRY_AGAIN}"
        else:
            self.out_of_time = True
            reason = f"Ran out of time {where}."
        self._set(spec.key, status=status, reason=reason, forecast_seconds=None)

    def _done(self, spec: ModelSpec, answers: list[FitAnswer], scored: list[FoldScore], whole: FitAnswer) -> None:
        outcomes, folds, rows = out_of_fold(self.problem, answers)
        scores = np.full(len(self.folds), np.nan)
        for fold in scored:
            scores[fold.fold] = fold.unseen
        score = board_interval(outcomes, scores, folds, self.metric.key, self.n_fit, self.n_judge, self.plan.seed)
        with_interval = np.isfinite(score.low) and np.isfinite(score.high)
        run = self.runs[spec.key].model_copy(
            update={
                "status": RunStatus.DONE,
                "summary": whole.summary,
                "score": score.value,
                "low": score.low if with_interval else None,
                "high": score.high if with_interval else None,
                "seen": float(np.mean([fold.seen for fold in scored])),
                "fit_seconds": round(sum(answer.seconds for answer in [*answers, whole]), 3),
                "size_bytes": len(whole.model or b""),
                "forecast_seconds": None,
                "notes": self._warnings(answers, whole),
            }
        )
        self.on_fitted(FittedRun(run, whole.pipeline(), outcomes, folds, rows))
        self.runs[spec.key] = run

    def _warnings(self, answers: list[FitAnswer], whole: FitAnswer) -> tuple[str, ...]:
        texts = sorted({note for answer in [*answers, whole] for note in answer.notes})
        fits = len(answers) + 1
        return tuple(
            f"It {text} in {sum(text in answer.notes for answer in [*answers, whole])} of {fits} fits."
            for text in texts
        )
