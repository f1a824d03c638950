"""Joining and refreshing: tables are kept beside the project's, and the project is returned, not saved."""

from datetime import datetime
from pathlib import Path

import pandas as pd

from core.data.guess import guess_schema
from core.data.join import Join, apply_join
from core.data.schema import Schema
from core.data.table import Table
from core.errors import InputError, LimitError, NotFoundError
from core.project.document import DataRef, Joined, Labelling, Project
from core.project.refresh import take
from core.project.shipping import FOLDER
from core.runtime.bundle import read_bundle
from core.runtime.errors import RuntimeFault
from core.runtime.schema import InputSchema
from core.workspace.importing import Brought
from core.workspace.store import Workspace


def second_of(brought: Brought) -> Joined:
    """Return a second table as it was brought; how it is joined is still open.

    Raises
    ------
    LimitError
        It is so large that only a sample of it would be joined, and keys would be missed.
    """
    ref = brought.ref
    if ref.whole is not None:
        raise LimitError(
            f"The second table has {ref.whole.rows:,} rows, too many to be joined.",
            next_step="Bring one row a key, or the keys that matter.",
        )
    return Joined(
        join=Join(keys=()),
        content_hash=ref.content_hash,
        name=ref.name,
        rows=ref.rows,
        source=ref.source,
        origin=ref.origin,
        read_as=ref.read_as,
        brought=ref.imported,
    )


def join_second(workspace: Workspace, project: Project, second: Joined, *, now: datetime) -> Project:
    """Join a kept second table to the project's table.

    Parameters
    ----------
    workspace : Workspace
    project : Project
    second : Joined
        With its keys.
    now : datetime

    Returns
    -------
    Project
        Its table is the joined one, and remembers both. What the user said of the first table's columns stays.

    Raises
    ------
    InputError, DataError, LimitError
        The join is refused; the project stays as it was.
    """
    ref = _table_of(project)
    first = workspace.read_table(ref.content_hash)
    table = apply_join(first, workspace.read_table(second.content_hash), second.join)
    joined = _joined_ref(workspace, table, ref, second)
    keys = ", ".join(key.left for key in second.join.keys)
    assert project.table_schema is not None
    # A join adds columns and leaves the first table's as they are, so nothing of the schema is lost.
    schema = _extended(project.table_schema, table.frame, second)
    return take(project, joined, schema, table.frame, now=now, what=f"Joined {second.name} by {keys}")


def take_back(workspace: Workspace, project: Project, *, now: datetime) -> Project:
    """Return the project with the table as it was before the last join.

    Raises
    ------
    InputError
        Nothing was joined.
    """
    ref = _table_of(project)
    if ref.base is None:
        raise InputError("No table was joined.", next_step="There is nothing to take back.")
    *earlier, last = ref.joined
    current, frame = ref.base, workspace.read_table(ref.base.content_hash)
    for second in earlier:
        table = apply_join(frame, workspace.read_table(second.content_hash), second.join)
        current, frame = _joined_ref(workspace, table, current, second), table.frame
    assert project.table_schema is not None
    schema = Schema(columns=tuple(project.table_schema[str(name)] for name in frame.columns))
    return take(project, current, schema, frame, now=now, what=f"Took back the join of {last.name}")


def joined_again(workspace: Workspace, project: Project, brought: Brought) -> tuple[Brought, pd.DataFrame]:
    """Join to a newer reading of the project's table what was joined to the old one.

    Parameters
    ----------
    workspace : Workspace
    project : Project
    brought : Brought
        Read from where the first table came from.

    Returns
    -------
    brought : Brought
        The new table and its guessed schema; the project does not have it yet.
    table : DataFrame

    Raises
    ------
    InputError, DataError, LimitError
        A join cannot be made again.
    """
    current, frame = brought, workspace.read_table(brought.ref.content_hash)
    for second in _table_of(project).joined:
        joined = apply_join(frame, workspace.read_table(second.content_hash), second.join)
        ref, frame = _joined_ref(workspace, joined, current.ref, second), joined.frame
        current = Brought(ref=ref, table_schema=_extended(current.table_schema, frame, second))
    return current, frame


def is_same(project: Project, brought: Brought) -> bool:
    """Whether a newer reading is the table that was brought before, labels given by hand and joins aside."""
    ref = _table_of(project)
    first, new = ref.base or ref, brought.ref
    if first.whole is not None and new.whole is not None:
        return first.whole.content_hash == new.whole.content_hash
    return new.content_hash == first.brought


def bundle_input(workspace: Workspace, project: Project) -> InputSchema | None:
    """Return what the bundle that was exported last takes; ``None`` where there is none, or it is gone."""
    if not project.exports:
        return None
    try:
        home = workspace.artefact_dir(project.id, "bundle", project.exports[-1].fingerprint)
        return read_bundle(Path(home) / FOLDER).input
    except (RuntimeFault, NotFoundError):
        return None


def _table_of(project: Project) -> DataRef:
    if project.data is None or project.table_schema is None:
        raise InputError("This project has no table yet.", next_step="Bring one under Data.")
    return project.data


def _joined_ref(workspace: Workspace, table: Table, ref: DataRef, second: Joined) -> DataRef:
    rows, columns = table.frame.shape
    return ref.model_copy(
        update={
            "content_hash": workspace.tables.write(table.frame),
            "rows": rows,
            "columns": columns,
            # The full table has no joined columns: a sample of it drawn anew would lose them.
            "whole": None,
            "warnings": (*ref.warnings, *_of_sample(ref), *table.warnings),
            "base": ref.base or ref,
            "joined": (*ref.joined, second),
            "labelling": _labelling(ref, rows),
        }
    )


def _labelling(ref: DataRef, rows: int) -> Labelling | None:
    if rows == ref.rows:
        # The rows are the same, so labels given by hand still speak of them.
        return ref.labelling or Labelling(content_hash=ref.brought)
    return None


def _of_sample(ref: DataRef) -> tuple[str, ...]:
    return () if ref.whole is None else (f"The join was made on {ref.whole.words(ref.rows)}.",)


def _extended(schema: Schema, frame: pd.DataFrame, second: Joined) -> Schema:
    """Return the schema of a joined table: columns it has keep theirs, new ones are guessed as the second was read."""
    new = [name for name in frame.columns if str(name) not in schema]
    guessed = guess_schema(frame[new], second.read_as)
    return Schema(columns=tuple((schema if name in schema else guessed)[name] for name in map(str, frame.columns)))
