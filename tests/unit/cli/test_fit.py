import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.cli.training import shipping_seconds, training_seconds

KEYS = ["model", "score", "low", "high", "fit_seconds", "row_seconds", "status", "reason"]


def test_fit_prints_one_object_and_nothing_else(hostile):
    told = hostile.ran.json
    assert hostile.ran.status == 0
    assert (told["task"], told["target"], told["metric"]) == ("binary", "![p](http://127.0.0.1:9/p)", "roc_auc")
    assert told["rows"] == {"train": 128, "test": 32}
    assert told["bundle"] == str(hostile.bundle)
    assert 0 < told["seconds"] < 43


def test_the_leaderboard_has_every_candidate_with_its_fate(hostile):
    board = hostile.ran.json["leaderboard"]
    assert all(list(line) == KEYS for line in board)
    assert {line["model"] for line in board} == {"baseline", "logistic_regression", "decision_tree"}
    chosen = next(line for line in board if line["model"] == hostile.ran.json["chosen"])
    assert chosen["status"] == "done"
    assert chosen["low"] < chosen["score"] < chosen["high"]


def test_findings_are_code_severity_and_title(hostile):
    findings = hostile.ran.json["findings"]
    assert all(list(finding) == ["code", "severity", "title"] for finding in findings)
    assert "too-few-rows" in [finding["code"] for finding in findings]


def test_known_costs_draw_the_line(hostile):
    line = hostile.ran.json["threshold"]
    assert 0 < line < 0.5
    assert json.loads((hostile.bundle / "model" / "bundle.json").read_text("utf-8"))["threshold"] == line


def test_a_sensitive_column_is_not_read_by_the_model(hostile):
    told = json.loads((hostile.bundle / "model" / "bundle.json").read_text("utf-8"))
    assert [column["name"] for column in told["input"]["columns"]] == ["<script>alert(1)</script>", '=cmd|"x",y']


def test_the_bundle_was_asked_before_it_was_handed_out(hostile):
    certificate = json.loads((hostile.bundle / "certificate.json").read_text("utf-8"))
    assert (certificate["rows_agreeing"], certificate["offered"]) == (214, True)
    assert [path.name for path in hostile.bundle.parent.iterdir() if path.name.startswith(".")] == []


def test_hostile_names_are_text_in_the_card(hostile):
    assert "<script>alert" not in (hostile.bundle / "model_card.html").read_text("utf-8")


def test_a_person_reads_a_table_and_where_the_bundle_is(amounts):
    assert amounts.ran.status == 0
    assert "Linear regression" in amounts.ran.out
    assert amounts.ran.out.endswith(f"The bundle is in {amounts.bundle}\n")
    assert "Fitting linear regression" in amounts.ran.err


def test_a_person_is_told_of_an_open_leak_and_how_to_leave_it_out(run, tmp_path):
    home = tmp_path / "homes.csv"
    draws = np.random.default_rng(2)
    area = draws.uniform(20, 200, 120).round(1)
    price = (area * 3 + draws.normal(0, 60, 120)).round(2)
    pd.DataFrame({"area": area, "price": price, "tax due": price * 0.05}).to_csv(home, index=False)
    ran = run(
        "fit", home, "--target", "price", "--budget", 30,
        "--draws", 0, "--no-blend", "--models", "linear_regression", "--folds", 2, "--out",
        tmp_path / "bundle",
    )  # fmt: skip
    lines = ran.out.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("Open, the worst first: 1 error"))
    assert lines[first + 1].startswith("Error: tax due ")
    assert lines[first + 1].endswith("Leave it out: --unknown 'tax due'")
    assert not [line for line in lines if line.startswith("Info: ")]


def test_a_bundle_may_be_replaced_by_a_new_one_and_by_nothing_else(amounts, run, tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    ran = run("fit", amounts.table, "--target", "price", "--out", tmp_path)
    assert ran.status == 2
    assert "is not empty and holds no bundle" in ran.err
    assert (tmp_path / "mine.txt").read_text() == "precious"
    again = Path(shutil.copytree(amounts.bundle, tmp_path / "again"))
    ran = run(
        "fit", amounts.table, "--target", "town", "--budget", 30,
        "--draws", 0, "--no-blend", "--models", "decision_tree", "--folds", 2,
        "--out", again, "--json",
    )  # fmt: skip
    assert (ran.status, ran.json["certificate"]["rows_agreeing"]) == (0, 214)
    assert json.loads((again / "model" / "bundle.json").read_text("utf-8"))["target"] == "town"


@pytest.mark.parametrize(
    ("budget", "spent", "after", "expected"),
    [
        (180, 3, 8, 180),
        (10, 2, 6, 10),
        (10, 4, 6, 9),
        (60, 25, 20, 29),
        (60, 40, 30, 24),
        (10, 30, 10, 8),
    ],
)
def test_the_training_gets_what_the_rest_leaves_of_the_budget(budget, spent, after, expected):
    assert training_seconds(budget, spent, after) == pytest.approx(expected)


def test_a_busy_machine_is_given_more_time_to_ship_but_a_cold_disk_not_all_of_it():
    assert shipping_seconds(0.0, 0, 0, 0) == shipping_seconds(1.5, 0, 0, 0) == 5.0
    assert shipping_seconds(3.0, 10_000, 100, 2) == pytest.approx(2 * (5.0 + 0.4 + 0.4 + 0.3))
    assert shipping_seconds(60.0, 0, 0, 0) == 20.0


ROWS = "\n".join(f"{number},{'xy'[number % 2]},{number % 3}" for number in range(60))
TABLE = f"a,y,z\n{ROWS}\n"


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("", ("--target", "y"), "The file is empty: it has 0 bytes"),
        ("a,y\n1,2\n", ("--target", "y"), "has one value in one row; choose a column with at least two"),
        (TABLE.replace("x", "y"), ("--target", "y"), "'y' has one value in 60 rows; choose a column"),
        (TABLE + "61,lonely,1\n", ("--target", "y"), "has only one row with 'lonely'; every outcome needs at least 2"),
        (TABLE, ("--target", "Y"), "no column 'Y', which --target names. Did you mean 'y'?"),
        (
            TABLE,
            ("--target", "y", "--sensitive", "z,q"),
            "no column 'q', which --sensitive names. It has 'a', 'y', 'z'",
        ),
        (TABLE, ("--target", "y", "--unknown", "y"), "'y' is the outcome"),
        (TABLE, ("--target", "y", "--task", "regression"), "an amount needs numbers. Choose a column of numbers"),
        (TABLE, ("--target", "z", "--task", "binary"), "a yes-or-no question needs exactly two"),
        (TABLE, ("--target", "y", "--metric", "nope"), "There is no metric 'nope'. Choose one of accuracy"),
        (TABLE, ("--target", "y", "--metric", "rmse"), "does not suit an outcome of this kind (binary). Choose one of"),
        (TABLE, ("--target", "y", "--positive", "w"), "'w' is not one of the two outcomes. Choose 'x' or 'y'"),
        (TABLE, ("--target", "z", "--positive", "1"), "--positive is for outcomes of two values"),
        (TABLE, ("--target", "y", "--models", "oracle"), "The model 'oracle' is not known. Choose from baseline"),
        (TABLE, ("--target", "y", "--budget", "5"), "--budget: 5 is not a number from 10 to 86,400"),
        (TABLE, ("--target", "y", "--folds", "many"), "'many' is not a whole number from 2 to 10"),
    ],
)
def test_a_mistake_of_the_caller_is_told_with_what_to_do(run, written, tmp_path, text, arguments, said):
    ran = run("fit", written("t.csv", text), *arguments, "--out", tmp_path / "bundle", "--json")
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "bundle").exists()


def test_a_file_that_is_not_there(run, tmp_path):
    ran = run("fit", tmp_path / "none.csv", "--target", "y", "--out", tmp_path / "bundle")
    assert ran.status == 2
    assert "There is no such file. (File: none.csv.) Check its name and folder." in ran.err


def test_a_place_that_cannot_be_written_is_told_before_the_training(run, written):
    ran = run("fit", written("t.csv", TABLE), "--target", "y", "--out", "/proc/none/bundle")
    assert ran.status == 2
    assert "Nothing can be written to /proc/none" in ran.err


def test_nothing_finished_is_told_with_the_causes(run, written, tmp_path, monkeypatch):
    def no_time(problem, plan, **given):
        from core.train.board import Leaderboard, Run, RunStatus

        line = Run(key="baseline", title="Baseline", status=RunStatus.STOPPED, reason="Ran out of time.")
        return Leaderboard(
            fingerprint="f", metric="roc_auc", higher_is_better=True, runs=(line,), rows=48, test_rows=12, folds=5,
            seed=7, budget_seconds=10, finished=True,
        )  # fmt: skip

    monkeypatch.setattr("core.train.search.train", no_time)
    ran = run("fit", written("t.csv", TABLE), "--target", "y", "--out", tmp_path / "bundle")
    assert ran.status == 1
    assert "No candidate finished. Baseline: Ran out of time. Give it more time with --budget." in ran.err


def test_predictions_are_rows_in_order(hostile, run, tmp_path):
    given = pd.read_csv(hostile.table).iloc[::-1].drop(columns="col\x1b[31m")
    given.to_csv(tmp_path / "rows.csv", index=False)
    ran = run("predict", hostile.bundle, tmp_path / "rows.csv", "--out", tmp_path / "answers.csv", "--json")
    answers = pd.read_csv(tmp_path / "answers.csv")
    whole = run("predict", hostile.bundle, hostile.table, "--out", tmp_path / "whole.csv")
    assert (ran.status, whole.status, ran.json["rows"]) == (0, 0, 160)
    assert list(answers.columns) == ["prediction", "probability_=yes", "probability_no"]
    reverse = pd.read_csv(tmp_path / "whole.csv").iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(answers, reverse)
