"""Joining and refreshing: tables are kept beside the project's, and the project is returned, not saved."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict

from core.data.guess import guess_schema
from core.data.join import Join, apply_join
from core.data.schema import Schema
from core.errors import DataError, FairwayError, InputError, LimitError, NotFoundError
from core.limits import JOIN_CELLS
from core.project.document import DataRef, Joined, Labelling, Project
from core.project.refresh import take
from core.project.shipping import FOLDER
from core.runtime.bundle import read_bundle
from core.runtime.errors import RuntimeFault
from core.runtime.schema import InputSchema
from core.workspace.importing import Brought
from core.workspace.store import Workspace


class Again(BaseModel):
    """What was read anew of the tables a project is made of; what is not here stays as it was brought."""

    model_config = ConfigDict(frozen=True)

    first: Brought | None = None
    seconds: dict[int, Brought] = {}
    """By their place among the joined ones."""

    @property
    def mark(self) -> str:
        """What names it in caches and jobs."""
        parts = [self.first.ref.content_hash if self.first else ""]
        return "-".join([*parts, *(f"{at}:{one.ref.content_hash}" for at, one in sorted(self.seconds.items()))])


@dataclass(frozen=True, eq=False)
class Made:
    """A table that a project does not have yet, and what is known or guessed of its columns."""

    ref: DataRef
    frame: pd.DataFrame
    table_schema: Schema

    @property
    def brought(self) -> Brought:
        """The same without its rows."""
        return Brought(ref=self.ref, table_schema=self.table_schema)


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
            f"The second table has {ref.whole.rows:,} rows of {ref.columns:,} columns, too many to be joined; Fairway "
            f"takes at most {JOIN_CELLS:,} cells.",
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


def join_made(workspace: Workspace, project: Project, second: Joined) -> Made:
    """Join a kept second table to the project's table.

    Parameters
    ----------
    workspace : Workspace
    project : Project
        Is not changed.
    second : Joined
        With its keys.

    Returns
    -------
    Made
        The joined table, which remembers both.

    Raises
    ------
    InputError, DataError, LimitError
        The join is refused.
    """
    ref = _table_of(project)
    return _joined(workspace, _made(workspace, project, ref), second)


def unjoin_made(workspace: Workspace, project: Project) -> Made:
    """Return the table as it was before the last join.

    Raises
    ------
    InputError
        Nothing was joined.
    """
    ref = _table_of(project)
    if ref.base is None:
        raise InputError("No table was joined.", next_step="There is nothing to take back.")
    made = _made(workspace, project, ref.base)
    for second in ref.joined[:-1]:
        made = _joined(workspace, made, second)
    return made


def made_taken(project: Project, made: Brought, frame: pd.DataFrame, *, now: datetime) -> Project:
    """Give a project the table of a join that was made, or taken back.

    Parameters
    ----------
    project : Project
    made : Brought
    frame : DataFrame
        Its table.
    now : datetime

    Returns
    -------
    Project
        What the user said of the first table's columns stays.

    Raises
    ------
    InputError
        The project has another table meanwhile.
    """
    ref = made.ref
    was = _table_of(project)
    assert project.table_schema is not None
    if ref == was:
        return project
    more, fewer = ref.joined[: len(was.joined)] == was.joined, was.joined[: len(ref.joined)] == ref.joined
    if (ref.base or ref) != (was.base or was) or not (more or fewer):
        raise InputError("The table was changed meanwhile.", next_step="Join it again.")
    if len(ref.joined) > len(was.joined):
        last = ref.joined[-1]
        what = f"Joined {last.name} by {', '.join(key.left for key in last.join.keys)}"
    else:
        what = f"Took back the join of {was.joined[-1].name}"
    # A join adds columns and leaves the first table's as they are, so nothing of the schema is lost.
    known = project.table_schema
    schema = Schema(columns=tuple((known if name in known else made.table_schema)[str(name)] for name in frame.columns))
    return take(project, ref, schema, frame, now=now, what=what)


def join_second(workspace: Workspace, project: Project, second: Joined, *, now: datetime) -> Project:
    """Join a second table and give the project the table; see :func:`join_made` and :func:`made_taken`."""
    made = join_made(workspace, project, second)
    return made_taken(project, made.brought, made.frame, now=now)


def take_back(workspace: Workspace, project: Project, *, now: datetime) -> Project:
    """Give the project the table it had before the last join; raises ``InputError`` where nothing was joined."""
    made = unjoin_made(workspace, project)
    return made_taken(project, made.brought, made.frame, now=now)


def joined_again(workspace: Workspace, project: Project, again: Again) -> Made:
    """Join anew what a project's table is made of, where some of it was read again.

    Parameters
    ----------
    workspace : Workspace
    project : Project
    again : Again

    Returns
    -------
    Made
        The new table; the project does not have it yet.

    Raises
    ------
    InputError, DataError, LimitError
        A join cannot be made again.
    """
    ref = _table_of(project)
    if again.first is None:
        made = _made(workspace, project, ref.base or ref)
    else:
        frame = workspace.read_table(again.first.ref.content_hash)
        made = Made(again.first.ref, frame, again.first.table_schema)
    for place, second in enumerate(ref.joined):
        newer = again.seconds.get(place)
        if newer is not None:
            second = second_of(newer).model_copy(update={"join": second.join})
        try:
            made = _joined(workspace, made, second)
        except FairwayError as error:
            said = f"{second.name} cannot be joined again. {error.what}"
            raise DataError(said, where=error.where, next_step=error.next_step) from error
    return made


def drawn_again(workspace: Workspace, project: Project, base: DataRef) -> DataRef:
    """Join to a sample drawn anew what was joined to the one before."""
    first = _made(workspace, project, base).brought
    return joined_again(workspace, project, Again(first=first)).ref


def is_same(project: Project, again: Again) -> bool:
    """Whether all that was read anew is what was brought before, labels given by hand aside."""
    ref = _table_of(project)
    seconds = {place: second.content_hash for place, second in enumerate(ref.joined)}
    if any(seconds.get(place) != newer.ref.content_hash for place, newer in again.seconds.items()):
        return False
    if again.first is None:
        return True
    first, new = ref.base or ref, again.first.ref
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


def _made(workspace: Workspace, project: Project, ref: DataRef) -> Made:
    """Return a table of the project with what the user said of its columns."""
    assert project.table_schema is not None
    frame = workspace.read_table(ref.content_hash)
    return Made(ref, frame, _extended(project.table_schema, frame, ref.read_as))


def _joined(workspace: Workspace, made: Made, second: Joined) -> Made:
    ref = made.ref
    table = apply_join(made.frame, workspace.read_table(second.content_hash), second.join)
    rows, columns = table.frame.shape
    return Made(
        ref.model_copy(
            update={
                "content_hash": workspace.tables.write(table.frame),
                "rows": rows,
                "columns": columns,
                # The full table has no joined columns: only its own sample can be drawn anew, and joined again.
                "whole": None,
                "warnings": (*ref.warnings, *_of_sample(ref), *table.warnings),
                "base": ref.base or ref,
                "joined": (*ref.joined, second),
                "labelling": _labelling(ref, rows),
            }
        ),
        table.frame,
        _extended(made.table_schema, table.frame, second.read_as),
    )


def _labelling(ref: DataRef, rows: int) -> Labelling | None:
    if rows == ref.rows:
        # The rows are the same, so labels given by hand still speak of them.
        return ref.labelling or Labelling(content_hash=ref.brought)
    return None


def _of_sample(ref: DataRef) -> tuple[str, ...]:
    return () if ref.whole is None else (f"The join was made on {ref.whole.words(ref.rows)}.",)


def _extended(schema: Schema, frame: pd.DataFrame, read_as: dict[str, str]) -> Schema:
    """Return the schema of a table: columns that are known keep theirs, others are guessed as they were read."""
    new = [name for name in frame.columns if str(name) not in schema]
    guessed = guess_schema(frame[new], read_as)
    return Schema(columns=tuple((schema if name in schema else guessed)[name] for name in map(str, frame.columns)))
