"""What holding a later table against the training data found."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.monitor.drift import ColumnDrift
from core.monitor.performance import Performance, Standing
from core.monitor.verdict import Verdict


@dataclass(frozen=True)
class Problem:
    """Something that keeps a later table from being judged, or judged whole.

    Parameters
    ----------
    kind : str
        ``empty``, ``few-rows``, ``missing-columns``, ``empty-column``, ``retyped``, ``recoded``, ``unknown-outcome``,
        ``no-outcome``, ``skipped-lines`` or ``no-answers``.
    sentence : str
        What is wrong and what it means; column names between backticks.
    columns : tuple of str
    next_step : str
        What to do about it.
    """

    kind: str
    sentence: str
    columns: tuple[str, ...] = ()
    next_step: str = ""


@dataclass(frozen=True)
class WatchReport:
    """A later table held against the training data.

    Parameters
    ----------
    rows_then, rows_now : int
        Of the two tables.
    looked_at_then, looked_at_now : int
        Rows that were compared: all, or a sample drawn with ``seed``.
    columns : tuple of ColumnDrift
        The columns the model uses, then sensitive ones, in the table's order.
    used : tuple of str
        Those the model uses.
    predictions : ColumnDrift or None
        Of the predicted amounts, the chance of the outcome looked for, or the predicted labels.
    outcome : ColumnDrift or None
        Of what happened, where the later table says.
    performance : Performance or None
        Where the later table holds outcomes.
    problems : tuple of Problem
    verdict : Verdict
        The worst of the columns used, the predictions, and a score that became worse. Never "no drift seen" where
        something could not be judged.
    sentences : tuple of str
        What was found, most important first.
    next_steps : tuple of str
        What to do.
    seed : int
    source : str
        What a service's log holds, in words; empty for a table.
    """

    rows_then: int
    rows_now: int
    looked_at_then: int
    looked_at_now: int
    columns: tuple[ColumnDrift, ...]
    used: tuple[str, ...]
    predictions: ColumnDrift | None
    outcome: ColumnDrift | None
    performance: Performance | None
    problems: tuple[Problem, ...]
    verdict: Verdict
    sentences: tuple[str, ...]
    next_steps: tuple[str, ...]
    seed: int
    source: str = ""

    def column(self, name: str) -> ColumnDrift:
        """Return one column; raises ``KeyError`` where there is none."""
        for drift in self.columns:
            if drift.column == name:
                return drift
        raise KeyError(name)

    def drifted(self, *verdicts: Verdict) -> tuple[ColumnDrift, ...]:
        """Return the columns with one of these verdicts (by default, those that moved), the largest change first."""
        wanted = verdicts or (Verdict.SOME, Verdict.DRIFTED)
        found = [drift for drift in self.columns if drift.verdict in wanted]
        return tuple(sorted(found, key=lambda drift: (-drift.verdict.rank, -(drift.effect or 0.0))))

    @property
    def worse(self) -> bool:
        """Whether the model is worse than it was by more than chance."""
        return self.performance is not None and self.performance.standing is Standing.WORSE

    def summary(self) -> dict[str, Any]:
        """Return the report as JSON values, ``None`` for what is not defined."""
        values: dict[str, Any] = _json({name: getattr(self, name) for name in self.__dataclass_fields__})
        return values


def _json(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        value = asdict(value)
    if isinstance(value, dict):
        return {str(name): _json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return str(value.value) if isinstance(value, Verdict | Standing) else value
