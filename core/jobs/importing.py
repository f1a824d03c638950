"""The work of an import: bring a table from its source, read it, and leave it to the project that asked for it."""

import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.options import ReadOptions
from core.data.sources.source import Acquired, Origin, Reach
from core.errors import JobError
from core.jobs.job import Job
from core.workspace import importing
from core.workspace.files import inside, read_json, remove_tree, write_json
from core.workspace.importing import Brought
from core.workspace.joining import Again, drawn_again
from core.workspace.store import Workspace

if TYPE_CHECKING:
    from core.jobs.tasks import JobContext

KIND = "import"
RESULT = "brought.json"
AGAIN = "again.json"
FETCHED = 0.4
"""Share of the work that fetching is, where there is something to fetch."""


def of_upload(file: str, name: str, origin: dict[str, Any]) -> dict[str, Any]:
    """Return what a job needs to know of an uploaded file.

    Parameters
    ----------
    file : str
        Its name in the workspace's ``uploads``.
    name : str
        The user's own.
    origin : dict
        With the options it is read by.
    """
    return {"source": "upload", "origin": origin, "staged": file, "name": name, "options": origin.get("options")}


def of_source(origin: Origin, name: str, secret: str) -> dict[str, Any]:
    """Return what a job needs to know of a source; of the secret only that there is one."""
    return {
        "source": origin.kind,
        "origin": origin.model_dump(mode="json"),
        "name": name,
        "with_secret": bool(secret),
    }


def bring_table(context: "JobContext") -> None:
    """Bring the table the job's parameters speak of.

    Raises
    ------
    FairwayError
        It cannot be brought or read; nothing is kept.
    """
    _keep(context, _bring(context))
    _unstage(context)


def bring_again(context: "JobContext") -> None:
    """Bring anew the tables a project's table is made of: each of the job's parts names its place, −1 the first.

    The secret is then a JSON object of one secret a place.

    Raises
    ------
    FairwayError
        One of them cannot be brought or read; nothing is kept.
    """
    parts: list[dict[str, object]] = list(context.params["parts"])
    secrets = json.loads(context.secret) if context.secret else {}
    found: dict[int, Brought] = {}
    for number, part in enumerate(parts):

        def report(share: float, message: str, done: int = number) -> None:
            context.report((done + share) / len(parts), message)

        place = int(str(part["place"]))
        found[place] = _bring(replace(context, params=part, report=report, secret=secrets.get(str(place), "")))
        # A source that may end early keeps what it has, where that is the last of the tables.
        if context.should_stop() and (part.get("staged") or number + 1 < len(parts)):
            return
    folder = context.workspace.artefact_dir(context.project_id, KIND, context.job_id)
    again = Again(first=found.pop(-1, None), seconds=found)
    write_json(folder / AGAIN, again.model_dump(mode="json"))
    _unstage(context)


def _bring(context: "JobContext") -> Brought:
    params, workspace = context.params, context.workspace
    with tempfile.TemporaryDirectory(prefix="source-") as folder:
        acquired, began = _acquire(context, Path(folder))

        def report(share: float, message: str) -> None:
            context.report(began + share * (1 - began), message)

        return importing.bring(
            workspace,
            acquired.path,
            name=acquired.name,
            options=acquired.options,
            source=str(params["source"]),
            origin=dict(params["origin"]),
            warnings=acquired.warnings,
            target=params.get("target"),
            whole=bool(params.get("whole")),
            now=datetime.now(UTC),
            report=report,
        )


def _acquire(context: "JobContext", folder: Path) -> tuple[Acquired, float]:
    """Return the file to read, and the share of the work that is then done."""
    params = context.params
    if params.get("staged"):
        path = _staged(context.workspace, str(params["staged"]))
        if not path.is_file():
            raise JobError("The uploaded file is no longer there.", next_step="Choose it again.")
        return Acquired(path, str(params["name"]), ReadOptions.from_dict(params.get("options") or {})), 0.0
    from core.data.sources.registry import SOURCES

    kind = SOURCES[str(params["source"])]
    if params.get("with_secret") and not context.secret:
        raise JobError("The server was restarted before the reading began.", next_step="Enter the password again.")
    settings = context.workspace.settings
    reach = Reach(
        folder,
        secret=context.secret,
        report=lambda share, message: context.report(FETCHED * share, message),
        should_stop=context.should_stop,
        private_network=settings.private_network,
        local_files=settings.local_files,
    )
    return kind.acquire(kind.origin.model_validate(params["origin"]), reach), FETCHED


def _staged(workspace: Workspace, name: str) -> Path:
    return inside(workspace.home / "uploads", name)


def _unstage(context: "JobContext") -> None:
    """Throw away the uploaded files the job was to read."""
    for part in (context.params, *context.params.get("parts", ())):
        if part.get("staged"):
            _staged(context.workspace, str(part["staged"])).unlink(missing_ok=True)


def _keep(context: "JobContext", brought: Brought) -> None:
    folder = context.workspace.artefact_dir(context.project_id, KIND, context.job_id)
    write_json(folder / RESULT, brought.model_dump(mode="json"))


def draw_sample(context: "JobContext") -> None:
    """Draw the sample of a large table anew, so that the outcome named since keeps its shares."""
    workspace = context.workspace
    project = workspace.get(context.project_id)
    first = (project.data.base or project.data) if project.data is not None else None
    if first is None or first.whole is None or project.table_schema is None:
        raise JobError("This project works on all rows of its table.")
    context.report(0.1, f"Drawing a sample of {first.whole.rows:,} rows")
    ref = importing.draw(workspace, first, str(context.params["target"]))
    if project.data is not None and project.data.joined:
        context.report(0.6, "Joining it again")
        ref = drawn_again(workspace, project, ref)
    _keep(context, Brought(ref=ref, table_schema=project.table_schema))


def result(workspace: Workspace, job: Job) -> Brought | None:
    """Return what a finished import has brought; ``None`` once it was taken."""
    folder = workspace.artefact_dir(job.project_id, KIND, job.id)
    found = read_json(folder / RESULT)
    return None if found is None else Brought.model_validate(found)


def again(workspace: Workspace, job: Job) -> Again | None:
    """Return what a finished refresh has read; ``None`` once it was taken."""
    found = read_json(workspace.artefact_dir(job.project_id, KIND, job.id) / AGAIN)
    return None if found is None else Again.model_validate(found)


def taken(workspace: Workspace, job: Job) -> None:
    """Forget what an import has brought, after the project has taken it."""
    remove_tree(workspace.artefact_dir(job.project_id, KIND, job.id))


def discard(context: "JobContext") -> None:
    """Throw away what was brought; the table itself is swept once no project speaks of it."""
    remove_tree(context.workspace.artefact_dir(context.project_id, KIND, context.job_id))
    _unstage(context)
