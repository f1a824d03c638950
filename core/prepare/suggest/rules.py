"""The rules of suggestions: one visible, ordered collection."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.prepare.suggest import categories, columns, dates, numbers, pairs
from core.prepare.suggest.facts import Facts, Found
from core.prepare.suggest.suggestion import Suggestion


@dataclass(frozen=True)
class Rule:
    """A rule that finds suggestions.

    Parameters
    ----------
    key, title : str
        Its name; what it suggests, in a few words.
    find : callable
        From facts to suggestions.
    """

    key: str
    title: str
    find: Callable[[Facts], Found]


_ENTRIES: Final = (
    Rule("between", "Time between two dates", dates.between),
    Rule("since", "Time to a fixed day", dates.since),
    Rule("circles", "Circles of the calendar", dates.circles),
    Rule("days_off", "Weekends and holidays", dates.days_off),
    Rule("pairs", "Ratios, products and differences", pairs.pairs),
    Rule("tails", "Long tails", numbers.tails),
    Rule("bends", "Bends of numbers", numbers.bends),
    Rule("zeros", "Zero as a case of its own", numbers.zeros),
    Rule("codes", "Numbers that are codes", numbers.codes),
    Rule("extremes", "Extreme numbers", numbers.extremes),
    Rule("gaps", "Marks where values are missing", numbers.gaps),
    Rule("spellings", "Look-alike spellings", categories.spellings),
    Rule("rare", "Rare values", categories.rare),
    Rule("encodings", "Other encodings", categories.encodings),
    Rule("words", "Words, topics and looks of text", categories.words),
    Rule("alike", "Columns that go together", columns.alike),
    Rule("naming", "Columns that name rows", columns.naming),
    Rule("constant", "Columns that hardly vary", columns.constant),
    Rule("many", "The most telling columns", columns.many),
    Rule("uneven", "Rare outcomes", categories.uneven),
)
RULES: Final[dict[str, Rule]] = {rule.key: rule for rule in _ENTRIES}
"""Key to rule."""


def suggest(facts: Facts) -> tuple[Suggestion, ...]:
    """Return what may help the recipe, the most promising first.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    tuple of Suggestion
        None that the recipe already holds, switched on; none twice.
    """
    found = {one.key: one for rule in RULES.values() for one in rule.find(facts) if not one.is_in(facts.recipe)}
    return tuple(sorted(found.values(), key=lambda one: -one.promise))
