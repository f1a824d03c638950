"""A remedy that acts on the decision: one threshold a group, fitted so that the groups' rates agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import Schema
from core.errors import InputError
from core.fairness.words import in_points
from core.framing.frame import Costs, Task
from core.framing.outcomes import Outcomes
from core.runtime.rules import Grouping, GroupRule, GroupThresholds, KeyColumn, row_keys

FIT_ROWS = 10_000
"""Most rows a rule is fitted on; more are sampled, and the method says so."""
GROUP_OUTCOMES = 10
"""Rows of each outcome a group needs for a line of its own; a smaller one keeps the model's line."""
MOST_COPIES = 20
"""Largest ratio of the two costs that the fit can weigh."""


@dataclass(frozen=True)
class RemedyPlan:
    """A remedy that can be tried.

    Parameters
    ----------
    key : str
        Stable name.
    constraint : str
        fairlearn's name for what is held equal.
    slack : float
        Largest difference the fit leaves; 0 asks for equality.
    title, meaning : str
        In plain words.
    """

    key: str
    constraint: str
    slack: float
    title: str
    meaning: str


PLANS: dict[str, RemedyPlan] = {
    plan.key: plan
    for plan in (
        RemedyPlan(
            "false_positive_rate",
            "false_positive_rate_parity",
            0.0,
            "Equal needless flags",
            "Each group has its own line, so that flags for nothing are equally frequent.",
        ),
        RemedyPlan(
            "false_negative_rate",
            "false_negative_rate_parity",
            0.0,
            "Equal misses",
            "Each group has its own line, so that positive outcomes are missed equally often.",
        ),
        RemedyPlan(
            "selection_rate",
            "demographic_parity",
            0.0,
            "Equal flags",
            "Each group has its own line, so that the same share of each group is flagged.",
        ),
        RemedyPlan(
            "equalized_odds",
            "equalized_odds",
            0.0,
            "Equal odds",
            "Each group has its own line, so that needless flags and misses are both equally frequent.",
        ),
    )
}
"""What can be held equal, in the order in which it is offered."""


def plans_for(measure: str, limit: float) -> tuple[RemedyPlan, ...]:
    """Return the remedies worth comparing: the frame's measure first, also held only within half its limit."""
    ordered = sorted(PLANS.values(), key=lambda plan: plan.key != measure)
    return tuple(part for plan in ordered for part in _with_relaxed(plan, measure, limit))


def plan_of(key: str, limit: float) -> RemedyPlan:
    """Return the plan of a key, such as ``false_positive_rate`` or ``false_positive_rate within``; or ``KeyError``."""
    measure = key.removesuffix(" within")
    return next(plan for plan in _with_relaxed(PLANS[measure], measure, limit) if plan.key == key)


def _with_relaxed(plan: RemedyPlan, measure: str, limit: float) -> tuple[RemedyPlan, ...]:
    if plan.key != measure or plan.key == "equalized_odds" or limit <= 0:
        return (plan,)
    # Half the limit: at the limit itself, chance would put every second judgement beyond it.
    slack = limit / 2
    relaxed = RemedyPlan(
        f"{plan.key} within",
        plan.constraint,
        slack,
        f"{plan.title}, within {in_points(f'{100 * slack:.3g}')}",
        f"{plan.meaning.removesuffix('.')} to within {in_points(f'{100 * slack:.3g}')}.",
    )
    return plan, relaxed


@dataclass(frozen=True, eq=False)
class Remedied:
    """A fitted remedy and its honest judgement.

    Parameters
    ----------
    plan : RemedyPlan
    rule : GroupRule
        Fitted on all rows: what ships.
    outcomes : Outcomes
        The rows it was given, ``decided`` by rules fitted on the other folds.
    method : str
        How it was fitted and judged, in plain words.
    """

    plan: RemedyPlan
    rule: GroupRule
    outcomes: Outcomes
    method: str


def fit_remedy(
    outcomes: Outcomes,
    X: pd.DataFrame,
    folds: NDArray[np.integer[Any]],
    grouping: Grouping,
    plan: RemedyPlan,
    *,
    schema: Schema,
    features: Sequence[str],
    costs: Costs,
    seed: int,
) -> Remedied:
    """Fit a remedy on out-of-fold scores and judge it by cross-fitting.

    Parameters
    ----------
    outcomes : Outcomes
        n out-of-fold predictions of a binary task, at the threshold in use.
    X : DataFrame of shape (n, n_columns)
        Their raw rows, in the same order; holds the sensitive column and the features.
    folds : ndarray of int, shape (n,)
        The fold in which each row was left out.
    grouping : Grouping
        See ``core.data.groups.grouping_of``.
    plan : RemedyPlan
    schema : Schema
    features : sequence of str
        Raw columns the model reads: with the group they tell one row from another.
    costs : Costs
        Weigh the two errors in the fit. Where they are unknown, the threshold stands for them: at a line t, a needless
        flag is taken to cost t where a miss costs 1 − t.
    seed : int
        For the sample above ``FIT_ROWS`` rows.

    Returns
    -------
    Remedied

    Raises
    ------
    InputError
        The task is not binary, or fewer than two groups have enough rows of each outcome.
    """
    if outcomes.task is not Task.BINARY:
        raise InputError("A remedy by group is fitted for yes-or-no outcomes only.")
    groups = grouping.read(X[grouping.column])
    names = dict.fromkeys([grouping.column, *features])
    keys = tuple(KeyColumn(n, schema[n].type.value, schema[n].date_format) for n in names)
    weights = _weights(outcomes.threshold, costs)
    fit = _Fit(plan, grouping, keys, weights, outcomes.threshold, seed)
    rule = fit.rule(outcomes.score, outcomes.is_positive, groups)
    places = row_keys(X, keys)
    flagged = np.zeros(len(outcomes), dtype=bool)
    for fold in np.unique(folds):
        held = folds == fold
        other = fit.rule(outcomes.score[~held], outcomes.is_positive[~held], groups[~held])
        flagged[held] = other.decide(outcomes.score[held], groups[held], [places[i] for i in np.flatnonzero(held)])
    decided = np.where(flagged, str(outcomes.positive), outcomes.negative).astype(object)
    return Remedied(plan, rule, replace(outcomes, decided=decided), _method(outcomes, folds, rule, groups, costs))


@dataclass(frozen=True)
class _Fit:
    plan: RemedyPlan
    grouping: Grouping
    keys: tuple[KeyColumn, ...]
    weights: tuple[int, int]
    threshold: float
    seed: int

    def rule(self, scores: NDArray[np.float64], positive: NDArray[np.bool_], groups: NDArray[np.object_]) -> GroupRule:
        """Fit the rule on the rows given."""
        rows = np.flatnonzero(np.isin(groups, _judgeable(positive, groups)))
        if len(np.unique(groups[rows])) < 2:
            raise InputError(
                f"Fewer than two groups of '{self.grouping.column}' have {GROUP_OUTCOMES} rows of each outcome.",
                next_step="Choose another sensitive column, or bring more rows.",
            )
        if len(rows) > FIT_ROWS:
            rows = np.sort(np.random.default_rng(self.seed).choice(rows, FIT_ROWS, replace=False))
        copies, labels = _weighted(positive[rows], self.weights, self.plan.constraint)
        fitted = _threshold_optimizer(self.plan, scores[rows][copies], labels, groups[rows][copies])
        default = GroupThresholds.line(self.threshold)
        return GroupRule(self.grouping, {str(k): _thresholds(v) for k, v in fitted.items()}, default, self.keys)


def _judgeable(positive: NDArray[np.bool_], groups: NDArray[np.object_]) -> list[str]:
    names = pd.unique(pd.Series(groups))
    return [
        str(name)
        for name in names
        if min(int(positive[groups == name].sum()), int((~positive[groups == name]).sum())) >= GROUP_OUTCOMES
    ]


def _threshold_optimizer(
    plan: RemedyPlan, scores: NDArray[np.float64], labels: NDArray[np.int64], groups: NDArray[np.object_]
) -> dict[str, Any]:
    from fairlearn.postprocessing import ThresholdOptimizer

    from core.fairness.scores import GivenScores

    optimizer = ThresholdOptimizer(
        estimator=GivenScores(),
        constraints=plan.constraint,
        objective="accuracy_score",
        prefit=True,
        predict_method="predict_proba",
        tol=plan.slack or None,
    )
    optimizer.fit(scores.reshape(-1, 1), labels, sensitive_features=groups)
    return dict(optimizer.interpolated_thresholder_.interpolation_dict)


def _thresholds(given: Any) -> GroupThresholds:
    """Read one group of fairlearn's interpolation dictionary; infinite thresholds go to −1 and 2, beyond any score."""

    def operation(found: Any) -> tuple[str, float]:
        return str(found.operator), float(np.clip(found.threshold, -1.0, 2.0))

    return GroupThresholds(
        p0=float(np.clip(given.p0, 0, 1)),
        operation0=operation(given.operation0),
        p1=float(np.clip(given.p1, 0, 1)),
        operation1=operation(given.operation1),
        p_ignore=float(np.clip(given.get("p_ignore", 0.0), 0, 1)),
        prediction_constant=float(np.clip(given.get("prediction_constant", 0.0), 0, 1)),
    )


def _weights(threshold: float, costs: Costs) -> tuple[int, int]:
    """Return whole weights of a miss and of a needless flag whose ratio is nearest to that of the costs.

    Where the costs are unknown they follow from the threshold t, which is best for costs in the ratio t to 1 − t: Elkan
    (2001), The foundations of cost-sensitive learning, section 2.2.
    """
    miss, needless = 1 - threshold, threshold
    if costs.known:
        miss, needless = float(costs.false_negative or 0), float(costs.false_positive or 0)
    if min(miss, needless) <= 0:
        return (MOST_COPIES, 1) if miss > needless else (1, MOST_COPIES)
    pairs = [(one, other) for one in range(1, MOST_COPIES + 1) for other in range(1, MOST_COPIES + 1)]
    return min(pairs, key=lambda pair: (abs(np.log(pair[0] / pair[1]) - np.log(miss / needless)), sum(pair)))


def _weighted(
    positive: NDArray[np.bool_], weights: tuple[int, int], constraint: str
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return rows (positions, repeated) and labels on which accuracy is the negative cost, up to a constant.

    fairlearn's objective takes no weights. For rates counted within one outcome, rows of that outcome may be repeated
    by its weight. The share of rows flagged would change with that; there every row gets the same number of copies,
    some with the opposite label, so that flagging a row gains its weight.
    """
    miss, needless = weights
    rows = np.arange(len(positive))
    if constraint != "demographic_parity":
        copies = np.repeat(rows, np.where(positive, miss, needless))
        return copies, positive[copies].astype(np.int64)
    if miss == needless:
        return rows, positive.astype(np.int64)
    half = max(weights)
    ones = np.where(positive, half + miss, half - needless)
    copies = np.repeat(rows, 2 * half)
    number = np.tile(np.arange(2 * half), len(rows))
    return copies, (number < ones[copies]).astype(np.int64)


def _method(
    outcomes: Outcomes,
    folds: NDArray[np.integer[Any]],
    rule: GroupRule,
    groups: NDArray[np.object_],
    costs: Costs,
) -> str:
    rows = len(outcomes)
    weighed = "the costs of the frame" if costs.known else f"the line at {outcomes.threshold:.2g}"
    text = (
        f"Thresholds by group (fairlearn's ThresholdOptimizer) on {rows:,} scores of rows the model had not seen, "
        f"weighing the two errors by {weighed}. Judged by cross-fitting: each of {len(np.unique(folds))} folds is "
        f"decided by a rule fitted on the others; the rule that ships is fitted on all."
    )
    if rows > FIT_ROWS:
        text += f" Each fit uses a sample of {FIT_ROWS:,} rows."
    ratio = (costs.false_negative or 0) / (costs.false_positive or 1e-9) if costs.known else 1.0
    if max(ratio, 1 / max(ratio, 1e-9)) > MOST_COPIES:
        text += f" Costs further apart than {MOST_COPIES} to 1 are weighed as {MOST_COPIES} to 1."
    left = [str(name) for name in pd.unique(pd.Series(groups)) if name not in rule.groups]
    if left:
        text += f" Too small for a line of their own, so decided by the model's line: {', '.join(sorted(left))}."
    return text
