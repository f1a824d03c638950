"""Rows as an open database gives them, batch by batch, whatever its driver."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy
from sqlalchemy import CursorResult, Select

from core.data.sources.database.address import engine_of
from core.data.sources.database.browse import columns_of
from core.data.sources.database.opened import Opened
from core.data.sources.database.origin import DatabaseOrigin
from core.data.sources.database.statement import one_select
from core.data.sources.database.values import FAR, Seen, from_arrow, from_python
from core.errors import InputError

FIRST_ROWS = 100
MOST_ROWS = 20_000
BATCH_BYTES = 16 * 1024 * 1024
BATCH_SECONDS = 2.0
"""What one batch should hold and take, about; the first ones are small, until it is known how wide a row is."""


@dataclass(frozen=True)
class Stream:
    """Names of the columns, which of their decimals are computed, and the batches.

    ``batches`` takes what notes the values seen and asks before each batch how many rows it may hold.
    """

    names: Sequence[str]
    computed: Sequence[bool]
    batches: Callable[[Sequence[Seen], Callable[[], int]], Iterator[list[pa.Array]]]


@contextmanager
def stream(database: Opened, origin: DatabaseOrigin) -> Iterator[Stream]:
    """Ask a database for what an origin names.

    Parameters
    ----------
    database : Opened
    origin : DatabaseOrigin

    Yields
    ------
    Stream
        Up to one row more than the origin allows, so that a cut is noticed.
    """
    asked = one_select(origin.select, database.engine.key) if origin.select else selection(database, origin)
    if database.engine.key == "duckdb":
        yield _from_duckdb(database, asked)
        return
    if database.engine.key == "mysql":
        # The server stops by itself then; what it has sent already would have to be read to the end.
        database.connection.exec_driver_sql(f"SET SESSION sql_select_limit = {origin.rows + 1}")
    streaming = database.connection.execution_options(stream_results=True, max_row_buffer=MOST_ROWS)
    if isinstance(asked, str):
        result = streaming.execution_options(no_parameters=True).exec_driver_sql(asked)
    else:
        result = streaming.execute(asked)
    try:
        yield _from_result(database.engine.key, result, computed=bool(origin.select))
    finally:
        _forget_rows(database.driver)
        with suppress(Exception):
            result.close()


def _forget_rows(driver: Any) -> None:
    # PyMySQL reads an abandoned answer to its end before it lets go of it; a private name, kept in this one place.
    result = getattr(driver, "_result", None)
    if result is not None and hasattr(result, "unbuffered_active"):
        result.unbuffered_active = False


def _from_result(engine: str, result: CursorResult[Any], *, computed: bool) -> Stream:
    description = result.cursor.description if result.cursor is not None else ()
    menders = [_mender(engine, one) for one in description]
    in_text = engine == "sqlite"

    def batches(seen: Sequence[Seen], room: Callable[[], int]) -> Iterator[list[pa.Array]]:
        while rows := result.fetchmany(room()):
            yield [
                from_python(list(map(mend, values)) if mend else values, one, dates_in_text=in_text)
                for values, one, mend in zip(zip(*rows, strict=True), seen, menders, strict=True)
            ]

    # A number of PostgreSQL without a set size comes out of a division or a mean.
    loose = [computed and engine == "postgresql" and getattr(one, "precision", 0) is None for one in description]
    return Stream([str(one[0]) for one in description], loose, batches)


def check_select(origin: DatabaseOrigin) -> None:
    """Raise ``InputError`` where an origin's SELECT is not one, before any database is asked."""
    if origin.select:
        one_select(origin.select, engine_of(sqlalchemy.make_url(origin.url)).key)


def selection(database: Opened, origin: DatabaseOrigin) -> Select[Any]:
    """Return the SELECT of a table, its names quoted by the dialect and its filters' values bound."""
    from sqlalchemy.sql import quoted_name

    there = {column.name: column for column in columns_of(database, origin.table_schema, origin.table)}
    for name in (*origin.columns, *(one.column for one in origin.filters)):
        if name not in there:
            raise InputError(
                f"The table {origin.table} has no column `{name}`.", next_step="Choose the columns of the table again."
            )
    schema = quoted_name(origin.table_schema, quote=True) if origin.table_schema else None
    table = sqlalchemy.table(quoted_name(origin.table, quote=True), schema=schema)
    wanted: list[Any] = [sqlalchemy.column(quoted_name(name, quote=True)) for name in origin.columns or there]
    conditions = [one.condition(there[one.column].kind) for one in origin.filters]
    return sqlalchemy.select(*wanted).select_from(table).where(*conditions).limit(origin.rows + 1)


def _from_duckdb(database: Opened, asked: str | Select[Any]) -> Stream:
    import duckdb
    from sqlalchemy.dialects import postgresql

    if isinstance(asked, str):
        text, given = asked, []
        statements = duckdb.extract_statements(text)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise InputError("Only a SELECT can be read.", next_step="Write one SELECT.")
    else:
        # DuckDB's own dialect takes a point within a name for one between two names; its grammar is PostgreSQL's.
        dialect = postgresql.dialect(paramstyle="qmark")  # type: ignore[no-untyped-call]
        compiled = asked.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        text = str(compiled)
        given = [compiled.params[name] for name in compiled.positiontup or ()]
    relation = database.driver.sql(text, params=given)

    def batches(seen: Sequence[Seen], room: Callable[[], int]) -> Iterator[list[pa.Array]]:
        reader = relation.to_arrow_reader(MOST_ROWS)
        for batch in reader:
            start = 0
            while start < batch.num_rows:
                part = batch.slice(start, room())
                start += part.num_rows
                yield [from_arrow(values, one) for values, one in zip(part.columns, seen, strict=True)]

    names = list(relation.columns)
    return Stream(names, [False] * len(names), batches)


_BIT, _DATES, _TIMESTAMP = 16, (7, 10, 12), 7
"""MySQL's numbers of types."""


def _mender(engine: str, description: Any) -> Callable[[Any], Any] | None:
    """Return what turns a driver's value into what the database meant; ``None`` where it is that already."""
    if engine != "mysql":
        return None
    if description[1] == _BIT:
        one = description[3] == 1

        def bits(value: Any) -> Any:
            number = None if value is None else int.from_bytes(value, "big")
            return bool(number) if one and number is not None else number

        return bits
    if description[1] in _DATES:
        from datetime import UTC

        # The session's clock is UTC, so a moment of the server's is one in UTC; a date such as 0000-00-00 stays text.
        zone = UTC if description[1] == _TIMESTAMP else None
        return lambda value: FAR if isinstance(value, str) else value.replace(tzinfo=zone) if value and zone else value
    return None


class Pace:
    """How many rows the next batch may hold: few while rows are wide, or come slowly.

    Parameters
    ----------
    most : int
        Rows that may still come.
    """

    def __init__(self, most: int) -> None:
        self.left = most
        self._next = FIRST_ROWS
        self._since = time.monotonic()

    def __call__(self) -> int:
        """Return the number of rows of the next batch."""
        return max(1, min(self._next, self.left))

    def took(self, rows: int, size: int) -> None:
        """Learn from a batch."""
        now = time.monotonic()
        seconds, self._since = now - self._since, now
        self.left -= rows
        by_size = BATCH_BYTES * rows // max(1, size)
        by_time = int(BATCH_SECONDS * rows / max(1e-6, seconds))
        self._next = max(1, min(MOST_ROWS, 4 * self._next, by_size, by_time))
