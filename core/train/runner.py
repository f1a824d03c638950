"""Where fits run: in a child process that can be ended at any moment, or, for tiny uses, in this one."""

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from core.prepare.problem import Problem
from core.train.causes import MEMORY, cause_in_words, exit_in_words
from core.train.fits import Bench, FitAnswer, FitTask
from core.train.wire import READY, Failure, read_message, write_message

POLL_SECONDS = 0.1
"""How often a running fit is asked whether it should end."""
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_ROOT = Path(__file__).resolve().parents[2]

_log = logging.getLogger(__name__)


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
    """Fits one candidate on one fold at a time."""

    def fit(self, task: FitTask, interrupted: Callable[[], bool]) -> FitAnswer:
        """Fit, and ask ``interrupted`` at least every 0.3 s where that can be done.

        Raises
        ------
        FitInterrupted
            Once ``interrupted`` says yes.
        FitFailed
            With the cause in plain words.
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

    def fit(self, task: FitTask, interrupted: Callable[[], bool]) -> FitAnswer:
        """Fit; ``interrupted`` is asked before and after."""
        if interrupted():
            raise FitInterrupted
        from threadpoolctl import threadpool_limits

        try:
            with threadpool_limits(1, user_api="blas"):
                answer = self._bench.fit(task)
        except Exception as error:
            _log_failure(task, traceback.format_exc())
            raise FitFailed(cause_in_words(error)) from error
        if interrupted():
            raise FitInterrupted
        return answer

    def close(self) -> None:
        """Do nothing: nothing was begun."""


class ChildRunner:
    """Fits in one child process, which is killed to end a fit and replaced for the next one.

    Parameters
    ----------
    problem : Problem
    seed, threads : int
    """

    def __init__(self, problem: Problem, *, seed: int, threads: int) -> None:
        self._begin = (problem, seed, threads)
        # Started at once: importing the libraries takes it a second or two.
        self._child: _Child | None = _Child(self._begin)

    @property
    def pid(self) -> int | None:
        """Process id of the child that lives, for tests and logs."""
        return None if self._child is None else self._child.process.pid

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until the child can begin with a fit, or has ended; return whether that came within some seconds."""
        return self._child is None or self._child.ready.wait(seconds)

    def fit(self, task: FitTask, interrupted: Callable[[], bool]) -> FitAnswer:
        """Fit in the child; see ``Runner.fit``."""
        if interrupted():
            raise FitInterrupted
        if self._child is None:
            self._child = _Child(self._begin)
        self._child.send(task)
        while True:
            answer = self._child.answer(POLL_SECONDS)
            if isinstance(answer, FitAnswer):
                return answer
            if isinstance(answer, Failure):
                _log_failure(task, answer.trace)
                if answer.cause == MEMORY:
                    # What a process once took it does not give back; the next candidate begins with a clean one.
                    self.close()
                raise FitFailed(answer.cause)
            if answer is _GONE:
                status = self._child.process.wait()
                self.close()
                _log_failure(task, f"the child process ended with status {status}")
                raise FitFailed(exit_in_words(status))
            if interrupted():
                self.close()
                raise FitInterrupted

    def close(self) -> None:
        """Kill the child and wait until it is gone."""
        if self._child is not None:
            self._child.end()
            self._child = None


_GONE = object()


class _Child:
    """One life of the child process, with a thread for each direction so that no pipe can block the training."""

    def __init__(self, begin: tuple[Problem, int, int]) -> None:
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
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.ready = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._write, self._read)]
        for thread in self._threads:
            thread.start()
        self.send(begin)

    def send(self, message: Any) -> None:
        self._requests.put(message)

    def answer(self, seconds: float) -> Any:
        """Return the next answer, ``_GONE`` once the process has ended, or ``None`` where nothing came in time."""
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            return None

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
                    self._answers.put(message)
        self.ready.set()
        self._answers.put(_GONE)


def usable_cores() -> int:
    """Return the cores this process may run on; a container may give it fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _log_failure(task: FitTask, trace: str) -> None:
    _log.warning("%s failed on fold %s\n%s", task.candidate, task.fold, trace)
