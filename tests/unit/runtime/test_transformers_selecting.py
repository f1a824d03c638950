import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import SelectKBest, f_classif, f_regression, mutual_info_classif, mutual_info_regression
from sklearn.preprocessing import scale

from core.runtime.transformers import DropAlike, SelectBest

RNG = np.random.default_rng(0)
N = 400


def frame():
    X = pd.DataFrame(RNG.normal(size=(N, 6)), columns=list("abcdef"))
    return X, np.where(X["b"] + 0.5 * X["e"] ** 2 + 0.3 * RNG.normal(size=N) > 0.4, "yes", "no").astype(object)


X, Y = frame()
AMOUNTS = (2 * X["c"] + X["d"] ** 2 + 0.1 * RNG.normal(size=N)).to_numpy()


def test_constant_and_correlated_columns_go():
    seen = X.assign(one=5.0, empty=np.nan, copy=X["a"], opposite=-3 * X["a"] + 1e-9, near=X["b"] + 0.1 * X["c"])
    step = DropAlike(limit=0.95, keep="first").fit(seen, Y)
    assert list(step.get_feature_names_out()) == list("abcdef")
    assert "near" in DropAlike(limit=0.999, keep="first").fit(seen, Y).transform(seen)
    assert step.origins() == {name: (name,) for name in "abcdef"}


@pytest.mark.parametrize(("classification", "y"), [(True, Y), (False, np.where(Y == "yes", 1.0, 0.0))])
def test_of_alike_columns_the_one_most_related_to_the_outcome_stays(classification, y):
    blurred = pd.DataFrame({"blurred": X["b"] + 0.2 * RNG.normal(size=N), "b": X["b"], "copy": X["b"]})
    assert DropAlike(0.9, "related", classification).fit(blurred, y).kept_ == ["b"]
    assert DropAlike(0.9, "first", classification).fit(blurred, y).kept_ == ["blurred"]


def test_columns_are_alike_by_their_correlation_exactly():
    # Of 1, 2, 3, 4 and 1, 3, 2, 4 the correlation is 0.8.
    seen = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 3, 2, 4]})
    y = np.array(["n", "y", "n", "y"], dtype=object)
    assert DropAlike(0.8, "first").fit(seen, y).kept_ == ["a"]
    assert DropAlike(0.81, "first").fit(seen, y).kept_ == ["a", "b"]


@pytest.mark.parametrize(
    ("by", "classification", "judge"),
    [
        ("test", True, f_classif),
        ("test", False, f_regression),
        ("mutual", True, lambda X, y: mutual_info_classif(scale(X), y, random_state=7)),
        ("mutual", False, lambda X, y: mutual_info_regression(scale(X), y, random_state=7)),
    ],
)
@pytest.mark.parametrize("most", [1, 2])
def test_the_best_are_those_of_scikit_learn(by, classification, judge, most):
    y = Y if classification else AMOUNTS
    step = SelectBest(by, most, classification).fit(X, y)
    assert step.kept_ == SelectKBest(judge, k=most).fit(X, y).get_feature_names_out().tolist()


def test_a_bent_relation_is_seen_by_information_and_by_the_model():
    assert SelectBest("mutual", 2, False).fit(X, AMOUNTS).kept_ == ["c", "d"]
    assert SelectBest("permutation", 2, False).fit(X, AMOUNTS).kept_ == ["c", "d"]
    assert SelectBest("permutation", 2).fit(X, Y).kept_ == ["b", "e"]


def test_a_joint_relation_is_seen_by_the_model_alone():
    seen = pd.DataFrame(np.sign(RNG.normal(size=(600, 5))), columns=list("abcde"))
    y = np.where(seen["b"] * seen["d"] > 0, "yes", "no").astype(object)
    assert SelectBest("permutation", 2).fit(seen, y).kept_ == ["b", "d"]


def test_more_columns_than_the_model_sees_are_tested_first():
    wide = pd.concat([pd.DataFrame(RNG.normal(size=(N, 150))).add_prefix("n"), X], axis=1)
    assert "b" in SelectBest("permutation", 3).fit(wide, Y).kept_


@pytest.mark.parametrize(
    "step", [DropAlike(), SelectBest(most=1), SelectBest("mutual", 1), SelectBest("permutation", 1)]
)
def test_poor_tables_are_withstood(step):
    levels = pd.array(["x"] * 6, dtype="str")
    y = np.array(["n", "y"] * 3, dtype=object)
    empty = pd.DataFrame({"a": [np.nan] * 6, "b": [2.0] * 6, "c": levels})
    assert step.fit(empty, y).transform(empty).columns.tolist() == ["a", "c"]
    few = pd.DataFrame({"a": [1.0, np.nan, 3, 4, 5, 6], "b": [1e38, -1e38, 0, np.nan, 1e38, 5], "c": levels})
    assert "c" in step.fit(few, y).transform(few)
    assert step.transform(few.iloc[:0]).shape[0] == 0
    assert step.fit(few.iloc[:1], y[:1]).transform(few).columns.tolist() == ["a", "b", "c"]
    assert len(step.fit(few, np.array(["n"] * 6, dtype=object)).kept_) >= 2
    assert step.fit(few[["c"]], y).kept_ == ["c"]


def test_a_class_that_only_unseen_rows_have_is_withstood():
    y = Y.copy()
    y[3] = "rare"
    assert len(SelectBest("permutation", 2).fit(X, y).kept_) == 2
