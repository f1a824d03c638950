"""Clearing away what nobody can reach any more: deleted projects, tables without a project, halves of writes."""

import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, func, select

from core import limits
from core.workspace.blobs import PLACES
from core.workspace.files import TEMPORARY, remove_tree
from core.workspace.store import Workspace
from core.workspace.tables import JOBS, LABELS, PROJECTS, REVISIONS

GRACE = timedelta(days=1)
"""What is younger may belong to work under way: a table is written before the project that speaks of it."""
KEPT_ENDINGS = (".parquet", ".facts.json", PLACES)
"""What lies in the workspace for one table."""
JOBS_KEPT = timedelta(days=30)
"""How long an ended job is kept; the newest of its project and kind stays as long as the project."""


@dataclass(frozen=True)
class Cleared:
    """How much was cleared away."""

    projects: int
    tables: int
    jobs: int


def purge(workspace: Workspace, *, now: datetime) -> Cleared:
    """Remove, for all users, what can no longer be reached.

    Parameters
    ----------
    workspace : Workspace
    now : datetime
        With a zone. Projects deleted more than ``limits.UNDO_DAYS`` days before are gone for good.

    Returns
    -------
    Cleared
    """
    with workspace.database.write() as connection:
        gone = _drop_deleted(connection, now - timedelta(days=limits.UNDO_DAYS))
        jobs = _drop_jobs(connection, now - JOBS_KEPT)
        projects = set(connection.execute(select(PROJECTS.c.id)).scalars())
        alive = set(connection.execute(select(JOBS.c.id)).scalars())
    with workspace.database.read() as connection:
        spoken_of = _tables_spoken_of(connection)
    before = (now - GRACE).timestamp()
    for project_id in gone:
        remove_tree(workspace.home / "projects" / project_id)
    _sweep(workspace.home / "projects", projects, before)
    _sweep(workspace.home / "jobs", alive, before)
    tables = _sweep(workspace.home / "tables", {f"{name}{end}" for name in spoken_of for end in KEPT_ENDINGS}, before)
    # What a browser sent or fetched is on its way somewhere else; files still there a day later were left behind.
    leftovers = [*workspace.home.rglob(f"{TEMPORARY}*"), *workspace.home.glob("uploads/*")]
    leftovers += workspace.home.glob("projects/*/archive/*/*.fairway")
    for path in leftovers:
        if path.lstat().st_mtime >= before:
            continue
        if path.is_dir() and not path.is_symlink():
            remove_tree(path)
        else:
            path.unlink(missing_ok=True)
    return Cleared(projects=len(gone), tables=tables, jobs=jobs)


def _drop_deleted(connection: Connection, before: datetime) -> list[str]:
    gone = list(connection.execute(select(PROJECTS.c.id).where(PROJECTS.c.deleted_at < before)).scalars())
    for project_id in gone:
        connection.execute(delete(REVISIONS).where(REVISIONS.c.project_id == project_id))
        connection.execute(delete(LABELS).where(LABELS.c.project_id == project_id))
        connection.execute(delete(JOBS).where(JOBS.c.project_id == project_id))
        connection.execute(delete(PROJECTS).where(PROJECTS.c.id == project_id))
    return gone


def _drop_jobs(connection: Connection, before: datetime) -> int:
    newest = select(func.max(JOBS.c.created)).group_by(JOBS.c.project_id, JOBS.c.kind)
    dropped = connection.execute(delete(JOBS).where(JOBS.c.ended < before, JOBS.c.created.not_in(newest)))
    return dropped.rowcount


def _tables_spoken_of(connection: Connection) -> set[str]:
    # Read as text: a document too damaged to be parsed still protects its table.
    pattern = re.compile(r'"content_hash":\s*"([A-Za-z0-9_-]+)"')
    found: set[str] = set()
    for text in connection.execute(select(PROJECTS.c.document)).scalars():
        found.update(pattern.findall(text))
    for packed in connection.execute(select(REVISIONS.c.document)).scalars():
        with suppress(zlib.error):
            found.update(pattern.findall(zlib.decompress(packed).decode("utf-8", "replace")))
    return found


def _sweep(folder: Path, keep: set[str], before: float) -> int:
    swept = 0
    for path in folder.iterdir():
        if path.name not in keep and not path.name.startswith(TEMPORARY) and path.lstat().st_mtime < before:
            if path.is_dir() and not path.is_symlink():
                remove_tree(path)
            else:
                path.unlink(missing_ok=True)
            swept += 1
    return swept
