import pandas as pd
import pytest

from core.findings import Fix
from core.framing.check import check_frame, looks_sensitive
from core.framing.frame import Costs, Frame, Task

TARGET = pd.Series(["yes"] * 10 + ["no"] * 90, name="deny")
FRAME = Frame(
    target="deny",
    task=Task.BINARY,
    positive="yes",
    metric="roc_auc",
    costs=Costs(false_positive=1, false_negative=5),
    sensitive=("afam",),
    good_enough=0.8,
)
COLUMNS = ["deny", "afam", "income"]


def codes(frame, columns=COLUMNS, target=TARGET):
    return {finding.code: finding for finding in check_frame(frame, columns, target)}


def test_a_frame_that_says_everything_has_no_finding():
    assert codes(FRAME) == {}


def test_an_empty_frame_on_no_table_is_not_refused():
    assert [finding.code for finding in check_frame(Frame(), [])] == ["no-sensitive-column"]


def test_missing_costs_are_noted():
    assert codes(FRAME.model_copy(update={"costs": Costs()}))["costs-missing"].severity == "warning"


def test_costs_are_not_asked_for_amounts():
    frame = FRAME.model_copy(update={"task": Task.REGRESSION, "metric": "rmse", "costs": Costs(), "target": "income"})
    assert "costs-missing" not in codes(frame, target=pd.Series(range(100), name="income"))


def test_what_is_good_enough_should_be_said():
    assert codes(FRAME.model_copy(update={"good_enough": None}))["good-enough-missing"].severity == "info"


def test_a_column_that_looks_sensitive_can_be_named_with_one_click():
    finding = codes(FRAME, [*COLUMNS, "Gender", "age"])["sensitive-unnamed"]
    assert finding.columns == ("Gender", "age")
    assert finding.fix == Fix("Name them sensitive", "set_sensitive", {"columns": ["afam", "Gender", "age"]})


def test_no_group_at_all_is_only_noted():
    found = codes(FRAME.model_copy(update={"sensitive": ()}), ["deny", "income"])
    assert found["no-sensitive-column"].severity == "info"


def test_a_sensitive_column_that_is_gone_is_said():
    found = codes(FRAME.model_copy(update={"sensitive": ("afam", "sex")}))
    assert found["sensitive-missing"].evidence == "`sex` cannot be found in the table."


def test_a_metric_of_another_task_is_an_error_with_the_way_out():
    finding = codes(FRAME.model_copy(update={"metric": "rmse"}))["metric-of-other-task"]
    assert (finding.severity, finding.acceptable) == ("error", False)
    assert finding.fix.params == {"metric": "roc_auc"}


def test_accuracy_on_one_in_ten_is_doubted_with_what_doing_nothing_scores():
    finding = codes(FRAME.model_copy(update={"metric": "accuracy"}))["accuracy-under-imbalance"]
    assert "90 of 100 rows (90.0%) are 'no'" in finding.evidence
    assert "scores 0.900" in finding.evidence
    assert finding.fix.params == {"metric": "roc_auc"}


def test_accuracy_on_balanced_outcomes_is_fine():
    assert codes(FRAME.model_copy(update={"metric": "accuracy"}), target=pd.Series(["yes", "no"] * 20)) == {}


def test_a_target_that_is_gone_is_an_error():
    assert codes(FRAME, ["afam", "income"])["target-missing"].severity == "error"


def test_a_target_with_one_value_is_an_error_in_the_same_words():
    finding = codes(FRAME, target=pd.Series(["no"] * 100))["target-unusable"]
    assert finding.evidence == "'deny' has one value in 100 rows; choose a column with at least two."


def test_a_positive_outcome_that_never_occurs_is_an_error():
    finding = codes(FRAME.model_copy(update={"positive": "denied"}))["positive-missing"]
    assert finding.evidence == "'denied' is none of the values of `deny`, which are 'no' and 'yes'."


def test_errors_come_first():
    frame = Frame(target="deny", task=Task.BINARY, positive="yes", metric="rmse")
    severities = [finding.severity.rank for finding in check_frame(frame, COLUMNS, TARGET)]
    assert severities == sorted(severities)
    assert severities[0] == 0


@pytest.mark.parametrize(
    "name",
    ["sex", "Gender", "RACE", "age", "age_group", "customer_age", "afam", "ethnicity", "MaritalStatus", "Age in years"],
)
def test_names_of_groups_of_people_look_sensitive(name):
    assert looks_sensitive(name)


@pytest.mark.parametrize(
    "name",
    ["house_age", "age_of_car", "race_distance", "color_of_wall", "mileage", "passage", "Essex", "income", "<b>"],
)
def test_other_names_do_not(name):
    assert not looks_sensitive(name)


def test_a_metric_of_money_needs_both_costs():
    frame = FRAME.model_copy(update={"metric": "expected_cost"})
    assert codes(frame) == {}
    one = frame.model_copy(update={"costs": Costs(false_positive=3)})
    finding = codes(one)["metric-without-costs"]
    assert (finding.severity, finding.acceptable) == ("error", False)
    assert finding.fix == Fix("Use ROC AUC", "set_metric", {"metric": "roc_auc"})
