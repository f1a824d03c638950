"""``fit``: from a table and its outcome to an unpacked bundle, within a budget of time."""

import argparse
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.asking import DEFAULT_SEED, add_question
from core.cli.command import Answer, Command, bounded, names
from core.cli.expecting import add_expect, expecting, held, read_expect, told
from core.cli.output import cut, open_lines, say, table
from core.cli.reading import DATA_HELP, add_reading
from core.cli.recipefile import add_recipe, read_recipe
from core.cli.settings import add_directions, add_settings
from core.cli.sources import add_source
from core.cli.splitting import add_split
from core.cli.training import (
    START_SECONDS,
    fitting_process,
    import_seconds,
    shipping_seconds,
    train_within,
    training_seconds,
)
from core.errors import BundleError, InputError, StorageError, TrainingError
from core.findings import Finding, worst_first
from core.limits import BUDGET_SECONDS, FOLDS

if TYPE_CHECKING:
    from core.cli.bringing import BroughtTable
    from core.prepare.problem import Problem
    from core.project.document import Project
    from core.project.shipping import Parcel
    from core.train.board import Leaderboard, Run
    from core.train.fitted import FittedRun

DEFAULT_FOLDER = "fairway-bundle"
SHOWN = 3
"""Candidates whose fate is told where none finished."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", help=DATA_HELP)
    add_reading(parser)
    add_source(parser)
    add_question(parser)
    add_recipe(parser)
    add_expect(parser)
    parser.add_argument("--metric", help="key of the metric that judges")
    parser.add_argument(
        "--quantile", type=bounded(float, 0.01, 0.99), default=0.5, help="of the metric pinball; default: 0.5"
    )
    add_settings(parser)
    add_directions(parser)
    parser.add_argument(
        "--budget", type=bounded(float, *BUDGET_SECONDS), default=60.0, metavar="SECONDS", help="default: 60"
    )
    parser.add_argument("--seed", type=bounded(int, 0, 2**31 - 1), help=f"default: {DEFAULT_SEED}")
    parser.add_argument("--models", type=names, default=(), metavar="A,B", help="default: the usual ones that suit")
    parser.add_argument(
        "--draws",
        type=bounded(int, 0, 100_000),
        metavar="N",
        help="settings that tuning draws; default: while it helps",
    )
    parser.add_argument("--no-blend", action="store_true", help="let no candidates answer together")
    parser.add_argument("--folds", type=bounded(int, *FOLDS), help="default: 5")
    parser.add_argument("--test-share", type=bounded(float, 0.05, 0.5), help="share that is sealed; default: 0.2")
    add_split(parser)
    parser.add_argument("--false-positive-cost", type=bounded(float, 0, 1e12), help="cost of flagging for nothing")
    parser.add_argument("--false-negative-cost", type=bounded(float, 0, 1e12), help="cost of a miss")
    parser.add_argument(
        "--out", type=Path, default=Path(DEFAULT_FOLDER), metavar="DIR", help=f"default: {DEFAULT_FOLDER}"
    )


def _run(given: argparse.Namespace) -> Answer:
    began = time.monotonic()
    place = _place(given.out)
    written, expected = read_recipe(given.recipe), read_expect(given.expect)
    # Imported here: the libraries take seconds, which a wrong path should not wait for.
    from core.cli.bringing import bring_table

    say("Reading the table")
    read = bring_table(given, target=given.target, seed=DEFAULT_SEED if given.seed is None else given.seed)
    for warning in (*([read.sampled] if read.sampled else []), *read.ref.warnings):
        say(warning)
    imports = import_seconds()
    from core.cli.question import project_of
    from core.project import judge

    project = project_of(given, read, now=datetime.now(UTC), written=written)
    if written is not None:
        steps, on = len(project.recipe.steps), len(project.recipe.active)
        say(
            f"The recipe is that of {Path(given.recipe).name}: {steps:,} {'step' if steps == 1 else 'steps'}, {on:,} on"
        )
    built = judge.problem(project, read.frame)
    project = expecting(project, expected, built)
    with fitting_process(project, built) as runner:
        found: dict[str, Sequence[Finding]] = {
            "frame": judge.frame_findings(project, read.frame),
            "data": judge.data_findings(project, read.frame, judge.profile(project, read.frame)),
            "prepare": judge.prepare_findings(project, built),
        }
        after = shipping_seconds(imports, *read.frame.shape, len(built.classes))
        runner.wait_until_ready(START_SECONDS)
        seconds = training_seconds(given.budget, time.monotonic() - began, after)
        if seconds < given.budget:
            say(f"Training for {seconds:.0f} s of the {given.budget:g}: the rest goes into the table and the bundle")
        board, fitted = train_within(project, built, seconds, runner)
    run = _chosen(project, board)
    found["train"] = judge.train_findings(project, board)
    project = _with_line(project, fitted[run.key])
    parcel = _ship(project, built, board, run, fitted[run.key], found, place)
    kept = told(held(project, built, fitted[run.key]))
    findings = worst_first([one for stage in found.values() for one in stage])
    return _answer(project, board, run, place, parcel, findings, kept, read, time.monotonic() - began)


def _place(out: Path) -> Path:
    """Return where the bundle will be, having refused a place that holds something else."""
    from core.runtime.bundle import INFO_PATH

    place = out.expanduser().absolute()
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise InputError(f"{out} is no folder.", next_step="Name a new folder with --out.")
    if place.is_dir() and any(place.iterdir()) and not (place / INFO_PATH).is_file():
        raise InputError(
            f"The folder {out} is not empty and holds no bundle; nothing was written.",
            next_step="Name a new or an empty folder with --out.",
        )
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place.parent):
            return place
    except OSError:
        raise InputError(
            f"Nothing can be written to {place.parent}.", next_step="Name a folder of yours with --out."
        ) from None


def _chosen(project: "Project", board: "Leaderboard") -> "Run":
    from core.project.journey import chosen_run

    key = chosen_run(project, board)
    if key is None and board.ended == "stopped":
        say("Stopped before a candidate had finished; nothing was written.")
        raise KeyboardInterrupt
    if key is None:
        reasons = " ".join(f"{run.title}: {run.reason}" for run in board.runs[:SHOWN] if run.reason)
        raise TrainingError(f"No candidate finished. {reasons}", next_step="Give it more time with --budget.")
    return board.run(key)


def _with_line(project: "Project", fitted: "FittedRun") -> "Project":
    """Draw the line where the costs are lowest, where they are known; as Evaluate proposes it."""
    from core.evaluate.threshold import cost_curve
    from core.framing.frame import Task

    if project.frame.task is not Task.BINARY or not project.frame.costs.known:
        return project
    return project.updated(threshold=cost_curve(fitted.outcomes, project.frame.costs).best_threshold)


def _ship(
    project: "Project",
    built: "Problem",
    board: "Leaderboard",
    run: "Run",
    fitted: "FittedRun",
    found: Mapping[str, Sequence[Finding]],
    place: Path,
) -> "Parcel":
    """Pack the model beside its place, and put it there only once it has answered like the model here."""
    from core.project.fingerprint import model_fingerprint
    from core.project.judge import Judged
    from core.project.shipping import FOLDER, pack

    say("Writing the bundle and asking it the golden rows")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as home:
            parcel = pack(
                project,
                built,
                board,
                run.key,
                fitted.pipeline,
                Judged(fitted.outcomes, fitted.folds, fitted.rows),
                Path(home),
                fingerprint=model_fingerprint(project, run.key),
                findings=found,
                now=datetime.now(UTC),
            )
            if not parcel.certificate.offered:
                raise BundleError(
                    f"The bundle does not answer like the model, so it is not handed out. "
                    f"{' '.join(parcel.certificate.reasons)}",
                    next_step="Nothing was written.",
                )
            if place.exists():
                shutil.move(place, Path(home) / "before")
            (Path(home) / FOLDER).rename(place)
            return parcel
    except OSError as fault:
        raise StorageError(f"{place} could not be written.", next_step="Check the space that is left.") from fault


def _answer(
    project: "Project",
    board: "Leaderboard",
    run: "Run",
    place: Path,
    parcel: "Parcel",
    findings: list[Finding],
    kept: tuple[int, list[dict[str, Any]], tuple[str, ...]],
    read: "BroughtTable",
    seconds: float,
) -> Answer:
    from core.framing.metrics import METRICS
    from core.train.words import blink

    frame, metric, certificate = project.frame, METRICS[board.metric], parcel.certificate
    binary = frame.positive is not None
    data: dict[str, Any] = {
        "task": frame.task,
        "target": frame.target,
        "positive": frame.positive,
        "metric": board.metric,
        "rows": {"train": board.rows, "test": board.test_rows},
        "leaderboard": [
            {
                "model": one.key,
                "score": one.score,
                "low": one.low,
                "high": one.high,
                "fit_seconds": one.fit_seconds,
                "row_seconds": one.row_seconds,
                "status": one.status.value,
                "reason": one.reason,
            }
            for one in board.runs
        ],
        "chosen": run.key,
        "recommendation": board.recommendation,
        "threshold": project.threshold if binary else None,
        "bundle": str(place),
        "certificate": {
            "rows_checked": certificate.rows_checked,
            "rows_agreeing": certificate.rows_agreeing,
            "largest_difference": certificate.largest_difference,
        },
        "seconds": round(seconds, 2),
        "expectations": kept[1],
        "findings": [{"code": one.code, "severity": one.severity.value, "title": one.title} for one in findings],
        "sample": read.sample,
        "warnings": read.ref.warnings,
    }
    rows = [
        (
            one.title,
            "" if one.score is None else metric.format(one.score),
            "" if one.low is None or one.high is None else f"{metric.format(one.low)} to {metric.format(one.high)}",
            f"{one.fit_seconds:,.1f} s",
            "" if one.row_seconds is None else blink(one.row_seconds),
            one.status.value if one.key != run.key else "chosen",
        )
        for one in board.runs
    ]
    lines = (
        *([read.sampled] if read.sampled else []),
        f"{cut(str(frame.target))}: {metric.title} on {board.judged_words}",
        f"{board.rows:,} training rows in {board.folds} folds; {board.test_rows:,} rows are sealed",
        *table(rows, ("Model", metric.title, "95% interval", "Time", "One row", "")),
        board.recommendation,
        *open_lines(findings),
        *kept[2],
        f"{certificate.rows_agreeing} of {certificate.rows_checked} golden rows agree, "
        f"largest difference {certificate.largest_difference:.0e}",
        f"The bundle is in {place}",
    )
    return Answer(data, lines, kept[0])


COMMAND = Command("fit", "Train on a table and write the bundle of the model to take.", _arguments, _run)
