import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.runtime.formula import AddFormula, FormulaError, calculated, columns_of_formula, read_formula

VALUES = {"a": np.array([6.0, np.nan]), "b": np.array([4.0, 1.0]), "big one": np.array([0.0, 2.0])}


def first(text):
    return calculated(read_formula(text), VALUES, 2)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * 2", 14),
        ("(a + b) * 2", 20),
        ("a - b - 1", 1),
        ("a / b / 2", 0.75),
        ("2 ^ 3 ^ 2", 512),
        ("2 ** -1", 0.5),
        ("-2 ^ 2", -4),
        ("--a", 6),
        ("+a - -1", 7),
        ("`big one` + 1.5e1", 15),
        ("1_a", None),
        (".5 + 1.", 1.5),
        ("a > b", 1),
        ("a <= b", 0),
        ("a = 6", 1),
        ("a == 6 and not b != 4", 1),
        ("a < 0 or b < 0", 0),
        ("not a < 0", 1),
        ("min(a, b, 5)", 4),
        ("max(a, b)", 6),
        ("abs(b - a)", 2),
        ("sqrt(b)", 2),
        ("log(1)", 0),
        ("round(a / b)", 2),
        ("round(a / 9, 2)", 0.67),
        ("if(a > b, a, b)", 6),
        ("IF(`big one`, 1, 2)", 2),
        ("Min(1, 2)", 1),
    ],
)
def test_formulas_are_calculated(text, expected):
    if expected is None:
        with pytest.raises(FormulaError):
            read_formula(text)
    else:
        assert first(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    ["a / `big one`", "log(0)", "log(-1)", "sqrt(-1)", "(-8) ^ 0.5", "10 ^ 30 * 10 ^ 30", "0 ^ -1", "a ^ 1e6", "0 / 0"],
)
def test_what_has_no_answer_is_missing(text):
    assert np.isnan(first(text))


@pytest.mark.parametrize("text", ["a + 1", "a > 0", "if(a, 1, 2)", "min(a, 1)", "a and 0", "not a", "a ^ 0 - a"])
def test_what_is_made_of_a_missing_number_is_missing(text):
    assert np.isnan(calculated(read_formula(text), VALUES, 2)[1])


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", 1, "is empty"),
        ("a +", 4, "a number or a column is missing before the end"),
        ("a b", 3, "an operation is missing before “b”"),
        ("(a", 3, "a “)” is missing before the end"),
        ("a)", 2, "an operation is missing before “)”"),
        ("a.b", 2, "“.” means nothing"),
        ("`a", 1, "begins with ` and does not end"),
        ("open(a)", 1, "no function “open”"),
        ("2 + round(a, b)", 5, "whole number from 0 to 10"),
        ("if(a, 1)", 1, "“if” takes 3 values between commas, not 2"),
        ("min(a)", 1, "“min” takes 2 to 20 values"),
        ("1 < a < 2", 7, "two comparisons"),
        ("1e999", 1, "too large"),
        ("9" * 50, 1, "too large"),
        ("(" * 30 + "a" + ")" * 30, 26, "deeper than 25"),
        ("2" + "^2" * 60, 51, "deeper than 25"),
        ("+".join("a" * 150), 202, "more than 200 parts"),
        ("a @ b", 3, "“@” means nothing"),
        ('__import__("os")', 12, "means nothing"),
        ("[a]", 1, "means nothing"),
        ("a and", 6, "missing before the end"),
    ],
)
def test_a_formula_that_cannot_be_read_says_where(text, place, said):
    with pytest.raises(FormulaError, match="At character") as fault:
        read_formula(text)
    assert (fault.value.place, said in str(fault.value)) == (place, True), str(fault.value)


def test_the_columns_are_those_named():
    named = columns_of_formula(read_formula("if(`big one` > 1, a, b + a)"))
    assert [(column.name, column.place) for column in named] == [("big one", 4), ("a", 19), ("b", 22)]


def read(text):
    """Return the formula, or the place where it cannot be read."""
    try:
        return read_formula(text)
    except FormulaError as fault:
        return fault.place


PIECES = st.sampled_from([*"+-*/^<>=(),`.eE19 ab", "and ", "or ", "not ", "if(", "min(", "round(", "log(", "`big one`"])


@settings(max_examples=400, deadline=500)
@given(text=st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=80).map("".join)))
def test_no_text_breaks_it_or_runs_long(text):
    part = read(text)
    if isinstance(part, int):
        assert 1 <= part <= len(text) + 1
        return
    values = {column.name: np.array([1e38, np.nan, -7.5, 0]) for column in columns_of_formula(part)}
    made = calculated(part, values, 4)
    assert made.shape == (4,)
    assert not np.isinf(made).any()


@pytest.mark.parametrize("text", ["(" * 2000, "-" * 2000 + "a", "not " * 500 + "a", "a" * 2000, "`" * 2000, "1" * 2000])
def test_long_texts_are_answered_at_once(text):
    start = time.perf_counter()
    read(text)
    assert time.perf_counter() - start < 0.5


def test_a_column_is_added_under_its_own_name():
    X = pd.DataFrame({"debt": [1.0, 3.0, np.nan], "income": [2.0, 0.0, 1.0], "share": [7.0, 7, 7]})
    step = AddFormula("debt / income", "share")
    made = step.fit_transform(X)
    assert made.columns.tolist() == ["debt", "income", "share", "share_2"]
    assert made["share_2"].tolist()[0] == 0.5
    assert made["share_2"].isna().tolist() == [False, True, True]
    assert step.origins()["share_2"] == ("debt", "income")


def test_a_column_that_is_no_number_any_more_adds_nothing():
    X = pd.DataFrame({"debt": [1.0], "c": pd.array(["x"], dtype="str")})
    for formula in ("debt + c", "gone + 1"):
        step = AddFormula(formula, "new").fit(X)
        assert step.transform(X).columns.tolist() == list(step.origins()) == ["debt", "c"]
