"""How fast a table larger than memory becomes a project's, in how much memory, and what the server keeps of it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from core.limits import MB
from tests.benchmarks.figures import Figure
from tests.benchmarks.peers import PEER, SKRUB, YDATA, named, run
from tests.journeys.conftest import ROOT

ROWS = 10_000_000
"""With 20 columns about 1.3 GB of text."""
CHUNK = 500_000
TAKEN = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from core.settings import Settings
from core.workspace import Workspace, importing

workspace = Workspace.open(Settings.from_environment({"FAIRWAY_HOME": sys.argv[2]}))
began, marks = time.monotonic(), {}
def report(_share, words):
    marks.setdefault(" ".join(words.split(" ")[:2]), time.monotonic() - began)
brought = importing.bring(
    workspace, Path(sys.argv[1]), name="large.csv", target="target", now=datetime.now(UTC), report=report
)
project = workspace.create("Large", now=datetime.now(UTC))
workspace.save(importing.attach(workspace, project, brought, now=datetime.now(UTC)), now=datetime.now(UTC))
whole = time.monotonic() - began
"""
PANDAS = """
import sys, time
import pandas as pd
began = time.monotonic()
frame = pd.read_csv(sys.argv[1])
frame.describe(include="all")
whole = time.monotonic() - began
marks = {}
"""
TOLD = """
import resource
status = open("/proc/self/status").read() if sys.platform == "linux" else ""
own = [int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")]
print(whole, own[0] if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
print(marks.get("Drawing the", 0) - marks.get("Counting every", 0))
"""


def measure(scratch: Path) -> list[Figure]:
    """Make a table of 10 million rows and 20 columns, and bring it beside pandas reading and describing it."""
    path = scratch / "large.csv"
    _write(path)
    size = path.stat().st_size / MB
    with tempfile.TemporaryDirectory(dir=scratch) as home:
        seconds, peak, profiled = _run(TAKEN, path, home)
    floor_seconds, floor_peak, _ = _run(PANDAS, path, "")
    peers = {}
    if PEER.exists():
        peers = {"skrub TableReport": run(str(PEER), SKRUB, path), "ydata-profiling": run(str(PEER), YDATA, path)}
    path.unlink()
    what = f"{ROWS:,} rows of 20 columns ({size:,.0f} MB)"
    return [
        Figure(f"A project from {what}", [seconds], "s", "pandas reads and describes", [floor_seconds], aim=180),
        Figure(f"Most memory for {what}", [peak], "MB", "pandas reads and describes", [floor_peak], aim=2_500),
        Figure(f"Profiling {what}", [profiled], "s", "pandas reads and describes", [floor_seconds], aim=30),
        *(Figure(f"A project from {what}", [seconds], "s", named(name, took), [took]) for name, took in peers.items()),
    ]


def _run(code: str, path: Path, home: str) -> tuple[float, float, float]:
    command = [sys.executable, "-c", code + TOLD, str(path), home]
    env = os.environ | {"OMP_WAIT_POLICY": "PASSIVE"}
    ended = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, env=env)
    first, second = ended.stdout.strip().splitlines()[-2:]
    seconds, peak = map(float, first.split())
    return seconds, peak, float(second)


def _write(path: Path) -> None:
    rng = np.random.default_rng(7)
    with path.open("w") as file:
        for start in range(0, ROWS, CHUNK):
            part: dict[str, object] = {"id": np.arange(start, start + CHUNK)}
            part |= {f"number_{i}": rng.normal(100, 25, CHUNK).round(3) for i in range(8)}
            part |= {f"count_{i}": rng.integers(0, 10 ** (i + 2), CHUNK) for i in range(4)}
            part |= {f"category_{i}": rng.choice([f"level {n}" for n in range(5 * (i + 1))], CHUNK) for i in range(4)}
            part["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1_500, CHUNK), unit="D")
            part["note"] = np.where(rng.random(CHUNK) < 0.1, "", rng.choice(["fine", "late", "lost"], CHUNK))
            part["target"] = np.where(rng.random(CHUNK) < 0.03, "yes", "no")
            pd.DataFrame(part).to_csv(file, index=False, header=start == 0)
