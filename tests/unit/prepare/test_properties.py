"""What holds for every kind of step: the registry says which there are, so that a new kind is held to it as well."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.dummy import DummyClassifier

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.compile import compile_pipeline
from core.prepare.lineage import origins
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.recipe import Recipe, Step
from core.prepare.rows import training_rows
from core.prepare.spec import Scope
from core.prepare.steps import STEPS
from core.runtime.persist import load_model, save_model

TYPES = {
    "n": ColumnType.NUMBER, "m": ColumnType.NUMBER, "k": ColumnType.NUMBER, "c": ColumnType.CATEGORY,
    "g": ColumnType.CATEGORY, "f": ColumnType.YES_NO, "d": ColumnType.DATE, "e": ColumnType.DATE,
    "t": ColumnType.TEXT, "part": ColumnType.IDENTIFIER, "y": ColumnType.YES_NO,
}  # fmt: skip
SCHEMA = Schema(columns=tuple(ColumnSpec(name=name, type=type_) for name, type_ in TYPES.items()))
RAW = [name for name in TYPES if name not in ("part", "y")]
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")
PLAN = SplitPlan(kind=SplitKind.COLUMN, column="part", test_values=("test",), folds=3)
SETTINGS = {
    "formula": {"formula": "n + m / 2", "name": "made"},
    "mark_missing": {"values": [-999]},
    "filter_rows": {"test": "between", "low": "-1.5", "high": "1.5"},
    "date_elapsed": {"since": "e"},
}
"""Settings without which a step does nothing or cannot be applied; every other kind goes by its defaults."""
COLUMNS = {"date_elapsed": ("d",), "filter_rows": ("n",), "drop_columns": ("m",)}
LEARNING = [kind for kind, spec in STEPS.items() if spec.scope is not Scope.ROWS]
ON_ROWS = [kind for kind, spec in STEPS.items() if spec.scope is Scope.ROWS]
WORDS = ["good", "late", "small", "red", "box", "please", "again"]
CELLS = st.fixed_dictionaries(
    {
        **{name: st.one_of(st.none(), st.floats(), st.integers(), st.sampled_from(["7", "x", True])) for name in "nmk"},
        **{name: st.one_of(st.none(), st.sampled_from(["a", "b", "new", "", 1, 1.0])) for name in "cgf"},
        **{name: st.one_of(st.none(), st.sampled_from(["2020-05-01", "9999-12-31", "x"])) for name in "de"},
        "t": st.one_of(st.none(), st.text(max_size=30), st.sampled_from(["good red box", "LATE again?"])),
    }
)


def table(n: int = 72, seed: int = 0, wild: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2020-01-01")
    frame = pd.DataFrame(
        {
            "n": rng.normal(size=n) * wild,
            "m": rng.gamma(2, size=n) * wild,
            "k": rng.integers(0, 9, n) * wild,
            "c": rng.choice(list("abcdef"), n) if wild == 1 else [f"new {number}" for number in range(n)],
            "g": rng.choice(["north", "North", "south"], n),
            "f": rng.choice(["True", "False"], n),
            "d": start + pd.to_timedelta(rng.integers(0, 500, n), "D"),
            "e": start - pd.to_timedelta(rng.integers(0, 500, n), "D"),
            "t": [" ".join(rng.choice(WORDS, 4)) for _ in range(n)],
            "part": ["train"] * n,
        }
    )
    frame["y"] = np.where(frame["n"] / wild + rng.normal(size=n) > 0, "yes", "no")
    frame.loc[::7, ["n", "c", "d", "t"]] = None
    return frame


def recipe_of(kind: str) -> Recipe:
    """A recipe with a sensible step of the kind, on every column that suits it."""
    spec = STEPS[kind]
    columns = COLUMNS.get(kind, ())
    if spec.needs_columns and not columns:
        columns = tuple(name for name in RAW if TYPES[name] in spec.suits)[:2]
    return Recipe(steps=(Step(id="step", kind=kind, columns=columns, params=SETTINGS.get(kind, {})),))


def compiled(kind: str):
    return compile_pipeline((recipe_of(kind), SCHEMA, FRAME), DummyClassifier(), scale=True)


@cache
def fitted(kind: str):
    rows = table()
    return compiled(kind).fit(rows[RAW], rows["y"].to_numpy(dtype=object))


def prepared(pipeline, rows: pd.DataFrame) -> pd.DataFrame:
    return pipeline[:-1].transform(rows)


@pytest.mark.parametrize("kind", LEARNING)
def test_a_step_does_something_to_the_mixed_table(kind):
    if kind == "drop_columns":
        assert "m" not in fitted(kind)[0].columns
    else:
        assert "step" in fitted(kind).named_steps


@pytest.mark.parametrize("kind", LEARNING)
@settings(max_examples=3, deadline=None)
@given(rows=st.lists(CELLS, min_size=2, max_size=4))
def test_a_row_is_transformed_alike_whatever_stands_beside_it(kind, rows):
    together = prepared(fitted(kind), pd.DataFrame(rows, columns=RAW, dtype=object))
    alone = [prepared(fitted(kind), pd.DataFrame([row], columns=RAW, dtype=object)) for row in rows]
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True), check_exact=False, rtol=1e-9)
    assert np.isfinite(together.to_numpy()).all()


@pytest.mark.parametrize("kind", LEARNING)
def test_further_rows_of_the_sealed_part_change_nothing_that_is_learned(kind):
    learned = []
    sealed = table(20, seed=1).assign(part="test")
    for more in ([sealed], [sealed, table(40, seed=2, wild=1e3).assign(part="test")]):
        whole = pd.concat([table(), *more], ignore_index=True)
        problem = build_problem(whole, SCHEMA, FRAME, recipe_of(kind), PLAN)
        rows = training_rows(problem, problem.split.train)
        pipeline = compile_pipeline(problem, DummyClassifier(), scale=True).fit(problem.X.iloc[rows], problem.y[rows])
        prepared(pipeline, problem.X)
        learned.append(prepared(pipeline, sealed))
    pd.testing.assert_frame_equal(learned[0], learned[1], check_exact=True)


@pytest.mark.parametrize("kind", ON_ROWS)
def test_a_step_on_rows_looks_at_the_training_rows_alone(kind):
    kept = []
    for more in ([], [table(40, seed=2, wild=1e3).assign(part="test")]):
        sealed = table(20, seed=1).assign(part="test")
        whole = pd.concat([table(), sealed, *more], ignore_index=True)
        problem = build_problem(whole, SCHEMA, FRAME, recipe_of(kind), PLAN)
        kept.append(training_rows(problem, problem.split.train))
        assert set(kept[-1]) <= set(problem.split.train)
    assert np.array_equal(*kept)


@pytest.mark.parametrize("kind", LEARNING)
def test_the_order_of_columns_does_not_matter(kind):
    rows = table()
    turned = rows[list(reversed(rows.columns))].assign(extra="?")
    other = compiled(kind).fit(turned, rows["y"].to_numpy(dtype=object))
    pd.testing.assert_frame_equal(prepared(other, turned), prepared(fitted(kind), rows), check_exact=True)


@pytest.mark.parametrize("kind", LEARNING)
@pytest.mark.parametrize("case", ["nothing known", "never seen", "other types", "no rows"])
def test_what_the_contract_lets_through_is_transformed(kind, case):
    rows = table(3, seed=4, wild=1e6)[RAW].astype(object)
    if case == "nothing known":
        rows.loc[:] = None
    elif case == "other types":
        rows = rows.map(lambda value: 12 if isinstance(value, str) else "x")
    elif case == "no rows":
        rows = rows.iloc[:0]
    found = prepared(fitted(kind), rows)
    assert found.shape == (len(rows), len(origins(fitted(kind))))
    assert np.isfinite(found.to_numpy(dtype=np.float64)).all()


@pytest.mark.parametrize("kind", LEARNING)
@pytest.mark.parametrize("case", ["one row", "constant", "all missing"])
def test_poor_training_rows_crash_no_step(kind, case):
    rows = table(12)
    if case == "one row":
        rows = rows.iloc[[1]]
    elif case == "constant":
        rows = pd.concat([rows.iloc[[1]]] * 6, ignore_index=True)
    else:
        rows[RAW] = None
    pipeline = compiled(kind).fit(rows[RAW], rows["y"].to_numpy(dtype=object))
    assert np.isfinite(prepared(pipeline, table()[RAW]).to_numpy(dtype=np.float64)).all()


@pytest.mark.parametrize("kind", LEARNING)
def test_names_are_unique_and_lead_back_to_raw_columns(kind):
    found = origins(fitted(kind))
    columns = list(prepared(fitted(kind), table()).columns)
    assert list(found) == columns == list(fitted(kind)[:-1].get_feature_names_out())
    assert len(set(columns)) == len(columns)
    assert all(raw and set(raw) <= set(RAW) for raw in found.values())


@pytest.mark.parametrize("kind", LEARNING)
def test_a_clone_learns_the_same_and_a_stored_one_answers_the_same(kind, tmp_path):
    rows = table()
    usual = prepared(fitted(kind), rows)
    again = clone(fitted(kind)).fit(rows[RAW], rows["y"].to_numpy(dtype=object))
    pd.testing.assert_frame_equal(prepared(again, rows), usual, check_exact=True)
    save_model(fitted(kind), tmp_path / "model.skops")
    pd.testing.assert_frame_equal(prepared(load_model(tmp_path / "model.skops"), rows), usual, check_exact=True)
