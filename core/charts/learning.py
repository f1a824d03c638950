"""Charts of how a model learns: by the rows it is given, and by the rounds it has done."""

import numpy as np
import pandas as pd

from core.charts.result import ChartResult
from core.charts.theme import base_figure, colors
from core.evaluate.compare import fold_interval
from core.framing.metrics import METRICS
from core.train.trials.rounds import Rounds
from core.train.trials.rows import RowCurve


def row_curve_figure(curve: RowCurve, *, dark: bool = False) -> ChartResult:
    """Draw the score on rows left out, with its interval, and on rows fitted, over the rows a model was fitted on.

    Parameters
    ----------
    curve : RowCurve
    dark : bool

    Returns
    -------
    ChartResult
    """
    metric, hue = METRICS[curve.metric], colors(dark)
    sizes = [size for size in curve.sizes if np.isfinite(size.unseen).any()]
    rows = [size.rows for size in sizes]
    unseen = np.array([np.nanmean(size.unseen) for size in sizes])
    seen = np.array([np.nanmean(size.seen) for size in sizes])
    ends = np.array([fold_interval(size.unseen, size.rows, curve.judged) for size in sizes]).reshape(-1, 2)
    figure = base_figure(300, x_title="Rows fitted in a fold", y_title=metric.title, left=76, top=52)
    hover = "%{y:.4~g} with %{x:,} rows<extra></extra>"
    gray = {"color": hue.rest, "width": 2, "dash": "dot"}
    open_ring = {"size": 7, "symbol": "circle-open"}
    figure.add_scatter(
        x=rows, y=seen, name="Rows fitted", mode="lines+markers", line=gray, marker=open_ring, hovertemplate=hover
    )
    figure.add_scatter(
        x=rows,
        y=unseen,
        name="Rows left out",
        mode="lines+markers",
        line={"color": hue.primary, "width": 2},
        marker={"size": 8},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": np.nan_to_num(ends[:, 1] - unseen),
            "arrayminus": np.nan_to_num(unseen - ends[:, 0]),
            "thickness": 1.2,
            "width": 3,
        },
        hovertemplate=hover,
    )
    figure.update_xaxes(rangemode="tozero", showgrid=False)
    figure.update_layout(showlegend=True)
    table = pd.DataFrame(
        {
            "Rows": rows,
            "On rows left out": [metric.format(value) for value in unseen],
            "95% interval": [
                f"{metric.format(low)} to {metric.format(high)}" if np.isfinite(low) else "" for low, high in ends
            ],
            "On rows fitted": [metric.format(value) for value in seen],
        }
    )
    alt = f"{metric.title} on rows left out, by the rows fitted"
    if rows:
        first, last = metric.format(unseen[0]), metric.format(unseen[-1])
        alt += f": {first} with {rows[0]:,} and {last} with {rows[-1]:,}"
    return ChartResult(figure, table, f"{alt}.")


def rounds_figure(rounds: Rounds, *, dark: bool = False) -> ChartResult:
    """Draw a loss on rows fitted and on rows left out over the rounds a model has done.

    Parameters
    ----------
    rounds : Rounds
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    figure = base_figure(
        300, x_title="Rounds", y_title=rounds.measure[:1].upper() + rounds.measure[1:], left=76, top=52
    )
    hover = "%{y:.4~g} after %{x:,} rounds<extra></extra>"
    gray, violet = {"color": hue.rest, "width": 2, "dash": "dot"}, {"color": hue.primary, "width": 2}
    figure.add_scatter(x=rounds.rounds, y=rounds.seen, name="Rows fitted", mode="lines", line=gray, hovertemplate=hover)
    table = pd.DataFrame({"Rounds": rounds.rounds, "On rows fitted": np.round(rounds.seen, 5)})
    alt = f"The {rounds.measure} by the rounds done, {rounds.seen[-1]:.4g} on rows fitted at the end"
    if rounds.unseen:
        figure.add_scatter(
            x=rounds.rounds, y=rounds.unseen, name="Rows left out", mode="lines", line=violet, hovertemplate=hover
        )
        figure.add_vline(x=rounds.best, line={"dash": "dash", "color": hue.muted, "width": 1})
        table["On rows left out"] = np.round(rounds.unseen, 5)
        alt += f", {min(rounds.unseen):.4g} on rows left out after {rounds.best:,} rounds, where it is lowest"
    figure.update_xaxes(rangemode="tozero", showgrid=False)
    figure.update_layout(showlegend=True)
    return ChartResult(figure, table, f"{alt}.")
