"""How many rows each group has, how often the outcome happens in it, and how that stands to shares known elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import pandas as pd

from core.data.groups import group_labels, in_order
from core.data.schema import Schema
from core.data.signal import Floats
from core.framing.frame import Frame, Task
from core.framing.intervals import wilson
from core.limits import GROUP_ROWS
from core.runtime.rules import MISSING, OTHER
from core.runtime.values import as_number, as_text

BETWEEN: Final = " · "
"""Stands between the groups of an intersection."""
FEWEST_EXPECTED: Final = 5
"""Rows a group should have by the reference from which the chi-square test holds."""
WHOLE: Final = 0.005
"""How far reference shares may be from 100% in all."""


@dataclass(frozen=True)
class GroupShare:
    """One group of a sensitive column, or of several at once.

    Parameters
    ----------
    group : str
        Its value as text, "(missing)", "(other)", or a band of numbers; those of several columns with a dot between.
    rows : int
        Rows of the group.
    share : float
        Of all rows.
    known : int
        Rows of the group with a usable outcome.
    positives : int or None
        Those with the outcome looked for (binary only).
    outcome_rate : float or None
        ``positives / known`` (binary), the mean amount (regression), ``None`` for several outcomes or no rows.
    low, high : float or None
        The 95% interval of that rate: Wilson's, or Student's t of a mean.
    too_small : bool
        Whether rates of this group stay wide: fewer than ``GROUP_ROWS`` rows or, where there is one, with the outcome
        looked for.
    share_low, share_high : float
        The 95% Wilson interval of the share.
    members : tuple of (str, str)
        Column and group, for each column.
    """

    group: str
    rows: int
    share: float
    known: int
    positives: int | None
    outcome_rate: float | None
    low: float | None
    high: float | None
    too_small: bool
    share_low: float = 0.0
    share_high: float = 1.0
    members: tuple[tuple[str, str], ...] = ()


def representation(table_frame: pd.DataFrame, schema: Schema, frame: Frame, *columns: str) -> list[GroupShare]:
    """Count the groups of a column, or of several columns together, and their outcomes.

    Parameters
    ----------
    table_frame : DataFrame of n rows
    schema : Schema
    frame : Frame
        Without a target, only sizes are known.
    *columns : str
        Usually sensitive ones; of two, every group of the first with every group of the second.

    Returns
    -------
    list of GroupShare
        In the order of ``core.data.groups.in_order``. Intersections without a row are there where both of their groups
        are, with 0 rows.
    """
    labels = [group_labels(table_frame[column], schema[column]) for column in columns]
    named = [
        in_order(map(str, counts.index), {str(name): int(n) for name, n in counts.items()})
        for counts in (one.value_counts() for one in labels)
    ]
    codes = [
        pd.Categorical(one, categories=names).codes.astype(np.intp) for one, names in zip(labels, named, strict=True)
    ]
    place = np.zeros(len(table_frame), dtype=np.intp)
    for one, names in zip(codes, named, strict=True):
        place = place * max(1, len(names)) + one
    outcomes = _outcomes(table_frame, frame)
    return [
        _share(place == at, dict(zip(columns, groups, strict=True)), outcomes)
        for at, groups in enumerate(product(*named))
    ]


@dataclass(frozen=True, eq=False)
class _Outcomes:
    known: np.ndarray[tuple[int], np.dtype[np.bool_]]
    hits: np.ndarray[tuple[int], np.dtype[np.bool_]] | None = None
    amounts: Floats | None = None


def _outcomes(table_frame: pd.DataFrame, frame: Frame) -> _Outcomes:
    if not frame.target or frame.target not in table_frame.columns:
        return _Outcomes(np.zeros(len(table_frame), dtype=bool))
    outcome = table_frame[frame.target]
    if frame.task is Task.REGRESSION:
        amounts = as_number(outcome).to_numpy()
        return _Outcomes(~np.isnan(amounts), amounts=amounts)
    texts = as_text(outcome)
    known = texts.notna().to_numpy()
    if frame.task is Task.BINARY and frame.positive:
        return _Outcomes(known, hits=(texts == frame.positive).to_numpy(dtype=bool))
    return _Outcomes(known)


def _share(
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]], members: Mapping[str, str], outcomes: _Outcomes
) -> GroupShare:
    rows, known = int(inside.sum()), int((inside & outcomes.known).sum())
    positives = rate = low = high = None
    if outcomes.hits is not None:
        positives = int((inside & outcomes.hits).sum())
        if known:
            rate = positives / known
            low, high = wilson(positives, known)
    elif outcomes.amounts is not None and known:
        held = outcomes.amounts[inside & outcomes.known]
        rate = float(held.mean())
        low, high = mean_interval(held)
    counted = rows if positives is None else min(rows, positives)
    share_low, share_high = wilson(rows, len(inside))
    return GroupShare(
        BETWEEN.join(members.values()),
        rows,
        rows / max(1, len(inside)),
        known,
        positives,
        rate,
        low,
        high,
        counted < GROUP_ROWS,
        share_low,
        share_high,
        tuple(members.items()),
    )


def mean_interval(values: Floats) -> tuple[float | None, float | None]:
    """Return the 95% interval of a mean (Student's t); ``None`` for fewer than two values."""
    from scipy.stats import t as student

    if len(values) < 2:
        return None, None
    half = float(student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    middle = float(values.mean())
    return middle - half, middle + half


@dataclass(frozen=True)
class Verdict:
    """One group held against the share it has elsewhere.

    Parameters
    ----------
    group : str
    rows : int
    share, low, high : float
        Of the rows whose group is known, with the 95% Wilson interval.
    reference : float
    kind : str
        ``under``, ``over``, ``like`` (the reference is within the interval), or ``too few`` (fewer than
        ``FEWEST_EXPECTED`` rows are expected or there).
    words : str
        A sentence.
    """

    group: str
    rows: int
    share: float
    low: float
    high: float
    reference: float
    kind: str
    words: str


@dataclass(frozen=True)
class Comparison:
    """The groups of a column held against reference shares.

    Parameters
    ----------
    column : str
    verdicts : tuple of Verdict
        One a group with a reference.
    known : int
        Rows whose group is known; shares are of these.
    chi_square, p : float or None
        Pearson's goodness of fit and its chance where the references are complete and every group expects enough rows.
    degrees : int
    words : str
        What the test says, or why there is none.
    """

    column: str
    verdicts: tuple[Verdict, ...]
    known: int
    chi_square: float | None
    degrees: int
    p: float | None
    words: str


def against_reference(shares: list[GroupShare], reference: Mapping[str, float], column: str) -> Comparison:
    """Hold the groups of a column against the shares they have elsewhere, say in a census.

    Parameters
    ----------
    shares : list of GroupShare
        Of that one column.
    reference : mapping of str to float
        Group to its share, 0 to 1; groups may be missing from it.
    column : str

    Returns
    -------
    Comparison

    Notes
    -----
    A group is under- or over-represented where the reference lies outside the 95% Wilson interval of its share among
    the rows whose group is known. Pearson (1900): the sum of (rows − expected)² / expected, with one degree of freedom
    less than there are groups.
    """
    rows = {one.group: one.rows for one in shares if one.group != MISSING}
    known = sum(rows.values())
    held = {group: share for group, share in reference.items() if group in rows and 0 <= share <= 1}
    verdicts = tuple(_verdict(group, rows[group], known, held[group]) for group in rows if group in held)
    lacking = [group for group in rows if group not in held and group != OTHER]
    total = sum(held.values())
    if not verdicts:
        return Comparison(column, (), known, None, 0, None, "No reference share is given yet.")
    expected = {group: share * known for group, share in held.items()}
    if lacking or abs(total - 1) > WHOLE:
        why = (
            f"{len(lacking):,} group{'s have' if len(lacking) > 1 else ' has'} none"
            if lacking
            else f"they add up to {100 * total:.1f}%"
        )
        return Comparison(column, verdicts, known, None, 0, None, f"The references are not complete: {why}.")
    if min(expected.values()) < FEWEST_EXPECTED or len(held) < 2:
        words = f"No test over all groups: one of them expects fewer than {FEWEST_EXPECTED} rows."
        return Comparison(column, verdicts, known, None, 0, None, words)
    from scipy.stats import chi2

    # Shares that add up to 99.9% by rounding would count against every group.
    chi = sum((rows[group] - n / total) ** 2 / (n / total) for group, n in expected.items())
    degrees = len(held) - 1
    p = float(chi2.sf(chi, degrees))
    said = "differ from the reference by more than chance" if p < 0.05 else "fit the reference within chance"
    words = f"All groups together {said}: chi-square {chi:,.1f}, {degrees} degrees of freedom, {_chance(p)}."
    return Comparison(column, verdicts, known, float(chi), degrees, p, words)


def _verdict(group: str, rows: int, known: int, reference: float) -> Verdict:
    low, high = wilson(rows, known)
    share = rows / known if known else 0.0
    shown = f"{group}: {_percent(share)} here (95% interval {100 * low:.1f} to {100 * high:.1f}), "
    shown += f"{_percent(reference)} in the reference"
    if reference * known < FEWEST_EXPECTED and rows < FEWEST_EXPECTED:
        return Verdict(group, rows, share, low, high, reference, "too few", f"{shown}: too few rows to judge.")
    points = 100 * abs(share - reference)
    if high < reference:
        words = f"{shown}: under-represented by {points:.1f} points."
        return Verdict(group, rows, share, low, high, reference, "under", words)
    if low > reference:
        words = f"{shown}: over-represented by {points:.1f} points."
        return Verdict(group, rows, share, low, high, reference, "over", words)
    return Verdict(group, rows, share, low, high, reference, "like", f"{shown}: alike within chance.")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _chance(p: float) -> str:
    return "p below 0.001" if p < 0.001 else f"p {p:.3f}"
