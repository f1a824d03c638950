import numpy as np
import pytest

from core.prepare.ordering import RANKS, moved_to, propose_order
from core.prepare.preview import values_reaching
from core.prepare.recipe import Recipe, Step
from core.runtime.spellings import normal_form


@pytest.mark.parametrize(
    "order",
    [
        ("low", "medium", "high"),
        ("Very low", "LOW", "Moderate", "High", "Very high"),
        ("XS", "S", "M", "L", "XL", "XXL"),
        ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"),
        ("never", "rarely", "sometimes", "often", "always"),
        ("Jan", "Feb", "Mar", "Oct", "Nov"),
        ("Monday", "Wednesday", "Sunday"),
        ("High School", "Bachelor's", "Master's", "PhD"),
        ("I", "II", "III", "IV", "V", "IX"),
        ("no", "yes"),
        ("2", "10", "100"),
        ("<18", "18-25", "26-35", "36-65", "65+"),
        ("under 20k", "$20k to $40k", "$40,000 to $60,000", "over 60k", "1M and more"),
        ("3 days", "2 weeks", "1 month", "1 year", "10 years"),
        ("-5 to 0", "0 to 5", "5 to 10"),
        ("below 10", "10 to 20", "20 to 30", "30 and above"),
        ("Grade 1", "Grade 2", "Grade 10"),
        ("1998", "2004", "2021"),
    ],
)
def test_an_order_that_values_tell_is_proposed(order):
    proposed = propose_order(sorted(order))
    assert proposed.values == order
    assert proposed.told
    assert proposed.left == ()


@pytest.mark.parametrize(
    "values", [("blue", "green", "red"), ("low", "red"), ("Boston", "Rome"), ("a",), (), ("Main St 12", "Oak Rd 3")]
)
def test_values_without_an_order_stand_alphabetically(values):
    proposed = propose_order(values[::-1])
    assert proposed.values == values
    assert not proposed.told


def test_what_has_no_place_is_left_out():
    proposed = propose_order(["low", "high", "Unknown", "(missing)", "N/A", "(other)", "medium"])
    assert proposed.values == ("low", "medium", "high")
    assert proposed.left == ("(missing)", "(other)", "N/A", "Unknown")


def test_a_few_values_without_a_number_are_left_out():
    proposed = propose_order(["1 to 2", "3 to 5", "6 to 9", "varies"])
    assert proposed.values == ("1 to 2", "3 to 5", "6 to 9")
    assert proposed.left == ("varies",)


def test_scales_are_written_in_normal_form():
    assert [form for ranks in RANKS.values() for form in ranks if normal_form(form) != form] == []


@pytest.mark.parametrize(
    ("value", "place", "expected"),
    [
        ("c", 1, "cab"), ("a", 3, "bca"), ("a", 99, "bca"), ("b", -4, "bac"), ("b", None, "ac"), ("new", 2, "anewbc"),
    ],
)  # fmt: skip
def test_a_value_is_moved(value, place, expected):
    assert "".join(moved_to(["a", "b", "c"], value, place)) == expected


def test_the_values_are_those_that_reach_the_step_in_training_rows(make_problem):
    steps = (
        Step(id="f", kind="fill_categories"),
        Step(id="r", kind="group_rare", params={"share": 30}, on=False),
        Step(id="g", kind="group_rare", params={"share": 50}),
    )
    problem = make_problem(recipe=Recipe(steps=steps))
    train = problem.X["purpose"].iloc[problem.split.train]
    plain = {str(value): int(count) for value, count in train.value_counts().items()}
    assert values_reaching(problem, 0, "purpose") == plain
    assert values_reaching(problem, 2, "purpose") == plain | {"(missing)": int(train.isna().sum())}
    assert values_reaching(problem, 3, "purpose") == {"(other)": len(train)}
    assert values_reaching(problem, 0, "income") == {}
    assert not np.isin(list(plain), ["(missing)"]).any()
