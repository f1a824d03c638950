"""How fast and in how much memory a table is read and profiled."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from core.data import read_table
from core.data.guess import guess_schema
from core.data.profile import profile
from core.limits import MB
from tests.benchmarks.figures import Figure, in_turn
from tests.journeys.conftest import ROOT

REPEATS = 3
ROWS = 50_000
LARGE_BYTES = 150 * MB
PEAK = """
import resource, sys
{imports}
table = {read}
status = open("/proc/self/status").read() if sys.platform == "linux" else ""
# What Linux calls the largest size of a process starts with its parent's; VmHWM is its own.
own = [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")]
unit = 1 if sys.platform == "darwin" else 1024
print(own[0] if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
"""
OURS = {"imports": "from core.data import read_table", "read": "read_table(sys.argv[1])"}
PANDAS = {"imports": "import pandas", "read": "pandas.read_csv(sys.argv[1])"}


def measure(scratch: Path) -> list[Figure]:
    """Read 50,000 rows of 15 columns, profile them, and read a file of 150 MB in a process of its own."""
    path, large = scratch / "table.csv", scratch / "large.csv"
    table_of_kinds().to_csv(path, index=False)
    read_table(path)
    shape = f"{ROWS:,} rows of 15 columns"
    taken, floor = in_turn(lambda: read_table(path), lambda: pd.read_csv(path), REPEATS)
    figures = [Figure(f"Reading {shape}", taken, "ms", "pandas.read_csv", floor)]
    frame = read_table(path).frame
    schema = guess_schema(frame)
    taken, floor = in_turn(lambda: profile(frame, schema), lambda: frame.describe(include="all"), REPEATS)
    figures.append(Figure(f"Profiling {shape}", taken, "ms", "pandas describe", floor))
    repeat(path, large, LARGE_BYTES)
    peaks, floor = [], []
    for _ in range(REPEATS):
        peaks.append(_peak(large, OURS))
        floor.append(_peak(large, PANDAS))
    large.unlink()
    what = f"Most memory while reading {LARGE_BYTES // MB} MB"
    return [*figures, Figure(what, peaks, "MB", "pandas.read_csv", floor)]


def table_of_kinds(seed: int = 7) -> pd.DataFrame:
    """Return numbers, amounts, dates, texts and yes or no, some of them missing."""
    rng = np.random.default_rng(seed)
    columns: dict[str, object] = {f"number_{i}": rng.normal(size=ROWS).round(4) for i in range(5)}
    columns |= {f"count_{i}": rng.integers(0, 1_000, ROWS) for i in range(3)}
    columns |= {f"category_{i}": rng.choice([f"level {n}" for n in range(8 * (i + 1))], ROWS) for i in range(3)}
    columns["amount"] = rng.lognormal(8, 1, ROWS).round(2)
    columns["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1_500, ROWS), unit="D")
    columns["member"] = rng.choice(["yes", "no"], ROWS)
    columns["outcome"] = rng.choice(["kept", "left"], ROWS, p=[0.8, 0.2])
    table = pd.DataFrame(columns)
    for name in ("number_1", "category_2", "amount"):
        table.loc[rng.random(ROWS) < 0.05, name] = None
    return table


def repeat(path: Path, large: Path, size: int) -> None:
    """Write the rows of a file again and again, under one header, up to a size in bytes."""
    head, _, rows = path.read_bytes().partition(b"\n")
    with large.open("wb") as file:
        file.write(head + b"\n")
        for _ in range(round(size / len(rows))):
            file.write(rows)


def _peak(path: Path, way: dict[str, str]) -> float:
    command = [sys.executable, "-c", PEAK.format(**way), str(path)]
    ended = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return int(ended.stdout) / MB
