"""The workspace: every project, with its past, its tables and its results."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, delete, insert, select, update

from core import limits
from core.errors import DamagedProjectError, FairwayError, NotFoundError, StaleRevisionError, StorageError
from core.project.document import Project
from core.project.undoing import with_room
from core.settings import Settings
from core.workspace import documents, files
from core.workspace.blobs import TableStore
from core.workspace.database import Database
from core.workspace.labels import LabelLog
from core.workspace.migrations import migrate
from core.workspace.results import TrainingFolder
from core.workspace.tables import PROJECTS, REVISIONS
from core.workspace.trials import TrialFolder
from core.workspace.undos import UndoFolder


@dataclass(frozen=True)
class ProjectRow:
    """One project as the list of projects shows it.

    Parameters
    ----------
    id, name : str
    revision : int
    created, changed : datetime
    project : Project or None
        ``None`` where it cannot be read.
    damage : str
        Why it cannot be read, in plain words; empty where it can.
    """

    id: str
    name: str
    revision: int
    created: datetime
    changed: datetime
    project: Project | None
    damage: str = ""


@dataclass(frozen=True)
class Revision:
    """One saved state of a project: its number and when it was saved."""

    number: int
    saved: datetime


@dataclass(frozen=True)
class Workspace:
    """Projects of one user, in one home.

    Every method that takes a project's id answers ``NotFoundError`` to one that is unknown, malformed, deleted or
    another user's, in the same words.

    Parameters
    ----------
    settings : Settings
    database : Database
    owner : str
        Whose projects these are; empty where nobody logs in.
    """

    settings: Settings
    database: Database
    owner: str = ""

    @classmethod
    def open(cls, settings: Settings) -> "Workspace":
        """Open the workspace, made or brought up to date where needed.

        Raises
        ------
        StorageError
            The home or the database cannot be used, or is of a newer version.
        """
        try:
            for name in ("tables", "projects", "jobs"):
                files.make_folder(settings.home / name)
        except StorageError as error:
            raise StorageError(
                "Fairway cannot use the folder it keeps projects in.",
                next_step="Set FAIRWAY_HOME to a folder that this user of the machine may write to.",
            ) from error
        database = Database(settings.database_url)
        migrate(database, settings.home / "backups", now=datetime.now(UTC))
        return cls(settings, database)

    def for_user(self, owner: str) -> "Workspace":
        """Return the same workspace as another user sees it."""
        return replace(self, owner=owner)

    @property
    def home(self) -> Path:
        """The folder everything but the metadata lies in."""
        return self.settings.home

    @property
    def tables(self) -> TableStore:
        """The tables of all projects."""
        return TableStore(self.home / "tables")

    # Projects

    def create(self, name: str, *, now: datetime, owner: str | None = None) -> Project:
        """Make a project.

        Parameters
        ----------
        name : str
        now : datetime
            With a zone.
        owner : str, optional
            Default: this workspace's user.

        Returns
        -------
        Project
            Revision 0.

        Raises
        ------
        InputError
            The name is empty or too long.
        """
        workspace = self if owner is None else self.for_user(owner)
        project = Project(id=files.new_project_id(), name=documents.clean_name(name), created=now, changed=now)
        return workspace.add(project)

    def add(self, project: Project) -> Project:
        """Keep a project that has a new id, such as a copy."""
        text = documents.to_text(project)
        with self.database.write() as connection:
            connection.execute(
                insert(PROJECTS).values(
                    id=files.checked_project_id(project.id),
                    owner=self.owner,
                    name=documents.clean_name(project.name),
                    revision=project.revision,
                    document=text,
                    created=project.created,
                    changed=project.changed,
                )
            )
            self._remember(connection, project, text)
        return project

    def get(self, project_id: str) -> Project:
        """Return a project.

        Raises
        ------
        NotFoundError
        DamagedProjectError
            It is there and cannot be read, or was saved by a newer version.
        """
        query = select(PROJECTS.c.document, PROJECTS.c.revision).where(*self._mine(project_id))
        with self.database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise files.no_such_project()
        return documents.from_text(row.document).updated(id=project_id, revision=row.revision)

    def save(self, project: Project, *, now: datetime) -> Project:
        """Save a project over the revision it was made from.

        Parameters
        ----------
        project : Project
            Its ``revision`` is the one the caller read.
        now : datetime

        Returns
        -------
        Project
            With the next revision.

        Raises
        ------
        StaleRevisionError
            A newer revision is stored; it is the error's ``newer``. To keep one's own change, save it again with the
            revision of that one.
        NotFoundError, StorageError
        """
        name = documents.clean_name(project.name)
        project = with_room(
            project, lambda page: self._undos(project.id).write(page), lambda name: self._undos(project.id).read(name)
        )
        saved = project.updated(name=name, revision=project.revision + 1, changed=now)
        text = documents.to_text(saved)
        with self.database.write() as connection:
            done = connection.execute(
                update(PROJECTS)
                .where(*self._mine(project.id), PROJECTS.c.revision == project.revision)
                .values(name=name, revision=saved.revision, document=text, changed=now)
            )
            if done.rowcount:
                self._remember(connection, saved, text)
                return saved
        newer = self.get(project.id)
        raise StaleRevisionError(
            f"Another tab saved revision {newer.revision} of this project.",
            next_step="See what changed, then reload or keep yours.",
            newer=newer,
        )

    def rename(self, project_id: str, name: str, *, now: datetime) -> Project:
        """Give a project another name."""
        return self.save(self.get(project_id).updated(name=documents.clean_name(name)), now=now)

    def duplicate(self, project_id: str, *, now: datetime) -> Project:
        """Copy a project with its results; from then on the two have nothing to do with each other."""
        original = self.get(project_id)
        name = f"{original.name[: limits.NAME_LENGTH - len(' (copy)')]} (copy)"
        copy = original.updated(id=files.new_project_id(), name=name, revision=0, created=now, changed=now)
        source, target = self._folder(project_id), self._folder(copy.id)
        try:
            for path in sorted(source.rglob("*")):
                if path.is_file() and not path.is_symlink() and not path.name.startswith(files.TEMPORARY):
                    twin = target / path.relative_to(source)
                    files.make_folder(twin.parent)
                    files.link_or_copy(path, twin)
            added = self.add(copy)
            self.labels(added.id).keep_all(self.labels(project_id).everything())
            return added
        except FairwayError:
            files.remove_tree(target)
            raise

    def delete(self, project_id: str, *, now: datetime) -> None:
        """Delete a project; for ``limits.UNDO_DAYS`` days it can be restored."""
        self._set_deleted(project_id, now, was_deleted=False)

    def restore(self, project_id: str) -> Project:
        """Bring a deleted project back."""
        self._set_deleted(project_id, None, was_deleted=True)
        return self.get(project_id)

    def history(self, project_id: str) -> tuple[Revision, ...]:
        """Return the saved states of a project, newest first, the present one among them."""
        self.check(project_id)
        query = select(REVISIONS.c.revision, REVISIONS.c.saved).where(REVISIONS.c.project_id == project_id)
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(REVISIONS.c.revision.desc())).all()
        return tuple(Revision(row.revision, row.saved) for row in rows)

    def at_revision(self, project_id: str, number: int) -> Project:
        """Return a project as it was saved under a number; raises ``NotFoundError`` where that is gone."""
        self.check(project_id)
        query = select(REVISIONS.c.document).where(REVISIONS.c.project_id == project_id, REVISIONS.c.revision == number)
        with self.database.read() as connection:
            packed = connection.execute(query).scalar()
        if packed is None:
            raise NotFoundError(
                f"Revision {number} is no longer kept.",
                next_step=f"The history holds the last {limits.REVISIONS_KEPT} revisions.",
            )
        try:
            return documents.from_text(zlib.decompress(packed))
        except zlib.error as error:
            raise DamagedProjectError(f"Revision {number} is damaged.", next_step="Choose another one.") from error

    def check(self, project_id: str) -> None:
        """Raise ``NotFoundError`` unless the project is there and this user's."""
        with self.database.read() as connection:
            if connection.execute(select(PROJECTS.c.id).where(*self._mine(project_id))).first() is None:
                raise files.no_such_project()

    # Tables and results

    def write_table(self, frame: pd.DataFrame) -> str:
        """Keep a table and return the hash of its content, which names it."""
        return self.tables.write(frame)

    def read_table(self, content_hash: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read a table, or some columns of it."""
        return self.tables.read(content_hash, columns)

    def artefact_dir(self, project_id: str, kind: str, fingerprint: str) -> Path:
        """Return the folder of one result, made where it is missing.

        Parameters
        ----------
        project_id : str
        kind : str
            What it is: ``training``, ``explanation``, ``bundle``, ...
        fingerprint : str
            Of what it was made from.

        Returns
        -------
        Path
            Write into it through ``core.workspace.files``.
        """
        self.check(project_id)
        return files.make_folder(files.inside(self._folder(project_id), kind, fingerprint))

    def labels(self, project_id: str) -> LabelLog:
        """Return the labels given by hand in a project."""
        self.check(project_id)
        return LabelLog(self.database, project_id)

    def training(self, project_id: str, fingerprint: str) -> TrainingFolder:
        """Return where the training of that fingerprint is, or would be, kept."""
        self.check(project_id)
        return TrainingFolder(files.inside(self._folder(project_id), "training", fingerprint))

    def trials(self, project_id: str) -> TrialFolder:
        """Return where the quick trials of a project are kept."""
        self.check(project_id)
        return TrialFolder(files.inside(self._folder(project_id), "trials"))

    # Within

    def _undos(self, project_id: str) -> UndoFolder:
        self.check(project_id)
        return UndoFolder(files.inside(self._folder(project_id), "undo"))

    def _folder(self, project_id: str) -> Path:
        return files.inside(self.home / "projects", files.checked_project_id(project_id))

    def _mine(self, project_id: str) -> tuple:  # type: ignore[type-arg]  # SQLAlchemy's own columns of conditions
        found = files.checked_project_id(project_id)
        return (PROJECTS.c.id == found, PROJECTS.c.owner == self.owner, PROJECTS.c.deleted_at.is_(None))

    def _set_deleted(self, project_id: str, at: datetime | None, *, was_deleted: bool) -> None:
        here, mine, _ = self._mine(project_id)
        before = PROJECTS.c.deleted_at.is_not(None) if was_deleted else PROJECTS.c.deleted_at.is_(None)
        with self.database.write() as connection:
            done = connection.execute(update(PROJECTS).where(here, mine, before).values(deleted_at=at))
        if not done.rowcount:
            raise files.no_such_project()

    def _remember(self, connection: Connection, project: Project, text: str) -> None:
        connection.execute(
            insert(REVISIONS).values(
                project_id=project.id,
                revision=project.revision,
                saved=project.changed,
                document=zlib.compress(text.encode()),
            )
        )
        oldest = project.revision - limits.REVISIONS_KEPT
        connection.execute(
            delete(REVISIONS).where(REVISIONS.c.project_id == project.id, REVISIONS.c.revision <= oldest)
        )

    def list(self) -> tuple[ProjectRow, ...]:
        """Return this user's projects, the one changed last first; a damaged one says so and hinders no other."""
        query = select(PROJECTS).where(PROJECTS.c.owner == self.owner, PROJECTS.c.deleted_at.is_(None))
        with self.database.read() as connection:
            found = connection.execute(query.order_by(PROJECTS.c.changed.desc(), PROJECTS.c.id)).all()
        rows = []
        for row in found:
            project, damage = None, ""
            try:
                project = documents.from_text(row.document).updated(id=row.id, revision=row.revision)
            except DamagedProjectError as error:
                damage = error.message
            rows.append(ProjectRow(row.id, row.name, row.revision, row.created, row.changed, project, damage))
        return tuple(rows)
