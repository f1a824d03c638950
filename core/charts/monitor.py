"""Charts of Monitor: a column then and now, and how far each column has moved."""

import pandas as pd
import plotly.graph_objects as go

from core.charts.result import ChartResult
from core.charts.theme import Palette, base_figure, colors, end_labels, label, plain
from core.monitor.drift import Bar, ColumnDrift
from core.monitor.report import WatchReport
from core.monitor.verdict import PSI_DRIFTED, PSI_SOME, Verdict

COLUMNS = 20
"""Columns in the chart of drift; its table has all."""
ROW_HEIGHT = 28
LARGEST = 1.0
"""Stability indices beyond this stand at the chart's edge; the table has their value."""
NAMED_BARS = 6
"""Up to this many bars carry their name; above, the first and the last do."""
MARKS = {Verdict.NONE: "circle", Verdict.SOME: "diamond", Verdict.DRIFTED: "square", Verdict.UNKNOWN: "circle-open"}
"""Shapes of the verdicts, so that colour is not the only carrier."""


def then_and_now(
    drift: ColumnDrift, *, dark: bool = False, names: tuple[str, str] = ("Training", "Later")
) -> ChartResult:
    """Draw how the values of a column were spread in training and are spread later.

    Parameters
    ----------
    drift : ColumnDrift
    dark : bool
        Whether the reader sees a dark page.
    names : tuple of str
        How the earlier and the later rows are called.

    Returns
    -------
    ChartResult
        Shares of the known values, side by side; missing ones are told in the text and the table.
    """
    palette, bars = colors(dark), drift.bars
    figure = base_figure(240, y_title="Share of rows", left=52)
    places = list(range(len(bars)))
    for name, counts, known, color in (
        (names[0], [bar.then for bar in bars], drift.known_then, palette.rest),
        (names[1], [bar.now for bar in bars], drift.known_now, palette.primary),
    ):
        figure.add_trace(
            go.Bar(
                x=places,
                y=[count / max(1, known) for count in counts],
                name=name,
                marker={"color": color, "line": {"width": 0}},
                hovertext=[f"{label(bar.label)}<br>{name}: {_rows(n)}" for bar, n in zip(bars, counts, strict=True)],
                hoverinfo="text",
            )
        )
    figure.update_layout(barmode="group", bargap=0.25)
    texts = [plain(bar.label, 18) for bar in bars]
    figure.update_xaxes(tickvals=places, ticktext=texts, showgrid=False)
    if len(bars) > NAMED_BARS:
        end_labels(figure, (places[0] - 0.5, places[-1] + 0.5), (texts[0], texts[-1]), palette)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    lines = [*bars]
    missing = Bar("missing", drift.rows_then - drift.known_then, drift.rows_now - drift.known_now)
    if missing.then or missing.now:
        lines.append(missing)
    table = pd.DataFrame(
        {
            "Value": [bar.label for bar in lines],
            f"{names[0]} rows": [bar.then for bar in lines],
            f"{names[1]} rows": [bar.now for bar in lines],
        }
    )
    told = drift.evidence.replace("`", "").removeprefix(f"{drift.column}: ")
    place = "in training and later" if names[0] == "Training" else f"{names[0].lower()} and {names[1].lower()}"
    return ChartResult(figure, table, f"{drift.column}, {place}: {drift.verdict.value}. {told}")


def drift_by_column(report: WatchReport, *, dark: bool = False) -> ChartResult:
    """Draw how far each column has moved, the furthest at the top.

    Parameters
    ----------
    report : WatchReport
    dark : bool
        Whether the reader sees a dark page.

    Returns
    -------
    ChartResult
        The larger of a column's two stability indices as a mark on a stalk; dashed lines where a change begins to
        matter and where it is large. The figure holds at most twenty columns, the table all.
    """
    palette = colors(dark)
    ordered = sorted(report.columns, key=lambda drift: (-drift.verdict.rank, -(drift.effect or 0.0)))
    drawn = [drift for drift in ordered if drift.effect is not None][:COLUMNS][::-1]
    figure = base_figure(
        height=96 + ROW_HEIGHT * max(1, len(drawn)), x_title="Stability index: how far it has moved", left=150
    )
    for place, drift in enumerate(drawn):
        end = min(drift.effect or 0.0, LARGEST)
        figure.add_shape(
            type="line", x0=0, x1=end, y0=place, y1=place, line={"width": 2, "color": _color(drift.verdict, palette)}
        )
    for verdict in (Verdict.DRIFTED, Verdict.SOME, Verdict.NONE, Verdict.UNKNOWN):
        own = [(place, drift) for place, drift in enumerate(drawn) if drift.verdict is verdict]
        if own:
            figure.add_trace(_marks(verdict, own, palette))
    for limit in (PSI_SOME, PSI_DRIFTED):
        figure.add_vline(x=limit, line={"dash": "dash", "width": 1, "color": palette.faint})
    figure.update_xaxes(range=[0, max([0.35, *(min(drift.effect or 0.0, LARGEST) for drift in drawn)]) * 1.05])
    figure.update_yaxes(
        tickvals=list(range(len(drawn))),
        ticktext=[plain(drift.column, 20) for drift in drawn],
        range=[-0.6, max(1, len(drawn)) - 0.4],
        showgrid=False,
    )
    table = pd.DataFrame(
        {
            "Column": [drift.column for drift in ordered],
            "Verdict": [drift.verdict.value for drift in ordered],
            "Stability index": [_index(drift.psi) for drift in ordered],
            "Of missing values": [_index(drift.missing_psi) for drift in ordered],
            "Values then": [drift.known_then for drift in ordered],
            "Values now": [drift.known_now for drift in ordered],
        }
    )
    return ChartResult(figure, table, _alt(ordered))


def _marks(verdict: Verdict, own: list[tuple[int, ColumnDrift]], palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=[min(drift.effect or 0.0, LARGEST) for _, drift in own],
        y=[place for place, _ in own],
        mode="markers",
        name=verdict.value.capitalize(),
        marker={"size": 10, "symbol": MARKS[verdict], "color": _color(verdict, palette)},
        hovertext=[f"{label(drift.column)}<br>{verdict.value}, {_index(drift.effect)}" for _, drift in own],
        hoverinfo="text",
        cliponaxis=False,
    )


def _color(verdict: Verdict, palette: Palette) -> str:
    hues = {Verdict.NONE: palette.rest, Verdict.SOME: palette.look, Verdict.DRIFTED: palette.bad}
    return hues.get(verdict, palette.rest)


def _index(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _alt(ordered: list[ColumnDrift]) -> str:
    if not ordered:
        return "No column could be compared."
    moved = [drift for drift in ordered if drift.verdict in (Verdict.SOME, Verdict.DRIFTED)]
    unknown = sum(drift.verdict is Verdict.UNKNOWN for drift in ordered)
    told = f"{len(moved):,} of {len(ordered):,} columns have moved"
    if moved:
        first = moved[0]
        told += f"; first {first.column}, {first.verdict.value}" + (
            f" with a stability index of {first.effect:.2f}" if first.effect is not None else ""
        )
    return f"{told}. {unknown:,} could not be judged." if unknown else f"{told}."
