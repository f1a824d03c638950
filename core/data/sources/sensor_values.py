"""One message of a sensor as fields and values: JSON flattened, plain text as one value, moments read as written."""

import json
import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from core.data.sources.sensor import Payload
from core.limits import SENSOR_MESSAGE_LENGTH

Fields = dict[tuple[str, ...], Any]
"""Path of a field to its value: text, number, true or false, or ``None``."""

DEPTH = 8
"""Levels of nesting that become names; what lies deeper is kept as JSON text."""
LARGEST_EXACT = 2**53
"""Whole numbers beyond it lose digits as floating-point numbers, and are kept as text."""

_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0.0, 1.0))
"""From a number of this size on, so many units make a second: nano-, micro-, milliseconds, seconds since 1970."""
_EARLIEST, _LATEST = datetime(1678, 1, 2, tzinfo=UTC), datetime(2261, 12, 31, tzinfo=UTC)


class UnusableMessageError(ValueError):
    """A message that gives no row; its text is the key of the reason."""


def read_payload(payload: bytes, how: Payload) -> Fields:
    """Read one message.

    Parameters
    ----------
    payload : bytes
    how : {"auto", "json", "plain"}

    Returns
    -------
    dict
        Fields of a JSON object, nested ones by their path; anything else under ``("value",)``.

    Raises
    ------
    UnusableMessageError
        It is too big, empty, no text, or not JSON where only JSON is read.
    """
    if len(payload) > SENSOR_MESSAGE_LENGTH:
        raise UnusableMessageError("too big")
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableMessageError("binary") from error
    if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in text):
        raise UnusableMessageError("binary")
    if not text.strip():
        raise UnusableMessageError("empty")
    if how == "plain":
        return {("value",): _plain(text.strip())}
    try:
        found = json.loads(text, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        if how == "json":
            raise UnusableMessageError("not json") from error
        return {("value",): _plain(text.strip())}
    if isinstance(found, dict) and found:
        return dict(flattened(found))
    return {("value",): _leaf(found)}


def flattened(record: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Return the fields of a JSON object, nested ones by their path; lists and what lies too deep as JSON text."""
    fields: list[tuple[tuple[str, ...], Any]] = []
    for key, value in record.items():
        here = (*path, _encodable(key))
        if isinstance(value, dict) and value and len(here) < DEPTH:
            fields += flattened(value, here)
        else:
            fields.append((here, _leaf(value)))
    return fields


def _leaf(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return _encodable(json.dumps(value, ensure_ascii=False)) if value else None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_EXACT:
        return str(value)
    return _encodable(value) if isinstance(value, str) else value


def _encodable(text: str) -> str:
    # Half a surrogate pair is legal JSON, yet no text that can be stored.
    return text.encode("utf-8", "replace").decode("utf-8")


def _plain(text: str) -> Any:
    """Read a plain payload: a number unless a sign of it would be lost, such as a leading zero."""
    if _NUMBER.fullmatch(text):
        number = float(text)
        if not math.isfinite(number) or abs(number) > LARGEST_EXACT:
            return text
        return int(text) if re.fullmatch(r"[+-]?\d+", text) else number
    return text


def kind_of(value: Any) -> str:
    """Return the kind of a value: flag, whole, number, text; empty for a missing one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int):
        return "whole"
    return "number" if isinstance(value, float) else "text"


def written(value: Any) -> str:
    """Return a value as text, where its column holds texts too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def moment(value: Any) -> datetime | None:
    """Read when something was measured.

    Parameters
    ----------
    value : object
        ISO 8601 text, where a time without a zone counts as UTC, or a count of seconds, milliseconds, microseconds or
        nanoseconds since 1970, told apart by its size.

    Returns
    -------
    datetime or None
        In UTC; ``None`` for what is no moment between the years 1678 and 2261.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if _NUMBER.fullmatch(text):
            return moment(float(text))
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
        try:
            return _known(found if found.tzinfo else found.replace(tzinfo=UTC))
        except OverflowError:
            return None
    seconds = float(value)
    if not math.isfinite(seconds):
        return None
    scale = next(units for least, units in _SCALES if abs(seconds) >= least)
    try:
        return _known(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds / scale))
    except OverflowError:
        return None


def _known(found: datetime) -> datetime | None:
    found = found.astimezone(UTC)
    return found if _EARLIEST <= found <= _LATEST else None
