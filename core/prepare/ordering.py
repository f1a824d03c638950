"""The order of a column's values from the lowest to the highest: proposed from what they say, and changed by hand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.runtime.frames import MISSING_LEVEL, OTHER_LEVEL
from core.runtime.spellings import normal_form

_SCALES: Final[Mapping[str, str]] = {
    "sizes": "xxs 2xs, xs extrasmall verysmall tiny, s small, m medium mid, l large big, xl extralarge verylarge, "
    "xxl 2xl huge, xxxl 3xl, 4xl, 5xl",
    "low to high": "none zero no, verylow lowest, low, lowmedium mediumlow belowaverage, "
    "medium med middle mid moderate average normal, mediumhigh highmedium aboveaverage, high, veryhigh highest, "
    "extreme extremelyhigh",
    "bad to good": "verypoor verybad terrible awful worst, poor bad, fair acceptable mediocre, "
    "ok okay average satisfactory, good, verygood great, excellent outstanding best perfect",
    "agreement": "stronglydisagree, disagree, somewhatdisagree slightlydisagree, "
    "neutral neitheragreenordisagree undecided, somewhatagree slightlyagree, agree, stronglyagree",
    "satisfaction": "verydissatisfied veryunsatisfied, dissatisfied unsatisfied, somewhatdissatisfied, "
    "neutral neither, somewhatsatisfied, satisfied, verysatisfied",
    "how often": "never, rarely seldom almostnever, sometimes occasionally, often frequently, "
    "usually mostly almostalways, always",
    "spans of time": "hourly, daily everyday, weekly, biweekly fortnightly, monthly, quarterly, "
    "halfyearly semiannually, yearly annually annual",
    "education": "none noschooling, preschool, primary elementary primaryschool elementaryschool, "
    "secondary middleschool lowersecondary, highschool highschoolgraduate uppersecondary, vocational, "
    "somecollege, college associate associates, bachelor bachelors bachelorsdegree undergraduate, "
    "master masters mastersdegree graduate postgraduate, phd doctorate doctoral",
    "severity": "none absent, minimal trivial, mild minor slight, moderate, severe major serious, critical fatal",
    "urgency": "low, medium normal, high, urgent critical",
    "skill": "none, beginner novice basic elementary, intermediate, advanced, expert proficient fluent native",
    "rank": "trainee intern, junior, mid midlevel, senior, lead principal, director head",
    "metals": "bronze, silver, gold, platinum, diamond",
    "temperature": "freezing verycold, cold, cool, mild, warm, hot, veryhot",
    "weight": "verylight, light, medium, heavy, veryheavy",
    "speed": "veryslow, slow, medium normal, fast, veryfast",
    "age": "infant baby, child, teenager teen adolescent, youngadult young, adult, middleaged, senior elderly old",
    "days": "monday mon, tuesday tue tues, wednesday wed, thursday thu thur thurs, friday fri, "
    "saturday sat, sunday sun",
    "months": "january jan, february feb, march mar, april apr, may, june jun, july jul, august aug, "
    "september sep sept, october oct, november nov, december dec",
    "places in a row": "first 1st, second 2nd, third 3rd, fourth 4th, fifth 5th, sixth 6th, seventh 7th, eighth 8th, "
    "ninth 9th, tenth 10th",
    "Roman numbers": "i, ii, iii, iv, v, vi, vii, viii, ix, x",
    "no to yes": "no n false, maybe perhaps partly, yes y true",
}
"""Name of a scale to its values, lowest first; values of one rank stand together. Written in their normal form."""
RANKS: Final = {
    scale: {form: place for place, forms in enumerate(words.split(", ")) for form in forms.split()}
    for scale, words in _SCALES.items()
}
NO_PLACE: Final = frozenset(
    [
        "unknown",
        "other",
        "others",
        "na",
        "nan",
        "null",
        "missing",
        "unspecified",
        "notspecified",
        "notstated",
        "notapplicable",
        "notknown",
        "notavailable",
        "prefernottosay",
        "noanswer",
        "refused",
        "dontknow",
    ]
)
"""Normal forms of values that have no place in any order."""
_UNITS: Final = {
    **dict.fromkeys(("second", "seconds", "sec", "secs"), 1 / 86_400),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), 1 / 1_440),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), 1 / 24),
    **dict.fromkeys(("day", "days"), 1.0),
    **dict.fromkeys(("week", "weeks"), 7.0),
    **dict.fromkeys(("month", "months"), 30.44),
    **dict.fromkeys(("year", "years", "yr", "yrs"), 365.25),
}
_NUMBER: Final = re.compile(r"(?<![\w.])[-−]?\d{1,15}(?:,\d{3})*(?:\.\d{1,15})?\s?(?:[kKmM](?![a-zA-Z]))?")
_BELOW: Final = re.compile(r"<|\b(?:below|under|less|up to|before|at most|fewer)\b", re.IGNORECASE)
_ABOVE: Final = re.compile(r">|\+|\b(?:above|over|more|after|at least|older|from)\b", re.IGNORECASE)
MOST_LEFT: Final = 0.34
"""Above this share of values without a place, a scale does not speak of the column."""


@dataclass(frozen=True)
class Order:
    """An order that is proposed.

    Parameters
    ----------
    values : tuple of str
        From the lowest to the highest.
    left : tuple of str
        Values without a place, in alphabetical order.
    reason : str
        What it rests on, in a sentence.
    told : bool
        Whether the values themselves tell the order.
    """

    values: tuple[str, ...]
    left: tuple[str, ...]
    reason: str
    told: bool


def propose_order(values: Sequence[str]) -> Order:
    """Return the order that a column's values tell, or the alphabetical one.

    Parameters
    ----------
    values : sequence of str
        Its different values.

    Returns
    -------
    Order
    """
    names = sorted(set(values))
    left = tuple(name for name in names if name in (MISSING_LEVEL, OTHER_LEVEL) or normal_form(name) in NO_PLACE)
    placed = [name for name in names if name not in left]
    for scale, ranks in RANKS.items():
        found = {name: ranks[form] for name in placed if (form := normal_form(name)) in ranks}
        if len(found) == len(placed) and len(set(found.values())) > 1:
            said = f"Proposed as the values tell it ({scale})."
            return Order(tuple(sorted(found, key=lambda name: (found[name], name))), left, said, told=True)
    numbers = {name: key for name in placed if (key := _size(name)) is not None}
    without = [name for name in placed if name not in numbers]
    if len(set(numbers.values())) > 1 and len(without) <= MOST_LEFT * len(placed) and not _unlike(numbers):
        order = tuple(sorted(numbers, key=lambda name: (numbers[name], name)))
        return Order(order, tuple(sorted((*left, *without))), "Proposed by the numbers in the values.", told=True)
    return Order(tuple(placed), left, "The values tell no order: they stand alphabetically.", told=False)


def _size(value: str) -> tuple[float, int, float] | None:
    """Return what a value is ordered by: its first number, whether below, at or above it, and its last number."""
    found = _NUMBER.findall(value)
    if not found:
        return None
    unit = next((_UNITS[word] for word in re.findall(r"[a-z]+", value.casefold()) if word in _UNITS), 1.0)
    # In "18-25" and "18 - 25" the second number is no negative one.
    sizes = [_read(text) for text in found]
    sizes = [sizes[0], *(abs(size) for size in sizes[1:])]
    side = -1 if _BELOW.search(value) else 1 if _ABOVE.search(value) else 0
    return sizes[0] * unit, side, sizes[-1] * unit


def _read(text: str) -> float:
    plain = text.strip().replace("−", "-").replace(",", "").casefold()
    times = {"k": 1e3, "m": 1e6}.get(plain[-1], 1.0)
    return float(plain.rstrip("km ")) * times


def _unlike(values: Mapping[str, Any]) -> bool:
    """Say whether values are names with a number in them, such as "Main St 12" and "Oak Rd 3"."""
    return (
        all(
            re.match(r"[^\W\d_]{3,}.*\d", value) and not _BELOW.search(value) and not _ABOVE.search(value)
            for value in values
        )
        and len({re.sub(r"\d+", "", value) for value in values}) > 1
    )


def moved_to(order: Sequence[str], value: str, place: int | None) -> tuple[str, ...]:
    """Return an order in which a value stands at another place, counted from 1; ``None`` takes it out.

    Parameters
    ----------
    order : sequence of str
    value : str
        In the order or not yet.
    place : int or None
        Beyond the ends means the end.

    Returns
    -------
    tuple of str
    """
    others = [other for other in order if other != value]
    if place is None:
        return tuple(others)
    at = max(0, min(len(others), place - 1))
    return (*others[:at], value, *others[at:])
