"""From a finding to the rows it counts."""

from datetime import datetime
from typing import Final

from core.data.content_checks import ahead_of
from core.data.knowing.behind import (
    AnyOf,
    Contradicting,
    FarOut,
    Known,
    LaterThan,
    Missing,
    Odd,
    Repeats,
    Selector,
    Value,
)
from core.data.profile import Profile
from core.data.schema import ColumnType
from core.data.signal import Leak
from core.findings import Finding

_WHOLE: Final[dict[str, Selector]] = {
    "duplicate-rows": Repeats(),
    "near-repeats": Repeats(near=True),
    "contradictions": Contradicting(),
}
_ODD: Final = {
    "spelling-variants": "variants",
    "rare-categories": "rare",
    "too-many-categories": "rare",
    "near-constant": "unusual",
    "personal-data": "personal",
}
"""Findings that count cells which stand out in each of their columns, and how."""
_GAPS = ("missing-values", "mostly-missing", "missing-by-outcome", "missing-target")
_MARKED = ("disguised-missing", "coded-missing", "not-allowed")


def rows_of(finding: Finding, profile: Profile, brought: datetime | None = None) -> Selector | None:
    """Return what a finding counts, ``None`` where it speaks of whole columns.

    Parameters
    ----------
    finding : Finding
        Of ``core.data.checks``.
    profile : Profile
        Of the same table.
    brought : datetime, optional
        When the table was brought; needed for dates that lie ahead of it.
    """
    code, columns = finding.code, finding.columns
    if code in _WHOLE:
        return _WHOLE[code]
    if code in _GAPS:
        return _any(*(Missing((name,)) for name in columns))
    if code in _ODD:
        return _any(*(Odd(name, _ODD[code]) for name in columns))
    if code in _MARKED and finding.fix is not None:
        values = tuple(str(value) for value in finding.fix.params["params"]["values"])
        return _any(*(Value(name, values) for name in columns))
    match code:
        case "extremes":
            return _any(*(FarOut(name, "extreme") for name in columns))
        case "leak":
            return _deciding(columns[0], profile[columns[0]].leak)
        case "time-travel":
            return Known(columns)
        case "dates-ahead" if brought is not None:
            return LaterThan(columns[0], ahead_of(brought).isoformat())
        case "mixed-units":
            return Odd(columns[0], "far heap" if profile[columns[0]].type is ColumnType.NUMBER else "other unit")
        case "mixed-types":
            dates = finding.fix is not None and finding.fix.params["type"] == ColumnType.DATE.value
            return Odd(columns[0], "no date" if dates else "no number")
        case "imbalance":
            target = profile.target_summary
            return None if target is None else Value(target.column, (str(target.counts[-1][0]),))
        case _:
            return None


def _any(*parts: Selector) -> Selector | None:
    return None if not parts else parts[0] if len(parts) == 1 else AnyOf(parts)


def _deciding(column: str, leak: Leak | None) -> Selector | None:
    if leak is None or leak.outcome is None:
        return None
    return Missing((column,)) if leak.level is None else Value(column, (leak.level,))
