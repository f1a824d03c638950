"""Chart of two models, row by row."""

import numpy as np
import pandas as pd

from core.charts.result import ChartResult
from core.charts.theme import base_figure, colors, label, plain
from core.evaluate.pointwise import Pair
from core.framing.frame import Task


def pair_figure(pair: Pair, first: str, second: str, *, dark: bool = False) -> ChartResult:
    """Draw what one model says of each row over what another says; on the diagonal both agree.

    Parameters
    ----------
    pair : Pair
    first, second : str
        The models' titles.
    dark : bool

    Returns
    -------
    ChartResult
        One trace a group of ``pair.groups``, in their order and with their rows in order, after the diagonal; its table
        holds the rows that lie furthest apart.
    """
    hue = colors(dark)
    x, y = pair.axes
    amounts = pair.first.task is Task.REGRESSION
    figure = base_figure(360, x_title=plain(first), y_title=plain(second), left=76)
    ends = [float(min(x.min(), y.min())), float(max(x.max(), y.max()))] if amounts and len(x) else [0.0, 1.0]
    agree = {"dash": "dash", "color": hue.muted, "width": 1}
    figure.add_scatter(x=ends, y=ends, mode="lines", line=agree, hoverinfo="skip", showlegend=False)
    form = ":,.4~g" if amounts else ":.1%"
    for index, (name, places) in enumerate(pair.groups):
        figure.add_scatter(
            x=x[places],
            y=y[places],
            name=label(name),
            mode="markers",
            marker={
                "color": hue.primary if index == 0 else hue.category(2),
                "symbol": "circle" if index == 0 else "diamond-open",
                "size": 6,
                "opacity": 0.5 if len(pair) > 200 else 0.8,
            },
            customdata=(pair.rows[places] + 1)[:, None],
            hovertemplate=f"Row %{{customdata[0]:,}}: %{{x{form}}} and %{{y{form}}}<extra></extra>",
        )
    if pair.first.task is Task.BINARY:
        line = {"dash": "dot", "color": hue.muted, "width": 1}
        figure.add_vline(x=pair.first.threshold, line=line)
        figure.add_hline(y=pair.second.threshold, line=line)
    if not amounts:
        ticks = {"range": [-0.02, 1.02], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
        figure.update_xaxes(showgrid=False, **ticks)
        figure.update_yaxes(**ticks)
    figure.update_layout(showlegend=len(pair.groups) > 1)
    shown = pair.order[:100]
    table = pd.DataFrame(
        {
            "Row": pair.rows[shown] + 1,
            first: np.round(x[shown], 4),
            second: np.round(y[shown], 4),
            "Happened": [str(value) for value in np.asarray(pair.first.actual)[shown]],
        }
    )
    drawn = sum(len(places) for _, places in pair.groups)
    alt = (
        f"What {second} says of each row over what {first} says, {drawn:,} of {len(pair):,} rows. Half of the rows lie "
        f"less than {np.median(pair.apart):.3g} apart, the furthest {pair.apart.max(initial=0.0):.3g}."
    )
    return ChartResult(figure, table, alt)
