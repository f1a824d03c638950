"""Values as drivers give them, kept so that no digit is lost before the whole column has been seen.

A batch of a column becomes an Arrow array (numbers whose digits matter as text) and what was seen in it is noted in
``Seen``. Only at the end is the column's type decided, and every batch brought to it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from core.data.numbers import LARGEST_EXACT

EXACT_DIGITS = 15
"""A decimal number of so many digits is told from every other one by a float."""
ISO_DATE = r"^\d{4}-\d{2}-\d{2}$"
ISO_MOMENT = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"


class Kind(StrEnum):
    """What a value is."""

    FLAG = "flag"
    WHOLE = "whole"
    NUMBER = "number"
    DECIMAL = "decimal"
    DATE = "date"
    MOMENT = "moment"
    ZONED = "zoned"
    TEXT = "text"
    BINARY = "binary"
    ISO_DATE = "date written as text"
    ISO_MOMENT = "moment written as text"


class _Far:
    """A date before year 1, after year 9999, or infinite."""


FAR = _Far()
NUMBERS = {Kind.WHOLE, Kind.NUMBER, Kind.DECIMAL}


@dataclass
class Seen:
    """What the values of one column were, over all batches.

    Parameters
    ----------
    kinds : set of Kind
    largest : int
        Largest size of a whole number.
    fraction : bool
        Whether a decimal number had digits after the point, zeros among them.
    many_digits : bool
        Whether a decimal number had more digits than a float tells apart.
    far : int
        Dates that no calendar of Python holds; they are missing.
    """

    kinds: set[Kind] = field(default_factory=set)
    largest: int = 0
    fraction: bool = False
    many_digits: bool = False
    far: int = 0


def from_python(values: Sequence[Any], seen: Seen, *, dates_in_text: bool = False) -> pa.Array:
    """Keep a batch of one column.

    Parameters
    ----------
    values : sequence
        As the driver gave them.
    seen : Seen
        Noted in place.
    dates_in_text : bool
        Whether the database has no type for dates, so that text may hold them (SQLite).

    Returns
    -------
    Array
        As long as ``values``.
    """
    types = set(map(type, values))
    if _Far in types:
        seen.far += sum(value is FAR for value in values)
        values = [None if value is FAR else value for value in values]
        types.discard(_Far)
    types.discard(type(None))
    if not types:
        return pa.nulls(len(values))
    if len(types) == 1:
        return _of_one_type(next(iter(types)), values, seen, dates_in_text)
    for value in values:
        if value is not None:
            _note(value, seen)
    texts = pa.array([_as_text(value) for value in values], pa.large_string())
    _note_digits(pa.array([_as_text(v) if isinstance(v, Decimal) else None for v in values], pa.large_string()), seen)
    return texts


def _of_one_type(kind: type, values: Sequence[Any], seen: Seen, dates_in_text: bool) -> pa.Array:
    if kind is bool:
        seen.kinds.add(Kind.FLAG)
        return pa.array(values, pa.bool_())
    if kind is int:
        seen.kinds.add(Kind.WHOLE)
        seen.largest = max(seen.largest, max(abs(value) for value in values if value is not None))
        if seen.largest < 2**63:
            return pa.array(values, pa.int64())
        return pa.array([None if value is None else str(value) for value in values], pa.large_string())
    if kind is float:
        seen.kinds.add(Kind.NUMBER)
        return pa.array(values, pa.float64())
    if kind is Decimal:
        return _decimals([None if v is None or not v.is_finite() else format(v, "f") for v in values], seen)
    if kind is datetime:
        zones = {value.tzinfo is not None for value in values if value is not None}
        if zones == {True}:
            seen.kinds.add(Kind.ZONED)
            return pa.array(values, pa.timestamp("us", "UTC"))
        if zones == {False}:
            seen.kinds.add(Kind.MOMENT)
            return pa.array(values, pa.timestamp("us"))
        seen.kinds |= {Kind.ZONED, Kind.MOMENT}
        return pa.array([_as_text(value) for value in values], pa.large_string())
    if kind is date:
        seen.kinds.add(Kind.DATE)
        return pa.array(values, pa.date32())
    if issubclass(kind, bytes | bytearray | memoryview):
        seen.kinds.add(Kind.BINARY)
        return pa.nulls(len(values), pa.large_string())
    return _texts([_as_text(value) for value in values], seen, dates_in_text)


def _texts(values: Iterable[str | None], seen: Seen, dates_in_text: bool) -> pa.Array:
    texts = pa.array(values, pa.large_string())
    kind = Kind.TEXT
    if dates_in_text:
        for name, pattern, wanted in (
            (Kind.ISO_DATE, ISO_DATE, pa.date32()),
            (Kind.ISO_MOMENT, ISO_MOMENT, pa.timestamp("us")),
        ):
            if pc.all(pc.match_substring_regex(texts, pattern)).as_py() and _casts(texts, wanted):
                kind = name
    seen.kinds.add(kind)
    return texts


def _casts(texts: pa.Array, wanted: pa.DataType) -> bool:
    try:
        brought(texts, wanted)
    except pa.ArrowInvalid:
        # It looks like a date, and there is none such, as 2023-02-30.
        return False
    return True


def _decimals(values: Iterable[str | None], seen: Seen) -> pa.Array:
    texts = pa.array(values, pa.large_string())
    if texts.null_count < len(texts):
        seen.kinds.add(Kind.DECIMAL)
        _note_digits(texts, seen)
    return texts


def _note_digits(texts: pa.Array, seen: Seen) -> None:
    if texts.null_count == len(texts):
        return
    if pc.any(pc.match_substring(texts, ".")).as_py():
        seen.fraction = True
    plain = pc.replace_substring_regex(texts, r"\.0+$|(\.\d*?)0+$", r"\1")
    digits = pc.utf8_ltrim(pc.replace_substring_regex(plain, r"[-.]", ""), characters="0")
    if (pc.max(pc.utf8_length(digits)).as_py() or 0) > EXACT_DIGITS:
        seen.many_digits = True
    if not seen.fraction:
        seen.largest = max(seen.largest, *(abs(int(text)) for text in texts.to_pylist() if text is not None))


def _note(value: Any, seen: Seen) -> None:
    if isinstance(value, bool):
        seen.kinds.add(Kind.FLAG)
    elif isinstance(value, int):
        seen.kinds.add(Kind.WHOLE)
        seen.largest = max(seen.largest, abs(value))
    elif isinstance(value, float):
        seen.kinds.add(Kind.NUMBER)
    elif isinstance(value, Decimal):
        seen.kinds.add(Kind.DECIMAL)
    elif isinstance(value, datetime):
        seen.kinds.add(Kind.ZONED if value.tzinfo else Kind.MOMENT)
    elif isinstance(value, date):
        seen.kinds.add(Kind.DATE)
    elif isinstance(value, bytes | bytearray | memoryview):
        seen.kinds.add(Kind.BINARY)
    else:
        seen.kinds.add(Kind.TEXT)


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, bytes | bytearray | memoryview):
        return None
    if isinstance(value, str):
        # A lone half of a sign pair cannot be written down.
        return value.encode("utf-8", "replace").decode() if not value.isascii() else value
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else None
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat(" ")
    if isinstance(value, timedelta):
        return _clock(value)
    if isinstance(value, list | tuple | dict | set | frozenset):
        plain = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return json.dumps(plain, ensure_ascii=False, default=str)
    return str(value)


def _clock(value: timedelta) -> str:
    """Write a time of day, or a span, as hours, minutes and seconds."""
    sign = "-" if value < timedelta() else ""
    whole, micro = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    text = f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{text}.{micro:06d}" if micro else text


def from_arrow(values: pa.Array, seen: Seen) -> pa.Array:
    """Keep a batch of one column that came as Arrow (DuckDB); as :func:`from_python`."""
    if isinstance(values.type, pa.BaseExtensionType):
        values = values.storage
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    kind, types = values.type, pa.types
    if values.null_count == len(values):
        return pa.nulls(len(values))
    if types.is_boolean(kind):
        seen.kinds.add(Kind.FLAG)
        return values
    if types.is_integer(kind):
        seen.kinds.add(Kind.WHOLE)
        ends = pc.min_max(values).as_py()
        seen.largest = max(seen.largest, abs(ends["min"]), abs(ends["max"]))
        return pc.cast(values, pa.int64() if seen.largest < 2**63 else pa.large_string())
    if types.is_floating(kind):
        seen.kinds.add(Kind.NUMBER)
        return pc.cast(values, pa.float64())
    if types.is_decimal(kind):
        return _decimals(pc.cast(values, pa.large_string()), seen)
    if types.is_date(kind) or types.is_timestamp(kind):
        return _moments(values, seen)
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        seen.kinds.add(Kind.BINARY)
        return pa.nulls(len(values), pa.large_string())
    seen.kinds.add(Kind.TEXT)
    if types.is_string(kind) or types.is_large_string(kind):
        return pc.cast(values, pa.large_string())
    return pa.array([_as_text(value) for value in values.to_pylist()], pa.large_string())


_YEAR_1, _YEAR_9999 = datetime(1, 1, 1), datetime(9999, 12, 31)


def _moments(values: pa.Array, seen: Seen) -> pa.Array:
    unit = pa.date32() if pa.types.is_date(values.type) else pa.timestamp("us", values.type.tz and "UTC")
    plain = pc.cast(values, unit, safe=False)
    bounds = pa.array([_YEAR_1, _YEAR_9999], pa.timestamp("us")).cast(pa.timestamp("us"))
    counted, span = (pa.int32(), bounds.cast(pa.date32())) if pa.types.is_date(unit) else (pa.int64(), bounds)
    numbers, span = pc.cast(plain, counted), pc.cast(span, counted)
    near = pc.and_(pc.greater_equal(numbers, span[0]), pc.less_equal(numbers, span[1]))
    far = len(values) - values.null_count - (pc.sum(near).as_py() or 0)
    if far:
        seen.far += far
        plain = pc.if_else(near, plain, None)
    seen.kinds.add(Kind.DATE if pa.types.is_date(unit) else Kind.ZONED if unit.tz else Kind.MOMENT)
    return plain


def type_of(seen: Seen, *, computed: bool = False) -> pa.DataType:
    """Decide what a column becomes, once all of it has been seen.

    Parameters
    ----------
    seen : Seen
    computed : bool
        Whether its decimals come out of a division or a mean, so that their last digits mean nothing.

    Returns
    -------
    DataType
        Text where a number would lose digits; binary for a column that is left out.
    """
    kinds = seen.kinds - {Kind.BINARY} if len(seen.kinds) > 1 else seen.kinds
    if not kinds:
        return pa.null()
    if kinds == {Kind.BINARY}:
        return pa.binary()
    if kinds == {Kind.FLAG}:
        return pa.bool_()
    if kinds <= NUMBERS:
        return _number_type(seen, kinds, computed)
    if kinds == {Kind.DATE} or kinds == {Kind.ISO_DATE}:
        return pa.date32()
    if kinds <= {Kind.DATE, Kind.MOMENT} or kinds <= {Kind.ISO_DATE, Kind.ISO_MOMENT}:
        return pa.timestamp("us")
    return pa.timestamp("us", "UTC") if kinds == {Kind.ZONED} else pa.large_string()


def _number_type(seen: Seen, kinds: set[Kind], computed: bool) -> pa.DataType:
    if Kind.NUMBER not in kinds and not seen.fraction:
        return pa.int64() if seen.largest < 2**63 else pa.large_string()
    if seen.largest > LARGEST_EXACT or (seen.many_digits and not computed):
        return pa.large_string()
    return pa.float64()


def brought(values: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Bring a kept batch to the type its column got in the end."""
    if values.type.equals(wanted):
        return values
    if pa.types.is_null(values.type) or pa.types.is_null(wanted):
        return pa.nulls(len(values), wanted)
    if pa.types.is_large_string(wanted):
        if pa.types.is_boolean(values.type):
            return pc.if_else(values, "True", "False").cast(wanted)
        return pc.cast(values, wanted)
    if pa.types.is_large_string(values.type) and pa.types.is_timestamp(wanted):
        return pc.cast(pc.replace_substring(values, "T", " "), wanted)
    return pc.cast(values, wanted)
