"""The profile: what every column holds, and how much it alone says about the outcome."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.data.signal import Leak, TargetView, find_leak, signal_of_levels, signal_of_numbers, view_target
from core.data.summary import NumberStats, Summary, number_words, summarise_dates, summarise_levels, summarise_numbers
from core.errors import FrameError
from core.framing.frame import Frame, Task
from core.framing.intervals import wilson
from core.framing.propose import propose_task
from core.framing.target import count_levels
from core.limits import PROFILE_CELLS, PROFILE_ROWS
from core.runtime.values import as_date, as_number

MISSING_NOTE: Final = 0.05
"""Share of missing rows from which a column is marked."""


@dataclass(frozen=True)
class ColumnProfile:
    """What one column holds.

    Parameters
    ----------
    name : str
    type : ColumnType
    role : str
        "Target", "Not known then", "Sensitive", "Left out" or "Feature".
    n, missing, distinct : int
        Rows looked at; those without a (readable) value; different values among the others.
    bars, labels : tuple
        Rows per bar of its small chart, and what each bar is; empty for text and identifiers.
    range_words : str
    stats : NumberStats or None
    top : tuple of (str, int)
        Most frequent values and their rows (categories, and numbers with few different values).
    signal : float or None
        Strength of association with the outcome, 0 to 1: see ``core.data.signal``. ``None`` for text and identifiers,
        and where there is no usable outcome; 1 for the outcome itself.
    leak : Leak or None
        Why it may be filled in with the outcome.
    notes : tuple of str
        Of "Target", "Sensitive", "Leak", "Constant", "Missing", "Extremes".
    """

    name: str
    type: ColumnType
    role: str
    n: int
    missing: int
    distinct: int
    bars: tuple[float, ...]
    labels: tuple[str, ...]
    range_words: str
    stats: NumberStats | None
    top: tuple[tuple[str, int], ...]
    signal: float | None
    leak: Leak | None
    notes: tuple[str, ...]

    @property
    def missing_share(self) -> float:
        """Missing rows as a share of the rows looked at."""
        return self.missing / self.n if self.n else 0.0


@dataclass(frozen=True)
class TargetSummary:
    """The outcome, over the rows looked at.

    Parameters
    ----------
    column : str
    task : Task
    rows, missing : int
        Rows with a usable outcome, and without.
    counts : tuple of (str, int)
        Rows per outcome, most frequent first; empty for regression.
    positive : str or None
    share, low, high : float or None
        Share of the positive outcome with its 95% Wilson interval (binary only).
    median : float or None
        Of the amounts (regression only).
    words : str
        "12.0% yes", "3 outcomes", "median 160,000".
    """

    column: str
    task: Task
    rows: int
    missing: int
    counts: tuple[tuple[str, int], ...] = ()
    positive: str | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    median: float | None = None
    words: str = ""


@dataclass(frozen=True)
class Profile:
    """A table, column by column.

    Parameters
    ----------
    rows : int
        Rows looked at.
    columns : tuple of ColumnProfile
        In the table's order.
    missing_cells, cells : int
        Over the rows looked at.
    duplicate_rows : int
        Rows looked at that repeat an earlier one in every column.
    sampled_of : int or None
        Rows of the whole table where only a sample was looked at.
    seed : int
        Drew the sample and the folds of the signals.
    target_summary : TargetSummary or None
    sealed : ndarray of int or None
        Positions of the sealed rows, kept out of what is told of the outcome.
    """

    rows: int
    columns: tuple[ColumnProfile, ...]
    missing_cells: int
    cells: int
    duplicate_rows: int
    sampled_of: int | None
    seed: int
    target_summary: TargetSummary | None
    sealed: NDArray[np.intp] | None = field(default=None, compare=False, repr=False)

    def __getitem__(self, name: str) -> ColumnProfile:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def rows_words(self) -> str:
        """How many rows the numbers rest on."""
        if self.sampled_of is None:
            return f"{self.rows:,} rows"
        return f"{self.rows:,} rows drawn at random from {self.sampled_of:,} (seed {self.seed})"


def profile(
    table_frame: pd.DataFrame,
    schema: Schema,
    frame: Frame | None = None,
    *,
    seed: int = 7,
    sealed: NDArray[np.intp] | None = None,
) -> Profile:
    """Profile a table.

    Parameters
    ----------
    table_frame : DataFrame of shape (n_rows, n_columns)
        Larger ones than ``PROFILE_ROWS`` rows or ``PROFILE_CELLS`` cells are looked at on a random sample of rows.
    schema : Schema
        Columns it does not name are not looked at; ones it names that the table lacks neither.
    frame : Frame or None
        Without a usable target there are no signals.
    seed : int
        Draws the sample and the folds of the signals.
    sealed : ndarray of int, optional
        Positions of sealed rows. Their outcomes are counted, and kept out of the signals: columns are chosen by these.

    Returns
    -------
    Profile
    """
    frame = frame or Frame()
    total = len(table_frame)
    sample = _sample(table_frame, seed)
    specs = [spec for spec in schema.columns if spec.name in table_frame.columns]
    features, sensitive = set(schema.features(frame)), set(frame.sensitive)
    unknown = set(frame.unknown_at_prediction)
    summary, target = _target(sample, frame, seed)
    if sealed is not None and frame.target in sample.columns:
        hidden = sample.index.isin(table_frame.index[sealed])
        # Without an outcome a row takes no part in a signal.
        _, target = _target(sample.assign(**{str(frame.target): sample[frame.target].mask(hidden)}), frame, seed)
    columns = []
    for spec in specs:
        role = _role(spec, frame, features, sensitive, unknown)
        columns.append(_column(sample[spec.name], spec, role, spec.name in sensitive, frame, target))
    return Profile(
        rows=len(sample),
        columns=tuple(columns),
        missing_cells=sum(column.missing for column in columns),
        cells=len(sample) * len(columns),
        duplicate_rows=_duplicates(sample),
        sampled_of=total if len(sample) < total else None,
        seed=seed,
        target_summary=summary,
        sealed=sealed,
    )


def _sample(table_frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    rows = min(PROFILE_ROWS, max(1, PROFILE_CELLS // max(1, table_frame.shape[1])))
    if len(table_frame) <= rows:
        return table_frame
    chosen = np.random.default_rng(seed).choice(len(table_frame), size=rows, replace=False)
    return table_frame.iloc[np.sort(chosen)]


def _duplicates(sample: pd.DataFrame) -> int:
    if not sample.shape[1]:
        return 0
    try:
        return int(sample.duplicated().sum())
    except TypeError:  # lists in cells cannot be hashed
        return int(sample.astype(str).duplicated().sum())


def _role(spec: ColumnSpec, frame: Frame, features: set[str], sensitive: set[str], unknown: set[str]) -> str:
    if spec.name == frame.target:
        return "Target"
    if spec.name in unknown:
        return "Not known then"
    if spec.name in sensitive:
        return "Sensitive"
    return "Feature" if spec.name in features else "Left out"


def summarise(values: pd.Series, spec: ColumnSpec, positive: str = "") -> Summary:
    """Summarise one column as its type says.

    Parameters
    ----------
    values : Series
    spec : ColumnSpec
    positive : str
        The outcome looked for, where this is the target.
    """
    if spec.type is ColumnType.NUMBER:
        return summarise_numbers(as_number(values).to_numpy())
    if spec.type is ColumnType.DATE:
        return summarise_dates(as_date(values, spec.date_format))
    words = spec.type in (ColumnType.TEXT, ColumnType.IDENTIFIER)
    yes_no = spec.type is ColumnType.YES_NO or bool(positive)
    return summarise_levels(values, with_bars=not words, yes_no=yes_no, positive=positive)


def _column(
    values: pd.Series, spec: ColumnSpec, role: str, sensitive: bool, frame: Frame, target: TargetView | None
) -> ColumnProfile:
    is_target = role == "Target"
    found = summarise(values, spec, (frame.positive or "") if is_target else "")
    signal: float | None = None
    leak: Leak | None = None
    if target is not None and is_target:
        signal = 1.0
    elif target is not None and spec.type not in (ColumnType.TEXT, ColumnType.IDENTIFIER):
        signal, leak = _signal(found, target)
    notes = {
        "Target": is_target,
        "Sensitive": sensitive,
        "Leak": leak is not None and role == "Feature",
        "Constant": found.distinct <= 1,
        "Missing": found.missing >= MISSING_NOTE * max(1, len(values)),
        "Extremes": found.stats is not None and found.stats.extremes > 0 and not is_target,
    }
    return ColumnProfile(
        name=spec.name,
        type=spec.type,
        role=role,
        n=len(values),
        missing=found.missing,
        distinct=found.distinct,
        bars=found.bars,
        labels=found.labels,
        range_words=found.range_words,
        stats=found.stats,
        top=found.top,
        signal=signal,
        leak=leak,
        notes=tuple(note for note, holds in notes.items() if holds),
    )


def _signal(found: Summary, target: TargetView) -> tuple[float | None, Leak | None]:
    if found.distinct + (found.missing > 0) <= 1:
        return 0.0, None
    if found.numbers is not None:
        signal = signal_of_numbers(found.numbers, target)
    elif found.codes is not None:
        signal = signal_of_levels(found.codes, target)
    else:
        return None, None
    return signal, find_leak(signal, found.codes, found.levels, target)


def _target(sample: pd.DataFrame, frame: Frame, seed: int) -> tuple[TargetSummary | None, TargetView | None]:
    if not frame.target or frame.target not in sample.columns:
        return None, None
    values = sample[frame.target]
    try:
        task = frame.task or propose_task(values).value
    except FrameError:
        return None, None
    view = view_target(values, task, frame.positive, seed=seed)
    if task is Task.REGRESSION:
        amounts = as_number(values).dropna()
        median = float(amounts.median()) if len(amounts) else None
        words = "" if median is None else f"median {number_words(median)}"
        found = TargetSummary(frame.target, task, len(amounts), len(values) - len(amounts), median=median, words=words)
        return found, view
    counts = count_levels(values)
    rows = int(counts.sum())
    found = TargetSummary(
        frame.target,
        task,
        rows,
        len(values) - rows,
        tuple((str(label), int(count)) for label, count in counts.items()),
        words=f"{len(counts):,} outcomes",
    )
    if task is Task.BINARY and frame.positive and frame.positive in counts.index:
        hits = int(counts[frame.positive])
        low, high = wilson(hits, rows)
        found = TargetSummary(
            frame.target,
            task,
            rows,
            found.missing,
            found.counts,
            frame.positive,
            hits / rows,
            low,
            high,
            words=f"{100 * hits / rows:.1f}% {frame.positive}",
        )
    return found, view
