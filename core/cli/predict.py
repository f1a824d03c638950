"""``predict``: a file of rows in, a CSV file of answers out, row by row."""

import argparse
from pathlib import Path

from core.cli.command import Answer, Command
from core.cli.output import cut, say
from core.cli.reading import add_reading
from core.cli.sources import add_source
from core.errors import InputError


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", metavar="BUNDLE", help="folder of an unpacked bundle")
    parser.add_argument("data", metavar="DATA", help="file of rows with the columns the model reads")
    add_reading(parser)
    add_source(parser)
    parser.add_argument(
        "--out", type=Path, default=Path("predictions.csv"), metavar="FILE", help="default: predictions.csv"
    )


def _run(given: argparse.Namespace) -> Answer:
    from core.cli.bundles import odd_rows, open_bundle, read_rows
    from core.runtime.batch import write_answers

    if given.out.is_dir():
        raise InputError(f"{given.out} is a folder.", next_step="Name a file with --out.")
    predictor = open_bundle(given.bundle)
    rows = read_rows(predictor, given, given.data)
    answers = predictor.predict_frame(rows)
    warnings = odd_rows(predictor, rows)
    try:
        write_answers(answers, given.out)
    except OSError as fault:
        raise InputError(f"{given.out} cannot be written.", next_step="Name another file with --out.") from fault
    counts: dict[str, int] = {}
    if predictor.info.classes:
        counts = {str(label): int(count) for label, count in answers["prediction"].value_counts().items()}
    for warning in warnings:
        say(warning)
    told = ", ".join(f"{cut(label)} {count:,}" for label, count in counts.items())
    lines = (f"{len(answers):,} rows written to {given.out}" + (f": {told}" if told else ""),)
    data = {"rows": len(answers), "out": str(given.out), "predictions": counts, "warnings": warnings}
    return Answer(data, lines)


COMMAND = Command("predict", "Write a prediction for each row of a file.", _arguments, _run)
