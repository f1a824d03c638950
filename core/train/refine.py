"""What a search does once its candidates are done: tune the best of them, and let all answer together."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.optimism import rows_chosen_on
from core.framing.metrics import METRICS, evaluate_all
from core.framing.outcomes import Outcomes
from core.train.blend import Weights, can_blend, choose_weights, cross_fitted
from core.train.board import FoldScore, Run, RunStatus
from core.train.catalog import MODELS, ModelSpec
from core.train.desk import Desk
from core.train.fits import REFIT, FitTask
from core.train.fitted import FittedRun, out_of_fold
from core.train.pace import Pace
from core.train.runner import FitFailed, FitInterrupted, Runner
from core.train.together import put_together
from core.train.tuning import AT_ONCE, PATIENCE, Draft, Tuner, free

TUNED = "_tuned"
"""Ends the key of the best settings that tuning found for a candidate."""
BLEND = "blend"
BLEND_RANK = 30
"""How hard a blend is to explain, beside the candidates of the catalogue."""
NAMED = 2
"""Members of a blend that its row names; the note below the board names all."""
BLEND_CANDIDATES = 10
"""A blend is chosen among this many of the best."""
TRIED = 40
"""Settings of a kind whose answers are kept, the best ones, to tell what the best owes to luck."""
STOP_SECONDS = 2.5
"""What a person who pressed Stop is made to wait for the best settings that tuning found."""
BLEND_SECONDS = 1.5
"""Kept of the budget for a blend, as many for each 100,000 rows, and more with more than three outcomes."""


class Refining:
    """The second part of a training.

    Parameters
    ----------
    desk, runner, pace
        Of the training.
    pipeline_of : callable or None
        From the key of a kept candidate to its fitted pipeline.
    """

    def __init__(self, desk: Desk, runner: Runner, pace: Pace, pipeline_of: Callable[[str], Any] | None) -> None:
        self.desk, self.runner, self.pace, self.pipeline_of = desk, runner, pace, pipeline_of
        self.plan, self.metric = desk.plan, desk.metric
        self.folds = len(desk.folds)
        self.tried: dict[str, list[tuple[Draft, NDArray[np.float32]]]] = {}
        harder = max(1.0, len(desk.problem.classes) / 3)
        rows = len(desk.problem.split.train)
        self.reserve = BLEND_SECONDS * (1 + rows / 100_000) * harder if desk.plan.blend else 0.5

    # --- tuning ------------------------------------------------------------------------------------------------

    def tune(self) -> None:
        """Draw settings for the best candidates until the time is up, the draws are made, or they bring nothing."""
        found = self._worth_tuning()
        if not found:
            return
        tuner = Tuner(found, self.metric, self.plan.seed, self.plan.settings)
        lines = {spec.key: self._line(spec) for spec in tuner.specs}
        try:
            while self._goes_on(tuner):
                self._batch(tuner, lines)
            if tuner.exhausted:
                self.desk.note(f"Tuning ended: the last {PATIENCE} of {tuner.count} draws brought nothing.")
            self._keep_best(tuner, lines, self._interrupted)
        except FitInterrupted:
            self._save_best(tuner, lines)
            self._leave(tuner, lines)

    def _save_best(self, tuner: Tuner, lines: dict[str, str]) -> None:
        """Keep what tuning found although it was stopped, where fitting it on all rows takes a moment."""
        desk = self.desk
        open_ = {key: line for key, line in lines.items() if key in tuner.best and line not in desk.fitted}
        takes = sum(self.pace.fit_seconds(MODELS[key]) * 1.3 for key in open_)
        if not desk.stopped or not open_ or takes > STOP_SECONDS / 2:
            return
        until = desk.clock() + STOP_SECONDS
        with suppress(FitInterrupted):
            self._keep_best(tuner, open_, lambda: desk.clock() > until)

    def _worth_tuning(self) -> list[tuple[ModelSpec, Run]]:
        desk = self.desk
        if self.plan.draws == 0 or desk.stopped or desk.problem.split.blocks > 1:
            return []
        done = [run for run in desk.runs.values() if run.status is RunStatus.DONE and run.family == run.key]
        done.sort(key=lambda run: run.score or 0.0, reverse=self.metric.higher_is_better)
        specs = [(MODELS[run.key], run) for run in done if not run.is_baseline]
        # What was fitted where an extra is installed may be kept on a machine that has it not.
        return [(spec, run) for spec, run in specs if not spec.missing and free(spec, self.plan.settings)]

    def _line(self, spec: ModelSpec) -> str:
        """Write the line of a candidate's best settings; return its key.

        Those of an earlier training stay beside it: somebody may have chosen one.
        """
        earlier = len(self._earlier(spec.key))
        number = f" {earlier + 1}" if earlier else ""
        key = f"{spec.key}{TUNED}{number.replace(' ', '_')}"
        self.desk.runs[key] = Run(
            key=key,
            title=f"{spec.title}, tuned{number}",
            status=RunStatus.WAITING,
            simplicity=spec.simplicity,
            family=spec.key,
        )
        return key

    def _earlier(self, family: str) -> list[Run]:
        """Return what earlier trainings found for a candidate by tuning."""
        return [made.run for key, made in self.desk.fitted.items() if key != family and made.run.family == family]

    def _goes_on(self, tuner: Tuner) -> bool:
        desk = self.desk
        desk.stopped = desk.stopped or desk.should_stop()
        if desk.stopped:
            raise FitInterrupted
        if tuner.exhausted or not tuner.specs:
            return False
        if self.plan.draws is not None and tuner.count >= self.plan.draws:
            return False
        # A batch of the slowest of them, and the last fits of what was found, must still fit.
        batch = max(self.pace.fit_seconds(spec) for spec in tuner.specs) * self.folds * AT_ONCE / self.runner.workers
        last = sum(self.pace.fit_seconds(MODELS[key]) * 1.3 for key in tuner.best)
        if 1.2 * batch + last + self.reserve > desk.left:
            if tuner.count:
                desk.note(f"Tuning drew {tuner.count} settings in the time that was left.")
            return False
        return True

    def _batch(self, tuner: Tuner, lines: dict[str, str]) -> None:
        most = AT_ONCE if self.plan.draws is None else self.plan.draws - tuner.count
        drafts = tuner.next(most)
        for draft in drafts:
            self.desk.set(lines[draft.spec.key], status=RunStatus.RUNNING)
        self.desk.show()
        # Fold by fold, so that a draw that is worse can be given up before its last ones.
        tasks = [(draft, fold, draft.tasks(self.folds)[fold]) for fold in range(self.folds) for draft in drafts]

        def wanted(place: int) -> bool:
            return tasks[place][0].ended_at is None

        try:
            for place, answer in self.runner.fit_all([one for _, _, one in tasks], self._interrupted, wanted):
                draft, fold, _ = tasks[place]
                draft.take(fold, answer, self.metric)
        except FitFailed as failure:
            self.desk.note(f"A draw of tuning failed: {failure.cause}")
        for draft in drafts:
            tuner.tell(draft)
            self._remember(draft)
            self._progress(tuner, draft, lines[draft.spec.key])
        self.desk.show()

    def _remember(self, draft: Draft) -> None:
        """Keep what a whole draw said of some rows; see ``core.evaluate.optimism``."""
        score = draft.score(self.metric)
        if draft.ended_at is not None or score is None or len(draft.answers) < self.folds:
            return
        outcomes, _, _ = out_of_fold(self.desk.problem, [draft.answers[fold] for fold in range(self.folds)])
        said = outcomes.values if outcomes.probabilities is None else outcomes.probabilities
        assert said is not None
        some = said[rows_chosen_on(len(outcomes), self.plan.seed)].astype(np.float32)
        kept = self.tried.setdefault(draft.spec.key, [])
        kept.append((draft, some))
        kept.sort(key=lambda one: one[0].score(self.metric) or 0.0, reverse=self.metric.higher_is_better)
        del kept[TRIED:]

    def _others(self, best: Draft) -> NDArray[np.float32] | None:
        others = [said for draft, said in self.tried.get(best.spec.key, ()) if draft is not best]
        return np.stack(others) if others else None

    def _interrupted(self) -> bool:
        self.desk.stopped = self.desk.stopped or self.desk.should_stop()
        return self.desk.stopped or self.desk.left <= self.reserve / 2

    def _progress(self, tuner: Tuner, draft: Draft, line: str) -> None:
        key = draft.spec.key
        best = tuner.best.get(key)
        scored = self._scores(best) if best is not None else ()
        tried = f"{len(tuner.draws[key])} drawn"
        metric = METRICS[self.metric.key]
        score = best.score(self.metric) if best is not None else None
        self.desk.set(
            line,
            draws=tuple(tuner.draws[key]),
            folds=tuple(scored),
            summary=f"{tried}, best {metric.format(score)}" if score is not None else f"{tried}, none better yet",
            fit_seconds=round(sum(draw.seconds for draw in tuner.draws[key]), 3),
        )

    def _scores(self, draft: Draft) -> tuple[FoldScore, ...]:
        return tuple(one for fold in sorted(draft.answers) for one in self.desk.scored(fold, draft.answers[fold]))

    def _keep_best(self, tuner: Tuner, lines: dict[str, str], interrupted: Callable[[], bool]) -> None:
        """Fit the best settings of each candidate on all training rows."""
        desk = self.desk
        won = [key for key in lines if key in tuner.best]
        for key in lines:
            if key not in tuner.best:
                self._settle(tuner, key, lines[key])
        tasks = [FitTask(key, REFIT, tuple(tuner.best[key].params.items())) for key in won]
        for place, whole in self.runner.fit_all(tasks, interrupted):
            best, line = tuner.best[won[place]], lines[won[place]]
            answers = [best.answers[fold] for fold in range(self.folds)]
            if not all(self._improves(best, run) for run in self._earlier(won[place])):
                del desk.runs[line]
                desk.note(f"{MODELS[won[place]].title}: no draw was better than those of the training before.")
                continue
            desk.set(line, params=best.params)
            desk.keep(line, answers, list(self._scores(best)), whole, self._others(best))
            desk.show()

    def _improves(self, best: Draft, earlier: Run) -> bool:
        score = best.score(self.metric)
        return score is not None and (earlier.score is None or self.metric.better(score, earlier.score))

    def _settle(self, tuner: Tuner, key: str, line: str) -> None:
        """Take the line of a candidate whose draws brought nothing off the board; a note says what was tried."""
        drawn = len(tuner.draws[key])
        del self.desk.runs[line]
        if drawn:
            title = MODELS[key].title
            self.desk.note(f"{title}: {drawn} other setting{'s were' if drawn != 1 else ' was'} tried, none better.")

    def _leave(self, tuner: Tuner, lines: dict[str, str]) -> None:
        """Say of what was under way when time or the user ended it that it is not kept."""
        for key, line in lines.items():
            run = self.desk.runs.get(line)
            if run is None or run.status is RunStatus.DONE:
                continue
            if key not in tuner.best:
                self._settle(tuner, key, line)
            else:
                drawn = len(tuner.draws[key])
                times = f"{drawn} draw{'s' if drawn != 1 else ''}"
                self.desk.cut_off(line, f"after {times}, before the best was fitted on all rows")

    # --- the blend ---------------------------------------------------------------------------------------------

    def blend(self) -> None:
        """Let the best candidates answer together, with weights chosen on rows they had not seen."""
        desk = self.desk
        earlier = [run for run in desk.runs.values() if run.key.startswith(BLEND)]
        key = f"{BLEND}_{len(earlier) + 1}" if earlier else BLEND
        if not self.plan.blend or desk.stopped or desk.left <= 0 or desk.is_asked_to_skip(key):
            return
        candidates = self._to_blend()
        some = next(iter(desk.fitted.values()), None)
        if some is None or not can_blend(candidates, some.folds):
            return
        title = f"Blend {len(earlier) + 1}" if earlier else "Blend"
        desk.runs[key] = Run(key=key, title=title, status=RunStatus.RUNNING, simplicity=BLEND_RANK + len(earlier))
        desk.show()
        weights = choose_weights(candidates, self.plan.seed, self.metric.key)
        pipelines = {key: self._pipeline(key) for key in weights.names}
        row = desk.problem.X.iloc[desk.problem.split.train[:2]]
        pipeline = put_together(pipelines, weights, row) if len(weights.names) > 1 else None
        if pipeline is None:
            del desk.runs[key]
            if len(weights.names) == 1:
                desk.note(f"A blend would use {desk.runs[weights.names[0]].title} alone, so none was made.")
            return
        outcomes = cross_fitted(candidates, some.folds, self.plan.seed, self.metric.key)
        scored = self._blend_scores(outcomes, some, weights)
        if not scored or not self._better_than_all(scored, earlier):
            del desk.runs[key]
            if scored:
                desk.note("A blend of all that is there now is no better than the one before.")
            return
        made = FittedRun(desk.runs[key], pipeline, outcomes, some.folds, some.rows)
        desk.hand_out(
            key,
            made,
            scored,
            summary=self._members(weights),
            fit_seconds=round(sum(desk.runs[name].fit_seconds for name in weights.names), 3),
            size_bytes=sum(desk.runs[name].size_bytes or 0 for name in weights.names),
        )

    def _better_than_all(self, scored: list[FoldScore], earlier: list[Run]) -> bool:
        """Return whether a blend beats those of earlier trainings, which stay: somebody may have chosen one."""
        score = float(np.mean([fold.unseen for fold in scored]))
        return all(run.score is None or self.metric.better(score, run.score) for run in earlier)

    def _to_blend(self) -> dict[str, Outcomes]:
        desk = self.desk
        done = [made.run for made in desk.fitted.values() if not made.run.is_baseline and made.run.score is not None]
        done = [run for run in done if not run.key.startswith(BLEND) and self._can_load(run.key)]
        done.sort(key=lambda run: run.score or 0.0, reverse=self.metric.higher_is_better)
        return {run.key: desk.fitted[run.key].outcomes for run in done[:BLEND_CANDIDATES]}

    def _can_load(self, key: str) -> bool:
        return self.desk.fitted[key].pipeline is not None or self.pipeline_of is not None

    def _pipeline(self, key: str) -> Any:
        found = self.desk.fitted[key].pipeline
        if found is None:
            assert self.pipeline_of is not None
            found = self.pipeline_of(key)
        return found

    def _blend_scores(self, outcomes: Outcomes, some: FittedRun, weights: Weights) -> list[FoldScore]:
        """Score a blend fold by fold; on seen rows it is as far above as its members are on average."""
        seen = {name: {fold.fold: fold.seen for fold in self.desk.runs[name].folds} for name in weights.names}
        scored = []
        for fold in np.unique(some.folds):
            inside = outcomes.take(some.folds == fold)
            value = self.metric.compute(inside)
            known = [one[int(fold)] for one in seen.values() if int(fold) in one]
            if np.isfinite(value) and known:
                metrics = {key: one for key, one in evaluate_all(inside).items() if np.isfinite(one)}
                scored.append(
                    FoldScore(fold=int(fold), unseen=value, seen=float(np.mean(known)), seconds=0.0, metrics=metrics)
                )
        return scored

    def _members(self, weights: Weights) -> str:
        order = np.argsort(-weights.weights)
        shares = [f"{self.desk.runs[weights.names[one]].title} {weights.weights[one]:.0%}" for one in order]
        self.desk.note(f"The blend: {', '.join(shares)}.")
        more = len(shares) - NAMED
        return ", ".join(shares[:NAMED]) + (f" and {more} more" if more > 0 else "")
