"""How values of PostgreSQL arrive: text where Python's own type would change them."""

from typing import Any

from psycopg import DataError
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
from psycopg.types.string import TextLoader

from core.data.sources.database.values import FAR

AS_TEXT = ("json", "jsonb", "interval", "time", "timetz", "money", "uuid", "inet", "cidr", "xml")
"""Types that arrive as they are written: JSON keeps every digit, an interval its months."""


class _Date(DateLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return FAR


class _Moment(TimestampLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return FAR


class _ZonedMoment(TimestamptzLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return FAR


def prepare(connection: Any) -> None:
    """Let a connection of psycopg bring values as Fairway keeps them."""
    for name in AS_TEXT:
        connection.adapters.register_loader(name, TextLoader)
    connection.adapters.register_loader("date", _Date)
    connection.adapters.register_loader("timestamp", _Moment)
    connection.adapters.register_loader("timestamptz", _ZonedMoment)
