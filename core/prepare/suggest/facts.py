"""What a rule of suggestions may look at: training rows, the recipe so far, and what quick models get wrong."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnType, Schema
from core.framing.frame import Frame
from core.prepare.compile import input_columns
from core.prepare.kinds.columns import marks_by_column
from core.prepare.recipe import Recipe, Step
from core.prepare.suggest.suggestion import BOTH, Suggestion
from core.runtime.values import as_date, as_number, as_text

Floats = NDArray[np.float64]
Found = Iterator[Suggestion]
"""What a rule finds."""
UNTOLD: Final = 0.03
"""Promise of what cannot be held against what the models get wrong before it is tried."""
DAY: Final = 86_400.0


@dataclass(frozen=True, eq=False)
class Facts:
    """What a rule of suggestions may look at.

    Parameters
    ----------
    X : DataFrame of shape (n, m)
        Raw training rows, or a sample of them; never sealed ones.
    y : ndarray of shape (n,)
        Their outcomes.
    schema, frame, recipe
        As decided.
    missed : mapping of str to ndarray of shape (n, k)
        What each judge got wrong about each row when it was left out, by outcome; empty where nothing was tried yet.
    """

    X: pd.DataFrame
    y: NDArray[np.generic]
    schema: Schema
    frame: Frame
    recipe: Recipe
    missed: Mapping[str, Floats] = field(default_factory=dict)

    @cached_property
    def _read(self) -> dict[tuple[str, str], Any]:
        return {}

    @cached_property
    def _marks(self) -> dict[str, list[Any]]:
        """Values that the recipe reads as missing, by column."""
        found: dict[str, list[Any]] = {}
        for step in self.recipe.active:
            if step.kind == "mark_missing":
                for name, values in marks_by_column(step.columns, step.params.get("values", [])).items():
                    found.setdefault(name, []).extend(values)
        return found

    @cached_property
    def used(self) -> tuple[str, ...]:
        """Columns that reach the model as the recipe stands."""
        return input_columns((self.recipe, self.schema, self.frame))

    def of(self, *types: ColumnType) -> list[str]:
        """Return the columns of these types that reach the model and can be named in a step."""
        return [name for name in self.used if self.schema[name].type in types and "`" not in name]

    @property
    def numbers(self) -> list[str]:
        """Number columns."""
        return self.of(ColumnType.NUMBER)

    @property
    def dates(self) -> list[str]:
        """Date columns."""
        return self.of(ColumnType.DATE)

    @property
    def levels(self) -> list[str]:
        """Columns of categories."""
        return self.of(ColumnType.CATEGORY, ColumnType.YES_NO)

    @property
    def texts(self) -> list[str]:
        """Columns of free text that the model may read."""
        return [name for name in self.schema.texts(self.frame) if name in self.X and "`" not in name]

    def number(self, name: str) -> Floats:
        """Return a column as numbers, NaN where missing."""
        if ("number", name) not in self._read:
            values = as_number(self.X[name]).to_numpy(dtype=np.float64)
            marks = as_number(pd.Series(self._marks.get(name, []), dtype=object)).dropna()
            self._read["number", name] = np.where(np.isin(values, marks), np.nan, values)
        return np.asarray(self._read["number", name])

    def known(self, name: str) -> Floats:
        """Return the known numbers of a column."""
        values = self.number(name)
        return values[np.isfinite(values)]

    def text(self, name: str) -> pd.Series:
        """Return the known values of a column as text."""
        if ("text", name) not in self._read:
            values = as_text(self.X[name]).dropna()
            self._read["text", name] = values[~values.isin([str(mark) for mark in self._marks.get(name, [])])]
        found: pd.Series = self._read["text", name]
        return found

    def counts(self, name: str) -> pd.Series:
        """Return the values of a column as text with their rows, most frequent first."""
        if ("counts", name) not in self._read:
            self._read["counts", name] = self.text(name).value_counts()
        found: pd.Series = self._read["counts", name]
        return found

    def date(self, name: str) -> pd.Series:
        """Return a column as dates."""
        if ("date", name) not in self._read:
            self._read["date", name] = as_date(self.X[name], self.schema[name].date_format)
        found: pd.Series = self._read["date", name]
        return found

    def days(self, name: str) -> Floats:
        """Return a column of dates as days since 1970, NaN where missing."""
        dates = self.date(name)
        seconds = dates.to_numpy(dtype="datetime64[s]").astype(np.int64) / DAY
        return np.where(dates.isna(), np.nan, seconds)

    def treated(self, name: str, *kinds: str) -> bool:
        """Whether a step of one of these kinds is on and acts on a column, named or not."""
        return any(step.kind in kinds and (not step.columns or name in step.columns) for step in self.recipe.active)

    def has(self, kind: str) -> bool:
        """Whether a step of this kind is on."""
        return any(step.kind == kind for step in self.recipe.active)

    def goes_with(self, *derived: Floats) -> float:
        """Return how much what would be added goes with what the judges get wrong, 0 to 1.

        The largest rank correlation with what either judge missed of either outcome; missing values count as the
        middle. The outcome is looked at, so whoever chooses by this must count what it chose from.
        """
        best = 0.0
        for values in derived:
            ranks = _ranks(values)
            if ranks is None:
                continue
            for missed in self._missed:
                best = max(best, float(np.abs(ranks @ missed).max()))
        return min(1.0, best)

    def goes_straight_with(self, values: Floats) -> float:
        """Return the same by the numbers as they are; the outer hundredths count as their borders."""
        known = np.isfinite(values)
        if known.sum() < 2:
            return 0.0
        low, high = np.quantile(values[known], [0.01, 0.99])
        held = np.where(known, np.clip(values, low, high), np.nan)
        held = np.where(known, held - np.nanmean(held), 0.0)
        size = float(np.sqrt((held**2).sum()))
        if size == 0:
            return 0.0
        return max((float(np.abs(held @ missed).max()) / size for missed in self._missed), default=0.0)

    @cached_property
    def _missed(self) -> list[Floats]:
        found = []
        for missed in self.missed.values():
            held = np.where(np.isfinite(missed), missed, 0.0)
            held = held - held.mean(axis=0)
            sizes = np.sqrt((held**2).sum(axis=0))
            found.append(held[:, sizes > 0] / sizes[sizes > 0])
        return [held for held in found if held.size]


def _ranks(values: Floats) -> Floats | None:
    """Return centred ranks of unit length; ``None`` where there is nothing to rank."""
    known = np.isfinite(values)
    if known.sum() < 2:
        return None
    ranks = np.zeros(len(values))
    ranks[known] = pd.Series(values[known]).rank().to_numpy()
    ranks[known] -= ranks[known].mean()
    size = float(np.sqrt((ranks**2).sum()))
    return ranks / size if size > 0 else None


def bent(values: Floats) -> Floats:
    """Return the squared distance of each value's rank from the middle: large at both ends."""
    ranks = _ranks(values)
    if ranks is None:
        return np.full(len(values), np.nan)
    return np.where(np.isfinite(values), ranks**2, np.nan)


def suggestion(
    rule: str,
    title: str,
    reason: str,
    kind: str,
    *,
    columns: Sequence[str] = (),
    params: Mapping[str, Any] | None = None,
    judges: tuple[str, ...] = BOTH,
    promise: float = UNTOLD,
    chosen_from: int = 1,
) -> Suggestion:
    """Make a suggestion; its key follows from the rule and the step.

    Parameters
    ----------
    rule, title, reason, judges, promise, chosen_from
        As in :class:`Suggestion`.
    kind, columns, params
        Of the step.

    Returns
    -------
    Suggestion
    """
    settings = dict(params or {})
    mark = json.dumps([rule, kind, list(columns), settings], sort_keys=True, ensure_ascii=False)
    return Suggestion(
        key=hashlib.sha256(mark.encode()).hexdigest()[:12],
        rule=rule,
        title=title,
        reason=reason,
        step=Step(id=kind, kind=kind, columns=tuple(columns), params=settings),
        judges=judges,
        promise=promise,
        chosen_from=chosen_from,
    )


def figure(value: float) -> str:
    """Say a number in at most four digits."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3g}"
    return text.replace("-", "−")


def percent(share: float) -> str:
    """Say a share."""
    return f"{100 * share:.0f}%" if share >= 0.01 or share == 0 else "under 1%"
