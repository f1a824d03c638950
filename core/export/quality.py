"""The quality report: what a table holds and what would mislead a model, as one HTML page that asks nobody anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from core.data.dictionary import Entry
from core.data.knowing.association import Associations, associations
from core.data.knowing.cards import column_card
from core.data.knowing.missing import missingness
from core.data.knowing.near import near_repeats
from core.data.knowing.texts import DateCard, TextCard
from core.data.knowing.values import LevelCard, NumberCard
from core.data.profile import ColumnProfile, Profile
from core.data.representation import GroupShare, against_reference, representation
from core.data.schema import Schema
from core.data.summary import number_words
from core.export.templates import render_html
from core.findings import Finding
from core.framing.frame import Frame

COLUMNS: Final = 200
"""Columns that get a card; the others are counted."""
HEAT_COLUMNS: Final = 24
PAIRS: Final = 25


@dataclass(frozen=True, eq=False)
class Reported:
    """What a report is made from.

    Parameters
    ----------
    table_frame, schema, frame, profile, findings
        As decided and found.
    title, file : str
        Of the project or the table, and the file's name.
    created : datetime
    brought : datetime or None
        When the table was brought; later dates are in the future.
    dictionary : mapping of str to Entry
    reference : mapping of str to mapping
    warnings : sequence of str
        What was guessed while reading.
    """

    table_frame: pd.DataFrame
    schema: Schema
    frame: Frame
    profile: Profile
    findings: Sequence[Finding]
    title: str
    file: str
    created: datetime
    brought: datetime | None
    dictionary: Mapping[str, Entry]
    reference: Mapping[str, Mapping[str, float]]
    warnings: Sequence[str] = ()


def quality_html(given: Reported) -> str:
    """Return the report as one page, in which every text of the table is text."""
    found = given.profile
    gaps = missingness(given.table_frame, given.schema, given.frame)
    near = near_repeats(given.table_frame, given.schema)
    together = associations(given.table_frame, given.schema, given.frame)
    on = "" if near.rows == near.of_rows else f" (of {near.rows:,} looked at)"
    return render_html(
        "quality.html.j2",
        {
            "title": given.title,
            "file": given.file,
            "created": given.created.date().isoformat(),
            "rows_words": found.rows_words,
            "figures": [
                ("Rows", f"{len(given.table_frame):,}"),
                ("Columns", f"{len(found.columns):,}"),
                ("Missing cells", f"{100 * found.missing_cells / max(1, found.cells):.1f}%"),
                ("Rows without a gap", f"{gaps.complete:,}"),
                ("Repeated rows", f"{found.duplicate_rows:,}"),
                ("Nearly repeated", f"{near.alike + near.one_apart:,}{on}"),
            ],
            "target": found.target_summary,
            "findings": [
                {
                    "severity": finding.severity.value,
                    "title": finding.title.replace("`", ""),
                    "evidence": finding.evidence.replace("`", ""),
                    "why": finding.why.replace("`", ""),
                    "code": finding.code,
                }
                for finding in given.findings
            ],
            "columns": [_column(given, column) for column in found.columns[:COLUMNS]],
            "more_columns": max(0, len(found.columns) - COLUMNS),
            "patterns": [(", ".join(one.columns), f"{one.rows:,}") for one in gaps.patterns[:12]],
            "heat": _heat(together),
            "pairs": [(one.first, one.second, _signed(one.value), one.measure) for one in together.pairs[:PAIRS]],
            "together_words": together.rows_words,
            "groups": [_groups(given, name) for name in given.frame.sensitive if name in given.table_frame.columns],
            "warnings": [warning.replace("`", "") for warning in given.warnings],
        },
    )


def _column(given: Reported, column: ColumnProfile) -> dict[str, Any]:
    top = max(column.bars, default=0.0) or 1.0
    entry = given.dictionary.get(column.name, Entry())
    card = column_card(given.table_frame[column.name], given.schema[column.name], now=given.brought)
    said = [("Allowed", entry.allowed), ("Unit", entry.unit), ("From", entry.source)]
    return {
        "name": column.name,
        "type": column.type.words,
        "role": column.role,
        "meaning": entry.meaning,
        "range": column.range_words,
        "missing": f"{100 * column.missing_share:.1f}%" if column.missing else "",
        "signal": None if column.signal is None or column.role == "Target" else round(100 * column.signal),
        "bars": [
            (round(100 * bar / top, 1), f"{name}: {bar:,.0f}")
            for bar, name in zip(column.bars, column.labels, strict=True)
        ],
        "facts": [*_facts(card), *((name, text) for name, text in said if text)],
    }


def _facts(card: NumberCard | LevelCard | TextCard | DateCard) -> list[tuple[str, str]]:
    if isinstance(card, NumberCard):
        if not card.quantiles:
            return []
        quantiles = dict(card.quantiles)
        facts = [
            ("Median", number_words(quantiles[0.5])),
            ("Half lie from", f"{number_words(quantiles[0.25])} to {number_words(quantiles[0.75])}"),
            ("Mean and spread", f"{number_words(card.mean)}, {number_words(card.std)}"),
            ("Zeros, negatives", f"{card.zeros:,}, {card.negatives:,}"),
            ("Beyond the fences", f"{card.fenced.rows:,}"),
        ]
        if card.heap is not None:
            facts.append(("Heaped on", f"multiples of {card.heap.base:,}: {100 * card.heap.share:.0f}%"))
        return facts
    if isinstance(card, LevelCard):
        shown = ", ".join(f"{level.name} {100 * level.share:.1f}%" for level in card.levels[:5])
        return [("Levels", f"{card.distinct:,}"), ("Most frequent", shown), ("Rare levels", f"{card.rare:,}")]
    if isinstance(card, TextCard):
        return [
            ("Different values", f"{card.distinct:,}"),
            ("Letters", f"{card.shortest:,}" + (f" to {card.longest:,}" if card.longest > card.shortest else "")),
            ("Patterns", ", ".join(f"{one.text} ({one.rows:,})" for one in card.patterns[:3])),
            ("Words", ", ".join(one.text for one in card.words[:8])),
        ]
    if card.first is None:
        return []
    facts = [("Days with a row", f"{card.covered:,} of {card.days:,}")]
    facts += [("Longest gap", f"{gap.start:%Y-%m-%d} to {gap.end:%Y-%m-%d}") for gap in card.gaps[:1]]
    return facts


def _heat(found: Associations) -> dict[str, Any]:
    names = found.names[:HEAT_COLUMNS]
    cells = []
    for row, name in enumerate(names):
        line = []
        for at in range(row):
            value = float(found.values[row, at])
            known = value == value
            strength = round(100 * abs(value)) if known else 0
            said = f"{name}, {names[at]}: {_signed(value) if known else 'unknown'}"
            line.append((strength, "minus" if known and value < 0 else "plus", said))
        cells.append((name, line))
    return {"cells": cells, "cut": max(0, len(found.names) - HEAT_COLUMNS)}


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _groups(given: Reported, column: str) -> dict[str, Any]:
    shares = representation(given.table_frame, given.schema, given.frame, column)
    compared = against_reference(shares, given.reference.get(column, {}), column)
    verdicts = {one.group: one for one in compared.verdicts}
    return {
        "column": column,
        "rows": [
            (
                one.group,
                f"{one.rows:,}",
                f"{100 * one.share:.1f}% ({100 * one.share_low:.1f} to {100 * one.share_high:.1f})",
                _rate(one, given.frame),
                f"{100 * verdicts[one.group].reference:.1f}%" if one.group in verdicts else "",
                {"under": "under-represented", "over": "over-represented", "like": "alike"}.get(
                    verdicts[one.group].kind, "too few rows"
                )
                if one.group in verdicts
                else "too few rows to judge rates"
                if one.too_small
                else "",
            )
            for one in shares
        ],
        "words": compared.words if compared.verdicts else "",
    }


def _rate(one: GroupShare, frame: Frame) -> str:
    if one.outcome_rate is None:
        return ""
    if one.positives is None:
        return number_words(one.outcome_rate, 2)
    assert one.low is not None
    assert one.high is not None
    return f"{100 * one.outcome_rate:.1f}% ({100 * one.low:.1f} to {100 * one.high:.1f})"
