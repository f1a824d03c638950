"""What changed between a table and a newer reading of it: rows, columns, types and values."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from core.data.join_keys import kind_of
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.target import count_levels
from core.runtime.values import as_date, as_number

RETYPED_SHARE: Final = 0.01
"""From this share of the filled values on that can no longer be read as the column's type, its type has changed."""
EXAMPLES: Final = 3
LEVELS: Final = (ColumnType.CATEGORY, ColumnType.YES_NO)
KINDS: Final = {"number": "numbers", "date": "dates", "flag": "true or false", "text": "text"}


@dataclass(frozen=True)
class Retyped:
    """A column that holds another kind of values than before.

    Parameters
    ----------
    column : str
    was, now : ColumnType
        The type it had in the project, and the one guessed from the new table.
    was_kind, now_kind : str
        What is stored, in words.
    known, unreadable : int
        Filled values of the new table, and those that are no value of the old type.
    example : str
        One of these.
    keeps : bool
        Whether nearly all values can still be read as the old type, which then stays.
    """

    column: str
    was: ColumnType
    now: ColumnType
    was_kind: str
    now_kind: str
    known: int
    unreadable: int
    example: str
    keeps: bool

    @property
    def sentence(self) -> str:
        """What changed, with its numbers."""
        stored = f"`{self.column}` held {self.was_kind} and now holds {self.now_kind}"
        if self.was_kind == self.now_kind:
            stored = f"`{self.column}` is written in another way"
        if self.keeps:
            return f"{stored}; all but {self.unreadable:,} of {self.known:,} values can still be read as before."
        kind = "number" if self.was is ColumnType.NUMBER else "date"
        if self.was not in (ColumnType.NUMBER, ColumnType.DATE):
            return f"{stored}."
        return f"{stored}: {self.unreadable:,} of {self.known:,} values are no {kind}, such as “{self.example}”."


@dataclass(frozen=True)
class LevelChange:
    """Values of a category that came and went.

    Parameters
    ----------
    column : str
    new, gone : tuple of (str, int)
        Values with their rows, now and then; most frequent first.
    """

    column: str
    new: tuple[tuple[str, int], ...]
    gone: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Difference:
    """A table held against a newer reading of it.

    Parameters
    ----------
    same : bool
        Whether both have the same content; the rest is then empty.
    rows_then, rows_now : int
    new_columns, missing_columns : tuple of str
    retyped : tuple of Retyped
    levels : tuple of LevelChange
    """

    same: bool
    rows_then: int
    rows_now: int
    new_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    retyped: tuple[Retyped, ...] = ()
    levels: tuple[LevelChange, ...] = ()

    @property
    def lost(self) -> frozenset[str]:
        """Columns that are gone or can no longer be read as before."""
        return frozenset(self.missing_columns) | {change.column for change in self.retyped if not change.keeps}


def difference(
    before: pd.DataFrame, after: pd.DataFrame, schema_before: Schema, schema_after: Schema, *, same: bool = False
) -> Difference:
    """Compare a table with a newer reading of it, column by column.

    Parameters
    ----------
    before, after : DataFrame
    schema_before : Schema
        As the user left it.
    schema_after : Schema
        Guessed from the new table.
    same : bool
        Whether both have the same hash; nothing is then compared.

    Returns
    -------
    Difference
    """
    if same:
        return Difference(True, len(before), len(after))
    old = [str(name) for name in before.columns]
    new = [str(name) for name in after.columns]
    both = [name for name in old if name in after.columns and name in schema_before]
    retyped = [
        change
        for name in both
        if (change := _retyped(before[name], after[name], schema_before[name], schema_after[name])) is not None
    ]
    broken = {change.column for change in retyped if not change.keeps}
    levels = [
        _levels(name, before[name], after[name])
        for name in both
        if schema_before[name].type in LEVELS and name not in broken
    ]
    return Difference(
        False,
        len(before),
        len(after),
        tuple(name for name in new if name not in before.columns),
        tuple(name for name in old if name not in after.columns),
        tuple(retyped),
        tuple(change for change in levels if change.new or change.gone),
    )


def merged_schema(found: Difference, schema_before: Schema, schema_after: Schema) -> Schema:
    """Return the schema of the new table: what the user said where it still holds, and guesses elsewhere.

    Parameters
    ----------
    found : Difference
    schema_before, schema_after : Schema

    Returns
    -------
    Schema
        In the new table's order. A column that changed its type keeps the role the user gave it.
    """
    merged = []
    for spec in schema_after.columns:
        if spec.name not in schema_before:
            merged.append(spec)
        elif spec.name in found.lost:
            merged.append(spec.model_copy(update={"role": _role(schema_before[spec.name], spec)}))
        else:
            merged.append(schema_before[spec.name])
    return Schema(columns=tuple(merged))


def _role(then: ColumnSpec, now: ColumnSpec) -> object:
    return then.role if now.type not in (ColumnType.TEXT, ColumnType.IDENTIFIER) else now.role


def _retyped(then: pd.Series, now: pd.Series, was: ColumnSpec, guessed: ColumnSpec) -> Retyped | None:
    kinds = kind_of(then), kind_of(now)
    lost, share = _unreadable(now, was)
    _, before = _unreadable(then, was)
    unreadable = share - before > RETYPED_SHARE
    if was.type in LEVELS:
        # A category of words that became dates or free text is another column; one that holds numbers still counts.
        unreadable = guessed.type in (ColumnType.DATE, ColumnType.TEXT) and kinds[0] != kinds[1]
    known = int(now.notna().sum())
    empty_now = known == 0 and bool(then.notna().any())
    if (kinds[0] == kinds[1] and not unreadable) or empty_now:
        return None
    return Retyped(
        str(then.name),
        was.type,
        guessed.type,
        KINDS[kinds[0]],
        KINDS[kinds[1]],
        known,
        len(lost),
        str(lost.iloc[0])[:40] if len(lost) else "",
        not unreadable,
    )


def _unreadable(values: pd.Series, spec: ColumnSpec) -> tuple[pd.Series, float]:
    """Return the values that are no value of the column's type, and their share of the filled ones."""
    if spec.type is ColumnType.NUMBER:
        read = as_number(values)
    elif spec.type is ColumnType.DATE:
        read = as_date(values, spec.date_format)
    else:
        return values.iloc[:0], 0.0
    lost = values[(read.isna() & values.notna()).to_numpy()]
    return lost, len(lost) / max(1, int(values.notna().sum()))


def _levels(name: str, then: pd.Series, now: pd.Series) -> LevelChange:
    before, after = count_levels(then), count_levels(now)
    new, gone = after[~after.index.isin(before.index)], before[~before.index.isin(after.index)]
    return LevelChange(
        name,
        tuple((str(level), int(rows)) for level, rows in new.items()),
        tuple((str(level), int(rows)) for level, rows in gone.items()),
    )
