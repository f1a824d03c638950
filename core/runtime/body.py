"""A request's body, read and parsed within its limits."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request

MAX_BODY_BYTES = 10 * 1024 * 1024
"""Largest request that is read."""
MAX_ROWS = 99_999
"""Most rows in one request."""
READ_SECONDS = 60.0
"""A request that has not arrived by then is given up."""
DISCARD_BYTES = 10 * MAX_BODY_BYTES
"""So much of a request that is too large is still received, and thrown away.

A caller who is cut off while sending never gets to read the answer."""

LARGE_BODY_BYTES = 1024 * 1024
"""A larger request, or one that does not say its length, waits for a place."""
LARGE_AT_ONCE = 4
"""Places for large requests: so many are held in memory at a time, however many clients send one."""
WAIT_SECONDS = 300.0
"""A large request that has no place by then is given up."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)', re.DOTALL)


class BodyError(Exception):
    """A body that is not read; ``status`` is the HTTP status of the answer."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


@asynccontextmanager
async def held_body(request: Request, places: asyncio.Semaphore) -> AsyncIterator[bytes]:
    """Give the body of a request; a large one is not received before it has a place, and keeps it to the end.

    Parameters
    ----------
    request : Request
    places : Semaphore
        Of ``LARGE_AT_ONCE``, one for the service.

    Yields
    ------
    bytes

    Raises
    ------
    BodyError
        503 beyond ``WAIT_SECONDS``, and those of ``read_body``.
    """
    length = _announced(request)
    if length is not None and (length <= LARGE_BODY_BYTES or length > MAX_BODY_BYTES):
        # What is too large to be taken is thrown away as it arrives, and needs no place.
        yield await read_body(request)
        return
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await places.acquire()
    except TimeoutError:
        raise BodyError(503, "The service is busy with other large requests. Send fewer rows at a time.") from None
    try:
        yield await read_body(request)
    finally:
        places.release()


async def read_body(request: Request) -> bytes:
    """Return the body of a request.

    Raises
    ------
    BodyError
        413 beyond ``MAX_BODY_BYTES``, announced or counted while it arrives; 408 beyond ``READ_SECONDS``.
    """
    too_large = (_announced(request) or 0) > MAX_BODY_BYTES
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for part in request.stream():
                size += len(part)
                if too_large or size > MAX_BODY_BYTES:
                    too_large = True
                    parts.clear()
                    if size > DISCARD_BYTES:
                        break
                else:
                    parts.append(part)
    except TimeoutError:
        raise BodyError(408, "The request did not arrive within a minute. Send it again.") from None
    if too_large:
        raise BodyError(413, f"The request is larger than {MAX_BODY_BYTES // 1024**2} MB. Send fewer rows at a time.")
    return b"".join(parts)


def _announced(request: Request) -> int | None:
    told = request.headers.get("content-length", "")
    return int(told[:20]) if told.isdigit() else None


def parse_rows(body: bytes) -> list[dict[str, Any]]:
    """Return the rows of ``{"rows": [{column: value, ...}, ...]}``.

    Raises
    ------
    BodyError
        413 for too many rows, told from the brackets before anything is parsed; 422 for anything but such an object.
    """
    if _brackets(body) - 2 > MAX_ROWS:
        raise BodyError(413, f"The request has more than {MAX_ROWS:,} rows. Send fewer rows at a time.")
    try:
        # The tokens NaN, Infinity and -Infinity are no JSON, yet common: they are read as what they say.
        given = json.loads(body)
    except RecursionError:
        raise BodyError(422, "The request is nested too deeply. " + _EXPECTED) from None
    except ValueError:
        raise BodyError(422, "The request is not JSON. " + _EXPECTED) from None
    rows = given.get("rows") if isinstance(given, dict) else None
    if not isinstance(rows, list):
        raise BodyError(422, 'The request has no list "rows". ' + _EXPECTED)
    if not rows:
        raise BodyError(422, '"rows" is empty. ' + _EXPECTED)
    if len(rows) > MAX_ROWS:
        raise BodyError(413, f"The request has more than {MAX_ROWS:,} rows. Send fewer rows at a time.")
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            raise BodyError(422, f"Row {index + 1:,} is not an object of column and value. " + _EXPECTED)
    return rows


_EXPECTED = 'Send {"rows": [{"column": value, ...}, ...]}; null stands for a missing value.'


def _brackets(body: bytes) -> int:
    """Return how many lists and objects the body opens, the quick upper bound first."""
    count = body.count(b"{") + body.count(b"[")
    if count - 2 <= MAX_ROWS:
        return count
    bare = _STRING.sub(b"", body)
    return bare.count(b"{") + bare.count(b"[")
