"""The kinds of sources, in the order in which the screens offer them."""

from typing import Final

from core.data.sources.sensor import SensorOrigin
from core.data.sources.sensor import acquire as record_sensor
from core.data.sources.source import SourceKind

SOURCES: Final[dict[str, SourceKind]] = {
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
