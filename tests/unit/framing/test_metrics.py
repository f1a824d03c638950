import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as judge

from core.framing.frame import Costs, Task
from core.framing.metrics import METRICS, amount, evaluate_all, metrics_for, percent, three_decimals
from core.framing.outcomes import Outcomes


def binary(actual, score, threshold=0.5):
    score = np.asarray(score, dtype=float)
    return Outcomes(
        task=Task.BINARY,
        actual=np.array(["yes" if a else "no" for a in actual], dtype=object),
        classes=("no", "yes"),
        positive="yes",
        probabilities=np.column_stack([1 - score, score]),
        threshold=threshold,
    )


def regression(actual, values):
    return Outcomes(Task.REGRESSION, np.asarray(actual, dtype=float), values=np.asarray(values, dtype=float))


THREE = Outcomes(
    task=Task.MULTICLASS,
    actual=np.array(["a", "a", "b", "b", "c", "c"], dtype=object),
    classes=("a", "b", "c"),
    probabilities=np.array(
        [[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.2, 0.6, 0.2], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.5, 0.1, 0.4]]
    ),
)


def test_the_catalogue_offers_each_task_its_metrics():
    assert [m.key for m in metrics_for(Task.BINARY)] == [
        "accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "average_precision",
        "log_loss", "brier",
    ]  # fmt: skip
    assert [m.key for m in metrics_for(Task.MULTICLASS)] == [
        "accuracy", "balanced_accuracy", "f1_macro", "precision_macro", "recall_macro", "f1_weighted", "roc_auc_ovr",
        "log_loss",
    ]  # fmt: skip
    assert [m.key for m in metrics_for(Task.REGRESSION)] == [
        "rmse", "mae", "r2", "mape", "pinball", "poisson_deviance", "tweedie_deviance",
    ]  # fmt: skip


def test_binary_metrics_by_hand():
    # flagged: 0.9 (yes), 0.6 (no); missed: 0.2 (yes); left alone: 0.1 (no)
    values = evaluate_all(binary([1, 0, 1, 0], [0.9, 0.6, 0.2, 0.1]))
    assert values["accuracy"] == 0.5
    assert values["balanced_accuracy"] == 0.5
    assert values["precision"] == 0.5
    assert values["recall"] == 0.5
    assert values["f1"] == 0.5
    assert values["roc_auc"] == 0.75  # pairs won: 0.9 beats both, 0.2 beats one
    assert values["brier"] == pytest.approx((0.01 + 0.36 + 0.64 + 0.01) / 4)
    assert values["log_loss"] == pytest.approx(-(math.log(0.9) + math.log(0.4) + math.log(0.2) + math.log(0.9)) / 4)
    assert values["average_precision"] == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


PRICED = Costs(false_positive=10, false_negative=40)


def test_expected_cost_by_hand():
    # The line is 10 / (10 + 40) = 0.2: 0.9 is caught, 0.6 and 0.2 are flagged for nothing, 0.1 is missed.
    outcomes = replace(binary([1, 0, 0, 1, 0], [0.9, 0.6, 0.2, 0.1, 0.0]), costs=PRICED)
    assert PRICED.line == 0.2
    assert METRICS["expected_cost"].compute(outcomes) == 1000 * (2 * 10 + 1 * 40) / 5
    assert METRICS["expected_cost"].compute(outcomes.at(0.95)) == METRICS["expected_cost"].compute(outcomes)


def test_true_chances_are_the_cheapest_ones():
    rng = np.random.default_rng(0)
    chance = rng.random(20_000)
    happened = rng.random(20_000) < chance
    measure = METRICS["expected_cost"].compute
    honest = measure(replace(binary(happened, chance), costs=PRICED))
    # Of a chance spread evenly, c(1 - p) is paid above the line and m p below it.
    assert honest == pytest.approx(1000 * (10 * 0.8**2 / 2 + 40 * 0.2**2 / 2), rel=0.03)
    assert measure(replace(binary(happened, chance**3), costs=PRICED)) > honest
    assert measure(replace(binary(happened, np.sqrt(chance)), costs=PRICED)) > honest


@pytest.mark.parametrize("costs", [Costs(), Costs(false_positive=3), Costs(false_positive=0, false_negative=5)])
def test_expected_cost_is_offered_only_where_both_errors_cost(costs):
    outcomes = replace(binary([1, 0], [0.9, 0.2]), costs=costs)
    assert "expected_cost" not in evaluate_all(outcomes)
    assert METRICS["expected_cost"].undefined(outcomes) == "The frame does not say what each of the two errors costs."
    assert math.isnan(METRICS["expected_cost"].compute(outcomes))
    assert [m.key for m in metrics_for(Task.BINARY, PRICED)][-1] == "expected_cost"


def test_the_threshold_decides():
    outcomes = binary([1, 0, 1, 0], [0.9, 0.6, 0.2, 0.1], threshold=0.2)
    assert METRICS["recall"].compute(outcomes) == 1.0
    assert METRICS["precision"].compute(outcomes) == pytest.approx(2 / 3)


def test_multiclass_metrics_agree_with_scikit_learn():
    values = evaluate_all(THREE)
    actual, predicted = THREE.actual.astype(str), THREE.predicted.astype(str)
    assert values["accuracy"] == pytest.approx(4 / 6)
    assert values["balanced_accuracy"] == pytest.approx(judge.balanced_accuracy_score(actual, predicted))
    assert values["f1_macro"] == pytest.approx(judge.f1_score(actual, predicted, average="macro"))
    assert values["precision_macro"] == pytest.approx(judge.precision_score(actual, predicted, average="macro"))
    assert values["recall_macro"] == pytest.approx(judge.recall_score(actual, predicted, average="macro"))
    assert values["f1_weighted"] == pytest.approx(judge.f1_score(actual, predicted, average="weighted"))
    assert values["roc_auc_ovr"] == pytest.approx(judge.roc_auc_score(actual, THREE.probabilities, multi_class="ovr"))
    assert values["log_loss"] == pytest.approx(judge.log_loss(actual, THREE.probabilities))


def test_regression_metrics_by_hand():
    values = evaluate_all(regression([10, 20, 30], [12, 18, 30]))
    assert values["mae"] == pytest.approx(4 / 3)
    assert values["rmse"] == pytest.approx(math.sqrt(8 / 3))
    assert values["r2"] == pytest.approx(1 - 8 / 200)
    assert values["mape"] == pytest.approx((0.2 + 0.1 + 0) / 3)


def test_pinball_loss_by_hand():
    # Of 10 short by 2 and 20 over by 5, at 0.9: 0.9 * 2 and 0.1 * 5.
    outcomes = replace(regression([10, 20], [8, 25]), quantile=0.9)
    assert METRICS["pinball"].compute(outcomes) == pytest.approx((1.8 + 0.5) / 2)
    even = regression([10, 20], [8, 25])
    assert METRICS["pinball"].compute(even) == pytest.approx(METRICS["mae"].compute(even) / 2)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
def test_of_all_constants_the_quantile_has_the_smallest_pinball_loss(q):
    actual = np.random.default_rng(0).lognormal(size=999)
    tried = np.linspace(0, 10, 2_001)
    losses = [METRICS["pinball"].compute(replace(regression(actual, np.full(999, one)), quantile=q)) for one in tried]
    assert tried[int(np.argmin(losses))] == pytest.approx(np.quantile(actual, q), abs=0.03)


@pytest.mark.parametrize("key", ["poisson_deviance", "tweedie_deviance"])
def test_of_all_constants_the_mean_has_the_smallest_deviance(key):
    actual = np.random.default_rng(0).poisson(1.5, 999).astype(float)
    tried = np.linspace(0.01, 5, 2_000)
    losses = [METRICS[key].compute(regression(actual, np.full(999, one))) for one in tried]
    assert tried[int(np.argmin(losses))] == pytest.approx(actual.mean(), abs=0.003)
    assert METRICS[key].compute(regression(actual, np.maximum(actual, 1e-9))) == pytest.approx(0, abs=1e-4)


def test_deviances_by_hand():
    outcomes = regression([2, 0], [1, 3])
    assert METRICS["poisson_deviance"].compute(outcomes) == pytest.approx((2 * (2 * math.log(2) - 1) + 2 * 3) / 2)
    assert METRICS["tweedie_deviance"].compute(outcomes) == pytest.approx(
        (4 * (math.sqrt(2) - 1) ** 2 + 4 * math.sqrt(3)) / 2
    )
    assert METRICS["poisson_deviance"].undefined(regression([-1, 2], [1, 1])) == "Some actual amounts are below zero."


def test_mape_is_refused_near_zero_and_says_why():
    outcomes = regression([0.0, 20, 30], [1, 20, 30])
    assert math.isnan(METRICS["mape"].compute(outcomes))
    assert "close to it" in METRICS["mape"].undefined(outcomes)


@pytest.mark.parametrize(
    ("key", "outcomes", "reason"),
    [
        ("precision", binary([1, 0], [0.1, 0.2]), "Nothing is flagged at this threshold."),
        ("recall", binary([0, 0], [0.9, 0.2]), "The outcome looked for did not happen in these rows."),
        ("average_precision", binary([0, 0], [0.9, 0.2]), "The outcome looked for did not happen in these rows."),
        ("f1", binary([0, 0], [0.1, 0.2]), "The outcome looked for neither happened nor was predicted."),
        ("roc_auc", binary([1, 1], [0.9, 0.2]), "Only one outcome happened in these rows."),
        ("roc_auc", binary([], []), "There are no rows to judge."),
        ("roc_auc", binary([1, 0], [np.nan, 0.2]), "Some predictions are no numbers."),
        ("rmse", binary([1, 0], [0.3, 0.2]), "RMSE does not suit this kind of answer."),
        ("r2", regression([3, 3], [1, 2]), "All actual amounts are the same."),
        ("mae", regression([3, np.nan], [1, 2]), "Some actual amounts are missing."),
    ],
)
def test_an_undefined_metric_is_not_a_number_and_has_a_reason(key, outcomes, reason):
    assert math.isnan(METRICS[key].compute(outcomes))
    assert METRICS[key].undefined(outcomes) == reason


def test_rules_that_decide_without_probabilities_can_be_judged():
    outcomes = Outcomes(
        Task.BINARY, np.array(["yes", "no"], dtype=object), ("no", "yes"), "yes",
        decided=np.array(["yes", "yes"], dtype=object),
    )  # fmt: skip
    assert METRICS["precision"].compute(outcomes) == 0.5
    assert METRICS["roc_auc"].undefined(outcomes) == "The model gave no probabilities."


def test_a_class_that_did_not_happen_leaves_the_macro_ranking_defined():
    some = THREE.take(np.array([0, 1, 2, 3]))
    expected = np.mean(
        [judge.roc_auc_score(some.actual == name, some.probabilities[:, i]) for i, name in enumerate("ab")]
    )
    assert METRICS["roc_auc_ovr"].compute(some) == pytest.approx(expected)


def test_an_outcome_the_model_does_not_know_counts_as_wrong():
    strange = Outcomes(
        Task.MULTICLASS, np.array(["a", "z"], dtype=object), ("a", "b"), None, np.array([[1.0, 0], [1, 0]])
    )
    assert METRICS["accuracy"].compute(strange) == 0.5
    assert METRICS["log_loss"].compute(strange) > 10


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10)), min_size=1, max_size=30), st.floats(0, 1))
def test_every_binary_metric_is_undefined_or_within_its_bounds(rows, threshold):
    outcomes = binary([a for a, _ in rows], [s / 10 for _, s in rows], threshold)
    for metric in metrics_for(Task.BINARY):
        value = metric.compute(outcomes)
        low, high = metric.bounds
        assert bool(metric.undefined(outcomes)) if math.isnan(value) else low - 1e-12 <= value <= high + 1e-12


def test_values_are_written_for_people():
    assert percent(0.573) == "57.3%"
    assert three_decimals(-0.25) == "−0.250"
    assert amount(12345.678) == "12,346"
    assert amount(3.14159) == "3.142"
    assert amount(0.0021) == "0.002100"
    assert amount(float("nan")) == "not defined"


def test_better_follows_the_metrics_direction():
    assert METRICS["roc_auc"].better(0.8, 0.7)
    assert METRICS["rmse"].better(1.0, 2.0)
    assert not METRICS["rmse"].better(2.0, 2.0)


def test_a_sentence_begins_with_a_capital_and_keeps_the_others():
    assert (METRICS["f1_macro"].heading, METRICS["roc_auc"].heading) == ("Macro F1", "ROC AUC")
