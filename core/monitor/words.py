"""A watch in sentences: what was found, most important first, and what to do next."""

from collections.abc import Sequence

from core.framing.frame import Frame
from core.monitor.drift import ColumnDrift
from core.monitor.performance import Performance, Standing
from core.monitor.report import Problem
from core.monitor.verdict import Verdict

TOLD = 5
"""Columns that get a sentence of their own."""
MOVED = (Verdict.SOME, Verdict.DRIFTED)


def sentences(
    columns: Sequence[ColumnDrift],
    used: Sequence[str],
    predictions: ColumnDrift | None,
    outcome: ColumnDrift | None,
    performance: Performance | None,
    problems: Sequence[Problem],
) -> tuple[str, ...]:
    """Return what a watch found, most important first."""
    told = [problem.sentence for problem in problems]
    if performance is not None:
        told.append(performance.sentence)
    if predictions is not None:
        of = "" if predictions.column == "predictions" else f", {predictions.column}"
        told.append(f"Predictions{of}: {predictions.verdict.value}. {_bare(predictions)}")
    if outcome is not None and outcome.verdict in MOVED:
        told.append(f"What happened has moved itself. {outcome.evidence}")
    moved = sorted((one for one in columns if one.verdict in MOVED), key=lambda one: -(one.effect or 0.0))
    told += [one.evidence for one in moved[:TOLD]]
    if len(moved) > TOLD:
        told.append(f"{len(moved) - TOLD:,} more columns have moved.")
    told.append(_count(columns, used))
    return tuple(told)


def _bare(drift: ColumnDrift) -> str:
    return drift.evidence.removeprefix(f"`{drift.column}`: ")


def _count(columns: Sequence[ColumnDrift], used: Sequence[str]) -> str:
    own = [one for one in columns if one.column in used]
    if not own:
        return "No column the model uses could be compared."
    moved = sum(one.verdict in MOVED for one in own)
    unknown = sum(one.verdict is Verdict.UNKNOWN for one in own)
    all_of = "Of 1 column" if len(own) == 1 else f"Of {len(own):,} columns"
    told = f"{all_of} the model uses and the later table holds, {moved:,} moved"
    return f"{told}, {unknown:,} could not be judged." if unknown else f"{told}."


def next_steps(
    columns: Sequence[ColumnDrift],
    used: Sequence[str],
    predictions: ColumnDrift | None,
    performance: Performance | None,
    problems: Sequence[Problem],
    frame: Frame,
) -> tuple[str, ...]:
    """Return what to do about it, first things first."""
    steps = [problem.next_step for problem in problems if problem.next_step]
    drifted = any(one.verdict in MOVED and one.column in used for one in columns)
    moved = drifted or (predictions is not None and predictions.verdict in MOVED)
    if performance is not None and performance.standing is Standing.WORSE:
        steps.append("Train again on a table that holds these later rows, and compare on them before replacing it.")
    elif performance is not None and performance.standing in (Standing.SAME, Standing.BETTER):
        if moved:
            steps.append("Keep the model: it is as good as it was on these rows. Look again with the next table.")
        else:
            steps.append("Keep the model. Look again with the next table.")
    elif moved:
        steps.append(
            f"Find out why the columns moved, and bring the outcomes of these {frame.rows_are} as soon as they are "
            "known: only they tell whether the model is still good."
        )
    elif not steps and all(one.verdict is Verdict.UNKNOWN for one in columns):
        steps.append("Nothing can be said yet. Bring more rows, and their outcomes once they are known.")
    elif not steps:
        steps.append(
            "Keep the model. Bring the outcomes once they are known: drift alone does not tell how good it is."
        )
    return tuple(dict.fromkeys(steps))
