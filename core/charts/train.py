"""Charts of a training."""

import pandas as pd
import plotly.graph_objects as go

from core.charts.result import ChartResult
from core.charts.theme import base_figure, colors, label
from core.framing.metrics import METRICS
from core.train.board import Leaderboard, Run

ROW_HEIGHT = 44
"""Pixels one candidate takes."""


def leaderboard_plot(board: Leaderboard, *, dark: bool = False) -> ChartResult:
    """Draw each finished candidate as a dot with its interval, best at the top.

    Parameters
    ----------
    board : Leaderboard
    dark : bool
        Whether the reader sees a dark page.

    Returns
    -------
    ChartResult
        The best and those that cannot be told from it in the primary hue, the others gray; the baseline is a dashed
        line as well. Empty, with words that say so, while nothing has finished.
    """
    metric, palette = METRICS[board.metric], colors(dark)
    runs = [run for run in board.done if run.score is not None]
    figure = base_figure(
        height=80 + ROW_HEIGHT * max(1, len(runs)), x_title=f"{metric.plain} ({metric.title})", left=180
    )
    for tied, color, name in (
        (True, palette.interval_dot, "Cannot be told from the best"),
        (False, palette.rest, "Worse than the best by more than chance"),
    ):
        figure.add_trace(_dots([run for run in runs if run.tied is tied], color, name))
    baseline = board.baseline
    if baseline is not None and baseline.score is not None:
        figure.add_vline(x=baseline.score, line={"dash": "dash", "width": 1, "color": palette.faint})
    figure.update_yaxes(
        categoryorder="array", categoryarray=[label(run.title) for run in reversed(runs)], showgrid=False
    )
    form = metric.format
    table = pd.DataFrame(
        {
            "Model": [run.title for run in runs],
            metric.title: [form(run.score) for run in runs if run.score is not None],
            "95% interval": [_interval(run, board) for run in runs],
            "On rows it saw": ["" if run.seen is None else form(run.seen) for run in runs],
            "Cannot be told from the best": ["yes" if run.tied else "no" for run in runs],
        }
    )
    return ChartResult(figure, table, _alt(board, runs))


def _dots(runs: list[Run], color: str, name: str) -> go.Scatter:
    known = [run for run in runs if run.score is not None]
    scores = [run.score or 0.0 for run in known]
    return go.Scatter(
        x=scores,
        y=[label(run.title) for run in known],
        mode="markers",
        name=name,
        marker={"size": 9, "color": color},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [0.0 if run.high is None else run.high - score for run, score in zip(known, scores, strict=True)],
            "arrayminus": [
                0.0 if run.low is None else score - run.low for run, score in zip(known, scores, strict=True)
            ],
            "color": color,
            "thickness": 2,
            "width": 0,
        },
        hovertemplate="%{y}: %{x:.4g}<extra></extra>",
    )


def _interval(run: Run, board: Leaderboard) -> str:
    if run.low is None or run.high is None:
        return ""
    form = METRICS[board.metric].format
    return f"{form(run.low)} to {form(run.high)}"


def _alt(board: Leaderboard, runs: list[Run]) -> str:
    if not runs:
        return "No candidate has finished yet."
    metric, best = METRICS[board.metric], runs[0]
    tied = sum(run.tied for run in runs)
    interval = _interval(best, board)
    shown = f"{metric.format(best.score or 0.0)}" + (f", 95% interval {interval}" if interval else "")
    others = f" {tied - 1} more cannot be told from it." if tied > 1 else ""
    return f"{metric.title} of {len(runs)} candidates with 95% intervals. Best: {best.title}, {shown}.{others}"
