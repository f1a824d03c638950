"""Charts of the table: a column split by the outcome, and where cells are missing."""

from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.result import ChartResult
from core.charts.theme import Palette, base_figure, label, plain
from core.data.knowing.bins import Bins, put_into_bins
from core.data.profile import Profile
from core.data.schema import Schema
from core.data.signal import Floats, Ints
from core.data.summary import number_words
from core.framing.frame import Frame, Task
from core.framing.intervals import wilson
from core.runtime.values import as_number, as_text

OUTCOMES: Final = 5
"""Outcomes that get a colour of their own."""
TICK_LETTERS: Final = 90
"""Letters that fit below the x axis; longer names are cut there, and whole on hover and in the table."""
COLUMNS: Final = 20
"""Columns in the chart of missing cells; its table has all."""
WORTH_SAYING: Final = 20
"""Rows from which a bar's share is put into words, where any bar has as many."""
OTHERS: Final = "others"
HEIGHT: Final = 260


def column_by_outcome(
    table_frame: pd.DataFrame, schema: Schema, frame: Frame, column: str, palette: Palette
) -> ChartResult:
    """Draw a column, split by the outcome.

    Parameters
    ----------
    table_frame : DataFrame of n rows
        All rows are counted.
    schema : Schema
    frame : Frame
        With a yes-or-no or several outcomes the bars are stacked by outcome; with an amount each bar has its mean with
        a 95% interval (Student's t); without a target the bars are plain counts.
    column : str
    palette : Palette

    Returns
    -------
    ChartResult
    """
    bars = put_into_bins(table_frame[column], schema[column])
    title = str(frame.rows_are).capitalize()
    target = frame.target if frame.target in table_frame.columns and frame.target != column else None
    if not bars.names:
        return _nothing(column)
    if target is None or frame.task is None:
        return _counts(bars, column, title, palette)
    if frame.task is Task.REGRESSION:
        return _means(bars, column, target, as_number(table_frame[target]).to_numpy(), palette)
    return _stacked(bars, column, target, frame, as_text(table_frame[target]), title, palette)


def missing_by_column(profile: Profile, palette: Palette) -> ChartResult:
    """Draw the share of missing cells by column, most first.

    Parameters
    ----------
    profile : Profile
    palette : Palette

    Returns
    -------
    ChartResult
        The figure holds at most twenty columns, the table all that have gaps.
    """
    gaps = sorted((column for column in profile.columns if column.missing), key=lambda column: -column.missing)
    table = pd.DataFrame(
        {
            "Column": [column.name for column in gaps],
            "Missing": [column.missing for column in gaps],
            "Share": [column.missing_share for column in gaps],
        }
    )
    drawn = gaps[:COLUMNS][::-1]
    figure = base_figure(height=60 + 24 * max(1, len(drawn)), left=140, top=8)
    figure.add_bar(
        x=[column.missing_share for column in drawn],
        y=list(range(len(drawn))),
        orientation="h",
        marker_color=palette.rest,
        customdata=[[plain(column.name), f"{column.missing:,}"] for column in drawn],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]} missing, %{x:.1%}<extra></extra>",
        showlegend=False,
    )
    figure.update_yaxes(
        tickmode="array", tickvals=list(range(len(drawn))), ticktext=[plain(column.name, 18) for column in drawn]
    )
    figure.update_xaxes(tickformat=".0%", rangemode="tozero", title_text=f"Missing, of {profile.rows_words}")
    if not gaps:
        return ChartResult(figure, table, f"No cell is missing in {profile.rows_words}.")
    worst = gaps[0]
    alt = (
        f"{len(gaps):,} of {len(profile.columns):,} columns have missing cells; the most has {worst.name}, "
        f"{worst.missing:,} of {profile.rows_words} ({100 * worst.missing_share:.1f}%)."
    )
    return ChartResult(figure, table, alt)


def _figure(bars: Bins, column: str, y_title: str) -> tuple[go.Figure, list[Any]]:
    figure = base_figure(HEIGHT, x_title=label(column), y_title=label(y_title), left=60)
    figure.update_layout(barmode="stack", legend_traceorder="reversed")
    figure.update_yaxes(tickformat=",")
    if bars.places is not None:
        return figure, list(bars.places)
    # Names are shown as tick texts: as places, "1" and "2020-01-01" would turn the axis into numbers or dates.
    places = list(range(len(bars.names)))
    length = max(5, TICK_LETTERS // len(places))
    figure.update_xaxes(
        tickmode="array", tickvals=places, ticktext=[plain(name, length) for name in bars.names], tickangle=0
    )
    return figure, places


def _tally(codes: Ints, size: int) -> Ints:
    return np.bincount(codes[codes >= 0], minlength=size)[:size]


def _counts(bars: Bins, column: str, title: str, palette: Palette) -> ChartResult:
    rows = _tally(bars.codes, len(bars.names))
    figure, places = _figure(bars, column, title)
    figure.add_bar(
        x=places,
        y=rows.tolist(),
        width=bars.widths,
        marker_color=palette.rest,
        customdata=[plain(name) for name in bars.names],
        hovertemplate="%{customdata}<br>%{y:,} rows<extra></extra>",
        showlegend=False,
    )
    table = pd.DataFrame({"Values": bars.names, "Rows": rows})
    return ChartResult(figure, table, f"{column}, {int(rows.sum()):,} rows: {_most(bars.names, rows)}.")


def _stacked(
    bars: Bins, column: str, target: str, frame: Frame, outcome: pd.Series, title: str, palette: Palette
) -> ChartResult:
    counts = outcome.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    labels = [str(name) for name in counts.index]
    binary = frame.task is Task.BINARY and frame.positive in labels and len(labels) == 2
    if binary:
        labels = sorted(labels, key=lambda name: name == frame.positive)
    shown = labels if len(labels) <= OUTCOMES + 1 else labels[:OUTCOMES]
    codes = pd.Categorical(outcome, categories=labels).codes
    size = len(bars.names)
    table = pd.DataFrame({"Values": bars.names})
    figure, places = _figure(bars, column, title)
    kinds = [(name, codes == place) for place, name in enumerate(shown)]
    if len(shown) < len(labels):
        kinds.append((f"{len(labels) - len(shown):,} {OTHERS}", codes >= len(shown)))
    tallies = [_tally(np.where(rows, bars.codes, -1), size) for _, rows in kinds]
    for place, ((name, _), tally) in enumerate(zip(kinds, tallies, strict=True)):
        color = (palette.pale, palette.primary)[place] if binary else palette.category(place)
        figure.add_bar(
            x=places,
            y=tally.tolist(),
            width=bars.widths,
            name=label(name),
            marker_color=color,
            customdata=[plain(bar) for bar in bars.names],
            hovertemplate=f"%{{customdata}}<br>{label(target)} {label(name)}: %{{y:,}}<extra></extra>",
        )
        table[f"{target}: {name}"] = tally
    rows = np.sum(tallies, axis=0)
    table["All rows"] = rows
    if not binary:
        alt = f"{column} by {target}, {int(rows.sum()):,} rows: {_most(bars.names, rows)}."
        return ChartResult(figure, table, alt)
    hits = tallies[1]
    intervals = [wilson(int(hit), int(n)) for hit, n in zip(hits, rows, strict=True)]
    table["Share"] = np.divide(hits, rows, out=np.full(size, np.nan), where=rows > 0)
    table["Low"], table["High"] = [low for low, _ in intervals], [high for _, high in intervals]
    return ChartResult(figure, table, _share_words(bars.names, column, target, str(frame.positive), hits, rows))


def _means(bars: Bins, column: str, target: str, amounts: Floats, palette: Palette) -> ChartResult:
    from scipy.stats import t as student

    size = len(bars.names)
    usable = ~np.isnan(amounts) & (bars.codes >= 0)
    codes, values = bars.codes[usable], amounts[usable]
    rows = _tally(codes, size)
    with np.errstate(all="ignore"):
        means = np.bincount(codes, weights=values, minlength=size) / rows
        squares = np.bincount(codes, weights=(values - means[codes]) ** 2, minlength=size)
        half = student.ppf(0.975, np.maximum(rows - 1, 1)) * np.sqrt(squares / (rows - 1) / rows)
    half[rows < 2] = np.nan
    figure, places = _figure(bars, column, f"Mean {target}")
    has = np.flatnonzero(rows > 0)
    figure.add_scatter(
        x=[places[place] for place in has],
        y=means[has].tolist(),
        mode="markers",
        marker={"color": palette.primary, "size": 8},
        error_y={"type": "data", "array": np.nan_to_num(half[has]).tolist(), "color": palette.primary, "width": 0},
        customdata=[
            [plain(bars.names[place]), f"{rows[place]:,}", _interval_words(means[place], half[place])] for place in has
        ],
        hovertemplate="%{customdata[0]}<br>mean %{customdata[2]}<br>%{customdata[1]} rows<extra></extra>",
        showlegend=False,
    )
    table = pd.DataFrame(
        {"Values": bars.names, "Rows": rows, f"Mean {target}": means, "Low": means - half, "High": means + half}
    )
    if not len(has):
        return ChartResult(figure, table, f"No row has both {column} and {target}.")
    worth = np.flatnonzero(rows >= min(WORTH_SAYING, rows.max()))
    low, high = worth[np.argmin(means[worth])], worth[np.argmax(means[worth])]
    alt = (
        f"Mean {target} by {column}, {int(rows.sum()):,} rows: lowest at {bars.names[low]} "
        f"({_interval_words(means[low], half[low])}), highest at {bars.names[high]} "
        f"({_interval_words(means[high], half[high])})."
    )
    return ChartResult(figure, table, alt)


def _interval_words(mean: float, half: float) -> str:
    if np.isnan(half):
        return f"{_brief(mean)}, one row"
    return f"{_brief(mean)}, 95% interval {_brief(mean - half)} to {_brief(mean + half)}"


def _brief(value: float) -> str:
    digits = 0 if abs(value) >= 100 else 2
    return number_words(value, digits)


def _share_words(names: tuple[str, ...], column: str, target: str, positive: str, hits: Ints, rows: Ints) -> str:
    start = f"{column} by {target}, {int(rows.sum()):,} rows."
    # The share of a bar of three rows is no news, unless all bars are like that.
    has = np.flatnonzero(rows >= min(WORTH_SAYING, rows.max()))
    if not rows.any():
        return start
    shares = hits[has] / rows[has]
    most, least = has[np.argmax(shares)], has[np.argmin(shares)]

    def share(place: int) -> str:
        return f"{100 * hits[place] / rows[place]:.1f}% of {int(rows[place]):,} rows"

    if most == least:
        return f"{start} At {names[most]}, {target} is {positive} in {share(most)}."
    return (
        f"{start} {target} is {positive} most often at {names[most]} ({share(most)}) "
        f"and least often at {names[least]} ({share(least)})."
    )


def _most(names: tuple[str, ...], rows: Ints) -> str:
    most = int(np.argmax(rows))
    return f"{len(names)} bars, the highest at {names[most]} with {int(rows[most]):,}"


def _nothing(column: str) -> ChartResult:
    figure = base_figure(HEIGHT, x_title=label(column))
    return ChartResult(figure, pd.DataFrame({"Values": [], "Rows": []}), f"{column} has no value to draw.")
