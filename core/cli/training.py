"""The training of ``fit``: as long as the budget allows once the rest of the work is taken off."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.cli.output import say

if TYPE_CHECKING:
    from core.prepare.problem import Problem
    from core.project.document import Project
    from core.train.board import Leaderboard, Run
    from core.train.fitted import FittedRun
    from core.train.runner import Runner

LEAST = (0.4, 8.0)
"""Training gets at least this share of the budget, and these seconds, however little is left."""
OVERRUN = (0.1, 10.0)
"""The whole may take this share of the budget and these seconds longer than the budget."""
START_SECONDS = 60.0
"""Longest wait for the process that fits; where it takes longer, the training begins to count all the same."""
MARGIN_SECONDS = 2.0
IMPORT_SECONDS = 1.5
"""Importing the libraries takes this long on a machine that has nothing else to do; what follows is told for such."""
MOST_SLOWNESS = 4.0
"""A machine is taken to be at most this many times slower: a first import may only wait for the disk."""
SHIPPING_SECONDS = 5.0
"""Judging, writing and checking a bundle."""
SHIPPING_CELLS = 4e-7
"""The same, in seconds a cell of the table."""
SHIPPING_COLUMN = 0.004
"""The same, in seconds a column, each of which every golden row has."""
SHIPPING_CLASS = 0.15
"""The same, in seconds an outcome, each of which has curves of its own."""


def shipping_seconds(imports: float, rows: int, columns: int, classes: int) -> float:
    """Forecast what comes after the training: judging, writing and checking the bundle.

    Parameters
    ----------
    imports : float
        Seconds that importing the libraries took, which tells how busy the machine is.
    rows, columns, classes : int
        Of the table, and of the outcome.
    """
    slowness = min(max(imports / IMPORT_SECONDS, 1.0), MOST_SLOWNESS)
    return slowness * (
        SHIPPING_SECONDS + SHIPPING_CELLS * rows * columns + SHIPPING_COLUMN * columns + SHIPPING_CLASS * classes
    )


def training_seconds(budget: float, spent: float, after: float) -> float:
    """Return how long a training may take, so that the whole keeps to its budget.

    Parameters
    ----------
    budget : float
        Seconds asked for.
    spent : float
        Seconds that reading and looking at the table took.
    after : float
        Seconds that are expected for what comes after the training.

    Returns
    -------
    float
    """
    whole = budget * (1 + OVERRUN[0]) + OVERRUN[1] - MARGIN_SECONDS
    return max(LEAST[1], LEAST[0] * budget, min(budget, whole - spent - after))


def import_seconds() -> float:
    """Import the libraries a bundle is asked with, and return the seconds that took."""
    began = time.monotonic()
    import skops.io  # noqa: F401 - only the time it takes is wanted

    return time.monotonic() - began


@contextmanager
def fitting_process(project: "Project", built: "Problem") -> Iterator["Runner"]:
    """Start what fits, which on this machine imports its libraries while the table is still being looked at."""
    from core.settings import Settings
    from core.train.cluster import start_runner
    from core.train.runner import usable_cores

    settings = Settings.from_environment()
    threads = min(settings.worker_threads, usable_cores())
    runner = start_runner(built, seed=project.plan.seed, threads=threads, scheduler=settings.dask_scheduler)
    try:
        yield runner
    finally:
        runner.close()


def train_within(
    project: "Project", built: "Problem", seconds: float, runner: "Runner"
) -> tuple["Leaderboard", dict[str, "FittedRun"]]:
    """Train for at most some seconds, telling on the way what happens; the first Ctrl+C keeps what was found.

    Returns
    -------
    Leaderboard, dict of str to FittedRun
        The finished candidates by key.
    """
    from core.project.fingerprint import training_fingerprint
    from core.train.measures import InUse
    from core.train.search import train

    fitted: dict[str, FittedRun] = {}
    told: set[str] = set()

    def on_board(board: "Leaderboard") -> None:
        for line in (board.where, *(_progress(run, board) for run in board.runs)):
            if line and line not in told:
                told.add(line)
                say(line)

    def keep(run: "FittedRun") -> "Run":
        fitted[run.run.key] = run
        return run.run

    in_use = InUse(built, keep)
    with _stop_on_interrupt() as stop:
        board = train(
            built,
            project.plan.model_copy(update={"budget_seconds": seconds}),
            fingerprint=training_fingerprint(project),
            on_board=on_board,
            on_fitted=in_use.on_fitted,
            should_stop=stop.is_set,
            clock=time.monotonic,
            runner=runner,
        )
    return in_use.board(board), fitted


@contextmanager
def _stop_on_interrupt() -> Iterator[threading.Event]:
    """Let the first Ctrl+C keep what was found, and the second throw it away."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def interrupted(_signal: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        say("Stopping; what was found is kept. Press Ctrl+C again to throw it away.")

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _progress(run: "Run", board: "Leaderboard") -> str:
    from core.framing.metrics import METRICS
    from core.train.board import RunStatus

    if run.status is RunStatus.RUNNING:
        return f"Fitting {run.title[:1].lower()}{run.title[1:]}"
    if run.status is RunStatus.DONE and run.score is not None:
        metric = METRICS[board.metric]
        return f"{run.title}: {metric.title} {metric.format(run.score)}, {run.fit_seconds:.1f} s"
    if run.status in (RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.STOPPED):
        return f"{run.title}: {run.status.value}. {run.reason}"
    return ""
