"""The project document as text, and the name a project may have."""

import json
import unicodedata

from pydantic import ValidationError

from core import limits
from core.errors import DamagedProjectError, InputError, LimitError
from core.project.document import SCHEMA_VERSION, Project


def to_text(project: Project) -> str:
    """Write a project as JSON.

    Half surrogates, which no encoding can hold, become question marks; all else comes back as it was.
    """
    text = json.dumps(project.model_dump(mode="json"), ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def from_text(text: str | bytes) -> Project:
    """Read a project.

    Parameters
    ----------
    text : str or bytes

    Returns
    -------
    Project

    Raises
    ------
    DamagedProjectError
        The text is no project, or one of a newer version.
    """
    try:
        raw = json.loads(text)
        version = raw["schema_version"]
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise DamagedProjectError(
                f"This project was saved by a newer version of Fairway (document {version}; this one reads up to "
                f"{SCHEMA_VERSION}).",
                next_step="Open it with the newer version. Nothing was changed.",
            )
        return Project.model_validate_json(text)
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as error:
        raise DamagedProjectError(
            "This project is damaged and cannot be read.",
            next_step="Your other projects are unharmed. Import it from a project file, or ask whoever runs this "
            "server for a backup.",
        ) from error


def clean_name(given: str) -> str:
    """Return a project's name without outer space and without characters that cannot be seen or stored.

    Parameters
    ----------
    given : str

    Returns
    -------
    str

    Raises
    ------
    InputError
        Nothing is left.
    LimitError
        It is longer than ``limits.NAME_LENGTH``.
    """
    visible = "".join(" " if unicodedata.category(character) in ("Cc", "Cs") else character for character in given)
    name = visible.strip()
    if not name:
        raise InputError("A project needs a name.", next_step="Give it a word or two.")
    if len(name) > limits.NAME_LENGTH:
        raise LimitError(
            f"The name has {len(name):,} characters; at most {limits.NAME_LENGTH} fit.", next_step="Shorten it."
        )
    return name
