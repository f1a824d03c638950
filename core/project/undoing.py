"""Undo and redo on Prepare: of the recipe, the split plan and the contract alike, as far back as there were changes.

The document holds the nearest changes. Those farther off are put on pages, which never change and are named by their
content, so that every revision of the project finds the ones it speaks of.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from core.limits import UNDO_HELD
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.recipe import Recipe
from core.project.document import PrepareState, Project, UndoPage
from core.project.log import logged

PAGE: Final = UNDO_HELD // 2
"""Changes on a page: with half as many as are held, to and fro around a page's end writes and reads none."""
NOTHING_TO_UNDO: Final[dict[str, Any]] = {
    "prepare_past": (),
    "prepare_older": "",
    "prepare_future": (),
    "prepare_later": "",
}
"""Fields of a project in which no change on Prepare can be taken back."""


def replaced(project: Project, what: str, *, now: datetime, why: str = "", **parts: object) -> Project:
    """Return the project with other parts of Prepare, all of which one undo brings back.

    Parameters
    ----------
    project : Project
    what, why : str
        For the log.
    now : datetime
    **parts
        Fields of :class:`core.project.document.PrepareState`.

    Returns
    -------
    Project
    """
    before = PrepareState(**{name: getattr(project, name) for name in parts})
    touched = {f"{name}_touched": True for name in parts if name in ("recipe", "split")}
    kept = with_past(project, before)
    return logged(kept.updated(**parts, **touched), "prepare", what, now=now, why=why)


def with_past(project: Project, before: PrepareState) -> Project:
    """Return the project with one more state to go back to, and none to go on to."""
    return project.updated(prepare_past=(*project.prepare_past, before), prepare_future=(), prepare_later="")


def undo(project: Project, *, now: datetime) -> Project:
    """Take back the last change of the recipe, the split plan or the contract."""
    if not project.prepare_past:
        return project
    *past, before = project.prepare_past
    future = (_held(project, before), *project.prepare_future)
    project = project.updated(**before.parts, prepare_past=tuple(past), prepare_future=future)
    return logged(project, "prepare", f"Went back to {_named(before)}", now=now)


def redo(project: Project, *, now: datetime) -> Project:
    """Take back an undo."""
    if not project.prepare_future:
        return project
    after, *future = project.prepare_future
    past = (*project.prepare_past, _held(project, after))
    project = project.updated(**after.parts, prepare_past=past, prepare_future=tuple(future))
    return logged(project, "prepare", f"Went on to {_named(after)}", now=now)


def with_room(project: Project, write: Callable[[UndoPage], str], read: Callable[[str], UndoPage | None]) -> Project:
    """Return the project with a bounded number of changes in it, and at least one where there is one on a page.

    Parameters
    ----------
    project : Project
    write : callable
        Keeps a page and returns its name.
    read : callable
        Returns the page of a name; ``None`` where it is gone, which is then where undo ends.

    Returns
    -------
    Project
    """
    past, older = project.prepare_past, project.prepare_older
    while len(past) > UNDO_HELD:
        older = write(UndoPage(states=past[:PAGE], beyond=older))
        past = past[PAGE:]
    if not past and older:
        page = read(older)
        past, older = (page.states, page.beyond) if page else ((), "")
    future, later = project.prepare_future, project.prepare_later
    while len(future) > UNDO_HELD:
        later = write(UndoPage(states=future[-PAGE:], beyond=later))
        future = future[:-PAGE]
    if not future and later:
        page = read(later)
        future, later = (page.states, page.beyond) if page else ((), "")
    return project.updated(prepare_past=past, prepare_older=older, prepare_future=future, prepare_later=later)


def parts_words(state: PrepareState) -> str:
    """Name what a change is of: "the recipe and the split plan"."""
    names = {"recipe": "the recipe", "split": "the split plan", "contract": "what new rows must hold"}
    return " and ".join(names[name] for name in state.parts)


def _held(project: Project, state: PrepareState) -> PrepareState:
    """Return what the project holds in the place of a state."""
    return PrepareState(**{name: getattr(project, name) for name in state.parts})


def _named(state: PrepareState) -> str:
    said = []
    for part in state.parts.values():
        if isinstance(part, Recipe):
            said.append(f"recipe {part.number}")
        elif isinstance(part, SplitPlan):
            said.append(f"the split: {split_words(part)}")
        else:
            said.append("what new rows had to hold")
    return " and ".join(said)


def split_words(plan: SplitPlan) -> str:
    """Say in a few words how a plan parts the rows."""
    by = f" by {plan.column}" if plan.column else ""
    balanced = f", equal shares of {', '.join(plan.balance)}" if plan.balance else ""
    sealed = f"{100 * plan.test_share:g}% sealed"
    if plan.kind is SplitKind.COLUMN:
        sealed = f"{', '.join(plan.test_values)} sealed"
    gap = f", gap {plan.gap:g}" if plan.gap else ""
    judged = f"{plan.folds} folds" + (f", dealt {plan.repeats} times" if plan.repeats > 1 else "")
    if plan.is_holdout:
        judged = "a validation part"
    return f"{plan.kind.value}{by}{balanced}{gap}, {sealed}, {judged}, seed {plan.seed}"
