"""Drift of columns: each held against the training data, with the size of the change and whether chance explains it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnSpec, ColumnType
from core.data.summary import bin_edges as chart_edges
from core.data.summary import bin_labels, number_words
from core.framing.target import count_levels
from core.limits import DRIFT_ROWS
from core.monitor import measures
from core.monitor.verdict import ALPHA, PSI_SOME, Verdict, grade, worst
from core.runtime.schema import InputColumn, InputSchema
from core.runtime.values import as_date, as_number

BARS = 12
"""Values of a category that get a bar of their own."""
OUTSIDE_SHARE = 0.05
"""From this share of rows outside the dates of the training data on, the dates have moved."""
NAMED = 3
"""New values a sentence names."""


@dataclass(frozen=True)
class Bar:
    """One bar of a column's chart: what it stands for, and the rows in it then and now."""

    label: str
    then: int
    now: int


@dataclass(frozen=True)
class ColumnDrift:
    """How far one column has moved.

    Parameters
    ----------
    column : str
    kind : {"number", "levels", "date"}
    verdict : Verdict
    evidence : str
        One or two sentences with the numbers that show it; the column's name between backticks.
    rows_then, rows_now : int
        Rows compared.
    known_then, known_now : int
        Those with a value.
    unreadable_now : int
        Rows of the later table whose value is no value of the column's type; they count as missing.
    unreadable_then : float
        The share of such values among those filled in training.
    example : str
        One such value.
    psi : float or None
        Population stability index of the known values.
    shift : float or None
        Wasserstein distance in standard deviations of the training data (numbers).
    test : str
        ``Kolmogorov–Smirnov``, ``chi-square``, or empty where nothing was tested.
    statistic, p_value, corrected_p : float or None
        Of the test; corrected for all tests of one table.
    missing_psi, missing_p, missing_corrected_p : float or None
        The same for the share of missing values.
    new_values : tuple of (str, int)
        Values the training data never held, with their rows, most frequent first.
    recoded : bool
        Whether no value of the later table was seen in training (categories).
    bars : tuple of Bar
    """

    column: str
    kind: str
    verdict: Verdict
    evidence: str
    rows_then: int
    rows_now: int
    known_then: int
    known_now: int
    unreadable_now: int = 0
    unreadable_then: float = 0.0
    example: str = ""
    psi: float | None = None
    shift: float | None = None
    test: str = ""
    statistic: float | None = None
    p_value: float | None = None
    corrected_p: float | None = None
    missing_psi: float | None = None
    missing_p: float | None = None
    missing_corrected_p: float | None = None
    new_values: tuple[tuple[str, int], ...] = ()
    recoded: bool = False
    bars: tuple[Bar, ...] = ()

    @property
    def effect(self) -> float | None:
        """The larger of the two stability indices: what the verdict goes by."""
        known = [value for value in (self.psi, self.missing_psi) if value is not None]
        return max(known, default=None)


def column_drifts(
    then: pd.DataFrame,
    now: pd.DataFrame,
    columns: Sequence[ColumnSpec],
    *,
    least: int = DRIFT_ROWS,
    reference: str = "training",
    on_column: Callable[[int, str], None] = lambda _place, _name: None,
) -> tuple[ColumnDrift, ...]:
    """Hold columns of a later table against those of the training data.

    Parameters
    ----------
    then, now : DataFrame
        Both hold the columns.
    columns : sequence of ColumnSpec
        Numbers, categories, yes-or-no columns and dates.
    least : int
        Known rows below which nothing is tested.
    reference : str
        How the sentences name the earlier rows.
    on_column : callable
        Takes the place and the name of each column before it is looked at.

    Returns
    -------
    tuple of ColumnDrift
        In the order of ``columns``; all their p-values are corrected together (Benjamini and Hochberg, 1995).
    """
    found = []
    for place, spec in enumerate(columns):
        on_column(place, spec.name)
        found.append(_measured(then[spec.name], now[spec.name], spec, least, reference))
    return judged(found, reference)


def number_drift(name: str, then: pd.Series, now: pd.Series, *, least: int = DRIFT_ROWS) -> ColumnDrift:
    """Hold two samples of amounts or probabilities against each other, as one test."""
    return column_drifts(
        pd.DataFrame({name: then}),
        pd.DataFrame({name: now}),
        [ColumnSpec(name=name, type=ColumnType.NUMBER)],
        least=least,
    )[0]


def level_drift(name: str, then: pd.Series, now: pd.Series, *, least: int = DRIFT_ROWS) -> ColumnDrift:
    """Hold two samples of labels against each other, as one test."""
    return column_drifts(
        pd.DataFrame({name: then}),
        pd.DataFrame({name: now}),
        [ColumnSpec(name=name, type=ColumnType.CATEGORY)],
        least=least,
    )[0]


def judged(found: Sequence[ColumnDrift], reference: str = "training") -> tuple[ColumnDrift, ...]:
    """Correct the p-values of some columns together and say what each change means."""
    raw = [p for drift in found for p in (drift.p_value, drift.missing_p) if p is not None]
    rest = iter(measures.corrected(raw))
    done = []
    for drift in found:
        value = None if drift.p_value is None else next(rest)
        missing = None if drift.missing_p is None else next(rest)
        drift = replace(drift, corrected_p=value, missing_corrected_p=missing)
        of_missing = grade(drift.missing_psi, missing)
        of_values = drift.verdict if drift.kind == "date" else grade(drift.psi, value)
        done.append(
            replace(drift, verdict=worst([of_values, of_missing]), evidence=_evidence(drift, of_missing, reference))
        )
    return tuple(done)


def _measured(then: pd.Series, now: pd.Series, spec: ColumnSpec, least: int, reference: str) -> ColumnDrift:
    if spec.type is ColumnType.NUMBER:
        drift = _numbers(spec.name, as_number(then).to_numpy(), as_number(now).to_numpy(), least)
    elif spec.type is ColumnType.DATE:
        drift = _dates(spec.name, as_date(then, spec.date_format), as_date(now, spec.date_format), least, reference)
    elif spec.type is ColumnType.TEXT:
        # No text is like another; what can be held against training is how long they are.
        drift = _numbers(spec.name, measures.words_of(then), measures.words_of(now), least)
        return replace(drift, evidence=drift.evidence and f"Length in words: {drift.evidence.lower()}")
    else:
        return _levels(spec.name, then, now, least)
    lost, lost_then = _unreadable(now, spec), _unreadable(then, spec)
    return replace(
        drift,
        unreadable_now=len(lost),
        unreadable_then=len(lost_then) / max(1, drift.known_then + len(lost_then)),
        example=str(lost.iloc[0])[:40] if len(lost) else "",
    )


def _unreadable(values: pd.Series, spec: ColumnSpec) -> pd.Series:
    read = as_number(values) if spec.type is ColumnType.NUMBER else as_date(values, spec.date_format)
    lost = values[(read.isna() & values.notna()).to_numpy()]
    return lost[lost.astype(str).str.strip().ne("").to_numpy()]


def _base(name: str, kind: str, rows: tuple[int, int], known: tuple[int, int], least: int) -> ColumnDrift:
    drift = ColumnDrift(name, kind, Verdict.UNKNOWN, "", *rows, *known)
    if min(rows) < least:
        return drift
    then, now = (np.array([count, total - count]) for count, total in zip(known, rows, strict=True))
    return replace(drift, missing_psi=measures.stability_index(then, now), missing_p=measures.chi_square(then, now)[1])


def _numbers(name: str, then: NDArray[np.float64], now: NDArray[np.float64], least: int) -> ColumnDrift:
    rows = len(then), len(now)
    then, now = (values[~np.isnan(values)] for values in (then, now))
    now = measures.aligned(then, now)
    drift = _base(name, "number", rows, (len(then), len(now)), least)
    drift = replace(drift, bars=_number_bars(then, now))
    fewest = min(len(then), len(now))
    if fewest < least:
        return drift
    edges = measures.bin_edges(then, measures.bins_for(fewest))
    counts = measures.counted(then, edges), measures.counted(now, edges)
    if len(np.unique(np.concatenate([np.unique(then), np.unique(now)]))) <= measures.MOST_BINS:
        # So few values tie everywhere, which the Kolmogorov–Smirnov test takes for agreement.
        test, (statistic, p_value) = "chi-square", measures.chi_square(*counts)
        middle, middles = "Mean", (float(then.mean()), float(now.mean()))
    else:
        test, (statistic, p_value) = "Kolmogorov–Smirnov", measures.kolmogorov_smirnov(then, now)
        middle, middles = "Median", (float(np.median(then)), float(np.median(now)))
    return replace(
        drift,
        psi=measures.stability_index(*counts),
        shift=measures.scaled_shift(then, now),
        test=test,
        statistic=statistic,
        p_value=p_value,
        evidence=f"{middle} {number_words(middles[0])} then, {number_words(middles[1])} now",
    )


def _number_bars(then: NDArray[np.float64], now: NDArray[np.float64]) -> tuple[Bar, ...]:
    both = np.sort(np.concatenate([then, now]))
    if not len(both):
        return ()
    values = np.unique(both)
    if len(values) <= BARS:
        return tuple(
            Bar(number_words(float(value)), int((then == value).sum()), int((now == value).sum())) for value in values
        )
    edges = chart_edges(both)
    if not len(edges):
        return ()
    inner = edges[1:-1]
    counts = (np.bincount(np.searchsorted(inner, part, side="right"), minlength=len(inner) + 1) for part in (then, now))
    labels = bin_labels(edges, both)
    return tuple(Bar(label, int(a), int(b)) for label, a, b in zip(labels, *counts, strict=True))


def _levels(name: str, then: pd.Series, now: pd.Series, least: int) -> ColumnDrift:
    before, after = count_levels(then), count_levels(now)
    if len(after) and len(before):
        # "2.0" stands for "2" where only that was seen, as the model reads it.
        column = InputColumn(name, "category", levels=tuple(str(level) for level in before.index))
        read = InputSchema((column,)).check_frame(pd.DataFrame({name: after.index.to_numpy(dtype=object)}))[0][name]
        after = pd.Series(after.to_numpy(), index=read.to_numpy(dtype=object)).groupby(level=0).sum()
        after = after.sort_index().sort_values(ascending=False, kind="stable")
    known = int(before.sum()), int(after.sum())
    drift = _base(name, "levels", (len(then), len(now)), known, least)
    new = after[~after.index.isin(before.index)]
    levels = before.index.append(new.index)
    then_counts = before.reindex(levels, fill_value=0).to_numpy(dtype=np.int64)
    now_counts = after.reindex(levels, fill_value=0).to_numpy(dtype=np.int64)
    drift = replace(
        drift,
        new_values=tuple((str(level), int(rows)) for level, rows in new.items()),
        recoded=known[0] > 0 and known[1] > 0 and len(new) == len(after),
        bars=_level_bars(levels, then_counts, now_counts),
    )
    if min(known) < least:
        return drift
    psi = measures.stability_index(*_pooled(then_counts, now_counts, measures.bins_for(min(known)), len(before)))
    statistic, p_value = measures.chi_square(then_counts, now_counts)
    return replace(
        drift,
        psi=psi,
        test="chi-square",
        statistic=statistic,
        p_value=p_value,
        evidence=_moved_most(levels, then_counts, now_counts),
    )


def _pooled(
    then: measures.Counts, now: measures.Counts, bins: int, known_levels: int
) -> tuple[measures.Counts, measures.Counts]:
    """Count the most frequent levels one by one, the rarer ones together, and those never seen together."""
    parts = []
    order = np.argsort(-(then[:known_levels] + now[:known_levels]), kind="stable")
    for counts in (then, now):
        seen = counts[:known_levels][order]
        kept = list(seen[:bins])
        for rest in (seen[bins:], counts[known_levels:]):
            if len(rest):
                kept.append(rest.sum())
        parts.append(np.array(kept, dtype=np.int64))
    return parts[0], parts[1]


def _level_bars(levels: "pd.Index[str]", then: measures.Counts, now: measures.Counts) -> tuple[Bar, ...]:
    order = np.argsort(-(then / max(1, then.sum()) + now / max(1, now.sum())), kind="stable")
    bars = [Bar(str(levels[place]), int(then[place]), int(now[place])) for place in order[:BARS]]
    rest = order[BARS:]
    if len(rest):
        bars.append(Bar(f"{len(rest):,} others", int(then[rest].sum()), int(now[rest].sum())))
    return tuple(bars)


def _moved_most(levels: "pd.Index[str]", then: measures.Counts, now: measures.Counts) -> str:
    before, after = then / then.sum(), now / now.sum()
    place = int(np.abs(after - before).argmax())
    return f"“{levels[place]}” {_percent(before[place])} then, {_percent(after[place])} now"


def _dates(name: str, then: pd.Series, now: pd.Series, least: int, reference: str) -> ColumnDrift:
    known = then.dropna(), now.dropna()
    drift = _base(name, "date", (len(then), len(now)), (len(known[0]), len(known[1])), least)
    drift = replace(drift, bars=_date_bars(*known))
    if min(len(known[0]), len(known[1])) < least:
        return drift
    first, last = known[0].min(), known[0].max()
    after, before = int((known[1] > last).sum()), int((known[1] < first).sum())
    outside = after + before
    moved = outside > OUTSIDE_SHARE * len(known[1])
    where = f"{outside:,} of {len(known[1]):,} later dates lie outside {first.date()} to {last.date()}"
    return replace(
        drift,
        verdict=Verdict.SOME if moved else Verdict.NONE,
        evidence=f"{where}, the dates of {reference}; they run from {known[1].min().date()} to {known[1].max().date()}",
    )


def _date_bars(then: pd.Series, now: pd.Series) -> tuple[Bar, ...]:
    parts = [values.to_numpy().astype("int64").astype(np.float64) for values in (then, now)]
    both = np.concatenate(parts)
    if not len(both) or both.min() == both.max():
        return ()
    edges = np.linspace(both.min(), both.max(), BARS + 1)
    counts = [np.histogram(part, edges)[0] for part in parts]
    days = [str(pd.Timestamp(int(edge)).date()) for edge in edges]
    labels = [f"{low} to {high}" for low, high in pairwise(days)]
    return tuple(Bar(label, int(a), int(b)) for label, a, b in zip(labels, *counts, strict=True))


def _evidence(drift: ColumnDrift, of_missing: Verdict, reference: str) -> str:
    sentences = [f"`{drift.column}`: {_values(drift)}"]
    if drift.new_values:
        rows = sum(count for _, count in drift.new_values)
        named = ", ".join(f"“{value}”" for value, _ in drift.new_values[:NAMED])
        more = f" and {len(drift.new_values) - NAMED:,} more" if len(drift.new_values) > NAMED else ""
        sentences.append(f"Never seen in {reference}: {named}{more}, in {rows:,} of {drift.known_now:,} rows.")
    missing = [1 - drift.known_then / max(1, drift.rows_then), 1 - drift.known_now / max(1, drift.rows_now)]
    if of_missing in (Verdict.SOME, Verdict.DRIFTED):
        sentences.append(
            f"Missing in {_percent(missing[0])} of the rows then and {_percent(missing[1])} now "
            f"(stability index {drift.missing_psi:.2f})."
        )
    if drift.unreadable_now:
        kind = "number" if drift.kind == "number" else "date"
        sentences.append(
            f"{drift.unreadable_now:,} of {drift.rows_now:,} later values are no {kind}, such as “{drift.example}”."
        )
    return " ".join(sentences)


def _values(drift: ColumnDrift) -> str:
    sizes = f"{drift.known_then:,} values then, {drift.known_now:,} now"
    if drift.kind == "date" and drift.evidence:
        return f"{drift.evidence}. {sizes[:1].upper()}{sizes[1:]}."
    if drift.psi is None or drift.corrected_p is None:
        return f"{sizes}: too few to tell."
    shift = "" if drift.shift is None else f", moved by {drift.shift:.2f} standard deviations"
    told = f"{drift.evidence}{shift}. {_explained(drift.psi, drift.corrected_p)}"
    return f"{told} (stability index {drift.psi:.2f}, {drift.test}, {p_words(drift.corrected_p)}; {sizes})."


def _explained(psi: float, corrected_p: float) -> str:
    if corrected_p >= ALPHA:
        return "Chance alone explains it"
    return "Too small to matter" if psi < PSI_SOME else "More than chance explains"


def p_words(p_value: float) -> str:
    """Return a p-value as text: "p < 0.001", "p = 0.03"."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}" if p_value < 0.01 else f"p = {p_value:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.{1 if 0 < share < 0.1 else 0}f}%"
