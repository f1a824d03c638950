"""Outcomes that do not fit: rows that agree in everything a model may see, and rows unlike their neighbours."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.knowing.coded import CodedColumn, CodedTable
from core.data.knowing.measures import ranks
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.data.signal import Floats, Ints
from core.framing.frame import Frame
from core.runtime.values import as_date, as_number, as_text

NEIGHBOURS: Final = 10
AGAINST: Final = 0.9
"""Share of a row's neighbours with another outcome from which the row does not fit."""


def contradicting_rows(table_frame: pd.DataFrame, schema: Schema, frame: Frame) -> NDArray[np.bool_]:
    """Return which rows agree with another in all features and differ from it in the outcome, shape (n,).

    Rows without an outcome take no part; without a target, or for an amount, there are none.
    """
    none = np.zeros(len(table_frame), dtype=bool)
    features = [name for name in schema.features(frame) if name in table_frame.columns]
    if not features or not frame.target or frame.target not in table_frame.columns:
        return none
    if frame.task is None or not frame.task.is_classification:
        return none
    outcome = pd.factorize(as_text(table_frame[frame.target]))[0]
    place = np.zeros(len(table_frame), dtype=np.int64)
    for name in features:
        codes = _exact(table_frame[name], schema[name])
        place = pd.factorize(place * (int(codes.max(initial=-1)) + 2) + codes + 1)[0].astype(np.int64)
        # No two rows agree any more; further columns cannot change that.
        if place.max(initial=-1) + 1 == len(place):
            return none
    known = outcome >= 0
    seen = pd.DataFrame({"place": place[known], "outcome": outcome[known]})
    kinds = seen.groupby("place")["outcome"].nunique()
    mixed = kinds.index[kinds > 1]
    return np.asarray(known & np.isin(place, mixed))


def _exact(values: pd.Series, spec: ColumnSpec) -> Ints:
    if spec.type is ColumnType.NUMBER:
        read = as_number(values)
    elif spec.type is ColumnType.DATE:
        read = as_date(values, spec.date_format)
    else:
        read = as_text(values)
    return pd.factorize(read)[0].astype(np.intp)


@dataclass(frozen=True, eq=False)
class Unlike:
    """Rows whose outcome their nearest neighbours do not share.

    Parameters
    ----------
    positions : ndarray of int
        Rows of the table with at least 90% of their ten nearest neighbours of another outcome.
    rows : int
        Rows looked at.
    balanced_accuracy : float
        Of the neighbours' majority over all rows looked at: how well neighbours tell the outcome at all.
    """

    positions: Ints
    rows: int
    balanced_accuracy: float


def unlike_neighbours(coded: CodedTable, target: str) -> Unlike | None:
    """Hold each row's outcome against those of its ten nearest neighbours.

    Parameters
    ----------
    coded : CodedTable
        The features and the target, on a sample; the time is rows² × columns.
    target : str
        Of a classification.

    Returns
    -------
    Unlike or None
        ``None`` where there are too few rows or outcomes. Amounts are compared by their rank among the rows, kinds by
        being equal; a missing value is half a rank away from any other, and alike among themselves.
    """
    column = coded.columns.get(target)
    features = [one for name, one in coded.columns.items() if name != target]
    if column is None or not features:
        return None
    if column.codes is None:
        assert column.numbers is not None
        outcome = pd.factorize(column.numbers)[0].astype(np.intp)
    else:
        outcome = column.codes
    known = np.flatnonzero(outcome >= 0)
    labels = outcome[known]
    if len(known) < 10 * NEIGHBOURS or len(np.unique(labels)) < 2:
        return None
    space = np.hstack([_axes(one)[known] for one in features]).astype(np.float32)
    squares = (space**2).sum(axis=1)
    apart = squares[:, None] + squares[None, :] - 2 * space @ space.T
    np.fill_diagonal(apart, np.inf)
    nearest = np.argpartition(apart, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    around = labels[nearest]
    agree = (around == labels[:, None]).mean(axis=1)
    votes = np.stack([(around == kind).sum(axis=1) for kind in range(int(labels.max()) + 1)], axis=1)
    right = votes.argmax(axis=1) == labels
    recalls = [float(right[labels == kind].mean()) for kind in np.unique(labels)]
    return Unlike(coded.positions[known[agree <= 1 - AGAINST + 1e-9]], len(known), float(np.mean(recalls)))


def _axes(column: CodedColumn) -> Floats:
    if column.numbers is not None:
        ranked = ranks(column.numbers)
        top = np.nanmax(ranked) if np.isfinite(ranked).any() else 1.0
        missing = np.isnan(ranked)
        # Ranks run from 0 to 1, about as far apart as two kinds are likely to be.
        filled = np.where(missing, 0.5, ranked / max(1.0, float(top)))
        return np.column_stack([filled * 2, missing * 0.5]) if missing.any() else (filled * 2)[:, None]
    assert column.codes is not None
    width = max(1, int(column.codes.max(initial=-1)) + 2)
    # Two different kinds are 1 apart: each takes its own axis at the root of a half.
    return np.asarray(np.eye(width)[column.codes + 1] * np.sqrt(0.5))
