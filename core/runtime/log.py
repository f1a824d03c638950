"""The prediction log: one JSON line a row, written beside the answer and never in its way."""

import json
import math
import os
import queue
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

LOG_VARIABLE = "FAIRWAY_PREDICTION_LOG"
"""Names the log's file. Unset: nothing is logged, for the rows may be about people."""
MAX_BYTES = 50 * 1024 * 1024
"""A log that would grow beyond this is set aside as ``<name>.1``."""
KEEP = 5
"""Logs set aside; the oldest is removed."""
PENDING_ROWS = 200_000
"""Rows that may wait to be written; what comes on top is dropped and counted."""


def _now() -> datetime:
    return datetime.now(UTC)


class PredictionLog:
    """Appends answered rows to a file from a thread of its own.

    Each line is one ``write`` to a file opened for appending, so that a kill tears at most the last line and several
    processes may share a log.

    Parameters
    ----------
    path : Path
    max_bytes, keep, pending_rows : int
        See the module's constants.
    clock : callable
        Returns the time of an answer.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int = MAX_BYTES,
        keep: int = KEEP,
        pending_rows: int = PENDING_ROWS,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._pending_rows = pending_rows
        self._clock = clock
        self._waiting: queue.SimpleQueue[tuple[str, list[Mapping[str, Any]], list[Mapping[str, Any]]] | None]
        self._waiting = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._pending = 0
        self._file: int | None = None
        self.written = 0
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def record(self, rows: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Any]]) -> None:
        """Hand over answered rows; returns at once, and drops them where too many wait already."""
        with self._lock:
            if self._pending + len(rows) > self._pending_rows:
                self.dropped += len(rows)
                return
            self._pending += len(rows)
        self._waiting.put((self._clock().isoformat(), list(rows), list(answers)))

    def close(self, timeout: float = 5.0) -> None:
        """Write what waits, for at most ``timeout`` seconds, and end the thread."""
        self._waiting.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            at, rows, answers = item
            for row, answer in zip(rows, answers, strict=True):
                done = self._append(_line(at, row, answer))
                with self._lock:
                    self._pending -= 1
                    self.written += done
                    self.dropped += not done
        if self._file is not None:
            os.close(self._file)

    def _append(self, line: bytes) -> bool:
        try:
            file = self._open(len(line))
            return os.write(file, line) == len(line)
        except OSError:
            # A full or vanished disk must not stop the service; the loss shows as "dropped" under /health.
            return False

    def _open(self, more: int) -> int:
        """Return the file to append to, set aside first if it is full, opened anew if another process moved it."""
        if self._file is not None and not _is_at(self._file, self._path):
            os.close(self._file)
            self._file = None
        if self._file is None:
            self._file = _open_for_append(self._path)
        size = os.fstat(self._file).st_size
        if size and size + more > self._max_bytes:
            os.close(self._file)
            self._file = None
            self._set_aside()
            self._file = _open_for_append(self._path)
        return self._file

    def _set_aside(self) -> None:
        for number in range(self._keep, 0, -1):
            source = self._path if number == 1 else _aside(self._path, number - 1)
            if source.exists():
                source.replace(_aside(self._path, number))


def log_from_environment(environ: Mapping[str, str] = os.environ) -> PredictionLog | None:
    """Return the log that ``FAIRWAY_PREDICTION_LOG`` names, or ``None`` where it names none."""
    name = environ.get(LOG_VARIABLE, "").strip()
    return PredictionLog(Path(name)) if name else None


def read_log(path: str | Path) -> tuple[pd.DataFrame, int]:
    """Read a log with all that was set aside of it, oldest first.

    Parameters
    ----------
    path : str or Path
        The log's file.

    Returns
    -------
    frame : DataFrame
        A row per answer: ``predicted_at``, the input's columns, ``prediction`` and ``probability_<class>``. Where an
        input column has one of these names, ours gets an underscore at its end.
    skipped : int
        Lines that are torn or are no answers of a service.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    main = Path(path)
    numbered = re.compile(re.escape(main.name) + r"\.(\d+)")
    aside = [(int(m[1]), p) for p in main.parent.iterdir() if (m := numbered.fullmatch(p.name))]
    files = [p for _, p in sorted(aside, reverse=True)] + ([main] if main.exists() or not aside else [])
    entries: list[Mapping[str, Any]] = []
    skipped = 0
    for entry in (entry for file in files for entry in _entries(file)):
        if entry is None:
            skipped += 1
        else:
            entries.append(entry)
    inputs = dict.fromkeys(name for entry in entries for name in entry["row"])
    return pd.DataFrame(_flat(entries, inputs)), skipped


def is_answer(line: bytes) -> bool:
    """Say whether a line is a row that a service answered."""
    return _entry(line) is not None


def _entries(file: Path) -> Iterator[Mapping[str, Any] | None]:
    with file.open("rb") as lines:
        yield from (_entry(line) for line in lines if line.strip())


def _entry(line: bytes) -> Mapping[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(entry, dict) and isinstance(entry.get("row"), dict) and "prediction" in entry
    return entry if whole and isinstance(entry.get("probabilities", {}), dict) else None


def _flat(entries: Sequence[Mapping[str, Any]], inputs: Iterable[str]) -> dict[str, list[Any]]:
    columns = {name: [entry["row"].get(name) for entry in entries] for name in inputs}
    classes = dict.fromkeys(name for entry in entries for name in entry.get("probabilities", {}))
    own: dict[str, list[Any]] = {
        "predicted_at": [entry.get("at") for entry in entries],
        "prediction": [entry["prediction"] for entry in entries],
        **{f"probability_{name}": [e.get("probabilities", {}).get(name) for e in entries] for name in classes},
    }
    for name, values in own.items():
        free = name
        while free in columns:
            free += "_"
        columns[free] = values
    return columns


def _line(at: str, row: Mapping[str, Any], answer: Mapping[str, Any]) -> bytes:
    entry = {"at": at, "row": {name: _plain(value) for name, value in row.items()}, **answer}
    return json.dumps(entry, separators=(",", ":"), default=str).encode("ascii") + b"\n"


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except FileNotFoundError:
        return False


def _open_for_append(path: Path) -> int:
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    size = os.fstat(file).st_size
    if size:
        os.lseek(file, size - 1, os.SEEK_SET)
        if os.read(file, 1) != b"\n":
            # A kill tore the last line: end it here, so that the next answer stands on a line of its own.
            os.write(file, b"\n")
    return file
