import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.preprocessing import KBinsDiscretizer, PowerTransformer, QuantileTransformer, RobustScaler

from core.runtime.shapes import bin_names
from core.runtime.transformers import (
    BinNumbers,
    ClipNumbers,
    LogNumbers,
    PowerNumbers,
    QuantileNumbers,
    Scale,
)


def column(*values):
    return pd.DataFrame({"a": np.array(values, dtype=np.float64)})


SKEWED = column(*np.random.default_rng(0).lognormal(size=200), *np.random.default_rng(1).normal(size=50))
NEW = column(-30, -1, 0, 0.5, 3, 80)


@pytest.mark.parametrize(("low", "high", "expected"), [(0, 5, [0, 3, 5]), (None, 5, [-9, 3, 5]), (0, None, [0, 3, 9])])
def test_clip_holds_numbers_within_the_bounds_given(low, high, expected):
    assert ClipNumbers(low=low, high=high).fit(column(1)).transform(column(-9, 3, 9))["a"].tolist() == expected


def test_logarithms_keep_the_sign():
    logs = LogNumbers().fit(column(0)).transform(column(np.e - 1, 0, 1 - np.e, np.nan))["a"]
    assert logs.tolist()[:3] == pytest.approx([1, 0, -1])
    assert np.isnan(logs[3])


def test_skew_is_evened_out_as_scikit_learn_does():
    judge = PowerTransformer().fit(SKEWED)
    assert np.allclose(PowerNumbers().fit(SKEWED).transform(NEW), judge.transform(NEW), atol=1e-9)


@pytest.mark.parametrize("power", [0.0, 2.0])
def test_a_power_without_a_formula_of_its_own_has_its_limit(power):
    step = PowerNumbers().fit(column(1, 2, 4))
    step.power_[:], step.mean_[:], step.spread_[:] = power, 0, 1
    given = {0.0: [np.log(4), -1.5 * 2 - 0.5 * 2], 2.0: [7.5, -np.log(3)]}[power]
    # Power 0: log(x + 1) above 0, −((1 − x)² − 1) / 2 below. Power 2: ((x + 1)² − 1) / 2 above, −log(1 − x) below.
    assert step.transform(column(3, -2))["a"].tolist() == pytest.approx(given)


def test_powers_stand_numbers_of_any_size():
    huge = column(-1e38, 1, 2, 3, 1e38, np.nan)
    shaped = PowerNumbers().fit(huge).transform(huge)["a"]
    assert np.isfinite(shaped[:5]).all()
    assert np.isnan(shaped[5])


@pytest.mark.parametrize("shape", ["uniform", "normal"])
def test_ranks_are_those_of_scikit_learn(shape):
    seen = column(*SKEWED["a"], 1, 1, 1, 1, 1, 1)
    judge = QuantileTransformer(n_quantiles=256, output_distribution=shape).fit(seen)
    asked = column(*NEW["a"], 1, seen["a"].min(), seen["a"].max())
    assert np.allclose(QuantileNumbers(shape=shape).fit(seen).transform(asked), judge.transform(asked), atol=1e-9)


def test_a_missing_number_has_no_rank():
    ranked = QuantileNumbers().fit(column(1, 2, np.nan, 3)).transform(column(np.nan, 2))["a"]
    assert np.isnan(ranked[0])
    assert ranked[1] == pytest.approx(0.5)


@pytest.mark.parametrize(("how", "strategy"), [("width", "uniform"), ("count", "quantile")])
def test_bins_are_those_of_scikit_learn(how, strategy):
    judge = KBinsDiscretizer(4, encode="ordinal", strategy=strategy, quantile_method="linear").fit(SKEWED)
    binned = BinNumbers(how=how, bins=4).fit(SKEWED).transform(NEW)
    assert binned["a"].tolist() == judge.transform(NEW)[:, 0].tolist()


def test_bins_with_own_edges_begin_at_their_lower_edge():
    step = BinNumbers(how="own", edges=[10, 20]).fit(column(1))
    assert step.transform(column(9.9, 10, 19, 20, 99))["a"].tolist() == [0, 1, 1, 2, 2]


def test_bins_may_be_categories_and_missing_is_in_none():
    step = BinNumbers(how="own", edges=[-1.5, 20], give="category").fit(column(1))
    binned = step.transform(column(-2, 0, 20, np.nan))["a"]
    assert binned.tolist()[:3] == ["below −1.5", "−1.5 to 20", "20 and above"]
    assert binned.isna().tolist() == [False, False, False, True]


def test_equal_numbers_fall_into_one_bin():
    assert BinNumbers(how="count", bins=4).fit(column(0, 0, 0, 0, 0, 1)).transform(column(0, 1))["a"].tolist() == [0, 0]
    assert BinNumbers(how="count", bins=2).fit(column(0, 0, 1, 1, 1)).transform(column(0, 1))["a"].tolist() == [0, 1]


def test_bins_are_told_apart_by_name():
    assert bin_names([1000.1, 1000.2]) == ["below 1000.1", "1000.1 to 1000.2", "1000.2 and above"]
    assert bin_names([]) == ["any"]


def test_scale_from_zero_to_one():
    step = Scale(method="min_max").fit(column(2, 4, 10, np.nan))
    assert step.transform(column(2, 6, 18))["a"].tolist() == [0, 0.5, 2]


def test_scale_by_the_middle_half_is_that_of_scikit_learn():
    judge = RobustScaler().fit(SKEWED)
    assert np.allclose(Scale(method="robust").fit(SKEWED).transform(NEW), judge.transform(NEW))


@pytest.mark.parametrize("method", ["standard", "min_max", "robust"])
def test_scales_leave_flags_and_constants_finite(method):
    frame = pd.DataFrame({"flag": [0.0, 1.0, np.nan], "same": [5.0, 5.0, 5.0], "empty": [np.nan] * 3})
    scaled = Scale(method=method).fit_transform(frame)
    assert scaled["flag"].tolist()[:2] == [0.0, 1.0]
    assert scaled["same"].tolist() == [0.0, 0.0, 0.0]
    assert scaled["empty"].isna().all()


STEPS = [
    ClipNumbers(low=0), LogNumbers(), PowerNumbers(), QuantileNumbers(), QuantileNumbers(shape="normal"), BinNumbers(),
    BinNumbers(how="width"), BinNumbers(how="own", edges=[1.0]), Scale(method="min_max"), Scale(method="robust"),
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_empty_and_constant_columns_stand(step):
    odd = pd.DataFrame({"empty": [np.nan] * 4, "same": [2.0] * 4, "one": [np.nan, np.nan, 5.0, np.nan]})
    fitted = clone(step).fit(odd)
    assert fitted.transform(odd)["empty"].isna().all()
    assert np.isfinite(fitted.transform(odd)["same"]).all()
    assert fitted.transform(odd.iloc[:0]).shape == (0, 3)
    assert clone(step).fit(odd.iloc[:1]).transform(odd).shape == (4, 3)
    assert list(fitted.get_feature_names_out()) == ["empty", "same", "one"]
    words = pd.DataFrame({"c": pd.array(["a"], dtype="str")})
    assert clone(step).fit_transform(words)["c"].tolist() == ["a"]
