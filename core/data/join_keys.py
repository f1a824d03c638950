"""The keys of a join: how two columns are compared, and which columns of two tables name the same things."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from core.limits import CATEGORY_LEVELS
from core.runtime.values import as_date, as_text

Rule = Literal["case", "spaces", "zeros", "dates"]

RULES: Final[dict[Rule, str]] = {
    "case": "capital and small letters count alike",
    "spaces": "spaces do not count",
    "zeros": "leading zeros do not count, so 007 is 7",
    "dates": "both sides are read as dates",
}
"""What may be overlooked when two keys are compared, in words; never without being asked for."""

SAMPLE_VALUES: Final = 2_000
"""Different values of a column that are looked for in the other table, to find out which columns fit."""
MOST_PAIRS: Final = 4_000
"""Pairs of columns that are compared by their values; in wider tables only those of the same name are."""
LEAST_OVERLAP: Final = 0.1
"""Share of the values that must be found before two columns are proposed."""
FEW_LEVELS: Final = 0.05
"""Different values below this share of the rows repeat too often to be the key of anything but a small table."""


class JoinKey(BaseModel):
    """One pair of columns that must agree, and what is overlooked in the comparison."""

    model_config = ConfigDict(frozen=True)

    left: str
    right: str
    rules: tuple[Rule, ...] = ()

    def words(self) -> str:
        """Name the pair as a sentence does."""
        pair = f"`{self.left}`" if self.left == self.right else f"`{self.left}` with `{self.right}`"
        return pair + (f" ({'; '.join(RULES[rule] for rule in self.rules)})" if self.rules else "")


@dataclass(frozen=True)
class KeyProposal:
    """A pair of columns that may name the same things.

    Parameters
    ----------
    keys : tuple of JoinKey
        One, or several that together name a row of the second table.
    found : float
        Share of the first table's different values that the second one holds, letter by letter.
    loosely : float
        The same where capitals, spaces and leading zeros are overlooked.
    unique : bool
        Whether no two rows of the second table share a key.
    """

    keys: tuple[JoinKey, ...]
    found: float
    loosely: float
    unique: bool


def kind_of(values: pd.Series) -> str:
    """Return "number", "date", "flag" or "text"."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return "flag"
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "date"
    return "number" if pd.api.types.is_numeric_dtype(values.dtype) else "text"


def comparable(values: pd.Series, rules: Sequence[Rule]) -> pd.Series:
    """Write the values of a key as they are compared.

    Parameters
    ----------
    values : Series
    rules : sequence of Rule

    Returns
    -------
    Series of object
        Text, or ``None`` where the key is missing. Without rules a text counts letter by letter.
    """
    if "dates" in rules:
        return _days(values)
    kind = kind_of(values)
    if kind == "date":
        return _days(values)
    if kind != "text":
        return as_text(values)
    changes: list[Callable[[str], str]] = []
    if "spaces" in rules:
        changes.append(lambda text: "".join(text.split()))
    if "case" in rules:
        changes.append(str.casefold)
    if "zeros" in rules:
        changes.append(_without_zeros)
    codes, levels = pd.factorize(values)
    read: list[str | None] = []
    for level in levels:
        text = str(level)
        for change in changes:
            text = change(text)
        read.append(text if text.strip() else None)
    written = np.array([*read, None], dtype=object)[codes]
    return pd.Series(written, index=values.index, dtype=object)


def _days(values: pd.Series) -> pd.Series:
    dates = as_date(values)
    texts = [
        None if missing else str(moment) for moment, missing in zip(dates.astype("int64"), dates.isna(), strict=True)
    ]
    return pd.Series(texts, index=values.index, dtype=object)


def _without_zeros(text: str) -> str:
    return (text.lstrip("0") or "0") if re.fullmatch(r"0+\d*", text) else text


def codes_of(
    left: pd.DataFrame, right: pd.DataFrame, keys: Sequence[JoinKey]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give equal keys of two tables equal numbers.

    Parameters
    ----------
    left, right : DataFrame
    keys : sequence of JoinKey

    Returns
    -------
    left, right : ndarray of int
        Equal numbers are equal keys; −1 where a part of the key is missing.
    """
    split = len(left)
    together = np.zeros(split + len(right), dtype=np.int64)
    missing = np.zeros(len(together), dtype=bool)
    for key in keys:
        both = [comparable(left[key.left], key.rules), comparable(right[key.right], key.rules)]
        codes, levels = pd.factorize(np.concatenate([part.to_numpy(dtype=object) for part in both]))
        missing |= codes < 0
        # Numbered anew after each key, so that the product of many keys never overflows.
        together = pd.factorize(together * (len(levels) + 1) + codes)[0].astype(np.int64)
    together[missing] = -1
    return together[:split], together[split:]


def propose_keys(left: pd.DataFrame, right: pd.DataFrame, *, most: int = 5, seed: int = 7) -> tuple[KeyProposal, ...]:
    """Propose which columns of two tables name the same things.

    Parameters
    ----------
    left, right : DataFrame
    most : int
        Proposals returned.
    seed : int
        Draws the values that are looked for.

    Returns
    -------
    tuple of KeyProposal
        Best first: by the share of values found, by how alike the names are, and by whether the second table has one
        row a key. Where no single column does, two or three of the same name together are tried.
    """
    pairs = _candidates(left, right)
    chance = np.random.default_rng(seed)
    samples = {name: _some(left[name], chance) for name in dict.fromkeys(name for name, _, _ in pairs)}
    known = {name: _levels(right[name]) for name in dict.fromkeys(name for _, name, _ in pairs)}
    scored = []
    for one, other, alike in pairs:
        values, (levels, loose, unique) = samples[one], known[other]
        if not values or not levels:
            continue
        found = sum(value in levels for value in values) / len(values)
        loosely = sum(_loose(value) in loose for value in values) / len(values)
        if loosely < LEAST_OVERLAP and alike < 1:
            continue
        score = 0.45 * loosely + 0.35 * alike + 0.2 * unique
        if kind_of(left[one]) == "number" and alike < 0.5:
            # Small whole numbers are found in every column of small whole numbers.
            score /= 2
        if not unique and len(values) <= CATEGORY_LEVELS and len(values) < FEW_LEVELS * len(left):
            # A few values on both sides are a category that both tables have, and name nothing.
            score /= 2
        scored.append((score, alike, KeyProposal((JoinKey(left=one, right=other),), found, loosely, unique)))
    scored.sort(key=lambda entry: -entry[0])
    singles = [proposal for _, _, proposal in scored]
    # Whole numbers that count rows are unique too, and name nothing of the first table.
    named = any(
        proposal.unique and (alike >= 0.5 or kind_of(left[proposal.keys[0].left]) == "text")
        for _, alike, proposal in scored
    )
    together = None if named else _together(left, right, scored)
    return tuple(([together] if together else []) + singles)[:most]


def _candidates(left: pd.DataFrame, right: pd.DataFrame) -> list[tuple[str, str, float]]:
    names = [str(name) for name in left.columns if _may_name(left[name])]
    others = [str(name) for name in right.columns if _may_name(right[name])]
    if len(names) * len(others) > MOST_PAIRS:
        plain = {_plain(name): name for name in reversed(others)}
        return [(name, plain[_plain(name)], 1.0) for name in names if _plain(name) in plain]
    return [
        (one, other, likeness(one, other))
        for one in names
        for other in others
        if _fit(kind_of(left[one]), kind_of(right[other]))
    ]


def _fit(one: str, other: str) -> bool:
    return one == other or {one, other} in ({"number", "text"}, {"date", "text"})


def _may_name(values: pd.Series) -> bool:
    """Whether a column can be a key at all: no true or false, no amounts with decimals."""
    kind = kind_of(values)
    if kind == "number":
        head = values.dropna().head(SAMPLE_VALUES).to_numpy(dtype="float64")
        return bool(len(head) and np.isfinite(head).all() and (head == np.floor(head)).all())
    return kind != "flag"


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def likeness(one: str, other: str) -> float:
    """Return how alike two names are, 0 to 1; "customer id" and "CustomerID" are the same."""
    first, second = _plain(one), _plain(other)
    return 1.0 if first == second else SequenceMatcher(None, first, second, autojunk=False).ratio()


def _some(values: pd.Series, chance: np.random.Generator) -> list[str]:
    different = pd.Series(values.dropna().unique())
    if len(different) > SAMPLE_VALUES:
        different = different.iloc[np.sort(chance.choice(len(different), SAMPLE_VALUES, replace=False))]
    return [text for text in comparable(different, ()) if text is not None]


def _levels(values: pd.Series) -> tuple[frozenset[str], frozenset[str], bool]:
    texts = comparable(values, ()).dropna()
    different = frozenset(texts.unique())
    return different, frozenset(map(_loose, different)), bool(texts.is_unique)


def _loose(text: str) -> str:
    return _without_zeros("".join(text.split()).casefold())


def _together(
    left: pd.DataFrame, right: pd.DataFrame, scored: Sequence[tuple[float, float, KeyProposal]]
) -> KeyProposal | None:
    """Return two or three columns of the same name that together name a row of the second table."""
    keys: list[JoinKey] = []
    for _, alike, proposal in scored:
        key = proposal.keys[0]
        if alike < 0.9 or any(key.left == other.left or key.right == other.right for other in keys):
            continue
        keys.append(key)
        if len(keys) < 2:
            continue
        here, there = codes_of(left, right, keys)
        known = there[there >= 0]
        if len(known) and len(np.unique(known)) == len(known):
            different = np.unique(here[here >= 0])
            found = float(np.isin(different, known).mean()) if len(different) else 0.0
            return KeyProposal(tuple(keys), found, found, True)
        if len(keys) == 3:
            break
    return None
