"""Parting rows into training folds and a sealed test part, reproducibly from a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnType, Schema
from core.errors import DataError
from core.framing.frame import Frame
from core.prepare.plan import Split, SplitKind, SplitPlan
from core.runtime.values import as_date, as_number, as_text

Rows = NDArray[np.intp]

AMOUNT_BINS: Final = 10
"""Equally filled ranges of an amount whose shares are kept equal in all parts."""


@dataclass(frozen=True, eq=False)
class _Parting:
    """What a way of splitting may look at; ``usable`` are the rows with an outcome, in the table's order."""

    plan: SplitPlan
    X: pd.DataFrame
    y: NDArray[np.generic]
    frame: Frame
    schema: Schema | None
    usable: Rows

    @property
    def labels(self) -> NDArray[np.generic]:
        return self.y[self.usable]

    @property
    def is_classification(self) -> bool:
        return self.frame.task is not None and self.frame.task.is_classification

    @property
    def test_rows(self) -> int:
        """Rows of the sealed part: the share asked for, at least one and never all but one."""
        return int(np.clip(round(len(self.usable) * self.plan.test_share), 1, max(1, len(self.usable) - 2)))

    def column(self) -> pd.Series:
        """Return the column the plan names, for the usable rows."""
        if self.plan.column not in self.X:
            raise DataError(
                f"The split needs the column “{self.plan.column}”, and the table has none of that name."
                if self.plan.column
                else "This split needs a column, and none is chosen.",
                next_step="Choose a column for the split, or split at random.",
            )
        return self.X[self.plan.column].iloc[self.usable]


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
        Too few rows, groups or moments for two folds and a sealed part.
    """
    usable = np.flatnonzero(is_known(y))
    if len(usable) < 4:
        raise DataError(
            f"{len(usable)} rows have an outcome; a split needs at least 4.", next_step="Bring a table with more rows."
        )
    return _WAYS[plan.kind](_Parting(plan, table_frame, y, frame, schema, usable))


def _random(parting: _Parting) -> Split:
    return _by_order(parting, np.zeros((len(parting.usable), 0), dtype=object))


def _stratified(parting: _Parting) -> Split:
    keys = [_outcome_key(parting)]
    for name in parting.plan.balance:
        if name in parting.X:
            keys.append(as_text(parting.X[name].iloc[parting.usable]).fillna("").to_numpy(dtype=object))
    return _by_order(parting, np.column_stack(keys))


def _outcome_key(parting: _Parting) -> NDArray[np.object_]:
    if parting.is_classification:
        return parting.labels.astype(object)
    ranks = pd.Series(parting.labels.astype(np.float64)).rank(method="first").to_numpy() - 1
    bins = min(AMOUNT_BINS, max(1, len(ranks) // 10))
    return np.asarray([f"{int(rank * bins // len(ranks)):02d}" for rank in ranks], dtype=object)


def _by_order(parting: _Parting, keys: NDArray[np.object_]) -> Split:
    """Shuffle the rows, bring equal keys together, and deal them out in turn.

    Dealing along the sorted keys (systematic sampling) puts ``m × share`` of any run of ``m`` equal keys, to within one
    row, into each part: strata need no smallest size.
    """
    rng = np.random.default_rng(parting.plan.seed)
    order = rng.permutation(len(parting.usable))
    if keys.shape[1]:
        # Stable: the shuffle decides within equal keys. The first key comes first.
        ranks = [np.unique(keys[:, column].astype(str), return_inverse=True)[1] for column in range(keys.shape[1])]
        order = order[np.lexsort([rank[order] for rank in reversed(ranks)])]
    count, wanted = len(order), parting.test_rows
    steps = (np.arange(count + 1) * wanted + rng.integers(count)) // count
    sealed = np.diff(steps) == 1
    labels = parting.labels
    notes: list[str] = []
    if parting.is_classification:
        for label in np.unique(labels.astype(str)):
            members = order[labels[order].astype(str) == label]
            held = np.isin(order, members) & sealed
            if len(members) - held.sum() < 2 and held.any():
                sealed &= ~held
                notes.append(f"'{label}' has {_rows(len(members))}: all are for training, the sealed part has none.")
    train, test = order[~sealed], order[sealed]
    folds = _fold_count(parting, labels[train], notes)
    dealt = np.arange(len(train)) + rng.integers(folds)
    numbers = rng.permutation(folds)[dealt % folds]
    judged = [(train[numbers != fold], train[numbers == fold]) for fold in range(folds)]
    return _finished(parting, train, test, judged, notes)


def _fold_count(parting: _Parting, labels: NDArray[np.generic], notes: list[str]) -> int:
    folds = min(parting.plan.folds, len(labels) // 2)
    if not parting.is_classification:
        return max(2, folds)
    names, counts = np.unique(labels.astype(str), return_counts=True)
    fewest = int(counts.min())
    if fewest >= folds:
        return folds
    name = names[counts.argmin()]
    possible = max(2, fewest)
    notes.append(f"'{name}' has {_rows(fewest)} for training: {possible} folds in place of {parting.plan.folds}.")
    return possible


def _by_group(parting: _Parting) -> Split:
    column = as_text(parting.column())
    # A row whose group is not known belongs to no other row.
    names = [value if value is not None else f"\0{row}" for row, value in enumerate(column)]
    codes, groups = pd.factorize(np.asarray(names, dtype=object))
    if len(groups) < 3:
        raise DataError(
            f"“{parting.plan.column}” has {len(groups)} different values; a split by group needs at least 3.",
            next_step="Choose another column for the split, or split at random.",
        )
    rng = np.random.default_rng(parting.plan.seed)
    sizes = np.bincount(codes)
    chosen: list[int] = []
    filled = 0
    for group in rng.permutation(len(groups)):
        # Taken only where it brings the sealed part closer to its size; two groups must stay for training.
        closer = abs(filled + sizes[group] - parting.test_rows) < abs(filled - parting.test_rows)
        if closer and len(chosen) < len(groups) - 2:
            chosen.append(int(group))
            filled += int(sizes[group])
    chosen = chosen or [int(sizes.argmin())]
    sealed = np.isin(codes, chosen)
    train, test = np.flatnonzero(~sealed), np.flatnonzero(sealed)
    notes: list[str] = []
    left = np.setdiff1d(np.arange(len(groups)), chosen)
    folds = min(parting.plan.folds, len(left))
    if folds < parting.plan.folds:
        notes.append(f"“{parting.plan.column}” leaves {len(left)} groups for training: {folds} folds.")
    share = len(test) / len(codes)
    if abs(share - parting.plan.test_share) > 0.05:
        notes.append(f"Groups stay together, so the sealed part is {100 * share:.0f}% of the rows.")
    # The largest groups first, each to the fold with the fewest rows so far.
    shuffled = rng.permutation(left)
    number = np.zeros(len(groups), dtype=int)
    load = np.zeros(folds)
    for group in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        number[group] = int(load.argmin())
        load[number[group]] += sizes[group]
    fold_of = number[codes[train]]
    judged = [(train[fold_of != fold], train[fold_of == fold]) for fold in range(folds)]
    return _finished(parting, train, test, judged, notes)


def _by_time(parting: _Parting) -> Split:
    given = parting.column()
    times, notes = _times(parting, given)
    _, moments = np.unique(times, return_inverse=True)
    last = int(moments.max())
    if last < 2:
        raise DataError(
            f"“{parting.plan.column}” has {last + 1} different times; a split by time needs at least 3.",
            next_step="Choose another column for the split, or split at random.",
        )
    sizes = np.bincount(moments)
    before = np.concatenate([[0], np.cumsum(sizes)])
    # A border lies between two moments; two of them must stay for training.
    border = int(np.clip(np.abs(before - (len(times) - parting.test_rows)).argmin(), 2, last))
    folds = min(parting.plan.folds, border - 1)
    if folds < parting.plan.folds:
        notes.append(f"“{parting.plan.column}” has {border} different times for training: {folds} folds.")
    aims = before[border] * np.arange(1, folds + 1) / (folds + 1)
    cuts: list[int] = []
    for place, aim in enumerate(aims):
        lowest = (cuts[-1] if cuts else 0) + 1
        highest = border - (folds - place)
        cuts.append(int(np.clip(np.abs(before - aim).argmin(), lowest, highest)))
    ends = [*cuts, border]
    judged = [
        (np.flatnonzero(moments < ends[fold]), np.flatnonzero((moments >= ends[fold]) & (moments < ends[fold + 1])))
        for fold in range(folds)
    ]
    return _finished(parting, np.flatnonzero(moments < border), np.flatnonzero(moments >= border), judged, notes)


def _times(parting: _Parting, given: pd.Series) -> tuple[NDArray[np.float64], list[str]]:
    schema, name = parting.schema, parting.plan.column
    is_date = schema is not None and name in schema and schema[name].type is ColumnType.DATE
    if pd.api.types.is_numeric_dtype(given) and not is_date:
        times = as_number(given).to_numpy(dtype=np.float64)
    else:
        date_format = schema[name].date_format if schema is not None and name in schema else ""
        dates = as_date(given, date_format)
        times = np.asarray((dates - pd.Timestamp(0)) / pd.Timedelta(seconds=1), dtype=np.float64)
    unknown = int(np.isnan(times).sum())
    if not unknown:
        return times, []
    note = f"{_rows(unknown)} without “{name}” {'counts' if unknown == 1 else 'count'} as the earliest."
    return np.where(np.isnan(times), -np.inf, times), [note]


def _finished(parting: _Parting, train: Rows, test: Rows, folds: list[tuple[Rows, Rows]], notes: list[str]) -> Split:
    """Turn positions among the usable rows into positions in the table, leaving out folds that teach one outcome."""
    usable, labels = parting.usable, parting.labels
    kept: list[tuple[Rows, Rows]] = []
    for number, (fit, judge) in enumerate(folds, start=1):
        if not len(fit) or not len(judge):
            continue
        if len(np.unique(labels[fit].astype(str))) < 2:
            notes.append(f"Fold {number} is left out: the rows it would learn from have one outcome only.")
            continue
        kept.append((usable[np.sort(fit)], usable[np.sort(judge)]))
    if not kept:
        raise DataError(
            "No fold holds two different outcomes to learn from.",
            next_step="Choose another way to split, or bring a table with more rows.",
        )
    if parting.is_classification:
        named = parting.y.astype(str)
        unlearned = {str(label) for fit, judge in kept for label in np.setdiff1d(named[judge], named[fit])}
        notes += [f"'{label}' is judged in a fold that could not learn it." for label in sorted(unlearned)]
        gone = np.setdiff1d(np.unique(labels.astype(str)), np.unique(labels[train].astype(str)))
        notes += [f"'{label}' occurs in the sealed part only; the model cannot learn it." for label in gone]
    return Split(
        train=usable[np.sort(train)],
        test=usable[np.sort(test)],
        folds=tuple(kept),
        notes=tuple(notes),
        kind=parting.plan.kind,
    )


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


_WAYS: Final[dict[SplitKind, Callable[[_Parting], Split]]] = {
    SplitKind.RANDOM: _random,
    SplitKind.STRATIFIED: _stratified,
    SplitKind.GROUP: _by_group,
    SplitKind.TIME: _by_time,
}
