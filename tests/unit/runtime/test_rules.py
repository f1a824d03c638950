import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.runtime.errors import RuntimeFault
from core.runtime.rules import (
    MISSING,
    OTHER,
    Grouping,
    GroupRule,
    GroupThresholds,
    KeyColumn,
    place,
    row_keys,
)

HALF = GroupThresholds(0.5, (">", 0.2), 0.5, (">", 0.6))
RULE = GroupRule(
    grouping=Grouping("race"),
    groups={"a": GroupThresholds.line(0.3), "b": HALF},
    default=GroupThresholds.line(0.5),
    keys=(KeyColumn("race", "category"), KeyColumn("income", "number")),
)


def test_a_group_is_decided_by_its_own_line():
    flagged = RULE.decide(np.array([0.3, 0.29]), np.array(["a", "a"], dtype=object), ["x", "y"])
    assert flagged.tolist() == [True, False]


def test_an_unseen_and_a_missing_group_are_decided_by_the_default_line():
    flagged = RULE.decide(np.array([0.5, 0.49]), np.array(["new", MISSING], dtype=object), ["x", "y"])
    assert flagged.tolist() == [True, False]


def test_the_chance_mixes_both_thresholds_and_the_constant():
    mixed = GroupThresholds(0.25, (">", 0.2), 0.75, (">", 0.6), p_ignore=0.5, prediction_constant=0.1)
    # Below both, between them, above both: 0.05 + 0.5 * {0, 0.25, 1}.
    assert mixed.chance(np.array([0.1, 0.4, 0.9])) == pytest.approx([0.05, 0.175, 0.55])


def test_rows_between_the_thresholds_are_flagged_as_often_as_the_rule_says():
    keys = [f"row {number}" for number in range(4000)]
    flagged = RULE.decide(np.full(4000, 0.4), np.full(4000, "b", dtype=object), keys)
    assert flagged.mean() == pytest.approx(0.5, abs=0.03)  # four standard errors


def test_the_same_row_gets_the_same_answer_alone_and_among_others():
    frame = pd.DataFrame({"income": np.arange(50) / 7, "race": ["b"] * 50, "noise": range(50)})
    scores = np.full(50, 0.4)
    together = RULE.decide_rows(scores, frame)
    alone = [RULE.decide_rows(scores[:1], frame.iloc[[i]][["race", "income"]])[0] for i in range(50)]
    assert together.tolist() == alone


def test_one_row_has_one_key_however_it_was_read():
    keys = (KeyColumn("n", "number"), KeyColumn("c", "category"), KeyColumn("d", "date"))
    app = pd.DataFrame({"n": [0.1 + 0.2], "c": [1], "d": pd.to_datetime(["2024-03-01"])})
    service = pd.DataFrame({"d": ["2024-03-01"], "c": ["1"], "n": ["0.3"]}, dtype=object)
    assert row_keys(app, keys) == row_keys(service, keys)


def test_minus_zero_is_zero():
    keys = (KeyColumn("n", "number"),)
    assert row_keys(pd.DataFrame({"n": [-0.0]}), keys) == row_keys(pd.DataFrame({"n": [0.0]}), keys)


def test_a_missing_value_is_not_the_text_none():
    keys = (KeyColumn("c", "category"),)
    first, second = row_keys(pd.DataFrame({"c": [None, "None"]}, dtype=object), keys)
    assert first != second


def test_the_place_of_a_key_never_changes():
    assert place("row") == pytest.approx(0.9940996, abs=1e-7)


@given(st.text())
@settings(max_examples=50, deadline=None)
def test_a_place_is_below_one(key):
    assert 0 <= place(key) < 1


def test_a_rule_survives_json():
    again = GroupRule.from_dict(json.loads(json.dumps(RULE.to_dict(), allow_nan=False)))
    assert again == RULE


def test_a_rule_of_another_version_is_refused():
    with pytest.raises(RuntimeFault, match="another version"):
        GroupRule.from_dict({**RULE.to_dict(), "version": 99})


@pytest.mark.parametrize(
    "change",
    [{"default": {}}, {"groups": None}, {"grouping": "race"}, {"default": {**RULE.to_dict()["default"], "p0": 7}}],
)
def test_a_damaged_rule_is_refused_in_plain_words(change):
    with pytest.raises(RuntimeFault, match="damaged"):
        GroupRule.from_dict({**RULE.to_dict(), **change})


def test_a_table_without_the_group_is_refused_by_name():
    with pytest.raises(RuntimeFault, match="'race'"):
        RULE.decide_rows(np.array([0.4]), pd.DataFrame({"income": [1.0]}))


def test_numbers_are_grouped_at_the_edges():
    ages = Grouping("age", "number", edges=(30.0, 45.0), labels=("below 30", "30 to 44", "45 and above"))
    groups = ages.read(pd.Series([29.9, 30, 44, 45, None]))
    assert groups.tolist() == ["below 30", "30 to 44", "30 to 44", "45 and above", MISSING]


def test_dates_are_grouped_by_their_year():
    born = Grouping("born", "date", edges=(1980.0,), labels=("before 1980", "1980 and later"))
    assert born.read(pd.Series(["1979-12-31", "1980-01-01", None])).tolist() == [
        "before 1980",
        "1980 and later",
        MISSING,
    ]


def test_rare_levels_are_one_group():
    assert Grouping("race", levels=("a", "b")).read(pd.Series(["a", "c", None])).tolist() == ["a", OTHER, MISSING]
