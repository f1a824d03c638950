"""``profile``: what every column of a table holds, and what would mislead a model."""

import argparse
from typing import TYPE_CHECKING, Any

from core.cli.command import Answer, Command
from core.cli.output import cut, finding_line, table
from core.cli.reading import DATA_HELP, add_reading
from core.cli.sources import add_source

if TYPE_CHECKING:
    from core.cli.bringing import BroughtTable
    from core.data.profile import ColumnProfile, Profile
    from core.findings import Finding
    from core.framing.frame import Frame


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", help=DATA_HELP)
    add_reading(parser)
    add_source(parser)
    parser.add_argument("--report", metavar="FILE.html", help="write the quality report there, as one page")
    parser.add_argument("--target", help="column of the outcome, to see what each column says about it")


def _run(given: argparse.Namespace) -> Answer:
    from core.cli.bringing import bring_table
    from core.cli.question import check_columns
    from core.data.checks import check_data
    from core.data.profile import profile
    from core.framing.frame import Frame
    from core.project.target import proposed

    read = bring_table(given, target=given.target)
    frame = Frame()
    if given.target is not None:
        check_columns([given.target], read.frame.columns, "--target")
        frame = Frame.model_validate({"target": given.target, **proposed(frame, read.frame[given.target])})
    schema, whole = read.schema, read.ref.whole
    found = profile(read.frame, schema, frame)
    findings = check_data(read.frame, schema, frame, found, reads=schema.texts(frame))
    if given.report is not None:
        _write_report(given, read, frame, found, findings)
    data = {
        "rows": len(read.frame) if whole is None else whole.rows,
        "rows_looked_at": found.rows,
        "sample": read.sample,
        "whole": None if read.facts is None else read.facts.model_dump(mode="json"),
        "columns": [_column(column) | {"reason": schema[column.name].reason} for column in found.columns],
        "missing_cells": found.missing_cells,
        "duplicate_rows": found.duplicate_rows,
        "task": frame.task,
        "target": frame.target,
        "positive": frame.positive,
        "metric": frame.metric,
        "findings": [
            {
                "code": one.code,
                "severity": one.severity.value,
                "title": one.title,
                "evidence": one.evidence,
                "columns": one.columns,
            }
            for one in findings
        ],
        "read_as": read.ref.read_as,
        "warnings": read.ref.warnings,
    }
    rows = [
        (
            cut(column.name),
            column.type.words,
            column.role,
            f"{100 * column.missing_share:.1f}%",
            f"{column.distinct:,}",
            cut(column.range_words),
            "" if column.signal is None else f"{column.signal:.2f}",
        )
        for column in found.columns
    ]
    lines = (
        f"{data['rows']:,} rows, {len(found.columns):,} columns; types and roles are guesses",
        *([read.sampled] if read.sampled else []),
        *read.ref.warnings,
        *table(rows, ("Column", "Type", "Role", "Missing", "Different", "Range", "Signal")),
        *map(finding_line, findings),
    )
    return Answer(data, lines)


def _write_report(
    given: argparse.Namespace,
    read: "BroughtTable",
    frame: "Frame",
    found: "Profile",
    findings: "list[Finding]",
) -> None:
    from datetime import UTC, datetime
    from pathlib import Path

    from core.errors import InputError
    from core.export.quality import Reported, quality_html

    now, name = datetime.now(UTC), read.ref.name
    told = (*([f"{read.sampled}."] if read.sampled else []), *read.ref.warnings)
    page = quality_html(Reported(read.frame, read.schema, frame, found, findings, name, name, now, now, {}, {}, told))
    try:
        Path(given.report).write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError("The report could not be written.", next_step="Choose another place with --report.") from error


def _column(column: "ColumnProfile") -> dict[str, Any]:
    stats = column.stats
    return {
        "name": column.name,
        "type": column.type.value,
        "role": column.role,
        "rows": column.n,
        "missing": column.missing,
        "distinct": column.distinct,
        "range": column.range_words,
        "median": None if stats is None else stats.median,
        "min": None if stats is None else stats.min,
        "max": None if stats is None else stats.max,
        "top": [{"value": value, "rows": rows} for value, rows in column.top],
        "signal": column.signal,
        "notes": column.notes,
    }


COMMAND = Command("profile", "Say what every column holds, and what would mislead a model.", _arguments, _run)
