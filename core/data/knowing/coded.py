"""A table made ready for being compared column by column: numbers as floats, the rest as codes, on a stated sample."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.data.profile import summarise
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.data.signal import Floats, Ints
from core.limits import KNOWING_COLUMNS, KNOWING_ROWS

LEVELS: Final = 50
"""Levels of a category that are told apart; the rarer ones count as one."""
USED: Final = (ColumnType.NUMBER, ColumnType.DATE, ColumnType.CATEGORY, ColumnType.YES_NO)


@dataclass(frozen=True, eq=False)
class CodedColumn:
    """One column: an amount (``numbers``) or a kind (``codes`` and ``levels``), the other is ``None``."""

    spec: ColumnSpec
    numbers: Floats | None
    codes: Ints | None
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CodedTable:
    """Columns of a table, coded.

    Parameters
    ----------
    columns : dict of str to CodedColumn
    positions : ndarray of int, shape (n,)
        Rows looked at, by position in the table.
    of_rows, of_columns : int
        What the table has.
    seed : int
        Drew the rows.
    """

    columns: dict[str, CodedColumn]
    positions: Ints
    of_rows: int
    of_columns: int
    seed: int

    @property
    def rows_words(self) -> str:
        """How many rows, and columns where not all, the numbers rest on."""
        rows = len(self.positions)
        drawn = f" drawn at random from {self.of_rows:,} (seed {self.seed})" if rows < self.of_rows else ""
        left = f", the first {len(self.columns):,} of {self.of_columns:,} columns" if self.cut else ""
        return f"{rows:,} rows{drawn}{left}"

    @property
    def cut(self) -> bool:
        """Whether columns were left aside because there are too many."""
        return len(self.columns) < self.of_columns


def code_table(
    table_frame: pd.DataFrame,
    schema: Schema,
    *,
    first: Iterable[str] = (),
    leave: Iterable[str] = (),
    rows: int = KNOWING_ROWS,
    columns: int = KNOWING_COLUMNS,
    seed: int = 7,
) -> CodedTable:
    """Code numbers, dates, categories and yes-or-no columns.

    Parameters
    ----------
    table_frame : DataFrame of shape (n_rows, n_columns)
    schema : Schema
    first : iterable of str
        Columns taken before the others, such as the target, where there are too many.
    leave : iterable of str
        Columns not wanted.
    rows, columns : int
        Most rows (drawn at random above it) and columns.
    seed : int

    Returns
    -------
    CodedTable
        In the table's order.
    """
    total = len(table_frame)
    positions = np.arange(total, dtype=np.intp)
    if total > rows:
        positions = np.sort(np.random.default_rng(seed).choice(total, size=rows, replace=False)).astype(np.intp)
        table_frame = table_frame.iloc[positions]
    left = set(leave)
    usable = [
        spec
        for spec in schema.columns
        if spec.type in USED and spec.name in table_frame.columns and spec.name not in left
    ]
    wanted = set(first)
    chosen = {spec.name for spec in sorted(usable, key=lambda spec: spec.name not in wanted)[:columns]}
    coded = {spec.name: code_column(table_frame[spec.name], spec) for spec in usable if spec.name in chosen}
    return CodedTable(coded, positions, total, len(usable), seed)


def code_column(values: pd.Series, spec: ColumnSpec) -> CodedColumn:
    """Code one column; a category's rarer levels beyond ``LEVELS`` become one."""
    found = summarise(values, spec)
    if spec.type in (ColumnType.NUMBER, ColumnType.DATE):
        numbers = found.numbers if found.numbers is not None else np.full(len(values), np.nan)
        return CodedColumn(spec, numbers, None)
    codes = found.codes if found.codes is not None else np.full(len(values), -1, dtype=np.intp)
    levels = found.levels
    if len(levels) > LEVELS:
        often = np.argsort(-np.bincount(codes[codes >= 0], minlength=len(levels)), kind="stable")[: LEVELS - 1]
        place = np.full(len(levels) + 1, LEVELS - 1, dtype=np.intp)
        place[often] = np.arange(LEVELS - 1)
        # The last place is read for the code −1.
        place[-1] = -1
        codes = place[codes]
        levels = (*(levels[at] for at in often), f"{len(levels) - LEVELS + 1:,} others")
    return CodedColumn(spec, None, codes.astype(np.intp), tuple(levels))
