"""A candidate that runs out of memory is a row with its cause and a remedy, and the training goes on."""

import os
import re
import signal
import time
from contextlib import closing

import pytest

from core.train.board import RunStatus, TrainPlan
from core.train.runner import ChildRunner
from core.train.search import train
from tests.unit.train.conftest import make_problem

resource = pytest.importorskip("resource", reason="limits of a process are those of Unix")
HUNGRY = "logistic_regression"


def cannot_grow(pid):
    """Refuse a process every further page of memory, as a limit does that it has reached."""
    resource.prlimit(pid, resource.RLIMIT_AS, (1, resource.RLIM_INFINITY))


def is_ended(pid):
    """End a process as the system ends one when memory runs out."""
    os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux alone sets limits of another process")
@pytest.mark.parametrize("befalls", [cannot_grow, is_ended])
def test_a_fit_that_runs_out_of_memory_is_a_row_and_the_others_go_on(befalls):
    problem, met = make_problem(rows=4_000, folds=2), []

    def on_board(board):
        hungry = next((run for run in board.runs if run.key == HUNGRY), None)
        if not met and hungry is not None and hungry.status is RunStatus.RUNNING:
            met.extend(runner.pids)
            befalls(met[0])

    with closing(ChildRunner(problem, seed=7, threads=1)) as runner:
        board = train(
            problem,
            TrainPlan(candidates=("naive_bayes", HUNGRY, "random_forest"), budget_seconds=100, draws=0, blend=False),
            fingerprint="f",
            on_board=on_board,
            on_fitted=lambda fitted: None,
            should_stop=lambda: False,
            clock=time.monotonic,
            runner=runner,
        )
        assert met[0] not in runner.pids
    failed = board.run(HUNGRY)
    assert failed.status is RunStatus.FAILED
    # Refused memory, some libraries raise, and some end the process.
    assert re.fullmatch(r"It.* memory .*\. Train on fewer rows or columns, or leave this model out\.", failed.reason)
    assert {run.key for run in board.done} == {"baseline", "naive_bayes", "random_forest"}
    assert board.ended == "done"
