"""Importing: a file becomes the table of a project, and a large one a stated sample of itself."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict

from core.data.finish import order_warnings
from core.data.formats import BY_ENDING
from core.data.guess import guess_schema
from core.data.large.facts import TableFacts, whole_facts
from core.data.large.read import LargeTable, read_large
from core.data.large.sample import read_sample, working_rows
from core.data.options import ReadOptions
from core.data.packed import Room
from core.data.read import opened
from core.data.schema import Schema
from core.data.table import Table
from core.errors import NotFoundError
from core.limits import INLINE_BYTES, INLINE_PACKED_BYTES, JOIN_CELLS, PACKED_LARGE_BYTES, TABLE_ROWS, WHOLE_BYTES
from core.project.changes import attach_table, logged
from core.project.document import DataRef, Project, Whole
from core.workspace.files import make_folder, read_json, write_json
from core.workspace.store import Workspace

SAMPLE_SEED = 7
"""Draws the sample of a large table; kept with it."""

PLAIN = ("text", "json", "stata", "sas", "xport")
"""Formats that do not unpack to more than they weigh."""

Report = Callable[[float, str], None]


def _say_nothing(_share: float, _message: str) -> None:
    return None


class Brought(BaseModel):
    """A table that lies in the workspace and waits to become a project's: its reference and its guessed schema."""

    model_config = ConfigDict(frozen=True)

    ref: DataRef
    table_schema: Schema


def bring(
    workspace: Workspace,
    path: Path,
    *,
    name: str,
    now: datetime,
    options: ReadOptions | None = None,
    source: str = "upload",
    origin: dict[str, Any] | None = None,
    warnings: tuple[str, ...] = (),
    target: str | None = None,
    whole: bool = False,
    seed: int = SAMPLE_SEED,
    report: Report = _say_nothing,
) -> Brought:
    """Read a file and keep its table.

    Parameters
    ----------
    workspace : Workspace
    path : Path
        Where the bytes lie.
    name : str
        The user's own name of the file; shown, never a path.
    now : datetime
    options : ReadOptions, optional
    source, origin
        See :class:`core.project.document.DataRef`.
    warnings : tuple of str
        What the source has to say of it.
    target : str, optional
        Column whose outcomes keep their shares where a sample is drawn.
    whole : bool
        Whether all rows are needed, as those of a table that is joined: no sample is drawn up to ``JOIN_CELLS``.
    seed : int
        Draws the sample of a large table.
    report : callable
        Takes the share done and what is being done.

    Returns
    -------
    Brought

    Raises
    ------
    DataError, LimitError
        The file cannot be read; nothing is kept.
    StorageError
        The disk refused.
    """
    chosen = options or ReadOptions()
    with _scratch(workspace) as folder:
        read = _read(path, name, chosen, folder, report)
        told, read_as, shape = tuple(read.warnings), read.read_as, read.shape
        if isinstance(read, LargeTable):
            content_hash = workspace.tables.adopt(read.path)
        else:
            report(0.7, "Keeping the table")
            content_hash = workspace.tables.write(read.frame)
    if source == "upload" and origin is None:
        # A newer file of the same table is read by the same options.
        origin = {"options": chosen.to_dict()}
    ref = DataRef(
        content_hash=content_hash,
        name=name,
        rows=shape[0],
        columns=shape[1],
        size_bytes=path.stat().st_size,
        source=source,
        origin=origin or {},
        read_as=read_as,
        warnings=(*warnings, *told),
        imported=now,
    )
    if working_rows(*shape) < shape[0] and not (whole and _joinable(*shape)):
        full = Whole(content_hash=content_hash, rows=shape[0], size_bytes=ref.size_bytes, seed=seed)
        report(0.85, "Counting every column")
        _keep_facts(workspace, content_hash)
        report(0.95, "Drawing the sample that screens and models work on")
        ref = draw(workspace, ref.model_copy(update={"whole": full}), target)
        frame = workspace.read_table(ref.content_hash)
    else:
        frame = workspace.read_table(content_hash) if isinstance(read, LargeTable) else read.frame
        if isinstance(read, LargeTable):
            # Named by its content like any table, so that it is known again in a project file.
            ref = ref.model_copy(update={"content_hash": workspace.tables.write(frame)})
    if isinstance(read, LargeTable):
        ref = ref.model_copy(update={"warnings": (*ref.warnings, *order_warnings(frame, read_as))})
    return Brought(ref=ref, table_schema=guess_schema(frame, read_as))


def _joinable(rows: int, columns: int) -> bool:
    return rows <= TABLE_ROWS and rows * columns <= JOIN_CELLS


def is_quick(path: Path, name: str) -> bool:
    """Whether a file is so small that it is read at once; a packed one may unpack to many times its size.

    Parameters
    ----------
    path : Path
    name : str
        The user's own name of the file.

    Returns
    -------
    bool
    """
    promised = BY_ENDING.get(name.lower().rpartition(".")[2])
    plain = promised is not None and promised.key in PLAIN
    return path.stat().st_size <= (INLINE_BYTES if plain else INLINE_PACKED_BYTES)


@contextmanager
def _scratch(workspace: Workspace) -> Iterator[Path]:
    """Give a folder on the disk of the tables, so that a finished file can be moved to them."""
    uploads = make_folder(workspace.home / "uploads")
    with tempfile.TemporaryDirectory(prefix="import-", dir=uploads) as folder:
        yield Path(folder)


def _read(path: Path, name: str, options: ReadOptions, folder: Path, report: Report) -> Table | LargeTable:
    """Read a file whole, or a column at a time where it is large, unpacked on the disk where it is packed."""
    report(0.01, "Looking at the file")
    with opened(path, options, name=name, room=Room(PACKED_LARGE_BYTES, folder)) as file:
        kind = file.format.key
        if kind not in ("text", "parquet") or file.path.stat().st_size <= WHOLE_BYTES:
            report(0.1, "Reading the table")
            return file.told(file.format.read(file.path, options, file.ending, None), options)
        large = read_large(file.path, kind, options, extension=file.ending, folder=folder, report=report)
        read_as, warnings = file.around(options)
        return replace(large, read_as={**large.read_as, **read_as}, warnings=(*warnings, *large.warnings))


def draw(workspace: Workspace, ref: DataRef, target: str | None) -> DataRef:
    """Draw the sample of a large table, anew where the target is another one.

    Parameters
    ----------
    workspace : Workspace
    ref : DataRef
        With ``whole``.
    target : str or None

    Returns
    -------
    DataRef
    """
    assert ref.whole is not None
    size = working_rows(ref.whole.rows, ref.columns)
    path = workspace.tables.path(ref.whole.content_hash)
    if not path.exists():
        raise NotFoundError("The full table of this project is missing.", next_step="Bring the file again under Data.")
    frame, by, rows = read_sample(path, size, ref.whole.seed, target=target)
    whole = ref.whole.model_copy(update={"stratified_by": by})
    content_hash = workspace.tables.write(frame)
    workspace.tables.keep_places(content_hash, rows)
    return ref.model_copy(update={"content_hash": content_hash, "rows": len(frame), "whole": whole})


def needs_draw(workspace: Workspace, project: Project) -> bool:
    """Whether the project's sample keeps the shares of another column than the outcome."""
    ref, target = project.data, project.frame.target or ""
    if ref is None or project.frame.task is None or not project.frame.task.is_classification:
        return False
    first = ref.base or ref
    if first.whole is None or first.whole.stratified_by == target or _is_labelled(workspace, project, ref):
        return False
    # A column that was joined is in no row of the full table, so no shares of it can be kept.
    return not ref.joined or target in _names_of(workspace.tables.path(first.whole.content_hash))


def _names_of(path: Path) -> list[str]:
    import pyarrow.parquet as pq

    return list(pq.read_schema(path).names) if path.exists() else []


def _is_labelled(workspace: Workspace, project: Project, ref: DataRef) -> bool:
    """Whether labels given by hand speak of the rows of this sample."""
    if ref.labelling is None or not ref.joined:
        return ref.labelling is not None
    return bool(ref.labelling.made or ref.labelling.used or workspace.labels(project.id).columns(ref.brought))


def _keep_facts(workspace: Workspace, content_hash: str) -> None:
    with _scratch(workspace) as folder:
        facts = whole_facts(workspace.tables.path(content_hash), folder=folder)
    write_json(workspace.tables.facts_path(content_hash), facts.model_dump(mode="json"))


def facts_of(workspace: Workspace, ref: DataRef) -> TableFacts | None:
    """Return what all rows of a large table hold; ``None`` where the project works on all rows, or they are gone."""
    if ref.whole is None:
        return None
    found = read_json(workspace.tables.facts_path(ref.whole.content_hash))
    return None if found is None else TableFacts.model_validate(found)


def attach(workspace: Workspace, project: Project, brought: Brought, *, now: datetime) -> Project:
    """Give a project the table that was brought; the project is returned, not saved.

    Parameters
    ----------
    workspace : Workspace
    project : Project
    brought : Brought
    now : datetime

    Returns
    -------
    Project
    """
    if project.data == brought.ref:
        return project
    frame: pd.DataFrame = workspace.read_table(brought.ref.content_hash)
    attached = attach_table(project, brought.ref, brought.table_schema, frame, now=now)
    if brought.ref.whole is None:
        return attached
    words = brought.ref.whole.words(brought.ref.rows)
    return logged(attached, "data", f"Screens and models work on {words}", now=now)


def redrawn(project: Project, ref: DataRef, *, now: datetime) -> Project:
    """Let a project work on a sample drawn anew; all its decisions stay."""
    first = ref.base or ref
    assert first.whole is not None
    return logged(project.updated(data=ref), "data", f"Drew {first.whole.words(first.rows)}", now=now)
