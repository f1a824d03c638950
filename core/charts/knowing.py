"""Charts of what is known of the data: rates along a column, associations, gaps together, simple counts, groups."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts.result import ChartResult
from core.charts.theme import Palette, base_figure, label, plain
from core.data.knowing.association import Associations
from core.data.knowing.missing import Missingness, Pattern
from core.data.knowing.outcomes import OutcomeAlong
from core.data.summary import number_words

HEAT_COLUMNS: Final = 30
"""Columns in the heat map; its table has every pair."""
GAP_COLUMNS: Final = 20
GAP_PATTERNS: Final = 12
HALF_WIDTH: Final = 330
"""Half of a heat map's width in pixels."""
TICK_LETTERS: Final = 90


def outcome_by_bar(found: OutcomeAlong, palette: Palette) -> ChartResult:
    """Draw the outcome's rate or mean in each bar of a column, with 95% intervals and the overall value dashed."""
    bars = [bar for bar in found.bars if bar.value is not None]
    what = f"{found.target} {found.outcome}" if found.is_share else f"Mean {found.target}"
    figure = base_figure(240, x_title=label(found.column), y_title=label(what), left=60, top=12)
    places = list(range(len(bars)))
    values = [float(bar.value or 0.0) for bar in bars]
    lows = [value if bar.low is None else bar.low for bar, value in zip(bars, values, strict=True)]
    highs = [value if bar.high is None else bar.high for bar, value in zip(bars, values, strict=True)]
    figure.add_scatter(
        x=places,
        y=values,
        mode="markers",
        marker={"color": palette.primary, "size": 8},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - value for high, value in zip(highs, values, strict=True)],
            "arrayminus": [value - low for low, value in zip(lows, values, strict=True)],
            "color": palette.primary,
            "width": 0,
        },
        customdata=[
            [plain(bar.name), f"{bar.rows:,}", _interval(found, value, low, high)]
            for bar, value, low, high in zip(bars, values, lows, highs, strict=True)
        ],
        hovertemplate="%{customdata[0]}<br>%{customdata[2]}<br>%{customdata[1]} rows<extra></extra>",
        showlegend=False,
    )
    figure.add_hline(y=found.overall, line={"color": palette.muted, "dash": "dash", "width": 1})
    length = max(5, TICK_LETTERS // max(1, len(places)))
    figure.update_xaxes(
        tickmode="array", tickvals=places, ticktext=[plain(bar.name, length) for bar in bars], tickangle=0
    )
    figure.update_yaxes(tickformat=".0%" if found.is_share else ",")
    table = pd.DataFrame(
        {
            "Values": [bar.name for bar in found.bars],
            "Rows": [bar.rows for bar in found.bars],
            "Share" if found.is_share else "Mean": [bar.value for bar in found.bars],
            "Low": [bar.low for bar in found.bars],
            "High": [bar.high for bar in found.bars],
        }
    )
    if not bars:
        return ChartResult(figure, table, f"No row has both {found.column} and {found.target}.")
    most, least = int(np.argmax(values)), int(np.argmin(values))
    alt = (
        f"{what} along {found.column}: highest at {bars[most].name} "
        f"({_interval(found, values[most], lows[most], highs[most])}), lowest at {bars[least].name} "
        f"({_interval(found, values[least], lows[least], highs[least])}); overall {_value(found, found.overall)}."
    )
    return ChartResult(figure, table, alt)


def _value(found: OutcomeAlong, value: float) -> str:
    return f"{100 * value:.1f}%" if found.is_share else number_words(value, 0 if abs(value) >= 100 else 2)


def _interval(found: OutcomeAlong, value: float, low: float, high: float) -> str:
    return f"{_value(found, value)}, 95% interval {_value(found, low)} to {_value(found, high)}"


def shown_columns(found: Associations) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the columns of the heat map from left to right (from top to bottom), and their associations."""
    names, values = found.names, found.values
    if len(names) > HEAT_COLUMNS:
        # Those with the strongest partner are worth the space.
        apart = np.abs(np.where(np.eye(len(names), dtype=bool), 0.0, np.nan_to_num(values)))
        kept = np.sort(np.argsort(-apart.max(axis=1), kind="stable")[:HEAT_COLUMNS])
        names, values = tuple(names[place] for place in kept), values[np.ix_(kept, kept)]
    return tuple(names), values


def shown_patterns(found: Missingness) -> tuple[Pattern, ...]:
    """Return the patterns of the chart of gaps from below to above."""
    return tuple(found.patterns[:GAP_PATTERNS][::-1])


def _add_targets(figure: go.Figure, cells: Sequence[tuple[int, int, str]], size: int) -> None:
    """Lay unseen marks over the cells of a heat map, which itself cannot be clicked."""
    columns = len({across for across, _, _ in cells})
    # As far as a wide cell reaches from its middle.
    figure.update_layout(hovermode="closest", hoverdistance=max(12, HALF_WIDTH // max(1, columns)))
    figure.add_scatter(
        x=[across for across, _, _ in cells],
        y=[up for _, up, _ in cells],
        mode="markers",
        marker={"symbol": "square", "size": size, "color": "rgba(0,0,0,0)"},
        customdata=[words for _, _, words in cells],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )


def association_map(found: Associations, palette: Palette) -> ChartResult:
    """Draw the associations of the columns as a heat map, those that go together next to each other."""
    table = pd.DataFrame(
        {
            "Column": [pair.first for pair in found.pairs],
            "With": [pair.second for pair in found.pairs],
            "Association": [pair.value for pair in found.pairs],
            "Measure": [pair.measure for pair in found.pairs],
        }
    )
    names, values = shown_columns(found)
    size = len(names)
    figure = base_figure(height=92 + max(160, 20 * size), left=132, right=70, top=8, bottom=84)
    shown = np.where(np.tri(size, k=-1, dtype=bool), values, np.nan)[::-1]
    places = list(range(size))
    low, middle, high = palette.diverging[1], palette.line, palette.diverging[8]
    figure.add_heatmap(
        z=[[None if np.isnan(cell) else round(float(cell), 3) for cell in row] for row in shown],
        x=places,
        y=places,
        zmin=-1,
        zmax=1,
        colorscale=[[0, low], [0.5, middle], [1, high]],
        hoverinfo="skip",
        xgap=1,
        ygap=1,
        colorbar={"thickness": 8, "len": 0.7, "outlinewidth": 0, "tickvals": [-1, 0, 1], "ticktext": ["−1", "0", "1"]},
    )
    cells = [
        (across, up, f"{plain(names[::-1][up], 30)} and {plain(names[across], 30)}<br>{_signed(float(cell))}")
        for up, row in enumerate(shown)
        for across, cell in enumerate(row)
        if not np.isnan(cell)
    ]
    _add_targets(figure, cells, 18)
    ticks = [plain(name, 16) for name in names]
    figure.update_xaxes(tickmode="array", tickvals=places, ticktext=ticks, tickangle=-45, showgrid=False)
    figure.update_yaxes(tickmode="array", tickvals=places, ticktext=ticks[::-1], showgrid=False)
    if not found.pairs:
        return ChartResult(figure, table, "No two columns can be compared.")
    strongest = "; ".join(f"{pair.first} and {pair.second} {_signed(pair.value)}" for pair in found.pairs[:3])
    alt = f"Associations of {len(found.names):,} columns on {found.rows_words}. Strongest: {strongest}."
    return ChartResult(figure, table, alt)


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def gaps_together(found: Missingness, palette: Palette) -> ChartResult:
    """Draw which columns are missing together: each row of the chart is a pattern, each column a column."""
    names = [name for name, _ in found.gaps[:GAP_COLUMNS]]
    patterns = shown_patterns(found)
    cells = [[1 if name in pattern.columns else 0 for name in names] for pattern in patterns]
    figure = base_figure(height=110 + 24 * max(1, len(patterns)), left=80, right=16, top=8, bottom=96)
    figure.add_heatmap(
        z=cells,
        x=list(range(len(names))),
        y=list(range(len(patterns))),
        zmin=0,
        zmax=1,
        colorscale=[[0, palette.line], [1, palette.primary]],
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
    targets = [
        (across, up, f"{plain(name)}{' missing' if name in pattern.columns else ' filled'}, {_rows(pattern.rows)}")
        for up, pattern in enumerate(patterns)
        for across, name in enumerate(names)
    ]
    _add_targets(figure, targets, 20)
    figure.update_xaxes(
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=[plain(name, 14) for name in names],
        tickangle=-45,
        showgrid=False,
    )
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(patterns))),
        ticktext=[_rows(pattern.rows) for pattern in patterns],
        showgrid=False,
    )
    table = pd.DataFrame(
        {
            "Rows": [pattern.rows for pattern in found.patterns],
            "Missing together": [", ".join(pattern.columns) for pattern in found.patterns],
        }
    )
    if not patterns:
        return ChartResult(figure, table, "No cell is missing.")
    first = patterns[-1]
    alt = (
        f"{found.n_patterns:,} patterns of gaps; {found.complete:,} of {found.rows:,} rows have none. The most "
        f"frequent: {', '.join(first.columns)} missing together in {first.rows:,} rows."
    )
    return ChartResult(figure, table, alt)


def counts(
    names: Sequence[str], rows: Sequence[int], what: str, palette: Palette, *, wide: bool = False
) -> ChartResult:
    """Draw plain counts as bars: upright, or lying where the names are long (``wide``)."""
    places = list(range(len(names)))
    table = pd.DataFrame({what: list(names), "Rows": list(rows)})
    if wide:
        figure = base_figure(height=40 + 24 * max(1, len(names)), left=150, top=4, bottom=28)
        figure.add_bar(
            x=list(rows)[::-1],
            y=places,
            orientation="h",
            marker_color=palette.rest,
            customdata=[plain(name) for name in names][::-1],
            hovertemplate="%{customdata}<br>%{x:,} rows<extra></extra>",
        )
        figure.update_yaxes(tickmode="array", tickvals=places, ticktext=[plain(name, 20) for name in names][::-1])
        figure.update_xaxes(tickformat=",")
    else:
        figure = base_figure(height=200, left=52, top=8, bottom=40, x_title=label(what))
        figure.add_bar(
            x=places,
            y=list(rows),
            marker_color=palette.rest,
            customdata=[plain(name) for name in names],
            hovertemplate="%{customdata}<br>%{y:,} rows<extra></extra>",
        )
        length = max(3, TICK_LETTERS // max(1, len(names)))
        figure.update_xaxes(
            tickmode="array", tickvals=places, ticktext=[plain(name, length) for name in names], tickangle=0
        )
        figure.update_yaxes(tickformat=",")
    figure.update_layout(showlegend=False)
    if not names:
        return ChartResult(figure, table, f"{what}: nothing to count.")
    most = int(np.argmax(np.asarray(rows)))
    return ChartResult(figure, table, f"{what}: {len(names)} bars, the highest {names[most]} with {rows[most]:,} rows.")
