"""Changes of a project: each takes a project and gives the next one, with its line in the decision log."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd

from core.data.dates import DateOrder, guess_dates
from core.data.dictionary import Entry, cleaned, read_allowed
from core.data.schema import ColumnType, Role, Schema
from core.errors import InputError
from core.fairness.measures import BINARY
from core.findings import Finding
from core.framing.frame import Frame, Task
from core.framing.metrics import METRICS
from core.limits import REASON_LENGTH
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe
from core.project.document import Acceptance, DataRef, Project, SealOpening
from core.project.log import logged as logged
from core.project.undoing import NOTHING_TO_UNDO, replaced
from core.runtime.values import as_date, as_number, as_text


def with_defaults(project: Project, table: pd.DataFrame) -> Project:
    """Let the recipe and the split follow frame and schema, as long as the user has not edited them.

    Parameters
    ----------
    project : Project
    table : DataFrame
        The project's table.

    Returns
    -------
    Project
    """
    from core.prepare.defaults import default_recipe, default_split

    schema = project.table_schema
    if schema is None or project.frame.target not in schema:
        return project
    if not project.recipe_touched:
        fresh = default_recipe(table, schema, project.frame)
        project = project.updated(recipe=fresh.model_copy(update={"number": 1}))
    if not project.split_touched:
        project = project.updated(split=default_split(table, schema, project.frame, project.split.seed))
    return project


def attach_table(project: Project, ref: DataRef, schema: Schema, table: pd.DataFrame, *, now: datetime) -> Project:
    """Give the project a table; what the frame says of columns that are not in it is dropped.

    Parameters
    ----------
    project : Project
    ref : DataRef
    schema : Schema
        Guessed from the table, or carried by a sample.
    table : DataFrame
    now : datetime

    Returns
    -------
    Project
    """
    names = set(schema.names)
    frame = project.frame
    kept: dict[str, Any] = {
        "unknown_at_prediction": tuple(name for name in frame.unknown_at_prediction if name in names),
        "sensitive": tuple(name for name in frame.sensitive if name in names),
    }
    if frame.target not in names:
        kept |= {"target": None, "task": None, "positive": None, "metric": None}
    project = project.updated(
        data=ref,
        table_schema=schema,
        frame=frame.model_copy(update=kept),
        recipe_touched=False,
        split_touched=False,
        **NOTHING_TO_UNDO,
        remedy=None,
        calibration="",
        chosen=None,
    )
    what = f"Took {ref.name}: {ref.rows:,} rows, {ref.columns} columns"
    return with_defaults(logged(project, "data", what, now=now), table)


def change_frame(project: Project, table: pd.DataFrame | None, *, now: datetime, **changes: object) -> Project:
    """Change what the frame says.

    Parameters
    ----------
    project : Project
    table : DataFrame or None
        The project's table, where it has one.
    now : datetime
    **changes
        Fields of :class:`core.framing.frame.Frame`.

    Returns
    -------
    Project
    """
    frame = Frame.model_validate(project.frame.model_dump() | changes)
    if frame == project.frame:
        return project
    differing = {name: value for name, value in changes.items() if getattr(frame, name) != getattr(project.frame, name)}
    words = ", ".join(f"{name.replace('_', ' ')}: {_frame_words(name, value)}" for name, value in differing.items())
    project = logged(project.updated(frame=frame), "frame", f"Set {words}", now=now)
    return project if table is None else with_defaults(project, table)


def _frame_words(name: str, value: object) -> str:
    """Return what the frame says as the screen shows it, not by its key."""
    if name == "task" and value:
        return Task(str(value)).words
    if name == "metric" and value in METRICS:
        return METRICS[str(value)].title
    if name == "fairness_measure" and value in BINARY:
        return BINARY[str(value)].plain
    return _words(value)


def _words(value: object) -> str:
    if value is None or value == "" or value == ():
        return "nothing"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {item}" for name, item in value.items() if item is not None)
    return str(value)


def set_column(project: Project, column: str, table: pd.DataFrame, *, now: datetime, **changes: object) -> Project:
    """Change a column's type or role.

    Parameters
    ----------
    project : Project
    column : str
    table : DataFrame
    now : datetime
    **changes
        Fields of :class:`core.data.schema.ColumnSpec`.

    Returns
    -------
    Project
    """
    if project.table_schema is None or column not in project.table_schema:
        raise InputError(f"The table has no column '{column}'.")
    if changes.get("type") is ColumnType.DATE and "date_format" not in changes:
        changes["date_format"] = _date_format(table[column], project)
    if changes.get("type") is ColumnType.NUMBER:
        _check_kept(table[column], as_number(table[column].dropna()), "a number")
    words = ", ".join(f"{name} {_words(value)}" for name, value in changes.items())
    project = project.updated(table_schema=project.table_schema.with_column(column, **changes))
    return with_defaults(logged(project, "data", f"Set {column}: {words}", now=now), table)


def _date_format(values: pd.Series, project: Project) -> str:
    """Return the format in which a column's texts are dates; refuses a column that holds none."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return ""
    texts = as_text(values.dropna())
    order = DateOrder.of(project.data.read_as if project.data is not None else {})
    formats = [spec.date_format[:2] for spec in project.table_schema.columns] if project.table_schema else []
    others = {form == "%d" for form in formats if form in ("%d", "%m")}
    day_first = others.pop() if len(others) == 1 else None
    found = guess_dates(list(dict.fromkeys(texts.dropna())), day_first=day_first, order=order)
    form = "" if found is None else found.date_format
    _check_kept(values, as_date(values.dropna(), form), "a date")
    return form


def _check_kept(values: pd.Series, read: pd.Series, kind: str) -> None:
    """Refuse a type under which most values of a column would be lost."""
    known, kept = len(read), int(read.notna().sum())
    if kept < known / 2:
        raise InputError(
            f"Of {known:,} values in '{values.name}' only {kept:,} can be read as {kind}.",
            next_step="The column keeps its type.",
        )


def describe_column(project: Project, column: str, *, now: datetime, **texts: str) -> Project:
    """Say what a column means, its unit, what it may hold and where it comes from.

    Parameters
    ----------
    project : Project
    column : str
    now : datetime
    **texts
        Fields of :class:`core.data.dictionary.Entry`.

    Returns
    -------
    Project

    Raises
    ------
    InputError
        The table has no such column, or the allowed values cannot be read.
    """
    if project.table_schema is None or column not in project.table_schema:
        raise InputError(f"The table has no column '{column}'.")
    entry = project.dictionary.get(column, Entry()).model_copy(update=texts)
    read_allowed(entry.allowed, project.table_schema[column].type)
    kept = cleaned({**project.dictionary, column: entry})
    if kept == project.dictionary:
        return project
    what = ", ".join(texts)
    return logged(project.updated(dictionary=kept), "data", f"Described {column}: {what}", now=now)


def set_reference(project: Project, column: str, shares: dict[str, float], *, now: datetime) -> Project:
    """Say which share each group of a column has elsewhere; an empty mapping forgets them.

    Raises
    ------
    InputError
        A share is not between 0 and 1, or together they exceed 1.
    """
    if any(not 0 <= share <= 1 for share in shares.values()):
        raise InputError("A reference share is between 0% and 100%.")
    if sum(shares.values()) > 1.005:
        raise InputError(
            f"The reference shares of {column} add up to {100 * sum(shares.values()):.1f}%.",
            next_step="Together they may be at most 100%.",
        )
    kept = {name: given for name, given in project.reference_shares.items() if name != column}
    if shares:
        kept[column] = dict(shares)
    if kept == project.reference_shares:
        return project
    words = ", ".join(f"{group} {100 * share:g}%" for group, share in shares.items()) or "none"
    return logged(project.updated(reference_shares=kept), "data", f"Reference of {column}: {words}", now=now)


def leave_out(project: Project, columns: list[str], table: pd.DataFrame, *, now: datetime, why: str = "") -> Project:
    """Keep columns out of the model."""
    for column in columns:
        project = set_column(project, column, table, now=now, role=Role.LEFT_OUT, reason=why or "Left out by you")
    return project


def edit_recipe(project: Project, recipe: Recipe, what: str, *, now: datetime, why: str = "") -> Project:
    """Take a new recipe; the one before can be had back by undo."""
    if recipe.steps == project.recipe.steps:
        return project
    return replaced(project, what, now=now, why=why, recipe=recipe)


def edit_step(project: Project, step_id: str, edit: Callable[[Recipe], Recipe], what: str, *, now: datetime) -> Project:
    """Change one step of the recipe as it is now, not as it was when the change was thought of.

    Parameters
    ----------
    project : Project
    step_id : str
    edit : callable
        From the recipe to the next one.
    what : str
        For the log.
    now : datetime

    Raises
    ------
    InputError
        The step was removed in the meantime, say in another tab.
    """
    if all(step.id != step_id for step in project.recipe.steps):
        raise InputError("This step is no longer in the recipe.", next_step="It was removed meanwhile; add it anew.")
    return edit_recipe(project, edit(project.recipe), what, now=now)


def set_split(project: Project, *, now: datetime, **changes: object) -> Project:
    """Change the split plan; the seal of the old test part goes with it. The plan before can be had back by undo."""
    split = SplitPlan.model_validate(project.split.model_dump() | changes).trimmed()
    if split == project.split:
        return project
    words = ", ".join(f"{name.replace('_', ' ')} {_words(value)}" for name, value in changes.items())
    return replaced(project, f"Split: {words}", now=now, split=split)


def accept(project: Project, finding: Finding, stage: str, reason: str, *, now: datetime) -> Project:
    """Live with a finding, for a reason that is logged and printed in the model card.

    Raises
    ------
    InputError
        When no reason is given, or the finding cannot be accepted.
    """
    reason = reason.strip()[:REASON_LENGTH]
    if not finding.acceptable:
        raise InputError("This cannot be accepted; it must be settled.")
    if not reason:
        raise InputError("Say why, in a few words.", next_step="The reason is printed in the model card.")
    title = finding.title.replace("`", "")
    accepted = project.accepted | {finding.key: Acceptance(at=now, stage=stage, title=title, reason=reason)}
    return logged(project.updated(accepted=accepted), stage, f"Accepted: {title}", now=now, why=reason)


def reopen(project: Project, key: str, *, now: datetime) -> Project:
    """Take back an acceptance."""
    if key not in project.accepted:
        return project
    kept = {name: value for name, value in project.accepted.items() if name != key}
    taken = project.accepted[key]
    return logged(project.updated(accepted=kept), taken.stage, f"Took back: {taken.title}", now=now)


def open_seal(project: Project, opening: SealOpening) -> Project:
    """Record a look at the sealed test part; the same model judged in two tabs at once is one look."""
    if any(look.fingerprint == opening.fingerprint for look in project.seal):
        return project
    count = len(project.seal) + 1
    what = f"Opened the sealed test, time {count}: {opening.metric} {opening.score:.3f} on {opening.rows:,} rows"
    return logged(project.updated(seal=(*project.seal, opening)), "evaluate", what, now=opening.at)


def choose_run(project: Project, run: str, title: str, *, now: datetime, why: str = "") -> Project:
    """Make a run the project's model; a remedy and a correction of chances made for another run go."""
    if project.chosen == run:
        return project
    return logged(project.updated(chosen=run, remedy=None, calibration=""), "train", f"Chose {title}", now=now, why=why)


def set_threshold(project: Project, threshold: float, *, now: datetime) -> Project:
    """Move the line above which a case is flagged."""
    threshold = round(min(1.0, max(0.0, float(threshold))), 4)
    if threshold == project.threshold:
        return project
    return logged(project.updated(threshold=threshold), "evaluate", f"Drew the line at {threshold:.2f}", now=now)
