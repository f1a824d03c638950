"""Rows that are nearly another row: equal once case, spaces and rounding are left aside, or but for one cell."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.profile import summarise
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.data.signal import Ints
from core.limits import KNOWING_COLUMNS, KNOWING_ROWS
from core.runtime.values import as_text

Hashes = NDArray[np.uint64]

DIGITS: Final = 6
"""Significant digits by which numbers are told apart."""
FEWEST_COLUMNS: Final = 4
"""With fewer columns rows that differ in one cell are no news."""


@dataclass(frozen=True, eq=False)
class NearRepeats:
    """Rows that are nearly another.

    Parameters
    ----------
    exact, alike : int
        Rows that repeat an earlier one once case, spaces and rounding are left aside; those among them that are not
        equal letter by letter.
    one_apart : int
        Further rows that differ from another in exactly one cell.
    groups : tuple of tuple of int
        Positions of some of them, those that belong together; at most fifty groups.
    positions : ndarray of int
        All rows that are nearly another, by position in the table.
    rows, of_rows, columns : int
        Rows looked at, rows of the table, columns compared.
    by_chance : bool
        Whether so few different rows are possible that near repeats are to be expected.
    """

    exact: int
    alike: int
    one_apart: int
    groups: tuple[tuple[int, ...], ...]
    positions: Ints
    rows: int
    of_rows: int
    columns: int
    by_chance: bool


def near_repeats(table_frame: pd.DataFrame, schema: Schema, *, seed: int = 7, rows: int = KNOWING_ROWS) -> NearRepeats:
    """Look for rows that are nearly another.

    Parameters
    ----------
    table_frame : DataFrame
        Larger ones are looked at on a random sample of rows and the first ``KNOWING_COLUMNS`` columns.
    schema : Schema
        Identifiers are left aside: they differ where everything else is the same.
    seed : int
        Draws the rows.
    rows : int
        Most rows looked at.

    Returns
    -------
    NearRepeats

    Notes
    -----
    Each cell has a random 64-bit number, each row the sum of its cells'. Without column j two rows that differ there
    alone have the same sum, so that one sort a column finds all pairs: the time is columns × rows × log rows. Two
    different rows meet by accident once in about 10^11 pairs.
    """
    total = len(table_frame)
    positions = np.arange(total, dtype=np.intp)
    if total > rows:
        positions = np.sort(np.random.default_rng(seed).choice(total, size=rows, replace=False)).astype(np.intp)
        table_frame = table_frame.iloc[positions]
    specs = [
        spec for spec in schema.columns if spec.name in table_frame.columns and spec.type is not ColumnType.IDENTIFIER
    ][:KNOWING_COLUMNS]
    codes = [_codes(table_frame[spec.name], spec) for spec in specs]
    if not codes or len(positions) < 2:
        return NearRepeats(0, 0, 0, (), np.empty(0, dtype=np.intp), len(positions), total, len(codes), False)
    generator = np.random.default_rng(seed)
    cells = [_hashed(code, generator) for code in codes]
    whole: Hashes = np.asarray(np.sum(cells, axis=0, dtype=np.uint64))
    same = _repeated(whole)
    repeats = _later(whole)
    literal = _literal_repeats(table_frame, specs)
    apart = np.zeros(len(positions), dtype=bool)
    groups = _groups(whole, np.flatnonzero(same), positions)
    if len(codes) >= FEWEST_COLUMNS:
        # One row of each kind stands for its repeats, which would else be near in every column.
        kept = np.flatnonzero(~repeats)
        for cell in cells:
            without = whole[kept] - cell[kept]
            near = _repeated(without)
            apart[kept[near]] = True
            if len(groups) < 50:
                groups += _groups(without, np.flatnonzero(near), positions[kept])
    either = same | apart
    exact = int(repeats.sum())
    return NearRepeats(
        exact=exact,
        alike=max(0, exact - literal),
        one_apart=int((apart & ~same).sum()),
        groups=tuple(groups[:50]),
        positions=positions[either],
        rows=len(positions),
        of_rows=total,
        columns=len(codes),
        by_chance=by_chance(codes, len(positions)),
    )


def _codes(values: pd.Series, spec: ColumnSpec) -> Ints:
    if spec.type in (ColumnType.NUMBER, ColumnType.DATE):
        numbers = summarise(values, spec).numbers
        if numbers is None:
            return np.zeros(len(values), dtype=np.intp)
        with np.errstate(all="ignore"):
            scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.where(numbers == 0, 1.0, np.abs(numbers)))))
            rounded = np.round(numbers * scale) / scale if spec.type is ColumnType.NUMBER else numbers
        return pd.factorize(rounded + 0.0)[0].astype(np.intp)
    codes, levels = pd.factorize(as_text(values))
    bare = pd.Series([" ".join(str(level).casefold().split()) for level in levels], dtype=object)
    merged, _ = pd.factorize(bare)
    return np.append(merged, -1)[codes].astype(np.intp)


def _hashed(codes: Ints, generator: np.random.Generator) -> Hashes:
    drawn = generator.integers(0, 2**64, size=int(codes.max(initial=-1)) + 2, dtype=np.uint64)
    return np.asarray(drawn[codes + 1])


def _repeated(keys: Hashes) -> NDArray[np.bool_]:
    ordered = np.sort(keys)
    more = ordered[1:][ordered[1:] == ordered[:-1]]
    # Mostly there is none, and a look for it would cost as much as the sort.
    return np.isin(keys, more) if len(more) else np.zeros(len(keys), dtype=bool)


def _later(keys: Hashes) -> NDArray[np.bool_]:
    first = np.unique(keys, return_index=True)[1]
    later = np.ones(len(keys), dtype=bool)
    later[first] = False
    return later


def _groups(keys: Hashes, rows: Ints, positions: Ints, most: int = 50) -> list[tuple[int, ...]]:
    if not len(rows):
        return []
    order = rows[np.argsort(keys[rows], kind="stable")]
    cuts = np.flatnonzero(np.diff(keys[order].view(np.int64)) != 0) + 1
    return [tuple(positions[part].tolist()) for part in np.split(order, cuts[:most])[:most]]


def _literal_repeats(table_frame: pd.DataFrame, specs: list[ColumnSpec]) -> int:
    held = table_frame[[spec.name for spec in specs]]
    try:
        return int(held.duplicated().sum())
    except TypeError:  # lists in cells cannot be hashed
        return int(held.astype(str).duplicated().sum())


def by_chance(codes: list[Ints], rows: int, *, but_one: bool = True) -> bool:
    """Whether two rows are expected to agree in all columns by chance (the birthday problem).

    Parameters
    ----------
    codes : list of ndarray of int
        Of each column, −1 where missing.
    rows : int
    but_one : bool
        Whether the most telling column is left aside.
    """
    agree = sorted(float(((np.bincount(code + 1) / max(1, rows)) ** 2).sum()) for code in codes)
    if but_one:
        agree = agree[1:]
    rest = float(np.log(np.maximum(agree, 1e-300)).sum()) if agree else 0.0
    return bool(2 * np.log(max(2, rows)) - np.log(2) + rest >= 0)
