import json

import numpy as np
import pandas as pd
import pytest

from core.runtime.contract import ColumnRule
from core.runtime.schema import InputColumn, InputRefused, InputSchema


def schema(**rule: object) -> InputSchema:
    held = ColumnRule(**rule)
    return InputSchema(
        (
            InputColumn("age", "number", low=18, high=79, rule=held),
            InputColumn("region", "category", levels=("North", "South")),
        )
    )


def answer(given: InputSchema, *ages: object, strict: bool = False) -> list[list[str]]:
    return given.check_rows([{"age": age, "region": "North"} for age in ages], strict=strict)[1]


def refusal(given: InputSchema, *ages: object, strict: bool = False) -> str:
    with pytest.raises(InputRefused) as refused:
        answer(given, *ages, strict=strict)
    return str(refused.value)


def test_a_missing_value_is_let_through_flagged_or_refused() -> None:
    assert answer(schema(), 30, None) == [[], []]
    assert answer(schema(missing="flag"), 30, None) == [[], ["`age` is missing."]]
    assert refusal(schema(missing="refuse"), 30, None) == "Row 2: `age` is missing."


def test_a_value_read_as_missing_is_missing() -> None:
    assert refusal(schema(missing="refuse"), "abc") == "Row 1: `age` is missing."


@pytest.mark.parametrize("strict", [True, False])
def test_an_unreadable_value_follows_its_rule_whoever_asks(strict: bool) -> None:
    read = ["`age` is 'abc', which is not a number; read as missing."]
    assert answer(schema(unreadable="missing"), "abc", strict=strict) == [read]
    assert refusal(schema(unreadable="refuse"), "abc", strict=strict) == "Row 1: `age` is 'abc', which is not a number."


@pytest.mark.parametrize("age", [90, "90"])
def test_a_number_beyond_training_is_let_through_or_refused(age: object) -> None:
    text = "`age` is 90; training saw 18 to 79."
    assert text in answer(schema(), age)[0]
    assert text not in answer(schema(beyond="allow"), age)[0]
    assert refusal(schema(beyond="refuse"), age) == f"Row 1: {text}"


def test_a_value_never_seen_is_let_through_or_refused() -> None:
    one = InputColumn("region", "category", levels=("North",), rule=ColumnRule(unseen="allow"))
    assert InputSchema((one,)).check_rows([{"region": "Mars"}])[1] == [[]]
    other = InputColumn("region", "category", levels=("North",), rule=ColumnRule(unseen="refuse"))
    with pytest.raises(InputRefused, match="Row 1: `region` is 'Mars', which training never saw"):
        InputSchema((other,)).check_frame(pd.DataFrame({"region": ["Mars"]}))


@pytest.mark.parametrize(
    ("bounds", "age", "said"),
    [
        ({"low": 20.0, "high": 60.0}, 61, ["`age` is 61; allowed is 20 to 60."]),
        ({"low": 20.0}, 19, ["`age` is 19; allowed is at least 20."]),
        ({"high": 60.0}, 61, ["`age` is 61; allowed is at most 60."]),
        ({"high": 60.0}, 60, []),
        ({"high": 60.0}, None, []),
        ({"values": ("20", "30.0")}, 30, []),
        ({"values": ("20", "30")}, 31, ["`age` is 31; this is not among the values allowed."]),
    ],
)
def test_bounds_of_ones_own_are_held(bounds: dict[str, object], age: object, said: list[str]) -> None:
    assert answer(schema(**bounds), age) == [said]
    assert answer(schema(**bounds, not_allowed="allow"), age) == [[]]
    if said:
        assert refusal(schema(**bounds, not_allowed="refuse"), age) == f"Row 1: {said[0]}"


def test_allowed_categories_are_read_as_levels_are() -> None:
    column = InputColumn("code", "category", rule=ColumnRule(values=("2", "True")))
    rows = [{"code": code} for code in (2, "2.0", "true", "3", None)]
    assert InputSchema((column,)).check_rows(rows)[1] == [[], [], [], ["`code` is '3', which is not allowed."], []]


def test_a_column_not_sent_and_refused_where_missing_is_refused_in_each_row() -> None:
    column = InputColumn("age", "number", required=False, rule=ColumnRule(missing="refuse"))
    with pytest.raises(InputRefused, match=r"^Row 1: `age` is missing\. Row 2: `age` is missing\.$"):
        InputSchema((column,)).check_rows([{}, {}])


def test_a_flagging_schema_refuses_nothing_of_a_rule_and_lets_through_what_it_did() -> None:
    strict = schema(missing="refuse", unreadable="refuse", beyond="refuse", not_allowed="refuse", high=50.0)
    assert answer(strict.flagging(), None, "abc", 90) == [
        ["`age` is missing."],
        ["`age` is 'abc', which is not a number; read as missing.", "`age` is missing."],
        ["`age` is 90; training saw 18 to 79.", "`age` is 90; allowed is at most 50."],
    ]
    assert schema(beyond="allow").flagging() == schema(beyond="allow")


def test_rules_pass_through_json_and_a_schema_without_them_has_the_usual_ones() -> None:
    given = schema(missing="flag", values=("20",), low=1.5)
    assert InputSchema.from_dict(json.loads(json.dumps(given.to_dict()))) == given
    old = {"columns": [{"name": "age", "type": "number", "required": True, "levels": [], "low": 18, "high": 79}]}
    assert InputSchema.from_dict(old).columns[0].rule == ColumnRule()


def test_a_rule_changes_no_value() -> None:
    frame = pd.DataFrame({"age": [30.0, np.nan, 90.0], "region": ["North", "Mars", None]}, index=[5, 6, 7])
    usual, _ = schema().check_frame(frame)
    held, warnings = schema(missing="flag", high=50.0).check_frame(frame)
    pd.testing.assert_frame_equal(usual, held)
    assert [len(notes) for notes in warnings] == [0, 2, 2]
