"""In which unit the result of a formula is, as far as the data dictionary tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.runtime.formula import Call, Column, Number, Part

PLAIN = ""
"""The unit of a bare number, a share or a yes or no."""


@dataclass(frozen=True)
class Unit:
    """What is known of a unit.

    Parameters
    ----------
    name : str or None
        ``None`` where it cannot be told.
    warnings : tuple of str
        Sentences on what does not fit together.
    """

    name: str | None
    warnings: tuple[str, ...] = ()


def unit_of(part: Part, units: Mapping[str, str]) -> Unit:
    """Follow the units through a formula.

    Parameters
    ----------
    part : Number, Column or Call
    units : mapping of str to str
        Column to its unit; the ones not known are left out.

    Returns
    -------
    Unit
    """
    if isinstance(part, Number):
        return Unit(PLAIN)
    if isinstance(part, Column):
        return Unit(units.get(part.name))
    parts = [unit_of(inner, units) for inner in part.parts]
    warnings = tuple(dict.fromkeys(warning for unit in parts for warning in unit.warnings))
    name, more = _result(part, [unit.name for unit in parts])
    return Unit(name, (*warnings, *more))


def _result(call: Call, units: Sequence[str | None]) -> tuple[str | None, tuple[str, ...]]:
    first, last = units[0], units[-1]
    if call.name in ("+", "-", "min", "max"):
        return _alike(units, {"+": "added", "-": "subtracted"}.get(call.name, "compared"))
    if call.name == "if":
        return _alike(units[1:], "put into one column")
    if call.name in ("<", "<=", ">", ">=", "=", "!="):
        return PLAIN, _alike(units, "compared")[1]
    if call.name in ("and", "or", "not"):
        return PLAIN, ()
    if call.name in ("abs", "round", "0-"):
        return first, ()
    if call.name == "^" and isinstance(call.parts[1], Number) and first is not None:
        power = f"{call.parts[1].value:g}"
        return (first and f"{first}^{power}") if power != "1" else first, ()
    if call.name == "*":
        return _product(first, last), ()
    if call.name == "/":
        return _ratio(first, last), ()
    return PLAIN if first == PLAIN else None, ()


def _alike(units: Sequence[str | None], done: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the unit that all share: a bare number goes with any."""
    told = list(dict.fromkeys(unit for unit in units if unit))
    if len(told) > 1:
        return None, (f"{' and '.join(told)} are {done}: the result has no unit that makes sense.",)
    if None in units:
        return None, ()
    return (told[0] if told else PLAIN), ()


def _product(first: str | None, second: str | None) -> str | None:
    if first is None or second is None:
        return None
    return f"{first} × {second}" if first and second else first or second


def _ratio(first: str | None, second: str | None) -> str | None:
    if first is None or second is None:
        return None
    if not second:
        return first
    return PLAIN if first == second else f"{first or '1'} per {second}"
