"""The leaderboard: one row a candidate, with its interval, and Choose."""

import math

import pandas as pd
import streamlit as st

from core.framing.metrics import METRICS, Metric
from core.jobs import api
from core.jobs.job import Job, JobState
from core.project.changes import choose_run, logged
from core.project.document import Project
from core.train.board import Leaderboard, Run, RunStatus
from core.train.words import blink, size
from pages.components import draw, session

DIVIDER = "Below: worse than the best by more than chance (paired test on the folds, p &lt; 0.05)"
COLUMNS = "30px minmax(0,1.4fr) minmax(120px,1.2fr) 58px 58px 46px"
IN_USE = "30px minmax(0,1fr) 58px 58px 68px 62px 62px"
"""Columns of the view that says what each model costs in use."""
USE_NOTE = (
    "Spread: standard deviation of the score over the folds. Readable: rank of how easily a model is explained, 1 the "
    "easiest. One row: median time of one prediction on this machine, raw columns in. Size: of the model's file."
)
LEARNS_BY_HEART = 0.1
"""A gap between seen and unseen beyond this is shown in orange."""
STATES = {
    RunStatus.FAILED: ("Failed", "red"),
    RunStatus.SKIPPED: ("Skipped", "gray"),
    RunStatus.STOPPED: ("Stopped", "orange"),
}


def scale(board: Leaderboard) -> tuple[float, float]:
    """Return the ends of the one scale all intervals are drawn on, rounded outwards."""
    ends = [
        end for run in board.done for end in (run.low, run.high, run.score) if end is not None and math.isfinite(end)
    ]
    if not ends:
        return 0.0, 1.0
    low, high = min(ends), max(ends)
    step = 10 ** math.floor(math.log10(max(high - low, 1e-9)))
    step = step / 2 if (high - low) / step < 3 else step
    return math.floor(low / step) * step, math.ceil(high / step) * step


def draw_board(
    project: Project, board: Leaderboard, chosen: str | None, job: Job | None = None, *, in_use: bool = False
) -> None:
    """Draw every candidate: the finished ones by score, then the running, the waiting and the rest.

    With the job that is at work on the board, those that run or wait can be skipped. ``in_use`` shows what each costs
    in use in place of intervals.
    """
    metric = METRICS[board.metric]
    start, end = scale(board)
    best = next((run.score for run in board.done if not run.is_baseline), None)
    ranks = sorted({run.simplicity for run in board.runs if not run.is_baseline})

    def cells(run: Run, *, is_chosen: bool) -> str:
        if in_use:
            return _use_cells(run, metric, ranks)
        return _score_cells(run, metric, (start, end), best, is_chosen=is_chosen)

    with st.container(border=True, gap=None, key="list_board"):
        draw.html(_use_head() if in_use else _score_head(metric, start, end))
        ranked = [run for run in board.done if not run.is_baseline]
        tied = [run for run in ranked if run.tied]
        last_tied = max((rank for rank, run in enumerate(ranked, start=1) if run.tied), default=0)
        for rank, run in enumerate(ranked, start=1):
            if rank == last_tied + 1 and last_tied:
                draw.html(f'<div class="fw-divider">{DIVIDER}</div>')
            place = "=1" if run.tied and len(tied) > 1 else str(rank)
            _done(run, place, cells(run, is_chosen=run.key == chosen), is_chosen=run.key == chosen, in_use=in_use)
        if board.baseline is not None:
            draw.html('<div class="fw-divider">The naive baseline: what guessing scores</div>')
            _done(board.baseline, "", cells(board.baseline, is_chosen=False), is_chosen=False, in_use=in_use)
        for run in board.runs:
            if run.status is not RunStatus.DONE:
                _unfinished(run, board.folds, job)


def _score_head(metric: Metric, start: float, end: float) -> str:
    return (
        f'<div class="fw-rowhead" style="grid-template-columns:{COLUMNS} 100px"><span></span><span>Model</span>'
        f'<span class="fw-scale"><span>{metric.format(start)}</span>'
        "<span>95% interval</span>"
        f"<span>{metric.format(end)}</span></span>"
        '<span class="fw-num">Score</span><span class="fw-num">Seen − unseen</span>'
        '<span class="fw-num">Time</span></div>'
    )


def _use_head() -> str:
    names = ("Score", "Spread", "Readable", "One row", "Size")
    cells = "".join(f'<span class="fw-num">{name}</span>' for name in names)
    return (
        f'<div class="fw-rowhead" style="grid-template-columns:{IN_USE} 100px"><span></span><span>Model</span>'
        f"{cells}</div>"
    )


def _seen_gap(run: Run, metric: Metric) -> tuple[str, bool]:
    if run.seen is None or run.score is None:
        return "", False
    gap = run.seen - run.score
    relative = abs(gap) if metric.bounds[1] <= 1 else abs(gap) / max(abs(run.score), 1e-12)
    sign = "+" if gap >= 0 else "−"
    shown = f"{abs(gap):.2f}" if metric.bounds[1] <= 1 else metric.format(abs(gap))
    worse = gap > 0 if metric.higher_is_better else gap < 0
    return f"{sign}{shown}", worse and relative > LEARNS_BY_HEART


def seconds_words(seconds: float) -> str:
    """Return a duration in words."""
    if seconds < 1:
        return "<1 s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def _score_cells(run: Run, metric: Metric, ends: tuple[float, float], best: float | None, *, is_chosen: bool) -> str:
    score = run.score if run.score is not None else float("nan")
    low = run.low if run.low is not None else score
    high = run.high if run.high is not None else score
    mark = draw.Interval(
        score,
        low,
        high,
        *ends,
        tone="main" if run.tied or is_chosen else "rest",
        reference=best,
        label=f"{run.title}: {metric.format(score)}, 95% interval {metric.format(low)} to {metric.format(high)}",
    )
    gap, wide = _seen_gap(run, metric)
    return (
        f'{draw.interval(mark)}<b class="fw-num">{draw.text(metric.format(score))}</b>'
        f'<span class="fw-num{" fw-ink-look" if wide else ""}">{draw.text(gap)}</span>'
        f'<span class="fw-num">{seconds_words(run.fit_seconds)}</span>'
    )


def _use_cells(run: Run, metric: Metric, ranks: list[int]) -> str:
    rank = f"{ranks.index(run.simplicity) + 1} of {len(ranks)}" if run.simplicity in ranks else ""
    cells = (
        "" if run.spread is None else f"±{metric.format(run.spread)}",
        rank,
        "" if run.row_seconds is None else blink(run.row_seconds),
        "" if run.size_bytes is None else size(run.size_bytes),
    )
    score = "" if run.score is None else metric.format(run.score)
    return f'<b class="fw-num">{draw.text(score)}</b>' + "".join(
        f'<span class="fw-num">{draw.text(cell)}</span>' for cell in cells
    )


def _done(run: Run, place: str, cells: str, *, is_chosen: bool, in_use: bool) -> None:
    edge = " fw-tied" if run.tied else ""
    with st.container(
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
        key=f"row_run_{run.key}{'_selected' if is_chosen else ''}",
    ):
        with st.container(width="stretch"):
            note = run.summary + (f". {run.reason}" if run.reason else "")
            draw.html(
                f'<div class="fw-grid{edge}" style="grid-template-columns:{IN_USE if in_use else COLUMNS}">'
                f'<span class="fw-num fw-sub">{place}</span>'
                f'<div><b>{draw.text(run.title)}</b><div class="fw-sub">{draw.text(note)}</div></div>'
                f"{cells}</div>"
            )
        if is_chosen:
            st.button("Chosen", key=f"choose_{run.key}", icon=":material/check:", width=100)
        elif not run.is_baseline:
            st.button("Choose", key=f"choose_{run.key}", width=100, on_click=_choose, args=(run.key, run.title))
        else:
            st.space(100)


def _choose(key: str, title: str) -> None:
    session.change(lambda seen: choose_run(seen, key, title, now=session.now()))


def _unfinished(run: Run, folds: int, job: Job | None) -> None:
    if run.status is RunStatus.RUNNING:
        done = len(run.folds)
        ticks = "".join(
            f'<i class="{"done" if index < done else "now" if index == done else ""}"></i>' for index in range(folds)
        )
        fold = f"fold {done + 1} of {folds}" if done < folds else "fitting on all training rows"
        said = (
            f'<span class="fw-ticks" role="img" aria-label="{fold}">{ticks}</span> <span class="fw-sub">{fold}</span>'
        )
    elif run.status is RunStatus.WAITING:
        about = f", about {seconds_words(run.forecast_seconds)}" if run.forecast_seconds else ""
        said = f'<span class="fw-sub">Waiting{about}</span>'
    else:
        label, tone = STATES[run.status]
        said = f'{draw.chip(label, tone)} <span class="fw-sub">{draw.text(run.reason)}</span>'
    grid = (
        '<div class="fw-grid fw-unfinished">'
        f'<span></span><span class="fw-off">{draw.text(run.title)}</span><div>{said}</div></div>'
    )
    at_work = job is not None and job.is_live and run.status in (RunStatus.RUNNING, RunStatus.WAITING)
    if job is None or not at_work or run.is_baseline:
        draw.html(f'<div class="fw-plainrow">{grid}</div>')
        return
    asked = run.key in job.skips
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key=f"row_run_{run.key}"):
        with st.container(width="stretch"):
            draw.html(grid)
        st.button(
            "Skipping" if asked else "Skip",
            key=f"skip_{run.key}",
            type="tertiary",
            width=100,
            disabled=asked or job.state is JobState.STOPPING,
            help=f"Go on without {run.title[:1].lower()}{run.title[1:]}",
            on_click=_skip,
            args=(job.id, run.key, run.title),
        )


def _skip(job_id: str, key: str, title: str) -> None:
    api.skip(session.workspace(), job_id, key)
    session.change(
        lambda seen: logged(seen, "train", f"Asked to skip {title[:1].lower()}{title[1:]}", now=session.now())
    )


def folds(board: Leaderboard) -> None:
    """Draw every candidate's score on each fold left out, and on the rows it was fitted on."""
    metric = METRICS[board.metric]
    rows = []
    for run in board.runs:
        if not run.folds:
            continue
        row = {"Model": run.title}
        row |= {f"Fold {fold.fold + 1}": metric.format(fold.unseen) for fold in run.folds}
        row["Mean"] = metric.format(run.score) if run.score is not None else ""
        row["Seen"] = metric.format(run.seen) if run.seen is not None else ""
        row["Seconds"] = f"{sum(fold.seconds for fold in run.folds):.1f}"
        rows.append(row)
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=f"{metric.title} of every candidate on each fold")
    draw.muted(f"{metric.heading} on the rows left out, fold by fold; “Seen” is the mean on the rows fitted.")
