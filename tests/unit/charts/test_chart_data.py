import json

import numpy as np
import pandas as pd
import pytest

from core.charts.data import column_by_outcome, missing_by_column
from core.charts.theme import LIGHT
from core.data.profile import profile
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.framing.intervals import wilson

HOSTILE = "<script>alert(1)</script>"


def schema(**types):
    return Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType(kind)) for name, kind in types.items()))


BINARY = Frame(target="y", task=Task.BINARY, positive="yes", row_is="application")
TABLE = pd.DataFrame(
    {
        "kind": ["a", "a", "a", "b", "b", None],
        "y": ["yes", "no", "no", "yes", "yes", "no"],
        "size": [1.0, 2.0, 2.0, 3.0, np.nan, 1.0],
    }
)
SCHEMA = schema(kind="category", y="yes_no", size="number")


def test_bars_are_stacked_by_outcome_with_the_positive_on_top():
    chart = column_by_outcome(TABLE, SCHEMA, BINARY, "kind", LIGHT)
    assert [(trace.name, list(trace.y)) for trace in chart.figure.data] == [("no", [2, 0, 1]), ("yes", [1, 2, 0])]
    assert chart.figure.data[1].marker.color == LIGHT.primary


def test_the_table_holds_counts_shares_and_wilson_intervals():
    table = column_by_outcome(TABLE, SCHEMA, BINARY, "kind", LIGHT).table
    assert table["Values"].tolist() == ["a", "b", "missing"]
    assert table["y: yes"].tolist() == [1, 2, 0]
    assert table["All rows"].tolist() == [3, 2, 1]
    assert table["Share"].tolist() == pytest.approx([1 / 3, 1.0, 0.0])
    assert (table["Low"][0], table["High"][0]) == wilson(1, 3)


def test_the_text_says_where_the_outcome_is_most_and_least_frequent():
    table = pd.DataFrame({"kind": [*"aaaabbbb"] * 10, "y": ["yes", "no", "no", "no", "yes", "yes", "yes", "no"] * 10})
    chart = column_by_outcome(table, schema(kind="category", y="yes_no"), BINARY, "kind", LIGHT)
    assert chart.alt == (
        "kind by y, 80 rows. y is yes most often at b (75.0% of 40 rows) and least often at a (25.0% of 40 rows)."
    )


def test_a_share_of_few_rows_is_not_put_into_words_beside_a_larger_bar():
    table = pd.DataFrame({"kind": ["a"] * 40 + ["b"] * 3, "y": ["yes", "no"] * 20 + ["yes"] * 3})
    chart = column_by_outcome(table, schema(kind="category", y="yes_no"), BINARY, "kind", LIGHT)
    assert chart.alt == "kind by y, 43 rows. At a, y is yes in 50.0% of 40 rows."


def test_few_numbers_get_a_bar_each_in_their_order():
    table = column_by_outcome(TABLE, SCHEMA, BINARY, "size", LIGHT).table
    assert table["Values"].tolist() == ["1", "2", "3", "missing"]
    assert table["All rows"].tolist() == [2, 2, 1, 1]


def test_many_numbers_get_sixteen_bins_on_a_scale_and_no_row_is_lost():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"x": rng.normal(size=500), "y": np.where(rng.random(500) < 0.3, "yes", "no")})
    chart = column_by_outcome(table, schema(x="number", y="yes_no"), BINARY, "x", LIGHT)
    assert len(chart.table) == 16
    assert chart.table["All rows"].sum() == 500
    assert chart.table["Values"].iloc[0].startswith("up to ")
    assert np.all(np.diff(chart.figure.data[0].x) > 0)


def test_dates_stand_on_a_time_axis():
    table = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=64), "y": ["yes", "no"] * 32})
    chart = column_by_outcome(table, schema(day="date", y="yes_no"), BINARY, "day", LIGHT)
    assert chart.table["All rows"].sum() == 64
    assert str(chart.figure.data[0].x[0]).startswith("2024-01-0")


def test_an_amount_gives_means_with_students_interval():
    from scipy import stats

    table = pd.DataFrame({"kind": ["a"] * 4 + ["b"], "price": [1.0, 2.0, 3.0, 6.0, 9.0]})
    frame = Frame(target="price", task=Task.REGRESSION)
    chart = column_by_outcome(table, schema(kind="category", price="number"), frame, "kind", LIGHT)
    low, high = stats.t.interval(0.95, 3, loc=3.0, scale=stats.sem([1, 2, 3, 6]))
    first = chart.table.iloc[0]
    assert (first["Rows"], first["Mean price"]) == (4, 3.0)
    assert (first["Low"], first["High"]) == pytest.approx((low, high))
    assert np.isnan(chart.table.iloc[1]["Low"])
    assert "Mean price by kind, 5 rows: lowest at a (3.00, 95% interval −0.44 to 6.44)" in chart.alt


def test_outcomes_beyond_the_fifth_share_a_bar_colour():
    kinds = [f"k{place}" for place in range(8)]
    table = pd.DataFrame({"x": ["a"] * 80, "y": kinds * 10})
    frame = Frame(target="y", task=Task.MULTICLASS)
    chart = column_by_outcome(table, schema(x="category", y="category"), frame, "x", LIGHT)
    assert [trace.name for trace in chart.figure.data] == ["k0", "k1", "k2", "k3", "k4", "3 others"]
    assert chart.figure.data[5].y == (30,)


def test_levels_beyond_the_twelfth_share_a_bar():
    table = pd.DataFrame({"x": [f"v{place:02}" for place in range(30)], "y": ["yes", "no"] * 15})
    chart = column_by_outcome(table, schema(x="category", y="yes_no"), BINARY, "x", LIGHT)
    assert chart.table["Values"].iloc[-1] == "18 others"
    assert chart.table["All rows"].iloc[-1] == 18


def test_the_target_itself_and_a_table_without_target_are_plain_counts():
    assert column_by_outcome(TABLE, SCHEMA, BINARY, "y", LIGHT).table["Rows"].tolist() == [3, 3]
    assert column_by_outcome(TABLE, SCHEMA, Frame(), "kind", LIGHT).table["Rows"].tolist() == [3, 2, 1]


def test_an_empty_column_says_so():
    table = pd.DataFrame({"x": [np.nan] * 3, "y": ["yes", "no", "no"]})
    chart = column_by_outcome(table, schema(x="number", y="yes_no"), BINARY, "x", LIGHT)
    assert chart.alt == "x has no value to draw."
    assert chart.table.empty


@pytest.mark.parametrize("task", list(Task))
def test_hostile_names_and_values_reach_the_figure_only_escaped(task):
    table = pd.DataFrame(
        {HOSTILE: [HOSTILE, "a"] * 10, "<b>y": [1.0, 2.0] * 10 if task == "regression" else ["<i>", "no"] * 10}
    )
    frame = Frame(target="<b>y", task=task, positive="<i>", row_is="<u>row")
    columns = Schema(
        columns=(ColumnSpec(name=HOSTILE, type=ColumnType.CATEGORY), ColumnSpec(name="<b>y", type=ColumnType.CATEGORY))
    )
    drawn = json.dumps(column_by_outcome(table, columns, frame, HOSTILE, LIGHT).figure.to_plotly_json(), default=str)
    for text in ("<script", "<b>y", "<i>", "<u>"):
        assert text not in drawn
    assert "&lt;script&gt;" in drawn


def test_huge_and_infinite_numbers_are_drawn():
    table = pd.DataFrame({"x": [1e308, -1e308, np.inf, 0.0] * 10 + list(range(20)), "y": ["yes", "no"] * 30})
    chart = column_by_outcome(table, schema(x="number", y="yes_no"), BINARY, "x", LIGHT)
    assert chart.table["All rows"].sum() == 50


def test_missing_cells_are_drawn_most_first_and_listed():
    found = profile(TABLE, SCHEMA)
    chart = missing_by_column(found, LIGHT)
    assert chart.table.to_dict("list") == {"Column": ["kind", "size"], "Missing": [1, 1], "Share": [1 / 6, 1 / 6]}
    assert chart.alt == "2 of 3 columns have missing cells; the most has kind, 1 of 6 rows (16.7%)."


def test_a_table_without_gaps_says_so():
    assert missing_by_column(profile(TABLE[["y"]], schema(y="yes_no")), LIGHT).alt == "No cell is missing in 6 rows."
