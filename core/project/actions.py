"""What the one-click fixes of findings do; each entry turns parameters into a change of the project."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from core.data.schema import ColumnType
from core.errors import InputError
from core.findings import Fix
from core.prepare.recipe import Step
from core.project import changes
from core.project.calibrating import set_calibration
from core.project.document import Project


@dataclass(frozen=True, eq=False)
class Setting:
    """What an action may need beside the project: its table and the time."""

    table: pd.DataFrame
    now: datetime


Action = Callable[[Project, dict[str, Any], Setting], Project]


def _leave_out(project: Project, params: dict[str, Any], setting: Setting) -> Project:
    return changes.leave_out(
        project, list(params["columns"]), setting.table, now=setting.now, why=params.get("reason", "")
    )


def _not_known_then(project: Project, params: dict[str, Any], setting: Setting) -> Project:
    unknown = tuple(dict.fromkeys((*project.frame.unknown_at_prediction, *params["columns"])))
    return changes.change_frame(project, setting.table, now=setting.now, unknown_at_prediction=unknown)


def _set_type(project: Project, params: dict[str, Any], setting: Setting) -> Project:
    kind = ColumnType(params["type"])
    return changes.set_column(project, params["column"], setting.table, now=setting.now, type=kind)


def _add_step(project: Project, params: dict[str, Any], setting: Setting) -> Project:
    from core.prepare.steps import STEPS, usual_place

    kind = params["kind"]
    spec = STEPS[kind]
    step = Step(
        id=new_step_id(project, kind),
        kind=kind,
        columns=tuple(params.get("columns", ())),
        params=dict(params.get("params", {})),
        reason=params.get("reason", ""),
    )
    at = usual_place(project.recipe, kind, names_columns=bool(step.columns))
    what = f"Added step: {spec.title}" + (f" ({', '.join(step.columns)})" if step.columns else "")
    return changes.edit_recipe(project, project.recipe.with_step(step, at), what, now=setting.now)


def _set_split(project: Project, params: dict[str, Any], setting: Setting) -> Project:
    return changes.set_split(project, now=setting.now, **params)


def _set_sensitive(project: Project, params: dict[str, Any], setting: Setting) -> Project:
    sensitive = tuple(dict.fromkeys((*project.frame.sensitive, *params["columns"])))
    return changes.change_frame(project, setting.table, now=setting.now, sensitive=sensitive)


def _set_metric(project: Project, params: dict[str, Any], setting: Setting) -> Project:
    return changes.change_frame(project, setting.table, now=setting.now, metric=params["metric"])


def _choose_run(project: Project, params: dict[str, Any], setting: Setting) -> Project:
    return changes.choose_run(project, params["run"], params.get("title", params["run"]), now=setting.now)


def _set_threshold(project: Project, params: dict[str, Any], setting: Setting) -> Project:
    return changes.set_threshold(project, params["threshold"], now=setting.now)


def _correct_chances(project: Project, params: dict[str, Any], setting: Setting) -> Project:
    return set_calibration(project, params["way"], now=setting.now)


ACTIONS: Final[dict[str, Action]] = {
    "leave_out": _leave_out,
    "not_known_then": _not_known_then,
    "set_type": _set_type,
    "add_step": _add_step,
    "set_split": _set_split,
    "set_sensitive": _set_sensitive,
    "set_metric": _set_metric,
    "choose_run": _choose_run,
    "set_threshold": _set_threshold,
    "correct_chances": _correct_chances,
}
"""Every fix that changes the project."""

VISITS: Final = ("go_to", "use_remedy")
"""Fixes that lead to a screen where the user goes on."""


def new_step_id(project: Project, kind: str) -> str:
    """Return an id no step of the project has had."""
    turned = (state.recipe for state in (*project.prepare_past, *project.prepare_future))
    used = {step.id for recipe in (project.recipe, *turned) if recipe is not None for step in recipe.steps}
    number = 1
    while f"{kind}-{number}" in used:
        number += 1
    return f"{kind}-{number}"


def apply_fix(project: Project, fix: Fix, *, table: pd.DataFrame, now: datetime) -> Project:
    """Settle a finding.

    Parameters
    ----------
    project : Project
    fix : Fix
    table : DataFrame
        The project's table.
    now : datetime

    Returns
    -------
    Project
        Unchanged for a fix that only leads to another screen.

    Raises
    ------
    InputError
        When the fix is not known.
    """
    if fix.action in VISITS:
        return project
    if fix.action not in ACTIONS:
        raise InputError(f"Fairway does not know the fix '{fix.action}'.")
    return ACTIONS[fix.action](project, fix.params, Setting(table, now))
