"""Records become rows: spooled to disk as they come, typed once all are there, written as Parquet in batches."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import pyarrow as pa

from core.data.notes import name_columns
from core.data.sources.sensor_values import flattened, kind_of, written
from core.errors import DataError, LimitError
from core.limits import API_COLUMNS, MB, TABLE_CELLS, WEB_BYTES

BATCH = 1_000
"""Rows held in memory before they are written."""
_MOMENT = re.compile(r"(1[789]\d\d|20\d\d|21\d\d)-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?")


class Spool:
    """Records on disk.

    Parameters
    ----------
    folder : Path
    most : int
        Records it takes.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self.rows = 0
        self.full = False
        self._most = most
        self._columns = max(1, min(API_COLUMNS, TABLE_CELLS // most))
        self._spool = folder / "records.jsonl"
        self._target = folder / "records.parquet"
        self._file: TextIO | None = None
        self._size = 0
        self._names: dict[tuple[str, ...], str] = {}
        self._kinds: dict[str, set[str]] = {}
        self._dropped: set[tuple[str, ...]] = set()
        self._nested = False

    def __enter__(self) -> "Spool":
        self._file = self._spool.open("w", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        if error is not None:
            self._spool.unlink(missing_ok=True)

    def take(self, record: Any) -> None:
        """Take one record; beyond the most it may hold it takes none, and is ``full``."""
        if self.rows >= self._most:
            self.full = True
            return
        row = {}
        for path, value in _fields(record):
            name = self._name(path)
            if name is not None:
                self._nested |= len(path) > 1
                if kind := _kind(value):
                    self._kinds[name].add(kind)
                row[name] = value
        line = json.dumps(row, ensure_ascii=False) + "\n"
        self._size += len(line)
        if self._size > WEB_BYTES:
            raise LimitError(
                f"The records add up to more than {WEB_BYTES // MB:,} MB.", next_step="Ask the API for fewer of them."
            )
        if self._file is not None:
            self._file.write(line)
        self.rows += 1

    def to_parquet(self) -> Path:
        """Write the rows as Parquet, batch by batch, and return where.

        Raises
        ------
        DataError
            There is no row, or no field.
        """
        import pyarrow.parquet as pq

        if not self.rows or not self._kinds:
            self._spool.unlink(missing_ok=True)
            raise DataError(
                "The answer holds no records." if not self.rows else "The records hold no fields.",
                next_step="Check the address and the path to the records.",
            )
        types = {name: _type(kinds) for name, kinds in self._kinds.items()}
        schema = pa.schema(list(types.items()))
        with pq.ParquetWriter(self._target, schema, compression="zstd") as writer:
            for rows in self._batches():
                typed = [{name: _typed(value, types[name]) for name, value in row.items()} for row in rows]
                writer.write_table(pa.Table.from_pylist(typed, schema=schema))
        self._spool.unlink()
        return self._target

    @property
    def warnings(self) -> list[str]:
        """What was flattened, left out or kept as text, in plain words."""
        told = []
        if self._nested:
            told.append("Nested fields became columns of their own, named by their path, such as `owner.name`.")
        if self._dropped:
            told.append(f"{len(self._dropped):,} fields beyond the first {self._columns:,} were left out.")
        mixed = [name for name, kinds in self._kinds.items() if len(kinds) > 1 and _type(kinds) == pa.string()]
        mixed = [name for name in mixed if self._kinds[name] - {"text", "moment", "zoned"}]
        if mixed:
            told.append(
                f"{name_columns(mixed)}: values of different kinds, such as numbers and texts, were kept as text."
            )
        if zoned := [name for name, kinds in self._kinds.items() if kinds == {"zoned"}]:
            told.append(f"{name_columns(zoned)}: moments with a time zone were brought to UTC.")
        return told

    def _name(self, path: tuple[str, ...]) -> str | None:
        if path in self._names:
            return self._names[path]
        if len(self._names) >= self._columns:
            if len(self._dropped) < API_COLUMNS * 10:
                self._dropped.add(path)
            return None
        wanted = ".".join(path).strip() or "unnamed"
        name, number = wanted, 2
        while name in self._kinds:
            name, number = f"{wanted}_{number}", number + 1
        self._names[path] = name
        self._kinds[name] = set()
        return name

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


def _fields(record: Any) -> list[tuple[tuple[str, ...], Any]]:
    if isinstance(record, dict):
        return flattened(record)
    if isinstance(record, list):
        return flattened({f"column {place}": value for place, value in enumerate(record, start=1)})
    return flattened({"value": record})


def _kind(value: Any) -> str:
    if isinstance(value, str) and _MOMENT.fullmatch(value) and _moment(value) is not None:
        return "zoned" if re.search(r"T?\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)$", value) else "moment"
    return kind_of(value)


def _type(kinds: set[str]) -> pa.DataType:
    if kinds == {"flag"}:
        return pa.bool_()
    if kinds == {"whole"}:
        return pa.int64()
    if kinds in ({"moment"}, {"zoned"}):
        return pa.timestamp("us")
    return pa.float64() if kinds and kinds <= {"whole", "number"} else pa.string()


def _typed(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_timestamp(kind):
        return _moment(value)
    if pa.types.is_floating(kind):
        return float(value)
    return written(value) if pa.types.is_string(kind) else value


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    except (ValueError, OverflowError):
        return None
