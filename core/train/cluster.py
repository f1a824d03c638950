"""Where a training fits: on a Dask cluster as long as one that was asked for is there, otherwise on this machine."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from core.prepare.problem import Problem
from core.train.fits import FitAnswer, FitTask
from core.train.runner import ChildRunner, Runner, always_wanted

if TYPE_CHECKING:
    from core.train.dask_runner import ClusterGone

HERE = "Fitted on this machine"

_log = logging.getLogger(__name__)


def start_runner(problem: Problem, *, seed: int, threads: int, scheduler: str = "") -> Runner:
    """Start what fits for a training.

    Parameters
    ----------
    problem : Problem
    seed : int
    threads : int
        Threads all fits may use together on this machine.
    scheduler : str
        Address of a Dask cluster; empty for none.

    Returns
    -------
    Runner
    """
    if not scheduler:
        return ChildRunner(problem, seed=seed, threads=threads)
    return ClusterFirst(problem, seed=seed, threads=threads, scheduler=scheduler)


class ClusterFirst:
    """Fits on a cluster, and on this machine where it cannot be reached or from when it is lost.

    A fit gives the same on both, so that nothing but its time depends on where it ran.

    Parameters
    ----------
    problem, seed, threads, scheduler
        As in ``start_runner``.
    """

    def __init__(self, problem: Problem, *, seed: int, threads: int, scheduler: str) -> None:
        # Imported here: most trainings have no cluster, and the library takes a second.
        from core.train.dask_runner import ClusterGone, DaskRunner

        self._problem, self._seed, self._threads = problem, seed, threads
        self._gone = ClusterGone
        self._why = ""
        self._runner: Runner
        try:
            self._runner = DaskRunner(problem, seed=seed, address=scheduler)
        except ClusterGone as gone:
            self._runner = self._here(gone, f"{HERE} instead.")

    def _here(self, gone: "ClusterGone", words: str) -> Runner:
        _log.warning("%s", gone.why)
        self._why = f"{gone.why} {words}"
        return ChildRunner(self._problem, seed=self._seed, threads=self._threads)

    @property
    def workers(self) -> int:
        """How many fits are done at the same time now."""
        return self._runner.workers

    @property
    def where(self) -> str:
        """Where fits run, in words, and why not on the cluster."""
        return self._why or self._runner.where

    def free_bytes(self) -> float:
        """Return the memory that is free for all fits together, there or here."""
        return self._runner.free_bytes()

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until fits can begin; see ``Runner.wait_until_ready``."""
        return self._runner.wait_until_ready(seconds)

    def fit_all(
        self, tasks: Sequence[FitTask], interrupted: Callable[[], bool], wanted: Callable[[int], bool] = always_wanted
    ) -> Iterator[tuple[int, FitAnswer]]:
        """Fit on the cluster, and here what was not done when it was lost; see ``Runner.fit_all``."""
        done = set()
        try:
            for place, answer in self._runner.fit_all(tasks, interrupted, wanted):
                done.add(place)
                yield place, answer
            return
        except self._gone as gone:
            self._runner.close()
            self._runner = self._here(gone, f"{HERE} from then on.")
        left = [place for place in range(len(tasks)) if place not in done]
        again = self._runner.fit_all([tasks[place] for place in left], interrupted, lambda one: wanted(left[one]))
        for one, answer in again:
            yield left[one], answer

    def close(self) -> None:
        """End what it began, there or here."""
        self._runner.close()
