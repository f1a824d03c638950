"""The input a model takes: its columns, and how a caller's rows are read as these columns."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.contract import ALLOW, AS_BEFORE, FLAG, READ_AS_MISSING, REFUSE, ColumnRule
from core.runtime.errors import RuntimeFault
from core.runtime.values import as_date, as_number, as_text

SHOWN_LENGTH = 60
"""Characters of a caller's value that a message repeats."""
SHOWN_PROBLEMS = 20
"""Problems a refusal names; the others are counted."""
_NUMBERS = frozenset((float, int, type(None)))


@dataclass(frozen=True)
class InputProblem:
    """One thing in the caller's rows that cannot be read; ``row`` counts from 1, and is 0 for all rows."""

    row: int
    column: str
    message: str


class InputRefused(RuntimeFault):
    """Rows that cannot be scored as they are; ``problems`` names each place."""

    def __init__(self, problems: Sequence[InputProblem]) -> None:
        self.problems = tuple(problems)
        more = len(self.problems) - SHOWN_PROBLEMS
        texts = [problem.message for problem in self.problems[:SHOWN_PROBLEMS]]
        super().__init__(" ".join([*texts, f"And {more:,} more." if more > 0 else ""]).strip())


@dataclass(frozen=True)
class InputColumn:
    """One column of the input.

    Parameters
    ----------
    name : str
        Raw name.
    type : str
        ``number``, ``category``, ``yes_no``, ``date`` or ``text``.
    required : bool
        Whether a row must have it (a null counts as having it). A column that is not required and not given is
        missing in every row.
    levels : tuple of str
        Values seen in training, as text; empty where they are not held against the input.
    low, high : float or None
        Smallest and largest number seen in training.
    date_format : str
        ``strptime`` format of dates given as text; empty for ISO 8601.
    rule : ColumnRule
        What its values must hold.
    """

    name: str
    type: str
    required: bool = True
    levels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    date_format: str = ""
    rule: ColumnRule = AS_BEFORE

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "InputColumn":
        """Make a column from JSON values; one of a bundle made before columns had rules has the default."""
        levels, rule = tuple(given.get("levels", ())), ColumnRule.from_dict(given.get("rule", {}))
        return cls(**{**given, "levels": levels, "rule": rule})

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        rule = {**asdict(self.rule), "values": list(self.rule.values)}
        return {**asdict(self), "levels": list(self.levels), "rule": rule}


@dataclass(frozen=True)
class InputSchema:
    """The columns a model takes, in the order of its table."""

    columns: tuple[InputColumn, ...]

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "InputSchema":
        """Make a schema from the value ``to_dict`` returned."""
        return cls(tuple(InputColumn.from_dict(column) for column in given["columns"]))

    def to_dict(self) -> dict[str, Any]:
        """Return the schema as JSON values."""
        return {"columns": [column.to_dict() for column in self.columns]}

    def flagging(self) -> "InputSchema":
        """Return the schema that flags the values this one refuses."""
        return InputSchema(tuple(replace(column, rule=column.rule.flagging()) for column in self.columns))

    @property
    def names(self) -> tuple[str, ...]:
        """Raw names, in order."""
        return tuple(column.name for column in self.columns)

    def check_rows(
        self, rows: Sequence[Mapping[str, Any]], *, strict: bool = False
    ) -> tuple[pd.DataFrame, list[list[str]]]:
        """Read rows of a request.

        Parameters
        ----------
        rows : sequence of mapping
            Column to value; the order of the columns does not matter.
        strict : bool
            Whether a value that cannot be read as its column's type refuses the rows where the column's rule leaves it
            open. Otherwise it counts as missing, with a warning.

        Returns
        -------
        frame : DataFrame of shape (n_rows, n_columns)
            Numbers as float64, categories as ``str``, dates as datetime64.
        warnings : list of list of str
            Per row, in plain words.

        Raises
        ------
        InputRefused
            A required column is missing in a row, a value is a list or an object, or, if ``strict``, unreadable; or a
            column's rule refuses a value.
        """
        problems: list[InputProblem] = []
        data: dict[str, list[Any]] = {}
        for column in self.columns:
            lacking = [index for index, row in enumerate(rows) if column.name not in row] if column.required else []
            absent = f"column `{_shown(column.name)}` is missing."
            if len(lacking) == len(rows) > 0:
                problems.append(InputProblem(0, column.name, "C" + absent[1:]))
            else:
                problems += [InputProblem(i + 1, column.name, f"Row {i + 1:,}: {absent}") for i in lacking]
            data[column.name] = [row.get(column.name) for row in rows]
        if problems:
            raise InputRefused(problems)
        warnings: list[list[str]] = [[] for _ in rows]
        known = set(self.names)
        for index, row in enumerate(rows):
            warnings[index] += [_ignored(name) for name in row if name not in known]
        return self._read(data, warnings, strict), warnings

    def check_frame(self, frame: pd.DataFrame, *, strict: bool = False) -> tuple[pd.DataFrame, list[list[str]]]:
        """Read a table; as ``check_rows``, keeping the index. Further columns are ignored without a word per row."""
        lacking = [column.name for column in self.columns if column.required and column.name not in frame.columns]
        if lacking:
            raise InputRefused([InputProblem(0, name, f"Column `{_shown(name)}` is missing.") for name in lacking])
        absent = pd.Series([None] * len(frame), index=frame.index, dtype=object)
        columns = {name: frame[name] if name in frame.columns else absent for name in self.names}
        warnings: list[list[str]] = [[] for _ in range(len(frame))]
        return self._read({k: v.reset_index(drop=True) for k, v in columns.items()}, warnings, strict).set_axis(
            frame.index
        ), warnings

    def _read(
        self, columns: Mapping[str, pd.Series | list[Any]], warnings: list[list[str]], strict: bool
    ) -> pd.DataFrame:
        read = {column.name: _read_column(column, columns[column.name]) for column in self.columns}
        problems = []
        for column in self.columns:
            result, rule = read[column.name], column.rule
            if rule != AS_BEFORE:
                _hold(column, result)
            problems += result.nested + result.refused
            if rule.unreadable == REFUSE or (strict and rule.unreadable != READ_AS_MISSING):
                problems += result.unreadable
        if problems:
            raise InputRefused(sorted(problems, key=lambda problem: problem.row))
        for result in read.values():
            for problem in result.unreadable:
                text = problem.message.partition(": ")[2]
                warnings[problem.row - 1].append(f"{text.removesuffix('.')}; read as missing.")
            for row, text in result.notes:
                warnings[row].append(text)
        return pd.DataFrame({name: result.values for name, result in read.items()}, index=range(len(warnings)))


@dataclass
class _Column:
    values: pd.Series | NDArray[np.float64]
    nested: list[InputProblem] = field(default_factory=list)
    unreadable: list[InputProblem] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    refused: list[InputProblem] = field(default_factory=list)

    def found(self, column: InputColumn, rule: str, rows: Sequence[tuple[int, str]]) -> None:
        """Let rows through, flag them or refuse them, as the rule says."""
        if rule == FLAG:
            self.notes += rows
        elif rule == REFUSE:
            self.refused += [InputProblem(i + 1, column.name, f"Row {i + 1:,}: {text}") for i, text in rows]


def _hold(column: InputColumn, result: _Column) -> None:
    """Hold the values of a column against its rule, beyond what training saw."""
    rule, name = column.rule, _shown(column.name)
    values = pd.Series(result.values)
    if rule.missing != ALLOW:
        gaps = np.flatnonzero(values.isna().to_numpy())
        result.found(column, rule.missing, [(int(index), f"`{name}` is missing.") for index in gaps])
    if rule.not_allowed == ALLOW or not rule.bounds or column.type == "date":
        return
    if column.type == "number":
        numbers = values.to_numpy(dtype=np.float64)
        wrong = (numbers < (-np.inf if rule.low is None else rule.low)) | (
            numbers > (np.inf if rule.high is None else rule.high)
        )
        if rule.values:
            listed = as_number(pd.Series(list(rule.values), dtype=object)).dropna().to_numpy()
            wrong |= ~np.isnan(numbers) & ~np.isin(numbers, listed)
        rows = [
            (int(index), f"`{name}` is {_number(numbers[index])}; {_allowed(rule)}.") for index in np.flatnonzero(wrong)
        ]
    else:
        listed_texts = set(rule.values)
        known = {
            text: not rule.values or _level(text, listed_texts) in listed_texts for text in values.dropna().unique()
        }
        rows = [
            (index, f"`{name}` is '{_shown(text)}', which is not allowed.")
            for index, text in enumerate(values)
            if not known.get(text, True)
        ]
    result.found(column, rule.not_allowed, rows)


def _allowed(rule: ColumnRule) -> str:
    if rule.values:
        return "this is not among the values allowed"
    low, high = (None if end is None else _number(end) for end in (rule.low, rule.high))
    return (
        f"allowed is {f'at least {low}' if high is None else f'at most {high}' if low is None else f'{low} to {high}'}"
    )


def _read_column(column: InputColumn, given: pd.Series | list[Any]) -> _Column:
    if column.type == "number" and (numbers := _plain_numbers(given)) is not None:
        plain = _Column(numbers)
        plain.found(column, column.rule.beyond, _outside(column, numbers))
        return plain
    nested = []
    if isinstance(given, list):
        given = pd.Series(given, dtype=object)
    if given.dtype == object:
        cells = given.tolist()
        for index, value in enumerate(cells):
            if isinstance(value, (list, dict, tuple, set)):
                text = f"Row {index + 1:,}: `{_shown(column.name)}` must be one value, not a list or an object."
                nested.append(InputProblem(index + 1, column.name, text))
        given = pd.Series([_plain(value) for value in cells], dtype=object)
    if column.type == "number":
        result = _read_numbers(column, given)
    elif column.type == "date":
        result = _read_dates(column, given)
    else:
        result = _read_levels(column, given)
    result.nested = nested
    return result


def _plain_numbers(given: pd.Series | list[Any]) -> NDArray[np.float64] | None:
    """Return values that are numbers or missing already, as nearly all are; ``None`` where something must be read."""
    if isinstance(given, pd.Series):
        if given.dtype != np.float64:
            return None
        numbers = given.to_numpy(dtype=np.float64, copy=True)
    else:
        if not _NUMBERS.issuperset(map(type, given)):
            return None
        try:
            numbers = np.array(given, dtype=np.float64)
        except OverflowError:
            return None
    return None if np.isinf(numbers).any() else numbers


def _outside(column: InputColumn, numbers: NDArray[np.float64]) -> list[tuple[int, str]]:
    low, high = column.low, column.high
    if low is None or high is None:
        return []
    return [
        (
            int(index),
            f"`{_shown(column.name)}` is {_number(numbers[index])}; training saw {_number(low)} to {_number(high)}.",
        )
        for index in np.flatnonzero((numbers < low) | (numbers > high))
    ]


def _read_numbers(column: InputColumn, given: pd.Series) -> _Column:
    numbers = as_number(given)
    result = _Column(numbers, unreadable=_unreadable(column, given, numbers, "a number"))
    result.found(column, column.rule.beyond, _outside(column, numbers.to_numpy()))
    if given.dtype == object:
        result.notes += [
            (index, f"`{_shown(column.name)}` came as text and was read as {_number(number)}.")
            for index, (value, number) in enumerate(zip(given, numbers, strict=True))
            if isinstance(value, str) and not np.isnan(number)
        ]
    return result


def _read_dates(column: InputColumn, given: pd.Series) -> _Column:
    # pandas reads "now" and "today" as dates: the answer to a row must not depend on when it is asked for.
    clock = given.map(lambda value: isinstance(value, str) and value.strip().lower() in ("now", "today"))
    dates = as_date(given.mask(clock.astype(bool)), column.date_format)
    example = column.date_format or "YYYY-MM-DD"
    return _Column(dates, unreadable=_unreadable(column, given, dates, f"a date ({example})"))


def _read_levels(column: InputColumn, given: pd.Series) -> _Column:
    texts = as_text(given)
    result = _Column(texts)
    if column.levels:
        levels = set(column.levels)
        known = {None: None} | {text: _level(text, levels) for text in texts.dropna().unique()}
        texts = pd.Series([known[text] for text in texts], index=texts.index, dtype=object)
        unseen = [
            (index, f"`{_shown(column.name)}` is '{_shown(text)}', which training never saw.")
            for index, text in enumerate(texts)
            if text is not None and text not in levels
        ]
        result.found(column, column.rule.unseen, unseen)
    result.values = texts.astype(pd.StringDtype(na_value=np.nan))
    return result


def _level(text: str, levels: set[str]) -> str:
    """Return the level a text stands for: "2.0" stands for "2", and "true" for "True", where only these were seen."""
    if text in levels:
        return text
    number = as_text(as_number(pd.Series([text], dtype=object))).iloc[0]
    truth = text.capitalize() if text.lower() in ("true", "false") else None
    return next((str(other) for other in (number, truth) if other in levels), text)


def _unreadable(column: InputColumn, given: pd.Series, read: pd.Series, kind: str) -> list[InputProblem]:
    lost = np.flatnonzero((read.isna() & given.notna()).to_numpy())
    return [
        InputProblem(
            int(i) + 1,
            column.name,
            f"Row {int(i) + 1:,}: `{_shown(column.name)}` is '{_shown(given.iloc[i])}', which is not {kind}.",
        )
        for i in lost
        if str(given.iloc[i]).strip()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        # Half a surrogate pair is legal JSON, yet no text that can be stored or compared.
        return value.encode("utf-8", "replace").decode("utf-8") if not value.isascii() else value
    return None if isinstance(value, (list, dict, tuple, set)) else value


def _number(value: float) -> str:
    return f"{value:,.6g}".replace("-", "−")


def _shown(value: Any) -> str:
    text = str(_plain(value) if not isinstance(value, int) or abs(value) < 10**SHOWN_LENGTH else "a very large number")
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


def _ignored(name: str) -> str:
    return f"Column `{_shown(name)}` is not used and was ignored."
