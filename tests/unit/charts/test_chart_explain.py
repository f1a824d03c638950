import numpy as np
import pandas as pd
import pytest

from core.charts.explain import (
    COLUMNS,
    dependence_plot,
    importance_bars,
    waterfall_rows,
    waterfall_table,
)
from core.charts.theme import DARK, LIGHT
from core.explain.dependence import Dependence, LevelEffect
from core.explain.explanation import Importance
from core.explain.waterfall import Waterfall, WaterfallStep

HOSTILE = "<b>$x%{y}"


def importances(count=2):
    return [Importance(f"c{k}", 0.10 - 0.001 * k, 1 / count, 0.05, 0.12) for k in range(count)]


def test_importance_on_the_scale_of_chance_is_in_points():
    chart = importance_bars(importances(), "probability", LIGHT)
    assert chart.figure.data[0].x.tolist() == pytest.approx([10, 9.9])
    assert chart.table.iloc[0].tolist() == ["c0", "10", "5 to 12", "50%"]
    assert chart.alt == ("Importance of 2 columns, largest first. Share of what moves the answers: c0 50%, c1 50%.")


def test_the_chart_shows_the_largest_and_the_table_all():
    chart = importance_bars(importances(40), "log-odds", LIGHT)
    assert len(chart.figure.data[0].y) == COLUMNS
    assert len(chart.table) == 40


def test_a_hostile_column_name_is_text():
    chart = importance_bars([Importance(HOSTILE, 1.0, 1.0, 0.5, 1.5)], "units", LIGHT)
    assert chart.figure.data[0].y[0] == "&lt;b&gt;&#36;x&#37;{y}"


def test_a_model_that_leans_on_nothing_is_said_to():
    assert importance_bars([Importance("a", 0.0, 0.0, 0.0, 0.0)], "units", LIGHT).alt == "No column moves the answers."


def dependence_of(kind, x, effects, missing=None):
    return Dependence("age", kind, np.asarray(x), np.zeros(len(x)), tuple(effects), missing, 10, "probability", "yes")


def test_numbers_are_dots_with_a_mean_line():
    chart = dependence_plot(
        dependence_of("number", [1.0, 2.0], [LevelEffect("", 6, 0.02, 0.01, 0.03, 1.0, 5.0, 2.5)]), DARK
    )
    dots, line = chart.figure.data
    assert dots.x.tolist() == [1.0, 2.0]
    assert (line.x[0], line.y[0]) == (2.5, 2.0)
    # Drawn last, over dots that are wider: where they lie on the line itself, both are seen.
    assert dots.marker.size > 2 * line.line.width
    assert line.line.color != dots.marker.color
    assert chart.table.iloc[0].tolist() == ["1 to 5", "6", "2", "1 to 3"]


def test_levels_are_means_with_intervals_and_missing_last():
    effects = [LevelEffect("a", 6, 0.02, 0.01, 0.03), LevelEffect(HOSTILE, 1, -0.05, float("nan"), float("nan"))]
    chart = dependence_plot(dependence_of("category", ["a"], effects, LevelEffect("missing", 3, 0.0, -0.1, 0.1)), LIGHT)
    assert list(chart.figure.data[0].x) == ["a", "&lt;b&gt;&#36;x&#37;{y}", "missing"]
    assert chart.table["95% interval"].tolist() == ["1 to 3", "", "−10 to 10"]
    assert "Lowest mean −5 points of chance at <b>$x%{y}" in chart.alt


def test_dates_are_dots():
    chart = dependence_plot(dependence_of("date", pd.to_datetime(["2024-01-01"]).to_numpy(), []), LIGHT)
    assert len(chart.figure.data) == 1


STEPS = (WaterfallStep("chist", "5", 0.25, 5), WaterfallStep("lvrat", "0.62", -0.05, 0.62))
CASE = Waterfall(0.1, STEPS, 0.02, 3, 0.32, "chance", "denied", "")


def test_rows_of_a_waterfall_run_from_the_base_to_the_result():
    rows = waterfall_rows(CASE, start="Average application")
    assert [row.kind for row in rows] == ["base", "step", "step", "rest", "result"]
    assert [row.label for row in rows] == ["Average application", "chist", "lvrat", "3 others", "This case"]
    assert [row.text for row in rows] == ["10%", "+25.0", "−5.0", "+2.0", "32%"]
    assert [row.sign for row in rows] == [0, 1, -1, 1, 0]


def test_bars_hang_together_and_stay_within_the_track():
    rows = waterfall_rows(CASE)
    # The track runs from 0 to the highest point, 35%.
    assert (rows[0].left, rows[0].width) == pytest.approx((0, 100 * 0.1 / 0.35))
    assert rows[1].left == pytest.approx(rows[0].width)
    assert rows[1].left + rows[1].width == pytest.approx(100)
    assert rows[2].left + rows[2].width == pytest.approx(100)
    assert rows[-1].width == pytest.approx(100 * 0.32 / 0.35)
    assert all(row.left >= 0 and row.left + row.width <= 100 + 1e-9 for row in rows)


def test_a_row_is_told_in_words():
    assert waterfall_rows(CASE)[1].aria == "chist = 5: +25.0"


def test_amounts_below_zero_have_room():
    found = Waterfall(-1000.0, (WaterfallStep("a", "1", -500.0, 1),), 0.0, 0, -1500.0, "units", "", "")
    rows = waterfall_rows(found)
    assert [row.text for row in rows] == ["−1,000", "−500", "−1,500"]
    assert all(row.width > 0 for row in rows)


def test_nothing_moves_without_a_fault():
    rows = waterfall_rows(Waterfall(0.0, (), 0.0, 0, 0.0, "units", "", ""))
    assert [row.text for row in rows] == ["0", "0"]


def test_the_table_of_a_waterfall_has_its_numbers():
    assert waterfall_table(CASE)["Points of chance"].tolist() == ["10%", "+25.0", "−5.0", "+2.0", "32%"]
