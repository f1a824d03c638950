"""Labels and the tables they belong to: a new column to label, and labels that become part of the table."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from core.data.labels import Labelled, Reason, apply_labels
from core.project.document import Project
from core.project.labelling import checked_target, labels_used, needs_table, target_made
from core.workspace.labels import Target
from core.workspace.store import Workspace


def target_of(project: Project, column: str) -> Target:
    """Return what labels of a column of the project speak of."""
    return Target(needs_table(project).brought, column)


def original_values(workspace: Workspace, project: Project, column: str) -> pd.Series:
    """Return a column as it was before any label; empty where it was made to be labelled."""
    ref = needs_table(project)
    if ref.labelling is not None and column in ref.labelling.made:
        amounts = column not in ref.labelling.outcomes
        return pd.Series([None] * ref.rows, dtype="float64" if amounts else "str", name=column)
    if ref.base is None:
        return workspace.read_table(ref.brought, [column])[column]
    # A joined column is in the table as it is now only, with the labels that were used in it.
    log, _ = workspace.labels(project.id).read(target_of(project, column))
    touched = {entry.row: entry.previous for entry in reversed(log)}
    found = [Labelled(row, value, None, "", ref.imported, Reason.REVIEW) for row, value in touched.items()]
    return apply_labels(found, workspace.read_table(ref.content_hash, [column])[column])


def make_target(
    workspace: Workspace, project: Project, name: str, outcomes: Sequence[str], *, now: datetime
) -> Project:
    """Give the table an empty column to label; the project is returned, not saved.

    Parameters
    ----------
    workspace : Workspace
    project : Project
    name : str
    outcomes : sequence of str
        What can be chosen; none for amounts.
    now : datetime

    Returns
    -------
    Project

    Raises
    ------
    InputError
        Name or outcomes cannot be used; the project stays as it was.
    """
    table = workspace.read_table(needs_table(project).content_hash)
    column, named = checked_target(table, name, outcomes)
    table[column] = pd.Series([None] * len(table), dtype="str" if named else "float64", index=table.index)
    return target_made(project, table, workspace.write_table(table), column, named, now=now)


def use_labels(workspace: Workspace, project: Project, column: str, *, now: datetime) -> tuple[Project, str]:
    """Make a column's labels part of the table; the table before and the original stay, the project is not saved.

    Returns
    -------
    project : Project
        Unchanged where the table says the same already.
    why_not : str
        What still keeps the column from being predicted; empty where nothing does.
    """
    log, _ = workspace.labels(project.id).read(target_of(project, column))
    table = workspace.read_table(needs_table(project).content_hash)
    table[column] = apply_labels(log, original_values(workspace, project, column))
    return labels_used(project, table, workspace.write_table(table), column, log, now=now)
