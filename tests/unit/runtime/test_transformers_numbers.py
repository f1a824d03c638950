import numpy as np
import pandas as pd
import pytest

from core.runtime.transformers import CapOutliers, FillNumbers, Finish, Scale


def column(*values):
    return pd.DataFrame({"a": np.array(values, dtype=np.float64)})


def test_cap_holds_extremes_at_the_learned_quantiles():
    step = CapOutliers(lower=0.1, upper=0.9).fit(column(*range(11)))
    assert step.transform(column(-5, 5, 100))["a"].tolist() == [1.0, 5.0, 9.0]


def test_cap_leaves_an_open_side_alone():
    step = CapOutliers(lower=0, upper=0.5).fit(column(0, 1, 2))
    assert step.transform(column(-100, 100))["a"].tolist() == [-100.0, 1.0]


def test_cap_leaves_missing_missing_and_an_empty_column_empty():
    step = CapOutliers().fit(column(np.nan, np.nan))
    assert step.transform(column(np.nan))["a"].isna().all()


def test_cap_drops_no_row():
    assert len(CapOutliers().fit_transform(column(*range(1000)))) == 1000


@pytest.mark.parametrize(("strategy", "expected"), [("median", 2.0), ("mean", 5.0), ("constant", -1.0)])
def test_fill_takes_the_value_of_the_fit(strategy, expected):
    step = FillNumbers(strategy=strategy, value=-1).fit(column(1, 2, 12, np.nan))
    assert step.transform(column(np.nan, 7))["a"].tolist() == [expected, 7.0]


def test_fill_of_a_column_empty_in_fit_is_zero():
    assert FillNumbers().fit_transform(column(np.nan, np.nan))["a"].tolist() == [0.0, 0.0]


def test_fill_marks_only_columns_with_gaps_in_fit():
    frame = pd.DataFrame({"a": [1.0, np.nan], "b": [1.0, 2.0]})
    step = FillNumbers(indicator=True)
    filled = step.fit_transform(frame)
    assert filled.columns.tolist() == ["a", "b", "a_missing"]
    assert filled["a_missing"].tolist() == [0.0, 1.0]
    assert step.origins()["a_missing"] == ("a",)


def test_fill_acts_only_on_its_columns():
    frame = pd.DataFrame({"a": [np.nan, 1.0], "b": [np.nan, 2.0]})
    assert FillNumbers(columns=["a"]).fit_transform(frame)["b"].isna().tolist() == [True, False]


def test_scale_gives_mean_zero_and_spread_one():
    # Values 1, 2, 3: mean 2, population standard deviation sqrt(2/3).
    assert Scale().fit_transform(column(1, 2, 3))["a"].tolist() == pytest.approx([-np.sqrt(1.5), 0, np.sqrt(1.5)])


def test_scale_leaves_flags_and_constants_finite():
    frame = pd.DataFrame({"flag": [0.0, 1.0, 1.0], "same": [5.0, 5.0, 5.0], "empty": [np.nan] * 3})
    scaled = Scale().fit_transform(frame)
    assert scaled["flag"].tolist() == [0.0, 1.0, 1.0]
    assert scaled["same"].tolist() == [0.0, 0.0, 0.0]
    assert scaled["empty"].isna().all()


def test_finish_leaves_nothing_that_is_not_finite():
    frame = pd.DataFrame({"a": [1.0, np.nan, np.inf, 3.0], "empty": [np.nan] * 4})
    finished = Finish().fit_transform(frame)
    assert finished.to_numpy().tolist() == [[1.0, 0.0], [2.0, 0.0], [2.0, 0.0], [3.0, 0.0]]
    assert (finished.dtypes == np.float64).all()


def test_finish_leaves_out_dates_and_words():
    frame = pd.DataFrame({"a": [1.0], "d": [pd.Timestamp("2020-01-01")], "c": ["x"]})
    assert Finish().fit_transform(frame).columns.tolist() == ["a"]


def test_finish_gives_names_every_library_takes():
    frame = pd.DataFrame([[1.0, 2.0, 3.0]], columns=['a b:"[{', "a b::[{", "grün <b>"])
    step = Finish()
    assert step.fit_transform(frame).columns.tolist() == ["a_b____", "a_b_____2", "grün_<b>"]
    assert list(step.origins().values()) == [(name,) for name in frame.columns]


def test_finish_says_when_nothing_is_left():
    with pytest.raises(ValueError, match="no column"):
        Finish().fit(pd.DataFrame({"d": [pd.Timestamp("2020-01-01")]}))
