"""A recipe file as an option of ``fit``: read, held against the table, and taken into the project."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError, RecipeError
from core.limits import MB, RECIPE_FILE_BYTES

if TYPE_CHECKING:
    from core.data.schema import Schema
    from core.prepare.document import Written
    from core.project.document import Project


def add_recipe(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a recipe file."""
    parser.add_argument(
        "--recipe",
        metavar="FILE.yaml",
        help="recipe file, as Prepare or the command recipe writes it; default: by the table",
    )


def read_recipe(name: str | None) -> "Written | None":
    """Read a recipe file.

    Parameters
    ----------
    name : str or None
        Its path; ``None`` where none was named.

    Returns
    -------
    Written or None

    Raises
    ------
    InputError
        There is no such file.
    RecipeError
        It is no recipe file; the message names the line, the step and the setting.
    """
    if name is None:
        return None
    from core.prepare.document import from_yaml

    path = Path(name)
    try:
        with path.open("rb") as file:
            content = file.read(RECIPE_FILE_BYTES + 1)
    except OSError:
        raise InputError(
            f"The recipe file {path.name} cannot be read.", next_step="Check its name and folder."
        ) from None
    if len(content) > RECIPE_FILE_BYTES:
        raise RecipeError(f"{path.name} is larger than {RECIPE_FILE_BYTES // MB:,} MB, so it is no recipe file.")
    try:
        return from_yaml(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise RecipeError(f"{path.name} is not written in UTF-8.", next_step="Save it as UTF-8.") from None
    except RecipeError as fault:
        raise RecipeError(fault.what, where=f"(File: {path.name}.)", next_step=fault.next_step) from None


def check_fits(written: "Written", schema: "Schema") -> None:
    """Refuse a recipe file that does not fit the table: what would be trained is not what it says.

    Parameters
    ----------
    written : Written
    schema : Schema
        Of the table.

    Raises
    ------
    RecipeError
        A step that is on, the split plan or the contract names a column that is absent or of another type.
    """
    from core.prepare.fitting import unfit_words

    said = unfit_words(written, schema)
    if said:
        raise RecipeError(
            f"The recipe file does not fit the table. {' '.join(said)}",
            next_step="Correct the file; a step with “on: false” may stay. The types of the table’s columns are those "
            "that the command profile shows.",
        )


def with_recipe(project: "Project", written: "Written") -> "Project":
    """Return the project with the steps of a recipe file and with its contract; the split plan is taken elsewhere."""
    contract = project.contract if written.contract is None else written.contract
    return project.updated(recipe=written.recipe, recipe_touched=True, contract=contract)
