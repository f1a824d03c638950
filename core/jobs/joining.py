"""The work on two large tables: what a join would do, the join, and what a newer reading changes."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from core.data.join_keys import JoinKey
from core.errors import FairwayError, JobError
from core.jobs.importing import KIND
from core.jobs.job import Job
from core.project import refresh
from core.project.document import DataRef, Joined, Project
from core.project.refresh import Refreshed
from core.workspace import joining, looking
from core.workspace.files import read_json, write_json
from core.workspace.importing import Brought
from core.workspace.joining import Again
from core.workspace.looking import JoinLook
from core.workspace.store import Workspace

if TYPE_CHECKING:
    from core.jobs.tasks import JobContext

RESULT: Final = "made.json"


class Compared(BaseModel):
    """What a newer reading changes, and the table it would make."""

    model_config = ConfigDict(frozen=True)

    ref: DataRef
    found: Refreshed


_COMPARED: Final = TypeAdapter(Compared)


def count(context: "JobContext") -> None:
    """Propose keys for a join and count what it would do."""
    params, workspace = context.params, context.workspace
    project = _as_it_was(context)
    assert project.data is not None
    second = Joined.model_validate(params["second"])
    context.report(0.1, "Reading both tables")
    left = workspace.read_table(project.data.content_hash)
    right = workspace.read_table(second.content_hash)
    keys = tuple(JoinKey.model_validate(key) for key in params["keys"])
    looking.keep_look(looking.look(left, right, keys, report=context.report), _folder(context))


def join(context: "JobContext") -> None:
    """Join a second table, or take the last join back where none is named."""
    project = _as_it_was(context)
    context.report(0.1, "Reading both tables")
    if context.params.get("second"):
        context.report(0.2, "Joining them")
        made = joining.join_made(context.workspace, project, Joined.model_validate(context.params["second"]))
    else:
        made = joining.unjoin_made(context.workspace, project)
    write_json(_folder(context) / RESULT, made.brought.model_dump(mode="json"))


def compare(context: "JobContext") -> None:
    """Hold what was read anew against the project."""
    project = _as_it_was(context)
    found = compared(context.workspace, project, Again.model_validate(context.params["again"]), report=context.report)
    write_json(_folder(context) / RESULT, _COMPARED.dump_python(found, mode="json"))


def compared(
    workspace: Workspace,
    project: Project,
    again: Again,
    *,
    report: "refresh.Report" = lambda _share, _message: None,
) -> Compared:
    """Join anew what was read again, and hold it against the project; nothing of it is changed.

    Raises
    ------
    InputError, DataError, LimitError
        A join cannot be made again.
    """
    assert project.data is not None
    if project.data.joined:
        report(0.05, "Joining the tables again")
    made = joining.joined_again(workspace, project, again)
    report(0.3, "Reading the old table")
    before = workspace.read_table(project.data.content_hash)
    board = None
    with suppress(FairwayError):
        # Unreadable is as good as gone: there is then nothing to call out of date.
        board = workspace.training(project.id, project.training).board() if project.training else None
    found = refresh.compare(
        project,
        before,
        made.frame,
        made.table_schema,
        same=joining.is_same(project, again),
        board=board,
        bundle=joining.bundle_input(workspace, project),
        report=lambda share, message: report(0.4 + 0.6 * share, message),
    )
    return Compared(ref=made.ref, found=found)


def _as_it_was(context: "JobContext") -> Project:
    project = context.workspace.get(context.project_id)
    if project.data is None or project.data.content_hash != context.params["table"]:
        raise JobError("The table was changed meanwhile.", next_step="Start again.")
    return project


def _folder(context: "JobContext") -> Path:
    return context.workspace.artefact_dir(context.project_id, KIND, context.job_id)


def looked(workspace: Workspace, job: Job) -> JoinLook | None:
    """Return what a finished ``count`` found."""
    return looking.kept_look(workspace.artefact_dir(job.project_id, KIND, job.id))


def joined(workspace: Workspace, job: Job) -> Brought | None:
    """Return the table a finished ``join`` made; ``None`` once it was taken."""
    found = read_json(workspace.artefact_dir(job.project_id, KIND, job.id) / RESULT)
    return None if found is None else Brought.model_validate(found)


def result(workspace: Workspace, job: Job) -> Compared | None:
    """Return what a finished ``compare`` found."""
    found = read_json(workspace.artefact_dir(job.project_id, KIND, job.id) / RESULT)
    return None if found is None else _COMPARED.validate_python(found)
