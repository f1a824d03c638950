"""Reading JSON: an array of records, one record a line, or an object that holds records somewhere inside."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pandas as pd

from core.data.cells import typed_column
from core.data.convert import convert_columns
from core.data.encoding import find_encoding
from core.data.names import unique_names
from core.data.notes import Notes, name_columns
from core.data.numbers import LARGEST_EXACT
from core.data.options import ReadOptions
from core.data.table import Table
from core.errors import DataError, LimitError
from core.limits import MB, PREVIEW_BYTES, PREVIEW_WHOLE_BYTES, RECORD_BYTES, RECORD_CELLS, TABLE_COLUMNS, TABLE_ROWS

FLATTENED = 10
"""Records within records are taken apart down to this depth; deeper ones are written as text."""
SEARCHED = 4
"""Depth down to which records are looked for."""
NAMED_BY = 101
"""Lists that are looked at to tell whether the first one holds names."""
_Path = tuple[str, ...]


@dataclass
class _Columns:
    """Values by the path that leads to them within a record."""

    values: dict[_Path, list[Any]] = field(default_factory=dict)
    rows: int = 0
    nested: bool = False
    lists: dict[_Path, None] = field(default_factory=dict)
    huge: dict[_Path, str] = field(default_factory=dict)
    infinite: dict[_Path, int] = field(default_factory=dict)

    def add(self, record: Any) -> None:
        """Take up one record; a list is one of unnamed values."""
        if isinstance(record, list):
            record = {f"column {number}": value for number, value in enumerate(record, start=1)}
        elif not isinstance(record, dict):
            record = {"value": record}
        self._put(record, (), 0)
        self.rows += 1
        if len(self.values) > TABLE_COLUMNS:
            raise LimitError(
                f"The records have more than {TABLE_COLUMNS:,} fields, which is the most Fairway takes.",
                next_step="Keep the fields that matter for the question.",
            )
        if self.rows > TABLE_ROWS or self.rows * len(self.values) > RECORD_CELLS:
            raise LimitError(
                f"There are more than {min(TABLE_ROWS, RECORD_CELLS // len(self.values)):,} records of "
                f"{len(self.values):,} fields, which is the most Fairway takes from JSON.",
                next_step="Bring the table as CSV or Parquet, or a random part of it.",
            )

    def _put(self, record: dict[str, Any], path: _Path, depth: int) -> None:
        for name, value in record.items():
            place = (*path, name)
            if isinstance(value, dict) and value and depth < FLATTENED:
                self.nested = True
                self._put(value, place, depth + 1)
                continue
            column = self.values.setdefault(place, [])
            column.extend([""] * (self.rows - len(column)))
            column.append(self._plain(value, place))

    def _plain(self, value: Any, place: _Path) -> Any:
        if value is None or value == {}:
            return ""
        if isinstance(value, (dict, list)):
            self.lists[place] = None
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, float) and value in (float("inf"), float("-inf")):
            self.infinite[place] = self.infinite.get(place, 0) + 1
            return ""
        if isinstance(value, float) and value != value:
            return ""
        if isinstance(value, int) and abs(value) > LARGEST_EXACT:
            self.huge.setdefault(place, str(value))
        return value

    def frame(self, options: ReadOptions, notes: Notes) -> pd.DataFrame:
        """Return the columns, each brought to one type."""
        names, warnings = unique_names([".".join(path) for path in self.values])
        for warning in warnings:
            notes.say(warning)
        if self.nested:
            inside = [name for name, path in zip(names, self.values, strict=True) if len(path) > 1]
            notes.say(f"Records within records were taken apart: {name_columns(inside)}.")
        columns = {}
        for name, path in zip(names, list(self.values), strict=True):
            cells = self.values.pop(path)
            cells.extend([""] * (self.rows - len(cells)))
            if path in self.lists:
                notes.note("nested", name)
            if path in self.infinite:
                notes.note("infinite", name, f"{self.infinite[path]:,} cell" + "s" * (self.infinite[path] > 1))
            if path in self.huge and all(isinstance(cell, (int, str)) for cell in cells):
                # Python keeps every digit; as numbers of the table they would be rounded.
                notes.note("big_integer", name, self.huge[path])
                columns[name] = pd.Series([None if cell == "" else str(cell) for cell in cells], dtype="str")
                columns[name].attrs["kept"] = True
                continue
            columns[name] = typed_column(name, cells, notes)
        kept = {name: column for name, column in columns.items() if column.attrs.pop("kept", False)}
        rest = pd.DataFrame({name: column for name, column in columns.items() if name not in kept})
        ready = convert_columns(rest, options, notes) if len(rest.columns) else rest
        whole = {name: kept[name] if name in kept else ready[name] for name in names}
        return pd.DataFrame(whole, index=range(self.rows) if kept else ready.index)


def read_records(path: Path, options: ReadOptions, *, rows: int | None = None) -> Table:
    """Read a JSON or JSON lines file.

    Parameters
    ----------
    path : Path
    options : ReadOptions
        ``records`` says where the records are.
    rows : int, optional
        How many of the first records; all by default.

    Returns
    -------
    Table

    Raises
    ------
    DataError
        If it is not JSON, or holds no records there.
    LimitError
        If it is larger than the limits.
    """
    if path.stat().st_size > RECORD_BYTES:
        raise LimitError(
            f"The file is larger than {RECORD_BYTES // MB:,} MB, the most Fairway takes as JSON.",
            next_step="Bring the table as CSV or Parquet.",
        )
    notes = Notes()
    encoding = find_encoding(path)
    if encoding.warning:
        notes.say(encoding.warning)
    cut = rows is not None and path.stat().st_size > PREVIEW_WHOLE_BYTES
    with path.open(encoding=encoding.name, errors=encoding.errors) as file:
        text = file.read(PREVIEW_BYTES if cut else -1)
    columns, repeated = _Columns(), set[str]()
    place = ""
    try:
        lines, found = _found(text, options, repeated, notes)
        if isinstance(found, str):
            place, found = found, _at(json.loads(text, object_pairs_hook=_hook(repeated)), found)
        for number, record in enumerate(_named(found, notes)):
            if rows is not None and number >= rows:
                break
            columns.add(record)
    except json.JSONDecodeError as error:
        # Of the beginning of a file the last record is cut.
        if not cut or not columns.rows:
            raise DataError(
                f"This is not whole JSON: line {_line(text, error):,} cannot be read.",
                next_step="It may be cut off. Export it again.",
            ) from error
    except RecursionError as error:
        raise DataError("The records are nested too deeply.", next_step="Export them flat, as CSV or JSON.") from error
    except ValueError as error:
        raise DataError("This JSON holds a number that is too long to read.", next_step="Mend it there.") from error
    if repeated:
        notes.say(f"A record names a field twice: {name_columns(sorted(repeated))}. The last value was read.")
    if not columns.rows or not columns.values:
        raise DataError("There are no records in this file.", next_step="Bring a list of records.")
    read_as = {"format": "json", "lines": "yes" if lines else "no"}
    if place:
        read_as["records"] = place
    frame = columns.frame(options, notes)
    return Table(frame, notes.sentences, read_as | notes.signs_of_the_file())


def record_places(value: Any, path: _Path = ()) -> dict[str, int]:
    """Return where lists of records stand within an object, and how long each is.

    Parameters
    ----------
    value : object
        As ``json.loads`` gives it.
    path : tuple of str

    Returns
    -------
    dict of str to int
        Names joined by points, to the number of records.
    """
    found: dict[str, int] = {}
    if isinstance(value, list):
        if value and sum(isinstance(one, dict) for one in value[:100]) > 0.5 * min(100, len(value)):
            found[".".join(path)] = len(value)
        return found
    if isinstance(value, dict) and len(path) < SEARCHED:
        for name, inside in value.items():
            found |= record_places(inside, (*path, name))
    return found


def _found(text: str, options: ReadOptions, repeated: set[str], notes: Notes) -> tuple[bool, Any]:
    """Return whether one record stands on each line, and the records, or where they are in one object."""
    begin = text.lstrip("\ufeff \t\r\n")
    decoder = json.JSONDecoder(object_pairs_hook=_hook(repeated))
    if begin.startswith("[") and not options.records:
        lines = _is_lines_of_lists(begin)
        return lines, _many(text, decoder) if lines else _array(text, decoder)
    first, end = decoder.raw_decode(begin)
    if begin[end:].strip() or (isinstance(first, dict) and "\n" not in begin.strip() and not _holds_records(first)):
        return True, _many(text, decoder)
    if options.records is not None:
        return False, options.records
    if isinstance(first, dict) and _is_columns(first):
        notes.say("The file holds one list a column; they were put side by side.")
        return False, [dict(zip(first, row, strict=True)) for row in zip(*first.values(), strict=True)]
    places = record_places(first)
    if not places:
        return False, [first] if isinstance(first, dict) and first else []
    best = max(places, key=lambda place: places[place])
    others = [place for place in places if place != best]
    told = f" Others are at {name_columns(others)}." if others else ""
    notes.say(f"The records were found at `{best}`, {places[best]:,} of them.{told}")
    return False, best


def _is_lines_of_lists(begin: str) -> bool:
    line = begin.partition("\n")[0].rstrip()
    return line.endswith("]") and begin[len(line) :].lstrip().startswith("[") and line.count("[") == line.count("]")


def _holds_records(value: dict[str, Any]) -> bool:
    return _is_columns(value) or bool(record_places(value))


def _is_columns(value: dict[str, Any]) -> bool:
    lists = list(value.values())
    if not lists or not all(isinstance(one, list) for one in lists) or len({len(one) for one in lists}) != 1:
        return False
    return bool(lists[0]) and not any(isinstance(one, (dict, list)) for column in lists for one in column[:20])


def _named(found: Iterable[Any], notes: Notes) -> Iterator[Any]:
    """Give lists the names that the first list holds: texts, above a column that holds numbers alone."""
    left, cut = iter(found), None
    held: list[Any] = []
    try:
        held.extend(islice(left, NAMED_BY))
    except json.JSONDecodeError as error:
        cut = error
    names = _names(held)
    if names:
        notes.say("The first list was found to hold the names of the columns.")
    for record in chain(held[1:] if names else held, () if cut else left):
        yield _under(names, record) if names and isinstance(record, list) else record
    if cut:
        raise cut


def _under(names: list[str], record: list[Any]) -> dict[str, Any]:
    more = (f"column {number}" for number in range(len(names) + 1, len(record) + 1))
    return dict(zip((*names, *more), record, strict=False))


def _names(records: list[Any]) -> list[str]:
    if len(records) < 2 or not all(isinstance(record, list) for record in records):
        return []
    first, rest = records[0], records[1:]
    texts = all(isinstance(name, str) and name.strip() for name in first)
    if not texts or len(set(first)) < len(first) or any(map(_is_number, first)):
        return []
    same = [record for record in rest if len(record) == len(first)]
    return first if same and any(all(map(_is_number, cells)) for cells in zip(*same, strict=True)) else []


def _is_number(cell: Any) -> bool:
    if isinstance(cell, str):
        return cell.strip().lstrip("+-").replace(".", "", 1).isdecimal()
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _many(text: str, decoder: json.JSONDecoder) -> Iterator[Any]:
    """Read values that stand one after the other."""
    at = _next(text, 0)
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        at = _next(text, at)


def _array(text: str, decoder: json.JSONDecoder) -> Iterator[Any]:
    """Read the values of an array one by one, so that they are never all held."""
    at = _next(text, _next(text, 0) + 1)
    while text[at : at + 1] != "]":
        value, at = decoder.raw_decode(text, at)
        yield value
        at = _next(text, at)
        if text[at : at + 1] == ",":
            at = _next(text, at + 1)
        elif text[at : at + 1] != "]":
            raise json.JSONDecodeError("a comma is missing", text, at)
    if text[at + 1 :].strip():
        raise json.JSONDecodeError("something stands after the array", text, at + 1)


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\ufeff":
        at += 1
    return at


def _at(value: Any, place: str) -> Iterable[Any]:
    for name in place.split(".") if place else ():
        if not isinstance(value, dict) or name not in value:
            known = name_columns(value) if isinstance(value, dict) else "nothing by name"
            raise DataError(f"There is nothing at “{place}”.", next_step=f"Beside “{name}” there is {known}.")
        value = value[name]
    if not isinstance(value, list):
        raise DataError(f"What stands at “{place}” is no list of records.", next_step="Name another place.")
    return value


def _hook(repeated: set[str]) -> Any:
    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            seen = set[str]()
            repeated.update(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        return record

    return build


def _line(text: str, error: json.JSONDecodeError) -> int:
    return text.count("\n", 0, error.pos) + 1
