import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROWS = "\n".join(f"{number % 7},{'yes' if number % 3 else 'no'},{'a' if number % 2 else ''}" for number in range(60))
TABLE = f"count,bought,note\x1b[2J\n{ROWS}\n"


def test_a_profile_of_a_file_as_a_process(tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    ran = subprocess.run(
        [sys.executable, "-m", "core", "profile", str(tmp_path / "t.csv"), "--json"],
        capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    told = json.loads(ran.stdout)
    assert (told["rows"], told["task"]) == (60, None)
    assert [(column["name"], column["type"]) for column in told["columns"]] == [
        ("count", "number"),
        ("bought", "yes_no"),
        ("note\x1b[2J", "category"),
    ]
    assert told["columns"][2]["missing"] == 30


def test_a_profile_with_an_outcome_proposes_task_and_metric(run, written):
    told = run("profile", written("t.csv", TABLE), "--target", "bought", "--json").json
    assert (told["task"], told["positive"], told["target"]) == ("binary", "yes", "bought")
    assert told["columns"][1]["role"] == "Target"
    assert all({"code", "severity", "title"} <= set(finding) for finding in told["findings"])


def test_a_profile_writes_its_report(run, written, tmp_path):
    page = tmp_path / "report.html"
    assert run("profile", written("t.csv", TABLE), "--report", str(page)).status == 0
    assert "Data quality report of t.csv" in page.read_text(encoding="utf-8")
    ran = run("profile", written("t.csv", TABLE), "--report", str(tmp_path / "no" / "where.html"))
    assert (ran.status, "The report could not be written." in ran.err) == (2, True)


def test_a_profile_for_a_person_is_harmless_to_the_terminal(run, written):
    ran = run("profile", written("t.csv", TABLE))
    assert ran.out.startswith("60 rows, 3 columns")
    assert "\x1b" not in ran.out
    assert "note\\x1b[2J" in ran.out


@pytest.mark.parametrize("target", ["nope", "Bought"])
def test_a_target_that_is_not_there(run, written, target):
    ran = run("profile", written("t.csv", TABLE), "--target", target)
    assert (ran.status, ran.out) == (2, "")
    assert f"The table has no column '{target}', which --target names." in ran.err


def test_doctor_tells_versions_and_settings(run, tmp_path, monkeypatch):
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FAIRWAY_DATABASE_URL", "postgresql://me:secret@db/fairway")
    ran = run("doctor", "--json")
    assert (ran.status, ran.json["problems"]) == (0, [])
    assert ran.json["database"] == "postgresql"
    assert "secret" not in ran.out
    assert ran.json["libraries"]["scikit-learn"].startswith("1.")


def test_doctor_names_a_cluster_that_cannot_be_reached(run, tmp_path, monkeypatch):
    monkeypatch.setattr("core.train.dask_runner.CONNECT_SECONDS", 0.3)
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FAIRWAY_DASK_SCHEDULER", "tcp://127.0.0.1:9")
    ran = run("doctor")
    assert ran.status == 2
    assert "The Dask cluster at tcp://127.0.0.1:9 cannot be reached." in ran.out


def test_doctor_names_a_home_that_cannot_be_written(run, monkeypatch):
    monkeypatch.setenv("FAIRWAY_HOME", "/proc/none")
    ran = run("doctor")
    assert ran.status == 2
    assert "/proc/none cannot be written to: set FAIRWAY_HOME to a folder of yours." in ran.out
