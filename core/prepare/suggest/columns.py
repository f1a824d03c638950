"""Rules that leave columns out: alike, naming rows, hardly varying, or too many."""

import re
from typing import Final

import numpy as np
import pandas as pd

from core.data.schema import ColumnType
from core.prepare.spec import listed
from core.prepare.suggest.facts import UNTOLD, Facts, Found, percent, suggestion
from core.prepare.suggest.suggestion import Suggestion

ALIKE: Final = 0.95
CONSTANT: Final = 0.995
"""Share of the rows with one value from which a column hardly varies."""
NAMES_ROWS: Final = 0.5
"""Different values, as a share of the rows, from which a category names rows rather than kinds."""
FEWEST: Final = 50
WIDE: Final = 30
"""Columns after encoding from which choosing among them may pay."""
LEVELS: Final = 15
NUMBERED: Final = re.compile(r"(^|[_\s])(id|no|nr|number|index|row|key|code|uuid|guid)s?$", re.IGNORECASE)


def alike(facts: Facts) -> Found:
    """Leave out all but one of columns that go together."""
    names = facts.numbers
    if len(names) < 2 or facts.has("drop_alike"):
        return
    table = pd.DataFrame({name: facts.number(name) for name in names})
    related = table.corr().abs().to_numpy()
    found = np.argwhere(np.triu(np.nan_to_num(related), 1) >= ALIKE)
    if not len(found):
        return
    first, second = max(found, key=lambda at: related[at[0], at[1]])
    more = {1: ".", 2: ", and so does another pair."}.get(len(found), f", and so do {len(found) - 1} more pairs.")
    yield suggestion(
        "alike",
        "Leave out alike columns",
        f"`{names[first]}` and `{names[second]}` go together (correlation {related[first, second]:.2f}){more}",
        "drop_alike",
        params={"limit": ALIKE},
    )


def naming(facts: Facts) -> Found:
    """Leave out a column that names rows."""
    for name in facts.used:
        if "`" in name:
            continue
        kind = facts.schema[name].type
        if kind is ColumnType.CATEGORY:
            counts = facts.counts(name)
            if len(counts) > FEWEST and len(counts) > NAMES_ROWS * counts.sum():
                yield _left_out(name, f"It has {len(counts):,} values in {int(counts.sum()):,} rows")
        elif kind is ColumnType.NUMBER and NUMBERED.search(name):
            known = facts.known(name)
            if len(known) > FEWEST and len(np.unique(known)) == len(known) and (known == np.round(known)).all():
                yield _left_out(name, f"Each of {len(known):,} rows has a number of its own")


def _left_out(name: str, seen: str) -> Suggestion:
    return suggestion(
        "naming",
        f"Leave out `{name}`",
        f"{seen}: it names rows, and what is learned of a name does not carry over to another.",
        "drop_columns",
        columns=(name,),
        promise=2 * UNTOLD,
    )


def constant(facts: Facts) -> Found:
    """Leave out columns that hardly vary."""
    names, shares = [], []
    for name in facts.used:
        if "`" in name or facts.schema[name].type in (ColumnType.DATE, ColumnType.TEXT):
            continue
        counts = facts.counts(name)
        share = float(counts.iloc[0] / counts.sum()) if len(counts) else 1.0
        if share >= CONSTANT:
            names.append(name)
            shares.append(share)
    if names and len(names) < len(facts.used):
        yield suggestion(
            "constant",
            f"Leave out {listed(names)}",
            f"`{names[0]}` holds one value in {percent(shares[0])} of the rows; that tells hardly anything.",
            "drop_columns",
            columns=tuple(names),
        )


def many(facts: Facts) -> Found:
    """Keep the most telling columns, where there are many."""
    if facts.has("select_best"):
        return
    wide = len(facts.numbers) + 5 * len(facts.dates)
    for name in facts.levels:
        n = len(facts.counts(name))
        wide += n if n <= LEVELS else 1
    if wide < WIDE:
        return
    for most in sorted({wide // 2, wide // 4}, reverse=True):
        yield suggestion(
            "many",
            f"Keep the {most} most telling columns",
            f"About {wide} columns reach the model, for {len(facts.X):,} rows; those that tell nothing add noise.",
            "select_best",
            params={"most": most},
        )
