"""Sensors: messages of an MQTT topic, recorded for a while and brought as a table."""

import re
from typing import Literal

from pydantic import Field

from core.data.options import ReadOptions
from core.data.sources.source import Acquired, Origin, Reach
from core.errors import InputError
from core.limits import SENSOR_MESSAGES, SENSOR_SECONDS

Payload = Literal["auto", "json", "plain"]
Aggregation = Literal["mean", "median", "min", "max", "sum", "last"]

GRID = re.compile(r"([1-9][0-9]{0,4})(ms|s|min|h|d)")
"""A time grid as a user may say it: "1s", "10s", "5min", "1h", "1d"."""
TOPIC_BYTES = 65_535
"""Longest topic the protocol knows."""


class SensorOrigin(Origin):
    """What was recorded, from which broker, and how the messages became rows.

    Parameters
    ----------
    host, port, tls, user
        Of the broker; the password is asked for each time.
    authority : str
        Certificate of whoever signed the broker's, as PEM text; empty trusts those this machine trusts.
    topic : str
        Filter of topics, where ``+`` stands for one level and ``#`` for all that follow.
    messages, seconds : int
        The recording ends with whichever comes first; both are capped.
    payload : {"auto", "json", "plain"}
        How a message is read; ``auto`` reads JSON where it is JSON.
    time_field : str
        Field of the message that says when it was measured; empty takes the time of arrival.
    grid : str
        Step of the time grid, such as ``"1s"`` or ``"5min"``; empty keeps one row a message.
    aggregation : str
        What numbers within one step become; all else keeps its last value.
    """

    kind: Literal["sensor"] = "sensor"
    host: str
    port: int = Field(default=1883, ge=1, le=65_535)
    tls: bool = False
    authority: str = ""
    user: str = ""
    topic: str
    messages: int = Field(default=1_000, ge=1)
    seconds: int = Field(default=60, ge=1)
    payload: Payload = "auto"
    time_field: str = ""
    grid: str = ""
    aggregation: Aggregation = "mean"

    def words(self) -> str:
        """Say where the messages came from."""
        step = f", every {self.grid}" if self.grid else ""
        return f"Topic {self.topic} of the broker {self.host}{step}"

    @property
    def needs_secret(self) -> bool:
        """Whether the broker knows a user."""
        return bool(self.user)


def check_origin(origin: SensorOrigin) -> None:
    """Refuse what no broker could answer.

    Raises
    ------
    InputError
        Host, topic or grid cannot be meant.
    """
    if not origin.host.strip() or re.search(r"[\s/@\x00-\x1f]", origin.host.strip()):
        raise InputError(
            "This is not the name of a broker.",
            next_step="Give its name or address alone, such as broker.example.org, without mqtt:// and without a path.",
        )
    check_topic(origin.topic)
    if origin.grid and not GRID.fullmatch(origin.grid):
        raise InputError(
            f"'{origin.grid[:20]}' is not a step of time.", next_step="Write it as 1s, 30s, 5min, 1h or 1d."
        )


def check_topic(topic: str) -> None:
    """Refuse a filter of topics that the protocol does not allow."""
    levels = topic.split("/")
    if not topic or len(topic.encode("utf-8", "replace")) > TOPIC_BYTES or "\x00" in topic:
        raise InputError("The topic is empty or too long.", next_step="Name one, such as plant/line1/temperature.")
    whole = all(level in ("+", "#") or not re.search(r"[+#]", level) for level in levels)
    if not whole or "#" in levels[:-1]:
        raise InputError(
            f"'{topic[:60]}' is not a topic that can be listened to.",
            next_step="A + stands for one whole level, a # for all that follow and comes last: plant/+/temperature, "
            "plant/#.",
        )


def acquire(origin: SensorOrigin, reach: Reach) -> Acquired:
    """Record the messages of a topic into a table.

    Parameters
    ----------
    origin : SensorOrigin
    reach : Reach
        ``secret`` is the password. A stop keeps what was recorded and says so.

    Returns
    -------
    Acquired
        A Parquet file: a row a message with ``received``, ``topic`` and a column a field; on a grid a row a topic and
        step with ``time``, ``topic``, ``messages`` and the fields.

    Raises
    ------
    InputError, DataError
        The broker cannot be reached, refuses the user, goes away, or no usable message comes.
    """
    from core.data.sources.sensor_client import record
    from core.data.sources.sensor_grid import on_grid
    from core.data.sources.sensor_rows import Recording

    check_origin(origin)
    planned = origin.model_copy(
        update={
            "messages": min(origin.messages, SENSOR_MESSAGES),
            "seconds": min(origin.seconds, SENSOR_SECONDS),
            "host": origin.host.strip(),
        }
    )
    warnings = []
    if planned.messages < origin.messages or planned.seconds < origin.seconds:
        warnings.append(
            f"A recording takes at most {SENSOR_MESSAGES:,} messages and {SENSOR_SECONDS:,} seconds; this one was cut "
            "to that."
        )
    recording = Recording(reach.folder, planned)
    with recording:
        warnings += record(planned, reach, recording)
    path = recording.to_parquet()
    warnings += recording.warnings
    if planned.grid:
        path, said = on_grid(path, reach.folder, planned)
        warnings += said
    shown = " ".join(re.sub(r"[/+#\x00-\x1f]+", " ", origin.topic).split())[:80] or "all topics"
    return Acquired(path, f"Messages of {shown}.parquet", ReadOptions(), tuple(warnings))
