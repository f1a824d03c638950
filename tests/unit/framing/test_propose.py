import numpy as np
import pandas as pd
import pytest

from core.errors import FrameError
from core.framing.frame import Costs, Task
from core.framing.propose import propose_metric, propose_positive, propose_task, tail_length


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["yes", "no"] * 10, Task.BINARY),
        ([0, 1] * 10, Task.BINARY),
        ([True, False] * 10, Task.BINARY),
        ([1.5, 2.5] * 10, Task.BINARY),
        (["a", "b", "c"] * 10, Task.MULTICLASS),
        ([1.1, 2.2, 3.3] * 10, Task.REGRESSION),
        ([*range(11)] * 3, Task.REGRESSION),
    ],
)
def test_the_task_follows_from_the_values(values, task):
    assert propose_task(pd.Series(values)).value is task


def test_few_whole_numbers_are_a_judgement_and_said_to_be_one():
    proposal = propose_task(pd.Series([1, 2, 3, 4, 5] * 10))
    assert proposal.value is Task.MULTICLASS
    assert "only 5 different values" in proposal.reason
    assert "This is a judgement" in proposal.reason


def test_the_reason_for_a_yes_or_no_names_both_values():
    assert propose_task(pd.Series(["no", "yes"] * 5)).reason == "It has two values, 'no' and 'yes'."


def test_one_value_is_refused_when_the_task_is_proposed():
    with pytest.raises(FrameError, match="'y' has one value in 9 rows"):
        propose_task(pd.Series(["a"] * 9, name="y"))


def test_dates_are_refused_as_a_target():
    with pytest.raises(FrameError, match="'day' holds dates"):
        propose_task(pd.Series(pd.date_range("2024-01-01", periods=9), name="day"))


def test_too_many_texts_are_refused_as_a_target():
    with pytest.raises(FrameError, match="at most 50"):
        propose_task(pd.Series([f"t{number}" for number in range(60)] * 2, name="y"))


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        (["no", "no", "yes", "yes", "yes"], "yes"),
        ([1, 0, 1, 1], "1"),
        ([True, True, False], "True"),
        (["good", "bad", "bad"], "bad"),
        (["Charged Off", "Fully Paid"], "Charged Off"),
        (["approved", "held", "held"], "held"),
        (["cat", "dog", "dog"], "cat"),
    ],
)
def test_the_positive_outcome_is_named_or_the_rarer(values, positive):
    assert propose_positive(pd.Series(values)).value == positive


def test_the_rarer_outcome_comes_with_its_count():
    assert (
        propose_positive(pd.Series(["cat", "dog", "dog", "dog"])).reason == "It is the rarer outcome: one row, 25.0%."
    )


def test_equal_counts_ask_for_a_choice():
    assert "please say which" in propose_positive(pd.Series(["cat", "dog"])).reason


def test_a_positive_outcome_needs_two_values():
    with pytest.raises(FrameError, match="exactly two"):
        propose_positive(pd.Series(["a", "b", "c"] * 10, name="y"))


def test_the_metric_of_a_common_outcome_is_roc_auc():
    assert propose_metric(Task.BINARY, pd.Series(["yes", "no"] * 10)).value == "roc_auc"


def test_the_metric_of_a_rare_outcome_is_average_precision():
    values = pd.Series(["yes"] * 4 + ["no"] * 96)
    proposal = propose_metric(Task.BINARY, values)
    assert proposal.value == "average_precision"
    assert "Only 4.0% of the rows are 'yes'" in proposal.reason


def test_a_share_of_exactly_five_percent_is_not_rare():
    assert propose_metric(Task.BINARY, pd.Series(["yes"] * 5 + ["no"] * 95)).value == "roc_auc"


def test_the_metric_looks_at_the_positive_outcome_chosen():
    values = pd.Series(["yes"] * 4 + ["no"] * 96)
    assert propose_metric(Task.BINARY, values, positive="no").value == "roc_auc"


def test_costs_are_said_to_set_the_line():
    costs = Costs(false_positive=1, false_negative=5)
    found = propose_metric(Task.BINARY, pd.Series(["yes", "no"] * 9), costs)
    assert "Your costs then say where the line" in found.reason


def test_the_metric_of_several_outcomes_is_macro_f1():
    assert propose_metric(Task.MULTICLASS, pd.Series(["a", "b", "c"])).value == "f1_macro"


def test_heavy_tails_are_measured_by_absolute_error():
    lognormal = np.exp(np.random.default_rng(0).normal(size=5000))
    assert propose_metric(Task.REGRESSION, pd.Series(lognormal)).value == "mae"


def test_light_tails_are_measured_by_squared_error():
    normal = np.random.default_rng(0).normal(size=5000)
    assert propose_metric(Task.REGRESSION, pd.Series(normal)).value == "rmse"


def test_the_tail_of_evenly_spread_numbers_is_known():
    # On 0 to 100 the outer 1% lies at 99, the quartile at 75, the median at 50: 49 / 25.
    assert tail_length(pd.Series(range(101))) == pytest.approx(1.96)


def test_a_tail_beside_a_point_mass_is_infinite():
    assert tail_length(pd.Series([0.0] * 90 + [5.0] * 10)) == float("inf")
    assert tail_length(pd.Series([3.0] * 50)) == 0.0
