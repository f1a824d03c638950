import json

import numpy as np
import pandas as pd
import pytest
from fairlearn.postprocessing import ThresholdOptimizer

from core.data.groups import group_labels, grouping_of
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import InputError
from core.fairness.comparison import AS_IT_IS, compare, cost_per_thousand, options
from core.fairness.remedy import PLANS, _weighted, _weights, fit_remedy, plan_of, plans_for
from core.fairness.scores import GivenScores
from core.framing.frame import Costs, Task
from core.framing.outcomes import Outcomes
from core.runtime.rules import GroupRule

ROWS = 1200
SPEC = ColumnSpec(name="race", type=ColumnType.CATEGORY)
SCHEMA = Schema(columns=(SPEC, ColumnSpec(name="income", type=ColumnType.NUMBER)))
UNKNOWN = Costs()


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(5)
    race = np.where(rng.random(ROWS) < 0.3, "black", "white").astype(object)
    deny = rng.random(ROWS) < np.where(race == "black", 0.35, 0.2)
    scores = np.clip(rng.beta(2, 6, ROWS) + 0.25 * deny + 0.2 * (race == "black"), 0, 1).round(2)
    X = pd.DataFrame({"race": race, "income": rng.normal(size=ROWS)})
    outcomes = Outcomes(
        Task.BINARY,
        np.where(deny, "deny", "grant").astype(object),
        ("deny", "grant"),
        "deny",
        np.column_stack([scores, 1 - scores]),
        threshold=0.5,
    )
    return outcomes, X, rng.integers(0, 4, ROWS)


def remedied(table, key, costs=UNKNOWN, limit=0.1):
    outcomes, X, folds = table
    plan = plan_of(key, limit)
    grouping = grouping_of(X["race"], SPEC)
    return fit_remedy(outcomes, X, folds, grouping, plan, schema=SCHEMA, features=["income"], costs=costs, seed=1)


@pytest.mark.parametrize("key", PLANS)
def test_the_rule_flags_with_fairlearns_expected_chance(table, key):
    outcomes, X, _ = table
    rule = remedied(table, key).rule
    judge = ThresholdOptimizer(
        estimator=GivenScores(),
        constraints=PLANS[key].constraint,
        objective="accuracy_score",
        prefit=True,
        predict_method="predict_proba",
    )
    given = outcomes.score.reshape(-1, 1)
    judge.fit(given, outcomes.is_positive.astype(int), sensitive_features=X["race"])
    expected = judge._pmf_predict(given, sensitive_features=X["race"])[:, 1]
    assert rule.chances(outcomes.score, X["race"].to_numpy()) == pytest.approx(expected, abs=1e-12)


def test_over_many_rows_the_rule_flags_as_often_as_the_random_rule_would(table):
    outcomes, X, _ = table
    rule = remedied(table, "equalized_odds").rule
    many = pd.concat([X.assign(income=X["income"] + k) for k in range(10)], ignore_index=True)
    scores = np.tile(outcomes.score, 10)
    chances = rule.chances(scores, many["race"].to_numpy())
    flagged = rule.decide_rows(scores, many)
    for race in ("black", "white"):
        rows = (many["race"] == race).to_numpy()
        error = 4 * np.sqrt((chances * (1 - chances))[rows].sum()) / rows.sum()
        assert abs(flagged[rows].mean() - chances[rows].mean()) <= error


def test_the_rule_is_json(table):
    rule = remedied(table, "selection_rate").rule
    assert GroupRule.from_dict(json.loads(json.dumps(rule.to_dict(), allow_nan=False))) == rule


def test_a_fold_is_decided_without_its_own_outcomes(table):
    outcomes, X, folds = table
    held = folds == 2
    turned = outcomes.actual.copy()
    turned[held] = np.where(turned[held] == "deny", "grant", "deny")
    changed = Outcomes(Task.BINARY, turned, outcomes.classes, "deny", outcomes.probabilities, threshold=0.5)
    first, second = remedied(table, "false_positive_rate"), remedied((changed, X, folds), "false_positive_rate")
    assert (first.outcomes.flagged[held] == second.outcomes.flagged[held]).all()
    assert (first.outcomes.flagged[~held] != second.outcomes.flagged[~held]).any()


def test_the_gap_shrinks_and_is_judged_on_rows_left_out(table):
    outcomes, X, _ = table
    found = compare(
        outcomes,
        remedied(table, "false_positive_rate").outcomes,
        group_labels(X["race"], SPEC),
        measure="false_positive_rate",
        limit=0.1,
        costs=Costs(false_positive=100, false_negative=400),
    )
    assert found.before.gap.difference.value > 0.08
    assert abs(found.after.gap.difference.value) < 0.06
    assert found.within_limit
    assert "goes from" in found.sentences[0]
    assert "per 1,000 rows" in found.sentences[2]


def test_errors_cost_what_the_frame_says():
    outcomes = Outcomes(
        Task.BINARY,
        np.array(["y", "n", "y", "n"], dtype=object),
        ("n", "y"),
        "y",
        np.array([[0.9, 0.1], [0.1, 0.9], [0.1, 0.9], [0.9, 0.1]]),
    )
    # One miss and one needless flag in four rows.
    assert cost_per_thousand(outcomes, Costs(false_positive=10, false_negative=50)) == 15_000
    assert cost_per_thousand(outcomes, UNKNOWN) is None


@pytest.mark.parametrize("key", PLANS)
def test_dear_misses_lead_to_more_flags(table, key):
    cheap = remedied(table, key, Costs(false_positive=1, false_negative=1)).outcomes.flagged.mean()
    dear = remedied(table, key, Costs(false_positive=1, false_negative=6)).outcomes.flagged.mean()
    assert dear > cheap + 0.1


def test_an_unknown_cost_follows_from_the_line():
    assert _weights(0.5, UNKNOWN) == (1, 1)
    assert _weights(0.2, UNKNOWN) == (4, 1)
    assert _weights(0.5, Costs(false_positive=1500, false_negative=8000)) == (16, 3)
    assert _weights(0.5, Costs(false_positive=1, false_negative=9000)) == (20, 1)


@pytest.mark.parametrize("constraint", ["demographic_parity", "false_positive_rate_parity"])
def test_accuracy_on_the_copies_is_the_weighted_cost(constraint):
    positive = np.array([True, True, False, False, False])
    copies, labels = _weighted(positive, (3, 1), constraint)

    def right(flagged):
        return int((flagged[copies] == labels).sum())

    def cost(flagged):
        return 3 * (positive & ~flagged).sum() + (~positive & flagged).sum()

    nobody, everybody = np.zeros(5, bool), np.ones(5, bool)
    scale = 2 if constraint == "demographic_parity" else 1
    assert right(everybody) - right(nobody) == scale * (cost(nobody) - cost(everybody))


def test_a_small_group_keeps_the_models_line(table):
    outcomes, X, folds = table
    few = X.copy()
    few.loc[few.index[:5], "race"] = "other"
    found = remedied((outcomes, few, folds), "false_positive_rate")
    assert "other" not in found.rule.groups
    assert (found.outcomes.flagged[:5] == outcomes.flagged[:5]).all()
    assert "decided by the model's line: other" in found.method


def test_one_large_group_is_refused(table):
    outcomes, X, folds = table
    with pytest.raises(InputError, match="Fewer than two groups of 'race'"):
        remedied((outcomes, X.assign(race="white"), folds), "selection_rate")


def test_the_frames_measure_is_offered_first_and_also_within_half_the_limit():
    keys = [plan.key for plan in plans_for("selection_rate", 0.1)]
    assert keys == [
        "selection_rate",
        "selection_rate within",
        "false_positive_rate",
        "false_negative_rate",
        "equalized_odds",
    ]
    assert plan_of("selection_rate within", 0.1).slack == 0.05


def test_a_remedy_beaten_in_gap_and_cost_is_off_the_front(table):
    outcomes, X, _ = table
    groups = group_labels(X["race"], SPEC)
    pairs = []
    for plan in (PLANS["false_positive_rate"], PLANS["selection_rate"]):
        after = remedied(table, plan.key).outcomes
        pairs.append((plan, compare(outcomes, after, groups, measure="false_positive_rate", limit=0.1, costs=UNKNOWN)))
    found = options(pairs)
    assert [option.title for option in found] == [AS_IT_IS, "Equal needless flags", "Equal flags"]
    for option in found:
        beaten = any(
            (o.gap, o.cost) != (option.gap, option.cost) and o.gap <= option.gap and o.cost <= option.cost
            for o in found
        )
        assert option.on_front is not beaten
