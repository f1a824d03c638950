import os
import signal
import threading
import time
from contextlib import closing

import psutil
import pytest

from core.train import dask_worker
from core.train.board import RunStatus, TrainPlan
from core.train.causes import ENDED, ENDED_OFTEN, MEMORY
from core.train.dask_runner import DaskRunner
from core.train.fits import REFIT, FitTask
from core.train.runner import FitFailed, FitInterrupted, InProcessRunner
from core.train.search import train
from tests.daskcluster import cluster_in, until
from tests.unit.train.conftest import make_problem

PLAN = TrainPlan(candidates=("nearest_neighbours", "naive_bayes"), budget_seconds=100, draws=4)
FOREST = TrainPlan(candidates=("random_forest",), budget_seconds=100, draws=0)
SLOW = FitTask("support_vector_machine", 0)


def never():
    return False


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two workers of one thread each."""
    with cluster_in(tmp_path_factory.mktemp("dask")) as cluster:
        cluster.add_workers(2)
        yield cluster


@pytest.fixture(scope="module")
def client(cluster):
    """A look at the cluster from outside."""
    from distributed import Client

    with Client(cluster.address, set_as_default=False) as client:
        yield client


@pytest.fixture(scope="module")
def large():
    """A problem on which a support vector machine takes many seconds."""
    return make_problem(rows=20_000, folds=2)


def search(problem, plan, *, on_board=lambda board: None, should_stop=never, **where):
    return train(
        problem,
        plan,
        fingerprint="f",
        on_board=on_board,
        on_fitted=lambda fitted: None,
        should_stop=should_stop,
        clock=time.monotonic,
        **where,
    )


def search_here(problem, plan):
    with closing(InProcessRunner(problem, seed=plan.seed)) as here:
        return search(problem, plan, runner=here)


def what_counts(board):
    """Everything on a board but times and places."""
    return [
        (
            *(run.key, run.status, run.score, run.low, run.high, run.seen, run.p_value, run.params, run.summary),
            [(fold.fold, fold.unseen, fold.seen, fold.metrics) for fold in run.folds],
            [(draw.params, draw.score, draw.ended_early) for draw in run.draws],
        )
        for run in board.runs
    ]


def pids(client):
    return client.run(os.getpid)


def below(client):
    """The processes that fit, by the address of their worker."""
    found = {}
    for address, pid in pids(client).items():
        children = psutil.Process(pid).children(recursive=True)
        found[address] = [one for one in children if fits(one)]
    return found


def fits(process):
    try:
        return "core.train.child" in process.cmdline()
    except psutil.Error:
        return False


def at_work(client):
    """The address of the worker that has been given a fit."""
    return next((address for address, keys in client.processing().items() if keys), None)


def test_a_search_on_the_cluster_gives_the_board_of_this_machine(cluster, client, problem):
    board, here = search(problem, PLAN, scheduler=cluster.address), search_here(problem, PLAN)
    assert what_counts(board) == what_counts(here)
    assert board.recommended == here.recommended
    assert {"nearest_neighbours_tuned", "blend"} <= {run.key for run in board.done}
    assert board.notes == here.notes
    assert board.where == f"Fitted on the Dask cluster at {cluster.address}, 2 fits at a time."
    assert here.where == ""


def test_both_workers_fit_and_let_go_of_the_training_when_it_is_over(cluster, client, problem):
    with closing(DaskRunner(problem, seed=7, address=cluster.address)) as runner:
        dict(runner.fit_all([FitTask("decision_tree", fold) for fold in (0, 1, 2, REFIT)], never))
        assert [len(found) for found in below(client).values()] == [1, 1]
    until(lambda: not any(below(client).values()), 5)


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(cluster, client, problem):
    killed = []

    def on_board(board):
        forest = next((run for run in board.runs if run.key == "random_forest"), None)
        if not killed and forest is not None and len(forest.folds) == 1:
            address = until(lambda: at_work(client))
            killed.append(pids(client)[address])
            os.kill(killed[0], signal.SIGKILL)

    board = search(problem, FOREST, on_board=on_board, scheduler=cluster.address)
    assert killed
    assert what_counts(board) == what_counts(search_here(problem, FOREST))
    assert board.where.startswith("Fitted on the Dask cluster")
    client.wait_for_workers(2, timeout=30)
    assert killed[0] not in pids(client).values()


def test_a_fit_under_way_is_ended_within_a_second_and_its_worker_is_free(cluster, client, large):
    with closing(DaskRunner(large, seed=7, address=cluster.address)) as runner:
        began = []

        def interrupted():
            if not began and sum(map(len, below(client).values())) == 2:
                began.append(time.monotonic())
            return bool(began) and time.monotonic() - began[0] > 0.3

        with pytest.raises(FitInterrupted):
            list(runner.fit_all([SLOW, SLOW], interrupted))
        assert time.monotonic() - began[0] < 1.3
        until(lambda: not any(below(client).values()), 2)
        ((_, answer),) = runner.fit_all([FitTask("baseline", 0)], never)
        assert answer.metrics["roc_auc"] == 0.5


def test_a_stop_is_heeded_within_five_seconds_and_keeps_what_is_done(cluster, client, large):
    stopped = []

    def should_stop():
        return bool(stopped)

    def on_board(board):
        machine = next((run for run in board.runs if run.key == SLOW.candidate), None)
        if not stopped and machine is not None and machine.status is RunStatus.RUNNING:
            threading.Timer(0.5, lambda: stopped.append(time.monotonic())).start()

    plan = TrainPlan(candidates=(SLOW.candidate,), budget_seconds=600, draws=0)
    board = search(large, plan, on_board=on_board, should_stop=should_stop, scheduler=cluster.address)
    assert time.monotonic() - stopped[0] < 5
    assert board.ended == "stopped"
    assert [run.key for run in board.done] == ["baseline"]
    assert board.run(SLOW.candidate).reason == "Stopped after 0 of 2 folds."


def test_a_fit_that_the_system_ends_fails_the_candidate_and_not_its_worker(cluster, client, large):
    workers = set(pids(client).values())
    with closing(DaskRunner(large, seed=7, address=cluster.address)) as runner:

        def kill():
            for found in below(client).values():
                for process in found:
                    process.kill()
            return False

        with pytest.raises(FitFailed) as failure:
            list(runner.fit_all([SLOW], kill))
        assert failure.value.cause == ENDED
        ((_, answer),) = runner.fit_all([FitTask("baseline", 0)], never)
        assert answer.metrics["roc_auc"] == 0.5
    assert set(pids(client).values()) == workers


def test_a_fit_that_ends_two_workers_is_given_up_in_words(cluster, client, large):
    with closing(DaskRunner(large, seed=7, address=cluster.address)) as runner:
        # Both workers have the table before anything happens.
        dict(runner.fit_all([FitTask("baseline", fold) for fold in (0, 1, 0, 1)], never))
        killed = []

        def kill():
            address = at_work(client)
            pid = pids(client).get(address)
            if pid is not None and pid not in killed and below(client)[address]:
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)
            return False

        with pytest.raises(FitFailed) as failure:
            list(runner.fit_all([SLOW], kill))
        assert failure.value.cause == ENDED_OFTEN
        assert "memory" in ENDED_OFTEN
        assert len(killed) == 2
    client.wait_for_workers(2, timeout=30)


def test_a_fit_takes_no_more_than_its_share_of_the_workers_memory(problem):
    held = dask_worker._Held("t", problem, 7)
    try:
        assert held.fit(FitTask("decision_tree", 0), never, 1e6).cause == MEMORY
        assert held.fit(FitTask("decision_tree", 0), never, 8e9).metrics is not None
    finally:
        held.close()
