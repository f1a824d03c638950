"""From a large text file to a Parquet file of texts, row by row as the file has them."""

import csv
import logging
from pathlib import Path

import pandas as pd
import pyarrow as pa

from core.data.delimited import TextPlan, open_text, unfaithful
from core.data.encoding import Encoding
from core.limits import LARGE_MEMORY_BYTES, MB

_log = logging.getLogger(__name__)

GROUP_ROWS = 250_000
"""Rows of one row group: what is read or written at a time."""
CHUNK_ROWS = 100_000
LINE_BYTES = 4 * MB
"""Longest line the fast way takes; the engine sets aside a multiple of it."""


def stage_text(path: Path, plan: TextPlan, target: Path, *, folder: Path) -> None:
    """Write every value of a text table as text.

    Parameters
    ----------
    path : Path
    plan : TextPlan
    target : Path
        Parquet; its columns are named ``c0``, ``c1`` and so on.
    folder : Path
        For what does not fit into memory on the way.

    Raises
    ------
    DataError
        If the rows cannot be told apart for certain.
    """
    scan = plan.scan
    if scan.long or scan.stray_quotes or scan.padded:
        _stage_slowly(path, plan, target)
    else:
        with _AsUtf8(path, plan.encoding, folder) as plain:
            if not _stage_fast(plain, plan, target, folder):
                _stage_slowly(path, plan, target)
    written = pa.parquet.read_metadata(target).num_rows
    if written != plan.rows - len(scan.long_rows):
        raise unfaithful(scan)


class _AsUtf8:
    """The file in UTF-8: itself, or a copy that is removed afterwards."""

    def __init__(self, path: Path, encoding: Encoding, folder: Path) -> None:
        self._path, self._encoding = path, encoding
        self._copy = folder / "utf8.csv"

    def __enter__(self) -> Path:
        if self._encoding.name in ("utf-8", "ascii") and self._encoding.errors == "strict":
            return self._path
        with open_text(self._path, self._encoding) as text, self._copy.open("w", encoding="utf-8", newline="") as out:
            while part := text.read(4 * MB):
                out.write(part)
        return self._copy

    def __exit__(self, *_: object) -> None:
        self._copy.unlink(missing_ok=True)


def _stage_fast(path: Path, plan: TextPlan, target: Path, folder: Path) -> bool:
    """Write it by the database engine; returns whether that went well."""
    import duckdb

    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(plan.names)))
    quote = '"' if plan.quotes else ""
    # The path and the signs are parameters; nothing a user wrote becomes part of the statement.
    read = (
        "SELECT * FROM read_csv($path, auto_detect=false, header=false, all_varchar=true, delim=$delimiter, "
        f"quote=$quote, escape=$quote, skip=$skip, columns={{{columns}}}, null_padding=$padding, strict_mode=false, "
        "max_line_size=$line)"
    )
    with duckdb.connect(config={"memory_limit": f"{LARGE_MEMORY_BYTES // MB}MB", "threads": 2}) as connection:
        connection.execute("SET temp_directory = $folder", {"folder": str(folder)})
        given = {
            "path": str(path),
            "delimiter": plan.delimiter,
            "quote": quote,
            "skip": plan.skip,
            "padding": plan.scan.short > 0,
            "line": LINE_BYTES,
        }
        try:
            # As a relation the rows stream into the file; a result would be gathered in memory first.
            rows = connection.sql(read, params=given)
            rows.write_parquet(str(target), row_group_size=GROUP_ROWS, compression="lz4")
        except (duckdb.Error, pa.ArrowException):
            _log.info("the fast way did not read this file", exc_info=True)
            return False
    return True


def _stage_slowly(path: Path, plan: TextPlan, target: Path) -> None:
    """Write it by pandas' parser, which leaves out values too many and keeps stray quotes as the scan has met them."""
    import pyarrow.parquet as pq

    scan, width = plan.scan, len(plan.names)
    shift = 0 if plan.named else 1
    left_out = pd.Index([row + shift for row in scan.long_rows])
    schema = pa.schema([(f"c{number}", pa.large_string()) for number in range(width)])
    with open_text(path, plan.encoding) as text, pq.ParquetWriter(target, schema, compression="lz4") as writer:
        for _ in range(plan.skip):
            text.readline()
        try:
            for chunk in pd.read_csv(
                text,
                sep=plan.delimiter,
                header=None,
                names=range(width),
                usecols=range(width),
                index_col=False,
                dtype=str,
                na_filter=False,
                engine="c",
                chunksize=CHUNK_ROWS,
                quoting=csv.QUOTE_MINIMAL if plan.quotes else csv.QUOTE_NONE,
            ):
                kept = chunk.loc[~chunk.index.isin(left_out)]
                arrays = [pa.array(kept[number], pa.large_string()) for number in range(width)]
                writer.write_table(pa.table(arrays, schema=schema))
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise unfaithful(scan) from error
