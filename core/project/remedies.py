"""Fairness remedies of a project: compared on the same folds, and made part of the model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.fairness.comparison import Option, RemedyComparison, compare, options
from core.fairness.remedy import RemedyPlan, plans_for
from core.prepare.problem import Problem
from core.project.calibrating import corrected
from core.project.changes import logged
from core.project.document import Project, Remedy
from core.project.judge import Judged, fitted_remedy, groups_of
from core.runtime.rules import GroupRule


@dataclass(frozen=True, eq=False)
class Remedies:
    """Every remedy for one sensitive column.

    Parameters
    ----------
    comparisons : dict of str to (RemedyPlan, RemedyComparison)
        By the plan's key.
    rules : dict of str to GroupRule
        What would ship.
    options : tuple of Option
        The plot of gap against cost, the model as it is first.
    """

    comparisons: Mapping[str, tuple[RemedyPlan, RemedyComparison]]
    rules: Mapping[str, GroupRule]
    options: tuple[Option, ...]


def compare_remedies(project: Project, built: Problem, raw: Judged, column: str) -> Remedies:
    """Fit every remedy for a column and judge it on rows its rule was not fitted on.

    Parameters
    ----------
    project : Project
    built : Problem
    raw : Judged
        Out-of-fold predictions of the project's model.
    column : str
        The sensitive column.

    Returns
    -------
    Remedies

    Raises
    ------
    InputError
        The task is not binary, or too few groups have enough rows.
    """
    frame, raw = project.frame, corrected(project, raw)
    before = replace(raw.outcomes, threshold=project.threshold, decided=None)
    groups = groups_of(built, column).iloc[raw.rows]
    comparisons: dict[str, tuple[RemedyPlan, RemedyComparison]] = {}
    rules: dict[str, GroupRule] = {}
    for plan in plans_for(frame.fairness_measure, frame.fairness_limit):
        remedied = fitted_remedy(project, built, replace(raw, outcomes=before), column, plan.key)
        found = compare(
            before,
            remedied.outcomes,
            groups,
            measure=frame.fairness_measure,
            limit=frame.fairness_limit,
            costs=frame.costs,
            positive_is_favourable=frame.flag_is_good,
        )
        comparisons[plan.key] = (plan, found)
        rules[plan.key] = remedied.rule
    return Remedies(comparisons, rules, options(list(comparisons.values())))


def use_remedy(project: Project, remedy: Remedy, title: str, *, now: datetime) -> Project:
    """Make a remedy part of the model, all the way to the export."""
    return logged(project.updated(remedy=remedy), "fairness", f"Chose the remedy {title}, by {remedy.column}", now=now)


def without_remedy(project: Project, *, now: datetime) -> Project:
    """Take the remedy out of the model again."""
    if project.remedy is None:
        return project
    return logged(project.updated(remedy=None), "fairness", "Dropped the remedy", now=now)
