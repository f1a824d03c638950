"""Charts of tuning: every draw over its settings, and which settings mattered."""

from math import ceil, floor

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.result import ChartResult
from core.charts.theme import base_figure, colors, label, plain
from core.framing.metrics import METRICS
from core.train.board import Leaderboard
from core.train.tuned import Family, Importances, Setting

TICKS = 5
AXES = 4
"""Most settings that are drawn: more would have no room for their names."""


def draws_figure(
    family: Family, board: Leaderboard, found: Importances | None = None, *, dark: bool = False
) -> ChartResult:
    """Draw each draw as a line over its settings, ending at its score; the better, the stronger its line.

    Parameters
    ----------
    family : Family
    board : Leaderboard
    found : Importances or None
        Of many settings those that matter most are drawn, the most important beside the score; the table has all.
    dark : bool

    Returns
    -------
    ChartResult
    """
    metric, hue = METRICS[board.metric], colors(dark)
    # A draw that ended early was judged on fewer folds: beside the others its line would mislead.
    whole = [place for place, one in enumerate(family.draws) if not one.ended_early]
    whole = whole if len(whole) > 1 else list(range(len(family.draws)))
    scores, places = np.array([family.draws[place].score for place in whole]), family.places()[whole]
    best_draw = family.draws[whole[0]]
    ranked = [setting for setting, _ in found.shares] if found else list(family.settings)
    axes = [_axis(setting, places[:, family.settings.index(setting)]) for setting in ranked[:AXES][::-1]]
    axes.append({"label": metric.title, "values": scores, "tickformat": _digits(scores)})
    steps = hue.sequential if metric.higher_is_better else hue.sequential[::-1]
    # The palest steps would not be seen on the page.
    steps = steps[3:] if metric.higher_is_better else steps[:-3]
    scale = [[place / (len(steps) - 1), shade] for place, shade in enumerate(steps)]
    figure = base_figure(340, left=70, right=70, top=64, bottom=24)
    # Ticks have a shadow of the paper's colour, which is white where none is named.
    figure.update_layout(paper_bgcolor="rgba(0,0,0,0)")
    figure.add_trace(
        go.Parcoords(
            dimensions=axes,
            line={"color": scores, "colorscale": scale, "showscale": False},
            labelfont={"size": 12, "color": hue.muted},
            tickfont={"size": 11, "color": hue.faint},
            rangefont={"size": 1, "color": "rgba(0,0,0,0)"},
            unselected={"line": {"opacity": 0.08}},
        )
    )
    table = pd.DataFrame(
        [
            {
                **{setting.title: _written(one.params[setting.name]) for setting in family.settings},
                metric.title: metric.format(one.score),
                "Judged on": "fewer folds" if one.ended_early else "all folds",
            }
            for one in family.draws
        ]
    )
    best = ", ".join(f"{setting.title} {_written(best_draw.params[setting.name])}" for setting in family.settings)
    alt = (
        f"{len(whole)} draws of {family.title} over {len(family.settings)} settings. The best, "
        f"{metric.title} {metric.format(best_draw.score)}: {best}."
    )
    return ChartResult(figure, table, alt)


def _axis(setting: Setting, places: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, object]:
    axis: dict[str, object] = {"label": plain(setting.title, 18), "values": places}
    if setting.levels:
        ticks = list(range(len(setting.levels)))
        return axis | {"tickvals": ticks, "ticktext": [label(level) for level in setting.levels]}
    low, high = float(places.min()), float(places.max())
    if setting.is_log:
        powers = [float(power) for power in range(ceil(low), floor(high) + 1)]
        at = sorted({low, *powers, high}) if len(powers) < TICKS else powers
        return axis | {"tickvals": at, "ticktext": [_written(10**place) for place in at], "range": [low, high]}
    return axis | {"tickformat": _digits(places), "range": [low, high]}


def _digits(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    """Return a format of ticks: 17k in place of 1.7e+4."""
    return ".3~s" if float(np.abs(values).max()) >= 1_000 else ".3~g"


def _written(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def importance_figure(found: Importances, *, dark: bool = False) -> ChartResult:
    """Draw how much each setting mattered, as shares.

    Parameters
    ----------
    found : Importances
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    names = [label(setting.title) for setting, _ in found.shares][::-1]
    shares = [share for _, share in found.shares][::-1]
    figure = base_figure(70 + 34 * len(names), x_title="Share of what the settings explain", left=230, top=14)
    figure.add_bar(
        x=shares,
        y=names,
        orientation="h",
        marker={"color": hue.primary},
        hovertemplate="%{y}: %{x:.0%}<extra></extra>",
    )
    figure.update_xaxes(range=[0, 1], tickformat=".0%", showgrid=False)
    figure.update_layout(showlegend=False)
    table = pd.DataFrame([{"Setting": setting.title, "Share": f"{share:.0%}"} for setting, share in found.shares])
    said = ", ".join(f"{setting.title} {share:.0%}" for setting, share in found.shares)
    return ChartResult(figure, table, f"How much each setting mattered, roughly: {said}.")
