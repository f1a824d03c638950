"""Intake: a file, a sample or a template becomes a project."""

from datetime import datetime
from pathlib import Path

from core.data.guess import guess_schema
from core.data.options import ReadOptions
from core.data.samples import SAMPLES, load_sample
from core.data.table import Table
from core.errors import NotFoundError
from core.framing.templates import TEMPLATES
from core.project.changes import attach_table, logged
from core.project.document import DataRef, Project
from core.workspace.importing import attach, bring
from core.workspace.store import Workspace


def with_table(
    workspace: Workspace, project: Project, table: Table, *, name: str, size: int, source: str, now: datetime
) -> Project:
    """Keep a table and give it to a project; the project is returned, not saved.

    Parameters
    ----------
    workspace : Workspace
    project : Project
    table : Table
    name : str
        The user's own name of the file; shown, never a path.
    size : int
        Bytes of the file.
    source : str
        See :class:`core.project.document.DataRef`.
    now : datetime

    Returns
    -------
    Project
    """
    content_hash = workspace.tables.write(table.frame)
    rows, columns = table.shape
    ref = DataRef(
        content_hash=content_hash,
        name=name,
        rows=rows,
        columns=columns,
        size_bytes=size,
        source=source,
        read_as=table.read_as,
        warnings=tuple(table.warnings),
        imported=now,
    )
    return attach_table(project, ref, guess_schema(table.frame, table.read_as), table.frame, now=now)


def take_file(
    workspace: Workspace,
    project: Project,
    path: Path,
    *,
    name: str,
    now: datetime,
    options: ReadOptions | None = None,
) -> Project:
    """Read a file into a project; the project is returned, not saved.

    Parameters
    ----------
    workspace : Workspace
    project : Project
    path : Path
        Where the bytes lie.
    name : str
        The user's own name of the file.
    now : datetime
    options : ReadOptions, optional

    Returns
    -------
    Project

    Raises
    ------
    DataError
        The file cannot be read; the project stays as it was.
    """
    brought = bring(workspace, path, name=name, options=options, target=project.frame.target, now=now)
    return attach(workspace, project, brought, now=now)


def start_sample(workspace: Workspace, key: str, *, now: datetime) -> Project:
    """Make a project from a guided sample, its frame ready, and save it.

    Raises
    ------
    NotFoundError
        There is no such sample.
    """
    if key not in SAMPLES:
        raise NotFoundError("There is no such sample.")
    sample = SAMPLES[key]
    project = workspace.create(sample.title, now=now).updated(frame=sample.frame)
    table = load_sample(key)
    size = int(table.frame.memory_usage(deep=True).sum())
    project = with_table(workspace, project, table, name=sample.title, size=size, source=f"sample:{key}", now=now)
    return workspace.save(project, now=now)


def start_template(workspace: Workspace, key: str, *, now: datetime) -> Project:
    """Make a project from a template's frame and save it.

    Raises
    ------
    NotFoundError
        There is no such template.
    """
    if key not in TEMPLATES:
        raise NotFoundError("There is no such template.")
    template = TEMPLATES[key]
    project = workspace.create(template.title, now=now).updated(frame=template.frame)
    return workspace.save(logged(project, "frame", f"Began with the template {template.title}", now=now), now=now)


def new_from_file(workspace: Workspace, path: Path, *, name: str, file_name: str, now: datetime) -> Project:
    """Make a project from a file and save it; nothing is made where the file cannot be read.

    Parameters
    ----------
    workspace : Workspace
    path : Path
        Where the bytes lie.
    name : str
        Of the project.
    file_name : str
        The user's own name of the file.
    now : datetime

    Returns
    -------
    Project
    """
    brought = bring(workspace, path, name=file_name, now=now)
    project = attach(workspace, workspace.create(name, now=now), brought, now=now)
    return workspace.save(project, now=now)
