"""The rule on two numbers: ratios, products and differences, picked by what the quick models get wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from core.prepare.suggest.facts import Facts, Floats, Found, suggestion

MOST_NUMBERS: Final = 30
"""Numbers that are combined two by two; those with most different values come first."""
PICKED: Final = 6
"""Combinations that are tried."""
FORMS: Final = 2
"""Combinations of one pair that are tried: where its ratio counts, its product often looks as if it did."""
DISTINCT: Final = 6
"""Fewer different numbers than this are codes, of which a ratio says nothing."""
ONE_VALUE: Final = 0.9
"""A number that is the same in more than this share of the rows is not combined."""
LOOKED_ROWS: Final = 3_000
SCALES: Final = 10.0
"""Two numbers whose middle halves differ in width by more than this factor have no common scale to subtract on."""
DIVISIBLE: Final = 0.98
"""Share of rows in which a number may be divided by."""


@dataclass(frozen=True)
class _Pair:
    first: str
    second: str
    how: str
    promise: float

    @property
    def formula(self) -> str:
        sign = {"ratio": "/", "product": "*", "difference": "-"}[self.how]
        return f"`{self.first}` {sign} `{self.second}`"

    @property
    def title(self) -> str:
        if self.how == "ratio":
            return f"Divide `{self.first}` by `{self.second}`"
        if self.how == "product":
            return f"Multiply `{self.first}` by `{self.second}`"
        return f"Take `{self.second}` from `{self.first}`"


def pairs(facts: Facts) -> Found:
    """Combine two numbers; of all pairs those are picked that go best with what the quick models get wrong."""
    if not facts.missed:
        return
    looked = list(_all(facts))
    calculated = {str(step.params.get("formula", "")) for step in facts.recipe.active if step.kind == "formula"}
    forms: dict[frozenset[str], int] = {}
    picked: list[_Pair] = []
    for pair in sorted(looked, key=lambda one: -one.promise):
        columns = frozenset((pair.first, pair.second))
        if pair.formula in calculated or forms.get(columns, 0) == FORMS or len(picked) == PICKED:
            continue
        forms[columns] = forms.get(columns, 0) + 1
        picked.append(pair)
    for pair in picked:
        yield suggestion(
            "pairs",
            pair.title,
            f"Picked from {len(looked):,} ratios, products and differences by what quick models get wrong.",
            "formula",
            params={"formula": pair.formula, "name": ""},
            promise=pair.promise,
            chosen_from=len(looked),
        )


def _all(facts: Facts) -> Iterator[_Pair]:
    distinct = {name: np.unique(facts.known(name), return_counts=True)[1] for name in facts.numbers}
    wanted = sorted(
        (name for name, rows in distinct.items() if len(rows) >= DISTINCT and rows.max() <= ONE_VALUE * rows.sum()),
        key=lambda name: -len(distinct[name]),
    )
    names = [name for name in facts.numbers if name in wanted[:MOST_NUMBERS]]
    # A sample of a sample: these are evenly spread, for the rows stand in no order of theirs.
    rows = np.linspace(0, len(facts.X) - 1, min(len(facts.X), LOOKED_ROWS)).astype(int)
    looked = Facts(
        facts.X.iloc[rows],
        facts.y[rows],
        facts.schema,
        facts.frame,
        facts.recipe,
        {judge: missed[rows] for judge, missed in facts.missed.items()},
    )
    values = {name: looked.number(name) for name in names}
    widths = {name: _width(values[name]) for name in names}
    for first, second in combinations(names, 2):
        a, b = values[first], values[second]
        for top, below in ((first, second), (second, first)):
            if _divides(values[below]):
                ratio = values[top] / np.where(values[below] == 0, np.nan, values[below])
                yield _Pair(top, below, "ratio", _promise(looked, ratio))
        yield _Pair(first, second, "product", _promise(looked, a * b))
        wide, narrow = max(widths[first], widths[second]), min(widths[first], widths[second])
        if narrow > 0 and wide / narrow <= SCALES:
            yield _Pair(first, second, "difference", _promise(looked, a - b))


def _promise(facts: Facts, values: Floats) -> float:
    """Return how much a combination goes with what is missed, as it is and by its ranks, in equal parts.

    By ranks alone a ratio would be as good as the same turned round.
    """
    return (facts.goes_with(values) + facts.goes_straight_with(values)) / 2


def _width(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.subtract(*np.quantile(known, [0.75, 0.25]))) if len(known) else 0.0


def _divides(values: Floats) -> bool:
    """Whether a number keeps its sign and is hardly ever 0, so that dividing by it says something."""
    known = values[np.isfinite(values)]
    return bool(len(known) and (np.mean(known > 0) >= DIVISIBLE or np.mean(known < 0) >= DIVISIBLE))
