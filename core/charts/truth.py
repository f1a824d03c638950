"""Charts of Evaluate that speak of use: gain and lift, and chances before and after a correction."""

import numpy as np
import pandas as pd

from core.charts.result import ChartResult
from core.charts.theme import base_figure, colors
from core.evaluate.curves import Calibration
from core.evaluate.gains import GainCurve


def gain_figure(curve: GainCurve, *, dark: bool = False) -> ChartResult:
    """Draw the share of the outcome found over the share of the rows looked at, beside guessing and a perfect ranking.

    Parameters
    ----------
    curve : GainCurve
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    figure = base_figure(280, x_title="Looked at, highest chance first", y_title="Found (gain)", left=64, top=14)
    quiet = {"mode": "lines", "hoverinfo": "skip"}
    figure.add_scatter(x=[0, 1], y=[0, 1], line={"dash": "dash", "color": hue.muted, "width": 1}, **quiet)
    figure.add_scatter(x=[0, curve.best, 1], y=[0, 1, 1], line={"dash": "dot", "color": hue.muted, "width": 1}, **quiet)
    hover = "Of the first %{x:.0%}: %{y:.0%} found, %{customdata[0]:.1f} times chance<extra></extra>"
    line = {"color": hue.primary, "width": 2}
    lifts = curve.lift[:, None]
    figure.add_scatter(x=curve.share, y=curve.gain, mode="lines", line=line, customdata=lifts, hovertemplate=hover)
    figure.update_layout(showlegend=False)
    ticks = {"range": [-0.02, 1.02], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    figure.update_xaxes(showgrid=False, **ticks)
    figure.update_yaxes(**ticks)
    alt = f"Gain curve. {curve.sentence} Guessing would run on the diagonal; a perfect ranking finds all in the first "
    return ChartResult(figure, _points(curve), f"{alt}{curve.best:.1%}.")


def lift_figure(curve: GainCurve, *, dark: bool = False) -> ChartResult:
    """Draw how many times more often than by chance the outcome is found, over the share of the rows looked at.

    Parameters
    ----------
    curve : GainCurve
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    figure = base_figure(280, x_title="Looked at, highest chance first", y_title="Times chance (lift)", left=64, top=14)
    hover = "Of the first %{x:.0%}: %{y:.2f} times as many as by chance<extra></extra>"
    line = {"color": hue.primary, "width": 2}
    # The first rows jump between 0 and the highest lift there is: below a hundredth the curve says nothing.
    steady = curve.share >= min(0.01, float(curve.share[-1]))
    figure.add_scatter(x=curve.share[steady], y=curve.lift[steady], mode="lines", line=line, hovertemplate=hover)
    figure.add_hline(y=1, line={"dash": "dash", "color": hue.muted, "width": 1})
    figure.update_layout(showlegend=False)
    figure.update_xaxes(
        range=[-0.02, 1.02], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=False
    )  # fmt: skip
    figure.update_yaxes(rangemode="tozero")
    return ChartResult(figure, _points(curve), f"Lift curve. {curve.sentence} Looking at everybody has a lift of 1.")


def correction_figure(before: Calibration, after: Calibration, *, dark: bool = False) -> ChartResult:
    """Draw what happened over what was predicted, before and after chances were corrected; on the diagonal both agree.

    Parameters
    ----------
    before, after : Calibration
        Of the same outcome.
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    figure = base_figure(300, x_title="Predicted probability", y_title="Share that happened", left=64, top=36)
    agree = {"dash": "dash", "color": hue.muted, "width": 1}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=agree, hoverinfo="skip", showlegend=False)
    for curve, name, color, symbol, dash in (
        (before, "As it is", hue.rest, "circle-open", "dot"),
        (after, "Corrected", hue.primary, "circle", "solid"),
    ):
        shares = np.array([part.share for part in curve.bins])
        figure.add_scatter(
            x=[part.predicted for part in curve.bins],
            y=shares,
            name=name,
            mode="lines+markers",
            line={"color": color, "width": 2, "dash": dash},
            marker={"size": 8, "symbol": symbol},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [part.high - part.share for part in curve.bins],
                "arrayminus": [part.share - part.low for part in curve.bins],
                "thickness": 1.2,
                "width": 3,
            },
            customdata=[[part.n] for part in curve.bins],
            hovertemplate="Predicted %{x:.0%}, happened in %{y:.0%} of %{customdata[0]:,} rows<extra></extra>",
        )
    ticks = {"range": [-0.02, 1.02], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    figure.update_xaxes(showgrid=False, **ticks)
    figure.update_yaxes(**ticks)
    figure.update_layout(showlegend=True)
    table = pd.DataFrame(
        [
            {
                "Chances": name,
                "Predicted (mean)": round(part.predicted, 4),
                "Happened": round(part.share, 4),
                "Low end of interval": round(part.low, 4),
                "High end of interval": round(part.high, 4),
                "Rows": part.n,
            }
            for curve, name in ((before, "As it is"), (after, "Corrected"))
            for part in curve.bins
        ]
    )
    alt = (
        f"Predicted probability of “{after.label}” beside what happened: off by {before.error:.1%} on average as the "
        f"model gives it, by {after.error:.1%} once corrected."
    )
    return ChartResult(figure, table, alt)


def _points(curve: GainCurve) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Looked at": [f"{point.share:.0%}" for point in curve.points],
            "Rows": [round(point.n) for point in curve.points],
            "Found": np.round([point.gain for point in curve.points], 4),
            "Low end of interval": np.round([point.low for point in curve.points], 4),
            "High end of interval": np.round([point.high for point in curve.points], 4),
            "Lift": np.round([point.lift for point in curve.points], 3),
        }
    )
