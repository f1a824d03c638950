"""What the labelling view works on: the column asked for, the log so far, and the queues of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core import limits
from core.data.labels import Labelled, Reason, checked_label, in_effect, label, redo, standing, taken_back, undo
from core.errors import FairwayError
from core.project.document import Project
from core.project.fingerprint import digest, training_fingerprint
from core.project.labelling import Question, begun, propose_rows, suspects
from core.runtime.values import as_text
from core.workspace.labelling import original_values, target_of
from core.workspace.labels import Target
from pages.components import results, session

UNNAMED = "Not named"
"""Stands for a labeller who gave no name."""
REFUSED = "label_refused"
"""Key of why the last label was not kept."""


@dataclass(frozen=True, eq=False)
class Desk:
    """One labeller before one column.

    Parameters
    ----------
    project : Project
    asked : Question
    target : Target
    stored : Series
        The column before any label.
    log : tuple of Labelled
        As it is now, other tabs included.
    who : str
    places : ndarray of int or None
        Where in the full table each row stands, where the table is a sample of it.
    """

    project: Project
    asked: Question
    target: Target
    stored: pd.Series
    log: tuple[Labelled, ...]
    who: str
    places: NDArray[np.intp] | None = None

    def value(self, row: int) -> str | None:
        """Return the label of a row as it is now."""
        found = in_effect(self.log).get(row)
        return self.before(row) if found is None else found.value

    def own(self, row: int) -> Labelled | None:
        """Return this labeller's own last word on a row."""
        return next((e for e in reversed(standing(self.log)) if e.row == row and e.who == self.who), None)

    def before(self, row: int) -> str | None:
        """Return what the table says of a row without any label given by hand."""
        return as_text(self.stored.iloc[[row]]).iloc[0]


@st.cache_resource(show_spinner=False, max_entries=4)
def _stored(project_key: str, content_hash: str, brought: str, column: str, _project: Project) -> pd.Series:
    return original_values(session.workspace(), _project, column)


def stored(project: Project, column: str) -> pd.Series:
    """Return a column before any label."""
    assert project.data is not None
    return _stored(project.id, project.data.content_hash, project.data.brought, column, project)


@st.cache_resource(show_spinner=False, max_entries=2)
def _places(brought: str) -> NDArray[np.intp] | None:
    return session.workspace().tables.places(brought)


def places(project: Project) -> NDArray[np.intp] | None:
    """Return where in the full table each row stands; ``None`` where the table is no sample."""
    assert project.data is not None
    return _places(project.data.brought) if (project.data.base or project.data).whole is not None else None


def log_of(project: Project, target: Target) -> tuple[Labelled, ...]:
    """Return a column's log; only what came since the last look is read."""
    kept = st.session_state.setdefault("label_logs", {})
    key = (project.id, target)
    known, last = kept.get(key, ((), 0))
    new, last = session.workspace().labels(project.id).read(target, after=last)
    kept[key] = ((*known, *new), last)
    return kept[key][0]


def give(desk: Desk, row: int, value: object, reason: Reason) -> None:
    """Keep one label."""
    give_all(desk, [(row, value, reason)])


def give_all(desk: Desk, given: Sequence[tuple[int, object, Reason]]) -> None:
    """Keep labels; what cannot be kept is told above the rows, and the rows stay where they are."""
    entries: list[Labelled] = []
    log = log_of(desk.project, desk.target)
    try:
        for row, value, reason in given:
            text = None if value is None else checked_label(value, amount=desk.asked.amount)
            entry = label(
                [*log, *entries], row, text, who=desk.who, at=session.now(), reason=reason, stored=desk.before(row)
            )
            entries += [entry] if entry is not None else []
        _keep(desk, entries)
    except FairwayError as error:
        st.session_state[REFUSED] = error.message


def turn(desk: Desk, back: bool) -> None:
    """Take this labeller's last label back, or give again what was taken back last."""
    try:
        log = log_of(desk.project, desk.target)
        entry = (undo if back else redo)(log, who=desk.who, at=session.now())
        if entry is not None:
            _keep(desk, [entry])
    except FairwayError as error:
        st.session_state[REFUSED] = error.message


def _keep(desk: Desk, entries: list[Labelled]) -> None:
    data = session.current().data
    if entries and data is not None and data.whole is not None and data.labelling is None:
        session.change(begun)
    session.workspace().labels(desk.project.id).add(desk.target, entries)
    st.session_state.pop(REFUSED, None)


def waiting(project: Project, table: pd.DataFrame, target: Target, log: Sequence[Labelled]) -> int:
    """Return in how many rows the labels say something else than the table."""
    if target.column not in table.columns:
        return 0
    now = {row: entry.value for row, entry in in_effect(log).items()} | taken_back(log)
    rows = [row for row in now if row < len(table)]
    there = as_text(table[target.column].iloc[rows])
    return sum(now[row] != value for row, value in zip(rows, there, strict=True))


def waiting_in(project: Project, table: pd.DataFrame) -> int:
    """Return how many labels of the project, over all columns, are not in its table yet."""
    assert project.data is not None
    found = session.workspace().labels(project.id).columns(project.data.brought)
    return sum(
        waiting(project, table, target, log_of(project, target))
        for target in (target_of(project, column) for column in found)
    )


# Queues: each is a list of (row, why it is here)


def unlabelled(desk: Desk) -> list[int]:
    """Return the rows without a label, in an order drawn for this labeller."""
    missing = _order(desk.project.id, desk.target.brought, desk.asked.column, desk.who, desk)
    now = in_effect(desk.log)
    return [row for row in missing if row not in now or now[row].value is None]


@st.cache_resource(show_spinner=False, max_entries=8)
def _order(project_key: str, brought: str, column: str, who: str, _desk: Desk) -> list[int]:
    # By chance, so that the first ones already stand for all, and each labeller in another order, so that two who work
    # at the same time seldom meet at the same row.
    rows = np.flatnonzero(as_text(_desk.stored).isna().to_numpy())
    seed = int(digest([who, _desk.project.plan.seed]), 16)
    return [int(row) for row in np.random.default_rng(seed).permutation(rows)]


def no_model(desk: Desk) -> str:
    """Return why no model can help yet; empty where one can."""
    project = desk.project
    if project.frame.target != desk.asked.column:
        return "A model helps once this column is the outcome, and a first training is done."
    if project.training is None or results.run_of(project) is None:
        return "A model helps once a first training is done."
    if project.training != training_fingerprint(project):
        return "The last model does not know the table as it is now. Train again, and it says what it learned."
    return ""


@st.cache_resource(show_spinner=False, max_entries=8)
def _suspects(project_key: str, training: str, run: str, _project: Project) -> Any:
    return suspects(results.raw_outcomes(_project))


def suspects_of(desk: Desk) -> Any:
    """Return the labels the project's model finds wrong."""
    project = desk.project
    return _suspects(project.id, str(project.training), str(results.run_of(project)), project)


def suspected(desk: Desk) -> list[tuple[int, str]]:
    """Return the labels that look wrong and were not looked at yet, at most one batch."""
    now = in_effect(desk.log)
    seen = {entry.row for entry in standing(desk.log) if entry.reason is Reason.SUSPECT}
    table = session.table(desk.project)[desk.asked.column]
    found = []
    for one in suspects_of(desk).found[: limits.LABEL_QUEUE + len(seen)]:
        in_table = as_text(table.iloc[[one.row]]).iloc[0]
        changed = one.row in now and now[one.row].value != in_table
        if one.row not in seen and not changed:
            found.append((one.row, one.words))
    return found[: limits.LABEL_QUEUE]


@st.cache_resource(show_spinner="The model looks at the rows without a label …", max_entries=8)
def _proposals(project_key: str, training: str, run: str, batch: tuple[int, ...], _desk: Desk) -> dict[int, Any]:
    project = _desk.project
    skip = set(batch)
    missing = np.flatnonzero(as_text(session.table(project)[_desk.asked.column]).isna().to_numpy())
    known = np.setdiff1d(np.arange(len(_desk.stored)), missing)
    candidates = [int(row) for row in missing if int(row) not in skip]
    return propose_rows(
        project,
        results.problem(project),
        results.pipeline(project),
        candidates,
        known=known,
        n=limits.LABEL_QUEUE,
    )


def proposed(desk: Desk) -> list[tuple[int, str]]:
    """Return the rows worth labelling next, a batch at a time."""
    project = desk.project
    mark = (project.id, desk.target, project.training, results.run_of(project))
    now = in_effect(desk.log)
    done = tuple(sorted(row for row, entry in now.items() if entry.value is not None))
    kept = st.session_state.get("label_batch")
    if kept is None or kept[0] != mark:
        kept = st.session_state["label_batch"] = (mark, done)
    batch = _proposals(project.id, str(project.training), str(results.run_of(project)), kept[1], desk)
    left = [(row, one.words) for row, one in batch.items() if row not in set(done)]
    if not left and batch:
        st.session_state["label_batch"] = (mark, done)
        batch = _proposals(project.id, str(project.training), str(results.run_of(project)), done, desk)
        left = [(row, one.words) for row, one in batch.items()]
    return left


def reviewed(desk: Desk) -> list[tuple[int, str]]:
    """Return the rows labelled here: first those another labeller has labelled and this one has not, then one's own.

    What was looked at again goes to the end.
    """
    own = {entry.row: entry for entry in standing(desk.log) if entry.who == desk.who}
    others = [row for row in in_effect(desk.log) if row not in own]
    newest = sorted(own.values(), key=lambda entry: entry.at, reverse=True)
    mine = sorted(newest, key=lambda entry: entry.reason is Reason.REVIEW)
    return [
        *((row, "Somebody else has labelled this one. What do you say?") for row in others),
        *((e.row, f"You said {e.value or 'that it has no label'} at {session.local(e.at):%H:%M}.") for e in mine),
    ]
