import numpy as np
import pytest

from core.charts.evaluate import (
    calibration_figure,
    confusion_figure,
    cost_curve_figure,
    pr_figure,
    predicted_actual_figure,
    residual_figure,
    roc_classes_figure,
    roc_figure,
)
from core.charts.theme import DARK, LIGHT
from core.evaluate.curves import calibration, precision_recall, roc, roc_per_class
from core.evaluate.residuals import residuals
from core.evaluate.threshold import ConfusionMatrix, confusion, cost_curve
from core.framing.frame import Costs, Task
from core.framing.outcomes import Outcomes

HOSTILE = "<b>%{x}</b>$1"


@pytest.fixture
def outcomes():
    positive = np.array([1, 0, 1, 0], dtype=bool)
    score = np.array([0.9, 0.6, 0.2, 0.1])
    actual = np.where(positive, HOSTILE, "no").astype(object)
    return Outcomes(Task.BINARY, actual, ("no", HOSTILE), HOSTILE, np.column_stack([1 - score, score]))


def amounts(n):
    rng = np.random.default_rng(0)
    values = rng.normal(100, 10, n)
    return residuals(Outcomes(Task.REGRESSION, values + rng.normal(size=n), values=values), seed=1)


def test_the_cost_curve_marks_today_and_the_threshold(outcomes):
    curve = cost_curve(outcomes, Costs(false_positive=150, false_negative=900))
    chart = cost_curve_figure(curve, 0.5, rows_are="applications")
    assert chart.alt == (
        "Cost per 1,000 applications over the threshold. At 0.50 it is $262,500; flagging nobody costs $450,000; "
        f"the cheapest line is {curve.best_threshold:.2f} with $37,500."
    )
    dashed, dotted = chart.figure.layout.shapes
    assert (dashed.line.dash, dashed.y0) == ("dash", 450_000)
    assert (dotted.line.dash, dotted.x0) == ("dot", 0.5)
    assert (chart.figure.data[1].x[0], chart.figure.data[1].y[0]) == (0.5, 262_500)


def test_the_cost_curve_keeps_margins_that_a_slider_can_be_lined_up_with(outcomes):
    figure = cost_curve_figure(cost_curve(outcomes, Costs(false_positive=1, false_negative=1)), 0.5).figure
    assert (figure.layout.margin.l, figure.layout.xaxis.automargin, figure.layout.yaxis.automargin) == (
        52,
        False,
        False,
    )
    assert list(figure.layout.xaxis.range) == [0, 1]


def test_the_roc_chart_has_a_band_a_diagonal_and_a_dot_at_the_threshold(outcomes):
    chart = roc_figure(roc(outcomes, resamples=10), confusion(outcomes))
    low, high, diagonal, curve, dot = chart.figure.data
    assert high.fill == "tonexty"
    assert diagonal.line.dash == "dash"
    assert (curve.x[0], curve.y[0]) == (0, 0)
    assert (dot.x[0], dot.y[0]) == (0.5, 0.5)
    assert "area 0.750, of 2 rows with and 2 without it" in chart.alt
    assert len(low.x) == 101


def test_the_precision_recall_chart_says_what_chance_gives(outcomes):
    chart = pr_figure(precision_recall(outcomes), confusion(outcomes))
    assert chart.figure.layout.shapes[0].y0 == 0.5
    assert "flagging at random would be right in 50.0%" in chart.alt
    assert chart.table["Precision"].tolist() == [1.0, 0.5, 0.6667, 0.5]


def test_the_calibration_chart_draws_each_bin_with_its_interval(outcomes):
    result = calibration(outcomes, bins=2)
    chart = calibration_figure(result)
    trace = chart.figure.data[-1]
    assert list(trace.y) == [0.5, 0.5]
    assert trace.error_y.array[0] == pytest.approx(result.bins[0].high - 0.5)
    assert chart.table["Rows"].tolist() == [2, 2]


def test_the_confusion_chart_counts_and_names_the_most_frequent_error():
    chart = confusion_figure(ConfusionMatrix(("a", "b"), ((5, 3), (1, 7))))
    assert chart.figure.data[0].z.tolist() == [[0.625, 0.375], [0.125, 0.875]]
    assert chart.table.values.tolist() == [["a", 5, 3], ["b", 1, 7]]
    assert chart.alt == (
        "Predicted by actual outcome: 12 of 16 rows on the diagonal are right. "
        "The most frequent error is “a” predicted as “b”, 3 rows."
    )


def test_residuals_are_drawn_with_their_mean():
    result = amounts(300)
    chart = residual_figure(result, unit="price")
    assert len(chart.figure.data[0].x) == 300
    assert list(chart.figure.data[1].y) == [part.residual for part in result.bins]
    assert chart.alt.startswith("Residuals of 300 rows.")


def test_a_sample_is_named_and_no_more_points_are_sent():
    chart = predicted_actual_figure(amounts(6000))
    assert len(chart.figure.data[0].x) == 5000
    assert "5,000 of 6,000 rows, drawn at random" in chart.alt
    assert len(chart.table) == 10


def test_each_outcome_has_its_own_line_style(outcomes):
    chart = roc_classes_figure(roc_per_class(outcomes, resamples=5))
    assert {trace.line.dash for trace in chart.figure.data[1:]} == {"solid", "dash"}
    assert chart.table["Outcome"].tolist() == ["no", HOSTILE]


def test_a_hostile_name_is_shown_letter_by_letter(outcomes):
    matrix = ConfusionMatrix(("no", HOSTILE), ((1, 1), (1, 1)))
    for chart in (roc_classes_figure(roc_per_class(outcomes, resamples=5)), confusion_figure(matrix)):
        drawn = str(chart.figure.to_dict())
        assert "<b>" not in drawn
        assert "&lt;b&gt;&#37;{x}&lt;/b&gt;&#36;1" in drawn


def test_colours_follow_the_ground(outcomes):
    curve = roc(outcomes, resamples=5)
    assert roc_figure(curve).figure.data[3].line.color == LIGHT.primary
    assert roc_figure(curve, dark=True).figure.data[3].line.color == DARK.primary


def test_no_chart_sets_a_font_or_paper_colour(outcomes):
    layout = roc_figure(roc(outcomes, resamples=5)).figure.layout
    assert layout.paper_bgcolor is None
    assert layout.font.family is None
