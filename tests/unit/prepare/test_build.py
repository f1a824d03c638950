import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from core.data.schema import Role
from core.errors import DataError, FrameError
from core.framing.frame import Task
from core.prepare.compile import compile_pipeline
from core.prepare.copies import duplicated
from core.prepare.rows import training_rows

from .conftest import make_schema, make_table, steps


def test_labels_are_text_and_classes_sorted(make_problem):
    table = make_table()
    table["denied"] = np.where(table["denied"] == "yes", 1, 0)
    problem = make_problem(table, positive="1")
    assert problem.classes == ("0", "1")
    assert problem.y[:4].tolist() == ["1", "0", "0", "0"]


def test_amounts_are_floats(make_problem):
    problem = make_problem(target="amount", task=Task.REGRESSION, positive=None)
    assert problem.y.dtype == np.float64
    assert problem.classes == ()


def test_the_table_of_the_problem_holds_all_but_the_target(make_problem):
    problem = make_problem()
    assert "denied" not in problem.X
    assert {"id", "sex"} <= set(problem.X)
    assert "sex" not in problem.features


def test_rows_are_numbered_from_zero(make_problem):
    table = make_table()
    table.index = table.index + 1000
    assert make_problem(table).X.index.tolist() == list(range(120))


def test_rows_without_an_outcome_are_in_no_part(make_problem):
    table = make_table()
    table.loc[:9, "denied"] = None
    problem = make_problem(table)
    assert set(range(10)).isdisjoint([*problem.split.train, *problem.split.test])


def test_the_table_given_is_not_changed(make_problem):
    table = make_table()
    before = table.copy()
    make_problem(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"target": None}, FrameError, "not chosen"),
        ({"target": "gone"}, FrameError, "no column “gone”"),
        ({"positive": "maybe"}, FrameError, "“maybe”"),
        ({"target": "purpose"}, FrameError, "exactly two"),
        ({"task": Task.REGRESSION}, FrameError, "words"),
    ],
)
def test_what_does_not_fit_is_said_in_plain_words(make_problem, changes, error, said):
    with pytest.raises(error, match=said):
        make_problem(**changes)


def test_a_table_without_features_is_refused(make_problem):
    schema = make_schema()
    for name in schema.names:
        schema = schema.with_column(name, role=Role.LEFT_OUT)
    with pytest.raises(DataError, match="No column is left"):
        make_problem(schema=schema)


def test_a_table_that_lacks_a_column_is_refused(make_problem):
    with pytest.raises(DataError, match="“income”"):
        make_problem(make_table().drop(columns="income"))


def test_duplicates_go_from_training_rows_only(make_problem):
    table = make_table()
    table.iloc[60:] = table.iloc[:60].to_numpy()
    problem = make_problem(table, recipe=steps("drop_duplicates"))
    assert training_rows(problem, np.array([0, 1, 60, 61, 5])).tolist() == [0, 1, 5]
    assert training_rows(problem, np.array([60, 61])).tolist() == [60, 61]


def test_rows_that_differ_in_an_identifier_are_no_copies(make_problem):
    table = make_table()
    table.iloc[1] = table.iloc[0]
    table.loc[1, "id"] = "another"
    problem = make_problem(table, recipe=steps("drop_duplicates"))
    assert training_rows(problem, np.array([0, 1])).tolist() == [0, 1]


def test_copies_may_be_told_by_what_the_model_sees(make_problem):
    table = make_table()
    table.iloc[1] = table.iloc[0]
    table.loc[1, "id"] = "another"
    recipe = steps("drop_duplicates").changed("drop_duplicates-1", params={"compare": "features"})
    assert training_rows(make_problem(table, recipe=recipe), np.array([0, 1])).tolist() == [0]


def test_rows_with_another_outcome_are_no_copies(make_problem):
    table = make_table()
    table.iloc[1] = table.iloc[0]
    table.loc[1, "denied"] = "no"
    problem = make_problem(table, recipe=steps("drop_duplicates"))
    assert training_rows(problem, np.array([0, 1])).tolist() == [0, 1]


def test_a_step_on_rows_that_is_off_drops_none(make_problem):
    table = make_table()
    table.iloc[1] = table.iloc[0]
    recipe = steps("drop_duplicates").changed("drop_duplicates-1", on=False)
    assert training_rows(make_problem(table, recipe=recipe), np.array([0, 1])).tolist() == [0, 1]


def test_missing_values_and_lists_can_be_compared():
    rows = pd.DataFrame({"a": [None, None, 1], "b": [[1], [1], [1]]}, dtype=object)
    assert duplicated(rows).tolist() == [False, True, False]


def learned(step):
    return {name: repr(value) for name, value in vars(step).items() if name.endswith("_")}


@settings(max_examples=10, deadline=None)
@given(noise=st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=24, max_size=24))
def test_what_is_sealed_changes_no_fitted_statistic(make_problem, noise):
    table = make_table()
    usual = make_problem(table)
    sealed = usual.split.test
    table.loc[sealed, "income"] = np.array(noise, dtype=float)
    table.loc[sealed, "purpose"] = "never seen"
    table.loc[sealed, "opened"] = "01/01/1990"
    other = make_problem(table)
    fits = []
    for problem in (usual, other):
        rows = training_rows(problem, problem.split.train)
        pipeline = compile_pipeline(problem, LogisticRegression(max_iter=2000), scale=True)
        fits.append(pipeline.fit(problem.X.iloc[rows], problem.y[rows]))
    for (name, first), (_, second) in zip(fits[0].steps[:-1], fits[1].steps[:-1], strict=True):
        assert learned(first) == learned(second), name
    assert np.array_equal(fits[0][-1].coef_, fits[1][-1].coef_)


def test_the_usual_recipe_compiles_for_every_task(make_problem):
    for frame in ({}, {"target": "purpose", "task": Task.MULTICLASS, "positive": None}):
        problem = make_problem(**frame)
        pipeline = compile_pipeline(problem, LogisticRegression(max_iter=2000), scale=True)
        pipeline.fit(problem.X.iloc[problem.split.train], problem.y[problem.split.train])
        assert pipeline.classes_.tolist() == list(problem.classes)


def test_sensitive_columns_are_features_only_when_the_frame_says_so(make_problem):
    assert "sex" in make_problem(sensitive_as_features=True).features
