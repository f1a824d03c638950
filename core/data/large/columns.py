"""From staged columns to a Parquet file of plain types: each column converted alone, then woven together."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from core.data.convert import last_known
from core.data.large.staging import GROUP_ROWS
from core.data.store import as_stored
from core.errors import DataError


def weave(
    names: Sequence[str],
    columns: Iterator[tuple[str, pd.Series]],
    target: Path,
    *,
    folder: Path,
    report: Callable[[str], None],
) -> tuple[int, tuple[str, ...]]:
    """Write columns that come one after the other into one Parquet file.

    Parameters
    ----------
    names : sequence of str
        Every column, in the table's order.
    columns : iterator of (str, Series)
        In any order; one at a time is in memory. One that does not come is left out.
    target : Path
    folder : Path
        Holds a file a column on the way.
    report : callable
        Takes the name of the column that is done.

    Returns
    -------
    rows : int
        Rows written: those after the last one that holds a value are left out.
    kept : tuple of str
        The columns written.

    Raises
    ------
    DataError
        If no cell holds a value.
    """
    import pyarrow.parquet as pq

    places = {name: folder / f"column-{number}.parquet" for number, name in enumerate(names)}
    last = -1
    fields: dict[str, pa.Field] = {}
    for name, values in columns:
        last = max(last, last_known(values))
        table = as_stored(pd.DataFrame({name: values}))
        del values
        fields[name] = table.schema.field(0)
        pq.write_table(table, places[name], compression="lz4", row_group_size=GROUP_ROWS)
        del table
        report(name)
    if last < 0:
        raise DataError(
            "There are no usable rows: every cell is empty or says that the value is missing.",
            next_step="Check that the right file or sheet was chosen.",
        )
    kept = tuple(name for name in names if name in fields)
    files = [pq.ParquetFile(places[name]) for name in kept]
    try:
        schema = pa.schema([fields[name] for name in kept])
        left = last + 1
        with pq.ParquetWriter(target, schema, compression="zstd", compression_level=1) as writer:
            for group in range(files[0].num_row_groups):
                if left <= 0:
                    break
                parts = [file.read_row_group(group).column(0) for file in files]
                part = pa.table(parts, schema=schema)
                writer.write_table(part.slice(0, left), row_group_size=GROUP_ROWS)
                left -= part.num_rows
    finally:
        for file in files:
            file.close()
        for place in places.values():
            place.unlink(missing_ok=True)
    return last + 1, kept
