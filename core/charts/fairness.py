"""Charts of an audit: what a smaller gap costs, and groups as rows with interval marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isnan

import pandas as pd
import plotly.graph_objects as go

from core.charts.result import ChartResult
from core.charts.theme import Palette, base_figure, plain, translucent
from core.fairness.audit import Audit
from core.fairness.comparison import Option
from core.fairness.measures import BINARY, Measure, Rate
from core.fairness.words import amount, percent, points
from core.framing.frame import Costs

HEIGHT = 340


def gap_against_cost(
    options: Sequence[Option], *, measure: str, limit: float, costs: Costs, chosen: str = "", palette: Palette
) -> ChartResult:
    """Draw each remedy as a point: left is fairer, low is cheaper.

    Parameters
    ----------
    options : sequence of Option
        "As it is" first; see ``core.fairness.comparison.options``.
    measure : str
        Key of the frame's measure.
    limit : float
        Largest acceptable gap, as a share.
    costs : Costs
    chosen : str
        Key of the option that is picked; empty for the model as it is.
    palette : Palette

    Returns
    -------
    ChartResult
        Numbers beside the points are places in the table. The front is drawn as steps, what is beaten as open rings.
    """
    name = BINARY[measure].plain.lower()
    cost_title = f"Cost of errors per 1,000, {plain(costs.currency)}" if costs.known else "Wrong answers per 1,000"
    figure = base_figure(HEIGHT, x_title=f"Gap in “{name}”, points", y_title=cost_title, left=76, top=24)
    widest = 100 * max([limit, *(option.gap for option in options)])
    figure.add_vrect(
        x0=0,
        x1=100 * limit,
        fillcolor=translucent(palette.good, 0.12),
        line_width=0,
        layer="below",
    )
    figure.add_annotation(
        text="within your limit",
        x=0,
        y=1,
        xref="x",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font={"color": palette.muted, "size": 11},
    )
    figure.add_vline(x=100 * limit, line={"dash": "dash", "width": 1, "color": palette.good})
    front = sorted((option for option in options if option.on_front), key=lambda option: option.gap)
    figure.add_trace(
        go.Scatter(
            x=[100 * option.gap for option in front],
            y=[option.cost for option in front],
            mode="lines",
            line={"shape": "vh", "width": 2, "color": translucent(palette.primary, 0.45)},
            name="Nothing beats these",
            showlegend=False,
            hoverinfo="skip",
        )
    )
    for option, number in zip(options, _numbers(options), strict=True):
        figure.add_trace(_point(option, number, option.key == chosen, palette))
    figure.update_xaxes(range=[0, 1.08 * widest or 1])
    costs_shown = [option.cost for option in options]
    room = 0.18 * ((max(costs_shown) - min(costs_shown)) or 1.0)
    # The numbers stand above their points.
    figure.update_yaxes(range=[min(costs_shown) - room, max(costs_shown) + 1.5 * room], tickformat=",")
    return ChartResult(figure, _table(options, costs), _alt(options, limit, costs))


def _numbers(options: Sequence[Option]) -> list[str]:
    return [str(number) if option.key else option.title for number, option in enumerate(options)]


def _point(option: Option, number: str, is_chosen: bool, palette: Palette) -> go.Scatter:
    color = palette.primary if option.key else palette.rest
    solid = option.on_front or not option.key
    return go.Scatter(
        x=[100 * option.gap],
        y=[option.cost],
        mode="markers+text",
        marker={
            "size": 15 if is_chosen else 10,
            "symbol": "circle" if solid else "circle-open",
            "color": color,
            "line": {"width": 2, "color": color},
        },
        text=[number],
        textposition="top center",
        name=plain(option.title),
        hovertemplate=f"{plain(option.title)}<br>gap %{{x:.1f}} points, %{{y:,.0f}} per 1,000<extra></extra>",
        showlegend=False,
    )


def _table(options: Sequence[Option], costs: Costs) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "": [
                "" if number == option.title else number
                for number, option in zip(_numbers(options), options, strict=True)
            ],
            "Option": [option.title for option in options],
            "Gap": [f"{points(option.gap)} points" for option in options],
            _cost_head(costs): [_cost(option.cost, costs) for option in options],
            "Within your limit": ["yes" if option.within_limit else "no" for option in options],
            "Beaten by another": ["no" if option.on_front else "yes" for option in options],
        }
    )


def _cost_head(costs: Costs) -> str:
    return "Cost per 1,000" if costs.known else "Wrong answers per 1,000"


def _cost(value: float, costs: Costs) -> str:
    return f"{costs.currency}{value:,.0f}" if costs.known else f"{value:,.0f}"


def _alt(options: Sequence[Option], limit: float, costs: Costs) -> str:
    within = [option for option in options if option.within_limit]
    start = f"{len(options) - 1} remedies by gap and cost; your limit is {100 * limit:.3g} points."
    if not within:
        return f"{start} None keeps it."
    best = min(within, key=lambda option: option.cost)
    return (
        f"{start} The cheapest that keeps it is “{best.title}”: {points(best.gap)} points, {_cost(best.cost, costs)}."
    )


@dataclass(frozen=True)
class Mark:
    """An interval mark in percent of its rail; ``None`` positions where there is nothing to draw.

    Parameters
    ----------
    text, interval : str
        "35%" and "28 to 42"; empty where no row counts.
    low, value, high : float or None
        Ends of the band and place of the dot, 0 to 100.
    is_bad : bool
        Whether this rate makes the gap beyond the limit.
    aria : str
        The mark in words.
    """

    text: str
    interval: str
    low: float | None
    value: float | None
    high: float | None
    is_bad: bool
    aria: str


@dataclass(frozen=True)
class GroupRow:
    """One group's row: its name (raw text), how many rows, and one mark a measure."""

    group: str
    rows: int
    too_small: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class GapCell:
    """One measure's widest-compared gap in the Gap row: "22 points", "15 to 30; your limit is 10"."""

    text: str
    detail: str
    beyond: bool


@dataclass(frozen=True)
class GroupTable:
    """All that a table of groups shows.

    Parameters
    ----------
    measures : tuple of (str, str, str)
        Key, plain words and the field's term of each column.
    scales : tuple of (str, str)
        Ends of each column's rail, as text.
    rows : tuple of GroupRow
    gaps : tuple of GapCell
        Of the group furthest from the reference, a measure.
    reference : str
        The group the gaps are measured from; of the measure that counts, the widest gap between any two.
    """

    measures: tuple[tuple[str, str, str], ...]
    scales: tuple[tuple[str, str], ...]
    rows: tuple[GroupRow, ...]
    gaps: tuple[GapCell, ...]
    reference: str


def group_table(audit: Audit, measures: Sequence[str]) -> GroupTable:
    """Return groups as rows with interval marks, all groups of a measure on one rail.

    Parameters
    ----------
    audit : Audit
    measures : sequence of str
        Keys of the columns, in order.

    Returns
    -------
    GroupTable
    """
    scales = {key: _scale(audit, key) for key in measures}
    bad = audit.widest.group if audit.beyond and audit.widest else None
    rows = tuple(
        GroupRow(
            group.group,
            group.rows,
            group.too_small,
            tuple(
                _mark(
                    audit.measures[key],
                    group.rates[key],
                    scales[key],
                    group.group,
                    is_bad=group.group == bad and key == audit.measure,
                )
                for key in measures
            ),
        )
        for group in audit.groups
    )
    heads = tuple((key, audit.measures[key].plain, audit.measures[key].title) for key in measures)
    ends = tuple(
        (_say(audit.measures[key], scales[key][0]), _say(audit.measures[key], scales[key][1])) for key in measures
    )
    return GroupTable(heads, ends, rows, tuple(_gap_cell(audit, key) for key in measures), audit.reference)


def _scale(audit: Audit, key: str) -> tuple[float, float]:
    """Return the rail's ends: from 0 to the next tenth above every interval; for amounts, all intervals."""
    ends = [end for group in audit.groups for end in (group.rates[key].low, group.rates[key].high) if not isnan(end)]
    if audit.measures[key].is_share:
        tops = [group.rates[key].high for group in audit.groups if group.rates[key].rows]
        return 0.0, min(1.0, ceil(10 * max(tops, default=1.0)) / 10)
    return (min(0.0, *ends), max(0.0, *ends)) if ends else (0.0, 1.0)


def _mark(measure: Measure, rate: Rate, scale: tuple[float, float], group: str, *, is_bad: bool) -> Mark:
    if isnan(rate.value):
        return Mark("", "", None, None, None, False, f"{group}, {measure.plain}: no rows to count")
    span = (scale[1] - scale[0]) or 1.0

    def at(value: float) -> float | None:
        return None if isnan(value) else min(100.0, max(0.0, 100 * (value - scale[0]) / span))

    text = _say(measure, rate.value)
    ends = [_say(measure, rate.low).removesuffix("%"), _say(measure, rate.high).removesuffix("%")]
    interval = "" if isnan(rate.low) else f"{ends[0]} to {ends[1]}"
    told = f", 95% interval {interval}" if interval else ""
    aria = f"{group}, {measure.plain}: {text}{told}, {rate.rows:,} rows"
    return Mark(text, interval, at(rate.low), at(rate.value), at(rate.high), is_bad, aria)


def _say(measure: Measure, value: float) -> str:
    return percent(value) if measure.is_share else amount(value)


def _gap_cell(audit: Audit, key: str) -> GapCell:
    known = [gap for gap in audit.gaps[key] if not isnan(gap.difference.value)]
    gap = audit.widest if key == audit.measure else max(known, key=lambda one: abs(one.difference.value), default=None)
    if gap is None:
        return GapCell("Not comparable", "", False)
    is_share = audit.measures[key].is_share
    say = points if is_share else amount
    detail = "" if isnan(gap.difference.low) else f"{say(gap.difference.low)} to {say(gap.difference.high)}"
    if key == audit.measure:
        allowed = f"{100 * audit.limit:.3g}" if is_share else amount(audit.allowed)
        detail = f"{detail}; your limit is {allowed}" if detail else f"your limit is {allowed}"
    text = f"{say(gap.difference.value)}{' points' if is_share else ''}"
    return GapCell(text, detail, beyond=key == audit.measure and audit.beyond)
