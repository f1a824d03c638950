import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from core.framing.frame import Task
from core.train.catalog import MODELS
from core.train.causes import ENDED
from core.train.fits import FitTask
from core.train.runner import ChildRunner, FitFailed, FitInterrupted, InProcessRunner, most_workers
from tests.unit.train.conftest import make_problem

ROOT = Path(__file__).resolve().parents[3]


def fit(runner, task, interrupted):
    ((_, answer),) = runner.fit_all([task], interrupted)
    return answer


SLOW = FitTask("support_vector_machine", 0)


def never():
    return False


@pytest.fixture(scope="module")
def child():
    """Return a child with a problem on which a support vector machine takes many seconds."""
    # pytest's importlib mode gives conftest no importable name
    runner = ChildRunner(_large(), seed=7, threads=1)
    yield runner
    runner.close()


def _large():
    import numpy as np
    import pandas as pd

    from core.data.schema import ColumnSpec, ColumnType, Schema
    from core.framing.frame import Frame
    from core.prepare.build import build_problem
    from core.prepare.plan import SplitPlan
    from core.prepare.recipe import Recipe

    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(30_000, 8)), columns=list("abcdefgh"))
    table["y"] = np.where(rng.random(30_000) < 0.5, "yes", "no")
    schema = Schema(
        columns=tuple(
            ColumnSpec(name=name, type=ColumnType.CATEGORY if name == "y" else ColumnType.NUMBER) for name in table
        )
    )
    frame = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")
    return build_problem(table, schema, frame, Recipe(), SplitPlan(folds=2))


def gone(pid):
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_a_child_answers_like_this_process(child):
    task = FitTask("decision_tree", 0)
    here = fit(InProcessRunner(child._begin[0], seed=7, threads=1), task, never)
    there = fit(child, task, never)
    assert there.metrics == here.metrics
    assert (there.probabilities == here.probabilities).all()


def test_a_child_says_when_it_can_begin(child):
    assert child.wait_until_ready(60)
    assert all(one.ready.is_set() for one in child._children)


def test_a_fit_under_way_is_ended_within_a_second(child):
    fit(child, FitTask("baseline", 0), never)
    (pid,), began = child.pids, time.monotonic()
    with pytest.raises(FitInterrupted):
        fit(child, SLOW, lambda: time.monotonic() - began > 0.5)
    assert time.monotonic() - began < 1.5
    assert gone(pid)


def test_a_child_that_the_system_kills_fails_the_candidate_and_the_next_one_gets_a_new_child(child):
    fit(child, FitTask("baseline", 0), never)
    (killed,) = child.pids

    def kill():
        os.kill(killed, signal.SIGKILL)
        return False

    with pytest.raises(FitFailed) as failure:
        fit(child, SLOW, kill)
    assert failure.value.cause == ENDED
    assert fit(child, FitTask("baseline", 0), never).metrics["roc_auc"] == 0.5
    assert killed not in child.pids


def test_a_fault_in_the_child_comes_back_in_words(child):
    with pytest.raises(FitFailed, match="could not be fitted"):
        fit(child, FitTask("no such model", 0), never)


def test_a_closed_runner_leaves_no_process(child):
    fit(child, FitTask("baseline", 0), never)
    (pid,) = child.pids
    child.close()
    assert gone(pid)
    assert child.pids == ()


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
def test_the_child_ends_when_its_parent_is_killed():
    script = """
        import queue, sys, time
        from core.train.runner import _Child
        child = _Child((None, 7, 1), queue.SimpleQueue())
        print(child.process.pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:
        pid = int(parent.stdout.readline())
        parent.kill()
    assert gone(pid)


def test_two_children_fit_side_by_side_and_say_the_same(problem):
    tasks = [FitTask("decision_tree", fold) for fold in range(3)]
    alone = dict(InProcessRunner(problem, seed=7).fit_all(tasks, never))
    runner = ChildRunner(problem, seed=7, threads=2, workers=2)
    try:
        both = dict(runner.fit_all(tasks, never))
        assert len(runner.pids) == 2
    finally:
        runner.close()
    assert sorted(both) == [0, 1, 2]
    assert all((both[place].probabilities == alone[place].probabilities).all() for place in both)


def test_who_stops_listening_ends_the_fits_under_way(problem):
    runner = ChildRunner(_large(), seed=7, threads=2, workers=2)
    try:
        answers = runner.fit_all([FitTask("baseline", 0), SLOW, SLOW], never)
        assert next(answers)[0] == 0
        before = runner.pids
        answers.close()
        ended = set(before) - set(runner.pids)
        assert ended
        assert all(map(gone, ended))
        assert fit(runner, FitTask("baseline", 1), never).metrics["roc_auc"] == 0.5
    finally:
        runner.close()


def test_what_is_not_wanted_any_more_is_not_begun(problem):
    tasks = [FitTask("baseline", fold) for fold in range(3)]
    places = [place for place, _ in InProcessRunner(problem, seed=7).fit_all(tasks, never, lambda place: place != 1)]
    assert places == [0, 2]


def test_a_validation_part_is_fitted_by_one_process():
    assert most_workers(make_problem(rows=200, folds=4, scheme="holdout")) == 1


def test_in_process_fits_stop_before_they_begin(problem):
    with pytest.raises(FitInterrupted):
        fit(InProcessRunner(problem, seed=7), FitTask("baseline", 0), lambda: True)


def test_in_process_faults_come_in_words(problem, monkeypatch):
    from dataclasses import replace

    def broken(setting):
        raise MemoryError

    monkeypatch.setitem(MODELS, "baseline", replace(MODELS["baseline"], make=broken))
    with pytest.raises(FitFailed, match="more memory"):
        fit(InProcessRunner(problem, seed=7), FitTask("baseline", 0), never)
