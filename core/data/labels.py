"""Labels given by hand: a log that is only ever added to, and what follows from it.

What a labeller takes back stays in the log as an entry of its own. Which labels stand is found by replaying it, for
each labeller apart: taking back one's own label never takes back somebody else's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core import limits
from core.errors import InputError
from core.runtime.values import as_number, as_text


class Reason(StrEnum):
    """Why a row was looked at, or that a label was taken back or given again."""

    UNLABELLED = "unlabelled"
    PROPOSED = "proposed"
    SUSPECT = "suspect"
    REVIEW = "review"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True)
class Labelled:
    """One entry of the log.

    Parameters
    ----------
    row : int
        Position in the table, from 0.
    value : str or None
        The outcome as text; ``None`` leaves the row without one.
    previous : str or None
        What stood there just before.
    who : str
        The labeller.
    at : datetime
    reason : Reason
    """

    row: int
    value: str | None
    previous: str | None
    who: str
    at: datetime
    reason: Reason


Log = Sequence[Labelled]


def _replay(log: Log) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Return per labeller the places in the log of the labels that stand, and of those that can be given again."""
    done: dict[str, list[int]] = {}
    gone: dict[str, list[int]] = {}
    for place, entry in enumerate(log):
        mine, taken = done.setdefault(entry.who, []), gone.setdefault(entry.who, [])
        if entry.reason is Reason.UNDO:
            if mine:
                taken.append(mine.pop())
        elif entry.reason is Reason.REDO:
            if taken:
                mine.append(taken.pop())
        else:
            mine.append(place)
            taken.clear()
    return done, gone


def standing(log: Log) -> tuple[Labelled, ...]:
    """Return the labels that were not taken back, in the order in which they were given."""
    done, _ = _replay(log)
    return tuple(log[place] for place in sorted(place for places in done.values() for place in places))


def in_effect(log: Log) -> dict[int, Labelled]:
    """Return for each row that was labelled the label that counts: the one given last."""
    return {entry.row: entry for entry in standing(log)}


def taken_back(log: Log) -> dict[int, str | None]:
    """Return for each row whose labels were all taken back what the table says of it."""
    now = in_effect(log)
    # What the first entry of a row found there is what the table says.
    first = {entry.row: entry.previous for entry in reversed(log)}
    return {row: value for row, value in first.items() if row not in now}


def label(
    log: Log, row: int, value: str | None, *, who: str, at: datetime, reason: Reason, stored: str | None
) -> Labelled | None:
    """Return the entry that gives a row its label; ``None`` where it would repeat this labeller's last word on it.

    Parameters
    ----------
    log : sequence of Labelled
    row : int
    value : str or None
    who : str
    at : datetime
    reason : Reason
        Why the row was shown.
    stored : str or None
        What the table as it was brought says of the row.
    """
    own = next((entry for entry in reversed(standing(log)) if entry.row == row and entry.who == who), None)
    if own is not None and own.value == value and own.reason is reason:
        return None
    before = in_effect(log).get(row)
    return Labelled(row, value, stored if before is None else before.value, who, at, reason)


def undo(log: Log, *, who: str, at: datetime) -> Labelled | None:
    """Return the entry that takes back this labeller's last label; ``None`` where there is none."""
    done, _ = _replay(log)
    return _turned(log, done.get(who, []), Reason.UNDO, who, at)


def redo(log: Log, *, who: str, at: datetime) -> Labelled | None:
    """Return the entry that gives again what this labeller took back last; ``None`` where there is nothing."""
    _, gone = _replay(log)
    return _turned(log, gone.get(who, []), Reason.REDO, who, at)


def _turned(log: Log, places: Sequence[int], reason: Reason, who: str, at: datetime) -> Labelled | None:
    if not places:
        return None
    row = log[places[-1]].row
    draft = Labelled(row, None, _value(log, row), who, at, reason)
    return Labelled(row, _value([*log, draft], row), draft.previous, who, at, reason)


def _value(log: Log, row: int) -> str | None:
    found = in_effect(log).get(row)
    return taken_back(log)[row] if found is None else found.value


def apply_labels(log: Log, values: pd.Series) -> pd.Series:
    """Return the target's column with the labels in it.

    Parameters
    ----------
    log : sequence of Labelled
    values : Series of shape (n_rows,)
        The column of the table as it was brought. Rows beyond it are passed over.

    Returns
    -------
    Series
        Numbers stay numbers and flags stay flags where every label is one; else the column becomes text.
    """
    given = {row: entry.value for row, entry in in_effect(log).items() if 0 <= row < len(values)}
    if not given:
        return values
    rows, labels = np.array(list(given), dtype=np.intp), pd.Series(list(given.values()), dtype=object)
    missing = bool(labels.isna().any())
    if pd.api.types.is_bool_dtype(values.dtype):
        if not missing and labels.isin(["True", "False"]).all():
            return _put(values, rows, (labels == "True").to_numpy(dtype=bool))
    elif pd.api.types.is_numeric_dtype(values.dtype):
        numbers = as_number(labels)
        if bool((numbers.notna() | labels.isna()).all()):
            whole = not missing and bool((numbers == numbers.round()).all())
            kept = values if whole and pd.api.types.is_integer_dtype(values.dtype) else values.astype("float64")
            return _put(kept, rows, numbers.astype(kept.dtype).to_numpy())
    texts = values.astype(object) if isinstance(values.dtype, pd.StringDtype) else as_text(values)
    return _put(texts, rows, labels.to_numpy(dtype=object)).astype("str")


def _put(values: pd.Series, rows: NDArray[np.intp], labels: NDArray[Any]) -> pd.Series:
    changed = values.to_numpy(copy=True)
    changed[rows] = labels
    return pd.Series(changed, index=values.index, name=values.name)


def labels_table(log: Log, column: str, places: NDArray[np.intp] | None = None) -> pd.DataFrame:
    """Return the labels that count as a table, to be taken elsewhere.

    Parameters
    ----------
    log : sequence of Labelled
    column : str
        What was labelled.
    places : ndarray of int, optional
        Where in the full table each row stands, from 0, where the labelled table is a sample of it.

    Returns
    -------
    DataFrame
        One row a label, in the order of the table; rows are counted from 1.
    """
    found = [entry for _, entry in sorted(in_effect(log).items()) if places is None or entry.row < len(places)]
    told: dict[str, list[Any]] = {"row": [entry.row + 1 for entry in found]}
    if places is not None:
        told["row_in_full_table"] = [int(places[entry.row]) + 1 for entry in found]
    told |= {
        "column": [column] * len(found),
        "label": [entry.value for entry in found],
        "before": [entry.previous for entry in found],
        "labelled_by": [entry.who for entry in found],
        "at": [entry.at.isoformat(timespec="seconds") for entry in found],
        "shown_as": [entry.reason.value for entry in found],
    }
    return pd.DataFrame(told)


@dataclass(frozen=True)
class Progress:
    """How far the labelling of a table's rows is: of ``to_label`` rows without an outcome, ``labelled`` have one now.

    ``confirmed`` and ``corrected`` count rows that had an outcome and were looked at again.
    """

    to_label: int
    labelled: int
    confirmed: int
    corrected: int

    @property
    def share(self) -> float:
        """Share of the rows to label that are labelled."""
        return self.labelled / self.to_label if self.to_label else 1.0


def progress(log: Log, values: pd.Series) -> Progress:
    """Return how far the labelling is.

    Parameters
    ----------
    log : sequence of Labelled
    values : Series
        The column of the table as it was brought.
    """
    stored = as_text(values)
    now = {row: entry.value for row, entry in in_effect(log).items() if 0 <= row < len(stored)}
    missing = stored.isna().to_numpy()
    before = stored.to_numpy(dtype=object)
    known = [(row, value) for row, value in now.items() if not missing[row]]
    return Progress(
        to_label=int(missing.sum()),
        labelled=sum(missing[row] and value is not None for row, value in now.items()),
        confirmed=sum(value == before[row] for row, value in known),
        corrected=sum(value != before[row] for row, value in known),
    )


def counts_by(log: Log) -> dict[str, int]:
    """Return how many rows each labeller has a standing label on, most first."""
    rows: dict[str, set[int]] = {}
    for entry in standing(log):
        rows.setdefault(entry.who, set()).add(entry.row)
    return {who: len(found) for who, found in sorted(rows.items(), key=lambda item: (-len(item[1]), item[0]))}


@dataclass(frozen=True)
class Agreement:
    """How two labellers agree on the rows both have labelled.

    Parameters
    ----------
    first, second : str
        Labellers, by name.
    rows, same : int
        Rows both labelled, and of these the rows with the same outcome.
    kappa : float or None
        Cohen's kappa: 0 is what chance would give, 1 is all. ``None`` where both know one outcome only.
    """

    first: str
    second: str
    rows: int
    same: int
    kappa: float | None


def agreement(log: Log) -> tuple[Agreement, ...]:
    """Return the agreement of each two labellers who share rows; the pair with most rows first.

    Kappa as in Cohen (1960), "A coefficient of agreement for nominal scales", formula 1.
    """
    said: dict[str, dict[int, str]] = {}
    for entry in standing(log):
        words = said.setdefault(entry.who, {})
        if entry.value is None:
            words.pop(entry.row, None)
        else:
            words[entry.row] = entry.value
    found = []
    for first, second in combinations(sorted(said), 2):
        rows = sorted(said[first].keys() & said[second].keys())
        if rows:
            pairs = [(said[first][row], said[second][row]) for row in rows]
            found.append(Agreement(first, second, len(rows), sum(a == b for a, b in pairs), _kappa(pairs)))
    return tuple(sorted(found, key=lambda pair: (-pair.rows, pair.first, pair.second)))


def _kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    count = len(pairs)
    observed = sum(a == b for a, b in pairs) / count
    labels = {value for pair in pairs for value in pair}
    chance = sum(sum(a == name for a, _ in pairs) * sum(b == name for _, b in pairs) for name in labels) / count**2
    return None if chance >= 1 else (observed - chance) / (1 - chance)


def checked_label(given: object, *, amount: bool = False) -> str:
    """Return a label as it is kept.

    Parameters
    ----------
    given : object
    amount : bool
        Whether it must be a number.

    Raises
    ------
    InputError
        It is empty, too long, or no number where one is asked for.
    """
    text = as_text(pd.Series([given], dtype=object)).iloc[0] or ""
    text = "".join(sign if sign.isprintable() else " " for sign in text).strip()
    if not text:
        raise InputError("A label needs a value.", next_step="Give one, or skip the row.")
    if len(text) > limits.LABEL_LENGTH:
        raise InputError(f"A label has at most {limits.LABEL_LENGTH} characters; this one has {len(text):,}.")
    if amount and pd.isna(as_number(pd.Series([text], dtype=object)).iloc[0]):
        raise InputError("This label is no number.", next_step="Give an amount, or skip the row.")
    return text
