"""A decision by group: thresholds that differ between groups, and the same answer for the same row, always."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.errors import RuntimeFault
from core.runtime.values import as_date, as_number, as_text

MISSING = "(missing)"
"""Group of the rows whose sensitive column is empty."""
OTHER = "(other)"
"""Group of the levels that are too rare to stand alone."""
DIGITS = 12
"""Significant digits of a number that tell two rows apart; readers of files disagree on the last ones."""
RULE_VERSION = 1
"""Raised when a stored rule would be read differently; a rule of another version is refused."""


@dataclass(frozen=True)
class Grouping:
    """How the values of one raw column become groups.

    Parameters
    ----------
    column : str
        Raw name.
    kind : str
        ``category`` (values as text), ``number`` or ``date`` (by its year), the latter two cut at ``edges``.
    levels : tuple of str
        Levels that are groups of their own; the others are ``(other)``. Empty keeps every level.
    edges : tuple of float
        Ascending cut points; a value on an edge belongs above it.
    labels : tuple of str
        Names of the ``len(edges) + 1`` parts.
    date_format : str
        ``strptime`` format of dates given as text; empty for ISO 8601.
    """

    column: str
    kind: str = "category"
    levels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    date_format: str = ""

    def read(self, values: pd.Series) -> NDArray[np.object_]:
        """Return the group of each value as text, shape (n,); ``(missing)`` where there is none."""
        if self.kind == "category":
            texts = as_text(values)
            if self.levels:
                texts = texts.where(texts.isna() | texts.isin(self.levels), OTHER)
            return np.asarray([MISSING if text is None or pd.isna(text) else text for text in texts], dtype=object)
        numbers = as_date(values, self.date_format).dt.year if self.kind == "date" else as_number(values)
        held = numbers.to_numpy(dtype=np.float64)
        known = ~np.isnan(held)
        parts = np.searchsorted(self.edges, held, side="right") * known
        return np.where(known, np.asarray(self.labels, dtype=object)[parts], MISSING)


@dataclass(frozen=True)
class KeyColumn:
    """A raw column whose value tells one row from another: ``number``, ``date``, or anything else as text."""

    name: str
    type: str
    date_format: str = ""

    def read(self, values: pd.Series) -> list[str | None]:
        """Return each value in one canonical text, ``None`` where it is missing."""
        if self.type == "number":
            return [None if np.isnan(value) else f"{value + 0.0:.{DIGITS}g}" for value in as_number(values)]
        if self.type == "date":
            return [None if pd.isna(value) else value.isoformat() for value in as_date(values, self.date_format)]
        return [None if text is None or pd.isna(text) else str(text) for text in as_text(values)]


@dataclass(frozen=True)
class GroupThresholds:
    """A mix of two thresholds: with chance ``p0`` the first decides, with chance ``p1`` the second.

    With chance ``p_ignore`` neither does, and the row is flagged with chance ``prediction_constant``. This is the form
    in which Hardt, Price and Srebro (2016), Equality of opportunity in supervised learning, section 3.2, state the
    optimum.

    Parameters
    ----------
    p0, p1 : float
        Add up to 1.
    operation0, operation1 : tuple of (str, float)
        ``">"``, ``">="`` or ``"<"`` and the threshold the score is held against.
    p_ignore, prediction_constant : float
    """

    p0: float
    operation0: tuple[str, float]
    p1: float
    operation1: tuple[str, float]
    p_ignore: float = 0.0
    prediction_constant: float = 0.0

    @classmethod
    def line(cls, threshold: float) -> "GroupThresholds":
        """Return the plain rule "flagged from this score on"."""
        return cls(1.0, (">=", threshold), 0.0, (">=", threshold))

    @property
    def is_random(self) -> bool:
        """Whether rows of one score can be decided differently."""
        mixed = min(self.p0, self.p1) > 0 and self.operation0 != self.operation1
        return mixed or self.p_ignore > 0

    def chance(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the chance of being flagged, shape (n,)."""
        decided = self.p0 * _hold(self.operation0, scores) + self.p1 * _hold(self.operation1, scores)
        return self.p_ignore * self.prediction_constant + (1 - self.p_ignore) * decided


def _hold(operation: tuple[str, float], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    sign, threshold = operation
    held = {">": scores > threshold, ">=": scores >= threshold, "<": scores < threshold}[sign]
    return held.astype(np.float64)


@dataclass(frozen=True)
class GroupRule:
    """Thresholds by group; it wins over the model's one threshold.

    Parameters
    ----------
    grouping : Grouping
        How a row's group is read; the column must be in the input.
    groups : dict of str to GroupThresholds
    default : GroupThresholds
        For every group the rule was not fitted on, ``(missing)`` among them.
    keys : tuple of KeyColumn
        What tells one row from another, where a mix of thresholds has to choose.
    """

    grouping: Grouping
    groups: Mapping[str, GroupThresholds]
    default: GroupThresholds
    keys: tuple[KeyColumn, ...]

    @property
    def column(self) -> str:
        """The raw column that names the group."""
        return self.grouping.column

    @property
    def needs(self) -> tuple[str, ...]:
        """Every raw column the rule reads."""
        return tuple(dict.fromkeys([self.column, *(key.name for key in self.keys)]))

    def chances(self, scores: NDArray[np.float64], groups: NDArray[np.generic]) -> NDArray[np.float64]:
        """Return the chance of being flagged, shape (n,), before rows are told apart."""
        chances = self.default.chance(scores)
        for name, thresholds in self.groups.items():
            chances = np.where(groups == name, thresholds.chance(scores), chances)
        return chances

    def decide(
        self, scores: NDArray[np.float64], groups: NDArray[np.generic], row_keys: Sequence[str]
    ) -> NDArray[np.bool_]:
        """Return whether each row is flagged.

        Parameters
        ----------
        scores : ndarray of shape (n,)
            Probability of the positive outcome.
        groups : ndarray of shape (n,)
            As ``grouping.read`` returns them.
        row_keys : sequence of str, length n
            As ``row_keys`` returns them. A row is flagged where its place is below its chance of being flagged; the
            place depends on its key alone.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        chances = self.chances(scores, groups)
        flagged = chances >= 1
        for index in np.flatnonzero((chances > 0) & (chances < 1)).tolist():
            flagged[index] = place(row_keys[index]) < chances[index]
        return np.asarray(flagged, dtype=bool)

    def decide_rows(self, scores: NDArray[np.float64], frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Return whether each row of a table is flagged; ``frame`` holds the columns of ``needs``.

        Raises
        ------
        RuntimeFault
            A column the rule reads is not there.
        """
        absent = [name for name in self.needs if name not in frame.columns]
        if absent:
            raise RuntimeFault(f"Missing column '{absent[0]}': the rule by group needs it to decide.")
        return self.decide(scores, self.grouping.read(frame[self.column]), row_keys(frame, self.keys))

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as JSON values."""
        return {
            "version": RULE_VERSION,
            "grouping": {name: _listed(value) for name, value in asdict(self.grouping).items()},
            "groups": {name: _thresholds_out(thresholds) for name, thresholds in self.groups.items()},
            "default": _thresholds_out(self.default),
            "keys": [asdict(key) for key in self.keys],
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "GroupRule":
        """Read the value ``to_dict`` returned.

        Raises
        ------
        RuntimeFault
            It is incomplete, or of another version.
        """
        if given.get("version") != RULE_VERSION:
            raise RuntimeFault("The rule by group was made by another version. Fit the remedy again.")
        try:
            grouping = given["grouping"]
            return cls(
                Grouping(
                    column=str(grouping["column"]),
                    kind=str(grouping["kind"]),
                    levels=tuple(map(str, grouping["levels"])),
                    edges=tuple(map(float, grouping["edges"])),
                    labels=tuple(map(str, grouping["labels"])),
                    date_format=str(grouping["date_format"]),
                ),
                {str(name): _thresholds_in(value) for name, value in given["groups"].items()},
                _thresholds_in(given["default"]),
                tuple(KeyColumn(str(k["name"]), str(k["type"]), str(k["date_format"])) for k in given["keys"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise RuntimeFault("The rule by group is damaged. Fit the remedy again.") from fault


def row_keys(frame: pd.DataFrame, keys: Sequence[KeyColumn]) -> list[str]:
    """Return one text a row that is the same wherever and however often the row is read.

    Parameters
    ----------
    frame : DataFrame of shape (n, ...)
        Its order of columns, further columns and index do not matter.
    keys : sequence of KeyColumn

    Returns
    -------
    list of str, length n
    """
    ordered = sorted(keys, key=lambda key: key.name)
    columns = [key.read(frame[key.name]) for key in ordered]
    if not columns:
        return [""] * len(frame)
    return [json.dumps(values, ensure_ascii=True) for values in zip(*columns, strict=True)]


def place(row_key: str) -> float:
    """Return a row's place between 0 and 1, spread evenly over rows and fixed for each (BLAKE2b, 53 bits)."""
    number = int.from_bytes(blake2b(row_key.encode(), digest_size=8, person=b"fairway-rule").digest(), "big")
    return float((number >> 11) / 2**53)


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _thresholds_out(thresholds: GroupThresholds) -> dict[str, Any]:
    return {name: _listed(value) for name, value in asdict(thresholds).items()}


def _thresholds_in(given: Mapping[str, Any]) -> GroupThresholds:
    operations = [(str(given[name][0]), float(given[name][1])) for name in ("operation0", "operation1")]
    shares = {name: float(given[name]) for name in ("p0", "p1", "p_ignore", "prediction_constant")}
    if any(sign not in (">", ">=", "<") for sign, _ in operations) or not all(0 <= s <= 1 for s in shares.values()):
        raise ValueError("not a share or not a comparison")
    return GroupThresholds(operation0=operations[0], operation1=operations[1], **shares)
