"""Reads files one by one, each in a process of its own, and prints what came of it, how long it took and its memory.

Called as ``python -m tests.unit.data.odd.measured FILE...``; prints one line of JSON a file.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

from core.data import read_table
from core.errors import FairwayError

ADDRESSES = 4 * 1024**3
"""Bytes a process may ask for: a bomb that goes off must not take the machine with it."""
CPU_SECONDS = 15
"""How long it may compute, for the same reason."""


def measured(path: Path) -> dict[str, object]:
    """Read one file."""
    started = time.process_time()
    try:
        table = read_table(path)
        said, kind = f"{table.shape[0]} rows, {table.shape[1]} columns", "Table"
    except FairwayError as error:
        said, kind = error.message, type(error).__name__
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "file": path.name,
        "kind": kind,
        "said": said,
        "seconds": time.process_time() - started,
        "mb": spent.ru_maxrss / 1024,
    }


def main(paths: list[str]) -> None:
    """Read each file in a fork, so that one does not count for the next."""
    for path in paths:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
            sys.stdout.write(json.dumps(measured(Path(path))) + "\n")
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            sys.stdout.write(json.dumps({"file": Path(path).name, "kind": "ended", "said": str(status)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
