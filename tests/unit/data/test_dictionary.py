import pandas as pd
import pytest

from core.data.dictionary import Allowed, Entry, allowed_words, cleaned, outside, read_allowed
from core.data.schema import ColumnSpec, ColumnType
from core.errors import InputError

AGE = ColumnSpec(name="age", type=ColumnType.NUMBER)
KIND = ColumnSpec(name="kind", type=ColumnType.CATEGORY)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("0 to 120", ColumnType.NUMBER, Allowed(0.0, 120.0)),
        ("−5 to 5", ColumnType.NUMBER, Allowed(-5.0, 5.0)),
        ("0 to", ColumnType.NUMBER, Allowed(0.0, None)),
        ("to 1", ColumnType.NUMBER, Allowed(None, 1.0)),
        ("1; 2; 2", ColumnType.NUMBER, Allowed(values=("1", "2"))),
        ("yes; no ", ColumnType.CATEGORY, Allowed(values=("yes", "no"))),
        ("back to front", ColumnType.CATEGORY, Allowed(values=("back to front",))),
        ("  ", ColumnType.NUMBER, None),
    ],
)
def test_allowed_values_are_read(text, kind, expected):
    assert read_allowed(text, kind) == expected


@pytest.mark.parametrize("text", ["a to b", "5 to 1", "to"])
def test_a_range_that_is_none_is_refused(text):
    with pytest.raises(InputError):
        read_allowed(text, ColumnType.NUMBER)


def test_numbers_outside_the_range_are_found_and_missing_ones_let_be():
    ages = pd.Series([-1, 0, 120, 121, None])
    assert outside(ages, AGE, Allowed(0, 120)).tolist() == [True, False, False, True, False]
    assert outside(ages, AGE, Allowed(0, None)).tolist() == [True, False, False, False, False]


def test_values_that_are_not_listed_are_found():
    kinds = pd.Series(["a", "b", None, "c"])
    assert outside(kinds, KIND, Allowed(values=("a", "b"))).tolist() == [False, False, False, True]
    assert outside(pd.Series([1.0, 2.0]), AGE, Allowed(values=("1.0",))).tolist() == [False, True]


def test_allowed_values_are_said():
    assert allowed_words(Allowed(0, 120)) == "0 to 120"
    assert allowed_words(Allowed(0, None)) == "from 0 on"
    assert allowed_words(Allowed(values=tuple("abcdefg"))) == "a, b, c, d, e and 2 more"


def test_entries_that_say_nothing_are_not_kept():
    assert cleaned({"a": Entry(meaning="  of   birth "), "b": Entry(unit=" ")}) == {"a": Entry(meaning="of birth")}
