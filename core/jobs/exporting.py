"""The work of an export: pack the project's model and have it answer in a fresh process."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import JobError
from core.project import calibrating, judge, shipping
from core.project.fingerprint import model_fingerprint
from core.project.journey import chosen_run
from core.project.standing import findings_before_packing

if TYPE_CHECKING:
    from core.jobs.tasks import JobContext


def export(context: "JobContext") -> None:
    """Pack the model of the revision that was submitted.

    Raises
    ------
    JobError
        There is no trained model, or the project has become another one.
    """
    context.report(0.0, "Reading the table and the model")
    workspace, fingerprint = context.workspace, str(context.params["fingerprint"])
    project = workspace.at_revision(context.project_id, int(context.params["revision"]))
    folder = workspace.training(context.project_id, str(project.training))
    board = folder.board()
    run = chosen_run(project, board)
    if board is None or run is None or project.data is None:
        raise JobError("There is no trained model to pack.", next_step="Train one first.")
    if model_fingerprint(project, run) != fingerprint:
        raise JobError("The model was changed since packing was asked for.", next_step="Pack it again.")
    table = workspace.read_table(project.data.content_hash)
    built, pipeline = judge.problem(project, table), folder.pipeline(run)
    raw = judge.Judged(folder.outcomes(run), folder.folds(run), folder.rows(run))
    context.report(0.05, "Looking for findings that are still open")
    findings = findings_before_packing(project, table, built, board, calibrating.shipped(project, pipeline, raw))
    shipping.pack(
        project,
        built,
        board,
        run,
        pipeline,
        raw,
        workspace.artefact_dir(context.project_id, "bundle", fingerprint),
        fingerprint=fingerprint,
        findings=findings,
        now=datetime.now(UTC),
        report=context.report,
    )


def discard(context: "JobContext") -> None:
    """Throw away what was packed."""
    fingerprint = str(context.params["fingerprint"])
    home = context.workspace.artefact_dir(context.project_id, "bundle", fingerprint)
    found = shipping.parcel(home)
    if found is not None:
        shipping.forget(found)
