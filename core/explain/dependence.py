"""How a column's value goes with its contribution."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from core.data.schema import ColumnSpec, ColumnType
from core.explain.explanation import Explanation, Floats
from core.explain.values import MISSING
from core.limits import CHART_POINTS
from core.runtime.values import as_date, as_number, as_text

LEVELS = 12
LONG = (1, 5, 20, 50)
"""Words from which a text is longer than the band before."""
BANDS = ("no text", "1 to 4 words", "5 to 19 words", "20 to 49 words", "50 words or more")
"""Most levels shown; the rarer ones are one."""
OTHERS = "others"
BINS = 12


@dataclass(frozen=True)
class LevelEffect:
    """Mean contribution over the rows of a level, or of a stretch of numbers, with a 95% interval (Student's t).

    Parameters
    ----------
    label : str
        The level; empty for a stretch.
    rows : int
    mean, low, high : float
        The interval is NaN with fewer than two rows.
    start, end : float
        Ends of the stretch; NaN for a level.
    middle : float
        Mean of its numbers, where its mean stands on an axis; NaN for a level.
    """

    label: str
    rows: int
    mean: float
    low: float
    high: float
    start: float = float("nan")
    end: float = float("nan")
    middle: float = float("nan")


@dataclass(frozen=True, eq=False)
class Dependence:
    """A column's contributions by its value.

    Parameters
    ----------
    column : str
    kind : str
        ``number``, ``date`` or ``category``.
    x : ndarray of shape (n,)
        Values: floats, ``datetime64`` or text; rows without a value are left out of numbers and dates.
    y : ndarray of shape (n,)
        Contributions; at most ``CHART_POINTS``.
    effects : tuple of LevelEffect
        Single values where they are few, stretches of numbers with about equally many rows, or levels, most frequent
        first.
    missing : LevelEffect or None
        The rows without a value.
    rows : int
        Rows explained.
    scale : str
        The explanation's.
    outcome : str
        Towards which contributions count; empty for amounts.
    """

    column: str
    kind: str
    x: NDArray[np.generic]
    y: Floats
    effects: tuple[LevelEffect, ...]
    missing: LevelEffect | None
    rows: int
    scale: str
    outcome: str


def dependence(explanation: Explanation, spec: ColumnSpec, outcome: str | None = None) -> Dependence:
    """Return how one column's values and contributions go together.

    Parameters
    ----------
    explanation : Explanation
    spec : ColumnSpec
        Of a column of the explanation.
    outcome : str or None
        A class (multiclass only); by default the first.

    Returns
    -------
    Dependence
    """
    y = explanation.towards(outcome)[:, explanation.columns.index(spec.name)]
    values = explanation.X[spec.name]
    towards = explanation.positive or outcome or (explanation.classes[0] if explanation.classes else "")
    common = {"rows": len(y), "scale": explanation.scale, "outcome": towards}
    if spec.type in (ColumnType.NUMBER, ColumnType.DATE):
        is_date = spec.type is ColumnType.DATE
        read = as_date(values, spec.date_format) if is_date else as_number(values)
        known = read.notna().to_numpy()
        missing = None if known.all() else _effect(MISSING, y[~known])
        x, held = read.to_numpy()[known], y[known]
        stretches = () if is_date else _stretches(np.asarray(x, dtype=np.float64), held)
        kept = np.arange(len(x))
        if len(x) > CHART_POINTS:
            kept = np.sort(np.random.default_rng(explanation.seed).choice(len(x), CHART_POINTS, replace=False))
        return Dependence(spec.name, spec.type.value, x[kept], held[kept], stretches, missing, **common)  # type: ignore[arg-type]
    if spec.type is ColumnType.TEXT:
        return Dependence(spec.name, "category", *_by_length(values, y), None, **common)  # type: ignore[arg-type]
    texts = np.array([MISSING if text is None or pd.isna(text) else text for text in as_text(values)], dtype=object)
    known = texts != MISSING
    missing = None if known.all() else _effect(MISSING, y[~known])
    return Dependence(spec.name, "category", texts[known], y[known], _levels(texts[known], y[known]), missing, **common)  # type: ignore[arg-type]


def _by_length(values: pd.Series, y: Floats) -> tuple[NDArray[np.object_], Floats, tuple[LevelEffect, ...]]:
    """Return the length of each text in words, and what a length does: no text is like another, and none is shown."""
    words = np.array([0 if text is None or pd.isna(text) else len(text.split()) for text in as_text(values)])
    places = np.searchsorted(LONG, words, side="right")
    bands = np.array(BANDS, dtype=object)[places]
    effects = tuple(_effect(BANDS[place], y[places == place]) for place in range(len(BANDS)) if (places == place).any())
    return bands, y, effects


def _levels(texts: NDArray[np.object_], y: Floats) -> tuple[LevelEffect, ...]:
    counts = pd.Series(texts, dtype=object).value_counts()
    kept = [str(name) for name in counts.index[: LEVELS if len(counts) <= LEVELS else LEVELS - 1]]
    effects = [_effect(name, y[texts == name]) for name in kept]
    others = ~np.isin(texts.astype(str), kept)
    return (*effects, _effect(OTHERS, y[others])) if others.any() else tuple(effects)


def _stretches(x: Floats, y: Floats) -> tuple[LevelEffect, ...]:
    if not len(x):
        return ()
    values = np.unique(x)
    if len(values) <= BINS:
        ends = [(value, value, x == value) for value in values]
    else:
        edges = np.unique(np.quantile(x, np.linspace(0, 1, BINS + 1)))
        bins = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2)
        ends = [(edges[k], edges[k + 1], bins == k) for k in range(len(edges) - 1)]
    return tuple(
        replace(_effect("", y[held]), start=float(start), end=float(end), middle=float(x[held].mean()))
        for start, end, held in ends
        if held.any()
    )


def _effect(label: str, y: Floats) -> LevelEffect:
    n, mean = len(y), float(y.mean())
    half = float(student.ppf(0.975, n - 1) * y.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    return LevelEffect(label, n, mean, mean - half, mean + half)
