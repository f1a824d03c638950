import numpy as np
import pandas as pd
import pytest

from core.charts.monitor import drift_by_column, then_and_now
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame
from core.monitor.drift import level_drift
from core.monitor.watch import watch

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def report():
    draws = np.random.default_rng(4)
    then = pd.DataFrame({HOSTILE: draws.normal(size=600), "same": ["a", "b"] * 300})
    now = pd.DataFrame({HOSTILE: draws.normal(2, 1, size=200), "same": ["a", "b"] * 100})
    types = {HOSTILE: ColumnType.NUMBER, "same": ColumnType.CATEGORY}
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=kind) for name, kind in types.items()))
    return watch(then, now, schema, Frame(), tuple(types))


def test_a_column_stands_then_beside_now_as_shares():
    drift = level_drift("town", pd.Series(["a"] * 75 + ["b"] * 25), pd.Series(["a"] * 40 + ["b"] * 40 + [None] * 20))
    chart = then_and_now(drift)
    assert [trace.name for trace in chart.figure.data] == ["Training", "Later"]
    assert [list(trace.y) for trace in chart.figure.data] == [[0.75, 0.25], [0.5, 0.5]]
    assert chart.table.to_dict("list") == {
        "Value": ["a", "b", "missing"],
        "Training rows": [75, 25, 0],
        "Later rows": [40, 40, 20],
    }
    assert chart.alt.startswith("town, in training and later: ")


def test_the_column_that_moved_most_stands_at_the_top(report):
    chart = drift_by_column(report)
    assert chart.table["Column"].tolist() == [HOSTILE, "same"]
    assert chart.figure.layout.yaxis.ticktext[-1].startswith("&lt;script&gt;")
    assert chart.alt.startswith(f"1 of 2 columns have moved; first {HOSTILE}, drifted with a stability index of")


def test_a_verdict_has_a_shape_as_well_as_a_colour(report):
    chart = drift_by_column(report, dark=True)
    assert {trace.name: trace.marker.symbol for trace in chart.figure.data} == {
        "Drifted": "square",
        "No drift seen": "circle",
    }


def test_a_name_is_shown_letter_by_letter(report):
    chart = then_and_now(report.column(HOSTILE))
    assert not any("<script" in str(text) for trace in chart.figure.data for text in trace.hovertext)


def test_many_bars_name_both_ends_within_the_figure(report):
    drift = report.column(HOSTILE)
    assert len(drift.bars) > 6
    layout = then_and_now(drift).figure.layout
    assert [(note.text, note.xanchor) for note in layout.annotations] == [
        (drift.bars[0].label, "left"),
        (drift.bars[-1].label, "right"),
    ]
    assert layout.xaxis.ticktext == ("\u00a0",)


def test_nothing_to_draw_is_said(report):
    empty = watch(pd.DataFrame({"a": [1.0]}), pd.DataFrame({"b": [1.0]}), Schema(columns=()), Frame(), ("a",))
    assert drift_by_column(empty).alt == "No column could be compared."
    assert then_and_now(level_drift("x", pd.Series([None]), pd.Series([None]))).table["Training rows"].tolist() == [1]
