"""What was guessed while reading, gathered by kind so that a wide table does not give a thousand sentences."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 5
"""Column names spelled out in one sentence."""

SENTENCES: dict[str, str] = {
    "leading_zero": "{columns}: whole numbers with leading zeros, such as {example}, were kept as text.",
    "big_integer": "{columns}: whole numbers beyond 2^53, such as {example}, were kept as text, every digit.",
    "rounded_integer": (
        "{columns}: numbers beyond 2^53, such as {example}, are stored rounded in the file. "
        "Store them as text there if every digit counts."
    ),
    "thousands": "{columns}: the sign between groups of three digits was removed ({example}).",
    "decimal_comma": "{columns}: commas were read as decimal commas ({example}).",
    "ambiguous": (
        "{columns}: values could be read in two ways and were read as {example}. "
        "If that is wrong, choose the decimal sign."
    ),
    "three_decimals": (
        "{columns}: points were read as decimal points. If they stand between groups of three digits ({example}), "
        "choose the decimal comma."
    ),
    "affix": "{columns}: the sign beside each number was removed ({example}).",
    "mixed_numbers": (
        "{columns}: numbers are written in different ways, such as {example}, and were kept as text. "
        "Choose the decimal sign, or mend the file."
    ),
    "code_with_e": (
        "{columns}: values such as {example} look like codes and were kept as text, not read as powers of 10."
    ),
    "infinite": "{columns}: infinite values were read as missing ({example}).",
    "na_missing": "{columns}: cells that say {example} were read as missing. If it is a value there, keep it as one.",
    "na_kept": "{columns}: cells that say {example} were kept as a value.",
    "far_dates": "{columns}: dates outside the years 1678 to 2261, such as {example}, were read as missing.",
    "date_order": (
        "{columns}: dates could be day first or month first and were read {example}. "
        "If that is wrong, choose the order."
    ),
    "european_dates": (
        "{columns}: dates could be day first or month first. As the file has decimal commas or semicolons, they were "
        "read {example}. If that is wrong, choose the order."
    ),
    "mixed_dates": (
        "{columns}: some dates are day first and others month first, such as {example}; kept as text. Mend the file."
    ),
    "not_in_order": "{columns}: not all dates can be read in the chosen order, such as {example}; kept as text.",
    "zone": "{columns}: times were turned to UTC.",
    "nested": "{columns}: lists and records were written out as text.",
    "labels": "{columns}: the labels of the file stand in the place of its codes, such as {example}.",
    "some_labels": "{columns}: only some values have a label, such as {example}; the values were kept.",
    "declared_missing": "{columns}: values that the file declares missing ({example}) were read as missing.",
    "binary": "{columns}: binary content cannot be used and was left out.",
    "narrowed": "{columns}: decimal numbers were rounded to about 16 digits.",
}
"""One sentence a kind, in the order in which they are told."""


def name_columns(columns: Iterable[str]) -> str:
    """Return the names between backticks, the sixth and later ones counted."""
    names = list(columns)
    told = ", ".join(f"`{name}`" for name in names[:SHOWN])
    return told if len(names) <= SHOWN else f"{told} and {len(names) - SHOWN:,} more"


@dataclass
class Notes:
    """Notes by kind; ``sentences`` turns them into the warnings of a table.

    ``signs`` holds, for columns of numbers written with any, the sign between groups of digits (empty where none was
    seen) and the decimal sign they were read by.
    """

    free: list[str] = field(default_factory=list)
    by_kind: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    signs: dict[str, tuple[str, str]] = field(default_factory=dict)

    def say(self, sentence: str) -> None:
        """Add a sentence about the whole file."""
        self.free.append(sentence)

    def note(self, kind: str, column: str, example: str = "") -> None:
        """Add a column to the sentence of this kind; the first example is the one told."""
        self.by_kind.setdefault(kind, []).append((column, example))

    @property
    def sentences(self) -> list[str]:
        """All that is to be told, the file first, then its columns."""
        told = list(self.free)
        for kind, sentence in SENTENCES.items():
            noted = self.by_kind.get(kind)
            if noted:
                example = ", ".join(dict.fromkeys(sign for _, sign in noted)) if kind == "affix" else noted[0][1]
                told.append(sentence.format(columns=name_columns(name for name, _ in noted), example=example))
        return told

    def signs_of_the_file(self) -> dict[str, str]:
        """Return ``decimal`` and ``thousands`` as most columns showed them, and ``decimal_differs_in``."""
        if not self.signs:
            return {}
        decimals = Counter(decimal for _, decimal in self.signs.values())
        decimal = decimals.most_common(1)[0][0]
        found = {"decimal": decimal}
        groups = Counter(group for group, sign in self.signs.values() if group and sign == decimal)
        if groups:
            found["thousands"] = groups.most_common(1)[0][0]
        differing = [column for column, (_, sign) in self.signs.items() if sign != decimal]
        if differing:
            found["decimal_differs_in"] = json.dumps(differing, ensure_ascii=False)
        return found
