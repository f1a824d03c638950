"""How the numbers of a text column are written, decided once for the whole column."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

LARGEST_EXACT = 2**53
"""Whole numbers beyond this cannot all be told apart as floats."""
SCREENED = 50
"""Values looked at before a whole column is."""

_AFFIXES = ("$", "€", "£", "¥", "%", "EUR", "USD", "GBP", "CHF")
_SPACES = "\u00a0\u202f\u2009"
_SIGNS = "|".join(re.escape(affix) for affix in _AFFIXES)
_NUMBER_LIKE = re.compile(
    rf"[+\-\u2212]?(?:{_SIGNS})?\s?[+\-\u2212]?[.,]?\d[\d.,'\u2019 {_SPACES}]*(?:[eE][+-]?\d+)?\s?(?:{_SIGNS})?"
)


@dataclass(frozen=True)
class Style:
    """The signs of one way to write numbers.

    Parameters
    ----------
    thousands : str
        Sign between groups of three digits; empty for none.
    decimal : str
    """

    thousands: str
    decimal: str

    @property
    def pattern(self) -> str:
        """Regular expression (RE2) of a number in this style; groups never begin with a zero."""
        decimal = re.escape(self.decimal)
        whole = r"\d+"
        if self.thousands:
            whole = rf"(?:[1-9]\d{{0,2}}(?:{re.escape(self.thousands)}\d{{3}})+|\d+)"
        return rf"^[+-]?(?:{whole}(?:{decimal}\d*)?|{decimal}\d+)(?:[eE][+-]?\d+)?$"


PLAIN = Style("", ".")
POINT = Style(",", ".")
COMMA = Style(".", ",")
STYLES = (POINT, COMMA, Style(" ", "."), Style(" ", ","), Style("'", "."), Style("'", ","))
"""Styles that are tried where plain numbers do not fit."""

_MORE_DIGITS = r"^[+-]?0*\.?0*[1-9](?:\.?\d){16,}\.?\d*[1-9]"
"""Eighteen digits that count, or more: programs write at most seventeen of a float."""
_GROUPED_POINTS = r"^[+-]?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d{1,3})$"


def chosen_styles(decimal: str | None, thousands: str | None) -> tuple[Style, ...]:
    """Return the styles that agree with what the user chose; all of them where nothing was chosen."""
    return tuple(
        style
        for style in STYLES
        if decimal in (None, style.decimal) and (thousands is None or style.thousands == thousands)
    ) or (Style(thousands or "", decimal or "."),)


def take_off_affix(values: pa.Array) -> tuple[pa.Array, str]:
    """Remove a currency or percent sign that stands beside every value.

    Parameters
    ----------
    values : Array of string
        Stripped; missing ones null.

    Returns
    -------
    values : Array of string
    affix : str
        Empty where there is none.
    """
    first = _screen(values)
    for affix in (affix for affix in _AFFIXES if first and affix in first[0]):
        sign = re.escape(affix)
        for pattern in (rf"^([+-]?){sign}\s*", rf"^()(.*\S)\s*{sign}$"):
            if _all_match(values, pattern):
                kept = r"\1" if pattern.startswith("^([") else r"\2"
                return pc.replace_substring_regex(values, pattern=pattern, replacement=kept), affix
    return values, ""


def unify_signs(values: pa.Array) -> pa.Array:
    """Write the minus sign, and the spaces and apostrophes between digits, in one way."""
    text = pc.replace_substring(values, pattern="\u2212", replacement="-")
    text = pc.replace_substring(text, pattern="\u2019", replacement="'")
    return pc.replace_substring_regex(text, pattern=f"[{_SPACES}]", replacement=" ")


def may_be_numbers(values: pa.Array) -> bool:
    """Whether the first values hold digits and nothing that a number would not have; a cheap screen."""
    return all(_NUMBER_LIKE.fullmatch(value) for value in _screen(values))


def fitting_styles(values: pa.Array, styles: Sequence[Style]) -> list[Style]:
    """Return the styles in which every value is a number."""
    return [style for style in styles if _all_match(values, style.pattern)]


def is_grouped_by_points(values: pa.Array) -> bool:
    """Whether plain numbers such as ``1.234`` could be whole numbers with points between groups of three digits."""
    return bool(pc.any(pc.match_substring(values, ".")).as_py()) and _all_match(values, _GROUPED_POINTS)


def to_plain(values: pa.Array, style: Style) -> pa.Array:
    """Write numbers of a style with a decimal point and no groups."""
    if style.thousands:
        values = pc.replace_substring(values, pattern=style.thousands, replacement="")
    return pc.replace_substring(values, pattern=style.decimal, replacement=".") if style.decimal != "." else values


def show(values: pa.Array, style: Style) -> str:
    """Tell how the first value that holds one of the style's signs is read."""
    signs = re.escape(style.thousands + style.decimal).replace("'", "\\'") if style.thousands else style.decimal
    given = first_match(values, f"[{signs}]") or ""
    plain = to_plain(pa.array([given], pa.large_string()), style)[0].as_py()
    return f"“{given}” is {plain}"


def uses_groups(values: pa.Array, style: Style) -> bool:
    """Whether any value holds the style's sign between groups of digits."""
    return bool(style.thousands) and bool(pc.any(pc.match_substring(values, style.thousands)).as_py())


def first_rounded(plain: pa.Array) -> str | None:
    """Return the first number with more digits than a float holds, or ``None``."""
    long = pc.filter(plain, pc.fill_null(pc.greater(pc.utf8_length(plain), 18), False))
    return first_match(long, _MORE_DIGITS)


def first_match(values: pa.Array, pattern: str) -> str | None:
    """Return the first value that matches a regular expression (RE2), or ``None``."""
    hits = pc.filter(values, pc.fill_null(pc.match_substring_regex(values, pattern=pattern), False))
    return str(hits[0].as_py()) if len(hits) else None


def _all_match(values: pa.Array, pattern: str) -> bool:
    head = values[:1000]
    if not pc.all(pc.match_substring_regex(head, pattern=pattern), min_count=0).as_py():
        return False
    return bool(pc.all(pc.match_substring_regex(values, pattern=pattern), min_count=0).as_py())


def _screen(values: pa.Array) -> list[str]:
    found: list[str] = []
    for start in range(0, len(values), 1000):
        found.extend(value for value in values[start : start + 1000].to_pylist() if value is not None)
        if len(found) >= SCREENED:
            break
    return found[:SCREENED]
