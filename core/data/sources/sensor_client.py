"""The connection to a broker: one recording, from the first handshake to the last message, its faults in words."""

import logging
import secrets
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.data.sources.addresses import dial
from core.data.sources.sensor import SensorOrigin
from core.data.sources.sensor_rows import Recording
from core.data.sources.source import Reach
from core.errors import DataError, InputError, LimitError
from core.limits import MB, SENSOR_BYTES, SENSOR_CONNECT_SECONDS

logger = logging.getLogger(__name__)

TICK = 0.2
"""Seconds after which a recording looks whether it shall stop."""
TELL = 0.5
"""Seconds between two reports."""
RETRY = 1.0
"""Seconds between two tries to come back to a broker that went away."""
AWAY_SECONDS = 20.0
"""A broker that went away may take so long to come back."""
REFUSED_USER = ("Not authorized", "Bad user name or password")


@dataclass
class _Heard:
    """What the broker said; filled by the callbacks, which all run inside ``loop``."""

    connected: str = ""
    """Empty before the answer, ``ok``, or the reason of a refusal."""
    subscribed: str = ""
    interruptions: int = 0
    faults: list[BaseException] = field(default_factory=list)


def record(origin: SensorOrigin, reach: Reach, recording: Recording) -> list[str]:
    """Listen until the recording is full, its time is over, or the user stops it.

    Parameters
    ----------
    origin : SensorOrigin
    reach : Reach
    recording : Recording
        Open; takes the messages.

    Returns
    -------
    list of str
        Why it ended early, and how often the broker went away.

    Raises
    ------
    InputError, DataError
        In plain words: unreachable, refused, gone, or nothing came.
    """
    heard = _Heard()
    reach.report(0.0, f"Connecting to {origin.host}")
    client = _client(origin, reach, recording, heard)
    try:
        _connect(client, origin, heard)
        stopped = _listen(client, origin, reach, recording, heard)
    finally:
        client.disconnect()
    if not recording.seen:
        if stopped:
            raise DataError(
                "The recording was stopped before the first message.", next_step="Start it again and wait longer."
            )
        raise DataError(
            f"In {origin.seconds:,} seconds no message came on {origin.topic}.",
            where=f"(Broker: {origin.host}.)",
            next_step="Check the topic, capital letters included, or record for longer.",
        )
    return _told(origin, recording, heard, stopped=stopped)


def _told(origin: SensorOrigin, recording: Recording, heard: _Heard, *, stopped: bool) -> list[str]:
    told = []
    if stopped:
        told.append(f"You stopped the recording after {recording.seen:,} messages; these were kept.")
    elif recording.too_much:
        told.append(
            f"The recording ended after {recording.seen:,} messages: together they reached {SENSOR_BYTES // MB} MB, "
            "the most a recording takes."
        )
    if heard.interruptions:
        times = "once" if heard.interruptions == 1 else f"{heard.interruptions:,} times"
        told.append(f"The connection to {origin.host} broke {times}; what was sent meanwhile may be missing.")
    return told


def _client(origin: SensorOrigin, reach: Reach, recording: Recording, heard: _Heard) -> Any:
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion

    class Guarded(Client):
        def _create_socket_connection(self) -> socket.socket:
            return _dial(origin, reach)

    secret = reach.secret
    client = Guarded(CallbackAPIVersion.VERSION2, client_id=f"fairway-{secrets.token_hex(6)}")
    client.connect_timeout = SENSOR_CONNECT_SECONDS
    if origin.user or secret:
        client.username_pw_set(origin.user or None, secret or None)
    if origin.tls:
        trust = _trust(origin)
        _shake_hands(origin, reach, trust)
        client.tls_set_context(trust)

    def on_connect(_client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        heard.connected = str(reason) if reason.is_failure else "ok"
        if not reason.is_failure:
            client.subscribe(origin.topic, qos=1)

    def on_subscribe(_client: Any, _data: Any, _number: Any, reasons: Any, _properties: Any) -> None:
        heard.subscribed = "refused" if any(reason.is_failure for reason in reasons) else "ok"

    def on_message(_client: Any, _data: Any, message: Any) -> None:
        try:
            recording.take(message.topic, message.payload, datetime.now(UTC), kept=message.retain)
        except UnicodeDecodeError:
            recording.take("", b"\xff", datetime.now(UTC))
        except OSError as error:
            heard.faults.append(error)

    client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
    return client


def _trust(origin: SensorOrigin) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=origin.authority or None)
    except (ssl.SSLError, ValueError) as error:
        raise InputError(
            "The certificate of the authority cannot be read.",
            next_step="Paste it as PEM text, from BEGIN CERTIFICATE to END CERTIFICATE.",
        ) from error


def _place(origin: SensorOrigin) -> str:
    return f"(Broker: {origin.host}, port {origin.port}.)"


@contextmanager
def _in_words(origin: SensorOrigin) -> Iterator[None]:
    """Turn the faults of reaching a machine into sentences."""
    try:
        yield
    except (OSError, ValueError) as error:
        why = "did not answer in time" if isinstance(error, TimeoutError) else "cannot be reached"
        raise DataError(
            f"The broker {why}.", where=_place(origin), next_step="Check name and port, and whether it is running."
        ) from error


def _dial(origin: SensorOrigin, reach: Reach) -> socket.socket:
    return dial(origin.host, origin.port, private=reach.private_network, seconds=SENSOR_CONNECT_SECONDS)


def _shake_hands(origin: SensorOrigin, reach: Reach, trust: ssl.SSLContext) -> None:
    """Try TLS once on a connection of its own: the client leaves its socket open where the certificate is refused."""
    with _in_words(origin):
        plain = _dial(origin, reach)
    try:
        with plain, trust.wrap_socket(plain, server_hostname=origin.host):
            return
    except ssl.SSLCertVerificationError as error:
        raise DataError(
            "The broker's certificate is not trusted, or is not for this name.",
            where=_place(origin),
            next_step="Give the certificate of the authority that signed it, and the name it was made for.",
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(
            "The broker did not answer in TLS.",
            where=_place(origin),
            next_step="Check the port: TLS is usually on 8883.",
        ) from error


def _connect(client: Any, origin: SensorOrigin, heard: _Heard) -> None:
    """Connect and subscribe, or say in plain words why not."""
    place = _place(origin)
    with _in_words(origin):
        client.connect(origin.host, origin.port, keepalive=30)
    until = time.monotonic() + SENSOR_CONNECT_SECONDS
    while not heard.subscribed and time.monotonic() < until:
        if heard.connected not in ("", "ok") or client.loop(TICK):
            break
    if heard.connected in REFUSED_USER:
        raise DataError(
            "The broker refused this user name or password.", where=place, next_step="Check both and try again."
        )
    if heard.subscribed == "refused":
        raise DataError(
            f"The broker does not let this user listen to {origin.topic}.",
            where=place,
            next_step="Choose another topic, or ask for the right to read it.",
        )
    if heard.subscribed != "ok":
        said = f" It said: {heard.connected}." if heard.connected not in ("", "ok") else ""
        raise DataError(
            f"The broker closed the connection before it let anyone listen.{said}",
            where=place,
            next_step="Check the port, and whether it asks for TLS.",
        )


def _listen(client: Any, origin: SensorOrigin, reach: Reach, recording: Recording, heard: _Heard) -> bool:
    """Take messages until the end; returns whether the user ended it."""
    began = told = time.monotonic()
    away: float | None = None
    while not recording.full and (now := time.monotonic()) < began + origin.seconds:
        if reach.should_stop():
            return True
        if away is None:
            if client.loop(TICK):
                away, heard.interruptions = now, heard.interruptions + 1
        elif _is_back(client, heard):
            away = None
        elif now - away > AWAY_SECONDS:
            break
        if heard.faults:
            raise _full_disk() from heard.faults[0]
        if now - told >= TELL:
            told = now
            share = max(recording.rows / origin.messages, (now - began) / origin.seconds)
            reach.report(min(1.0, share), f"{recording.seen:,} message{'' if recording.seen == 1 else 's'} so far")
    if away is not None:
        raise DataError(
            f"The broker went away after {recording.seen:,} messages and did not come back.",
            where=f"(Broker: {origin.host}.)",
            next_step="Nothing was kept, since the recording is not whole. Start it again.",
        )
    return False


def _is_back(client: Any, heard: _Heard) -> bool:
    heard.connected = heard.subscribed = ""
    time.sleep(RETRY)
    try:
        client.reconnect()
    except (OSError, ValueError, DataError):
        return False
    until = time.monotonic() + SENSOR_CONNECT_SECONDS
    while not heard.subscribed and time.monotonic() < until:
        if client.loop(TICK):
            return False
    return heard.subscribed == "ok"


def _full_disk() -> LimitError:
    return LimitError(
        "The messages could not be written: the disk may be full.", next_step="Ask whoever runs this server."
    )
