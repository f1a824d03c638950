import numpy as np
import pandas as pd
import pytest

from core import limits
from core.data import profile as profile_module
from core.data.profile import profile
from core.data.schema import ColumnSpec, ColumnType, Role, Schema
from core.data.summary import NumberStats, number_words, summarise_levels, summarise_numbers
from core.framing.frame import Frame, Task


def schema(**types):
    return Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType(kind)) for name, kind in types.items()))


def column(values, kind, **frame):
    table = pd.DataFrame({"x": values})
    return profile(table, schema(x=kind), Frame(**frame))["x"]


def test_a_number_is_told_by_its_quartiles():
    assert summarise_numbers(np.array([0.0, 1.0, 2.0, 3.0, 100.0, np.nan])).stats == NumberStats(
        min=0, q1=1, median=2, q3=3, max=100, mean=21.2, std=pytest.approx(44.1, abs=0.1), zeros=1, extremes=1
    )


def test_few_numbers_get_a_bar_each():
    found = column([1, 1, 1, 2, 6, None], "number")
    assert (found.bars, found.labels) == ((3.0, 1.0, 1.0), ("1", "2", "6"))
    assert found.range_words == "1 to 6, mostly 1"
    assert (found.missing, found.distinct) == (1, 3)


def test_many_numbers_get_sixteen_bars_that_hold_every_row():
    found = column(np.arange(1000) / 100, "number")
    assert len(found.bars) == len(found.labels) == 16
    assert sum(found.bars) == 1000
    assert found.range_words == "0.00 to 9.99"


@pytest.mark.parametrize("values", [17, 24, 25, 31, 50, 100, 320])
def test_whole_numbers_that_are_equally_frequent_get_bars_of_equal_height(values):
    found = summarise_numbers(np.tile(np.arange(values, dtype=float), 50))
    assert len(found.bars) == len(found.labels) <= 16
    assert len(set(found.bars[1:-1])) == 1
    assert sum(found.bars) == 50 * values


def test_bars_of_whole_numbers_are_named_by_the_numbers_they_hold():
    found = summarise_numbers(np.repeat(np.arange(1.0, 15), 10))
    assert found.labels == tuple(map(str, range(1, 15)))
    pairs = summarise_numbers(np.repeat(np.arange(1.0, 18), 10))
    assert (pairs.labels[0], pairs.labels[-2], pairs.labels[-1]) == ("1 to 2", "15 to 16", "17")
    far = summarise_numbers(np.concatenate([np.tile(np.arange(17.0), 30), [400.0]]))
    assert (far.labels[-1], far.bars[-1]) == ("16 and more", 31.0)
    halves = summarise_numbers(np.arange(0.5, 60, 0.5))
    assert (len(halves.bars), halves.labels[1]) == (16, "4.4 to 8.1")


def test_a_far_value_does_not_flatten_the_bars():
    found = column([*range(1000), 10**6], "number")
    assert found.bars[0] < 100
    assert "Extremes" in found.notes


@pytest.mark.parametrize(
    ("values", "kind", "words"),
    [
        ([0.02, 0.77, 1.95, *np.linspace(0.5, 0.9, 20)], "number", "0.02 to 1.95"),
        ([1872, 2010, *range(1900, 1950)], "number", "1872 to 2010"),
        ([1009, 19999, *range(2000, 2050)], "number", "1,009 to 19,999"),
        ([-5, 5], "number", "−5 to 5, mostly −5"),
        ([3, 3], "number", "always 3"),
        ([None, None], "number", "no values"),
        (["a", "b", "a", "c"], "category", "3 values, mostly a"),
        (["a", "b", "c"], "category", "3 values, most often a"),
        (["yes"] + ["no"] * 3, "yes_no", "25.0% yes"),
        ([True, False, False, False], "yes_no", "25.0% yes"),
        (["m", "m", "f"], "yes_no", "33.3% f"),
        (["k1", "k2", "k3"], "identifier", "3 different values"),
        (pd.to_datetime(["2024-01-05", "2023-02-01", None]), "date", "2023-02-01 to 2024-01-05"),
        (["05/01/2024", "x"], "text", "2 different values"),
    ],
)
def test_the_range_is_told_in_words(values, kind, words):
    assert column(values, kind).range_words == words


def test_the_bars_of_yes_and_no_stand_in_that_order():
    found = column(["yes", "yes", "yes", "no"], "yes_no")
    assert (found.labels, found.bars) == (("no", "yes"), (1.0, 3.0))


def test_rare_categories_share_the_last_bar():
    found = column([*"aabbcdefghijk"], "category")
    assert found.labels == ("a", "b", "c", "d", "e", "f", "g", "h", "3 others")
    assert found.bars[-1] == 3.0
    assert found.top[:2] == (("a", 2), ("b", 2))


def test_blanks_around_a_value_and_blank_values_do_not_count():
    found = summarise_levels(pd.Series(["a", "a ", " ", None], dtype="str"))
    assert (found.distinct, found.missing, found.top) == (1, 2, (("a", 2),))


def test_infinite_numbers_are_missing():
    assert column([1.0, np.inf, -np.inf, 2.0], "number").missing == 2


def test_a_constant_and_a_gappy_column_are_noted():
    assert "Constant" in column(["a"] * 5, "category").notes
    assert "Missing" in column([1.0, None, 2.0], "number").notes


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [(-3.5, None, "−3.5"), (1234567, None, "1,234,567"), (-0.001, 2, "0.00"), (1e20, None, "1e+20"), (2, 2, "2.00")],
)
def test_numbers_are_written_with_a_true_minus_and_separators(value, digits, words):
    assert number_words(value, digits) == words


TABLE = pd.DataFrame(
    {
        "y": ["yes", "no", "no", "no"] * 25,
        "good": [1.0, 0.0, 0.2, 0.1] * 25,
        "sex": ["f", "m"] * 50,
        "later": ["p", "q", "q", "q"] * 25,
        "note": [f"text {place}" for place in range(100)],
        "off": range(100),
    }
)
SCHEMA = schema(y="yes_no", good="number", sex="category", later="category", note="text", off="number").with_column(
    "off", role=Role.LEFT_OUT
)
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", sensitive=("sex",), unknown_at_prediction=("later",))


def test_roles_are_told_in_words():
    found = profile(TABLE, SCHEMA, FRAME)
    assert {entry.name: entry.role for entry in found.columns} == {
        "y": "Target",
        "good": "Feature",
        "sex": "Sensitive",
        "later": "Not known then",
        "note": "Left out",
        "off": "Left out",
    }


def test_signals_are_given_where_there_is_an_outcome():
    found = profile(TABLE, SCHEMA, FRAME)
    assert found["y"].signal == found["good"].signal == 1.0
    assert found["note"].signal is None
    assert profile(TABLE, SCHEMA)["good"].signal is None


def test_a_leak_is_noted_only_on_what_the_model_would_see():
    found = profile(TABLE, SCHEMA, FRAME)
    assert found["good"].notes == ("Leak",)
    assert found["later"].notes == ()
    assert found["sex"].notes == ("Sensitive",)


def test_the_outcome_is_summarised_with_its_interval():
    summary = profile(TABLE, SCHEMA, FRAME).target_summary
    assert (summary.words, summary.rows, summary.counts) == ("25.0% yes", 100, (("no", 75), ("yes", 25)))
    assert (round(summary.low, 3), round(summary.high, 3)) == (0.175, 0.343)


def test_an_amount_is_summarised_by_its_median():
    summary = profile(TABLE, SCHEMA, Frame(target="off", task=Task.REGRESSION)).target_summary
    assert (summary.words, summary.median) == ("median 49.5", 49.5)


def test_cells_missing_cells_and_repeated_rows_are_counted():
    table = pd.DataFrame({"a": [1.0, 1.0, np.nan], "b": ["x", "x", None]})
    found = profile(table, schema(a="number", b="category"))
    assert (found.rows, found.cells, found.missing_cells, found.duplicate_rows) == (3, 6, 2, 1)
    assert (found.sampled_of, found.rows_words) == (None, "3 rows")


def test_a_long_table_is_sampled_by_the_seed_and_says_so(monkeypatch):
    monkeypatch.setattr(profile_module, "PROFILE_ROWS", 40)
    first, again = (profile(TABLE, SCHEMA, FRAME, seed=3) for _ in range(2))
    assert (first.rows, first.sampled_of) == (40, 100)
    assert first.rows_words == "40 rows drawn at random from 100 (seed 3)"
    assert first == again


def test_a_wide_table_is_sampled_by_its_cells(monkeypatch):
    monkeypatch.setattr(profile_module, "PROFILE_CELLS", 60)
    assert profile(TABLE, SCHEMA, FRAME).rows == 10
    assert limits.PROFILE_CELLS > limits.PROFILE_ROWS


@pytest.mark.parametrize("frame", [Frame(target="gone"), Frame(target="y"), Frame(target="note"), Frame()])
def test_an_unfinished_frame_is_no_hindrance(frame):
    assert len(profile(TABLE, SCHEMA, frame).columns) == 6


def test_a_target_with_one_value_gives_no_signals():
    table = TABLE.assign(y="no")
    assert profile(table, SCHEMA, FRAME)["good"].signal is None


def test_a_table_without_rows_is_no_hindrance():
    found = profile(TABLE.iloc[:0], SCHEMA, FRAME)
    assert (found.rows, found["good"].range_words) == (0, "no values")


def test_hostile_values_are_no_hindrance():
    table = pd.DataFrame(
        {
            "list": pd.Series([[1], [1], {"a": 2}], dtype=object),
            "mixed": pd.Series([True, 1, "x"], dtype=object),
            "huge": [1e308, -1e308, 0.0],
            "kind": pd.Categorical(["a", None, "b"]),
        }
    )
    types = schema(list="text", mixed="category", huge="number", kind="category")
    found = profile(table, types, Frame(target="kind"))
    assert [entry.distinct for entry in found.columns] == [2, 3, 3, 2]
    assert found.duplicate_rows == 0


def test_shuffled_columns_have_the_same_profiles():
    turned = profile(TABLE[TABLE.columns[::-1]], SCHEMA, FRAME)
    assert turned.columns == profile(TABLE, SCHEMA, FRAME).columns
