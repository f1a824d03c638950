import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.runtime.values import as_date, as_number, as_text

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=4),
    st.sampled_from(["1", "1.0", "nan", "2020-01-02", " x ", "9999-12-31"]),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)),
    st.lists(st.integers(), max_size=2),
)


def test_text_is_one_for_one_written_in_any_way():
    assert as_text(pd.Series([1, 1.0, "1", " 1 "], dtype=object)).tolist() == ["1", "1", "1", "1"]


def test_text_of_whole_floats_has_no_fraction():
    assert as_text(pd.Series([1.0, 2.5, np.nan])).tolist() == ["1", "2.5", None]


def test_text_keeps_true_apart_from_one():
    assert as_text(pd.Series([True, 1, False, 0], dtype=object)).tolist() == ["True", "1", "False", "0"]


def test_text_of_blank_is_missing():
    assert as_text(pd.Series(["", "  ", None, pd.NA, pd.NaT, "a"], dtype=object)).tolist() == [None] * 5 + ["a"]


def test_text_takes_a_list_as_its_words():
    assert as_text(pd.Series([[1, 2], "a"], dtype=object)).tolist() == ["[1, 2]", "a"]


def test_text_reads_a_categorical():
    assert as_text(pd.Series(["b", None], dtype="category")).tolist() == ["b", None]


def test_number_of_words_and_infinities_is_missing():
    read = as_number(pd.Series(["x", "inf", np.inf, 10**400, "1,5"], dtype=object))
    assert read.isna().all()


def test_number_reads_text_and_truth():
    assert as_number(pd.Series([" 3 ", "1e3", True, False], dtype=object)).tolist() == [3.0, 1000.0, 1.0, 0.0]


def test_number_of_a_date_is_missing():
    assert as_number(pd.Series([pd.Timestamp("2020-01-01")])).isna().all()


def test_date_reads_the_format_it_is_told():
    assert as_date(pd.Series(["03/04/2023"]), "%d/%m/%Y").tolist() == [pd.Timestamp("2023-04-03")]


def test_date_with_zone_is_turned_to_utc():
    assert as_date(pd.Series(["2020-01-02T10:00:00+02:00"])).tolist() == [pd.Timestamp("2020-01-02 08:00")]


@pytest.mark.parametrize("far", ["9999-12-31", "0001-01-01"])
def test_date_that_cannot_be_counted_is_missing_and_harms_no_other(far):
    assert as_date(pd.Series([far, "2020-01-01"])).tolist() == [pd.NaT, pd.Timestamp("2020-01-01")]


@pytest.mark.parametrize(
    "cells", [["2020-01-02", None, "now", " 2020-01-02 ", "x", "2020-01-02T10:00:00+02:00", "2020-01-02"], [], [None]]
)
def test_dates_of_text_that_repeats_are_read_as_each_alone(cells):
    index = pd.Index(range(5, 5 + len(cells)))
    typed = as_date(pd.Series(cells, index=index, dtype="str", name="day"))
    pd.testing.assert_series_equal(typed, as_date(pd.Series(cells, index=index, dtype=object, name="day")))


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=6))
@pytest.mark.parametrize("read", [as_text, as_number, as_date])
def test_a_value_means_the_same_beside_any_others(read, cells):
    together = read(pd.Series(cells, dtype=object))
    for value, cell in zip(together, cells, strict=True):
        alone = read(pd.Series([cell])).iloc[0]
        assert (pd.isna(value) and pd.isna(alone)) or value == alone


def test_reading_keeps_index_and_name():
    values = pd.Series(["1", "2"], index=[5, 3], name="a")
    for read in (as_text, as_number, as_date):
        assert read(values).index.tolist() == [5, 3]
        assert read(values).name == "a"
