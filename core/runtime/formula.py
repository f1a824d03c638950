"""A new number column by a formula: a small language of its own, read without any evaluation of Python.

Precedence, loosest first: ``or``, ``and``, ``not``, comparison, ``+ -``, ``* /``, sign, power. Numbers that become too
large, and whatever has no answer (a division by 0, the logarithm of −1), are missing; so is all that is made of a
missing number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.errors import UnusableError
from core.runtime.frames import FrameStep, Origins, block, extended, numbers_in, unused

MOST_PARTS = 200
"""Most numbers, columns and operations of a formula."""
DEEPEST = 25
"""Deepest nesting of a formula."""
LARGEST = 1e38
FUNCTIONS = {
    "abs": (1, 1),
    "log": (1, 1),
    "sqrt": (1, 1),
    "round": (1, 2),
    "min": (2, 20),
    "max": (2, 20),
    "if": (3, 3),
}
"""Function to the fewest and the most values it takes."""
COMPARISONS = ("<=", ">=", "==", "!=", "<>", "<", ">", "=")
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|`(?P<quoted>[^`]+)`"
    r"|(?P<sign>\*\*|<=|>=|==|!=|<>|[-+*/^<>=(),])"
)
_SPACE = re.compile(r"\s*")


class FormulaError(UnusableError):
    """A formula that cannot be read; ``place`` counts its characters from 1."""

    def __init__(self, place: int, words: str) -> None:
        self.place = place
        super().__init__(f"At character {place:,}: {words}")


@dataclass(frozen=True)
class Number:
    """A number as written."""

    value: float


@dataclass(frozen=True)
class Column:
    """A column, by name; ``place`` is where the formula names it."""

    name: str
    place: int


@dataclass(frozen=True)
class Call:
    """An operation on parts; ``name`` is a sign, a comparison, a word of logic or a function."""

    name: str
    parts: tuple["Part", ...]


Part = Number | Column | Call


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if at == len(text):
            return [*found, _Token("end", "", at + 1)]
        match = _TOKEN.match(text, at)
        if match is None:
            if text[at] == "`":
                raise FormulaError(at + 1, "the name of a column begins with ` and does not end. Add a ` after it.")
            raise FormulaError(at + 1, f"“{text[at]}” means nothing in a formula.")
        kind = str(match.lastgroup)
        found.append(_Token(kind, match.group(kind), at + 1))
        at = match.end()


class _Reader:
    """Reads tokens by recursive descent; how deep and how many is bounded."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0
        self.parts = 0
        self.depth = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    def taken(self, *signs: str) -> str:
        """Step over a sign or word if it is one of these; return it, or nothing."""
        if self.now.kind in ("sign", "name") and self.now.text.lower() in signs:
            self.at += 1
            return self.tokens[self.at - 1].text.lower()
        return ""

    def demand(self, sign: str) -> None:
        if not self.taken(sign):
            raise FormulaError(self.now.place, f"a “{sign}” is missing before {self.seen}.")

    @property
    def seen(self) -> str:
        return f"“{self.now.text[:40]}”" if self.now.text else "the end"

    def counted(self, part: Part) -> Part:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise FormulaError(self.now.place, f"the formula has more than {MOST_PARTS} parts. Make two steps of it.")
        return part

    def whole(self) -> Part:
        part = self.either()
        if self.now.kind != "end":
            raise FormulaError(self.now.place, f"an operation is missing before {self.seen}.")
        return part

    def either(self) -> Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError(self.now.place, f"the formula is nested deeper than {DEEPEST}. Make two steps of it.")
        part = self.both()
        while self.taken("or"):
            part = self.counted(Call("or", (part, self.both())))
        self.depth -= 1
        return part

    def both(self) -> Part:
        part = self.turned()
        while self.taken("and"):
            part = self.counted(Call("and", (part, self.turned())))
        return part

    def turned(self) -> Part:
        turns = 0
        while self.taken("not"):
            turns += 1
        part = self.compared()
        return self.counted(Call("not", (part,))) if turns % 2 else part

    def compared(self) -> Part:
        part = self.sum()
        sign = self.taken(*COMPARISONS)
        if sign:
            part = self.counted(Call({"==": "=", "<>": "!="}.get(sign, sign), (part, self.sum())))
            if self.now.kind == "sign" and self.now.text in COMPARISONS:
                raise FormulaError(self.now.place, "two comparisons stand in a row. Join them by “and”.")
        return part

    def sum(self) -> Part:
        part = self.product()
        while sign := self.taken("+", "-"):
            part = self.counted(Call(sign, (part, self.product())))
        return part

    def product(self) -> Part:
        part = self.signed()
        while sign := self.taken("*", "/"):
            part = self.counted(Call(sign, (part, self.signed())))
        return part

    def signed(self) -> Part:
        minus = False
        while sign := self.taken("-", "+"):
            minus ^= sign == "-"
        part = self.power()
        return self.counted(Call("0-", (part,))) if minus else part

    def power(self) -> Part:
        part = self.atom()
        if self.taken("^", "**"):
            self.depth += 1
            if self.depth > DEEPEST:
                raise FormulaError(self.now.place, f"the formula is nested deeper than {DEEPEST}.")
            part = self.counted(Call("^", (part, self.signed())))
            self.depth -= 1
        return part

    def atom(self) -> Part:
        token = self.now
        if self.taken("("):
            part = self.either()
            self.demand(")")
            return part
        self.at += 1
        if token.kind == "number":
            value = float(token.text) if len(token.text) <= 40 else np.inf
            if value > LARGEST:
                raise FormulaError(token.place, "the number is too large.")
            return self.counted(Number(value))
        if token.kind == "quoted":
            return self.counted(Column(token.text, token.place))
        word = token.text.lower()
        if token.kind == "name" and word not in ("and", "or", "not"):
            if self.taken("("):
                return self.call(word, token)
            return self.counted(Column(token.text, token.place))
        self.at -= 1
        raise FormulaError(token.place, f"a number or a column is missing before {self.seen}.")

    def call(self, name: str, token: _Token) -> Part:
        if name not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            raise FormulaError(token.place, f"there is no function “{token.text[:40]}”. Known are {known}.")
        given = [self.either()]
        while self.taken(","):
            given.append(self.either())
        self.demand(")")
        fewest, most = FUNCTIONS[name]
        if not fewest <= len(given) <= most:
            wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            raise FormulaError(token.place, f"“{name}” takes {wanted} values between commas, not {len(given)}.")
        if name == "round" and len(given) == 2:
            digits = given[1]
            if not (isinstance(digits, Number) and digits.value in range(11)):
                raise FormulaError(token.place, "“round” takes as its second value a whole number from 0 to 10.")
        return self.counted(Call(name, tuple(given)))


def read_formula(text: str) -> Part:
    """Read a formula.

    Parameters
    ----------
    text : str
        Numbers, columns (between backticks where a name is more than letters, digits and ``_``), ``+ - * / ^``,
        comparisons, ``and or not``, and ``FUNCTIONS``.

    Returns
    -------
    Number, Column or Call

    Raises
    ------
    FormulaError
        It cannot be read; the text says where and why.
    """
    if not text.strip():
        raise FormulaError(1, "the formula is empty.")
    return _Reader(text).whole()


def columns_of_formula(part: Part) -> list[Column]:
    """Return the columns a formula names, each once, in the order of the text."""
    if isinstance(part, Column):
        return [part]
    found: dict[str, Column] = {}
    for inner in part.parts if isinstance(part, Call) else ():
        for column in columns_of_formula(inner):
            found.setdefault(column.name, column)
    return list(found.values())


def calculated(part: Part, values: Mapping[str, NDArray[np.float64]], rows: int) -> NDArray[np.float64]:
    """Calculate a formula for each row.

    Parameters
    ----------
    part : Number, Column or Call
    values : mapping of str to ndarray of shape (rows,)
        Every column the formula names.
    rows : int

    Returns
    -------
    ndarray of shape (rows,)
        Finite, or NaN where there is no answer.
    """
    if isinstance(part, Number):
        return np.full(rows, part.value)
    if isinstance(part, Column):
        return values[part.name]
    given = [calculated(inner, values, rows) for inner in part.parts]
    with np.errstate(all="ignore"):
        made = _worked_out(part.name, given)
        return np.where(np.abs(made) <= LARGEST, made, np.nan)


def _worked_out(name: str, given: list[NDArray[np.float64]]) -> Any:
    first, second = given[0], given[-1]
    if name == "+":
        return first + second
    if name == "-":
        return first - second
    if name == "*":
        return first * second
    if name == "/":
        return first / second
    if name == "^":
        return first**second
    if name == "0-":
        return -first
    if name == "if":
        return np.where(np.isnan(first), np.nan, np.where(first != 0, given[1], given[2]))
    if name in ("min", "max"):
        return (np.minimum if name == "min" else np.maximum).reduce(given)
    if name == "round":
        return np.round(first, int(second[0]) if len(given) == 2 and len(second) else 0)
    if name in ("abs", "log", "sqrt"):
        return {"abs": np.abs, "log": np.log, "sqrt": np.sqrt}[name](first)
    return _told(name, first, second)


def _told(name: str, first: NDArray[np.float64], second: NDArray[np.float64]) -> Any:
    """Answer a comparison or a word of logic by 1 and 0; missing where either side is."""
    answer = {
        "<": first < second,
        "<=": first <= second,
        ">": first > second,
        ">=": first >= second,
        "=": first == second,
        "!=": first != second,
        "and": (first != 0) & (second != 0),
        "or": (first != 0) | (second != 0),
        "not": first == 0,
    }[name]
    return np.where(np.isnan(first) | np.isnan(second), np.nan, answer)


class AddFormula(FrameStep):
    """Add a number column calculated by a formula over number columns.

    Where a column it needs is no number column any more, nothing is added.

    Parameters
    ----------
    formula : str
        See ``read_formula``.
    name : str
        Of the new column.
    """

    def __init__(self, formula: str, name: str) -> None:
        self.formula = formula
        self.name = name

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.needs_ = [column.name for column in columns_of_formula(read_formula(self.formula))]
        there = not self.needs_ or set(self.needs_) == set(numbers_in(X, self.needs_))
        self.out_ = unused(self.name, self.columns_in_) if there else ""

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the new column after the others."""
        if not self.out_:
            return X
        read = block(X, self.needs_)
        values = {name: read[:, place] for place, name in enumerate(self.needs_)}
        return extended(X, [self.out_], calculated(read_formula(self.formula), values, len(X))[:, None])

    def origins(self) -> Origins:
        """Return each column itself, and the columns the new one is made from."""
        return {**super().origins(), **({self.out_: tuple(self.needs_)} if self.out_ else {})}
