from math import isnan

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate, selection_rate
from sklearn.metrics import accuracy_score

from core.fairness.audit import audit
from core.fairness.words import audit_sentences, gap_sentence, points
from core.framing.frame import Task
from core.framing.intervals import wilson
from core.framing.outcomes import Outcomes
from core.runtime.rules import MISSING


def binary(actual, scores, threshold=0.5):
    scores = np.asarray(scores, dtype=float)
    return Outcomes(
        Task.BINARY,
        np.asarray(["deny" if value else "grant" for value in actual], dtype=object),
        ("deny", "grant"),
        "deny",
        np.column_stack([scores, 1 - scores]),
        threshold=threshold,
    )


def counted(**groups):
    """Make outcomes from counts: group -> (false positives, true negatives, misses, hits)."""
    actual, scores, names = [], [], []
    for name, (fp, tn, fn, tp) in groups.items():
        actual += [0] * (fp + tn) + [1] * (fn + tp)
        scores += [0.9] * fp + [0.1] * (tn + fn) + [0.9] * tp
        names += [name] * (fp + tn + fn + tp)
    return binary(actual, scores), pd.Series(names, name="race")


OUTCOMES, GROUPS = counted(black=(70, 130, 20, 50), white=(130, 870, 60, 60))


def test_rates_by_group_agree_with_fairlearn():
    rng = np.random.default_rng(3)
    actual, scores = rng.integers(0, 2, 300), rng.random(300)
    groups = pd.Series(rng.choice(["a", "b", "c"], 300), name="race")
    found = audit(binary(actual, scores), groups)
    judge = MetricFrame(
        metrics={
            "selection_rate": selection_rate,
            "false_positive_rate": false_positive_rate,
            "false_negative_rate": false_negative_rate,
            "accuracy": accuracy_score,
        },
        y_true=actual,
        y_pred=(scores >= 0.5).astype(int),
        sensitive_features=groups,
    )
    for group in found.groups:
        for key in judge.by_group.columns:
            assert group.rates[key].value == pytest.approx(judge.by_group.loc[group.group, key])
    assert found.widest.difference.value == pytest.approx(judge.difference()["false_positive_rate"])


def test_each_rate_has_wilsons_interval_on_the_rows_it_is_counted_over():
    rate = audit(OUTCOMES, GROUPS).group("black").rates["false_positive_rate"]
    assert (rate.value, rate.rows) == (0.35, 200)
    assert (rate.low, rate.high) == wilson(70, 200)


def test_the_largest_group_is_the_reference():
    found = audit(OUTCOMES, GROUPS)
    gap = found.gaps["false_negative_rate"][0]
    assert (gap.group, gap.reference) == ("black", "white")
    assert gap.difference.value == pytest.approx(20 / 70 - 0.5)


def test_a_gap_beyond_the_limit_is_told():
    assert audit(OUTCOMES, GROUPS, limit=0.21).beyond
    assert not audit(OUTCOMES, GROUPS, limit=0.22).beyond


def test_with_three_groups_the_widest_gap_has_a_wider_interval():
    outcomes, groups = counted(a=(70, 130, 20, 50), b=(130, 870, 60, 60), c=(20, 80, 10, 10))
    three = audit(outcomes, groups).widest.difference
    two = audit(OUTCOMES, GROUPS).widest.difference
    assert three.low < two.low < two.high < three.high


def test_a_group_of_a_few_rows_is_shown_but_not_held_against_the_limit():
    outcomes, groups = counted(a=(100, 900, 60, 60), b=(90, 700, 60, 60), tiny=(5, 0, 1, 1))
    found = audit(outcomes, groups)
    assert {found.widest.group, found.widest.reference} == {"a", "b"}
    assert found.group("tiny").too_small


def test_missing_groups_are_a_group():
    outcomes, groups = counted(a=(1, 2, 0, 1), b=(1, 2, 0, 1))
    assert MISSING in [group.group for group in audit(outcomes, groups.mask(groups == "a")).groups]


def test_one_group_has_no_gap():
    outcomes, groups = counted(a=(10, 30, 10, 30))
    found = audit(outcomes, groups)
    assert found.widest is None
    assert not found.beyond
    assert found.impacts == ()


def test_four_fifths_takes_not_being_flagged_as_favourable():
    impact = audit(OUTCOMES, GROUPS).impacts[0]
    assert impact.group == "black"
    assert impact.ratio == pytest.approx((150 / 270) / (930 / 1120))
    assert not impact.passes


def test_four_fifths_takes_being_flagged_as_favourable_where_asked():
    impact = audit(OUTCOMES, GROUPS, positive_is_favourable=True).impacts[0]
    assert (impact.group, impact.best) == ("white", "black")
    assert impact.ratio == pytest.approx((190 / 1120) / (120 / 270))


def test_a_group_without_negative_outcomes_has_no_false_positive_rate():
    outcomes, groups = counted(a=(0, 0, 10, 30), b=(10, 40, 10, 40))
    assert isnan(audit(outcomes, groups).group("a").rates["false_positive_rate"].value)


def test_a_gap_is_said_in_plain_words():
    found = audit(OUTCOMES, GROUPS)
    assert gap_sentence(found, found.widest, "applications") == (
        "Of the 200 applications with `race` “black” whose outcome was “grant”, 35% were flagged for nothing; of the "
        "1,000 with “white”, 13%. A gap of 22 points (95% interval 15 to 29); your limit is 10 points."
    )


def test_there_is_a_sentence_for_each_measure_and_for_four_fifths():
    sentences = audit_sentences(audit(OUTCOMES, GROUPS), "applications")
    assert len(sentences) == 6
    assert sentences[-1] == (
        "56% of `race` “black” were not flagged, which counts here as the favourable answer, and 83% of “white”: a "
        "ratio of 0.67 (95% interval 0.60 to 0.75), below the four-fifths rule."
    )


def test_points_have_a_true_minus_sign():
    assert points(-0.331) == "−33"


def test_classes_are_judged_by_accuracy():
    outcomes = Outcomes(
        Task.MULTICLASS,
        np.array(["x", "y", "z", "x", "y", "z"], dtype=object),
        ("x", "y", "z"),
        probabilities=np.eye(3)[[0, 1, 2, 0, 0, 0]],
    )
    found = audit(outcomes, pd.Series(list("aaabbb"), name="g"))
    assert found.measure == "accuracy"
    assert found.group("b").rates["accuracy"].value == pytest.approx(1 / 3)
    assert found.group("b").rates["selection_rate:x"].value == 1
    assert found.group("b").rates["false_negative_rate:y"].value == 1
    assert audit_sentences(found)


def test_amounts_are_judged_by_the_error_relative_to_all_rows():
    outcomes = Outcomes(Task.REGRESSION, np.zeros(80), values=np.tile([1.0, -1.0, 3.0, -3.0], 20))
    found = audit(outcomes, pd.Series(["a", "a", "b", "b"] * 20, name="g"), limit=0.5)
    assert found.group("b").rates["mae"].value == 3
    assert found.group("b").rates["mean_error"].value == 0
    assert found.allowed == 1  # half of the overall mean absolute error, 2
    assert found.beyond
    assert "the typical error is 3" in audit_sentences(found)[0] + gap_sentence(found, found.widest)
