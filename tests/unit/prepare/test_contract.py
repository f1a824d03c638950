import pytest

from core.data.dictionary import Entry
from core.data.schema import ColumnSpec, ColumnType
from core.prepare.contract import UNSAID, ColumnContract, is_required, rule_of, rule_words, said_of
from core.runtime.contract import ColumnRule

AGE = ColumnSpec(name="age", type=ColumnType.NUMBER)


def test_nothing_said_is_the_rule_of_before() -> None:
    assert rule_of(UNSAID, AGE) == ColumnRule()
    assert rule_words(ColumnRule(), required=True) == ""


def test_what_is_allowed_comes_from_the_dictionary_until_the_contract_says_it() -> None:
    entry = Entry(allowed="0 to 120")
    assert rule_of(UNSAID, AGE, entry) == ColumnRule(low=0.0, high=120.0)
    assert rule_of(ColumnContract(allowed="18 to"), AGE, entry) == ColumnRule(low=18.0)
    assert rule_of(ColumnContract(allowed=""), AGE, entry) == ColumnRule()


def test_a_dictionary_that_cannot_be_read_allows_everything() -> None:
    assert rule_of(UNSAID, AGE, Entry(allowed="low to high")) == ColumnRule()


def test_dates_are_held_to_no_list() -> None:
    day = ColumnSpec(name="day", type=ColumnType.DATE)
    assert rule_of(UNSAID, day, Entry(allowed="2024-01-01; 2024-01-02")) == ColumnRule()


@pytest.mark.parametrize(
    ("absent", "needed", "required"),
    [("", True, True), ("", False, False), ("missing", True, False), ("refuse", False, True)],
)
def test_a_column_may_be_left_out_where_said_so(absent: str, needed: bool, required: bool) -> None:
    assert is_required(ColumnContract(absent=absent), needed=needed) is required


def test_a_rule_says_what_it_asks() -> None:
    rule = ColumnRule(missing="refuse", unreadable="missing", beyond="allow", unseen="refuse", low=0.0, high=120.0)
    assert rule_words(rule, required=False) == (
        "may be left out; missing values refused; unreadable values read as missing; numbers beyond training let "
        "through; values never seen refused; allowed 0 to 120, others flagged"
    )


def test_only_what_is_said_is_kept() -> None:
    assert said_of({"a": UNSAID, "b": ColumnContract(missing="flag")}) == {"b": ColumnContract(missing="flag")}
