"""Checks of what cells hold: units and types mixed in one column, spellings, personal data, dates ahead."""

import re
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from core.data.dictionary import allowed_words, outside, read_allowed
from core.data.facts import DataFacts, Found
from core.data.knowing.personal import find_personal
from core.data.knowing.values import spelling_variants
from core.data.profile import ColumnProfile
from core.data.schema import ColumnType
from core.data.signal import Floats
from core.data.summary import number_words
from core.errors import InputError
from core.findings import Finding, Fix, Severity
from core.framing.target import count_levels, quoted, rows_words
from core.runtime.values import as_date, as_number

MOSTLY: Final = 0.8
"""Share of the filled rows from which a column is of one kind, the rest of another."""
MOST_LEVELS: Final = 5_000
"""Most frequent values of a column that are looked at."""
MANY_NUMBERS: Final = 12
"""Different numbers from which a column holds amounts; fewer may be codes beside names."""
THOUSAND: Final = 1000.0
CLUSTER_ROWS: Final = 5
CLUSTER_SHARE: Final = 0.005
LONG_NUMBER: Final = 1e12
"""Numbers this long may be of cards."""
MARKED_AT_ONCE: Final = 20
"""Different values a click marks as missing."""
_UNIT = re.compile(r"\s*([€$£¥]?)\s*[-+−]?\d[\d.,]*\s*([^\d\s.,;:()+−-][^\d]{0,9}?)?\s*")
_UNIT_WORDS = """kg g mg µg lb lbs oz t st km m cm mm mi mile miles ft foot feet in inch inches yd l ml cl dl gal °c
°f c f k h hr hrs hour hours min mins minute minutes s sec secs ms d day days week weeks month
months year years yr yrs % € $ £ ¥ usd eur gbp chf jpy kwh wh mwh w kw mw mb gb kb tb km/h kph mph
m/s kn cal kcal kj j pa hpa kpa bar psi mmhg sqft sqm m² m2 ha acre acres mg/dl mmol/l bpm hz khz
mhz v kv a ma"""
_UNITS: Final = frozenset(_UNIT_WORDS.split())
NUMBER_TEXT: Final = re.compile(r"[-+−]?\d[\d.,]*(?:[eE][-+]?\d+)?%?")
DAY_TEXT: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_TEXTS: Final = (ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.IDENTIFIER)
_NO_ANSWER = """prefer not to say;prefer not to answer;refused;refused to answer;declined;declined to answer;no \
answer;no response;don't know;dont know;do not know;not sure;not applicable;does not apply;not \
asked;not stated;undisclosed;not disclosed;not reported;not answered;weiß nicht;keine antwort;sans \
réponse;ne sait pas;no sabe;no contesta"""
NO_ANSWER: Final = frozenset(_NO_ANSWER.split(";"))


def _levels(facts: DataFacts, column: ColumnProfile) -> pd.Series:
    return facts.levels(column.name).iloc[:MOST_LEVELS]


def _texts(facts: DataFacts) -> list[ColumnProfile]:
    target = facts.frame.target
    return [column for column in facts.profile.columns if column.type in _TEXTS and column.name != target]


def _leave_out(column: str, reason: str) -> Fix:
    return Fix("Leave it out", "leave_out", {"columns": [column], "reason": reason})


def mixed_units(facts: DataFacts) -> Found:
    """Find amounts in different units in one column: written beside the number, or a thousandfold apart."""
    for column in _texts(facts):
        levels = _levels(facts, column)
        rows: dict[str, int] = {}
        for text, count in levels.items():
            unit = unit_of(str(text))
            if unit:
                rows[unit] = rows.get(unit, 0) + int(count)
        if len(rows) < 2 or sum(rows.values()) < MOSTLY * int(levels.sum()) or sorted(rows.values())[-2] < 2:
            continue
        often = sorted(rows.items(), key=lambda item: -item[1])
        shown = ", ".join(f"{unit} in {rows_words(count)}" for unit, count in often[:4])
        yield Finding(
            code="mixed-units",
            severity=Severity.WARNING,
            title=f"`{column.name}` mixes units",
            evidence=f"Numbers are written with different units: {shown}.",
            why="As text, no amount is learned from it. Bring the table again with one unit and plain numbers.",
            columns=(column.name,),
            fix=_leave_out(column.name, "Mixes units"),
        )
    for column in facts.features:
        if column.type is not ColumnType.NUMBER or column.distinct <= 2 * MANY_NUMBERS:
            continue
        found = thousandfold(as_number(facts.table_frame[column.name]).dropna().to_numpy())
        if found is None:
            continue
        few, many, border = found
        yield Finding(
            code="mixed-units",
            severity=Severity.WARNING,
            title=f"`{column.name}` may mix units",
            evidence=f"{few:,} of {few + many:,} values lie about a thousandfold away from the others, with nothing "
            f"between, on the other side of {number_words(border)}.",
            why="Some may be in another unit, such as grams among kilograms. Mend them at the source.",
            columns=(column.name,),
            fix=_leave_out(column.name, "May mix units"),
        )


def unit_of(text: str) -> str:
    """Return the unit written beside a number; empty where there is none, or none that is known."""
    match = _UNIT.fullmatch(text)
    unit = "" if match is None else (match[1] or match[2] or "").casefold().strip()
    return unit if unit in _UNITS else ""


def thousandfold(values: Floats) -> tuple[int, int, float] | None:
    """Tell whether positive values form two heaps a thousandfold apart.

    Parameters
    ----------
    values : ndarray
        Without missing ones.

    Returns
    -------
    tuple of (int, int, float) or None
        Values in the smaller and the larger heap, and the middle of the empty space between.
    """
    logs = np.sort(np.log10(values[values > 0]))
    if len(logs) < 4 * CLUSTER_ROWS or len(logs) < 0.9 * len(values):
        return None
    steps = np.diff(logs)
    at = int(steps.argmax()) + 1
    low, high = logs[:at], logs[at:]
    fewest = max(CLUSTER_ROWS, CLUSTER_SHARE * len(logs))
    if steps[at - 1] < 0.7 or min(len(low), len(high)) < fewest:
        return None
    apart = float(np.median(high) - np.median(low))
    if abs(apart - np.log10(THOUSAND)) > 0.25:
        return None
    return min(len(low), len(high)), max(len(low), len(high)), float(10 ** ((low[-1] + high[0]) / 2))


def mixed_types(facts: DataFacts) -> Found:
    """Find columns of text that are numbers or dates but for a few words."""
    for column in _texts(facts):
        if column.type is ColumnType.IDENTIFIER:
            continue
        levels = _levels(facts, column)
        filled = int(levels.sum())
        for kind, pattern, words in (
            (ColumnType.NUMBER, NUMBER_TEXT, "numbers"),
            (ColumnType.DATE, DAY_TEXT, "dates"),
        ):
            fits = np.array([pattern.fullmatch(str(text).strip()) is not None for text in levels.index], dtype=bool)
            rows = int(levels.to_numpy()[fits].sum())
            others = levels[~fits]
            if rows < MOSTLY * filled or not len(others) or fits.sum() <= MANY_NUMBERS:
                continue
            shown = ", ".join(f"{quoted(text)} in {rows_words(int(count))}" for text, count in others.iloc[:3].items())
            yield Finding(
                code="mixed-types",
                severity=Severity.WARNING,
                title=f"`{column.name}` mixes {words} and words",
                evidence=f"{rows:,} of {filled:,} filled rows hold {words}; the others do not: {shown}.",
                why=f"As it is, the column is read as {column.type.words.casefold()}. As {words}, what cannot be read "
                "becomes missing.",
                columns=(column.name,),
                fix=Fix(f"Read as {words}", "set_type", {"column": column.name, "type": kind.value}),
            )
            break


def coded_missing(facts: DataFacts) -> Found:
    """Name levels that say that there is no answer."""
    found = []
    for column in facts.features:
        if column.type is not ColumnType.CATEGORY:
            continue
        for text, count in _levels(facts, column).items():
            if str(text).strip().casefold().replace("’", "'") in NO_ANSWER:
                found.append((column.name, str(text), int(count)))
    if not found:
        return
    names = tuple(dict.fromkeys(name for name, *_ in found))
    shown = "; ".join(f"`{name}` {quoted(text)}, {rows_words(count)}" for name, text, count in found[:4])
    values = list(dict.fromkeys(text for _, text, _ in found))
    yield Finding(
        code="coded-missing",
        severity=Severity.INFO,
        title="Some levels say “no answer”",
        evidence=f"{shown}{f'; {len(found) - 4:,} more' if len(found) > 4 else ''}.",
        why="Each is learned as a kind of its own: right where refusing says something, else mark it missing.",
        columns=names,
        fix=Fix(
            "Treat as missing",
            "add_step",
            {
                "kind": "mark_missing",
                "columns": list(names),
                "params": {"values": values},
                "reason": "Levels that say there is no answer",
            },
        ),
    )


def variants(facts: DataFacts) -> Found:
    """Name levels that are one but for their spelling."""
    for column in facts.profile.columns:
        if column.type is not ColumnType.CATEGORY or column.distinct < 2:
            continue
        levels = _levels(facts, column)
        groups = spelling_variants([str(level) for level in levels.index])
        if not groups:
            continue
        shown = "; ".join(
            " and ".join(f"{quoted(level)} ({rows_words(int(levels[level]))})" for level in group[:3])
            for group in groups[:3]
        )
        yield Finding(
            code="spelling-variants",
            severity=Severity.WARNING if column.name == facts.frame.target else Severity.INFO,
            title=f"`{column.name}` has spelling variants",
            evidence=f"{shown}{f'; {len(groups) - 3:,} more' if len(groups) > 3 else ''}.",
            why="Levels that differ only in case, spaces or punctuation are learned as different kinds. Which spelling "
            "is right no rule can say, so there is no button: write them alike at the source and refresh.",
            columns=(column.name,),
        )


def personal_data(facts: DataFacts) -> Found:
    """Name columns that hold e-mail addresses, numbers of cards and people, or names."""
    used = {column.name for column in facts.features}
    for column in facts.profile.columns:
        large = column.type is ColumnType.NUMBER and column.stats is not None and column.stats.max >= LONG_NUMBER
        if column.name == facts.frame.target or not (column.type in _TEXTS or large):
            continue
        kinds = find_personal(facts.table_frame[column.name], column.name)
        if not kinds:
            continue
        shown = ", ".join(f"{one.kind} in {rows_words(one.rows)}" for one in kinds[:3])
        most = max(one.looked_at for one in kinds)
        seen = column.name in used
        yield Finding(
            code="personal-data",
            severity=Severity.WARNING if seen else Severity.INFO,
            title=f"`{column.name}` holds personal data",
            evidence=f"{shown[:1].upper()}{shown[1:]}, told by their form in {most:,} different values.",
            why="A model would learn people by heart, and its levels travel with it."
            if seen
            else "The model does not see it, so nothing is left to click; whoever gets this table does. Take it out "
            "of the file where nobody needs it.",
            columns=(column.name,),
            fix=_leave_out(column.name, "Personal data") if seen else None,
        )


def ahead_of(brought: datetime) -> pd.Timestamp:
    """Return the moment from which a date lies ahead of a table: a day ahead may be another place's today."""
    moment = pd.Timestamp(brought)
    moment = moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
    return moment.normalize() + pd.Timedelta(days=2)


def dates_ahead(facts: DataFacts) -> Found:
    """Name dates later than the day on which the table was brought."""
    if facts.brought is None:
        return
    moment = ahead_of(facts.brought)
    for column in facts.features:
        if column.type is not ColumnType.DATE:
            continue
        dates = as_date(facts.table_frame[column.name], facts.schema[column.name].date_format)
        ahead = dates[dates > moment]
        if not len(ahead):
            continue
        yield Finding(
            code="dates-ahead",
            severity=Severity.INFO,
            title=f"`{column.name}` reaches into the future",
            evidence=f"{len(ahead):,} of {int(dates.notna().sum()):,} dates are later than the day the table was "
            f"brought, the last {ahead.max().date()}.",
            why="Planned dates are fine; others are slips, stand for “never”, or are filled in later.",
            columns=(column.name,),
            fix=Fix("Leave it out", "not_known_then", {"columns": [column.name]}),
        )


def not_allowed(facts: DataFacts) -> Found:
    """Hold columns against the values that the data dictionary allows."""
    for name, entry in facts.dictionary.items():
        if name not in facts.schema or name not in facts.table_frame.columns:
            continue
        spec = facts.schema[name]
        try:
            allowed = read_allowed(entry.allowed, spec.type)
        except InputError:
            # The type was changed after the range was written.
            continue
        if allowed is None:
            continue
        wrong = facts.table_frame.loc[outside(facts.table_frame[name], spec, allowed), name]
        if not len(wrong):
            continue
        levels = count_levels(wrong)
        shown = ", ".join(f"{quoted(text)} in {rows_words(int(count))}" for text, count in levels.iloc[:3].items())
        values = [float(text) if spec.type is ColumnType.NUMBER else text for text in map(str, levels.index)]
        fix = Fix(
            "Treat as missing",
            "add_step",
            {"kind": "mark_missing", "columns": [name], "params": {"values": values}, "reason": "Not allowed"},
        )
        few = len(values) <= MARKED_AT_ONCE and name in facts.schema.features(facts.frame)
        yield Finding(
            code="not-allowed",
            severity=Severity.WARNING,
            title=f"`{name}` holds what it must not",
            evidence=f"{len(wrong):,} of {len(facts.table_frame):,} rows are outside what you allow, "
            f"{allowed_words(allowed)}: {shown}{f' and {len(levels) - 3:,} more values' if len(levels) > 3 else ''}.",
            why="A slip at the source, or the data dictionary is too strict."
            + ("" if few else " Mend them there: they are too many, or in a column the model does not see, to mark."),
            columns=(name,),
            fix=fix if few else None,
        )
