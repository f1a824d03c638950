"""Guessing each column's type and role, with the reason in plain words; the user has the last word."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.dates import DateGuess, DateOrder, guess_date_columns
from core.data.hints import (
    CODE_WORDS,
    DATE_WORDS,
    IDENTIFIER_WORDS,
    NUMBERING_WORDS,
    PAIRS,
    POSTAL_WORDS,
    TIME_WORDS,
    is_unnamed,
    words_of,
)
from core.data.knowing.personal import names_people
from core.data.schema import ColumnSpec, ColumnType, Role, Schema
from core.limits import CATEGORY_LEVELS
from core.runtime.values import as_date

FEW_ROWS = 20
"""Below this many rows values that all differ prove nothing."""
NEARLY_UNIQUE = 0.95
TOO_MANY_LEVELS = 0.5
"""With more different values than this share of the rows, a text hardly ever repeats: nothing to learn from."""
WORDY = 5
"""Texts of this many words on average are read, not counted."""
NUMERIC_SHARE = 0.9
ODD_WORDS = 5
"""Most different texts among numbers, such as ``?``, that leave a column numeric."""

_PLAIN_NUMBER = re.compile(r"[+-]?(?:[1-9]\d{0,14}|0)?(?:\.\d+)?(?:[eE][+-]?\d+)?")
_MACHINE_NAME = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[^@\s]+@[^@\s]+\.\w+|https?://\S+|[0-9a-f]{32,64}",
    re.I,
)


@dataclass(frozen=True)
class _Column:
    """What the rules look at: the known values, and the different ones among them."""

    name: str
    values: pd.Series
    rows: int
    distinct: pd.Series

    @property
    def known(self) -> int:
        return len(self.values)

    @property
    def all_differ(self) -> bool:
        return self.known == self.rows == len(self.distinct)

    @property
    def share(self) -> float:
        return len(self.distinct) / self.known

    @property
    def words(self) -> frozenset[str]:
        return frozenset(words_of(self.name))

    @property
    def numbers_things(self) -> bool:
        """Whether the name ends like "invoice number"; "number of rooms" is an amount."""
        return not NUMBERING_WORDS.isdisjoint(words_of(self.name)[-1:]) and self.all_differ and self.rows >= FEW_ROWS


@dataclass(frozen=True)
class _Guess:
    type: ColumnType
    reason: str
    left_out: bool = False
    date_format: str = ""


def guess_schema(frame: pd.DataFrame, read_as: Mapping[str, str] | None = None) -> Schema:
    """Guess the type and role of every column.

    Parameters
    ----------
    frame : DataFrame
        As read: numbers, flags, dates, text.
    read_as : mapping, optional
        What the table remembers of how it was read: it tells the order of day and month in dates such as 03/04/2023.

    Returns
    -------
    Schema
        In the table's order. Identifiers, names of people, constant and empty columns are left out; each reason is one
        sentence in plain words.
    """
    columns = [_column(str(name), frame.iloc[:, position]) for position, name in enumerate(frame.columns)]
    order = DateOrder.of(read_as or {})
    dates = guess_date_columns({column.name: _texts(column) for column in columns if _may_be_dates(column)}, order)
    return Schema(columns=tuple(_spec(column, dates.get(column.name)) for column in columns))


def _column(name: str, values: pd.Series) -> _Column:
    known = values.dropna()
    if not (pd.api.types.is_numeric_dtype(known.dtype) or pd.api.types.is_datetime64_any_dtype(known.dtype)):
        known = known.astype("str").str.strip()
        known = known[known != ""]
    return _Column(name, known, len(values), pd.Series(known.unique()))


def _is_text(column: _Column) -> bool:
    return isinstance(column.values.dtype, pd.StringDtype)


def _texts(column: _Column) -> list[str]:
    return [str(value) for value in column.distinct]


def _may_be_dates(column: _Column) -> bool:
    if not _is_text(column) or not len(column.distinct):
        return False
    return any(sign.isdigit() for sign in str(column.distinct.iloc[0])) and not pd.isna(column.distinct.iloc[0])


def _spec(column: _Column, dates: DateGuess | None) -> ColumnSpec:
    guess = _empty_or_constant(column)
    if guess is None:
        kind = column.values.dtype
        if pd.api.types.is_bool_dtype(kind):
            guess = _Guess(ColumnType.YES_NO, "True or false.")
        elif pd.api.types.is_datetime64_any_dtype(kind):
            guess = _Guess(ColumnType.DATE, "The file stores dates.")
        elif _is_text(column):
            guess = next(found for rule in TEXT_RULES if (found := rule(column, dates)) is not None)
        else:
            guess = next(found for rule in NUMBER_RULES if (found := rule(column)) is not None)
    people = guess.type is ColumnType.TEXT and names_people(column.name)
    unusable = guess.type is ColumnType.IDENTIFIER or people
    return ColumnSpec(
        name=column.name,
        type=guess.type,
        role=Role.LEFT_OUT if guess.left_out or unusable else Role.FEATURE,
        guessed_type=guess.type,
        reason=f"{guess.reason} Names of people are left out." if people else guess.reason,
        date_format=guess.date_format,
    )


def _empty_or_constant(column: _Column) -> _Guess | None:
    kind = column.values.dtype
    numeric = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    usual = ColumnType.NUMBER if numeric else ColumnType.CATEGORY
    if not column.known:
        return _Guess(usual, "No row has a value.", left_out=True)
    if len(column.distinct) > 1:
        return None
    if pd.api.types.is_bool_dtype(kind):
        usual = ColumnType.YES_NO
    elif pd.api.types.is_datetime64_any_dtype(kind):
        usual = ColumnType.DATE
    if column.known == column.rows:
        return _Guess(usual, "The same value in every row: nothing to learn from.", left_out=True)
    return _Guess(usual, "One value, or missing.")


# Numbers: the first rule that answers decides.


def _zero_or_one(column: _Column) -> _Guess | None:
    if set(column.distinct) == {0, 1}:
        return _Guess(ColumnType.YES_NO, "Only 0 and 1.")
    return None


def _whole(column: _Column) -> bool:
    values = column.distinct.to_numpy(dtype="float64")
    return bool(np.isfinite(values).all() and (values == np.floor(values)).all())


def _row_number(column: _Column) -> _Guess | None:
    """Whole numbers that count the rows, or that a name calls a key."""
    if not _whole(column):
        return None
    if column.all_differ and is_unnamed(column.name) and _runs_on(column):
        return _Guess(ColumnType.IDENTIFIER, "Counts the rows.")
    if column.words & IDENTIFIER_WORDS and not column.words & TIME_WORDS:
        if column.share >= NEARLY_UNIQUE:
            return _Guess(
                ColumnType.IDENTIFIER, "Its name and its values, which all differ, say that it names the row."
            )
        if len(column.distinct) > CATEGORY_LEVELS:
            return _Guess(ColumnType.IDENTIFIER, _names_a_thing(column))
        return _Guess(ColumnType.CATEGORY, f"Its name says that its {len(column.distinct):,} numbers name something.")
    if column.numbers_things:
        return _Guess(ColumnType.IDENTIFIER, "Its name says that it numbers the rows, and all values differ.")
    if column.all_differ and column.rows >= FEW_ROWS and not column.words & TIME_WORDS and _counts_rows(column):
        return _Guess(ColumnType.IDENTIFIER, "Whole numbers that count the rows without a repeat.")
    return None


def _names_a_thing(column: _Column) -> str:
    per_value = column.known / len(column.distinct)
    return f"Its name says that it names something; {len(column.distinct):,} values, about {per_value:,.1f} rows each."


def _runs_on(column: _Column) -> bool:
    steps = np.diff(column.values.to_numpy(dtype="float64"))
    return bool((steps > 0).all())


def _counts_rows(column: _Column) -> bool:
    """Whether values are consecutive in any order, or rise from row to row with few gaps."""
    values = column.values.to_numpy(dtype="float64")
    span = values.max() - values.min() + 1
    return bool(span == len(values) or (_runs_on(column) and span <= 3 * len(values)))


def _date_number(column: _Column) -> _Guess | None:
    """Whole numbers such as 20240131 under a name that says date."""
    if not column.words & DATE_WORDS or not _whole(column):
        return None
    values = column.distinct
    if values.min() < 19000101 or values.max() > 21001231:
        return None
    read = as_date(values.astype("int64").astype("str"), "%Y%m%d")
    if read.isna().any():
        return None
    return _Guess(ColumnType.DATE, "Eight digits: year, month, day.", date_format="%Y%m%d")


def _code(column: _Column) -> _Guess | None:
    if not column.words & CODE_WORDS or not _whole(column):
        return None
    if len(column.distinct) <= CATEGORY_LEVELS or column.words & POSTAL_WORDS:
        return _Guess(
            ColumnType.CATEGORY,
            f"Its name says that its {len(column.distinct):,} whole numbers are labels, not amounts.",
        )
    return None


def _amount(column: _Column) -> _Guess:
    kind = "whole numbers" if _whole(column) else "numbers"
    return _Guess(ColumnType.NUMBER, f"{len(column.distinct):,} different {kind}.")


NUMBER_RULES: tuple[Callable[[_Column], _Guess | None], ...] = (
    _zero_or_one,
    _date_number,
    _row_number,
    _code,
    _amount,
)
"""Rules for columns of numbers; the first that answers decides."""


# Text: the first rule that answers decides.


def _yes_or_no(column: _Column, dates: DateGuess | None) -> _Guess | None:
    if len(column.distinct) == 2 and frozenset(text.lower() for text in _texts(column)) in PAIRS:
        first, second = sorted(_texts(column))
        return _Guess(ColumnType.YES_NO, f"Only “{first}” and “{second}”.")
    return None


def _date_text(column: _Column, dates: DateGuess | None) -> _Guess | None:
    if dates is None:
        return None
    if not dates.date_format:
        reason = "Dates written year, month, day."
    elif dates.day_first is None:
        reason = "All values are dates in one format."
    else:
        order = "day first" if dates.day_first else "month first"
        example = _texts(column)[0]
        if dates.ambiguous:
            reason = f"Dates such as {example} could be day first or month first; read as {order}. Change it if wrong."
        else:
            reason = f"Dates, {order}, such as {example}."
    if dates.readable < 1:
        reason += f" {1 - dates.readable:.1%} of the different values are no dates and would be missing."
    return _Guess(ColumnType.DATE, reason, date_format=dates.date_format)


def _number_text(column: _Column, dates: DateGuess | None) -> _Guess | None:
    """Numbers beside a few texts such as ``?``, which then count as missing."""
    counts = column.values.value_counts()
    odd = [text for text in counts.index if not _is_number(str(text))]
    if len(odd) > ODD_WORDS or len(odd) == len(counts) or column.words & (CODE_WORDS | IDENTIFIER_WORDS):
        return None
    rows = int(counts.loc[odd].sum())
    if rows > (1 - NUMERIC_SHARE) * column.known:
        return None
    if not odd:
        return _Guess(ColumnType.NUMBER, "Numbers that the file stores as text.")
    told = ", ".join(f"“{text}”" for text in odd)
    return _Guess(
        ColumnType.NUMBER, f"Numbers, but for {told} in {rows:,} row{'s' if rows > 1 else ''}, which would be missing."
    )


def _is_number(text: str) -> bool:
    return any(sign.isdigit() for sign in text) and _PLAIN_NUMBER.fullmatch(text) is not None


def _key_text(column: _Column, dates: DateGuess | None) -> _Guess | None:
    head = _texts(column)[:200]
    named = column.words & IDENTIFIER_WORDS
    if named and (column.share >= NEARLY_UNIQUE or len(column.distinct) > CATEGORY_LEVELS):
        if column.share >= NEARLY_UNIQUE:
            return _Guess(
                ColumnType.IDENTIFIER, "Its name and its values, which hardly repeat, say that it names the row."
            )
        return _Guess(ColumnType.IDENTIFIER, _names_a_thing(column))
    if len(column.distinct) > CATEGORY_LEVELS and all(_MACHINE_NAME.fullmatch(text) for text in head):
        return _Guess(ColumnType.IDENTIFIER, "Addresses or keys that name one thing each.")
    if column.numbers_things:
        return _Guess(ColumnType.IDENTIFIER, "Its name says that it numbers the rows, and all values differ.")
    return None


def _free_text(column: _Column, dates: DateGuess | None) -> _Guess | None:
    lengths = column.distinct.str.count(r"\s+") + 1
    many = column.known >= FEW_ROWS and len(column.distinct) > min(CATEGORY_LEVELS, 0.5 * column.known)
    if many and (lengths.mean() >= WORDY or (lengths.mean() >= 2 and column.share > TOO_MANY_LEVELS)):
        return _Guess(
            ColumnType.TEXT, f"About {lengths.mean():,.0f} words a value, {len(column.distinct):,} different values."
        )
    return None


def _hardly_repeats(column: _Column, dates: DateGuess | None) -> _Guess | None:
    if column.known >= FEW_ROWS and len(column.distinct) > 0.4 * FEW_ROWS and column.share > TOO_MANY_LEVELS:
        return _Guess(
            ColumnType.IDENTIFIER,
            f"{len(column.distinct):,} different values in {column.known:,} rows: they hardly repeat.",
        )
    return None


def _levels(column: _Column, dates: DateGuess | None) -> _Guess:
    return _Guess(ColumnType.CATEGORY, f"{len(column.distinct):,} different values.")


TEXT_RULES: tuple[Callable[[_Column, DateGuess | None], _Guess | None], ...] = (
    _yes_or_no,
    _date_text,
    _number_text,
    _key_text,
    _free_text,
    _hardly_repeats,
    _levels,
)
"""Rules for columns of text; the first that answers decides."""
