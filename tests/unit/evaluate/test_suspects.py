import numpy as np
import pytest

from core.evaluate.suspects import suspect_labels
from core.framing.frame import Task
from core.framing.outcomes import Outcomes


def binary(actual, yes):
    yes = np.asarray(yes, dtype=float)
    return Outcomes(
        Task.BINARY,
        np.array(actual, dtype=object),
        classes=("no", "yes"),
        positive="yes",
        probabilities=np.column_stack([1 - yes, yes]),
    )


def test_a_label_the_model_contradicts_beyond_the_class_threshold_is_suspect():
    # Thresholds by hand: yes (0.9 + 0.8 + 0.1) / 3 = 0.6; no (0.9 + 0.7 + 0.3) / 3 = 0.6333.
    found = suspect_labels(binary(["yes", "yes", "yes", "no", "no", "no"], [0.9, 0.8, 0.1, 0.1, 0.3, 0.7]))
    assert [(one.row, one.given, one.likely) for one in found.found] == [(2, "yes", "no"), (5, "no", "yes")]
    assert [one.confidence for one in found.found] == pytest.approx([0.1, 0.3])
    assert found.judged == 6
    assert found.counts == {("yes", "no"): 1, ("no", "yes"): 1}
    assert found.thresholds == pytest.approx({"yes": 0.6, "no": 0.6333333})


def test_a_label_below_the_other_classs_threshold_is_left_alone():
    # The last row leans to yes, but less than rows labelled yes do on average (0.9).
    found = suspect_labels(binary(["yes", "yes", "no", "no"], [0.9, 0.9, 0.1, 0.6]))
    assert found.found == ()


def test_a_rare_class_does_not_draw_in_rows_the_model_leaves_where_they_are():
    # yes is reached from 0.3 on; at 0.4 the model still says no.
    assert suspect_labels(binary(["yes", "yes", "no", "no", "no"], [0.3, 0.3, 0.0, 0.0, 0.4])).found == ()


def test_the_words_name_the_label_the_other_and_the_usual():
    (one,) = suspect_labels(binary(["yes", "yes", "no", "yes"], [0.9, 0.8, 0.1, 0.002])).found
    assert one.words == (
        "Labelled yes. A model that had not seen this row gives yes less than 1% and no more than 99%; rows labelled "
        "yes get 57% on average."
    )


def test_a_class_no_row_carries_is_never_likely():
    outcomes = Outcomes(
        Task.MULTICLASS,
        np.array(["a", "a", "b", "b"], dtype=object),
        classes=("a", "b", "c"),
        probabilities=np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1]]),
    )
    found = suspect_labels(outcomes)
    assert [(one.row, one.likely) for one in found.found] == [(3, "a")]
    assert set(found.thresholds) == {"a", "b"}


def test_planted_errors_come_first():
    rng = np.random.default_rng(3)
    happened = rng.random(400) < 0.5
    yes = np.clip(np.where(happened, 0.85, 0.15) + rng.normal(0, 0.08, 400), 0.01, 0.99)
    planted = {7, 40, 311}
    labels = ["yes" if flag != (row in planted) else "no" for row, flag in enumerate(happened)]
    assert {one.row for one in suspect_labels(binary(labels, yes)).found} == planted


def test_an_amount_far_from_what_the_model_says_is_suspect():
    actual = np.array([10.0, 12.0, 9.0, 11.0, 10.0, 50.0])
    outcomes = Outcomes(Task.REGRESSION, actual, values=np.array([9.0, 11.0, 10.0, 10.0, 11.0, 10.0]))
    # Residuals 1, 1, −1, 1, −1, 40: median 1, median deviation 1 (0, 0, 2, 0, 2, 39 sorted: 0 0 0 2 2 39, median 1).
    (one,) = suspect_labels(outcomes).found
    assert one.row == 5
    assert one.confidence == pytest.approx(0.6745 * 39)
    assert one.words == (
        "Labelled 50. A model that had not seen this row says 10: the difference is 39.0 times the usual one."
    )


def test_amounts_met_exactly_give_no_scale_and_no_suspect():
    outcomes = Outcomes(Task.REGRESSION, np.array([1.0, 2.0, 9.0]), values=np.array([1.0, 2.0, 3.0]))
    assert suspect_labels(outcomes).found == ()


def test_without_rows_or_probabilities_nothing_is_found():
    assert suspect_labels(binary([], [])).found == ()
    assert suspect_labels(Outcomes(Task.BINARY, np.array(["a"], dtype=object), classes=("a", "b"))).judged == 1
    assert suspect_labels(Outcomes(Task.REGRESSION, np.array([]), values=np.array([]))).found == ()
