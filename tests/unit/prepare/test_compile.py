from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import RecipeError
from core.framing.frame import Frame, Task
from core.prepare.compile import compile_pipeline, input_columns
from core.prepare.lineage import origins
from core.prepare.recipe import Recipe, Step
from core.prepare.spec import ParamSpec
from core.prepare.steps import STEPS, usual_place
from core.runtime.cast import Cast
from core.runtime.frames import free_texts_in, texts, texts_in

SMALL = Schema(
    columns=(
        ColumnSpec(name="n", type=ColumnType.NUMBER),
        ColumnSpec(name="c", type=ColumnType.CATEGORY),
        ColumnSpec(name="d", type=ColumnType.DATE),
        ColumnSpec(name="y", type=ColumnType.YES_NO),
    )
)
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")
CELLS = st.fixed_dictionaries(
    {
        "n": st.one_of(st.none(), st.floats(), st.integers(), st.sampled_from(["7", "x", True])),
        "c": st.one_of(st.none(), st.sampled_from(["a", "b", "new", "", 1, 1.0])),
        "d": st.one_of(st.none(), st.sampled_from(["2020-05-01", "9999-12-31", "x", pd.Timestamp("2021-01-01")])),
    }
)


def recipe(*kinds, off=(), **params):
    return Recipe(steps=tuple(Step(id=f"{k}-1", kind=k, on=k not in off, params=params.get(k, {})) for k in kinds))


ALL = recipe(
    "mark_missing", "date_parts", "cap_outliers", "fill_numbers", "fill_categories", "group_rare", "encode", "scale",
    encode={"max_levels": 3},
)  # fmt: skip


def small_rows(n=60, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "n": rng.normal(size=n),
            "c": rng.choice(list("abcdef"), n),
            "d": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 500, n), "D"),
        }
    )
    X.loc[::7, "n"] = np.nan
    X.loc[::9, "c"] = None
    return X, np.where(X["n"].fillna(0) + rng.normal(size=n) > 0, "yes", "no").astype(object)


@pytest.fixture(scope="module")
def fitted():
    X, y = small_rows()
    return compile_pipeline((ALL, SMALL, FRAME), LogisticRegression(), scale=True).fit(X, y)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(CELLS, min_size=2, max_size=6))
def test_the_answer_for_a_row_does_not_depend_on_the_others(fitted, rows):
    together = pd.DataFrame(rows, columns=["n", "c", "d"], dtype=object)
    prepared = fitted[:-1].transform(together)
    alone = pd.concat([fitted[:-1].transform(pd.DataFrame([row])) for row in rows], ignore_index=True)
    pd.testing.assert_frame_equal(prepared, alone, check_exact=True)
    assert np.isfinite(prepared.to_numpy()).all()
    answers = [fitted.predict_proba(pd.DataFrame([row]))[0] for row in rows]
    assert np.allclose(fitted.predict_proba(together), answers, atol=1e-12, rtol=0)


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(["n", "c", "d", "extra"]))
def test_shuffling_columns_changes_nothing(order):
    X, y = small_rows()
    pipeline = compile_pipeline((ALL, SMALL, FRAME), LogisticRegression(), scale=True)
    usual = clone(pipeline).fit(X, y).predict_proba(X)
    shuffled = X.assign(extra="?")[list(order)]
    assert np.array_equal(clone(pipeline).fit(shuffled, y).predict_proba(shuffled), usual)


@pytest.mark.parametrize("off", [step.kind for step in ALL.steps])
def test_any_step_may_be_off(off):
    X, y = small_rows()
    kinds = [step.kind for step in ALL.steps]
    model = LogisticRegression(max_iter=5000)
    pipeline = compile_pipeline((recipe(*kinds, off=(off,)), SMALL, FRAME), model, scale=True)
    assert np.isfinite(pipeline.fit(X, y).predict_proba(X)).all()


def test_an_empty_recipe_trains_and_predicts():
    X, y = small_rows()
    pipeline = compile_pipeline((Recipe(), SMALL, FRAME), DecisionTreeClassifier(random_state=0), scale=False).fit(X, y)
    assert set(origins(pipeline).values()) == {("n",), ("c",)}
    assert pipeline.predict(X.iloc[:3]).shape == (3,)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations([step.kind for step in ALL.steps]))
def test_any_order_of_steps_trains_and_predicts(order):
    X, y = small_rows(40)
    pipeline = compile_pipeline((recipe(*order), SMALL, FRAME), DummyClassifier(), scale=True).fit(X, y)
    assert pipeline.predict(X).shape == (40,)


def test_steps_are_named_by_the_recipe():
    pipeline = compile_pipeline((recipe("fill_numbers", "scale"), SMALL, FRAME), DummyClassifier(), scale=True)
    assert [name for name, _ in pipeline.steps] == [
        "read", "fill_numbers-1", "scale-1", "encode_rest", "finish", "model",
    ]  # fmt: skip


def test_scaling_is_left_to_the_models_that_need_it():
    pipeline = compile_pipeline((recipe("scale"), SMALL, FRAME), DummyClassifier(), scale=False)
    assert "scale-1" not in pipeline.named_steps


def test_scaling_may_be_asked_for_always():
    always = recipe("scale", scale={"when": "always"})
    assert "scale-1" in compile_pipeline((always, SMALL, FRAME), DummyClassifier(), scale=False).named_steps


def test_columns_left_out_need_not_be_sent():
    dropped = Recipe(steps=(Step(id="x", kind="drop_columns", columns=("d",)),))
    X, y = small_rows()
    pipeline = compile_pipeline((dropped, SMALL, FRAME), LogisticRegression(), scale=False).fit(X, y)
    assert input_columns((dropped, SMALL, FRAME)) == ("n", "c")
    assert pipeline.predict(X[["c", "n"]]).shape == (60,)


def test_lineage_leads_back_to_raw_columns(fitted):
    found = origins(fitted)
    assert list(found) == fitted[:-1].transform(small_rows()[0]).columns.tolist()
    assert list(found) == list(fitted[:-1].get_feature_names_out())
    assert {out: raw for out, raw in found.items() if raw == ("d",)} == {
        "d_year": ("d",), "d_month": ("d",), "d_day_of_week": ("d",), "d_days_since": ("d",),
    }  # fmt: skip


def test_lineage_stands_the_cut_off_model(fitted):
    assert origins(fitted[:-1]) == origins(fitted)


def test_the_compiled_pipeline_is_unfitted_and_can_be_cloned():
    pipeline = compile_pipeline((ALL, SMALL, FRAME), LogisticRegression(), scale=True)
    X, y = small_rows()
    first, second = clone(pipeline).fit(X, y), clone(pipeline).fit(X, y)
    assert np.array_equal(first.predict_proba(X), second.predict_proba(X))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Step(id="a", kind="fill_numbers", columns=("gone",)), "Step 1, Fill missing numbers: .*“gone”"),
        (
            Step(id="a", kind="fill_numbers", columns=("c",)),
            "Step 1, Fill missing numbers: “c” is of the type category",
        ),
        (Step(id="a", kind="drop_columns"), "no column is named"),
        (Step(id="a", kind="magic"), "Step 1 is of the kind “magic”"),
        (Step(id="a", kind="cap_outliers", params={"lower": 60}), "“Lower percentile” must be 0 to 50"),
        (Step(id="a", kind="cap_outliers", params={"lower": 50, "upper": 50}), "lower percentile must be below"),
        (Step(id="a", kind="fill_numbers", params={"strategy": "magic"}), "“Fill with” must be one of"),
        (Step(id="a", kind="fill_numbers", params={"speed": 1}), "no setting “speed”"),
        (Step(id="a", kind="group_rare", params={"share": "x"}), "must be a number"),
        (Step(id="a", kind="date_parts", params={"parts": ["moon"]}), "“Parts” may hold only"),
        (Step(id="model", kind="encode"), "id “model”"),
        (Step(id="a", kind="drop_columns", columns=("n", "c", "d")), "No column is left"),
    ],
)
def test_a_step_that_cannot_be_applied_is_named(step, said):
    with pytest.raises(RecipeError, match=said):
        compile_pipeline((Recipe(steps=(step,)), SMALL, FRAME), DummyClassifier(), scale=True)


def test_a_wide_table_is_answered_row_by_row():
    names = [f"n{number}" for number in range(3000)]
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType.NUMBER) for name in names))
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 3000)), columns=names)
    y = np.array(["a", "b"] * 15, dtype=object)
    kinds = ("cap_outliers", "fill_numbers", "scale")
    answers = compile_pipeline((recipe(*kinds), schema, FRAME), DummyClassifier(), scale=True).fit(X, y).predict(X)
    assert list(answers) == ["a"] * 30


def test_every_step_says_what_it_is():
    for kind, spec in STEPS.items():
        assert spec.kind == kind
        assert spec.summary.endswith(".")
        assert spec.icon
        assert spec.scope.words in ("Fixed", "Learned in the fold", "Training rows only")
        assert spec.describe(Step(id="a", kind=kind, columns=("n",)), SMALL)
        assert all(not param.fault(param.default) for param in spec.params)


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (Step(id="a", kind="drop_columns", columns=("n", "c")), "Leave out `n`, `c`"),
        (Step(id="a", kind="mark_missing", columns=("n",), params={"values": [-999]}), "Read -999 as missing in `n`"),
        (Step(id="a", kind="drop_duplicates"), "Drop exact duplicates"),
        (Step(id="a", kind="date_parts", columns=("d",), params={"parts": ["year"]}), "Split `d` into 1 part"),
        (Step(id="a", kind="cap_outliers", columns=("n",), params={"lower": 0}), "Cap `n` at the 99.5th percentile"),
        (Step(id="a", kind="fill_numbers"), "Fill missing numbers with the median"),
        (Step(id="a", kind="fill_categories"), "Make missing categories a category of their own"),
        (Step(id="a", kind="group_rare", columns=("c",)), "Group categories of `c` below 1% as “other”"),
        (Step(id="a", kind="encode", params={"method": "one_hot"}), "One-hot encode categories"),
        (Step(id="a", kind="scale"), "Scale numbers where a model needs it"),
    ],
)
def test_a_step_describes_itself(step, line):
    assert STEPS[step.kind].describe(step, SMALL) == line


@pytest.mark.parametrize("values", [[-999], {"n": [-999]}])
def test_marks_may_be_given_once_or_by_column(values):
    X, y = small_rows()
    X.loc[3, "n"] = -999
    marked = Recipe(steps=(Step(id="m", kind="mark_missing", columns=("n",), params={"values": values}),))
    pipeline = compile_pipeline((marked, SMALL, FRAME), DummyClassifier(), scale=False).fit(X, y)
    assert pipeline[:2].transform(X)["n"].isna()[3]


def test_a_new_step_goes_before_the_first_that_usually_comes_later():
    assert usual_place(ALL, "drop_columns") == 0
    assert usual_place(ALL, "cap_outliers") == 3
    assert usual_place(ALL, "scale") == len(ALL.steps)


def test_a_new_step_that_names_columns_goes_before_one_of_its_kind_that_takes_all():
    kinds = [step.kind for step in ALL.steps]
    assert usual_place(ALL, "encode", names_columns=True) == kinds.index("encode")
    assert usual_place(ALL, "encode") == kinds.index("encode") + 1
    named = Recipe(steps=(Step(id="a", kind="encode", columns=("c",)),))
    assert usual_place(named, "encode", names_columns=True) == 1


TEXTS = Schema(
    columns=(
        ColumnSpec(name="n", type=ColumnType.NUMBER),
        ColumnSpec(name="note", type=ColumnType.TEXT),
        ColumnSpec(name="reply", type=ColumnType.TEXT),
    )
)


def test_free_text_is_read_only_for_a_step_that_reads_it(monkeypatch):
    reads = replace(STEPS["mark_missing"], kind="reads", suits=(ColumnType.TEXT,), reads_text=True)
    monkeypatch.setitem(STEPS, "reads", reads)
    one = Recipe(steps=(Step(id="a", kind="reads", columns=("note",)),))
    assert input_columns((Recipe(), TEXTS, FRAME)) == ("n",)
    assert input_columns((one, TEXTS, FRAME)) == ("n", "note")
    assert input_columns((one.changed("a", on=False), TEXTS, FRAME)) == ("n",)
    assert input_columns((one.changed("a", columns=()), TEXTS, FRAME)) == ("n", "note", "reply")


def test_free_text_is_no_category_to_other_steps():
    X = pd.DataFrame({"note": ["long story", None, "another"]})
    read = Cast(columns={"note": "text"}).fit_transform(X)
    assert free_texts_in(read, None) == ["note"]
    assert texts_in(read, None) == []
    assert list(texts(read, "note")) == ["long story", None, "another"]


def test_the_lineage_of_a_column_made_from_several_names_each_raw_column_once():
    class Made:
        def __init__(self, came_from):
            self.came_from = came_from

        def origins(self):
            return self.came_from

    first = Made({"a": ("a",), "b": ("b",), "a_b": ("a", "b")})
    second = Made({"x": ("a_b", "a"), "b": ("b",)})
    found = origins(Pipeline([("first", first), ("second", second), ("model", object())]))
    assert found == {"x": ("a", "b"), "b": ("b",)}


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("text", 3, "must be a text"),
        ("text", "x" * 2_001, "must have 0 to 2,000 characters"),
        ("text", "", ""),
        ("column", ["n"], "must be a text"),
        ("column", "n", ""),
        ("order", ["low"], "must be a list of values for each column"),
        ("order", {"c": "low"}, "must be a list of values for each column"),
        ("order", {"c": ["low", "high"]}, ""),
    ],
)
def test_a_setting_says_what_it_takes(kind, value, said):
    fault = ParamSpec("x", "X", kind, "").fault(value)
    assert fault == (f"“X” {said}" if said else "")
