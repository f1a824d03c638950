"""Parting rows into training folds and a sealed test part, reproducibly from a seed."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import Schema
from core.errors import DataError
from core.framing.frame import Frame
from core.prepare.parting import Pairs, Parted, Parting
from core.prepare.plan import Split, SplitKind, SplitPlan
from core.prepare.split_ways import at_random, by_column, by_group, by_time, stratified


def is_known(y: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Say for each row whether its outcome is known."""
    return np.asarray(~pd.isna(y), dtype=bool)


def make_split(
    plan: SplitPlan, table_frame: pd.DataFrame, y: NDArray[np.generic], frame: Frame, schema: Schema | None = None
) -> Split:
    """Make the split a plan describes.

    - *random*: every row is as likely to be sealed as any other.
    - *stratified*: the same, with the shares of the outcome (amounts: of ten equally filled ranges of it), and within
      them of the sensitive columns to be balanced, kept equal to within one row in all parts.
    - *group*: all rows of one value of the column stay together; a row without a value is a group of its own.
    - *time*: the latest rows are sealed and each fold is judged on rows later than those it learns from; rows of the
      same moment stay together, and rows without a time count as the earliest. The earliest rows are judged in no fold.
      Rows within the gap before what is judged are not learned from, and those before the sealed part are in no part.
    - *column*: the rows with the values named are sealed, others may be the validation part; the rest is training.

    The training rows are dealt into folds, once or several times, or a validation part is left out; its rows are then
    several folds that share what they learn from, so that the score has an interval.

    Parameters
    ----------
    plan : SplitPlan
    table_frame : DataFrame of shape (n_rows, ...)
        Holds the plan's columns.
    y : ndarray of shape (n_rows,)
        As in ``Problem.y``; rows whose outcome is missing are in no part.
    frame : Frame
        Its task is used.
    schema : Schema, optional
        How to read the times of a time column kept as text; without it, ISO 8601.

    Returns
    -------
    Split
        Positions ascending in every part.

    Raises
    ------
    DataError
        Too few rows, groups or moments for two folds and a sealed part, or the plan's column does not hold its values.
    """
    usable = np.flatnonzero(is_known(y))
    if len(usable) < 4:
        raise DataError(
            f"{len(usable)} rows have an outcome; a split needs at least 4.", next_step="Bring a table with more rows."
        )
    parting = Parting(plan, table_frame, y, frame, schema, usable)
    return _finished(parting, _WAYS[plan.kind](parting))


def _finished(parting: Parting, parted: Parted) -> Split:
    """Turn positions among the usable rows into positions in the table, leaving out folds that teach one outcome."""
    usable, labels, notes = parting.usable, parting.labels, parted.notes
    kept: Pairs = []
    first = 0
    for number, (fit, judge) in enumerate(parted.folds, start=1):
        if not len(fit) or not len(judge):
            continue
        if len(np.unique(labels[fit].astype(str))) < 2:
            notes.append(f"Fold {number} is left out: the rows it would learn from have one outcome only.")
            continue
        kept.append((usable[np.sort(fit)], usable[np.sort(judge)]))
        first += number <= (parted.first or len(parted.folds))
    if not kept:
        raise DataError(
            "No fold holds two different outcomes to learn from.",
            next_step="Choose another way to split, or bring a table with more rows.",
        )
    if parting.is_classification:
        named = parting.y.astype(str)
        unlearned = {str(label) for fit, judge in kept for label in np.setdiff1d(named[judge], named[fit])}
        notes += [f"'{label}' is judged in a fold that could not learn it." for label in sorted(unlearned)]
        gone = np.setdiff1d(np.unique(labels.astype(str)), np.unique(labels[parted.train].astype(str)))
        notes += [f"'{label}' occurs in the sealed part only; the model cannot learn it." for label in gone]
    return Split(
        train=usable[np.sort(parted.train)],
        test=usable[np.sort(parted.test)],
        folds=tuple(kept),
        notes=tuple(notes),
        kind=parting.plan.kind,
        first=first if first < len(kept) else 0,
    )


_WAYS: Final[dict[SplitKind, Callable[[Parting], Parted]]] = {
    SplitKind.RANDOM: at_random,
    SplitKind.STRATIFIED: stratified,
    SplitKind.GROUP: by_group,
    SplitKind.TIME: by_time,
    SplitKind.COLUMN: by_column,
}
