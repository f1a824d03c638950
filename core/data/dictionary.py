"""The data dictionary: what each column means, in which unit, which values it may hold, and where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from core.data.schema import ColumnSpec, ColumnType
from core.data.summary import number_words
from core.errors import InputError
from core.limits import REASON_LENGTH
from core.runtime.values import as_number, as_text

BETWEEN: Final = " to "
"""Stands between the ends of an allowed range."""


class Entry(BaseModel):
    """What the user says of one column; everything may be empty.

    Attributes
    ----------
    meaning, unit, source : str
        In the user's words.
    allowed : str
        A range such as ``0 to 120`` (one end may be left out: ``0 to``), or values with semicolons between.
    """

    model_config = ConfigDict(frozen=True)

    meaning: str = ""
    unit: str = ""
    allowed: str = ""
    source: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.meaning or self.unit or self.allowed or self.source)


@dataclass(frozen=True)
class Allowed:
    """Allowed values, read: the ends of a range, or a list of texts."""

    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()


def read_allowed(text: str, kind: ColumnType) -> Allowed | None:
    """Read what a column may hold.

    Parameters
    ----------
    text : str
        As ``Entry.allowed``.
    kind : ColumnType
        Numbers may be given a range.

    Returns
    -------
    Allowed or None
        ``None`` where nothing is said.

    Raises
    ------
    InputError
        A range whose ends are no numbers, or the wrong way round.
    """
    text = text.strip()
    if not text:
        return None
    if kind is ColumnType.NUMBER and ";" not in text and (f" {text} ").count(BETWEEN) == 1:
        low, high = (_end(part) for part in f" {text} ".split(BETWEEN))
        if low is None and high is None:
            raise InputError("The range has no end.", next_step="Write it as “0 to 120”, “0 to” or “to 120”.")
        if low is not None and high is not None and low > high:
            raise InputError(f"The range {text} ends before it begins.", next_step="Put the smaller number first.")
        return Allowed(low, high)
    return Allowed(values=tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip())))


def _end(part: str) -> float | None:
    part = part.strip().replace("−", "-")
    if not part:
        return None
    try:
        return float(part)
    except ValueError:
        raise InputError(
            f"“{part[:40]}” is no number.", next_step="Write a range as “0 to 120”, and values with semicolons between."
        ) from None


def outside(values: pd.Series, spec: ColumnSpec, allowed: Allowed) -> NDArray[np.bool_]:
    """Return which rows hold a value that is not allowed; missing ones are none of them.

    Parameters
    ----------
    values : Series of n rows
    spec : ColumnSpec
    allowed : Allowed

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if allowed.values:
        texts = as_text(values)
        wanted = set(allowed.values)
        if spec.type is ColumnType.NUMBER:
            # "1,5" and "1.50" stay text; "1.0" and "1" are one number.
            wanted |= set(as_text(as_number(pd.Series(list(allowed.values), dtype=object)).dropna()))
        return (texts.notna() & ~texts.isin(wanted)).to_numpy(dtype=bool)
    numbers = as_number(values).to_numpy()
    with np.errstate(invalid="ignore"):
        below = numbers < (-np.inf if allowed.low is None else allowed.low)
        above = numbers > (np.inf if allowed.high is None else allowed.high)
    return np.asarray(below | above, dtype=bool)


def allowed_words(allowed: Allowed) -> str:
    """Return what is allowed, as the end of a sentence."""
    if allowed.values:
        shown = ", ".join(allowed.values[:5])
        return f"{shown} and {len(allowed.values) - 5:,} more" if len(allowed.values) > 5 else shown
    low, high = (None if end is None else number_words(end) for end in (allowed.low, allowed.high))
    return f"from {low} on" if high is None else f"up to {high}" if low is None else f"{low} to {high}"


def cleaned(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the entries with texts trimmed to what is stored, without those that say nothing."""
    kept = {}
    for name, entry in entries.items():
        texts = {field: " ".join(text.split())[:REASON_LENGTH] for field, text in entry.model_dump().items()}
        trimmed = Entry(**texts)
        if not trimmed.is_empty:
            kept[name] = trimmed
    return kept
