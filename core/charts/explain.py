"""Charts of an explanation: what moves the answers, how a column goes with its contribution, and one case as rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.result import ChartResult
from core.charts.theme import Palette, base_figure, label, plain
from core.explain.dependence import Dependence, LevelEffect
from core.explain.explanation import LOG_ODDS, PROBABILITY, Importance
from core.explain.values import number_text
from core.explain.waterfall import Waterfall

COLUMNS = 15
"""Columns that get a bar; the table has all."""
BAR = 26
"""Pixels one bar takes."""
DOT, LINE = 9, 3
"""Pixels of a dot, and of the mean line over dots: of a straight effect the two coincide, and both must be seen."""
UNIT_WORDS = {PROBABILITY: "points of chance", LOG_ODDS: "log-odds"}
"""How a contribution is counted; amounts are in the target's unit."""


def importance_bars(importances: Sequence[Importance], scale: str, palette: Palette) -> ChartResult:
    """Draw how much each column moves the answers, largest at the top.

    Parameters
    ----------
    importances : sequence of Importance
        Largest first.
    scale : str
        The explanation's.
    palette : Palette

    Returns
    -------
    ChartResult
        Bars with their 95% interval; the table has every column.
    """
    unit, factor = _unit(scale)
    shown = list(importances[:COLUMNS])
    figure = base_figure(
        80 + BAR * max(1, len(shown)), x_title=f"Mean size of the contribution, {unit}", left=190, right=24, top=12
    )
    means = np.array([one.mean_abs for one in shown]) * factor
    figure.add_trace(
        go.Bar(
            x=means,
            y=[label(one.column) for one in shown],
            orientation="h",
            marker={"color": palette.primary},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": np.array([one.high for one in shown]) * factor - means,
                "arrayminus": means - np.array([one.low for one in shown]) * factor,
                "color": palette.faint,
                "thickness": 1,
                "width": 3,
            },
            customdata=[f"{100 * one.share:.0f}" for one in shown],
            hovertemplate="%{y}: %{x:.3g}, %{customdata}% of all<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    table = pd.DataFrame(
        {
            "Column": [one.column for one in importances],
            f"Mean size ({unit})": [number_text(factor * one.mean_abs) for one in importances],
            "95% interval": [_between(one.low, one.high, factor) for one in importances],
            "Share": [f"{100 * one.share:.0f}%" for one in importances],
        }
    )
    return ChartResult(figure, table, _importance_alt(importances))


def _importance_alt(importances: Sequence[Importance]) -> str:
    if not importances or importances[0].mean_abs <= 0:
        return "No column moves the answers."
    named = ", ".join(f"{one.column} {100 * one.share:.0f}%" for one in importances[:3])
    return f"Importance of {len(importances)} columns, largest first. Share of what moves the answers: {named}."


def dependence_plot(found: Dependence, palette: Palette) -> ChartResult:
    """Draw how a column's contribution goes with its value.

    Parameters
    ----------
    found : Dependence
    palette : Palette

    Returns
    -------
    ChartResult
        Numbers: a dot a row and the mean by stretch; dates: a dot a row; categories: a mean with its interval a level.
    """
    unit, factor = _unit(found.scale)
    towards = f" towards {plain(found.outcome, 24)}" if found.outcome else ""
    y_title = f"{unit[0].upper()}{unit[1:]}{towards}"
    if found.kind == "category":
        figure = _levels(found, factor, y_title, palette)
    else:
        figure = _dots(found, factor, y_title, palette)
    figure.add_hline(y=0, line={"dash": "dot", "width": 1, "color": palette.faint})
    effects = [*found.effects, *([found.missing] if found.missing else [])]
    table = pd.DataFrame(
        {
            found.column: [_stretch(effect) for effect in effects],
            "Rows": [f"{effect.rows:,}" for effect in effects],
            f"Mean contribution ({unit})": [number_text(factor * effect.mean) for effect in effects],
            "95% interval": [_between(effect.low, effect.high, factor) for effect in effects],
        }
    )
    return ChartResult(figure, table, _dependence_alt(found, effects, factor, unit))


def _dots(found: Dependence, factor: float, y_title: str, palette: Palette) -> go.Figure:
    figure = base_figure(320, x_title=label(found.column), y_title=y_title, left=64)
    figure.add_trace(
        go.Scatter(
            x=found.x,
            y=factor * found.y,
            mode="markers",
            marker={"size": DOT, "color": palette.primary, "opacity": 0.35},
            name="One row",
            hovertemplate="%{x}: %{y:.3g}<extra></extra>",
        )
    )
    stretches = [effect for effect in found.effects if not np.isnan(effect.start)]
    if stretches:
        x = [effect.middle for effect in stretches]
        y = [factor * effect.mean for effect in stretches]
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="lines+markers",
                line={"color": palette.categories[2], "width": LINE},
                marker={"size": 5, "color": palette.categories[2]},
                name="Mean",
                hovertemplate="Mean near %{x:.4g}: %{y:.3g}<extra></extra>",
            )
        )
    return figure


def _levels(found: Dependence, factor: float, y_title: str, palette: Palette) -> go.Figure:
    effects = [*found.effects, *([found.missing] if found.missing else [])]
    figure = base_figure(320, x_title=label(found.column), y_title=y_title, left=64, bottom=64)
    # A lone row has no interval.
    reach = [0.0 if np.isnan(effect.low) else factor * (effect.high - effect.mean) for effect in effects]
    figure.add_trace(
        go.Scatter(
            x=[label(effect.label) for effect in effects],
            y=[factor * effect.mean for effect in effects],
            mode="markers",
            marker={"size": 9, "color": palette.interval_dot},
            error_y={"type": "data", "array": reach, "color": palette.faint, "thickness": 1, "width": 4},
            customdata=[f"{effect.rows:,}" for effect in effects],
            hovertemplate="%{x}: %{y:.3g}, %{customdata} rows<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_xaxes(type="category", showgrid=False)
    return figure


def _dependence_alt(found: Dependence, effects: Sequence[LevelEffect], factor: float, unit: str) -> str:
    start = f"Contribution of {found.column} by its value, on {found.rows:,} rows."
    if not effects:
        return start
    low, high = min(effects, key=lambda effect: effect.mean), max(effects, key=lambda effect: effect.mean)
    return (
        f"{start} Lowest mean {number_text(factor * low.mean)} {unit} at {_stretch(low)}, highest "
        f"{number_text(factor * high.mean)} at {_stretch(high)}."
    )


def _unit(scale: str) -> tuple[str, float]:
    return UNIT_WORDS.get(scale, "the target's unit"), 100.0 if scale == PROBABILITY else 1.0


def _stretch(effect: LevelEffect) -> str:
    if np.isnan(effect.start):
        return effect.label
    if effect.start == effect.end:
        return number_text(effect.start)
    return f"{number_text(effect.start)} to {number_text(effect.end)}"


def _between(low: float, high: float, factor: float) -> str:
    return "" if np.isnan(low) else f"{number_text(factor * low)} to {number_text(factor * high)}"


@dataclass(frozen=True)
class WaterfallRow:
    """One row of a waterfall drawn with percentages.

    Parameters
    ----------
    kind : str
        ``base``, ``step``, ``rest`` or ``result``.
    label, value : str
        What stands left of the bar: a column and its value; raw text.
    left, width : float
        Of the bar, in percent of the track, both within it.
    zero : float
        Where the base ends: the dashed line, in percent of the track.
    sign : int
        −1, 0 or 1.
    text : str
        The number at the right: "31%" or "+13.1".
    aria : str
        The row in words; raw text.
    """

    kind: str
    label: str
    value: str
    left: float
    width: float
    zero: float
    sign: int
    text: str
    aria: str


def waterfall_rows(
    found: Waterfall, *, start: str = "Where the model starts", end: str = "This case"
) -> list[WaterfallRow]:
    """Return a waterfall as rows with percentages, for a screen that draws it with plain boxes.

    Parameters
    ----------
    found : Waterfall
    start, end : str
        Labels of the first and the last row.

    Returns
    -------
    list of WaterfallRow
        Base, one a step, the others together where there are any, result. All bars share one scale.
    """
    moves = [("step", step.column, step.value, step.contribution) for step in found.steps]
    if found.rest_count:
        noun = "other" if found.rest_count == 1 else "others"
        moves.append(("rest", f"{found.rest_count} {noun}", "", found.rest))
    ends = found.base + np.cumsum([0.0, *(move[3] for move in moves)])
    points = [*ends.tolist(), found.result]
    # Amounts far from zero would leave no room for the steps: their track begins a little below the lowest point.
    floor = 0.0 if found.scale == "chance" else min(points) - 0.15 * ((max(points) - min(points)) or 1.0)
    span = (max(*points, floor) - min(*points, floor)) or 1.0
    low = min(*points, floor)

    def at(value: float) -> float:
        return float(np.clip(100 * (value - low) / span, 0.0, 100.0))

    def row(kind: str, name: str, value: str, one: float, other: float, text: str, sign: int) -> WaterfallRow:
        left, right = sorted((at(one), at(other)))
        shown = f"{name} = {value}" if value else name
        return WaterfallRow(kind, name, value, left, right - left, at(found.base), sign, text, f"{shown}: {text}")

    rows = [row("base", start, "", floor, found.base, _level(found.base, found.scale), 0)]
    for number, (kind, name, value, move) in enumerate(moves):
        rows.append(
            row(kind, name, value, ends[number], ends[number + 1], _move(move, found.scale), int(np.sign(move)))
        )
    return [*rows, row("result", end, "", floor, found.result, _level(found.result, found.scale), 0)]


def waterfall_table(found: Waterfall) -> pd.DataFrame:
    """Return a waterfall's numbers as rows with headings in plain words; its texts are raw."""
    rows = waterfall_rows(found)
    head = "Points of chance" if found.scale == "chance" else "Amount"
    return pd.DataFrame(
        {"Column": [row.label for row in rows], "Value": [row.value for row in rows], head: [row.text for row in rows]}
    )


def _level(value: float, scale: str) -> str:
    return f"{100 * value:.0f}%" if scale == "chance" else number_text(value)


def _move(value: float, scale: str) -> str:
    if scale == "chance":
        size = f"{abs(100 * value):.1f}"
        zero = float(size) == 0
    else:
        size, zero = number_text(abs(value)), value == 0
    return size if zero else f"{'+' if value > 0 else '−'}{size}"
