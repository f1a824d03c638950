"""A seeded sample of rows from a Parquet file, read a group of rows at a time."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.store import from_stored
from core.limits import WORKING_CELLS, WORKING_ROWS

LEVELS = 200
"""A target with more different values is an amount: its sample is drawn without regard to them."""


def working_rows(rows: int, columns: int) -> int:
    """Return how many rows of a table screens and models work on.

    Parameters
    ----------
    rows, columns : int
        Of the whole table.

    Returns
    -------
    int
        ``rows`` where the table is worked on whole.
    """
    return min(rows, WORKING_ROWS, max(1, WORKING_CELLS // max(1, columns)))


def draw_rows(n: int, size: int, seed: int, levels: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
    """Draw row positions without replacement.

    Parameters
    ----------
    n : int
        Rows to draw from.
    size : int
        Rows wanted, at most ``n``.
    seed : int
    levels : ndarray of int of shape (n,), optional
        The outcome of each row as a code from 0. Each outcome then gets its share of the sample, rounded by largest
        remainder, and at least one row; ``size`` is at least their number.

    Returns
    -------
    ndarray of int of shape (size,)
        Ascending.
    """
    random = np.random.default_rng(seed)
    if levels is None:
        return np.sort(random.choice(n, size=size, replace=False)).astype(np.intp)
    counts = np.bincount(levels)
    present = np.flatnonzero(counts)
    exact = counts[present] * (size / n)
    wanted = np.maximum(np.floor(exact).astype(np.intp), 1)
    while (short := size - int(wanted.sum())) != 0:
        # The one that is furthest from its exact share, and can give or take a row, does.
        room = wanted < counts[present] if short > 0 else wanted > 1
        gap = np.where(room, (exact - wanted) * np.sign(short), -np.inf)
        wanted[np.argmax(gap)] += np.sign(short)
    drawn = [
        random.choice(np.flatnonzero(levels == level), size=int(count), replace=False)
        for level, count in zip(present, wanted, strict=True)
    ]
    return np.sort(np.concatenate(drawn)).astype(np.intp)


def read_sample(
    path: Path, size: int, seed: int, *, target: str | None = None
) -> tuple[pd.DataFrame, str, NDArray[np.intp]]:
    """Read a sample of a table's rows.

    Parameters
    ----------
    path : Path
        Parquet, as :func:`core.data.store.read_parquet` reads it.
    size : int
        Rows wanted.
    seed : int
    target : str, optional
        Column whose outcomes keep their shares, where it has at most 200 of them.

    Returns
    -------
    frame : DataFrame
        In the order of the file.
    stratified_by : str
        ``target``, or empty where the rows were drawn without regard to it.
    rows : ndarray of int
        The place of each row in the file, from 0.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        total = file.metadata.num_rows
        levels = _levels(file, target) if target else None
        chosen = draw_rows(total, min(size, total), seed, levels)
        parts, start = [], 0
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            low, high = np.searchsorted(chosen, (start, start + rows))
            if high > low:
                parts.append(file.read_row_group(group).take(pa.array(chosen[low:high] - start)))
            start += rows
    return from_stored(pa.concat_tables(parts)), (target or "") if levels is not None else "", chosen


def _levels(file: "pa.parquet.ParquetFile", target: str) -> NDArray[np.intp] | None:
    if target not in file.schema_arrow.names:
        return None
    codes = pc.dictionary_encode(file.read(columns=[target]).column(0), null_encoding="encode").combine_chunks()
    if len(codes.dictionary) > LEVELS:
        return None
    return np.asarray(codes.indices.to_numpy(zero_copy_only=False), dtype=np.intp)
