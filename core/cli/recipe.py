"""``recipe``: the recipe a table suggests, or that of a project, as a file that ``fit`` takes."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.asking import add_question
from core.cli.command import Answer, Command
from core.cli.output import say
from core.cli.reading import DATA_HELP, add_reading
from core.cli.sources import add_source
from core.errors import InputError

if TYPE_CHECKING:
    from core.project.document import Project


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", nargs="?", help=f"{DATA_HELP}; none with --project")
    add_reading(parser)
    add_source(parser)
    add_question(parser, required=False)
    parser.add_argument(
        "--project",
        metavar="P",
        help="a project in place of DATA: its id, as in the address of its screens, or a saved project (.fairway)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE.yaml", help="default: print it")


def _run(given: argparse.Namespace) -> Answer:
    if given.out is not None and given.out.is_dir():
        raise InputError(f"{given.out} is a folder.", next_step="Name a file with --out.")
    project = _of_table(given) if given.project is None else _of_project(given)
    from core.prepare.document import to_yaml
    from core.prepare.steps import STEPS

    text = to_yaml(project.recipe, project.split, project.contract)
    if given.out is not None:
        try:
            given.out.write_text(text, encoding="utf-8")
        except OSError:
            raise InputError(
                f"{given.out.name} could not be written.", next_step="Choose another place with --out."
            ) from None
    steps = [
        {
            "id": step.id,
            "kind": step.kind,
            "on": step.on,
            "columns": step.columns,
            "settings": step.params,
            "says": _line(project, number),
            "reason": step.reason,
        }
        for number, step in enumerate(project.recipe.steps)
    ]
    data = {
        "target": project.frame.target,
        "steps": steps,
        "split": project.split.model_dump(mode="json"),
        "contract": {name: said.model_dump(mode="json") for name, said in project.contract.items()},
        "out": None if given.out is None else str(given.out),
        "yaml": text,
    }
    if given.out is None:
        return Answer(data, tuple(text.rstrip().split("\n")))
    shown = [
        f"{number}. {one['says'] or STEPS[str(one['kind'])].title}{'' if one['on'] else ' (off)'}"
        for number, one in enumerate(steps, start=1)
    ]
    return Answer(data, (*(line.replace("`", "") for line in shown), f"The recipe is in {given.out}"))


def _line(project: "Project", number: int) -> str:
    from core.prepare.steps import STEPS

    step = project.recipe.steps[number]
    if project.table_schema is None or step.kind not in STEPS:
        return ""
    return STEPS[step.kind].describe(step, project.table_schema)


def _of_table(given: argparse.Namespace) -> "Project":
    if given.data is None or given.target is None:
        raise InputError(
            "A recipe is made for a table and its outcome.",
            next_step="Name DATA and --target, or a project with --project.",
        )
    from core.cli.bringing import bring_table
    from core.cli.question import frame_of, plain_project
    from core.prepare.defaults import default_split
    from core.project.changes import with_defaults

    read = bring_table(given, target=given.target)
    for warning in (*([read.sampled] if read.sampled else []), *read.ref.warnings):
        say(warning)
    frame = frame_of(given, read)
    project = plain_project(read, frame, now=datetime.now(UTC))
    split = default_split(read.frame, read.schema, frame)
    return with_defaults(project.updated(split=split, split_touched=True), read.frame)


def _of_project(given: argparse.Namespace) -> "Project":
    if given.data is not None or given.target is not None:
        raise InputError(
            "A project has its table and its outcome.", next_step="Leave DATA and --target out, or --project."
        )
    from core.settings import Settings
    from core.workspace import Workspace
    from core.workspace.archive import project_in

    path = Path(given.project)
    if path.is_file():
        return project_in(path)
    workspace = Workspace.open(Settings.from_environment())
    try:
        return workspace.get(given.project)
    finally:
        workspace.database.close()


COMMAND = Command("recipe", "Write the recipe a table suggests, or that of a project, as a file.", _arguments, _run)
