"""The rows behind a number: what was counted, as a small value, and the positions of the rows it counts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.dictionary import outside, read_allowed
from core.data.groups import group_labels
from core.data.knowing.bins import put_into_bins
from core.data.knowing.contradictions import contradicting_rows
from core.data.knowing.missing import missing_mask
from core.data.knowing.near import near_repeats
from core.data.knowing.odd import ODD
from core.data.knowing.personal import personal_rows
from core.data.knowing.texts import pattern_of
from core.data.knowing.values import fences, robust_fences
from core.data.schema import ColumnType, Schema
from core.data.signal import Ints
from core.data.summary import EXTREME, number_words
from core.framing.frame import Frame
from core.runtime.values import as_date, as_number, as_text

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Missing:
    """Rows where all of these columns are missing; ``only`` asks that no other column is."""

    columns: tuple[str, ...]
    only: bool = False


@dataclass(frozen=True)
class Value:
    """Rows where a column, read as text, is one of these values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Between:
    """Rows where a number is within two ends, both counted; ``None`` leaves an end open."""

    column: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bar:
    """Rows of one bar of a column, by its place."""

    column: str
    index: int


@dataclass(frozen=True)
class FarOut:
    """Rows whose number lies far out: by ``fences`` (1.5 IQR), ``robust`` z, or ``extreme`` (5 IQR)."""

    column: str
    rule: str = "fences"


@dataclass(frozen=True)
class Shape:
    """Rows whose text has a pattern, as ``pattern_of`` writes it."""

    column: str
    pattern: str


@dataclass(frozen=True)
class Word:
    """Rows whose text holds a word."""

    column: str
    word: str


@dataclass(frozen=True)
class LaterThan:
    """Rows whose date is later than an ISO moment."""

    column: str
    moment: str


@dataclass(frozen=True)
class InGroup:
    """Rows of a group, or of an intersection of groups: column and group each."""

    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Repeats:
    """Rows that repeat another in every column; ``near`` counts those that are nearly so."""

    near: bool = False


@dataclass(frozen=True)
class Contradicting:
    """Rows that agree in all the model may see and differ in the outcome."""


@dataclass(frozen=True)
class NotAllowed:
    """Rows whose value the data dictionary does not allow."""

    column: str
    allowed: str


@dataclass(frozen=True)
class Known:
    """Rows where all of these columns are known."""

    columns: tuple[str, ...]


@dataclass(frozen=True)
class Odd:
    """Rows whose cell stands out in a column, by one of the kinds of ``ODD``."""

    column: str
    kind: str


@dataclass(frozen=True)
class Personal:
    """Rows with personal data of a kind in a column."""

    column: str
    kind: str


@dataclass(frozen=True)
class AnyOf:
    """Rows behind any of these."""

    parts: tuple[Any, ...]


Selector = (
    Missing | Value | Between | Bar | FarOut | Shape | Word | LaterThan | InGroup | Repeats | Contradicting | NotAllowed
    | Known | Odd | Personal | AnyOf
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Table:
    frame: pd.DataFrame
    schema: Schema
    question: Frame

    def numbers(self, column: str) -> NDArray[np.float64]:
        return as_number(self.frame[column]).to_numpy()

    def nothing(self) -> Mask:
        return np.zeros(len(self.frame), dtype=bool)


def rows_behind(table_frame: pd.DataFrame, schema: Schema, selector: Selector, frame: Frame | None = None) -> Ints:
    """Return the rows a number counts.

    Parameters
    ----------
    table_frame : DataFrame
    schema : Schema
    selector : Selector
        What was counted.
    frame : Frame or None
        Which columns the model may see; needed for ``Contradicting``.

    Returns
    -------
    ndarray of int
        Positions, ascending; none for a column that is not there.
    """
    table = _Table(table_frame, schema, frame or Frame())
    return np.flatnonzero(_mask(table, selector)).astype(np.intp)


def _mask(table: _Table, selector: Any) -> Mask:
    known = set(table.schema.names) & set(table.frame.columns)
    named = getattr(selector, "columns", (selector.column,) if hasattr(selector, "column") else ())
    if not set(named) <= known:
        return table.nothing()
    return _FINDERS[type(selector)](table, selector)


def _missing(table: _Table, selector: Missing) -> Mask:
    masks = {name: missing_mask(table.frame[name], table.schema[name]) for name in selector.columns}
    found = np.logical_and.reduce([*masks.values(), ~table.nothing()])
    if selector.only:
        for spec in table.schema.columns:
            if spec.name not in masks and spec.name in table.frame.columns:
                found &= ~missing_mask(table.frame[spec.name], spec)
    return np.asarray(found)


def _known(table: _Table, selector: Known) -> Mask:
    masks = [~missing_mask(table.frame[name], table.schema[name]) for name in selector.columns]
    return np.asarray(np.logical_and.reduce([~table.nothing(), *masks]))


def _odd(table: _Table, selector: Odd) -> Mask:
    return ODD[selector.kind][1](table.frame[selector.column])


def _value(table: _Table, selector: Value) -> Mask:
    if table.schema[selector.column].type is ColumnType.NUMBER:
        wanted = as_number(pd.Series(list(selector.values), dtype=object)).dropna().to_numpy()
        return np.asarray(np.isin(table.numbers(selector.column), wanted))
    if table.schema[selector.column].type is ColumnType.DATE:
        days = as_date(table.frame[selector.column], table.schema[selector.column].date_format).dt.normalize()
        wanted_days = pd.to_datetime(pd.Series(list(selector.values), dtype=object), errors="coerce")
        return np.asarray(days.isin(wanted_days), dtype=bool)
    return as_text(table.frame[selector.column]).isin(selector.values).to_numpy(dtype=bool)


def _between(table: _Table, selector: Between) -> Mask:
    numbers = table.numbers(selector.column)
    low = -np.inf if selector.low is None else selector.low
    high = np.inf if selector.high is None else selector.high
    return np.asarray((numbers >= low) & (numbers <= high))


def _bar(table: _Table, selector: Bar) -> Mask:
    bins = put_into_bins(table.frame[selector.column], table.schema[selector.column])
    return np.asarray(bins.codes == selector.index) if len(bins.codes) else table.nothing()


def _far_out(table: _Table, selector: FarOut) -> Mask:
    numbers = table.numbers(selector.column)
    filled = np.sort(numbers[~np.isnan(numbers)])
    if not len(filled):
        return table.nothing()
    if selector.rule == "extreme":
        q1, q3 = np.quantile(filled, [0.25, 0.75])
        reach = EXTREME * (q3 - q1)
        low, high = (q1 - reach, q3 + reach) if reach > 0 else (-np.inf, np.inf)
    else:
        low, high = robust_fences(filled) if selector.rule == "robust" else fences(filled)
    return np.asarray((numbers < low) | (numbers > high))


def _shape(table: _Table, selector: Shape) -> Mask:
    texts = as_text(table.frame[selector.column])
    return np.asarray([text is not None and pattern_of(text) == selector.pattern for text in texts], dtype=bool)


def _word(table: _Table, selector: Word) -> Mask:
    import re

    wanted = re.compile(rf"(?<![^\W\d_]){re.escape(selector.word)}(?![^\W\d_])", re.IGNORECASE)
    return np.asarray(
        [text is not None and wanted.search(text) is not None for text in as_text(table.frame[selector.column])],
        dtype=bool,
    )


def _later(table: _Table, selector: LaterThan) -> Mask:
    moment = pd.Timestamp(selector.moment)
    moment = moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
    dates = as_date(table.frame[selector.column], table.schema[selector.column].date_format)
    return (dates > moment).to_numpy(dtype=bool)


def _in_group(table: _Table, selector: InGroup) -> Mask:
    found = ~table.nothing()
    for column, group in selector.members:
        if column not in table.schema or column not in table.frame.columns:
            return table.nothing()
        found &= (group_labels(table.frame[column], table.schema[column]) == group).to_numpy(dtype=bool)
    return found


def _repeats(table: _Table, selector: Repeats) -> Mask:
    if selector.near:
        found = table.nothing()
        found[near_repeats(table.frame, table.schema).positions] = True
        return found
    try:
        return table.frame.duplicated(keep=False).to_numpy(dtype=bool)
    except TypeError:  # lists in cells cannot be hashed
        return table.frame.astype(str).duplicated(keep=False).to_numpy(dtype=bool)


def _contradicting(table: _Table, selector: Contradicting) -> Mask:
    return contradicting_rows(table.frame, table.schema, table.question)


def _not_allowed(table: _Table, selector: NotAllowed) -> Mask:
    spec = table.schema[selector.column]
    allowed = read_allowed(selector.allowed, spec.type)
    return table.nothing() if allowed is None else outside(table.frame[selector.column], spec, allowed)


def _personal(table: _Table, selector: Personal) -> Mask:
    return personal_rows(table.frame[selector.column], selector.kind)


def _any_of(table: _Table, selector: AnyOf) -> Mask:
    return np.asarray(np.logical_or.reduce([table.nothing(), *(_mask(table, part) for part in selector.parts)]))


_FINDERS: Final[dict[type, Callable[[_Table, Any], Mask]]] = {
    Missing: _missing,
    Value: _value,
    Between: _between,
    Bar: _bar,
    FarOut: _far_out,
    Shape: _shape,
    Word: _word,
    LaterThan: _later,
    InGroup: _in_group,
    Repeats: _repeats,
    Contradicting: _contradicting,
    NotAllowed: _not_allowed,
    Known: _known,
    Odd: _odd,
    Personal: _personal,
    AnyOf: _any_of,
}

_RULES: Final = {
    "fences": "more than 1.5 interquartile ranges outside the quartiles",
    "robust": "a robust z beyond 3.5",
    "extreme": "more than 5 interquartile ranges outside the quartiles",
}


def selector_words(selector: Selector) -> str:
    """Say in words what a selector counts; column names stand between backticks."""
    match selector:
        case Missing(columns, only):
            names = ", ".join(f"`{name}`" for name in columns)
            return f"{names} missing{' and nothing else' if only else ''}"
        case Value(column, values):
            return f"`{column}` is {' or '.join(values)}"
        case Between(column, low, high):
            if low is not None and low == high:
                return f"`{column}` is {number_words(low)}"
            if low is None or high is None:
                end = low if low is not None else high
                return f"`{column}` is {number_words(end or 0.0)} or {'more' if low is not None else 'less'}"
            return f"`{column}` is from {number_words(low)} to {number_words(high)}"
        case Bar(column, index):
            return f"bar {index + 1} of `{column}`"
        case FarOut(column, rule):
            return f"`{column}` has {_RULES[rule]}"
        case Shape(column, pattern):
            return f"`{column}` is written as {pattern}"
        case Word(column, word):
            return f"`{column}` holds the word “{word}”"
        case LaterThan(column, moment):
            return f"`{column}` is later than {moment[:10]}"
        case InGroup(members):
            return " and ".join(f"`{column}` {group}" for column, group in members)
        case Repeats(near):
            return "rows that are nearly another" if near else "rows that repeat another"
        case Contradicting():
            return "rows that agree in all the model sees, with different outcomes"
        case NotAllowed(column, allowed):
            return f"`{column}` is not {allowed}"
        case Known(columns):
            return f"{' and '.join(f'`{name}`' for name in columns)} known"
        case Odd(column, kind):
            return ODD[kind][0].format(column)
        case Personal(column, kind):
            return f"`{column}` holds {kind}"
        case AnyOf(parts):
            return "; ".join(selector_words(part) for part in parts)
