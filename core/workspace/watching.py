"""Watching: a later table or a service's log is kept beside a project and held against its training data."""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from core.data.formats import BY_ENDING, PACKED_ENDINGS
from core.data.read import ReadOptions, opened
from core.errors import DataError, NotFoundError
from core.monitor.answers import is_log, read_answers
from core.monitor.later import read_later
from core.monitor.report import WatchReport
from core.monitor.watch import watch
from core.prepare.compile import input_columns
from core.prepare.problem import Problem
from core.project.changes import logged
from core.project.document import Project, Watch
from core.project.fingerprint import digest
from core.project.judge import Judged
from core.project.shipping import FOLDER
from core.runtime.bundle import sha256
from core.runtime.errors import RuntimeFault
from core.runtime.predict import Predictor, load_bundle
from core.runtime.schema import InputColumn, InputSchema
from core.workspace import files
from core.workspace.store import Workspace

LOG = "log.jsonl"


def keep_later(workspace: Workspace, project: Project, path: Path, *, name: str, now: datetime) -> Watch:
    """Keep a later table, or a prediction log, for a project.

    Parameters
    ----------
    workspace : Workspace
    project : Project
    path : Path
        Where the bytes lie.
    name : str
        The user's own name of the file.
    now : datetime

    Returns
    -------
    Watch
        Its verdict is still open.

    Raises
    ------
    DataError
        The file cannot be read.
    """
    if is_log(path):
        return _keep_log(workspace, project, path, name=name, now=now)
    if name.lower().rpartition(".")[2] in PACKED_ENDINGS:
        with opened(path, ReadOptions(), name=_as_lines(name)) as file:
            if is_log(file.path):
                return _keep_log(workspace, project, file.path, name=name, now=now)
    info = _exported(workspace, project).info
    kind = "number" if info.task == "regression" else "category"
    outcome = InputColumn(info.target, kind, required=False, levels=info.classes)
    try:
        read = read_later(path, info.read_as, InputSchema((*info.input.columns, outcome)), name=name, skip_long=True)
    except RuntimeFault as fault:
        raise DataError(str(fault)) from fault
    return Watch(
        at=now,
        name=name,
        content_hash=workspace.tables.write(read.frame),
        rows=len(read.frame),
        verdict="",
        notes=read.notes,
    )


def _keep_log(workspace: Workspace, project: Project, path: Path, *, name: str, now: datetime) -> Watch:
    rows = len(read_answers(path, name=name).frame)
    mark = digest([project.id, sha256(path)])
    with files.replacing(workspace.artefact_dir(project.id, "later", mark) / LOG) as temporary:
        shutil.copyfile(path, temporary)
    return Watch(at=now, name=name, content_hash=f"log:{mark}", rows=rows, verdict="")


def _as_lines(name: str) -> str:
    """Return the name of a packed file under which a log is unpacked: one that was set aside ends with a number."""
    stem, _, packing = name.rpartition(".")
    return name if stem.lower().rpartition(".")[2] in BY_ENDING or packing.lower() == "zip" else f"log.jsonl.{packing}"


def _exported(workspace: Workspace, project: Project) -> Predictor:
    if not project.exports:
        raise NotFoundError("No model was exported yet.", next_step="Pack one under Export.")
    return load_bundle(workspace.artefact_dir(project.id, "bundle", project.exports[-1].fingerprint) / FOLDER)


def report(
    workspace: Workspace, project: Project, table: pd.DataFrame, built: Problem, judged: Judged, kept: Watch
) -> WatchReport:
    """Hold a kept table against the training data, with the model as it was exported last.

    Parameters
    ----------
    workspace : Workspace
    project : Project
    table : DataFrame
        The project's table; its training rows are what the later ones are held against.
    built : Problem
    judged : Judged
        Out-of-fold predictions of the project's model: how good it was.
    kept : Watch

    Returns
    -------
    WatchReport

    Raises
    ------
    NotFoundError
        No model was exported, or its bundle is gone.
    """
    # Rows that came are looked at as they are: what the service refuses is to be seen here.
    predictor = _exported(workspace, project).flagging()
    answers: pd.DataFrame | None = None
    skipped, source = 0, ""
    if kept.content_hash.startswith("log:"):
        mark = kept.content_hash.removeprefix("log:")
        read = read_answers(workspace.artefact_dir(project.id, "later", mark) / LOG, name=kept.name)
        later, answers, skipped, source = read.frame, read.answers, read.skipped, read.counted
    else:
        later = workspace.read_table(kept.content_hash)
    found = watch(
        table.iloc[built.split.train],
        later,
        built.schema,
        built.frame,
        input_columns(built),
        predictor.predict_frame,
        judged.outcomes,
        project.plan.seed,
        classes=built.classes,
        folds=judged.folds,
        logged=answers,
        skipped_lines=skipped,
    )
    return replace(found, source=source)


def with_watch(project: Project, kept: Watch, verdict: str, *, now: datetime) -> Project:
    """Note in the project what a later table was found to be."""
    done = kept.model_copy(update={"verdict": verdict})
    what = f"Held {kept.name} ({kept.rows:,} rows) against the training data: {verdict}"
    return logged(project.updated(watches=(*project.watches, done)), "monitor", what, now=now)
