"""What runs on the workers of a Dask cluster: beside each of their threads a process that fits, as on this machine.

The process is what makes a fit one that can be ended, and that may run out of memory without taking the worker along.
"""

import hashlib
import io
import platform
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.prepare.problem import Problem
from core.train.causes import MEMORY
from core.train.fits import FitAnswer, FitTask
from core.train.memory import available_bytes
from core.train.runner import ChildRunner, FitFailed, FitInterrupted
from core.train.wire import Failure, read_message, write_message

LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "imbalanced-learn", "lightgbm", "torch", "distributed")
"""Libraries that must be the same on the workers, or missing here and there: a model comes back as it is in memory."""
IDLE_SECONDS = 60.0
"""What a training holds on a worker is let go after this long without a fit: its end may never have been told."""
IDLE_SHARE = 0.5
"""Of a worker's memory that processes without a fit may hold before those of other trainings are ended."""
_CORE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Missing:
    """The worker does not have the training's problem yet."""

    worker: str


@dataclass(frozen=True)
class Stranger:
    """The worker runs something else than the training does: no score of it would be the same."""

    worker: str
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Greeting:
    """What a worker says of itself.

    Parameters
    ----------
    threads : int
        Fits it does at the same time.
    share_bytes : float
        Memory that each of them may take.
    versions : mapping of str to str
    """

    threads: int
    share_bytes: float
    versions: Mapping[str, str]


@cache
def versions_here() -> Mapping[str, str]:
    """Return what decides whether two machines fit alike: Fairway's code, Python and the libraries."""
    code = hashlib.sha256()
    for path in sorted(_CORE.rglob("*.py")):
        code.update(path.relative_to(_CORE).as_posix().encode())
        code.update(path.read_bytes())
    found = {"Fairway": code.hexdigest()[:12], "Python": ".".join(platform.python_version_tuple()[:2])}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def greet(dask_worker: Any) -> Greeting:
    """Say what this worker is; Dask hands in the worker."""
    return Greeting(_threads(dask_worker), _share(dask_worker), versions_here())


def fit(training: str, versions: Mapping[str, str], seed: int, task: FitTask, problem: Problem | None = None) -> Any:
    """Do one fit of a training; runs in a thread of a worker.

    Parameters
    ----------
    training : str
        Names the training; what was sent for it is kept.
    versions : mapping of str to str
        Of the machine that asks.
    seed : int
    task : FitTask
    problem : Problem, optional
        Sent where the worker said it has none.

    Returns
    -------
    FitAnswer, Failure, Missing or Stranger
    """
    from distributed import get_worker

    worker = get_worker()
    if versions != versions_here():
        return Stranger(worker.address, versions_here())
    held = _STORE.open(training, problem, seed)
    if held is None:
        return Missing(worker.address)
    key = worker.get_current_task()
    try:
        _STORE.make_room(held, _share(worker) * _threads(worker))
        return held.fit(task, partial(_is_given_up, worker, key), _share(worker))
    finally:
        _STORE.leave(held)


def packed(asked: tuple[str, Mapping[str, str], int, FitTask]) -> bytes:
    """Return what ``fit`` is asked for as bytes, which pass a scheduler that has no Fairway."""
    stream = io.BytesIO()
    write_message(stream, asked)
    return stream.getvalue()


def fit_packed(asked: bytes, problem: Problem | None) -> Any:
    """Do the fit that bytes of ``packed`` ask for."""
    training, versions, seed, task = read_message(io.BytesIO(asked))
    return fit(training, versions, seed, task, problem)


def fit_by_value() -> Callable[[bytes, Any], Any]:
    """Return a function that travels as its own code: the scheduler reads what it passes on, and has no Fairway."""

    # No type of Fairway's may stand in it.
    def fit_there(asked: bytes, problem: Any) -> Any:
        from core.train.dask_worker import fit_packed

        return fit_packed(asked, problem)

    return fit_there


def forget(training: str) -> None:
    """Let go of what is held for a training that is over."""
    _STORE.forget(training)


def _threads(worker: Any) -> int:
    return max(1, int(worker.state.nthreads))


def _share(worker: Any) -> float:
    """Return the memory one fit may take: the worker's limit, or what is free, by its threads."""
    return float(worker.memory_manager.memory_limit or available_bytes()) / _threads(worker)


def _is_given_up(worker: Any, key: Any) -> bool:
    """Return whether nobody waits for a task any more; a thread is not told, the worker's book is."""
    task = worker.state.tasks.get(key)
    return task is None or task.state != "executing"


@dataclass(eq=False)
class _Held:
    """What a worker holds for one training: its problem, and the processes that have it."""

    training: str
    problem: Problem
    seed: int
    idle: list[ChildRunner] = field(default_factory=list)
    at_work: int = 0
    used: float = 0.0
    is_over: bool = False

    def fit(self, task: FitTask, given_up: Any, most_bytes: float) -> FitAnswer | Failure | None:
        """Fit in a process that has the problem, and in a new one where an older one has grown too large for it."""
        try:
            runner, is_new = self.idle.pop(), False
        except IndexError:
            runner, is_new = self._begin(), True
        while True:
            has_grown = threading.Event()
            try:
                ((_, answer),) = runner.fit_all([task], partial(_is_to_end, runner, given_up, most_bytes, has_grown))
            except FitFailed as failure:
                self.idle.append(runner)
                return Failure(failure.cause, "")
            except FitInterrupted:
                runner.close()
                if not has_grown.is_set():
                    return None
                if is_new:
                    return Failure(MEMORY, f"more than the {most_bytes:,.0f} bytes a fit may take on this worker")
                # It may have been the folds it kept for others.
                runner, is_new = self._begin(), True
            except BaseException:
                runner.close()
                raise
            else:
                self.idle.append(runner)
                return answer

    def _begin(self) -> ChildRunner:
        return ChildRunner(self.problem, seed=self.seed, threads=1, workers=1)

    def close(self) -> None:
        while self.idle:
            self.idle.pop().close()


def _is_to_end(runner: ChildRunner, given_up: Any, most_bytes: float, has_grown: threading.Event) -> bool:
    if sum(map(_resident_bytes, runner.pids)) > most_bytes:
        has_grown.set()
        return True
    return bool(given_up())


def _resident_bytes(pid: int) -> int:
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


class _Store:
    """What this process holds for trainings, until they are over or fall silent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}
        self._sweeper: threading.Thread | None = None

    def open(self, training: str, problem: Problem | None, seed: int) -> _Held | None:
        with self._lock:
            if training not in self._held:
                if problem is None:
                    return None
                self._held[training] = _Held(training, problem, seed)
                if self._sweeper is None:
                    self._sweeper = threading.Thread(target=self._sweep, daemon=True)
                    self._sweeper.start()
            held = self._held[training]
            held.at_work += 1
            return held

    def leave(self, held: _Held) -> None:
        with self._lock:
            held.at_work -= 1
            held.used = time.monotonic()
            last = held.is_over and not held.at_work
        if last:
            held.close()

    def make_room(self, held: _Held, most_bytes: float) -> None:
        """End idle processes of other trainings, where all idle ones hold too much of the worker's memory."""
        with self._lock:
            all_ = list(self._held.values())
        idle = sum(_resident_bytes(pid) for one in all_ for runner in one.idle for pid in runner.pids)
        if idle > IDLE_SHARE * most_bytes:
            for one in all_:
                if one is not held:
                    one.close()

    def forget(self, training: str) -> None:
        with self._lock:
            held = self._held.pop(training, None)
            if held is None:
                return
            held.is_over = True
            waits = held.at_work
        if not waits:
            # Ending a process takes a moment, and the worker has others to answer meanwhile.
            threading.Thread(target=held.close, daemon=True).start()

    def _sweep(self) -> None:
        while True:
            time.sleep(min(5.0, IDLE_SECONDS / 2))
            now = time.monotonic()
            with self._lock:
                silent = [one for one in self._held.values() if not one.at_work and now - one.used > IDLE_SECONDS]
                left = len(self._held) - len(silent)
                if not left:
                    self._sweeper = None
            for one in silent:
                self.forget(one.training)
            if not left:
                return


_STORE = _Store()
