"""Messages become rows: each read by itself, spooled to disk in batches, and typed once all are there."""

from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from core.data.sources.sensor import SensorOrigin
from core.data.sources.sensor_values import UnusableMessageError, kind_of, moment, read_payload, written
from core.data.sources.spool import Columns, RowSpool, plain_type
from core.errors import DataError
from core.limits import SENSOR_BYTES, SENSOR_COLUMNS, SENSOR_MESSAGE_LENGTH, TABLE_CELLS

FIXED = ("received", "topic")
"""Columns every recording has."""

REASONS: dict[str, str] = {
    "binary": "{n} were no text (binary) and were left out.",
    "not json": "{n} were not JSON and were left out.",
    "too big": f"{{n}} were larger than {SENSOR_MESSAGE_LENGTH:,} bytes and were left out.",
    "empty": "{n} were empty and were left out.",
    "kept": "{n} had been kept by the broker from before the recording and were left out.",
}
"""Why messages are left out, as a sentence that follows "Of 12 messages"."""


class Recording:
    """Rows of one recording, on disk.

    Parameters
    ----------
    folder : Path
    origin : SensorOrigin
    """

    def __init__(self, folder: Path, origin: SensorOrigin) -> None:
        self.origin = origin
        self.rows = 0
        self.seen = 0
        self.bytes = 0
        self.lost: dict[str, int] = {}
        most = max(1, min(SENSOR_COLUMNS, TABLE_CELLS // origin.messages - len(FIXED)))
        self._columns = Columns(most, FIXED)
        self._spool = RowSpool(folder, "messages")
        self._timeless = 0

    def __enter__(self) -> "Recording":
        self._spool.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._spool.__exit__(kind, error, trace)

    @property
    def full(self) -> bool:
        """Whether the recording holds all it may."""
        return self.rows >= self.origin.messages or self.too_much

    @property
    def too_much(self) -> bool:
        """Whether its messages add up to the limit of bytes."""
        return self.bytes >= SENSOR_BYTES

    def take(self, topic: str, payload: bytes, received: datetime, *, kept: bool = False) -> None:
        """Take one message.

        Parameters
        ----------
        topic : str
        payload : bytes
        received : datetime
            In UTC.
        kept : bool
            Whether the broker kept it from before; its arrival says nothing of when it was sent.
        """
        if self.full:
            return
        self.seen += 1
        try:
            if kept:
                raise UnusableMessageError("kept")
            fields = read_payload(payload, self.origin.payload)
        except UnusableMessageError as reason:
            self.lost[str(reason)] = self.lost.get(str(reason), 0) + 1
            return
        row: dict[str, Any] = {"received": received.timestamp(), "topic": topic}
        for path, value in fields.items():
            name = self._columns.name(path)
            if name is not None:
                row[name] = self._value(name, value)
        self._timeless += bool(self.origin.time_field) and row.get(self.origin.time_field) is None
        self.rows += 1
        self.bytes += len(payload) + len(topic)
        self._spool.add(row)

    def to_parquet(self) -> Path:
        """Write the rows as Parquet, batch by batch, and return where.

        Raises
        ------
        DataError
            There is no row.
        """
        if not self.rows:
            raise DataError(
                f"{self._counted}, and none could be used. {' '.join(self._left_out)}".strip(),
                next_step="Choose another way to read the messages, or another topic.",
            )
        columns = {name: self._type(name) for name in self._columns.kinds}
        schema = pa.schema([*self._fixed(), *columns.items()])
        return self._spool.to_parquet(schema, lambda row: self._typed(row, columns))

    @property
    def warnings(self) -> list[str]:
        """What was left out or kept as text, in plain words."""
        told = [f"Of {self.seen:,} messages {sentence}" for sentence in self._left_out]
        if dropped := self._columns.dropped:
            told.append(
                f"{dropped:,} field{'s' if dropped > 1 else ''} beyond the first {self._columns.most:,} were left out."
            )
        kinds = self._columns.kinds
        mixed = [name for name in kinds if len(kinds[name]) > 1 and pa.types.is_string(self._type(name))]
        if mixed:
            shown = ", ".join(f"`{name}`" for name in mixed[:5])
            more = f" and {len(mixed) - 5:,} more" if len(mixed) > 5 else ""
            told.append(f"{shown}{more}: values of different kinds, such as numbers and texts, were kept as text.")
        if self._timeless:
            told.append(
                f"In {self._timeless:,} messages `{self.origin.time_field}` was missing or no moment; it is missing "
                "there."
            )
        return told

    @property
    def _counted(self) -> str:
        return f"{self.seen:,} message{'' if self.seen == 1 else 's'} came"

    @property
    def _left_out(self) -> list[str]:
        return [sentence.format(n=f"{self.lost[key]:,}") for key, sentence in REASONS.items() if self.lost.get(key)]

    def _value(self, name: str, value: Any) -> Any:
        if self.origin.time_field and name == self.origin.time_field:
            found = moment(value)
            return None if found is None else found.timestamp()
        self._columns.saw(name, kind_of(value))
        return value

    def _fixed(self) -> list[tuple[str, pa.DataType]]:
        return [("received", pa.timestamp("us")), ("topic", pa.string())]

    def _type(self, name: str) -> pa.DataType:
        if self.origin.time_field and name == self.origin.time_field:
            return pa.timestamp("us")
        return plain_type(self._columns.kinds[name])

    def _typed(self, row: dict[str, Any], columns: dict[str, pa.DataType]) -> dict[str, Any]:
        typed: dict[str, Any] = {"received": _plain_moment(row["received"]), "topic": row["topic"]}
        for name, kind in columns.items():
            value = row.get(name)
            if value is None:
                continue
            if pa.types.is_timestamp(kind):
                value = _plain_moment(value)
            elif pa.types.is_string(kind):
                value = written(value)
            elif pa.types.is_floating(kind):
                value = float(value)
            typed[name] = value
        return typed


def _plain_moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
