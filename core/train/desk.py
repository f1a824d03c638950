"""The board of a training under way, its clock, and what was asked of it meanwhile."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.scores import board_interval
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.prepare.problem import Problem
from core.train.board import FoldScore, Leaderboard, Run, RunStatus, TrainPlan
from core.train.fits import FitAnswer
from core.train.fitted import FittedRun, out_of_fold
from core.train.recommend import recommend

TRY_AGAIN = "To try it after all, press Train more when this training has ended."
"""What a person can do who skipped a candidate."""


class Desk:
    """One training under way: what is known of each candidate, and whether it may go on.

    Parameters
    ----------
    problem, plan, fingerprint, on_board, on_fitted, should_stop, skips, clock
        As in ``core.train.search.train``.
    where : callable
        Where fits run, in words.
    began : float, optional
        When the budget began to count, by the clock; by default now.
    """

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
        where: Callable[[], str] = str,
        began: float | None = None,
    ) -> None:
        assert problem.frame.task is not None
        assert problem.frame.metric is not None
        self.problem, self.plan, self.fingerprint = problem, plan, fingerprint
        self.on_board, self.on_fitted = on_board, on_fitted
        self.should_stop, self.skips, self.clock, self.where = should_stop, skips, clock, where
        self.began = clock() if began is None else began
        self.task: Task = problem.frame.task
        self.metric = METRICS[problem.frame.metric]
        self.folds = problem.split.folds
        self.n_fit = float(np.mean([len(fit) for fit, _ in self.folds]))
        self.n_judge = float(np.mean([len(judge) for _, judge in self.folds]))
        self.runs: dict[str, Run] = {}
        self.fitted: dict[str, FittedRun] = {}
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
            tunes=self.plan.draws != 0,
            finished=finished,
            ended=ended,
            where=self.where(),
            notes=tuple(self.notes),
        )

    def _place(self, run: Run) -> tuple[int, float]:
        order = (RunStatus.DONE, RunStatus.RUNNING, RunStatus.WAITING, RunStatus.STOPPED, RunStatus.SKIPPED)
        rank = order.index(run.status) if run.status in order else len(order)
        if run.status is not RunStatus.DONE or run.score is None:
            return rank, 0.0
        return rank, -run.score if self.metric.higher_is_better else run.score

    def set(self, key: str, **changes: Any) -> None:
        """Change what is known of a candidate."""
        self.runs[key] = self.runs[key].model_copy(update=changes)

    def show(self) -> None:
        """Give out the board as it stands."""
        self.on_board(self.board())

    def note(self, text: str) -> None:
        """Write a line under the board, once."""
        if text not in self.notes:
            self.notes.append(text)

    def end(self, key: str, status: RunStatus, reason: str) -> None:
        """Say that a candidate will not be done, and why."""
        self.set(key, status=status, reason=reason, forecast_seconds=None)

    # --- the time ----------------------------------------------------------------------------------------------

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return self.plan.budget_seconds - (self.clock() - self.began)

    def interrupted(self, key: str) -> bool:
        """Return whether the candidate that runs is to be ended."""
        self.stopped = self.stopped or self.should_stop()
        self.skip_waiting()
        return self.stopped or self.left <= 0 or self.is_skipped(key)

    def is_skipped(self, key: str) -> bool:
        """Return whether the user asked to skip it; the baseline cannot be skipped."""
        return not self.runs[key].is_baseline and key in self.skips()

    def is_asked_to_skip(self, key: str) -> bool:
        """Return whether the user asked to skip what may not be on the board yet."""
        return key in self.skips()

    def skip_waiting(self) -> None:
        """Say of those that wait that they were skipped, where the user asked for it."""
        for key in self.skips():
            if key in self.runs and self.runs[key].status is RunStatus.WAITING and not self.runs[key].is_baseline:
                self.end(key, RunStatus.SKIPPED, f"Skipped by you before its turn. {TRY_AGAIN}")
                self.show()

    def cut_off(self, key: str, where: str) -> None:
        """Say that a candidate was ended while it ran, and by what."""
        status = RunStatus.STOPPED
        if self.stopped:
            reason = f"Stopped {where}."
        elif self.is_skipped(key):
            status, reason = RunStatus.SKIPPED, f"Skipped by you {where}. {TRY_AGAIN}"
        else:
            self.out_of_time = True
            reason = f"Ran out of time {where}."
        self.end(key, status, reason)

    # --- scores ------------------------------------------------------------------------------------------------

    def scored(self, fold: int, answer: FitAnswer) -> list[FoldScore]:
        """Return a fold's score, or nothing where the metric is not defined there, which is noted."""
        metrics = answer.metrics or {}
        if self.metric.key not in metrics or not np.isfinite(answer.seen):
            self.note(
                f"Fold {fold + 1} is not scored by {self.metric.title}: {answer.undefined or 'it is not a number.'}"
            )
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

    def keep(
        self,
        key: str,
        answers: list[FitAnswer],
        scored: list[FoldScore],
        whole: FitAnswer,
        tried: NDArray[np.float32] | None = None,
    ) -> None:
        """Score a candidate whose folds and last fit are done, and hand it out."""
        outcomes, folds, rows = out_of_fold(self.problem, answers)
        fits = [*answers, whole]
        self.hand_out(
            key,
            FittedRun(self.runs[key], whole.pipeline(), outcomes, folds, rows, tried),
            scored,
            summary=whole.summary,
            fit_seconds=round(sum(answer.seconds for answer in fits), 3),
            size_bytes=len(whole.model or b""),
            notes=_warnings(fits),
        )

    def hand_out(self, key: str, made: FittedRun, scored: list[FoldScore], **changes: Any) -> None:
        """Write a finished candidate's line and give both out."""
        scores = np.full(len(self.folds), np.nan)
        for fold in scored:
            scores[fold.fold] = fold.unseen
        score = board_interval(
            made.outcomes, scores, made.folds, self.metric.key, self.n_fit, self.n_judge, self.plan.seed
        )
        with_interval = np.isfinite(score.low) and np.isfinite(score.high)
        run = self.runs[key].model_copy(
            update={
                "status": RunStatus.DONE,
                "folds": tuple(scored),
                "score": score.value,
                "low": score.low if with_interval else None,
                "high": score.high if with_interval else None,
                "seen": float(np.mean([fold.seen for fold in scored])),
                "forecast_seconds": None,
                "reason": "",
                **changes,
            }
        )
        made = replace(made, run=run)
        self.on_fitted(made)
        self.runs[key], self.fitted[key] = run, made


def _warnings(fits: list[FitAnswer]) -> tuple[str, ...]:
    texts = sorted({note for answer in fits for note in answer.notes})
    return tuple(f"It {text} in {sum(text in answer.notes for answer in fits)} of {len(fits)} fits." for text in texts)
