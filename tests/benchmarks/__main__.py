"""Speed and memory of Fairway beside the least each can cost: run ``python -m tests.benchmarks``.

Every figure is the median of a few repeats. Its floor is measured in the same run: on a machine that is slower or
busy, the ratio says more than the figure. ``--noise`` adds the leaderboards of tables of pure noise, ``--search`` how
good the models are beside the boosters as they come and other products. The exit status is 1 where something crashed;
an aim that was not met is printed, and no more.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import large, memory, peers, prediction, prepare, reading, screens, startup, training
from tests.benchmarks.figures import Figure, table
from tests.journeys.conftest import ROOT

NOISE_SEEDS = 10


def main() -> int:
    """Measure everything, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=str(__doc__).split("\n\n")[0])
    parser.add_argument("--noise", action="store_true", help="train on pure noise as well; takes some minutes more")
    parser.add_argument("--search", action="store_true", help="search on eleven tables as well; up to an hour")
    parser.add_argument(
        "only",
        nargs="*",
        metavar="PART",
        help="which parts; default all",
    )
    wanted = parser.parse_args()
    began = time.monotonic()
    say(machine())
    figures: list[Figure] = []
    crashed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        for name, part in parts(Path(folder)).items():
            if wanted.only and name not in wanted.only:
                continue
            try:
                figures += part()
            except Exception:  # noqa: BLE001 - the other parts can still be measured
                crashed.append(name)
                traceback.print_exc()
    if figures:
        say("\n" + table(figures))
    say(f"\nMeasured in {time.monotonic() - began:.0f} s.")
    if (
        wanted.noise
        and subprocess.run([sys.executable, "-m", "tests.benchmarks.noise", str(NOISE_SEEDS)], cwd=ROOT).returncode
    ):
        crashed.append("noise")
    if wanted.search and subprocess.run([sys.executable, "-m", "tests.benchmarks.search"], cwd=ROOT).returncode:
        crashed.append("search")
    if crashed:
        say(f"Crashed: {', '.join(crashed)}.")
    return 1 if crashed else 0


def parts(scratch: Path) -> dict[str, Callable[[], list[Figure]]]:
    """Return what is measured, by name, in the order in which it is."""
    home = scratch / "home"
    home.mkdir()
    return {
        "startup": lambda: startup.measure(scratch),
        "reading": lambda: reading.measure(scratch),
        "peers": lambda: peers.measure(scratch),
        "large": lambda: large.measure(scratch),
        "memory": lambda: memory.measure(fresh(scratch / "memory"), scratch),
        "prepare": prepare.measure,
        "prediction": lambda: prediction.measure(home, scratch),
        "training": lambda: training.measure(home),
        "screens": lambda: screens.measure(home, scratch),
    }


def fresh(folder: Path) -> Path:
    """Return a new folder."""
    folder.mkdir()
    return folder


def machine() -> str:
    """Say what this runs on, and how busy that is: figures of a busy machine are too high."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{cores} cores{busy}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def say(text: str) -> None:
    """Print at once, so that a run that is watched shows how far it is."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
