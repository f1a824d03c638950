import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import RecipeError
from core.export.code import parts_table
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.faults import step_fault
from core.prepare.plan import SplitPlan
from core.prepare.preview import RowCost, effects, preview_step
from core.prepare.recipe import Recipe, Step
from core.prepare.rows import training_rows

TYPES = {
    "size": ColumnType.NUMBER,
    "town": ColumnType.CATEGORY,
    "day": ColumnType.DATE,
    "sex": ColumnType.YES_NO,
    "y": ColumnType.YES_NO,
}


def table(n=40):
    return pd.DataFrame(
        {
            "size": np.arange(n, dtype=float),
            "town": ["Bergen", "Oslo"] * (n // 2),
            "day": pd.date_range("2024-01-01", periods=n).strftime("%Y-%m-%d"),
            "sex": (["f"] * 3 + ["m"]) * (n // 4),
            "y": ["no", "no", "no", "yes"] * (n // 4),
        }
    )


def problem(rows, *, step=None, task=Task.BINARY, target="y", **params):
    step = step or Step(id="s", kind=params.pop("kind"), columns=params.pop("columns", ()), params=params)
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=kind) for name, kind in TYPES.items()))
    positive = "yes" if task is Task.BINARY else None
    frame = Frame(target=target, task=task, positive=positive, metric="roc_auc", sensitive=("sex",))
    return build_problem(rows, schema, frame, Recipe(steps=(step,)), SplitPlan(kind="random", test_share=0.05, folds=2))


def learned(made):
    return training_rows(made, np.arange(len(made.X))).tolist()


@pytest.mark.parametrize(
    ("columns", "params", "kept"),
    [
        (("size",), {"low": "10", "high": "12.5"}, [10, 11, 12]),
        (("size",), {"low": "38"}, [38, 39]),
        (("day",), {"high": "2024-01-02"}, [0, 1]),
        (("size",), {"test": "one_of", "values": ["3", "4.0"]}, [3, 4]),
        (("town",), {"test": "one_of", "values": ["Oslo"]}, list(range(1, 40, 2))),
        (("town",), {"test": "none_of", "values": ["Oslo"]}, list(range(0, 40, 2))),
    ],
)
def test_rows_are_learned_from_where_they_pass(columns, params, kept):
    assert learned(problem(table(), kind="filter_rows", columns=columns, **params)) == kept


def test_a_missing_value_passes_none_of_but_nothing_else():
    rows = table()
    rows.loc[5, "town"] = None
    assert 5 not in learned(problem(rows, kind="filter_rows", columns=("town",), test="known"))
    assert 5 in learned(problem(rows, kind="filter_rows", columns=("town",), test="none_of", values=["Oslo"]))
    assert 5 not in learned(problem(rows, kind="filter_rows", columns=("town",), test="one_of", values=["Oslo"]))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"columns": ("size",), "low": "many"}, "Step 1, Learn only from some rows: “many” is not a number"),
        ({"columns": ("day",), "low": "soon"}, "“soon” is not a date such as"),
        ({"columns": ("town",), "low": "1"}, "“town” is of the type category: it has no order"),
        ({"columns": ("town", "size")}, "filters by one column"),
        ({"columns": ("y",), "test": "known"}, "“y” is the outcome"),
        ({"columns": ("size",), "low": "100"}, "no training row is left"),
        ({"columns": ("size",), "test": "some"}, "must be one of"),
    ],
)
def test_a_filter_that_cannot_be_applied_says_why(given, said):
    with pytest.raises(RecipeError, match=said):
        learned(problem(table(), kind="filter_rows", **given))


def test_near_duplicates_differ_only_in_writing():
    rows = table()
    rows.loc[1] = {"size": 12.344, "town": "  new-york ", "day": "2024-03-01 08:30", "sex": "f", "y": "no"}
    rows.loc[2] = {"size": 12.341, "town": "New York", "day": "2024-03-01", "sex": "m", "y": "no"}
    rows.loc[3] = {"size": 12.41, "town": "New York", "day": "2024-03-01", "sex": "m", "y": "no"}
    rows.loc[4] = {"size": 12.341, "town": "New York", "day": "2024-03-01", "sex": "m", "y": "yes"}
    assert [row for row in (1, 2, 3, 4) if row in learned(problem(rows, kind="drop_near_duplicates"))] == [1, 3, 4]
    assert 3 not in learned(problem(rows, kind="drop_near_duplicates", digits=2))


def test_quartile_fences_are_those_of_tukey():
    rows = table()
    rows["size"] = np.tile([1.0, 2.0, 3.0, 4.0], 10)
    # Of the 39 known numbers the quartiles are 2 and 4: with 1.5 ranges the fences stand at -1 and 7.
    rows.loc[7, "size"], rows.loc[8, "size"], rows.loc[9, "size"] = 7.1, 6.9, np.nan
    kept = learned(problem(rows, kind="drop_outliers", spreads=1.5))
    assert 7 not in kept
    assert {8, 9} <= set(kept)
    assert 7 in learned(problem(rows, kind="drop_outliers", spreads=3))


def test_a_forest_finds_the_odd_row_and_takes_the_share_asked_for():
    rows = table()
    rows.loc[11, "size"] = 1e6
    kept = learned(problem(rows, kind="drop_outliers", method="forest", share=2.5))
    assert kept == [row for row in range(40) if row != 11]


def test_rare_outcomes_are_repeated_and_frequent_ones_thinned():
    over = learned(problem(table(), kind="resample_classes"))
    labels = table()["y"].to_numpy()
    assert dict(zip(*np.unique(labels[over], return_counts=True), strict=True)) == {"no": 30, "yes": 30}
    assert set(over) == set(range(40))
    assert over == sorted(over)
    half = learned(problem(table(), kind="resample_classes", share=50))
    assert dict(zip(*np.unique(labels[half], return_counts=True), strict=True)) == {"no": 30, "yes": 15}
    under = learned(problem(table(), kind="resample_classes", method="under", share=50))
    assert dict(zip(*np.unique(labels[under], return_counts=True), strict=True)) == {"no": 20, "yes": 10}
    assert len(set(under)) == 30


def test_amounts_have_no_classes_to_balance():
    made = problem(table(), kind="resample_classes", task=Task.REGRESSION, target="size")
    with pytest.raises(RecipeError, match="Balance outcomes: the outcome is an amount"):
        learned(made)


def test_what_a_step_on_rows_costs_each_group_is_counted():
    made = problem(table(), kind="filter_rows", columns=("size",), low="20")
    train = made.split.train
    shown = preview_step(made, "s")
    women = made.X["sex"].to_numpy()[train] == "f"
    assert set(shown.costs) == {
        RowCost("sex", "f", int(women.sum()), int((women & (train >= 20)).sum())),
        RowCost("sex", "m", int((~women).sum()), int((~women & (train >= 20)).sum())),
    }
    assert shown.column == "size"
    assert shown.words == f"{(train < 20).sum()} rows of {len(train)} left out."


def test_repeated_rows_are_shown_as_more_rows():
    made = problem(table(), kind="resample_classes")
    no = int((made.y[made.split.train] == "no").sum())
    assert effects(made)["s"] == f"38 → {2 * no} rows"
    assert preview_step(made, "s").rows_out == 2 * no


def test_the_script_of_a_bundle_learns_from_a_row_as_often():
    made = problem(table(), kind="resample_classes")
    parts = parts_table(made)["part"]
    times = [int(part[6:] or 1) for part in parts if part.startswith("train")]
    assert sum(times) == len(training_rows(made, made.split.train))
    assert max(times) > 1


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Step(id="new", kind="filter_rows", columns=("size",), params={"low": "many"}), "“many” is not a number"),
        (Step(id="new", kind="cap_outliers", params={"lower": 50, "upper": 50}), "lower percentile must be below"),
        (Step(id="new", kind="fill_numbers", columns=("town",)), "“town” is of the type category"),
        (Step(id="new", kind="drop_columns", columns=("size", "town", "day")), "No column is left"),
        (Step(id="new", kind="filter_rows", columns=("size",), params={"low": "10"}), ""),
    ],
)
def test_a_step_says_before_it_is_taken_why_it_cannot_be_applied(step, said):
    made = problem(table(), kind="drop_duplicates")
    fault = step_fault(made, made.recipe.with_step(step), "new")
    assert said in fault if said else fault == ""
