import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType
from core.monitor.drift import column_drifts, level_drift, number_drift
from core.monitor.verdict import Verdict, grade, worst


def compare(then, now, kind, **spec):
    return column_drifts(
        pd.DataFrame({"x": then}), pd.DataFrame({"x": now}), [ColumnSpec(name="x", type=kind, **spec)]
    )[0]


@pytest.fixture
def draws():
    return np.random.default_rng(5)


def test_rows_of_the_same_kind_have_not_drifted(draws):
    drift = compare(draws.normal(size=2000), draws.normal(size=400), ColumnType.NUMBER)
    assert drift.verdict is Verdict.NONE
    assert "Chance alone explains it" in drift.evidence


def test_numbers_that_moved_by_a_standard_deviation_have_drifted(draws):
    drift = compare(draws.normal(size=2000), draws.normal(1, 1, size=400), ColumnType.NUMBER)
    assert drift.verdict is Verdict.DRIFTED
    assert drift.shift == pytest.approx(1, abs=0.1)
    assert "2,000 values then, 400 now" in drift.evidence


def test_a_large_sample_does_not_cry_drift_over_nothing(draws):
    drift = compare(draws.normal(size=150_000), draws.normal(0.03, 1, size=150_000), ColumnType.NUMBER)
    assert drift.corrected_p < 0.001
    assert drift.verdict is Verdict.NONE
    assert "Too small to matter" in drift.evidence


def test_below_fifty_rows_nothing_is_told(draws):
    drift = compare(draws.normal(size=2000), draws.normal(9, 1, size=49), ColumnType.NUMBER)
    assert drift.verdict is Verdict.UNKNOWN
    assert (drift.psi, drift.p_value) == (None, None)
    assert drift.evidence == "`x`: 2,000 values then, 49 now: too few to tell."


def test_two_values_are_compared_by_their_shares():
    drift = compare([0] * 500 + [1] * 500, [0] * 20 + [1] * 180, ColumnType.NUMBER)
    assert (drift.test, drift.verdict) == ("chi-square", Verdict.DRIFTED)
    assert "Mean 0.5 then, 0.9 now" in drift.evidence


def test_categories_that_changed_their_shares_have_drifted():
    drift = compare(["a"] * 700 + ["b"] * 300, ["a"] * 60 + ["b"] * 140, ColumnType.CATEGORY)
    assert drift.verdict is Verdict.DRIFTED
    assert "“a” 70% then, 30% now" in drift.evidence


def test_new_values_are_named_with_their_rows():
    now = ["a"] * 90 + ["d"] * 6 + ["e"] * 3 + ["f"] * 2 + ["g"]
    drift = compare(["a"] * 300, now, ColumnType.CATEGORY)
    assert drift.new_values == (("d", 6), ("e", 3), ("f", 2), ("g", 1))
    assert "Never seen in training: “d”, “e”, “f” and 1 more, in 12 of 102 rows." in drift.evidence


def test_a_category_written_as_a_number_is_the_one_training_saw():
    assert compare([1, 2] * 100, ["1.0", "2.0"] * 50, ColumnType.CATEGORY).new_values == ()


def test_categories_coded_otherwise_are_told_apart_from_new_ones():
    assert compare(["yes", "no"] * 100, [1, 0] * 50, ColumnType.YES_NO).recoded
    assert not compare(["yes", "no"] * 100, ["yes", "never"] * 50, ColumnType.YES_NO).recoded


def test_many_levels_of_noise_have_not_drifted(draws):
    levels = [f"level {number}" for number in range(200)]
    drift = compare(draws.choice(levels, 3000), draws.choice(levels, 300), ColumnType.CATEGORY)
    assert drift.verdict is Verdict.NONE


def test_values_that_went_missing_are_drift_of_their_own(draws):
    then, now = draws.normal(size=1000), draws.normal(size=400)
    now[:120] = np.nan
    drift = compare(then, now, ColumnType.NUMBER)
    assert drift.verdict is Verdict.DRIFTED
    assert drift.psi < 0.1 < 0.25 < drift.missing_psi
    assert "Missing in 0% of the rows then and 30% now" in drift.evidence


def test_values_of_another_type_are_counted_with_an_example(draws):
    drift = compare(draws.normal(size=300), ["abc"] * 60 + ["1.5"] * 60, ColumnType.NUMBER)
    assert (drift.unreadable_now, drift.example, drift.known_now) == (60, "abc", 60)


def test_dates_beyond_those_of_training_have_moved_on():
    then = pd.date_range("2023-01-01", periods=300)
    now = pd.Series(pd.date_range("2023-10-20", periods=100).strftime("%d/%m/%Y"))
    drift = compare(pd.Series(then.strftime("%d/%m/%Y")), now, ColumnType.DATE, date_format="%d/%m/%Y")
    assert drift.verdict is Verdict.SOME
    assert "92 of 100 later dates lie outside 2023-01-01 to 2023-10-27" in drift.evidence


def test_dates_within_those_of_training_have_not():
    days = pd.date_range("2023-01-01", periods=300)
    assert compare(days, days[50:150], ColumnType.DATE).verdict is Verdict.NONE


def test_all_columns_are_corrected_together(draws):
    then = pd.DataFrame(draws.normal(size=(500, 100)))
    now = pd.DataFrame(draws.normal(size=(200, 100)))
    specs = [ColumnSpec(name=name, type=ColumnType.NUMBER) for name in map(str, then.columns)]
    found = column_drifts(then.rename(columns=str), now.rename(columns=str), specs)
    assert min(drift.p_value for drift in found) < 0.05
    assert min(drift.corrected_p for drift in found) > 0.05
    assert {drift.verdict for drift in found} == {Verdict.NONE}


def test_bars_count_every_known_row(draws):
    drift = number_drift("x", pd.Series(draws.normal(size=300)), pd.Series(draws.normal(size=100)))
    assert (sum(bar.then for bar in drift.bars), sum(bar.now for bar in drift.bars)) == (300, 100)
    many = pd.Series([f"level {number}" for number in range(20)] * 5)
    assert level_drift("x", many, many).bars[-1].label == "8 others"


@pytest.mark.parametrize("then", [[], [None] * 80, [1.0] * 80])
@pytest.mark.parametrize("now", [[], [None] * 80, [1.0] * 80, [np.inf] * 80])
@pytest.mark.parametrize("kind", [ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.DATE])
def test_nothing_to_compare_raises_nothing(then, now, kind):
    drift = compare(pd.Series(then, dtype=object), pd.Series(now, dtype=object), kind)
    assert drift.evidence


def test_the_verdict_needs_both_size_and_proof():
    assert grade(0.5, 0.2) is Verdict.NONE
    assert grade(0.05, 0.0001) is Verdict.NONE
    assert grade(0.15, 0.01) is Verdict.SOME
    assert grade(0.25, 0.01) is Verdict.DRIFTED
    assert grade(None, None) is Verdict.UNKNOWN


def test_what_cannot_be_told_is_not_no_drift():
    assert worst([Verdict.NONE, Verdict.UNKNOWN]) is Verdict.UNKNOWN
    assert worst([]) is Verdict.UNKNOWN


def test_numbers_written_with_fewer_digits_have_not_drifted(draws):
    then = pd.Series(draws.choice([1.8, 3.2, 5.3, 8.9, 10.6], 2_000).astype("float32").astype("float64"))
    now = pd.Series(draws.choice([1.8, 3.2, 5.3, 8.9, 10.6], 500))
    found = compare(then, now, "number")
    assert found.verdict is Verdict.NONE
    assert found.psi < 0.05


def test_texts_are_compared_by_their_length():
    draws = np.random.default_rng(0)
    short = pd.DataFrame({"note": [" ".join(["word"] * n) for n in draws.integers(3, 9, 400)]})
    long = pd.DataFrame({"note": [" ".join(["other"] * n) for n in draws.integers(13, 19, 400)]})
    spec = ColumnSpec(name="note", type=ColumnType.TEXT)
    same, moved = (column_drifts(short, other, [spec])[0] for other in (short.iloc[::-1], long))
    assert (same.verdict, moved.verdict) == (Verdict.NONE, Verdict.DRIFTED)
    assert moved.evidence.startswith("`note`: Length in words: median 6 then, 16 now")
    assert "word word" not in str(moved.bars)
