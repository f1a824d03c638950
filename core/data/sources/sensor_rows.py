"""Messages become rows: each read by itself, spooled to disk in batches, and typed once all are there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import pyarrow as pa

from core.data.sources.sensor import SensorOrigin
from core.data.sources.sensor_values import UnusableMessageError, kind_of, moment, read_payload, written
from core.errors import DataError
from core.limits import SENSOR_BYTES, SENSOR_COLUMNS, SENSOR_MESSAGE_LENGTH, TABLE_CELLS

BATCH = 1_000
"""Rows held in memory before they are written."""
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
        self._most = max(1, min(SENSOR_COLUMNS, TABLE_CELLS // origin.messages - len(FIXED)))
        self._spool = folder / "messages.jsonl"
        self._target = folder / "messages.parquet"
        self._file: TextIO | None = None
        self._batch: list[str] = []
        self._names: dict[tuple[str, ...], str] = {}
        self._kinds: dict[str, set[str]] = {}
        self._dropped: set[tuple[str, ...]] = set()
        self._timeless = 0

    def __enter__(self) -> "Recording":
        self._file = self._spool.open("w", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._flush()
            self._file.close()

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
            name = self._name(path)
            if name is not None:
                row[name] = self._value(path, name, value)
        self._timeless += bool(self.origin.time_field) and row.get(self.origin.time_field) is None
        self.rows += 1
        self.bytes += len(payload) + len(topic)
        self._batch.append(json.dumps(row, ensure_ascii=False))
        if len(self._batch) >= BATCH:
            self._flush()

    def to_parquet(self) -> Path:
        """Write the rows as Parquet, batch by batch, and return where.

        Raises
        ------
        DataError
            There is no row.
        """
        import pyarrow.parquet as pq

        if not self.rows:
            raise DataError(
                f"{self._counted}, and none could be used. {' '.join(self._left_out)}".strip(),
                next_step="Choose another way to read the messages, or another topic.",
            )
        columns = {name: self._type(name) for name in self._kinds}
        schema = pa.schema([*self._fixed(), *columns.items()])
        with pq.ParquetWriter(self._target, schema, compression="zstd") as writer:
            for rows in self._batches():
                writer.write_table(pa.Table.from_pylist([self._typed(row, columns) for row in rows], schema=schema))
        self._spool.unlink()
        return self._target

    @property
    def warnings(self) -> list[str]:
        """What was left out or kept as text, in plain words."""
        told = [f"Of {self.seen:,} messages {sentence}" for sentence in self._left_out]
        if self._dropped:
            told.append(
                f"{len(self._dropped):,} field{'s' if len(self._dropped) > 1 else ''} beyond the first "
                f"{self._most:,} were left out."
            )
        mixed = [name for name, kinds in self._kinds.items() if len(kinds) > 1 and pa.types.is_string(self._type(name))]
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

    def _name(self, path: tuple[str, ...]) -> str | None:
        """Return the column of a field, the same in every message; ``None`` where there is no room for it."""
        if path in self._names:
            return self._names[path]
        if len(self._names) >= self._most:
            if len(self._dropped) < SENSOR_COLUMNS * 10:
                self._dropped.add(path)
            return None
        wanted = ".".join(path).strip() or "unnamed"
        name, number = wanted, 2
        while name in self._kinds or name in FIXED:
            name, number = f"{wanted}_{number}", number + 1
        self._names[path] = name
        self._kinds[name] = set()
        return name

    def _value(self, path: tuple[str, ...], name: str, value: Any) -> Any:
        if self.origin.time_field and name == self.origin.time_field:
            found = moment(value)
            return None if found is None else found.timestamp()
        kind = kind_of(value)
        if kind:
            self._kinds[name].add(kind)
        return value

    def _fixed(self) -> list[tuple[str, pa.DataType]]:
        return [("received", pa.timestamp("us")), ("topic", pa.string())]

    def _type(self, name: str) -> pa.DataType:
        if self.origin.time_field and name == self.origin.time_field:
            return pa.timestamp("us")
        kinds = self._kinds[name]
        if kinds == {"flag"}:
            return pa.bool_()
        if kinds == {"whole"}:
            return pa.int64()
        return pa.float64() if kinds and kinds <= {"whole", "number"} else pa.string()

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

    def _batches(self) -> Iterator[list[dict[str, Any]]]:
        with self._spool.open(encoding="utf-8") as lines:
            batch: list[dict[str, Any]] = []
            for line in lines:
                batch.append(json.loads(line))
                if len(batch) == BATCH:
                    yield batch
                    batch = []
            if batch:
                yield batch

    def _flush(self) -> None:
        if self._file is not None and self._batch:
            self._file.write("\n".join(self._batch) + "\n")
            self._file.flush()
            self._batch.clear()


def _plain_moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
