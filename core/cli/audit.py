"""``audit``: whom the errors of a bundle's model hit, group by group."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.cli.command import Answer, Command, bounded, names
from core.cli.output import cut, table
from core.cli.reading import add_reading
from core.cli.sources import add_source
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from core.fairness.audit import Audit, Gap

MEASURES = ("selection_rate", "false_positive_rate", "false_negative_rate", "accuracy")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", metavar="BUNDLE", help="folder of an unpacked bundle")
    parser.add_argument("data", metavar="DATA", help="file of rows with their outcome and the sensitive columns")
    add_reading(parser)
    add_source(parser)
    parser.add_argument("--sensitive", type=names, required=True, metavar="A,B", help="columns that name groups")
    parser.add_argument("--measure", choices=MEASURES, default="false_positive_rate", help="what is held to the limit")
    parser.add_argument(
        "--limit", type=bounded(float, 0, 1), default=0.10, help="largest acceptable difference; default 0.10"
    )


def _run(given: argparse.Namespace) -> Answer:
    from core.cli.bundles import answer_file, open_bundle
    from core.cli.question import check_columns
    from core.data.groups import group_labels
    from core.fairness.audit import audit
    from core.fairness.words import audit_sentences

    if not given.sensitive:
        raise InputError("--sensitive names no column.", next_step="Name the columns whose groups are to be compared.")
    predictor = open_bundle(given.bundle)
    answered = answer_file(predictor, given)
    check_columns(given.sensitive, answered.rows.columns, "--sensitive")
    found: list[dict[str, Any]] = []
    lines: list[str] = []
    for column in given.sensitive:
        values, spec = _typed(answered.rows[column])
        one = audit(answered.outcomes, group_labels(values, spec), measure=given.measure, limit=given.limit)
        sentences = [sentence.replace("`", "") for sentence in audit_sentences(one)]
        found.append(_json(one, sentences))
        lines += [f"{cut(column)}, {one.rows:,} rows", *_rows(one), *sentences, ""]
    data = {"rows": len(answered.rows), "rows_without_outcome": answered.without, "audits": found}
    return Answer(data, tuple(lines[:-1]))


def _typed(values: "pd.Series") -> tuple["pd.Series", Any]:
    """Return a column as a table would be read, for a file of rows leaves columns it does not know as text."""
    from core.data.guess import guess_schema
    from core.data.schema import ColumnType
    from core.runtime.values import as_number

    spec = guess_schema(values.to_frame())[str(values.name)]
    if spec.type is ColumnType.NUMBER:
        values = as_number(values)
    return values, spec


def _rows(one: "Audit") -> list[str]:
    from core.fairness.words import amount, percent

    def cell(key: str, value: float, low: float, high: float) -> str:
        say = percent if one.measures[key].is_share else amount
        return f"{say(value)} ({say(low)} to {say(high)})"

    rows = [
        (
            cut(group.group, 24),
            f"{group.rows:,}",
            *(cell(key, group.rates[key].value, group.rates[key].low, group.rates[key].high) for key in one.measures),
        )
        for group in one.groups
    ]
    return table(rows, ("Group", "Rows", *(measure.title for measure in one.measures.values())))


def _json(one: "Audit", sentences: list[str]) -> dict[str, Any]:
    return {
        "column": one.column,
        "measure": one.measure,
        "limit": one.limit,
        "beyond_limit": one.beyond,
        "widest": None if one.widest is None else _gap(one.widest),
        "groups": [
            {
                "group": group.group,
                "rows": group.rows,
                "rates": {key: asdict(rate) for key, rate in group.rates.items()},
            }
            for group in one.groups
        ],
        "four_fifths": [{**asdict(impact), "passes": impact.passes} for impact in one.impacts],
        "sentences": sentences,
    }


def _gap(gap: "Gap") -> dict[str, Any]:
    return {"group": gap.group, "reference": gap.reference, **asdict(gap.difference)}


COMMAND = Command("audit", "Say whom the errors of a bundle's model hit, group by group.", _arguments, _run)
