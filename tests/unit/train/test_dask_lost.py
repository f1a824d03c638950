"""Clusters that are not there, are of another kind, or are lost in the middle: this machine fits, and says why."""

import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.train import dask_runner
from core.train.board import TrainPlan
from core.train.cluster import start_runner
from core.train.dask_runner import ClusterGone, DaskRunner
from core.train.fits import REFIT, FitTask
from core.train.runner import ChildRunner, FitInterrupted, InProcessRunner
from core.train.search import train
from tests.daskcluster import cluster_in

TASKS = [FitTask("decision_tree", fold) for fold in (0, 1, 2, REFIT)]


def never():
    return False


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A scheduler whose one worker has no Fairway."""
    with cluster_in(tmp_path_factory.mktemp("bare")) as cluster:
        cluster.add_workers(1, fairway=False)
        yield cluster


def nowhere():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def same(found, problem):
    """Whether answers by place are what this process says."""
    here = dict(InProcessRunner(problem, seed=7).fit_all(TASKS, never))
    assert sorted(found) == sorted(here)
    return all(found[fold].metrics == here[fold].metrics for fold in range(3))


def test_where_nothing_answers_the_search_runs_on_this_machine_and_says_so(problem, monkeypatch):
    monkeypatch.setattr(dask_runner, "CONNECT_SECONDS", 0.3)
    address = nowhere()
    board = train(
        problem,
        TrainPlan(candidates=("decision_tree",), budget_seconds=100, draws=0),
        fingerprint="f",
        on_board=lambda board: None,
        on_fitted=lambda fitted: None,
        should_stop=never,
        clock=time.monotonic,
        threads=1,
        scheduler=address,
    )
    assert {run.key for run in board.done} == {"baseline", "decision_tree"}
    assert board.where == (
        f"The Dask cluster at {address} cannot be reached. See that its scheduler runs, and that "
        "FAIRWAY_DASK_SCHEDULER holds its address. Fitted on this machine instead."
    )


@pytest.mark.parametrize("address", ["nonsense", "ftp://10.0.0.1:1", "tcp://127.0.0.1:notaport"])
def test_what_is_no_address_is_told_like_what_cannot_be_reached(problem, monkeypatch, address):
    monkeypatch.setattr(dask_runner, "CONNECT_SECONDS", 0.3)
    with pytest.raises(ClusterGone, match="cannot be reached"):
        DaskRunner(problem, seed=7, address=address)


def test_without_a_cluster_no_library_of_one_is_imported(problem):
    import sys

    script = (
        "import sys, core.train.search, core.jobs.tasks, core.cli.main\nassert 'distributed' not in sys.modules, 'paid'"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).resolve().parents[3])


def test_a_worker_without_fairway_is_named(bare, problem):
    with pytest.raises(ClusterGone, match=r"The worker tcp://127\.0\.0\.1:\d+ .* has no Fairway\. Start it where"):
        DaskRunner(problem, seed=7, address=bare.address)


def test_a_cluster_without_workers_says_so_and_one_that_is_lost_leaves_the_rest_to_this_machine(problem, tmp_path):
    with cluster_in(tmp_path) as cluster:
        with pytest.raises(ClusterGone, match="has no workers"):
            DaskRunner(problem, seed=7, address=cluster.address)
        cluster.add_workers(1)
        with closing(start_runner(problem, seed=7, threads=1, scheduler=cluster.address)) as runner:
            answers = runner.fit_all(TASKS, never)
            place, first = next(answers)
            cluster.processes[0].kill()
            assert same({place: first, **dict(answers)}, problem)
            assert runner.where == (
                f"The Dask cluster at {cluster.address} was lost. Fitted on this machine from then on."
            )
            assert isinstance(runner._runner, ChildRunner)


def test_a_cluster_that_loses_all_its_workers_is_given_up_after_a_while(problem, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_runner, "WITHOUT_WORKERS_SECONDS", 1.0)
    with cluster_in(tmp_path) as cluster:
        nanny = cluster.add_workers(1)
        with closing(DaskRunner(problem, seed=7, address=cluster.address)) as runner:
            answers = runner.fit_all(TASKS, never)
            next(answers)
            cluster.end(nanny)
            with pytest.raises(ClusterGone, match="lost all its workers"):
                list(answers)
            # While nobody is there to fit, a stop is heeded all the same.
            began = time.monotonic()
            with pytest.raises(FitInterrupted):
                list(runner.fit_all(TASKS, lambda: time.monotonic() - began > 0.3))
            assert time.monotonic() - began < 1
