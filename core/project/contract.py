"""Changes of what new rows must hold."""

from collections.abc import Mapping
from datetime import datetime

from core.data.dictionary import read_allowed
from core.errors import InputError
from core.limits import REASON_LENGTH
from core.prepare.contract import UNSAID, ColumnContract, said_of
from core.project.document import Project
from core.project.undoing import replaced

SHOWN_COLUMNS = 5
"""Columns the log names; the others are counted."""


def set_contract(project: Project, said: Mapping[str, ColumnContract], *, now: datetime) -> Project:
    """Say what new rows must hold; what was said before can be had back by undo.

    Parameters
    ----------
    project : Project
    said : mapping of str to ColumnContract
        By column; columns that are not named stay as they are.
    now : datetime

    Returns
    -------
    Project

    Raises
    ------
    InputError
        The table has no such column, or what is allowed cannot be read.
    """
    schema = project.table_schema
    for name, given in said.items():
        if schema is None or name not in schema:
            raise InputError(f"The table has no column '{name}'.")
        if given.allowed is not None:
            if len(given.allowed) > REASON_LENGTH:
                raise InputError(f"What '{name}' may hold is longer than {REASON_LENGTH:,} characters.")
            read_allowed(given.allowed, schema[name].type)
    kept = said_of({**project.contract, **said})
    changed = [name for name in said if kept.get(name, UNSAID) != project.contract.get(name, UNSAID)]
    if not changed:
        return project
    more = f" and {len(changed) - SHOWN_COLUMNS:,} more" if len(changed) > SHOWN_COLUMNS else ""
    what = f"What new rows must hold: {', '.join(changed[:SHOWN_COLUMNS])}{more}"
    return replaced(project, what, now=now, contract=kept)
