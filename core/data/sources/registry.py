"""The kinds of sources, in the order in which the screens offer them."""

from typing import Final

from core.data.sources.database import DatabaseOrigin
from core.data.sources.database import acquire as read_database
from core.data.sources.sensor import SensorOrigin
from core.data.sources.sensor import acquire as record_sensor
from core.data.sources.source import SourceKind

SOURCES: Final[dict[str, SourceKind]] = {
    "database": SourceKind(
        "database",
        "Database",
        "database",
        "Read a table, or the rows of one SELECT, from PostgreSQL, MySQL, MariaDB, SQLite or DuckDB.",
        DatabaseOrigin,
        read_database,
    ),
    "sensor": SourceKind(
        "sensor",
        "Sensor",
        "sensors",
        "Record the messages of an MQTT topic for a while.",
        SensorOrigin,
        record_sensor,
    ),
}
"""Every kind of source; the key is the ``kind`` of its origin."""
