import os
import signal
import threading
import time
from contextlib import closing

import psutil
import pytest

from core.train import dask_runner, dask_worker
from core.train.board import RunStatus, TrainPlan
from core.train.causes import ENDED, ENDED_OFTEN, MEMORY
from core.train.cluster import start_runner
from core.train.dask_runner import ClusterGone, DaskRunner, cluster_in_words
from core.train.fits import REFIT, FitTask
from core.train.runner import ChildRunner, FitFailed, FitInterrupted, InProcessRunner
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
def runner(cluster, problem):
    with closing(DaskRunner(problem, seed=7, address=cluster.address)) as runner:
        yield runner


@pytest.fixture(scope="module")
def large():
    """A problem on which a support vector machine takes many seconds."""
    return make_problem(rows=20_000, folds=2)


@pytest.fixture(scope="module")
def slow(cluster, large):
    """A runner on that problem; both workers have the table."""
    with closing(DaskRunner(large, seed=7, address=cluster.address)) as runner:
        dict(runner.fit_all([FitTask("baseline", fold) for fold in (0, 1, 0, 1)], never))
        yield runner


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
    # One that has just died is passed over.
    return client.run(os.getpid, on_error="ignore")


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


def test_a_training_that_is_over_leaves_nothing_on_the_workers(client):
    # The search before this test has closed its runner.
    until(lambda: not any(below(client).values()), 5)


def test_only_workers_that_run_the_same_are_used(cluster, client, problem, monkeypatch):
    here = dict(dask_worker.versions_here())
    monkeypatch.setattr(dask_runner, "versions_here", lambda: {**here, "Python": "2.7", "Fairway": "older"})
    with pytest.raises(ClusterGone) as gone:
        DaskRunner(problem, seed=7, address=cluster.address)
    assert gone.value.why.startswith("The worker tcp://127.0.0.1:")
    assert f"runs another version of Fairway, Python {here['Python']} and not 2.7. Its scores would" in gone.value.why


def test_a_worker_that_comes_later_and_runs_something_else_is_not_used(runner, monkeypatch):
    monkeypatch.setattr(dask_runner, "versions_here", lambda: {"Python": "2"})
    with pytest.raises(ClusterGone, match="and not 2"):
        list(runner.fit_all([FitTask("baseline", 0)], never))


def test_a_cluster_says_what_it_has_and_a_fit_may_take_its_share_of_it(cluster, runner):
    assert runner.workers == 2
    assert runner.free_bytes() == 2 * 4e9
    assert cluster_in_words(cluster.address) == (
        f"Fits go to the Dask cluster at {cluster.address}: workers 2, fits at a time 2, 4.0 GB for each"
    )


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(client, problem, runner):
    boards, killed = [], []

    def should_stop():
        forest = next((run for run in boards[-1].runs if run.key == "random_forest"), None) if boards else None
        if not killed and forest is not None and forest.status is RunStatus.RUNNING:
            pid = pids(client).get(at_work(client))
            if pid is not None:
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)
        return False

    board = search(problem, FOREST, on_board=boards.append, should_stop=should_stop, runner=runner)
    assert killed
    assert what_counts(board) == what_counts(search_here(problem, FOREST))
    assert board.where.startswith("Fitted on the Dask cluster")
    client.wait_for_workers(2, timeout=30)
    assert killed[0] not in pids(client).values()


def test_the_blocks_of_a_validation_part_stay_together(cluster, client, runner):
    tasks = [FitTask("decision_tree", fold) for fold in range(4)]
    before = sum(map(len, below(client).values()))
    problem = make_problem(rows=200, folds=4, scheme="holdout")
    with closing(DaskRunner(problem, seed=7, address=cluster.address)) as parts:
        assert parts.workers == 1
        there = dict(parts.fit_all(tasks, never))
        assert sum(map(len, below(client).values())) == before + 1
    here = dict(InProcessRunner(problem, seed=7).fit_all(tasks, never))
    assert [there[fold].metrics for fold in range(4)] == [here[fold].metrics for fold in range(4)]


def test_a_fit_under_way_is_ended_within_a_second_and_its_worker_is_free(client, slow):
    before = {process.pid for found in below(client).values() for process in found}
    began = time.monotonic()
    with pytest.raises(FitInterrupted):
        list(slow.fit_all([SLOW, SLOW], lambda: time.monotonic() - began > 0.5))
    assert time.monotonic() - began < 1.5

    def ended():
        return before - {process.pid for found in below(client).values() for process in found}

    until(lambda: len(ended()) == 2, 2)
    ((_, answer),) = slow.fit_all([FitTask("baseline", 0)], never)
    assert answer.metrics["roc_auc"] == 0.5


def test_a_stop_is_heeded_within_five_seconds_and_keeps_what_is_done(large, slow):
    stopped = []

    def on_board(board):
        machine = next((run for run in board.runs if run.key == SLOW.candidate), None)
        if machine is not None and machine.status is RunStatus.RUNNING:
            threading.Timer(0.5, lambda: stopped.append(time.monotonic())).start()

    plan = TrainPlan(candidates=(SLOW.candidate,), budget_seconds=600, draws=0)
    board = search(large, plan, on_board=on_board, should_stop=lambda: bool(stopped), runner=slow)
    assert time.monotonic() - stopped[0] < 5
    assert board.ended == "stopped"
    assert [run.key for run in board.done] == ["baseline"]
    assert board.run(SLOW.candidate).reason == "Stopped after 0 of 2 folds."


def test_a_fit_that_the_system_ends_fails_the_candidate_and_not_its_worker(client, slow):
    workers = set(pids(client).values())

    def kill():
        for found in below(client).values():
            for process in found:
                process.kill()
        return False

    with pytest.raises(FitFailed) as failure:
        list(slow.fit_all([SLOW], kill))
    assert failure.value.cause == ENDED
    assert dict(slow.fit_all([FitTask("baseline", 0)], never))[0].metrics["roc_auc"] == 0.5
    assert set(pids(client).values()) == workers


def test_a_fit_that_ends_two_workers_is_given_up_in_words(client, slow):
    # Both workers have the table, so that neither is asked for the fit anew.
    dict(slow.fit_all([FitTask("baseline", fold) for fold in (0, 1, 0, 1)], never))
    killed = []

    def kill():
        there = pids(client)
        pid = there.get(at_work(client))
        # One is always left: where all are ended, nobody knows what it was.
        if len(there) == 2 and pid is not None and pid not in killed:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)
        return False

    with pytest.raises(FitFailed) as failure:
        list(slow.fit_all([SLOW], kill))
    assert failure.value.cause == ENDED_OFTEN
    assert "memory" in ENDED_OFTEN
    assert len(killed) >= 2


def test_a_fit_takes_no_more_than_its_share_of_the_workers_memory(problem):
    with closing(dask_worker._Held("t", problem, 7)) as held:
        assert held.fit(FitTask("decision_tree", 0), never, 1e6).cause == MEMORY
        assert held.idle == []


def test_idle_processes_of_other_trainings_make_room(problem):
    store = dask_worker._Store()
    one, other = (store.open(name, problem, 7) for name in "ab")
    with closing(one), closing(other):
        for held in (one, other):
            held.idle.append(held._begin())
        store.make_room(one, 8e9)
        assert (len(one.idle), len(other.idle)) == (1, 1)
        store.make_room(one, 1e6)
        assert (len(one.idle), len(other.idle)) == (1, 0)


# The last three end the cluster, one part after the other.


def test_where_every_worker_is_lost_this_machine_does_the_rest(cluster, client, problem, monkeypatch):
    monkeypatch.setattr(dask_runner, "WITHOUT_WORKERS_SECONDS", 1.0)
    client.wait_for_workers(1, timeout=30)
    tasks = [FitTask("decision_tree", fold) for fold in (0, 1, 2, REFIT)]
    here = dict(InProcessRunner(problem, seed=7).fit_all(tasks, never))
    with closing(start_runner(problem, seed=7, threads=1, scheduler=cluster.address)) as first:
        answers = first.fit_all(tasks, never)
        place, answer = next(answers)
        cluster.end(cluster.nanny)
        found = {place: answer, **dict(answers)}
        assert sorted(found) == [0, 1, 2, 3]
        assert [found[fold].metrics for fold in range(3)] == [here[fold].metrics for fold in range(3)]
        assert first.where == (
            f"The Dask cluster at {cluster.address} lost all its workers. Fitted on this machine from then on."
        )
        assert isinstance(first._runner, ChildRunner)


def test_while_nobody_is_there_to_fit_a_stop_is_heeded_all_the_same(runner):
    began = time.monotonic()
    with pytest.raises(FitInterrupted):
        list(runner.fit_all([FitTask("decision_tree", 0)], lambda: time.monotonic() - began > 0.3))
    assert time.monotonic() - began < 1


def test_a_scheduler_that_is_lost_is_noticed(cluster, runner):
    asked = []

    def kill():
        asked.append("before the fit" if not asked else "while it waits")
        if len(asked) == 2:
            cluster.end(cluster.scheduler)
        return False

    with pytest.raises(ClusterGone, match="was lost"):
        list(runner.fit_all([FitTask("decision_tree", 0)], kill))
