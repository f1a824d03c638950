"""Good enough or not: a score's interval against the frame's mark, and looks at the sealed test that widen it."""

import pytest

from core.evaluate.enough import Look, Ship, seal_statement, ship_verdict, uncertainty_words, widened
from core.framing.frame import Frame, Task

FRAME = Frame(target="left", task=Task.BINARY, positive="yes", metric="roc_auc", good_enough=0.80)
AMOUNT = Frame(target="price", task=Task.REGRESSION, metric="rmse", good_enough=10.0)


def verdict(frame, value, low, high, metric="roc_auc", openings=1):
    return ship_verdict(frame, metric, value, low, high, rows=200, openings=openings)


@pytest.mark.parametrize(
    ("value", "low", "high", "kind"),
    [
        (0.85, 0.81, 0.89, Ship.SHIP),
        (0.85, 0.80, 0.90, Ship.SHIP),
        (0.85, 0.79, 0.91, Ship.CANNOT_TELL),
        (0.75, 0.70, 0.80, Ship.CANNOT_TELL),
        (0.75, 0.71, 0.79, Ship.DO_NOT),
    ],
)
def test_the_whole_interval_must_reach_the_mark(value, low, high, kind):
    assert verdict(FRAME, value, low, high).kind is kind


@pytest.mark.parametrize(
    ("value", "low", "high", "kind"),
    [(8.0, 7.0, 9.0, Ship.SHIP), (9.0, 7.0, 11.0, Ship.CANNOT_TELL), (12.0, 11.0, 13.0, Ship.DO_NOT)],
)
def test_of_an_error_the_upper_end_is_the_worse_one(value, low, high, kind):
    assert verdict(AMOUNT, value, low, high, metric="rmse").kind is kind


def test_the_reason_names_the_score_the_rows_and_the_mark():
    found = verdict(FRAME, 0.85, 0.81, 0.89)
    assert found.reason == (
        "ROC AUC is 0.850 on 200 sealed rows, 95% interval 0.810 to 0.890: "
        "all of it reaches the 0.800 you called good enough."
    )


def test_before_the_seal_is_opened_the_rows_left_out_are_named_as_such():
    found = verdict(FRAME, 0.85, 0.81, 0.89, openings=None)
    assert found.kind is Ship.SHIP
    assert not found.sealed
    assert "200 training rows left out, the sealed test is not opened" in found.reason


def test_without_a_mark_or_an_interval_nothing_can_be_told():
    nan = float("nan")
    assert verdict(FRAME.model_copy(update={"good_enough": None}), 0.85, 0.81, 0.89).kind is Ship.CANNOT_TELL
    assert verdict(FRAME, 0.85, nan, nan).kind is Ship.CANNOT_TELL
    other = verdict(FRAME, 0.85, 0.81, 0.89, metric="accuracy")
    assert other.kind is Ship.CANNOT_TELL
    assert "another measure" in other.reason


def test_a_second_look_widens_the_interval_by_the_normal_quantiles():
    assert widened(0.85, 0.81, 0.89, "roc_auc", 1) == (0.81, 0.89)
    low, high = widened(0.85, 0.81, 0.89, "roc_auc", 2)
    # 2.2414 / 1.9600 = 1.1436
    assert (low, high) == pytest.approx((0.80426, 0.89574), abs=1e-4)
    assert widened(0.98, 0.95, 0.999, "roc_auc", 4)[1] == 1.0


def test_what_one_look_calls_good_enough_three_may_not():
    assert verdict(FRAME, 0.85, 0.805, 0.895, openings=1).kind is Ship.SHIP
    several = verdict(FRAME, 0.85, 0.805, 0.895, openings=3)
    assert several.kind is Ship.CANNOT_TELL
    assert "interval widened for 3 openings" in several.reason


def test_the_statement_says_how_it_was_widened():
    assert uncertainty_words(1) == ""
    assert "opened 4 times" in uncertainty_words(4)
    assert "widened to 98.75% (Bonferroni over the openings)" in uncertainty_words(4)


def test_all_looks_count_and_the_last_of_this_model_is_judged():
    left_out = Look("", "roc_auc", 0.9, 0.88, 0.92, 800, True)
    first = Look("2026-03-01", "roc_auc", 0.70, 0.66, 0.74, 200, False)
    second = Look("2026-03-02", "roc_auc", 0.85, 0.81, 0.89, 200, True)
    found = seal_statement(FRAME, [first, second], left_out)
    assert found.verdict.kind is Ship.SHIP
    assert found.verdict.low == pytest.approx(0.80426, abs=1e-4)
    assert found.as_dict()["dates"] == ["2026-03-01", "2026-03-02"]
    assert found.as_dict()["verdict"] == "ship"
    closed = seal_statement(FRAME, [first], left_out)
    assert not closed.verdict.sealed
    assert (closed.verdict.low, closed.verdict.high) == (0.88, 0.92)
