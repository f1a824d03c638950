"""A whole project in one file, and back again as a copy.

A ``.fairway`` file is a zip of plain files::

    manifest.json                                   format, and the SHA-256 of every other entry
    project.json                                    the document
    labels.json                                     labels given by hand, where there are any
    tables/<content hash>.parquet
    training/<fingerprint>/board.json
    training/<fingerprint>/runs/<key>/run.json, outcomes.npz, model.skops

Exported bundles do not travel: a bundle is offered for download only by the workspace that has checked it.
"""

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from core import limits
from core.errors import FairwayError, InputError, LimitError, NotFoundError
from core.project.document import DataRef, Decision, Project
from core.workspace import documents, files
from core.workspace.archive_reader import LABELS, MANIFEST, PROJECT, Archive, open_archive
from core.workspace.contents import check_model, check_outcomes, check_table
from core.workspace.labels import from_json
from core.workspace.results import BOARD, MODEL, OUTCOMES, RUN, TrainingFolder
from core.workspace.store import Workspace

FORMAT = 1
"""Raised when an older Fairway can no longer read the file."""


def export_project(workspace: Workspace, project_id: str, target: Path) -> Path:
    """Write a project with its tables and trainings into one file.

    Parameters
    ----------
    workspace : Workspace
    project_id : str
    target : Path
        Where the ``.fairway`` file goes; it appears whole or not at all.

    Returns
    -------
    Path
        ``target``.

    Raises
    ------
    NotFoundError, DamagedProjectError, StorageError
    """
    project = workspace.get(project_id)
    parts = dict(_parts(workspace, project))
    text = documents.to_text(project).encode()
    labels = workspace.labels(project_id).to_json()
    if sum(path.stat().st_size for path in parts.values()) + len(text) + len(labels) > limits.ARCHIVE_BYTES:
        raise LimitError(
            f"This project is larger than the {limits.ARCHIVE_BYTES // limits.MB:,} MB that fit into a project file.",
            next_step="Duplicate it, bring a smaller table into the copy, and export that.",
        )
    with files.replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        hashes = {PROJECT: _pack(archive, PROJECT, io.BytesIO(text))}
        if labels:
            hashes[LABELS] = _pack(archive, LABELS, io.BytesIO(labels))
        for name, path in parts.items():
            with path.open("rb") as content:
                hashes[name] = _pack(archive, name, content)
        manifest = json.dumps({"format": FORMAT, "entries": hashes}, indent=1).encode()
        _pack(archive, MANIFEST, io.BytesIO(manifest))
    return target


def _parts(workspace: Workspace, project: Project) -> Iterator[tuple[str, Path]]:
    for content_hash in tables_of(project):
        path = workspace.tables.path(content_hash)
        if not path.exists():
            raise NotFoundError("The table of this project is missing.", next_step="Bring the file again under Data.")
        yield f"tables/{path.name}", path
    for found in sorted((workspace.home / "projects" / project.id / "training").glob("*")):
        folder = workspace.training(project.id, found.name)
        if folder.board() is None:
            continue
        yield f"training/{found.name}/{BOARD}", found / BOARD
        for key in folder.finished():
            for name in (OUTCOMES, MODEL, RUN):
                yield f"training/{found.name}/runs/{key}/{name}", found / "runs" / key / name


def _pack(archive: zipfile.ZipFile, name: str, content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    # The fixed date of a bare ZipInfo: the same project exported twice gives the same file.
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w") as packed:
        while part := content.read(limits.MB):
            digest.update(part)
            packed.write(part)
    return digest.hexdigest()


def import_project(workspace: Workspace, source: Path, *, now: datetime) -> Project:
    """Open a project file as a new project.

    Parameters
    ----------
    workspace : Workspace
    source : Path
        A file somebody brought; nothing in it is trusted.
    now : datetime

    Returns
    -------
    Project
        With a new id, revision 0.

    Raises
    ------
    InputError
        It is no project file, was changed since it was made, is incomplete, or holds what does not belong there.
    LimitError
        It is larger than Fairway takes.
    DamagedProjectError
        The project in it cannot be read, or was saved by a newer version.
    """
    with open_archive(source, newest_format=FORMAT) as archive:
        given = documents.from_text(archive.read(PROJECT))
        if given.training is not None:
            files.checked_name(given.training)
        project = given.updated(
            id=files.new_project_id(),
            name=documents.clean_name(given.name),
            revision=0,
            created=now,
            changed=now,
            exports=(),
            # Pages of undo lie in the workspace and do not travel.
            prepare_older="",
            prepare_later="",
            data=_without_whole(given.data),
            decisions=(*given.decisions, Decision(at=now, stage="home", what="Opened from a project file as a copy.")),
        )
        folder = files.inside(workspace.home / "projects", project.id)
        try:
            _bring_trainings(archive, folder)
            _bring_tables(archive, workspace, project, folder)
            labels = from_json(archive.read(LABELS)) if LABELS in archive.names else ()
            added = workspace.add(project)
            workspace.labels(added.id).keep_all(labels)
            return added
        except FairwayError:
            files.remove_tree(folder)
            raise


def project_in(source: Path) -> Project:
    """Return the document in a project file, and nothing else of it.

    Parameters
    ----------
    source : Path
        A file somebody brought; nothing in it is trusted.

    Returns
    -------
    Project

    Raises
    ------
    InputError, LimitError, DamagedProjectError
        As of :func:`import_project`.
    """
    with open_archive(source, newest_format=FORMAT) as archive:
        return documents.from_text(archive.read(PROJECT))


def _without_whole(ref: DataRef | None) -> DataRef | None:
    """Return the reference without the full table behind a sample: it does not travel, and its name proves nothing."""
    if ref is not None and ref.base is not None:
        ref = ref.model_copy(update={"base": _without_whole(ref.base)})
    if ref is None or ref.whole is None:
        return ref
    told = f"This is {ref.whole.words(ref.rows)}; the full table stayed where the project file was made."
    return ref.model_copy(update={"whole": None, "warnings": (*ref.warnings, told)})


def tables_of(project: Project) -> tuple[str, ...]:
    """Return the content hashes of the tables a project speaks of, each once."""
    found = [project.data.content_hash, project.data.brought] if project.data else []
    if project.data is not None and project.data.base is not None:
        base = project.data.base
        found += [base.content_hash, base.brought, *(second.content_hash for second in project.data.joined)]
    return tuple(dict.fromkeys([*found, *(watch.content_hash for watch in project.watches)]))


def _bring_trainings(archive: Archive, folder: Path) -> None:
    for name in archive.under("training/"):
        path = files.inside(folder, *name.split("/"))
        _unpack(archive, name, path)
        if path.name == MODEL:
            check_model(path)
        elif path.name == OUTCOMES:
            check_outcomes(path)
    for path in (folder / "training").glob("*"):
        training = TrainingFolder(path)
        training.board()
        for key in training.finished():
            training.model_path(key)


def _bring_tables(archive: Archive, workspace: Workspace, project: Project, folder: Path) -> None:
    # Only tables that came along: a project file must not reach a table of this server by naming its hash.
    for content_hash in tables_of(project):
        name = f"tables/{content_hash}.parquet"
        if name not in archive.names:
            raise InputError(
                "The project file is incomplete: a table it speaks of is missing.",
                next_step="Export the project again.",
            )
        staged = files.inside(folder, "import", f"{content_hash}.parquet")
        _unpack(archive, name, staged)
        frame = check_table(staged)
        if workspace.write_table(frame) != content_hash:
            raise InputError(
                "A table in the project file is not the one it was made from.", next_step="Export the project again."
            )
    files.remove_tree(folder / "import")


def _unpack(archive: Archive, name: str, path: Path) -> None:
    with files.replacing(path) as temporary, archive.stream(name) as stream, temporary.open("wb") as file:
        shutil.copyfileobj(stream, file)
