"""Expectations as a readable file, in YAML."""

from collections.abc import Mapping
from typing import Any, Final

import yaml
from pydantic import ValidationError

from core.errors import InputError
from core.evaluate.expectations import Condition, Expectation
from core.limits import EXPECTATIONS

DEPTH: Final = 6
"""How deep lists and mappings of the file may be nested."""
BOUNDS: Final[Mapping[str, str]] = {"at_least": "from", "at_most": "to"}
"""Words of the file to the side a bound is on."""
COMPARED: Final[Mapping[str, str]] = {
    "is": "equals",
    "is_not": "differs",
    "below": "below",
    "at_most": "to",
    "above": "above",
    "at_least": "from",
}
"""Words of the file to comparisons that take a value."""
STATES: Final = ("missing", "filled")
"""Comparisons without a value: ``missing: true``."""
_SHAPE: Final = "Write “expectations:” and a list, each with a measure, at_least or at_most, and where it holds."


def from_yaml(text: str) -> tuple[Expectation, ...]:
    """Read a file of expectations.

    Parameters
    ----------
    text : str
        ``expectations`` and a list; each entry has a ``measure``, a bound ``at_least`` or ``at_most``, and may have
        ``where``: a list of conditions, each with a ``column`` and one comparison.

    Returns
    -------
    tuple of Expectation
        In their order; whether they fit a table is not known here.

    Raises
    ------
    InputError
        It is no such file; the message says which entry and why.
    """
    given = _loaded(text)
    if isinstance(given, dict) and set(given) == {"expectations"}:
        given = given["expectations"]
    if not isinstance(given, list) or not given:
        raise InputError("The file holds no list of expectations.", next_step=_SHAPE)
    if len(given) > EXPECTATIONS:
        raise InputError(f"The file holds {len(given):,} expectations; the most is {EXPECTATIONS}.")
    return tuple(_expectation(entry, f"Expectation {number}") for number, entry in enumerate(given, start=1))


def _loaded(text: str) -> Any:
    try:
        depth = 0
        # Before anything is built: values by reference can grow without end, and deep ones exhaust the reader.
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise InputError("Values by reference (“*”) are not read.", next_step=_SHAPE)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH:
                raise InputError(f"Lists are nested more than {DEPTH} deep.", next_step=_SHAPE)
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = f"Line {error.problem_mark.line + 1}" if error.problem_mark else "The file"
        raise InputError(f"{line}: {error.problem or 'it cannot be read as YAML'}.", next_step=_SHAPE) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        raise InputError("The file cannot be read as YAML.", next_step=_SHAPE) from None


def _expectation(entry: Any, place: str) -> Expectation:
    held = _mapping(entry, place, ("measure", "where", *BOUNDS))
    bounds = [name for name in BOUNDS if name in held]
    if len(bounds) != 1:
        raise InputError(f"{place} needs one bound: at_least or at_most.", next_step=_SHAPE)
    where = held.get("where", [])
    if not isinstance(where, list):
        raise InputError(f"{place}: “where” must be a list of conditions.", next_step=_SHAPE)
    bound = held[bounds[0]]
    if isinstance(bound, bool) or not isinstance(bound, int | float):
        raise InputError(f"{place}: {bounds[0]} must be a number, not “{bound}”.", next_step=_SHAPE)
    try:
        return Expectation.model_validate(
            {
                "conditions": [_condition(one, f"{place}, condition {at}") for at, one in enumerate(where, start=1)],
                "measure": held.get("measure"),
                "side": BOUNDS[bounds[0]],
                "bound": bound,
            }
        )
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise InputError(f"{place}: “{field}” cannot be what it is given as.", next_step=_SHAPE) from None


def _condition(entry: Any, place: str) -> Condition:
    held = _mapping(entry, place, ("column", *COMPARED, *STATES))
    ways = [name for name in held if name != "column"]
    if not isinstance(held.get("column"), str) or len(ways) != 1:
        raise InputError(f"{place} needs a column and one comparison.", next_step="Such as: column: age, below: 22.")
    way, value = ways[0], held[ways[0]]
    if way in STATES:
        if value is not True:
            raise InputError(f"{place}: write “{way}: true”.")
        return Condition(column=held["column"], comparison=way)
    if isinstance(value, list | dict) or value is None:
        raise InputError(f"{place}: “{way}” needs one value.")
    # Yes and no of a file are written as a table holds them, as text.
    said = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return Condition(column=held["column"], comparison=COMPARED[way], value=said)


def _mapping(entry: Any, place: str, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise InputError(f"{place} must be names with their values.", next_step=_SHAPE)
    strange = [str(name) for name in entry if name not in names]
    if strange:
        raise InputError(f"{place} may not hold “{strange[0]}”, only {', '.join(names)}.", next_step=_SHAPE)
    return {str(name): value for name, value in entry.items()}
