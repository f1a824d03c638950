"""The outcome along one column: its rate or its mean in each bar, with intervals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.knowing.bins import put_into_bins
from core.data.representation import mean_interval
from core.data.schema import Schema
from core.framing.frame import Frame, Task
from core.framing.intervals import wilson
from core.runtime.values import as_number, as_text


@dataclass(frozen=True)
class BarOutcome:
    """One bar of a column.

    Parameters
    ----------
    name : str
        What the bar is.
    index : int
        Its place among the bars of ``put_into_bins``.
    rows : int
        Rows with an outcome.
    value, low, high : float or None
        Share of the outcome looked for (Wilson's 95% interval) or mean amount (Student's t); ``None`` where there is
        no row, or one only.
    """

    name: str
    index: int
    rows: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class OutcomeAlong:
    """The outcome along one column; ``overall`` is its share or mean over all rows, ``is_share`` says which."""

    column: str
    target: str
    outcome: str
    is_share: bool
    overall: float
    bars: tuple[BarOutcome, ...]


def outcome_along(
    table_frame: pd.DataFrame, schema: Schema, frame: Frame, column: str, *, outcome: str | None = None
) -> OutcomeAlong | None:
    """Return the outcome in each bar of a column.

    Parameters
    ----------
    table_frame : DataFrame
    schema : Schema
    frame : Frame
    column : str
    outcome : str or None
        The outcome whose share is wanted; by default the one looked for, and of several the most frequent.

    Returns
    -------
    OutcomeAlong or None
        ``None`` without a usable outcome, for the outcome itself, and for columns without bars.
    """
    target = frame.target
    if not target or target == column or target not in table_frame.columns or frame.task is None:
        return None
    bins = put_into_bins(table_frame[column], schema[column])
    if not bins.names:
        return None
    if frame.task is Task.REGRESSION:
        values = as_number(table_frame[target]).to_numpy()
        known, said = ~np.isnan(values), ""
    else:
        texts = as_text(table_frame[target])
        known = texts.notna().to_numpy()
        if not known.any():
            return None
        said = str(outcome or frame.positive or texts.value_counts().index[0])
        values = (texts == said).to_numpy(dtype=np.float64)
    if not known.any():
        return None
    bars = []
    for index, name in enumerate(bins.names):
        held = values[known & (bins.codes == index)]
        low: float | None
        high: float | None
        value = low = high = None
        if len(held):
            value = float(held.mean())
            low, high = mean_interval(held) if frame.task is Task.REGRESSION else wilson(float(held.sum()), len(held))
        bars.append(BarOutcome(name, index, len(held), value, low, high))
    is_share = frame.task is not Task.REGRESSION
    return OutcomeAlong(column, target, said, is_share, float(values[known].mean()), tuple(bars))
