"""``evaluate``: how good a bundle's model is on rows whose outcome is known."""

import argparse
from pathlib import Path

from core.cli.command import Answer, Command, bounded
from core.cli.output import cut, finding_line, table
from core.cli.reading import add_reading
from core.cli.sources import add_source


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", metavar="BUNDLE", help="folder of an unpacked bundle")
    parser.add_argument("data", metavar="DATA", help="file of rows with their outcome")
    add_reading(parser)
    add_source(parser)
    parser.add_argument("--seed", type=bounded(int, 0, 2**31 - 1), default=7)


def _run(given: argparse.Namespace) -> Answer:
    from core.cli.bundles import answer_file, frame_of, open_bundle
    from core.evaluate.evaluation import evaluate
    from core.framing.metrics import METRICS

    predictor = open_bundle(given.bundle)
    answered = answer_file(predictor, given)
    found = evaluate(answered.outcomes, frame_of(predictor), seed=given.seed)
    rows = [
        (
            METRICS[score.metric].title,
            METRICS[score.metric].format(score.value),
            "" if score.low != score.low else f"{_form(score.metric, score.low)} to {_form(score.metric, score.high)}",
            score.reason,
        )
        for score in found.scores
    ]
    without = f"; {answered.without:,} without a known outcome are left out" if answered.without else ""
    trained = (
        "Rows the model was trained on look better than they should: only rows it has not seen tell how good it is."
    )
    lines = (
        f"{cut(predictor.info.title)} on {found.n:,} rows of {Path(given.data).name}{without}",
        *table(rows, ("Metric", "Value", "95% interval", "")),
        *map(finding_line, found.findings),
        trained,
    )
    return Answer({**found.summary(), "rows_without_outcome": answered.without, "note": trained}, lines)


def _form(metric: str, value: float) -> str:
    from core.framing.metrics import METRICS

    return METRICS[metric].format(value)


COMMAND = Command("evaluate", "Say how good a bundle's model is on rows with their outcome.", _arguments, _run)
