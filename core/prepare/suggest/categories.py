"""Rules on categories and text: spellings, rare values, encodings, words."""

from typing import Final

import numpy as np
import pandas as pd

from core.limits import TEXT_COLUMNS
from core.prepare.defaults import COMMON_COVER
from core.prepare.ordering import propose_order
from core.prepare.spec import listed
from core.prepare.suggest.facts import UNTOLD, Facts, Floats, Found, figure, percent, suggestion
from core.runtime.spellings import normal_form

MOST_COLUMNS: Final = 12
MANY: Final = 8
"""Values from which a column has many."""
ONE_HOT: Final = 15
"""Most values that the recipe's encoding gives a column each; above it takes the mean outcome."""
WIDE: Final = 60
"""Most values that a suggestion gives a column each."""
RUNGS: Final = 15
"""Most values of an order; the numbers in more of them are names, such as those of rooms."""
RARE: Final = 0.01
FREE_WORDS: Final = 5
"""Words a text has on average from which single ones are weighed."""


def spellings(facts: Facts) -> Found:
    """Merge values that are only spelled differently."""
    for name in facts.levels[: 2 * MOST_COLUMNS]:
        if facts.treated(name, "merge_spellings"):
            continue
        alike = _alike(facts.counts(name))
        if not alike:
            continue
        first, second = alike[0][:2]
        yield suggestion(
            "spellings",
            f"Merge look-alike spellings of `{name}`",
            f"{len(alike)} {'value is' if len(alike) == 1 else 'values are'} written in several ways, such as "
            f"“{first}” and “{second}”.",
            "merge_spellings",
            columns=(name,),
            promise=2 * UNTOLD,
        )


def _alike(counts: pd.Series) -> list[list[str]]:
    forms: dict[str, list[str]] = {}
    for value in map(str, counts.index):
        forms.setdefault(normal_form(value), []).append(value)
    return [values for values in forms.values() if len(values) > 1]


def rare(facts: Facts) -> Found:
    """Put rare values together."""
    names = []
    for name in facts.levels:
        counts = facts.counts(name)
        if len(counts) < MANY or facts.treated(name, "group_rare"):
            continue
        few = counts < RARE * counts.sum()
        # In a column in which every value is rare, grouping would leave nothing.
        if few.sum() > 1 and counts[~few].sum() >= COMMON_COVER * counts.sum():
            names.append(name)
    if names:
        few = facts.counts(names[0])
        count = int((few < RARE * few.sum()).sum())
        yield suggestion(
            "rare",
            f"Group rare values of {listed(names)}",
            f"{count} of {len(few)} values of `{names[0]}` stand in fewer than 1% of the rows each: too few to learn "
            "from one by one.",
            "group_rare",
            columns=tuple(names),
        )


def encodings(facts: Facts) -> Found:
    """Encode a column in another way than by the number of its values."""
    for name in facts.levels[: 2 * MOST_COLUMNS]:
        if any(step.kind == "encode" and name in step.columns for step in facts.recipe.active):
            continue
        counts = facts.counts(name)
        n, rows = len(counts), int(counts.sum())
        if n < 3 or not rows:
            continue
        if n <= RUNGS and (order := propose_order(list(map(str, counts.index)))).told and not order.left:
            yield suggestion(
                "encodings",
                f"Number `{name}` in its order",
                f"Its values have an order, {order.values[0]} to {order.values[-1]}; one number keeps it.",
                "encode",
                columns=(name,),
                params={"method": "ordinal", "order": {name: list(order.values)}},
                promise=2 * UNTOLD,
            )
        if MANY <= n <= ONE_HOT:
            yield suggestion(
                "encodings",
                f"Encode `{name}` by the mean outcome",
                f"{n} values make {n} columns now; the mean outcome of each is one, learned crosswise within the fold.",
                "encode",
                columns=(name,),
                params={"method": "target"},
            )
        if ONE_HOT < n <= WIDE and rows / n >= FREE_WORDS:
            yield suggestion(
                "encodings",
                f"Give each value of `{name}` a column",
                f"Its {n} values share one number now, their mean outcome; {figure(rows / n)} rows a value may carry a "
                "column each.",
                "encode",
                columns=(name,),
                params={"method": "one_hot"},
            )
        if n > ONE_HOT:
            yield suggestion(
                "encodings",
                f"Encode `{name}` by how frequent its values are",
                f"It has {n} values; how common a value is may matter more than which one it is.",
                "encode",
                columns=(name,),
                params={"method": "frequency"},
                promise=facts.goes_with(_frequency(facts, name)),
            )


def _frequency(facts: Facts, name: str) -> Floats:
    counts = facts.counts(name)
    return _on_rows(facts, facts.text(name).map(counts))


def _on_rows(facts: Facts, known: pd.Series) -> Floats:
    """Return numbers of the known rows on all rows, NaN where missing."""
    return np.asarray(known.astype("float64").reindex(facts.X.index), dtype=np.float64)


def words(facts: Facts) -> Found:
    """Read free text by its words, its topics and its looks."""
    names = facts.texts
    for name in names[:MOST_COLUMNS]:
        texts = facts.text(name)
        if not len(texts):
            continue
        sizes = texts.map(len)
        length = float(texts.map(lambda text: len(text.split())).mean())
        told = f"`{name}` holds {figure(length)} words a row"
        if length >= 2 and not facts.treated(name, "text_terms"):
            yield suggestion(
                "words",
                f"Weigh the words of `{name}`",
                f"{told}; single words, weighed by how rare they are (TF-IDF), say what a topic blurs.",
                "text_terms",
                columns=(name,),
                params={"most": min(50, max(1, TEXT_COLUMNS // max(1, len(names))))},
                promise=2 * UNTOLD,
            )
        if length >= FREE_WORDS and not facts.treated(name, "text_topics"):
            yield suggestion(
                "words",
                f"Find topics in `{name}`",
                f"{told}, and no step reads what they are about.",
                "text_topics",
                columns=(name,),
                promise=2 * UNTOLD,
            )
        if sizes.nunique() > 1 and not facts.treated(name, "text_looks"):
            yield suggestion(
                "words",
                f"Count lengths and patterns of `{name}`",
                f"{told}; how much was written, and how, may tell something too.",
                "text_looks",
                columns=(name,),
                promise=facts.goes_with(_on_rows(facts, sizes)),
            )


def uneven(facts: Facts) -> Found:
    """Balance outcomes of which one is rare."""
    if facts.frame.task is None or not facts.frame.task.is_classification or facts.has("resample_classes"):
        return
    counts = pd.Series(facts.y).dropna().astype(str).value_counts()
    if len(counts) < 2 or counts.iloc[-1] < 10:
        return
    share = float(counts.iloc[-1] / counts.sum())
    if share >= 0.2:
        return
    yield suggestion(
        "uneven",
        "Repeat rows of the rarer outcomes, up to half of the most frequent",
        f"“{counts.index[-1]}” is the outcome of {percent(share)} of the rows. Learned from more often it weighs more; "
        "chances then come out too high for it, and moving the line is often the better way.",
        "resample_classes",
        params={"method": "over", "share": 50},
    )
