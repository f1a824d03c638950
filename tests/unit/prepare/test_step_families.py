"""What every step on columns must hold, whatever its settings."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import RecipeError
from core.framing.frame import Frame, Task
from core.prepare.compile import compile_pipeline
from core.prepare.lineage import origins
from core.prepare.recipe import Recipe, Step
from core.prepare.spec import Scope
from core.prepare.steps import STEPS
from core.runtime.persist import load_model, save_model

SCHEMA = Schema(
    columns=(
        ColumnSpec(name="n", type=ColumnType.NUMBER),
        ColumnSpec(name="m", type=ColumnType.NUMBER),
        ColumnSpec(name="c", type=ColumnType.CATEGORY),
        ColumnSpec(name="d", type=ColumnType.DATE),
        ColumnSpec(name="e", type=ColumnType.DATE),
        ColumnSpec(name="t", type=ColumnType.TEXT),
        ColumnSpec(name="y", type=ColumnType.YES_NO),
    )
)
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")

CASES = [
    ("clip_numbers", ("n",), {"sides": "low", "low": -1}),
    ("cap_outliers", (), {"lower": 5, "upper": 90}),
    ("log_numbers", ("n", "m"), {}),
    ("power_numbers", (), {}),
    ("quantile_numbers", (), {}),
    ("quantile_numbers", ("m",), {"shape": "normal"}),
    ("bin_numbers", ("n",), {"how": "width"}),
    ("bin_numbers", ("n", "m"), {"how": "count", "give": "category"}),
    ("bin_numbers", ("m",), {"how": "own", "edges": ["−1", "0.5"]}),
    ("scale", (), {"method": "min_max"}),
    ("scale", ("n",), {"method": "robust"}),
    ("combine_numbers", ("n", "m"), {"how": ["product", "ratio", "difference"]}),
    ("polynomial", ("n", "m"), {"degree": 3}),
    ("spline", ("n",), {"knots": 4, "degree": 2}),
    ("fill_numbers", (), {"strategy": "most_frequent", "indicator": "yes"}),
    ("fill_numbers", ("n",), {"strategy": "nearest", "indicator": "yes", "neighbours": 3}),
    ("fill_numbers", (), {"strategy": "iterative", "rounds": 3}),
    ("fill_categories", (), {"strategy": "constant", "value": "none"}),
    ("fill_categories", ("c",), {"strategy": "nearest", "indicator": "yes"}),
    ("fill_categories", (), {"strategy": "iterative", "rounds": 2}),
    ("formula", (), {"formula": "if(n > 1, log(n) ^ 2, -m / (n - 7)) + round(m, 1)", "name": "f"}),
    ("formula", (), {"formula": "max(abs(m), sqrt(n), 0.5) * 3"}),
    ("date_parts", (), {}),
    ("date_elapsed", ("d",), {"count_from": "day", "day": "2020-02-29", "unit": "years"}),
    ("date_elapsed", ("d",), {"since": "e", "unit": "months"}),
    ("date_circles", (), {"parts": ["month", "day_of_week", "hour", "day_of_year"]}),
    ("days_off", (), {"country": "DE"}),
    ("days_off", ("d",), {"weekend": "none", "country": "US"}),
    ("fill_dates", (), {"strategy": "latest", "indicator": "yes"}),
    ("fill_dates", ("d",), {"strategy": "median"}),
    ("text_terms", (), {"sequences": "2", "common": 100}),
    ("text_topics", ("t",), {"topics": 3, "common": 100}),
    ("text_looks", (), {}),
    ("drop_alike", (), {"limit": 0.5, "keep": "first"}),
    ("drop_alike", (), {}),
    ("select_best", (), {"most": 1}),
    ("select_best", (), {"most": 2, "by": "mutual"}),
    ("select_best", (), {"most": 2, "by": "permutation"}),
    ("merge_spellings", (), {}),
    ("merge_spellings", ("c",), {"slips": "no"}),
    ("group_rare", (), {"share": 20}),
    ("encode", (), {"method": "one_hot"}),
    ("encode", ("c",), {"method": "ordinal"}),
    ("encode", ("c",), {"method": "ordinal", "order": {"c": ["c", "b", "a"]}}),
    ("encode", (), {"method": "target"}),
    ("encode", (), {"method": "frequency"}),
    ("encode", ("c",), {"method": "hashing", "width": 4}),
]
ODD = pd.DataFrame(
    {
        "n": [None, 0.0, -3.5, 1e300, "x", 7, 0.1, 2],
        "m": [None, 1.5, None, -1e300, 0, "4", 0.2, 2],
        "c": ["a", "never seen", None, "", "b", 3, "A.", "c"],
        "d": [None, "2020-05-01", "9999-12-31", "x", "2021-01-01", "1700-01-01", "2020-01-02", "2022-01-01"],
        "e": ["2020-01-01", None, "2020-05-01T23:59:59", "2030-12-25", "", "2020-01-01", 5, "2020-02-29T12:00"],
        "t": ["late parcel", None, "", 7, "PRICE late", "never seen", "a@b.c late", "late late"],
    },
    dtype=object,
)
IDS = [f"{kind}-{'-'.join(str(value) for value in params.values())}" for kind, _, params in CASES]


def rows(n=80):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "n": rng.lognormal(size=n),
            "m": rng.normal(size=n),
            "c": rng.choice(list("abcdef"), n),
            "d": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 500, n), "D"),
            "e": pd.Timestamp("2019-06-01 07:30") + pd.to_timedelta(rng.integers(0, 9000, n), "h"),
            "t": [" ".join(rng.choice(["late", "parcel", "price", "refund"], 3)) for _ in range(n)],
        }
    )
    X.loc[::7, "n"] = np.nan
    X.loc[::9, "c"] = None
    X.loc[::11, "d"] = pd.NaT
    X.loc[::13, "t"] = None
    return X, np.where(X["m"] + rng.normal(size=n) > 0, "yes", "no").astype(object)


def made(kind, columns=(), params=None):
    recipe = Recipe(steps=(Step(id="a", kind=kind, columns=columns, params=params or {}),))
    return compile_pipeline((recipe, SCHEMA, FRAME), DummyClassifier(), scale=True)


def test_every_step_of_these_families_is_tried():
    others = ("columns", "rows")
    assert {spec.kind for spec in STEPS.values() if spec.family not in others} <= {kind for kind, _, _ in CASES}


@pytest.mark.parametrize(("kind", "columns", "params"), CASES, ids=IDS)
def test_a_step_treats_each_row_by_itself_and_can_be_kept(kind, columns, params, tmp_path):
    X, y = rows()
    pipeline = made(kind, columns, params)
    first, fitted = clone(pipeline).fit(X, y), pipeline.fit(X, y)
    together = fitted[:-1].transform(ODD)
    alone = pd.concat([fitted[:-1].transform(ODD.iloc[[row]]) for row in range(len(ODD))])
    pd.testing.assert_frame_equal(together, alone, check_exact=True)
    assert np.isfinite(together.to_numpy()).all()
    pd.testing.assert_frame_equal(first[:-1].transform(ODD), together, check_exact=True)
    assert list(origins(fitted)) == together.columns.tolist()
    save_model(fitted, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    pd.testing.assert_frame_equal(loaded[:-1].transform(ODD), together, check_exact=True)
    assert fitted[:-1].transform(X.iloc[:0]).shape == (0, together.shape[1])


@pytest.mark.parametrize(("kind", "columns", "params"), CASES, ids=IDS)
def test_a_step_describes_itself_and_stands_an_empty_table(kind, columns, params):
    line = STEPS[kind].describe(Step(id="a", kind=kind, columns=columns, params=params), SCHEMA)
    assert all(f"`{name}`" in line for name in columns)
    X, y = rows(12)
    empty = X.assign(n=np.nan, m=5.0, c=None, d=pd.NaT, e=pd.NaT, t=None)
    prepared = made(kind, columns, params)[:-1].fit(empty, y).transform(empty)
    assert np.isfinite(prepared.to_numpy()).all()


@pytest.mark.parametrize(("kind", "columns", "params"), CASES, ids=IDS)
def test_what_a_step_learns_does_not_hang_on_later_rows(kind, columns, params):
    X, y = rows()
    if STEPS[kind].scope is Scope.FIXED:
        other = made(kind, columns, params)["a"].fit(ODD_READ).transform(ODD_READ)
        pd.testing.assert_frame_equal(made(kind, columns, params)["a"].fit(READ).transform(ODD_READ), other)
    fitted = made(kind, columns, params).fit(X, y)
    before = fitted[:-1].transform(ODD)
    fitted[:-1].transform(rows(200)[0])
    pd.testing.assert_frame_equal(fitted[:-1].transform(ODD), before, check_exact=True)


READ = made("text_looks")["read"].fit_transform(rows()[0])
ODD_READ = made("text_looks")["read"].fit(rows()[0]).transform(ODD)


@pytest.mark.parametrize(
    ("kind", "columns", "params", "said"),
    [
        ("clip_numbers", ("n",), {"low": 5, "high": 5}, "lowest number must be below"),
        ("clip_numbers", (), {}, "no column is named"),
        ("bin_numbers", ("n",), {"how": "own", "edges": ["1", "x"]}, "edge is not a number"),
        ("bin_numbers", ("n",), {"how": "own", "edges": ["2", "1"]}, "above the one before"),
        ("bin_numbers", ("n",), {"how": "own", "edges": ["nan"]}, "1 to 100 edges"),
        ("bin_numbers", ("n",), {"how": "own"}, "1 to 100 edges"),
        ("bin_numbers", ("n",), {"bins": 2.5}, "“How many” must be a whole number"),
        ("bin_numbers", ("n",), {"bins": 51}, "“How many” must be 2 to 50"),
        ("combine_numbers", ("n",), {}, "at least two columns"),
        ("combine_numbers", ("n", "m"), {"how": []}, "Nothing to make"),
        ("polynomial", ("n",), {"degree": 4}, "“Highest power” must be 2 to 3"),
        ("spline", ("c",), {}, "type category"),
        ("encode", ("c",), {"method": "ordinal", "order": {"c": ["a", "b", "a"]}}, "“c” names a value twice"),
        (
            "encode",
            ("c",),
            {"method": "ordinal", "order": {"c": [*map(str, range(101))]}},
            "101 values; the most is 100",
        ),
        ("encode", ("c",), {"method": "hashing", "width": 1}, "must be 2 to 256"),
        ("fill_categories", ("c",), {"strategy": "constant", "value": " "}, "value to fill with is empty"),
        ("fill_numbers", ("n",), {"strategy": "nearest", "neighbours": 0}, "“How many alike rows” must be 1 to 50"),
        ("date_elapsed", ("d",), {}, "date to count from is not chosen"),
        ("date_elapsed", ("d",), {"since": "d"}, "“d” would be counted from itself"),
        ("date_elapsed", ("d",), {"since": "n"}, "“n” is no column of dates"),
        ("date_elapsed", ("d",), {"since": "gone"}, "“gone” is no column of dates"),
        ("date_elapsed", ("d",), {"count_from": "day", "day": "31.01.2024"}, "“31.01.2024” is not a day"),
        ("date_elapsed", ("d",), {"count_from": "day", "day": "0001-01-01"}, "Step 1.*cannot be counted from"),
        ("date_circles", ("d",), {"parts": []}, "No part is chosen"),
        ("days_off", ("d",), {"weekend": "none"}, "Nothing to mark"),
        ("days_off", ("d",), {"country": "XX"}, "“Public holidays of” must be one of"),
        ("fill_dates", ("d",), {"strategy": "mean"}, "“Fill with” must be one of"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(kind, columns, params, said):
    with pytest.raises(RecipeError, match=said):
        made(kind, columns, params)


@pytest.mark.parametrize(
    ("kind", "params", "count"),
    [("combine_numbers", {}, "210"), ("polynomial", {}, "231"), ("spline", {"knots": 20}, "441")],
)
def test_a_step_that_would_make_too_many_columns_is_refused(kind, params, count):
    names = tuple(f"n{number}" for number in range(21))
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType.NUMBER) for name in names))
    step = Step(id="a", kind=kind, columns=names, params=params)
    with pytest.raises(RecipeError, match=f"would make {count} columns; the most is 200"):
        compile_pipeline((Recipe(steps=(step,)), schema, FRAME), DummyClassifier(), scale=True)
