"""Refresh: a newer reading of the table held against the one here, and what taking it would mean for the project."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import numpy as np
import pandas as pd

from core.data.difference import Difference, difference, merged_schema
from core.data.schema import ColumnType, Schema
from core.framing.frame import Task
from core.limits import PROFILE_CELLS, PROFILE_ROWS
from core.monitor.drift import ColumnDrift, column_drifts
from core.monitor.verdict import Verdict
from core.prepare.spec import listed
from core.project.changes import logged, with_defaults
from core.project.document import DataRef, Mended, PrepareState, Project
from core.project.mending import mended, mending
from core.project.undoing import with_past
from core.runtime.schema import InputRefused, InputSchema
from core.runtime.values import as_text
from core.train.board import Leaderboard

Report = Callable[[float, str], None]

SEED: Final = 7
CHECKED_ROWS: Final = 20_000
"""Rows of the new table that the exported bundle is asked about."""
MOVABLE: Final = (ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.YES_NO, ColumnType.DATE)


@dataclass(frozen=True)
class Consequence:
    """What taking the new table would mean for one part of the project.

    Parameters
    ----------
    part : str
        "Outcome", "Columns", "Groups", "Labels", "Recipe", "Split", "Results" or "Exported bundle".
    sentence : str
        Column names between backticks.
    tone : {"red", "orange", "green", "gray"}
        Must be settled afterwards; look at this; nothing to fear; good to know.
    """

    part: str
    sentence: str
    tone: Literal["red", "orange", "green", "gray"] = "gray"


@dataclass(frozen=True)
class Refreshed:
    """A newer reading held against the project.

    Parameters
    ----------
    difference : Difference
    drifts : tuple of ColumnDrift
        Of the columns both tables have, those that moved most first.
    looked_at : tuple of int
        Rows compared, then and now; fewer than there are where a sample was drawn.
    schema : Schema
        The project's, once the new table is taken.
    consequences : tuple of Consequence
    """

    difference: Difference
    drifts: tuple[ColumnDrift, ...]
    looked_at: tuple[int, int]
    schema: Schema
    consequences: tuple[Consequence, ...]

    @property
    def moved(self) -> tuple[ColumnDrift, ...]:
        """The columns whose values are spread in another way, beyond what is small or explained by chance."""
        return tuple(drift for drift in self.drifts if drift.verdict in (Verdict.SOME, Verdict.DRIFTED))


def compare(
    project: Project,
    before: pd.DataFrame,
    after: pd.DataFrame,
    guessed: Schema,
    *,
    same: bool = False,
    board: Leaderboard | None = None,
    bundle: InputSchema | None = None,
    report: Report = lambda _share, _message: None,
) -> Refreshed:
    """Hold a newer reading of the table against the project; nothing is changed.

    Parameters
    ----------
    project : Project
        With a table and a schema.
    before, after : DataFrame
    guessed : Schema
        Of the new table, guessed with what is known of how it was read.
    same : bool
        Whether both have the same hash.
    board : Leaderboard, optional
        Of the training that was last started.
    bundle : InputSchema, optional
        What the bundle that was exported last takes.
    report : callable
        Takes the share done and what is being done.

    Returns
    -------
    Refreshed
    """
    schema = project.table_schema
    assert schema is not None
    report(0.0, "Comparing the columns")
    found = difference(before, after, schema, guessed, same=same)
    if same:
        return Refreshed(found, (), (0, 0), schema, ())
    merged = merged_schema(found, schema, guessed)
    then, now = _sample(before), _sample(after)
    specs = [
        spec
        for spec in schema.columns
        if spec.name in before.columns and spec.name in after.columns and spec.type in MOVABLE
        if spec.name not in found.lost
    ]
    drifts = column_drifts(
        then,
        now,
        specs,
        reference="the old table",
        on_column=lambda place, name: report(0.3 + 0.6 * place / len(specs), f"Comparing the values of {name}"),
    )
    report(0.9, "Looking at what it means for the project")
    ranked = tuple(sorted(drifts, key=lambda drift: (-drift.verdict.rank, -(drift.effect or 0.0))))
    told = (
        *_outcome(project, after, found),
        *_columns(project, found),
        *_labels(project),
        *_recipe(project, merged),
        *_split(project, merged),
        *_results(project, board),
        *_bundle(bundle, after),
    )
    return Refreshed(found, ranked, (len(then), len(now)), merged, told)


def take(
    project: Project, ref: DataRef, schema: Schema, table: pd.DataFrame, *, now: datetime, what: str = ""
) -> Project:
    """Give the project a newer reading of its table, and keep every decision that still holds.

    Parameters
    ----------
    project : Project
    ref : DataRef
    schema : Schema
        As :func:`compare` merged it.
    table : DataFrame
    now : datetime
    what : str
        The line of the decision log; by default that the table was refreshed.

    Returns
    -------
    Project
        Steps, split and frame without what is gone; the recipe before can be had back by undo.
    """
    names = set(schema.names)
    frame = project.frame
    changes: dict[str, object] = {
        "unknown_at_prediction": tuple(name for name in frame.unknown_at_prediction if name in names),
        "sensitive": tuple(name for name in frame.sensitive if name in names),
    }
    if frame.target not in names:
        changes |= {"target": None, "task": None, "positive": None, "metric": None}
    recipe = mended(project.recipe, schema)
    lost = mending(project.recipe, schema) if project.recipe_touched else ()
    if recipe != project.recipe:
        project = with_past(project, PrepareState(recipe=project.recipe))
    split = project.split
    if split.column and split.column not in names:
        split = type(split)(seed=split.seed, test_share=split.test_share, folds=split.folds)
    balance = tuple(name for name in split.balance if name in names)
    project = project.updated(
        data=ref,
        table_schema=schema,
        frame=frame.model_copy(update=changes),
        recipe=recipe,
        split=split.model_copy(update={"balance": balance}),
        remedy=None,
        mended=Mended(recipe=recipe.number, said=lost) if lost else project.mended,
    )
    said = what or f"Refreshed {ref.name}: {ref.rows:,} rows, {ref.columns} columns"
    for sentence in lost:
        project = logged(project, "prepare", sentence, now=now, why="The table was read again")
    return with_defaults(logged(project, "data", said, now=now), table)


def _sample(table: pd.DataFrame, most: int = PROFILE_ROWS) -> pd.DataFrame:
    rows = min(most, max(1, PROFILE_CELLS // max(1, table.shape[1])))
    if len(table) <= rows:
        return table
    chosen = np.random.default_rng(SEED).choice(len(table), size=rows, replace=False)
    return table.iloc[np.sort(chosen)]


def _outcome(project: Project, after: pd.DataFrame, found: Difference) -> list[Consequence]:
    target = project.frame.target
    if target is None:
        return []
    if target in found.missing_columns:
        said = f"The outcome `{target}` is gone. The frame would lose it; name another one before you train again."
        return [Consequence("Outcome", said, "red")]
    if target in found.lost:
        said = f"The outcome `{target}` is of another type; look at Frame before you train again."
        return [Consequence("Outcome", said, "red")]
    if project.frame.task is Task.REGRESSION:
        return []
    told = []
    labels = set(as_text(after[target]).dropna())
    if project.frame.positive and project.frame.positive not in labels:
        said = f"No row has the outcome looked for, “{project.frame.positive}”, any more."
        told.append(Consequence("Outcome", said, "red"))
    change = next((change for change in found.levels if change.column == target), None)
    if change is not None and change.new:
        named = ", ".join(f"“{level}”" for level, _ in change.new[:3])
        told.append(Consequence("Outcome", f"`{target}` has outcomes it never had: {named}.", "orange"))
    return told


def _columns(project: Project, found: Difference) -> list[Consequence]:
    told = []
    gone = set(found.missing_columns)
    groups = [name for name in project.frame.sensitive if name in gone]
    if groups:
        said = f"{listed(groups)} is no longer there; Fairness cannot look at these groups."
        told.append(Consequence("Groups", said, "orange"))
    features = [name for name in found.missing_columns if name != project.frame.target and name not in groups]
    if features:
        told.append(Consequence("Columns", f"Models learn without {listed(features)}.", "orange"))
    if found.new_columns:
        they = "it is" if len(found.new_columns) == 1 else "they are"
        said = f"Models may learn from {listed(found.new_columns)}; check that {they} known when you predict."
        told.append(Consequence("Columns", said, "orange"))
    return told


def _labels(project: Project) -> list[Consequence]:
    labelling = project.data.labelling if project.data is not None else None
    if labelling is None or not (labelling.used or labelling.made):
        return []
    rows = sum(used.rows for used in labelling.used.values())
    said = f"{rows:,} labels given by hand speak of the rows of the old table; the new one does not have them."
    return [Consequence("Labels", said, "red")]


def _recipe(project: Project, schema: Schema) -> list[Consequence]:
    if not project.recipe.steps:
        return []
    if not project.recipe_touched:
        return [Consequence("Recipe", "It follows the table, as you have not edited it.", "green")]
    told = [Consequence("Recipe", said, "orange") for said in mending(project.recipe, schema)]
    return told or [Consequence("Recipe", "Every step still fits.", "green")]


def _split(project: Project, schema: Schema) -> list[Consequence]:
    column = project.split.column
    if column and column not in schema:
        said = f"It parts the rows by `{column}`, which is gone; they would be parted at random."
        return [Consequence("Split", said, "red")]
    return []


def _results(project: Project, board: Leaderboard | None) -> list[Consequence]:
    if project.training is None:
        return []
    runs = [run for run in board.done if not run.is_baseline] if board is not None else []
    models = f"The {len(runs)} model{'' if len(runs) == 1 else 's'} trained so far" if runs else "What was trained"
    said = f"{models} become{'s' if len(runs) == 1 or not runs else ''} out of date, and so do Evaluate, Explain, "
    told = [Consequence("Results", f"{said}Fairness and Export. Train again to judge the new table.", "orange")]
    if project.seal:
        times = "once" if len(project.seal) == 1 else f"{len(project.seal)} times"
        said = f"The sealed test was opened {times}; its rows are drawn anew, and may hold rows a model was trained on."
        told.append(Consequence("Results", said, "orange"))
    return told


def _bundle(bundle: InputSchema | None, after: pd.DataFrame) -> list[Consequence]:
    if bundle is None:
        return []
    lacking = [column.name for column in bundle.columns if column.required and column.name not in after.columns]
    if lacking:
        said = (
            f"It would refuse rows of the new table: {listed(lacking)} {'is' if len(lacking) == 1 else 'are'} missing."
        )
        return [Consequence("Exported bundle", said, "red")]
    looked_at = _sample(after, CHECKED_ROWS)
    try:
        _, warnings = bundle.check_frame(looked_at)
    except InputRefused as refused:
        rows = len({problem.row for problem in refused.problems})
        said = f"It would refuse {rows:,} of {len(looked_at):,} rows of the new table: {refused.problems[0].message}"
        return [Consequence("Exported bundle", said, "red")]
    odd = sum(bool(row) for row in warnings)
    if odd:
        said = (
            f"It takes the new table, with a warning in {odd:,} of {len(warnings):,} rows: values training never saw."
        )
        return [Consequence("Exported bundle", said, "orange")]
    return [Consequence("Exported bundle", "It takes every row of the new table without a warning.", "green")]


def words(found: Refreshed) -> Sequence[str]:
    """Say in sentences what changed, columns between backticks; the first one is the shortest summary."""
    change = found.difference
    if change.same:
        return ["Nothing changed: the new table is the one that is here, value by value."]
    if change.rows_now == change.rows_then:
        told = [f"{change.rows_now:,} rows, as before."]
    else:
        more = change.rows_now - change.rows_then
        told = [f"{change.rows_now:,} rows, {abs(more):,} {'more' if more > 0 else 'fewer'} than before."]
    if change.new_columns:
        told.append(f"New: {listed(change.new_columns, shown=5)}.")
    if change.missing_columns:
        told.append(f"No longer there: {listed(change.missing_columns, shown=5)}.")
    told += [retyped.sentence for retyped in change.retyped]
    for levels in change.levels:
        parts = [f"{_some(levels.new)} came"] if levels.new else []
        parts += [f"{_some(levels.gone)} went"] if levels.gone else []
        told.append(f"`{levels.column}`: {', '.join(parts)}.")
    moved = len(found.moved)
    if moved:
        told.append(f"{moved} column{'' if moved == 1 else 's'} changed beyond chance in how the values are spread.")
    elif found.drifts:
        told.append("In no column the spread of the values changed by more than is small or explained by chance.")
    return told


def _some(levels: Sequence[tuple[str, int]]) -> str:
    named = ", ".join(f"“{level}” ({rows:,} row{'' if rows == 1 else 's'})" for level, rows in levels[:3])
    return f"{named} and {len(levels) - 3:,} more" if len(levels) > 3 else named
