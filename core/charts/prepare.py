"""Charts of Prepare: a column before and after a step."""

from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from core.charts.result import ChartResult
from core.charts.theme import base_figure, colors, end_labels, label, plain
from core.prepare.distribution import Distribution
from core.prepare.preview import StepPreview

NAMED_BARS = 5
"""Up to this many bars a side carry their value's name; above, names stand in the hover text and the table."""


def before_after(preview: StepPreview, *, dark: bool = False) -> ChartResult:
    """Draw a step's column before and after it, side by side, each on its own scale.

    Parameters
    ----------
    preview : StepPreview
    dark : bool
        Whether the reader sees a dark page.

    Returns
    -------
    ChartResult
        Bars of rows; where the column leaves the table the right side is empty.
    """
    palette = colors(dark)
    fig = base_figure(180, left=36, right=8, top=24, bottom=40)
    fig.update_layout(
        showlegend=False,
        bargap=0.06,
        xaxis={"domain": [0.0, 0.47], "title": {"text": "Before"}},
        xaxis2={"domain": [0.53, 1.0], "anchor": "y2", "title": {"text": "After"}, "automargin": False},
        yaxis2={"anchor": "x2", "showticklabels": False, "automargin": False, "zeroline": False},
    )
    rows: list[dict[str, object]] = []
    for axis, when, counted in (("", "Before", preview.before), ("2", "After", preview.after)):
        if counted is None:
            continue
        fig.add_trace(_bars(counted, axis, palette.primary))
        if counted.kind == "numbers":
            end_labels(fig, (counted.edges[0], counted.edges[-1]), _ends(counted), palette, axis=axis)
        else:
            places, texts = _ticks(counted)
            fig.update_layout({f"xaxis{axis}": {"tickvals": places, "ticktext": texts}})
        rows += [{"When": when, "Value": name, "Rows": count} for name, count in _lines(counted)]
    table = pd.DataFrame(rows, columns=["When", "Value", "Rows"])
    return ChartResult(fig, table, _alt(preview))


def _lines(counted: Distribution) -> list[tuple[str, int]]:
    lines = list(zip(counted.labels, counted.counts, strict=True))
    return [*lines, ("missing", counted.missing)] if counted.missing else lines


def _ends(counted: Distribution) -> tuple[str, str]:
    """Return the smallest and the largest number; edges between whole numbers are no values, so labels name them."""
    return counted.labels[0].split(" to ")[0], counted.labels[-1].split(" to ")[-1]


def _ticks(counted: Distribution) -> tuple[list[float], list[str]]:
    """Return where the axis has a text and which, where there are few values."""
    names = [name for name, _ in _lines(counted)]
    if len(names) > NAMED_BARS:
        return [], []
    return [float(place) for place in range(len(names))], [plain(name, 12) for name in names]


def _bars(counted: Distribution, axis: str, color: str) -> go.Bar:
    common = {"xaxis": f"x{axis}", "yaxis": f"y{axis}", "marker": {"color": color, "line": {"width": 0}}}
    if counted.kind == "numbers":
        middles = [(low + high) / 2 for low, high in pairwise(counted.edges)]
        widths = [high - low for low, high in pairwise(counted.edges)]
        hover = [f"{plain(name)}: {_rows(count)}" for name, count in zip(counted.labels, counted.counts, strict=True)]
        return go.Bar(x=middles, y=list(counted.counts), width=widths, hovertext=hover, hoverinfo="text", **common)
    lines = _lines(counted)
    # Numbered places with texts of their own: two values may be cut to the same label.
    return go.Bar(
        x=list(range(len(lines))),
        y=[count for _, count in lines],
        text=[label(name) for name, _ in lines],
        textposition="none",
        hovertext=[f"{label(name)}: {_rows(count)}" for name, count in lines],
        hoverinfo="text",
        **common,
    )


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _alt(preview: StepPreview) -> str:
    words = preview.words.replace("`", "")
    if preview.column is None:
        return words
    return f"{preview.column} in {preview.rows_in:,} training rows, before and after the step. {words}"
