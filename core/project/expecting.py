"""A project's expectations: written, taken back, and held against what its model says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluate.expectations import Checked, Expectation, Kept, check_expectation, measures_for
from core.findings import Check, Finding, Severity, run_checks
from core.framing.outcomes import Outcomes
from core.limits import EXPECTATIONS
from core.prepare.problem import Problem
from core.project.changes import logged
from core.project.document import Project


def expect(project: Project, expected: Expectation, built: Problem, *, now: datetime) -> Project:
    """Add an expectation, with its line in the decision log.

    Parameters
    ----------
    project : Project
    expected : Expectation
    built : Problem
        Whose columns it speaks of.
    now : datetime

    Returns
    -------
    Project
        As it was where this is expected already.

    Raises
    ------
    InputError
        A column or value does not fit, the measure does not suit the task, or there are too many.
    """
    for condition in expected.conditions:
        condition.holds(built.X.iloc[:0], built.schema)
    assert project.frame.task is not None
    if expected.measure not in measures_for(project.frame.task):
        raise InputError("This measure does not suit the kind of answer.", next_step="Choose one of the list.")
    if expected in project.expectations:
        return project
    if len(project.expectations) >= EXPECTATIONS:
        raise InputError(f"There are {EXPECTATIONS} expectations already.", next_step="Remove one first.")
    what = f"Expects: {expected.words.replace('`', '')}"
    return logged(project.updated(expectations=(*project.expectations, expected)), "evaluate", what, now=now)


def expect_no_more(project: Project, expected: Expectation, *, now: datetime) -> Project:
    """Take an expectation back, with its line in the decision log."""
    kept = tuple(one for one in project.expectations if one != expected)
    if kept == project.expectations:
        return project
    what = f"No longer expects: {expected.words.replace('`', '')}"
    return logged(project.updated(expectations=kept), "evaluate", what, now=now)


def checked(project: Project, built: Problem, outcomes: Outcomes, rows: NDArray[np.intp]) -> tuple[Checked, ...]:
    """Hold predictions against each of a project's expectations.

    Parameters
    ----------
    project : Project
    built : Problem
    outcomes : Outcomes
        n rows.
    rows : ndarray of int of shape (n,)
        Their positions in the table.

    Returns
    -------
    tuple of Checked
        In the order in which they were written.
    """
    if not project.expectations:
        return ()
    table: pd.DataFrame = built.X.iloc[rows]
    seed = project.plan.seed
    return tuple(check_expectation(one, outcomes, table, built.schema, seed=seed) for one in project.expectations)


def in_words(found: Sequence[Checked]) -> tuple[tuple[str, str, str], ...]:
    """Return each expectation, whether it is met, and why, as plain text."""
    return tuple((one.expectation.words.replace("`", ""), one.kept.value, one.reason.replace("`", "")) for one in found)


@dataclass(frozen=True, eq=False)
class ExpectationFacts:
    """What a check of the expectations may look at."""

    found: tuple[Checked, ...]


def expectation_findings(found: Sequence[Checked]) -> list[Finding]:
    """Return what the coach says of expectations that the rows left out do not meet."""
    return run_checks(CHECKS, ExpectationFacts(tuple(found)))


def _not_met(facts: ExpectationFacts) -> Iterator[Finding]:
    for one in facts.found:
        if one.kept is Kept.NOT_MET:
            yield Finding(
                "expectation-not-met",
                Severity.WARNING,
                "An expectation is not met",
                f"{one.expectation.words}. {one.reason}",
                "You said the model must keep to this. Change the model or its line, or take the expectation back.",
                columns=tuple(dict.fromkeys(condition.column for condition in one.expectation.conditions)),
                # To accept it would be to expect something else: that is said by taking it back.
                acceptable=False,
            )


CHECKS: Final = (Check("expectation-not-met", "An expectation is not met", Severity.WARNING, _not_met),)
"""Every check of the expectations."""
