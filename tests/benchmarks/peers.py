"""How fast a table is imported and profiled beside the reports of ydata-profiling and skrub, and beside pandas.

The peers run in an environment of their own, ``.venv-bench``, which ``make bench`` makes: they do not install beside
the app. Where it is not there, their lines are left out.
"""

import subprocess
import sys
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.reading import table_of_kinds
from tests.journeys.conftest import ROOT

PEER = ROOT / ".venv-bench" / "bin" / "python"
PATIENCE = 300
"""Seconds after which a peer is ended."""
OURS = """
import time
began = time.monotonic()
import sys, tempfile
from datetime import UTC, datetime
from pathlib import Path
from core.data.checks import check_data
from core.data.profile import profile
from core.framing.frame import Frame
from core.settings import Settings
from core.workspace import Workspace, importing
with tempfile.TemporaryDirectory() as home:
    workspace = Workspace.open(Settings.from_environment({"FAIRWAY_HOME": home}))
    now = datetime.now(UTC)
    brought = importing.bring(workspace, Path(sys.argv[1]), name="table.csv", now=now)
    project = importing.attach(workspace, workspace.create("Table", now=now), brought, now=now)
    frame = workspace.read_table(brought.ref.content_hash)
    found = profile(frame, brought.table_schema)
    check_data(frame, brought.table_schema, Frame(), found)
print(time.monotonic() - began)
"""
PANDAS = """
import time
began = time.monotonic()
import sys
import pandas as pd
pd.read_csv(sys.argv[1]).describe(include="all")
print(time.monotonic() - began)
"""
SKRUB = """
import time
began = time.monotonic()
import sys
import pandas as pd
from skrub import TableReport
TableReport(pd.read_csv(sys.argv[1]), verbose=0).html()
print(time.monotonic() - began)
"""
YDATA = """
import time
began = time.monotonic()
import sys
import pandas as pd
from ydata_profiling import ProfileReport
ProfileReport(pd.read_csv(sys.argv[1]), progress_bar=False).to_html()
print(time.monotonic() - began)
"""


def measure(scratch: Path) -> list[Figure]:
    """Import and profile 50,000 rows of 15 columns, imports of libraries included, beside each peer."""
    path = scratch / "peers.csv"
    table_of_kinds().to_csv(path, index=False)
    return beside(path, "Importing and profiling 50,000 rows of 15 columns", OURS, repeats=3, aim=3.0)


def beside(path: Path, what: str, ours: str, *, repeats: int, aim: float) -> list[Figure]:
    """Run ours and every peer on one file, in turn."""
    taken = [run(sys.executable, ours, path) for _ in range(repeats)]
    peers = {"pandas reads and describes": (sys.executable, PANDAS)}
    if PEER.exists():
        peers |= {"skrub TableReport": (str(PEER), SKRUB), "ydata-profiling": (str(PEER), YDATA)}
    figures = []
    for name, (python, code) in peers.items():
        seconds = run(python, code, path)
        figures.append(Figure(what, taken, "s", named(name, seconds), [seconds], aim=aim))
    return figures


def named(name: str, seconds: float) -> str:
    """Return a peer's name, and whether it was ended."""
    return name if seconds < PATIENCE else f"{name}, ended after"


def run(python: str, code: str, path: Path) -> float:
    """Return the seconds a program says it took; ``PATIENCE`` where it was ended or failed for want of memory."""
    command = [python, "-W", "ignore", "-c", code, str(path)]
    try:
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        if python == sys.executable:
            raise
        return PATIENCE
    return float(ended.stdout.strip().splitlines()[-1])
