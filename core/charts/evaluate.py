"""Charts of Evaluate: cost, ranking, calibration, confusion, residuals."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.result import ChartResult
from core.charts.theme import BAND, Palette, base_figure, colors, label, plain
from core.evaluate.curves import Calibration, PrecisionRecallCurve, RocCurve
from core.evaluate.residuals import Residuals
from core.evaluate.threshold import Confusion, ConfusionMatrix, CostCurve, money
from core.framing.metrics import amount

_TABLE_ROWS = 25


def cost_curve_figure(curve: CostCurve, threshold: float, *, rows_are: str = "rows", dark: bool = False) -> ChartResult:
    """Draw the cost per 1,000 rows over the threshold, with flagging nobody dashed and the threshold dotted.

    Parameters
    ----------
    curve : CostCurve
    threshold : float
        The line now, 0 to 1.
    rows_are : str
        What the rows are, in the plural.
    dark : bool

    Returns
    -------
    ChartResult
        Left margin 52 and right margin 16, fixed, so that a slider can be lined up with the x axis.
    """
    hue = colors(dark)
    figure = base_figure(250, top=14, bottom=30)
    now = float(np.interp(threshold, curve.thresholds, curve.cost_per_1000))
    hover = "Line at %{x:.2f}: " + plain(curve.currency) + "%{y:,.0f}<extra></extra>"
    line = {"color": hue.primary, "width": 2}
    figure.add_scatter(x=curve.thresholds, y=curve.cost_per_1000, mode="lines", line=line, hovertemplate=hover)
    figure.add_hline(y=curve.nobody, line={"dash": "dash", "color": hue.muted, "width": 1})
    figure.add_annotation(
        x=1, xref="paper", xanchor="right", y=curve.nobody, yanchor="bottom", showarrow=False,
        text="today: flag nobody", font={"size": 11, "color": hue.muted},
    )  # fmt: skip
    figure.add_vline(x=threshold, line={"dash": "dot", "color": hue.muted, "width": 1.5})
    _dot(figure, threshold, now, hue, hover)
    figure.update_layout(showlegend=False)
    figure.update_xaxes(range=[0, 1], showgrid=False, tickformat=".2f")
    highest = max(curve.nobody, float(np.quantile(curve.cost_per_1000, 0.95)), now) * 1.12
    lowest = min(0.9 * curve.best_cost, curve.nobody)
    # Flagging everybody may cost many times as much as the rest, which would press the valley flat.
    figure.update_yaxes(range=[lowest, highest if highest > lowest else lowest + 1])
    figure.update_yaxes(tickprefix=plain(curve.currency), tickformat="~s", nticks=5)
    said = [money(value, curve.currency) for value in (now, curve.nobody, curve.best_cost)]
    table = pd.DataFrame({"Line at": curve.thresholds, f"Cost per 1,000 {rows_are}": curve.cost_per_1000.round(2)})
    alt = (
        f"Cost per 1,000 {rows_are} over the threshold. At {threshold:.2f} it is {said[0]}; flagging nobody costs "
        f"{said[1]}; the cheapest line is {curve.best_threshold:.2f} with {said[2]}."
    )
    return ChartResult(figure, _thinned(table), alt)


def roc_figure(curve: RocCurve, at: Confusion | None = None, *, dark: bool = False) -> ChartResult:
    """Draw a ROC curve with its band, the diagonal of guessing, and a dot at the threshold.

    Parameters
    ----------
    curve : RocCurve
    at : Confusion or None
        Counts at the threshold.
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    figure = base_figure(280, x_title="False positive rate", y_title="True positive rate", left=64, top=14)
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=curve.fpr, y=curve.low, **edge)
    figure.add_scatter(x=curve.fpr, y=curve.high, fill="tonexty", fillcolor=BAND, **edge)
    _guessing(figure, hue)
    hover = "Flags %{x:.0%} of the others and catches %{y:.0%}<extra></extra>"
    figure.add_scatter(
        x=np.r_[0.0, curve.fpr],
        y=np.r_[0.0, curve.tpr],
        mode="lines",
        line={"color": hue.primary, "width": 2},
        hovertemplate=hover,
    )
    alt = f"ROC curve of “{curve.label}”, area {curve.auc:.3f}, of {curve.positives:,} rows with and "
    alt += f"{curve.negatives:,} without it."
    if at is not None and at.tp + at.fn and at.fp + at.tn:
        _dot(figure, at.false_positive_rate, at.recall, hue, hover)
        alt += f" The threshold catches {at.recall:.0%} and flags {at.false_positive_rate:.0%} of the others."
    _shares(figure)
    table = pd.DataFrame(
        {
            "False positive rate": curve.fpr,
            "True positive rate": curve.tpr,
            "Low end of band": curve.low,
            "High end of band": curve.high,
        }
    ).round(4)
    return ChartResult(figure, _thinned(table), alt)


def roc_classes_figure(curves: Sequence[RocCurve], *, dark: bool = False) -> ChartResult:
    """Draw the ROC curves of several outcomes, each against the rest; beyond the sixth only in the table.

    Parameters
    ----------
    curves : sequence of RocCurve
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    figure = base_figure(320, x_title="False positive rate", y_title="True positive rate", left=64)
    _guessing(figure, hue)
    dashes = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
    for index, curve in enumerate(curves[: len(dashes)]):
        name = label(curve.label)
        figure.add_scatter(
            x=np.r_[0.0, curve.fpr], y=np.r_[0.0, curve.tpr], mode="lines", name=name, showlegend=True,
            line={"color": hue.category(index), "width": 2, "dash": dashes[index]},
            hovertemplate=name + ": flags %{x:.0%} of the others, catches %{y:.0%}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(showlegend=True)
    _shares(figure)
    table = pd.DataFrame(
        {
            "Outcome": [curve.label for curve in curves],
            "ROC AUC against the rest": [round(curve.auc, 4) for curve in curves],
            "Rows": [curve.positives for curve in curves],
        }
    )
    best = max(curves, key=lambda curve: curve.auc)
    worst = min(curves, key=lambda curve: curve.auc)
    alt = (
        f"ROC curves of {len(curves)} outcomes, each against the rest, from {worst.auc:.3f} (“{worst.label}”) to "
        f"{best.auc:.3f} (“{best.label}”)."
    )
    if len(curves) > len(dashes):
        alt += f" The first {len(dashes)} are drawn."
    return ChartResult(figure, table, alt)


def pr_figure(curve: PrecisionRecallCurve, at: Confusion | None = None, *, dark: bool = False) -> ChartResult:
    """Draw a precision-recall curve, the share of the outcome dashed, and a dot at the threshold.

    Parameters
    ----------
    curve : PrecisionRecallCurve
    at : Confusion or None
        Counts at the threshold.
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    figure = base_figure(280, x_title="Caught (recall)", y_title="Flags that are right (precision)", left=64, top=14)
    hover = "Catches %{x:.0%}, %{y:.0%} of the flags are right<extra></extra>"
    line = {"color": hue.primary, "width": 2, "shape": "vh"}
    figure.add_scatter(x=curve.recall, y=curve.precision, mode="lines", line=line, hovertemplate=hover)
    figure.add_hline(y=curve.share, line={"dash": "dash", "color": hue.muted, "width": 1})
    alt = (
        f"Precision by recall of “{curve.label}”, average precision {curve.average_precision:.3f}; flagging at random "
        f"would be right in {curve.share:.1%}."
    )
    if at is not None and at.tp + at.fp and at.tp + at.fn:
        _dot(figure, at.recall, at.precision, hue, hover)
        alt += f" At the threshold {at.recall:.0%} are caught and {at.precision:.0%} of the flags are right."
    _shares(figure)
    table = pd.DataFrame({"Threshold": curve.thresholds, "Recall": curve.recall, "Precision": curve.precision}).round(4)
    return ChartResult(figure, _thinned(table), alt)


def calibration_figure(result: Calibration, *, dark: bool = False) -> ChartResult:
    """Draw what happened over what was predicted, with Wilson intervals; on the diagonal both agree.

    Parameters
    ----------
    result : Calibration
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    figure = base_figure(280, x_title="Predicted probability", y_title="Share that happened", left=64, top=14)
    _guessing(figure, hue)
    shares = np.array([part.share for part in result.bins])
    figure.add_scatter(
        x=[part.predicted for part in result.bins],
        y=shares,
        mode="lines+markers",
        line={"color": hue.primary, "width": 2},
        marker={"size": 8},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [part.high - part.share for part in result.bins],
            "arrayminus": [part.share - part.low for part in result.bins],
            "thickness": 1.2,
            "width": 3,
        },
        customdata=[[part.n] for part in result.bins],
        hovertemplate="Predicted %{x:.0%}, happened in %{y:.0%} of %{customdata[0]:,} rows<extra></extra>",
    )
    _shares(figure)
    table = _bins_table((part.predicted, part.share, part.low, part.high, part.n) for part in result.bins).rename(
        columns={"Mean": "Happened"}
    )
    off = sum(not part.low <= part.predicted <= part.high for part in result.bins)
    alt = (
        f"Predicted probability of “{result.label}” beside what happened, in {len(result.bins)} bins; they differ by "
        f"{result.error:.1%} on average, in {off} {'bin' if off == 1 else 'bins'} by more than the 95% interval."
    )
    return ChartResult(figure, table, alt)


def confusion_figure(matrix: ConfusionMatrix, *, dark: bool = False) -> ChartResult:
    """Draw the counts of predicted by actual outcomes as a heat map, coloured by the share of the actual outcome.

    Parameters
    ----------
    matrix : ConfusionMatrix
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    counts = np.array(matrix.counts)
    k = len(matrix.classes)
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    names = [label(name) for name in matrix.classes]
    places = list(range(k))
    figure = base_figure(min(120 + 36 * k, 720), x_title="Predicted", y_title="Happened", left=140, top=14, bottom=96)
    figure.add_heatmap(
        x=places, y=places, z=shares, zmin=0, zmax=1, xgap=2, ygap=2, showscale=False,
        colorscale=[[i / 9, shade] for i, shade in enumerate(hue.sequential)],
        text=counts, texttemplate="%{text:,}" if k <= 15 else None,
        customdata=[[[f"{row} predicted as {column}"] for column in names] for row in names],
        hovertemplate="%{customdata[0]}: %{text:,} rows, %{z:.0%}<extra></extra>",
    )  # fmt: skip
    # Places instead of names on the axes: two long names may be cut to the same label, and "01" would become a number.
    figure.update_xaxes(tickvals=places, ticktext=[_short(name) for name in matrix.classes], showgrid=False)
    figure.update_yaxes(tickvals=places, ticktext=[_short(name) for name in matrix.classes], showgrid=False)
    figure.update_yaxes(autorange="reversed")
    table = pd.DataFrame(counts, columns=[f"Predicted {name}" for name in matrix.classes])
    table.insert(0, "Happened", list(matrix.classes))
    right, n = int(np.trace(counts)), int(counts.sum())
    alt = f"Predicted by actual outcome: {right:,} of {n:,} rows on the diagonal are right."
    wrong = counts - np.diag(np.diag(counts))
    if wrong.any():
        i, j = np.unravel_index(int(wrong.argmax()), wrong.shape)
        alt += f" The most frequent error is “{matrix.classes[i]}” predicted as “{matrix.classes[j]}”, "
        alt += f"{int(wrong[i, j]):,} rows."
    return ChartResult(figure, table, alt)


def residual_figure(result: Residuals, *, unit: str = "", dark: bool = False) -> ChartResult:
    """Draw the residuals over the predictions, and the mean of each tenth of them.

    Parameters
    ----------
    result : Residuals
    unit : str
        The outcome's name, for the axis.
    dark : bool

    Returns
    -------
    ChartResult
    """
    hue = colors(dark)
    named = f" {label(unit)}" if unit else ""
    figure = base_figure(300, x_title=f"Predicted{named}", y_title="Actual minus predicted", left=76)
    _points(figure, result.predicted, result.residual, hue, "Predicted %{x:,.4~g}, off by %{y:,.4~g}<extra></extra>")
    figure.add_hline(y=0, line={"dash": "dash", "color": hue.muted, "width": 1})
    figure.add_scatter(
        x=[part.predicted for part in result.bins],
        y=[part.residual for part in result.bins],
        mode="lines+markers",
        name="Mean of rows alike",
        line={"color": hue.category(2), "width": 2},
        marker={"symbol": "diamond", "size": 7},
        hovertemplate="Mean %{y:,.4~g} around %{x:,.4~g}<extra></extra>",
    )
    table = _bins_table((part.predicted, part.residual, part.low, part.high, part.n) for part in result.bins).rename(
        columns={"Mean": "Residual (mean)"}
    )
    low, middle, high = (amount(result.quantiles[share]) for share in (0.05, 0.5, 0.95))
    alt = f"Residuals of {_of(result)}. Half of them are below {middle}, nine in ten between {low} and {high}."
    return ChartResult(figure, table, alt)


def predicted_actual_figure(result: Residuals, *, unit: str = "", dark: bool = False) -> ChartResult:
    """Draw the actual over the predicted amounts; on the diagonal both agree.

    Parameters
    ----------
    result : Residuals
    unit : str
        The outcome's name, for the axes.
    dark : bool

    Returns
    -------
    ChartResult
        Its table names the largest errors.
    """
    hue = colors(dark)
    named = f" {label(unit)}" if unit else ""
    figure = base_figure(300, x_title=f"Predicted{named}", y_title=f"Actual{named}", left=76)
    hover = "Predicted %{x:,.4~g}, actual %{y:,.4~g}<extra></extra>"
    _points(figure, result.predicted, result.actual, hue, hover)
    both = np.r_[result.predicted, result.actual]
    ends = [float(both.min()), float(both.max())]
    figure.add_scatter(
        x=ends, y=ends, mode="lines", name="Both agree", hoverinfo="skip",
        line={"dash": "dash", "color": hue.muted, "width": 1},
    )  # fmt: skip
    table = pd.DataFrame(
        [
            {"Row": error.row, "Actual": error.actual, "Predicted": error.predicted, "Residual": error.residual}
            for error in result.largest
        ]
    )
    alt = f"Actual over predicted amounts of {_of(result)}."
    if result.largest:
        alt += f" The largest error is {amount(abs(result.largest[0].residual))}."
    return ChartResult(figure, table, alt)


def _bins_table(rows: Iterable[tuple[float, float, float, float, int]]) -> pd.DataFrame:
    head = ["Predicted (mean)", "Mean", "Low end of interval", "High end of interval", "Rows"]
    return pd.DataFrame(list(rows), columns=head).round(4)


def _of(result: Residuals) -> str:
    return result.sample or f"{result.n:,} rows"


def _short(name: str) -> str:
    return plain(name, 16)


def _points(
    figure: go.Figure,
    x: np.ndarray[tuple[int], np.dtype[np.float64]],
    y: np.ndarray[tuple[int], np.dtype[np.float64]],
    hue: Palette,
    hover: str,
) -> None:
    marker = {"color": hue.primary, "size": 5, "opacity": 0.35 if len(x) > 200 else 0.7}
    figure.add_scatter(x=x, y=y, mode="markers", name="Rows", marker=marker, hovertemplate=hover)


def _dot(figure: go.Figure, x: float, y: float, hue: Palette, hover: str) -> None:
    marker = {"color": hue.primary, "size": 11}
    figure.add_scatter(x=[x], y=[y], mode="markers", marker=marker, hovertemplate=hover)


def _guessing(figure: go.Figure, hue: Palette) -> None:
    line = {"dash": "dash", "color": hue.muted, "width": 1}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _shares(figure: go.Figure) -> None:
    if figure.layout.showlegend is None:
        figure.update_layout(showlegend=False)
    ticks = {"range": [-0.02, 1.02], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    figure.update_xaxes(showgrid=False, **ticks)
    figure.update_yaxes(**ticks)


def _thinned(table: pd.DataFrame) -> pd.DataFrame:
    rows = np.unique(np.linspace(0, len(table) - 1, min(_TABLE_ROWS, len(table))).round().astype(int))
    return table.iloc[rows].reset_index(drop=True)
