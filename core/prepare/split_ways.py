"""The ways of splitting: at random, with equal shares, by group, by time, and by a column that names the part."""

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnType
from core.errors import DataError
from core.prepare.parting import (
    Pairs,
    Parted,
    Parting,
    blocks,
    deal_by_group,
    deal_by_keys,
    judged,
    pairs,
    rows_in_words,
    shuffled,
    stratum_keys,
)
from core.runtime.values import as_date, as_number, as_text

DAY = 86_400.0
"""Seconds of a day."""


def at_random(parting: Parting) -> Parted:
    """Seal rows at random."""
    return _by_order(parting, np.zeros((len(parting.usable), 0), dtype=object))


def stratified(parting: Parting) -> Parted:
    """Seal rows so that the shares of the outcome and of the balanced columns are equal in all parts."""
    return _by_order(parting, stratum_keys(parting))


def _by_order(parting: Parting, keys: NDArray[np.object_]) -> Parted:
    """Shuffle the rows, bring equal keys together, and deal them out in turn.

    Dealing along the sorted keys (systematic sampling) puts ``m × share`` of any run of ``m`` equal keys, to within one
    row, into each part: strata need no smallest size.
    """
    rng = parting.rng()
    order = shuffled(keys, rng)
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
                told = rows_in_words(len(members))
                notes.append(f"'{label}' has {told}: all are for training, the sealed part has none.")
    train, test = order[~sealed], order[sealed]
    folds = _fold_count(parting, labels[train], notes)
    dealt = np.arange(len(train)) + rng.integers(folds)
    first = pairs(train, rng.permutation(folds)[dealt % folds], folds)
    found, passes = judged(parting, train, first, deal_by_keys(keys), notes)
    return Parted(train, test, found, notes, passes)


def _fold_count(parting: Parting, labels: NDArray[np.generic], notes: list[str]) -> int:
    folds = min(parting.plan.folds, len(labels) // 2)
    if not parting.is_classification:
        return max(2, folds)
    names, counts = np.unique(labels.astype(str), return_counts=True)
    fewest = int(counts.min())
    if fewest >= folds:
        return folds
    name = names[counts.argmin()]
    possible = max(2, fewest)
    if not parting.plan.is_holdout:
        told = rows_in_words(fewest)
        notes.append(f"'{name}' has {told} for training: {possible} folds in place of {parting.plan.folds}.")
    return possible


def by_group(parting: Parting) -> Parted:
    """Seal whole groups."""
    column = as_text(parting.column())
    # A row whose group is not known belongs to no other row.
    names = [value if value is not None else f"\0{row}" for row, value in enumerate(column)]
    codes, groups = pd.factorize(np.asarray(names, dtype=object))
    if len(groups) < 3:
        raise DataError(
            f"“{parting.plan.column}” has {len(groups)} different value{'' if len(groups) == 1 else 's'}; a split by "
            "group needs at least 3.",
            next_step="Choose another column for the split, or split at random.",
        )
    rng = parting.rng()
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
    left = len(groups) - len(chosen)
    folds = min(parting.plan.folds, left)
    if folds < parting.plan.folds and not parting.plan.is_holdout:
        notes.append(f"“{parting.plan.column}” leaves {left} groups for training: {folds} folds.")
    share = len(test) / len(codes)
    if abs(share - parting.plan.test_share) > 0.05:
        notes.append(f"Groups stay together, so the sealed part is {100 * share:.0f}% of the rows.")
    deal = deal_by_group(codes)
    first = pairs(train, deal(train, folds, rng), folds)
    found, passes = judged(parting, train, first, deal, notes)
    return Parted(train, test, found, notes, passes)


def by_time(parting: Parting) -> Parted:
    """Seal the latest rows; each fold is judged on rows later than those it learns from."""
    plan = parting.plan
    times, gap, notes = _times(parting, parting.column())
    moments_at, moments = np.unique(times, return_inverse=True)
    last = int(moments.max())
    if last < 2:
        raise DataError(
            f"“{plan.column}” has {last + 1} different time{'s' if last else ''}; a split by time needs at least 3.",
            next_step="Choose another column for the split, or split at random.",
        )
    before = np.concatenate([[0], np.cumsum(np.bincount(moments))])
    # A border lies between two moments; two of them must stay for training.
    border = int(np.clip(np.abs(before - (len(times) - parting.test_rows)).argmin(), 2, last))

    def learned_before(moment: int) -> NDArray[np.bool_]:
        return np.asarray((moments < moment) & ((times < moments_at[moment] - gap) | (gap == 0)), dtype=bool)

    train, test = np.flatnonzero(learned_before(border)), np.flatnonzero(moments >= border)
    lost = int(before[border]) - len(train)
    if lost:
        notes.append(f"{rows_in_words(lost)} within the gap before the sealed part {_is(lost)} in no part.")
    if plan.is_holdout:
        aim = before[border] * (1 - plan.validation_share)
        start = int(np.clip(np.abs(before - aim).argmin(), 1, border - 1))
        ends = _borders(before, start, border, min(plan.folds, border - start))
        fits = [np.flatnonzero(learned_before(start))] * (len(ends) - 1)
    else:
        folds = min(plan.folds, border - 1)
        if folds < plan.folds:
            notes.append(f"“{plan.column}” has {border} different times for training: {folds} folds.")
        ends = _borders(before, 0, border, folds + 1)[1:]
        fits = [np.flatnonzero(learned_before(end)) for end in ends[:-1]]
    in_train = np.zeros(len(times), dtype=bool)
    in_train[train] = True
    parts = [np.flatnonzero((moments >= low) & (moments < high) & in_train) for low, high in pairwise(ends)]
    found: Pairs = list(zip(fits, parts, strict=True))
    empty = sum(not len(fit) for fit in fits)
    if gap and empty:
        told = "1 fold is" if empty == 1 else f"{empty} folds are"
        notes.append(f"The gap leaves nothing to learn from before the earliest rows: {told} left out.")
    return Parted(train, test, found, notes)


def _borders(before: NDArray[np.intp], start: int, end: int, parts: int) -> list[int]:
    """Return the moments at which equally filled parts of the moments from ``start`` to ``end`` begin, and the end."""
    aims = before[start] + (before[end] - before[start]) * np.arange(1, parts) / parts
    cuts = [start]
    for place, aim in enumerate(aims):
        lowest, highest = cuts[-1] + 1, end - (parts - 1 - place)
        cuts.append(int(np.clip(np.abs(before - aim).argmin(), lowest, highest)))
    return [*cuts, end]


def _times(parting: Parting, given: pd.Series) -> tuple[NDArray[np.float64], float, list[str]]:
    """Return the times of rows, the gap in their unit, and notes."""
    schema, name = parting.schema, parting.plan.column
    is_date = schema is not None and name in schema and schema[name].type is ColumnType.DATE
    gap = parting.plan.gap
    if pd.api.types.is_numeric_dtype(given) and not is_date:
        times = as_number(given).to_numpy(dtype=np.float64)
    else:
        date_format = schema[name].date_format if schema is not None and name in schema else ""
        dates = as_date(given, date_format)
        times = np.asarray((dates - pd.Timestamp(0)) / pd.Timedelta(seconds=1), dtype=np.float64)
        gap *= DAY
    unknown = int(np.isnan(times).sum())
    if not unknown:
        return times, gap, []
    note = f"{rows_in_words(unknown)} without “{name}” {'counts' if unknown == 1 else 'count'} as the earliest."
    return np.where(np.isnan(times), -np.inf, times), gap, [note]


def by_column(parting: Parting) -> Parted:
    """Seal the rows whose column has a value named, and judge on those with another one where it is named."""
    plan = parting.plan
    values = as_text(parting.column()).to_numpy(dtype=object)
    if not plan.test_values:
        raise DataError(
            f"No value of “{plan.column}” is named that seals a row.", next_step="Choose the values that are the test."
        )
    twice = sorted(set(plan.test_values) & set(plan.validation_values))
    if twice:
        raise DataError(
            f"“{twice[0]}” of “{plan.column}” is both test and validation.", next_step="Choose it for one of them."
        )
    test = np.isin(values, plan.test_values)
    judge = np.isin(values, plan.validation_values)
    fewest = 2 if plan.validation_values else 4
    for name, count, least in (
        ("test", int(test.sum()), 1),
        ("validation", int(judge.sum()) if plan.validation_values else 1, 1),
        ("training", int((~test & ~judge).sum()), fewest),
    ):
        if count < least:
            raise DataError(
                f"By “{plan.column}”, {rows_in_words(count)} would be for {name}; at least {least} must be.",
                next_step="Choose other values, or split at random.",
            )
    train, sealed = np.flatnonzero(~test), np.flatnonzero(test)
    notes: list[str] = []
    unnamed = int(pd.isna(values).sum())
    if unnamed:
        notes.append(f"{rows_in_words(unnamed)} without “{plan.column}” {_is(unnamed)} for training.")
    deal = deal_by_keys(stratum_keys(parting))
    if plan.validation_values:
        fit, part = np.flatnonzero(~test & ~judge), np.flatnonzero(judge)
        return Parted(train, sealed, blocks(fit, part, plan.folds, deal, parting.rng(2)), notes)
    folds = _fold_count(parting, parting.labels[train], notes)
    first = pairs(train, deal(train, folds, parting.rng(1)), folds)
    found, passes = judged(parting, train, first, deal, notes)
    return Parted(train, sealed, found, notes, passes)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
