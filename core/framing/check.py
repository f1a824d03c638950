"""Checks of the frame: what is still unsaid, and what does not fit the table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from core.errors import FrameError
from core.findings import Check, Finding, Fix, Severity, run_checks
from core.framing.frame import Frame, Task
from core.framing.metrics import METRICS
from core.framing.propose import propose_metric
from core.framing.target import check_target, count_levels, quoted
from core.framing.templates import name_words

__all__ = ["CHECKS", "check_frame", "check_target", "looks_sensitive"]

HEAVY_IMBALANCE: Final = 0.8
"""From this share of the largest outcome on, accuracy mostly counts that outcome."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SENSITIVE_WORDS: Final = _words(
    "sex gender race racial ethnic ethnicity afam black hispanic latino religion religious faith nationality "
    "citizenship citizen disability disabled handicap marital married pregnant pregnancy veteran immigrant "
    "immigration foreign native orientation caste tribe colour color"
)
_AMBIGUOUS: Final = frozenset({"color", "colour", "native", "foreign", "race", "black", "sex"})
"""Words that name people only where they are (nearly) the whole name: ``race``, but not ``race_distance``."""
_PERSONAL: Final = _words(
    "age ages years year in group band cat category bracket code of at the customer client patient applicant person "
    "employee member user borrower head my is"
)


@dataclass(frozen=True)
class _Facts:
    """What a check of the frame may look at."""

    frame: Frame
    columns: tuple[str, ...]
    target: pd.Series | None

    def levels(self) -> pd.Series:
        return count_levels(self.target) if self.target is not None else pd.Series(dtype="int64")


def looks_sensitive(name: str) -> bool:
    """Whether a column's name looks as if it named groups of people (sex, race, age, religion, …).

    Parameters
    ----------
    name : str
        Raw name. ``age`` counts alone or beside words about people ("customer_age"), not in "house_age".
    """
    words = name_words(name)
    if "age" in words or "ages" in words:
        return set(words) <= _PERSONAL
    found = set(words) & _SENSITIVE_WORDS
    return bool(found - _AMBIGUOUS) or (bool(found) and set(words) <= _AMBIGUOUS | _PERSONAL | _SENSITIVE_WORDS)


def _target_unusable(facts: _Facts) -> Iterable[Finding]:
    name = facts.frame.target
    if not name:
        return
    if name not in facts.columns:
        yield Finding(
            code="target-missing",
            severity=Severity.ERROR,
            title="The outcome's column is not there",
            evidence=f"The table has {len(facts.columns):,} columns, and `{name}` is none of them.",
            why="Without the outcome there is nothing to learn. Choose its column again.",
            columns=(name,),
            acceptable=False,
        )
    elif facts.target is not None:
        try:
            check_target(facts.target, name, facts.frame.task)
        except FrameError as error:
            yield Finding(
                code="target-unusable",
                severity=Severity.ERROR,
                title=f"`{name}` cannot be predicted like this",
                evidence=error.what,
                why=error.next_step,
                columns=(name,),
                acceptable=False,
            )


def _positive_unknown(facts: _Facts) -> Iterable[Finding]:
    frame = facts.frame
    if frame.task is not Task.BINARY or not frame.positive or facts.target is None or not frame.target:
        return
    levels = facts.levels()
    if frame.positive not in levels.index and len(levels):
        found = " and ".join(quoted(level) for level in list(levels.index)[:2])
        yield Finding(
            code="positive-missing",
            severity=Severity.ERROR,
            title="The outcome looked for never occurs",
            evidence=f"{quoted(frame.positive)} is none of the values of `{frame.target}`, which are {found}.",
            why="A model cannot learn what it never sees. Choose one of the values that occur.",
            columns=(frame.target,),
            acceptable=False,
        )


def _metric_of_other_task(facts: _Facts) -> Iterable[Finding]:
    frame = facts.frame
    if not frame.metric or frame.task is None:
        return
    metric = METRICS.get(frame.metric)
    if metric is not None and frame.task in metric.tasks:
        return
    title = metric.title if metric is not None else quoted(frame.metric)
    yield Finding(
        code="metric-of-other-task",
        severity=Severity.ERROR,
        title="The metric does not fit the task",
        evidence=f"{title} cannot be computed for the task “{frame.task.words}”.",
        why="Candidates are compared by this number; without it none can be chosen.",
        fix=_metric_fix(facts),
        acceptable=False,
    )


def _metric_without_costs(facts: _Facts) -> Iterable[Finding]:
    frame = facts.frame
    metric = METRICS.get(frame.metric or "")
    if metric is None or not metric.needs_costs or frame.task not in metric.tasks or frame.costs.line is not None:
        return
    yield Finding(
        code="metric-without-costs",
        severity=Severity.ERROR,
        title="The metric needs both costs",
        evidence=f"Candidates are to be judged by {metric.title}, and at least one of the two costs is not given or 0.",
        why="Where one of the errors costs nothing, always making it is free. Give both costs, or use another metric.",
        fix=_metric_fix(facts),
        acceptable=False,
    )


def _accuracy_under_imbalance(facts: _Facts) -> Iterable[Finding]:
    frame = facts.frame
    if frame.metric != "accuracy" or frame.task is None or not frame.task.is_classification:
        return
    levels = facts.levels()
    total = int(levels.sum())
    if not total or levels.iloc[0] / total < HEAVY_IMBALANCE:
        return
    share = levels.iloc[0] / total
    yield Finding(
        code="accuracy-under-imbalance",
        severity=Severity.WARNING,
        title="Accuracy would reward doing nothing",
        evidence=f"{int(levels.iloc[0]):,} of {total:,} rows ({100 * share:.1f}%) are {quoted(levels.index[0])}. "
        f"A model that always says so scores {share:.3f}.",
        why="A model that finds none of the rows you care about would still look good.",
        fix=_metric_fix(facts),
    )


def _costs_missing(facts: _Facts) -> Iterable[Finding]:
    frame = facts.frame
    if frame.task is not Task.BINARY or frame.costs.known:
        return
    yield Finding(
        code="costs-missing",
        severity=Severity.WARNING,
        title="No error has a price yet",
        evidence="At least one of the two costs, flagged for nothing and missed, is not given.",
        why="The line between yes and no then stays at 0.50, as if both errors cost the same. Rough numbers are "
        "enough: only their ratio moves the line.",
    )


def _sensitive_unnamed(facts: _Facts) -> Iterable[Finding]:
    frame = facts.frame
    alike = tuple(
        name for name in facts.columns if name not in frame.sensitive and name != frame.target and looks_sensitive(name)
    )
    if alike:
        many = len(alike) > 1
        yield Finding(
            code="sensitive-unnamed",
            severity=Severity.WARNING,
            title=f"{len(alike)} columns look sensitive" if many else f"`{alike[0]}` looks sensitive",
            evidence=f"{_listed(alike)} {'seem' if many else 'seems'} to name groups of people, "
            "and the frame does not say so.",
            why="What is named sensitive is checked for unequal errors, and stays out of the model unless you say so.",
            columns=alike,
            fix=Fix("Name it sensitive" if not many else "Name them sensitive", "set_sensitive", _named(frame, alike)),
        )
    elif not frame.sensitive:
        yield Finding(
            code="no-sensitive-column",
            severity=Severity.INFO,
            title="No group is named",
            evidence=f"None of the {len(facts.columns):,} columns is named sensitive, and no name looks so.",
            why="Without one, nobody can see whether errors fall on some people more than on others.",
        )


def _columns_gone(facts: _Facts) -> Iterable[Finding]:
    frame = facts.frame
    gone = tuple(name for name in frame.sensitive if name not in facts.columns)
    if gone:
        yield Finding(
            code="sensitive-missing",
            severity=Severity.WARNING,
            title="A sensitive column is not there",
            evidence=f"{_listed(gone)} cannot be found in the table.",
            why="Its groups cannot be checked. Name another column, or take it off the list.",
            columns=gone,
        )


def _good_enough_missing(facts: _Facts) -> Iterable[Finding]:
    if facts.frame.good_enough is None and facts.frame.metric in METRICS:
        yield Finding(
            code="good-enough-missing",
            severity=Severity.INFO,
            title="“Good enough” is not said",
            evidence=f"No value of {METRICS[facts.frame.metric].title} is given from which the model is worth using.",
            why="Said beforehand it is a test; said afterwards it is an excuse.",
        )


CHECKS: Final = (
    Check("target-unusable", "The outcome cannot be predicted like this", Severity.ERROR, _target_unusable),
    Check("positive-missing", "The outcome looked for never occurs", Severity.ERROR, _positive_unknown),
    Check("metric-of-other-task", "The metric does not fit the task", Severity.ERROR, _metric_of_other_task),
    Check("metric-without-costs", "The metric needs both costs", Severity.ERROR, _metric_without_costs),
    Check(
        "accuracy-under-imbalance", "Accuracy would reward doing nothing", Severity.WARNING, _accuracy_under_imbalance
    ),
    Check("costs-missing", "No error has a price yet", Severity.WARNING, _costs_missing),
    Check("sensitive-unnamed", "A column looks sensitive", Severity.WARNING, _sensitive_unnamed),
    Check("sensitive-missing", "A sensitive column is not there", Severity.WARNING, _columns_gone),
    Check("good-enough-missing", "“Good enough” is not said", Severity.INFO, _good_enough_missing),
)
"""Every check of the frame, in the order in which findings of one severity are shown."""


def check_frame(frame: Frame, column_names: Iterable[str], target: pd.Series | None = None) -> list[Finding]:
    """Check what the user said against itself and the table.

    Parameters
    ----------
    frame : Frame
    column_names : iterable of str
        Raw names of the table's columns.
    target : Series or None
        The target's column; without it, what needs its values is not checked.

    Returns
    -------
    list of Finding
        Worst first.
    """
    facts = _Facts(frame, tuple(column_names), target)
    return run_checks(CHECKS, facts)


def _metric_fix(facts: _Facts) -> Fix | None:
    if facts.target is None or facts.frame.task is None:
        return None
    try:
        proposal = propose_metric(facts.frame.task, facts.target, facts.frame.costs, positive=facts.frame.positive)
    except FrameError:
        return None
    return Fix(f"Use {METRICS[proposal.value].title}", "set_metric", {"metric": proposal.value})


def _named(frame: Frame, more: tuple[str, ...]) -> dict[str, list[str]]:
    return {"columns": [*frame.sensitive, *more]}


def _listed(names: tuple[str, ...], shown: int = 5) -> str:
    parts = [f"`{name}`" for name in names[:shown]]
    if len(names) > shown:
        parts.append(f"{len(names) - shown:,} more")
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
