import pandas as pd
import pytest

from core.charts.prepare import before_after
from core.prepare.distribution import Distribution, distribution
from core.prepare.preview import StepPreview


def preview(before, after, column="age", words="Mean 2 → 3. 1 row changed; none dropped."):
    return StepPreview("s", "Cap `age`", 3, 3, 4, 4, column, ("age",), before, after, 1, words, 4)


NUMBERS = distribution(pd.Series([0.0, 1.0, 2.0, 20.0]))
WORDS = distribution(pd.Series(["a", "a", None, "<b>x</b> $y$"], dtype="str"))


def test_both_sides_are_drawn_with_all_their_rows():
    chart = before_after(preview(NUMBERS, NUMBERS))
    assert [sum(trace.y) for trace in chart.figure.data] == [4, 4]


def test_the_ends_of_numbers_stand_within_each_side_so_that_they_do_not_run_into_each_other():
    figure = before_after(preview(NUMBERS, NUMBERS)).figure
    assert [(note.xref, note.text, note.xanchor) for note in figure.layout.annotations] == [
        ("x", "0", "left"),
        ("x", "20", "right"),
        ("x2", "0", "left"),
        ("x2", "20", "right"),
    ]
    assert (figure.layout.xaxis.ticktext, figure.layout.xaxis2.ticktext) == (("\u00a0",), ("\u00a0",))


def test_the_table_holds_the_same_numbers():
    chart = before_after(preview(WORDS, NUMBERS))
    before = chart.table[chart.table["When"] == "Before"]
    assert before[["Value", "Rows"]].to_numpy().tolist() == [["a", 2], ["<b>x</b> $y$", 1], ["missing", 1]]


def test_a_column_that_left_has_no_right_side():
    assert len(before_after(preview(WORDS, None)).figure.data) == 1


def test_no_column_draws_nothing_and_says_so():
    chart = before_after(preview(None, None, column=None, words="No value changes."))
    assert (len(chart.figure.data), len(chart.table), chart.alt) == (0, 0, "No value changes.")


def test_the_text_alternative_says_what_changes():
    chart = before_after(preview(NUMBERS, NUMBERS))
    assert chart.alt == ("age in 4 training rows, before and after the step. Mean 2 → 3. 1 row changed; none dropped.")


def test_user_text_is_shown_letter_by_letter():
    figure = before_after(preview(WORDS, WORDS)).figure.to_json()
    assert "<b>" not in figure.replace("\\u003c", "<")
    assert "$y" not in figure


def test_many_values_carry_their_names_in_the_hover_text():
    many = Distribution("counts", tuple("abcdefg"), (1,) * 7, different=7)
    figure = before_after(preview(many, many)).figure
    assert figure.layout.xaxis.ticktext == ()
    assert figure.data[0].hovertext[0] == "a: 1 row"


@pytest.mark.parametrize("dark", [False, True])
def test_the_ground_chooses_the_hue(dark):
    assert before_after(preview(NUMBERS, None), dark=dark).figure.data[0].marker.color == (
        "#818CF8" if dark else "#5A5CE6"
    )
