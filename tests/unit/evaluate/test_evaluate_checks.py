import numpy as np
import pytest

from core.evaluate.checks import check_evaluation
from core.evaluate.fit_verdict import fit_verdict
from core.evaluate.score import Score
from core.evaluate.threshold import cost_curve
from core.findings import Severity
from core.framing.frame import Costs, Frame, Task

FRAME = Frame(task=Task.BINARY, metric="roc_auc", positive="yes", row_is="application")


def score(value=0.8, low=0.75, high=0.85):
    return Score("roc_auc", value, low, high, 1000, "by hand", 7)


@pytest.fixture
def calm(binary):
    """400 rows, 200 with the outcome, probabilities that hold."""
    return binary([1] * 160 + [0] * 40 + [1] * 40 + [0] * 160, [0.8] * 200 + [0.2] * 200)


def codes(findings):
    return [finding.code for finding in findings]


def test_a_good_model_has_nothing_to_settle(calm):
    assert check_evaluation(calm, FRAME, main=score()) == []


def test_probabilities_that_are_too_high_are_told_with_counts(binary):
    outcomes = binary([1] * 29 + [0] * 32 + [1] * 100 + [0] * 100, [0.63] * 61 + [0.3] * 200)
    (finding,) = check_evaluation(outcomes, FRAME, main=score())
    assert finding.code == "miscalibrated"
    assert finding.title == "Probabilities from 0.5 on are too high"
    assert finding.evidence == (
        "Of 61 applications scored 0.5 or more, 48% turned out “yes” (95% interval 36 to 60); the model said 63%."
    )


def test_a_mark_not_reached_is_a_warning(calm):
    frame = FRAME.model_copy(update={"good_enough": 0.9})
    (finding,) = check_evaluation(calm, frame, main=score())
    assert finding.code == "good-enough-not-reached"
    assert finding.evidence == ("ROC AUC is 0.800, 95% interval 0.750 to 0.850; you said 0.900 is good enough.")


def test_a_mark_within_the_interval_is_a_note(calm):
    frame = FRAME.model_copy(update={"good_enough": 0.78})
    (finding,) = check_evaluation(calm, frame, main=score())
    assert (finding.code, finding.severity) == ("good-enough-uncertain", Severity.INFO)


def test_a_model_no_better_than_the_baseline_is_named(calm):
    unseen, naive = [0.52, 0.47, 0.51, 0.50, 0.49], [0.5] * 5
    verdict = fit_verdict(unseen, unseen, "roc_auc", 80, 20, baseline=naive)
    findings = check_evaluation(
        calm, FRAME, main=score(), verdict=verdict, unseen=unseen, baseline=naive, n_fit=80, n_judge=20
    )
    assert codes(findings) == ["not-better-than-baseline"]


def test_an_overfit_model_is_named(calm):
    verdict = fit_verdict([0.99] * 5, [0.8, 0.82, 0.78, 0.81, 0.79], "roc_auc", 80, 20)
    assert codes(check_evaluation(calm, FRAME, main=score(), verdict=verdict)) == ["overfit"]


def test_a_cheaper_threshold_is_one_click_away(calm):
    frame = FRAME.model_copy(update={"costs": Costs(false_positive=1000, false_negative=100)})
    dear = calm.at(0.1)  # flags everybody
    (finding,) = check_evaluation(dear, frame, main=score(), curve=cost_curve(dear, frame.costs))
    assert finding.code == "threshold-not-cheapest"
    assert finding.fix.action == "set_threshold"
    # nobody flagged costs 200 * 100 = 20,000 of 400 rows; everybody 200,000
    assert finding.evidence.startswith("At 0.1 the errors cost $500,000 per 1,000 applications, at 0.9")
    assert finding.fix.params["threshold"] > 0.8


def test_the_cheapest_threshold_is_let_be(calm):
    frame = FRAME.model_copy(update={"costs": Costs(false_positive=100, false_negative=100)})
    assert check_evaluation(calm, frame, main=score(), curve=cost_curve(calm, frame.costs)) == []


def test_few_rows_of_an_outcome_are_counted(binary):
    rng = np.random.default_rng(0)
    few = binary([1] * 12 + [0] * 300, np.r_[rng.random(12) / 5, rng.random(300) / 10])
    findings = check_evaluation(few, FRAME, main=score())
    assert (findings[0].code, findings[0].severity) == ("few-outcome-rows", Severity.WARNING)
    assert findings[0].evidence == "12 of 312 applications had the outcome “yes”."
