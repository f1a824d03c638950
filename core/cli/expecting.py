"""Expectations as an option of ``fit``: read, held against the table, and checked once the model is there."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.command import NOT_MET, OK
from core.errors import InputError
from core.limits import MB, RECIPE_FILE_BYTES

if TYPE_CHECKING:
    from core.evaluate.expectations import Checked, Expectation
    from core.prepare.problem import Problem
    from core.project.document import Project
    from core.train.fitted import FittedRun


def add_expect(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a file of expectations."""
    parser.add_argument(
        "--expect",
        metavar="FILE.yaml",
        help=f"what the model must keep to; ends with status {NOT_MET} where it does not",
    )


def read_expect(name: str | None) -> "tuple[Expectation, ...]":
    """Read a file of expectations; none where no file is named.

    Raises
    ------
    InputError
        There is no such file, or it is none of expectations.
    """
    if name is None:
        return ()
    from core.project.expectfile import from_yaml

    path = Path(name)
    try:
        with path.open("rb") as file:
            content = file.read(RECIPE_FILE_BYTES + 1)
        if len(content) > RECIPE_FILE_BYTES:
            raise InputError(f"{path.name} is larger than {RECIPE_FILE_BYTES // MB:,} MB.")
        return from_yaml(content.decode("utf-8-sig"))
    except OSError:
        raise InputError(f"The file {path.name} cannot be read.", next_step="Check its name and folder.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not written in UTF-8.", next_step="Save it as UTF-8.") from None


def expecting(project: "Project", expected: "Sequence[Expectation]", built: "Problem") -> "Project":
    """Return the project with its expectations; raises ``InputError`` where one does not fit the table."""
    from core.project.expecting import expect

    for one in expected:
        try:
            project = expect(project, one, built, now=datetime.now(UTC))
        except InputError as fault:
            raise InputError(f"“{one.words.replace('`', '')}”: {fault.message}") from None
    return project


def held(project: "Project", built: "Problem", fitted: "FittedRun") -> "tuple[Checked, ...]":
    """Hold what the model said of the rows left out against each expectation."""
    from core.project.expecting import checked
    from core.project.judge import Judged, decided

    judged = decided(project, built, Judged(fitted.outcomes, fitted.folds, fitted.rows))
    return checked(project, built, judged.outcomes, judged.rows)


def told(found: "Sequence[Checked]") -> tuple[int, list[dict[str, Any]], tuple[str, ...]]:
    """Return the exit status, the JSON values and the lines of what was checked."""
    from core.project.expecting import in_words

    words = in_words(found)
    broken = any(kept == "not met" for _, kept, _ in words)
    lines = [f"Expectation {kept}: {what}. {why}" for what, kept, why in words]
    data = [{"expectation": what, "kept": kept, "reason": why} for what, kept, why in words]
    return NOT_MET if broken else OK, data, tuple(lines)
