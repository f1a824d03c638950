"""What each step of a recipe does to the training rows, before and after; the sealed rows are never looked at."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import FairwayError
from core.limits import PROFILE_ROWS
from core.prepare.compile import read_columns, read_step, transformer
from core.prepare.distribution import Distribution, distribution, figure
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe, Step
from core.prepare.rows import kept_rows
from core.prepare.spec import Scope
from core.prepare.steps import STEPS
from core.runtime.frames import Origins, texts_in
from core.runtime.rules import MISSING
from core.runtime.values import as_text


@dataclass(frozen=True)
class RowCost:
    """What a step on rows costs a group.

    Parameters
    ----------
    column, group : str
        A sensitive column and one of its groups.
    before, after : int
        Its training rows before and after the step; a row that counts several times counts as often.
    """

    column: str
    group: str
    before: int
    after: int


@dataclass(frozen=True)
class StepPreview:
    """One step's effect on the training rows.

    Parameters
    ----------
    step_id : str
    title : str
        The line the recipe shows, column names between backticks.
    columns_in, columns_out, rows_in, rows_out : int
        Of the table of features that reaches the step and leaves it.
    column : str or None
        The column shown: the one asked for, or the one that changes in most rows; ``None`` where no column changes.
    choices : tuple of str
        Columns that can be shown.
    before, after : Distribution or None
        Of that column; afterwards, of what became of it. ``after`` is ``None`` where nothing remains of it.
    changed : int
        Rows in which the column changes.
    words : str
        What happens, in a sentence or two.
    of_rows : int
        Training rows there are; more than ``rows_in`` where a sample is shown.
    costs : tuple of RowCost
        Of a step on rows that takes or repeats some: by each group of the sensitive columns.
    """

    step_id: str
    title: str
    columns_in: int
    columns_out: int
    rows_in: int
    rows_out: int
    column: str | None
    choices: tuple[str, ...]
    before: Distribution | None
    after: Distribution | None
    changed: int
    words: str
    of_rows: int
    costs: tuple[RowCost, ...] = ()


@dataclass(frozen=True, eq=False)
class _Stage:
    """A step with the training rows as they reach it and as they leave it."""

    step: Step
    before: pd.DataFrame
    after: pd.DataFrame
    origins: Origins
    acts: bool
    drawn: NDArray[np.intp] | None = None
    """Of a step on rows: the positions to learn from, some of them perhaps several times."""

    @property
    def rows_out(self) -> int:
        """Rows that are learned from, each as often as it counts."""
        return len(self.after) if self.drawn is None else len(self.drawn)

    @property
    def taken(self) -> list[str]:
        """Columns that do not leave the step as they were typed."""
        return [name for name in _names(self.before) if not _stays(name, self.before, self.after)]

    @property
    def made(self) -> list[str]:
        """Columns that are new or of another type."""
        return [name for name in _names(self.after) if not _stays(name, self.after, self.before)]

    def changed(self, name: str) -> NDArray[np.bool_]:
        """Say in which rows a column changes that stays."""
        old, new = self.before.loc[self.after.index, name], self.after[name]
        both_missing = old.isna().to_numpy() & new.isna().to_numpy()
        equal = (old == new).fillna(False).to_numpy(dtype=bool)
        return np.asarray(~(equal | both_missing), dtype=bool)


def _names(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.columns]


def _stays(name: str, here: pd.DataFrame, there: pd.DataFrame) -> bool:
    return name in there and here[name].dtype == there[name].dtype


def _start(problem: Problem) -> tuple[pd.DataFrame, int]:
    """Return the features of the training rows, or of an evenly spread sample of them, and how many rows there are."""
    train = problem.split.train
    rows = train
    if len(train) > PROFILE_ROWS:
        rows = train[np.linspace(0, len(train) - 1, PROFILE_ROWS).astype(np.intp)]
    features = read_columns(problem)
    return read_step(problem.schema, features).fit_transform(problem.X.loc[rows, list(features)]), len(train)


def _apply(problem: Problem, step: Step, number: int, frame: pd.DataFrame) -> _Stage:
    built = transformer(step, number, problem)
    if STEPS[step.kind].scope is Scope.ROWS:
        drawn = kept_rows(problem, step, number, frame.index.to_numpy(dtype=np.intp))
        # A row that counts several times goes on once: later steps are shown on different rows.
        kept = frame.loc[np.unique(drawn)]
        return _Stage(step, frame, kept, {name: (name,) for name in _names(frame)}, acts=True, drawn=drawn)
    if built is None:
        return _Stage(step, frame, frame, {name: (name,) for name in _names(frame)}, acts=False)
    after: pd.DataFrame = built.fit_transform(frame, problem.y[frame.index.to_numpy(dtype=np.intp)])
    return _Stage(step, frame, after, built.origins(), acts=True)


def _stages(problem: Problem) -> Iterator[tuple[Step, _Stage | FairwayError]]:
    """Walk through the recipe; a step that is off is tried, and its effect is not carried on."""
    frame, _ = _start(problem)
    for number, step in enumerate(problem.recipe.steps, start=1):
        try:
            stage = _apply(problem, step, number, frame)
        except FairwayError as fault:
            yield step, fault
            continue
        yield step, stage
        if step.on:
            frame = stage.after


def values_reaching(problem: Problem, at: int, column: str) -> dict[str, int]:
    """Return the values of a category column of the training rows as they reach a place of the recipe.

    Parameters
    ----------
    problem : Problem
    at : int
        How many steps of the recipe come before.
    column : str

    Returns
    -------
    dict of str to int
        Value to its rows, the most frequent first; empty where the column is no category there.
    """
    before = replace(problem, recipe=Recipe(steps=problem.recipe.steps[:at]))
    frame, _ = _start(before)
    for step, stage in _stages(before):
        if step.on and isinstance(stage, _Stage):
            frame = stage.after
    if column not in texts_in(frame, None):
        return {}
    counts = frame[column].value_counts()
    return {str(value): int(count) for value, count in counts.items()}


def effects(problem: Problem) -> dict[str, str]:
    """Return, for each step of the recipe, a few words on what it does to the training rows.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    dict of str to str
        Step id to words such as "13 → 12 columns", "9 values", "1,904 → 1,901 rows", "off".
    """
    found: dict[str, str] = {}
    for step, stage in _stages(problem):
        if not step.on:
            found[step.id] = "off"
        elif isinstance(stage, FairwayError):
            found[step.id] = "cannot be applied"
        else:
            found[step.id] = _effect(stage)
    return found


def _effect(stage: _Stage) -> str:
    before, after = stage.before, stage.after
    # A step on text changes no value: where no word is frequent enough, it makes nothing.
    if not stage.acts or (STEPS[stage.step.kind].reads_text and not stage.made):
        return "no column"
    if STEPS[stage.step.kind].scope is Scope.ROWS:
        return f"{len(before):,} → {stage.rows_out:,} rows"
    if stage.step.kind == "drop_columns":
        return f"{before.shape[1]:,} → {after.shape[1]:,} columns"
    if stage.taken:
        return f"{len(stage.taken):,} → {len(stage.made):,} columns"
    counts = {name: int(stage.changed(name).sum()) for name in _names(before)}
    touched = sum(count > 0 for count in counts.values())
    if stage.step.kind == "scale":
        return _many(touched, "column")
    more = f"{_many(len(stage.made), 'more column')}" if stage.made else ""
    if more and not touched:
        return more
    return _many(sum(counts.values()), "value") + (f", {more}" if more else "")


def preview_step(problem: Problem, step_id: str, column: str | None = None) -> StepPreview:
    """Show one step before and after, learned from the training rows alone.

    Parameters
    ----------
    problem : Problem
    step_id : str
        May be switched off; then it is shown as if it were on.
    column : str, optional
        The column to show; by default the one that changes in most rows.

    Returns
    -------
    StepPreview

    Raises
    ------
    KeyError
        There is no such step.
    RecipeError
        The step cannot be applied.
    """
    problem.recipe.position(step_id)
    for step, stage in _stages(problem):
        if step.id != step_id:
            continue
        if isinstance(stage, FairwayError):
            raise stage
        return _shown(problem, stage, column)
    raise KeyError(step_id)


def _shown(problem: Problem, stage: _Stage, column: str | None) -> StepPreview:
    step, before, after = stage.step, stage.before, stage.after
    changed = {name: len(after) for name in stage.taken}
    stayed = [name for name in _names(before) if name not in changed]
    changed |= {name: int(count) for name in stayed if (count := stage.changed(name).sum())}
    choices = tuple(name for name in _names(before) if name in changed)
    if column not in before.columns:
        column = max(choices, key=lambda name: changed[name]) if choices else None
        if stage.drawn is not None:
            column = next((name for name in (*step.columns, *_names(before)) if name in before), None)
    first = distribution(before[column]) if column else None
    then = _afterwards(stage, column) if column else None
    of_rows = len(problem.split.train)
    words = [_words(stage, column, first, then, changed.get(column or "", 0))]
    if len(before) < of_rows and of_rows > PROFILE_ROWS:
        words.append(f"Shown on {len(before):,} of {of_rows:,} training rows.")
    return StepPreview(
        step_id=step.id,
        title=STEPS[step.kind].describe(step, problem.schema),
        columns_in=before.shape[1],
        columns_out=after.shape[1],
        rows_in=len(before),
        rows_out=stage.rows_out,
        column=column,
        choices=choices or tuple(_names(before)),
        before=first,
        after=then,
        changed=changed.get(column or "", 0),
        words=" ".join(words),
        of_rows=of_rows,
        costs=_costs(problem, stage),
    )


def _costs(problem: Problem, stage: _Stage) -> tuple[RowCost, ...]:
    """Count the rows a step on rows takes from each group, or gives it."""
    if stage.drawn is None or len(stage.before) == len(stage.drawn) == len(stage.after):
        return ()
    found = []
    for name in problem.frame.sensitive:
        if name not in problem.X:
            continue
        groups = as_text(problem.X[name]).fillna(MISSING)
        then, now = groups.loc[stage.before.index].value_counts(), groups.iloc[stage.drawn].value_counts()
        found += [RowCost(name, str(group), int(count), int(now.get(group, 0))) for group, count in then.items()]
    return tuple(found)


def _children(stage: _Stage, column: str) -> list[str]:
    return [out for out, names in stage.origins.items() if column in names and out in stage.after]


def _afterwards(stage: _Stage, column: str) -> Distribution | None:
    """Count what became of a column; where it became several, the rows in which each of them is above zero."""
    if stage.drawn is not None:
        return distribution(stage.before.loc[stage.drawn, column])
    if _stays(column, stage.before, stage.after):
        return distribution(stage.after[column])
    children = _children(stage, column)
    if not children:
        return None
    if len(children) == 1 or stage.step.kind == "date_parts":
        return distribution(stage.after[children[-1]])
    counts = tuple(int((stage.after[child] > 0).sum()) for child in children)
    return Distribution("counts", tuple(children), counts, different=len(children))


def _words(
    stage: _Stage, column: str | None, first: Distribution | None, then: Distribution | None, changed: int
) -> str:
    if stage.drawn is not None:
        return _row_words(stage)
    if stage.made and not changed and (column is None or _stays(column, stage.before, stage.after)):
        named = ", ".join(f"`{name}`" for name in stage.made[:3]) + (", …" if len(stage.made) > 3 else "")
        return f"{_many(len(stage.made), 'column')} added: {named}. No other value changes."
    if column is None or first is None:
        return "No value changes." if stage.acts else "The table has no column for this step."
    if then is None:
        return f"`{column}` leaves the table."
    if not _stays(column, stage.before, stage.after):
        children = _children(stage, column)
        named = ", ".join(f"`{child}`" for child in children[:3]) + (", …" if len(children) > 3 else "")
        end = "" if named.endswith("…") else "."
        return f"`{column}` becomes {_many(len(children), 'column')}: {named}{end}"
    if first.missing != then.missing:
        said = f"{_many(first.missing, 'missing value')} → {then.missing:,}."
    elif first.mean is not None and then.mean is not None:
        said = f"Mean {figure(first.mean)} → {figure(then.mean)}."
    else:
        said = f"{_many(first.different, 'different value')} → {then.different:,}."
    return f"{said} {_many(changed, 'row')} changed; none dropped."


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _row_words(stage: _Stage) -> str:
    before, gone = len(stage.before), len(stage.before) - len(stage.after)
    repeated = stage.rows_out - len(stage.after)
    if not gone and not repeated:
        return "No row is left out."
    said = []
    if gone:
        why = ""
        if stage.step.kind == "drop_duplicates":
            why = ": it repeats another" if gone == 1 else ": they repeat another"
        said.append(f"{_many(gone, 'row')} of {before:,} left out{why}.")
    if repeated:
        said.append(f"{before:,} rows count as {stage.rows_out:,}: some are learned from several times.")
    return " ".join(said)
