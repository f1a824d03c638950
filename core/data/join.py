"""Joining a second table: what it would do is counted first, and the rows of the first are never repeated."""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from core.data.join_gather import COUNT, MEASURES, Repeated, gathered
from core.data.join_keys import RULES, JoinKey, Rule, codes_of, kind_of
from core.data.notes import name_columns
from core.data.table import Table
from core.errors import DataError, InputError, LimitError
from core.limits import TABLE_CELLS, TABLE_COLUMNS

__all__ = ["RULES", "Join", "JoinKey", "JoinPlan", "Repeated", "apply_join", "chosen", "plan_join"]

EXAMPLES: Final = 5
"""Keys a plan shows as examples."""


class Join(BaseModel):
    """How a second table is joined; kept with the table it made.

    Parameters
    ----------
    keys : tuple of JoinKey
        Columns that must agree.
    how : {"left", "inner"}
        ``left`` keeps every row of the first table; ``inner`` those whose key is found.
    repeated : Repeated
        What becomes of rows of the second table that share a key.
    latest_by : str
        The column of moments, where the latest row counts.
    """

    model_config = ConfigDict(frozen=True)

    keys: tuple[JoinKey, ...]
    how: Literal["left", "inner"] = "left"
    repeated: Repeated = "refuse"
    latest_by: str = ""


@dataclass(frozen=True)
class RuleProposal:
    """Something that could be overlooked in a key, and what that would bring.

    Parameters
    ----------
    key : int
        Position of the key.
    rule : Rule
    rows : int
        Further rows of the first table that would find their key.
    clashes : int
        Keys of the second table that would fall together.
    """

    key: int
    rule: Rule
    rows: int
    clashes: int


@dataclass(frozen=True)
class JoinPlan:
    """What a join would do, counted before it is done.

    Parameters
    ----------
    join : Join
    left_rows, right_rows : int
    left_missing, right_missing : int
        Rows without a whole key; these match nothing.
    left_repeated, right_repeated : int
        Rows that share their key with another row of the same table.
    shared_keys : int
        Keys that several rows of the second table share.
    most_per_key : int
        Rows of the second table with the most frequent key.
    matched, unmatched : int
        Rows of the first table with a key that is found, and with one that is not.
    unused : int
        Rows of the second table with a key that the first does not hold.
    rows_after : int
        Rows of the joined table.
    exploded : int
        Rows that would come out if every pair were written.
    renamed : tuple of (str, str)
        Columns of the second table whose name is taken, and their name afterwards.
    new_columns : tuple of str
    unmatched_examples : tuple of str
    proposals : tuple of RuleProposal
    notes : tuple of str
        What the user should know before: keys of different kinds, and the like.
    refused : str
        Why the join cannot be done as it is; empty where it can.
    """

    join: Join
    left_rows: int
    right_rows: int
    left_missing: int
    right_missing: int
    left_repeated: int
    right_repeated: int
    shared_keys: int
    most_per_key: int
    matched: int
    unmatched: int
    unused: int
    rows_after: int
    exploded: int
    renamed: tuple[tuple[str, str], ...]
    new_columns: tuple[str, ...]
    unmatched_examples: tuple[str, ...]
    proposals: tuple[RuleProposal, ...]
    notes: tuple[str, ...]
    refused: str

    @property
    def right_unique(self) -> bool:
        """Whether no two rows of the second table share a key."""
        return self.right_repeated == 0


def plan_join(left: pd.DataFrame, right: pd.DataFrame, join: Join) -> JoinPlan:
    """Count what a join would do, and change nothing.

    Parameters
    ----------
    left : DataFrame
        The project's table.
    right : DataFrame
        The second table.
    join : Join

    Returns
    -------
    JoinPlan

    Raises
    ------
    InputError
        A key names a column that is not there, or none is named.
    """
    _check(left, right, join)
    here, there = codes_of(left, right, join.keys)
    size = int(max(here.max(initial=-1), there.max(initial=-1))) + 1
    times = np.bincount(there[there >= 0], minlength=size)
    held = np.bincount(here[here >= 0], minlength=size)
    found = (here >= 0) & (times[here] > 0) if size else np.zeros(len(here), dtype=bool)
    matched = int(found.sum())
    unmatched = int((~found & (here >= 0)).sum())
    pairs = int(times[here[found]].sum())
    counted = JoinPlan(
        join=Join(keys=join.keys, how="inner"),
        left_rows=len(left),
        right_rows=len(right),
        left_missing=int((here < 0).sum()),
        right_missing=int((there < 0).sum()),
        left_repeated=int(held[held > 1].sum()),
        right_repeated=int(times[times > 1].sum()),
        shared_keys=int((times > 1).sum()),
        most_per_key=int(times.max(initial=0)),
        matched=matched,
        unmatched=unmatched,
        unused=int(times[held == 0].sum()),
        rows_after=matched,
        exploded=pairs,
        renamed=(),
        new_columns=(),
        unmatched_examples=_examples(left, join, ~found & (here >= 0)),
        proposals=_proposals(left, right, join, matched),
        notes=_notes(left, right, join),
        refused="",
    )
    return chosen(counted, left, right, join)


def chosen(plan: JoinPlan, left: pd.DataFrame, right: pd.DataFrame, join: Join) -> JoinPlan:
    """Say what a join of the same keys would do under other choices, without counting again.

    Parameters
    ----------
    plan : JoinPlan
        Counted for the keys of ``join``.
    left, right : DataFrame
        The tables, or any rows of them: only their columns are looked at.
    join : Join

    Returns
    -------
    JoinPlan
    """
    names = _names(left, right, join)
    alone = plan.left_rows - plan.matched
    pairs = plan.exploded - (alone if plan.join.how == "left" else 0)
    return replace(
        plan,
        join=join,
        rows_after=plan.left_rows if join.how == "left" else plan.matched,
        exploded=pairs + (alone if join.how == "left" else 0),
        renamed=tuple(
            (old, new) for old, new in names.items() if old != new and join.repeated not in MEASURES and old != COUNT
        ),
        new_columns=tuple(names.values()),
        refused=_refused(join, plan),
    )


def apply_join(left: pd.DataFrame, right: pd.DataFrame, join: Join) -> Table:
    """Join a second table.

    Parameters
    ----------
    left, right : DataFrame
    join : Join

    Returns
    -------
    Table
        The first table's columns, then those of the second but its keys. The rows of the first stand in their order,
        each once; with ``how="inner"`` those whose key is not found are gone. ``warnings`` say what was counted.

    Raises
    ------
    InputError, DataError, LimitError
        As the plan says in ``refused``, or the joined table would be too large.
    """
    plan = plan_join(left, right, join)
    if plan.refused:
        raise DataError(plan.refused, next_step="Choose what becomes of the rows that share a key, or other keys.")
    names = _names(left, right, join)
    columns = left.shape[1] + len(names)
    if columns > TABLE_COLUMNS or columns * len(left) > TABLE_CELLS:
        raise LimitError(
            f"The joined table would have {columns:,} columns and {len(left):,} rows; Fairway takes at most "
            f"{TABLE_COLUMNS:,} columns and {TABLE_CELLS:,} cells.",
            next_step="Leave out columns of the second table first.",
        )
    here, there = codes_of(left, right, join.keys)
    second, codes = gathered(right[_payload(right, join)], there, join.repeated, join.latest_by)
    place = np.full(int(max(here.max(initial=-1), codes.max(initial=-1))) + 2, -1, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    # A missing key has the code −1 and takes the last place, which nothing fills.
    place[-1] = -1
    at = place[here]
    kept = np.arange(len(left)) if join.how == "left" else np.flatnonzero(at >= 0)
    parts = {str(name): left.iloc[kept, position] for position, name in enumerate(left.columns)}
    for old, new in names.items():
        parts[new] = _taken(second[old], at[kept], count=old == COUNT)
    frame = pd.DataFrame({name: values.reset_index(drop=True) for name, values in parts.items()})
    return Table(frame, _told(plan))


def _check(left: pd.DataFrame, right: pd.DataFrame, join: Join) -> None:
    if not join.keys:
        raise InputError("No key is chosen.", next_step="Choose a column of each table that names the same things.")
    for key in join.keys:
        for frame, name, which in ((left, key.left, "first"), (right, key.right, "second")):
            if name not in frame.columns:
                raise InputError(f"The {which} table has no column '{name}'.", next_step="Choose another key.")
    if join.repeated == "latest" and join.latest_by not in right.columns:
        raise InputError(
            "Which row is the latest is not said.", next_step="Choose the column of the second table that holds a time."
        )


def _payload(right: pd.DataFrame, join: Join) -> list[str]:
    keys = {key.right for key in join.keys}
    return [str(name) for name in right.columns if name not in keys]


def _names(left: pd.DataFrame, right: pd.DataFrame, join: Join) -> dict[str, str]:
    """Return the second table's columns as they are gathered, and what each is called in the joined table."""
    taken = {str(name) for name in left.columns}
    names: dict[str, str] = {}
    payload = [] if join.repeated == "count" else _payload(right, join)
    counted = [COUNT] if join.repeated in ("count", *MEASURES) else []
    for old in counted + payload:
        wanted = old or "rows_found"
        if join.repeated in MEASURES and old != COUNT:
            kind = join.repeated if kind_of(right[old]) == "number" else "most_frequent"
            wanted = f"{old}_{kind}"
        name, number = wanted, 2
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        taken.add(name)
        names[old] = name
    return names


def _taken(values: pd.Series, at: NDArray[np.int64], *, count: bool) -> pd.Series:
    """Take values by position, missing where it is −1; each kind stays one that tables hold."""
    if count:
        numbers = np.append(values.to_numpy(dtype=np.int64), 0)
        return pd.Series(numbers[at])
    lost = at < 0
    if not lost.any():
        return values.take(at).reset_index(drop=True)
    if kind_of(values) == "flag":
        values = values.map({True: "True", False: "False"}).astype("str")
    elif kind_of(values) == "number":
        values = values.astype("float64")
    index = pd.Index(np.where(lost, len(values), at))
    return values.reset_index(drop=True).reindex(index).reset_index(drop=True)


def _refused(join: Join, plan: JoinPlan) -> str:
    if not plan.matched:
        return "No row of the first table finds its key in the second."
    if plan.right_repeated and join.repeated == "refuse":
        return (
            f"{plan.right_repeated:,} rows of the second table share {plan.shared_keys:,} "
            f"key{'' if plan.shared_keys == 1 else 's'}, so that rows of the first would be repeated, and cases "
            "counted twice."
        )
    return ""


def _examples(left: pd.DataFrame, join: Join, lost: NDArray[np.bool_]) -> tuple[str, ...]:
    some = left.loc[lost, [key.left for key in join.keys]].drop_duplicates().head(EXAMPLES)
    return tuple(", ".join(str(value) for value in row) for row in some.itertuples(index=False, name=None))


def _proposals(left: pd.DataFrame, right: pd.DataFrame, join: Join, matched: int) -> tuple[RuleProposal, ...]:
    found = []
    for position, key in enumerate(join.keys):
        for rule in RULES:
            if rule in key.rules or not _sensible(rule, left[key.left], right[key.right]):
                continue
            changed = key.model_copy(update={"rules": (*key.rules, rule)})
            keys = (*join.keys[:position], changed, *join.keys[position + 1 :])
            here, there = codes_of(left, right, keys)
            known = np.unique(there[there >= 0])
            rows = int(np.isin(here[here >= 0], known).sum()) - matched
            if rows > 0:
                before = len(np.unique((plain := codes_of(left, right, join.keys)[1])[plain >= 0]))
                clashes = max(0, before - len(known)) if rule != "dates" else 0
                found.append(RuleProposal(position, rule, rows, clashes))
    return tuple(found)


def _sensible(rule: Rule, left: pd.Series, right: pd.Series) -> bool:
    kinds = {kind_of(left), kind_of(right)}
    if rule == "dates":
        return kinds == {"date", "text"}
    return "text" in kinds and "date" not in kinds


def _notes(left: pd.DataFrame, right: pd.DataFrame, join: Join) -> tuple[str, ...]:
    notes = []
    for key in join.keys:
        kinds = kind_of(left[key.left]), kind_of(right[key.right])
        if kinds[0] != kinds[1]:
            words = {"number": "numbers", "text": "text", "date": "dates", "flag": "true or false"}
            notes.append(
                f"`{key.left}` holds {words[kinds[0]]} and `{key.right}` {words[kinds[1]]}; they are compared as "
                f"{'dates' if 'dates' in key.rules else 'text'}, so that 7 is “7” but not “007”"
                f"{' unless leading zeros are overlooked' if 'zeros' not in key.rules else ', which is overlooked'}."
                if "number" in kinds
                else f"`{key.left}` holds {words[kinds[0]]} and `{key.right}` {words[kinds[1]]}."
            )
    return tuple(notes)


def _told(plan: JoinPlan) -> list[str]:
    join = plan.join
    told = [f"A second table was joined by {' and '.join(key.words() for key in join.keys)}."]
    if plan.unmatched:
        kept = "they are missing there" if join.how == "left" else "they were left out"
        told.append(f"{plan.unmatched:,} of {plan.left_rows:,} rows have a key that the second table lacks; {kept}.")
    if plan.left_missing:
        told.append(f"{plan.left_missing:,} of {plan.left_rows:,} rows have no key, and match nothing.")
    if plan.unused:
        told.append(f"{plan.unused:,} of {plan.right_rows:,} rows of the second table were not needed.")
    if plan.right_repeated:
        told.append(f"{plan.right_repeated:,} rows of the second table share a key; {_of_repeated(join)}.")
    told += [f"`{old}` of the second table became `{new}`: the name was taken." for old, new in plan.renamed[:EXAMPLES]]
    if len(plan.renamed) > EXAMPLES:
        told.append(f"So did {name_columns(new for _, new in plan.renamed[EXAMPLES:])}.")
    return [*told, *plan.notes]


def _of_repeated(join: Join) -> str:
    if join.repeated == "first":
        return "the first of each was kept"
    if join.repeated == "latest":
        return f"the latest by `{join.latest_by}` of each was kept"
    if join.repeated == "count":
        return "they were counted"
    return f"numbers became their {MEASURES.get(join.repeated, '')} and all else its most frequent value"
