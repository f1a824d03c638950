import numpy as np
import pandas as pd
import pytest

from core.findings import Severity
from core.prepare.checks import CHECKS, check_recipe
from core.prepare.plan import SplitKind, SplitPlan

from .conftest import USUAL, make_schema, make_table, steps


def found(problem):
    return {finding.code: finding for finding in check_recipe(problem)}


def big_table(n=600):
    return make_table(n)


def test_a_sound_recipe_has_nothing_to_settle(make_problem):
    table = big_table().drop(columns="opened")
    schema = make_schema(tuple(table.columns))
    recipe = steps(*[step.kind for step in USUAL.steps if step.kind != "date_parts"])
    assert check_recipe(make_problem(table, recipe, schema=schema)) == []


def test_a_recipe_that_cannot_be_applied_must_be_settled(make_problem):
    finding = check_recipe(make_problem(big_table(), steps("scale", "fill_numbers", fill_numbers=("purpose",))))[0]
    assert (finding.code, finding.severity, finding.acceptable) == ("recipe-broken", Severity.ERROR, False)
    assert "Step 2" in finding.evidence


def test_copies_are_counted_on_both_sides_of_the_seal(make_problem):
    # By time the parts are known: rows 0 to 479 are for training, 480 to 599 sealed.
    plan = SplitPlan(kind=SplitKind.TIME, column="id")
    table = big_table().assign(id=range(600))
    table.loc[[1, 2]] = table.loc[[0, 0]].to_numpy()
    finding = found(make_problem(table, plan=plan))["copies-across-parts"]
    assert finding.evidence == "2 rows of 480 for training repeat another one in every column."
    assert finding.fix.params["kind"] == "drop_duplicates"


def test_a_sealed_row_that_repeats_a_training_row_is_counted(make_problem):
    table = big_table()
    table.loc[100:] = table.loc[[5] * 500].to_numpy()
    table["denied"] = ["yes", "no"] * 300
    problem = make_problem(table)
    repeated = int((problem.split.test >= 100).sum())
    finding = found(problem)["copies-across-parts"]
    assert f"{repeated} rows of 120 sealed ones repeat a training row but for the outcome" in finding.evidence


def test_copies_the_recipe_drops_are_only_noted(make_problem):
    table = big_table()
    table.iloc[:300] = table.iloc[300:].to_numpy()
    finding = found(make_problem(table, steps("drop_duplicates", "date_parts")))["copies-across-parts"]
    assert (finding.severity, finding.fix) == (Severity.INFO, None)


def test_an_identifier_that_repeats_asks_for_a_split_by_group(make_problem):
    table = big_table().assign(id=[f"person {number // 3}" for number in range(600)])
    finding = found(make_problem(table))["identifier-across-parts"]
    assert finding.fix.params == {"kind": "group", "column": "id"}
    grouped = make_problem(table, plan=SplitPlan(kind=SplitKind.GROUP, column="id"))
    assert "identifier-across-parts" not in found(grouped)


def test_a_date_asks_for_a_split_by_time(make_problem):
    assert found(make_problem(big_table()))["future-in-training"].severity is Severity.INFO
    told = found(make_problem(big_table(), predicted_at="when the application arrives"))["future-in-training"]
    assert told.severity is Severity.WARNING
    assert told.fix.params == {"kind": "time", "column": "opened"}
    by_time = make_problem(big_table(), plan=SplitPlan(kind=SplitKind.TIME, column="opened"))
    assert "future-in-training" not in found(by_time)


def test_one_hot_of_very_many_values_is_named(make_problem):
    table = big_table().assign(purpose=[f"purpose {number % 90}" for number in range(600)])
    wide = steps("date_parts", "fill_numbers", "encode").changed("encode-1", params={"method": "one_hot"})
    finding = found(make_problem(table, wide))["one-hot-too-wide"]
    assert "90 different values" in finding.evidence
    assert finding.fix.params == {"kind": "group_rare", "columns": ["purpose"]}
    assert "one-hot-too-wide" not in found(make_problem(table))


def test_values_left_missing_are_named(make_problem):
    findings = found(make_problem(big_table(), steps("date_parts")))
    assert findings["missing-left-numbers"].columns == ("income",)
    assert findings["missing-left-categories"].columns == ("purpose",)
    assert findings["missing-left-numbers"].fix.params["kind"] == "fill_numbers"


def test_a_fill_step_that_is_off_is_not_added_twice(make_problem):
    off = steps("date_parts", "fill_numbers").changed("fill_numbers-1", on=False)
    assert found(make_problem(big_table(), off))["missing-left-numbers"].fix is None


def test_a_date_no_step_splits_is_named(make_problem):
    finding = found(make_problem(big_table(), steps("fill_numbers", "fill_categories")))["dates-unused"]
    assert finding.columns == ("opened",)
    dropped = steps("drop_columns", "fill_numbers", "fill_categories", drop_columns=("opened",))
    assert "dates-unused" not in found(make_problem(big_table(), dropped))


def test_what_the_split_gave_up_is_told(make_problem):
    table = big_table()
    table["denied"] = np.where(np.arange(600) < 4, "yes", "no")
    findings = found(make_problem(table, plan=SplitPlan(folds=5)))
    assert "'yes'" in findings["split-gave-way"].evidence
    assert "'yes'" in findings["fold-too-small"].evidence


def test_a_small_sealed_part_says_how_uncertain_it_is(make_problem):
    finding = found(make_problem())["test-too-small"]
    # 24 of 120 rows: 1.96 × sqrt(0.25 / 24) is 20 points.
    assert "24 of 120 rows" in finding.evidence
    assert "20 points" in finding.evidence
    assert finding.fix.params == {"test_share": 0.3}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_every_check_stands_a_table_of_one_feature(make_problem, check):
    table = pd.DataFrame({"income": np.arange(40.0), "denied": ["yes", "no"] * 20})
    schema = make_schema(("income", "denied"))
    assert isinstance(list(check.function(make_problem(table, schema=schema, sensitive=()))), list)
