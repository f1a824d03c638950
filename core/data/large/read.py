"""Reading a table that does not fit into memory: the same rules as for a small one, a column at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from core.data.convert import convert_each
from core.data.delimited import plan_text
from core.data.finish import chosen_signs
from core.data.large.columns import weave
from core.data.large.staging import stage_text
from core.data.names import unique_names
from core.data.notes import Notes
from core.data.options import ReadOptions
from core.data.parquet import plain_column
from core.errors import DataError, LimitError
from core.limits import LARGE_BYTES, LARGE_CELLS, LARGE_ROWS, MB, TABLE_COLUMNS

Report = Callable[[float, str], None]


@dataclass(frozen=True)
class LargeTable:
    """A table in a Parquet file of plain types.

    Parameters
    ----------
    path : Path
        As :func:`core.data.store.read_parquet` reads it, in groups of rows.
    names : tuple of str
    rows : int
    warnings, read_as
        As of :class:`core.data.Table`.
    """

    path: Path
    names: tuple[str, ...]
    rows: int
    warnings: tuple[str, ...]
    read_as: dict[str, str]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, len(self.names)


def read_large(
    path: Path, looks: str, options: ReadOptions, *, extension: str, folder: Path, report: Report
) -> LargeTable:
    """Read a large text or Parquet file.

    Parameters
    ----------
    path : Path
        Not packed.
    looks : {"text", "parquet"}
        What it is.
    options : ReadOptions
    extension : str
        What the user's file name ends with.
    folder : Path
        Takes the result and what is needed on the way: about as much as the file's own size.
    report : callable
        Takes the share done and what is being done.

    Returns
    -------
    LargeTable

    Raises
    ------
    DataError, LimitError
        As :func:`core.data.read_table`.
    """
    if path.stat().st_size > LARGE_BYTES:
        raise LimitError(
            f"The file is larger than {LARGE_BYTES // MB:,} MB.", next_step="Bring a random part of its rows."
        )
    return (_from_text if looks == "text" else _from_parquet)(path, options, extension, folder, report)


def _from_text(path: Path, options: ReadOptions, extension: str, folder: Path, report: Report) -> LargeTable:
    import pyarrow.parquet as pq

    notes = Notes()
    report(0.02, "Counting rows and checking each line")
    plan = plan_text(path, options, extension, notes, most=(LARGE_ROWS, LARGE_CELLS))
    report(0.2, f"Reading {plan.rows:,} rows")
    staged = folder / "staged.parquet"
    stage_text(path, plan, staged, folder=folder)
    names = plan.names
    places = {name: f"c{number}" for number, name in enumerate(names)}

    def load(name: str) -> pd.Series:
        with pq.ParquetFile(staged) as file:
            values = file.read(columns=[places[name]]).column(0)
        return pd.Series(values.cast(pa.large_string()).to_pandas(), dtype="str")

    columns = convert_each(names, load, options, notes, comma_likely=plan.delimiter == ";", loads_again=True)
    target = folder / "table.parquet"
    rows, kept = weave(names, columns, target, folder=folder, report=_by_column(names, report))
    staged.unlink()
    _say_cut(notes, plan.rows - len(plan.scan.long_rows) - rows)
    read_as = {**plan.read_as(options), **notes.signs_of_the_file(), **chosen_signs(options), "extension": extension}
    return LargeTable(target, kept, rows, tuple(notes.sentences), read_as)


def _from_parquet(path: Path, _options: ReadOptions, extension: str, folder: Path, report: Report) -> LargeTable:
    import pyarrow.parquet as pq

    notes = Notes()
    try:
        with pq.ParquetFile(path) as file:
            total, raw = file.metadata.num_rows, [str(name) for name in file.schema_arrow.names]
        if total > LARGE_ROWS or total * len(raw) > LARGE_CELLS or len(raw) > TABLE_COLUMNS:
            raise LimitError(
                f"The table has {total:,} rows and {len(raw):,} columns; Fairway takes at most {LARGE_ROWS:,} rows, "
                f"{TABLE_COLUMNS:,} columns and {LARGE_CELLS:,} cells.",
                next_step="Bring a random part of its rows.",
            )
        names, warnings = unique_names(raw)
        for warning in warnings:
            notes.say(warning)
        target = folder / "table.parquet"
        columns = _parquet_columns(path, raw, names, notes)
        rows, kept = weave(names, columns, target, folder=folder, report=_by_column(names, report))
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise DataError(
            "This Parquet file is cut off, damaged or encrypted.", next_step="Write it again and bring the new copy."
        ) from error
    _say_cut(notes, total - rows)
    read_as = {"format": "parquet", "extension": extension}
    return LargeTable(target, kept, rows, tuple(notes.sentences), read_as)


def _parquet_columns(path: Path, raw: list[str], names: list[str], notes: Notes) -> Iterator[tuple[str, pd.Series]]:
    import pyarrow.parquet as pq

    for position, name in enumerate(names):
        # A name may stand there twice: the table that is read then holds both.
        which = raw[:position].count(raw[position])
        with pq.ParquetFile(path) as file:
            values = file.read(columns=[raw[position]], use_threads=False).column(which)
        column = plain_column(name, values, notes)
        del values
        if column is not None:
            yield name, column.reset_index(drop=True)


def _by_column(names: Sequence[str], report: Report) -> Callable[[str], None]:
    done: list[str] = []

    def say(name: str) -> None:
        done.append(name)
        report(0.3 + 0.5 * len(done) / len(names), f"Brought {len(done):,} of {len(names):,} columns to their type")

    return say


def _say_cut(notes: Notes, empty: int) -> None:
    if empty:
        notes.say(
            f"{empty:,} empty row{'s' if empty > 1 else ''} at the end {'were' if empty > 1 else 'was'} left out."
        )
