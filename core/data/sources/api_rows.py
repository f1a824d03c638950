"""Records become rows: spooled to disk as they come, typed once all are there, written as Parquet in batches."""

import re
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from core.data.notes import name_columns
from core.data.sources.sensor_values import flattened, kind_of, written
from core.data.sources.spool import Columns, RowSpool, plain_type
from core.errors import DataError, LimitError
from core.limits import API_COLUMNS, MB, TABLE_CELLS, WEB_BYTES

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
        self._columns = Columns(max(1, min(API_COLUMNS, TABLE_CELLS // most)))
        self._rows = RowSpool(folder, "records")
        self._size = 0
        self._nested = ""

    def __enter__(self) -> "Spool":
        self._rows.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.__exit__(kind, error, trace)

    def take(self, record: Any) -> None:
        """Take one record; beyond the most it may hold it takes none, and is ``full``."""
        if self.rows >= self._most:
            self.full = True
            return
        row = {}
        for path, value in _fields(record):
            name = self._columns.name(path)
            if name is not None:
                self._nested = self._nested or (name if len(path) > 1 else "")
                self._columns.saw(name, _kind(value))
                row[name] = value
        self._size += self._rows.add(row)
        if self._size > WEB_BYTES:
            raise LimitError(
                f"The records add up to more than {WEB_BYTES // MB:,} MB.", next_step="Ask the API for fewer of them."
            )
        self.rows += 1

    def to_parquet(self) -> Path:
        """Write the rows as Parquet, batch by batch, and return where.

        Raises
        ------
        DataError
            There is no row, or no field.
        """
        kinds = self._columns.kinds
        if not self.rows or not kinds:
            self._rows.discard()
            raise DataError(
                "The answer holds no records." if not self.rows else "The records hold no fields.",
                next_step="Check the address and the path to the records.",
            )
        types = {name: _type(found) for name, found in kinds.items()}
        return self._rows.to_parquet(
            pa.schema(list(types.items())),
            lambda row: {name: _typed(value, types[name]) for name, value in row.items()},
        )

    @property
    def warnings(self) -> list[str]:
        """What was flattened, left out or kept as text, in plain words."""
        told, kinds = [], self._columns.kinds
        if self._nested:
            told.append(f"Nested fields became columns of their own, named by their path, such as `{self._nested}`.")
        if self._columns.dropped:
            told.append(f"{self._columns.dropped:,} fields beyond the first {self._columns.most:,} were left out.")
        mixed = [name for name, found in kinds.items() if len(found) > 1 and _type(found) == pa.string()]
        mixed = [name for name in mixed if kinds[name] - {"text", "moment", "zoned"}]
        if mixed:
            told.append(
                f"{name_columns(mixed)}: values of different kinds, such as numbers and texts, were kept as text."
            )
        if zoned := [name for name, found in kinds.items() if found == {"zoned"}]:
            told.append(f"{name_columns(zoned)}: moments with a time zone were brought to UTC.")
        return told


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
    return pa.timestamp("us") if kinds in ({"moment"}, {"zoned"}) else plain_type(kinds)


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
