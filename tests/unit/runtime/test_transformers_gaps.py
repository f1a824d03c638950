import numpy as np
import pandas as pd
import pytest
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from core.runtime import gaps
from core.runtime.transformers import FillCategories, FillDates, FillNumbers


def related(n=60, seed=0):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n)
    frame = pd.DataFrame({"a": a, "b": 10 * a + rng.normal(size=n), "c": rng.normal(5, 3, size=n)})
    return frame.mask(rng.random(frame.shape) < 0.15)


def test_the_most_frequent_number():
    frame = pd.DataFrame({"a": [3.0, 3.0, 1.0, np.nan]})
    assert FillNumbers(strategy="most_frequent").fit_transform(frame)["a"].tolist() == [3, 3, 1, 3]


def test_alike_rows_fill_as_scikit_learn_does():
    seen, asked = related(), related(20, seed=1)
    scaler = StandardScaler().fit(seen)
    judge = KNNImputer(n_neighbors=4).fit(scaler.transform(seen))
    expected = scaler.inverse_transform(judge.transform(scaler.transform(asked)))
    filled = FillNumbers(strategy="nearest", neighbours=4).fit(seen).transform(asked)
    blank = asked.isna().all(axis=1)
    assert np.allclose(filled[~blank], expected[~blank])


def test_other_columns_fill_as_scikit_learn_does():
    seen, asked = related(), related(20, seed=1)
    scaler = StandardScaler().fit(seen)
    scaled = scaler.transform(seen)
    low, high = np.nanmin(scaled, axis=0), np.nanmax(scaled, axis=0)
    judge = IterativeImputer(Ridge(1.0), max_iter=4, tol=0, random_state=7)
    with pytest.warns(UserWarning, match="Early stopping"):
        judge.fit(scaled)
    expected = scaler.inverse_transform(np.clip(judge.transform(scaler.transform(asked)), low, high))
    filled = FillNumbers(strategy="iterative", rounds=4).fit(seen).transform(asked)
    assert np.allclose(filled, np.where(asked.isna(), expected, asked))


def test_a_gap_is_filled_from_a_column_that_knows_it():
    seen = pd.DataFrame({"a": np.arange(50.0), "b": 3 * np.arange(50.0)})
    asked = pd.DataFrame({"a": [np.nan], "b": [60.0]})
    assert FillNumbers(strategy="iterative").fit(seen).transform(asked)["a"][0] == pytest.approx(20, abs=0.5)
    assert FillNumbers(strategy="nearest", neighbours=3).fit(seen).transform(asked)["a"][0] == 20


def test_a_guess_stays_within_what_was_seen():
    seen = pd.DataFrame({"a": np.arange(50.0), "b": 3 * np.arange(50.0)})
    asked = pd.DataFrame({"a": [np.nan], "b": [1e9]})
    assert FillNumbers(strategy="iterative").fit(seen).transform(asked)["a"][0] == pytest.approx(49)


def test_alike_rows_are_found_by_categories_too():
    seen = pd.DataFrame({"n": [1.0, 2.0, 50.0, 52.0], "c": pd.array(["x", "x", "y", "y"], dtype="str")})
    step = FillNumbers(columns=["n"], strategy="nearest", neighbours=2).fit(seen)
    asked = pd.DataFrame({"n": [np.nan, np.nan], "c": pd.array(["y", "x"], dtype="str")})
    assert step.transform(asked)["n"].tolist() == [51, 1.5]


def test_a_row_that_cannot_be_compared_gets_the_middle():
    seen = pd.DataFrame({"a": [1.0, 2.0, 9.0], "b": [1.0, 2.0, 3.0]})
    for strategy in ("nearest", "iterative"):
        step = FillNumbers(strategy=strategy).fit(seen)
        filled = step.transform(pd.DataFrame({"a": [np.nan], "b": [np.nan]}))["a"][0]
        assert filled == pytest.approx(2 if strategy == "nearest" else 4)


def test_alike_rows_vote_for_a_category():
    seen = pd.DataFrame({"n": [1.0, 2.0, 3.0, 50.0, 52.0], "c": pd.array(["b", "b", "a", "z", None], dtype="str")})
    step = FillCategories(strategy="nearest", neighbours=3).fit(seen)
    asked = pd.DataFrame({"n": [2.0, 51.0, np.nan, 1.0], "c": pd.array([None, None, None, "new"], dtype="str")})
    # Without a number nothing can be compared: the most frequent one. At 51, one each of z, a and b: the first by name.
    assert step.transform(asked)["c"].tolist() == ["b", "a", "b", "new"]


def test_a_column_whose_gaps_alike_rows_fill_all_is_filled():
    seen = pd.DataFrame({"n": [1.0, 2.0, 50.0, 51.0], "c": pd.array(["a", "a", "z", None], dtype="str")})
    filled = FillCategories(strategy="nearest", neighbours=1).fit_transform(seen)
    assert filled["c"].tolist() == ["a", "a", "z", "z"]
    # The second column has gaps and the first has none: each is still filled from its own values.
    pair = seen.assign(b=pd.array(["p", "p", "q", "q"], dtype="str"))[["b", "n", "c"]]
    assert FillCategories(strategy="nearest", neighbours=1).fit_transform(pair)["c"].tolist() == ["a", "a", "z", "z"]


def test_a_category_of_ones_own_and_a_mark():
    words = pd.DataFrame({"c": pd.array(["a", None], dtype="str"), "d": pd.array(["a", "b"], dtype="str")})
    step = FillCategories(strategy="constant", value="none", indicator=True)
    filled = step.fit_transform(words)
    assert filled.to_dict("list") == {"c": ["a", "none"], "d": ["a", "b"], "c_missing": [0.0, 1.0]}
    assert step.origins()["c_missing"] == ("c",)


@pytest.mark.parametrize(("strategy", "day"), [("earliest", "01"), ("median", "02"), ("latest", "09")])
def test_dates_are_filled_with_one_of_the_fit(strategy, day):
    dates = pd.DataFrame({"d": pd.to_datetime(["2020-01-09", "2020-01-01", None, "2020-01-03", "2020-01-02"])})
    step = FillDates(strategy=strategy, indicator=True)
    filled = step.fit_transform(dates)
    assert filled["d"].dtype == dates["d"].dtype
    assert filled["d"][2] == pd.Timestamp(f"2020-01-{day}")
    assert filled["d_missing"].tolist() == [0, 0, 1, 0, 0]


def test_a_column_without_dates_stays_as_it_is():
    dates = pd.DataFrame({"d": pd.to_datetime([None, None])})
    assert FillDates().fit_transform(dates)["d"].isna().all()


def test_many_rows_and_columns_are_bounded(monkeypatch):
    monkeypatch.setattr(gaps, "DONOR_ROWS", 10)
    monkeypatch.setattr(gaps, "HELPING_COLUMNS", 2)
    seen = related()
    step = FillNumbers(strategy="nearest").fit(seen)
    assert step.learned_["donors"].shape == (10, 2)
    filled = step.transform(seen)
    assert not filled.isna().any(axis=None)
    assert set(filled["c"][seen["c"].isna()]) == {seen["c"].median()}


@pytest.mark.parametrize("strategy", ["most_frequent", "nearest", "iterative"])
def test_odd_tables_stand(strategy):
    odd = pd.DataFrame({"empty": [np.nan] * 3, "same": [2.0, np.nan, 2.0], "one": [np.nan, np.nan, 5.0]})
    step = FillNumbers(strategy=strategy).fit(odd)
    assert step.transform(odd).to_dict("list") == {"empty": [0, 0, 0], "same": [2, 2, 2], "one": [5, 5, 5]}
    assert step.transform(odd.iloc[:0]).shape == (0, 3)
    assert FillNumbers(strategy=strategy).fit(odd[["same"]]).transform(odd[["same"]])["same"].tolist() == [2, 2, 2]
    words = pd.DataFrame({"c": pd.array(["a", None], dtype="str")})
    assert FillNumbers(strategy=strategy).fit_transform(words)["c"].isna().tolist() == [False, True]


def test_a_step_saved_before_it_could_mark_still_fills():
    step = FillCategories().fit(pd.DataFrame({"c": pd.array(["a", None], dtype="str")}))
    old = FillCategories.__new__(FillCategories)
    old.__setstate__({key: step.__dict__[key] for key in ("columns", "strategy", "columns_in_", "fill_")})
    assert old.transform(pd.DataFrame({"c": pd.array([None], dtype="str")}))["c"].tolist() == ["(missing)"]
    assert old.get_params()["neighbours"] == 5
