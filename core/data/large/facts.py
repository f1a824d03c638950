"""What all rows of a large table hold, column by column, counted in its Parquet file."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.limits import LARGE_MEMORY_BYTES, MB

TOP = 10


class ColumnFacts(BaseModel):
    """One column over all rows.

    Parameters
    ----------
    name : str
    missing : int
        Rows without a value.
    distinct : int
        Different values, estimated by HyperLogLog: right to about 2%.
    least, most : str
        Smallest and largest value; empty where there is none.
    mean, deviation : float or None
        Of numbers.
    quantiles : tuple of float
        Of numbers: 1, 25, 50, 75 and 99%, by t-digest.
    top : tuple of (str, int)
        Most frequent values of text and flags with their rows, the first ten.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    missing: int
    distinct: int
    least: str = ""
    most: str = ""
    mean: float | None = None
    deviation: float | None = None
    quantiles: tuple[float, ...] = ()
    top: tuple[tuple[str, int], ...] = ()


class TableFacts(BaseModel):
    """A large table over all its rows: how many, and its columns."""

    model_config = ConfigDict(frozen=True)

    rows: int
    columns: tuple[ColumnFacts, ...]


def whole_facts(path: Path, *, folder: Path) -> TableFacts:
    """Count a table column by column, in one pass and a second one for frequent values.

    Parameters
    ----------
    path : Path
        Parquet.
    folder : Path
        For what does not fit into memory.

    Returns
    -------
    TableFacts
    """
    import duckdb
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        rows, names = file.metadata.num_rows, list(file.schema_arrow.names)
    with duckdb.connect(config={"memory_limit": f"{LARGE_MEMORY_BYTES // MB}MB", "threads": 2}) as connection:
        connection.execute("SET temp_directory = $folder", {"folder": str(folder)})
        table = connection.read_parquet(str(path))
        kinds = dict(zip(table.columns, map(str, table.types), strict=True))
        facts = tuple(_column(connection, path, name, kinds[name], rows) for name in names)
    return TableFacts(rows=rows, columns=facts)


def _column(connection: Any, path: Path, name: str, kind: str, rows: int) -> ColumnFacts:
    column = '"' + name.replace('"', '""') + '"'
    source = "read_parquet($path)"
    given = {"path": str(path)}
    number = kind in ("BIGINT", "DOUBLE")
    wanted = [f"count({column})", f"approx_count_distinct({column})", f"min({column})", f"max({column})"]
    if number:
        wanted += [
            f"avg({column})",
            f"stddev_samp({column})",
            f"approx_quantile({column}, [0.01, 0.25, 0.5, 0.75, 0.99])",
        ]
    found = connection.execute(f"SELECT {', '.join(wanted)} FROM {source}", given).fetchone()
    filled, distinct, least, most = found[:4]
    top: tuple[tuple[str, int], ...] = ()
    if kind in ("VARCHAR", "BOOLEAN") and distinct <= 10_000:
        # The name is quoted as SQL wants it; values never become part of a statement.
        query = (
            f"SELECT CAST({column} AS VARCHAR), count(*) AS n FROM {source} WHERE {column} IS NOT NULL "
            f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT {TOP}"
        )
        top = tuple((str(value), int(count)) for value, count in connection.execute(query, given).fetchall())
    return ColumnFacts(
        name=name,
        missing=rows - filled,
        distinct=min(int(distinct), filled),
        least="" if least is None else str(least)[:120],
        most="" if most is None else str(most)[:120],
        mean=found[4] if number else None,
        deviation=found[5] if number else None,
        quantiles=tuple(float(value) for value in found[6]) if number and found[6] is not None else (),
        top=top,
    )
