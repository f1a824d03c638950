import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.preprocessing import PolynomialFeatures, SplineTransformer

from core.runtime.transformers import CombineNumbers, PolynomialNumbers, SplineNumbers

FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [4.0, 0.0, -6.0], "c": pd.array(["x", "y", "z"], dtype="str")})


def test_each_two_columns_are_combined():
    step = CombineNumbers(columns=["b", "a"], how=["product", "ratio", "difference"])
    made = step.fit_transform(FRAME)
    assert made.columns.tolist() == ["a", "b", "c", "b*a", "b/a", "b-a"]
    assert made["b*a"].tolist() == [4, 0, -18]
    assert made["b/a"].tolist() == [4, 0, -2]
    assert made["b-a"].tolist() == [3, -2, -9]
    assert step.origins()["b/a"] == ("b", "a")


@pytest.mark.parametrize("divisor", [0.0, 1e-320, np.nan])
def test_a_ratio_to_nothing_is_missing(divisor):
    frame = pd.DataFrame({"a": [1.0, 1.0], "b": [divisor, 2.0]})
    ratio = CombineNumbers(columns=["a", "b"], how=["ratio"]).fit_transform(frame)["a/b"]
    assert np.isnan(ratio[0])
    assert ratio[1] == 0.5


def test_new_names_never_collide():
    frame = pd.DataFrame({"a": [2.0], "b": [3.0], "a*b": [7.0]})
    made = CombineNumbers(columns=["a", "b"]).fit_transform(frame)
    assert made.to_dict("list") == {"a": [2.0], "b": [3.0], "a*b": [7.0], "a*b_2": [6.0]}


@pytest.mark.parametrize("degree", [2, 3])
def test_powers_and_products_are_those_of_scikit_learn(degree):
    numbers = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 3)), columns=["a", "b", "d"])
    made = PolynomialNumbers(columns=["a", "b", "d"], degree=degree).fit_transform(numbers)
    assert np.allclose(made, PolynomialFeatures(degree, include_bias=False).fit_transform(numbers))


def test_powers_are_named_and_known_by_their_columns():
    step = PolynomialNumbers(columns=["a", "b"], degree=3).fit(FRAME)
    assert list(step.get_feature_names_out()) == [
        "a", "b", "c", "a^2", "a*b", "b^2", "a^3", "a^2*b", "a*b^2", "b^3",
    ]  # fmt: skip
    assert step.origins()["a*b^2"] == ("a", "b")
    assert step.origins()["b^3"] == ("b",)


def test_powers_without_products():
    made = PolynomialNumbers(columns=["a", "b"], products=False).fit_transform(FRAME)
    assert made.columns.tolist() == ["a", "b", "c", "a^2", "b^2"]


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_splines_are_those_of_scikit_learn(degree):
    seen = pd.DataFrame({"a": np.random.default_rng(0).normal(size=100)})
    judge = SplineTransformer(n_knots=6, degree=degree, knots="quantile", include_bias=False).fit(seen)
    asked = pd.DataFrame({"a": [-50.0, seen["a"].min(), -1.0, 0.3, seen["a"].max(), 50.0]})
    step = SplineNumbers(columns=["a"], knots=6, degree=degree).fit(seen)
    assert np.allclose(step.transform(asked), judge.transform(asked), atol=1e-12)
    assert step.origins() == {f"a_spline_{number}": ("a",) for number in range(1, 6 + degree - 1)}


def test_a_missing_number_has_missing_splines():
    step = SplineNumbers(columns=["a"]).fit(FRAME)
    assert step.transform(FRAME.assign(a=np.nan)).filter(like="spline").isna().all(axis=None)


def test_splines_of_few_numbers_have_fewer_knots():
    few = pd.DataFrame({"a": [0.0, 0.0, 0.0, 1.0, 0.0, 0.0], "b": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]})
    step = SplineNumbers(columns=["a", "b"], knots=5, degree=1).fit(few)
    # The quantiles of `a` are 0, 0, 0, 0, 1: two knots, of which the last spline is left out.
    assert list(step.get_feature_names_out()) == ["a_spline_1", *(f"b_spline_{number}" for number in (1, 2, 3, 4))]
    assert step.transform(few)["a_spline_1"].tolist() == [1, 1, 1, 0, 1, 1]


STEPS = [
    CombineNumbers(columns=["empty", "same", "c"], how=["product", "ratio", "difference"]),
    PolynomialNumbers(columns=["empty", "same"], degree=3),
    SplineNumbers(columns=["empty", "same"]),
    SplineNumbers(),
]


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_empty_and_constant_columns_stand(step):
    odd = pd.DataFrame({"empty": [np.nan] * 3, "same": [2.0] * 3, "c": pd.array(["x", None, "y"], dtype="str")})
    fitted = clone(step).fit(odd)
    made = fitted.transform(odd)
    assert made["same"].tolist() == [2, 2, 2]
    assert list(fitted.get_feature_names_out()) == made.columns.tolist()
    assert fitted.transform(odd.iloc[:0]).shape == (0, made.shape[1])
