"""Fits on a Dask cluster: the problem is sent once, then one fit at a time to each thread of its workers."""

import logging
import queue
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from core.prepare.problem import Problem
from core.train import dask_worker
from core.train.causes import ENDED_OFTEN
from core.train.dask_worker import Greeting, Missing, Stranger, versions_here
from core.train.fits import FitAnswer, FitTask
from core.train.runner import POLL_SECONDS, FitFailed, FitInterrupted, always_wanted, log_failure
from core.train.tuning import AT_ONCE
from core.train.wire import Failure
from core.train.words import size

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 5.0
"""Longest wait for the scheduler."""
MEET_SECONDS = 20.0
"""Longest wait for what the workers say of themselves; the first time they import what they need for it."""
TELL_SECONDS = 1.0
"""Longest wait for workers that are told that a training is over."""
LOOK_SECONDS = 1.0
"""How often the scheduler is asked for its workers while fits are under way."""
WITHOUT_WORKERS_SECONDS = 15.0
"""Longest wait for a worker to come back once all are gone."""
SENT_AGAIN = 2
"""How often a fit is sent again that was lost with its worker, beside what the scheduler itself tries."""

_log = logging.getLogger(__name__)


class ClusterGone(Exception):  # noqa: N818 - it may never have been there
    """The cluster cannot be used, or not any more.

    Parameters
    ----------
    why : str
        In plain words, with what can be done.
    """

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(eq=False)
class _Sent:
    """A fit that is under way on the cluster."""

    place: int
    task: FitTask
    future: "Future[Any]"
    lost: int = 0


class DaskRunner:
    """Fits on a Dask cluster.

    Parameters
    ----------
    problem : Problem
    seed : int
    address : str
        Of the scheduler. What it takes beside it, such as certificates, is Dask's own configuration.

    Raises
    ------
    ClusterGone
        Where nothing answers there, no worker is there, or a worker runs something else than this machine.
    """

    def __init__(self, problem: Problem, *, seed: int, address: str) -> None:
        self._problem, self._seed, self._address = problem, seed, address
        self._training = uuid.uuid4().hex[:12]
        self._client = connect(address)
        try:
            met = meet(self._client, address)
            self._most = max(len(problem.split.folds) + 1, AT_ONCE * len(problem.split.folds))
            # The blocks of a validation part are judged by one fit: one process does them all.
            self._only = [sorted(met)[int(self._training, 16) % len(met)]] if problem.split.blocks > 1 else None
            self._share = min(one.share_bytes for one in met.values())
            self.workers = self._at_once({name: one.threads for name, one in met.items()})
            self._ended: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
            self._busy: dict[str, _Sent] = {}
            self._sent = 0
            self._looked = self._alive = time.monotonic()
            self._held = self._scatter()
        except BaseException:
            self._client.close(timeout=1)
            raise

    def _at_once(self, threads: Mapping[str, int]) -> int:
        if self._only is not None:
            return 1
        # More would wait for each other: no step of the search has more fits that can be done side by side.
        return max(1, min(self._most, sum(threads.values())))

    @property
    def where(self) -> str:
        """Where fits run, in words."""
        fits = "one fit" if self.workers == 1 else f"{self.workers} fits"
        return f"Fitted on the Dask cluster at {self._address}, {fits} at a time."

    def free_bytes(self) -> float:
        """Return the memory the fits may take together: each its share of a worker's limit."""
        return self._share * self.workers

    def wait_until_ready(self, seconds: float) -> bool:
        """Return at once: what must be started is on other machines."""
        return True

    def fit_all(
        self,
        tasks: Sequence[FitTask],
        interrupted: Callable[[], bool],
        wanted: Callable[[int], bool] = always_wanted,
    ) -> Iterator[tuple[int, FitAnswer]]:
        """Fit on the cluster; see ``Runner.fit_all``.

        Raises
        ------
        ClusterGone
            Where the scheduler, or every worker, is lost; what was not yielded is not done.
        """
        if interrupted():
            raise FitInterrupted
        waiting = deque(enumerate(tasks))
        self._alive = time.monotonic()
        try:
            while waiting or self._busy:
                while waiting and len(self._busy) < self.workers:
                    place, task = waiting.popleft()
                    if wanted(place):
                        self._send(place, task)
                if not self._busy:
                    return
                found = self._answer()
                if found is not None:
                    yield found
                if interrupted():
                    raise FitInterrupted
                self._look()
        finally:
            # Nobody else waits for them, so that the scheduler has them ended.
            for sent in self._busy.values():
                sent.future.release()
            self._busy.clear()

    def _send(self, place: int, task: FitTask, *, lost: int = 0, to: str | None = None) -> None:
        self._sent += 1
        key = f"fairway-{self._training}-{self._sent}"
        only = [to] if to is not None else self._only
        problem = None
        if to is not None:
            if self._held.status in ("cancelled", "lost"):
                self._held = self._scatter()
            problem = self._held
        future = self._client.submit(
            dask_worker.fit_by_value(),
            dask_worker.packed((self._training, versions_here(), self._seed, task)),
            problem,
            key=key,
            workers=only,
            allow_other_workers=only is not None,
        )
        self._busy[key] = _Sent(place, task, future, lost)
        future.add_done_callback(partial(_collect, self._ended, key))

    def _scatter(self) -> "Future[Any]":
        """Send the problem to one worker; the others have it from there."""
        try:
            held: Future[Any] = self._client.scatter(self._problem, hash=False, timeout=WITHOUT_WORKERS_SECONDS)
        except Exception as error:
            raise self._gone("lost its workers before they had the table") from error
        return held

    def _answer(self) -> tuple[int, FitAnswer] | None:
        try:
            key, answer = self._ended.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return None
        sent = self._busy.pop(key, None)
        if sent is None:
            return None
        if isinstance(answer, FitAnswer):
            return sent.place, answer
        if isinstance(answer, Missing):
            self._send(sent.place, sent.task, lost=sent.lost, to=answer.worker)
        elif isinstance(answer, Failure):
            log_failure(sent.task, answer.trace)
            raise FitFailed(answer.cause)
        elif isinstance(answer, Stranger):
            raise ClusterGone(_differs(self._address, answer.worker, answer.versions))
        elif isinstance(answer, Exception):
            self._raise(sent, answer)
        else:
            self._lost(sent)
        return None

    def _raise(self, sent: _Sent, error: Exception) -> None:
        from distributed import KilledWorker

        if isinstance(error, KilledWorker) and self._threads() != {}:
            log_failure(sent.task, str(error))
            raise FitFailed(ENDED_OFTEN) from error
        if isinstance(error, KilledWorker):
            # With nobody left, it was not the fit that ended them: it went from one to the next as all were ended.
            self._lost(sent)
            return
        _log.warning("a worker failed beside its fit", exc_info=error)
        raise self._gone("has a worker that could not do what it was asked for") from error

    def _lost(self, sent: _Sent) -> None:
        """Send a fit again that went with the only worker that had the table, or with a restart of all."""
        if self._client.status != "running":
            raise self._gone("was lost")
        if sent.lost >= SENT_AGAIN:
            raise FitFailed(ENDED_OFTEN)
        self._send(sent.place, sent.task, lost=sent.lost + 1)

    def _look(self) -> None:
        """See whether scheduler and workers are there."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        if self._client.status != "running":
            raise self._gone("was lost")
        threads = self._threads()
        if threads is None:
            return
        if threads:
            self._alive, self.workers = now, self._at_once(threads)
        elif now - self._alive > WITHOUT_WORKERS_SECONDS:
            raise self._gone("lost all its workers")

    def _threads(self) -> dict[str, int] | None:
        """Return the threads of each worker; None where the scheduler does not say at once."""
        try:
            return dict(self._client.nthreads(callback_timeout=POLL_SECONDS))
        except (TimeoutError, OSError):
            # Busy, or just gone: the connection itself tells, a little later.
            return None

    def _gone(self, what: str) -> ClusterGone:
        return ClusterGone(f"The Dask cluster at {self._address} {what}.")

    def close(self) -> None:
        """Have the workers let go of the training, and leave the cluster."""
        if self._client.status == "running":
            try:
                _within(TELL_SECONDS, lambda: self._client.run(dask_worker.forget, self._training, on_error="ignore"))
            except Exception:  # noqa: BLE001 - the edge: they let go by themselves a little later
                _log.info("the workers could not be told that the training is over", exc_info=True)
        self._client.close(timeout=1)


def connect(address: str) -> "Client":
    """Connect to a scheduler.

    Parameters
    ----------
    address : str

    Raises
    ------
    ClusterGone
        With what is wrong in plain words.
    """
    from distributed import Client

    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="fairway")
    except Exception as error:
        _log.warning("no Dask scheduler at %s", address, exc_info=True)
        raise ClusterGone(
            f"The Dask cluster at {address} cannot be reached. "
            "See that its scheduler runs, and that FAIRWAY_DASK_SCHEDULER holds its address."
        ) from error


def meet(client: "Client", address: str) -> dict[str, Greeting]:
    """Ask the workers of a cluster what they are.

    Parameters
    ----------
    client : Client
    address : str

    Returns
    -------
    dict of str to Greeting
        By their addresses; at least one.

    Raises
    ------
    ClusterGone
        Where there is none, or one that fits otherwise than this machine.
    """
    try:
        met = _within(MEET_SECONDS, lambda: client.run(dask_worker.greet, on_error="return"))
    except Exception as error:
        _log.warning("the workers of %s did not answer", address, exc_info=True)
        raise ClusterGone(f"The workers of the Dask cluster at {address} do not answer.") from error
    # One that has just gone is as good as not there.
    met = {name: one for name, one in met.items() if not isinstance(one, OSError)}
    if not met:
        raise ClusterGone(f"The Dask cluster at {address} has no workers. Start some, with Fairway installed.")
    for name, greeting in met.items():
        if not isinstance(greeting, Greeting):
            _log.warning("the worker %s cannot run Fairway: %r", name, greeting)
            raise ClusterGone(
                f"The worker {name} of the Dask cluster at {address} has no Fairway. "
                "Start it where Fairway is installed, as the settings guide shows."
            )
        if greeting.versions != versions_here():
            raise ClusterGone(_differs(address, name, greeting.versions))
    return met


def cluster_in_words(address: str) -> str:
    """Say what a cluster has, for whoever sets it up.

    Parameters
    ----------
    address : str

    Raises
    ------
    ClusterGone
        With what is wrong in plain words.
    """
    client = connect(address)
    try:
        met = meet(client, address)
    finally:
        client.close(timeout=1)
    fits = sum(one.threads for one in met.values())
    share = size(min(one.share_bytes for one in met.values()))
    return f"Fits go to the Dask cluster at {address}: workers {len(met)}, fits at a time {fits}, {share} for each"


def _differs(address: str, worker: str, theirs: Mapping[str, str]) -> str:
    ours = versions_here()
    parts = [
        "another version of Fairway" if name == "Fairway" else f"{name} {theirs.get(name, 'missing')} and not {held}"
        for name, held in ours.items()
        if theirs.get(name) != held
    ]
    return (
        f"The worker {worker} of the Dask cluster at {address} runs {', '.join(parts)}. "
        "Its scores would not be the same: install there what is installed here."
    )


def _within(seconds: float, ask: Callable[[], Any]) -> Any:
    """Return what asking gave; raises ``TimeoutError`` where no answer came in time, as from a machine cut off."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put((ask(), None))
        except Exception as error:  # noqa: BLE001 - raised again where it was asked
            answers.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return answer


def _collect(ended: "queue.SimpleQueue[tuple[str, Any]]", key: str, future: "Future[Any]") -> None:
    """Fetch what a fit gave, in a thread of Dask's; None stands for a fit that was lost."""
    answer: Any = None
    if future.status == "finished":
        try:
            answer = future.result()
        except Exception:  # noqa: BLE001 - the edge: it was lost on its way, and is asked for again
            _log.info("an answer was lost on its way", exc_info=True)
    elif future.status == "error":
        answer = future.exception()
    ended.put((key, answer))
