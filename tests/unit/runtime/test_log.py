import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.runtime.log import PredictionLog, log_from_environment, read_log

ROW = {"age": 44, "region": "North"}
ANSWER = {"prediction": "yes", "probabilities": {"no": 0.25, "yes": 0.75}, "warnings": []}


def log_to(path: Path, **settings: object) -> PredictionLog:
    return PredictionLog(path, clock=lambda: datetime(2026, 1, 2, tzinfo=UTC), **settings)


def test_a_logged_answer_is_read_back(tmp_path: Path) -> None:
    log = log_to(tmp_path / "log")
    log.record([ROW], [ANSWER])
    log.close()
    frame, skipped = read_log(tmp_path / "log")
    assert skipped == 0
    assert frame.to_dict("records") == [
        {
            "age": 44,
            "region": "North",
            "predicted_at": "2026-01-02T00:00:00+00:00",
            "prediction": "yes",
            "probability_no": 0.25,
            "probability_yes": 0.75,
        }
    ]


def test_each_answer_is_one_line(tmp_path: Path) -> None:
    log = log_to(tmp_path / "log")
    log.record([{"a": "x\ny"}, {"a": float("nan")}], [ANSWER, ANSWER])
    log.close()
    lines = (tmp_path / "log").read_bytes().splitlines()
    assert [json.loads(line)["row"]["a"] for line in lines] == ["x\ny", None]


def test_torn_and_foreign_lines_are_counted_and_skipped(tmp_path: Path) -> None:
    good = json.dumps({"at": "t", "row": ROW, **ANSWER})
    texts = [good, good[:40], "[1, 2]", '{"row": 3, "prediction": 1}', "\x00\x01", "", "[" * 5000, good]
    (tmp_path / "log").write_text("\n".join(texts))
    frame, skipped = read_log(tmp_path / "log")
    assert (len(frame), skipped) == (2, 5)


def test_a_torn_last_line_spoils_no_other(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b'{"at": "t", "row": {"ag')
    log = log_to(tmp_path / "log")
    log.record([ROW], [ANSWER])
    log.close()
    frame, skipped = read_log(tmp_path / "log")
    assert (len(frame), skipped) == (1, 1)


def test_a_full_log_is_set_aside_and_the_oldest_removed(tmp_path: Path) -> None:
    log = log_to(tmp_path / "log", max_bytes=400, keep=2)
    log.record([{"n": number} for number in range(40)], [ANSWER] * 40)
    log.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "log.1", "log.2"]
    assert all(path.stat().st_size <= 400 for path in tmp_path.iterdir())
    numbers = read_log(tmp_path / "log")[0]["n"].tolist()
    assert numbers == list(range(40 - len(numbers), 40))


def test_too_many_waiting_rows_are_dropped_and_counted(tmp_path: Path) -> None:
    log = log_to(tmp_path / "log", pending_rows=3)
    log.record([ROW] * 4, [ANSWER] * 4)
    assert log.dropped == 4
    log.close()


def test_recording_never_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = log_to(tmp_path / "log")
    disk = threading.Event()
    monkeypatch.setattr(log, "_append", lambda line: disk.wait(30))
    log.record([ROW], [ANSWER])
    assert not disk.is_set()
    disk.set()
    log.close()


def test_a_disk_that_refuses_is_counted(tmp_path: Path) -> None:
    log = log_to(tmp_path / "nowhere" / "log")
    log.record([ROW], [ANSWER])
    log.close()
    assert (log.written, log.dropped) == (0, 1)


def test_a_log_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    log = log_to(tmp_path / "log")
    log.record([ROW], [ANSWER])
    while log.written < 1:
        time.sleep(0.01)
    (tmp_path / "log").rename(tmp_path / "kept")
    log.record([ROW], [ANSWER])
    log.close()
    assert len(read_log(tmp_path / "log")[0]) == 1


def test_an_input_named_like_our_columns_keeps_its_name(tmp_path: Path) -> None:
    log = log_to(tmp_path / "log")
    log.record([{"prediction": 5}], [ANSWER])
    log.close()
    frame = read_log(tmp_path / "log")[0]
    assert (frame["prediction"].tolist(), frame["prediction_"].tolist()) == ([5], ["yes"])


def test_a_log_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_log(tmp_path / "log")


def test_the_log_is_off_unless_the_variable_names_a_file(tmp_path: Path) -> None:
    assert log_from_environment({}) is None
    assert log_from_environment({"FAIRWAY_PREDICTION_LOG": " "}) is None
    log = log_from_environment({"FAIRWAY_PREDICTION_LOG": str(tmp_path / "log")})
    assert log is not None
    log.close()


def test_a_kill_tears_at_most_one_line(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from core.runtime.log import PredictionLog\n"
        "log = PredictionLog(Path(sys.argv[1]))\n"
        "while True: log.record([{'a': 'x' * 500}] * 50, [{'prediction': 'yes', 'warnings': []}] * 50)\n"
    )
    path = tmp_path / "log"
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], cwd=Path(__file__).parents[3])
    try:
        while not path.exists() or path.stat().st_size < 200_000:
            time.sleep(0.02)
            assert process.poll() is None
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    frame, skipped = read_log(path)
    assert len(frame) > 100
    assert skipped <= 1
