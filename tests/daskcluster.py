"""A real Dask cluster on free ports of this machine: a scheduler, and workers that a nanny starts again."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
FAILURES = 1
"""A fit may lose this many workers before the scheduler gives it up."""


def until(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait until a condition holds and return what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


@dataclass
class Cluster:
    """A scheduler and what was started for it."""

    folder: Path
    options: tuple[str, ...] = ()
    """Of scheduler and workers alike."""
    address: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def scheduler(self) -> subprocess.Popen[bytes]:
        return self.processes[0]

    @property
    def nanny(self) -> subprocess.Popen[bytes]:
        """The process that starts workers again."""
        return self.processes[1]

    def run(self, *words: str, fairway: bool = True) -> subprocess.Popen[bytes]:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        if fairway:
            environment["PYTHONPATH"] = str(ROOT)
        environment["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = str(FAILURES)
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, *self.options],
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def start(self) -> None:
        place = self.folder / "scheduler.json"
        words = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        self.run("scheduler", *words, "--scheduler-file", str(place), fairway=False)
        until(place.exists)
        self.address = until(lambda: place.read_text() and json.loads(place.read_text()))["address"]

    def add_workers(self, count: int, *, fairway: bool = True) -> subprocess.Popen[bytes]:
        """Start workers of one thread each, under one nanny process, and wait until they are there."""
        from distributed import Client

        words = ("worker", self.address, "--nworkers", str(count), "--nthreads", "1", "--memory-limit", "4GB")
        process = self.run(*words, fairway=fairway)
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=30)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process at once, and what it has started."""
        below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.kill()
        process.wait()
        for one in below:
            with suppress(psutil.NoSuchProcess):
                one.kill()

    def stop(self) -> None:
        for process in reversed(self.processes):
            self.end(process)


@contextmanager
def cluster_in(folder: Path, options: tuple[str, ...] = ()) -> Iterator[Cluster]:
    """Start a scheduler, and end it and its workers."""
    cluster = Cluster(folder, options)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
