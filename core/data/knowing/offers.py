"""From a finding to the rows it counts."""

from core.data.knowing.behind import AnyOf, Contradicting, FarOut, Missing, Repeats, Selector, Value
from core.data.profile import Profile
from core.data.signal import Leak
from core.findings import Finding


def rows_of(finding: Finding, profile: Profile) -> Selector | None:
    """Return what a finding counts, ``None`` where it speaks of whole columns.

    Parameters
    ----------
    finding : Finding
        Of ``core.data.checks``.
    profile : Profile
        Of the same table.
    """
    columns = finding.columns
    match finding.code:
        case "duplicate-rows":
            return Repeats()
        case "near-repeats":
            return Repeats(near=True)
        case "contradictions":
            return Contradicting()
        case "missing-values" | "mostly-missing" | "missing-by-outcome" | "missing-target":
            return _any(*(Missing((name,)) for name in columns))
        case "extremes":
            return _any(*(FarOut(name, "extreme") for name in columns))
        case "disguised-missing" | "coded-missing" | "not-allowed" if finding.fix is not None:
            values = tuple(str(value) for value in finding.fix.params["params"]["values"])
            return _any(*(Value(name, values) for name in columns))
        case "leak":
            return _deciding(columns[0], profile[columns[0]].leak)
        case _:
            return None


def _any(*parts: Selector) -> Selector | None:
    return None if not parts else parts[0] if len(parts) == 1 else AnyOf(parts)


def _deciding(column: str, leak: Leak | None) -> Selector | None:
    if leak is None or leak.outcome is None:
        return None
    return Missing((column,)) if leak.level is None else Value(column, (leak.level,))
