"""Checks of how values are spread, and of columns that say the same as others."""

from typing import Final

import numpy as np
import pandas as pd

from core.data.facts import DataFacts, Found
from core.data.knowing.association import association_matrix, collinear_groups
from core.data.knowing.coded import CodedColumn, code_column
from core.data.knowing.near import near_repeats
from core.data.knowing.values import RARE_ROWS, skewness
from core.data.notes import name_columns
from core.data.schema import ColumnType
from core.data.signal import Floats
from core.data.summary import FEW_VALUES
from core.findings import Finding, Fix, Severity
from core.framing.target import quoted, rows_words
from core.limits import CATEGORY_LEVELS

NEARLY_ALWAYS: Final = 0.99
"""Share of the filled rows from which a column hardly changes."""
SKEWED: Final = 3.0
"""Skewness from which a few large values outweigh the rest."""
STRAIGHTENED: Final = 0.5
"""What a logarithm must leave of it at most."""
SAME: Final = 0.95
"""Mean association within a group of columns from which they say the same."""
MANY_ALIKE: Final = 0.01
"""Share of rows that are equal but for case, spaces and rounding from which they are worth a look."""
FEWEST_NEAR: Final = 5
"""Rows that differ from another in one cell from which they are told."""


def near_constant(facts: DataFacts) -> Found:
    """Name columns that are the same in nearly every row."""
    found = []
    for column in facts.features:
        filled = column.n - column.missing
        zeros = column.stats.zeros if column.stats is not None and not column.top else 0
        name, most = column.top[0] if column.top else ("0", zeros)
        if filled and column.distinct > 1 and most >= NEARLY_ALWAYS * filled:
            found.append((column.name, name, most, filled))
    if not found:
        return
    found.sort(key=lambda one: one[3] - one[2])
    shown = "; ".join(f"`{name}` is {quoted(text)} in {most:,} of {n:,}" for name, text, most, n in found[:3])
    names = tuple(name for name, *_ in found)
    one = len(names) == 1
    yield Finding(
        code="near-constant",
        severity=Severity.INFO,
        title=f"`{names[0]}` hardly changes" if one else f"{len(names):,} columns hardly change",
        evidence=f"{shown}{f'; {len(found) - 3:,} more' if len(found) > 3 else ''}.",
        why="So few rows differ that what is learned from them is mostly chance.",
        columns=names,
        fix=Fix(
            "Leave it out" if one else "Leave them out",
            "leave_out",
            {"columns": list(names), "reason": f"The same in at least {100 * NEARLY_ALWAYS:.0f}% of the rows"},
        ),
    )


def skewed(facts: DataFacts) -> Found:
    """Name numbers that a logarithm would straighten."""
    found = []
    for name, column in facts.coded.columns.items():
        if name == facts.frame.target or column.spec.type is not ColumnType.NUMBER or column.numbers is None:
            continue
        filled = column.numbers[~np.isnan(column.numbers)]
        if len(filled) < 50 or filled.min() < 0 or facts.profile[name].distinct <= FEW_VALUES:
            continue
        raw, straight = skewness(filled), skewness(np.log1p(filled))
        if raw >= SKEWED and abs(straight) <= STRAIGHTENED * raw:
            found.append((name, raw, straight))
    if not found:
        return
    found.sort(key=lambda one: -one[1])
    shown = ", ".join(f"`{name}` {raw:.1f} (of its logarithm {straight:.1f})" for name, raw, straight in found[:4])
    yield Finding(
        code="skewed",
        severity=Severity.INFO,
        title=f"`{found[0][0]}` is skewed" if len(found) == 1 else f"{len(found):,} columns are skewed",
        evidence=f"Skewness: {shown.replace('-', '−')}{f' and {len(found) - 4:,} more' if len(found) > 4 else ''}.",
        why="A few large values outweigh the rest in linear models, nearest neighbours and networks, which do better "
        "on their logarithm; trees do not mind.",
        columns=tuple(name for name, *_ in found),
        fix=Fix(
            "Take logarithms",
            "add_step",
            {"kind": "log_numbers", "columns": [name for name, *_ in found], "reason": "A few large values outweigh"},
        ),
    )


def rare_categories(facts: DataFacts) -> Found:
    """Name categories with levels too rare to learn from."""
    found = []
    for column in facts.features:
        # With many categories another check speaks.
        if column.type is not ColumnType.CATEGORY or not 2 < column.distinct <= CATEGORY_LEVELS:
            continue
        counts = facts.levels(column.name)
        rare = counts[counts < RARE_ROWS]
        if len(rare):
            found.append((column.name, len(rare), int(rare.sum()), len(counts)))
    if not found:
        return
    found.sort(key=lambda one: -one[1])
    shown = "; ".join(f"`{name}` {few:,} of {levels:,}, in {rows_words(rows)}" for name, few, rows, levels in found[:3])
    names = tuple(name for name, *_ in found)
    yield Finding(
        code="rare-categories",
        severity=Severity.INFO,
        title=f"`{names[0]}` has rare levels" if len(names) == 1 else f"{len(names):,} columns have rare levels",
        evidence=f"Levels with fewer than {RARE_ROWS} rows: {shown}"
        f"{f'; {len(found) - 3:,} more columns' if len(found) > 3 else ''}.",
        why="What a handful of rows says of a level is mostly chance.",
        columns=names,
        fix=Fix(
            "Group the rare ones",
            "add_step",
            {"kind": "group_rare", "columns": list(names), "reason": f"Levels with fewer than {RARE_ROWS} rows"},
        ),
    )


def copies(facts: DataFacts) -> Found:
    """Name columns that repeat another one in every row, in its own words or unit."""
    seen: dict[bytes, str] = {}
    signals = {column.name: column.signal or 0.0 for column in facts.profile.columns}
    for name, column in facts.coded.columns.items():
        if name == facts.frame.target or facts.profile[name].distinct < 2:
            continue
        mark = _mark(column)
        first = seen.setdefault(mark, name)
        if first == name or not _same(facts, first, name):
            continue
        kept, left = (first, name) if signals[first] >= signals[name] else (name, first)
        yield Finding(
            code="copied-column",
            severity=Severity.WARNING,
            title=f"`{left}` repeats `{kept}`",
            evidence=f"Each value of one goes with one value of the other, in all {len(facts.table_frame):,} rows.",
            why="Two names for one thing share its weight, and explanations then split it between them by chance.",
            columns=(left, kept),
            fix=Fix(f"Leave {left} out", "leave_out", {"columns": [left], "reason": f"Repeats {kept}"}),
        )


def _mark(column: CodedColumn) -> bytes:
    """Return what is equal for two columns of which one only renames or rescales the other's values."""
    if column.numbers is not None:
        return _standardised(column.numbers).tobytes()
    assert column.codes is not None
    return pd.factorize(np.where(column.codes < 0, np.nan, column.codes))[0].astype(np.int64).tobytes()


def _standardised(numbers: Floats) -> Floats:
    filled = numbers[~np.isnan(numbers)]
    spread = float(filled.std()) if len(filled) else 0.0
    held = (numbers - (filled.mean() if len(filled) else 0.0)) / (spread if spread > 0 else 1.0)
    first = held[~np.isnan(held) & (np.abs(held) > 1e-6)]
    turned = held if not len(first) or first[0] > 0 else -held
    return np.asarray(np.round(turned, 6) + 0.0)


def _same(facts: DataFacts, first: str, second: str) -> bool:
    """Whether the sample's verdict holds over the whole table."""
    columns = [code_column(facts.table_frame[name], facts.schema[name]) for name in (first, second)]
    return _mark(columns[0]) == _mark(columns[1])


def collinear(facts: DataFacts) -> Found:
    """Name groups of columns that say nearly the same."""
    names, values = association_matrix(facts.coded)
    kept = [place for place, name in enumerate(names) if name != facts.frame.target]
    groups = collinear_groups([names[place] for place in kept], values[np.ix_(kept, kept)], together=SAME)
    signals = {column.name: column.signal or 0.0 for column in facts.profile.columns}
    for group in groups:
        best = max(group, key=lambda name: signals[name])
        others = [name for name in group if name != best]
        places = [names.index(name) for name in group]
        held = np.abs(values[np.ix_(places, places)][np.triu_indices(len(places), 1)])
        rows = len(facts.coded.positions)
        said = f"; `{best}` says most of the outcome" if any(signals[name] for name in group) else ""
        yield Finding(
            code="collinear",
            severity=Severity.INFO,
            title=f"{len(group):,} columns say nearly the same",
            evidence=f"{name_columns(group)} go together: association {np.nanmin(held):.2f} to {np.nanmax(held):.2f} "
            f"of 1, on {rows:,} rows{said}.",
            why="Coefficients and explanations split their weight by chance; the prediction itself suffers little.",
            columns=group,
            fix=Fix("Keep one", "leave_out", {"columns": others, "reason": f"Says nearly the same as {best}"}),
        )


def nearly_repeated(facts: DataFacts) -> Found:
    """Count rows that are nearly another."""
    found = near_repeats(facts.table_frame, facts.schema) if facts.near is None else facts.near
    if found.by_chance or (found.alike == 0 and found.one_apart < FEWEST_NEAR):
        return
    parts = []
    if found.alike:
        parts.append(f"{rows_words(found.alike)} equal another but for case, spaces or rounding")
    if found.one_apart:
        parts.append(
            f"{rows_words(found.one_apart)} differ{'s' if found.one_apart == 1 else ''} from another in one cell"
        )
    on = f"{found.rows:,} rows" + ("" if found.rows == found.of_rows else f" drawn at random from {found.of_rows:,}")
    said = " and ".join(parts)
    yield Finding(
        code="near-repeats",
        severity=Severity.WARNING if found.alike >= MANY_ALIKE * found.rows else Severity.INFO,
        title="Some rows are nearly another",
        evidence=f"{said[:1].upper()}{said[1:]}, of {on} and {found.columns:,} columns.",
        why="The same case entered twice, in training and in the sealed part, makes the model look better than it is. "
        "Only exact repeats can be dropped with a click; look at the rows, and merge what is one case at the source.",
    )
