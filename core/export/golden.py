"""Golden rows: what a bundle must answer exactly as the model in the app does.

They are made up. Each value is drawn from its own column alone, so that the rows hold combinations no person has, and a
row that happens to equal one of the table is drawn again: a bundle carries no row of the user's data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from core.export.facts import BundleSpec
from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.limits import GOLDEN_ROWS
from core.runtime.rules import GroupRule
from core.runtime.schema import InputColumn, InputSchema
from core.runtime.values import as_date, as_number, as_text

QUANTILES = 41
"""Points of a number column's distribution that golden rows are drawn from; interpolated, so mostly no real values."""
DRAWN_LEVELS = 200
"""Most frequent values a golden row may take where a column has more than its schema lists."""
LARGEST = 1e15
"""Numbers beyond this are not drawn, for they do not pass through JSON with all their digits everywhere."""
TRIES = 20
"""Draws before a row that equals a real one is given a value no real row has."""
UNSEEN = "a value never seen in training"
UNREADABLE = "not known"
MADE_TEXTS = 40
"""Texts made up for a column of free text."""
HARMLESS = (
    "the",
    "order",
    "came",
    "late",
    "please",
    "send",
    "it",
    "again",
    "thank",
    "you",
    "good",
    "small",
    "red",
    "box",
)
LOOKS = ("ALL IN CAPITALS 12", "See www.example.org, or write to info@example.org", "Déjà vu, naïve, 100 %", "ok")
KINDS = ("plain", "plain", "plain", "plain", "missing", "plain", "unseen", "missing", "wrong", "beyond")
"""What the rows try out, in turn."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Golden:
    """Rows as a service gets them, and what the model in the app answers.

    Parameters
    ----------
    rows : tuple of dict
        Column to JSON value.
    answers : tuple of dict
        Per row ``prediction`` and, for classification, ``probabilities`` by class.
    """

    rows: tuple[Row, ...]
    answers: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        pairs = zip(self.rows, self.answers, strict=True)
        return {"rows": [{"input": row, "expected": answer} for row, answer in pairs]}


@dataclass(frozen=True)
class _Source:
    """Where one column's values are drawn from."""

    column: InputColumn
    pool: tuple[Any, ...]
    beyond: tuple[Any, ...]
    wrong: Any


def golden_rows(
    table_frame: pd.DataFrame,
    schema: InputSchema,
    *,
    n: int = GOLDEN_ROWS,
    seed: int = 7,
    words: Mapping[str, Sequence[str]] | None = None,
) -> list[Row]:
    """Make up rows that try out a model's input.

    Parameters
    ----------
    table_frame : DataFrame of shape (n_rows, ...)
        The training rows.
    schema : InputSchema
    n : int
    seed : int
    words : mapping of str to sequence of str, optional
        Column of free text to the words the model keeps of it; made-up texts hold some of them.

    Returns
    -------
    list of dict
        ``n`` rows, none of which is a row of ``table_frame``; among them rows with missing values, values never seen,
        values of a wrong type, numbers beyond the range seen, and one with nothing known.
    """
    sources = [
        _made_up(column, (words or {}).get(column.name, ()), seed)
        if column.type == "text"
        else _source(table_frame[column.name], column)
        for column in schema.columns
    ]
    # What the model answers is tried out on what its rules refuse as well.
    schema = schema.flagging()
    real = set(_keys(schema.check_frame(table_frame[list(schema.names)])[0]))
    draws = np.random.default_rng(seed)
    kinds = [KINDS[index % len(KINDS)] for index in range(n - 1)]
    rows = [*(_drawn(sources, kind, draws) for kind in kinds), dict.fromkeys(schema.names)]
    suspects = list(range(n))
    for attempt in range(TRIES + 1):
        keys = _keys(schema.check_rows([rows[index] for index in suspects])[0])
        # A row means the same whatever stands beside it, so only the rows drawn anew are looked at again.
        suspects = [index for index, key in zip(suspects, keys, strict=True) if key in real]
        if not suspects:
            break
        for index in suspects:
            last = attempt == TRIES or index == n - 1
            rows[index] = _planted(rows[index], sources, draws) if last else _drawn(sources, kinds[index], draws)
    return rows


def answer_rows(spec: BundleSpec, rows: Sequence[Row]) -> list[Row]:
    """Answer rows with the model in the app, past the code that reads and decides in the bundle.

    Parameters
    ----------
    spec : BundleSpec
    rows : sequence of dict

    Returns
    -------
    list of dict
        See ``Golden``.
    """
    frame = raw_frame(rows, spec.input)
    if spec.task is Task.REGRESSION:
        return [{"prediction": float(value)} for value in spec.pipeline.predict(frame)]
    known = [str(name) for name in spec.pipeline.classes_]
    given = np.asarray(spec.pipeline.predict_proba(frame), dtype=np.float64)
    judged = Outcomes(
        spec.task,
        np.empty(len(rows), dtype=object),
        spec.classes,
        spec.positive,
        given[:, [known.index(name) for name in spec.classes]],
        threshold=spec.threshold,
    )
    if spec.rule:
        flagged = GroupRule.from_dict(spec.rule).decide_rows(judged.score, frame)
        judged = replace(judged, decided=np.where(flagged, str(spec.positive), judged.negative))
    assert judged.probabilities is not None
    return [
        {"prediction": str(label), "probabilities": dict(zip(spec.classes, shares, strict=True))}
        for label, shares in zip(judged.predicted, judged.probabilities.tolist(), strict=True)
    ]


def raw_frame(rows: Sequence[Mapping[str, Any]], schema: InputSchema) -> pd.DataFrame:
    """Return rows as a table of raw values; nothing is read or repaired."""
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in schema.names})


def kept_words(pipeline: Any) -> dict[str, list[str]]:
    """Return, for each column of free text, the words and sequences that travel with a fitted pipeline."""
    found: dict[str, list[str]] = {}
    for _, step in pipeline.steps:
        for name, terms in getattr(step, "terms_", {}).items():
            found[name] = list(dict.fromkeys([*found.get(name, []), *terms]))
    return found


def _made_up(column: InputColumn, words: Sequence[str], seed: int) -> _Source:
    """Make up texts: nothing a person wrote is drawn, only words the model keeps anyway and harmless ones."""
    draws = np.random.default_rng(seed)
    texts = list(LOOKS)
    for number in range(MADE_TEXTS):
        size = int(draws.integers(1, 15))
        drawn = [str(draws.choice(words if len(words) and draws.random() < 0.6 else HARMLESS)) for _ in range(size)]
        text = " ".join(drawn)
        texts.append(f"{text}." if number % 2 else text.capitalize())
    return _Source(column, tuple(texts), (UNSEEN,), 1234567.5)


def _source(values: pd.Series, column: InputColumn) -> _Source:
    if column.type == "number":
        numbers = as_number(values).dropna().to_numpy()
        numbers = numbers[np.abs(numbers) <= LARGEST]
        if not len(numbers):
            return _Source(column, (), (1,), UNREADABLE)
        digits = _digits(numbers)
        grid = [_rounded(value, digits) for value in np.quantile(numbers, np.linspace(0, 1, QUANTILES))]
        span = max(1.0, float(numbers.max() - numbers.min()))
        outside = (_rounded(numbers.min() - span, digits), _rounded(numbers.max() + span, digits))
        return _Source(column, tuple(grid), outside, UNREADABLE)
    if column.type == "date":
        dates = as_date(values, column.date_format).dropna()
        days = dates.sort_values().iloc[np.linspace(0, len(dates) - 1, QUANTILES).astype(int)] if len(dates) else dates
        style = column.date_format or "%Y-%m-%d"
        return _Source(column, tuple(days.dt.strftime(style)), (pd.Timestamp(2100, 1, 1).strftime(style),), UNREADABLE)
    levels = column.levels or tuple(str(level) for level in as_text(values).value_counts().index[:DRAWN_LEVELS])
    return _Source(column, levels, (UNSEEN,), 1234567.5)


def _drawn(sources: Sequence[_Source], kind: str, draws: Generator) -> Row:
    row = {source.column.name: _pick(source.pool, draws) for source in sources}
    if not sources:
        return row
    chosen = sources[int(draws.integers(len(sources)))]
    if kind == "missing":
        gaps = draws.random(len(sources)) < 1 / 3
        row |= {source.column.name: None for source, gap in zip(sources, gaps, strict=True) if gap}
        row[chosen.column.name] = None
    elif kind == "unseen":
        texts = [source for source in sources if source.column.type in ("category", "yes_no")] or sources
        chosen = texts[int(draws.integers(len(texts)))]
        row[chosen.column.name] = _pick(chosen.beyond, draws)
    elif kind == "wrong":
        row[chosen.column.name] = chosen.wrong
    elif kind == "beyond":
        row[chosen.column.name] = _pick(chosen.beyond, draws)
    return row


def _planted(row: Row, sources: Sequence[_Source], draws: Generator) -> Row:
    chosen = sources[int(draws.integers(len(sources)))]
    return {**row, chosen.column.name: _pick(chosen.beyond, draws)}


def _pick(pool: Sequence[Any], draws: Generator) -> Any:
    return pool[int(draws.integers(len(pool)))] if pool else None


def _keys(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return each row as a tuple that equals another's where the rows mean the same."""
    columns = []
    for _, values in frame.items():
        plain = np.array(values, dtype=object)
        plain[values.isna().to_numpy()] = None
        columns.append(plain.tolist())
    return list(zip(*columns, strict=True))


def _digits(numbers: NDArray[np.float64]) -> int:
    """Return the fewest decimals, at most 6, that hold every number."""
    return next((digits for digits in range(6) if np.allclose(numbers, numbers.round(digits), rtol=0, atol=1e-9)), 6)


def _rounded(value: float, digits: int) -> float | int:
    return round(float(value), digits) if digits else round(float(value))
