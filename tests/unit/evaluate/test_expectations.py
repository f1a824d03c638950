"""Expectations: which rows they mean, what is met, what is broken and by which rows, and what cannot be told."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import InputError
from core.evaluate.expectations import Condition, Expectation, Kept, check_expectation, measures_for
from core.framing.frame import Task
from core.framing.outcomes import Outcomes

SCHEMA = Schema(
    columns=(
        ColumnSpec(name="age", type=ColumnType.NUMBER),
        ColumnSpec(name="sex", type=ColumnType.CATEGORY),
        ColumnSpec(name="since", type=ColumnType.DATE),
    )
)
ROWS = pd.DataFrame(
    {
        "age": [19, 21, 22, None, 40],
        "sex": ["f", "m", "f", None, "m"],
        "since": ["2024-01-01", "2025-01-01", None, "2025-06-01", "2026-01-01"],
    }
)


def outcomes(chances, actual):
    chance = np.asarray(chances, dtype=float)
    labels = np.asarray(["yes" if one else "no" for one in actual], dtype=object)
    return Outcomes(Task.BINARY, labels, ("no", "yes"), "yes", np.column_stack([1 - chance, chance]))


def check(expected, told, rows=ROWS):
    return check_expectation(expected, told, rows, SCHEMA, seed=7)


@pytest.mark.parametrize(
    ("column", "comparison", "value", "expected"),
    [
        ("age", "below", "22", [True, True, False, False, False]),
        ("age", "to", "22", [True, True, True, False, False]),
        ("age", "above", "22", [False, False, False, False, True]),
        ("age", "equals", "22.0", [False, False, True, False, False]),
        ("age", "missing", "", [False, False, False, True, False]),
        ("sex", "equals", "f", [True, False, True, False, False]),
        ("sex", "differs", "f", [False, True, False, False, True]),
        ("sex", "filled", "", [True, True, True, False, True]),
        ("since", "from", "2025-01-01", [False, True, False, True, True]),
        ("since", "equals", "2024-01-01", [True, False, False, False, False]),
    ],
)
def test_a_condition_means_these_rows(column, comparison, value, expected):
    assert Condition(column=column, comparison=comparison, value=value).holds(ROWS, SCHEMA).tolist() == expected


@pytest.mark.parametrize(
    ("column", "comparison", "value"),
    [
        ("age", "below", "young"),
        ("age", "below", ""),
        ("sex", "above", "f"),
        ("since", "from", "soon"),
        ("x", "to", "1"),
    ],
)
def test_a_condition_that_fits_no_column_says_so(column, comparison, value):
    with pytest.raises(InputError):
        Condition(column=column, comparison=comparison, value=value).holds(ROWS, SCHEMA)


def test_no_one_under_22_is_scored_above_09():
    young = (Condition(column="age", comparison="below", value="22"),)
    expected = Expectation(conditions=young, measure="every", side="to", bound=0.9)
    assert expected.words == "Every score at most 0.9 where `age` is below 22"
    broken = check(expected, outcomes([0.92, 0.95, 0.99, 0.99, 0.99], [1, 1, 1, 1, 1]))
    assert (broken.kept, broken.n, broken.rows.tolist()) == (Kept.NOT_MET, 2, [1, 0])
    assert broken.reason == "2 of 2 rows break it; the furthest score is 0.95."
    met = check(expected, outcomes([0.9, 0.1, 0.99, 0.99, 0.99], [1, 1, 1, 1, 1]))
    assert (met.kept, met.rows.tolist()) == (Kept.MET, [])


@pytest.mark.parametrize(
    ("caught", "n", "kept"),
    [(100, 100, Kept.MET), (85, 100, Kept.CANNOT_TELL), (70, 100, Kept.NOT_MET), (4, 4, Kept.CANNOT_TELL)],
)
def test_recall_of_a_group_is_told_by_its_interval(caught, n, kept):
    chances = [0.9] * caught + [0.1] * (n - caught) + [0.9] * 50
    rows = pd.DataFrame({"age": 30, "sex": ["f"] * n + ["m"] * 50, "since": None}, index=range(n + 50))
    women = (Condition(column="sex", comparison="equals", value="f"),)
    expected = Expectation(conditions=women, measure="recall", side="from", bound=0.8)
    found = check(expected, outcomes(chances, [1] * (n + 50)), rows)
    assert (found.kept, found.n) == (kept, n)
    assert found.rows.tolist() == list(range(caught, n))


def test_the_share_predicted_yes_and_the_mean_are_bounded():
    told = outcomes([0.9] * 60 + [0.1] * 140, [0] * 200)
    rows = pd.DataFrame({"age": 30, "sex": "f", "since": None}, index=range(200))
    share = check(Expectation(measure="share", side="to", bound=0.2), told, rows)
    assert (share.kept, len(share.rows)) == (Kept.NOT_MET, 60)
    mean = check(Expectation(measure="mean", side="to", bound=0.5), told, rows)
    assert mean.kept is Kept.MET
    assert mean.reason.startswith("Mean score is 0.34 on 200 rows, 95% interval 0.2")


def test_of_amounts_the_rows_furthest_off_stand_first():
    told = Outcomes(Task.REGRESSION, np.array([1.0, 2.0, 3.0, 4.0, 5.0]), values=np.array([1.0, 9.0, 3.5, 4.0, 5.0]))
    found = check(Expectation(measure="mae", side="to", bound=100.0), told)
    assert found.kept is Kept.MET
    assert found.rows.tolist()[:2] == [1, 2]
    assert check(Expectation(measure="share", side="to", bound=0.5), told).kept is Kept.CANNOT_TELL


def test_what_cannot_be_told_says_why():
    told = outcomes([0.5] * 5, [0, 1, 0, 1, 0])
    old = (Condition(column="age", comparison="above", value="90"),)
    assert check(Expectation(conditions=old, measure="every", side="to", bound=0.9), told).reason == (
        "No row is meant by it."
    )
    gone = (Condition(column="income", comparison="above", value="9"),)
    found = check(Expectation(conditions=gone, measure="every", side="to", bound=0.9), told)
    assert (found.kept, found.n) == (Kept.CANNOT_TELL, 0)
    assert "no column `income`" in found.reason


def test_measures_suit_the_task():
    assert list(measures_for(Task.BINARY))[:3] == ["every", "mean", "share"]
    assert "every" not in measures_for(Task.MULTICLASS)
    assert "share" not in measures_for(Task.REGRESSION)


def test_an_expectation_holds_no_code():
    with pytest.raises(ValidationError):
        Condition(column="age", comparison="__import__('os')", value="1")
    with pytest.raises(ValidationError):
        Expectation(measure="every", side="to", bound=float("nan"))
    with pytest.raises(ValidationError):
        Expectation.model_validate({"measure": "every", "side": "to", "bound": 1, "code": "1"})
