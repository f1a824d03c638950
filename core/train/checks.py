"""What a finished training tells that its reader should know before choosing a model."""

from dataclasses import dataclass
from statistics import stdev
from typing import Final

from core.findings import Check, Finding, Fix, Severity, run_checks
from core.framing.frame import Frame
from core.framing.metrics import METRICS, Metric
from core.train.board import Leaderboard, Run, RunStatus
from core.train.recommend import number_word, spread
from core.train.words import duration

BY_HEART = 0.1
"""A model that is better by more than this on the rows it saw learns them by heart."""
UNSTABLE = 0.1
"""A standard deviation of the fold scores above this is wide."""
ERROR_SHARE = 0.25
"""The same two limits for errors, whose unit is the outcome's: as a share of the error on rows not seen."""


@dataclass(frozen=True, eq=False)
class TrainingFacts:
    """What a check of a finished training may look at.

    Parameters
    ----------
    board : Leaderboard
    frame : Frame
    metric : Metric
        That judged.
    current : str or None
        The run chosen, by the user or by the recommendation.
    """

    board: Leaderboard
    frame: Frame
    metric: Metric
    current: str | None


def check_training(board: Leaderboard, frame: Frame, *, chosen: str | None = None) -> list[Finding]:
    """Return the findings of a training, worst first.

    Parameters
    ----------
    board : Leaderboard
        Of a finished training; while one runs nothing is found yet.
    frame : Frame
    chosen : str or None
        The run the user chose; ``None`` follows the recommendation.

    Returns
    -------
    list of Finding
    """
    if not board.finished:
        return []
    metric = METRICS[board.metric]
    current = chosen if chosen in {run.key for run in board.done} else board.recommended
    return run_checks(CHECKS, TrainingFacts(board, frame, metric, current))


def _choose(board: Leaderboard, key: str | None, current: str | None) -> Fix | None:
    if key is None or key == current:
        return None
    return Fix(f"Choose {board.run(key).title.lower()}", "choose_run", {"run": key})


def _models(board: Leaderboard) -> list[Run]:
    return [run for run in board.done if not run.is_baseline and run.score is not None]


def _nothing_finished(facts: TrainingFacts) -> list[Finding]:
    board = facts.board
    if _models(board):
        return []
    return [
        Finding(
            code="nothing-finished",
            severity=Severity.ERROR,
            title="No candidate finished",
            evidence=f"{len(board.runs)} candidates; {duration(board.seconds)} of {duration(board.budget_seconds)}.",
            why="Without a finished candidate there is nothing to judge. "
            "Give the training more time, or look at why the candidates failed.",
            acceptable=False,
        )
    ]


def _not_better(facts: TrainingFacts) -> list[Finding]:
    board, frame, metric = facts.board, facts.frame, facts.metric
    models, baseline = _models(board), board.baseline
    if not models or baseline is None or baseline.score is None or board.recommended != baseline.key:
        return []
    best = models[0]
    return [
        Finding(
            code="not-better-than-baseline",
            severity=Severity.WARNING,
            title="Nothing beats always guessing",
            evidence=f"{best.title} scores {_scored(best, metric)}; the baseline {metric.format(baseline.score)}.",
            why=f"Either the columns say little about these {frame.rows_are}, or there are too few of them to tell. "
            "Look for columns that are known in time and closer to the outcome.",
        )
    ]


def _good_enough(facts: TrainingFacts) -> list[Finding]:
    board, frame, metric, current = facts.board, facts.frame, facts.metric, facts.current
    if frame.good_enough is None or current is None or metric.key != frame.metric:
        return []
    run = board.run(current)
    if run.score is None or not metric.better(frame.good_enough, run.score):
        return []
    return [
        Finding(
            code="below-good-enough",
            severity=Severity.WARNING,
            title="Below what you called good enough",
            evidence=f"{run.title} scores {_scored(run, metric)}; you asked for {metric.format(frame.good_enough)}.",
            why="You said from which score on a model is worth using. This one does not reach it.",
        )
    ]


def _ties(facts: TrainingFacts) -> list[Finding]:
    board, metric, current = facts.board, facts.metric, facts.current
    tied = [run for run in _models(board) if run.tied]
    if len(tied) < 2 or board.recommended is None or board.run(board.recommended).is_baseline:
        return []
    apart, width = spread(tied)
    fix = _choose(board, board.recommended, current) if current in {run.key for run in tied} else None
    title = f"{number_word(len(tied)).capitalize()} models cannot be told apart"
    return [
        Finding(
            code="ties",
            severity=Severity.WARNING if fix else Severity.INFO,
            title=title,
            evidence=f"On the same folds they differ by {metric.format(apart)} at most; "
            f"each interval is about {metric.format(width)} wide.",
            why="Choosing the top line would be choosing noise. Among equals take the one you can explain and run.",
            fix=fix,
        )
    ]


def _worse_chosen(facts: TrainingFacts) -> list[Finding]:
    board, metric, current = facts.board, facts.metric, facts.current
    if current is None or board.recommended is None or board.run(board.recommended).is_baseline:
        return []
    run, best = board.run(current), next((one for one in _models(board) if one.tied), None)
    if run.tied or best is None or run.score is None:
        return []
    return [
        Finding(
            code="worse-chosen",
            severity=Severity.WARNING,
            title="A worse model is chosen",
            evidence=f"{run.title} scores {_scored(run, metric)}; {best.title.lower()} scores {_scored(best, metric)}.",
            why="On the same folds the difference is larger than chance explains. Keep it only for a reason of yours.",
            fix=_choose(board, board.recommended, current),
        )
    ]


def learns_by_heart(run: Run, metric: Metric) -> bool:
    """Say whether a run is so much better on rows it saw that it must know them by heart.

    Parameters
    ----------
    run : Run
    metric : Metric

    Returns
    -------
    bool
        For scores: seen less unseen is above 0.1. For errors: the error on seen rows is smaller by more than a quarter
        of the error on unseen rows.
    """
    if run.score is None or run.seen is None or run.is_baseline:
        return False
    if metric.higher_is_better:
        return run.seen - run.score > BY_HEART
    return run.score - run.seen > ERROR_SHARE * abs(run.score)


def _by_heart(facts: TrainingFacts) -> list[Finding]:
    board, frame, metric, current = facts.board, facts.frame, facts.metric, facts.current
    found = []
    for run in _models(board):
        if not learns_by_heart(run, metric):
            continue
        assert run.seen is not None
        assert run.score is not None
        found.append(
            Finding(
                code=f"by-heart-{run.key.replace('_', '-')}",
                severity=Severity.WARNING if run.key == current else Severity.INFO,
                title=f"{run.title} learns its rows by heart",
                evidence=f"{metric.format(run.seen)} on rows it saw, {metric.format(run.score)} on rows it did not.",
                why=f"Not an error: only the second number counts. It is a sign that more {frame.rows_are} would help "
                "this model more than a larger model would.",
            )
        )
    return found


def _unstable(facts: TrainingFacts) -> list[Finding]:
    board, frame, metric, current = facts.board, facts.frame, facts.metric, facts.current
    if current is None:
        return []
    run = board.run(current)
    scores = [fold.unseen for fold in run.folds]
    if len(scores) < 3 or run.is_baseline:
        return []
    wide = stdev(scores)
    limit = UNSTABLE if metric.higher_is_better else ERROR_SHARE * abs(sum(scores) / len(scores))
    if wide <= limit:
        return []
    return [
        Finding(
            code="unstable-folds",
            severity=Severity.WARNING,
            title="The folds disagree",
            evidence=f"{run.title} scores {metric.format(min(scores))} to {metric.format(max(scores))} on "
            f"{len(scores)} folds.",
            why=f"How good it is depends on which {frame.rows_are} it is judged on. "
            "More of them, or a split that fits how they hang together, would make the score steadier.",
        )
    ]


def _failed(facts: TrainingFacts) -> list[Finding]:
    board = facts.board
    failed = [run for run in board.runs if run.status is RunStatus.FAILED]
    if not failed:
        return []
    count = number_word(len(failed)).capitalize()
    return [
        Finding(
            code="failed-candidates",
            severity=Severity.INFO,
            title=f"{count} candidate{'' if len(failed) == 1 else 's'} could not be fitted",
            evidence=" ".join(f"{run.title}: {run.reason}" for run in failed),
            why="The others are judged without it; nothing else changed.",
        )
    ]


def _ended_early(facts: TrainingFacts) -> list[Finding]:
    board = facts.board
    if board.ended not in ("budget", "stopped"):
        return []
    left = [run for run in board.runs if run.status in (RunStatus.STOPPED, RunStatus.SKIPPED)]
    names = ", ".join(run.title.lower() for run in left)
    by_hand = board.ended == "stopped"
    return [
        Finding(
            code="ended-early",
            severity=Severity.INFO,
            title="The training was stopped early" if by_hand else "The time was used up",
            evidence=f"Not finished: {names}." if names else f"Ended after {duration(board.seconds)}.",
            why="What finished is kept and judged like any other. Start again to try the rest"
            + ("." if by_hand else ", with more time."),
        )
    ]


def _scored(run: Run, metric: Metric) -> str:
    assert run.score is not None
    if run.low is None or run.high is None:
        return metric.format(run.score)
    return f"{metric.format(run.score)} (95% interval {metric.format(run.low)} to {metric.format(run.high)})"


CHECKS: Final = (
    Check("nothing-finished", "No candidate finished", Severity.ERROR, _nothing_finished),
    Check("not-better-than-baseline", "Nothing beats always guessing", Severity.WARNING, _not_better),
    Check("below-good-enough", "Below what you called good enough", Severity.WARNING, _good_enough),
    Check("ties", "Models cannot be told apart", Severity.WARNING, _ties),
    Check("worse-chosen", "A worse model is chosen", Severity.WARNING, _worse_chosen),
    Check("by-heart", "A model learns its rows by heart", Severity.WARNING, _by_heart),
    Check("unstable-folds", "The folds disagree", Severity.WARNING, _unstable),
    Check("failed-candidates", "Candidates could not be fitted", Severity.INFO, _failed),
    Check("ended-early", "The training ended early", Severity.INFO, _ended_early),
)
"""Every check of a training, in the order in which findings of one severity are shown."""
