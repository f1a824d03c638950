"""One spelling for the same category: case, spaces, accents, punctuation, and slips of one letter."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from core.runtime.frames import MISSING_LEVEL, OTHER_LEVEL, FrameStep, as_category, replaced, texts, texts_in

SEPARATORS = frozenset("""'’‘`´"“”_-‐‑–—/\\()[].,;:!""")
DASHES = "-‐‑–—"
LETTERS = {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"}
"""Latin letters that stand alone in Unicode and without their stroke or tie elsewhere."""
SLIP_LETTERS = 6
"""Fewest letters of a word in which one wrong letter is taken for a slip."""
SLIP_SHARE = 20
"""A slip is at least so many times as rare as the right spelling."""
SLIP_LEVELS = 5_000
"""Most spellings of a column among which slips are looked for."""


class MergeSpellings(FrameStep):
    """Give category values that are spelled alike the spelling most rows seen in fit have.

    Alike are values with one normal form (see ``normal_form``). A value not seen in fit is told by its normal form too;
    one whose form is new stays as it is.

    Parameters
    ----------
    columns : sequence of str, optional
        Category columns; all where none are named.
    slips : bool
        Whether a spelling seen in fit also counts as a slip of another one: where a single word of at least
        ``SLIP_LETTERS`` letters differs by one letter within it (one more, one less, another one, or two changed
        round), the other one is at least ``SLIP_SHARE`` times as frequent, and it is the only one.
    """

    def __init__(self, columns: Sequence[str] | None = None, slips: bool = True) -> None:
        self.columns = columns
        self.slips = slips

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.spelling_: dict[str, dict[str, str]] = {}
        for name in texts_in(X, self.columns):
            counts = X[name].value_counts()
            self.spelling_[name] = _spellings(
                dict(zip(map(str, counts.index), map(int, counts), strict=True)), self.slips
            )

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with one spelling for each category."""
        changed: dict[str, Any] = {}
        for name, spelling in self.spelling_.items():
            values = texts(X, name)
            known: dict[Any, Any] = {None: None, MISSING_LEVEL: MISSING_LEVEL, OTHER_LEVEL: OTHER_LEVEL}
            for position, value in enumerate(values):
                if value not in known:
                    known[value] = spelling.get(normal_form(value), value)
                values[position] = known[value]
            changed[name] = as_category(values)
        return replaced(X, changed)


def normal_form(value: str) -> str:
    """Return what is left of a value without case, accents of Latin letters, spaces and punctuation.

    Between two digits a separator stays, so that "1.5", "1-5" and "15" differ; a sign before a number and a minus at
    the end stay too ("−1", "A-"), and so does every other mark ("+", "#", "<", "%"). A value of nothing but punctuation
    is its own form.
    """
    text = _plain(value)
    parts: list[str] = []
    gap = ""
    for character in text:
        if character.isspace() or character in SEPARATORS:
            gap += character
            continue
        before, gap = gap, ""
        if parts and character.isdigit() and parts[-1][-1].isdigit() and before:
            parts.append(_joint(before))
        elif not parts and character.isdigit() and before.strip()[-1:] in tuple(DASHES):
            parts.append("-")
        parts.append(character)
    if parts and gap[:1] in tuple(DASHES):
        parts.append("-")
    return "".join(parts) or value


def _joint(gap: str) -> str:
    marks = "".join("-" if mark in DASHES else mark for mark in gap if not mark.isspace())
    return marks or " "


def _plain(value: str) -> str:
    """Return a value in small letters and, where they are Latin, without accents."""
    made: list[str] = []
    latin = False
    for character in unicodedata.normalize("NFKD", value.replace("−", "-").casefold()):
        # In other scripts a mark makes another letter: й is not и, and が is not か.
        if unicodedata.combining(character):
            if not latin:
                made.append(character)
            continue
        latin = "LATIN" in unicodedata.name(character, "")
        made.append(LETTERS.get(character, character))
    return "".join(made)


def _spellings(counts: Mapping[str, int], slips: bool) -> dict[str, str]:
    """Return the spelling to use for each normal form."""
    rows: dict[str, int] = {}
    winner: dict[str, str] = {}
    for value in sorted(counts, key=lambda value: (-counts[value], value)):
        if value in (MISSING_LEVEL, OTHER_LEVEL):
            continue
        form = normal_form(value)
        rows[form] = rows.get(form, 0) + counts[value]
        winner.setdefault(form, value)
    if not slips or len(rows) > SLIP_LEVELS:
        return winner
    meant = _slips({form: _words(winner[form]) for form in rows}, rows)
    return {form: winner[meant.get(form, form)] for form in winner}


def _words(value: str) -> tuple[str, ...]:
    return tuple("".join(" " if mark in SEPARATORS else mark for mark in _plain(value)).split())


def _slips(words: Mapping[str, tuple[str, ...]], rows: Mapping[str, int]) -> dict[str, str]:
    """Return the form that is meant by each form that is a slip of exactly one other."""
    near: dict[tuple[str, ...], list[str]] = {}
    for form, own in words.items():
        for key in _keys(own):
            near.setdefault(key, []).append(form)
    meant: dict[str, str] = {}
    # From the most frequent one on, so that what a slip is taken for is settled before it.
    for form in sorted(words, key=lambda form: (-rows[form], form)):
        others = {other for key in _keys(words[form]) for other in near[key] if rows[other] >= SLIP_SHARE * rows[form]}
        right = {other for other in others if _is_slip(words[form], words[other])}
        if len(right) == 1:
            other = right.pop()
            meant[form] = meant.get(other, other)
    return meant


def _keys(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Return the words with one letter less in one place; words one letter apart have one of these in common."""
    for place, word in enumerate(words):
        if len(word) >= SLIP_LETTERS and word.isalpha():
            for shorter in {word, *(word[:at] + word[at + 1 :] for at in range(1, len(word) - 1))}:
                yield (*words[:place], shorter, *words[place + 1 :], str(place))


def _is_slip(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if len(one) != len(other):
        return False
    different = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(different) != 1:
        return False
    a, b = different[0]
    # The first and the last letter often carry meaning: "typical" and "atypical", "profesor" and "profesora".
    if min(len(a), len(b)) < SLIP_LETTERS or a[0] != b[0] or a[-1] != b[-1] or not (a.isalpha() and b.isalpha()):
        return False
    return _one_letter_apart(a, b)


def _one_letter_apart(a: str, b: str) -> bool:
    """Say whether one letter more, less or other, or two neighbours changed round, make one word the other."""
    start = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) != len(b):
        return rest_a[1:] == rest_b or rest_a == rest_b[1:]
    swapped = rest_a[1:2] + rest_a[:1] + rest_a[2:]
    return rest_a[1:] == rest_b[1:] or swapped == rest_b
