"""``monitor``: later rows, or the log of a service, held against the training data."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.command import Answer, Command, bounded
from core.cli.output import cut, table
from core.cli.reading import add_reading
from core.cli.sources import add_source

if TYPE_CHECKING:
    import pandas as pd

    from core.evaluate.score import Score
    from core.monitor.report import WatchReport
    from core.runtime.predict import Predictor
    from core.runtime.schema import InputSchema


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", metavar="BUNDLE", help="folder of an unpacked bundle")
    parser.add_argument("data", metavar="DATA", help="a later table, or the prediction log of the service")
    add_reading(parser)
    add_source(parser)
    parser.add_argument(
        "--reference", metavar="DATA", help="the table the model was trained on; a bundle holds no row of it"
    )
    parser.add_argument("--seed", type=bounded(int, 0, 2**31 - 1), default=7)


def _run(given: argparse.Namespace) -> Answer:
    from core.cli.bundles import frame_of, odd_rows, open_bundle, read_rows, schema_of, with_outcome
    from core.framing.frame import Task
    from core.monitor.answers import is_log, read_answers
    from core.monitor.watch import watch

    predictor = open_bundle(given.bundle)
    info, wanted = predictor.info, with_outcome(predictor)
    later, logged, skipped, told = Path(given.data), None, 0, ""
    if is_log(later):
        log = read_answers(later)
        rows, logged, skipped, told = log.frame, log.answers, log.skipped, log.words
    else:
        rows = read_rows(predictor, given, given.data, wanted)
    reference = None if given.reference is None else _reference(given, predictor, wanted)
    lacking = [] if reference is None else [name for name in info.input.names if name not in reference.columns]
    if lacking:
        from core.errors import DataError

        raise DataError(
            f"{Path(given.reference).name} lacks the column '{cut(lacking[0])}', which the model was trained on.",
            next_step="Name the table the model was trained on with --reference.",
        )
    report = watch(
        _trained_on(given.bundle, reference) if reference is not None else rows.head(0),
        rows,
        schema_of(predictor),
        frame_of(predictor),
        info.input.names,
        predictor.flagging().predict_frame,
        seed=given.seed,
        classes=info.classes if Task(info.task).is_classification else (),
        reference_score=_score(predictor),
        logged=logged,
        skipped_lines=skipped,
    )
    notes = [*([told] if told else []), *odd_rows(predictor, rows)]
    if reference is None:
        notes.append(
            "Without the training table nothing can be held against it: name it with --reference to see drift."
        )
    data = {**report.summary(), "notes": notes}
    return Answer(data, (*(_lines(report) if reference is not None else _untold(report)), *notes))


def _reference(given: argparse.Namespace, predictor: "Predictor", wanted: "InputSchema") -> "pd.DataFrame":
    """Read the table the model was trained on, by the signs it had then: what is said of DATA does not hold for it."""
    from core.cli.bundles import read_rows

    plain = argparse.ArgumentParser()
    add_reading(plain)
    add_source(plain)
    return read_rows(predictor, plain.parse_args([]), given.reference, wanted, skip_long=True)


def _trained_on(bundle: str, reference: "pd.DataFrame") -> "pd.DataFrame":
    """Return the training rows of the table the model was made from, or all rows of another table."""
    import pandas as pd

    from core.runtime.bundle import PARTS_PATH

    parts = pd.read_csv(Path(bundle) / PARTS_PATH, usecols=["row", "part"], keep_default_na=False)
    if len(parts) != len(reference):
        return reference
    return reference.iloc[parts.loc[parts["part"].isin(("train", "left out")), "row"].to_numpy()]


def _score(predictor: "Predictor") -> "Score | None":
    from core.evaluate.score import Score

    info = predictor.info
    if info.score is None or not info.metric:
        return None
    nan = float("nan")
    return Score(info.metric, info.score, nan, nan, 0, "cross-validation, as the bundle tells", 0)


def _untold(report: "WatchReport") -> list[str]:
    """Return what can be told without the training table: no column or prediction has anything to be held against."""
    told = [problem.sentence for problem in report.problems]
    if report.performance is not None:
        told.append(report.performance.sentence)
    steps = [problem.next_step for problem in report.problems if problem.next_step]
    return [
        f"Verdict: {report.verdict.value}",
        *(sentence.replace("`", "") for sentence in told),
        *(f"Next: {step}" for step in steps),
    ]


def _lines(report: "WatchReport") -> list[str]:
    rows = [
        (
            cut(drift.column),
            drift.verdict.value,
            "" if drift.psi is None else f"{drift.psi:.2f}",
            "" if drift.missing_psi is None else f"{drift.missing_psi:.2f}",
            f"{drift.known_then:,}",
            f"{drift.known_now:,}",
        )
        for drift in report.columns
    ]
    head = ("Column", "Drift", "Stability index", "of missing", "Values then", "now")
    return [
        f"Verdict: {report.verdict.value}",
        *(sentence.replace("`", "") for sentence in report.sentences),
        *(table(rows, head) if rows else []),
        *(f"Next: {step}" for step in report.next_steps),
    ]


COMMAND = Command("monitor", "Hold later rows against the training data.", _arguments, _run)
