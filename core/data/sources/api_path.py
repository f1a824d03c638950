"""The records in a JSON answer: read strictly, found by a path, one row each."""

import json
from typing import Any

from core.errors import DataError

SHOWN = 8
"""Names of fields listed in a message."""


def decoded(body: bytes) -> Any:
    """Read a JSON answer.

    Parameters
    ----------
    body : bytes
        UTF-8, UTF-16 or UTF-32.

    Returns
    -------
    object
        ``NaN`` and infinities, which some servers write, are missing.

    Raises
    ------
    DataError
        It is empty, no JSON, or nested too deep.
    """
    if not body.strip():
        raise DataError("The answer is empty.", next_step="Check the address.")
    try:
        text = body.decode(json.detect_encoding(body))
        return json.loads(text, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        page = body.lstrip()[:1] == b"<"
        what = "a web page" if page else "something else, or JSON that is cut off or damaged"
        raise DataError(
            f"The answer is not JSON but {what}.", next_step="Check the address, and whether it first asks to sign in."
        ) from error


def value_at(document: Any, path: str) -> Any:
    """Return what stands at a path such as ``data.items`` or ``results.0.rows``.

    Raises
    ------
    KeyError
        Nothing stands there; its argument is the step that leads nowhere.
    """
    here = document
    if isinstance(here, dict) and path in here:
        # A name may hold dots itself, as "@odata.nextLink" does.
        return here[path]
    for step in path.split(".") if path else []:
        if isinstance(here, dict) and step in here:
            here = here[step]
        elif isinstance(here, list) and step.isdecimal() and int(step) < len(here):
            here = here[int(step)]
        else:
            raise KeyError(step)
    return here


def records_in(document: Any, path: str) -> tuple[list[Any], list[str]]:
    """Find the records of an answer.

    Parameters
    ----------
    document : object
    path : str
        Where they are; empty looks for the only list of records.

    Returns
    -------
    records : list
    said : list of str
        What was guessed or taken otherwise than as a list of objects.

    Raises
    ------
    DataError
        Nothing stands at the path, or something that is no list of records.
    """
    said: list[str] = []
    if not path and isinstance(document, dict):
        found = [name for name, value in document.items() if isinstance(value, list)]
        objects = [name for name in found if any(isinstance(one, dict) for one in document[name])]
        if len(objects or found) > 1:
            raise DataError(
                f"The answer holds several lists: {_names(objects or found)}.",
                next_step="Say which of them holds the records.",
            )
        if found:
            path = (objects or found)[0]
            said.append(f"The records were found under `{path}`.")
    try:
        here = value_at(document, path)
    except KeyError as error:
        raise DataError(
            f"The answer has no `{path}`: `{error.args[0]}` is not there. {_holds(document)}",
            next_step="Correct the path to the records.",
        ) from error
    if isinstance(here, dict):
        return [here], [*said, "The answer holds one object, and became one row."]
    if here is None:
        return [], said
    if not isinstance(here, list):
        raise DataError(
            f"At `{path}` stands a single value, not a list of records." if path else "The answer is a single value.",
            next_step="Correct the path to the records.",
        )
    if here and not any(isinstance(one, dict) for one in here):
        rows = any(isinstance(one, list) for one in here)
        said.append(
            "The records are lists without names; their values became columns by position."
            if rows
            else "The records are single values; they became one column."
        )
    return here, said


def _holds(document: Any) -> str:
    if isinstance(document, dict):
        return f"It holds {_names(list(document))}." if document else "It is empty."
    return "It is a list." if isinstance(document, list) else "It is a single value."


def _names(names: list[str]) -> str:
    shown = ", ".join(f"`{name[:40]}`" for name in names[:SHOWN])
    return shown + (f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else "")
