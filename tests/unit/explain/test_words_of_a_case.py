import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.explain.values import Usual, number_text, usual_values, value_text
from core.explain.waterfall import Waterfall, WaterfallStep
from core.explain.what_if import WhatIf
from core.explain.words import decisive, explain_in_words, plain_text
from core.framing.frame import Frame, Task

FRAME = Frame(task=Task.BINARY, row_is="application")
USUAL = {
    "chist": Usual("chist", True, 1.0, "1"),
    "pirat": Usual("pirat", True, 0.33, "0.33"),
    "lvrat": Usual("lvrat", True, 0.78, "0.78"),
    "place": Usual("place", False, "north", "north"),
}
STEPS = (
    WaterfallStep("chist", "5", 0.131, 5),
    WaterfallStep("pirat", "0.42", 0.094, 0.42),
    WaterfallStep("lvrat", "0.62", -0.052, 0.62),
    WaterfallStep("place", "south", 0.017, "south"),
)


def case(steps=STEPS, base=0.12, result=0.31, scale="chance", outcome="denied"):
    return Waterfall(base, tuple(steps), 0.0, 0, result, scale, outcome, "")


def said(*args, frame=FRAME, **kwargs):
    return plain_text(explain_in_words(*args, frame, usual=USUAL, **kwargs))


def test_a_flagged_case_is_told_with_what_the_model_leaned_on():
    assert said(case(), threshold=0.15, actual="denied") == (
        "This application is flagged: its chance of “denied” is 31%, above the line at 15%. For this answer the model "
        "leaned most on chist of 5, above the usual 1, and on pirat of 0.42, above the usual 0.33. Against it counted "
        "most lvrat of 0.62, below the usual 0.78. The real outcome was “denied”."
    )


def test_what_was_decisive_is_strong():
    sentences = explain_in_words(case(), FRAME, usual=USUAL, threshold=0.15)
    strong = [segment.text for sentence in sentences for segment in sentence if segment.strong]
    assert strong == ["chist of 5", "pirat of 0.42", "lvrat of 0.62"]


def test_a_case_not_flagged_leaned_on_what_spoke_against_the_outcome():
    text = said(case(), threshold=0.5)
    assert text.startswith("This application is not flagged: its chance of “denied” is 31%, below the line at 50%.")
    assert "For this answer the model leaned most on lvrat of 0.62, below the usual 0.78." in text
    assert "Against it counted most chist of 5, above the usual 1, and pirat of 0.42, above the usual 0.33." in text


def test_a_direction_in_which_no_column_speaks_is_said_too():
    assert "No column spoke against it." in said(case(STEPS[:2]), threshold=0.15)
    assert "No column spoke for this answer. Against it counted most chist of 5" in said(case(STEPS[:2]), threshold=0.5)


def test_never_because():
    assert "because" not in said(case(), threshold=0.15, with_usual=("chist", WhatIf(0.31, 0.18, "denied")))


def test_the_usual_value_is_tried():
    text = said(case(), threshold=0.15, with_usual=("chist", WhatIf(0.31, 0.18, "denied")))
    assert text.endswith(
        "With the usual chist (1) and all else as it is, the chance of “denied” would be 18%, still above the line."
    )


def test_a_decision_by_a_rule_for_the_group_is_said():
    assert "31%, above the line at 15%; the rule for its group decided." in said(case(), threshold=0.15, flagged=False)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (WaterfallStep("place", "south", 0.3, "south"), "leaned most on place “south”, where “north” is usual."),
        (WaterfallStep("place", "north", 0.3, "north"), "leaned most on place “north”, as is usual."),
        (WaterfallStep("chist", "missing", 0.3, None), "leaned most on chist missing."),
        (WaterfallStep("new", "7", 0.3, 7), "leaned most on new “7”."),
    ],
)
def test_a_value_is_said_beside_the_usual_one(step, words):
    assert words in said(case([step]), threshold=0.15)


def test_a_model_that_leans_on_nothing_is_said_to():
    text = said(case([WaterfallStep("chist", "5", 0.0, 5)], 0.12, 0.12), threshold=0.5)
    assert "leaned on no column" in text


def test_an_amount_is_told():
    frame = Frame(task=Task.REGRESSION, row_is="house")
    steps = [WaterfallStep("chist", "5", 12_000.0, 5), WaterfallStep("pirat", "0.3", -2_000.0, 0.3)]
    text = said(case(steps, 180_000, 190_000, "units", ""), frame=frame, actual=200_000.0)
    assert text == (
        "The model says 190,000 for this house. Upwards the model leaned most on chist of 5, above the usual 1. "
        "Downwards counted most pirat of 0.3, below the usual 0.33. The real outcome was 200,000."
    )
    lower = said(case(steps[:1], 200_000, 190_000, "units", ""), frame=frame)
    assert "No column pulled the answer downwards. Upwards counted most chist of 5, above the usual 1." in lower


def test_several_outcomes_are_told_for_the_likeliest():
    frame = Frame(task=Task.MULTICLASS, row_is="penguin")
    assert said(case(), frame=frame).startswith("The model gives “denied” a chance of 31% for this penguin.")


def test_the_decisive_column_is_the_largest_towards_the_decision():
    assert decisive(case()) == "chist"
    assert decisive(case(), flagged=False) == "lvrat"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("w " * 60, f"{'w ' * 29}w…"),
        (0.123456, "0.1235"),
        (-3.0, "−3"),
        (1234567.8, "1,234,568"),
        (12.0, "12"),
        (True, "True"),
        (None, "missing"),
        (float("nan"), "missing"),
        ("<b>", "<b>"),
        (pd.Timestamp("2024-05-06"), "2024-05-06"),
        (pd.Timestamp("2024-05-06 07:08"), "2024-05-06 07:08"),
    ],
)
def test_a_value_is_said_as_a_person_would(value, text):
    assert value_text(value) == text


def test_the_sign_of_a_small_number_is_kept():
    assert number_text(-0.00012345) == "−0.0001234"


def test_the_usual_value_is_the_median_or_the_most_frequent():
    X = pd.DataFrame({"n": [1.0, 2.0, 9.0, None], "c": ["a", "b", "b", None], "d": ["2024-01-01", "2024-01-03"] * 2})
    schema = Schema(
        columns=(
            ColumnSpec(name="n", type=ColumnType.NUMBER),
            ColumnSpec(name="c", type=ColumnType.CATEGORY),
            ColumnSpec(name="d", type=ColumnType.DATE),
        )
    )
    found = usual_values(X, schema, ["n", "c", "d"])
    assert {name: usual.text for name, usual in found.items()} == {"n": "2", "c": "b", "d": "2024-01-03"}
    assert found["n"].is_number


def test_the_usual_date_is_written_as_the_table_writes_dates_so_that_it_is_read_again():
    X = pd.DataFrame({"d": ["31.12.2024", None, "01.02.2024", "16.08.2024"]}, index=[7, 7, 8, 9])
    schema = Schema(columns=(ColumnSpec(name="d", type=ColumnType.DATE, date_format="%d.%m.%Y"),))
    found = usual_values(X, schema, ["d"])["d"]
    assert (found.value, found.text) == ("16.08.2024", "16.08.2024")
