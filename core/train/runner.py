"""Where fits run: in a child process that can be ended at any moment, or, for tiny uses, in this one.

Fits on a cluster are in ``core.train.cluster``.
"""

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from core.prepare.problem import Problem
from core.train.causes import MEMORY, cause_in_words, exit_in_words
from core.train.fits import Bench, FitAnswer, FitTask
from core.train.memory import available_bytes
from core.train.wire import READY, Failure, read_message, write_message

POLL_SECONDS = 0.1
"""How often a running fit is asked whether it should end."""
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_ROOT = Path(__file__).resolve().parents[2]

MOST_WORKERS = 4
"""Folds are few: more processes would wait for each other."""
PROCESS_BYTES, COPIES = 600e6, 8.0
"""What a process takes before it holds a table, and how many times the table it holds at its peak."""

_log = logging.getLogger(__name__)


def always_wanted(_place: int) -> bool:
    """Want every task."""
    return True


class FitInterrupted(Exception):  # noqa: N818 - nothing went wrong
    """The fit was ended because it was asked to, or because time ran out."""


class FitFailed(Exception):  # noqa: N818 - the candidate failed, not Fairway
    """The fit could not be done.

    Parameters
    ----------
    cause : str
        Why, in plain words.
    """

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__(cause)


class Runner(Protocol):
    """Fits candidates on folds."""

    @property
    def workers(self) -> int:
        """How many fits are done at the same time; it may change between two calls."""
        ...

    @property
    def where(self) -> str:
        """Where fits run, in words; empty where that is this machine and nothing else was asked for."""
        ...

    def free_bytes(self) -> float:
        """Return the memory that is free for all fits together."""
        ...

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until fits can begin; return whether that came within some seconds."""
        ...

    def fit_all(
        self, tasks: Sequence[FitTask], interrupted: Callable[[], bool], wanted: Callable[[int], bool] = always_wanted
    ) -> Iterator[tuple[int, FitAnswer]]:
        """Fit each task, beginning in their order; ``interrupted`` is asked every 0.3 s where that can be done.

        Parameters
        ----------
        tasks : sequence of FitTask
        interrupted : callable
        wanted : callable
            Asked before a task begins, with its place: one that is not wanted any more is passed over.

        Yields
        ------
        int, FitAnswer
            The place of a task among ``tasks``, and its answer, as they come. One who stops listening ends the fits
            that are under way.

        Raises
        ------
        FitInterrupted
            Once ``interrupted`` says yes.
        FitFailed
            With the cause in plain words; the other tasks are given up.
        """
        ...

    def close(self) -> None:
        """End every process and thread it began."""
        ...


class InProcessRunner:
    """Fits in this process: nothing to start, but a fit that is under way cannot be ended.

    Parameters
    ----------
    problem : Problem
    seed, threads : int
    """

    def __init__(self, problem: Problem, *, seed: int, threads: int = 1) -> None:
        self._bench = Bench(problem, seed=seed, threads=threads)

    workers = 1
    where = ""

    def free_bytes(self) -> float:
        """Return the memory that is left on this machine."""
        return available_bytes()

    def wait_until_ready(self, seconds: float) -> bool:
        """Return at once: nothing is started."""
        return True

    def fit_all(
        self, tasks: Sequence[FitTask], interrupted: Callable[[], bool], wanted: Callable[[int], bool] = always_wanted
    ) -> Iterator[tuple[int, FitAnswer]]:
        """Fit one after the other; ``interrupted`` is asked before and after each."""
        for place, task in enumerate(tasks):
            if wanted(place):
                yield place, self._fit(task, interrupted)

    def _fit(self, task: FitTask, interrupted: Callable[[], bool]) -> FitAnswer:
        if interrupted():
            raise FitInterrupted
        from threadpoolctl import threadpool_limits

        try:
            with threadpool_limits(1, user_api="blas"):
                answer = self._bench.fit(task)
        except Exception as error:
            log_failure(task, traceback.format_exc())
            raise FitFailed(cause_in_words(error)) from error
        if interrupted():
            raise FitInterrupted
        return answer

    def close(self) -> None:
        """Do nothing: nothing was begun."""


class ChildRunner:
    """Fits in child processes, which are killed to end a fit and replaced for the next one.

    Parameters
    ----------
    problem : Problem
    seed : int
    threads : int
        Threads all of them may use together.
    workers : int, optional
        Processes; by default one a thread, but no more than ``most_workers`` says the table allows.
    """

    def __init__(self, problem: Problem, *, seed: int, threads: int, workers: int | None = None) -> None:
        self.workers = workers or min(threads, most_workers(problem))
        self._begin = (problem, seed, max(1, threads // self.workers))
        self._answers: queue.SimpleQueue[tuple[_Child, Any]] = queue.SimpleQueue()
        # Started at once: importing the libraries takes a second or two.
        self._children: list[_Child] = [self._child() for _ in range(self.workers)]

    where = ""

    def free_bytes(self) -> float:
        """Return the memory that is left on this machine."""
        return available_bytes()

    def _child(self) -> "_Child":
        return _Child(self._begin, self._answers)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the children that live, for tests and logs."""
        return tuple(child.process.pid for child in self._children)

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until the children can begin, or have ended; return whether that came within some seconds."""
        until = time.monotonic() + seconds
        return all(child.ready.wait(max(0.0, until - time.monotonic())) for child in self._children)

    def fit_all(
        self, tasks: Sequence[FitTask], interrupted: Callable[[], bool], wanted: Callable[[int], bool] = always_wanted
    ) -> Iterator[tuple[int, FitAnswer]]:
        """Fit in the children; see ``Runner.fit_all``."""
        if interrupted():
            raise FitInterrupted
        for child in [one for one in self._children if one.process.poll() is not None]:
            self._end(child)
        while len(self._children) < self.workers:
            self._children.append(self._child())
        waiting = deque(enumerate(tasks))
        busy: dict[_Child, tuple[int, FitTask]] = {}
        idle = deque(self._children)
        try:
            while waiting or busy:
                while idle and waiting:
                    place, task = waiting.popleft()
                    if wanted(place):
                        child = idle.popleft()
                        child.send(task)
                        busy[child] = place, task
                if not busy:
                    return
                whose, answer = self._answer()
                if whose is not None and whose in busy:
                    place, task = busy.pop(whose)
                    idle.append(whose)
                    yield place, self._checked(whose, task, answer)
                if interrupted():
                    raise FitInterrupted
        finally:
            for child in busy:
                self._end(child)

    def _answer(self) -> tuple["_Child | None", Any]:
        try:
            return self._answers.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return None, None

    def _checked(self, child: "_Child", task: FitTask, answer: Any) -> FitAnswer:
        if isinstance(answer, FitAnswer):
            return answer
        if isinstance(answer, Failure):
            log_failure(task, answer.trace)
            if answer.cause == MEMORY:
                # What a process once took it does not give back; the next candidate begins with a clean one.
                self._end(child)
            raise FitFailed(answer.cause)
        status = child.process.wait()
        self._end(child)
        log_failure(task, f"the child process ended with status {status}")
        raise FitFailed(exit_in_words(status))

    def _end(self, child: "_Child") -> None:
        child.end()
        self._children.remove(child)

    def close(self) -> None:
        """Kill the children and wait until they are gone."""
        for child in list(self._children):
            self._end(child)


_GONE = object()


class _Child:
    """One life of a child process, with a thread for each direction so that no pipe can block the training."""

    def __init__(self, begin: tuple[Problem, int, int], answers: "queue.SimpleQueue[tuple[_Child, Any]]") -> None:
        # Matrices of this size are quicker on one thread: those of OpenBLAS spin while they wait, five times as long on
        # cores that others use too. Forests and boosting take the threads they are given.
        environment = {**os.environ, **dict.fromkeys(_ONE_THREAD, "1"), "OMP_WAIT_POLICY": "PASSIVE"}
        environment["OMP_NUM_THREADS"] = str(begin[2])
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        # -P: the folder the user happens to stand in must not be searched for modules.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "core.train.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers = answers
        self.ready = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._write, self._read)]
        for thread in self._threads:
            thread.start()
        self.send(begin)

    def send(self, message: Any) -> None:
        self._requests.put(message)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.send(_GONE)
        for thread in self._threads:
            thread.join()
        for pipe in (self.process.stdin, self.process.stdout):
            # What was still to be written has nobody left to read it.
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _write(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            while (message := self._requests.get()) is not _GONE:
                write_message(self.process.stdin, message)  # type: ignore[arg-type]

    def _read(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(EOFError, OSError):
            while True:
                message = read_message(self.process.stdout)  # type: ignore[arg-type]
                if isinstance(message, str) and message == READY:
                    self.ready.set()
                else:
                    self._answers.put((self, message))
        self.ready.set()
        self._answers.put((self, _GONE))


def usable_cores() -> int:
    """Return the cores this process may run on; a container may give it fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def most_workers(problem: Problem) -> int:
    """Return how many processes may hold a table at once: each has its own, and the folds of it after the recipe."""
    if problem.split.blocks > 1:
        # The blocks of a validation part are judged by one fit.
        return 1
    held = PROCESS_BYTES + COPIES * float(problem.X.memory_usage(deep=True).sum())
    return max(1, min(MOST_WORKERS, int(available_bytes() // held)))


def log_failure(task: FitTask, trace: str) -> None:
    """Keep in the log what a user is not shown of a fit that failed."""
    _log.warning("%s failed on fold %s\n%s", task.candidate, task.fold, trace)
