"""What the coach says on Prepare: findings about the recipe and the split, each with its evidence."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from core.data.schema import ColumnType
from core.errors import FairwayError
from core.findings import Check, Finding, Fix, Severity, run_checks
from core.limits import CATEGORY_LEVELS, GROUP_ROWS
from core.prepare import leaks
from core.prepare.copies import duplicated, row_marks
from core.prepare.plan import SplitKind
from core.prepare.problem import Problem
from core.prepare.steps import STEPS
from core.runtime.values import as_date, as_text

JUDGED_ROWS: Final = 5
"""Below this many rows of an outcome in a fold its scores hang on single rows."""


def check_recipe(problem: Problem) -> list[Finding]:
    """Check the recipe and the split.

    Only the membership of rows, their identifiers and times, and copies among them are compared across the seal; no
    outcome of a sealed row is looked at.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    list of Finding
        Worst first.
    """
    return run_checks(CHECKS, problem)


def _cannot_be_applied(problem: Problem) -> Iterator[Finding]:
    # scikit-learn is loaded only once there is a recipe to compile.
    from core.prepare.compile import compile_steps

    try:
        compile_steps(problem, scale=True)
    except FairwayError as fault:
        yield Finding(
            code="recipe-broken",
            severity=Severity.ERROR,
            title="The recipe cannot be applied",
            evidence=fault.what,
            why=fault.next_step,
            acceptable=False,
        )


def _idle(problem: Problem) -> Iterator[Finding]:
    from core.prepare.fitting import unfit
    from core.prepare.idle import idle_steps

    told, unfitting = idle_steps(problem), unfit(problem.recipe, problem.schema)
    for number, step in enumerate(problem.recipe.steps, start=1):
        if step.id not in told:
            continue
        spec = STEPS[step.kind]
        needed = spec.settings_columns(step)
        if step.id in unfitting:
            # The recipe cannot be applied then, which is said above.
            continue
        yield Finding(
            code="step-without-columns",
            # A formula or a span of time is there to add something; of other steps it can be meant so.
            severity=Severity.WARNING if needed else Severity.INFO,
            title=f"Step {number} has nothing to act on",
            evidence=f"{spec.title}: {told[step.id]}",
            why="What it was to make is missing in every model that is trained now.",
            columns=(*needed, *step.columns),
        )


def _copies_across(problem: Problem) -> Iterator[Finding]:
    train, test = problem.split.train, problem.split.test
    learned_from = problem.X.iloc[train].assign(**{"\0outcome": problem.y[train]})
    copies = int(duplicated(learned_from).sum())
    marks = row_marks(problem.X)
    across = int(np.isin(marks[test], marks[train]).sum())
    if not copies and not across:
        return
    dropped = any(step.kind == "drop_duplicates" for step in problem.recipe.active)
    present = any(step.kind == "drop_duplicates" for step in problem.recipe.steps)
    parts = [f"{_rows(copies)} of {len(train):,} for training {_repeat(copies)} another one in every column"]
    if across:
        parts.append(
            f"{_rows(across)} of {len(test):,} sealed ones {_repeat(across)} a training row but for the outcome"
        )
    yield Finding(
        code="copies-across-parts",
        severity=Severity.INFO if dropped else Severity.WARNING,
        title="Rows look the same as others",
        evidence=f"{'; '.join(parts)}.",
        why="If they are copies of one case, a model is judged on what it has seen, and scores come out too good. "
        + ("The recipe learns from each once." if dropped else "With few columns two cases can also look alike."),
        fix=None if present else Fix("Drop the copies", "add_step", {"kind": "drop_duplicates", "columns": []}),
    )


def _future_in_training(problem: Problem) -> Iterator[Finding]:
    train, test = problem.split.train, problem.split.test
    dates = [name for name in problem.schema.of_type(ColumnType.DATE) if name in problem.X]
    if len(dates) != 1:
        return
    name = dates[0]
    times = as_date(problem.X[name], problem.schema[name].date_format)
    first_sealed = times.iloc[test].min()
    later = int((times.iloc[train] > first_sealed).sum())
    if not later or times.nunique() < 3:
        return
    told = problem.frame.predicted_at.strip()
    yield Finding(
        code="future-in-training",
        severity=Severity.WARNING if told else Severity.INFO,
        title="Training rows are later than sealed ones",
        evidence=f"By `{name}`, {later:,} of {len(train):,} training rows come after the first sealed one "
        f"({first_sealed:%Y-%m-%d}).",
        why=(f"You predict {told}: the" if told else "The")
        + " model will meet only rows later than those it learned from. Split by time, it is judged the same way.",
        columns=(name,),
        fix=Fix("Seal the latest rows", "set_split", {"kind": SplitKind.TIME.value, "column": name}),
    )


def _too_many_one_hot(problem: Problem) -> Iterator[Finding]:
    grouped = {name for step in problem.recipe.active if step.kind == "group_rare" for name in step.columns or ("*",)}
    for step in problem.recipe.active:
        if step.kind != "encode" or step.params.get("method", "auto") != "one_hot":
            continue
        for name in problem.features:
            spec = problem.schema[name]
            if spec.type is not ColumnType.CATEGORY or (step.columns and name not in step.columns):
                continue
            levels = as_text(problem.X[name].iloc[problem.split.train]).nunique()
            if levels <= CATEGORY_LEVELS or name in grouped or "*" in grouped:
                continue
            yield Finding(
                code="one-hot-too-wide",
                severity=Severity.WARNING,
                title=f"`{name}` becomes very many columns",
                evidence=f"It has {levels:,} different values in {len(problem.split.train):,} training rows.",
                why="Most of these columns would be 1 in a handful of rows: slow to fit and easy to learn by heart.",
                columns=(name,),
                fix=Fix("Group rare values", "add_step", {"kind": "group_rare", "columns": [name]}),
            )


def _left_missing(problem: Problem) -> Iterator[Finding]:
    kinds = {ColumnType.NUMBER: "fill_numbers", ColumnType.CATEGORY: "fill_categories"}
    kinds[ColumnType.YES_NO] = "fill_categories"
    train = problem.split.train
    for kind in ("fill_numbers", "fill_categories"):
        filled = {name for step in problem.recipe.active if step.kind == kind for name in step.columns or ("*",)}
        if "*" in filled:
            continue
        open_columns = {
            name: count
            for name in problem.features
            if kinds.get(problem.schema[name].type) == kind and name not in filled
            if (count := int(problem.X[name].iloc[train].isna().sum()))
        }
        if not open_columns:
            continue
        names = list(open_columns)
        shown = ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        present = any(step.kind == kind for step in problem.recipe.steps)
        yield Finding(
            code=f"missing-left-{kind.removeprefix('fill_')}",
            severity=Severity.WARNING,
            title="Missing values are not filled",
            evidence=f"{sum(open_columns.values()):,} values are missing in {shown}, and no active step fills them.",
            why="They are then filled without your say: numbers with the median, categories as one of their own.",
            columns=tuple(names),
            fix=None if present else Fix("Fill them", "add_step", {"kind": kind, "columns": []}),
        )


def _dates_unused(problem: Problem) -> Iterator[Finding]:
    split = {name for step in problem.recipe.active if step.kind == "date_parts" for name in step.columns or ("*",)}
    dropped = {name for step in problem.recipe.active if step.kind == "drop_columns" for name in step.columns}
    names = [name for name in problem.schema.of_type(ColumnType.DATE) if name in problem.features]
    unused = tuple(name for name in names if "*" not in split and name not in split | dropped)
    if not unused:
        return
    present = any(step.kind == "date_parts" for step in problem.recipe.steps)
    yield Finding(
        code="dates-unused",
        severity=Severity.WARNING,
        title="A date does not reach the model",
        evidence=f"No active step splits {', '.join(f'`{name}`' for name in unused)} into parts.",
        why="A model cannot read a date; it is left out.",
        columns=unused,
        fix=None if present else Fix("Split into parts", "add_step", {"kind": "date_parts", "columns": []}),
    )


def _split_gave_way(problem: Problem) -> Iterator[Finding]:
    if problem.split.notes:
        yield Finding(
            code="split-gave-way",
            severity=Severity.WARNING,
            title="The split is not quite as planned",
            evidence=" ".join(problem.split.notes),
            why="Scores of the rows concerned say little.",
        )


def _folds_too_small(problem: Problem) -> Iterator[Finding]:
    if not problem.classes:
        return
    parts = [judge for _, judge in problem.split.folds]
    if problem.split.blocks > 1:
        # The blocks of a validation part are judged by one fit: together they are what counts.
        parts = [np.concatenate(parts)]
    fewest = {label: min(int((problem.y[part] == label).sum()) for part in parts) for label in problem.classes}
    label = min(fewest, key=lambda name: fewest[name])
    if fewest[label] >= JUDGED_ROWS:
        return
    folds = len(parts)
    where = "The validation part" if folds == 1 else f"One of the {folds} folds"
    yield Finding(
        code="fold-too-small",
        severity=Severity.WARNING,
        title="An outcome is rare in a fold",
        evidence=f"{where} holds {_rows(fewest[label])} with '{label}' to judge on.",
        why="Its scores there hang on single rows; fewer and larger parts hold more of them each.",
        fix=Fix("Use 3 folds", "set_split", {"folds": 3}) if folds > 3 else None,
    )


def _test_too_small(problem: Problem) -> Iterator[Finding]:
    rows = len(problem.split.test)
    if rows >= GROUP_ROWS:
        return
    usable = rows + len(problem.split.train)
    # Half the width of a 95% interval of a share near one half (normal approximation).
    points = 196 * np.sqrt(0.25 / rows)
    larger = usable * 0.3 >= rows * 1.2
    yield Finding(
        code="test-too-small",
        severity=Severity.WARNING,
        title="The sealed part is small",
        evidence=f"It has {rows} of {usable:,} rows: a share measured on it is uncertain by up to {points:.0f} points.",
        why="The sealed test can then tell only very different models apart.",
        fix=Fix("Seal 30%", "set_split", {"test_share": 0.3}) if larger else None,
    )


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _repeat(count: int) -> str:
    return "repeats" if count == 1 else "repeat"


CHECKS: Final = (
    Check("recipe-broken", "The recipe cannot be applied", Severity.ERROR, _cannot_be_applied),
    Check("step-without-columns", "A step has nothing to act on", Severity.WARNING, _idle),
    Check("copies-across-parts", "Rows look the same as others", Severity.WARNING, _copies_across),
    Check("identifier-across-parts", "An identifier is on both sides", Severity.WARNING, leaks.cases_across),
    Check("near-copies-across-parts", "Sealed rows are nearly training rows", Severity.WARNING, leaks.near_copies),
    Check("identifier-with-outcome", "An identifier carries the outcome", Severity.ERROR, leaks.identifiers),
    Check("statistic-before-split", "A column was made from the outcome", Severity.ERROR, leaks.statistics),
    Check("outcome-in-bins", "A column is the outcome in bins", Severity.ERROR, leaks.bins_of_outcome),
    Check("row-order", "The order of rows tells the outcome", Severity.WARNING, leaks.order_of_rows),
    Check("future-in-training", "Training rows are later than sealed ones", Severity.WARNING, _future_in_training),
    Check("one-hot-too-wide", "A category becomes very many columns", Severity.WARNING, _too_many_one_hot),
    Check("missing-left-numbers", "Missing values are not filled", Severity.WARNING, _left_missing),
    Check("dates-unused", "A date does not reach the model", Severity.WARNING, _dates_unused),
    Check("split-gave-way", "The split is not quite as planned", Severity.WARNING, _split_gave_way),
    Check("fold-too-small", "An outcome is rare in a fold", Severity.WARNING, _folds_too_small),
    Check("test-too-small", "The sealed part is small", Severity.WARNING, _test_too_small),
)
"""Every check of recipe and split, in the order in which findings of one severity are shown."""
