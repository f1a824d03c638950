"""The recipe and the split Fairway begins with, made from the table; each step says why it is there."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data.schema import ColumnType, Schema
from core.framing.frame import Frame
from core.prepare.copies import duplicated
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.recipe import Recipe, Step
from core.prepare.spec import listed
from core.prepare.steps import STEPS
from core.runtime.values import as_number, as_text

RARE_SHARE: Final = 0.01
"""A value below this share of the known ones is rare."""
MANY_LEVELS: Final = 8
"""From this many values on, rare ones are looked for."""
COMMON_COVER: Final = 0.8
"""Rare values are grouped only where the others cover at least this share of the rows: in a column in which every value
is rare, grouping would leave nothing."""
EXTREME_SPREADS: Final = 3.0
"""A number this many interquartile ranges beyond the quartiles is extreme (Tukey's "far out")."""
EXTREME_SHARE: Final = 0.02
"""Extremes are few; where more rows lie that far out, the column is skewed and capping would cut its body."""


READ_TEXTS: Final = 30
"""Most columns of free text that are read unasked; more would make more numbers than a step may make."""


def default_recipe(table_frame: pd.DataFrame, schema: Schema, frame: Frame) -> Recipe:
    """Return the recipe a table suggests.

    What is learned about the columns here only chooses steps; their values are learned in the fold.

    Parameters
    ----------
    table_frame : DataFrame of shape (n_rows, n_columns)
    schema : Schema
    frame : Frame
        Says which columns are features.

    Returns
    -------
    Recipe
        Number 1.
    """
    features = [name for name in schema.features(frame) if name in table_frame.columns]

    def of(*types: ColumnType) -> list[str]:
        return [name for name in features if schema[name].type in types]

    texts = [name for name in schema.texts(frame) if name in table_frame.columns][:READ_TEXTS]
    numbers, dates = of(ColumnType.NUMBER), of(ColumnType.DATE)
    levels = of(ColumnType.CATEGORY, ColumnType.YES_NO)
    steps: list[Step] = []

    def add(kind: str, reason: str, *, columns: Sequence[str] = (), on: bool = True, **params: Any) -> None:
        steps.append(Step(id=f"{kind}-1", kind=kind, on=on, columns=tuple(columns), params=params, reason=reason))

    copies = int(duplicated(table_frame).sum())
    if copies:
        add("drop_duplicates", f"{_count(copies, 'row repeats', 'rows repeat')} another row in every column")
    if dates:
        add("date_parts", f"A model cannot read a date; {listed(dates, noun='dates')} would be left out")
    extreme = {name: top for name in numbers if (top := _extreme(as_number(table_frame[name]))) is not None}
    if extreme:
        name, words = next(iter(extreme.items()))
        add("cap_outliers", f"`{name}` {words}; switch on where that may be a slip", columns=list(extreme), on=False)
    if numbers or dates:
        add("fill_numbers", _missing_words(table_frame, [*numbers, *dates]))
    if levels:
        add("fill_categories", _missing_words(table_frame, levels))
        rare = [name for name in levels if _has_rare(table_frame[name])]
        if rare:
            add(
                "group_rare",
                f"{listed(rare)} {'has' if len(rare) == 1 else 'have'} values in fewer than 1% of the rows",
                columns=rare,
            )
        add("encode", f"Models learn from numbers; {_count(len(levels), 'column holds', 'columns hold')} words")
    if texts:
        add("text_topics", _text_words(table_frame, texts), columns=texts)
        add("text_looks", "How much is written, and how, often tells something too", columns=texts)
    if features or texts:
        add("scale", STEPS["scale"].params[0].help)
    return Recipe(steps=tuple(steps))


def default_split(table_frame: pd.DataFrame, schema: Schema, frame: Frame, seed: int = 7) -> SplitPlan:
    """Return the split a table suggests: shares of the outcome and of the sensitive groups equal in all parts.

    A split by group or by time is never assumed; where the table hints at one, a finding proposes it.

    Parameters
    ----------
    table_frame : DataFrame
    schema : Schema
    frame : Frame
    seed : int

    Returns
    -------
    SplitPlan
    """
    balance = tuple(name for name in frame.sensitive if name in table_frame.columns and name != frame.target)
    return SplitPlan(kind=SplitKind.STRATIFIED, balance=balance, seed=seed)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _missing_words(table_frame: pd.DataFrame, names: Sequence[str]) -> str:
    counts = {name: int(table_frame[name].isna().sum()) for name in names}
    gaps = [name for name, count in counts.items() if count]
    if not gaps:
        return "None missing now, but new rows may"
    return f"{_count(sum(counts.values()), 'value is', 'values are')} missing in {listed(gaps)}"


def _text_words(table_frame: pd.DataFrame, names: Sequence[str]) -> str:
    lengths = as_text(table_frame[names[0]]).dropna().map(lambda text: len(text.split()))
    words = f"{_count(round(float(lengths.mean())), 'word', 'words')} a row" if len(lengths) else "no words yet"
    more = f", as do {_count(len(names) - 1, 'other', 'others')}" if len(names) > 1 else ""
    return f"A model cannot read text; `{names[0]}` holds about {words}{more}"


def _extreme(values: pd.Series) -> str | None:
    known = values.dropna().to_numpy()
    if len(known) < 20 or len(np.unique(known)) < 10:
        return None
    low, high = np.quantile(known, [0.25, 0.75])
    spread = EXTREME_SPREADS * (high - low)
    far = (known < low - spread) | (known > high + spread)
    if spread <= 0 or not far.any() or far.mean() > EXTREME_SHARE:
        return None
    outside = known[far]
    furthest = float(outside[np.abs(outside - np.median(known)).argmax()])
    return f"reaches {f'{furthest:,.6g}'.replace('-', '−')}, far from the other rows"


def _has_rare(values: pd.Series) -> bool:
    shares = as_text(values).value_counts(normalize=True)
    rare = shares < RARE_SHARE
    return len(shares) >= MANY_LEVELS and bool(rare.any()) and float(shares[~rare].sum()) >= COMMON_COVER
